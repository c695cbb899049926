"""What `nvidia-smi --query-gpu=… --format=csv` writes, once or every second."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from app.errors import Problem, TooLarge, Unreadable
from app.evidence.accelerators import (
    MEBIBYTE,
    Accelerator,
    amount,
    count_finding,
    divided,
    figure_findings,
    remarks_on,
    state_findings,
    switched,
    taken,
    times,
    value_of,
    withheld,
)
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import attributes, line
from app.finding import Finding

Row = Mapping[str, str]

MOST_ROWS = 60_000
_LONGEST_HEAD = 20_000

_COLUMN = re.compile(r"([a-zA-Z_][a-zA-Z0-9_.]{0,79})(?: \[([a-zA-Z%]{1,5})\])?")
_IDENTITIES = frozenset({"name", "gpu_name", "uuid", "gpu_uuid", "memory.total", "driver_version", "index"})
# Of which at least one stands in each such table, and in hardly another.
_OWN = re.compile(
    r"gpu_name|gpu_uuid|gpu_bus_id|pci\.bus_id|vbios_version|compute_cap|pstate|memory\.(total|used|free|reserved)"
    r"|utilization\.(gpu|memory)|temperature\.(gpu|memory)|power\.(draw|limit)[a-z.]*|enforced\.power\.limit"
    r"|mig\.mode\.current|ecc\.[a-z_.]+|clocks_(event|throttle)_reasons\.[a-z_]+"
)
_OF_PROCESSES = frozenset({"pid", "process_name"})
_BARE = re.compile(r"[0-9.]{1,15} (MiB|W|%|MHz)")
_REASON = re.compile(r"clocks_(?:event|throttle)_reasons\.([a-z_]+)")
_NOT_SLOW = frozenset({"supported", "active", "gpu_idle", "applications_clocks_setting", "sync_boost"})
_SHORT = {"gpu_name": "name", "gpu_uuid": "uuid", "gpu_bus_id": "pci.bus_id"}


def recognises(file: Content) -> bool:
    """Whether the head is of nvidia-smi's properties, or the values are nvidia-smi's and the head is missing."""
    head = _head(file)
    return _is_head(head) or _is_bare(head)


def _head(file: Content) -> Sequence[str]:
    """The cells of the first line; of a line longer than all properties together, none."""
    first = (file.text or "").lstrip("\r\n")[: _LONGEST_HEAD + 1].split("\n", 1)[0]
    return [each.strip() for each in first.split(",")] if len(first) <= _LONGEST_HEAD else ()


def _is_head(cells: Sequence[str]) -> bool:
    columns = [_COLUMN.fullmatch(each) for each in cells]
    names = {each[1] for each in columns if each is not None}
    return (
        None not in columns
        and bool(names & _IDENTITIES)
        and not names & _OF_PROCESSES
        and any(_OWN.fullmatch(each) for each in names)
    )


def _is_bare(cells: Sequence[str]) -> bool:
    named = any(each.startswith(("NVIDIA ", "Tesla ", "GPU-")) for each in cells)
    return named and any(_BARE.fullmatch(each) for each in cells)


def read(file: Content) -> Reading:
    """The accelerators by the row; of a series of rows for each, the highest.

    Raises:
        Unreadable: the head is missing, or there is no row.
        TooLarge: there are more rows than are needed.
    """
    head = _head(file)
    if not _is_head(head):
        raise Unreadable(
            "The table of nvidia-smi has no head, so its columns cannot be known.",
            [Problem("line 1", "export it with the head: --format=csv, without noheader")],
        )
    table = _column(file, head[0]) if len(head) == 1 else file.rows or ()
    if len(table) > MOST_ROWS:
        raise TooLarge(f"The table has more than {MOST_ROWS:,} rows: take one a minute, not one a second.")
    rows = [_named(each) for each in table]
    if not rows:
        raise Unreadable("The table of nvidia-smi has no rows.", [Problem("line 2", "a row for each GPU is missing")])
    parts = _by_accelerator(rows)
    found = [_accelerator(each, at) for at, each in enumerate(parts.values())]
    days = sorted(each for row in rows if (each := _moment(row.get("timestamp"))) is not None)
    driver = line(value_of(rows[-1].get("driver_version")))
    series = max(len(each) for each in parts.values())
    return Reading(
        kind="nvidia-smi-csv",
        title="nvidia-smi, a table of properties",
        tool="nvidia-smi",
        version=driver,
        observed_on=days[-1].date() if days else None,
        grade="demonstrated",
        findings=(
            *count_finding(found, "rows", driver=driver),
            *figure_findings(found, rows=series if series > 1 else None),
            *state_findings(found),
            *_shares(rows, days, series),
        ),
        remarks=(*_remarks(rows, found, days[-1].date() if days else None, series), *remarks_on(found)),
    )


def _column(file: Content, name: str) -> Sequence[Row]:
    """A table of one column, which has nothing to tell columns apart by."""
    return [{name: each} for each in (file.text or "").strip().splitlines()[1 : MOST_ROWS + 2] if each.strip()]


def _named(row: Row) -> Row:
    """A row by property, without units in the names and with today's names."""
    found: dict[str, str] = {}
    for name, value in row.items():
        plain = name.split(" [", 1)[0].strip()
        found[_SHORT.get(plain, plain)] = value.strip()
    return found


