"""The figures: what is known, what is not, ranges, coverage, and how they are cut."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.readiness.assessment import Answer
from app.readiness.score import DimensionScore, Score
from app.readiness.verdict import cut
from tests.make import (
    DEMONSTRATED,
    answer,
    artefact,
    catalogue,
    dimension,
    evidence,
    finding,
    not_applicable,
    proven_answer,
    question,
    scored,
)

SMALL = catalogue(
    dimension("service", question("capacity", weight=3), question("logs")),
    dimension("law", question("duty"), question("notice", when="users any {public}"), weight=2),
    dimension("edge", question("lines", when="deployment any {edge}")),
)
SAID_LEVEL = answer(2)  # with nothing attached: claimed 2, proven 1


def dimensions(score: Score) -> dict[str, DimensionScore]:
    """The dimensions of a score by their keys."""
    return {each.dimension.key: each for each in score.dimensions}


def figures(score: Score, key: str) -> tuple[object, ...]:
    """Claimed, proven and coverage of a dimension."""
    found = dimensions(score)[key]
    return found.claimed, found.proven, found.coverage


def whole(score: Score) -> tuple[object, ...]:
    """Claimed, proven, coverage and claimed range of the whole."""
    return score.claimed, score.proven, score.coverage, score.claimed_range


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param({}, (None, None, 0), id="nothing answered anywhere: neither is known"),
        pytest.param(
            {"law.duty": SAID_LEVEL}, (None, 0, 0), id="nothing answered here, something elsewhere: proven is 0"
        ),
        pytest.param(
            {"service.capacity": SAID_LEVEL},
            (50, Fraction(75, 4), Fraction(1, 2)),
            id="claimed is over the answered, proven over all",
        ),
        pytest.param(
            {"service.capacity": proven_answer(4), "service.logs": answer(0)}, (75, 75, 1), id="weights count"
        ),
        pytest.param(
            {"service.capacity": answer(None, ask="Cleo"), "service.logs": SAID_LEVEL},
            (50, Fraction(25, 4), Fraction(1, 2)),
            id="nobody here can say counts as unanswered",
        ),
        pytest.param(
            {"service.capacity": not_applicable(confirmed_by=None), "service.logs": SAID_LEVEL},
            (50, Fraction(25, 4), Fraction(1, 2)),
            id="not applicable counts as unanswered until it is confirmed",
        ),
        pytest.param(
            {"service.capacity": not_applicable(), "service.logs": SAID_LEVEL},
            (50, 25, 1),
            id="confirmed as not applicable it is out of every sum",
        ),
        pytest.param(
            {"service.capacity": not_applicable(), "service.logs": not_applicable(), "law.duty": SAID_LEVEL},
            (None, None, None),
            id="with nothing applicable nothing is known",
        ),
        pytest.param(
            {"service.capacity": answer(0), "service.logs": answer(0)}, (0, 0, 1), id="a known nothing is 0, not null"
        ),
    ],
)
def test_the_service_stands_at(answers: dict[str, Answer], expected: tuple[object, ...]) -> None:
    assert figures(scored(SMALL, answers), "service") == expected


def test_overall_is_the_mean_weighted_by_dimension_and_leaves_out_what_is_not_known() -> None:
    score = scored(SMALL, {"service.capacity": proven_answer(4), "service.logs": SAID_LEVEL, "law.duty": answer(1)})
    assert score.claimed == (Fraction(350, 4) + 2 * 25) / 3
    assert score.proven == (Fraction(1300, 16) + 2 * 25) / 3


def test_a_dimension_without_an_answer_is_left_out_of_claimed_and_weighs_in_proven() -> None:
    score = scored(SMALL, {"service.capacity": proven_answer(4), "service.logs": proven_answer(4)})
    assert whole(score)[:2] == (100, Fraction(100, 3))


def test_nothing_answered_is_not_known_and_never_0() -> None:
    score = scored(SMALL, {})
    assert whole(score) == (None, None, 0, (0, 100))


def test_an_answer_to_a_question_that_does_not_apply_is_no_answer() -> None:
    score = scored(SMALL, {"edge.lines": proven_answer(4)})
    assert whole(score) == (None, None, 0, (0, 100))
    assert (score.questions["edge.lines"].claimed, score.questions["edge.lines"].proven) == (None, None)


def test_where_nothing_applies_coverage_is_not_known() -> None:
    nothing = catalogue(dimension("edge", question("lines", when="deployment any {edge}")))
    assert whole(scored(nothing, {})) == (None, None, None, None)


@pytest.mark.parametrize(
    ("answers", "claimed_range"),
    [
        pytest.param(
            {"service.capacity": SAID_LEVEL, "law.duty": answer(4)},
            ((Fraction(600, 16) + 200) / 3, (Fraction(1000, 16) + 200) / 3),
            id="from every blank at 0 to every blank at 4",
        ),
        pytest.param(
            {"service.capacity": answer(4), "service.logs": answer(4)},
            (Fraction(100, 3), 100),
            id="a dimension without an answer is in the range, from 0 to 100",
        ),
        pytest.param(
            {"service.capacity": answer(4), "service.logs": answer(1), "law.duty": answer(4)},
            None,
            id="none where everything is answered",
        ),
    ],
)
def test_the_claimed_range_is(answers: dict[str, Answer], claimed_range: tuple[Fraction, Fraction] | None) -> None:
    assert scored(SMALL, answers).claimed_range == claimed_range


def test_coverage_counts_questions_and_not_weight() -> None:
    score = scored(SMALL, {"service.capacity": SAID_LEVEL})
    assert score.coverage == Fraction(1, 3)
    assert (score.answered, score.applicable) == (1, 3)


def test_a_cap_lowers_the_score_and_leaves_the_claim() -> None:
    speaking = artefact(DEMONSTRATED, 0, finding(against=1))
    answers = {"service.capacity": answer(4, evidence(DEMONSTRATED), speaking), "service.logs": answer(4)}
    assert figures(scored(SMALL, answers), "service") == (100, 25, 1)


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(6996, 100), "69.9"),
        (Fraction(70), "70.0"),
        (Fraction(200, 3), "66.6"),
        (Fraction(9999, 100), "99.9"),
        (Fraction(0), "0.0"),
        (Fraction(1, 30), "0.0"),
        (Fraction(100), "100.0"),
    ],
    ids=str,
)
def test_a_figure_is_cut_not_rounded(exact: Fraction, shown: str) -> None:
    assert cut(exact) == Decimal(shown)
    assert str(cut(exact)) == shown


def test_it_says_how_many_levels_rest_on_declared_grades() -> None:
    answers = {
        "service.capacity": proven_answer(3, DEMONSTRATED),
        "service.logs": answer(3, artefact(DEMONSTRATED, read_grade=DEMONSTRATED)),
        "law.duty": answer(1),
    }
    assert scored(SMALL, answers).on_declared_grades == ("service.capacity",)
