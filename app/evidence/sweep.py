"""The runs of a load test that stand in one file together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.errors import TooLarge
from app.evidence.content import Content
from app.evidence.load import TIME_TO_FIRST_TOKEN, Run, unreadable
from app.evidence.reading import Reading
from app.evidence.stated import line

MOST_RUNS = 200  # in one file
_MOST_NAMED = 10  # runs in a remark


def reading(
    kind: str,
    title: str,
    runs: Sequence[Run],
    *,
    days: Iterable[date | None] = (),
    version: str | None = None,
    remarks: Iterable[str] = (),
) -> Reading:
    """The runs of one file together. The earliest of their days counts."""
    known = sorted(each for each in days if each is not None)
    said = list(remarks)
    if not known:
        said.append("The file states no date: say when the test ran.")
    elif known[0] != known[-1]:
        said.append(f"The runs are from {known[0].isoformat()} to {known[-1].isoformat()}: the earliest day counts.")
    if len(runs) > 1:
        said.append(f"The file holds {len(runs)} runs; each finding carries the load of its own.")
        said += _extremes(runs)
    return Reading(
        kind=kind,
        title=title,
        tool=title,
        version=line(version),
        observed_on=known[0] if known else None,
        grade="asserted" if any(run.mock for run in runs) else "demonstrated",
        findings=tuple(finding for run in runs for finding in run.findings),
        remarks=(*said, *_together(runs)),
    )


def _together(runs: Sequence[Run]) -> Iterable[str]:
    """Each remark once, with the runs that it is about where it is not about all."""
    about: dict[str, list[int]] = {}
    for number, run in enumerate(runs, start=1):
        for sentence in run.remarks():
            about.setdefault(sentence, []).append(number)
    for sentence, numbers in about.items():
        if len(numbers) == len(runs):
            yield sentence
        else:
            named = ", ".join(str(each) for each in numbers[:_MOST_NAMED])
            rest = f" and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else ""
            yield f"Run {named}{rest}: {sentence}"


def _extremes(runs: Sequence[Run]) -> Iterable[str]:
    """Which run of a sweep was the quickest and which the slowest to begin an answer."""
    times = {
        number: finding.value
        for number, run in enumerate(runs, start=1)
        for finding in reversed(run.findings)
        if finding.metric == TIME_TO_FIRST_TOKEN and finding.statistic in ("mean", "p50") and finding.value is not None
    }
    if len(times) > 1:
        quick, slow = min(times, key=lambda each: times[each]), max(times, key=lambda each: times[each])
        yield f"Run {quick} was the quickest to begin an answer, run {slow} the slowest."


def objects(file: Content) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """The JSON objects of a file (one, one a line, a list), each with where it stands; none where it holds others."""
    value = file.json
    if isinstance(value, dict):
        return [("", value)]
    if isinstance(value, list):
        return [(f"[{at}].", each) for at, each in enumerate(value)] if _all_objects(value) else []
    values = file.json_lines
    if not values or not _all_objects(values):
        return []
    return [(f"line {at}: ", each) for at, each in enumerate(values, start=1)]


def all_runs(
    file: Content, is_run: Callable[[Mapping[str, Any]], bool], what: str
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """The objects of a file, each of which has to be a run, with where it stands.

    Raises:
        Unreadable: one is none.
        TooLarge: there are more than anybody looks through.
    """
    found = objects(file)
    at_most(len(found))
    for at, value in found:
        if not is_run(value):
            raise unreadable(what, at.strip(" :."), "is no run of it")
    return found


def at_most(count: int) -> None:
    """Refuse a file of more runs than anybody looks through.

    Raises:
        TooLarge: so it is.
    """
    if count > MOST_RUNS:
        raise TooLarge(f"The file holds {count:,} runs; at most {MOST_RUNS} are read. Split it.")


def _all_objects(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(each, dict) for each in values)
