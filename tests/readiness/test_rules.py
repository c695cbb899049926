"""What speaks against by a rule and what settles it; what is stated; needs that nobody wrote down."""

from collections.abc import Iterable
from typing import Any

import pytest

from app.finding import Finding
from app.readiness.assessment import Evidence
from app.readiness.gates import GateState
from app.readiness.rule import Rules, Supports
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    answer,
    catalogue,
    change,
    dimension,
    evidence,
    file,
    finding,
    found,
    piece,
    pilot,
    question,
    rules,
    scored,
    shows,
    speaks_against,
    withdrawal,
)
from tests.readiness.speed import CATALOGUE_NEEDS, HELD, METRICS, NEEDS, PEAK, asked, fast, proven, reads, slow, whole

# ---- what speaks against


def old(*findings: Finding, **said: Any) -> Evidence:
    """A demonstrated file of thirty days ago."""
    return file(*findings, **{"grade": DEMONSTRATED, "days_old": 30} | said)


@pytest.mark.parametrize(
    ("finding", "against"),
    [
        pytest.param(slow(users=100), True, id="the p95 above, at the load"),
        pytest.param(slow(users=99), False, id="below the load it says nothing"),
        pytest.param(slow(), False, id="nor at no load that is stated"),
        pytest.param(slow(statistic="p50", users=100), True, id="a median above shows the p95 to be"),
        pytest.param(slow(statistic="min", users=100), True, id="so does the least"),
        pytest.param(slow(statistic="p99", users=100), False, id="a p99 above does not"),
        pytest.param(slow(statistic="max", users=100), False, id="nor the largest"),
        pytest.param(slow(statistic="mean", users=100), False, id="nor the mean"),
        pytest.param(slow(2, users=100), False, id="within the limit nothing speaks against"),
    ],
)
def test_a_finding_beyond_its_threshold_caps_the_level(finding: Finding, against: bool) -> None:
    proof = asked(HELD, evidence(MEASURED), file(finding)).proof
    assert (proof.cap, proof.contradicted, proof.proven) == ((2, True, 2) if against else (None, False, 4))


@pytest.mark.parametrize(
    ("other", "settled"),
    [
        pytest.param(old(fast(users=100), days_old=29), True, id="a newer one of the same grade within the limit"),
        pytest.param(file(fast(users=400), days_old=29), True, id="of a higher grade, at a higher load"),
        pytest.param(file(fast(users=99), days_old=29), False, id="a run below the load does not"),
        pytest.param(file(fast(), days_old=29), False, id="nor one at no load"),
        pytest.param(old(fast(users=100)), False, id="on the same day none is newer"),
        pytest.param(old(fast(users=100), days_old=31), False, id="an older one does not"),
        pytest.param(file(fast(users=100), days_old=None), False, id="an undated one does not"),
        pytest.param(file(fast(users=100), days_old=-1), False, id="one dated ahead does not"),
        pytest.param(old(fast(users=100), grade=DOCUMENTED, days_old=1), False, id="a lower grade does not"),
        pytest.param(file(fast(users=100), days_old=1, kind="document"), False, id="a document holds no findings"),
        pytest.param(file(fast(users=100), days_old=1, kind="calculation"), False, id="a calculation is no test"),
        pytest.param(file(fast(users=100), days_old=1, confirmed_by=None), False, id="unconfirmed it is a paper"),
        pytest.param(
            file(fast(users=100), days_old=1, withdrawn=withdrawal(confirmed_by=None)), False, id="a withdrawn one"
        ),
        pytest.param(file(fast(statistic="p99", users=100), days_old=1), True, id="a p99 within shows the p95 to be"),
        pytest.param(file(slow(statistic="p99", users=100), days_old=1), False, id="a p99 beyond settles nothing"),
        pytest.param(file(fast(statistic="p50", users=100), days_old=1), False, id="nor does a median within"),
        pytest.param(file(fast(statistic="mean", users=100), days_old=1), False, id="nor a mean within"),
        pytest.param(
            file(found(value=None, statistic="p95", users=100), days_old=1), False, id="nor one without a value"
        ),
        pytest.param(
            file(found(value=1, unit="By", statistic="p95", users=100), days_old=1), False, id="nor one in bytes"
        ),
        pytest.param(file(found("errors", 0, "1", users=100), days_old=1), False, id="nor another metric"),
    ],
)
def test_what_was_slow_thirty_days_ago_is_settled(other: Evidence, settled: bool) -> None:
    proof = asked(HELD, evidence(MEASURED), old(slow(users=100)), other).proof
    assert proof.contradicted is not settled


