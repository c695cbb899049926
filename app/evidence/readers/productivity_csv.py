"""Tables of people's work, made by people: before and after, two groups, or DORA's figures by the period."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.errors import Problem, Unreadable
from app.evidence.cells import days, empty, name_words, numbers
from app.evidence.columns import columns
from app.evidence.content import Content
from app.evidence.figures import finding, words
from app.evidence.reading import Reading
from app.evidence.trial import (
    FEW,
    MOST_MEASURES,
    Arms,
    Table,
    arms_in,
    group_findings,
    pair_findings,
    pairs_in,
    unit_in,
)
from app.finding import Finding

_MOST_COLUMNS = 200
_MOST_ROWS = 50_000
_TIMES = {"ms", "s", "min", "h", "d"}
_LOWER_IS_BETTER = {"lead_time", "change_failure_rate", "time_to_restore"}
_WHICH = "Which column is the measure, and whether lower is better, the file does not say: whoever attaches it says so."


def recognises(file: Content, /) -> bool:
    """Whether two columns differ in before and after, one divides into two groups, or two are figures of DORA."""
    names = columns(file)
    if not 2 <= len(names) <= _MOST_COLUMNS or not all(names) or len(set(names)) < len(names):
        return False
    table = _table(file, names)
    if table is None:
        return False
    if len(_dora(names)) >= 2:
        return any(_figures(table, name) for name in _dora(names).values())
    if any(_figures(table, pair.before) and _figures(table, pair.after) for pair in pairs_in(names)):
        return True
    arms = arms_in(table, names)
    return arms is not None and any(_figures(table, name) for name in names if name != arms.column)


def _table(file: Content, names: Sequence[str]) -> Table | None:
    """The cells of each column; None where there are none, or more than people write down."""
    if file.content.count(b"\n") > _MOST_ROWS or not file.rows:
        return None
    table: dict[str, list[str | None]] = {name: [] for name in names}
    for row in file.rows:
        for name in names:
            table[name].append(row.get(name))
    return table


def _figures(table: Table, name: str) -> bool:
    return numbers(table[name]) is not None


def _dora(names: Sequence[str]) -> dict[str, str]:
    """The columns that hold one of DORA's figures, by its name."""
    found: dict[str, str] = {}
    for name in names:
        given = set(name_words(name))
        kind = None
        if given & {"restore", "recovery", "mttr", "recover"}:
            kind = "time_to_restore"
        elif given & {"failure", "fail", "cfr"} and given & {"change", "cfr"}:
            kind = "change_failure_rate"
        elif {"lead", "time"} <= given:
            kind = "lead_time"
        elif given & {"deployments", "deployment", "deploys"} and not given & {"failed", "rework", "id", "name"}:
            kind = "deployments"
        if kind is not None:
            found.setdefault(kind, name)
    return found


def read(file: Content, /) -> Reading:
    """How the two differ, with an interval; or the latest period and the way since the first. No row is kept."""
    names = columns(file)
    table = _table(file, names)
    if table is None:
        raise Unreadable("The table cannot be read.", [Problem("line 1", "has no rows below it, or too many")])
    dora = _dora(names)
    if len(dora) >= 2:
        return _of_delivery(table, dora, names)
    pairs = pairs_in(names)
    found: list[Finding] = []
    remarks: list[str] = [_WHICH]
    for pair in pairs[:MOST_MEASURES]:
        shown = pair_findings(table, pair)
        if shown is not None:
            found += shown[0]
            if shown[1]:
                remarks.append(
                    f"{shown[1]} of {len(table[pair.before])} rows have a gap in {pair.measure}; they are left out."
                )
    if found:
        remarks.append(
            "Before and after without a group to compare with: what else changed meanwhile is not told apart."
        )
    arms = None if found else arms_in(table, names)
    if arms is not None:
        measures = [name for name in names if name != arms.column][:_MOST_COLUMNS]
        for name in measures:
            found += group_findings(table, arms, name)
        remarks += _of_arms(arms)
    if not found:
        raise Unreadable("The table cannot be read.", [Problem("line 1", "no column of numbers can be compared")])
    told = _alone(_over_days(found[: MOST_MEASURES * 14], _known_days(table, names)))
    return _reading("Productivity samples", table, names, told, remarks)


