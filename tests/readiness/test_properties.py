"""What must hold whatever is said and shown."""

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from app.finding import Finding
from app.readiness.assessment import Answer, Assessment, Evidence
from app.readiness.catalogue import Catalogue, Question
from app.readiness.document import document, read_document
from app.readiness.grade import Grade
from app.readiness.rule import Piece
from app.readiness.score import DimensionScore, Score, score
from tests.make import (
    DOCUMENTED,
    MEASURED,
    TODAY,
    assessment,
    catalogue,
    change,
    days_ago,
    dimension,
    evidence,
    exception,
    finding,
    found,
    gate,
    metric,
    not_applicable,
    piece,
    pilot,
    profile,
    question,
    rules,
    shows,
    speaks_against,
    withdrawal,
)

PEAK = "p95 latency {} need.ttft_p95_ms with users >= 10"
READ_CAPACITY = rules(
    shows(3, piece(PEAK.format("<="), "every errors <= 0.1", same=["users"])),
    shows(4, PEAK.format("<="), piece("total duration >= 900", together=["model"])),
    speaks_against(1, PEAK.format(">")),
    speaks_against(2, "errors > 0.1", "duration >= 300", same=["users"]),
)
READ_ROLLBACK = rules(
    shows(3, "bill <= need.monthly_budget"),
    shows(4, piece("different month of bill >= 2", together=[])),
    speaks_against(0, "bill > 2 * need.monthly_budget"),
)
READ_DUTY = rules(shows(2, "every region.name in need.regions_allowed"), speaks_against(1, "region.name = us"))
CATALOGUE = catalogue(
    dimension(
        "service",
        question("capacity", weight=3, changes=frozenset({"model", "volume"}), gate=gate(), rules=READ_CAPACITY),
        question("rollback", weight=2, shelf_life_days={MEASURED: 30, DOCUMENTED: 400}, rules=READ_ROLLBACK),
        question("logs"),
        metrics=[
            metric("latency", "ms", "serving.latency"),
            metric("errors", "1"),
            metric("duration", "s"),
            metric("bill", "money"),
        ],
    ),
    dimension(
        "law",
        question("duty", weight=2, gate=gate(2, exception=False), changes=frozenset({"data"}), rules=READ_DUTY),
        question("notice", when="users any {public}", gate=gate(2, not_applicable=True)),
        question(
            "rights", when="data any {personal}", gate=gate(when="regions any {eu}", exception_until=days_ago(-60))
        ),
        weight=2,
        metrics=[metric("region", "1")],
    ),
    dimension("value", question("gain"), question("cost", weight=2)),
)
NAMES = some.sampled_from(["Ann", " ann", "Ben", None])
GRADES = some.sampled_from(list(Grade))
LEVELS = some.integers(0, 4)
OBSERVED = some.none() | some.integers(-20, 800).map(days_ago)


NEEDS = some.fixed_dictionaries(
    {},
    optional={
        "ttft_p95_ms": some.sampled_from([1000, 500.0]),
        "monthly_budget": some.sampled_from(["40", 20.5]),
        "currency": some.sampled_from(["EUR", "USD"]),
        "regions_allowed": some.sampled_from([("eu",), ("EU", "us"), ()]),
    },
)
LOADS: some.SearchStrategy[dict[str, Any]] = some.fixed_dictionaries(
    {},
    optional={
        "users": some.sampled_from([1, 10, 200.0]),
        "model": some.sampled_from(["a", "b"]),
        "month": some.sampled_from(["2026-09", "2026-10"]),
    },
)


