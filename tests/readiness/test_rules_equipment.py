"""What the rules hear in inventories, samples of accelerators, scans, run records and pairs of evaluations."""

import json
from typing import Any

import pytest

from app.readiness.assessment import Evidence
from app.readiness.grade import Grade
from tests.evidence import test_evaluations as good_tests
from tests.evidence import test_lifecycle as good_runs
from tests.evidence import test_load as good_load
from tests.evidence import test_machines as good_machines
from tests.evidence import test_nvidia_smi as good_samples
from tests.evidence import test_posture as good_posture
from tests.evidence.shown import read
from tests.readiness.heard import CATALOGUE, asked, entered, figure, of


def load_test(**said: Any) -> Evidence:
    """A run of vLLM bench serve with 400 requests at once, none of which failed."""
    return of(read({**good_load.VLLM, "request_rate": "inf", "max_concurrency": 400, "failed": 0} | said))


def sample(heat: str) -> Evidence:
    """What nvidia-smi says of an accelerator, slowed down by heat (Active) or not (Not Active)."""
    reasons = f"<clocks_event_reason_hw_thermal_slowdown>{heat}</clocks_event_reason_hw_thermal_slowdown>"
    return of(read(good_samples.log(f"<clocks_event_reasons>{reasons}</clocks_event_reasons>")))


@pytest.mark.parametrize(
    ("minutes", "factor", "heat", "proven", "contradicted"),
    [
        pytest.param((120,), 0.9, "Not Active", 3, False, id="two hours at speed"),
        pytest.param((70, 50), 0.95, "Not Active", 3, False, id="a series of two"),
        pytest.param((119,), 0.95, "Not Active", 2, False, id="not quite two hours"),
        pytest.param((120,), 0.89, "Not Active", 2, True, id="slower at the end"),
        pytest.param((120,), 0.95, "Active", 2, True, id="slowed down by heat"),
    ],
)
def test_speed_is_held_for_two_hours_without_heat(
    minutes: tuple[int, ...], factor: float, heat: str, proven: int, contradicted: bool
) -> None:
    runs = [load_test(duration=60.0 * each) for each in minutes]
    items = [*runs, entered(Grade.DEMONSTRATED, figure("sustained_factor", factor)), sample(heat)]
    shown = asked(CATALOGUE, "infrastructure.sustained-performance", 3, *items)
    assert (shown.proven, shown.proof.contradicted) == (proven, contradicted)


def test_memory_takes_a_load_test_without_a_failure_and_metrics_without_a_dropped_answer() -> None:
    def metrics(preemptions: int) -> Evidence:
        return of(read(f'vllm:num_preemptions_total{{model_name="m"}} {preemptions}\n'))

    links = entered(Grade.DEMONSTRATED, figure("link_bandwidth_of_data_sheet", 0.7))
    alone = entered(Grade.DEMONSTRATED, figure("accelerators_of_one_copy", 1))
    key = "infrastructure.memory-and-interconnect"
    assert asked(CATALOGUE, key, 3, load_test(), metrics(0), links).proven == 3
    assert asked(CATALOGUE, key, 3, load_test(), metrics(0), alone).proven == 3
    assert asked(CATALOGUE, key, 3, load_test(), metrics(0)).proven == 2
    assert asked(CATALOGUE, key, 3, load_test(), metrics(1), links).proven == 2
    assert asked(CATALOGUE, key, 3, load_test(failed=1), metrics(0), links).proven == 2
    assert asked(CATALOGUE, key, 3, load_test(failed=50), metrics(0), links).proof.contradicted
    assert not asked(CATALOGUE, key, 3, load_test(failed=1, max_concurrency=800)).proof.contradicted


def test_a_fleet_is_listed_by_a_tool_and_judged_host_by_host() -> None:
    nodes = of(read(good_machines.cluster(good_machines.node(good_machines.H100, nvidia_com_gpu="8"))))
    judged = entered(Grade.DEMONSTRATED, figure("hosts_not_judged", 0), figure("fleet_missing", 2))
    key = "infrastructure.fleet-audit"
    assert asked(CATALOGUE, key, 3, nodes, judged).proven == 3
    assert not asked(CATALOGUE, key, 3, nodes, judged).proof.contradicted  # a gap that was counted is an honest audit
    assert asked(CATALOGUE, key, 4, nodes, judged).proof.cap == 3
    assert asked(CATALOGUE, key, 3, judged).proven == 2


