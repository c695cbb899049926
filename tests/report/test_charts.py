"""Charts: what they say, and that everything in them stands where it can be read."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.report.chart import (
    TEXT,
    WIDTHS,
    Bar,
    Chart,
    Drawing,
    Limit,
    Point,
    Series,
    TimeChart,
    Waterfall,
    Width,
    layout,
    signed,
)
from app.report.model import MilestoneLine, Report
from app.report.pictures import forecast, since, trend
from app.report.write.svg import for_page, for_paper

DAY = date(2026, 5, 12)


def over_time(claimed: list[str | None], proven: list[str | None], *, every: int = 60) -> TimeChart:
    """Claimed and proven on days so far apart, and what a Go needs."""

    def points(values: list[str | None]) -> tuple[Point, ...]:
        days = [DAY + timedelta(days=every * index) for index in range(len(values))]
        return tuple(Point(day, Decimal(value) if value else None) for day, value in zip(days, values, strict=True))

    return TimeChart(
        "how it went",
        (Series("claimed", "claim", points(claimed)), Series("proven", "proof", points(proven))),
        (Limit("Go from 70", Decimal(70)),),
    )


RISING = over_time(["70.0", "74.0", "77.0", "78.0"], ["22.0", "31.0", "45.0", "54.0"])
FALLING = Waterfall(
    "why it moved",
    (
        Bar("12 May 2026", Decimal("45.2"), whole=True),
        Bar("items withdrawn", Decimal("-12.0")),
        Bar("answers", Decimal("4.5")),
        Bar("20 Nov 2026", Decimal("37.7"), whole=True),
    ),
)


def test_hollow_is_claimed_and_solid_is_proven() -> None:
    page = for_page(layout(RISING, "wide"), "wide")
    assert (page.count('class="ring"'), page.count('class="disc"')) == (4, 4)


def test_a_higher_figure_stands_higher() -> None:
    marks = [mark for mark in layout(RISING, "wide").marks if mark.role == "proof"]
    assert [mark.y for mark in marks] == sorted((mark.y for mark in marks), reverse=True)


def test_time_runs_evenly_to_the_right() -> None:
    across = [mark.x for mark in layout(RISING, "wide").marks if mark.role == "proof"]
    steps = [round(b - a) for a, b in pairwise(across)]
    assert steps[0] > 0
    assert len(set(steps)) == 1


def test_each_line_is_named_where_it_ends_and_there_is_no_legend() -> None:
    words = [label.words for label in layout(RISING, "narrow").labels]
    assert {"78.0 claimed", "54.0 proven", "Go from 70"} <= set(words)


def test_a_day_on_which_a_figure_was_not_known_leaves_a_gap_and_no_zero() -> None:
    drawing = layout(over_time(["70.0", "70.0", None, "70.0"], ["20.0", "30.0", None, "40.0"]), "wide")
    assert len([mark for mark in drawing.marks if mark.role == "proof"]) == 3
    assert [len(line.points) for line in drawing.lines if line.role == "proof"] == [2]


@pytest.mark.parametrize("width", WIDTHS)
def test_one_day_alone_can_be_drawn(width: Width) -> None:
    drawing = layout(over_time(["70.0"], ["20.0"]), width)
    assert len(drawing.marks) == 2


def test_what_is_expected_goes_down_in_steps_and_has_no_marks() -> None:
    points = (Point(DAY, Decimal(60)), Point(DAY + timedelta(days=90), Decimal(40)))
    drawing = layout(TimeChart("left alone", (Series("proven", "expected", points),)), "wide")
    (line,) = (line for line in drawing.lines if line.role == "expected")
    (_, before), (corner, at_corner), (end, _) = line.points
    assert (before, corner) == (at_corner, end)
    assert drawing.marks == ()


def test_the_parts_of_a_waterfall_hang_together() -> None:
    boxes = layout(FALLING, "wide").boxes
    assert [box.role for box in boxes] == ["total", "loss", "gain", "total"]
    begins, lost, won, ends = boxes
    assert begins.x + begins.width == pytest.approx(lost.x + lost.width, abs=0.2)
    assert lost.x == pytest.approx(won.x, abs=0.2)
    assert won.x + won.width == pytest.approx(ends.x + ends.width, abs=0.2)
    assert begins.x == ends.x


def test_wholes_begin_at_nothing_so_that_their_lengths_compare() -> None:
    begins, *_, ends = layout(FALLING, "wide").boxes
    assert ends.width / begins.width == pytest.approx(37.7 / 45.2, abs=0.01)


@pytest.mark.parametrize(("amount", "words"), [("4.1", "+4.1"), ("-0.3", "−0.3"), ("0.0", "+0.0")])
def test_an_amount_carries_its_sign(amount: str, words: str) -> None:
    assert signed(Decimal(amount)) == words


# ---- everything can be read

_WIDEST = 0.66 * TEXT  # of a character, in the broadest of the fonts that a browser may take


def extent(drawing: Drawing) -> list[tuple[float, float, float]]:
    """From where to where each label runs, and its base line."""
    found = []
    for label in drawing.labels:
        wide = len(label.words) * _WIDEST
        left = label.x - {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
        found.append((left, left + wide, label.y))
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("chart", [RISING, FALLING, over_time(["100.0", "100.0"], ["0.0", "100.0"])])
def test_no_word_leaves_the_picture(chart: Chart, width: Width) -> None:
    drawing = layout(chart, width)
    assert [each for each in extent(drawing) if each[0] < -1 or each[1] > drawing.width + 1] == []
    assert [label for label in drawing.labels if not TEXT - 4 <= label.y <= drawing.height] == []


FIGURES = some.decimals(0, 100, places=1)


@given(
    some.lists(some.tuples(FIGURES, FIGURES), min_size=1, max_size=12), some.integers(1, 200), some.sampled_from(WIDTHS)
)
def test_what_stands_at_the_end_of_lines_never_touches(
    figures: list[tuple[Decimal, Decimal]], every: int, width: Width
) -> None:
    chart = over_time([str(a) for a, _ in figures], [str(b) for _, b in figures], every=every)
    drawing = layout(chart, width)
    right = max(label.x for label in drawing.labels if label.anchor == "start")
    lines = sorted(label.y for label in drawing.labels if label.x == right and label.anchor == "start")
    assert all(below - above >= TEXT for above, below in pairwise(lines))


@given(
    some.lists(some.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=1, max_size=20, unique=True),
    some.sampled_from(WIDTHS),
)
def test_days_never_touch_however_they_fall(days: list[date], width: Width) -> None:
    points = tuple(Point(day, Decimal(50)) for day in sorted(days))
    drawing = layout(TimeChart("", (Series("proven", "proof", points),)), width)
    axis = sorted(each for each in extent(drawing) if each[2] == max(y for _, _, y in extent(drawing)))
    assert all(first[1] <= second[0] for first, second in pairwise(axis))


# ---- drawn once, for page and paper


@pytest.mark.parametrize("chart", [RISING, FALLING])
def test_page_and_paper_draw_the_same(chart: Chart) -> None:
    drawing = layout(chart, "narrow")
    page, paper = (ElementTree.fromstring(svg) for svg in (for_page(drawing, "narrow"), for_paper(drawing)))
    where = ("x", "y", "cx", "cy", "width", "height", "points")
    shapes = [[(each.tag, each.text, *map(each.get, where)) for each in root.iter()][1:] for root in (page, paper)]
    assert shapes[0] == shapes[1]


def test_a_page_colours_by_class_and_paper_by_itself() -> None:
    drawing = layout(RISING, "wide")
    assert not re.search(r"(fill|stroke)=|style=", for_page(drawing, "wide"))
    assert "class=" not in for_paper(drawing)


def test_a_picture_says_in_words_what_it_shows() -> None:
    page = for_page(replace(layout(RISING, "wide"), told='it rose, "at last" & more'), "wide")
    assert ElementTree.fromstring(page).get("aria-label") == 'it rose, "at last" & more'
    assert ElementTree.fromstring(page).get("role") == "img"


# ---- the pictures of a report


def test_the_trend_ends_with_the_report_itself(report: Report) -> None:
    picture = trend(report)
    assert picture is not None
    assert [row[0] for row in picture.rows] == [*(each.title for each in report.milestones), "This report"]
    assert picture.rows[-1][3:] == (str(report.claimed), str(report.proven))


def test_the_parts_shown_add_up_to_the_difference_shown(report: Report) -> None:
    picture = since(report)
    assert picture is not None
    begins, *parts, ends = picture.rows
    assert Decimal(begins[1]) + sum(Decimal(each[1].replace("−", "-")) for each in parts) == Decimal(ends[1])


def test_nothing_that_people_wrote_stands_in_a_picture(report: Report) -> None:
    named = tuple(replace(each, title="<b>&\u202e مرحبا") for each in report.milestones)
    picture = trend(replace(report, milestones=named))
    assert picture is not None
    assert "مرحبا" not in for_paper(layout(picture.chart, "narrow"))


def test_a_report_without_milestones_has_no_trend(report: Report) -> None:
    bare = replace(report, milestones=(), since=None, outlook=None, told=None)
    assert (trend(bare), since(bare), forecast(bare)) == (None, None, None)


def test_a_milestone_on_which_nothing_was_known_is_no_zero(report: Report) -> None:
    blank: MilestoneLine = replace(report.milestones[0], claimed=None, proven=None)
    picture = trend(replace(report, milestones=(blank, *report.milestones[1:])))
    assert picture is not None
    assert picture.rows[0][3:] == ("not known", "not known")
    assert "not known" in picture.caption
