"""Two milestones compared: each cause has its part, and the parts add up."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.readiness.assessment import Answer, Assessment, Evidence
from app.readiness.catalogue import Catalogue
from app.readiness.document import document, read_document
from app.readiness.grade import Grade
from app.readiness.score import Score, score
from app.readiness.trend import CAUSES, Cause, QuestionChange, Side, Trend, compare
from app.readiness.verdict import cut
from tests.make import (
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
    profile,
    question,
    withdrawal,
)
from tests.readiness.test_properties import CATALOGUE as LARGE
from tests.readiness.test_properties import assessments

SMALL = catalogue(
    dimension(
        "service",
        question("capacity", weight=2, gate=gate(), changes=frozenset({"model"})),
        question("logs"),
        question("notice", when="users any {public}"),
    )
)


def moved(
    before: dict[str, Answer] | Assessment,
    after: dict[str, Answer] | Assessment,
    *,
    days: int = 0,
    old: Catalogue = SMALL,
    new: Catalogue = SMALL,
) -> Trend:
    """What moved from one assessment to the other, that many days later, up to today."""
    said, now = (each if isinstance(each, Assessment) else assessment(each) for each in (before, after))
    return compare(Side(old, said, days_ago(days)), Side(new, now, TODAY))


def parts(trend: Trend) -> dict[str, Decimal]:
    """What contributed something, as it is shown."""
    return {each.cause: each.shown for each in trend.parts if each.shown}


def only(cause: Cause, points: str) -> dict[str, Decimal]:
    """All of the difference from one cause."""
    return {cause: Decimal(points)}


def documented(grade: Grade = DOCUMENTED, **said: Any) -> Evidence:
    """A paper of a month ago, with an id."""
    return evidence(grade, 30, **{"id": "1"} | said)


SHOWN = answer(4, evidence(MEASURED, 30, id="1"))
NOTHING_ELSE = {"service.capacity": answer(0)}  # one level of the logs is 8.33 points


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        pytest.param(answer(1), answer(0), only("answers", "-8.3"), id="a lower claim"),
        pytest.param(answer(1), Answer(ask="Cleo"), only("answers", "-8.3"), id="nobody can say any more"),
        pytest.param(answer(1), answer(1, note="Look here."), {}, id="a note alone"),
        pytest.param(
            answer(3),
            answer(3, documented(confirmed_by=None)),
            only("items added", "8.3"),
            id="an item that nobody has confirmed",
        ),
        pytest.param(
            answer(3, documented(DEMONSTRATED, confirmed_by=None)),
            answer(3, documented(DEMONSTRATED, supports=3)),
            only("items confirmed", "8.4"),
            id="the same item confirmed",
        ),
        pytest.param(
            answer(3, evidence(DEMONSTRATED, confirmed_by=None)),
            answer(3, evidence(DEMONSTRATED, supports=3, id="7")),
            only("items confirmed", "8.4"),
            id="the same item by what it holds, where one of the two has no id",
        ),
        pytest.param(
            answer(3),
            answer(3, documented(DEMONSTRATED)),
            {"items added": Decimal("8.4"), "items confirmed": Decimal("8.3")},
            id="an item added and confirmed",
        ),
        pytest.param(
            answer(4, documented(MEASURED, supports=2)),
            answer(4, documented(MEASURED, supports=4)),
            only("items confirmed", "16.7"),
            id="a confirmation renewed for a higher claim",
        ),
        pytest.param(
            answer(2, documented()),
            answer(2, documented(withdrawn=withdrawal())),
            only("items withdrawn", "-8.3"),
            id="an item withdrawn",
        ),
        pytest.param(answer(2, documented()), answer(2), only("items added", "-8.3"), id="an item no longer there"),
        pytest.param(SHOWN, not_applicable(), only("not applicable", "-33.3"), id="marked, and confirmed"),
        pytest.param(
            SHOWN, not_applicable(confirmed_by=None), only("not applicable", "-33.3"), id="marked, and not confirmed"
        ),
        pytest.param(
            not_applicable(),
            SHOWN,
            {"answers": Decimal("8.3"), "items added": Decimal("8.3"), "items confirmed": Decimal("16.7")},
            id="a mark taken back: the level comes with the answer, not with the mark",
        ),
    ],
)
def test_each_cause_has_its_part(before: Answer, after: Answer, points: dict[str, Decimal]) -> None:
    assert parts(moved(NOTHING_ELSE | {"service.logs": before}, NOTHING_ELSE | {"service.logs": after})) == points


def test_a_profile_that_asks_for_more_has_its_part() -> None:
    said = NOTHING_ELSE | {"service.logs": SHOWN}
    wider = assessment(said, pilot=pilot(profile=profile(users=frozenset({"public"}))))
    assert parts(moved(said, wider)) == only("profile and needs", "-8.3")


def test_a_confirmation_of_the_profile_moves_the_verdict_and_no_score() -> None:
    said = dict.fromkeys(("service.capacity", "service.logs"), SHOWN)
    found = moved(assessment(said, pilot=pilot(confirmed_by=None)), said)
    assert parts(found) == {}
    assert found.verdicts == ("conditional", "go")


def test_a_catalogue_that_weighs_otherwise_has_its_part() -> None:
    heavier = catalogue(dimension("service", question("capacity", weight=2), question("logs", weight=3)))
    said = NOTHING_ELSE | {"service.logs": SHOWN}
    found = moved(said, said, new=heavier)
    assert parts(found) == only("catalogue", "26.7")
    dropped = [each for each in found.questions if each.key == "service.notice"]
    assert dropped == [QuestionChange("service.notice", "Notice", (None, None), (None, None), ("catalogue",))]


def test_dimensions_that_weigh_otherwise_have_their_part() -> None:
    first, second = dimension("a", question("one")), dimension("b", question("two"))
    said = {"a.one": SHOWN}
    found = moved(said, said, old=catalogue(first, second), new=catalogue(replace(first, weight=3), second))
    assert parts(found) == only("catalogue", "25.0")


def test_a_change_has_its_part_and_looking_again_gives_it_back() -> None:
    said = {"service.capacity": SHOWN}
    changed = assessment(said, changes=(change("model", 10),))
    reviewed = assessment({"service.capacity": replace(SHOWN, reviewed_on=TODAY)}, changes=changed.changes)
    assert parts(moved(said, changed, days=20)) == only("changes", "-16.6")
    assert parts(moved(changed, reviewed)) == only("answers", "16.6")


def test_what_goes_stale_is_the_part_of_time() -> None:
    said = {"service.capacity": SHOWN}
    later = compare(Side(SMALL, assessment(said), TODAY), Side(SMALL, assessment(said), TODAY + timedelta(days=61)))
    assert parts(later) == only("time", "-16.6")
    assert [(each.key, each.proven, each.causes) for each in later.questions] == [
        ("service.capacity", (4, 3), ("time",))
    ]


def test_what_was_shown_since_is_not_the_doing_of_time() -> None:
    """It is dated after the old milestone; on that day itself it would not have counted."""
    shown = answer(4, evidence(MEASURED, 5, id="2", supports=4))
    found = moved(NOTHING_ELSE | {"service.logs": answer(4)}, NOTHING_ELSE | {"service.logs": shown}, days=30)
    assert parts(found) == {"items added": Decimal("8.3"), "items confirmed": Decimal("16.7")}


def test_a_newer_run_since_settles_what_an_older_one_said() -> None:
    failed = artefact(MEASURED, 40, finding(against=1), id="1")
    settled = answer(4, failed, artefact(MEASURED, 5, id="2"))
    found = moved({"service.capacity": answer(4, failed)}, {"service.capacity": settled}, days=30)
    assert (sum(parts(found).values()), parts(found).get("time")) == (Decimal("50.0"), None)


def test_exceptions_move_no_score() -> None:
    said = {"service.capacity": answer(2), "service.logs": SHOWN}
    found = moved(said, assessment(said, exceptions=(exception("service.capacity"),)))
    assert parts(found) == {}
    assert found.questions == ()


def test_where_either_score_is_not_known_there_are_no_parts() -> None:
    found = moved({}, {"service.logs": SHOWN})
    assert (found.parts, found.proven[0]) == ((), None)
    assert [each.key for each in found.questions] == ["service.logs"]


def test_a_score_that_is_not_known_in_between_leaves_its_part_to_the_next() -> None:
    """The only answer gives way to a mark before the other question's answer is there."""
    found = moved(
        {"service.logs": SHOWN}, {"service.logs": not_applicable(confirmed_by=None), "service.capacity": answer(1)}
    )
    assert parts(found) == only("answers", "-16.7")
    assert {each.cause: each.exact for each in found.parts}["not applicable"] == 0


