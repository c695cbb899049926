"""The figures of a score as plain values: what a milestone seals, and what the score as JSON begins with."""

from fractions import Fraction
from typing import Any

from app.readiness.proof import ItemProof
from app.readiness.score import DimensionScore, QuestionScore, Score
from app.readiness.verdict import cut


def figures_as_json(score: Score) -> dict[str, Any]:
    """A score as plain values, ready to be written as JSON: percentages cut to one decimal, shares to four digits."""
    ranged = score.claimed_range
    return {
        "as_of": score.as_of.isoformat(),
        "verdict": score.decision.verdict.value,
        "tier": score.tier.tier.key,
        "claimed": _percent(score.claimed),
        "proven": _percent(score.proven),
        "coverage": _share(score.coverage),
        "claimed_range": None if ranged is None else [_percent(ranged[0]), _percent(ranged[1])],
        "lapses_on": score.lapses_on.isoformat() if score.lapses_on else None,
        "dimensions": [_dimension(each) for each in score.dimensions],
        "gates": [{"key": each.key, "state": each.state.value} for each in score.gates],
        "questions": [_question(each) for each in score.questions.values()],
        "reasons": [f"{each.text} {each.detail}".strip() for each in score.decision.reasons],
    }


def _dimension(each: DimensionScore) -> dict[str, Any]:
    return {
        "key": each.dimension.key,
        "claimed": _percent(each.claimed),
        "proven": _percent(each.proven),
        "coverage": _share(each.coverage),
    }


def _question(each: QuestionScore) -> dict[str, Any]:
    return {
        "key": each.key,
        "dimension": each.dimension.key,
        "applicable": each.applicable,
        "claimed": each.claimed,
        "proven": each.proven,
        "contradicted": each.applicable and each.proof.contradicted,
        "evidence": [_item(item) for item in each.proof.items] if each.applicable else [],
    }


def _item(each: ItemProof) -> dict[str, Any]:
    return {
        "grade": str(each.item.declared_grade),
        "effective_grade": str(each.effective),
        "supports": each.supports,
        "against": each.against,
    }


def _percent(figure: Fraction | None) -> float | None:
    return None if figure is None else float(cut(figure))


def _share(figure: Fraction | None) -> float | None:
    return None if figure is None else int(figure * 10_000) / 10_000
