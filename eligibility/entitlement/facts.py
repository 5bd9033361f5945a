"""What goes into an entitlement and what comes out: plain frozen values, no database."""

from dataclasses import dataclass
from datetime import date

_Scalar = str | int | bool | None
Json = _Scalar | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One proof that may give a pupil a category: a registry row or an application.

    `verdict` is what the comparison came to, or MATCHED where a person decided so.
    """

    category: str
    variant: str = ""
    relation: str = "SELF"
    verdict: str = "MATCHED"
    policy_status: str = ""
    proof_state: str = ""
    valid_to: date | None = None
    is_covered_member: bool | None = None
    tier: str = ""
    recognised: bool = False
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class PupilFacts:
    """One pupil in one semester; `roll_status` None means that no roll of the county holds him.

    `fee_fen` is the approved fee of school and major for one semester. `second_roll` is the row's id where
    these are the facts of a further roll that holds him too.
    """

    stage: str
    grade_year: int | None
    boarding: str
    residence: str
    major_code: str
    is_agricultural: bool
    roll_status: str | None
    standing: str
    inclusive: bool
    fee_fen: int | None
    claims: tuple[Claim, ...]
    second_roll: int | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """An amount per semester, in fen, while it is in force; no grades means every grade."""

    id: int
    programme: str
    stage: str
    boarding: str
    tier: str
    grades: tuple[int, ...]
    amount_fen: int | None
    by_school_fee: bool
    starts_on: date
    ends_on: date | None
    basis_doc: str


@dataclass(frozen=True, slots=True)
class AdmissionRule:
    """Whether a programme admits a category, and to which band of its standard.

    An empty `boarding` or `variant` stands for any. `variant` tells urban from rural allowance;
    for OTHER_DIFFICULTY it is the recognised tier; for an empty category it names what admits
    without one: RURAL_RESIDENCE or AGRICULTURAL_MAJOR.
    """

    id: int
    programme: str
    boarding: str
    category: str
    variant: str
    admitted: bool
    tier: str
    inclusive_only: bool
    starts_on: date
    ends_on: date | None
    basis_doc: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one pupil and programme; granted = (amount_fen > 0) = (GRANTED)."""

    programme: str
    granted: bool
    amount_fen: int
    reason_code: str
    why: str
    standard_id: int | None
    rule_id: int | None
    category: str
    facts: dict[str, Json]
