"""What is stale, what goes stale by itself and when, and what the answer loses by it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.readiness.assessment import Answer
from app.readiness.catalogue import Catalogue
from app.readiness.freshness import Lapse, lapses, stale
from app.readiness.gates import GateState
from app.readiness.score import score
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    assessment,
    catalogue,
    change,
    days_ago,
    dimension,
    evidence,
    gate,
    question,
    withdrawal,
)

SMALL = catalogue(dimension("data", question("logs", gate=gate(3), changes=frozenset({"model"})), question("copies")))
LOGS = "data.logs"


def ahead(answers: Mapping[str, Answer], days: int = 90, given: Catalogue = SMALL, **said: Any) -> list[Lapse]:
    """What goes stale within so many days."""
    whole = assessment(answers, **said)
    return list(lapses(given, whole, score(given, whole, TODAY), TODAY + timedelta(days=days)))


def old(answers: Mapping[str, Answer], **said: Any) -> list[tuple[str, str, str]]:
    """What is stale today: question, and the grade before and after."""
    found = stale(score(SMALL, assessment(answers, **said), TODAY))
    return [(asked.key, str(aged.before), str(aged.after)) for asked, aged in found]


def test_an_item_loses_a_grade_the_day_after_its_shelf_life() -> None:
    (lapse,) = ahead({LOGS: answer(3, evidence(DEMONSTRATED, 170))})
    assert lapse.on == TODAY + timedelta(days=11)
    assert [(str(each.before), str(each.after)) for each in lapse.aged] == [("demonstrated", "documented")]
    assert (lapse.proven, lapse.loses) == ((3, 2), True)


def test_a_gate_that_is_no_longer_passed_turns() -> None:
    (lapse,) = ahead({LOGS: answer(3, evidence(DEMONSTRATED, 170))})
    assert (lapse.gate, lapse.turns) == ((GateState.PASSED, GateState.UNPROVEN), True)


def test_a_question_that_is_no_gate_turns_none() -> None:
    (lapse,) = ahead({"data.copies": answer(3, evidence(DEMONSTRATED, 170))})
    assert (lapse.gate, lapse.turns) == (None, False)


def test_an_item_beside_a_fresher_one_ages_and_nothing_is_lost() -> None:
    (lapse,) = ahead({LOGS: answer(3, evidence(DEMONSTRATED, 170), evidence(DEMONSTRATED, 0))})
    assert (lapse.proven, lapse.loses, lapse.turns) == ((3, 3), False, False)


def test_what_loses_a_grade_twice_is_told_twice() -> None:
    found = ahead({LOGS: answer(4, evidence(MEASURED, 85))}, days=200)
    assert [(str(one.before), str(one.after)) for each in found for one in each.aged] == [
        ("measured", "demonstrated"),
        ("demonstrated", "documented"),
    ]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(evidence(DEMONSTRATED, 170, withdrawn=withdrawal()), id="withdrawn"),
        pytest.param(evidence(DEMONSTRATED, None), id="undated"),
        pytest.param(evidence(DEMONSTRATED, 0), id="fresh for longer"),
    ],
)
def test_nothing_goes_stale_of_what_is(item: Any) -> None:
    assert ahead({LOGS: answer(3, item)}) == []


def test_the_last_day_that_is_asked_for_is_part_of_it() -> None:
    answers = {LOGS: answer(3, evidence(DEMONSTRATED, 170))}
    assert (len(ahead(answers, days=10)), len(ahead(answers, days=11))) == (0, 1)


def test_a_change_to_come_makes_its_answers_stale() -> None:
    (lapse,) = ahead({LOGS: answer(3, evidence(DEMONSTRATED, 0))}, changes=(change("model", -5),))
    assert (lapse.on, lapse.proven) == (days_ago(-5), (3, 2))


def test_what_has_aged_is_stale() -> None:
    assert old({LOGS: answer(3, evidence(DEMONSTRATED, 200))}) == [(LOGS, "demonstrated", "documented")]


def test_what_has_no_date_is_stale() -> None:
    assert old({LOGS: answer(3, evidence(DOCUMENTED, None))}) == [(LOGS, "documented", "asserted")]


def test_what_is_withdrawn_or_fresh_is_not_stale() -> None:
    items = (evidence(DEMONSTRATED, 200, withdrawn=withdrawal()), evidence(DEMONSTRATED, 10))
    assert old({LOGS: answer(3, *items)}) == []
