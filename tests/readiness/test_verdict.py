"""Tiers, the verdict, its reasons, and the day on which it lapses."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from app.readiness.assessment import Answer, Change
from app.readiness.catalogue import Catalogue
from app.readiness.score import Score
from app.readiness.verdict import Verdict
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    artefact,
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
    profile,
    proven_answer,
    question,
    scored,
    withdrawal,
)

# ---- tiers

STAFF = {"users": frozenset({"staff"})}


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        pytest.param({}, "ordinary", id="customers, nothing at stake: ordinary"),
        pytest.param({"autonomy": "act-alone"}, "high", id="it acts alone: high"),
        pytest.param({"affects_people": True}, "high", id="it bears on people's lives: high"),
        pytest.param({"data": frozenset({"internal", "special-category"})}, "high", id="special-category data: high"),
        pytest.param({"risk_class": "high"}, "high", id="high risk: high"),
        pytest.param({"risk_class": "unclassified"}, "high", id="not yet classified: high"),
        pytest.param({"risk_class": "limited"}, "ordinary", id="limited risk: ordinary"),
        pytest.param({"autonomy": None}, "high", id="autonomy left blank: high"),
        pytest.param({"affects_people": None}, "high", id="people affected left blank: high"),
        pytest.param({"data": frozenset()}, "high", id="data left blank, an empty list: high"),
        pytest.param({"risk_class": None}, "high", id="risk class left blank: high"),
        pytest.param(STAFF, "low", id="staff only, it assists, harmless data: low"),
        pytest.param(STAFF | {"autonomy": "decide-with-human"}, "ordinary", id="staff, but it proposes: ordinary"),
        pytest.param({"users": frozenset({"staff", "public"})}, "ordinary", id="staff and the public: ordinary"),
        pytest.param({"users": frozenset()}, "ordinary", id="users left blank does not fulfil low: ordinary"),
        pytest.param(STAFF | {"data": frozenset({"personal"})}, "ordinary", id="staff, personal data: ordinary"),
        pytest.param(STAFF | {"data": frozenset({"trade-secret"})}, "ordinary", id="staff, trade secrets: ordinary"),
        pytest.param(STAFF | {"affects_people": True}, "high", id="the first tier that fits counts: high before low"),
        pytest.param(
            {"sector": None, "regimes": frozenset(), "go_live": None}, "ordinary", id="other blanks change no tier"
        ),
    ],
)
def test_stakes(said: dict[str, Any], tier: str) -> None:
    given = catalogue(dimension("service", question("logs")))
    found = scored(given, {}, pilot=pilot(profile=profile(**said))).tier
    assert found.tier.key == tier
    assert bool(found.because) is (tier != "ordinary")


# ---- verdict: a gate that an exception can cover, one that none can, three questions more

SMALL = catalogue(
    dimension("service", question("stop", gate=gate()), question("logs"), question("alarms")),
    dimension("law", question("duty", gate=gate(exception=False)), question("notice")),
)
GO: Mapping[str, Answer] = {key: proven_answer(3, DEMONSTRATED) for key in SMALL.questions}
SPEAKS = artefact(DEMONSTRATED, 0, finding(against=1))


@pytest.mark.parametrize(
    ("answers", "said", "verdict"),
    [
        pytest.param({}, {}, "go", id="all proven at 3"),
        pytest.param({"law.duty": answer(1)}, {}, "no-go", id="a gate that no exception can cover has failed"),
        pytest.param(
            {"law.duty": answer(1), "service.stop": Answer(), "service.logs": Answer(), "law.notice": Answer()},
            {},
            "no-go",
            id="it has failed, whatever else is blank",
        ),
        pytest.param(
            {"law.duty": answer(None, SPEAKS)}, {}, "no-go", id="a finding speaks against it, unanswered: failed"
        ),
        pytest.param({"law.duty": answer(3)}, {}, "conditional", id="it is unproven, not failed"),
        pytest.param({"service.logs": Answer()}, {}, "go", id="coverage at 80 % is enough"),
        pytest.param({"service.logs": Answer(), "law.notice": Answer()}, {}, "not-assessed", id="coverage below 80 %"),
        pytest.param({"service.stop": Answer()}, {}, "not-assessed", id="a gate is open"),
        pytest.param({"service.stop": answer(1)}, {}, "no-go", id="a gate has failed"),
        pytest.param(
            {"service.stop": answer(1), "law.duty": Answer()},
            {},
            "not-assessed",
            id="a gate has failed that an exception could cover, another is open",
        ),
        pytest.param(
            {"service.stop": answer(1)},
            {"exceptions": (exception("service.stop"),)},
            "conditional",
            id="a gate has failed and is excepted",
        ),
        pytest.param({"service.stop": answer(4)}, {}, "conditional", id="a gate is unproven"),
        pytest.param({}, {"pilot": pilot(confirmed_by=None)}, "conditional", id="nobody confirmed profile and needs"),
        pytest.param(
            {}, {"pilot": pilot(confirmed_by="ANN")}, "conditional", id="who stated profile and needs confirmed them"
        ),
        pytest.param(
            {"service.logs": not_applicable()}, {}, "conditional", id="a third of a dimension is not applicable"
        ),
        pytest.param(
            {"law.notice": proven_answer(1), "law.duty": proven_answer(3), "service.alarms": answer(3)},
            {},
            "conditional",
            id="proven below the go threshold",
        ),
    ],
)
def test_the_verdict_is(answers: dict[str, Answer], said: dict[str, Any], verdict: str) -> None:
    assert scored(SMALL, {**GO, **answers}, **said).decision.verdict is Verdict(verdict)


def test_an_assessment_without_an_answer_is_not_assessed() -> None:
    assert scored(SMALL, {}).decision.verdict is Verdict.NOT_ASSESSED


def test_where_nothing_applies_nothing_is_assessed() -> None:
    nothing = catalogue(dimension("edge", question("lines", when="deployment any {edge}")))
    assert scored(nothing, {}).decision.verdict is Verdict.NOT_ASSESSED


def wide(*dimensions: int) -> Catalogue:
    """A catalogue without gates, with so many questions of weight 1 in each dimension."""
    return catalogue(
        *(dimension(f"d{at}", *(question(f"q{n}") for n in range(size))) for at, size in enumerate(dimensions))
    )


def proven_at(given: Catalogue, *levels: int, **said: Any) -> Score:
    """The score where the questions are claimed and proven at these levels, in order."""
    return scored(
        given, {key: proven_answer(level) for key, level in zip(given.questions, levels, strict=True)}, **said
    )


HIGH: Mapping[str, Any] = {"pilot": pilot(profile=profile(autonomy="act-alone"))}
LOW: Mapping[str, Any] = {"pilot": pilot(profile=profile(**STAFF))}


@pytest.mark.parametrize(
    ("levels", "said", "verdict"),
    [
        pytest.param((3, 3, 3, 3, 2), HIGH, "go", id="high: 70 is a Go"),
        pytest.param((3, 3, 3, 2, 2), HIGH, "conditional", id="high: 65 is not"),
        pytest.param((2, 2, 2, 1, 1), HIGH, "conditional", id="high: 40 is no No-go"),
        pytest.param((2, 2, 1, 1, 1), HIGH, "no-go", id="high: 35 is"),
        pytest.param((3, 3, 2, 2, 2), {}, "go", id="ordinary: 60 is a Go"),
        pytest.param((3, 2, 2, 2, 2), {}, "conditional", id="ordinary: 55 is not"),
        pytest.param((2, 1, 1, 1, 1), {}, "conditional", id="ordinary: 30 is no No-go"),
        pytest.param((1, 1, 1, 1, 1), {}, "no-go", id="ordinary: words alone, 25, are a No-go"),
        pytest.param((2, 2, 2, 2, 2), {}, "conditional", id="ordinary: paper alone, 50, is at best Conditional"),
        pytest.param((3, 2, 2, 2, 2), LOW, "go", id="low: 55 is a Go"),
        pytest.param((2, 2, 2, 2, 2), LOW, "conditional", id="low: paper alone is at best Conditional"),
        pytest.param((1, 1, 1, 1, 1), LOW, "no-go", id="low: words alone are a No-go"),
    ],
)
def test_five_questions_proven_at(levels: tuple[int, ...], said: dict[str, Any], verdict: str) -> None:
    assert proven_at(wide(5), *levels, **said).decision.verdict is Verdict(verdict)


def test_a_hair_below_the_threshold_is_below_and_reads_so() -> None:
    """Proven 69.96: shown as 69.9, not as a 70.0 that fails a bar of 70."""
    given = catalogue(dimension("d", question("q", weight=1749), question("p", weight=751)))
    score = scored(given, {"d.q": proven_answer(4), "d.p": answer(0)}, **HIGH)
    assert score.proven == Fraction(6996, 100)
    assert score.decision.verdict is Verdict.CONDITIONAL
    assert "69.9" in score.decision.reasons[0].text
    assert "70.0" not in score.decision.reasons[0].text


@pytest.mark.parametrize(
    ("weak", "verdict"),
    [
        pytest.param((2, 2, 2, 1, 1), "go", id="a dimension at the floor of 40 passes"),
        pytest.param((2, 2, 1, 1, 1), "conditional", id="a dimension at 35 is below it"),
    ],
)
def test_a_floor(weak: tuple[int, ...], verdict: str) -> None:
    score = proven_at(wide(5, 5), *weak, *(4, 4, 4, 4, 4))
    assert score.proven is not None
    assert score.proven > 60
    assert score.decision.verdict is Verdict(verdict)


def test_a_dimension_that_does_not_apply_has_no_floor() -> None:
    given = catalogue(dimension("d", question("q")), dimension("edge", question("lines", when="deployment any {edge}")))
    assert scored(given, {"d.q": proven_answer(4)}).decision.verdict is Verdict.GO


# ---- too much that is not applicable

TWENTY = catalogue(
    dimension("d", *(question(f"q{n}") for n in range(20)), question("edge", weight=9, when="deployment any {edge}"))
)


@pytest.mark.parametrize(
    ("marked", "said", "verdict"),
    [
        pytest.param(3, {}, "go", id="three of twenty, 15 %: not too much"),
        pytest.param(4, {}, "conditional", id="four of twenty: too much"),
        pytest.param(4, {"confirmed_by": None}, "conditional", id="confirmed or not"),
    ],
)
def test_not_applicable_of_twenty(marked: int, said: dict[str, Any], verdict: str) -> None:
    answers = {f"d.q{n}": not_applicable(**said) if n < marked else proven_answer(4) for n in range(20)}
    score = scored(TWENTY, answers)
    assert score.decision.verdict is Verdict(verdict)
    assert any(each.kind == "not-applicable" for each in score.decision.reasons) is (marked > 3)


def test_a_question_whose_condition_does_not_hold_is_no_part_of_that_share() -> None:
    answers = {f"d.q{n}": proven_answer(4) for n in range(20)} | {"d.edge": not_applicable()}
    assert scored(TWENTY, answers).decision.verdict is Verdict.GO


def test_the_share_goes_by_weight() -> None:
    given = catalogue(dimension("d", question("heavy", weight=3), *(question(f"q{n}") for n in range(14))))
    answers = {key: proven_answer(4) for key in given.questions}
    assert scored(given, {**answers, "d.q0": not_applicable()}).decision.verdict is Verdict.GO
    assert scored(given, {**answers, "d.heavy": not_applicable()}).decision.verdict is Verdict.CONDITIONAL


# ---- reasons


def test_reasons_come_most_decisive_first_and_lead_to_their_questions() -> None:
    answers = {
        **GO,
        "law.duty": answer(1),
        "service.stop": answer(4),
        "service.logs": Answer(),
    }
    reasons = scored(SMALL, answers, pilot=pilot(confirmed_by=None)).decision.reasons
    ranks = [each.verdict for each in reasons]
    assert (reasons[0].question, reasons[0].verdict) == ("law.duty", Verdict.NO_GO)
    assert [each.question for each in reasons if each.kind == "gate"] == ["law.duty", "service.stop"]
    assert ranks == [Verdict.NO_GO] + [Verdict.CONDITIONAL] * (len(ranks) - 1)
    assert {"floor", "confirmation"} <= {each.kind for each in reasons}


def test_a_go_has_a_reason_too() -> None:
    (reason,) = scored(SMALL, GO).decision.reasons
    assert (reason.kind, reason.verdict) == ("ready", Verdict.GO)


@pytest.mark.parametrize(
    ("answers", "said", "kind", "points_at"),
    [
        ({"service.stop": Answer()}, {}, "gate", "service.stop"),
        ({"service.stop": answer(4)}, {}, "gate", "service.stop"),
        ({"service.stop": answer(0)}, {"exceptions": (exception("service.stop"),)}, "gate", "service.stop"),
        ({"service.logs": Answer(), "law.notice": Answer()}, {}, "coverage", None),
        ({}, {"pilot": pilot(stated_by=None)}, "confirmation", None),
        ({"law.notice": not_applicable()}, {}, "not-applicable", "law"),
        (
            {key: proven_answer(4) for key in GO}
            | {"law.duty": answer(3, evidence(DEMONSTRATED)), "law.notice": answer(0)},
            {},
            "floor",
            "law",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_first_reason_is_of_its_kind(
    answers: dict[str, Answer], said: dict[str, Any], kind: str, points_at: str | None
) -> None:
    first = scored(SMALL, {**GO, **answers}, **said).decision.reasons[0]
    assert (first.kind, first.question or first.dimension) == (kind, points_at)


def test_from_worst_to_best() -> None:
    assert [each.value for each in sorted(Verdict, key=lambda each: each.rank)] == [
        "no-go",
        "not-assessed",
        "conditional",
        "go",
    ]


# ---- the first later day on which anything differs by itself

ONE = catalogue(dimension("service", question("stop", changes=frozenset({"model"}), gate=gate())))


@pytest.mark.parametrize(
    ("given", "said", "lapses"),
    [
        pytest.param(proven_answer(4, MEASURED), {}, 91, id="measured of today lapses on day 91"),
        pytest.param(answer(4, evidence(MEASURED, 90)), {}, 1, id="measured of 90 days ago lapses tomorrow"),
        pytest.param(answer(4, evidence(MEASURED, 91)), {}, 90, id="then as demonstrated would, on its day 181"),
        pytest.param(proven_answer(3, DEMONSTRATED), {}, 181, id="demonstrated lapses on day 181"),
        pytest.param(proven_answer(2, DOCUMENTED), {}, 366, id="documented lapses on day 366"),
        pytest.param(answer(4, evidence(DOCUMENTED, 400)), {}, None, id="what has lapsed lapses no more"),
        pytest.param(answer(4, evidence(MEASURED, None)), {}, None, id="undated: never"),
        pytest.param(answer(4, evidence(MEASURED, -5)), {}, 5, id="dated ahead: on its day"),
        pytest.param(answer(4), {}, None, id="words alone do not age"),
        pytest.param(Answer(), {}, None, id="nothing said, nothing lapses"),
        pytest.param(
            proven_answer(4, MEASURED), {"changes": (change("model", -7),)}, 7, id="a change to come: on its day"
        ),
        pytest.param(
            proven_answer(4, MEASURED), {"changes": (change("data", -7),)}, 91, id="a change that does not touch it"
        ),
        pytest.param(
            answer(0), {"exceptions": (exception("service.stop", until=days_ago(-3)),)}, 4, id="an exception ends"
        ),
        pytest.param(
            answer(0), {"exceptions": (exception("service.stop", begins=days_ago(-3)),)}, 3, id="an exception begins"
        ),
        pytest.param(
            answer(0),
            {"exceptions": (exception("service.stop", until=days_ago(-3), accepted_by=None),)},
            None,
            id="an exception that nobody accepted ends unnoticed",
        ),
        pytest.param(
            answer(4, evidence(MEASURED, 300, withdrawn=withdrawal()), evidence(DEMONSTRATED, 170)),
            {},
            11,
            id="the first of several",
        ),
    ],
)
def test_it_lapses_in_so_many_days(given: Answer, said: dict[str, Any], lapses: int | None) -> None:
    expected = None if lapses is None else TODAY + timedelta(days=lapses)
    assert scored(ONE, {"service.stop": given}, **said).lapses_on == expected


def test_an_item_dated_ahead_settles_a_finding_on_its_day() -> None:
    given = answer(4, evidence(MEASURED, None), artefact(None, None, finding(against=1)), artefact(None, -9))
    score = scored(ONE, {"service.stop": given})
    assert score.lapses_on == TODAY + timedelta(days=9)


@pytest.mark.parametrize(
    ("given", "lapses"),
    [
        pytest.param(answer(0), date(2027, 1, 1), id="failed: from that day no exception can cover it"),
        pytest.param(proven_answer(2, DOCUMENTED), date(2027, 1, 1), id="failed, with a paper that lasts longer"),
        pytest.param(answer(4), None, id="unproven: the day changes nothing"),
        pytest.param(Answer(), None, id="open: the day changes nothing"),
        pytest.param(answer(4, evidence(MEASURED, 0)), days_ago(-91), id="passed: the day changes nothing"),
    ],
)
def test_a_legal_duty_begins(given: Answer, lapses: date | None) -> None:
    duty = catalogue(dimension("law", question("duty", gate=gate(exception_until=date(2027, 1, 1)))))
    assert scored(duty, {"law.duty": given}).lapses_on == lapses


def test_the_day_it_names_is_the_first_on_which_the_score_differs() -> None:
    answers = {
        "service.stop": answer(4, evidence(MEASURED, 60), artefact(DEMONSTRATED, 100)),
    }
    changes: tuple[Change, ...] = (change("model", -200),)
    score = scored(ONE, answers, changes=changes)
    assert score.lapses_on is not None

    def shown(as_of: date) -> tuple[object, ...]:
        then = scored(ONE, answers, changes=changes, as_of=as_of)
        items = then.questions["service.stop"].proof.items
        return then.proven, then.decision.verdict, [(each.effective, each.worth) for each in items]

    before = [TODAY + timedelta(days=day) for day in range((score.lapses_on - TODAY).days)]
    assert {str(shown(day)) for day in before} == {str(shown(TODAY))}
    assert shown(score.lapses_on) != shown(TODAY)


def test_a_day_at_the_end_of_the_calendar_is_a_day_like_others() -> None:
    last = answer(4, replace(evidence(MEASURED), observed_on=date.max))
    forever = exception("service.stop", begins=date.max - timedelta(days=30), until=date.max)
    assert scored(ONE, {"service.stop": last}, exceptions=(forever,), as_of=date.max).as_of == date.max
