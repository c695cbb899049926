"""What a calculator came to, as a page shows it: each figure with what it was made of, each picture with its table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.calculators.term import CalculatorOutput, Term
from app.calculators.told import Figure, Lines, Picture, Table, Told
from app.report.chart import WIDTHS
from app.report.curve import Span, figure, layout, span_of
from app.report.write.svg import for_page


@dataclass(frozen=True, slots=True)
class Opening:
    """A figure, and the step of the calculation that it opens into."""

    figure: Figure
    term: Term | None


@dataclass(frozen=True, slots=True)
class Tabled:
    """A picture's caption, and its figures as a table."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as a page shows one of the two."""

    picture: Tabled
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class Aligned:
    """A table, and which of its columns hold figures."""

    table: Table
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A result as a page shows it."""

    told: Told
    figures: tuple[Opening, ...]
    tables: tuple[Aligned, ...]
    pictures: tuple[Drawn, ...]
    terms: tuple[Term, ...]
    grade: str  # what it counts for as evidence, at most


def result(output: CalculatorOutput) -> Result:
    """A calculator's result as a page shows it."""
    told = output.told()
    terms = {each.name: each for each in output.terms}
    return Result(
        told=told,
        figures=tuple(Opening(each, terms.get(each.term or "")) for each in told.figures),
        tables=tuple(Aligned(each, _numeric(each)) for each in told.tables),
        pictures=tuple(map(_drawn, told.pictures)),
        terms=output.terms,
        grade=output.grade,
    )


def pictures_beside(results: Sequence[Result | None]) -> tuple[Drawn | None, ...]:
    """The first picture of each of several results, all of them on one scale."""
    found = [each.told.pictures[0] if each and each.told.pictures else None for each in results]
    spans = [span_of(each) for each in found if each]
    span = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
    return tuple(_drawn(each, span) if each else None for each in found)


def term_value(term: Term) -> str:
    """What a step came to, as people write it."""
    if isinstance(term.value, bool):
        return "yes" if term.value else "no"
    said = f"{term.value:,.6g}" if isinstance(term.value, int | float) else term.value
    return f"{said} {term.unit}" if term.unit and term.unit != "1" else said


_NO_FIGURE = frozenset({"", "none", "not known", "no limit"})
_LONGEST_FIGURE = 20  # characters; what is longer is a text with a figure in it


def _numeric(table: Table) -> tuple[bool, ...]:
    """Which columns hold figures: those whose cells are short and mostly have a digit; never the first."""
    columns = range(1, len(table.head))
    return (False, *(_holds_figures([row[at] for row in table.rows if at < len(row)]) for at in columns))


def _holds_figures(cells: list[str]) -> bool:
    said = [cell for cell in cells if cell not in _NO_FIGURE]
    with_digits = sum(any(character.isdigit() for character in cell) for cell in said)
    return all(len(cell) <= _LONGEST_FIGURE for cell in said) and with_digits * 2 > len(said)


def _drawn(picture: Picture, span: Span | None = None) -> Drawn:
    wide, narrow = (Markup(for_page(layout(picture, width, span), width)) for width in WIDTHS)  # noqa: S704 - escaped there
    return Drawn(_tabled(picture), wide, narrow)


def _tabled(picture: Picture) -> Tabled:
    if isinstance(picture, Lines):
        heads = ("", *(each.name for each in picture.lines))
        heads += ("from", "to") if picture.fan else ()
        heads += (picture.limit[0],) if picture.limit else ()
        return Tabled(picture.caption, heads, tuple(_rows(picture)))
    ranged = any(each.start and each.end for each in picture.bars) or picture.middle is not None
    if ranged:
        rows = tuple((each.name, figure(each.start), figure(each.end), each.label) for each in picture.bars)
        return Tabled(picture.caption, ("", "from", "to", ""), rows)
    return Tabled(picture.caption, ("", ""), tuple((each.name, each.label) for each in picture.bars))


def _rows(picture: Lines) -> Iterator[tuple[str, ...]]:
    for step, name in enumerate(picture.axis):
        values: list[float | None] = [each.values[step] if step < len(each.values) else None for each in picture.lines]
        values += [edge[step] for edge in picture.fan] if picture.fan else []
        values += [picture.limit[1]] if picture.limit else []
        yield name, *("not known" if value is None else f"{value:,.6g}" for value in values)
