"""What tables of people's work show: before and after, two groups, delivery by the month."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.readers import productivity_csv
from app.evidence.spread import of_groups, of_pairs, student_quantile
from tests.evidence.mutated import borne
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value


def table(head: str, *rows: str) -> str:
    return "\n".join([head, *rows])


PAIRED = table(
    "who,minutes_before,minutes_after,on", "Jane Doe,10,8,2026-11-03", "b,20,19,2026-11-05", "c,30,,2026-11-04"
)


def test_pairs_with_a_gap_are_left_out_and_counted() -> None:
    reading = read(PAIRED)
    assert (reading.kind, reading.grade, reading.observed_on) == ("productivity-csv", "demonstrated", date(2026, 11, 5))
    assert value(reading, "trial.measure", "mean", arm="before") == 15
    assert value(reading, "trial.measure", "mean", arm="after") == 13.5
    assert value(reading, "trial.difference", "mean", n=2, dropped=1) == -1.5
    assert value(reading, "trial.difference", "p50") == -1.5
    assert value(reading, "trial.relative_change", "mean") == -0.1
    assert value(reading, "trial.lower_after_share") == 1
    assert findings(reading, "trial.difference", "mean")[0].unit == "min"
    assert findings(reading, "trial.relative_change", "mean")[0].attributes["measured_in"] == "min"
    assert findings(reading, "trial.difference", "mean")[0].attributes["days"] == 3
    assert said(reading, "1 of 3 rows have a gap")
    assert said(reading, "fewer than 10 values")
    assert "Jane" not in repr(reading)


def test_the_one_time_that_was_taken_is_told_from_times_that_may_be_parts() -> None:
    one = read(table("group,minutes,solved", "control,9,1", "pilot,8,1", "control,7,0", "pilot,6,1"))
    assert {each.unit for each in one.findings if each.attributes.get("only_time")} == {"min"}
    parts = read(table("group,draft_minutes,review_minutes", "control,9,1", "pilot,8,2", "control,7,3", "pilot,6,4"))
    assert not any("only_time" in each.attributes for each in parts.findings)
    guessed = read(table("group,minutes,estimated_minutes", "control,9,1", "pilot,8,1", "control,7,2", "pilot,6,1"))
    assert {each.attributes["measure"] for each in guessed.findings if each.attributes.get("only_time")} == {"minutes"}


def test_an_interval_across_zero_shows_nothing() -> None:
    reading = read(table("a_before,a_after", "10,9", "20,24", "30,28"))
    assert findings(reading, "trial.difference", "mean", interval_excludes_zero=False)
    assert said(reading, "not the same as no effect")


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("before;after", ("34,5;28,0", "1.041,0;35,5")),
        ("Minuten vorher\tMinuten nachher", ("34,5\t28,0", "1041,0\t35,5")),
        ("time (pre),time (post)", ("34.5,28", '"1,041.0",35.5')),
        ("with_ai_minutes,without_ai_minutes", ("28,34.5", "35.5,1041")),
    ],
)
def test_numbers_may_have_decimal_commas_and_thousands(head: str, rows: tuple[str, ...]) -> None:
    reading = read("\ufeff" + "\r\n".join([head, *rows]))
    assert value(reading, "trial.measure", "mean", arm="before") == 537.75
    assert value(reading, "trial.measure", "mean", arm="after") == 31.75


def test_a_comma_that_may_be_either_is_not_guessed() -> None:
    assert not productivity_csv.recognises(Content("x", b'a_before;a_after\n"1,234";1\n"2,345";2\n'))


GROUPS = table("id,group,seconds,predicted_seconds,note", *(f"{at},{'control' if at % 2 else 'treatment'},{at * 3},{at},=1+1" for at in range(40)))  # fmt: skip  # noqa: E501


def test_groups_are_compared_for_every_column_of_numbers_but_ids() -> None:
    reading = read(GROUPS)
    assert {each.attributes["measure"] for each in reading.findings} == {"seconds", "predicted_seconds"}
    assert value(reading, "trial.difference", "mean", measure="seconds", **{"from": "control", "to": "treatment"}) == -3
    assert findings(reading, "trial.difference", "mean", measure="predicted_seconds", self_reported=True)
    assert said(reading, "what people think")
    assert said(reading, "by chance")
    assert not said(reading, "fewer than 10")


def test_which_of_nought_and_one_is_the_pilot_is_not_guessed() -> None:
    reading = read(table("ai_treatment,hours", "0,3", "1,4", "0,5", "1,7"))
    assert value(reading, "trial.difference", "mean", **{"from": "0", "to": "1"}) == 1.5
    assert said(reading, "Which of 0 and 1 in ai_treatment is the pilot")


@pytest.mark.parametrize(("rate", "stated"), [("0.25", 0.25), ("25", 0.25)])
def test_delivery_figures_show_the_latest_month_and_the_way_there(rate: str, stated: float) -> None:
    text = table(
        "month;Deployment frequency;Lead time (hours);Change failure rate",
        f"2026-10;12;5;{rate}",
        f"2026-09;10;6;{'30' if rate == '25' else '0.3'}",
    )
    reading = read(text)
    assert reading.observed_on == date(2026, 10, 31)
    assert value(reading, "dora.deployments", "latest", period="2026-10") == 12
    assert value(reading, "dora.lead_time", "latest") == 5
    assert findings(reading, "dora.lead_time", "latest")[0].unit == "h"
    assert value(reading, "dora.change_failure_rate", "latest") == stated
    assert value(reading, "dora.change_failure_rate", "change", improving=True, since="2026-09") == pytest.approx(-0.05)


def test_students_interval_is_that_of_the_tables() -> None:
    for degrees, expected in ((1, 12.7062), (2, 4.30265), (10, 2.22814), (30, 2.04227), (1000, 1.96234)):
        assert student_quantile(degrees) == pytest.approx(expected, rel=1e-5)
    assert of_pairs([1.0]).lower is None
    assert of_groups([1.0, 1.0], [2.0, 2.0]).lower is None
    # Welch's own form by hand: means 2 and 5, variances 1 and 4, n 3 and 3.
    welch = of_groups([1, 2, 3], [3, 5, 7])
    assert welch.mean == 3
    assert welch.upper == pytest.approx(3 + student_quantile(50 / 17) * (5 / 3) ** 0.5, rel=1e-9)


NEAR_MISSES = [
    "",
    "a,b",
    "a_before,a_after",
    "a_before,a_after\nx,y\n",
    "a_before,b_after\n1,2\n",
    "group,minutes\ncontrol,3\ncontrol,4\n",
    "group,minutes\nred,3\nblue,4\n",
    "group,minutes\ncontrol,x\ntreatment,y\n",
    "flag,minutes\n0,3\n1,4\n",
    "lead_time,other\n1,2\n",
    "a_before,a_before,a_after\n1,2,3\n",
    "Type,Name,Request Count,Failure Count,Median Response Time\nGET,/,10,1,3\n",
    "name, memory.total [MiB]\nT4, 15360 MiB\n",
    "one line of text, with a comma\nand another, the same\n",
    '{"group": ["control", "treatment"]}',
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_is_no_sample_of_work_is_none(text: str) -> None:
    assert not productivity_csv.recognises(Content("before-after.csv", text.encode()))


def test_a_table_longer_than_people_write_is_left_alone() -> None:
    assert not productivity_csv.recognises(Content("x", b"a_before,a_after\n" + b"1,2\n" * 60_000))
    with pytest.raises(Unreadable):
        productivity_csv.read(Content("x", b"a_before,a_after\n"))


CELLS = st.sampled_from(
    ["", "0", "1", "-3", "1e9", "1,5", "NaN", "inf", "=1", "control", "treatment", "vorher", "nachher", "2026-10",
     "2026-W41", "2026-99", "\u202e", "x" * 300, "999999999999999", "9" * 40]
)  # fmt: skip
HEADS = st.sampled_from(
    ["a_before,a_after,on,b_before,b_after", "group,seconds,id,week,predicted", "month,deployments,lead time,cfr,mttr",
     "ai,x,y,z,w"]
)  # fmt: skip


@given(HEADS, st.lists(st.lists(CELLS, min_size=0, max_size=6), max_size=6))
@settings(max_examples=300, deadline=None)
def test_tables_with_anything_in_their_cells_are_borne(head: str, rows: list[list[str]]) -> None:
    borne(productivity_csv, "\n".join([head, *(",".join(each) for each in rows)]).encode())


Expected = list[tuple[str, str | None, dict[str, Any], float]]


@pytest.mark.parametrize(
    ("path", "observed_on", "expected"),
    [
        (
            "productivity/before-after.csv", date(2026, 10, 17),
            [("trial.measure", "mean", {"arm": "before", "n": 11, "dropped": 1}, 43.7272727),
             ("trial.measure", "mean", {"arm": "after"}, 36.2727273),
             ("trial.relative_change", "mean", {}, -0.170478170),
             ("trial.difference", "p50", {}, -7), ("trial.lower_after_share", None, {}, 10 / 11)],
        ),
        (
            "productivity/treatment-control.csv", date(2026, 10, 25),
            [("trial.measure", "mean", {"measure": "handle_time_s", "arm": "control", "n": 10}, 487.0),
             ("trial.measure", "std", {"measure": "handle_time_s", "arm": "control"}, 80.0069441),
             ("trial.measure", "mean", {"measure": "handle_time_s", "arm": "treatment"}, 419.0),
             ("trial.measure", "std", {"measure": "handle_time_s", "arm": "treatment"}, 61.5449249),
             ("trial.difference", "mean", {"measure": "handle_time_s", "test": "Welch"}, -68),
             ("trial.difference", "ci95_lower", {"measure": "handle_time_s"}, -135.3791467),
             ("trial.difference", "ci95_upper", {"measure": "handle_time_s"}, -0.6208529331),
             ("trial.measure", "count", {"measure": "resolved_first_contact", "arm": "control"}, 5),
             ("trial.measure", "count", {"measure": "resolved_first_contact", "arm": "treatment"}, 8)],
        ),
        (
            "productivity/dora-monthly.csv", date(2026, 10, 31),
            [("dora.deployments", "latest", {"period": "2026-10"}, 17), ("dora.lead_time", "latest", {}, 26.0),
             ("dora.change_failure_rate", "latest", {}, 0.118), ("dora.time_to_restore", "latest", {}, 4.4),
             ("dora.deployments", "change", {"since": "2026-06", "improving": True}, 8),
             ("dora.lead_time", "change", {"improving": True}, -26),
             ("dora.change_failure_rate", "change", {"improving": True}, -0.102),
             ("dora.time_to_restore", "change", {"improving": True}, -5.1)],
        ),
        (
            "productivity/semicolon-formula.csv", None,
            [("trial.measure", "mean", {"arm": "vorher", "n": 2}, 37.75),
             ("trial.measure", "mean", {"arm": "nachher", "n": 2}, 31.75)],
        ),
    ],
)  # fmt: skip
def test_real_samples_of_work(path: str, observed_on: date | None, expected: Expected) -> None:
    reading = inspected("x", sample(path))
    assert (reading.kind, reading.observed_on) == ("productivity-csv", observed_on)
    for metric, statistic, attributes, amount in expected:
        assert value(reading, metric, statistic, **attributes) == pytest.approx(amount, rel=1e-6)
