"""FOCUS 1.x: cost and usage of any provider as CSV, in the columns of the FinOps Open Cost and Usage Specification."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from app.evidence.columns import columns, rows
from app.evidence.content import Content
from app.evidence.figures import finding, words
from app.evidence.money import (
    Bill,
    Charge,
    amount,
    bill_findings,
    bill_remarks,
    currency,
    nothing,
    nothing_billed,
    only_day,
    period,
)
from app.evidence.reading import Reading

_NEEDED = {"BilledCost", "EffectiveCost", "BillingCurrency", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory"}
_USUAL = {"ListCost", "BillingPeriodStart", "BillingPeriodEnd", "ServiceCategory", "ServiceName"}
_AI = "ai and machine learning"
# Accelerators' own names and the providers' instance families that carry them.
_GPU = re.compile(
    r"\b(GPU|A10G?|A100|H100|H200|B200|GB200|L4|L40S?|V100|T4|MI\d{3}X?|TPU|Inferentia\d?|Trainium\d?"
    r"|p[3-6][a-z]*\.\d*x?large|g[4-6][a-z]*\.\d*x?large|N[CDV]\d+\w*)\b"
)


def recognises(file: Content, /) -> bool:
    """Whether the head has the columns that every version of FOCUS has."""
    names = set(columns(file))
    return names >= _NEEDED and len(names & _USUAL) >= 3


def read(file: Content, /) -> Reading:
    """Billed and effective cost by currency, its parts, the share that carries tags, and the period."""
    names = columns(file)
    table = rows(file, ["BilledCost", "BillingCurrency"])
    bills: dict[str, Bill] = defaultdict(Bill)
    without_currency = 0
    categories: Counter[str] = Counter()
    for at, row in enumerate(table, start=2):
        charge = _charge(row, f"row {at}", names)
        unit = currency(row["BillingCurrency"])
        categories[words(row.get("ChargeCategory", ""))] += 1
        if unit is None:
            without_currency += 1
        else:
            bills[unit].add(charge)
    nothing_billed(bills, "BilledCost")
    used = [row for row in table if row.get("ChargeCategory", "").lower() == "usage"] or table
    covered = period(
        (row.get("ChargePeriodStart") for row in table),
        (row.get("ChargePeriodEnd") for row in used),
        (row.get("BillingPeriodStart") for row in table),
        (row.get("BillingPeriodEnd") for row in table),
    )
    findings = bill_findings(bills, covered, "BilledCost")
    for category, count in sorted(categories.most_common(10)):
        findings += finding("charges", count, "{row}", statistic="count", attributes={"charge_category": category})
    remarks = bill_remarks(bills, covered, without_currency)
    if any(name == "gpu" for bill in bills.values() for name, _ in bill.parts):
        remarks.append("Which rows are for accelerators is told by their wording: a guess, not a column.")
    months = {row.get("BillingPeriodStart") for row in table}
    if len(months) > 1:
        remarks.append(f"The rows belong to {len(months)} billing periods.")
    return Reading(
        kind="focus-csv",
        title="FOCUS cost and usage",
        tool="FOCUS",
        version=_version(set(names)),
        observed_on=covered.observed_on,
        grade="measured",
        findings=tuple(findings),
        remarks=tuple(remarks),
    )


def _charge(row: Mapping[str, str], where: str, names: Sequence[str]) -> Charge:
    parts: dict[str, str] = {"charge_category": words(row.get("ChargeCategory", ""))}
    provider = next((row[name] for name in ("ProviderName", "Provider", "ServiceProviderName") if row.get(name)), None)
    if not nothing(provider):
        parts["provider"] = words(provider)
    if row.get("ServiceCategory", "").strip().lower() == _AI:
        parts["service_category"] = words(row["ServiceCategory"])
    wording = " ".join(row.get(name, "") for name in ("SkuPriceDetails", "ResourceType", "ChargeDescription"))
    if _GPU.search(wording):
        parts["gpu"] = "told by the wording"
    tags = row.get("Tags")
    start = row.get("ChargePeriodStart")
    month = row.get("BillingPeriodStart", "")[:7]
    return Charge(
        billed=amount(row["BilledCost"], where, "BilledCost"),
        effective=amount(row.get("EffectiveCost"), where, "EffectiveCost"),
        month=month if re.fullmatch(r"\d{4}-\d{2}", month) else None,
        day=only_day(start, row.get("ChargePeriodEnd")) if row.get("ChargeCategory", "").lower() == "usage" else None,
        tagged=None if "Tags" not in names else not nothing(tags) and str(tags).strip() != "{}",
        parts=parts,
    )


def _version(names: set[str]) -> str:
    """The version that the columns belong to: no file states it."""
    if "ServiceProviderName" in names:
        return "1.3" if names & {"ProviderName", "PublisherName"} else "1.4"
    if names & {"InvoiceId", "BillingAccountType", "SubAccountType", "PricingCurrency"}:
        return "1.2"
    if names & {"CapacityReservationId", "CommitmentDiscountQuantity", "ServiceSubcategory", "SkuMeter"}:
        return "1.1"
    if names & {"ChargeSubcategory", "Provider", "Publisher", "Region"}:
        return "1.0-preview"
    return "1.0"
