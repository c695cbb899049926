"""What a calculator came to with some inputs: worked out before a transaction opens, and as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from app.calculators import calculator, plain, read_input
from app.calculators.term import CalculatorOutput
from app.calculators.told import Figure
from app.errors import Refused
from app.readiness.canonical import LARGEST, canonical, sha256_of
from app.records.kept import FINDINGS

MOST_CHARACTERS: Final = 2_000_000  # of inputs and result together, as JSON
MAIN_FIGURES: Final = 6  # of those that a result is told with: reports print them

FIGURES: TypeAdapter[tuple[Figure, ...]] = TypeAdapter(tuple[Figure, ...])


@dataclass(frozen=True, slots=True)
class Worked:
    """A calculation that is done."""

    calculator: str
    inputs: Mapping[str, Any]  # as JSON has them, and no others than were given: a result says what it assumed
    output: CalculatorOutput


def work_out(name: str, inputs: Mapping[str, Any]) -> Worked:
    """Calculate, before a transaction is open.

    Args:
        name: the calculator's.
        inputs: as JSON or a form has them; what is left out or null takes its default.

    Raises:
        NotFound: there is no such calculator.
        Unreadable: the inputs are impossible or do not go together, each with its field.
    """
    given = read_input(name, inputs)
    return Worked(name, given.model_dump(mode="json", exclude_unset=True), calculator(name).calculate(given))


def columns_of(worked: Worked, *, by: UUID, at: datetime) -> dict[str, Any]:
    """A calculation as the columns of a scenario.

    Raises:
        Refused: it is too long to keep.
    """
    result, told = _exact(plain(worked.output)), worked.output.told()
    inputs = _exact(worked.inputs)
    text = content(worked.calculator, inputs, result)
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"Inputs and result are longer than the {MOST_CHARACTERS:,} characters that are kept.")
    return {
        "calculator": worked.calculator,
        "inputs": inputs,
        "result": result,
        "findings": FINDINGS.dump_python(worked.output.findings(), mode="json", exclude_none=True),
        "told": {
            "sentence": told.sentence,
            "figures": FIGURES.dump_python(told.figures[:MAIN_FIGURES], mode="json", exclude_none=True),
        },
        "product": version("readyroom"),
        "sha256": sha256_of(text),
        "worked_out_by": by,
        "worked_out_at": at,
    }


def _exact(value: Any) -> Any:
    """Plain values with whole numbers that not every reader of JSON takes for the same as what they are near to."""
    if isinstance(value, Mapping):
        return {key: _exact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(each) for each in value]
    return float(value) if isinstance(value, int) and abs(value) > LARGEST else value


def content(name: str, inputs: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """A calculation in its canonical form, which its digest is of."""
    return canonical({"calculator": name, "inputs": inputs, "result": result})
