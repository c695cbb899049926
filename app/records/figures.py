"""The figures of an assessment's last scoring, kept beside it so that a portfolio need not score everything again."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256

from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.catalogue_document import catalogue_sha256
from app.readiness.document import document
from app.readiness.score import Score
from app.readiness.verdict import Verdict
from app.records.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a scoring came to; it holds from `scored_on` until the day before `lapses_on`."""

    verdict: Verdict
    claimed: Fraction | None
    proven: Fraction | None
    answered: int
    applicable: int
    reason: str  # the most decisive one
    gates: Mapping[str, int]  # how many stand in each state; only states that one stands in
    contradicted: int  # answers that a standing finding speaks against
    waiting_review: int  # answers that ask for a new look since something changed
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
        gates=dict(Counter(str(each.state) for each in score.gates)),
        contradicted=sum(each.applicable and each.proof.contradicted for each in score.questions.values()),
        waiting_review=sum(
            each.claimed is not None and each.proof.awaiting_review is not None for each in score.questions.values()
        ),
        scored_on=score.as_of,
        lapses_on=score.lapses_on,
    )


def kept_figures(row: AnyRow) -> Figures | None:
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
        gates=row.gates,
        contradicted=row.contradicted,
        waiting_review=row.waiting_review,
        scored_on=row.scored_on,
        lapses_on=row.lapses_on,
    )


def inputs_sha256(catalogue: Catalogue, assessment: Assessment) -> str:
    """The digest of all that scoring reads but the day: the catalogue, and the assessment with its people."""
    plain = {"catalogue": catalogue_sha256(catalogue), "assessment": document(assessment)}
    return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
