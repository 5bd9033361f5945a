"""温馨告知书: one page a family, many families in one document, with a receipt to tear off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string

from aid_admin.lib.money import in_words, yuan_comma
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import Office, day
from students.rules import Stage

__all__ = ["MEDIA_TYPE", "PrintedGrant", "PrintedLetter", "letters_html", "letters_pdf", "printed_letter"]

_BANKS: Final = {"RCC": "农村信用联社", "CCB": "建设银行"}
# What each stage's families should know for the next semester (county report, 精准告知).
_NEXT: Final = {
    Stage.PRESCHOOL: "普惠性幼儿园在园的建档立卡、低保、特困、孤儿、残疾等家庭经济困难幼儿，下学期可继续享受学前教育资助。",
    Stage.PRIMARY: "义务教育阶段家庭经济困难学生，下学期可继续享受生活补助；建档立卡等学生另享营养改善计划。",
    Stage.JUNIOR: "义务教育阶段家庭经济困难学生，下学期可继续享受生活补助；升入高中或中职后可申请相应资助。",
    Stage.SENIOR: "普通高中家庭经济困难学生，下学期可继续享受免学费、住宿费和国家助学金。",
    Stage.VOCATIONAL: "中职学生下学期可继续享受免学费；一、二年级涉农专业和家庭经济困难学生可享受国家助学金。",
    Stage.SPECIAL: "特殊教育学生下学期可继续享受相应资助。",
}


@dataclass(frozen=True, slots=True)
class PrintedGrant:
    """One line of the letter's table, as printed."""

    name: str
    basis: str
    standard: str
    amount: str
    way: str
    paid_on: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """One family's page; nothing of another pupil's is on it."""

    pk: int
    guardian: str
    pupil: str
    school: str
    class_name: str
    semester: str
    village: str
    grants: Sequence[PrintedGrant]
    total: str
    words: str
    rights: str
    school_phone: str
    dated: str
    office: Office
    number: int = 1

    @property
    def again(self) -> bool:
        """Whether it tells of nothing but what was given back and paid anew."""
        return all(grant.again for grant in self.grants)


def printed_letter(letter: Any, office: Office, today: date) -> PrintedLetter:
    """The page of a NoticeLetter, from its frozen facts."""
    facts = letter.facts
    village = letter.student.village
    return PrintedLetter(
        pk=letter.pk, guardian=facts.get("guardian", ""), pupil=facts.get("pupil", letter.student.name),
        school=facts.get("school", letter.school.name),
        class_name=f"{facts.get('grade', '')}{facts.get('class_name', '')}", semester=str(letter.semester),
        village=f"{village.township.name}{village.name}" if village else "",
        grants=[_grant(line) for line in facts["grants"]], total=yuan_comma(facts["total_fen"]),
        words=in_words(facts["total_fen"]), rights=_rights(facts.get("stage", "")),
        school_phone=letter.school.phone, dated=day(letter.printed_on or today), office=office, number=letter.number,
    )  # fmt: skip


def _rights(stage: str) -> str:
    return _NEXT[Stage(stage)] if stage in list(Stage) else ""


def _grant(line: Any) -> PrintedGrant:
    if not line["bank"]:
        way = "学校直接免收"
    else:
        way = f"{_BANKS.get(line['bank'], line['bank'])}　户名{line['payee']}　账号尾号{line.get('account_tail', '')}"
    paid_on = line.get("paid_on") or ""
    return PrintedGrant(
        name=line["name"], basis=line.get("basis", ""), standard=yuan_comma(line.get("standard_fen", line["amount_fen"])),
        again=bool(line.get("again")), amount=yuan_comma(line["amount_fen"]), way=way,
        paid_on=day(date.fromisoformat(paid_on)) if paid_on else "",
    )  # fmt: skip


def letters_html(letters: Sequence[PrintedLetter]) -> str:
    """The document before it is printed, one letter a page."""
    return render_to_string("archives/papers/letters.html", {"letters": letters})


def letters_pdf(letters: Sequence[PrintedLetter]) -> bytes:
    """The letters as one PDF; its fonts are embedded once."""
    return make_pdf(letters_html(letters))
