"""All pilots of an organisation as one value, gates first: what a steering committee decides on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from app.report.model import Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotStanding:
    """One pilot on the scale that all of them share."""

    name: str
    about: str  # what kind of pilot it is, in a line; "" where nothing is stated
    verdict: str  # go, conditional, no-go, not-assessed
    verdict_title: str
    claimed: Percent | None
    proven: Percent | None
    gates: Mapping[str, int]  # how many stand in each state, by its key; those that do not apply are left out
    in_the_way: str  # the most decisive reason
    notes: tuple[str, ...] = ()  # what else asks for a look: changes, contradictions, new wordings
    effort: Literal["go", "path", "no path", "not worked out"]
    effort_days: Decimal | None = None  # of work to a Go; None unless there is a path
    go_live: date | None = None
    stop: str | None = None  # why it stands on the stop list; None where it does not
    monthly_budget: Decimal | None = None  # as stated
    monthly_value: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The pilots in the order in which they are to be read."""

    organisation: str
    confidentiality: str
    as_of: date
    lead: str  # the sentence above them
    selection: str = ""  # which of them, and in which order, in words; "" where it is all of them
    pilots: tuple[PilotStanding, ...]
