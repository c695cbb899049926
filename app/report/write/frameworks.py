"""The tables for whoever asks by framework: coverage item by item, and the days of law."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from app.report.model import CoverageItem, CoverageLine, LawLine, Report
from app.report.write.table import Column, Row, Table
from app.words import day, days_in, framework

UNTOUCHED = "Nothing in this catalogue touches it."


def frameworks(report: Report) -> Table:
    """Each framework in a line."""
    return Table(
        "Frameworks",
        (
            Column("Framework", 26, "strong"),
            Column("Key", 16),
            Column("Version", 30),
            Column("Items", 10),
            Column("Touched", 10),
            Column("Claimed", 10),
            Column("Proven", 10),
        ),
        [
            (
                framework(each.framework),
                each.framework,
                each.version,
                len(each.items) or None,
                each.touched,
                each.claimed,
                each.proven,
            )
            for each in report.coverage
        ],
    )


def coverage(report: Report) -> Table:
    """Every item of every framework in a line, with the duties of law that begin there."""
    return Table(
        "Coverage",
        (
            Column("Framework", 26, "strong"),
            Column("Key", 16),
            Column("Version", 22),
            Column("Item", 18),
            Column("Title", 60),
            Column("Questions", 10),
            Column("Touched by", 40),
            Column("Apply", 8),
            Column("Answered", 9),
            Column("Claimed", 9),
            Column("Proven", 9),
            Column("Gates", 8),
            Column("Gates passed", 8),
            Column("In words", 44),
            Column("Duty from", 14),
            Column("Before go-live", 10),
            Column("Duties of law", 70),
        ),
        list(_items(report)),
    )


def law(report: Report) -> Table:
    """The days from which legal duties apply, beside the go-live."""
    return Table(
        "Law",
        (
            Column("Duty", 60, "strong"),
            Column("Reference", 22),
            Column("Applies from", 14),
            Column("Before go-live", 10),
            Column("Note", 60),
            Column("Source", 70),
        ),
        [
            (
                each.what,
                each.reference,
                each.applies_from,
                _before(each.before_go_live),
                each.note or None,
                days_in(each.source),
            )
            for each in report.law
        ],
        empty="No day of law concerns this pilot.",
    )


def duties(report: Report) -> Mapping[tuple[str, str], tuple[LawLine, ...]]:
    """The days of law by the framework and the item that they stand at."""
    found: dict[tuple[str, str], tuple[LawLine, ...]] = defaultdict(tuple)
    for each in report.law:
        key, _, item = each.reference.partition(" ")
        found[key, item] += (each,)
    return found


def in_words(item: CoverageItem) -> str | None:
    """Why a figure of an item is not known; None where both are."""
    if not item.questions:
        return UNTOUCHED
    if not item.applicable:
        return "No question that touches it applies to this pilot."
    if not item.answered:
        return "No question that touches it is answered."
    return None


def _items(report: Report) -> Iterator[Row]:
    by_item = duties(report)
    for line in report.coverage:
        for item in line.items:
            yield _item(line, item, by_item.get((line.framework, item.id), ()))


def _item(line: CoverageLine, item: CoverageItem, law: tuple[LawLine, ...]) -> Row:
    first = law[0] if law else None
    return (
        framework(line.framework),
        line.framework,
        line.version,
        item.id,
        item.title,
        len(item.questions),
        item.questions or None,
        item.applicable,
        item.answered,
        item.claimed,
        item.proven,
        item.gates,
        item.gates_passed,
        in_words(item),
        first.applies_from if first else None,
        _before(first.before_go_live) if first else None,
        tuple(f"From {day(each.applies_from)}: {each.what} {each.note} {days_in(each.source)}" for each in law) or None,
    )


def _before(go_live: bool | None) -> str:
    return "not known" if go_live is None else "yes" if go_live else "no"