def test_an_image_is_scanned_and_refuses_to_serve_without_its_accelerator() -> None:
    refuses = entered(Grade.DEMONSTRATED, figure("start_check_refuses", 1))
    folder = {**good_posture.TRIVY, "ArtifactType": "filesystem"}
    key = "infrastructure.accelerator-containers"
    assert asked(CATALOGUE, key, 3, of(read(good_posture.TRIVY)), refuses).proven == 3
    assert asked(CATALOGUE, key, 3, of(read(folder)), refuses).proven == 2
    assert asked(CATALOGUE, key, 3, of(read(good_posture.TRIVY))).proven == 2


def evaluation(model: str, task: str = "claims") -> Evidence:
    """A log of Inspect on a task."""
    return of(read({**good_tests.INSPECT, "eval": {**good_tests.INSPECT["eval"], "model": model, "task": task}}))


@pytest.mark.parametrize(
    ("key", "said"),
    [("infrastructure.exit-tested", "move_days"), ("operations.supplier-change", "switch_of_notice")],
)
def test_two_models_took_the_same_test(key: str, said: str) -> None:
    days = entered(Grade.DEMONSTRATED, figure(said, 0.5))
    assert asked(CATALOGUE, key, 3, evaluation("old"), evaluation("new"), days).proven == 3
    assert asked(CATALOGUE, key, 3, evaluation("old"), evaluation("old"), days).proven == 2
    assert asked(CATALOGUE, key, 3, evaluation("old"), evaluation("new", "letters"), days).proven == 2
    assert asked(CATALOGUE, key, 3, evaluation("old"), evaluation("new")).proven == 2


def garak(*rates: tuple[int, int], itself: bool = False) -> Evidence:
    """A report of garak: of each probe the outputs that held out and those that did not."""
    start = [each for each in good_tests.GARAK if each["entry_type"] in ("start_run setup", "init", "completion")]
    probe, detector = ("test.Test", "always.Pass") if itself else ("latentinjection.A", "d.A")
    found = [
        {"entry_type": "eval", "probe": f"{probe}{number}", "detector": detector, "passed": held, "fails": failed,
         "total_evaluated": held + failed}
        for number, (held, failed) in enumerate(rates)
    ]  # fmt: skip
    lines = [json.dumps(each) for each in (*start[:2], *found, *start[2:])]
    return of(read("\n".join(lines)))


@pytest.mark.parametrize(
    ("report", "proven", "contradicted"),
    [
        pytest.param(garak((200, 0), (99, 1)), 3, False, id="within the limit on every probe"),
        pytest.param(garak((200, 0), (99, 0)), 2, False, id="one attempt too few"),
        pytest.param(garak((280, 0), (19, 1)), 2, False, id="one probe beyond it, which may be chance"),
        pytest.param(garak((280, 0), (90, 10)), 2, True, id="one probe beyond it, and no chance"),
        pytest.param(garak((400, 0), itself=True), 1, False, id="the tool's test of itself"),
    ],
)
def test_hostile_text_is_tried_often_enough_and_held_out_on_every_way_in(
    report: Evidence, proven: int, contradicted: bool
) -> None:
    judged = entered(Grade.DEMONSTRATED, figure("successes_beyond_rights", 0))
    items = [report] if proven == 1 else [report, judged]
    shown = asked(CATALOGUE, "security.prompt-injection", 3, *items)
    assert (shown.proven, shown.proof.contradicted) == (proven, contradicted)


def test_a_run_record_counts_where_the_run_ended_and_names_its_data() -> None:
    repeat = entered(
        Grade.DEMONSTRATED, figure("repeat_gap_of_margin", 0.5), figure("earlier_ability_loss_of_limit", 1.0)
    )
    broken_off = {**good_runs.RUN, "info": {**good_runs.RUN["info"], "status": "FAILED"}}
    nameless = {name: each for name, each in good_runs.RUN.items() if name != "inputs"}
    key = "model.fine-tuning-pipeline"
    assert asked(CATALOGUE, key, 3, of(read(good_runs.RUN)), repeat).proven == 3
    assert asked(CATALOGUE, key, 3, of(read(broken_off)), repeat).proven == 2
    assert asked(CATALOGUE, key, 3, of(read(nameless)), repeat).proven == 2
