"""Which charts a report has, what each says, and the same as a table. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from app.readiness.outlook import Forecast
from app.readiness.verdict import Verdict
from app.report.chart import Bar, Chart, Limit, Point, Series, TimeChart, Waterfall, day, signed
from app.report.model import CauseLine, Percent, Report


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, what there is to see in it, and its figures."""

    chart: Chart
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def trend(report: Report) -> Picture | None:
    """Claimed and proven from milestone to milestone up to this report; None where none is sealed."""
    if not report.milestones:
        return None
    earlier = [each for each in report.milestones if each.as_of < report.as_of]
    said = [
        *((each.as_of, each.claimed, each.proven) for each in earlier),
        (report.as_of, report.claimed, report.proven),
    ]
    claimed = Series("claimed", "claim", tuple(Point(on, claimed) for on, claimed, _ in said))
    proven = Series("proven", "proof", tuple(Point(on, proven) for on, _, proven in said))
    first = said[0]
    told = (
        f"From {day(first[0])} to {day(report.as_of)} claimed went from {_figure(first[1])} to "
        f"{_figure(report.claimed)}, proven from {_figure(first[2])} to {_figure(report.proven)}; "
        f"a Go needs {report.bar.go:g}."
    )
    names = [*(each.title for each in earlier), "This report"]
    verdicts = [*(each.verdict_title for each in earlier), report.verdict_title]
    return Picture(
        TimeChart(told, (claimed, proven), (Limit(f"Go from {report.bar.go:g}", report.bar.go),)),
        told,
        ("Milestone", "Day", "Verdict", "Claimed", "Proven"),
        tuple(
            (name, day(on), verdict, _figure(claimed), _figure(proven))
            for name, verdict, (on, claimed, proven) in zip(names, verdicts, said, strict=True)
        ),
    )


def since(report: Report) -> Picture | None:
    """Why proven moved since the last milestone; None where nothing can be said of it."""
    last = report.since
    if last is None:
        return None
    return moved((last.as_of, last.proven_before), (report.as_of, report.proven), last.causes)


def moved(
    before: tuple[date, Percent | None], after: tuple[date, Percent | None], causes: Sequence[CauseLine]
) -> Picture | None:
    """Why proven moved from one day to another; None where nothing can be said of it."""
    (first, old), (last, new) = before, after
    if old is None or new is None or not causes:
        return None
    points = new - old
    went = "has not moved" if not points else f"went {'up' if points > 0 else 'down'} by {abs(points):.1f}"
    largest = max(causes, key=lambda each: abs(each.points))
    told = (
        f"Since {day(first)} proven {went}, from {old:.1f} to {new:.1f}; "
        f"most of it by {largest.cause} ({signed(largest.points)})."
    )
    parts = [Bar(each.cause, each.points) for each in causes]
    rows = ((each.cause.capitalize(), signed(each.points)) for each in causes)
    return Picture(
        Waterfall(told, (Bar(day(first), old, whole=True), *parts, Bar(day(last), new, whole=True))),
        told,
        ("What", "Proven"),
        ((day(first), f"{old:.1f}"), *rows, (day(last), f"{new:.1f}")),
    )


def forecast(report: Report) -> Picture | None:
    """What is left of proven on later days if nothing is done; None where that changes too little to be drawn."""
    days = report.outlook.forecast if report.outlook else ()
    if report.proven is None or len({report.proven, *(each.proven for each in days)}) < 2:
        return None
    points = (Point(report.as_of, report.proven), *(Point(each.on, each.proven) for each in days))
    last = days[-1]
    told = (
        f"If nothing is done, proven goes from {report.proven:.1f} on {day(report.as_of)} "
        f"to {_figure(last.proven)} on {day(last.on)}; a Go needs {report.bar.go:g}, "
        f"and below {report.bar.no_go:g} it is a No-go."
    )
    limits = (
        Limit(f"Go from {report.bar.go:g}", report.bar.go),
        Limit(f"No-go below {report.bar.no_go:g}", report.bar.no_go),
    )
    chart = TimeChart(told, (Series("proven", "expected", points),), limits)
    return Picture(chart, told, ("At the end of", "Verdict", "Proven"), tuple(_by_month(days)))


def _by_month(days: Sequence[Forecast]) -> Iterator[tuple[str, ...]]:
    """Where it stands at the end of each month in which something changes by itself."""
    for _, of_one in groupby(days, key=lambda each: (each.on.year, each.on.month)):
        *_, last = of_one
        yield day(last.on).partition(" ")[2], Verdict(last.verdict).title, _figure(last.proven)


def _figure(value: Decimal | None) -> str:
    return "not known" if value is None else f"{value:.1f}"