@some.composite
def findings(draw: some.DrawFn, *, harmless: bool = False) -> Finding:
    """A figure that no rule reads and whose level a document states, or one that a rule may read."""
    if draw(some.integers(0, 3)) == 0:
        against = some.none() if harmless else some.none() | LEVELS
        names, statistics = some.sampled_from(["ttft", "alarms"]), some.sampled_from(["p95", None])
        return finding(draw(names), draw(statistics), against=draw(against))
    name, unit, good, bad = draw(
        some.sampled_from(
            [
                ("latency", "ms", 400.0, 2000.0),
                ("serving.latency", "s", 0.5, 1.5),
                ("errors", "1", 0.0, 0.3),
                ("duration", "min", 5.0, 10.0),
                ("bill", "EUR", 10.5, 90.0),
                ("region", "1", 1.0, 1.0),
            ]
        )
    )
    load = draw(LOADS)
    if name == "region":
        load["name"] = "EU" if harmless else draw(some.sampled_from(["EU", "US", "uk"]))
    value = draw(some.sampled_from([good, None, good if harmless and name != "duration" else bad]))
    statistic = draw(some.sampled_from(["p95", "p50", "p99", "max"])) if unit in ("ms", "s") else None
    return found(name, value, unit, statistic, **load)


@some.composite
def items(draw: some.DrawFn, *, harmless: bool = False) -> Evidence:
    withdrawn = some.none() if harmless else some.none() | some.builds(withdrawal, confirmed_by=NAMES)
    return evidence(
        draw(some.none() | GRADES),
        kind=draw(some.sampled_from(["link", "document", "artefact", "figure", "calculation"])),
        read_grade=draw(some.none() | GRADES),
        observed_on=draw(OBSERVED),
        attached_by=draw(NAMES),
        confirmed_by=draw(NAMES),
        withdrawn=draw(withdrawn),
        supports=draw(some.none() | LEVELS),
        sha256=draw(some.sampled_from([None, "a" * 64, "b" * 64])),
        findings=tuple(draw(some.lists(findings(harmless=harmless), max_size=4))),
    )


EVIDENCE = some.lists(items(), max_size=3).map(tuple)
CLAIMS = some.builds(Answer, level=LEVELS, evidence=EVIDENCE, reviewed_on=OBSERVED)
BLANKS = some.builds(Answer, ask=some.sampled_from(["Cleo", None]), evidence=EVIDENCE)
SAID = some.one_of(CLAIMS, CLAIMS, CLAIMS, BLANKS)
MARKED = SAID | some.builds(not_applicable, confirmed_by=NAMES)
# Only these may be marked as not applicable in a document.
MAY_BE_MARKED = {"service.rollback", "service.logs", "law.notice", "value.gain", "value.cost"}
PROFILES = some.builds(
    profile,
    users=some.sampled_from([{"staff"}, {"public"}, set[str]()]).map(frozenset),
    data=some.sampled_from([{"internal"}, {"personal"}, set[str]()]).map(frozenset),
    autonomy=some.sampled_from(["assist", "act-alone", None]),
)


@some.composite
def assessments(draw: some.DrawFn) -> Assessment:
    answers = {
        key: draw(MARKED if key in MAY_BE_MARKED else SAID) for key in CATALOGUE.questions if draw(some.integers(0, 9))
    }
    kinds = some.sampled_from(["model", "volume", "data", "purpose"])
    exceptions = some.builds(
        exception,
        some.sampled_from(["service.capacity", "law.rights"]),
        begins=some.integers(0, 9).map(days_ago),
        until=some.integers(-30, 0).map(days_ago),
        accepted_by=NAMES,
    )
    return assessment(
        answers,
        pilot=pilot(profile=draw(PROFILES), needs=draw(NEEDS), confirmed_by=draw(NAMES)),
        changes=tuple(draw(some.lists(some.builds(change, kinds, some.integers(-20, 200)), max_size=2))),
        exceptions=tuple(draw(some.lists(exceptions, max_size=2))),
    )


def with_answer(said: Assessment, key: str, given_answer: Answer) -> Assessment:
    """The same assessment with one answer changed."""
    return replace(said, answers={**said.answers, key: given_answer})


