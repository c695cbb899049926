"""Fleet: which machines can serve a model, what keeps the others from it, and the cheapest change that would do."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import read_input
from app.calculators.accelerator import bundled_accelerators
from app.calculators.fleet import Input, Output, calculate
from app.calculators.inventory import Host
from app.calculators.recognition import Recognition
from app.errors import Unreadable
from app.finding import Finding
from tests.evidence.shown import read

SMALL = {"model": "llama-3.1-8b", "precision": "fp8", "input_tokens": 500, "output_tokens": 200}
LARGE = {"model": "llama-3.3-70b", "precision": "fp8"}


def fleet(inventory: Any, **need: Any) -> Output:
    return calculate(Input.model_validate({"inventory": inventory, "need": {**SMALL, **need}}))


def refused(inventory: Any, **need: Any) -> str:
    with pytest.raises(Unreadable) as error:
        calculate(read_input("fleet", {"inventory": inventory, "need": {**SMALL, **need}}))  # type: ignore[arg-type]
    return "; ".join(str(each) for each in error.value.problems)


def test_a_csv_as_a_spreadsheet_writes_it() -> None:
    heading = "\ufeffHostname;GPU Model;GPU Count;accel_mem_gb;cooling"
    output = fleet(f"{heading}\nn1;NVIDIA H100 80GB HBM3;8;79,6;dense air\n;NVIDIA L4;1;;\n")
    first, second = output.hosts
    assert (first.hostname, first.accelerator, first.accelerator_count) == ("n1", "h100-sxm", 8)
    assert (first.usable, first.sustained_factor) == (True, 0.85)
    assert second.hostname == "host 2"
    assert output.share_usable == 1


def test_each_thing_that_keeps_a_host_from_it_is_named() -> None:
    output = fleet(
        [
            {"hostname": "small", "accel_model": "NVIDIA L4", "accel_count": 1},
            {"hostname": "slow", "cpu_model": "Intel(R) Xeon(R) Gold 6330 CPU @ 2.00GHz", "ram_gb": 512},
            {"hostname": "bare", "accel_model": "H100 PCIe", "accel_count": 2, "driver": "none"},
            {"hostname": "nouveau", "accel_model": "H100 PCIe", "accel_count": 2, "driver": "nouveau"},
            {"hostname": "strange", "accel_model": "Banana 9000", "accel_count": 2},
            {"hostname": "empty", "cpu_model": "PDP-11", "accel_count": 0},
            {"hostname": "good", "accel_model": "NVIDIA H200", "accel_count": 4, "driver": "570.1"},
        ],
        **LARGE,
    )
    assert {each.hostname: each.reasons for each in output.hosts} == {
        "small": ("memory",),
        "slow": ("bandwidth",),
        "bare": ("no-driver",),
        "nouveau": ("no-driver",),
        "strange": ("unknown-accelerator",),
        "empty": ("no-accelerator",),
        "good": (),
    }
    assert output.share_usable == pytest.approx(1 / 7)
    assert output.missing.hosts_by_reason["no-driver"] == 2
    assert all(each.why for each in output.hosts if not each.usable)


def test_confidential_computing_needs_the_card_and_the_host() -> None:
    inventory = [
        {"hostname": "cannot", "accel_model": "A100-SXM4-80GB", "accel_count": 1},
        {"hostname": "off", "accel_model": "H100 PCIe", "accel_count": 1, "confidential": "off"},
        {"hostname": "on", "accel_model": "H100 PCIe", "accel_count": 1, "confidential": "yes"},
        {"hostname": "unsaid", "accel_model": "H100 PCIe", "accel_count": 1},
    ]
    cannot, off, on, unsaid = fleet(inventory, confidential=True).hosts
    assert cannot.reasons == off.reasons == ("no-confidential-mode",)
    assert on.usable
    assert unsaid.usable
    assert "confirm it" in unsaid.why[-1]
    assert all(each.usable for each in fleet(inventory).hosts)


def test_drivers_come_before_a_smaller_precision_and_that_before_a_purchase() -> None:
    bare = {"hostname": "bare", "accel_model": "H200", "accel_count": 8, "driver": "none"}
    output = fleet([bare], **LARGE, concurrency=50)
    assert not output.covered
    assert output.cheapest_change is not None
    assert output.cheapest_change.kind == "driver"
    assert output.changes[-1].kind == "purchase"

    tight = {"hostname": "tight", "accel_model": "L40S", "accel_count": 2}
    smaller = fleet([tight], **LARGE | {"precision": "bf16"}, concurrency=4, tpot_target_ms=500).cheapest_change
    assert smaller is not None
    assert (smaller.kind, smaller.precision) == ("precision", "fp8")
    assert "Evaluate" in smaller.words

    bought = fleet([{"hostname": "old", "accel_model": "L4", "accel_count": 1}], **LARGE, concurrency=50)
    assert bought.cheapest_change is not None
    assert bought.cheapest_change.kind == "purchase"
    assert float(bought.cheapest_change.cost_low) > 50_000
    assert bought.cheapest_change.source is not None


def test_nothing_needs_to_change_where_the_need_is_met() -> None:
    output = fleet([{"hostname": "a", "accel_model": "H100 PCIe", "accel_count": 1}], concurrency=10)
    assert output.covered
    assert (output.missing.concurrency, output.cheapest_change, output.why) == (0, None, ())


def test_seven_accelerators_serve_as_many_copies_as_divide() -> None:
    host = fleet([{"hostname": "a", "accel_model": "H100 PCIe", "accel_count": 7}], **LARGE | {"precision": "bf16"})
    assert host.hosts[0].usable
    assert (host.hosts[0].tensor_parallel or 0) * host.hosts[0].copies <= 7


@pytest.mark.parametrize(
    ("name", "memory", "id"),
    [
        ("NVIDIA H100 80GB HBM3", 80, "h100-sxm"),
        ("NVIDIA-H100-80GB-HBM3", None, "h100-sxm"),
        ("GH100 [H100 SXM5 80GB]", None, "h100-sxm"),
        ("NVIDIA H100 PCIe", 80, "h100-pcie"),
        ("NVIDIA H100 NVL", 94, "h100-nvl"),
        ("NVIDIA A100-SXM4-40GB", 40, "a100-40-sxm"),
        ("NVIDIA A100 80GB PCIe", 80, "a100-80-pcie"),
        ("NVIDIA L40S", 48, "l40s"),
        ("NVIDIA L4", 24, "l4"),
        ("NVIDIA GeForce RTX 4090", 24, "rtx-4090"),
        ("NVIDIA RTX 6000 Ada Generation", 48, "rtx6000-ada"),
        ("AMD Instinct MI300X OAM", 192, "mi300x"),
        ("Tesla T4", 16, "t4"),
        ("Apple M4 Max", 128, "m4-max"),
        ("Apple M4", 32, "m4"),
    ],
)
def test_accelerators_are_known_by_the_names_that_tools_write(name: str, memory: float | None, id: str) -> None:
    found = Recognition(bundled_accelerators()).device(Host(hostname="a", accel_model=name, accel_mem_gb=memory))
    assert found is not None
    assert found.id == id


def test_a_part_of_an_accelerator_has_the_memory_that_is_stated() -> None:
    part = Host(hostname="a", accel_model="NVIDIA H100 80GB HBM3", accel_mem_gb=20)
    found = Recognition(bundled_accelerators()).device(part)
    assert found is not None
    assert found.memory_gb == 20


def test_a_processor_is_known_by_its_channels_and_cores() -> None:
    machine = {
        "hostname": "cpu",
        "cpu_model": "New Chip",
        "sockets": 2,
        "cores": 128,
        "ram_gb": 1024,
        "isa_flags": "amx_tile",
    }
    host = fleet([machine | {"mem_channels": 12, "mem_mts": 8800}]).hosts[0]
    assert host.accelerator == "processor"
    assert host.ttft_ms is not None
    assert fleet([machine]).hosts[0].reasons == ("no-accelerator",)


SMI = """name, memory.total [MiB], driver_version, clocks_event_reasons.hw_thermal_slowdown
NVIDIA L40S, 46068 MiB, 570.10, {slow}
NVIDIA L40S, 46068 MiB, 570.10, {slow}
"""


def test_what_nvidia_smi_lists_is_an_inventory_and_heat_costs_speed() -> None:
    cool = fleet(read(SMI.format(slow="Not Active")).findings)
    hot = fleet(read(SMI.format(slow="Active")).findings)
    assert [(each.accelerator, each.accelerator_count) for each in cool.hosts] == [("l40s", 2)]
    assert hot.hosts[0].sustained_factor == 0.85
    assert (hot.hosts[0].tpot_ms or 0) > (cool.hosts[0].tpot_ms or 0)
    assert "slowed down by heat" in hot.hosts[0].why[-1]


def test_what_a_cluster_offers_is_an_inventory() -> None:
    offered = Finding(
        metric="k8s.node.accelerator.allocatable",
        value=16,
        unit="{gpu}",
        attributes={"resource": "nvidia.com/gpu", "product": "NVIDIA-H100-80GB-HBM3"},
    )
    assert [each.accelerator_count for each in fleet([offered]).hosts] == [8, 8]


def test_a_card_without_a_driver_in_a_list_of_hardware() -> None:
    listed = Finding(
        metric="hw.gpu.count", value=1, attributes={"product": "GH100 [H100 PCIe]", "driver": "none bound"}
    )
    assert fleet([listed]).hosts[0].reasons == ("no-driver",)


@pytest.mark.parametrize(
    ("inventory", "problem"),
    [
        ("", "inventory: must be a table with a heading"),
        ("a,b\n1,2\n", "inventory: must be a table with a heading that has accel_model or cpu_model"),
        ("hostname,accel_model\n", "inventory: has fewer than 1 entries"),
        ("accel_model,gpu\nx,y\n", "has the column accel_model twice"),
        ("hostname,accel_model,accel_count\na,H100,many\n", "line 2, accel_count: must be a whole number"),
        ("hostname,accel_model,accel_count\na,H100,-1\n", "line 2, accel_count: must be 0 or more"),
        ("hostname,accel_model,cooling\na,H100,arctic\n", "line 2, cooling: takes 'liquid', 'air'"),
        ([], "inventory: has fewer than 1 entries"),
        (5, "inventory: must be a CSV as text, a list of hosts or a list of findings"),
        ([{"hostname": "a", "colour": "x"}], "inventory.0.colour: there is no such field"),
        ([{"metric": "hw.power", "value": 3.0}], "none of these findings says which accelerators"),
        ([{"metric": "hw.gpu.count", "value": "x"}], "value: must be a number"),
    ],
)
def test_an_inventory_that_is_none_is_refused(inventory: Any, problem: str) -> None:
    assert problem in refused(inventory)


def test_a_need_that_cannot_be_is_refused() -> None:
    hosts = [{"hostname": "a", "accel_model": "L4"}]
    assert "need.model: there is no model 'x'" in refused(hosts, model="x")
    assert "need.concurrency: must be more than 0" in refused(hosts, concurrency=0)
    assert "need.input_tokens: must come to at most 131,072" in refused(hosts, input_tokens=131_000)


def test_findings_and_terms() -> None:
    output = fleet([{"hostname": "a", "accel_model": "L4"}], concurrency=10_000)
    found = {each.metric: each.value for each in output.findings()}
    assert found["fleet.share_usable"] == 1
    assert found["fleet.missing_concurrency"] == output.missing.concurrency
    assert all(each.source and each.formula for each in output.terms)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=300)
    | st.from_regex(r"hostname[,;]accel_model[,;]accel_count\n([a-zA-Z0-9 ]{0,9}[,;]){0,4}\n")
)
def test_no_text_makes_it_fall_over(text: str) -> None:
    try:
        output = fleet(text)
    except ValueError:
        return
    assert 0 <= output.share_usable <= 1


@settings(max_examples=40, deadline=None)
@given(
    device=st.sampled_from(sorted(bundled_accelerators())),
    count=st.integers(1, 64),
    model=st.sampled_from(["llama-3.1-8b", "deepseek-r1", "gpt-oss-20b", "qwen2.5-7b"]),
)
def test_a_host_with_more_accelerators_never_serves_fewer(device: str, count: int, model: str) -> None:
    def most(accelerators: int) -> int:
        return fleet(
            [{"hostname": "a", "accel_model": device, "accel_count": accelerators}], model=model, precision=None
        ).max_concurrency

    assert most(count) <= most(count + 1)


def test_processors_that_differ_in_their_cores_alone_are_not_taken_for_the_same() -> None:
    head = "hostname,cpu_model,ram_gb,sockets,cores,isa_flags,mem_channels,mem_mts\n"
    rows = ["fast,one,1024,2,64,amx,8,4800\n", "slow,two,1024,2,16,,8,4800\n"]
    for order in (rows, rows[::-1]):
        output = fleet(head + "".join(order), model="phi-4")
        waits = {each.hostname: each.ttft_ms or 0 for each in output.hosts}
        assert waits["slow"] > 10 * waits["fast"]


def test_memory_is_told_apart_to_three_figures_and_rounded_down() -> None:
    head = "hostname,cpu_model,ram_gb,sockets,cores,mem_channels,mem_mts\n"
    patient = {"ttft_target_ms": 1e7, "tpot_target_ms": 1e7}
    output = fleet(head + "".join(f"{ram},own,{ram},1,32,8,4800\n" for ram in (503.9, 503.1, 503, 501.9)), **patient)
    most = [each.max_concurrency for each in output.hosts]
    assert most[0] == most[1] == most[2] > most[3]
