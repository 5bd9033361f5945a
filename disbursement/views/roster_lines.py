"""One line of a roster on its page: which deeds fit it, what agreeing to it means, why none fits."""

from typing import Any

from aid_admin.lib.money import yuan_comma
from disbursement.rules.states import LineKind, LineStatus, RosterState


def able(line: Any) -> str:
    """Names of the deeds that fit one line, for the buttons above the list; the action has the last word."""
    missing = line.kind == LineKind.MISSING
    names = []
    if line.kind != LineKind.RIGHT:
        names += ["agree", "answer" if missing else "disagree"]
    if line.state == LineStatus.REFUSED:
        names.append("restore")
    elif line.kind != LineKind.TOO_MANY:
        names += ["refuse", "accept"] if missing and line.reason_code else ["refuse"]
    return " ".join(names)


def unable(line: Any, roster: Any) -> str:
    """Why nothing is to be done about one line, told while it is picked and no button fits; "" where one does."""
    if roster.state == RosterState.SUBMITTED and line.kind == LineKind.TOO_MANY:
        return "多报的按核定不资助，初审通过时自动不通过，不用再选"
    if roster.state == RosterState.DRAFT and line.kind == LineKind.RIGHT:
        return "与核定一致的，不用说明"
    return ""


def agreed(line: Any) -> str:
    """What agreeing to this line's difference means, in yuan."""
    if line.kind == LineKind.TOO_MANY:
        return "同意后不资助"
    means = {LineKind.MISSING: "同意后按 {} 元资助", LineKind.AMOUNT_DIFFERS: "同意后按核定的 {} 元资助"}
    return means.get(line.kind, "").format(yuan_comma(line.amount_fen))
