"""Figures in place of opinions. Pure: an input in, an output with its terms out.

Adding a calculator is one module with `Input`, `Output` and `calculate`, and one line in the list below. A module is
imported when its calculator is first used, so that a list of them costs nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from app.calculators.facts import document
from app.calculators.spelling import in_our_words, meant, values
from app.calculators.term import CalculatorInput, CalculatorOutput
from app.errors import NotFound, Problem, Unreadable, problems_in

_FORM = re.compile(r"[\[(]|^str$|^[A-Z]")  # how pydantic names one of several forms; no field is named so
_DEEPEST = 20  # levels of an input; none needs half of that


@dataclass(frozen=True)
class Calculator:
    """One calculator as the doors know it: its names, and where it stands."""

    name: str
    title: str
    answers: str  # the question that it answers, in a sentence

    @property
    def input(self) -> type[CalculatorInput]:
        """What it is given."""
        given: type[CalculatorInput] = self._module.Input
        return given

    @property
    def output(self) -> type[CalculatorOutput]:
        """What it gives."""
        result: type[CalculatorOutput] = self._module.Output
        return result

    @property
    def calculate(self) -> Callable[[Any], CalculatorOutput]:
        """From the one to the other."""
        function: Callable[[Any], CalculatorOutput] = self._module.calculate
        return function

    @property
    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """The JSON Schemas of its input, with the example, and its output."""
        return {
            "input": {**self.input.model_json_schema(mode="validation"), "examples": [dict(self.example)]},
            "output": self.output.model_json_schema(mode="serialization"),
        }

    @property
    def example(self) -> Mapping[str, Any]:
        """An input that makes sense, in plain values: what a form opens with."""
        found: Mapping[str, Any] = document("examples.yaml")[self.name]
        return found

    @cached_property
    def _module(self) -> ModuleType:
        return import_module(f"{__name__}.{self.name}")


_LIST = (
    ("capacity", "Capacity", "How many accelerators does this model need, and how fast will it answer?"),
    ("fleet", "Fleet", "Which of our machines can serve this model, and what keeps the others from it?"),
    ("tco", "Cost of ownership", "What do the ways to run it cost over the years, and when does one pay for itself?"),
    ("budget", "API budget", "How likely is the budget to run out, and in which month?"),
    ("placement", "Placement", "What do we serve ourselves, and what goes to the cloud at the peak?"),
    ("federated", "Federated learning", "How much is sent in a round, how long does it take, and who is waited for?"),
    ("privacy", "Differential privacy", "How much can be learnt about one person from the trained model?"),
    ("productivity", "Productivity", "Do the figures carry the gain that was promised, and a change in staff?"),
)
CALCULATORS: Mapping[str, Calculator] = {name: Calculator(name, title, answers) for name, title, answers in _LIST}


def calculator(name: str) -> Calculator:
    """The calculator of that name.

    Raises:
        NotFound: there is none; says which there are.
    """
    if name not in CALCULATORS:
        raise NotFound(f"There is no calculator '{name}'. There are {', '.join(CALCULATORS)}.")
    return CALCULATORS[name]


def read_input(name: str, given: Mapping[str, Any]) -> CalculatorInput:
    """The input of a calculator from plain values, as JSON or a form has them; null means left out.

    Raises:
        NotFound: there is no such calculator.
        Unreadable: with every problem found, each with its field and what would be accepted.
    """
    model = calculator(name).input
    plain_values = in_our_words(name, _without_nothing(given))
    try:
        return model.model_validate(plain_values)
    except ValidationError as error:
        raise Unreadable("The input cannot be read.", _problems(error, model, plain_values)) from None


def plain(output: CalculatorOutput) -> dict[str, Any]:
    """A result as JSON has it, the same for the command, the API and what is kept: its figures, then how they came."""
    values = output.model_dump(mode="json")
    return {**{key: value for key, value in values.items() if key != "terms"}, "terms": values["terms"]}


def _without_nothing(given: Any, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise Unreadable(f"The input is nested deeper than {_DEEPEST} levels.")
    if isinstance(given, Mapping):
        return {key: _without_nothing(value, depth + 1) for key, value in given.items() if value is not None}
    if isinstance(given, list | tuple):
        return [_without_nothing(each, depth + 1) for each in given]
    return given


def _problems(error: ValidationError, model: type[CalculatorInput], given: Any) -> tuple[Problem, ...]:
    """What is wrong, at the paths that the input has; of a field that takes a text or an object, the one given."""
    found: list[dict[str, Any]] = []
    for each in error.errors(include_url=False, include_input=False):
        path = _path(each["loc"], given)
        if path is None or (each["type"] == "too_short" and any(other["loc"][: len(path)] == path for other in found)):
            continue  # a list is too short only because what stands in it is wrong
        found.append({**each, "loc": path})
    schema = _schema(model)
    return tuple(
        Problem(said.where, said.message + _hint(schema, given, each))
        for said, each in zip(problems_in(found), found, strict=True)
    )


@cache
def _schema(model: type[CalculatorInput]) -> Mapping[str, Any]:
    return model.model_json_schema(mode="validation")


def _hint(schema: Mapping[str, Any], given: Any, problem: Mapping[str, Any]) -> str:
    """The field that was probably meant by one that is not there; the words that one that is missing takes."""
    if problem["type"] == "extra_forbidden" and (near := meant(schema, given, problem["loc"])):
        return f"; is {' or '.join(near)} meant?"
    if problem["type"] == "missing" and (words := values(schema, given, problem["loc"])):
        return f": it takes {', '.join(map(repr, words))}"
    return ""


def _path(loc: tuple[int | str, ...], given: Any) -> tuple[int | str, ...] | None:
    """A problem's path without the names of the forms that a value can have; None: of a form that it does not have."""
    path: list[int | str] = []
    at = given
    for number, part in enumerate(loc, start=1):
        unknown = isinstance(at, Mapping) and part not in at and not _FORM.search(str(part))
        if unknown and (number < len(loc) or part == at.get("kind")):
            continue  # the kind of an option, which pydantic names beside its place
        if isinstance(part, str) and _FORM.search(part):
            if isinstance(at, Mapping) == ("str" in part):
                return None
            continue
        path.append(part)
        at = at.get(part) if isinstance(at, Mapping) else at[part] if _holds(at, part) else None
    return tuple(path)


def _holds(at: Any, part: int | str) -> bool:
    return isinstance(at, list) and isinstance(part, int) and part < len(at)
