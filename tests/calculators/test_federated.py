"""What a round of federated learning sends and takes: against published sizes, and by its properties."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calculators import read_input
from app.calculators.adapter import Adapter, parameters
from app.calculators.federated import Input, Output, calculate
from app.calculators.model import bundled_models
from app.errors import Unreadable

SLOW = {"name": "Lyon", "uplink_mbit_s": 50, "downlink_mbit_s": 100}
QUICK = {"name": "Turin", "uplink_mbit_s": 1000, "downlink_mbit_s": 1000}


def asked(**given: Any) -> Input:
    found = read_input("federated", {"nodes": [QUICK, SLOW]} | given)
    assert isinstance(found, Input)
    return found


def rounds(**given: Any) -> Output:
    return calculate(asked(**given))


@pytest.mark.parametrize(
    ("model", "rank", "targets", "expected"),
    [
        # As Hugging Face's PEFT counts them for the same configuration.
        ("llama-3.1-8b", 8, "query-value", 3_407_872),
        ("llama-3.1-8b", 16, "all-linear", 41_943_040),
        ("llama-3.3-70b", 16, "all-linear", 207_093_760),
        ("llama-3.1-8b", 8, "attention", 6_815_744),
    ],
)
def test_adapters_have_as_many_parameters_as_published(model: str, rank: int, targets: Any, expected: int) -> None:
    assert parameters(Adapter(rank=rank, targets=targets), bundled_models()[model]) == expected


def test_an_adapter_of_ones_own_is_counted_by_its_matrices() -> None:
    adapter = {"rank": 4, "matrices": [{"inputs": 100, "outputs": 200, "count": 3}]}
    assert rounds(adapter=adapter).exchanged_parameters == 4 * 300 * 3
    assert rounds(adapter=adapter).share_of_model is None


def test_a_round_with_an_adapter_takes_seconds_and_one_with_the_model_an_hour() -> None:
    adapter = rounds(model="llama-3.1-8b", adapter={"rank": 16})
    assert adapter.download_bytes == pytest.approx(83_886_080)
    assert adapter.seconds_per_round == pytest.approx(20.1, abs=0.05)
    assert 1 / (adapter.share_of_model or 1) == pytest.approx(191, abs=1)
    whole = rounds(model="llama-3.1-8b")
    assert whole.seconds_per_round / 3600 == pytest.approx(1.07, abs=0.005)


def test_everybody_waits_for_the_slowest() -> None:
    output = rounds(update_bytes=10**9, rounds=90)
    assert (output.bottleneck, output.bottleneck_part) == ("Lyon", "uplink")
    assert output.seconds_per_round == pytest.approx(80 + 160)
    assert output.seconds_without_bottleneck == pytest.approx(16)
    assert output.bytes_per_round == 4 * 10**9
    assert output.bytes_in_all == 360 * 10**9
    assert output.hours_in_all == pytest.approx(6)
    assert any("Lyon alone" in each for each in output.remarks)


def test_a_slow_trainer_is_a_bottleneck_too() -> None:
    output = rounds(nodes=[SLOW, QUICK | {"training_seconds": 900}], update_bytes=10**6)
    assert (output.bottleneck, output.bottleneck_part) == ("Turin", "training")


def test_the_aggregators_line_is_shared_by_all() -> None:
    output = rounds(update_bytes=10**9, aggregator_downlink_mbit_s=50)
    assert (output.bottleneck, output.bottleneck_part) == ("aggregator", "downlink")
    assert output.seconds_per_round == pytest.approx(80 + 320)
    assert output.seconds_without_bottleneck is None
    wide = rounds(update_bytes=10**9, aggregator_downlink_mbit_s=10_000, aggregator_uplink_mbit_s=10_000)
    assert wide.bottleneck == "Lyon"


def test_of_nodes_drawn_by_chance_the_slowest_is_not_always_there() -> None:
    drawn = rounds(update_bytes=10**9, nodes_per_round=1)
    assert drawn.seconds_per_round == pytest.approx(240)
    assert drawn.expected_seconds_per_round == pytest.approx((240 + 16) / 2)
    assert drawn.bytes_per_round == 2 * 10**9
    many = [QUICK | {"name": f"node {number}"} for number in range(99)]
    one_in_ten = rounds(nodes=[*many, SLOW], update_bytes=10**9, nodes_per_round=10)
    assert one_in_ten.expected_seconds_per_round == pytest.approx(0.1 * 240 + 0.9 * 16)


def test_secure_aggregation_makes_the_upload_larger_alone() -> None:
    plain, masked = rounds(update_bytes=10**9), rounds(update_bytes=10**9, upload_factor=1.73)
    assert masked.download_bytes == plain.download_bytes
    assert masked.upload_bytes == pytest.approx(1.73 * plain.upload_bytes)


def test_the_band_reaches_to_a_bad_day() -> None:
    output = rounds(update_bytes=10**9)
    lower, upper = output.error_band
    assert lower == output.seconds_per_round < upper


def test_the_findings_carry_the_names_of_the_contract() -> None:
    found = {each.metric: each for each in rounds(update_bytes=10**9).findings()}
    assert {"federated.bytes_per_round", "federated.seconds_per_round"} <= set(found)
    assert found["federated.seconds_per_round"].attributes["bottleneck"] == "Lyon"
    assert {each.name for each in rounds(model="qwen3-8b").terms} >= {"bytes_per_round", "seconds_per_round"}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "update_bytes"),
        ({"nodes": [], "update_bytes": 5}, "nodes"),
        ({"nodes": [SLOW, SLOW], "update_bytes": 5}, "nodes"),
        ({"nodes": [SLOW | {"downlink_mbit_s": 0}], "update_bytes": 5}, "nodes.0.downlink_mbit_s"),
        ({"update_bytes": 0}, "update_bytes"),
        ({"update_bytes": 5, "model": "llama-3.1-8b"}, "update_bytes"),
        ({"update_bytes": 5, "adapter": {"rank": 4}}, "update_bytes"),
        ({"model": "no such model"}, "model"),
        ({"model": "deepseek-v3", "adapter": {"rank": 4}}, "adapter.matrices"),
        ({"model": "mixtral-8x7b", "adapter": {"rank": 4}}, "adapter.matrices"),
        ({"parameters_b": 8, "adapter": {"rank": 4}}, "adapter.matrices"),
        ({"model": "llama-3.1-8b", "adapter": {"rank": 0}}, "adapter.rank"),
        ({"update_bytes": 5, "nodes_per_round": 3}, "nodes_per_round"),
        ({"update_bytes": 5, "rounds": 0}, "rounds"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(given: dict[str, Any], where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        asked(**given)
    assert where in [each.where for each in refused.value.problems]


def test_extremes_give_finite_figures() -> None:
    slowest = {"name": "a", "uplink_mbit_s": 0.001, "downlink_mbit_s": 0.001, "training_seconds": 31_536_000}
    output = rounds(nodes=[slowest, QUICK], update_bytes=10**15, rounds=10**7, upload_factor=100)
    assert output.seconds_per_round > 1e12
    assert rounds(nodes=[QUICK], update_bytes=1).seconds_per_round < 1e-6


SPEEDS = st.floats(0.01, 1e6)


@given(size=st.integers(1, 10**15), up=SPEEDS, down=SPEEDS, more=st.floats(1, 10))
def test_a_faster_line_never_slows_a_round_and_a_larger_update_never_quickens_it(
    size: int, up: float, down: float, more: float
) -> None:
    node = {"name": "a", "uplink_mbit_s": up, "downlink_mbit_s": down}
    here = rounds(nodes=[node], update_bytes=size).seconds_per_round
    faster = node | {"uplink_mbit_s": up * more, "downlink_mbit_s": down * more}
    assert rounds(nodes=[faster], update_bytes=size).seconds_per_round <= here
    assert rounds(nodes=[node], update_bytes=min(size * 2, 10**15)).seconds_per_round >= here


@given(times=st.lists(st.floats(0, 1000), min_size=1, max_size=30), part=st.floats(0, 1))
def test_the_average_round_lies_between_the_quickest_and_the_slowest(times: list[float], part: float) -> None:
    nodes = [QUICK | {"name": str(at), "training_seconds": each} for at, each in enumerate(times)]
    drawn = max(1, round(part * len(nodes)))
    output = rounds(nodes=nodes, update_bytes=1, nodes_per_round=drawn)
    assert min(times) - 1e-6 <= output.expected_seconds_per_round <= output.seconds_per_round + 1e-6
