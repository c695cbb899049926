"""Azure cost details as CSV: of an enterprise agreement or a customer agreement, actual or amortised."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from app.evidence.columns import columns, rows
from app.evidence.content import Content
from app.evidence.figures import day, finding, words
from app.evidence.money import (
    Bill,
    Charge,
    Period,
    amount,
    bill_findings,
    bill_remarks,
    currency,
    nothing,
    nothing_billed,
    one_of,
)
from app.evidence.reading import Reading

_COST = ("costInBillingCurrency", "Cost", "preTaxCost")
_CURRENCY = ("BillingCurrency", "BillingCurrencyCode", "Currency")
_MARKS = {
    "metercategory",
    "metersubcategory",
    "metername",
    "meterid",
    "chargetype",
    "subscriptionid",
    "consumedservice",
}
_AI = re.compile(r"openai|cognitive services|machine learning|foundry|\bai\b", re.IGNORECASE)
_GPU = re.compile(r"\bN[CDV][A-Za-z0-9]*\b")


def recognises(file: Content, /) -> bool:
    """Whether the head has meters, a type of charge, a cost and its currency."""
    names = columns(file)
    lower = {name.lower() for name in names}
    if not {"metercategory", "chargetype", "date"} <= lower or len(lower & _MARKS) < 4:
        return False
    return one_of(names, *_COST) is not None and one_of(names, *_CURRENCY) is not None


def read(file: Content, /) -> Reading:
    """The cost by currency, its parts, the share that carries tags, and the period."""
    names = columns(file)
    cost, unit = one_of(names, *_COST) or "Cost", one_of(names, *_CURRENCY) or "BillingCurrency"
    named = {name.lower(): name for name in names}
    table = rows(file, [cost, unit])
    bills: dict[str, Bill] = defaultdict(Bill)
    without_currency = 0
    kinds: Counter[str] = Counter()
    dates = {each: day(each) for each in {row.get(named["date"], "") for row in table}}
    for at, row in enumerate(table, start=2):
        stated = {lower: row.get(name, "") for lower, name in named.items() if lower in _READ}
        kind = stated["chargetype"]
        kinds[words(kind)] += 1
        on = dates[row.get(named["date"], "")]
        code = currency(row[unit])
        if code is None:
            without_currency += 1
            continue
        bills[code].add(
            Charge(
                billed=amount(row[cost], f"row {at}", cost),
                month=None if on is None else f"{on:%Y-%m}",
                day=on if kind.lower() == "usage" else None,
                tagged=None if "tags" not in named else not nothing(stated["tags"]) and stated["tags"].strip() != "{}",
                parts=_parts(stated),
            )
        )
    nothing_billed(bills, cost)
    unread = sum(each is None for each in dates.values())
    covered = _period([] if unread else [each for each in dates.values() if each is not None], table, named)
    findings = bill_findings(bills, covered, cost)
    for each, count in sorted(kinds.most_common(12)):
        findings += finding("charges", count, "{row}", statistic="count", attributes={"charge_type": each})
    remarks = bill_remarks(bills, covered, without_currency)
    if unread:
        remarks.append("Some days are not written as month/day/year or year-month-day: no day is taken from the file.")
    if kinds["Purchase"]:
        remarks.append(
            "There are purchases, so this is actual cost: what was bought ahead stands on the day it was bought."
        )
    else:
        remarks.append(
            "The file does not say whether it is actual or amortised cost; the two differ for the same month."
        )
    return Reading(
        kind="azure-cost-csv",
        title="Azure cost details",
        tool="Azure Cost Management",
        observed_on=covered.observed_on,
        grade="measured",
        findings=tuple(findings),
        remarks=tuple(remarks),
    )


_READ = {"chargetype", "tags", "metercategory", "metersubcategory", "metername", "servicefamily"}


def _parts(stated: dict[str, str]) -> dict[str, str]:
    parts = {"charge_type": words(stated["chargetype"])}
    category = stated.get("metercategory", "")
    if category:
        parts["meter_category"] = words(category)
    if _AI.search(category) or _AI.search(stated.get("servicefamily", "")):
        parts["service_category"] = "AI and Machine Learning"
    if _GPU.search(stated.get("metersubcategory", "")) or _GPU.search(stated.get("metername", "")):
        parts["gpu"] = "told by the meter's name"
    return parts


def _period(days: Sequence[date], table: Sequence[Mapping[str, str]], named: Mapping[str, str]) -> Period:
    """From the first charge to the last; the billing period's stated end is part of it."""
    starts, ends = (
        sorted(found for each in {row.get(named.get(name, "")) for row in table} if (found := day(each)) is not None)
        for name in ("billingperiodstartdate", "billingperiodenddate")
    )
    return Period(
        _midnight(min(days, default=None)),
        _midnight(max(days, default=None), after=True),
        _midnight(ends[-1] if ends else None, after=True),
        _midnight(starts[0] if starts else None),
    )


def _midnight(on: date | None, *, after: bool = False) -> datetime | None:
    if on is None or on == date.max:
        return None
    return datetime.combine(on + timedelta(days=1) if after else on, time(), UTC)
