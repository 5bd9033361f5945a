"""From what rolls and attendance sheets claim of one pupil to the standing."""

from collections.abc import Sequence
from dataclasses import dataclass

from students.rules import LIVE_ROLLS, RollStatus, Standing


@dataclass(frozen=True, slots=True)
class RollClaim:
    """One roll in force that holds the pupil; `reference` is the row's id."""

    school: str
    status: str
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class AttendanceClaim:
    """One row of a committed attendance sheet that names the pupil."""

    school: str
    attending: bool
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The standing, the rows it rests on (None: no such row, or several), and why in Chinese."""

    standing: Standing
    roll: RollClaim | None
    attendance: AttendanceClaim | None
    why: str


def place(rolls: Sequence[RollClaim], attendance: Sequence[AttendanceClaim]) -> Placed | None:
    """Return the standing of one pupil; None if neither a roll nor a sheet names him.

    A roll that has ended (毕业, 退学 …) gives way to a live one. Being claimed twice and a
    transfer under way wait for a person.
    """
    if not rolls:
        return _without_roll(attendance)
    live = [roll for roll in rolls if roll.status in LIVE_ROLLS] or list(rolls[:1])
    presences = [claim for claim in attendance if claim.attending]
    present_at = {claim.school for claim in presences}
    leaving = next((roll for roll in live if roll.status == RollStatus.TRANSFER_UNDER_WAY), None)
    if leaving:
        staying = [roll for roll in live if roll is not leaving]
        return Placed(Standing.TRANSFER, leaving if not staying else None, None, "学籍正在转出办理中")
    if len(live) > 1:
        return Placed(Standing.CLAIMED_TWICE, None, None, "两份学籍同时有效")
    if len(present_at) > 1:
        return Placed(Standing.CLAIMED_TWICE, live[0], None, "两所学校同时确认在校就读")
    return _at_school(live[0], attendance, presences)


def _without_roll(attendance: Sequence[AttendanceClaim]) -> Placed | None:
    if not attendance:
        return None
    schools = {claim.school for claim in attendance if claim.attending}
    if len(schools) > 1:
        return Placed(Standing.CLAIMED_TWICE, None, None, "没有学籍，两所学校同时确认在校就读")
    claim = next((claim for claim in attendance if claim.attending), attendance[0])
    return Placed(Standing.ATTENDING_NOT_ENROLLED, None, claim, "学校填报在校，但本县没有学籍")


def _at_school(roll: RollClaim, attendance: Sequence[AttendanceClaim], presences: Sequence[AttendanceClaim]) -> Placed:
    own = next((claim for claim in attendance if claim.school == roll.school and claim.attending), None)
    if own:
        return Placed(Standing.GO, roll, own, "在籍且确认在校就读")
    absence = next((claim for claim in attendance if claim.school == roll.school), None)
    elsewhere = presences[0] if presences else None
    if absence:
        why = "学籍所在学校确认不在校就读"
        why += "，另一所学校填报在校" if elsewhere else ""
        return Placed(Standing.ENROLLED_NOT_ATTENDING, roll, absence, why)
    why = "学籍所在学校的在校确认表中没有该生"
    why += "，另一所学校填报在校" if elsewhere else ""
    return Placed(Standing.UNCONFIRMED, roll, elsewhere, why)
