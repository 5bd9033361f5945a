"""What the comparison of one pupil with one registry row comes to."""

from dataclasses import dataclass

from eligibility.rules import PASSING_VERDICTS, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, a score of 0 to 100 (exact = 100), and in Chinese what agrees or does not."""

    verdict: Verdict
    score: int
    why: str

    @property
    def passes(self) -> bool:
        """Say whether the rules alone may accept the pair; else a person decides."""
        return self.verdict in PASSING_VERDICTS
