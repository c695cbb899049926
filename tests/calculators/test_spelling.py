"""Fields and names as other tools and people write them: taken where one thing alone can be meant, else pointed out."""

from typing import Any

import pytest

from app.calculators import CALCULATORS, calculator, plain, read_input
from app.calculators.facts import document
from app.errors import Unreadable
from tests.calculators.given import GIVEN

LINES = {"uplink_mbit_s": 50, "downlink_mbit_s": 100}
CAPACITY = {"model": "llama-3.1-8b", "accelerator": "h100-sxm", "concurrency": 8}


def problems(name: str, given: dict[str, Any]) -> list[str]:
    with pytest.raises(Unreadable) as refused:
        read_input(name, given)
    return [str(each) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("capacity", {**CAPACITY, "tensor_parallel": 2}, {**CAPACITY, "tp": 2}),
        (
            "capacity",
            {**CAPACITY, "model": {"parameters_b": 70, "layers": 80, "kv_heads": 8}},
            {**CAPACITY, "model": {"parameters_b": 70, "num_hidden_layers": 80, "num_key_value_heads": 8}},
        ),
        (
            "privacy",
            GIVEN["privacy"],
            {("batch" if key == "batch_size" else key): v for key, v in GIVEN["privacy"].items()},
        ),
        (
            "federated",
            {"nodes": [{"name": "a", **LINES}], "update_bytes": 5},
            {"nodes": [{"name": "a", "uplink_mbps": 50, "downlink_mbps": 100}], "update_size_bytes": 5},
        ),
    ],
)
def test_a_field_by_another_name_is_the_same_field(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert read_input(name, theirs) == read_input(name, ours)


def test_every_other_name_stands_for_a_field_that_there_is() -> None:
    for name, places in document("spellings.yaml").items():
        fields = str(CALCULATORS[name].schemas["input"])
        for names in places.values():
            assert not [ours for ours in names.values() if f"'{ours}'" not in fields], name
            assert not [theirs for theirs in names if f"'{theirs}':" in fields and name != "federated"], name


def test_a_name_beside_ours_is_refused_for_nobody_knows_which_counts() -> None:
    assert problems("capacity", {**CAPACITY, "tensor_parallel": 2, "tp": 4})[0].startswith("tp: there is no such field")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("placement", {"arrival_rate": 5}, "arrival_rate: there is no such field; is arrival_rate_per_second meant?"),
        ("budget", {"price_per_million": 5}, "is input_price_per_million or output_price_per_million or cached_price"),
        ("budget", {"nonsense": 5}, "nonsense: there is no such field"),
        (
            "capacity",
            {"model": {"parameters_b": 7, "depth": 3}, "accelerators_count": 2},
            "is accelerator_count meant?",
        ),
        (
            "fleet",
            {"need": {"model": "phi-4", "ttft_ms": 5}},
            "need.ttft_ms: there is no such field; is ttft_target_ms",
        ),
        (
            "tco",
            {"options": [{"kind": "api", "name": "a", "input_price": 5}]},
            "options.0.input_price: there is no such",
        ),
        (
            "tco",
            {"options": [{"kind": "on-prem", "name": "a"}]},
            "options.0: kind takes 'api', 'cloud', 'owned', 'hybrid'",
        ),
    ],
)
def test_a_field_that_is_not_there_says_which_may_be_meant(name: str, given: dict[str, Any], said: str) -> None:
    assert [each for each in problems(name, given) if said in each], problems(name, given)


def test_a_list_is_not_called_too_short_for_what_is_wrong_in_it() -> None:
    assert problems("federated", {"nodes": [{"name": "a", "uplink_mbit_s": 1}], "update_bytes": 5}) == [
        "nodes.0.downlink_mbit_s: this is missing"
    ]
    assert problems("federated", {"nodes": [], "update_bytes": 5}) == ["nodes: has fewer than 1 entries"]


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("llama-3.1-70b", "llama-3.3-70b"),  # one shape, two trainings
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("LLAMA-3.3-70B", "llama-3.3-70b"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
        ("Mixtral 8x7B", "mixtral-8x7b"),
    ],
)
def test_a_model_goes_by_its_repository_and_its_name_too(written: str, id: str) -> None:
    output = plain(calculator("capacity").calculate(read_input("capacity", {**CAPACITY, "model": written})))
    assert output["about"]["model"] == id
    update = {"nodes": [{"name": "a", **LINES}]}
    theirs = calculator("federated").calculate(read_input("federated", {**update, "model": written}))
    assert theirs == calculator("federated").calculate(read_input("federated", {**update, "model": id}))


def test_an_accelerator_and_a_precision_in_capitals() -> None:
    ours = {**CAPACITY, "precision": "bf16"}
    for precision in ("BF16", "bfloat16"):
        given = read_input("capacity", {**CAPACITY, "accelerator": "H100-SXM", "precision": precision})
        expected = calculator("capacity").calculate(read_input("capacity", ours))
        assert calculator("capacity").calculate(given) == expected


def test_a_name_that_several_go_by_is_refused_with_all_of_them() -> None:
    given = read_input("capacity", {**CAPACITY, "accelerator": "h100"})
    with pytest.raises(Unreadable) as refused:
        calculator("capacity").calculate(given)
    assert "there are h100-sxm, h100-pcie, h100-nvl" in str(refused.value.problems[0])


def test_nodes_that_are_all_alike_may_be_counted() -> None:
    counted = read_input("federated", {"nodes": 3, **LINES, "update_bytes": 5})
    named = [{"name": f"node {number}", **LINES} for number in (1, 2, 3)]
    assert counted == read_input("federated", {"nodes": named, "update_bytes": 5})
    assert counted == read_input("federated", {"nodes": [LINES] * 3, "update_bytes": 5})  # and need no names
    assert problems("federated", {"nodes": 3, "update_bytes": 5})[0] == "nodes.0.uplink_mbit_s: this is missing"
    for wrong in (0, -1, 10_001, True, 1.5):
        assert any(
            each.startswith("nodes: must be a list") for each in problems("federated", {"nodes": wrong, **LINES})
        )


def test_a_model_in_no_table_is_stated_the_same_way_everywhere() -> None:
    sized = {"nodes": [{"name": "a", **LINES}], "model": {"parameters_b": 8}}
    assert read_input("federated", sized) == read_input("federated", {"nodes": sized["nodes"], "parameters_b": 8})


def test_hosts_as_objects_have_the_other_names_of_columns_too() -> None:
    need = {"model": "phi-4"}
    ours = [{"hostname": "n1", "accel_model": "H100", "accel_count": 8}]
    for theirs in (
        [{"host": "n1", "gpu_model": "H100", "gpu_count": 8}],
        [{"node": "n1", "accelerator": "H100", "accelerator_count": 8}],
    ):
        given = {"inventory": theirs, "need": need}
        assert read_input("fleet", given) == read_input("fleet", {"inventory": ours, "need": need})
    twice = [{"hostname": "n1", "accel_model": "H100", "gpu": "L4"}]
    assert problems("fleet", {"inventory": twice, "need": need})[0].startswith(
        "inventory.0.gpu: there is no such field"
    )
