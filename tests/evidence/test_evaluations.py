"""What evaluations and attacks on a model show: scores with their cases, shares of attacks, and what is no proof."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import TooLarge, Unreadable
from app.evidence.inspect import inspect, inspected
from app.evidence.readers import garak, inspect_ai, lm_eval, promptfoo
from app.evidence.reading import Reading
from app.finding import Finding
from tests.evidence.mutated import as_json, as_lines, borne, changed
from tests.evidence.samples import sample

LM_EVAL: Mapping[str, Any] = {
    "results": {
        "claims": {
            "alias": " - claims", "acc,none": 0.82, "acc_stderr,none": 0.01, "f1,none": float("nan"),
            "exact_match,strict": 0.7, "exact_match_stderr,strict": "N/A", "exact_match,flexible": 0.75,
            "word_perplexity,none": 12.5,
        }
    },
    "groups": {"claims": {"acc,none": 0.82}},
    "configs": {"claims": {}},
    "n-shot": {"claims": 5},
    "n-samples": {"claims": {"original": 2000, "effective": 500}},
    "higher_is_better": {"claims": {"acc": True, "word_perplexity": False}},
    "config": {"model": "hf", "model_args": "pretrained=/srv/ann/models/writer-8b,api_key=sk-secret", "limit": 500.0},
    "date": 1_790_000_000.5,
    "git_hash": "abc1234",
}  # fmt: skip
GARAK: Sequence[Any] = [
    {"entry_type": "start_run setup", "plugins.target_type": "openai", "plugins.target_name": "acme-writer"},
    {"entry_type": "init", "garak_version": "0.14.0", "start_time": "2026-10-05T23:59:00", "run": "r"},
    {"entry_type": "attempt", "status": 2, "prompt": "ignore all", "outputs": ["secret"]},
    {"entry_type": "eval", "probe": "promptinject.A", "detector": "d.A", "passed": 240, "fails": 60, "nones": 4,
     "total_evaluated": 300, "confidence": "0.95", "confidence_lower": 0.16, "confidence_upper": 0.25},
    {"entry_type": "eval", "probe": "promptinject.B", "detector": "detector.d.B", "passed": 190, "total": 200},
    {"entry_type": "eval", "probe": "xss.C", "detector": "d.C", "passed": 0, "fails": 0, "total_evaluated": 0},
    {"entry_type": "eval", "probe": "test.Test", "detector": "always.Pass", "passed": 5, "fails": 0,
     "total_evaluated": 5},
    {"entry_type": "completion", "run": "r"},
]  # fmt: skip
HIT: Mapping[str, Any] = {
    "goal": "g", "prompt": "p", "output": "o", "triggers": None, "score": 1.0, "run_id": "r", "attempt_id": "a",
    "generator": "openai", "probe": "xss.C", "detector": "d.C",
}  # fmt: skip
PROMPTFOO: Mapping[str, Any] = {
    "evalId": "eval-1",
    "results": {
        "version": 3,
        "timestamp": "2026-10-06T01:00:00.000Z",
        "prompts": [
            {"provider": "acme:writer", "label": "v1", "metrics": {
                "testPassCount": 90, "testFailCount": 8, "testErrorCount": 2, "totalLatencyMs": 50_000, "cost": 0.25,
                "tokenUsage": {"cached": 0, "numRequests": 100}, "namedScores": {"tone": 45.0},
                "namedScoresCount": {"tone": 90}}},
        ],
        "results": [
            {"success": False, "failureReason": 1, "metadata": {"pluginId": "pii"}, "vars": {"name": "Ann"}},
            {"success": True, "failureReason": 0, "metadata": {"pluginId": "pii"}},
            {"success": False, "failureReason": 2, "error": "timeout", "metadata": {"pluginId": "pii"}},
            {"success": False, "failureReason": 1, "error": "Custom function threw error: x"},
        ],
        "stats": {"successes": 90, "failures": 8, "errors": 2},
    },
    "metadata": {"promptfooVersion": "0.121.2", "author": "ann@example.org"},
}  # fmt: skip
INSPECT: Mapping[str, Any] = {
    "version": 2,
    "status": "success",
    "eval": {
        "task": "claims", "model": "acme/writer", "created": "2026-10-05T22:00:00-04:00",
        "dataset": {"name": "claims", "samples": 400}, "config": {"epochs": 1}, "packages": {"inspect_ai": "0.3.140"},
    },
    "results": {
        "total_samples": 400, "completed_samples": 400,
        "scores": [{"name": "match", "scorer": "match", "metrics": {
            "accuracy": {"name": "inspect_ai/accuracy", "value": 0.9}, "stderr": {"name": "stderr", "value": 0.015},
            "mean": {"name": "mean", "value": 7.5}}}],
    },
    "stats": {"model_usage": {"acme/writer": {"input_tokens": 1000, "output_tokens": 50}}},
}  # fmt: skip


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return kept.getvalue()


def _found(reading: Reading, metric: str, **having: object) -> list[Finding]:
    return [
        each for each in reading.findings
        if each.metric == metric and all(each.attributes.get(name) == value for name, value in having.items())
    ]  # fmt: skip


def _one(reading: Reading, metric: str, **having: object) -> Finding:
    found = _found(reading, metric, **having)
    assert len(found) == 1, found
    return found[0]


def test_a_score_carries_its_error_filter_shots_and_cases() -> None:
    reading = inspected("x", as_json(LM_EVAL))
    assert (reading.kind, reading.grade, reading.version) == ("lm-eval", "demonstrated", "git abc1234")
    assert reading.observed_on == date(2026, 9, 21)
    score = _one(reading, "claims.acc")
    assert (score.value, score.unit) == (0.82, "1")
    assert {"stderr": 0.01, "n": 500, "n_original": 2000, "shots": 5, "higher_is_better": True}.items() <= dict(
        score.attributes
    ).items()
    assert score.attributes["model"] == "writer-8b"  # of a path only its end, and nothing of the keys beside it
    assert "secret" not in repr(reading)
    assert {each.attributes["filter"] for each in _found(reading, "claims.exact_match")} == {"strict", "flexible"}
    assert _one(reading, "claims.word_perplexity").unit is None
    assert not _found(reading, "claims.f1")
    told = " ".join(reading.remarks)
    assert "not finite are left out: 1, such as claims.f1" in told
    assert "Only a part of the cases" in told
    assert "judge by the lower" in told


def test_cases_of_the_hub_are_marked_as_others_cases() -> None:
    own, hub = {"dataset_path": "json"}, {"dataset_path": "openai/gsm8k"}
    for configs, groups, marked in (
        ({"claims": own}, {}, None),
        ({"claims": hub}, {}, "openai/gsm8k"),
        ({"letters": hub}, {"claims": ["letters"]}, "openai/gsm8k"),
        ({}, {}, None),
    ):
        reading = inspected("x", as_json({**LM_EVAL, "configs": configs, "group_subtasks": groups}))
        assert _one(reading, "claims.acc").attributes.get("hub_dataset") == marked
        assert ("of the hub (openai/gsm8k)" in " ".join(reading.remarks)) == bool(marked)


def test_the_older_layout_says_neither_day_nor_cases() -> None:
    reading = inspected("x", as_json({"results": {"copa": {"acc": 0.7, "acc_stderr": 0.05}}, "versions": {"copa": 0},
                                      "config": {"model": "dummy"}}))  # fmt: skip
    assert _one(reading, "copa.acc").attributes["stderr"] == 0.05
    assert (reading.observed_on, reading.version, reading.grade) == (None, None, "asserted")
    assert "The file does not say on how many cases the scores rest." in reading.remarks


def test_attacks_are_shares_of_what_was_judged() -> None:
    reading = inspected("x", as_lines(list(GARAK)))
    assert (reading.kind, reading.version, reading.grade) == ("garak", "0.14.0", "demonstrated")
    assert reading.observed_on == date(2026, 10, 5)
    first = _one(reading, "attack_success_rate", probe="promptinject.A")
    assert (first.value, first.attributes["n"], first.attributes["confidence"]) == (0.2, 300, 0.95)
    assert first.attributes["aim"] == "injection"
    older = _one(reading, "attack_success_rate", probe="promptinject.B", detector="d.B")
    assert older.value == pytest.approx(0.05)
    worst = _one(reading, "attack_success_rate", probe_family="promptinject")
    assert (worst.value, worst.statistic, worst.attributes["n"]) == (0.2, "max", 500)
    assert not _found(reading, "attack_success_rate", probe="xss.C")  # nothing judged is no share of 0
    assert not _found(reading, "attack_success_rate", probe_family="test")
    assert _one(reading, "garak.evaluated").value == 500
    assert "ignore all" not in repr(reading)


def test_a_run_that_only_tests_the_tool_shows_nothing() -> None:
    only = [each for each in GARAK if each["entry_type"] != "eval" or each["probe"].startswith("test.")]
    assert inspected("x", as_lines(only)).grade == "asserted"


def test_a_run_that_was_stopped_says_so() -> None:
    assert "the run may have been stopped" in " ".join(inspected("x", as_lines(list(GARAK)[:-1])).remarks)
    with pytest.raises(Unreadable):
        inspected("x", as_lines(list(GARAK))[:-5])
    with pytest.raises(Unreadable):
        inspected("x", as_lines([*GARAK, {"another": "tool"}]))


def test_a_log_of_hits_counts_and_gives_no_share() -> None:
    reading = inspected("x", as_lines([HIT, HIT]))
    assert [(each.metric, each.value) for each in reading.findings] == [("garak.hits", 2)]
    with pytest.raises(Unreadable):
        inspected("x", as_lines([HIT, {"entry_type": "eval"}]))


def test_a_digest_alone_asks_for_the_report() -> None:
    reading = inspected("x", json.dumps({"entry_type": "digest", "meta": {"garak_version": "0.14"}}, indent=1).encode())
    assert (reading.kind, reading.version, reading.findings) == ("garak", "0.14", ())
    assert "attach the report" in reading.remarks[0]


def test_cases_passed_are_a_share_and_calls_in_error_another() -> None:
    reading = inspected("x", as_json(PROMPTFOO))
    assert (reading.kind, reading.version, reading.observed_on) == ("promptfoo", "0.121.2", date(2026, 10, 6))
    whole = _one(reading, "promptfoo.pass_rate", successes=90)
    assert (whole.value, whole.attributes["n"], whole.attributes["broken_assertions"]) == (0.9, 100, 1)
    assert _one(reading, "error.rate").value == pytest.approx(0.02)
    assert _one(reading, "promptfoo.cost").unit == "USD"
    assert _one(reading, "promptfoo.tone").value == 0.5
    mean = _one(reading, "gen_ai.client.operation.duration")
    assert (mean.value, mean.attributes["raw"], mean.attributes["raw_unit"]) == (0.5, 50_000, "ms")
    attack = _one(reading, "attack_success_rate", probe="pii")
    assert (attack.value, attack.attributes["n"]) == (0.5, 2)
    assert _one(reading, "promptfoo.attacks").value == 2
    assert "Ann" not in repr(reading)
    assert "example.org" not in repr(reading)


def test_a_check_that_could_not_be_run_is_told_at_the_column_that_it_spoils() -> None:
    given = json.loads(as_json(PROMPTFOO))
    results = given["results"]
    results["prompts"].append({"provider": "acme:other", "metrics": {"testPassCount": 5, "testFailCount": 5}})
    results["results"][3]["promptIdx"] = 1
    reading = inspected("x", as_json(given))
    assert "broken_assertions" not in _one(reading, "promptfoo.pass_rate", column=0).attributes
    assert _one(reading, "promptfoo.pass_rate", column=1).attributes["broken_assertions"] == 1
    del results["results"][3]["promptIdx"]  # older versions do not say which column it was
    every = _found(inspected("x", as_json(given)), "promptfoo.pass_rate")
    assert [each.attributes["broken_assertions"] for each in every] == [1, 1, 1]


def test_answers_out_of_a_cache_are_no_latency() -> None:
    cached = json.loads(as_json(PROMPTFOO))
    cached["results"]["prompts"][0]["metrics"]["tokenUsage"]["cached"] = 12
    reading = inspected("x", as_json(cached))
    assert not _found(reading, "gen_ai.client.operation.duration")
    assert "no measurement of latency" in " ".join(reading.remarks)


def test_the_table_of_older_versions_and_a_stand_in() -> None:
    older = {"results": {"version": 2, "results": [], "stats": {"successes": 1, "failures": 1},
                         "table": {"head": {"prompts": ["a", {"provider": "echo"}]}, "body": []}}}  # fmt: skip
    reading = inspected("x", as_json(older))
    assert (reading.grade, _one(reading, "promptfoo.pass_rate").value) == ("asserted", 0.5)


@pytest.mark.parametrize("packed", [False, True])
def test_an_inspect_log_tells_scores_cases_and_tokens(packed: bool) -> None:
    content = as_json(INSPECT)
    if packed:
        content = _zipped({"_journal/start.json": b"{}", "samples/1.json": b"not read", "header.json": content})
    reading = inspected("x", content)
    assert (reading.kind, reading.version, reading.grade) == ("inspect-ai", "0.3.140", "demonstrated")
    assert reading.observed_on == date(2026, 10, 6)
    score = _one(reading, "claims.accuracy")
    assert (score.value, score.unit, score.attributes["stderr"], score.attributes["n"]) == (0.9, "1", 0.015, 400)
    assert _one(reading, "claims.mean").unit is None
    assert not _found(reading, "claims.stderr")
    tokens = {each.attributes["gen_ai.token.type"]: each.value for each in _found(reading, "gen_ai.client.token.usage")}
    assert tokens == {"input": 1000, "output": 50}


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"status": "error"}, {"invalidated": True}])
def test_a_run_that_did_not_end_well_proves_nothing(change: Mapping[str, Any]) -> None:
    assert inspected("x", as_json({**INSPECT, **change})).grade == "asserted"


def test_the_layout_of_early_2024_with_one_scorer() -> None:
    results = {"scorer": {"name": "match"}, "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}}}
    assert _one(inspected("x", as_json({**INSPECT, "results": results})), "claims.accuracy").value == 0.5


def test_an_archive_without_a_header_is_a_run_that_began() -> None:
    start = {"version": 2, "eval": INSPECT["eval"], "plan": {}}
    reading = inspected("x", _zipped({"_journal/start.json": as_json(start), "samples/1.json": b"{}"}))
    assert (reading.grade, reading.findings) == ("asserted", ())
    assert "its status is started" in " ".join(reading.remarks)


def test_a_header_that_is_too_large_or_none_is_refused() -> None:
    with pytest.raises(TooLarge):
        inspected("x", _zipped({"_journal/start.json": b"{}", "header.json": b" " * 20_000_000}))
    for header in (b"[]", b"{", b'{"version": 2}', b"\xff"):
        with pytest.raises(Unreadable):
            inspected("x", _zipped({"_journal/start.json": b"{}", "header.json": header}))


@pytest.mark.parametrize(
    "content",
    [
        as_json({**LM_EVAL, "results": {f"task{n}": {} for n in range(6000)}}),
        as_json({**LM_EVAL, "results": {"task": dict.fromkeys(map(str, range(6000)), 1)}}),
        as_json({**INSPECT, "results": {"scores": [{}] * 6000}}),
        as_lines([GARAK[3]] * 6000),
    ],
)
def test_more_than_any_tool_writes_is_refused_before_it_is_looked_through(content: bytes) -> None:
    with pytest.raises(TooLarge, match="6,000"):
        inspected("x", content)


@pytest.mark.parametrize(
    "content",
    [
        as_json({"results": {"a": {"acc": 1}}}),
        as_json({**LM_EVAL, "config_general": {}}),
        as_json({"results": {"a": 0.5}, "versions": {}, "config": {}}),
        as_json({"results": [], "versions": {}, "config": {}}),
        as_json({"results": {"results": [], "stats": {}}, "evalId": "x"}),
        as_json({"evalId": "x", "results": {"prompts": [], "results": []}}),
        as_json({"version": "2", "status": "success", "eval": {"task": "t"}}),
        as_json({"version": 2, "status": "success", "eval": {}}),
        as_lines([{"entry_type": "something else"}, {"entry_type": "eval"}]),
        as_lines([{"prompt": "p", "output": "o"}, {"prompt": "p", "output": "o"}]),
        as_json({"entry_type": 3}),
        _zipped({"word/document.xml": b"<a/>"}),
        _zipped({"header.json": b"{}"}),
    ],
)
def test_what_only_looks_alike_is_none_of_these(content: bytes) -> None:
    assert inspect("results.json", content) is None


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_change_of_a_file_does_more_than_be_refused(data: st.DataObject) -> None:
    reader, value = data.draw(st.sampled_from([(lm_eval, LM_EVAL), (promptfoo, PROMPTFOO), (inspect_ai, INSPECT)]))
    borne(reader, as_json(data.draw(changed(dict(value)))))
    borne(garak, as_lines(data.draw(changed(list(GARAK)))))


@pytest.mark.parametrize(
    ("path", "kind", "grade", "expected"),
    [
        ("lm-eval/gpt-4o-mini-materials-0.4.8.json", "lm-eval", "demonstrated", {
            "battery_electrolyte_qa.exact_match": 0.35, "biomaterials_qa.exact_match": 0.55,
            "composite_materials_qa.exact_match": 0.8181818181818182, "corrosion_prediction.exact_match": 0.65,
            "mof_water_stability.exact_match": 0.8, "lammps_vasp.exact_match": 0.30303030303030304,
            "pxrd_lattice_prediction.mae": 3.9685864222222222}),
        ("lm-eval/bloom-7b1-0.3.json", "lm-eval", "demonstrated", {
            "hellaswag.acc": 0.4623580959968134, "hellaswag.acc_norm": 0.5967934674367655, "copa.acc": 0.72,
            "piqa.acc": 0.7274211099020674, "mc_taco.em": 0.13588588588588588, "mc_taco.f1": 0.5052611696967991}),
        ("garak/test_with_ci.report.jsonl", "garak", "asserted", {"attack_success_rate": 0.26}),
        ("garak/report_test.report.jsonl", "garak", "asserted", {"attack_success_rate": 0}),
        ("inspect-ai/popularity.eval", "inspect-ai", "demonstrated", {
            "popularity.accuracy": 0.8, "inspect_ai.completed_samples": 10}),
        ("inspect-ai/unscored.eval", "inspect-ai", "demonstrated", {"inspect_ai.completed_samples": 10}),
        ("inspect-ai/security-guide.json", "inspect-ai", "demonstrated", {"security_guide.accuracy": 1}),
        ("inspect-ai/cancelled.json", "inspect-ai", "asserted", {"testtaskname.accuracy": 2 / 3}),
    ],
)  # fmt: skip
def test_real_files_show_what_stands_in_them(path: str, kind: str, grade: str, expected: dict[str, float]) -> None:
    reading = inspected("renamed", sample(path))
    assert (reading.kind, reading.grade) == (kind, grade)
    for metric, value in expected.items():
        assert _one(reading, metric).value == pytest.approx(value, rel=1e-6), metric
    assert not _found(reading, "polymer_tg_prediction.mae")


def test_real_files_with_several_values_of_one_metric() -> None:
    asdiv = inspected("x", sample("lm-eval/llama-3.1-8b-asdiv.json"))
    scores = {each.attributes["filter"]: each for each in asdiv.findings}
    assert (scores["strict-match"].value, scores["flexible-extract"].value) == (0.92578125, 0.931640625)
    assert scores["strict-match"].attributes["n"] == 512
    mixed = inspected("x", sample("garak/qual_review_mixed.report.jsonl"))
    rates = {each.attributes["probe"]: each.value for each in mixed.findings if "probe" in each.attributes}
    assert rates == {"ansiescape.AnsiRaw": 1, "lmrc.QuackMedicine": 1, "test.Test": 0}
    assert (mixed.version, mixed.observed_on) == (None, None)


def test_a_real_run_whose_checks_were_broken() -> None:
    reading = inspected("x", sample("promptfoo/nicheiq-v3.json"))
    assert (reading.version, reading.observed_on) == ("0.121.2", date(2026, 3, 21))
    whole = _one(reading, "promptfoo.pass_rate", failures=30)
    assert (whole.value, whole.attributes["broken_assertions"]) == (0, 6)
    assert _one(reading, "promptfoo.cost", column=0).value == pytest.approx(0.0001308)
    assert _one(reading, "promptfoo.total_latency", column=0).attributes["raw"] == 5224
    assert len(_found(reading, "promptfoo.cost")) == 8
