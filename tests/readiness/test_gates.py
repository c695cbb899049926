"""Gates: the state that fits first; where exceptions and not-applicables are allowed."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.readiness.assessment import Answer, RiskException, exception_problem, not_applicable_problem
from app.readiness.gates import GateState
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    artefact,
    catalogue,
    days_ago,
    dimension,
    evidence,
    exception,
    finding,
    gate,
    not_applicable,
    pilot,
    profile,
    proven_answer,
    question,
    scored,
    withdrawal,
)

GATE = "service.stop"
SPEAKS = artefact(DEMONSTRATED, 0, finding(against=1))


def state(
    given: Answer | None, *, when: str | None = None, exceptions: tuple[RiskException, ...] = (), **the_gate: Any
) -> GateState:
    """The state today of one gate that needs level 3 and that an exception can cover, unless said otherwise."""
    asked = catalogue(dimension("service", question("stop", when=when, gate=gate(**the_gate)), question("logs")))
    (found,) = scored(asked, {GATE: given} if given else {}, exceptions=exceptions).gates
    return found.state


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(proven_answer(3, DEMONSTRATED), "passed", id="proven at its level: passed"),
        pytest.param(proven_answer(4, MEASURED), "passed", id="proven above its level: passed"),
        pytest.param(proven_answer(4, DOCUMENTED), "unproven", id="claimed above, proven below: unproven"),
        pytest.param(answer(3), "unproven", id="claimed at its level, nothing shown: unproven"),
        pytest.param(proven_answer(2, MEASURED), "failed", id="claimed below its level: failed"),
        pytest.param(answer(0), "failed", id="claimed as absent: failed"),
        pytest.param(None, "open", id="no answer at all: open"),
        pytest.param(answer(None, ask="Cleo"), "open", id="nobody here can say: open"),
        pytest.param(answer(None, evidence(MEASURED)), "open", id="shown, but no level claimed: open"),
        pytest.param(answer(4, evidence(MEASURED), SPEAKS), "failed", id="a finding speaks against it: failed"),
        pytest.param(answer(None, SPEAKS), "failed", id="a finding speaks against it, unanswered: failed all the same"),
        pytest.param(
            answer(None, artefact(DEMONSTRATED, 0, finding(against=3))), "open", id="a cap at its level fails nothing"
        ),
        pytest.param(
            answer(None, SPEAKS, artefact(DEMONSTRATED, 0)),
            "failed",
            id="of the same day it is not settled: failed",
        ),
        pytest.param(
            answer(4, evidence(MEASURED), artefact(DEMONSTRATED, 9, finding(against=1)), artefact(DEMONSTRATED, 1)),
            "passed",
            id="the finding is settled: passed",
        ),
        pytest.param(
            answer(4, evidence(MEASURED), artefact(DEMONSTRATED, 9, finding(against=1), withdrawn=withdrawal())),
            "passed",
            id="the finding is withdrawn and that confirmed: passed",
        ),
    ],
)
def test_a_gate_of_level_3_is(given: Answer | None, expected: str) -> None:
    assert state(given) == GateState(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(answer(3), "excepted", id="an unproven gate is covered"),
        pytest.param(answer(0), "excepted", id="a failed gate is covered"),
        pytest.param(answer(4, evidence(MEASURED), SPEAKS), "excepted", id="a contradicted gate is covered"),
        pytest.param(answer(None, SPEAKS), "excepted", id="an unanswered gate with a finding against it is covered"),
        pytest.param(None, "open", id="an open gate stays open: nobody accepts what nobody has looked at"),
        pytest.param(proven_answer(3), "passed", id="a passed gate stays passed"),
    ],
)
def test_with_an_exception(given: Answer | None, expected: str) -> None:
    assert state(given, exceptions=(exception(GATE),)) == GateState(expected)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        pytest.param({}, True, id="within its days"),
        pytest.param({"begins": TODAY}, True, id="on its first day"),
        pytest.param({"until": TODAY}, True, id="on its last day"),
        pytest.param({"until": days_ago(1)}, False, id="the day after its last: no more"),
        pytest.param({"begins": days_ago(-1)}, False, id="the day before its first: not yet"),
        pytest.param({"accepted_by": None}, False, id="asked and not accepted: no"),
        pytest.param({"asked_by": None}, False, id="accepted, but nobody asked: no"),
        pytest.param({"accepted_by": " ann"}, False, id="accepted by who asked: no"),
        pytest.param({"gate": "service.other"}, False, id="of another gate: no"),
    ],
)
def test_an_exception_holds(said: dict[str, Any], holds: bool) -> None:
    assert state(answer(0), exceptions=(exception(**{"gate_key": GATE} | _renamed(said)),)) is (
        GateState.EXCEPTED if holds else GateState.FAILED
    )


def _renamed(said: dict[str, Any]) -> dict[str, Any]:
    return {"gate_key" if name == "gate" else name: value for name, value in said.items()}


def test_of_several_exceptions_one_that_holds_is_enough() -> None:
    lapsed = exception(GATE, begins=days_ago(40), until=days_ago(10))
    assert state(answer(0), exceptions=(lapsed, exception(GATE))) is GateState.EXCEPTED


def test_an_exception_covers_nothing_on_a_gate_that_allows_none() -> None:
    assert state(answer(0), exceptions=(exception(GATE),), exception=False) is GateState.FAILED


@pytest.mark.parametrize(("duty_in_days", "expected"), [(1, "excepted"), (0, "failed"), (-1, "failed")])
def test_from_the_day_of_the_duty_on_no_exception_covers(duty_in_days: int, expected: str) -> None:
    duty = TODAY + timedelta(days=duty_in_days)
    assert state(answer(0), exceptions=(exception(GATE),), exception_until=duty) == GateState(expected)


@pytest.mark.parametrize(
    ("given", "conditions", "expected"),
    [
        pytest.param(answer(0), {"when": "users any {public}"}, "not-applicable", id="its question does not apply"),
        pytest.param(
            answer(0),
            {"when": None, "gate_when": "users any {public}"},
            "not-applicable",
            id="its own condition does not hold",
        ),
        pytest.param(answer(0), {"gate_when": "users any {customers}"}, "failed", id="its own condition holds"),
        pytest.param(not_applicable(), {"not_applicable": True}, "not-applicable", id="confirmed where allowed"),
        pytest.param(
            not_applicable(confirmed_by=None), {"not_applicable": True}, "open", id="marked and not confirmed: open"
        ),
        pytest.param(
            not_applicable(confirmed_by="ANN "), {"not_applicable": True}, "open", id="confirmed by who marked it: open"
        ),
        pytest.param(
            not_applicable(),
            {"gate_when": "users any {customers}"},
            "open",
            id="marked while the profile allowed it, which it no longer does: open",
        ),
        pytest.param(
            not_applicable(),
            {"gate_when": "users any {public}"},
            "not-applicable",
            id="marked where its own condition does not hold",
        ),
    ],
)
def test_not_applicable(given: Answer, conditions: dict[str, Any], expected: str) -> None:
    said = {name: value for name, value in conditions.items() if name != "gate_when"}
    asked = catalogue(
        dimension(
            "service",
            question(
                "stop",
                when=said.pop("when", None),
                gate=gate(when=conditions.get("gate_when"), **said),
            ),
        )
    )
    (found,) = scored(asked, {GATE: given}).gates
    assert found.state == GateState(expected)


def test_a_blank_profile_makes_no_gate_go_away() -> None:
    asked = catalogue(
        dimension("service", question("stop", when="users any {public}", gate=gate(when="data any {personal}")))
    )
    blank = pilot(profile=profile(users=frozenset(), data=frozenset()))
    (found,) = scored(asked, {}, pilot=blank).gates
    assert found.state is GateState.OPEN


def test_a_question_marked_against_the_rules_counts_as_unanswered_and_not_as_away() -> None:
    asked = catalogue(dimension("service", question("stop", when="users any {customers}", gate=gate())))
    score = scored(asked, {GATE: not_applicable()})
    assert score.questions[GATE].applicable
    assert score.coverage == 0


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        pytest.param(question("logs"), True, id="a question that is no gate"),
        pytest.param(question("stop", gate=gate(not_applicable=True)), True, id="a gate that allows it"),
        pytest.param(question("stop", gate=gate()), False, id="a gate that does not"),
        pytest.param(
            question("stop", gate=gate(when="users any {public}")), True, id="a gate whose condition does not hold"
        ),
        pytest.param(question("stop", gate=gate(when="users any {customers}")), False, id="one whose condition holds"),
    ],
)
def test_marking_as_not_applicable_is_allowed_on(asked: Any, allowed: bool) -> None:
    assert (not_applicable_problem(asked, profile()) is None) is allowed


@pytest.mark.parametrize(
    ("the_gate", "begins", "until", "allowed"),
    [
        pytest.param({}, TODAY, days_ago(-180), True, id="180 days"),
        pytest.param({}, TODAY, days_ago(-181), False, id="181 days are too long"),
        pytest.param({}, TODAY, TODAY, True, id="one day"),
        pytest.param({}, TODAY, days_ago(1), False, id="ends before it begins"),
        pytest.param({"exception": False}, TODAY, TODAY, False, id="a gate that allows none"),
        pytest.param({"exception_until": date(2027, 1, 1)}, TODAY, date(2026, 12, 31), True, id="ends before the duty"),
        pytest.param({"exception_until": date(2027, 1, 1)}, TODAY, date(2027, 1, 1), False, id="ends on that day"),
    ],
)
def test_an_exception_may_be_asked_for(the_gate: dict[str, Any], begins: date, until: date, allowed: bool) -> None:
    asked = catalogue(dimension("service", question("stop", gate=gate(**the_gate)), question("logs")))
    assert (exception_problem(asked, GATE, begins, until) is None) is allowed


@pytest.mark.parametrize("key", ["service.logs", "service.none"])
def test_there_are_no_exceptions_on_what_is_no_gate(key: str) -> None:
    asked = catalogue(dimension("service", question("stop", gate=gate()), question("logs")))
    assert exception_problem(asked, key, TODAY, TODAY)
