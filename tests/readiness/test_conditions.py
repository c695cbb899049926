"""Conditions: how they are written, when they hold, and what a blank field does."""

from typing import Any

import pytest

from app.readiness.condition import can_hold, parse
from tests.make import profile


@pytest.mark.parametrize(
    ("text", "said", "holds"),
    [
        ("data any {personal, trade-secret}", {"data": {"personal", "public"}}, True),
        ("data any {personal, trade-secret}", {"data": {"public"}}, False),
        ("users only {staff}", {"users": {"staff"}}, True),
        ("users only {staff}", {"users": {"staff", "public"}}, False),
        ("users only {staff, public}", {"users": {"staff"}}, True),
        ("data none of {personal, special-category}", {"data": {"public", "internal"}}, True),
        ("data none of {personal, special-category}", {"data": {"public", "personal"}}, False),
        ("risk_class in {high, unclassified}", {"risk_class": "unclassified"}, True),
        ("risk_class in {high, unclassified}", {"risk_class": "limited"}, False),
        ("autonomy = act-alone", {"autonomy": "act-alone"}, True),
        ("autonomy = act-alone", {"autonomy": "assist"}, False),
        ("tools = yes", {"tools": True}, True),
        ("tools = yes", {"tools": False}, False),
        ("tools = no", {"tools": False}, True),
        ("parameters_b >= 100", {"parameters_b": 100.0}, True),
        ("parameters_b >= 100", {"parameters_b": 99.9}, False),
        ("parameters_b >= 0.5", {"parameters_b": 0.5}, True),
        ("sector = health", {"sector": "health"}, True),
        ("tools = yes and retrieval = yes", {"tools": True, "retrieval": False}, False),
        ("tools = yes and retrieval = yes", {"tools": True, "retrieval": True}, True),
        ("tools = yes or retrieval = yes", {"tools": False, "retrieval": True}, True),
        # `and` binds closer: (no and no) or yes; not no and (no or yes)
        ("tools = yes and retrieval = yes or federated = yes", {"federated": True}, True),
        ("federated = yes or tools = yes and retrieval = yes", {"federated": True}, True),
        ("federated = yes or tools = yes and retrieval = yes", {"tools": True}, False),
    ],
)
def test_a_condition_holds(text: str, said: dict[str, Any], holds: bool) -> None:
    stated = {key: frozenset(value) if isinstance(value, set) else value for key, value in said.items()}
    condition = parse(text)
    assert condition.holds(profile(**stated)) is holds
    assert condition.holds(profile(**stated), blank=False) is holds


BLANK = {
    "data": frozenset[str](),
    "users": frozenset[str](),
    "risk_class": None,
    "autonomy": None,
    "tools": None,
    "parameters_b": None,
    "sector": "",
}


@pytest.mark.parametrize(
    "text",
    [
        "data any {personal}",
        "users only {staff}",
        "data none of {personal}",
        "risk_class in {high}",
        "autonomy = act-alone",
        "tools = no",
        "parameters_b >= 100",
        "sector = health",
        "data any {personal} and tools = yes",
    ],
)
def test_a_blank_field_counts_as_it_is_told(text: str) -> None:
    condition = parse(text)
    assert condition.holds(profile(**BLANK)), "a blank never makes a question go away"
    assert condition.holds(profile(**BLANK), blank=True)
    assert not condition.holds(profile(**BLANK), blank=False)


def test_a_blank_field_decides_for_itself_alone() -> None:
    condition = parse("tools = yes and retrieval = yes")
    assert condition.holds(profile(tools=None, retrieval=True))
    assert not condition.holds(profile(tools=None, retrieval=False))


def test_it_prints_as_it_was_written() -> None:
    text = "data any {personal,  trade-secret} and  tools = yes"
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("colour any {red}", "colour", id="a field that no profile has"),
        pytest.param("data any {secret}", "secret", id="a value that the field has not"),
        pytest.param("data any {}", "data", id="no value"),
        pytest.param("autonomy = alone", "alone", id="a choice that the field has not"),
        pytest.param("tools = true", "true", id="a flag takes yes and no"),
        pytest.param("data = personal", "data", id="a set is not one value"),
        pytest.param("autonomy any {assist}", "autonomy", id="one value is no set"),
        pytest.param("data >= 3", "data", id="a set is no number"),
        pytest.param("parameters_b = 70", "parameters_b", id="a number is compared by >= alone"),
        pytest.param("parameters_b >= many", "many", id="not a number"),
        pytest.param("go_live = 2027-01-01", "go_live", id="a date is not compared"),
        pytest.param("(tools = yes)", "tools", id="brackets"),
        pytest.param("not tools = yes", "tools", id="a negation"),
        pytest.param("tools = yes and", "", id="a joint without its second part"),
        pytest.param("tools = yes & retrieval = yes", "", id="a joint that is none"),
        pytest.param("data any personal", "data", id="a set without braces"),
        pytest.param("parameters_b > 70", "parameters_b", id="a sign that there is not"),
    ],
)
def test_it_refuses(text: str, names: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    assert names in str(refused.value)


@pytest.mark.parametrize(
    ("texts", "can"),
    [
        (["data any {personal}", "data any {trade-secret}"], True),
        (["data any {personal}", "data none of {personal}"], False),
        (["users only {staff}", "users any {public}"], False),
        (["autonomy = assist", "autonomy = act-alone"], False),
        (["tools = yes", "tools = no"], False),
        (["tools = yes", "tools = no or retrieval = yes"], True),
        (["parameters_b >= 100", "parameters_b >= 30"], True),
    ],
)
def test_conditions_can_hold_together(texts: list[str], can: bool) -> None:
    assert can_hold([parse(text) for text in texts]) is can
