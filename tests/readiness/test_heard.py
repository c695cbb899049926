"""What rules hear in findings taken together, of one item and of several."""

from typing import Any, Final

import pytest

from app.finding import Finding
from app.readiness.assessment import Evidence
from tests.make import (
    ASSERTED,
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    file,
    found,
    rules,
    shows,
    withdrawal,
)
from tests.readiness.speed import fast, proven, reads, slow

# ---- several findings of one item


@pytest.mark.parametrize(
    ("findings", "shown"),
    [
        pytest.param([fast(), fast()], True, id="all within"),
        pytest.param([fast(), slow()], False, id="one beyond"),
        pytest.param([], False, id="of nothing, not every one"),
        pytest.param([fast(), slow(broken=True)], True, id="one that is not read does not count"),
        pytest.param([fast(), slow(statistic="p99")], True, id="a p99 beyond says nothing of the p95"),
        pytest.param([fast(), slow(statistic="p50")], False, id="a median beyond does"),
        pytest.param([fast(statistic="p50")], False, id="a median within shows nothing"),
        pytest.param([fast(), found(value=None, statistic="p95")], False, id="what has no value is not within"),
        pytest.param([fast(), found(value=1, unit="By", statistic="p95")], False, id="nor what cannot be compared"),
    ],
)
def test_every_asks_it_of_all_that_are_read(findings: list[Finding], shown: bool) -> None:
    by = reads("every p95 latency <= 1000 without broken")
    assert proven(by, file(*findings, found("errors"))) == (4 if shown else 2)


@pytest.mark.parametrize(
    ("figure", "findings", "shown"),
    [
        pytest.param("total duration >= 900", [600, 300], True, id="added up it is enough"),
        pytest.param("total duration >= 900", [600, 299], False, id="added up it is not"),
        pytest.param("total duration > 900", [600, 300], False, id="above is not at"),
        pytest.param("total duration >= 900", [1000, -200], True, id="what is less than nothing adds nothing"),
        pytest.param("different month of duration >= 2", [1, 2], True, id="two months"),
        pytest.param("different month of duration >= 3", [1, 2], False, id="are not three"),
        pytest.param("different place of duration >= 1", [1, 2], False, id="nothing said is no place"),
    ],
)
def test_what_is_added_up_or_counted(figure: str, findings: list[float], shown: bool) -> None:
    item = file(*(found("duration", each, "s", month=f"2026-{place}") for place, each in enumerate(findings)))
    assert proven(reads(figure), item) == (4 if shown else 2)


RUN: Final = ("p95 latency <= 1000 with users >= need.users", "errors <= 0.01", "total duration >= 900")


@pytest.mark.parametrize(
    ("findings", "shown"),
    [
        pytest.param(
            [fast(users=100), found("errors", 0, "1", users=100), found("duration", 900, "s", users=100)],
            True,
            id="all of one run",
        ),
        pytest.param(
            [fast(users=100), found("errors", 0, "1", users=1), found("duration", 900, "s", users=100)],
            False,
            id="the errors are of another run",
        ),
        pytest.param(
            [fast(users=100), found("errors", 0, "1"), found("duration", 900, "s")],
            True,
            id="what says nothing of the load belongs to every run",
        ),
        pytest.param(
            [
                fast(users=100),
                fast(users=200),
                found("errors", 0, "1"),
                found("duration", 450, "s", users=100),
                found("duration", 450, "s", users=200),
            ],
            False,
            id="two runs are not one of twice the length",
        ),
    ],
)
def test_figures_are_met_within_one_run(findings: list[Finding], shown: bool) -> None:
    by = reads(*RUN, same=["users"])
    assert proven(by, file(*findings)) == proven(by, file(*reversed(findings))) == (4 if shown else 2)


def test_what_no_figure_reads_makes_no_run() -> None:
    """Else a file would meet `every` in a run of findings about something else."""
    by = reads("every errors <= 0.01", same=["users"])
    mixed = [found("errors", 0, "1"), found("errors", 0.5, "1", users=1)]
    assert proven(by, file(*mixed)) == proven(by, file(*mixed, found("duration", 1, "s", users=7))) == 2


def test_without_same_the_whole_file_is_one_run() -> None:
    findings = [fast(users=100), found("errors", 0, "1", users=1), found("duration", 900, "s", users=7)]
    assert proven(reads(*RUN), file(*findings)) == 4


# ---- several items


ORIGINAL: Final = "score >= 0.5 with model = original"
TUNED: Final = "score >= 0.7 with model = tuned"


def score_of(model: str, value: float, **said: Any) -> Evidence:
    """An evaluation of one model."""
    return file(found("x.score", value, "1", model=model), **said)