def parts(given_score: Score) -> list[Score | DimensionScore]:
    """The whole and each dimension."""
    return [given_score, *given_score.dimensions]


def figures(given_score: Score) -> list[Any]:
    """Claimed and proven of the whole and of each dimension; None where not known."""
    return [figure for each in parts(given_score) for figure in (each.claimed, each.proven)]


def no_worse(after: Score, before: Score) -> bool:
    """Whether no score is lower and the verdict not worse."""
    pairs = zip(figures(after), figures(before), strict=True)
    return after.decision.verdict.rank >= before.decision.verdict.rank and all(
        (one is None) == (other is None) and (one is None or one >= other) for one, other in pairs
    )


def shown(given_score: Score) -> Mapping[str, Any]:
    """What a score shows, by the keys of questions, gates and dimensions, free of their order."""
    return {
        "verdict": given_score.decision.verdict,
        "tier": given_score.tier.tier.key,
        "whole": (given_score.claimed, given_score.proven, given_score.coverage, given_score.claimed_range),
        "lapses": given_score.lapses_on,
        "dimensions": {
            each.dimension.key: (each.claimed, each.proven, each.coverage) for each in given_score.dimensions
        },
        "gates": {each.key: each.state for each in given_score.gates},
        "questions": {
            key: (each.applicable, each.claimed, each.proven, each.proof.contradicted, each.proof.cap)
            for key, each in given_score.questions.items()
        },
    }


@given(assessments())
def test_proven_never_exceeds_claimed_and_both_stay_within_0_and_100(said: Assessment) -> None:
    found = score(CATALOGUE, said, TODAY)
    for each in parts(found):
        if each.claimed is not None:
            assert each.proven is not None
            assert 0 <= each.proven <= each.claimed <= 100
    for asked in found.questions.values():
        assert (asked.claimed is None) == (asked.proven is None)
        assert asked.claimed is None or asked.proven is None or 0 <= asked.proven <= asked.claimed


@given(assessments())
def test_claimed_lies_within_its_range_and_the_range_is_shown_below_full_coverage(said: Assessment) -> None:
    found = score(CATALOGUE, said, TODAY)
    assert (found.claimed_range is None) == (found.coverage in (None, 1))
    if found.claimed_range and found.claimed is not None:
        low, high = found.claimed_range
        assert 0 <= low <= found.claimed <= high <= 100


@given(assessments(), some.data())
def test_raising_a_level_never_harms(said: Assessment, data: some.DataObject) -> None:
    answered = [key for key, each in said.answers.items() if each.level is not None and each.level < 4]
    if not answered:
        return
    key = data.draw(some.sampled_from(answered))
    raised = replace(said.answers[key], level=data.draw(some.integers((said.answers[key].level or 0) + 1, 4)))
    assert no_worse(score(CATALOGUE, with_answer(said, key, raised), TODAY), score(CATALOGUE, said, TODAY))


@given(assessments(), some.sampled_from(list(CATALOGUE.questions)), items(harmless=True))
def test_adding_an_item_that_speaks_against_nothing_never_harms(said: Assessment, key: str, item: Evidence) -> None:
    before = said.answers.get(key, Answer())
    more = replace(before, evidence=(*before.evidence, item))
    assert no_worse(score(CATALOGUE, with_answer(said, key, more), TODAY), score(CATALOGUE, said, TODAY))


@given(assessments(), some.sampled_from(list(CATALOGUE.questions)), items(harmless=True), LEVELS)
def test_confirming_an_item_that_speaks_against_nothing_never_harms(
    said: Assessment, key: str, item: Evidence, level: int
) -> None:
    """Confirming keeps the claimed level as what a link or document supports."""
    before = said.answers.get(key, Answer()).evidence
    waiting = replace(item, attached_by="Ann", confirmed_by=None)
    supports = level if item.kind in ("link", "document") else item.supports
    confirmed = replace(waiting, confirmed_by="Ben", supports=supports)
    scores = [
        score(CATALOGUE, with_answer(said, key, Answer(level=level, evidence=(*before, each))), TODAY)
        for each in (confirmed, waiting)
    ]
    assert no_worse(*scores)


