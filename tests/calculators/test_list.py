"""The list of calculators: what the command, the API and the pages are made from."""

import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from app.calculators import CALCULATORS, calculator, read_input
from app.calculators.term import CalculatorInput, CalculatorOutput
from app.errors import NotFound, Unreadable

# What scripts read; the names may not change.
PROMISED = {
    "capacity": (
        {"model", "precision", "accelerator", "accelerator_count", "tensor_parallel", "pipeline_parallel"}
        | {"input_tokens", "output_tokens", "concurrency"},
        {"fits", "memory_gb", "output_tokens_per_second", "ttft_ms", "tpot_ms", "max_concurrency", "bound_by"}
        | {"error_band"},
    ),
    "fleet": ({"inventory", "need"}, {"hosts", "share_usable", "missing"}),
}


def test_there_are_eight() -> None:
    assert list(CALCULATORS) == [
        "capacity",
        "fleet",
        "tco",
        "budget",
        "placement",
        "federated",
        "privacy",
        "productivity",
    ]


@pytest.mark.parametrize("name", CALCULATORS)
def test_each_has_an_input_an_output_and_schemas(name: str) -> None:
    one = calculator(name)
    assert issubclass(one.input, CalculatorInput)
    assert issubclass(one.output, CalculatorOutput)
    assert callable(one.calculate)
    assert one.title
    assert one.answers.endswith("?")
    for schema in one.schemas.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", PROMISED)
def test_what_scripts_read_is_there(name: str) -> None:
    given, result = PROMISED[name]
    assert given <= set(calculator(name).input.model_fields)
    assert result <= set(calculator(name).output.model_fields)


def test_every_field_of_an_input_says_what_it_is() -> None:
    for one in CALCULATORS.values():
        silent = [name for name, field in one.input.model_fields.items() if not (field.title or field.description)]
        assert not silent, one.name


def test_a_calculator_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="There are capacity, fleet"):
        calculator("horoscope")


def test_null_means_left_out_and_a_wrong_field_is_named() -> None:
    given = read_input("capacity", {"model": "llama-3.1-8b", "accelerator": "l4", "concurrency": None})
    assert given == read_input("capacity", {"model": "llama-3.1-8b", "accelerator": "l4"})
    with pytest.raises(Unreadable) as refused:
        read_input("capacity", {"accelerator": "l4", "input_tokens": "many"})
    assert [str(each) for each in refused.value.problems] == [
        "model: this is missing",
        "input_tokens: must be a whole number",
    ]


def test_an_input_nested_without_end_is_refused() -> None:
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    with pytest.raises(Unreadable, match="nested deeper"):
        read_input("capacity", {"model": deep})


def test_the_list_costs_nothing_until_a_calculator_is_used() -> None:
    heavy = ("numpy", "scipy", "app.calculators.capacity")
    program = f"import sys, app.calculators; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("model", "problems"),
    [
        (5, ["model: must be text"]),
        ({"parameters_b": 0}, ["model.parameters_b: must be more than 0.0"]),
        ({"layers": 3}, ["model.parameters_b: this is missing"]),
    ],
)
def test_a_field_that_takes_a_text_or_an_object_says_what_is_wrong_with_the_one_given(
    model: object, problems: list[str]
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_input("capacity", {"model": model, "accelerator": "l4"})
    assert [str(each) for each in refused.value.problems] == problems
    with pytest.raises(Unreadable) as refused:
        read_input("fleet", {"inventory": "accel_model\nL4\n", "need": {"model": model}})
    assert [str(each) for each in refused.value.problems] == [f"need.{each}" for each in problems]


def test_a_problem_of_an_option_stands_at_its_place() -> None:
    option = {"kind": "hybrid", "name": "both", "own": {"kind": "owned"}, "overflow": {"kind": "api"}, "own_share": 0.5}
    with pytest.raises(Unreadable) as refused:
        read_input("tco", {"options": [option]})
    assert {each.where for each in refused.value.problems} >= {"options.0.own.price_per_unit"}
