"""Locust: the table of requests of a load test, a line for each kind of request and one for all."""

from collections.abc import Mapping
from dataclasses import replace

from app.errors import Unreadable
from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import figure, line

_TITLE = "Locust"
_NEEDED = {"Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time"}
_HISTORY = {"Timestamp", "User Count", "Type", "Name", "Requests/s"}
_QUANTILES = ("50%", "90%", "95%", "99%", "99.9%")
_ALL = frozenset({"Aggregated", "Total"})
_RESPONSE = "http.client.request.duration"
_NONE = frozenset({"", "n/a", "nan", "none"})


def recognises(file: Content) -> bool:
    """Whether its head is that of the table of requests, or of the history, which is refused when read."""
    rows = file.rows
    return bool(rows) and rows is not None and (rows[0].keys() >= _NEEDED or rows[0].keys() >= _HISTORY)


def read(file: Content) -> Reading:
    """The figures of all requests together, then of each kind.

    Raises:
        Unreadable: a cell is no number, or it is the history of the test.
    """
    rows = file.rows or ()
    if not rows or not rows[0].keys() >= _NEEDED:
        raise Unreadable("This is Locust's history of a test: give the table of requests, which ends in _stats.csv.")
    sweep.at_most(len(rows))
    numbered = sorted(enumerate(rows, start=1), key=lambda each: each[1].get("Name") not in _ALL)
    runs = [_run(row, f"row {number}, ") for number, row in numbered]
    shown = sweep.reading("locust", _TITLE, runs[:1])
    return replace(
        shown,
        findings=tuple(finding for run in runs for finding in run.findings),
        remarks=(
            *shown.remarks,
            "The figures of all requests together mix every kind: look at the one that asks the model.",
            "Whether a time is that of the first or the last word of a streamed answer, the file does not say.",
        ),
    )


def _run(row: Mapping[str, str], at: str) -> Run:
    name, kind = row.get("Name", ""), row.get("Type", "")
    failed = _figure(row, "Failure Count", at)
    run = Run(
        Load(
            n=_figure(row, "Request Count", at),
            failed=failed,
            failed_are_in=True,
            more={"endpoint": line(f"{kind} {name}")},
        ),
        at,
    )
    run.latency(_RESPONSE, "mean", _figure(row, "Average Response Time", at), "Average Response Time", "ms")
    for column in _QUANTILES:
        run.latency(_RESPONSE, load.statistic(column) or column, _figure(row, column, at), column, "ms")
    run.rate(load.REQUESTS, _figure(row, "Requests/s", at), "Requests/s")
    run.held(errors="Failure Count")
    return run


def _figure(row: Mapping[str, str], column: str, at: str) -> float | None:
    """A cell's number; none where a kind had no requests."""
    cell = row.get(column, "").strip()
    if cell.lower() in _NONE:
        return None
    try:
        return figure(float(cell))
    except ValueError:
        raise load.unreadable(_TITLE, f"{at}{column}", "must be a number") from None