def test_what_does_not_name_the_attribute_settles_nothing() -> None:
    by = rules(speaks_against(1, "licence.name in {gpl}"))
    before, silent = file(found("licence", name="GPL"), days_old=9), file(found("licence", kind="free"))
    assert asked(by, before, silent).proof.cap == 1
    assert asked(by, before, file(found("licence", name="MIT"))).proof.cap is None


def test_any_dated_item_is_newer_than_an_undated_one() -> None:
    undated, dated = old(slow(users=100), days_old=None), old(fast(users=100), days_old=400)
    assert asked(HELD, undated).proof.contradicted
    assert not asked(HELD, undated, dated).proof.contradicted


def test_a_newer_item_that_is_slow_too_settles_and_speaks_itself() -> None:
    proof = asked(HELD, old(slow(users=100)), file(slow(users=100))).proof
    assert [each.against for each in proof.items] == [None, 2]


def test_grades_are_compared_before_ageing() -> None:
    """The slow run was measured in production, a year ago; a test of today in a laboratory does not silence it."""
    assert asked(HELD, file(slow(users=100), days_old=400), old(fast(users=100), days_old=0)).proof.contradicted


@pytest.mark.parametrize(
    ("said", "speaks"),
    [
        pytest.param({"withdrawn": withdrawal()}, False, id="a confirmed withdrawal silences it"),
        pytest.param({"withdrawn": withdrawal(confirmed_by=None)}, True, id="one that nobody confirmed does not"),
        pytest.param({"confirmed_by": None}, True, id="an unconfirmed item speaks"),
        pytest.param({"days_old": None}, True, id="an undated one speaks"),
        pytest.param({"days_old": 3000}, True, id="age does not silence it"),
        pytest.param({"kind": "calculation"}, True, id="a calculation speaks"),
        pytest.param({"kind": "document"}, False, id="a document holds no findings"),
    ],
)
def test_a_slow_run_speaks_against(said: dict[str, Any], speaks: bool) -> None:
    assert asked(HELD, old(slow(users=100), **said)).proof.contradicted is speaks


def test_the_lowest_standing_cap_counts_and_rules_are_settled_each_for_itself() -> None:
    by = rules(speaks_against(2, "errors > 0.01"), speaks_against(0, "errors > 0.5"), speaks_against(1, PEAK))
    both = file(found("errors", 0.6, "1"), slow(users=100), days_old=9)
    assert asked(by, both).proof.cap == 0
    assert asked(by, both, file(found("errors", 0, "1"))).proof.cap == 1


@pytest.mark.parametrize(
    ("findings", "against"),
    [
        pytest.param([found("errors", 0.5, "1", users=100), found("x.score", 1, "1", users=100)], True, id="beside it"),
        pytest.param([found("errors", 0.5, "1", users=100)], False, id="nothing beside it"),
        pytest.param([found("errors", 0.5, "1", users=9), found("x.score", 1, "1", users=100)], False, id="other run"),
        pytest.param([found("errors", 0.5, "1", users=100), found("x.score", 0, "1", users=100)], False, id="too low"),
    ],
)
def test_what_is_given_must_stand_beside_it_in_the_same_run(findings: list[Finding], against: bool) -> None:
    by = rules(speaks_against(2, "errors > 0.1", "score >= 1", same=["users"]))
    assert (asked(by, file(*findings)).proof.cap == 2) is against


def test_what_is_given_may_be_added_up() -> None:
    by = rules(speaks_against(2, "errors > 0.1", "total duration >= 100"))
    short, rest = found("duration", 60, "s"), found("duration", 40, "s")
    assert asked(by, file(found("errors", 0.5, "1"), short)).proof.cap is None
    assert asked(by, file(found("errors", 0.5, "1"), short, rest)).proof.cap == 2


# ---- what is stated, what a file is worth at least, and needs that nobody wrote down


@pytest.mark.parametrize(
    ("said", "level_proven", "cap"),
    [
        pytest.param([finding("ttft", against=1)], 1, 1, id="no rule reads it: what is stated against is taken"),
        pytest.param([finding("ttft")], 4, None, id="and what is stated in favour"),
        pytest.param([finding("ttft", against=1), slow(users=9)], 2, None, id="a rule reads one of them: neither is"),
    ],
)
def test_levels_that_a_document_states(said: list[Finding], level_proven: int, cap: int | None) -> None:
    proof = asked(HELD, file(*said, supports=4)).proof
    assert (proof.proven, proof.cap) == (level_proven, cap)


def test_a_rule_of_another_question_reads_a_metric_as_well() -> None:
    """What is stated for a file counts only where the whole catalogue is deaf to it."""
    deaf, other = question("logs"), question("speed", rules=HELD)
    read = catalogue(dimension("service", deaf, other, metrics=METRICS), needs=CATALOGUE_NEEDS)
    for name, level in (("latency", 2), ("ttft", 4)):
        item = file(found(name, 1, "ms"), supports=4)
        assert scored(read, {"service.logs": answer(4, item)}).questions["service.logs"].proven == level


