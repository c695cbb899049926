"""What MLflow's runs and models show, and what supports nothing."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.readers import mlflow_model, mlflow_run
from tests.evidence.mutated import as_json, borne, changed
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value

RUN: dict[str, Any] = {
    "info": {
        "run_id": "abc", "status": "FINISHED", "lifecycle_stage": "active", "user_id": "jane",
        "artifact_uri": "/srv/jane/mlruns", "start_time": 1793700000000, "end_time": 1793700090500,
    },
    "data": {
        "metrics": {"answer_correctness": 0.9, "latency_ms": 120, "toxicity": float("nan")},
        "params": {"model": "acme/writer-8b", "seed": "1"},
        "tags": {"mlflow.user": "jane", "mlflow.source.git.commit": "0123456789abcdef"},
    },
    "inputs": {"dataset_inputs": [{"dataset": {"name": "cases", "digest": "d41d8cd9"}}]},
}  # fmt: skip
SERVED = {
    "run": {
        **RUN,
        "data": {
            name: [{"key": key, "value": "NaN" if each != each else each, "step": 3} for key, each in given.items()]
            for name, given in RUN["data"].items()
        },
    }
}
MODEL = """artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.transformers
    python_version: 3.11.7
  transformers:
    transformers_version: 4.57.6
mlflow_version: 3.1.0
model_size_bytes: 1234
run_id: abc
signature:
  inputs: '[{"type": "string"}]'
