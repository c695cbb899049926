"""Charts: what one says, and where each of its lines and marks stands. Pure; a writer only draws them.

A chart is described once and laid out twice, wide and narrow, so that its words keep their size on a phone. Nothing
that people wrote stands in a picture: names are days, causes and figures, and what people wrote stands in its table.
Hollow is said, solid is shown: rings and discs are claim and proof here as everywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Width = Literal["wide", "narrow"]
WIDTHS: Final[tuple[Width, ...]] = ("wide", "narrow")
Role = Literal[
    "grid", "axis", "claim", "proof", "expected", "limit", "total", "gain", "loss",
    "band", "first", "second", "third", "fourth", "solid", "light", "empty",
]  # fmt: skip
"""What a line or a bar means; a writer knows how that looks on a screen and on paper."""

Ink = Literal["quiet", "strong"]
Anchor = Literal["start", "middle", "end"]


# ---- what a chart says


@dataclass(frozen=True, slots=True)
class Point:
    """A figure on a day; None where it was not known."""

    on: date
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Series:
    """Figures over time; what is expected holds from its day until the next one's, and is drawn in steps and dashes."""

    name: str
    role: Literal["claim", "proof", "expected"]
    points: tuple[Point, ...]  # earliest first


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold across the chart, and what it means."""

    name: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class TimeChart:
    """Percentages over time."""

    told: str  # the chart in a sentence, for whoever does not see it
    series: tuple[Series, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A named amount: a whole, or what is added to what stands above it."""

    name: str
    amount: Decimal
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """How one whole became another: what each part added or took."""

    told: str
    bars: tuple[Bar, ...]


Chart = TimeChart | Waterfall


# ---- where it stands


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, in units of about a pixel."""

    role: Role
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """What lies within a line through points that ends where it began."""

    role: Literal["band"]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A ring (claimed) or a disc (proven)."""

    role: Literal["claim", "proof"]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A bar from its upper left corner."""

    role: Role
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words, their base line at y."""

    x: float
    y: float
    words: str
    anchor: Anchor = "start"
    ink: Ink = "quiet"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart laid out for one width."""

    width: int
    height: int
    told: str
    lines: tuple[Line, ...] = ()
    boxes: tuple[Box, ...] = ()
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = field(default=())
    areas: tuple[Area, ...] = ()  # behind everything else


TEXT = 13  # the size of words
CHARACTER = 8.6  # as wide as one of them is at the most, in the broader of the usual fonts
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def layout(chart: Chart, width: Width) -> Drawing:
    """Where everything of a chart stands."""
    return _time(chart, width) if isinstance(chart, TimeChart) else _waterfall(chart, width)


def day(on: date) -> str:
    """A day on an axis: 21 Nov 2026."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def signed(amount: Decimal) -> str:
    """An amount with its sign: +4.1, −0.3."""
    return f"{'−' if amount < 0 else '+'}{abs(amount):.1f}"


# ---- over time


@dataclass(frozen=True, slots=True)
class _Frame:
    """The field in which a chart over time is drawn."""

    left: float
    right: float
    top: float
    bottom: float
    first: date
    last: date

    def x(self, on: date) -> float:
        days = (self.last - self.first).days
        return self.left if not days else round(self.left + (on - self.first).days / days * (self.right - self.left), 1)

    def y(self, value: Decimal) -> float:
        return round(self.bottom - float(value) / 100 * (self.bottom - self.top), 1)


def _time(chart: TimeChart, width: Width) -> Drawing:
    across, height = (560, 240) if width == "wide" else (350, 230)
    days = sorted({point.on for each in chart.series for point in each.points})
    aside = max(len(label) for label in _ends(chart).values()) * CHARACTER + 12
    frame = _Frame(48, across - aside, 22, height - 30, days[0], days[-1])
    beginning, end = 32, frame.right + (0 if len(days) > 1 else 40)
    grid = [Line("grid", ((beginning, frame.y(at)), (end, frame.y(at)))) for at in _GRID]
    limits = [Line("limit", ((beginning, frame.y(each.value)), (end, frame.y(each.value)))) for each in chart.limits]
    return Drawing(
        width=across,
        height=height,
        told=chart.told,
        lines=(*grid, *limits, *(line for each in chart.series for line in _lines(each, frame))),
        marks=tuple(mark for each in chart.series for mark in _marks(each, frame)),
        labels=(
            *(Label(27, frame.y(at) + 4, str(at), "end") for at in _GRID),
            *_day_labels(days, frame),
            *(label for each in chart.series for label in _figures(each, frame)),
            *_end_labels(chart, frame, end),
        ),
    )


_GRID = (Decimal(0), Decimal(50), Decimal(100))


def _lines(series: Series, frame: _Frame) -> Iterator[Line]:
    """A line for each run of days on which the figure is known."""
    run: list[tuple[float, float]] = []
    for point in series.points:
        if point.value is None:
            yield from _line(series, run)
            run = []
            continue
        at = (frame.x(point.on), frame.y(point.value))
        if series.role == "expected" and run:
            run.append((at[0], run[-1][1]))
        run.append(at)
    yield from _line(series, run)


def _line(series: Series, run: Sequence[tuple[float, float]]) -> Iterator[Line]:
    if len(run) > 1:
        yield Line(series.role, tuple(run))


