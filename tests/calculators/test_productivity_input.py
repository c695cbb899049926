"""What people hand in of their work: columns and tables as text, and what is refused."""

from typing import Any

import pytest

from app.calculators import read_input
from app.calculators.productivity import Input, calculate
from app.calculators.sample import in_text
from app.errors import Unreadable


def asked(**given: Any) -> Input:
    found = read_input("productivity", {"measure": "output-per-time"} | given)
    assert isinstance(found, Input)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "1.5\n2.5\n3",
        "minutes\n1.5\n2.5\n3\n",
        "\ufeffMinuten;\r\n1,5;\r\n2,5;\r\n3;\r\n",
        "1,5; 2,5; 3",
        "1.5\t2.5\t3",
        "1.5, 2.5, 3",
        "1.5 2.5 3",
        '"1.5"\n"2.5"\n"3"',
    ],
)
def test_a_column_may_come_as_text(text: str) -> None:
    assert in_text(text) == (1.5, 2.5, 3)
    assert calculate(asked(before=text, after=[2, 3, 4.0])).n == 6


WIDE = "who,minutes_before,minutes_after\na,10,8\nb,20,\nc,30,25\nd,20,18\n"
LONG = "\ufeffGruppe;Minuten;Zeit\r\nohne;10,5;vorher\r\nohne;9,5;vorher\r\nohne;10;nachher\r\nohne;11;nachher\r\n"
LONG += "mit;10;vorher\r\nmit;11;vorher\r\nmit;7,5;nachher\r\nmit;8;nachher\r\nmit;;nachher\r\n"
WORDS = {"control": "ohne", "treatment": "mit", "before": "vorher", "after": "nachher"}


def test_a_table_may_have_a_column_for_each_sample() -> None:
    columns = {"before": "minutes_before", "after": "minutes_after"}
    given = asked(measure="time-per-task", table={"text": WIDE, "columns": columns}, paired=True)
    assert (given.before, given.after) == ((10, 30, 20), (8, 25, 18))  # a row with a gap is no pair


def test_a_table_may_say_in_words_what_each_value_is() -> None:
    table = {"text": LONG, "value": "Minuten", "arm": "Gruppe", "period": "Zeit", **WORDS}
    given = asked(measure="time-per-task", table=table)
    assert given.control_before == (10.5, 9.5)
    assert given.treatment_after == (7.5, 8)
    assert given.used_design == "difference-in-differences"


def test_the_groups_of_a_table_are_judged_by_themselves() -> None:
    rows = [
        f"{arm},{value + (arm == 'treatment')},{group}"
        for arm in ("control", "treatment")
        for value in (5, 6, 7)
        for group in ("new", "old")
    ]
    table = {"text": "\n".join(["arm,done,tenure", *rows]), "value": "done", "arm": "arm", "group": "tenure"}
    assert [each.name for each in calculate(asked(table=table)).groups] == ["new", "old"]


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"text": WIDE}, "table.columns"),
        ({"text": WIDE, "columns": {"before": "x", "after": "minutes_after"}}, "table.columns.before"),
        ({"text": WIDE, "columns": {"who": "who"}}, "table.columns.who"),
        ({"text": WIDE, "columns": {"before": "who", "after": "minutes_after"}}, "table.text"),
        ({"text": WIDE, "value": "minutes_before"}, "table.arm"),
        ({"text": LONG, "value": "Minuten", "arm": "Gruppe"}, "table.arm"),
        ({"text": "a,b", "value": "a", "arm": "b"}, "table.text"),
        ({"text": "a,b\n1", "value": "a", "arm": "b"}, "table.text"),
        ({"text": ""}, "table.text"),
        ({}, "table.text"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_by_what_does_not(table: dict[str, Any], where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        asked(table=table)
    assert [each.where for each in refused.value.problems] == [where]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "before"),
        ({"before": [], "after": []}, "before"),
        ({"before": [1, 2]}, "after"),
        ({"before": [1], "after": [2, 3]}, "before"),
        ({"before": [5, 5, 5], "after": [5, 5, 5]}, "after"),
        ({"before": [1, 2], "after": [1, 2], "control": [1, 2], "treatment": [1, 2]}, "after"),
        ({"before": [-1, 3], "after": [1, 2]}, "before"),
        ({"before": [0, 0], "after": [1, 2]}, "before"),
        ({"before": ["many", 2], "after": [1, 2]}, "before.0"),
        ({"before": [1, float("inf")], "after": [1, 2]}, "before.1"),
        ({"before": [True, 2], "after": [1, 2]}, "before"),
        ({"before": "1,5\n2,5", "after": [1, 2]}, "before"),
        ({"before": "1;two;3", "after": [1, 2]}, "before"),
        ({"before": [1, 2], "after": [1, 2, 3], "paired": True}, "paired"),
        ({"before": [1, 2], "after": [1, 3], "design": "randomised"}, "design"),
        ({"published": {"change": 0.1}}, "design"),
        ({"published": {"change": -1}, "design": "randomised"}, "published.change"),
        ({"published": {"change": 0.1, "lower": 0.2, "upper": 0.3}, "design": "randomised"}, "published.change"),
        ({"published": {"change": 0.1, "lower": 0.0}, "design": "randomised"}, "published.lower"),
        ({"series": [1, 2, 3, 4, 5, 6, 7, 8]}, "introduced_at"),
        ({"series": [1, 2, 3, 4, 5, 6, 7, 8], "introduced_at": 7}, "introduced_at"),
        ({"series": [1, 2, 3, 0, 5, 6, 7, 8], "introduced_at": 4}, "series"),
        ({"series": [3] * 8, "introduced_at": 4}, "series"),
        ({"before": [1, 2], "after": [1, 3], "planned_headcount_change": 0.2}, "planned_headcount_change"),
        ({"before": [1, 2], "after": [1, 3], "planned_headcount_change": -1}, "planned_headcount_change"),
        ({"before": [1, 2], "after": [1, 3], "promised_gain": -0.2}, "promised_gain"),
        ({"before": [1, 2], "after": [1, 3], "promised_gain": 1, "promised_as": "less-time"}, "promised_gain"),
        ({"before": [1, 2], "after": [1, 3], "quality": [{"name": "score"}]}, "quality.0.before"),
        ({"before": [1, 2], "after": [1, 3], "groups": [{"name": "all", "before": [1, 2]}]}, "groups.0.after"),
        ({"before": [1, 2], "after": [1, 3], "measure": "speed"}, "measure"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(given: dict[str, Any], where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        asked(**given)
    assert where in [each.where for each in refused.value.problems]


def test_samples_are_not_given_twice() -> None:
    columns = {"before": "minutes_before", "after": "minutes_after"}
    with pytest.raises(Unreadable, match="cannot be calculated"):
        asked(table={"text": WIDE, "columns": columns}, before=[1, 2])


def test_what_was_read_is_read_again_as_it_is() -> None:
    columns = {"before": "minutes_before", "after": "minutes_after"}
    given = asked(table={"text": WIDE, "columns": columns})
    assert read_input("productivity", given.model_dump(mode="json")) == given
