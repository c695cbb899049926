"""Profile or needs restated after evidence was attached: named beside every gate that it turned."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.gates import GateState
from app.readiness.profile import Profile
from app.readiness.restated import Restatement, Turned, turned
from tests.make import (
    TODAY,
    answer,
    assessment,
    catalogue,
    dimension,
    gate,
    need,
    not_applicable,
    pilot,
    profile,
    proven_answer,
    question,
)

CATALOGUE = catalogue(
    dimension(
        "service",
        question("capacity", gate=gate()),
        question("notice", when="users any {public}", gate=gate()),
        question("tools", gate=gate(when="tools = yes")),
        question("rights", gate=gate(when="data any {personal}")),
        question("logs"),
    ),
    needs=(need("ttft_p95_ms", "number", 1500.0),),
)
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
EARLY, LATE = AT - timedelta(days=5), AT + timedelta(days=5)
PUBLIC = frozenset({"public"})
ATTACHED = dict.fromkeys(CATALOGUE.questions, EARLY)


def restated(at: datetime = AT, needs: Any = None, **before: Any) -> Restatement:
    """Dora states it anew; this is what it was before."""
    return Restatement(at=at, by="Dora", profile=profile(**before), needs=needs or {})


def said(given: Profile | None = None, needs: Any = None, **answers: Any) -> Assessment:
    """Everything proven unless said otherwise, with the profile as it is now."""
    whole = {key: answers.get(key.removeprefix("service."), proven_answer()) for key in CATALOGUE.questions}
    return assessment(whole, pilot=pilot(profile=given or profile(), needs=needs or {}))


def found(now: Assessment, *restatements: Restatement, attached: Any = None, on: Catalogue = CATALOGUE) -> Any:
    """What turned, by today."""
    return turned(on, now, TODAY, restatements, ATTACHED if attached is None else attached)


def test_a_gate_that_no_longer_applies_is_named_with_who_and_when_and_what() -> None:
    assert found(said(notice=answer(1)), restated(users=PUBLIC, sector="bank")) == (
        Turned(
            gate="service.notice",
            on=AT.date(),
            by="Dora",
            before=GateState.FAILED,
            after=GateState.NOT_APPLICABLE,
            fields=("Sector", "Who uses it"),
        ),
    )


def test_what_was_restated_before_the_first_item_turned_nothing() -> None:
    now = said(notice=answer(1))
    assert found(now, restated(users=PUBLIC), attached={"service.notice": LATE}) == ()
    assert found(now, restated(users=PUBLIC), attached={"service.notice": AT}) == ()
    assert found(now, restated(users=PUBLIC), attached={}) == ()


def test_a_gate_that_stands_as_before_is_not_named() -> None:
    assert found(said(notice=not_applicable()), restated(sector="bank")) == ()


def test_each_of_several_restatements_has_its_own_turn() -> None:
    """Public until the first, with tools until the second: stated in whichever order they are given."""
    first = restated(users=PUBLIC, tools=True)
    second = restated(LATE, tools=True)
    assert [(each.gate, each.on) for each in found(said(), second, first)] == [
        ("service.notice", AT.date()),
        ("service.tools", LATE.date()),
    ]


def test_a_turn_there_and_back_is_named_twice() -> None:
    there, back = restated(), restated(LATE, users=PUBLIC)
    states = [(each.before, each.after) for each in found(said(notice=answer(1)), there, back)]
    assert states == [
        (GateState.NOT_APPLICABLE, GateState.FAILED),
        (GateState.FAILED, GateState.NOT_APPLICABLE),
    ]


def test_a_question_that_is_no_gate_is_not_named() -> None:
    plain = catalogue(dimension("service", question("notice", when="users any {public}")))
    now = assessment({"service.notice": answer(1)}, pilot=pilot())
    assert turned(plain, now, TODAY, (restated(users=PUBLIC),), {"service.notice": EARLY}) == ()


def test_needs_are_named_by_their_titles_among_what_was_restated() -> None:
    (one,) = found(
        said(notice=answer(1), needs={"ttft_p95_ms": 2000}), restated(needs={"ttft_p95_ms": 500}, users=PUBLIC)
    )
    assert one.fields[-1] == "ttft_p95_ms"


def test_nothing_restated_is_nothing_turned() -> None:
    assert found(said()) == ()


def test_the_last_restatement_ends_at_what_is_stated_today() -> None:
    (one,) = found(said(profile(tools=True), tools=answer(1)), restated())
    assert (one.gate, one.before, one.after, one.fields) == (
        "service.tools",
        GateState.NOT_APPLICABLE,
        GateState.FAILED,
        ("Can it use tools?",),
    )
