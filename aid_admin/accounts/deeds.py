"""What may be done on a page: each deed is a button, a small form and one action.

A page declares its deeds, `Deeds` offers those that the person may do, performs the one that was posted,
and keeps what was typed when a rule refuses.
"""

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from aid_admin.accounts.acting import may
from aid_admin.accounts.models import User
from aid_admin.lib.refusals import Forbidden, NotFound, Refused

TAKE_LIST: Final = "take_list"  # what a page's list is asked for with, where a deed's name stands: see county.lists


@dataclass(frozen=True, slots=True)
class Deed:
    """One action as a page offers it.

    `right` is the action's name; `ids` the parameter that takes the rows, "" for none (`one`: a single id);
    `takes` names what the page adds (the semester). `done` may name {n}, the number of objects moved.
    `states`: where it may begin; empty = anywhere. `download`: the action's result is a file. `about`: a template
    that its dialog shows before the form, with the page's context: what the person is about to decide on.
    `only`: which rows it is for, told beside its button while a picked row is none of them. `then`: the deed that is
    the next step once the file of this one is fetched. `place`: where on the page it is told that it is done; "" = on top.
    """

    name: str
    right: str
    title: str
    act: Callable[..., Any]
    ids: str = ""
    done: str = ""
    one: bool = False
    takes: tuple[str, ...] = ()
    form: type[forms.Form] = forms.Form
    text: str = ""
    tone: str = "primary"
    icon: str = ""
    states: Collection[str] = frozenset()
    download: bool = False
    about: str = ""
    only: str = ""
    then: str = ""
    place: str = ""

    @property
    def unit(self) -> str:
        """In what its rows are counted: as in what is said when it is done."""
        counted = re.search(r"\{n\} (\w)", self.done)
        return counted[1] if counted else "项"

    @property
    def asks_nothing(self) -> bool:
        """Whether a dialog would be empty: a paper that is only printed."""
        return self.download and self.form is forms.Form and not (self.text or self.about)


class Offer(NamedTuple):
    """A deed on this page, with its form as it stands now.

    `why`: what it waits for; its button stands there grey, with the reason beside it. `soon`: the page itself gets it
    going, once the file is fetched of which it is the next step.
    """

    deed: Deed
    form: forms.Form
    open: bool = False
    why: str = ""
    soon: bool = False


class Deeds:
    """The deeds of one page and one person; iterating gives the offers."""

    def __init__(
        self,
        request: HttpRequest,
        deeds: Iterable[Deed],
        *,
        fits: Callable[[Deed], bool] | None = None,
        why: Callable[[Deed], str] | None = None,
    ) -> None:
        self.request = request
        self.user: User = request.user  # type: ignore[assignment]
        self.all = {deed.name: deed for deed in deeds}
        self.fits = fits or (lambda _deed: True)
        self.why = why or (lambda _deed: "")
        self.picked = frozenset(int(pk) for pk in request.POST.getlist("pick") if pk.isascii() and pk.isdigit())
        self.result: Any = None
        self._refused: Offer | None = None

    def __iter__(self) -> Iterator[Offer]:
        return (offer for offer in self._offers() if not offer.deed.download)

    @property
    def downloads(self) -> list[Offer]:
        """The offers that give a file; they stand in a form of their own, which may be sent again."""
        return [offer for offer in self._offers() if offer.deed.download]

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def _offers(self) -> Iterator[Offer]:
        for deed in self.all.values():
            if self._refused and self._refused.deed.name == deed.name:
                yield self._refused
            elif may(self.user, deed.right) and (self.fits(deed) or self.why(deed)):
                soon = any(other.then == deed.name for other in self.all.values())
                yield Offer(deed, deed.form(prefix=deed.name), why=self.why(deed), soon=soon)

    @property
    def wanted(self) -> str:
        """The name of the deed that was posted."""
        return self.request.POST.get("do", "")

    def done(self, ids: Iterable[int] | None = None, *, then: Callable[[], str] = str, **more: Any) -> bool:
        """Perform the posted deed on `ids` (default: the picked rows); False if nothing was done.

        `then` gives a sentence that is added to what the deed says when it is done: what comes next.
        Raises Http404 for a deed that this page does not have, Forbidden and NotFound as the action does.
        """
        if self.request.method != "POST" or self.wanted == TAKE_LIST:
            return False
        deed = self.all.get(self.wanted)
        if deed is None:
            raise Http404
        form = deed.form(self.request.POST, self.request.FILES, prefix=deed.name)
        self.result = self._perform(deed, form, sorted(self.picked) if ids is None else list(ids), more)
        if self.result is None:
            self._refused = Offer(deed, form, open=True)
            return False
        if deed.done:
            moved = self.result if isinstance(self.result, list) else [self.result]
            messages.success(self.request, deed.done.format(n=len(moved)) + then(), extra_tags=deed.place)
        return True

    def _perform(self, deed: Deed, form: forms.Form, ids: list[int], more: dict[str, Any]) -> Any:
        if not may(self.user, deed.right):
            raise Forbidden("您没有此项操作的权限。")
        if not form.is_valid():
            return None
        if deed.ids and not ids:
            form.add_error(None, "请先在列表中选择要处理的行。")
            return None
        rows: dict[str, Any] = {deed.ids: ids[0] if deed.one else ids} if deed.ids else {}
        return attempt(form, deed.act, by=self.user, **rows, **form.cleaned_data, **{k: more[k] for k in deed.takes})


def attempt(form: forms.Form, act: Callable[..., Any], /, **given: Any) -> Any:
    """Call the action; a rule's refusal goes into the form and None is returned."""
    try:
        return act(**given)
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return None


def refuse(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal into the form: beside the field that it is about, if the person sees that one, else on top."""
    field = form.fields.get(refusal.field)
    form.add_error(refusal.field if field and not field.widget.is_hidden else None, refusal.message)


def download(name: str, media_type: str, data: bytes, *, inline: bool = False) -> HttpResponse:
    """A file as an answer."""
    disposition = content_disposition_header(not inline, name) or "attachment"
    answer = HttpResponse(data, content_type=media_type, headers={"Content-Disposition": disposition})
    if not inline:  # the page that asked sees that the file came
        answer.set_cookie(
            "file", secrets.token_hex(4), max_age=600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return answer
