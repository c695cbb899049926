"""What a training run spends of a privacy budget: against published values, and in plain words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import read_input
from app.calculators.accountant import Run, by_renyi
from app.calculators.privacy import Input, Output, calculate
from app.errors import Unreadable

MNIST = {"dataset_size": 60_000, "batch_size": 256, "noise_multiplier": 1.1, "epochs": 15, "delta": 1e-5}


def asked(**given: Any) -> Input:
    found = read_input("privacy", given)
    assert isinstance(found, Input)
    return found


def spent(**given: Any) -> Output:
    return calculate(asked(**given))


@pytest.mark.parametrize(
    ("noise", "people", "batch", "steps", "delta", "renyi", "tight"),
    [
        (1.0, 10_000, 100, 1000, 1e-5, 2.10, 1.83),
        (0.6, 1_000, 100, 100, 1e-5, 23.4, 20.6),
        (1.1, 60_000, 256, 3510, 1e-5, 1.28, 1.13),
        (4.0, 1_000, 1_000, 50, 1e-6, 10.1, 9.48),
    ],
)
def test_published_values(
    noise: float, people: int, batch: int, steps: int, delta: float, renyi: float, tight: float
) -> None:
    output = spent(dataset_size=people, batch_size=batch, noise_multiplier=noise, steps=steps, delta=delta)
    assert output.epsilon_by_renyi == pytest.approx(renyi, rel=0.01)
    assert output.epsilon_by_loss_distribution == pytest.approx(tight, rel=0.01)
    assert output.epsilon == output.epsilon_by_loss_distribution
    assert "dp-accounting" in output.accountant


def test_one_step_on_everybody_is_the_gaussian_mechanism() -> None:
    # Balle and Wang 2018: with noise 3.7303 a single step has epsilon 1 at a delta of 1e-5.
    output = spent(dataset_size=50, batch_size=50, noise_multiplier=3.7303, steps=1, delta=1e-5)
    assert output.epsilon == pytest.approx(1, rel=0.01)


def test_epochs_come_to_steps_a_last_part_counted_as_one() -> None:
    assert spent(**MNIST).steps == 3516
    assert spent(**MNIST | {"dataset_size": 1000, "batch_size": 100, "epochs": 3}).steps == 30


def test_what_is_spent_on_the_same_people_adds_up_by_less_than_its_sum() -> None:
    once, twice = spent(**MNIST), spent(**MNIST, earlier_runs=[{k: v for k, v in MNIST.items() if k != "delta"}])
    assert once.epsilon is not None
    assert twice.epsilon is not None
    assert once.epsilon < twice.epsilon < 2 * once.epsilon


def test_a_shuffled_list_is_not_protected_like_a_draw() -> None:
    drawn, fixed, shuffled = (spent(**MNIST, sampling=each) for each in ("poisson", "fixed-size", "shuffled"))
    assert drawn.epsilon is not None
    assert fixed.epsilon is not None
    assert shuffled.epsilon is not None
    assert drawn.epsilon < fixed.epsilon < shuffled.epsilon
    assert fixed.epsilon_by_loss_distribution is None
    assert any("shuffled" in each for each in drawn.remarks)


@pytest.mark.parametrize(("noise", "tier"), [(4, "strong"), (1.1, "reasonable"), (0.3, "weak")])
def test_it_says_in_plain_words_what_that_means(noise: float, tier: str) -> None:
    output = spent(**MNIST | {"noise_multiplier": noise})
    assert output.tier == tier
    assert "in the training" in output.meaning
    assert 0.01 <= output.found_at_most <= 1


def test_even_odds_become_at_most_so_sure() -> None:
    output = spent(dataset_size=50, batch_size=50, noise_multiplier=3.7303, steps=1, delta=1e-5, unit="person")
    assert "73 %" in output.meaning  # e ÷ (1 + e)
    assert "one person" in output.meaning
    assert output.found_at_most == pytest.approx(0.0272, abs=0.0005)  # e × 1 %


def test_the_noise_for_a_budget_keeps_to_it() -> None:
    asked_for = MNIST | {"epsilon_wanted": 0.8}
    noise = spent(**asked_for).noise_multiplier_needed
    assert noise is not None
    assert noise > 1.1
    assert (spent(**MNIST | {"noise_multiplier": noise}).epsilon or 9) <= 0.8
    assert spent(**MNIST).noise_multiplier_needed is None


def test_without_a_delta_it_is_well_below_one_by_the_number_of_people() -> None:
    output = spent(**{key: value for key, value in MNIST.items() if key != "delta"})
    assert output.delta == pytest.approx(60_000**-1.1)
    assert any("1 by the number of records" in each for each in spent(**MNIST | {"delta": 0.001}).remarks)


def test_hardly_any_noise_is_said_to_prove_nothing() -> None:
    output = spent(dataset_size=100, batch_size=100, noise_multiplier=0.001, epochs=1000, delta=1e-5)
    assert output.epsilon is not None
    assert output.epsilon > 1e6
    assert output.epsilon_by_loss_distribution is None
    assert "next to nothing" in output.meaning
    assert output.found_at_most == 1


def test_what_a_double_cannot_hold_is_not_taken_for_perfect_privacy() -> None:
    # A difference of 4e-12 between with and without one person is there, and delta is less than that.
    output = spent(dataset_size=10**6, batch_size=10, noise_multiplier=1e6, steps=1, delta=1e-20)
    assert output.epsilon is not None
    assert 0 < output.epsilon <= 1e-6


def test_the_findings_carry_epsilon_with_its_delta() -> None:
    found = {each.metric: each for each in spent(**MNIST).findings()}
    assert found["privacy.epsilon"].value == pytest.approx(1.13, rel=0.01)
    assert found["privacy.epsilon"].attributes["delta"] == 1e-5
    assert found["privacy.epsilon"].attributes["unit"] == "record"
    assert {each.name for each in spent(**MNIST).terms} >= {"epsilon", "delta", "steps", "sampling_rate"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"batch_size": 60_001}, "batch_size"),
        ({"dataset_size": 0}, "dataset_size"),
        ({"noise_multiplier": 0}, "noise_multiplier"),
        ({"noise_multiplier": -1}, "noise_multiplier"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": None}, "epochs"),
        ({"steps": 5}, "epochs"),
        ({"delta": 0}, "delta"),
        ({"delta": 1}, "delta"),
        ({"sampling": "by hand"}, "sampling"),
        ({"dataset_size": 10**12, "batch_size": 1}, "epochs"),
        ({"earlier_runs": [{"dataset_size": 5, "batch_size": 9, "noise_multiplier": 1, "steps": 1}]}, "batch_size"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        asked(**MNIST | wrong)
    assert [each.where for each in refused.value.problems] == [where]


@settings(deadline=None, max_examples=10)
@given(
    noise=st.floats(0.8, 50),
    more=st.floats(1, 4),
    people=st.integers(10, 10**6),
    part=st.floats(0.001, 1),
    steps=st.integers(1, 2000),
)
def test_more_noise_and_fewer_steps_never_spend_more(
    noise: float, more: float, people: int, part: float, steps: int
) -> None:
    def renyi(noise: float, steps: int) -> float:
        found = by_renyi([Run(noise, people, max(1, int(people * part)), steps, "poisson")], 1e-6)
        assert found is not None
        return found

    assert renyi(noise * more, steps) <= renyi(noise, steps) * (1 + 1e-9)
    assert renyi(noise, max(1, steps // 2)) <= renyi(noise, steps) * (1 + 1e-9)
