"""What an item supports, and what an answer proves by it."""

from typing import Any

import pytest

from app.readiness.assessment import Answer, Evidence
from tests.make import (
    ASSERTED,
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    answer,
    artefact,
    catalogue,
    days_ago,
    dimension,
    evidence,
    finding,
    question,
    scored,
    withdrawal,
)


def proven(given: Answer, **asked: Any) -> int | None:
    """The level that an answer proves today."""
    score = scored(catalogue(dimension("service", question("logs", **asked))), {"service.logs": given})
    return score.questions["service.logs"].proven


@pytest.mark.parametrize(
    ("level", "items", "level_proven"),
    [
        pytest.param(0, [], 0, id="a claim of nothing proves nothing"),
        pytest.param(0, [evidence(MEASURED)], 0, id="a claim of nothing stays nothing, whatever is shown"),
        pytest.param(1, [], 1, id="a claim of 1 is its own proof"),
        pytest.param(4, [], 1, id="nothing attached is somebody's word"),
        pytest.param(4, [evidence(ASSERTED)], 1, id="an assertion attached is no more"),
        pytest.param(4, [evidence(DOCUMENTED)], 2, id="a paper proves 2"),
        pytest.param(4, [evidence(DEMONSTRATED)], 3, id="a test proves 3"),
        pytest.param(4, [evidence(MEASURED)], 4, id="production proves 4"),
        pytest.param(2, [evidence(MEASURED)], 2, id="no more is proven than is claimed"),
        pytest.param(4, [evidence(DOCUMENTED), evidence(DEMONSTRATED)], 3, id="the best item decides"),
        pytest.param(4, [evidence(DOCUMENTED)] * 3, 2, id="three papers are no test"),
        pytest.param(4, [evidence(MEASURED, None)], 1, id="undated measurement is somebody's word"),
    ],
)
def test_an_answer_proves(level: int, items: list[Evidence], level_proven: int) -> None:
    assert proven(answer(level, *items)) == level_proven


@pytest.mark.parametrize("kind", ["link", "document"])
@pytest.mark.parametrize(
    ("said", "level", "level_proven"),
    [
        pytest.param({}, 4, 4, id="supports the claim"),
        pytest.param({"supports": 3}, 4, 3, id="confirmed at 3 and the claim raised to 4: supports 3"),
        pytest.param({"supports": 4}, 3, 3, id="confirmed at 4 and the claim lowered to 3: no more than the claim"),
        pytest.param({"supports": 1}, 4, 2, id="confirmed at 1: worth what a document would be"),
        pytest.param(
            {"supports": 0, "grade": DOCUMENTED}, 4, 2, id="a paper confirmed at 0 is still a paper of the claim"
        ),
        pytest.param(
            {"supports": 3, "read_grade": MEASURED, "confirmed_by": None},
            4,
            4,
            id="unconfirmed it supports the claim, whatever it states",
        ),
    ],
)
def test_a_link_or_document(kind: str, said: dict[str, Any], level: int, level_proven: int) -> None:
    defaults: dict[str, Any] = {"grade": MEASURED, "kind": kind}
    assert proven(answer(level, evidence(**defaults | said))) == level_proven


@pytest.mark.parametrize("kind", ["artefact", "figure"])
@pytest.mark.parametrize(
    ("said", "level", "level_proven"),
    [
        pytest.param({"supports": 4}, 4, 4, id="stated 4 supports 4"),
        pytest.param({"supports": 3}, 4, 3, id="stated 3 supports 3"),
        pytest.param({"supports": 4, "grade": DEMONSTRATED}, 4, 3, id="no more than its grade"),
        pytest.param({"supports": None}, 4, 2, id="nothing stated: what a document would be"),
        pytest.param({"supports": 0}, 4, 2, id="stated 0: what a document would be"),
        pytest.param({"supports": None}, 1, 1, id="what a document would be, up to the claim"),
        pytest.param({"supports": 4, "findings": ()}, 4, 2, id="stated, but without a finding: not taken"),
        pytest.param({"supports": 4, "confirmed_by": None}, 4, 2, id="stated, but unconfirmed and unread: a paper"),
        pytest.param(
            {"supports": 4, "confirmed_by": None, "read_grade": DEMONSTRATED}, 4, 3, id="stated and read: as read"
        ),
        pytest.param({"supports": None, "grade": ASSERTED}, 4, 1, id="an assertion is no document"),
        pytest.param({"supports": 4, "observed_on": None}, 4, 1, id="undated: somebody's word"),
        pytest.param({"supports": 4, "observed_on": days_ago(-1)}, 4, 1, id="dated tomorrow: somebody's word"),
    ],
)
def test_an_artefact_or_figure(kind: str, said: dict[str, Any], level: int, level_proven: int) -> None:
    assert proven(answer(level, artefact(**{"kind": kind} | said))) == level_proven


def test_a_calculation_proves_a_plan_and_no_more() -> None:
    assert proven(answer(4, artefact(MEASURED, kind="calculation", supports=4))) == 2


@pytest.mark.parametrize("days_old", [90, 100])
def test_an_artefact_that_shows_nothing_lapses_with_the_paper_that_it_counts_as(days_old: int) -> None:
    """Where paper lasts 90 days, an unmet artefact of 100 days is worth what a document of that day would be: 1."""
    item = artefact(DEMONSTRATED, days_old, supports=None)
    assert proven(answer(4, item), shelf_life_days={DOCUMENTED: 90}) == (2 if days_old == 90 else 1)


@pytest.mark.parametrize(
    ("withdrawn", "level_proven"),
    [
        pytest.param(withdrawal(), 1, id="withdrawn and confirmed: supports nothing"),
        pytest.param(withdrawal(confirmed_by=None), 1, id="withdrawn and not yet confirmed: supports nothing either"),
        pytest.param(withdrawal(on=days_ago(-30)), 1, id="withdrawn from a later day: holds as written"),
    ],
)
def test_a_withdrawn_item(withdrawn: Any, level_proven: int) -> None:
    assert proven(answer(4, evidence(MEASURED, withdrawn=withdrawn))) == level_proven


def test_a_withdrawn_item_takes_nothing_from_the_others() -> None:
    assert proven(answer(4, evidence(MEASURED, withdrawn=withdrawal()), evidence(DEMONSTRATED))) == 3


def test_an_unanswered_question_proves_nothing_that_can_be_told() -> None:
    assert proven(Answer(level=None, ask="Cleo", evidence=(artefact(MEASURED, 0, finding()),))) is None
