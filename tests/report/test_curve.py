"""Charts of what calculators come to: lines with a band, bars; everything in them stands where it can be read."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.calculators.told import Bar, Bars, Line, Lines, Picture
from app.report.chart import TEXT, WIDTHS, Drawing, Width
from app.report.curve import figure, layout, span_of
from app.report.write.svg import for_page, for_paper

MONTHS = tuple(f"month {number}" for number in range(1, 13))
SPEND = Lines(
    told="spend rises",
    caption="Spend of each month.",
    axis=MONTHS,
    lines=(Line("middle of the futures", tuple(10_000.0 * 1.1**month for month in range(12))),),
    limit=("budget of a month", 20_000.0),
    fan=(
        tuple(9_000.0 * 1.05**month for month in range(12)),
        tuple(11_000.0 * 1.2**month for month in range(12)),
    ),
)
SHORT = replace(SPEND, lines=(replace(SPEND.lines[0], name="spend"),), limit=("budget", 20_000.0))
TORNADO = Bars(
    told="the price decides",
    caption="Each input a third up and down.",
    bars=(
        Bar("Price of a unit", 60.0, 140.0, "60 to 140"),
        Bar("Electricity", 95.0, 105.0, "95 to 105"),
    ),
    middle=100.0,
)
_WIDEST = 0.66 * TEXT  # of a character, in the broadest of the fonts that a browser may take


def lines_of(drawing: Drawing, role: str) -> list[tuple[tuple[float, float], ...]]:
    return [line.points for line in drawing.lines if line.role == role]


def test_more_stands_higher_and_time_runs_to_the_right() -> None:
    (points,) = lines_of(layout(SHORT, "wide"), "first")
    assert all(left[0] < right[0] and left[1] > right[1] for left, right in pairwise(points))


def test_the_axis_begins_at_nothing_and_has_few_lines() -> None:
    drawing = layout(SPEND, "wide")
    assert len(lines_of(drawing, "grid")) <= 5
    assert "0" in {label.words for label in drawing.labels}


def test_the_band_lies_around_the_line() -> None:
    drawing = layout(SHORT, "wide")
    (band,) = drawing.areas
    (line,) = lines_of(drawing, "first")
    lower, upper = band.points[:12], band.points[:11:-1]
    assert all(up[1] <= at[1] <= low[1] for low, at, up in zip(lower, line, upper, strict=True))


def test_the_limit_goes_across_and_is_named() -> None:
    drawing = layout(SHORT, "wide")
    assert any(points[0][1] == points[1][1] for points in lines_of(drawing, "limit"))
    assert "budget" in {label.words for label in drawing.labels}


def test_short_names_stand_beside_their_lines_and_long_ones_above_with_a_piece_of_theirs() -> None:
    beside = {label.words: label for label in layout(SHORT, "wide").labels}
    assert beside["spend"].x > 400
    above = {label.words: label for label in layout(SPEND, "narrow").labels}
    assert above["middle of the futures"].x < 60
    assert len(lines_of(layout(SPEND, "narrow"), "first")) == 2


def test_each_line_is_drawn_otherwise_so_that_they_differ_without_colour() -> None:
    both = replace(SPEND, lines=(SPEND.lines[0], Line("other", (1.0,) * 12)), fan=None)
    drawing = layout(both, "wide")
    assert lines_of(drawing, "first")
    assert lines_of(drawing, "second")
    assert "stroke-dasharray" in for_paper(drawing)


def test_a_step_without_a_value_leaves_a_gap_and_no_zero() -> None:
    gap = replace(SHORT, lines=(Line("x", (1.0, 2.0, None, 4.0, 5.0, *[None] * 7)),), fan=None, limit=None)
    assert [len(points) for points in lines_of(layout(gap, "wide"), "first")] == [2, 2]


def test_the_steps_that_are_named_lie_evenly() -> None:
    drawing = layout(replace(SHORT, axis=tuple(f"month {at}" for at in range(37)), fan=None), "wide")
    named = [int(label.words.split()[1]) for label in drawing.labels if label.words.startswith("month")]
    assert named == [0, 6, 12, 18, 24, 30, 36] or named == [0, 12, 24, 36]


def test_a_tornado_stands_on_its_middle() -> None:
    drawing = layout(TORNADO, "wide")
    (middle,) = {points[0][0] for points in lines_of(drawing, "axis")}
    for box in drawing.boxes:
        assert box.x < middle < box.x + box.width
    assert drawing.boxes[0].width > drawing.boxes[1].width


def test_bars_begin_at_nothing_so_that_their_lengths_compare() -> None:
    bars = Bars("", "", (Bar("a", 0, 10, "10"), Bar("b", 0, 40, "40", "bad")))
    short, long = layout(bars, "wide").boxes
    assert short.x == long.x
    assert long.width / short.width == pytest.approx(4, abs=0.05)
    assert short.role != long.role


def test_pictures_that_are_compared_stand_on_one_scale() -> None:
    low, high = span_of(SHORT)
    small = replace(SHORT, lines=(Line("spend", (1_000.0,) * 12),), fan=None)
    of_its_own = lines_of(layout(small, "wide"), "first")[0][0][1]
    beside = lines_of(layout(small, "wide", (low, high)), "first")[0][0][1]
    assert beside > of_its_own


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (0.05, "0.05"), (1234, "1,234"), (40_000, "40 k"), (-2.5e6, "-2.5 M"), (3e13, "30 T")],
)
def test_a_figure_on_an_axis_is_short(value: float, words: str) -> None:
    assert figure(value) == words


def test_figures_of_one_axis_are_of_one_size() -> None:
    assert [figure(value, 10_000) for value in (0, 5_000, 10_000)] == ["0", "5 k", "10 k"]


NAMES = some.text(some.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)
VALUES = some.floats(-1e15, 1e15).map(lambda value: 0.0 if abs(value) < 1e-9 else value)


@some.composite
def curves(draw: some.DrawFn) -> Lines:
    steps = draw(some.integers(1, 40))
    values = some.lists(some.none() | VALUES, min_size=steps, max_size=steps).map(tuple)
    lines = draw(some.lists(some.builds(Line, NAMES, values), min_size=1, max_size=6))
    edges = some.lists(VALUES, min_size=steps, max_size=steps).map(tuple)
    return Lines(
        told="t",
        caption="c",
        axis=tuple(f"month {number}" for number in range(steps)),
        lines=tuple(lines),
        limit=draw(some.none() | some.tuples(NAMES, VALUES)),
        fan=draw(some.none() | some.tuples(edges, edges)),
    )


BARS = some.builds(Bar, NAMES, VALUES, VALUES, some.text("0123456789 ,.%", min_size=1, max_size=12))
PICTURES = curves() | some.builds(
    Bars, some.just("t"), some.just("c"), some.lists(BARS, min_size=1, max_size=12).map(tuple), some.none() | VALUES
)


@given(PICTURES, some.sampled_from(WIDTHS))
def test_whatever_it_is_it_lies_within_the_picture_and_can_be_drawn(picture: Picture, width: Width) -> None:
    drawing = layout(picture, width)
    points = [at for line in drawing.lines for at in line.points] + [at for area in drawing.areas for at in area.points]
    assert all(-5 <= x <= drawing.width + 5 and -1 <= y <= drawing.height + 1 for x, y in points)
    for box in drawing.boxes:
        assert box.x >= -1
        assert box.x + box.width <= drawing.width + 2
    for label in drawing.labels:
        if label.words.isascii():
            wide = len(label.words) * _WIDEST
            begin = label.x - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
            assert begin >= -1
            assert begin + wide <= drawing.width + 1
    for drawn in (for_page(drawing, width), for_paper(drawing)):
        ElementTree.fromstring(drawn)


@given(curves())
def test_names_beside_lines_do_not_touch(picture: Lines) -> None:
    names = [label for label in layout(picture, "wide").labels if label.ink == "strong"]
    assert all(abs(one.y - other.y) >= TEXT for one, other in pairwise(sorted(names, key=lambda each: each.y)))