def test_a_question_is_listed_with_all_that_moved_it_there_and_back() -> None:
    stale = answer(3, evidence(DEMONSTRATED, 170, id="1", supports=3))
    renewed = answer(3, *stale.evidence, evidence(DEMONSTRATED, 15, id="2", supports=3))
    found = compare(
        Side(SMALL, assessment({"service.logs": replace(stale, level=2)}), days_ago(20)),
        Side(SMALL, assessment({"service.logs": renewed}), TODAY),
    )
    assert [(each.claimed, each.proven, each.causes) for each in found.questions] == [((2, 3), (2, 3), ("answers",))]


def test_questions_stand_in_the_order_of_the_catalogue_and_the_dropped_ones_last() -> None:
    new = catalogue(dimension("service", question("tests"), question("logs"), question("capacity", weight=2)))
    said = {"service.capacity": SHOWN, "service.logs": SHOWN}
    found = moved(said, {key: answer(1) for key in new.questions}, new=new)
    assert [each.key for each in found.questions] == [
        "service.tests",
        "service.logs",
        "service.capacity",
        "service.notice",
    ]


SIDES = some.builds(Side, some.just(LARGE), assessments(), some.integers(-200, 200).map(days_ago))
LIGHTER = replace(
    LARGE,
    dimensions=tuple(
        replace(each, weight=2, questions=each.questions[1:] if len(each.questions) > 2 else each.questions)
        for each in LARGE.dimensions
    ),
)


