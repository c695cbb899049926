"""What would prove each claim, and where a pilot stands later if nothing is done."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from app import library
from app.readiness.assessment import Answer, Assessment, CatalogueReference
from app.readiness.catalogue import Catalogue
from app.readiness.outlook import Forecast, Outlook, outlook
from app.readiness.path import Path
from app.readiness.score import score
from app.readiness.verdict import cut
from tests.make import (
    ASSERTED,
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    artefact,
    assessment,
    catalogue,
    change,
    days_ago,
    dimension,
    evidence,
    exception,
    finding,
    gate,
    not_applicable,
    pilot,
    proven_answer,
    question,
    withdrawal,
)
from tests.readiness.fitting import every_need

TENTH = Decimal("0.1")


def ahead(of: Catalogue, answers: dict[str, Answer], **said: object) -> Outlook:
    return outlook(of, assessment(answers, **said), TODAY)


def ways(found: Outlook) -> list[tuple[str, str, str | None, str | None, Decimal]]:
    """For each unproven answer how it would be proven, with what, and at which effort."""
    return [(each.question, each.how, each.grade, each.evidence, each.effort_days) for each in found.proving]


# ---- what would prove it


def test_what_is_proven_or_not_claimed_needs_no_proof() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcd")))
    said = {"d.a": proven_answer(), "d.b": answer(0), "d.c": not_applicable()}
    assert ways(ahead(of, said)) == []


def test_new_evidence_costs_the_effort_from_what_is_proven_to_what_is_claimed() -> None:
    of = catalogue(dimension("d", question("a", effort_days=(1.0, 0.5, 4.0, 8.0))))
    found = ahead(of, {"d.a": answer(3)})
    assert ways(found) == [("d.a", "evidence", "demonstrated", "a test", Decimal("4.5"))]
    assert [(each.owner, each.claimed, each.proven) for each in found.proving] == [("CISO", 3, 1)]


def test_a_second_look_is_cheaper_where_it_is_enough() -> None:
    of = catalogue(dimension("d", question("a"), question("b")))
    waiting = {
        "d.a": answer(4, evidence(MEASURED, confirmed_by=None)),
        "d.b": answer(4, evidence(DEMONSTRATED, confirmed_by=None)),
    }
    assert ways(ahead(of, waiting)) == [
        ("d.a", "confirm", None, None, TENTH),
        ("d.b", "evidence", "measured", "a week of production", Decimal(2)),
    ]


def test_confirming_a_withdrawal_can_be_all_that_is_missing() -> None:
    of = catalogue(dimension("d", question("a")))
    wrong = artefact(MEASURED, 0, finding(against=1), withdrawn=withdrawal(confirmed_by=None))
    assert ways(ahead(of, {"d.a": answer(4, evidence(MEASURED), wrong)})) == [("d.a", "confirm", None, None, TENTH)]
    both = {"d.a": answer(4, evidence(MEASURED, confirmed_by=None), wrong)}
    assert ways(ahead(of, both)) == [("d.a", "confirm", None, None, 2 * TENTH)]


def test_what_a_change_alone_lowers_asks_for_a_look() -> None:
    of = catalogue(dimension("d", question("a", changes=frozenset({"model"}))))
    found = ahead(of, {"d.a": answer(4, evidence(MEASURED, 5))}, changes=(change("model", 2),))
    assert ways(found) == [("d.a", "review", None, None, Decimal(0))]


def test_a_look_and_a_confirmation_together_can_be_the_cheapest() -> None:
    of = catalogue(dimension("d", question("a", changes=frozenset({"model"}))))
    waiting = {"d.a": answer(3, evidence(DEMONSTRATED, 5, confirmed_by=None))}
    found = ahead(of, waiting, changes=(change("model", 2),))
    assert ways(found) == [("d.a", "review", None, None, TENTH)]
    assert found.proving[0].confirmed_too


def test_what_speaks_against_is_settled_by_evidence_of_its_grade() -> None:
    of = catalogue(dimension("d", question("a")))
    found = ahead(of, {"d.a": answer(2, artefact(MEASURED, 5, finding(against=1)))})
    assert ways(found) == [("d.a", "evidence", "measured", "a paper", Decimal(1))]


# ---- where it stands later


def points(found: Outlook) -> list[tuple[date, str, Decimal | None, tuple[str, ...]]]:
    return [(each.on, each.verdict, each.proven, each.loses) for each in found.forecast]


def test_evidence_goes_stale_on_its_day_and_the_gates_are_named_first() -> None:
    of = catalogue(dimension("d", question("a"), question("b", gate=gate(4)), question("c")))
    found = ahead(of, {"d.a": proven_answer(), "d.b": proven_answer(), "d.c": answer(2, evidence(DOCUMENTED))})
    assert points(found) == [
        (days_ago(-91), "conditional", Decimal("66.6"), ("B", "A")),
        (days_ago(-181), "conditional", Decimal("50.0"), ("B", "A")),
        (days_ago(-366), "no-go", Decimal("25.0"), ("B", "A", "C")),
    ]


def test_an_exception_that_ends_is_a_day_of_its_own() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3)), question("b", weight=9)), shelf_life_days={})
    said = {"d.a": answer(2), "d.b": proven_answer()}
    found = ahead(of, said, exceptions=(exception("d.a", until=days_ago(-10)),))
    assert points(found) == [(days_ago(-11), "no-go", Decimal("92.5"), ())]


def test_an_exception_that_has_not_begun_can_lift_it() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3)), question("b", weight=9)), shelf_life_days={})
    later = exception("d.a", begins=days_ago(-5), until=days_ago(-400))
    found = ahead(of, {"d.a": answer(2), "d.b": proven_answer()}, exceptions=(later,))
    assert points(found) == [(days_ago(-5), "conditional", Decimal("92.5"), ())]


def test_a_change_that_is_to_come_lowers_what_it_touches() -> None:
    of = catalogue(dimension("d", question("a", changes=frozenset({"model"}))), shelf_life_days={})
    found = ahead(of, {"d.a": proven_answer()}, changes=(change("model", -30),))
    assert points(found) == [(days_ago(-30), "go", Decimal("75.0"), ("A",))]


def test_nothing_is_foretold_beyond_a_year() -> None:
    of = catalogue(dimension("d", question("a")), shelf_life_days={DOCUMENTED: 366})
    assert points(ahead(of, {"d.a": answer(2, evidence(DOCUMENTED))})) == []


ITEMS = some.builds(
    evidence,
    some.sampled_from([ASSERTED, DOCUMENTED, DEMONSTRATED, MEASURED]),
    some.none() | some.integers(-200, 300),
    kind=some.sampled_from(["document", "artefact"]),
    findings=some.sampled_from([(), (finding(),), (finding(against=1),), (finding(against=3),)]),
    supports=some.sampled_from([None, 3, 4]),
)
SAID = some.builds(Answer, level=some.none() | some.integers(0, 4), evidence=some.lists(ITEMS, max_size=3).map(tuple))
SMALL = catalogue(
    dimension("x", question("a", gate=gate(3), changes=frozenset({"model"})), question("b", weight=2)),
    dimension("y", question("c", gate=gate(2, exception_until=days_ago(-90))), question("d"), weight=2),
)


@some.composite
def assessments(draw: some.DrawFn) -> Assessment:
    exceptions = some.builds(
        exception,
        some.sampled_from(["x.a", "y.c"]),
        begins=some.integers(-60, 10).map(days_ago),
        until=some.integers(-150, -61).map(days_ago),
    )
    return assessment(
        {key: draw(SAID) for key in SMALL.questions},
        changes=tuple(draw(some.lists(some.builds(change, some.just("model"), some.integers(-300, 30)), max_size=2))),
        exceptions=tuple(draw(some.lists(exceptions, max_size=2))),
        pilot=pilot(confirmed_by=draw(some.sampled_from(["Ben", None]))),
    )


def day_by_day(of: Catalogue, said: Assessment) -> Iterator[tuple[date, str, Decimal | None]]:
    """The same, found by scoring every single day."""
    before: tuple[str, Decimal | None] | None = None
    for days in range(367):
        found = score(of, said, TODAY + timedelta(days=days))
        now = found.decision.verdict.value, None if found.proven is None else cut(found.proven)
        if before is not None and now != before:
            yield (found.as_of, *now)
        before = now


@given(assessments())
def test_each_day_of_the_year_is_as_a_scoring_on_that_day_says(said: Assessment) -> None:
    found = outlook(SMALL, said, TODAY).forecast
    assert [(each.on, each.verdict, each.proven) for each in found] == list(day_by_day(SMALL, said))


@given(assessments())
def test_what_would_prove_a_claim_is_said_of_each_that_is_not_proven(said: Assessment) -> None:
    found = outlook(SMALL, said, TODAY).proving
    scored = score(SMALL, said, TODAY).questions.values()
    assert [each.question for each in found] == [
        each.key for each in scored if each.claimed is not None and (each.proven or 0) < each.claimed
    ]


def test_the_whole_catalogue_has_an_outlook() -> None:
    of = library.catalogue()
    answers = {key: answer(3, evidence(DEMONSTRATED, index)) for index, key in enumerate(of.questions)}
    named = CatalogueReference(id=of.id, version=of.version)
    said = assessment(answers, catalogue=named, pilot=pilot(needs=every_need(of)))
    found = outlook(of, said, TODAY)
    assert found.path == Path(target=found.path.target, effort_days=Decimal(0), steps=())
    assert found.fragility is not None
    assert all(isinstance(each, Forecast) for each in found.forecast)
    assert found.forecast[-1].verdict == "no-go"
