"""Whether figures of people's work carry what was promised, and a change of staff: published studies and samples."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import read_input
from app.calculators.effect import of_two
from app.calculators.productivity import Input, Output, calculate
from app.calculators.published import published_studies
from app.calculators.student import below, quantile


def asked(**given: Any) -> Input:
    found = read_input("productivity", {"measure": "output-per-time"} | given)
    assert isinstance(found, Input)
    return found


def judged(**given: Any) -> Output:
    return calculate(asked(**given))


def study(name: str, **more: Any) -> Output:
    return judged(**{**published_studies()[name].given, **more})


def drawn(mean: float, count: int = 200, seed: int = 1, spread: float = 0.2) -> list[float]:
    """Values that scatter about a mean by a fifth of it."""
    rng = np.random.default_rng(seed)
    return [float(each) for each in mean * np.clip(rng.normal(1, spread, count), 0.05, None)]


CARRIED: dict[str, Any] = {
    "control_before": drawn(10, seed=1),
    "control_after": drawn(10, seed=2),
    "treatment_before": drawn(10, seed=3),
    "treatment_after": drawn(15, seed=4),
    "promised_gain": 0.4,
    "planned_headcount_change": -0.2,
    "quality": [
        {"name": "follow-up questions", "higher_is_better": False, "control": drawn(5), "treatment": drawn(4, seed=2)},
        {"name": "score", "published": {"change": 0.01, "lower": -0.01, "upper": 0.03}},
    ],
    "business_cycles": 1,
    "counts_checking": True,
}


# Published studies


@pytest.mark.parametrize("cut", [-0.01, -0.05, -0.1, -0.2])
def test_the_trial_with_experienced_developers_carries_no_cut(cut: float) -> None:
    output = study("metr-2025", planned_headcount_change=cut)
    assert output.change_of_measure == pytest.approx(0.19)  # a fifth longer
    assert output.effect == pytest.approx(1 / 1.19 - 1)
    assert output.interval == pytest.approx((1 / 1.39 - 1, 1 / 1.02 - 1))
    assert output.probability_gain is not None
    assert output.probability_gain < 0.03
    assert (output.realised_share_of_promise or 0) < 0
    assert output.supports_headcount_change is False
    assert "-28.1 %" in output.why


def test_its_repetition_half_a_year_later_shows_neither_gain_nor_loss() -> None:
    output = study("metr-2026-returning", planned_headcount_change=-0.1)
    assert output.effect > 0.2
    assert output.supports_headcount_change is False
    assert any("holds 0" in each for each in output.remarks)


def test_the_field_study_of_customer_support_carries_a_cut_for_novices_only() -> None:
    output = study("customer-support-2025", planned_headcount_change=-0.04)
    assert output.effect == pytest.approx(0.1528)
    assert output.supports_headcount_change is False
    assert output.supported_for == ("novices",)
    assert "novices only" in output.why
    groups = {each.name: each for each in output.groups}
    assert groups["novices"].effect == pytest.approx(0.34)
    assert groups["novices"].supports_headcount_change is True
    assert groups["experts"].supports_headcount_change is False


def test_even_for_novices_a_large_cut_is_not_carried() -> None:
    output = study("customer-support-2025", planned_headcount_change=-0.3)
    assert output.supported_for == ()
    assert "neither carry the change nor refute it" in output.why


def test_every_study_names_its_source() -> None:
    assert all(each.source.url and each.source.date for each in published_studies().values())


# What a change of staff rests on


def test_a_change_is_carried_where_every_condition_is_met() -> None:
    output = judged(**CARRIED)
    assert output.needed_gain == pytest.approx(0.25)
    assert output.design == "difference-in-differences"
    assert [each.name for each in output.conditions if not each.met] == []
    assert output.supports_headcount_change is True
    assert output.realised_share_of_promise == pytest.approx(1.25, abs=0.15)


@pytest.mark.parametrize(
    ("change", "unmet"),
    [
        ({"planned_headcount_change": -0.32}, "gain"),
        ({"quality": []}, "quality"),
        ({"quality": CARRIED["quality"][:1]}, "quality"),
        ({"quality": [*CARRIED["quality"], {"name": "tone", "said": "worse"}]}, "quality"),
        ({"quality": [*CARRIED["quality"], {"name": "x", "published": {"change": 0.1, "n": 9}}]}, "quality"),
        ({"quality_margin": 0.001}, "quality"),
        ({"business_cycles": None}, "time"),
        ({"business_cycles": 0.5}, "time"),
        ({"counts_checking": None}, "whole work"),
        ({"counts_checking": False}, "whole work"),
    ],
)
def test_one_condition_that_is_not_met_is_enough_and_is_named(change: dict[str, Any], unmet: str) -> None:
    output = judged(**CARRIED | change)
    assert output.supports_headcount_change is False
    assert [each.name for each in output.conditions if not each.met] == [unmet]
    assert next(each.why for each in output.conditions if not each.met) in output.why


@pytest.mark.parametrize("design", ["before and after", "groups", "interrupted time series"])
def test_a_weak_design_carries_nothing(design: str) -> None:
    samples = {key: value for key, value in CARRIED.items() if not key.startswith(("control", "treatment"))}
    published = {"change": 0.9, "lower": 0.8, "upper": 1.0, "n": 5000}
    output = judged(**samples, published=published, design=design)
    assert [each.name for each in output.conditions if not each.met] == ["design"]


def test_a_group_that_loses_keeps_the_whole_from_being_carried() -> None:
    losers = {"name": "night shift", "control": drawn(10), "treatment": drawn(8, seed=2)}
    output = judged(**CARRIED, groups=[losers])
    assert all(each.met for each in output.conditions)
    assert output.supports_headcount_change is False
    assert "night shift" in output.why


def test_where_no_change_is_planned_none_is_judged() -> None:
    output = judged(before=drawn(10), after=drawn(12, seed=2))
    assert output.supports_headcount_change is None
    assert output.conditions == ()
    assert "productivity.supports_headcount_change" not in {each.metric for each in output.findings()}


# Estimates


def test_published_quantiles_of_student() -> None:
    table = {1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 30: 2.042, 120: 1.980, 1e6: 1.960}
    assert {degrees: round(quantile(0.975, degrees), 3) for degrees in table} == table
    assert below(quantile(0.9, 7), 7) == pytest.approx(0.9)
    assert quantile(0.025, 5) == -quantile(0.975, 5)


def test_a_time_that_halves_and_an_output_that_doubles_are_the_same_gain() -> None:
    values = drawn(10)
    time = judged(measure="time-per-task", before=values, after=[each / 2 for each in values])
    output = judged(before=values, after=[each * 2 for each in values])
    assert time.effect == pytest.approx(1)
    assert output.effect == pytest.approx(1)
    assert time.change_of_measure == pytest.approx(-0.5)


def test_a_promise_of_less_time_is_kept_on_its_own_scale() -> None:
    values = drawn(10)
    case: dict[str, Any] = {"measure": "time-per-task", "before": values, "after": [each * 0.8 for each in values]}
    assert judged(**case, promised_gain=0.2, promised_as="less-time").realised_share_of_promise == pytest.approx(1)
    assert judged(**case, promised_gain=0.2).realised_share_of_promise == pytest.approx(1.25)


def test_pairs_know_more_than_two_heaps_of_the_same_values() -> None:
    before = drawn(10, 60)
    after = [one * two for one, two in zip(before, drawn(1.2, 60, seed=2, spread=0.05), strict=True)]
    heaps, pairs = judged(before=before, after=after), judged(before=before, after=after, paired=True)
    assert heaps.effect == pytest.approx(pairs.effect)
    assert heaps.interval is not None
    assert pairs.interval is not None
    assert pairs.interval[1] - pairs.interval[0] < (heaps.interval[1] - heaps.interval[0]) / 2
    assert any("paired" in each for each in heaps.remarks)
    assert (pairs.n, heaps.n) == (60, 120)


def test_what_changed_for_everybody_is_no_gain() -> None:
    same = judged(**CARRIED | {"control_after": drawn(15, seed=5)})
    assert same.effect == pytest.approx(0, abs=0.06)


def test_the_interval_holds_the_truth_in_nineteen_of_twenty() -> None:
    rng = np.random.default_rng(20261121)
    held = 0
    for _ in range(400):
        first, second = rng.lognormal(2, 0.5, 25), 1.3 * rng.lognormal(2, 0.5, 40)
        interval = of_two(first.tolist(), second.tolist(), 1, paired=False).interval(0.95)
        assert interval is not None
        held += interval[0] <= 0.3 <= interval[1]
    assert 0.92 <= held / 400 <= 0.98


def test_a_step_in_a_series_is_found_beside_its_trend() -> None:
    rng = np.random.default_rng(3)
    weeks = np.arange(40)
    series = 100 * np.exp(0.01 * weeks + np.where(weeks >= 20, np.log(1.25), 0) + rng.normal(0, 0.02, 40))
    output = judged(series=series.tolist(), introduced_at=20)
    assert output.design == "interrupted time series"
    assert output.effect == pytest.approx(0.25, abs=0.05)
    assert output.interval is not None
    assert output.interval[0] < 0.25 < output.interval[1]
    assert judged(series=(100 * np.exp(0.01 * weeks + rng.normal(0, 0.02, 40))).tolist(), introduced_at=20).effect == (
        pytest.approx(0, abs=0.06)
    )


def test_power_as_in_the_textbook() -> None:
    # 2.8 standard errors are found in four of five studies; four times the people halve them.
    output = judged(
        published={"change": 0.1, "standard_error": 0.055, "n": 100}, design="randomised", promised_gain=0.1
    )
    assert output.minimum_detectable_gain == pytest.approx(np.exp(2.8016 * 0.05) - 1, rel=1e-4)
    assert output.n_required == pytest.approx(100 * (2.8016 * 0.05 / np.log(1.1)) ** 2, abs=1.5)


def test_people_of_a_team_count_for_less() -> None:
    case = {"control": drawn(10), "treatment": drawn(11, seed=2), "design": "randomised"}
    alone, teams = judged(**case), judged(**case, team_size=10, likeness_in_team=0.1)
    assert alone.interval is not None
    assert teams.interval is not None
    wider = (teams.interval[1] - teams.interval[0]) / (alone.interval[1] - alone.interval[0])
    assert wider == pytest.approx(1.9**0.5, rel=0.05)  # 1 + (10 − 1) × 0.1
    assert any("alike" in each for each in judged(**case, team_size=10).remarks)


def test_a_published_figure_without_its_error_shows_no_level() -> None:
    bare = judged(published={"change": 0.3, "n": 50}, design="randomised", planned_headcount_change=-0.1)
    assert (bare.interval, bare.probability_gain, bare.n_required) == (None, None, None)
    assert bare.supports_headcount_change is False
    assert "nothing is known of its error" in bare.why
    starred = judged(published={"change": 0.3, "p_below": 0.05, "n": 50}, design="randomised")
    assert starred.interval is not None
    assert starred.interval[0] == pytest.approx(0, abs=1e-9)


def test_the_findings_carry_the_effect_with_its_ends_its_design_and_its_groups() -> None:
    output = judged(**CARRIED, groups=[{"name": "novices", "control": drawn(10), "treatment": drawn(14, seed=2)}])
    found = output.findings()
    effects = [each for each in found if each.metric == "productivity.effect" and "group" not in each.attributes]
    assert [each.statistic for each in effects] == ["mean", "ci95_lower", "ci95_upper"]
    assert effects[0].attributes["design"] == "difference-in-differences"
    assert effects[0].attributes["n"] == 800
    assert any(each.attributes.get("group") == "novices" for each in found)
    metrics = {each.metric for each in found}
    assert {
        "productivity.probability_gain",
        "productivity.realised_share_of_promise",
        "productivity.supports_headcount_change",
        "productivity.quality_change",
    } <= metrics
    assert {each.name for each in output.terms} >= {"effect", "interval_lower", "needed_gain", "n_required"}


@pytest.mark.parametrize("measure", ["time-per-task", "output-per-time"])
@pytest.mark.parametrize("promised_as", ["more-output", "less-time"])
@pytest.mark.parametrize("extreme", [([0, 1e-8], [1e15, 0]), ([1e15, 0], [1e-8, 0]), ([1, 1.0000001], [1, 1])])
def test_extremes_give_finite_figures(measure: str, promised_as: str, extreme: tuple[list[float], list[float]]) -> None:
    before, after = extreme
    plan = {"promised_gain": 0.1, "promised_as": promised_as, "planned_headcount_change": -0.1}
    output = judged(measure=measure, before=before, after=after, **plan)
    assert output.interval is not None
    assert output.interval[0] <= output.effect <= output.interval[1]


SAMPLES = st.lists(st.floats(0.1, 1000), min_size=2, max_size=30)


@settings(deadline=None)
@given(before=SAMPLES, after=SAMPLES, factor=st.floats(1, 5))
def test_whatever_is_measured_the_figures_are_finite_and_more_output_is_never_less_gain(
    before: list[float], after: list[float], factor: float
) -> None:
    if len(set(before)) == 1 and len(set(after)) == 1:
        return
    here = judged(before=before, after=after, promised_gain=0.2)
    assert here.interval is not None
    assert here.interval[0] <= here.effect <= here.interval[1]
    assert 0 <= (here.probability_gain or 0) <= 1
    assert judged(before=before, after=[each * factor for each in after]).effect >= here.effect - 1e-9


@settings(deadline=None, max_examples=30)
@given(cut=st.floats(0.01, 0.9), more=st.floats(0, 0.05))
def test_what_does_not_carry_a_cut_does_not_carry_a_larger_one(cut: float, more: float) -> None:
    if not judged(**CARRIED | {"planned_headcount_change": -cut}).supports_headcount_change:
        larger = judged(**CARRIED | {"planned_headcount_change": -(cut + more)})
        assert larger.supports_headcount_change is False
