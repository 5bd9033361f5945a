"""帮扶活动: written down, corrected in place with the reason, withdrawn."""

from datetime import date
from typing import Any, Final

from aid_admin.accounts.acting import Moved, action, reach_for, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.files.photos import keep_photo
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from archives.actions.visits import may_mend
from archives.models import PeerActivity
from archives.permissions import ALLOWED

_NAMES: Final = {"title": "名称", "held_on": "日期", "place": "场所", "pupils": "人数", "note": "情况"}


@action("peers.activity", ALLOWED)
def add_activity(
    *, by: User, semester: str, title: str, held_on: date, pupils: int, place: str = "", note: str = "",
    school: str = "", file: bytes | None = None,
) -> list[Moved]:  # fmt: skip
    """Write down an activity of one's school, with a photo if there is one."""
    term = calendar.semester(semester)
    schools = list(
        School.objects.within(reach_for(by, "peers.activity")).filter(**({"code": school} if school else {}))[:2]
    )
    if len(schools) != 1:
        raise NotFound("请指明学校：没有这所学校，或不在您的范围内。")
    _refuse(term, schools[0], title=title, held_on=held_on, pupils=pupils)
    photo = keep_photo(file, kind="activity", name="活动照片", by=by, school_code=schools[0].code) if file else None
    made = PeerActivity.objects.create(
        semester=term, school=schools[0], held_on=held_on, title=title.strip(), place=place.strip(), pupils=pupils,
        note=note.strip(), photo=photo, by=by,
    )  # fmt: skip
    record("peeractivity", made.pk, school_code=schools[0].code, to_state="HELD", count=pupils)
    return [Moved("peeractivity", made.pk, None, "HELD", pupils)]


def _refuse(term: Semester, school: School, *, title: str, held_on: date, pupils: int, but: int = 0) -> None:
    """Raises BadInput or Refused for an activity that makes no sense or is there already."""
    if not title.strip() or pupils < 1:
        raise BadInput("请填写活动名称和参加人数。", field="title")
    if not term.starts_on <= held_on <= calendar.business_date():
        raise BadInput(f"活动日期应在 {term.starts_on} 与今天 {calendar.business_date()} 之间。", field="held_on")
    same = PeerActivity.objects.filter(
        semester=term, school=school, held_on=held_on, title=title.strip(), withdrawn_by=None
    )
    if same.exclude(pk=but).exists():
        raise Refused(f"{held_on} 的“{title.strip()}”已经登记过，请刷新列表。")


def _to_mend(verb: str, by: User, activity: int, reason: str) -> Any:
    if not reason.strip():
        raise BadInput("请写明原因，系统会留下记录。")
    found: Any = scoped(PeerActivity.objects.select_related("school", "semester"), verb, by, [activity])[0]
    if not may_mend(by, found):
        raise Forbidden("活动记录由登记人本人或学校负责人更正、撤回。")
    if found.withdrawn_by_id is not None:
        raise Refused("这次活动已经撤回，请刷新。")
    return found


@action("activity.correct", ALLOWED)
def correct_activity(
    *, by: User, activity: int, reason: str, title: str, held_on: date, pupils: int, place: str = "", note: str = "",
    file: bytes | None = None,
) -> list[Moved]:  # fmt: skip
    """Write an activity anew; the event says what it said before. Without `file` its photo stays."""
    found = _to_mend("activity.correct", by, activity, reason)
    _refuse(found.semester, found.school, title=title, held_on=held_on, pupils=pupils, but=found.pk)
    fresh: dict[str, Any] = {
        "title": title.strip(), "held_on": held_on, "place": place.strip(), "pupils": pupils, "note": note.strip()
    }  # fmt: skip
    was = "、".join(f"{_NAMES[k]}原为“{getattr(found, k)}”" for k, new in fresh.items() if getattr(found, k) != new)
    if file:
        code = found.school.code
        fresh["photo"] = keep_photo(file, kind="activity", name="活动照片", by=by, school_code=code)
    elif not was:
        raise BadInput("内容没有改动。")
    PeerActivity.objects.filter(pk=found.pk).update(**fresh)
    told = f"{reason.strip()}（{was or '换了照片'}）"
    record(
        "peeractivity", found.pk, school_code=found.school.code, from_state="HELD", to_state="CORRECTED", reason=told
    )
    return [Moved("peeractivity", found.pk, "HELD", "CORRECTED")]


@action("activity.withdraw", ALLOWED)
def withdraw_activity(*, by: User, activity: int, reason: str) -> list[Moved]:
    """Take an activity back that should not have been written down; the row stays."""
    found = _to_mend("activity.withdraw", by, activity, reason)
    PeerActivity.objects.filter(pk=found.pk, withdrawn_by=None).update(
        withdrawn_by=by, withdrawn_reason=reason.strip()[:200]
    )
    record(
        "peeractivity", found.pk, school_code=found.school.code, from_state="HELD", to_state="WITHDRAWN", reason=reason
    )
    return [Moved("peeractivity", found.pk, "HELD", "WITHDRAWN")]
