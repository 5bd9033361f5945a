"""How values are shown: money, masked numbers, status tags. No queries here; loaded for every template."""

from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

from aid_admin.lib import bank_card, id_card, money, phone
from aid_admin.office import page_words, wording

register = template.Library()
_ICON: Final = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
_TAG: Final = '<span class="tag is-{}">{}{}</span>'
_TOLD: Final = '<span class="tag is-{}" title="{}">{}{}</span>'

# tone → (icon, states); a state that is named nowhere is shown in the idle tone
_TONES: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "good": (
        "check-circle",
        frozenset(
            [
                "IN_FORCE",
                "DONE",
                "APPROVED",
                "CONFIRMED",
                "ACCEPTED",
                "RECOGNISED",
                "ENDED",
                "PAID",
                "CLOSED",
                "GO",
                "MATCHED",
                "RIGHT",
                "AIDED",
                "GRANTED",
                "VERIFIED",
                "RECEIPT_SIGNED",
                "GOOD",
                "repair",
                "accepted",
                "yes",
            ]
        ),
    ),
    "info": (
        "hourglass-split",
        frozenset(
            [
                "READ",
                "QUEUED",
                "RUNNING",
                "SUBMITTED",
                "REVIEWED",
                "SCHOOL_REVIEWED",
                "PLANNED",
                "LOCKED",
                "RELEASED",
                "SENT",
                "PROPOSED",
                "WAITING",
                "READING",
                "MATCHED_NAME_VARIANT",
                "COMMITTED",
                "DRAFTED",
                "PRINTED",
                "DELIVERED",
            ]
        ),
    ),
    "warn": (
        "exclamation-triangle",
        frozenset(
            [
                "HELD",
                "RETURNED",
                "AGAIN",
                "NO_ACCOUNT",
                "UNKNOWN",
                "UNCONFIRMED",
                "TRANSFER",
                "CLAIMED_TWICE",
                "AMOUNT_DIFFERS",
                "MISSING",
                "AMBIGUOUS",
                "OPEN",
                "ID_MATCH_NAME_CONFLICT",
                "NAME_MATCH_ID_CONFLICT",
                "HOUSEHOLD_MATCH",
                "RETURNED_LATER",
                "warning",
                "UNVERIFIED",
                "DOUBTED",
                "ACCOUNT_SHARED",
            ]
        ),
    ),
    "bad": (
        "x-circle",
        frozenset(
            [
                "REFUSED",
                "FAILED",
                "QUARANTINED",
                "REJECTED",
                "ABORTED",
                "VOIDED",
                "TOO_MANY",
                "SUSTAINED",
                "ENROLLED_NOT_ATTENDING",
                "ATTENDING_NOT_ENROLLED",
                "error",
                "no",
                "DECLINED",
            ]
        ),
    ),
}
_IDLE: Final = ("idle", "dash-circle")


def _tone(state: object) -> tuple[str, str]:
    text = str(state)
    return next(((tone, icon) for tone, (icon, states) in _TONES.items() if text in states), _IDLE)


@register.filter
def tone(state: object) -> str:
    """The tone of a state's tag: good, info, warn, bad or idle."""
    return _tone(state)[0]


@register.simple_tag
def icon(name: str) -> str:
    """One of the office's icons; decoration, so screen readers pass it by."""
    return format_html(_ICON, static("office/icons.svg"), name)


@register.simple_tag
def status_tag(state: object, label: object, *, icon: str = "") -> str:
    """A state's Chinese word with the tone of its code; an icon stands beside it, so that colour is never alone."""
    shade, own = _tone(state)
    told, drawn = page_words.state(str(label)), format_html(_ICON, static("office/icons.svg"), icon or own)
    return format_html(_TOLD, shade, told, drawn, label) if told else format_html(_TAG, shade, drawn, label)


@register.filter
def yuan(fen: int | str | None) -> str:
    """Fen as yuan with thousands separators; nothing for no amount."""
    return "" if fen is None or fen == "" else money.yuan_comma(int(fen))


@register.filter
def wan(fen: int | str | None, places: int = 0) -> str:
    """Fen as exact 万元; with `places` decimals at least, so that a column stands in line."""
    return "" if fen is None or fen == "" else money.wan(int(fen), places)


@register.filter
def in_words(fen: int) -> str:
    """Fen as the amount in words (大写)."""
    return money.in_words(int(fen))


@register.filter
def mask_id(text: str | None) -> str:
    """An identity number fit for a screen."""
    return id_card.mask(text) if text else ""


@register.filter
def mask_account(text: str | None) -> str:
    """An account number fit for a screen: the last four digits."""
    return bank_card.mask(text) if text else ""


@register.filter
def mask_phone(text: str | None) -> str:
    """A telephone number fit for a screen."""
    return phone.mask(text) if text else ""


@register.filter
def bank_name(code: str | None) -> str:
    """A bank's code in Chinese."""
    return _BANKS.get(code or "", code or "")


@register.filter
def faulty(form: Any) -> list[str]:
    """The labels of the fields in which something is wrong, in the form's order."""
    return [str(field.label) for field in form if field.errors]


@register.filter
def without(name: str | None, school: str) -> str:
    """A person's name where the school's stands beside it: without that, if it begins with it."""
    return (name or "").removeprefix(school) or (name or "")


@register.filter
def role_name(role: str) -> str:
    """A role in Chinese."""
    return wording.role_name(role)


@register.filter
def verb_name(verb: str) -> str:
    """An action in Chinese, for histories."""
    return wording.verb_name(verb)


@register.filter
def counted(event: Any) -> str:
    """How many rows an event is about, and of what: 36 人次."""
    return wording.counted(event.verb, event.count)


@register.filter
def from_to(event: Any) -> str:
    """From which state an event took its object to which, in Chinese; nothing where it names but one."""
    before, after = getattr(event, "from_state", ""), getattr(event, "to_state", "")
    if not before or not after or before == after:
        return ""
    return f"{wording.state_name(event.object_type, before)} → {wording.state_name(event.object_type, after)}"


@register.filter
def object_name(object_type: str) -> str:
    """What an event's object is called."""
    return wording.object_name(object_type)


_BANKS: Final = {"RCC": "农村信用联社", "CCB": "建设银行"}
