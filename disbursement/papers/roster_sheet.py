"""资助发放名册: the form of domain §3.2, as PDF and as workbook; numbers are masked unless the caller opens them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from aid_admin.lib import id_card, phone, xlsx_out
from aid_admin.lib.money import in_words, yuan, yuan_comma
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from aid_admin.lib.xlsx_out import ColumnOut
from disbursement.papers.paper import AID_CENTRE, XLSX, Office, Paper, day

_COLUMNS = (
    ColumnOut("序号", 6, "int"),
    ColumnOut("学校名称", 24),
    ColumnOut("学段", 8),
    ColumnOut("年级", 9),
    ColumnOut("班级", 9),
    ColumnOut("学生姓名", 12),
    ColumnOut("性别", 6),
    ColumnOut("身份证号", 22),
    ColumnOut("学籍号", 22),
    ColumnOut("是否寄宿", 9),
    ColumnOut("家庭住址（乡镇/村）", 22),
    ColumnOut("困难类别", 20),
    ColumnOut("户编号/证件号", 22),
    ColumnOut("监护人姓名", 12),
    ColumnOut("与学生关系", 10),
    ColumnOut("监护人身份证号", 22),
    ColumnOut("联系电话", 14),
    ColumnOut("开户行", 18),
    ColumnOut("账户户名", 12),
    ColumnOut("银行账号", 22),
    ColumnOut("资助项目", 28),
    ColumnOut("资助标准", 12, "money"),
    ColumnOut("资助金额", 12, "money"),
    ColumnOut("备注", 16),
)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One pupil; the numbers are given whole and shown as the paper says."""

    name: str
    stage: str
    grade: str
    class_name: str
    sex: str
    id_number: str
    enrolment_no: str
    boarding: str
    village: str
    category: str
    guardian: str
    relation: str
    bank: str
    holder: str
    account_no: str
    amount_fen: int
    remark: str = ""
    guardian_id: str = ""
    phone: str = ""
    standard_fen: int | None = None
    household_no: str = ""
    cert_no: str = ""


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """A roster and its hands. `in_clear` prints identity and account numbers whole."""

    school: str
    programme: str
    semester: str
    round: int
    state: str
    printed_on: date
    rows: Sequence[RosterRow]
    prepared_by: str = ""
    submitted_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""
    digest: str = ""
    in_clear: bool = False
    office: Office = AID_CENTRE

    @property
    def title(self) -> str:
        """The heading of the form."""
        again = f"（第{self.round}轮）" if self.round > 1 else ""
        return f"淇县{self.semester}{self.programme}发放名册{again}"

    @property
    def total_fen(self) -> int:
        """What the rows come to."""
        return sum(row.amount_fen for row in self.rows)

    def shown_id(self, row: RosterRow) -> str:
        """The identity number as this paper shows it."""
        return row.id_number if self.in_clear else id_card.mask(row.id_number)

    def shown_phone(self, row: RosterRow) -> str:
        """The telephone number as this paper shows it."""
        return row.phone if self.in_clear else phone.mask(row.phone)

    def shown_enrolment(self, row: RosterRow) -> str:
        """The roll's number as this paper shows it: it holds the identity number."""
        return row.enrolment_no if self.in_clear else id_card.mask(row.enrolment_no)

    def shown_guardian(self, row: RosterRow) -> str:
        """The guardian's identity number as this paper shows it."""
        return row.guardian_id if self.in_clear else id_card.mask(row.guardian_id)

    def shown_card(self, row: RosterRow) -> str:
        """The household's number, else the certificate's; a disability certificate holds the identity number."""
        return row.household_no or (row.cert_no if self.in_clear else id_card.mask(row.cert_no))

    def shown_account(self, row: RosterRow) -> str:
        """The account number as this paper shows it."""
        if self.in_clear or not row.account_no:
            return row.account_no
        return f"尾号{row.account_no[-4:]}"


def roster_html(sheet: RosterSheet) -> str:
    """The page before it is printed."""
    lines = [
        {
            "row": row,
            "id_number": sheet.shown_id(row),
            "enrolment_no": sheet.shown_enrolment(row),
            "card_no": sheet.shown_card(row),
            "guardian_id": sheet.shown_guardian(row),
            "phone": sheet.shown_phone(row),
            "account_no": sheet.shown_account(row),
            "standard": "" if row.standard_fen is None else yuan(row.standard_fen),
            "amount": yuan(row.amount_fen),
        }
        for row in sheet.rows
    ]
    context = {
        "sheet": sheet,
        "lines": lines,
        "count": len(lines),
        "total": yuan_comma(sheet.total_fen),
        "words": in_words(sheet.total_fen),
        "printed_on": day(sheet.printed_on),
    }
    return render_to_string("disbursement/papers/roster.html", context)


def roster_paper(sheet: RosterSheet) -> Paper:
    """The roster as PDF, A4 landscape."""
    return Paper(f"{_name(sheet)}.pdf", MEDIA_TYPE, make_pdf(roster_html(sheet)))


def roster_workbook(sheet: RosterSheet, *, footer: str) -> Paper:
    """The roster as workbook, the columns of the form under its title; `footer` says who took it out and when."""
    rows = [
        (
            number, sheet.school, row.stage, row.grade, row.class_name, row.name, row.sex, sheet.shown_id(row),
            sheet.shown_enrolment(row), row.boarding, row.village, row.category, sheet.shown_card(row), row.guardian,
            row.relation, sheet.shown_guardian(row), sheet.shown_phone(row), row.bank,
            row.holder, sheet.shown_account(row), sheet.programme, row.standard_fen, row.amount_fen, row.remark,
        )
        for number, row in enumerate(sheet.rows, 1)
    ]  # fmt: skip
    notes = (
        f"合计：{len(rows)} 人，{yuan(sheet.total_fen)} 元，{in_words(sheet.total_fen)}",
        "校长签字：　　　　　　　　经办人：　　　　　　　　审核人：",
    )
    about = f"填报学校（盖章）：{sheet.school}　　学期：{sheet.semester}　　填报日期：{day(sheet.printed_on)}　　状态：{sheet.state}　　单位：元"
    page = xlsx_out.Sheet("资助发放名册", _COLUMNS, rows, notes, (sheet.title, about))
    return Paper(f"{_name(sheet)}.xlsx", XLSX, xlsx_out.write([page], footer=footer))


def _name(sheet: RosterSheet) -> str:
    again = f"-第{sheet.round}轮" if sheet.round > 1 else ""
    return f"发放名册-{sheet.school}-{sheet.programme}{again}"
