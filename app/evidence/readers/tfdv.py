"""TensorFlow Data Validation: statistics and anomalies, in the text form of protocol buffers or in JSON."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.figures import finding, words
from app.evidence.proto_text import Message, read_proto_text
from app.evidence.reading import Reading
from app.evidence.stated import CamelFields, Figure, Missing, MissingMap, fields
from app.finding import Finding

_ANOMALIES = {
    "anomaly_info", "anomaly_name_format", "baseline", "baseline_v1", "data_missing", "dataset_anomaly_info",
    "drift_skew_info",
}  # fmt: skip
_BEGINS = re.compile(
    r"(?:\s|#[^\n]*\n){0,1000}(?:(?P<statistics>datasets)|(?P<anomalies>anomaly_info|dataset_anomaly_info|drift_skew_info"
    r"|baseline|baseline_v1)|(?P<set>anomaly_name_format|data_missing))\s*(?P<mark>[:{<])"
)
_SEVERITIES = {0: "UNKNOWN", 1: "WARNING", 2: "ERROR"}
_MOST_SHOWN = 200
_NO_DATE = "The file states no date and no version: say when the data was looked at."
_LISTS = {"datasets", "features", "reason", "step", "drift_skew_info", "drift_measurements", "skew_measurements"}


def _whole(value: object) -> int | None:
    """A count; JSON of protocol buffers writes large ones as text."""
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("must be a whole number")
    return value


Whole = Annotated[int | None, BeforeValidator(_whole)]


class _Shape(CamelFields):
    """The names of the text form and of its JSON are both taken."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class _Path(_Shape):
    step: Annotated[tuple[str, ...], Missing] = ()


class _Reason(_Shape):
    type: str | int | None = None


class _Anomaly(_Shape):
    severity: str | int | None = None
    reason: Annotated[tuple[_Reason, ...], Missing] = ()


class _Measurement(_Shape):
    type: str | int | None = None
    value: Figure = None
    threshold: Figure = None


class _Drift(_Shape):
    path: _Path | None = None
    drift_measurements: Annotated[tuple[_Measurement, ...], Missing] = ()
    skew_measurements: Annotated[tuple[_Measurement, ...], Missing] = ()


class _Anomalies(_Shape):
    anomaly_info: Annotated[dict[str, _Anomaly], MissingMap] = Field(default_factory=dict)
    dataset_anomaly_info: _Anomaly | None = None
    drift_skew_info: Annotated[tuple[_Drift, ...], Missing] = ()
    data_missing: bool | None = None


class _Common(_Shape):
    num_non_missing: Whole = None
    num_missing: Whole = None
    min_num_values: Whole = None
    max_num_values: Whole = None
    avg_num_values: Figure = None


class _Stats(_Shape):
    common_stats: _Common | None = None
    unique: Whole = None
    mean: Figure = None
    std_dev: Figure = None
    min: Figure = None
    median: Figure = None
    max: Figure = None


class _Feature(_Shape):
    name: str | None = None
    path: _Path | None = None
    type: str | int | None = None
    num_stats: _Stats | None = None
    string_stats: _Stats | None = None
    bytes_stats: _Stats | None = None
    struct_stats: _Stats | None = None

    @property
    def title(self) -> str:
        steps = self.path.step if self.path else ()
        return words(".".join(steps) or self.name or "") or "without a name"

    @property
    def stats(self) -> _Stats | None:
        return self.num_stats or self.string_stats or self.bytes_stats or self.struct_stats


class _Dataset(_Shape):
    name: str | None = None
    num_examples: Whole = None
    features: Annotated[tuple[_Feature, ...], Missing] = ()


class _Statistics(_Shape):
    datasets: tuple[_Dataset, ...]


def recognises(file: Content, /) -> bool:
    """Whether it is either of the two messages, in text or in JSON."""
    return _form(file) is not None


def _form(file: Content) -> str | None:
    text = file.text
    if text is None:
        return None
    match = _BEGINS.match(text)
    if match is not None:
        if match["set"] and (match["mark"] != ":" or not _sole_or_message(text, match.end())):
            return None
        if match["mark"] == ":" and not match["set"] and not re.match(r"\s*[{<]", text[match.end() : match.end() + 99]):
            return None
        return "statistics" if match["statistics"] else "anomalies"
    value = file.json
    if not isinstance(value, dict):
        return None
    if _are_statistics(value):
        return "statistics"
    names = {_snake(name) for name in value}
    return "anomalies" if names and names <= _ANOMALIES and _are_anomalies(value) else None


