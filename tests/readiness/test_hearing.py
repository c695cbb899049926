"""What is told of an item beside the rules that read it."""

import pytest

from app.finding import Finding
from app.readiness.assessment import Evidence
from app.readiness.hearing import NOTHING, ItemHeard, hearing, speaks_to
from app.readiness.rule import Rules
from tests.make import catalogue, dimension, file, found, piece, profile, question, rules, shows, speaks_against
from tests.readiness.speed import CATALOGUE_NEEDS, HELD, METRICS, NEEDS, fast, slow


def heard(by: Rules, item: Evidence) -> ItemHeard:
    """What the rules of one question hear in it."""
    asked = question("speed", rules=by)
    return hearing(catalogue(dimension("service", asked, metrics=METRICS), needs=CATALOGUE_NEEDS), asked, item, NEEDS)


def found_in(figure: str, *findings: Finding) -> str:
    """What is said to be found for a figure."""
    (rule,) = heard(rules(shows(3, figure)), file(*findings)).rules
    return rule.pieces[0].lines[0].found


AT_LOAD = "p95 latency <= need.latency_ms with users >= need.users"


@pytest.mark.parametrize(
    ("finding", "says"),
    [
        pytest.param(fast(users=100), "900 ms at users 100", id="what it reads"),
        pytest.param(found(value=0.9, unit="s", statistic="p95", users=100), "900 ms at users 100", id="in its unit"),
        pytest.param(fast(statistic="p99", users=100), "900 ms (p99) at users 100", id="what shows it all the same"),
        pytest.param(fast(users=9), "900 ms at users 9: not at the users that is wanted", id="below the load"),
        pytest.param(fast(), "900 ms: does not say its users", id="at a load that it does not say"),
        pytest.param(
            slow(statistic="p99", users=100),
            "2,000 ms (p99) at users 100: it is the p99, and the p95 is wanted",
            id="a higher percentile beyond the limit decides nothing",
        ),
        pytest.param(
            fast(statistic="p50", users=100),
            "900 ms (p50) at users 100: it is the p50, and the p95 is wanted",
            id="nor does a lower one within it",
        ),
        pytest.param(slow(statistic="p50", users=100), "2,000 ms (p50) at users 100", id="a lower one beyond it does"),
        pytest.param(found(value=None, statistic="p95", users=100), "no figure at users 100", id="no value"),
        pytest.param(found(value=9, unit="By", statistic="p95", users=100), "9 By at users 100", id="another measure"),
    ],
)
def test_a_figure_is_told_as_it_is_found(finding: Finding, says: str) -> None:
    assert found_in(AT_LOAD, finding) == says


def test_what_is_added_up_is_told_as_the_sum() -> None:
    assert found_in("total duration >= 900", found("duration", 10, "min"), found("duration", 1, "min")) == "11 minutes"
    assert found_in("different month of duration >= 2", found("duration", 1, "s", month="May")) == "1"


def test_of_a_piece_the_nearest_run_is_told_and_what_is_missing_said() -> None:
    by = rules(shows(4, piece(AT_LOAD, "errors <= 0.01", "total duration >= 900", same=["users"])))
    (rule,) = heard(by, file(slow(users=100), found("errors", 0.5, "1"), fast(users=200))).rules
    latency, errors, duration = rule.pieces[0].lines
    assert (rule.met, latency.met, errors.met, duration.met) == (False, True, False, False)
    assert (latency.found, errors.found, duration.found) == ("900 ms at users 200", "0.5", NOTHING)


def test_a_piece_that_the_item_says_nothing_of_is_listed_with_its_figures() -> None:
    by = rules(shows(4, AT_LOAD, piece("errors <= 0.01", "duration >= 900")))
    (rule,) = heard(by, file(fast(users=100))).rules
    assert [piece.met for piece in rule.pieces] == [True, False]
    assert [line.found for line in rule.pieces[1].lines] == [NOTHING, NOTHING]


def test_what_is_met_comes_first_and_the_next_level_is_the_nearest() -> None:
    by = rules(shows(3, AT_LOAD), shows(4, AT_LOAD, "total duration >= 900"), speaks_against(2, "errors > 0.01"))
    told = heard(by, file(fast(users=100), found("errors", 0.5, "1")))
    assert [(rule.level, rule.against, rule.met) for rule in told.rules] == [
        (2, True, True),
        (3, False, True),
        (4, False, False),
    ]
    assert (told.shown, told.contradicting, told.following) == (told.rules[1], told.rules[0], told.rules[2])


def test_rules_that_read_nothing_in_it_are_not_told() -> None:
    assert heard(HELD, file(found("errors", 0.5, "1"))).rules == ()


def test_questions_that_it_decides_come_first() -> None:
    of_speed = question("speed", rules=HELD)
    of_errors = question("errors", rules=rules(shows(3, "errors <= 0.01")))
    of_length = question("length", rules=rules(shows(3, "duration >= 900")))
    away = question("away", rules=HELD, when="deployment any {edge}")
    read = catalogue(dimension("service", of_length, of_errors, of_speed, away, metrics=METRICS), needs=CATALOGUE_NEEDS)
    item = file(slow(users=100), found("errors", 0, "1"), found("duration", 5, "s"))
    spoken = speaks_to(read, profile(), NEEDS, item)
    assert [(each.question.key, each.level, each.against) for each in spoken] == [
        ("service.speed", None, 2),
        ("service.errors", 3, None),
        ("service.length", None, None),
    ]