def on_fewer(side: Side) -> Side:
    """The same on a catalogue that asks less and weighs otherwise."""
    answers = {key: each for key, each in side.assessment.answers.items() if key in LIGHTER.questions}
    exceptions = tuple(each for each in side.assessment.exceptions if each.gate in LIGHTER.questions)
    return Side(LIGHTER, replace(side.assessment, answers=answers, exceptions=exceptions), side.as_of)


def each_question_ends_where_its_own_score_does(found: Trend, before: Score, after: Score) -> None:
    """Whether what is told of questions is what the two scores show; those not told of stand as before."""
    told = {each.key: (each.claimed, each.proven) for each in found.questions}
    for key in before.questions.keys() | after.questions.keys():
        was, now = (each.questions.get(key) for each in (before, after))
        ends = [(each.applicable, each.claimed, each.proven) if each else (None,) * 3 for each in (was, now)]
        if key in told:
            assert told[key] == tuple(zip(*(end[1:] for end in ends), strict=True))
        else:
            assert ends[0] == ends[1]


@given(SIDES, SIDES, some.booleans())
def test_the_parts_add_up_whatever_is_compared(old: Side, new: Side, fewer: bool) -> None:
    new = on_fewer(new) if fewer else new
    found = compare(old, new)
    before, after = (score(each.catalogue, each.assessment, each.as_of) for each in (old, new))
    assert found.proven == (before.proven, after.proven)
    assert found.claimed == (before.claimed, after.claimed)
    assert found.verdicts == (before.decision.verdict.value, after.decision.verdict.value)
    each_question_ends_where_its_own_score_does(found, before, after)
    if before.proven is None or after.proven is None:
        assert found.parts == ()
        return
    assert tuple(each.cause for each in found.parts) == CAUSES
    assert sum(each.exact for each in found.parts) == after.proven - before.proven
    assert sum(each.shown for each in found.parts) == cut(after.proven) - cut(before.proven)
    for each in found.parts:
        assert abs(each.exact - Fraction(each.shown)) < Fraction(1, 10)
        assert each.exact or not each.shown


@given(SIDES)
def test_a_milestone_compared_with_itself_shows_nothing(side: Side) -> None:
    read_back = read_document(json.dumps(document(side.assessment)), LARGE)
    found = compare(side, Side(LARGE, read_back, side.as_of))
    assert found.questions == ()
    assert all(not each.exact and not each.shown for each in found.parts)


@given(assessments(), some.integers(0, 400), some.integers(0, 400))
def test_time_alone_never_gives_a_positive_part_from_the_last_observed_day_on(
    said: Assessment, days: int, more: int
) -> None:
    observed = [item.observed_on for each in said.answers.values() for item in each.evidence if item.observed_on]
    start = max([TODAY, *observed]) + timedelta(days=days)
    found = compare(Side(LARGE, said, start), Side(LARGE, said, start + timedelta(days=more)))
    assert all(each.exact <= 0 for each in found.parts)
    assert {each.cause for each in found.parts if each.exact} <= {"time"}


@given(assessments(), assessments(), some.integers(0, 400))
def test_time_gives_no_positive_part_where_all_that_was_old_is_of_the_past(
    before: Assessment, after: Assessment, days: int
) -> None:
    observed = [item.observed_on for each in before.answers.values() for item in each.evidence if item.observed_on]
    start = max([TODAY, *observed])
    found = compare(Side(LARGE, before, start), Side(LARGE, after, start + timedelta(days=days)))
    assert all(each.exact <= 0 for each in found.parts if each.cause == "time")
