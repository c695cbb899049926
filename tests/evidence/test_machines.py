"""What inventories of clusters and machines show: accelerators, drivers, sharing; and nothing that names a host."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import TooLarge, Unreadable
from app.evidence.inspect import inspect
from tests.evidence.shown import metrics, one, read, said, value

COUNT = "hw.gpu.count"
MEMORY = "hw.gpu.memory.limit"
HEAT = "hw.temperature"
POWER = "hw.power"
BUSY = "hw.gpu.utilization"
OFFERED = "k8s.node.accelerator.allocatable"


def node(labels: Mapping[str, str] | None = None, ready: str = "True", **offered: str) -> dict[str, Any]:
    resources = {"cpu": "8", "memory": "30770604Ki", **{name.replace("_", "."): each for name, each in offered.items()}}
    resources = {name.replace("nvidia.com.", "nvidia.com/"): each for name, each in resources.items()}
    return {
        "kind": "Node",
        "metadata": {"name": "secret-host", "labels": dict(labels or {})},
        "status": {
            "allocatable": resources,
            "capacity": resources,
            "conditions": [{"type": "Ready", "status": ready, "lastHeartbeatTime": "2026-11-03T23:59:48Z"}],
            "nodeInfo": {"kubeletVersion": "v1.33.1"},
            "addresses": [{"address": "10.1.2.3"}],
        },
    }


def cluster(*nodes: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": list(nodes)}


H100 = {
    "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
    "nvidia.com/gpu.count": "8",
    "nvidia.com/gpu.memory": "81559",
}


class TestNodes:
    def test_offer_accelerators_by_product(self) -> None:
        reading = read(cluster(node(H100, nvidia_com_gpu="8"), node(H100, ready="False", nvidia_com_gpu="8"), node()))
        assert value(reading, OFFERED, "sum") == 16
        assert value(reading, OFFERED, "on ready nodes") == 8
        assert value(reading, OFFERED, product="NVIDIA-H100-80GB-HBM3") == 16
        assert value(reading, COUNT, "sum") == 16
        assert value(reading, MEMORY) == 81559 * 1024 * 1024
        assert value(reading, "k8s.node.count", "ready") == 2
        assert reading.observed_on == date(2026, 11, 3)
        assert said(reading, "1 of 3 nodes are not ready")

    def test_shared_accelerators_are_not_more_hardware(self) -> None:
        labels = {
            "nvidia.com/gpu.product": "NVIDIA-A16-SHARED",
            "nvidia.com/gpu.count": "1",
            "nvidia.com/gpu.replicas": "4",
            "nvidia.com/gpu.sharing-strategy": "time-slicing",
        }
        reading = read(cluster(node(labels, nvidia_com_gpu="4")))
        assert value(reading, OFFERED, "sum") == 4
        assert value(reading, COUNT, "sum") == 1
        assert value(reading, OFFERED, product="NVIDIA-A16") == 4
        assert said(reading, "are shared")
        unknown = {name: label for name, label in labels.items() if name != "nvidia.com/gpu.count"}
        assert COUNT not in metrics(read(cluster(node(unknown, nvidia_com_gpu="4"))))

    def test_without_accelerators_are_a_finding_and_perhaps_not_told(self) -> None:
        reading = read(cluster(node(), node()))
        assert value(reading, OFFERED, "sum") == 0
        assert value(reading, COUNT, "sum") == 0
        assert said(reading, "dynamic resource allocation")

    def test_memory_in_bytes_by_an_old_version_is_no_mebibytes(self) -> None:
        labels = {"nvidia.com/gpu.product": "Tesla-T4", "nvidia.com/gpu.memory": "16106127360"}
        assert value(read(cluster(node(labels, nvidia_com_gpu="1"))), MEMORY) == 16_106_127_360

    def test_one_node_alone_and_items_without_a_kind_are_read(self) -> None:
        assert value(read(node(H100, nvidia_com_gpu="8")), OFFERED, "sum") == 8
        without = {name: each for name, each in node().items() if name != "kind"}
        assert read({**cluster(without), "kind": "NodeList"}).kind == "kubectl-nodes"

    def test_names_and_addresses_stay_in_the_file(self) -> None:
        shown = str(read(cluster(node(H100, nvidia_com_gpu="8"))))
        assert "secret-host" not in shown
        assert "10.1.2.3" not in shown

    def test_wrong_types_are_refused_with_their_place(self) -> None:
        broken = node()
        broken["status"]["conditions"] = [{"type": 3}]
        with pytest.raises(Unreadable) as refused:
            read(cluster(broken))
        assert refused.value.problems[0].where == "0.status.conditions.0.type"


CARD = {
    "Card Series": "Instinct MI300X",
    "VRAM Total Memory (B)": "206141652992",
    "VRAM Total Used Memory (B)": "296394752",
    "Temperature (Sensor junction) (C)": "41.0",
    "Current Socket Graphics Package Power (W)": "135.0",
    "GPU use (%)": "57",
    "Unique ID": "N/A",
}


class TestRocmSmi:
    def test_takes_values_under_newer_names(self) -> None:
        reading = read({"card0": CARD, "system": {"Driver version": "6.8.5"}})
        assert (value(reading, MEMORY), value(reading, HEAT), value(reading, POWER)) == (206141652992, 41, 135)
        assert value(reading, BUSY) == 0.57
        assert one(reading, COUNT, "sum").attributes["driver"] == "6.8.5"
        assert reading.observed_on is None

    def test_reads_past_warnings(self) -> None:
        reading = read("WARNING: AMD GPU device(s) is/are in a low-power state.\n\n" + json.dumps({"card0": CARD}))
        assert value(reading, COUNT, "sum") == 1

    def test_counts_cards_and_not_the_topology(self) -> None:
        system = {f"(Topology) Hops between DRM devices 0 and {each}": "1" for each in range(1, 8)}
        reading = read({"card0": CARD, "system": system})
        assert value(reading, COUNT, "sum") == 1
        assert said(reading, "names 8 devices")

    @pytest.mark.parametrize("wrapped", [True, False])
    def test_reads_amd_smi_too(self, wrapped: bool) -> None:
        listed = [
            {
                "gpu": 0,
                "asic": {"market_name": "AMD Instinct MI300X"},
                "vram": {"size": {"value": 196592, "unit": "MB"}},
            },
            {"gpu": 1, "asic": {"market_name": "AMD Instinct MI300X"}, "vram": {"size": "N/A"}},
        ]
        reading = read({"gpu_data": listed} if wrapped else listed)
        assert value(reading, COUNT, product="AMD Instinct MI300X") == 2
        assert value(reading, MEMORY, accelerator="0") == 196592 * 1024 * 1024

    @pytest.mark.parametrize(
        "given",
        [
            {"card0": {"title": "A"}, "card1": {"title": "B"}},
            {"system": {"Driver version": "6"}},
            {"card0": CARD, "other": {}},
            {"card0": [CARD]},
            {"card": CARD},
            [{"gpu": 0}],
            [{"gpu": "0", "vram": {}}],
            {"gpu_data": []},
            {"gpu_data": {"gpu": 0}},
            [],
        ],
    )
    def test_other_json_is_not_recognised(self, given: Any) -> None:
        assert inspect("rocm.json", json.dumps(given).encode()) is None


def card(**more: Any) -> dict[str, Any]:
    return {
        "id": "display",
        "class": "display",
        "claimed": True,
        "businfo": "pci@0000:53:00.0",
        "vendor": "NVIDIA Corporation",
        "product": "GH100 [H100 SXM5 80GB]",
        "configuration": {"driver": "nvidia", "latency": "0"},
        **more,
    }


SCREEN = card(vendor="ASPEED Technology, Inc.", product="ASPEED Graphics Family", configuration={"driver": "ast"})


def machine(*cards: Mapping[str, Any]) -> dict[str, Any]:
    memory = {
        "id": "memory",
        "class": "memory",
        "children": [{"id": "bank:0", "class": "memory", "size": 64}, {"id": "bank:1", "class": "memory", "size": 64}],
    }
    processor = {
        "id": "cpu:0",
        "class": "processor",
        "product": "Xeon",
        "configuration": {"cores": "32", "threads": "64"},
    }
    bridge = {"id": "pci", "class": "bridge", "children": list(cards)}
    core = {"id": "core", "class": "bus", "children": [memory, processor, bridge]}
    return {"id": "host-7", "class": "system", "serial": "S123", "children": [core]}


class TestLshw:
    @pytest.mark.parametrize("listed", [False, True])
    def test_finds_accelerators_memory_and_processors(self, listed: bool) -> None:
        whole = machine(card(), card(businfo="pci@0000:64:00.0"), SCREEN)
        reading = read([whole] if listed else whole)
        assert value(reading, COUNT, "sum") == 2
        assert value(reading, COUNT, "with a driver") == 2
        assert value(reading, "hw.memory.size", "sum") == 128
        assert one(reading, "hw.cpu.count").attributes["cores"] == 32
        assert "host-7" not in str(reading)
        assert "S123" not in str(reading)

    def test_says_which_have_no_driver(self) -> None:
        loose = card(claimed=False, configuration={"latency": "0"}, **{"class": "processing"})
        reading = read(machine(card(), loose))
        assert value(reading, COUNT, "with a driver") == 1
        assert said(reading, "1 of 2 accelerators have no driver")

    def test_reads_some_classes_only_and_says_so(self) -> None:
        reading = read([card(), SCREEN])
        assert value(reading, COUNT, "sum") == 1
        assert said(reading, "Only some classes")

    def test_amd_and_intel_count_where_they_are_for_models(self) -> None:
        made = (
            card(vendor="Advanced Micro Devices, Inc. [AMD/ATI]", product="Aldebaran/MI200 [Instinct MI250X/MI250]"),
            card(vendor="Advanced Micro Devices, Inc. [AMD/ATI]", product="Cezanne [Radeon Vega Series]"),
            card(vendor="Intel Corporation", product="Ponte Vecchio XT [Data Center GPU Max 1550]"),
            card(vendor="Intel Corporation", product="UHD Graphics 770"),
        )
        assert value(read(machine(*made)), COUNT, "sum") == 2

    def test_the_form_that_is_no_json_is_refused_with_what_to_do(self) -> None:
        with pytest.raises(Unreadable) as refused:
            read(f"{json.dumps(card(), indent=2)},\n{json.dumps(card(), indent=2)}\n")
        assert "[ and ]" in refused.value.problems[0].message

    def test_reads_its_xml(self) -> None:
        reading = read(
            '<?xml version="1.0" standalone="yes" ?>\n<!-- generated by lshw-B.02.19 -->\n<list>'
            '<node id="host" claimed="true" class="system"><node id="core" class="bus">'
            '<node id="memory" class="memory"><size units="bytes">1024</size></node>'
            '<node id="display" claimed="true" class="display"><vendor>NVIDIA Corporation</vendor>'
            '<product>GA100</product><configuration><setting id="driver" value="nvidia" /></configuration></node>'
            "</node></node></list>"
        )
        assert value(reading, COUNT, "with a driver") == 1
        assert value(reading, "hw.memory.size", "sum") == 1024

    @pytest.mark.parametrize(
        "given",
        [
            {"id": "a", "class": "system"},
            {"id": "a", "class": "lesson", "children": []},
            {"class": "system", "children": []},
            {"id": 1, "class": "system", "children": []},
            [{"id": "a", "class": "display"}],
            [{"id": "a", "class": "display", "claimed": "yes"}],
            [card(), {"id": "b"}],
        ],
    )
    def test_other_json_is_not_recognised(self, given: Any) -> None:
        assert inspect("hw.json", json.dumps(given).encode()) is None

    @pytest.mark.parametrize(
        "text", ["<list><item class='a'/></list>", "<node/>", "<html><node class='a'></html>", "<"]
    )
    def test_other_xml_is_not_recognised(self, text: str) -> None:
        assert inspect("hw.xml", text.encode()) is None


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "List", "items": []},
        {"kind": "List", "items": [{"kind": "Pod", "status": {"nodeInfo": {}, "allocatable": {}}}]},
        {"kind": "List", "items": [node(), {"kind": "Pod", "status": {}}]},
        {"items": [node()]},
        {"kind": "PodList", "items": [node()]},
        {"kind": "Node", "status": {"nodeInfo": {}}},
        {"kind": "Node", "status": "nodeInfo"},
        {"kind": "List", "items": {"nodeInfo": 1}},
        [node()],
    ],
)
def test_other_lists_are_no_nodes(given: Any) -> None:
    assert inspect("nodes.json", json.dumps(given).encode()) is None


ODD = st.recursive(
    st.sampled_from(
        [None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**400, "", "N/A", "1e5", "8", "\u00b2", "\u202e"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "gpu", "value", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)
WHOLE = (
    cluster(node(H100, nvidia_com_gpu="8")),
    {"card0": CARD, "system": {"Driver version": "6"}},
    [
        {
            "gpu": 0,
            "asic": {"market_name": "A"},
            "vram": {"size": {"value": 1, "unit": "MB"}},
            "power": {"socket_power": 1},
        }
    ],
    machine(card(), SCREEN),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    found = []
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += [(value, key), *places(each)]
    return found


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 200), ODD), min_size=1, max_size=3))
def test_no_change_of_a_file_crashes_a_reader_or_gives_a_figure_that_is_none(
    whole: Any, changes: Sequence[tuple[int, Any]]
) -> None:
    given = json.loads(json.dumps(whole))
    for at, odd in changes:
        where = places(given)
        if where:
            holder, key = where[at % len(where)]
            holder[key] = odd
    try:
        reading = inspect("x", json.dumps(given).encode())
    except (Unreadable, TooLarge):
        return
    for each in reading.findings if reading else ():
        assert each.value is None or isfinite(each.value)
        assert all(isfinite(given) for given in each.attributes.values() if isinstance(given, float))
