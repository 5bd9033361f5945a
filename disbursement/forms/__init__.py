"""Forms of rosters, accounts and batches; those of publicity and objections are in forms.publicity."""

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.forms import SchoolFilter, search_field
from aid_admin.files.photos import PhotoField
from aid_admin.lib import bank_card, id_card
from disbursement.actions.printing import BANK_NAMES
from disbursement.permissions import SEES_FLAGS
from disbursement.rules.returns import ReturnCode
from disbursement.rules.states import (
    MISSING_REASONS,
    RETURNED_TO,
    REVIEWERS_REFUSALS,
    BatchMode,
    BatchState,
    DiffReason,
    LineRefusal,
    PaymentState,
    ReturnReason,
    RosterState,
)
from eligibility.rules import Programme
from students.actions.account_facts import correction_faults
from students.models import ACCOUNT_KINDS

_MOST_RETURN_BYTES = 20 * 1024 * 1024


def _words(label: str, message: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": message},
        help_text=help_text,
    )


class ProgrammeFilter(SchoolFilter):
    """A list's filter by school and programme."""

    programme = forms.ChoiceField(label="资助项目", required=False, choices=[("", "全部项目"), *Programme.choices()])


class RosterFilter(ProgrammeFilter):
    """Filters of the list of rosters."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *RosterState.choices()])
    open = forms.ChoiceField(
        label="情况",
        required=False,
        choices=[
            ("", "全部"),
            ("yes", "有未说明的差异"),
            ("returned", "被退回的（含已有改动）"),
            ("mine", "轮到我办的"),
        ],
    )
    q = search_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if user.roles & SEES_FLAGS:
            self.fields["open"].choices += [("flagged", "有疑点的")]  # type: ignore[attr-defined]


class BatchFilter(forms.Form):
    """Filters of the list of batches."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *BatchState.choices()])
    mode = forms.ChoiceField(label="方式", required=False, choices=[("", "全部"), *BatchMode.choices()])
    answers = forms.ChoiceField(label="回盘", required=False, choices=[("", "全部"), ("differ", "与已登记结果不一致")])


