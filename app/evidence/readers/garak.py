"""Reports of garak (JSON Lines): shares of attacks that succeeded. Its log of hits is known, and has no shares."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.errors import Problem, Unreadable
from app.evidence.attacks import aim
from app.evidence.content import Content
from app.evidence.evaluation import MOST_SHOWN, case_remarks, is_mock, share
from app.evidence.reading import Reading
from app.evidence.stated import (
    Fields,
    Figure,
    attributes,
    day,
    fields,
    figure,
    figure_in_text,
    line,
    lines,
    refuse_if_many,
)
from app.finding import Finding

_WHAT = "a garak report"
_ENTRIES = frozenset({"start_run setup", "init", "attempt", "eval", "probe_summary", "completion", "digest"})
_HIT = frozenset({"goal", "prompt", "output", "score", "attempt_id", "probe", "detector"})
_LONGEST_LINE = 2_000_000


class _Evaluation(Fields):
    probe: str
    detector: str
    passed: Figure = None
    fails: Figure = None
    nones: Figure = None
    total: Figure = None
    total_evaluated: Figure = None
    confidence: str | float | None = None
    confidence_lower: Figure = None
    confidence_upper: Figure = None

    @property
    def n(self) -> float | None:
        return self.total if self.total_evaluated is None else self.total_evaluated

    @property
    def hits(self) -> float | None:
        if self.fails is not None or self.n is None or self.passed is None:
            return self.fails
        return self.n - self.passed

    @property
    def rate(self) -> float | None:
        """The share of attacks that succeeded; the counts have to make one."""
        return share(self.hits, self.n)

    @property
    def tests_itself(self) -> bool:
        return self.probe.startswith("test.") or self.detector.removeprefix("detector.").startswith("always.")


def recognises(file: Content) -> bool:
    """Lines whose first is an entry of a report or a hit; or the digest of a report alone."""
    first = _first(file)
    if first is None:
        return isinstance(file.json, dict) and file.json.get("entry_type") == "digest"
    return first.get("entry_type") in _ENTRIES if "entry_type" in first else first.keys() >= _HIT


def _first(file: Content) -> dict[str, Any] | None:
    """The first line as an object; None where it is none."""
    text = file.text
    if text is None:
        return None
    start = text[: _LONGEST_LINE + 1000].lstrip()
    if not start.startswith("{"):
        return None
    try:
        first = json.loads(start.split("\n", 1)[0])
    except (ValueError, RecursionError):
        return None
    if not isinstance(first, dict) or not isinstance(first.get("entry_type", ""), str):
        return None
    return first


def read(file: Content) -> Reading:
    """Of each probe and detector the share of attacks that succeeded; what was asked and answered is not taken."""
    entries = file.json_lines
    if entries is None and isinstance(file.json, dict):
        entries = [file.json]
    if entries is None or not all(isinstance(each, dict) for each in entries):
        raise Unreadable(
            "This looks like a garak report and cannot be read.",
            [Problem("", "has a line that is no JSON object: the run may have been cut off while it was written")],
        )
    if "entry_type" not in entries[0]:
        return _hits(entries)
    kinds: dict[object, list[dict[str, Any]]] = {}
    for each in entries:
        kinds.setdefault(line(each.get("entry_type")), []).append(each)
    strangers = [kind for kind in kinds if kind is None]
    if strangers:
        raise Unreadable(
            "This looks like a garak report and cannot be read.",
            [Problem("", "has lines of another kind among those of the report")],
        )
    return _report(kinds)


def _report(kinds: Mapping[object, Sequence[dict[str, Any]]]) -> Reading:
    setup = _one(kinds, "start_run setup")
    begun = _one(kinds, "init")
    digest = _one(kinds, "digest").get("meta")
    meta = digest if isinstance(digest, dict) else {}
    model, mock = _target(setup)
    refuse_if_many(kinds.get("eval"), "evaluations")
    evaluations = fields(list[_Evaluation], list(kinds.get("eval", ())), _WHAT)
    observed = day(begun.get("start_time")) or day(setup.get("transient.starttime_iso")) or day(meta.get("start_time"))
    found = list(_findings(evaluations, model))
    return Reading(
        kind="garak",
        title="garak report",
        tool="garak",
        version=next(
            iter(lines((begun.get("garak_version"), setup.get("_config.version"), meta.get("garak_version")))), None
        ),
        observed_on=observed,
        grade="asserted" if mock or all(each.tests_itself for each in evaluations) else "demonstrated",
        findings=tuple(found[:MOST_SHOWN]),
        remarks=(
            *_remarks(evaluations, kinds, len(found)),
            *case_remarks(min((each.n for each in evaluations if each.n), default=None), mock=mock),
            *([] if model else ["The file does not say which model was attacked."]),
            *([] if observed else ["The file states no date: say when it was run."]),
        ),
    )


def _one(kinds: Mapping[object, Sequence[dict[str, Any]]], kind: str) -> dict[str, Any]:
    return next(iter(kinds.get(kind, ())), {})


def _target(setup: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The model that was attacked, and whether it is garak's own stand-in."""
    by = line(setup.get("plugins.target_type")) or line(setup.get("plugins.model_type"))
    name = line(setup.get("plugins.target_name")) or line(setup.get("plugins.model_name"))
    return name or by, is_mock(by) or (by is None and is_mock(name))


