"""What somebody else's comparison states, held against what follows from its own figures."""

from decimal import Decimal
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.calculators.money import Amount, plain
from app.calculators.term import CalculatorInput
from app.wording import Line

Figure = Literal[
    "capex",
    "opex",
    "total",
    "cost_per_month",
    "cost_per_million_tokens",
    "break_even_months",
    "break_even_hours",
    "break_even_utilisation",
    "saving_share",
]
TOLERANCE: Final = Decimal("0.01")
"""Of the stated figure: what rounding on the way may come to."""


class Statement(CalculatorInput):
    """One thing that a comparison says."""

    option: Line = Field(title="Option", description="whose figure it is, by the name given above")
    figure: Figure | Literal["cheapest", "never_breaks_even"] = Field(
        title="Figure",
        description="a figure of the result; cheapest: it costs least; never_breaks_even: it never pays for itself",
    )
    against: Line | None = Field(
        default=None, title="Against", description="the option compared with, if not the reference"
    )
    value: Decimal | None = Field(
        default=None,
        title="Stated",
        description="as it is stated, with as many places; a share as 0 to 1",
        ge=-(10**15),
        le=10**15,
        allow_inf_nan=False,
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.value is None) != (self.figure in ("cheapest", "never_breaks_even")):
            raise ValueError(f"{self.figure} takes {'a value' if self.value is None else 'no value'}")
        return self


class Check(BaseModel):
    """A statement and what came out here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    option: str
    figure: str
    against: str | None
    stated: str
    found: str = Field(description="what follows from the figures, or in words why there is none")
    off_by: Amount | None = Field(default=None, description="stated less found, as a share of what was found")
    agrees: bool = Field(description="whether the one is the other, rounding aside")


def checked(statement: Statement, found: Decimal | None, why_none: str | None) -> Check:
    """A stated figure held against the one found: equal to its last place, or to within one in a hundred."""
    stated = statement.value or Decimal(0)
    if found is None:
        told, agrees, off = why_none or "there is none", False, None
    else:
        exponent = stated.as_tuple().exponent
        place = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
        agrees = abs(found - stated) <= max(place / 2, TOLERANCE * abs(stated))
        told, off = plain(found), None if found == 0 else round((stated - found) / abs(found), 4)
    return Check(
        option=statement.option,
        figure=statement.figure,
        against=statement.against,
        stated=plain(stated),
        found=told,
        off_by=off,
        agrees=agrees,
    )
