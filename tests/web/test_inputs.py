"""Forms made from schemas: what is typed is read as people write it, shown again as it was, and never breaks."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from starlette.datastructures import FormData

from app.calculators import CALCULATORS, read_input
from app.errors import Problem
from app.web.calculators import inputs_of
from app.web.inputs import Inputs, Rows
from app.web.schema import of_a_whole
from app.web.typed import posted, typed_of

SCHEMA: dict[str, Any] = {
    "required": ["size"],
    "properties": {
        "size": {"type": "number", "title": "Size", "exclusiveMinimum": 0, "unit": "currency a month"},
        "share": {
            "type": "number",
            "title": "Share",
            "default": 0.5,
            "minimum": 0,
            "maximum": 1,
            "usual": "0.4 to 0.6",
        },
        "count": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 4096}, {"type": "null"}], "default": None},
        "flag": {"type": "boolean", "default": False, "title": "Flag"},
        "known": {"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": None, "title": "Known"},
        "kind": {"enum": ["on-demand", "reserved"], "labels": {"reserved": "round the clock"}, "title": "Kind"},
        "values": {"type": "array", "items": {"type": "number"}, "title": "Values"},
        "currency": {"type": "string", "default": "EUR", "title": "Currency"},
        "sites": {
            "type": "array",
            "title": "Sites",
            "items": {"$ref": "#/$defs/Site"},
        },
    },
    "$defs": {
        "Site": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "title": "Name"}}}
    },
}
INPUTS = Inputs(of_a_whole(SCHEMA))


def typed(**given: str) -> dict[str, Any]:
    return posted(FormData([(f"given.{name.replace('__', '.')}", text) for name, text in given.items()]))


def entries(**given: str) -> dict[str, Any]:
    return {each.name: each for section in INPUTS.form(typed(**given)).sections for each in section.parts}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("4200", "4200"),
        (" 4,200 ", "4200"),
        ("4 200", "4200"),
        ("4\u202f200.5", "4200.5"),
        ("4'200", "4200"),
        ("−3", "-3"),
        ("12 %", "0.12"),
        ("0.5%", "0.005"),
        ("4,20", "4,20"),  # neither a thousand nor a figure: it is refused as it stands
        ("fast", "fast"),
    ],
)
def test_a_figure_is_read_as_people_write_it(text: str, read: str) -> None:
    assert INPUTS.plain(typed(size=text)) == {"size": read}


def test_what_is_blank_or_stands_there_anyway_is_left_out() -> None:
    assert INPUTS.plain(typed(size="1", share="0.5", count="", flag="no", known="", currency="EUR", values=" ")) == {
        "size": "1"
    }


def test_yes_no_and_lists_are_read() -> None:
    given = typed(size="1", flag="yes", known="no", values="1\n2,000; 3\t4")
    assert INPUTS.plain(given) == {"size": "1", "flag": True, "known": False, "values": ["1", "2000", "3", "4"]}


def test_a_field_says_its_unit_its_limits_and_what_is_usual() -> None:
    shown = entries(size="250000")
    assert shown["given.size"].unit == "EUR a month"
    assert shown["given.size"].value == "250,000"
    assert shown["given.size"].limits == "More than 0"
    assert shown["given.size"].needed
    assert shown["given.share"].usual == "0.4 to 0.6"
    assert shown["given.count"].limits == "1 to 4,096"
    assert shown["given.kind"].options == {"on-demand": "on demand", "reserved": "round the clock"}
    assert shown["given.known"].options == {"": "Left open", "yes": "Yes", "no": "No"}


def test_sums_are_in_the_currency_that_was_typed() -> None:
    assert entries(currency="NOK")["given.size"].unit == "NOK a month"


def test_rows_are_counted_anew_when_one_is_gone() -> None:
    given = typed(size="1", sites__3__name="Oslo", sites__7__name="Porto")
    assert INPUTS.plain(given)["sites"] == [{"name": "Oslo"}, {"name": "Porto"}]
    (rows,) = (part for section in INPUTS.form(given).sections for part in section.parts if isinstance(part, Rows))
    assert [row.title for row in rows.rows] == ["Oslo", "Porto"]
    assert [row.parts[0].name for row in rows.rows] == ["given.sites.0.name", "given.sites.1.name"]


def test_a_problem_stands_at_its_field_and_in_a_sentence() -> None:
    given = typed(size="1", sites__0__name="")
    form = INPUTS.form(given, [Problem("sites.0.name", "must not be empty"), Problem("size", "must be more than 0")])
    assert [(each.where, each.message) for each in form.problems] == [
        ("given.sites.0.name", "Number 1, name: must not be empty"),
        ("given.size", "Size: must be more than 0"),
    ]


def test_a_problem_whose_path_names_a_kind_stands_at_its_field_too() -> None:
    given = typed_of({"options": [{"kind": "owned", "name": "x"}]})
    form = inputs_of("tco").form(given, [Problem("options.0.owned.price_per_unit", "this is missing")])
    assert form.problems[0].where == "given.options.0.price_per_unit"


@pytest.mark.parametrize("name", CALCULATORS)
def test_an_example_comes_through_its_form_as_it_was(name: str) -> None:
    example = CALCULATORS[name].example
    assert read_input(name, inputs_of(name).plain(typed_of(example))) == read_input(name, example)


STEPS = some.sampled_from(["", "0", "1", "7", "model", "options", "own", "overflow", "kind", "nodes", "name", "x"])
NAMES = some.lists(STEPS, max_size=5).map(lambda steps: ".".join(["given", *steps]))
TEXTS = some.text(max_size=20) | some.sampled_from(["[", "{}", "[{}]", "hybrid", "owned", "1,000", "5 %", "a: b"])


@given(some.sampled_from(sorted(CALCULATORS)), some.lists(some.tuples(NAMES, TEXTS), max_size=12))
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_is_read_and_shown_again(name: str, sent: list[tuple[str, str]]) -> None:
    tree = posted(FormData([*sent]))
    inputs = inputs_of(name)
    plain = inputs.plain(tree)
    assert isinstance(plain, dict)
    assert inputs.form(tree, [Problem("options.0.x", "x"), Problem("", "y")]).problems
