"""Studies of people's work by their published summary figures, as inputs of the productivity calculator."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.calculators.facts import document
from app.calculators.term import Source


@dataclass(frozen=True, slots=True)
class Study:
    """A published study, as an input."""

    title: str
    source: Source
    given: Mapping[str, Any]


@cache
def published_studies() -> Mapping[str, Study]:
    """Studies by their published summary figures, by a short name."""
    return {
        key: Study(row["title"], Source.model_validate(row["source"]), row["input"])
        for key, row in document("productivity.yaml")["studies"].items()
    }
