"""What checks of data show: TensorFlow Data Validation, Great Expectations, Evidently."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import TooLarge, Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.proto_text import LARGEST_TEXT, LARGEST_TOKENS, read_proto_text
from app.evidence.readers import evidently, great_expectations, tfdv
from tests.evidence.mutated import as_json, borne, changed
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value

ANOMALIES = """
# written by hand
anomaly_info {
  key: "amount"
  value < severity: ERROR reason { type: FLOAT_TYPE_BIG_FLOAT } short_description: 'Out of ' "range" >
}
anomaly_info { value { severity: 1 } key: "caf\\303\\251" }
drift_skew_info {
  path { step: "amount" step: "net" }
  drift_measurements [ ]
  skew_measurements { type: JENSEN_SHANNON_DIVERGENCE value: 2e-2 threshold: 0.1 }
}
"""
ANOMALIES = ANOMALIES.replace("  drift_measurements [ ]\n", "")
STATISTICS: dict[str, Any] = {
    "datasets": [
        {
            "name": "serving",
            "numExamples": "200",
            "features": [
                {
                    "path": {"step": ["age"]},
                    "type": "INT",
                    "numStats": {
                        "commonStats": {"numNonMissing": "150", "numMissing": "50", "maxNumValues": "1"},
                        "mean": 41.5,
                        "stdDev": "NaN",
                    },
                },
                {
                    "name": "team",
                    "stringStats": {
                        "commonStats": {"numNonMissing": 200, "maxNumValues": 1, "avgNumValues": 0.75},
                        "unique": 3,
                    },
                },
            ],
        }
    ]
}
EXPECTED: dict[str, Any] = {
    "success": False,
    "results": [
        {
            "success": False,
            "expectation_config": {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
            "result": {"element_count": 50, "unexpected_count": 2, "unexpected_percent": 4.0,
                       "partial_unexpected_list": ["Jane Doe"]},
            "exception_info": {"raised_exception": False},
        },
        {
            "success": False,
            "expectation_config": {"expectation_type": "expect_x", "kwargs": {"column": "secret"}},
            "result": {},
            "exception_info": {"('metric', 'id')": {"raised_exception": True, "exception_message": "Jane Doe"}},
        },
    ],
    "statistics": {
        "evaluated_expectations": 4, "successful_expectations": 2, "unsuccessful_expectations": 2,
        "success_percent": 50.0,
    },
    "meta": {"great_expectations_version": "1.2.0", "run_id": {"run_time": "2026-11-03T23:30:00-05:00"}},
}  # fmt: skip
DRIFT: dict[str, Any] = {
    "version": "0.4.40",
    "timestamp": "2026-11-03 23:30:00.1",
    "metrics": [
        {
            "metric": "DatasetDriftMetric",
            "result": {"drift_share": 0.5, "number_of_columns": 4, "number_of_drifted_columns": 1,
                       "share_of_drifted_columns": 0.25, "dataset_drift": False},
        },
        {
            "metric": "DataDriftTable",
            "result": {"drift_by_columns": {"a, (b)": {"stattest_name": "PSI", "stattest_threshold": 0.1,
                                                       "drift_score": 0.4, "drift_detected": True}}},
        },
        {"metric": "DatasetMissingValuesMetric", "result": {"current": {"share_of_missing_values": 0.02, "x": [1]}}},
    ],
}  # fmt: skip
SNAPSHOT: dict[str, Any] = {
    "metrics": [
        {
            "id": "1", "metric_name": "DriftedColumnsCount(drift_share=0.5)",
            "config": {"type": "evidently:metric_v2:DriftedColumnsCount", "drift_share": 0.5},
            "value": {"count": 1.0, "share": 0.25},
        },
        {
            "id": "2", "metric_name": "ValueDrift(column=a,method=PSI)",
            "config": {"type": "evidently:metric_v2:ValueDrift", "column": "a, (b)", "method": "PSI", "threshold": 0.1},
            "value": 0.4,
        },
        {"id": "3", "metric_id": "MeanValue(column=score)", "value": float("nan")},
        {"id": "4", "metric_id": "MaxValue(column=score)", "value": 4.5},
    ],
    "tests": [
        {"name": "t", "status": "FAIL", "metric_config": {"metric_id": "2"}},
        {"name": "u", "status": "ERROR", "metric_config": {"metric_id": "1"}},
    ],
}  # fmt: skip


def test_anomalies_are_counted_by_severity_and_named_with_their_reason() -> None:
    reading = read(ANOMALIES)
    assert (reading.kind, reading.grade, reading.observed_on) == ("tfdv-anomalies", "demonstrated", None)
    assert value(reading, "tfdv.anomalies", "count") == 2
    assert value(reading, "tfdv.anomalies.error", "count") == 1
    assert value(reading, "tfdv.anomalies.warning", "count") == 1
    assert value(reading, "tfdv.anomaly", feature="amount", reasons="FLOAT_TYPE_BIG_FLOAT") == 1
    assert value(reading, "tfdv.anomaly", feature="café", severity="WARNING") == 1
    assert value(reading, "tfdv.skew", feature="amount.net", threshold=0.1, above=False) == 0.02
    assert said(reading, "no date")


@pytest.mark.parametrize(
    "text", ["anomaly_name_format: SERIALIZED_PATH\n", "baseline { feature { name: 'a' } }", '{"baseline": {}}']
)
def test_no_anomaly_is_a_pass(text: str) -> None:
    reading = read(text)
    assert value(reading, "tfdv.anomalies", "count") == 0
    assert said(reading, "No anomaly")


def test_missing_data_is_no_pass() -> None:
    reading = read('{"dataMissing": true, "baseline": {}}')
    assert value(reading, "tfdv.anomalies", "count") is None
    assert value(reading, "tfdv.data_missing") == 1


def test_statistics_tell_missing_values_from_empty_lists() -> None:
    reading = read(STATISTICS)
    assert value(reading, "num_examples", dataset="serving") == 200
    assert value(reading, "missing_share", feature="age") == 0.25
    assert value(reading, "value", "mean", feature="age") == 41.5
    assert value(reading, "value", "std", feature="age") is None
    assert value(reading, "missing_share", feature="team") == 0
    assert value(reading, "empty_share", feature="team") == 0.25
    assert said(reading, "team (25.0%)")


def test_the_names_of_the_text_form_stand_in_json_too() -> None:
    text = json.dumps(STATISTICS)
    for camel, snake in (("numExamples", "num_examples"), ("numStats", "num_stats"), ("numMissing", "num_missing"),
                         ("commonStats", "common_stats"), ("numNonMissing", "num_non_missing")):  # fmt: skip
        text = text.replace(camel, snake)
    assert value(read(text), "missing_share", feature="age") == 0.25


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("anomaly_info {\n  key: 'a'\n", "line 3: ends within a block: it is cut off"),
        ("anomaly_info {\n  key:", "line 2: ends within a field: it is cut off"),
        ("anomaly_info { key 1 }", "line 1: a colon or a block was expected here"),
        ("anomaly_info { key: } }", "line 1: a value was expected here"),
        ("anomaly_info { 1: 2 }", "line 1: a field's name was expected here"),
        ("anomaly_info {\n\n @ }", "line 3: holds a character that does not belong here"),
        ("anomaly_info { value { } }", "anomaly_info: has no key"),
        ("anomaly_info " + "{a " * 60, "line 1: is nested deeper than 40 levels"),
        ("datasets { num_examples: 1 }", "datasets: hold no features"),
        ("datasets { num_examples: -1 }", "datasets.0.num_examples: must be a whole number"),
    ],
)
def test_a_text_that_is_broken_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert str(refused.value.problems[0]) == problem


def test_a_text_that_is_longer_than_any_tool_writes_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_proto_text("a: 1 " * (LARGEST_TOKENS // 3 + 1))
    with pytest.raises(TooLarge):
        read_proto_text("a: '" + "\\303" * (LARGEST_TEXT // 4) + "'")
    assert read_proto_text("a: '" + "\\303\\251" * 10_000 + "'") == {"a": ["é" * 10_000]}


def test_the_text_form_knows_every_way_to_write_a_value() -> None:
    text = (
        """a: 1 a: -2.5f, a: 0x1F; a: [1, 2] b: "x\\n\\x41\\101" 'y' c: true d: inf e: ENUM f: -nan g { h: 1 } g: {}"""
    )
    assert read_proto_text(text) == {
        "a": [1, -2.5, 31, 1, 2], "b": ["x\nAAy"], "c": [True], "d": [None], "e": ["ENUM"], "f": [None],
        "g": [{"h": [1]}, {}],
    }  # fmt: skip


def test_a_validation_counts_exceptions_apart_and_shows_no_row() -> None:
    reading = read(EXPECTED)
    assert (reading.kind, reading.version) == ("great-expectations", "1.2.0")
    assert reading.observed_on == date(2026, 11, 4)
    assert value(reading, "success_percent", exceptions=1) == 50.0
    assert value(reading, "success") == 0
    assert value(reading, "unsuccessful_expectations", "count") == 2
    assert value(reading, "expectations_with_exceptions", "count") == 1
    assert value(reading, "unexpected_percent", column="id", n=50) == 4.0
    assert not findings(reading, "unexpected_percent", column="secret")
    assert "Jane" not in repr(reading)


def test_a_checkpoint_holds_validations_by_their_identifier() -> None:
    inner = {**EXPECTED, "meta": {}}
    name = "ValidationResultIdentifier::default/run/20261103T101500.000000Z/batch"
    for wrapped in (inner, {"validation_result": inner}):
        reading = read({"run_results": {name: wrapped}, "success": False})
        assert reading.observed_on == date(2026, 11, 3)
        assert value(reading, "evaluated_validations", "count") == 1
        assert value(reading, "success_percent") == 50.0


def test_a_suite_without_expectations_proves_nothing() -> None:
    counts = {"evaluated_expectations": 0, "success_percent": None}
    reading = read({"success": True, "results": [], "statistics": counts})
    assert value(reading, "success") is None
    assert value(reading, "success_percent") is None
    assert said(reading, "proves nothing")


def test_a_report_of_drift_takes_what_the_file_says_of_each_column() -> None:
    older, newer = read(DRIFT), read(SNAPSHOT)
    assert (older.kind, older.version, older.observed_on) == ("evidently", "0.4.40", date(2026, 11, 3))
    assert (newer.kind, newer.version, newer.observed_on) == ("evidently-snapshot", None, None)
    for reading in (older, newer):
        assert value(reading, "share_of_drifted_columns") == 0.25
        assert value(reading, "dataset_drift") == 0
        assert value(reading, "drift_score", column="a, (b)", method="PSI", drift_detected=True) == 0.4
    assert value(older, "DatasetMissingValuesMetric.share_of_missing_values") == 0.02
    assert value(newer, "MaxValue") == 4.5
    assert value(newer, "MeanValue") is None
    assert value(newer, "failed_tests", "count") == 1
    assert value(newer, "tests_in_error", "count") == 1


def test_what_the_tool_keeps_for_its_pages_is_refused_with_what_would_do() -> None:
    with pytest.raises(Unreadable, match="Export the report as JSON"):
        read({"report": {}, "metric_results": {}, "widgets": [], "timestamp": "2026-11-03"})


NEAR_MISSES = [
    "",
    "\n\n",
    "anomaly_info",
    "anomaly_info: 3",
    "anomaly_name_format: something else entirely",
    "data_missing: the data is missing",
    "baseline: the state before the pilot",
    "datasets: three of them",
    "datasets:\n  - name: a\n",
    json.dumps({"datasets": ["acme/mails"]}),
    json.dumps({"datasets": [{"name": "x", "features": []}]}),
    json.dumps({"anomalies": []}),
    json.dumps({"anomalyInfo": [], "x": 1}),
    json.dumps({"success": True, "results": []}),
    json.dumps({"success": 1, "results": [], "statistics": {"evaluated_expectations": 1}}),
    json.dumps({"run_results": []}),
    json.dumps({"run_results": {"a": {"ok": True}}}),
    json.dumps({"metrics": []}),
    json.dumps({"metrics": [{"metric": "accuracy", "value": 0.5}]}),
    json.dumps({"metrics": [{"name": "x", "value": 1}]}),
    json.dumps({"metrics": {"a": 1}}),
    json.dumps({"tests": [{"name": "x"}], "summary": {"total_tests": 1, "all_passed": True}}),
    json.dumps({"tests": [], "summary": {"total": 1}}),
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_is_no_check_of_data_is_none(text: str) -> None:
    for reader in (tfdv, great_expectations, evidently):
        assert not reader.recognises(Content("validation.json", text.encode()))


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_what_is_cut_off_is_not_read_as_less(cut: float) -> None:
    for whole in (EXPECTED, DRIFT, SNAPSHOT, STATISTICS):
        text = json.dumps(whole)
        file = Content("x", text[: int(len(text) * cut)].encode())
        assert not any(reader.recognises(file) for reader in (tfdv, great_expectations, evidently))


@given(st.one_of(*(changed(each) for each in (STATISTICS, EXPECTED, DRIFT, SNAPSHOT))))
@settings(max_examples=300, deadline=None)
def test_checks_of_data_with_anything_in_them_are_borne(value: Any) -> None:
    for reader in (tfdv, great_expectations, evidently):
        borne(reader, as_json(value))


WORDS = st.sampled_from(
    ["anomaly_info", "datasets", "features", "{", "}", "<", ">", ":", "[", "]", "-", "1", "'a'", '"b', "key", "value",
     "#", "\n", "num_examples", "baseline", "\\", "string_stats", "1e400", "0x", "severity", "path", "step"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40), st.sampled_from([ANOMALIES, "datasets {", ""]))
@settings(max_examples=200, deadline=None)
def test_text_of_any_words_is_borne(words: list[str], before: str) -> None:
    borne(tfdv, (before + " ".join(words)).encode())


Expected = list[tuple[str, str | None, dict[str, Any], float]]
TFDV_STATISTICS: Expected = [
    ("num_examples", None, {}, 4966),
    ("num_features", None, {}, 18),
    ("missing_share", None, {"feature": "company"}, 0),
    ("values_per_example", "mean", {"feature": "company"}, 0.65102696),
    ("empty_share", None, {"feature": "company"}, 1 - 0.65102696),
    ("unique_values", None, {"feature": "company"}, 37),
    ("unique_values", None, {"feature": "payment_type"}, 6),
]
TFDV_ANOMALIES: Expected = [
    ("tfdv.anomalies", "count", {}, 2),
    ("tfdv.anomalies.error", "count", {}, 1),
    ("tfdv.anomalies.warning", "count", {}, 1),
    ("tfdv.anomaly", None, {"feature": "company", "reasons": "ENUM_TYPE_UNEXPECTED_STRING_VALUES"}, 1),
    ("tfdv.anomaly", None, {"feature": "tips", "reasons": "FEATURE_TYPE_LOW_FRACTION_PRESENT"}, 1),
    ("tfdv.drift", None, {"feature": "payment_type", "measure": "L_INFTY", "threshold": 0.01}, 0.0225),
]
ALL_DRIFTED: Expected = [
    ("share_of_drifted_columns", None, {"drift_share_limit": 0.5}, 1.0),
    ("number_of_drifted_columns", "count", {}, 5),
    ("dataset_drift", None, {}, 1),
    ("drift_score", None, {"column": "sepal width (cm)", "drift_detected": True}, 7.517487506957607e-10),
    ("drift_score", None, {"column": "target", "drift_detected": True}, 0.0),
]


@pytest.mark.parametrize(
    ("path", "kind", "version", "observed_on", "expected"),
    [
        ("tfdv/feature-stats.pbtxt", "tfdv-statistics", None, None, TFDV_STATISTICS),
        ("tfdv/feature-stats.json", "tfdv-statistics", None, None, TFDV_STATISTICS),
        ("tfdv/anomalies.pbtxt", "tfdv-anomalies", None, None, TFDV_ANOMALIES),
        ("tfdv/anomalies.json", "tfdv-anomalies", None, None, TFDV_ANOMALIES),
        ("tfdv/no-anomalies.pbtxt", "tfdv-anomalies", None, None, [("tfdv.anomalies", "count", {}, 0)]),
        (
            "great-expectations/titanic-exceptions.json", "great-expectations", None, None,
            [("success_percent", None, {"n": 10, "exceptions": 4}, 60.0), ("success", None, {}, 0),
             ("expectations_with_exceptions", "count", {}, 4), ("successful_expectations", "count", {}, 6)],
        ),
        (
            "great-expectations/titanic-profiler-0.13.json", "great-expectations",
            "0.13.25+18.gef0fa6b73.dirty", date(2019, 9, 26),
            [("success_percent", None, {"suite": "default"}, 93.75), ("evaluated_expectations", "count", {}, 32),
             ("successful_expectations", "count", {}, 30)],
        ),
        (
            "great-expectations/validation-1.x.json", "great-expectations", "1.24.1", date(2026, 11, 21),
            [("success_percent", None, {}, 60.0), ("evaluated_expectations", "count", {}, 5),
             ("unexpected_percent", None, {"column": "question_id", "severity": "critical"}, 1.9801980198019802),
             ("unexpected_count", "count", {"column": "lang", "met": False}, 3),
             ("unexpected_percent", None, {"column": "prompt", "mostly": 0.95, "met": True}, 0.9900990099009901)],
        ),
        (
            "great-expectations/checkpoint-describe-1.x.json", "great-expectations", None, None,
            [("evaluated_validations", "count", {}, 1), ("successful_validations", "count", {}, 0),
             ("success_percent", None, {}, 60.0), ("evaluated_expectations", "count", {}, 5)],
        ),
        ("evidently/drift-0.7.json", "evidently-snapshot", None, None,
         [*ALL_DRIFTED, ("failed_tests", "count", {}, 6)]),
        ("evidently/drift-0.4.json", "evidently", "0.4.40", date(2026, 11, 21),
         [*ALL_DRIFTED, ("number_of_columns", "count", {}, 5)]),
        ("evidently/test-suite-0.4.json", "evidently", "0.4.40", date(2026, 11, 21),
         [("total_tests", "count", {}, 6), ("failed_tests", "count", {}, 6)]),
    ],
)  # fmt: skip
def test_real_checks_of_data(
    path: str, kind: str, version: str | None, observed_on: date | None, expected: Expected
) -> None:
    reading = inspected("check", sample(path))
    assert (reading.kind, reading.version, reading.observed_on) == (kind, version, observed_on)
    for metric, statistic, attributes, amount in expected:
        assert value(reading, metric, statistic, **attributes) == pytest.approx(amount, rel=1e-6)


def test_real_statistics_of_numbers() -> None:
    reading = inspected("check", sample("tfdv/feature-stats.json"))
    assert value(reading, "value", "mean", feature="fare") == pytest.approx(11.903, rel=1e-4)
    assert value(reading, "value", "mean", feature="tips") == pytest.approx(1.1282, rel=1e-4)
    assert said(inspected("x", sample("great-expectations/titanic-exceptions.json")), "1955-11-05 is before the tool")