class PaymentFilter(ProgrammeFilter):
    """Filters of the list of payment lines; `batches`: those that have lines within the person's reach, by id."""

    batch = forms.ChoiceField(label="批次", required=False)
    state = forms.ChoiceField(label="结果", required=False, choices=[("", "全部结果"), *PaymentState.choices()])
    code = forms.ChoiceField(label="银行说明", required=False, choices=[("", "全部"), *ReturnCode.choices()])
    q = search_field()

    def __init__(self, *args: Any, user: User, batches: Collection[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["batch"].choices = [("", "全部批次"), *batches]  # type: ignore[attr-defined]


class AccountFilter(SchoolFilter):
    """Filters of the list of accounts."""

    verified = forms.ChoiceField(
        label="核对", required=False, choices=[
            ("", "全部在用"), ("no", "待核对"), ("yes", "已核对"), ("doubted", "财务移出待核实"), ("declined", "被负责人退回"),
            ("shared", "账号与别的学生相同"),
        ],
    )  # fmt: skip
    q = search_field()


class ReaffirmForm(forms.Form):
    """Why an account that the bank refused, or that finance doubts, can be used as it is."""

    reason = _words(
        "核实情况", "请写明账户为什么可用，负责人据此核对。",
        help_text="如：家长 6 月 3 日到信用社办理解冻，有回执；或：户名是学生祖母，已看户口簿。",
    )  # fmt: skip


class CorrectAccountForm(forms.Form):
    """One pupil's account as it should be; the number is typed anew, since nobody sees it whole.

    `account`: the one whose place it takes.
    """

    holder_name = forms.CharField(label="账户户名", max_length=50, error_messages={"required": "请填写账户户名。"})
    account_no = forms.CharField(
        label="银行账号", max_length=40, help_text="照着银行卡或存折填写，空格不影响。", error_messages={"required": "请填写银行账号。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="类型", choices=ACCOUNT_KINDS, widget=forms.RadioSelect,
        error_messages={"required": "请选择是银行卡还是存折。"},
    )  # fmt: skip
    bank = forms.ChoiceField(
        label="银行", choices=[("", "请选择"), *BANK_NAMES.items()], error_messages={"required": "请选择银行。"}
    )
    branch = forms.CharField(
        label="开户行", max_length=60, required=False, help_text="如：淇县农村信用联社北阳信用社。"
    )
    holder_relation = forms.CharField(
        label="与学生关系", max_length=20, required=False, help_text="如：本人、父亲、祖母。"
    )
    holder_id = forms.CharField(
        label="持卡人身份证号", max_length=20, required=False,
        help_text="户名没有变的可以不填，沿用已登记的；户名变了必须填，学生本人的账户除外。",
    )  # fmt: skip
    reason = _words(
        "更正原因", "请写明为什么更正，负责人据此核对。", help_text="如：原卡已注销，家长 6 月 3 日办了新卡。"
    )
    proof = PhotoField(
        label="银行卡或存折照片", required=False, help_text="JPG 或 PNG；没有照片的，由负责人对照原件核对。"
    )

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_proof(self) -> bytes | None:
        """The photo's bytes, if there is one."""
        file = self.cleaned_data["proof"]
        return file.read() if file else None

    def clean(self) -> dict[str, Any]:
        """What was typed, numbers without blanks; all that is wrong with the account is said in one go."""
        data = self.cleaned_data
        data["account_no"] = bank_card.normalise(data.get("account_no", ""))
        data["holder_id"] = id_card.normalise(data.get("holder_id", ""))
        asked = ("holder_name", "holder_relation", "holder_id", "account_no", "kind", "bank")
        faults = correction_faults(self.account, **{name: data.get(name, "") for name in asked})
        for field, fault in faults.items():
            if field not in self.errors:
                self.add_error(field, fault)
        return data


class DeclineForm(forms.Form):
    """Why a proposed account is not the right one."""

    reason = _words("退回原因", "请写明哪里不对，经办人据此更正。", help_text="如：账号与存折不符，尾号应是 3721。")


class AnswerForm(forms.Form):
    """The clerk's word on differences."""

    reason_code = forms.ChoiceField(
        label="原因",
        choices=[("", "请选择"), *((reason.value, reason.label) for reason in MISSING_REASONS)],
        error_messages={"required": "请选择这些学生没有填报的原因。"},
    )
    explanation = _words("具体情况", "", required=False, help_text="选择“其他”时必填。")


class AgreeForm(forms.Form):
    """Agreement with what was computed."""

    explanation = _words("补充说明（选填）", "", required=False)

    def clean(self) -> dict[str, Any]:
        """Agreement is an empty code."""
        return {**self.cleaned_data, "reason_code": ""}


class DisagreeForm(forms.Form):
    """Why the school thinks otherwise; the result stays what was computed."""

    explanation = _words("为什么有异议", "请写明为什么有异议，初审和复审都能看到。")

    def clean(self) -> dict[str, Any]:
        """Disagreement is a code of its own."""
        return {**self.cleaned_data, "reason_code": DiffReason.DISAGREED.value}


class AcceptForm(forms.Form):
    """The school's reason holds."""

    reason = _words("补充说明（选填）", "", required=False)

    def clean(self) -> dict[str, Any]:
        """The code that stands for the school's reason."""
        return {**self.cleaned_data, "reason_code": LineRefusal.SCHOOL_REASON_ACCEPTED.value}


class RefuseForm(forms.Form):
    """Why pupils do not pass the first review."""

    reason_code = forms.ChoiceField(
        label="不予通过的原因",
        choices=[("", "请选择"), *((refusal.value, refusal.label) for refusal in REVIEWERS_REFUSALS)],
        error_messages={"required": "请选择不予通过的原因。"},
    )
    reason = _words("具体情况", "请写明具体情况，学校据此告知家长。")
    everybody = forms.BooleanField(label="全部不通过", required=False, help_text="只有整份名册一个人都不资助时才勾选。")


class ReturnForm(forms.Form):
    """Why rosters go back, and how far; a page narrows `targets` to what its rosters allow."""

    targets: ClassVar[Collection[str]] = tuple(RETURNED_TO)
    reason_code = forms.ChoiceField(
        label="退回原因",
        choices=[("", "请选择"), *ReturnReason.choices()],
        error_messages={"required": "请选择退回原因。"},
    )
    reason = _words("要改什么", "请写明要改什么，学校据此修改。")
    to = forms.ChoiceField(label="退回给", choices=list(RETURNED_TO.items()), initial=RosterState.DRAFT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(code, words) for code, words in RETURNED_TO.items() if code in self.targets]
        self.fields["to"].widget.choices = offered  # type: ignore[attr-defined]
        if len(offered) == 1:  # nothing to choose
            self.fields["to"].widget = forms.HiddenInput()
            self.fields["to"].initial = offered[0][0]


def return_form(targets: Collection[str]) -> type[ReturnForm]:
    """The form that offers these states alone; another one that was posted is for the action to refuse."""
    return type("NarrowReturnForm", (ReturnForm,), {"targets": tuple(targets)})


class ReasonForm(forms.Form):
    """A reason that goes into the history."""

    reason = _words("原因", "请写明原因，系统会留下记录。")


class LookedForm(forms.Form):
    """Whether the doubts were looked at; the action asks for it where there are any."""

    looked = forms.BooleanField(
        label="疑点已逐条看过", required=False, help_text="系统会记下谁、什么时候看过。没有疑点的批次不用勾选。"
    )


class TakeOutForm(forms.Form):
    """Why lines leave a draft."""

    reason = _words(
        "移出原因", "请写明为什么移出，系统会留下记录。", help_text="如：账户户名不是本人也不是监护人，等学校核实。"
    )


class PutBackForm(forms.Form):
    """Why lines that were taken out may be paid after all."""

    reason = _words(
        "查实情况",
        "请写明怎样查实的，审批人据此过目。",
        help_text="如：已与学校电话核对，户名是学生的祖父，有户口簿为证。",
    )


class SettleForm(forms.Form):
    """What the bank said when it was asked about an answer that contradicts what is booked."""

    reason = _words(
        "查实情况",
        "请写明向银行查实的情况。",
        help_text="写清问了谁、哪天、怎么说。如：6 月 16 日联社清算岗王某答复，款已退回。",
    )


class RemarkForm(forms.Form):
    """A reason that may be left out."""

    reason = _words("原因（可以不填）", "", required=False)


class ExportForm(forms.Form):
    """A roster as a file; numbers in clear only with a reason."""

    form = forms.ChoiceField(label="格式", choices=[("pdf", "PDF（打印盖章）"), ("xlsx", "Excel")])
    in_clear = forms.BooleanField(label="显示完整的身份证号和账号", required=False)
    reason = forms.CharField(
        label="原因", required=False, max_length=100, help_text="显示完整号码时必填，系统会留下记录。"
    )


class BuildForm(forms.Form):
    """Which batches to build."""

    mode = forms.ChoiceField(
        label="范围", required=False, choices=[("", "全部"), ("ACCOUNT", "只编银行代发"), ("WAIVER", "只编学校减免")]
    )


class ReturnFileForm(forms.Form):
    """A bank's return file."""

    file = forms.FileField(
        label="回盘文件",
        widget=forms.FileInput(attrs={"accept": ".txt"}),
        error_messages={"required": "请选择银行返回的文件。", "empty": "文件是空的，请向银行重新索取。"},
    )

    def clean_file(self) -> Any:
        """Not larger than a bank ever sends."""
        file = self.cleaned_data["file"]
        if file.size > _MOST_RETURN_BYTES:
            raise forms.ValidationError("文件超过 20 MB，不像是回盘文件，请核对。")
        return file


class WaiverForm(forms.Form):
    """Which school's list."""

    school = forms.CharField(label="学校", max_length=10, widget=forms.HiddenInput)
