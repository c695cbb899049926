"""What a bill comes to: sums of decimals by currency, the part that carries tags, and the period that it covers."""

import re
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.errors import Problem, Unreadable
from app.evidence.figures import day, finding, last_day, moment
from app.finding import Finding

_AMOUNT = re.compile(r"[+-]?(\d{1,30}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_NOTHING = {"", "null", "none", "\\n", "n/a"}
_LARGEST = Decimal(10) ** 18
_MOST_PARTS = 40

ACCOUNT = "A bill does not say whether the account is that of production or of a sandbox: whoever attaches it says so."


def nothing(cell: str | None) -> bool:
    """Whether a cell says nothing: it is empty, or holds a word for null as exports from databases write it."""
    return cell is None or cell.strip().lower() in _NOTHING


def amount(cell: str | None, where: str, column: str) -> Decimal | None:
    """A sum of money; None where the cell says nothing, which is not zero.

    Raises:
        Unreadable: it is no number. A sum without it would be wrong.
    """
    if nothing(cell):
        return None
    text = str(cell).strip()
    if _AMOUNT.fullmatch(text):
        value = Decimal(text)
        if abs(value) < _LARGEST:
            return value
    raise Unreadable("The bill cannot be added up.", [Problem(where, f"{column} is not a sum of money")])


def currency(cell: str | None) -> str | None:
    """A currency's three letters; None where the cell holds no such."""
    text = "" if cell is None else cell.strip().upper()
    return text if re.fullmatch(r"[A-Z]{3}", text) else None


@dataclass(slots=True, kw_only=True)
class Charge:
    """One row of a bill, in the words that all of them share."""

    billed: Decimal | None
    effective: Decimal | None = None
    month: str | None = None
    day: date | None = None  # of use, where it is use and told by the day
    tagged: bool | None = None
    parts: Mapping[str, str] = field(default_factory=dict)  # what it is a part of: provider, service_category


@dataclass(slots=True)
class Bill:
    """The charges in one currency, added up."""

    rows: int = 0
    billed: Decimal = Decimal(0)
    unstated: int = 0  # rows without a cost
    effective: Decimal | None = None
    negative: Decimal = Decimal(0)
    negatives: int = 0
    tagged: Decimal = Decimal(0)
    untagged: Decimal = Decimal(0)
    months: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    days: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    parts: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    rows_of: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, charge: Charge) -> None:
        """Add one charge."""
        self.rows += 1
        if charge.effective is not None:
            self.effective = (self.effective or Decimal(0)) + charge.effective
        if charge.billed is None:
            self.unstated += 1
            return
        cost = charge.billed
        self.billed += cost
        if cost < 0:
            self.negative += cost
            self.negatives += 1
        elif charge.tagged:
            self.tagged += cost
        elif charge.tagged is not None:
            self.untagged += cost
        if charge.month is not None:
            self.months[charge.month] += cost
        if charge.day is not None:
            self.days[charge.day] += cost
        for part in charge.parts.items():
            self.parts[part] += cost
            self.rows_of[part] += 1


@dataclass(frozen=True, slots=True)
class Period:
    """What a bill covers: the end is not part of it."""

    start: datetime | None
    end: datetime | None
    billing_end: datetime | None = None
    billing_start: datetime | None = None

    @property
    def observed_on(self) -> date | None:
        """The last day with a charge."""
        return None if self.end is None else last_day(self.end)

    @property
    def complete(self) -> bool | None:
        """Whether the charges reach into the last day of the billing period; None where either is not stated."""
        if self.end is None or self.billing_end is None:
            return None
        return self.end > self.billing_end - timedelta(days=1)

    def whole(self, month: str) -> bool | None:
        """Whether the charges reach from a month's first day (of 2026-10) to its last; None where it cannot be told."""
        if self.start is None or self.end is None:
            return None
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            return None
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return self.start.date() <= first and last_day(self.end) >= last

    def attributes(self) -> dict[str, Any]:
        """As attributes of a finding."""
        stated: dict[str, Any] = {"complete": self.complete}
        if self.start is not None:
            stated["period_start"] = self.start.date().isoformat()
        if self.end is not None:
            stated["period_end"] = last_day(self.end).isoformat()
        if self.billing_start is not None:
            stated["billing_period_start"] = self.billing_start.date().isoformat()
        if self.billing_end is not None:
            stated["billing_period_end"] = last_day(self.billing_end).isoformat()
        if self.start is not None and self.end is not None and self.end > self.start:
            stated["days"] = (last_day(self.end) - self.start.date()).days + 1
        return stated


def only_day(start: object, end: object) -> date | None:
    """The day of a charge; None where its period is longer than one: a month's fee is not the cost of its first day."""
    first, last = moment(start), moment(end)
    if first is not None and last is not None and last - first > timedelta(hours=25):  # the longest day of a year
        return None
    return day(start)