def _findings(evaluations: Sequence[_Evaluation], model: str | None) -> Iterator[Finding]:
    attacks = [each for each in evaluations if each.rate is not None and not each.tests_itself]
    if attacks:
        yield Finding(
            metric="garak.evaluated",
            statistic="sum",
            value=sum(each.n or 0 for each in attacks),
            unit="{output}",
            attributes=attributes(model=model, pairs=len(attacks)),
        )
    worst: dict[str, tuple[float, float]] = {}
    for each in attacks:
        family = each.probe.partition(".")[0]
        rate, n = worst.get(family, (0.0, 0.0))
        worst[family] = (max(rate, each.rate or 0.0), n + (each.n or 0))
    for family, (rate, n) in worst.items():
        yield Finding(
            metric="attack_success_rate",
            statistic="max",
            value=rate,
            unit="1",
            attributes=attributes(probe_family=family, aim=aim(family), model=model, n=n),
        )
    for index, each in enumerate(evaluations):
        if each.rate is None:
            continue
        stated = each.confidence
        confidence = figure_in_text(stated) if isinstance(stated, str) else None
        yield Finding(
            metric="attack_success_rate",
            value=each.rate,
            unit="1",
            attributes=attributes(
                probe=each.probe,
                aim=aim(each.probe),
                detector=each.detector.removeprefix("detector."),
                model=model,
                n=each.n,
                successes=each.hits,
                not_judged=each.nones,
                lower=each.confidence_lower,
                upper=each.confidence_upper,
                confidence=confidence[0] if confidence else figure(stated),
                tests_itself=True if each.tests_itself else None,
            ),
            where=f"eval[{index}]",
        )


def _remarks(
    evaluations: Sequence[_Evaluation], kinds: Mapping[object, Sequence[dict[str, Any]]], found: int
) -> Iterator[str]:
    if not evaluations:
        alone = set(kinds) == {"digest"}
        yield (
            "This is the digest alone: attach the report that it sums up."
            if alone
            else "It holds no evaluation: the run was stopped before one, or this is a part of a report."
        )
    if "completion" not in kinds and evaluations:
        yield "It has no entry of completion: the run may have been stopped."
    itself = sum(each.tests_itself for each in evaluations)
    if itself:
        yield f"Of its evaluations ({len(evaluations)}) some are garak's tests of itself and attack nothing: {itself}."
    empty = sum(each.rate is None for each in evaluations)
    if empty:
        yield f"Evaluations that judged no output, or whose counts do not fit together, show no share: {empty}."
    unjudged = sum(each.nones or 0 for each in evaluations)
    if unjudged:
        yield f"Outputs that were not judged count as neither: {unjudged:.0f}."
    if found > MOST_SHOWN:
        yield f"Of {found:,} findings the first {MOST_SHOWN} are shown."


def _hits(entries: Sequence[dict[str, Any]]) -> Reading:
    counted: dict[tuple[str, str], int] = {}
    for each in entries:
        if not each.keys() >= _HIT:
            raise Unreadable(
                "This looks like garak's log of hits and cannot be read.",
                [Problem("", "has lines of another kind among the hits")],
            )
        pair = (line(each["probe"]) or "?", line(each["detector"]) or "?")
        counted[pair] = counted.get(pair, 0) + 1
    return Reading(
        kind="garak-hitlog",
        title="garak log of hits",
        tool="garak",
        grade="demonstrated",
        findings=tuple(
            Finding(
                metric="garak.hits",
                statistic="count",
                value=count,
                unit="{output}",
                attributes=attributes(probe=probe, detector=detector),
            )
            for (probe, detector), count in list(counted.items())[:MOST_SHOWN]
        ),
        remarks=(
            "A log of hits does not say how many attempts there were: attach the report for the shares.",
            "The file states no date: say when it was run.",
        ),
    )