def _sole_or_message(text: str, at: int) -> bool:
    """Whether a plain field is followed by a word of the message, and by nothing or by another field of it."""
    rest = text[at : at + 2000]
    return (
        re.match(r"\s*(?:SERIALIZED_PATH|NAME|UNSPECIFIED|[0-2]|true|false)\s*(?:$|[;,#]|[a-z_]+\s*[:{<])", rest)
        is not None
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _are_statistics(value: Mapping[str, Any]) -> bool:
    datasets = value.get("datasets")
    return (
        isinstance(datasets, list)
        and bool(datasets)
        and all(
            isinstance(each, dict)
            and ("numExamples" in each or "num_examples" in each)
            and isinstance(each.get("features"), list)
            for each in datasets
        )
    )


def _are_anomalies(value: Mapping[str, Any]) -> bool:
    shapes = {"anomaly_info": dict, "baseline": dict, "drift_skew_info": list, "dataset_anomaly_info": dict}
    by_name = {_snake(name): each for name, each in value.items()}
    telling = [name for name in by_name if name in shapes or name == "anomaly_name_format"]
    return bool(telling) and all(isinstance(by_name[name], shapes[name]) for name in telling if name in shapes)


def read(file: Content, /) -> Reading:
    """What the statistics show of each feature, or which anomalies there are and how far the data has drifted."""
    form = _form(file)
    text = file.text or ""
    value = file.json if text.lstrip()[:1] == "{" else _plain(read_proto_text(text))
    if form == "statistics":
        return _statistics(fields(_Statistics, value, "statistics of TensorFlow Data Validation"))
    return _anomalies(fields(_Anomalies, value, "anomalies of TensorFlow Data Validation"))


def _plain(message: Message) -> dict[str, Any]:
    """A message of the text form as its JSON would be: a field given once is one value, a map is a map."""
    found: dict[str, Any] = {}
    for name, values in message.items():
        plain = [_plain(each) if isinstance(each, dict) else each for each in values]
        if name == "anomaly_info":
            found[name] = dict(_entry(each) for each in plain)
        else:
            found[name] = plain if name in _LISTS else plain[-1]
    return found


def _entry(each: Any) -> tuple[str, Any]:
    key = each.get("key") if isinstance(each, dict) else None
    if not isinstance(key, str):
        raise Unreadable("The file cannot be read.", [Problem("anomaly_info", "has no key")])
    return key, each.get("value", {})


def _statistics(stated: _Statistics) -> Reading:
    if not any(each.features for each in stated.datasets):
        raise Unreadable("The file cannot be read.", [Problem("datasets", "hold no features")])
    found: list[Finding] = []
    remarks = [_NO_DATE]
    left_out = 0
    empty: list[str] = []
    for at, dataset in enumerate(stated.datasets):
        where = f"datasets[{at}]"
        about = {"dataset": words(dataset.name or "") or None}
        found += finding("num_examples", dataset.num_examples, "{example}", where=where, attributes=about)
        found += finding("num_features", len(dataset.features), "{feature}", where=where, attributes=about)
        left_out += max(0, len(dataset.features) - _MOST_SHOWN)
        for index, feature in enumerate(dataset.features[:_MOST_SHOWN]):
            found += _feature(feature, f"{where}.features[{index}]", {**about, "feature": feature.title}, dataset)
            if (share := _empty(feature)) is not None:
                empty.append(f"{feature.title} ({share:.1%})")
    if empty:
        shown = ", ".join(empty[:10]) + (", and others" if len(empty) > 10 else "")
        remarks.append(f"No value is missing, yet some examples hold an empty list, in {len(empty)} features: {shown}.")
    if left_out:
        remarks.append(f"{left_out:,} further features are not shown.")
    return Reading(
        kind="tfdv-statistics",
        title="TensorFlow Data Validation statistics",
        tool="TensorFlow Data Validation",
        grade="demonstrated",
        findings=tuple(found),
        remarks=tuple(remarks),
    )


def _feature(feature: _Feature, where: str, about: Mapping[str, Any], dataset: _Dataset) -> Iterator[Finding]:
    stats = feature.stats
    if stats is None:
        return
    common = stats.common_stats
    attributes = {**about, "n": dataset.num_examples}
    if common is not None and common.num_non_missing is not None:
        # The format leaves out a count of zero: it stands beside the count of those that are there.
        missing = common.num_missing or 0
        total = missing + common.num_non_missing
        if total:
            yield from finding("missing_share", missing / total, "1", where=where, attributes=attributes)
    if common is not None:
        name = "values_per_example"
        yield from finding(name, common.avg_num_values, "{value}", statistic="mean", where=where, attributes=attributes)
    if (share := _empty(feature)) is not None:
        yield from finding("empty_share", share, "1", where=where, attributes=attributes)
    yield from finding("unique_values", stats.unique, "{value}", where=where, attributes=attributes)
    if feature.num_stats is not None:
        for statistic, value in (
            ("mean", stats.mean), ("std", stats.std_dev), ("min", stats.min), ("p50", stats.median), ("max", stats.max),
        ):  # fmt: skip
            yield from finding("value", value, None, statistic=statistic, where=where, attributes=attributes)


def _empty(feature: _Feature) -> float | None:
    """The share of examples that hold an empty list, where each holds one value at most and none is missing."""
    common = feature.stats.common_stats if feature.stats else None
    if common is None or common.avg_num_values is None or common.max_num_values != 1 or common.num_missing:
        return None
    return 1 - common.avg_num_values if 0 <= common.avg_num_values < 1 else None


def _anomalies(stated: _Anomalies) -> Reading:
    entries = list(stated.anomaly_info.items())
    if stated.dataset_anomaly_info is not None and stated.dataset_anomaly_info.reason:
        entries.append(("the data set as a whole", stated.dataset_anomaly_info))
    by_severity = Counter(_severity(each) for _, each in entries)
    found = finding("tfdv.anomalies", len(entries), "{anomaly}", statistic="count", where="anomaly_info")
    for severity in ("ERROR", "WARNING"):
        name = f"tfdv.anomalies.{severity.lower()}"
        found += finding(name, by_severity[severity], "{anomaly}", statistic="count", where="anomaly_info")
    for name, each in entries[:_MOST_SHOWN]:
        kinds = ", ".join(dict.fromkeys(words(reason.type) for reason in each.reason if reason.type is not None))
        attributes = {"feature": words(name), "severity": _severity(each), "reasons": kinds}
        found += finding("tfdv.anomaly", 1, "{anomaly}", where=words(f"anomaly_info.{name}"), attributes=attributes)
    for at, drift in enumerate(stated.drift_skew_info[:_MOST_SHOWN]):
        found += _drift(drift, f"drift_skew_info[{at}]")
    remarks = [_NO_DATE]
    if not entries:
        remarks.append("No anomaly was found: the data fits its schema.")
    if len(entries) > _MOST_SHOWN:
        remarks.append(f"{len(entries) - _MOST_SHOWN:,} further anomalies are counted and not shown.")
    if stated.data_missing:
        remarks.append("The data was missing altogether: that nothing else was found says nothing.")
        found = finding("tfdv.data_missing", 1, "1", where="data_missing")
    return Reading(
        kind="tfdv-anomalies",
        title="TensorFlow Data Validation anomalies",
        tool="TensorFlow Data Validation",
        grade="demonstrated",
        findings=tuple(found),
        remarks=tuple(remarks),
    )


def _severity(anomaly: _Anomaly) -> str:
    given = anomaly.severity
    named = _SEVERITIES.get(given) if isinstance(given, int) else given
    return named if named in _SEVERITIES.values() and named is not None else "UNKNOWN"


def _drift(drift: _Drift, where: str) -> list[Finding]:
    found: list[Finding] = []
    feature = words(".".join(drift.path.step)) if drift.path else None
    for kind, measurements in (("drift", drift.drift_measurements), ("skew", drift.skew_measurements)):
        for each in measurements:
            above = each.value > each.threshold if each.value is not None and each.threshold is not None else None
            measure = None if each.type is None else words(each.type)
            attributes = {"feature": feature, "measure": measure, "threshold": each.threshold, "above": above}
            found += finding(f"tfdv.{kind}", each.value, "1", where=where, attributes=attributes)
    return found
