"""What was billed month by month, and what can be learnt from it: the level, the growth, how far it jumps."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import expm1, log, sqrt
from statistics import fmean, stdev
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from app.calculators.form import shown
from app.calculators.money import LARGEST, Money, exact, plain
from app.calculators.term import CalculatorInput, misfit
from app.finding import Finding

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)

FEWEST: Final = 4
"""Months from which growth is learnt: three steps, the fewest whose spread says anything."""


def _month(given: str) -> str:
    if not _MONTH.fullmatch(given):
        raise ValueError("must be a month such as 2026-10")
    return given


class BilledMonth(CalculatorInput):
    """One month's bill."""

    month: Annotated[str, AfterValidator(_month)] = Field(
        title="Month", description="such as 2026-10", json_schema_extra=shown(main=True)
    )
    amount: Money = Field(title="Billed", json_schema_extra=shown("currency", main=True))


@dataclass(frozen=True, slots=True)
class Course:
    """What the months show: the mean step a month, how sure it is, and how far single steps lie from it."""

    growth: float
    uncertainty: float
    volatility: float
    steps: int


def billed_months(findings: Iterable[Finding], currency: str) -> tuple[BilledMonth, ...]:
    """The months of a bill as a reader found them, in one currency; a last month that is not complete is left out.

    A month in which more was credited than charged counts as 0.

    Raises:
        Unreadable: a month's bill is no sum that can be forecast from.
    """
    kept = list(findings)
    found: dict[str, Decimal] = {}
    for each in kept:
        month = str(each.attributes.get("month"))
        stated = each.metric == "monthly_billed_cost" and each.unit == currency and each.value is not None
        if stated and _MONTH.fullmatch(month):
            found[month] = found.get(month, Decimal(0)) + exact(each.value or 0.0)
    incomplete = any(each.metric == "billed_cost" and each.attributes.get("complete") is False for each in kept)
    months = sorted(found)[: -1 if incomplete else None]
    if any(found[month] > LARGEST for month in months):
        raise misfit(("billed", f"must be {plain(LARGEST)} or less"))
    return tuple(BilledMonth(month=month, amount=max(Decimal(0), found[month])) for month in months)


def in_order(billed: Sequence[BilledMonth]) -> tuple[BilledMonth, ...]:
    """The months, the oldest first.

    Raises:
        Unreadable: a month stands twice, or one between them is missing.
    """
    ordered = tuple(sorted(billed, key=lambda each: each.month))
    numbers = [int(each.month[:4]) * 12 + int(each.month[5:]) for each in ordered]
    for before, after, each in zip(numbers, numbers[1:], ordered[1:], strict=False):
        if after == before:
            raise misfit(("billed", f"{each.month} stands twice"))
        if after > before + 1:
            raise misfit(
                ("billed", f"a month before {each.month} is missing: state each, with 0 where nothing was billed")
            )
    return ordered


def course(billed: Sequence[BilledMonth]) -> Course | None:
    """Growth and jumps out of the logarithms of the steps from month to month; None where the months are too few.

    Source: Hull, "Options, Futures, and Other Derivatives" (11th ed., 2021), section 15.4: volatility as the standard
    deviation of logarithmic changes; the mean of n of them is sure to that over the root of n.
    """
    amounts = [float(each.amount) for each in in_order(billed)]
    if len(amounts) < FEWEST or min(amounts) <= 0:
        return None
    steps = [log(after / before) for before, after in pairwise(amounts)]
    spread = stdev(steps)
    return Course(expm1(fmean(steps)), spread / sqrt(len(steps)), spread, len(steps))