def _marks(series: Series, frame: _Frame) -> Iterator[Mark]:
    for point in series.points:
        if point.value is not None and series.role != "expected":
            yield Mark(series.role, frame.x(point.on), frame.y(point.value))


def _figures(series: Series, frame: _Frame) -> Iterator[Label]:
    """A figure at each mark but the last, where there is room: above a claim, below a proof."""
    known = [(frame.x(point.on), point.value) for point in series.points if point.value is not None]
    free, last = 0.0, known[-1][0] if known else 0.0
    for x, value in known[: 1 if series.role == "expected" else -1]:
        if x >= free and last - x >= 5 * CHARACTER:
            above = series.role == "claim"
            yield Label(x, frame.y(value) + (-10 if above else 20), f"{value:.1f}", "middle", "strong")
            free = x + 6 * CHARACTER


def _ends(chart: TimeChart) -> dict[str, str]:
    """What stands at the end of each series and limit."""
    ends = {}
    for each in chart.series:
        known = [point.value for point in each.points if point.value is not None]
        ends[each.name] = f"{known[-1]:.1f} {each.name}" if known else f"{each.name} not known"
    return ends | {each.name: each.name for each in chart.limits}


def _end_labels(chart: TimeChart, frame: _Frame, end: float) -> Iterator[Label]:
    """Beside the last figure of each series and beside each limit, moved apart where they would touch."""
    ends = _ends(chart)
    wanted: list[tuple[float, str, Ink]] = []
    for each in chart.series:
        known = [point.value for point in each.points if point.value is not None]
        if known:
            wanted.append((frame.y(known[-1]) + 4, ends[each.name], "strong"))
    wanted += [(frame.y(each.value) + 4, ends[each.name], "quiet") for each in chart.limits]
    wanted.sort()
    for y, (_, words, ink) in zip(apart([at for at, _, _ in wanted], frame.bottom), wanted, strict=True):
        yield Label(end + 11, y, words, "start", ink)


def apart(wanted: Sequence[float], bottom: float) -> list[float]:
    """Base lines at least a line apart and above the bottom of the field, each as near as can be to where it is wanted.

    Args:
        wanted: in their order from above.
        bottom: of the field.
    """
    placed: list[float] = []
    for y in wanted:
        placed.append(max(y, placed[-1] + TEXT + 2) if placed else y)
    lowest = bottom + 4
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], lowest)
        lowest = placed[index] - TEXT - 2
    return placed


def _day_labels(days: Sequence[date], frame: _Frame) -> Iterator[Label]:
    """The first and the last day, and those between for which there is room."""
    last = _day_label(days[-1], frame)
    shown = [_day_label(days[0], frame)]
    for each in days[1:-1]:
        if frame.x(each) - shown[-1].x > _LEAST_APART:
            label = _day_label(each, frame)
            if not touch(shown[-1], label) and not touch(label, last):
                shown.append(label)
    yield from shown
    if not touch(shown[-1], last):
        yield last


_LEAST_APART = 10 * CHARACTER  # of the middles of two days


def _day_label(on: date, frame: _Frame) -> Label:
    words = day(on)
    return Label(max(frame.x(on), 32 + len(words) * CHARACTER / 2), frame.bottom + 22, words, "middle")


def touch(left: Label, right: Label) -> bool:
    """Whether two labels, each around its middle, come too near to each other."""
    return right.x - left.x < (len(left.words) + len(right.words)) * CHARACTER / 2 + 4


# ---- from one whole to another


_ROW, _THICK = 26, 14


def _waterfall(chart: Waterfall, width: Width) -> Drawing:
    across = 560 if width == "wide" else 350
    left = max(len(each.name) for each in chart.bars) * CHARACTER + 8
    right = across - 52.0
    most = max(max(0.0, *_edges(chart)), 1.0)
    boxes, labels, lines = list[Box](), list[Label](), list[Line]()
    reached = 0.0
    for row, each in enumerate(chart.bars):
        begins = 0.0 if each.whole else reached
        reached = begins + float(each.amount)
        low, high = (left + edge / most * (right - left) for edge in sorted((begins, reached)))
        top = 4 + row * _ROW
        role: Role = "total" if each.whole else "gain" if each.amount >= 0 else "loss"
        boxes.append(Box(role, round(low, 1), top, round(max(high - low, 1.5), 1), _THICK))
        words = f"{each.amount:.1f}" if each.whole else signed(each.amount)
        labels.append(Label(left - 8, top + 11.5, each.name, "end", "strong" if each.whole else "quiet"))
        labels.append(Label(round(high, 1) + 6, top + 11.5, words, "start", "strong"))
        if row + 1 < len(chart.bars):
            at = round(left + reached / most * (right - left), 1)
            lines.append(Line("axis", ((at, top + _THICK), (at, top + _ROW))))
    return Drawing(across, 4 + len(chart.bars) * _ROW, chart.told, tuple(lines), tuple(boxes), (), tuple(labels))


def _edges(chart: Waterfall) -> Iterator[float]:
    """How far each bar reaches."""
    reached = 0.0
    for each in chart.bars:
        reached = float(each.amount) + (0.0 if each.whole else reached)
        yield reached