def _over_days(found: list[Finding], on: Sequence[date]) -> list[Finding]:
    """The findings with how many days the rows span, where a column says on which day each row was."""
    if not on:
        return found
    span = (max(on) - min(on)).days + 1
    return [replace(each, attributes={**each.attributes, "days": span}) for each in found]


def _of_arms(arms: Arms) -> list[str]:
    said = ["Whether people were put into the groups by chance, the file does not say."]
    if not arms.told:
        values = f"{words(arms.first)} and {words(arms.second)}"
        said.append(f"Which of {values} in {words(arms.column)} is the pilot, the file does not say.")
    return said


def _alone(found: list[Finding]) -> list[Finding]:
    """The findings, with the difference of the one time that was taken marked: it is no part of another beside it."""
    timed = [each for each in found if each.metric == "trial.difference" and each.unit in _TIMES]
    if len({each.attributes["measure"] for each in timed if not each.attributes.get("self_reported")}) != 1:
        return found
    return [
        replace(each, attributes={**each.attributes, "only_time": True})
        if each in timed and not each.attributes.get("self_reported")
        else each
        for each in found
    ]


def _reading(title: str, table: Table, names: Sequence[str], found: list[Finding], remarks: list[str]) -> Reading:
    counts = [figure for each in found if isinstance(figure := each.attributes.get("n_smaller_arm"), int)]
    counts += [n for each in found if "design" in each.attributes and isinstance(n := each.attributes.get("n"), int)]
    if counts and min(counts) < FEW:
        remarks.append(f"There are fewer than {FEW} values a side ({min(counts)}): an interval of so few says little.")
    if any(each.attributes.get("interval_excludes_zero") is False for each in found):
        remarks.append("Where an interval crosses zero, no effect is shown; that is not the same as no effect.")
    if any(each.attributes.get("self_reported") for each in found):
        remarks.append("Predicted or estimated columns are what people think, not what was measured.")
    observed_on = max(_known_days(table, names), default=None)
    if observed_on is None:
        remarks.append("The file states no day: say when it was measured.")
    return Reading(
        kind="productivity-csv",
        title=title,
        observed_on=observed_on,
        grade="demonstrated",
        findings=tuple(found),
        remarks=tuple(remarks),
    )


def _known_days(table: Table, names: Sequence[str]) -> Sequence[date]:
    """The days in the first column that holds days alone."""
    for name in names:
        found = days([cell for cell in table[name] if not empty(cell)])
        if found:
            return found
    return ()


def _of_delivery(table: Table, dora: Mapping[str, str], names: Sequence[str]) -> Reading:
    """The latest period of each figure, and how it changed since the first."""
    periods, order = "", list(range(len(table[names[0]])))
    for name in names:
        known = days(table[name])
        if known:
            periods = name
            order.sort(key=known.__getitem__)
            break
    found: list[Finding] = []
    remarks = [] if periods else ["No column says which period a row is of: the last row is taken as the latest."]
    for kind, name in dora.items():
        values = numbers(table[name])
        if values is None:
            remarks.append(f"{words(name)} is no column of numbers; it is left out.")
            continue
        named = table.get(periods, [""] * len(order))
        stated = [(value, named[at] or "") for at in order if (value := values[at]) is not None]
        found += _figure_of(kind, name, stated)
    if not found:
        raise Unreadable("The table cannot be read.", [Problem("line 1", "no column of numbers can be compared")])
    return _reading("Software delivery figures (DORA)", table, names, found, remarks)


def _figure_of(kind: str, name: str, stated: Sequence[tuple[float, str]]) -> list[Finding]:
    unit = {"deployments": "{deployment}"}.get(kind) or unit_in(name)
    (first, since), (latest, period) = stated[0], stated[-1]
    about: dict[str, object] = {"period": words(period), "n": len(stated)}
    if kind == "change_failure_rate":
        if unit == "%" or max(value for value, _ in stated) > 1:
            about |= {"raw_value": latest, "raw_unit": "%"}
            first, latest = first / 100, latest / 100
        unit = "1"
    found = finding(f"dora.{kind}", latest, unit, statistic="latest", where=name, attributes=about)
    if len(stated) > 1:
        better = latest < first if kind in _LOWER_IS_BETTER else latest > first
        more = {"since": words(since), "period": words(period), "improving": better, "n": len(stated)}
        found += finding(f"dora.{kind}", latest - first, unit, statistic="change", where=name, attributes=more)
    return found
