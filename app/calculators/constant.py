"""Figures that a calculator starts from, each with its source, out of a YAML table of `facts`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.calculators.facts import document
from app.calculators.term import Source


@dataclass(frozen=True, slots=True)
class Constant:
    """One figure: what it is, and where it comes from."""

    value: float
    title: str
    source: Source


@cache
def constants(name: str) -> Mapping[str, Constant]:
    """The figures of a table such as `placement.yaml`, by name."""
    return {
        key: Constant(float(row["value"]), row["title"], Source.model_validate(row["source"]))
        for key, row in document(name)["constants"].items()
    }


@cache
def sources(name: str) -> Mapping[str, Source]:
    """The works that the formulas of a calculator come from, by a short name."""
    return {key: Source.model_validate(row) for key, row in document(name)["sources"].items()}
