"""What real files show of services and of hardware: each figure that stands in them, and none beside."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from app.evidence.inspect import inspected
from app.evidence.reading import Reading
from tests.evidence.samples import sample
from tests.evidence.shown import metrics, one, said, value

TTFT = "gen_ai.server.time_to_first_token"
TPOT = "gen_ai.server.time_per_output_token"
REQUEST = "gen_ai.server.request.duration"
COUNT = "hw.gpu.count"
MEMORY = "hw.gpu.memory.limit"
USED = "hw.gpu.memory.usage"
HEAT = "hw.temperature"
POWER = "hw.power"
BUSY = "hw.gpu.utilization"
OFFERED = "k8s.node.accelerator.allocatable"

Expected = Sequence[tuple[str, str | None, float]]

H100_LOAD: Expected = [
    (COUNT, "sum", 1),
    (MEMORY, None, 85_520_809_984),
    (USED, None, 20_780_679_168),
    (HEAT, None, 59),
    (BUSY, None, 1),
    (POWER, None, 631.95),
    ("power.limit", None, 700),
    ("ecc.errors.uncorrected", None, 0),
    ("mig.mode.current", None, 0),
    ("ecc.mode.current", None, 1),
    ("temperature.gpu.tlimit", None, 26),
]
MIB = 1024 * 1024

HARDWARE: Mapping[str, tuple[str, date | None, Expected]] = {
    "prometheus-dcgm/dcgm-exporter-l4-default-counters.txt": (
        "prometheus-dcgm",
        None,
        [
            (COUNT, "sum", 1),
            (HEAT, None, 31),
            (POWER, None, 16.365),
            (BUSY, None, 0),
            (USED, None, 0),
            (MEMORY, None, (22563 + 470) * MIB),
            ("hw.gpu.memory.reserved", None, 470 * MIB),
            ("hw.energy", None, 4742.776),
            ("row_remap_failure", None, 0),
        ],
    ),
    "prometheus-dcgm/aicr-h100x8-dcgm-exporter.txt": (
        "prometheus-dcgm",
        None,
        [(COUNT, "sum", 8), (HEAT, "max", 30), (POWER, "max", 113.611), (BUSY, "max", 0), (COUNT, "used by a pod", 1)],
    ),
    "nvidia-gpu-exporter-metrics/h100-load.metrics": ("nvidia-gpu-exporter-metrics", None, H100_LOAD),
    "nvidia-smi-xml/a100-sxm4-v12.xml": (
        "nvidia-smi-xml",
        date(2023, 8, 4),
        [
            (COUNT, "sum", 1),
            (MEMORY, None, 85_899_345_920),
            (USED, None, 50 * MIB),
            (HEAT, None, 27),
            (POWER, None, 67.03),
            ("power.limit", None, 500),
            ("mig.mode.current", None, 1),
            ("mig.devices", None, 4),
            ("ecc.mode.current", None, 1),
            ("cc_protected_memory", None, 0),
        ],
    ),
    "nvidia-smi-xml/tesla-t4-v11.xml": (
        "nvidia-smi-xml",
        date(2023, 4, 24),
        [
            (COUNT, "sum", 1),
            (MEMORY, None, 15360 * MIB),
            (USED, None, 1032 * MIB),
            (HEAT, None, 40),
            (POWER, None, 26.78),
            ("power.limit", None, 70),
            (BUSY, None, 0),
        ],
    ),
    "nvidia-smi-csv/nvidia-h100-80gb-hbm3-load.csv": ("nvidia-smi-csv", date(2026, 7, 14), H100_LOAD),
    "nvidia-smi-csv/nvidia-l40s-load.csv": (
        "nvidia-smi-csv",
        date(2026, 7, 3),
        [
            (COUNT, "sum", 1),
            (MEMORY, None, 46068 * MIB),
            (USED, None, 1235 * MIB),
            (BUSY, None, 0.09),
            (HEAT, None, 54),
            (POWER, None, 110.23),
            ("power.limit", None, 350),
        ],
    ),
    "rocm-smi-json/mi100_rocm602.json": (
        "rocm-smi-json",
        None,
        [
            (COUNT, "sum", 4),
            (HEAT, "max", 55),
            (POWER, "max", 44),
            (MEMORY, "sum", 4 * 34_342_961_152),
            (BUSY, "max", 0),
        ],
    ),
    "rocm-smi-json/vega-20-WKS-GL-XE.json": (
        "rocm-smi-json",
        None,
        [
            (COUNT, "sum", 1),
            (MEMORY, None, 34_342_961_152),
            (HEAT, None, 36),
            (POWER, None, 26),
            ("power.limit", None, 225),
        ],
    ),
    # One of the seven offers a Tesla T4, in allocatable as in capacity.
    "kubectl-nodes/nodelist-7-no-accelerator.json": (
        "kubectl-nodes",
        date(2024, 12, 19),
        [("k8s.node.count", None, 7), ("k8s.node.count", "ready", 7), (OFFERED, "sum", 1), (COUNT, "sum", 1)],
    ),
}


@pytest.mark.parametrize("path", HARDWARE)
def test_a_sample_of_hardware_gives_what_stands_in_it(path: str) -> None:
    kind, day, expected = HARDWARE[path]
    reading = inspected("renamed.bin", sample(path))
    assert (reading.kind, reading.observed_on, reading.grade) == (kind, day, "demonstrated")
    for metric, statistic, figure in expected:
        found = [
            each
            for each in reading.findings
            if (each.metric, each.statistic) == (metric, statistic)
            and "sensor" not in each.attributes
            and not (metric in (COUNT, OFFERED) and statistic is None)
        ]
        assert [each.value for each in found] == [pytest.approx(figure, rel=1e-6)], metric


def test_samples_name_their_products_drivers_and_users() -> None:
    driver = one(inspected("x", sample("nvidia-smi-xml/a100-sxm4-v12.xml")), COUNT, "sum").attributes
    assert (driver["driver"], driver["cuda"]) == ("535.54.03", "12.2")
    eight = inspected("x", sample("prometheus-dcgm/aicr-h100x8-dcgm-exporter.txt"))
    assert one(eight, COUNT, "used by a pod").attributes["pod"] == "vllm-agg-0-vllmdecodeworker-s65j5"
    assert value(eight, COUNT, product="NVIDIA H100 80GB HBM3", driver="580.105.08") == 8
    four = inspected("x", sample("rocm-smi-json/mi100_rocm602.json"))
    edges = [
        each.value
        for each in four.findings
        if each.metric == HEAT and not each.statistic and "sensor" not in each.attributes
    ]
    assert edges == [53, 55, 54, 51]
    assert one(four, COUNT, product="Arcturus GL-XL [Instinct MI100]", driver="6.3.6").value == 4


def test_samples_say_what_is_doubtful() -> None:
    assert said(inspected("x", sample("nvidia-smi-xml/a100-sxm4-v12.xml")), "says that 4 accelerators are attached")
    assert BUSY not in metrics(inspected("x", sample("nvidia-smi-xml/a100-sxm4-v12.xml")))
    one_card = inspected("x", sample("prometheus-dcgm/dcgm-exporter-l4-default-counters.txt"))
    assert not any("sensor" in each.attributes for each in one_card.findings)
    assert said(inspected("x", sample("rocm-smi-json/vega-20-WKS-GL-XE.json")), "names 8 devices")


SERVICES: Mapping[str, tuple[str, date | None, Expected]] = {
    "prometheus-vllm/vllm-v0-one-request.txt": (
        "prometheus-vllm",
        date(2024, 6, 11),
        [
            (TTFT, "mean", 0.31326723098754883),
            (TPOT, "mean", 0.19016313552856445 / 6),
            (REQUEST, "mean", 0.5034303665161133),
            ("vllm:kv_cache_usage_perc", "max", 0),
            ("vllm:num_requests_waiting", None, 0),
            ("vllm:num_preemptions_total", None, 0),
            ("vllm:prompt_tokens_total", None, 5),
            ("vllm:generation_tokens_total", None, 7),
            ("vllm:request_success_total", None, 1),
            ("error.rate", None, 0),
        ],
    ),
    "prometheus-vllm/vllm-v1-idle.txt": (
        "prometheus-vllm",
        date(2026, 3, 20),
        [
            ("vllm:kv_cache_usage_perc", "max", 0),
            ("vllm:num_requests_waiting", None, 0),
            ("vllm:num_requests_running", None, 0),
            ("vllm:cache_config_info", "capacity", 1_626_000),
        ],
    ),
    "prometheus-triton/triton-densenet-three-requests.txt": (
        "prometheus-triton",
        None,
        [
            (REQUEST, "mean", 0.442655),
            ("nv_inference_queue_duration", "mean", 145 / 3 / 1e6),
            ("nv_inference_request_success", None, 3),
            ("error.rate", None, 0),
            ("hw.power", None, 32.09),
            ("power.limit", None, 70),
            ("hw.gpu.memory.limit", None, 16_106_127_360),
            ("hw.gpu.memory.usage", None, 266_338_304),
            ("hw.gpu.utilization", None, 0),
        ],
    ),
}


@pytest.mark.parametrize("path", SERVICES)
def test_a_sample_of_a_service_gives_what_stands_in_it(path: str) -> None:
    kind, day, expected = SERVICES[path]
    reading = inspected("renamed.bin", sample(path))
    assert (reading.kind, reading.observed_on, reading.grade) == (kind, day, "demonstrated")
    for metric, statistic, figure in expected:
        assert value(reading, metric, statistic) == pytest.approx(figure, rel=1e-6), metric


def test_samples_give_no_figure_that_they_do_not_show() -> None:
    idle = inspected("x", sample("prometheus-vllm/vllm-v1-idle.txt"))
    assert not metrics(idle) & {TTFT, TPOT, REQUEST, "error.rate", "inter_token_latency"}
    assert one(idle, "vllm:cache_config_info", "capacity").attributes["enable_prefix_caching"] is True
    triton = inspected("x", sample("prometheus-triton/triton-densenet-three-requests.txt"))
    assert {each.statistic for each in triton.findings if each.metric == REQUEST} == {"mean"}
    assert {each.attributes.get("model") for each in triton.findings if each.metric == REQUEST} == {"densenet_onnx"}
    first = inspected("x", sample("prometheus-vllm/vllm-v0-one-request.txt"))
    assert not any(each.statistic in ("p50", "p95", "p99") for each in first.findings)


@pytest.mark.parametrize("path", SERVICES)
@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith("#")),
        lambda text: (
            "\n".join(reversed([line for line in text.split("\n") if not line.startswith("#")])).lstrip() + "\n"
        ),
    ],
    ids=["with Windows line ends", "with a mark", "without comments", "upside down"],
)
def test_a_sample_written_otherwise_gives_the_same(path: str, rewritten: Callable[[str], str]) -> None:
    def figures(reading: Reading) -> set[tuple[str, str | None, float | None]]:
        return {(each.metric, each.statistic, each.value) for each in reading.findings}

    given = sample(path)
    assert figures(inspected("x", rewritten(given.decode()).encode())) == figures(inspected("x", given))
