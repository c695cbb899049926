"""Charts of what a calculator came to: lines over steps with a band behind them, and bars under each other. Pure.

They are laid out as the others are, once wide and once narrow. What people wrote (the name of an option) may stand in
them, cut where it is long; the table beside says it whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, isfinite, log10
from typing import Final

from app.calculators.told import Bar, Bars, Line, Lines, Picture
from app.report import chart
from app.report.chart import CHARACTER, TEXT, Area, Box, Drawing, Label, Role, Width, apart, touch

_CURVES: Final[tuple[Role, ...]] = ("first", "second", "third", "fourth")
_BARS: Final[dict[str, Role]] = {"good": "solid", "plain": "light", "bad": "empty"}
_LONGEST = 28  # characters of a name
_LONGEST_STEP = 14
_EVEN_STEPS = (1, 2, 3, 4, 6, 12, 24, 60, 120, 1_000_000)  # of which some are named; months go by the year
_MOST_GRID_LINES = 4
_ACROSS: Final[dict[Width, int]] = {"wide": 560, "narrow": 350}
_ROW, _THICK = 26, 14
_KEY_ROW = 18
_LEAST_ROOM = 60  # for the bars themselves


Span = tuple[float, float]


def layout(picture: Picture, width: Width, span: Span | None = None) -> Drawing:
    """Where everything of a picture stands.

    Args:
        picture: what it says.
        width: the room that there is.
        span: from which value to which one it reaches; of several that are compared the same. None: as its own do.
    """
    low, high = span or span_of(picture)
    return _curves(picture, width, low, high) if isinstance(picture, Lines) else _bars(picture, width, low, high)


def span_of(picture: Picture) -> Span:
    """From which value to which one a picture reaches; from nothing where its lengths compare."""
    if isinstance(picture, Bars):
        edges = [edge for each in picture.bars for edge in (each.start, each.end)]
        edges.append(0.0 if picture.middle is None else picture.middle)
        return min(edges), max(edges)
    values = [value for line in picture.lines for value in line.values if value is not None and isfinite(value)]
    values += [*picture.fan[0], *picture.fan[1]] if picture.fan else []
    values += [picture.limit[1]] if picture.limit else []
    return min(0.0, *values, 0.0), max(0.0, *values, 0.0)


def figure(value: float, beside: float | None = None) -> str:
    """A figure on an axis: 1.2 M, 40 k, 0.05; `beside`: the largest on the same axis, whose size it takes."""
    largest = abs(value if beside is None else beside)
    for size, sign in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if largest >= (1e4 if size == 1e3 else size):
            return f"{value / size:.4g}{sign}" if value else "0"
    return f"{value:,.6g}" if abs(value) >= 1 or not value else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class _Field:
    """The field in which lines are drawn."""

    left: float
    right: float
    top: float
    bottom: float
    steps: int
    low: float
    high: float

    def x(self, step: int) -> float:
        across = self.right - self.left
        return round(self.left + (across * step / (self.steps - 1) if self.steps > 1 else across / 2), 1)

    def y(self, value: float) -> float:
        return round(self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top), 1)


def _curves(picture: Lines, width: Width, low: float, high: float) -> Drawing:
    across, tall = _ACROSS[width], 230
    shown = [(_role(at), each) for at, each in enumerate(picture.lines)]
    names = [each.name for each in picture.lines] + ([picture.limit[0]] if picture.limit else [])
    aside = max((len(_cut(name)) for name in names), default=0) * CHARACTER + 14
    keyed = aside > across * 0.32 or len(names) > 5
    key = _key(shown, picture) if keyed else ()
    grid = _grid(low, high)
    beside = max(map(abs, grid))
    left = max(len(figure(value, beside)) for value in grid) * CHARACTER + 10
    field = _Field(
        left=left,
        right=across - (12 if keyed else aside),
        top=14 + (_KEY_ROW * len(names) if keyed else 0),
        bottom=tall - 30 + (_KEY_ROW * len(names) if keyed else 0),
        steps=max(1, len(picture.axis)),
        low=grid[0],
        high=grid[-1],
    )
    lines = [chart.Line("grid", ((left - 4, field.y(value)), (field.right, field.y(value)))) for value in grid]
    if picture.limit:
        at = field.y(picture.limit[1])
        lines.append(chart.Line("limit", ((left - 4, at), (field.right, at))))
    lines += [line for role, each in shown for line in _runs(role, each, field)]
    return Drawing(
        width=across,
        height=round(field.bottom + 30),
        told=picture.told,
        lines=(*lines, *(line for line, _ in key)),
        labels=(
            *(Label(left - 8, field.y(value) + 4, figure(value, beside), "end") for value in grid),
            *_steps(picture.axis, field, across),
            *((label for _, label in key) if keyed else _ends(picture, field)),
        ),
        areas=_band(picture, field),
    )


def _role(at: int) -> Role:
    return _CURVES[min(at, len(_CURVES) - 1)]


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _grid(low: float, high: float) -> list[float]:
    """Round values from below everything to above it."""
    step = _round_step((high - low) / (_MOST_GRID_LINES - 1)) if high > low else 1.0
    first, last = floor(low / step), -floor(-high / step)
    return [round(step * number, 12) for number in range(first, max(last, first + 1) + 1)]


def _round_step(least: float) -> float:
    size = 10.0 ** floor(log10(least))
    return next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= least * 0.999)


def _runs(role: Role, line: Line, field: _Field) -> Iterator[chart.Line]:
    """A line for each run of steps on which there is a value; a value alone is a short dash."""
    run: list[tuple[float, float]] = []
    for step, value in enumerate((*line.values, None)):
        if value is not None and step < field.steps:
            run.append((field.x(step), field.y(value)))
            continue
        if len(run) == 1:
            run = [(run[0][0] - 4, run[0][1]), (run[0][0] + 4, run[0][1])]
        if run:
            yield chart.Line(role, tuple(run))
        run = []


def _band(picture: Lines, field: _Field) -> tuple[Area, ...]:
    if picture.fan is None or len(picture.axis) < 2:
        return ()
    lower, upper = ([(field.x(step), field.y(value)) for step, value in enumerate(edge)] for edge in picture.fan)
    return (Area("band", (*lower, *reversed(upper))),)


def _steps(axis: Sequence[str], field: _Field, across: float) -> Iterator[Label]:
    """The first step, those between at even distances, and the last where there is room for it."""
    if not axis:
        return
    placed = [_step(name, field.x(step), field.bottom, across) for step, name in enumerate(axis)]
    some = (placed[::every] for every in _EVEN_STEPS)
    shown = next(each for each in some if not any(touch(left, right) for left, right in pairwise(each)))
    yield from shown
    if shown[-1] is not placed[-1] and not touch(shown[-1], placed[-1]):
        yield placed[-1]


def _step(name: str, x: float, bottom: float, across: float) -> Label:
    words = name if len(name) <= _LONGEST_STEP else name[: _LONGEST_STEP - 1] + "…"
    half = len(words) * CHARACTER / 2
    return Label(min(max(x, half), across - half), bottom + 22, words, "middle")


def _ends(picture: Lines, field: _Field) -> Iterator[Label]:
    """The name of each line beside its last value, moved apart where they would touch."""
    wanted = []
    for line in picture.lines:
        known = [value for value in line.values if value is not None]
        if known:
            wanted.append((field.y(known[-1]) + 4, _cut(line.name)))
    if picture.limit:
        wanted.append((field.y(picture.limit[1]) + 4, _cut(picture.limit[0])))
    wanted.sort()
    for y, (_, name) in zip(apart([at for at, _ in wanted], field.bottom), wanted, strict=True):
        yield Label(field.right + 8, y, name, "start", "strong")


def _key(shown: Sequence[tuple[Role, Line]], picture: Lines) -> tuple[tuple[chart.Line, Label], ...]:
    """Where the names are too long to stand beside the lines: each with a piece of its line, above."""
    rows: list[tuple[Role, str]] = [(role, _cut(line.name)) for role, line in shown]
    if picture.limit:
        rows.append(("limit", _cut(picture.limit[0])))
    return tuple(
        (
            chart.Line(role, ((4, at * _KEY_ROW + TEXT / 2 + 2), (38, at * _KEY_ROW + TEXT / 2 + 2))),
            Label(46, at * _KEY_ROW + TEXT, name, "start", "strong"),
        )
        for at, (role, name) in enumerate(rows)
    )


def _bars(picture: Bars, width: Width, low: float, high: float) -> Drawing:
    across = _ACROSS[width]
    stacked = width == "narrow"  # the name of a bar stands above it where there is no room beside
    high_row = _ROW + (TEXT + 4 if stacked else 0)
    names = (
        0.0 if stacked else min(max((len(_cut(each.name)) for each in picture.bars), default=0) * CHARACTER + 10, 230)
    )
    labels_wide = max((len(_cut(each.label)) for each in picture.bars), default=0) * CHARACTER + 10
    high = high if high > low else low + 1
    left = names + 4
    right = max(across - labels_wide, left + _LEAST_ROOM)
    boxes, labels, lines = list[Box](), list[Label](), list[chart.Line]()

    def x(value: float) -> float:
        return round(left + (value - low) / (high - low) * (right - left), 1)

    for row, each in enumerate(picture.bars):
        top = 4 + row * high_row + (TEXT + 4 if stacked else 0)
        begin, end = sorted((x(each.start), x(each.end)))
        boxes.append(Box(_BARS[each.meaning], begin, top, round(max(end - begin, 1.5), 1), _THICK))
        labels.append(_name(each, left, top, stacked=stacked))
        labels.append(Label(round(end, 1) + 6, top + 11.5, _cut(each.label), "start", "strong"))
        if picture.middle is not None:
            at = x(picture.middle)
            lines.append(
                chart.Line("axis", ((at, top - 3), (at, top + _THICK + 3 + (0 if stacked else _ROW - _THICK - 6))))
            )
    height = 4 + len(picture.bars) * high_row
    return Drawing(across, height, picture.told, tuple(lines), tuple(boxes), (), tuple(labels))


def _name(bar: Bar, left: float, top: float, *, stacked: bool) -> Label:
    return Label(4, top - 4, _cut(bar.name)) if stacked else Label(left - 8, top + 11.5, _cut(bar.name), "end")
