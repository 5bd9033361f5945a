"""Judging a pair whose ID numbers are equal: do the names agree too?"""

from collections.abc import Iterable

from aid_admin.lib.names import Likeness, compare
from eligibility.matching.judgements import Judgement
from eligibility.rules import Verdict

_SCORES = {
    Verdict.MATCHED: 100,
    Verdict.MATCHED_NAME_VARIANT: 95,
    Verdict.ID_MATCH_NAME_CONFLICT: 60,
}


def names_agree(*, name: str, record_name: str, former_names: Iterable[str] = ()) -> Judgement:
    """Judge a pupil and a registry row of the same ID number by their names.

    `former_names` are those of the roll (曾用名); one that equals the row's name is a variant.
    """
    likeness = compare(name, record_name)
    if likeness.kind is Likeness.EQUAL:
        return _judgement(Verdict.MATCHED, "身份证号和姓名一致")
    if any(compare(former, record_name).kind is Likeness.EQUAL for former in former_names if former):
        return _judgement(Verdict.MATCHED_NAME_VARIANT, "身份证号一致，名单用的是曾用名")
    if likeness.kind is Likeness.VARIANT:
        return _judgement(Verdict.MATCHED_NAME_VARIANT, f"身份证号一致，{likeness.why}")
    return _judgement(Verdict.ID_MATCH_NAME_CONFLICT, f"身份证号一致，但姓名不符：{likeness.why}")


def _judgement(verdict: Verdict, why: str) -> Judgement:
    return Judgement(verdict, _SCORES[verdict], why)