@pytest.mark.parametrize(
    ("items", "level_proven"),
    [
        pytest.param([score_of("original", 0.5)], 2, id="one piece of two"),
        pytest.param([score_of("original", 0.5), score_of("tuned", 0.7)], 4, id="both, in two files"),
        pytest.param(
            [file(found("a.score", 0.5, "1", model="original"), found("a.score", 0.7, "1", model="tuned"))],
            4,
            id="both in one file",
        ),
        pytest.param(
            [score_of("original", 0.5, grade=DEMONSTRATED), score_of("tuned", 0.7)], 3, id="the lowest grade counts"
        ),
        pytest.param(
            [score_of("original", 0.5, grade=DEMONSTRATED), score_of("original", 0.6), score_of("tuned", 0.7)],
            4,
            id="of those that are needed",
        ),
        pytest.param(
            [score_of("original", 0.5, days_old=91), score_of("tuned", 0.7)], 3, id="after ageing: one has lapsed"
        ),
        pytest.param([score_of("original", 0.5, days_old=None), score_of("tuned", 0.7)], 2, id="one is undated"),
        pytest.param(
            [score_of("original", 0.5, withdrawn=withdrawal()), score_of("tuned", 0.7)], 2, id="one is withdrawn"
        ),
        pytest.param(
            [score_of("original", 0.5, withdrawn=withdrawal(confirmed_by=None)), score_of("tuned", 0.7)],
            2,
            id="or its withdrawal waits",
        ),
        pytest.param(
            [score_of("original", 0.5, confirmed_by=None), score_of("tuned", 0.7)], 2, id="one nobody confirmed"
        ),
        pytest.param(
            [score_of("original", 0.5, confirmed_by=None, read_grade=MEASURED), score_of("tuned", 0.7)],
            4,
            id="not confirmed, and read as measured",
        ),
        pytest.param(
            [score_of("original", 0.5, kind="calculation"), score_of("tuned", 0.7)], 2, id="one is a calculation"
        ),
        pytest.param(
            [score_of("original", 0.5, kind="document", grade=DOCUMENTED), score_of("tuned", 0.7)],
            2,
            id="one is a document",
        ),
        pytest.param([score_of("original", 0.5, kind="figure"), score_of("tuned", 0.7)], 4, id="one is typed in"),
    ],
)
def test_a_level_needs_every_piece(items: list[Evidence], level_proven: int) -> None:
    by = rules(shows(4, ORIGINAL, TUNED))
    assert proven(by, *items) == proven(by, *reversed(items)) == level_proven


def test_alternatives_for_a_level_and_lower_levels_stand_beside_each_other() -> None:
    by = rules(shows(3, ORIGINAL), shows(4, TUNED), shows(4, "errors <= 0"))
    assert proven(by, score_of("original", 0.5)) == 3
    assert proven(by, score_of("tuned", 0.7)) == 4
    assert proven(by, file(found("errors", 0, "1"))) == 4


def hours(number: float, **said: Any) -> Evidence:
    """A test of so many hours, of one model unless another is named."""
    model = {"model": name} if (name := said.pop("model", "m")) else {}
    return file(found("duration", number, "h", month=said.pop("month", "2026-10"), **model), **said)


@pytest.mark.parametrize(
    ("items", "level_proven"),
    [
        pytest.param([hours(10)], 4, id="one is long enough"),
        pytest.param([hours(5)], 2, id="one is too short"),
        pytest.param([hours(5), hours(5)], 4, id="two together are long enough"),
        pytest.param([hours(5), hours(5, model="other")], 2, id="of two models, they do not agree"),
        pytest.param([hours(5), hours(5, model=None)], 4, id="one that names no model disagrees with none"),
        pytest.param(
            [hours(2, model=None), hours(4), hours(4, model="other")], 2, id="those that it agrees with must agree too"
        ),
        pytest.param([hours(5), hours(5, grade=DEMONSTRATED)], 3, id="the lowest grade of those used"),
        pytest.param([hours(5), hours(5), hours(5, grade=ASSERTED)], 4, id="and not of those that are spare"),
        pytest.param([hours(5, sha256="a" * 64), hours(5, sha256="a" * 64)], 2, id="the same file twice is one"),
        pytest.param([hours(5, sha256="a" * 64), hours(5, sha256="A" * 64)], 2, id="however its digest is written"),
        pytest.param([hours(5, sha256="a" * 64), hours(5, sha256="b" * 64)], 4, id="two files are two"),
        pytest.param(
            [hours(5, sha256="a" * 64), hours(10, sha256="a" * 64)], 4, id="of two readings of a file, the larger"
        ),
    ],
)
def test_several_items_meet_a_piece_together(items: list[Evidence], level_proven: int) -> None:
    by = reads("total duration >= 36000", together=["model"])
    assert proven(by, *items) == proven(by, *reversed(items)) == level_proven


def test_where_the_piece_does_not_say_so_items_are_not_taken_together() -> None:
    assert proven(reads("total duration >= 36000"), hours(5), hours(5)) == 2


def test_different_values_are_counted_over_the_items_taken_together() -> None:
    by = reads("different month of duration >= 2", together=[])
    assert proven(by, hours(1), hours(1)) == 2
    assert proven(by, hours(1), hours(1, month="2026-11")) == 4


def test_the_runs_of_one_item_are_taken_together_too_and_what_belongs_to_all_of_them_counts_once() -> None:
    by = reads("p95 latency <= 1000", "total duration >= 900", same=["users"], together=[])
    two_runs = [fast(users=100), fast(users=200)]
    assert proven(by, file(*two_runs, found("duration", 450, "s"))) == 2
    assert proven(by, file(*two_runs, *(found("duration", 450, "s", users=each) for each in (100, 200)))) == 4


def test_items_taken_together_need_not_agree_on_what_no_figure_reads() -> None:
    by = reads("total duration >= 36000", together=["model"])
    noted = [file(found("duration", 5, "h"), found("errors", 0, "1", model=model)) for model in ("one", "another")]
    assert proven(by, *noted) == 4


def test_a_file_of_thousands_of_runs_is_read_in_as_many_steps() -> None:
    """Were each run to look at all that belongs to every run, this would take minutes."""
    by = reads(*RUN, same=["users"], together=["model"])
    runs = [fast(users=users, model=f"m{users}") for users in range(1, 3000)]
    beside = [found("errors", 0, "1", task=f"t{task}") for task in range(3000)]
    assert proven(by, file(*runs, *beside, found("duration", 900, "s"))) == 4