def period(
    starts: Iterable[object],
    ends: Iterable[object],
    billing_starts: Iterable[object] = (),
    billing_ends: Iterable[object] = (),
) -> Period:
    """The period from the first start to the last end, as far as they are moments."""
    first, last, billing_first, billing_last = (
        sorted(found for each in set(given) if (found := moment(each)) is not None)
        for given in (starts, ends, billing_starts, billing_ends)
    )
    return Period(
        first[0] if first else None,
        last[-1] if last else None,
        billing_last[-1] if billing_last else None,
        billing_first[0] if billing_first else None,
    )


def bill_findings(bills: Mapping[str, Bill], covered: Period, column: str, *, part: bool = False) -> list[Finding]:
    """The figures of a bill, by currency. A part of a longer export has a name of its own: none takes it for all."""
    found: list[Finding] = []
    for unit, bill in sorted(bills.items()):
        base = {**covered.attributes(), "rows": bill.rows}
        if part:
            base["complete"] = False
        stated = bill.rows - bill.unstated
        if stated:
            name = "billed_cost_of_a_part" if part else "billed_cost"
            attributes = {**base, "currency": unit, "negative_rows": bill.negatives}
            found += finding(name, float(bill.billed), unit, statistic="sum", where=column, attributes=attributes)
        if part:
            continue
        if bill.effective is not None:
            found += finding("effective_cost", float(bill.effective), unit, statistic="sum", attributes=base)
        found += _parts(bill, unit, column, covered)
        if bill.negatives:
            attributes = {**base, "rows": bill.negatives}
            found += finding(
                "credits_and_corrections", float(bill.negative), unit, statistic="sum", attributes=attributes
            )
        charged = bill.tagged + bill.untagged
        if charged > 0:
            attributes = {**base, "of": "charges above zero"}
            found += finding("tagged_cost", float(bill.tagged), unit, statistic="sum", attributes=attributes)
            found += finding("tagged_cost_share", float(bill.tagged / charged), "1", attributes=attributes)
    return found


def _parts(bill: Bill, unit: str, column: str, covered: Period) -> list[Finding]:
    found: list[Finding] = []
    for month, cost in sorted(bill.months.items())[-_MOST_PARTS:]:
        of = {"month": month, "whole_month": covered.whole(month)}
        found += finding("monthly_billed_cost", float(cost), unit, statistic="sum", attributes=of)
    if bill.days:
        highest = max(bill.days, key=lambda each: (bill.days[each], each))
        attributes = {"day": highest.isoformat(), "days": len(bill.days)}
        most = float(bill.days[highest])
        found += finding("daily_billed_cost", most, unit, statistic="max", where=column, attributes=attributes)
    largest = sorted(bill.parts, key=lambda each: (-abs(bill.parts[each]), each))[:_MOST_PARTS]
    for name, value in sorted(largest):
        part, about = float(bill.parts[name, value]), {name: value, "rows": bill.rows_of[name, value]}
        found += finding(f"billed_cost_by_{name}", part, unit, statistic="sum", where=column, attributes=about)
    return found


def bill_remarks(bills: Mapping[str, Bill], covered: Period, without_currency: int) -> list[str]:
    """What keeps a bill from showing more, in sentences."""
    said: list[str] = []
    unstated = sum(each.unstated for each in bills.values())
    if unstated:
        said.append(f"{unstated:,} rows state no cost; they are left out, not counted as zero.")
    if without_currency:
        said.append(f"{without_currency:,} rows state no currency; they are in no sum.")
    if len(bills) > 1:
        said.append(f"There are {len(bills)} currencies ({', '.join(sorted(bills))}); each has a sum of its own.")
    if covered.end is None:
        said.append("The file does not say when its charges end.")
    elif covered.complete is False:
        said.append(
            "The last charge is before the end of the billing period: the sums are to date, not of a whole period."
        )
    if any(each.billed < 0 for each in bills.values()):
        said.append("Credits and corrections exceed the charges: the sum is below zero.")
    said.append(ACCOUNT)
    return said


def nothing_billed(bills: Mapping[str, Bill], column: str) -> None:
    """Refuse a bill that states no cost in any currency."""
    if not any(each.rows > each.unstated for each in bills.values()):
        raise Unreadable("The bill cannot be added up.", [Problem(column, "no row states a cost and its currency")])


def one_of(names: Sequence[str], *candidates: str) -> str | None:
    """The first of some column names that a table has, whatever their case; as the table writes it."""
    by_case = {name.lower(): name for name in names}
    return next((by_case[each.lower()] for each in candidates if each.lower() in by_case), None)
