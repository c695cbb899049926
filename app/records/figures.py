"""The figures of an assessment's last scoring, kept beside it so that a portfolio need not score everything again."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from app.readiness.score import Score
from app.readiness.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a scoring came to; it holds from `scored_on` until the day before `lapses_on`."""

    verdict: Verdict
    claimed: Fraction | None
    proven: Fraction | None
    answered: int
    applicable: int
    reason: str  # the most decisive one
    scored_on: date
    lapses_on: date | None

    def holds_on(self, day: date) -> bool:
        """Whether scoring again on `day` would come to the same."""
        return self.scored_on <= day and (self.lapses_on is None or day < self.lapses_on)


def figures_of(score: Score) -> Figures:
    """What is kept of a score."""
    return Figures(
        verdict=score.decision.verdict,
        claimed=score.claimed,
        proven=score.proven,
        answered=score.answered,
        applicable=score.applicable,
        reason=score.decision.reasons[0].text,
        scored_on=score.as_of,
        lapses_on=score.lapses_on,
    )


def kept_figures(row: Row[*tuple[Any, ...]]) -> Figures | None:
    """The figures in an assessment's row; None where it was never scored, or is to be scored afresh."""
    if row.scored_on is None:
        return None
    return Figures(
        verdict=Verdict(row.verdict),
        claimed=row.claimed,
        proven=row.proven,
        answered=row.answered,
        applicable=row.applicable,
        reason=row.reason,
        scored_on=row.scored_on,
        lapses_on=row.lapses_on,
    )