def _by_accelerator(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """The rows of each accelerator: by identity, else place; where neither is a column, each row is one."""
    found: dict[str, list[Row]] = {}
    for at, row in enumerate(rows):
        known = [value for name in ("uuid", "pci.bus_id", "index") if (value := value_of(row.get(name)))]
        found.setdefault(" ".join(known) or f"row {at}", []).append(row)
    return found


def _accelerator(rows: Sequence[Row], at: int) -> Accelerator:
    last = rows[-1]
    power = next((each for each in ("power.draw", "power.draw.average", "power.draw.instant") if each in last), "")
    limit = next((each for each in ("enforced.power.limit", "power.limit") if value_of(last.get(each))), "")
    columns = {
        "memory_total": "memory.total",
        "memory_used": "memory.used",
        "memory_reserved": "memory.reserved",
        "utilization": "utilization.gpu",
        "temperature": "temperature.gpu",
        "memory_temperature": "temperature.memory",
        "power": power,
        "power_limit": limit,
        "uncorrected": "ecc.errors.uncorrected.volatile.total",
        "protected_memory": "protected_memory.total",
    }
    top = {field: _highest(rows, column) for field, column in columns.items()}
    lowest = [margin for row in rows if (margin := amount(row.get("temperature.gpu.tlimit"))) is not None]
    failed = switched(last.get("remapped_rows.failure"))
    return Accelerator(
        index=value_of(last.get("index")) or str(at),
        product=line(value_of(last.get("name"))),
        identity=value_of(last.get("uuid")),
        memory_total=times(top["memory_total"], MEBIBYTE),
        memory_used=times(top["memory_used"], MEBIBYTE),
        memory_reserved=times(top["memory_reserved"], MEBIBYTE),
        utilization=divided(top["utilization"], 100),
        temperature=top["temperature"],
        memory_temperature=top["memory_temperature"],
        margin=min(lowest, default=None),
        power=top["power"],
        power_limit=top["power_limit"],
        slowed=_slowed(rows),
        mig=switched(last.get("mig.mode.current")),
        ecc=switched(last.get("ecc.mode.current")),
        uncorrected=top["uncorrected"],
        remap_failures=None if failed is None else float(failed),
        protected_memory=times(top["protected_memory"], MEBIBYTE),
        more=taken({"compute_cap": last.get("compute_cap")}),
        raw=taken({field: last.get(column) for field, column in columns.items()}) if len(rows) == 1 else {},
        where=f"row {at + 1}",
    )


def _highest(rows: Sequence[Row], column: str) -> float | None:
    return max((known for row in rows if (known := amount(row.get(column))) is not None), default=None)


def _slowed(rows: Sequence[Row]) -> dict[str, bool]:
    """Whether a reason to slow down was active in any row."""
    found: dict[str, bool] = {}
    for row in rows:
        for name, value in row.items():
            reason = _REASON.fullmatch(name)
            on = switched(value) if reason and reason[1] not in _NOT_SLOW else None
            if reason and on is not None:
                found[reason[1]] = found.get(reason[1], False) or on
    return found


def _shares(rows: Sequence[Row], moments: Sequence[datetime], series: int) -> Iterator[Finding]:
    """Of a series: the share of its rows in which heat or the power brake slowed an accelerator down."""
    if series < 2:
        return
    told = [each for each in map(_slowed, ([row] for row in rows)) if each]
    if told:
        slow = sum(any(on for why, on in each.items() if "thermal" in why or "brake" in why) for each in told)
        seconds = (moments[-1] - moments[0]).total_seconds() if moments else None
        yield Finding(
            metric="clocks_event_reasons.slowdown",
            statistic="share",
            value=slow / len(told),
            unit="1",
            attributes=attributes(n=len(told), seconds=seconds),
            where="rows",
        )


def _moment(text: str | None) -> datetime | None:
    """A moment such as `2026/07/14 08:12:53.353`, in the machine's own time."""
    try:
        return datetime.strptime((text or "").strip()[:19], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None


def _remarks(rows: Sequence[Row], found: Sequence[Accelerator], day: date | None, series: int) -> Iterator[str]:
    if day is None:
        yield "The file does not say when it was taken: ask for the property timestamp too."
    stated = amount(rows[-1].get("count"))
    if stated is not None and stated != len(found):
        yield f"The machine has {stated:g} accelerators, and {len(found)} stand in the file: only these count."
    if series > 1:
        yield f"Up to {series} rows stand for each accelerator: its highest figures are taken, and the lowest margin."
    if not any(value_of(row.get("uuid")) or value_of(row.get("index")) for row in rows):
        yield "Neither uuid nor index is a column: each row counts as an accelerator of its own."
    if any(withheld(value) for row in rows for value in row.values()):
        yield "The tool could not see some values (unknown error, missing rights or blocked): look into it."
