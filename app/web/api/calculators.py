"""Calculators: figures in place of opinions, the same as the command gives. Nothing is kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, RootModel

from app.calculators import CALCULATORS, Calculator, calculator, plain
from app.records.calculations import Worked, work_out
from app.web.access import MayRead, ToCalculate, ToRead
from app.web.api.body import AsJson
from app.web.api.described import shown_as

router = APIRouter(tags=["calculators"])

CalculatorName = Annotated[str, Path(description=f"A calculator: {', '.join(CALCULATORS)}.", examples=["federated"])]
FEDERATED = {
    "nodes": [
        {"name": "Hamburg", "uplink_mbit_s": 50, "downlink_mbit_s": 100},
        {"name": "Porto", "uplink_mbit_s": 10, "downlink_mbit_s": 50},
    ],
    "parameters_b": 7,
    "rounds": 20,
}
_NAMED = {
    "name": "federated",
    "title": "Federated learning",
    "answers": "How much is sent in a round, how long does it take, and who is waited for?",
}


class CalculatorLine(BaseModel):
    """A calculator and the question that it answers."""

    name: str
    title: str
    answers: str

    model_config = shown_as(_NAMED)


class CalculatorList(BaseModel):
    """The calculators that there are."""

    calculators: list[CalculatorLine]

    model_config = shown_as({"calculators": [_NAMED]})


class CalculatorShown(CalculatorLine):
    """A calculator with the JSON Schemas of its input and its output."""

    input: dict[str, Any]
    output: dict[str, Any]

    model_config = shown_as({**_NAMED, "input": {"type": "object"}, "output": {"type": "object"}})


class Inputs(RootModel[dict[str, Any]]):
    """The inputs, as the calculator's schema names them; what is left out or null takes its default."""

    model_config = shown_as(FEDERATED)


class Result(RootModel[dict[str, Any]]):
    """What it comes to, as the calculator's schema names it; `terms` say how each figure came about."""

    model_config = shown_as({"bytes_per_round": 28000000000, "bottleneck": "Porto", "terms": []})


def _worked(_: Annotated[None, MayRead], name: CalculatorName, body: Annotated[Inputs, AsJson]) -> Worked:
    return work_out(name, body.root)


@router.get("/calculators", summary="List the calculators")
def list_calculators(_: ToRead) -> CalculatorList:
    """List the calculators, each with the question that it answers."""
    return CalculatorList(calculators=[_line(each) for each in CALCULATORS.values()])


@router.get("/calculators/{name}", summary="Show a calculator's schemas")
def show_calculator(_: ToRead, name: CalculatorName) -> CalculatorShown:
    """Show a calculator with the schemas of its input and its output: units, ranges, defaults and their sources."""
    chosen = calculator(name)
    schemas = chosen.schemas
    return CalculatorShown(**dict(_line(chosen)), input=dict(schemas["input"]), output=dict(schemas["output"]))


@router.post("/calculators/{name}", summary="Calculate")
def calculate(worked: Annotated[Worked, Depends(_worked)], _: ToCalculate) -> Result:
    """Calculate. Inputs and result are those of `readyroom calculate`; nothing is kept."""
    return Result(plain(worked.output))


def _line(each: Calculator) -> CalculatorLine:
    return CalculatorLine(name=each.name, title=each.title, answers=each.answers)
