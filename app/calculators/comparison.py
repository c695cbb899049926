"""Two artefacts side by side: original and tuned model, with and without sealing, before and after.

Figures are paired where metric, statistic, unit and load are the same; the differences are findings themselves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import NormalDist
from typing import Literal

from app.calculators.constant import constants, sources
from app.calculators.facts import document
from app.calculators.term import Source
from app.finding import Finding, Scalar

_TABLE = "comparison.yaml"
_KNOWN = document(_TABLE)
_USUAL = constants(_TABLE)
_SIDES = frozenset(_KNOWN["sides"])
_MOST_SHOWN = 200

Kind = Literal["score", "throughput", "latency", "errors", "other"]

METRICS: Mapping[Kind, str] = {
    "score": "comparison.score_loss",
    "throughput": "comparison.throughput_gain",
    "latency": "comparison.latency_increase",
    "errors": "comparison.error_rate_increase",
    "other": "comparison.difference",
}
"""What the difference of each kind of figure is called; a loss or an increase below 0 is none."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same figure of both."""

    original: Finding
    changed: Finding
    kind: Kind
    value: float  # in the sense of its metric: loss of score, gain of throughput as a share, increase of a time as one
    interval: tuple[float, float] | None  # ends at 95 %; None where neither an error nor a number of cases is known

    @property
    def is_worse(self) -> bool | None:
        """Whether the changed one is surely worse; None where there is no interval, or no better and worse."""
        if self.interval is None or self.kind == "other":
            return None
        return self.interval[1] < 0 if self.kind == "throughput" else self.interval[0] > 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two artefacts have in common, and what differs."""

    pairs: tuple[Pair, ...]
    original_alone: tuple[str, ...]  # metrics that only the original has
    changed_alone: tuple[str, ...]
    remarks: tuple[str, ...]
    source: Source

    def findings(self) -> tuple[Finding, ...]:
        """The differences, as the figures of one item of evidence."""
        found = []
        for pair in self.pairs:
            ends = pair.interval or (None, None)
            for statistic, value in (("mean", pair.value), ("ci95_lower", ends[0]), ("ci95_upper", ends[1])):
                if value is not None:
                    found.append(_finding(pair, statistic, value))
        return tuple(found)


def compared(original: Sequence[Finding], changed: Sequence[Finding]) -> Comparison:
    """Pair the figures of two artefacts and work out what differs.

    Errors are taken to be independent, as of two test sets. On the same cases the true interval is narrower, for hard
    cases are hard for both (Miller 2024): what is shown here is then shown all the more.
    """
    matched, left, right = _matched(original, changed)
    pairs = tuple(pair for one, other in matched if (pair := _pair(one, other)) is not None)[:_MOST_SHOWN]
    alone = tuple(_names(left)), tuple(_names(right))
    return Comparison(pairs, *alone, tuple(_remarks(pairs, len(matched), *alone)), sources(_TABLE)["errors"])


def _matched(
    original: Iterable[Finding], changed: Iterable[Finding]
) -> tuple[list[tuple[Finding, Finding]], list[Finding], list[Finding]]:
    """Each figure with the one of the other side that is nearest in load, if one is near enough."""
    waiting: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for each in changed:
        if each.value is not None:
            waiting[_name(each)].append(each)
    matched, left = [], []
    for one in original:
        if one.value is None:
            continue
        near = [(far, at) for at, other in enumerate(waiting[_name(one)]) if (far := _apart(one, other)) is not None]
        if near:
            matched.append((one, waiting[_name(one)].pop(min(near)[1])))
        else:
            left.append(one)
    return matched, left, [each for others in waiting.values() for each in others]


def _name(finding: Finding) -> tuple[object, ...]:
    """What must be the same to the letter: metric, statistic, unit, and every attribute in words."""
    numbers = _numbers(finding)
    words = {name: value for name, value in _load(finding).items() if name not in numbers}
    return finding.metric, finding.statistic, finding.unit, tuple(sorted(words.items(), key=str))


def _load(finding: Finding) -> Mapping[str, Scalar]:
    return {name: value for name, value in finding.attributes.items() if name not in _SIDES}


def _apart(one: Finding, other: Finding) -> float | None:
    """How far apart two loads are at most, as a share; None where it is too far, or where one states less."""
    first, second = _numbers(one), _numbers(other)
    if first.keys() != second.keys():
        return None
    furthest = 0.0
    for name, here in first.items():
        largest = max(abs(here), abs(second[name]))
        furthest = max(furthest, abs(here - second[name]) / largest if largest else 0.0)
    return furthest if furthest <= _USUAL["same_load"].value else None


def _numbers(finding: Finding) -> Mapping[str, float]:
    found = {name: _number(finding, name) for name in _load(finding)}
    return {name: value for name, value in found.items() if value is not None}


def _pair(original: Finding, changed: Finding) -> Pair | None:
    """The difference in the sense of its kind; None where a share of nothing would be needed."""
    before, after = original.value, changed.value
    if before is None or after is None:
        return None
    kind = _kind(original)
    errors = _error(original), _error(changed)
    half = None
    if errors[0] is not None and errors[1] is not None:
        half = NormalDist().inv_cdf((1 + _USUAL["level"].value) / 2) * sqrt(errors[0] ** 2 + errors[1] ** 2)
    by = 1.0
    if kind == "score":
        value = before - after if original.attributes.get("higher_is_better", True) else after - before
    elif kind in ("throughput", "latency"):
        if before <= 0:
            return None
        by = before
        value = after / before - 1
    else:
        value = after - before
    if not isfinite(value):
        return None
    ends = None if half is None or not isfinite(half / by) else (value - half / by, value + half / by)
    return Pair(original, changed, kind, value, ends)


def _kind(finding: Finding) -> Kind:
    if finding.metric in _KNOWN["throughput"]:
        return "throughput"
    if finding.metric in _KNOWN["latency"]:
        return "latency"
    if finding.metric in _KNOWN["errors"]:
        return "errors"
    short = str(finding.attributes.get("metric", finding.metric.rsplit(".", 1)[-1]))
    return "score" if "higher_is_better" in finding.attributes or short in _KNOWN["scores"] else "other"


def _error(finding: Finding) -> float | None:
    """The standard error: as stated, or that of a share of so many cases."""
    stated, cases, value = _number(finding, "stderr"), _number(finding, "n"), finding.value
    if stated is not None:
        return stated if stated >= 0 and isfinite(stated) else None
    if cases is None or cases < 1 or finding.unit != "1" or value is None or not 0 <= value <= 1:
        return None
    # One case each way is added (Agresti and Coull 1998, in short): none of ten failing does not show that none does.
    near = (value * cases + 1) / (cases + 2)
    return sqrt(near * (1 - near) / (cases + 2))


def _number(finding: Finding, name: str) -> float | None:
    value = finding.attributes.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _finding(pair: Pair, statistic: str, value: float) -> Finding:
    one, other = pair.original, pair.changed
    about: dict[str, Scalar] = {"of": one.metric, **_load(one)}
    if one.statistic is not None:
        about["statistic"] = one.statistic
    for side, finding in (("original", one), ("changed", other)):
        about[side] = finding.value if finding.value is not None else 0.0
        for name in ("model", "n"):
            if name in finding.attributes:
                about[f"{side}_{name}"] = finding.attributes[name]
    if pair.interval is not None:
        about["interval_excludes_zero"] = pair.interval[0] > 0 or pair.interval[1] < 0
    unit = one.unit if pair.kind == "other" else "1" if pair.kind != "score" else one.unit or "1"
    return Finding(metric=METRICS[pair.kind], statistic=statistic, value=value, unit=unit, attributes=about)


def _names(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(each.metric for each in findings))


def _remarks(
    pairs: Sequence[Pair], matched: int, original_alone: Sequence[str], changed_alone: Sequence[str]
) -> Iterable[str]:
    if not pairs:
        yield "The two have no figure in common: the same tool, tasks and load on both sides would give some."
        return
    if original_alone:
        yield f"Only the original has {_listed(original_alone)}: nothing can be said of a change there."
    if changed_alone:
        yield f"Only the changed one has {_listed(changed_alone)}: nothing can be said of a change there."
    if any(each.kind == "score" and each.interval is None for each in pairs):
        yield "A score states neither its error nor its number of cases: its loss has no interval."
    kinds = Counter(each.kind for each in pairs)
    if kinds["score"] and not kinds["throughput"] and not kinds["latency"]:
        yield "Scores were compared, and no speed."
    if not kinds["score"] and (kinds["throughput"] or kinds["latency"]):
        yield "Speed was compared, and no score: what it cost in accuracy is not known."
    unsure = sum(each.kind == "score" and each.is_worse is False and each.value > 0 for each in pairs)
    if unsure:
        yield f"{unsure} scores are lower by less than chance explains: that is not the same as no loss."
    if matched > len(pairs):
        yield f"{matched - len(pairs)} pairs are left out: a share of nothing cannot be told, or there are too many."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