@given(assessments(), some.integers(0, 900), some.integers(0, 900))
def test_time_alone_never_raises_what_is_proven(said: Assessment, days: int, more: int) -> None:
    observed = [item.observed_on for each in said.answers.values() for item in each.evidence if item.observed_on]
    start = max([TODAY, *observed]) + timedelta(days=days)
    early, late = (score(CATALOGUE, said, day) for day in (start, start + timedelta(days=more)))
    for before, after in zip(parts(early), parts(late), strict=True):
        assert before.proven is None or after.proven is None or after.proven <= before.proven


def shuffled(values: Iterable[Any], seed: random.Random) -> list[Any]:
    """The values in another order."""
    mixed = list(values)
    seed.shuffle(mixed)
    return mixed


@given(assessments(), some.randoms(use_true_random=False))
def test_order_does_not_matter(said: Assessment, seed: random.Random) -> None:
    def mixed(item: Evidence) -> Evidence:
        return replace(item, findings=tuple(shuffled(item.findings, seed)))

    def mixed_piece(each: Piece) -> Piece:
        return replace(each, figures=tuple(shuffled(each.figures, seed)))

    def mixed_rules(asked: Question) -> Question:
        either = [
            replace(each, pieces=tuple(shuffled(map(mixed_piece, each.pieces), seed))) for each in asked.rules.supports
        ]
        return replace(asked, rules=rules(*shuffled([*either, *asked.rules.against], seed)))

    answers = {
        key: replace(each, evidence=tuple(shuffled(map(mixed, each.evidence), seed)))
        for key, each in shuffled(said.answers.items(), seed)
    }
    dimensions = [
        replace(each, questions=tuple(shuffled(map(mixed_rules, each.questions), seed)))
        for each in CATALOGUE.dimensions
    ]
    other = replace(CATALOGUE, dimensions=tuple(shuffled(dimensions, seed)))
    again = replace(said, answers=answers, changes=tuple(shuffled(said.changes, seed)))
    assert shown(score(other, again, TODAY)) == shown(score(CATALOGUE, said, TODAY))


@given(assessments(), MARKED)
def test_a_question_that_does_not_apply_changes_nothing(said: Assessment, given_answer: Answer) -> None:
    service, *others = CATALOGUE.dimensions
    away = replace(question("away", when="deployment any {edge}", weight=9, gate=gate(4)), key="service.away")
    wider = replace(CATALOGUE, dimensions=(replace(service, questions=(*service.questions, away)), *others))
    before = shown(score(CATALOGUE, said, TODAY))
    after = shown(score(wider, with_answer(said, "service.away", given_answer), TODAY))
    assert after["questions"].pop("service.away")[:3] == (False, None, None)
    assert after["gates"].pop("service.away") == "not-applicable"
    assert after == before


@given(assessments())
def test_a_document_read_back_gives_the_same_score_to_the_last_digit(said: Assessment) -> None:
    read_back = read_document(json.dumps(document(said)), CATALOGUE)
    assert shown(score(CATALOGUE, read_back, TODAY)) == shown(score(CATALOGUE, said, TODAY))


@given(assessments(), some.integers(1, 500))
def test_nothing_differs_before_the_day_that_it_names(said: Assessment, days: int) -> None:
    now = score(CATALOGUE, said, TODAY)
    day = TODAY + timedelta(days=days)
    if now.lapses_on is None or day < now.lapses_on:
        assert _but_lapse(CATALOGUE, said, day) == _but_lapse(CATALOGUE, said, TODAY)


def _but_lapse(given_catalogue: Catalogue, said: Assessment, day: date) -> dict[str, Any]:
    return {name: value for name, value in shown(score(given_catalogue, said, day)).items() if name != "lapses"}