def test_a_metric_that_no_rule_reads_leaves_what_is_stated() -> None:
    assert proven(HELD, file(found("errors", 1, "1"), supports=3)) == 3


@pytest.mark.parametrize("grade", [DOCUMENTED, DEMONSTRATED, MEASURED])
def test_whatever_it_shows_a_file_is_worth_a_document(grade: Any) -> None:
    assert proven(HELD, file(slow(users=1), grade=grade)) == 2
    assert proven(HELD, file(slow(users=1), grade=grade), level=1) == 1


def test_a_calculation_is_at_most_documented() -> None:
    assert proven(reads("latency <= 1000"), file(found(), kind="calculation")) == 2


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_rule_for_a_level_shows_that_level_and_no_more(level: int) -> None:
    by = rules(Supports(level=level, pieces=(piece("latency <= 1000"),)))
    assert proven(by, file(found())) == max(2, level)
    assert proven(by, file(found()), level=3) == min(3, max(2, level))


@pytest.mark.parametrize(
    ("missing", "state", "level_proven"),
    [
        pytest.param([], GateState.PASSED, 4, id="everything is written down"),
        pytest.param(["latency_ms"], GateState.UNPROVEN, 2, id="a threshold is not: the rule is unmet"),
        pytest.param(["users"], GateState.UNPROVEN, 2, id="nor the load"),
        pytest.param(["licences"], GateState.PASSED, 4, id="a need that no rule of it reads"),
    ],
)
def test_a_need_that_is_not_written_down(missing: Iterable[str], state: GateState, level_proven: int) -> None:
    needs = {key: value for key, value in NEEDS.items() if key not in missing}
    score = whole(HELD, file(fast(users=100)), needs=needs)
    assert (score.gates[0].state, score.questions["service.speed"].proven) == (state, level_proven)


@pytest.mark.parametrize("blank", [None, ""])
def test_a_gate_whose_rules_read_a_blank_need_is_unproven_even_by_a_document(blank: str | None) -> None:
    score = whole(HELD, evidence(MEASURED), needs={**NEEDS, "latency_ms": blank})
    assert (score.gates[0].state, score.gates[0].unwritten) == (GateState.UNPROVEN, ("latency_ms",))
    assert score.questions["service.speed"].proven == 4


def test_a_need_of_a_level_above_the_gate_does_not_hold_it() -> None:
    by = rules(shows(3, "errors <= 0.01"), shows(4, "latency <= need.latency_ms"), speaks_against(3, "latency > 9"))
    assert whole(by, file(found("errors", 0, "1")), needs={}).gates[0].state is GateState.PASSED


@pytest.mark.parametrize(
    "by",
    [
        pytest.param(reads("spend <= 10"), id="above the gate's level it does not matter"),
        pytest.param(rules(shows(3, "spend <= 10")), id="what supports it"),
        pytest.param(rules(speaks_against(2, "spend > 0")), id="what speaks against it"),
    ],
)
def test_money_cannot_be_read_without_the_pilots_currency(by: Rules) -> None:
    decides = not by.supports or by.supports[0].level == 3
    gate_score = whole(by, evidence(MEASURED), needs={}).gates[0]
    assert (gate_score.unwritten == ("currency",)) is decides
    assert gate_score.state is (GateState.UNPROVEN if decides else GateState.PASSED)


def test_a_changed_need_reads_old_evidence_again() -> None:
    item = file(found(value=900, statistic="p95", users=100), days_old=30)
    assert proven(HELD, item) == 4
    assert proven(HELD, item, needs={**NEEDS, "latency_ms": 800}) == 2
    assert asked(HELD, item, needs={**NEEDS, "latency_ms": 800}).proof.cap == 2
    assert proven(HELD, item, needs={**NEEDS, "users": 101}) == 2


def test_a_change_of_the_pilot_lowers_what_rules_read_too() -> None:
    read = catalogue(
        dimension("service", question("speed", rules=HELD, changes=frozenset({"model"})), metrics=METRICS),
        needs=CATALOGUE_NEEDS,
    )
    given = {"service.speed": answer(4, file(fast(users=100), days_old=9))}
    score = scored(read, given, pilot=pilot(needs=NEEDS), changes=(change("model", 5),))
    assert score.questions["service.speed"].proven == 3


def test_how_much_rests_on_declared_grades_is_told() -> None:
    declared, read = file(fast(users=100)), file(fast(users=100), read_grade=MEASURED)
    assert asked(HELD, declared).proof.declared
    assert not asked(HELD, read).proof.declared
