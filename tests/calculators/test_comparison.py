"""Two artefacts side by side: what is paired, what differs, and how surely."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calculators.comparison import Comparison, compared
from app.errors import Refused
from app.evidence.inspect import inspected
from app.finding import Finding
from tests.evidence.samples import every_sample, sample

LOAD = {"concurrency": 32, "input_tokens": 512, "output_tokens": 128}


def score(value: float, model: str = "ours", **attributes: Any) -> Finding:
    about = {"task": "claims", "metric": "acc", "model": model, "higher_is_better": True, **attributes}
    return Finding(metric="claims.acc", value=value, unit="1", attributes=about)


def speed(value: float, **attributes: Any) -> Finding:
    return Finding(metric="output_token_throughput", value=value, unit="{token}/s", attributes=LOAD | attributes)


def latency(value: float, statistic: str = "p95", **attributes: Any) -> Finding:
    metric = "gen_ai.server.time_to_first_token"
    return Finding(metric=metric, statistic=statistic, value=value, unit="s", attributes=LOAD | attributes)


def shown(comparison: Comparison, metric: str, statistic: str = "mean") -> list[float | None]:
    return [each.value for each in comparison.findings() if each.metric == metric and each.statistic == statistic]


def test_a_quantised_model_loses_score_and_gains_speed() -> None:
    original = [score(0.84, stderr=0.01, n=1200), speed(1000, model="ours"), latency(0.8)]
    tuned = [score(0.82, "ours-int4", stderr=0.01, n=1200), speed(1600, model="ours-int4"), latency(0.5)]
    comparison = compared(original, tuned)
    assert shown(comparison, "comparison.score_loss") == [pytest.approx(0.02)]
    assert shown(comparison, "comparison.score_loss", "ci95_lower") == [
        pytest.approx(0.02 - 1.96 * 0.0141421, abs=1e-5)
    ]
    assert shown(comparison, "comparison.score_loss", "ci95_upper") == [
        pytest.approx(0.02 + 1.96 * 0.0141421, abs=1e-5)
    ]
    assert shown(comparison, "comparison.throughput_gain") == [pytest.approx(0.6)]
    assert shown(comparison, "comparison.latency_increase") == [pytest.approx(-0.375)]
    assert comparison.pairs[0].is_worse is False
    assert any("less than chance explains" in each for each in comparison.remarks)


def test_the_finding_says_what_was_compared() -> None:
    found = compared([score(0.84, n=500)], [score(0.7, "ours-int4", n=500)]).findings()[0]
    assert found.attributes["of"] == "claims.acc"
    assert (found.attributes["original"], found.attributes["changed"]) == (0.84, 0.7)
    assert (found.attributes["original_model"], found.attributes["changed_model"]) == ("ours", "ours-int4")
    assert found.attributes["interval_excludes_zero"] is True
    assert found.unit == "1"


def test_a_number_of_cases_does_where_no_error_is_stated() -> None:
    comparison = compared([score(0.84, n=500)], [score(0.70, n=500)])
    assert comparison.pairs[0].is_worse is True
    assert compared([score(0.84)], [score(0.70)]).pairs[0].interval is None
    assert any("no interval" in each for each in compared([score(0.84)], [score(0.70)]).remarks)


def test_where_less_is_better_more_is_the_loss() -> None:
    original, changed = (score(each, higher_is_better=False, metric="toxicity") for each in (0.1, 0.3))
    assert shown(compared([original], [changed]), "comparison.score_loss") == [pytest.approx(0.2)]


def test_only_the_same_load_and_the_same_statistic_are_compared() -> None:
    original = [latency(0.8), latency(0.6, "p50"), speed(1000)]
    changed = [latency(0.9, "p50"), speed(900, concurrency=64)]
    comparison = compared(original, changed)
    assert [each.original.statistic for each in comparison.pairs] == ["p50"]
    assert comparison.pairs[0].value == pytest.approx(0.5)
    assert comparison.original_alone == ("gen_ai.server.time_to_first_token", "output_token_throughput")
    assert comparison.changed_alone == ("output_token_throughput",)


def test_lengths_that_differ_by_chance_are_the_same_load() -> None:
    near, other = speed(950, input_tokens=515), speed(500, input_tokens=600)
    comparison = compared([speed(1000)], [other, near])
    assert shown(comparison, "comparison.throughput_gain") == [pytest.approx(-0.05)]


def test_each_figure_is_used_once_and_the_nearest_first() -> None:
    comparison = compared([speed(1000), speed(1000, input_tokens=530)], [speed(2000, input_tokens=530), speed(1500)])
    assert sorted(shown(comparison, "comparison.throughput_gain"), key=str) == [pytest.approx(0.5), pytest.approx(1.0)]


def test_sealing_is_a_side_and_no_load() -> None:
    comparison = compared([speed(1000, confidential=False)], [speed(930, confidential=True)])
    assert shown(comparison, "comparison.throughput_gain") == [pytest.approx(-0.07)]
    assert any("no score" in each for each in comparison.remarks)


def test_errors_and_what_is_of_no_kind_are_told_in_their_own_unit() -> None:
    errors = [Finding(metric="error.rate", value=each, unit="1", attributes={"n": 1000}) for each in (0.01, 0.05)]
    power = [Finding(metric="power_draw", value=each, unit="W") for each in (300.0, 250.0)]
    comparison = compared([errors[0], power[0]], [errors[1], power[1]])
    assert shown(comparison, "comparison.error_rate_increase") == [pytest.approx(0.04)]
    assert comparison.pairs[0].is_worse is True
    assert shown(comparison, "comparison.difference") == [-50]
    assert comparison.findings()[-1].unit == "W"
    assert comparison.pairs[1].is_worse is None


def test_nothing_in_common_is_said() -> None:
    comparison = compared([score(0.8)], [speed(100)])
    assert comparison.findings() == ()
    assert "no figure in common" in comparison.remarks[0]
    assert compared([], []).pairs == ()


def test_a_share_of_nothing_is_left_out() -> None:
    comparison = compared([speed(0), score(0.5)], [speed(10), score(0.5)])
    assert [each.kind for each in comparison.pairs] == ["score"]
    assert any("share of nothing" in each for each in comparison.remarks)


@pytest.mark.parametrize("path", every_sample() or [pytest.param("none", marks=pytest.mark.skip)])
def test_a_real_artefact_compared_with_itself_has_not_changed(path: str) -> None:
    try:
        found = inspected(path, sample(path)).findings
    except Refused:
        return
    comparison = compared(found, found)
    assert all(each.value == 0 for each in comparison.pairs if each.kind in ("throughput", "latency", "errors"))
    assert comparison.original_alone == comparison.changed_alone == ()


SHARES = st.floats(0, 1)


@given(before=SHARES, after=SHARES, n=st.integers(1, 10**6))
def test_the_way_back_is_the_way_there_with_the_sign_turned(before: float, after: float, n: int) -> None:
    there, back = (
        compared([score(before, n=n)], [score(after, n=n)]),
        compared([score(after, n=n)], [score(before, n=n)]),
    )
    assert there.pairs[0].value == pytest.approx(-back.pairs[0].value)
    assert there.pairs[0].interval is not None
    assert there.pairs[0].interval[0] <= there.pairs[0].value <= there.pairs[0].interval[1]


@given(value=SHARES, n=st.integers(1, 10**6))
def test_a_thing_compared_with_itself_has_not_changed(value: float, n: int) -> None:
    comparison = compared([score(value, n=n), speed(100)], [score(value, n=n), speed(100)])
    assert [each.value for each in comparison.pairs] == [0, 0]
    assert comparison.original_alone == comparison.changed_alone == ()
