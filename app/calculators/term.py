"""What every calculator says beside its figures: how each came about, where it comes from, how far to trust it."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.told import Told
from app.errors import Problem, Unreadable
from app.finding import Finding, Scalar


class Source(BaseModel):
    """Where a figure or a formula can be looked up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(description="author and title, or the page as it calls itself")
    url: str | None = Field(default=None, description="where it can be read; empty where it is not on the web")
    date: str | None = Field(default=None, description="as the source states it: a year, a month or a day")


class Term(BaseModel):
    """One step of a calculation: the formula in words, with the figures put in, and what it came to."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(description="the figure's name as the output or the formula uses it")
    title: str = Field(description="as people call it")
    formula: str = Field(description="how it came about, with the figures put in")
    value: Scalar = Field(description="what it came to; money as a decimal text")
    unit: str | None = Field(default=None, description="in plain words, or a currency's code")
    source: Source | None = Field(default=None, description="where the formula or the figure comes from")


class CalculatorInput(BaseModel):
    """What a calculator is given. What is not finite or not known by name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CalculatorOutput(BaseModel):
    """What a calculator gives: finite figures and the terms that they came from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # The best grade that the result can be as evidence: an estimate is no measurement.
    grade: ClassVar[str] = "documented"

    terms: tuple[Term, ...] = Field(description="how each figure came about, in the order of working")

    def findings(self) -> tuple[Finding, ...]:
        """The result as the same coin that artefacts pay; each calculator says which of its figures count."""
        raise NotImplementedError

    def told(self) -> Told:
        """The result as people read it; each calculator says what comes first."""
        raise NotImplementedError


def misfit(*problems: tuple[str, str]) -> Unreadable:
    """What is raised where inputs, each possible by itself, do not go together: (field, what would be accepted)."""
    return Unreadable("This cannot be calculated.", [Problem(where, message) for where, message in problems])
