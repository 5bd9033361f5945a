"""资金指标: entered from the document that gives the money, taken back with a reason."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, transaction

from aid_admin.accounts.acting import Moved, action, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.lib.money import yuan_comma
from aid_admin.lib.refusals import BadInput, Refused
from disbursement.models import Allotment
from disbursement.permissions import ALLOWED
from disbursement.rules.states import FundSource
from eligibility.models import AidProgramme

_BRACKETS: Final = str.maketrans({"[": "〔", "(": "〔", "【": "〔", "]": "〕", ")": "〕", "】": "〕"})


def _document(text: str) -> str:
    """A document's number as it is written: one kind of brackets, no spaces; so that it is known again."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_BRACKETS).split())


@action("funds.allot", ALLOWED)
def allot(
    *, by: User, semester: str, programme: str, source: str, amount_fen: int, document_no: str, received_on: date
) -> list[Moved]:
    """Enter what a document gives for one programme; the same document, programme and source counts once."""
    found = AidProgramme.objects.filter(code=programme).first()
    if found is None or source not in list(FundSource):
        raise BadInput("请选择资助项目和资金来源。")
    if amount_fen <= 0:
        raise BadInput("金额要大于 0。")
    if received_on > calendar.business_date():
        raise BadInput(f"下达日期不能晚于今天（{calendar.business_date()}）。")
    try:
        with transaction.atomic():
            made = Allotment.objects.create(
                semester=calendar.semester(semester), programme=found, source=source, amount_fen=amount_fen,
                document_no=_document(document_no), received_on=received_on, by=by,
            )  # fmt: skip
    except IntegrityError as problem:
        raise Refused(
            f"“{document_no}”给{found.name}的这一来源已经登记过；金额有变的，先撤销原来的再登记。"
        ) from problem
    words = f"{found.name} {FundSource(source).label} {yuan_comma(amount_fen)}元 {made.document_no}"
    record("allotment", made.pk, to_state="RECORDED", reason=words)
    return [Moved("allotment", made.pk, None, "RECORDED", amount_fen=amount_fen)]


def allot_document(
    *, by: User, semester: str, source: str, document_no: str, received_on: date, amounts: Mapping[str, int]
) -> list[Moved]:
    """Enter what a document gives for several programmes, in fen by code: all of them or none."""
    given: dict[str, Any] = {
        "semester": semester,
        "source": source,
        "document_no": document_no,
        "received_on": received_on,
    }
    with transaction.atomic():
        entered = [allot(by=by, programme=code, amount_fen=fen, **given) for code, fen in amounts.items()]
    return [moved for one in entered for moved in one]


@action("funds.take_back", ALLOWED)
def take_back(*, by: User, allotment: list[int], reason: str) -> list[Moved]:
    """Entries that were wrong, or were withdrawn by a later document, count no more."""
    if not reason.strip():
        raise BadInput("撤销指标须写明原因。")
    found = scoped(Allotment.objects.all(), "funds.take_back", by, allotment)
    for one in found:
        if one.taken_back_by_id is not None:
            raise Refused(f"{one}已经撤销，请刷新页面。")
    Allotment.objects.filter(pk__in=allotment).update(taken_back_by=by, taken_back_reason=reason.strip())
    for one in found:
        record("allotment", one.pk, from_state="RECORDED", to_state="UNDONE", reason=f"{one}：{reason.strip()}")
    return [Moved("allotment", one.pk, "RECORDED", "UNDONE", amount_fen=one.amount_fen) for one in found]
