"""When one option has paid for itself against another: in months, in hours of use, and as a share of what it can do.

Sources: payback as machines' price over what is saved an hour, Lenovo Press LP2225 (2025) and LP2368 (2026-02-04);
against prices by the token, Pan, Chodnekar, Roy and Wang, "A Cost-Benefit Analysis of On-Premise LLM Deployment"
(arXiv 2509.18101, 2025); as a share of use, Rogers, Uptime Institute, "Sweat dedicated GPU clusters to beat cloud on
cost" (2025-01-30).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.calculators.outlay import HOURS_OF_A_MONTH, MONTHS, Load, Outlay, capacity_millions, outlay
from app.calculators.ownership import ApiOption, CloudOption, HybridOption, Option, OwnedOption
from app.calculators.term import Source

LONGEST_MONTHS: Final = 600
"""Beyond fifty years nothing is said any more."""

PAYBACK: Final = Source(
    title="Lenovo Press LP2368, On-Premise vs Cloud: Generative AI Total Cost of Ownership (2026 edition)",
    url="https://lenovopress.lenovo.com/lp2368-on-premise-vs-cloud-generative-ai-total-cost-of-ownership-2026-edition",
    date="2026-02-04",
)
BY_TOKEN: Final = Source(
    title="Pan, Chodnekar, Roy and Wang: A Cost-Benefit Analysis of On-Premise Large Language Model Deployment",
    url="https://arxiv.org/abs/2509.18101",
    date="2025-11-11",
)
IN_USE: Final = Source(
    title="Rogers, Uptime Institute: Sweat dedicated GPU clusters to beat cloud on cost",
    url="https://journal.uptimeinstitute.com/sweat-dedicated-gpu-clusters-to-beat-cloud-on-cost/",
    date="2025-01-30",
)


_Fixed = OwnedOption | CloudOption


@dataclass(frozen=True, slots=True)
class Crossing:
    """From when on one option has cost no more than another, or in words why there is no such time."""

    months: Decimal | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """At what use one option costs what another does, or in words why there is no such use."""

    share: Decimal | None = None
    million_tokens_per_month: Decimal | None = None
    note: str | None = None
    formula: str | None = None


def months_until_cheaper(own: Outlay, other: Outlay) -> Crossing:
    """From which month on what was paid for the one stays at or below what was paid for the other.

    Payments as they fall due: purchases at the start of their year, the rest evenly within it; nothing is discounted,
    and what is paid or got back at the end is left out. Beyond the years compared the last year goes on.
    """
    months = _crossing(own, other)
    years = own.years
    if months is None or months > LONGEST_MONTHS:
        until = _crossing(other, own)
        if until and until <= MONTHS * years:
            return Crossing(None, f"costs less only until month {until:.1f}")
        return Crossing(None, "never: it costs as much or more each month" if months is None else "not in fifty years")
    if months > MONTHS * years:
        return Crossing(months, f"after the {MONTHS * years} months compared, if the last year goes on")
    return Crossing(months)


def _crossing(own: Outlay, other: Outlay) -> Decimal | None:
    gap, found, slope = Decimal(0), None, Decimal(0)
    parts = zip(own.capital_by_year, other.capital_by_year, own.running_by_year, other.running_by_year, strict=True)
    for year, (bought, bought_there, paid, paid_there) in enumerate(parts):
        begins = Decimal(MONTHS * year)
        gap += bought - bought_there
        slope = (paid - paid_there) / MONTHS
        end = gap + slope * MONTHS
        if gap <= 0 and found is None:
            found = begins
        if end > 0:
            found = None
        elif gap > 0:
            found = begins + gap / -slope
        gap = end
    if found is None and slope < 0:
        found = MONTHS * own.years + gap / -slope
    return found


def use_at_which_equal(option: Option, other: Option, served: tuple[Load, ...], staff_cost: Decimal | None) -> Use:
    """The use at which both cost the same over the years, what machines bring when sold included.

    Both costs are straight lines in use: by the hour against what is paid by the hour (use 1: every hour of the month),
    by the token against what is paid by the token (use 1: all that the units can write in the hours stated). The demand
    is that of the first year throughout, and the units stay as they are.
    """
    if isinstance(option, HybridOption):
        return Use(note="a mixture has no one use")
    if isinstance(option, ApiOption) or (isinstance(option, CloudOption) and option.commitment == "on-demand"):
        return Use(note="it is paid as it is used")
    units = outlay(option, served[:1], staff_cost).units[0]
    first = served[0]
    if isinstance(other, ApiOption):
        return _by_token(option, other, first, len(served), staff_cost, units)
    if isinstance(other, CloudOption) and other.commitment == "on-demand":
        return _by_hour(option, other, first, len(served), staff_cost, units)
    return Use(note=f"{other.name} costs the same however much it is used")


def _by_hour(option: _Fixed, other: CloudOption, load: Load, years: int, staff_cost: Decimal | None, units: int) -> Use:
    there = outlay(other, (load,), staff_cost).units[0]

    def cost(each: CloudOption | OwnedOption, pinned: int, hours: Decimal) -> Decimal:
        used = Load(hours, Decimal(0), None, None)
        return outlay(each, (used,) * years, staff_cost, pinned=pinned).total

    full = HOURS_OF_A_MONTH
    idle = cost(option, units, Decimal(0)) - cost(other, there, Decimal(0))
    busy = cost(option, units, full) - cost(other, there, full)
    share, note = _zero(idle, busy)
    if share is not None and share > 1:
        return Use(note="not even when used every hour of the month")
    return Use(share=share, note=note, formula=_told(idle, busy))


def _by_token(option: _Fixed, other: ApiOption, load: Load, years: int, staff_cost: Decimal | None, units: int) -> Use:
    if not load.output_millions:
        return Use(note="state the tokens: without them nothing can be said of a price by the token")
    able = capacity_millions(option, Decimal(units), load.hours)
    scale = Decimal(1) if able is None else able / load.output_millions

    def gap(times: Decimal) -> Decimal:
        used = (load.part(times, hours=False),) * years
        return outlay(option, used, staff_cost, pinned=units).total - outlay(other, used, staff_cost).total

    idle, busy = gap(Decimal(0)), gap(scale)
    share, note = _zero(idle, busy)
    if share is None:
        return Use(note=note)
    tokens = share * scale * load.millions
    if able is None:
        return Use(million_tokens_per_month=tokens, note="how fast a unit is was not stated, so there is no share")
    if share > 1:
        return Use(million_tokens_per_month=tokens, note="more than the units can write in these hours")
    return Use(share, tokens, formula=_told(idle, busy))


def _zero(at_nothing: Decimal, at_full: Decimal) -> tuple[Decimal | None, str | None]:
    """Where a straight line through the differences without use and in full use meets zero."""
    if at_nothing <= 0:
        return (Decimal(0), None) if at_full <= 0 else (None, "it costs less only while hardly used")
    if at_full >= at_nothing:
        return None, "never: each hour or token of use costs as much or more"
    return at_nothing / (at_nothing - at_full), None


def _told(idle: Decimal, busy: Decimal) -> str:
    return f"over the years {idle:,.2f} dearer if never used, {-busy:,.2f} cheaper in full use: the first over both"