utc_time_created: '2026-11-03 23:59:59.9'
"""


@pytest.mark.parametrize("run", [RUN, SERVED, {"runs": [RUN]}], ids=["dictionary", "service", "search"])
def test_a_run_shows_its_metrics_under_their_own_names(run: dict[str, Any]) -> None:
    reading = read(run)
    assert (reading.kind, reading.grade, reading.observed_on) == ("mlflow-run", "demonstrated", date(2026, 11, 3))
    assert value(reading, "answer_correctness", model="acme/writer-8b", run_status="FINISHED") == 0.9
    latency = findings(reading, "latency_ms")[0]
    assert (latency.value, latency.unit) == (120, "ms")
    assert value(reading, "toxicity") is None
    assert said(reading, "1 metrics are not finite")
    assert value(reading, "mlflow.run.finished", code_commit="0123456789abcdef") == 1
    assert value(reading, "mlflow.run.duration") == 90.5
    assert value(reading, "mlflow.run.datasets", "count") == 1
    assert "jane" not in repr(reading)


@pytest.mark.parametrize(("field", "given"), [("status", "FAILED"), ("status", 1), ("lifecycle_stage", "deleted")])
def test_a_run_that_failed_or_was_deleted_supports_nothing(field: str, given: object) -> None:
    gone = {**RUN, "info": {**RUN["info"], field: given}}
    reading = read(gone)
    assert reading.grade == "asserted"
    assert value(reading, "mlflow.run.finished") == 0
    assert said(reading, "support nothing")
    among = read({"runs": [RUN, gone]})
    assert among.grade == "demonstrated"
    assert len(findings(among, "answer_correctness")) == 1
    assert said(among, "1 of 2 runs")


def test_a_model_shows_its_flavors_and_is_not_loaded() -> None:
    reading = read(MODEL)
    assert (reading.kind, reading.version, reading.observed_on) == ("mlflow-model", "3.1.0", date(2026, 11, 3))
    assert value(reading, "mlflow.model.flavor", flavor="transformers", version="4.57.6") == 1
    assert value(reading, "mlflow.model.size") == 1234
    assert value(reading, "mlflow.model.signature_stated") == 1
    assert value(reading, "mlflow.model.pickled") is None
    bare = MODEL.replace("mlflow.transformers", "x\n    python_model: python_model.pkl").split("run_id")[0]
    assert value(read(bare), "mlflow.model.pickled") == 1
    assert said(read(bare), "loading it runs code")
    assert said(read(bare), "states no signature")
    assert value(read(MODEL.replace("'2026-11-03 23:59:59.9'", "2026-11-03 23:59:59")), "mlflow.model.size") == 1234
    assert read(MODEL.replace("'2026-11-03 23:59:59.9'", "2026-11-03 23:59:59")).observed_on == date(2026, 11, 3)
    assert read(MODEL.replace("\n", "\r\n")).version == "3.1.0"


def test_a_model_may_be_written_in_any_form_of_yaml() -> None:
    flow = "{python_function: {loader_module: x, model_path: model.pkl}}"
    for text in (
        f"# logged by hand\nmlflow_version: 3.1.0\nflavors: {flow}\n",
        json.dumps({"flavors": {"python_function": {"model_path": "model.pkl"}}, "mlflow_version": "3.1.0"}),
    ):
        reading = read(text)
        assert (reading.kind, reading.version) == ("mlflow-model", "3.1.0")
        assert value(reading, "mlflow.model.pickled") == 1


@pytest.mark.parametrize(
    "text",
    [
        MODEL.replace("flavors:\n", "flavors:\n  a: &a [x, x]\n  b: *a\n"),
        MODEL.replace("  python_function:", "  x: !!python/object/apply:os.system ['true']\n  python_function:"),
        MODEL.replace("  python_function:\n", "  - python_function:\n").replace("  transformers:\n", ""),
        MODEL + "\nflavors:\n  again: 1\n",
        MODEL + "\n: : {",
    ],
    ids=["aliases", "objects", "a list", "twice", "broken"],
)
def test_yaml_that_is_more_than_a_description_is_refused(text: str) -> None:
    assert mlflow_model.recognises(Content("MLmodel", text.encode()))
    with pytest.raises(Unreadable):
        read(text)


NEAR_MISSES = [
    "",
    "flavors:\n  - vanilla\n",
    "flavors:\n  vanilla: good\nmlflow_version: 1\n",
    "mlflow_version: 3.1.0\n",
    json.dumps({"info": {"run_id": "a"}, "data": {}}),
    json.dumps({"info": {"title": "API", "version": "1"}, "data": {"metrics": {}}}),
    json.dumps({"info": {"run_id": "a", "status": "FINISHED"}, "data": []}),
    json.dumps({"info": {"run_id": "a", "status": "FINISHED"}, "data": {"rows": []}}),
    json.dumps({"run": {"info": {}}}),
    json.dumps({"runs": []}),
    json.dumps({"runs": [RUN, {}]}),
    json.dumps([RUN]),
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_is_no_run_and_no_model_is_none(text: str) -> None:
    for reader in (mlflow_run, mlflow_model):
        assert not reader.recognises(Content("MLmodel", text.encode()))


@given(st.one_of(changed(RUN), changed(SERVED), changed({"runs": [RUN, RUN]})))
@settings(max_examples=250, deadline=None)
def test_runs_with_anything_in_them_are_borne(given: Any) -> None:
    borne(mlflow_run, as_json(given))


LINES = st.sampled_from(
    ["flavors:", "  a:", "    loader_module: x", "mlflow_version: 3", "- b", "\t", "signature: [", "run_id: {a: 1}",
     "utc_time_created: 2026-99-99", "utc_time_created: 2026-11-03", "model_size_bytes: .inf", "? x", "%YAML 9", "---",
     "flavors: null", "  a: !!set {x}", "  env: \"\\x00\"", "    x: model.pkl", "1: 2"]
)  # fmt: skip


@given(st.lists(LINES, max_size=12), st.booleans())
@settings(max_examples=200, deadline=None)
def test_models_of_any_lines_are_borne(lines: list[str], whole: bool) -> None:
    borne(mlflow_model, ((MODEL if whole else "") + "\n".join(lines)).encode())


Expected = list[tuple[str, str | None, dict[str, Any], float]]
SAME_RUN: Expected = [
    ("latency_p95_ms", None, {"model": "mistral-7b-instruct"}, 1840.5),
    ("mlflow.run.finished", None, {}, 1),
    ("mlflow.run.params", "count", {}, 3),
]


@pytest.mark.parametrize(
    ("path", "kind", "version", "observed_on", "expected"),
    [
        ("mlflow/run-to-dictionary.json", "mlflow-run", None, date(2026, 11, 21),
         [*SAME_RUN, ("answer_correctness", None, {}, 0.86)]),
        ("mlflow/run-rest.json", "mlflow-run", None, date(2026, 11, 21),
         [*SAME_RUN, ("answer_correctness", None, {"step": 1}, 0.86)]),
        ("mlflow/MLmodel-3.yaml", "mlflow-model", "3.17.2", date(2026, 11, 21),
         [("mlflow.model.size", None, {}, 2216), ("mlflow.model.signature_stated", None, {}, 1),
          ("mlflow.model.pickled", None, {}, 1), ("mlflow.model.run_stated", None, {}, 1)]),
        ("mlflow/MLmodel-1.x.yaml", "mlflow-model", "1.30.1", date(2024, 10, 29),
         [("mlflow.model.flavor", None, {"flavor": "sklearn", "version": "1.5.2"}, 1),
          ("mlflow.model.pickled", None, {}, 1)]),
    ],
)  # fmt: skip
def test_real_runs_and_models(path: str, kind: str, version: str | None, observed_on: date, expected: Expected) -> None:
    reading = inspected("x", sample(path))
    assert (reading.kind, reading.version, reading.observed_on) == (kind, version, observed_on)
    for metric, statistic, attributes, amount in expected:
        assert value(reading, metric, statistic, **attributes) == pytest.approx(amount, rel=1e-6)
    assert not findings(reading, "toxicity")


def test_a_real_model_without_signature_or_run_says_so() -> None:
    reading = inspected("x", sample("mlflow/MLmodel-1.x.yaml"))
    assert said(reading, "states no signature")
    assert said(reading, "states no run")
