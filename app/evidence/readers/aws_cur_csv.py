"""AWS Cost and Usage Report as CSV: the legacy names (lineItem/UnblendedCost) and those of CUR 2.0 and Athena."""

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

_AI = {"amazonbedrock", "amazonsagemaker", "amazonq"}
_GPU = re.compile(r"\b(p[2-6][a-z]*|g[3-7][a-z]*|trn\d[a-z]*|inf\d|dl\d[a-z]*)\.\d*x?large\b")
# Fees and taxes are dated over the whole month, begun or not.
_NOT_USED_BY_DAY = {"Tax", "Fee", "RIFee", "SavingsPlanUpfrontFee", "SavingsPlanRecurringFee", "Credit", "Refund"}


def _snake(name: str) -> str:
    """A legacy name as CUR 2.0 writes it: lineItem/UnblendedCost is line_item_unblended_cost."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("/", "_")).lower()


def recognises(file: Content, /) -> bool:
    """Whether the head has the unblended cost and the type of a line item."""
    names = {_snake(name) for name in columns(file)}
    return {"line_item_unblended_cost", "line_item_line_item_type"} <= names


def read(file: Content, /) -> Reading:
    """The unblended cost of all line items by currency, its parts and the period."""
    names = {_snake(name): name for name in columns(file)}
    cost, unit = names["line_item_unblended_cost"], names.get("line_item_currency_code", "lineItem/CurrencyCode")
    table = rows(file, [cost, unit])
    tags = [name for snake, name in names.items() if snake.startswith("resource_tags")]
    bills: dict[str, Bill] = defaultdict(Bill)
    without_currency = 0
    kinds: Counter[str] = Counter()
    for at, row in enumerate(table, start=2):
        stated = {snake: row.get(name, "") for snake, name in names.items() if snake in _READ}
        charge = _charge(stated, f"row {at}", [row.get(name, "") for name in tags])
        kinds[words(stated["line_item_line_item_type"])] += 1
        code = currency(row[unit])
        if code is None:
            without_currency += 1
        else:
            bills[code].add(charge)
    nothing_billed(bills, cost)
    kind = names["line_item_line_item_type"]
    used = [row for row in table if row.get(kind) not in _NOT_USED_BY_DAY] or table
    covered = period(
        (row.get(names.get("line_item_usage_start_date", "")) for row in table),
        (row.get(names.get("line_item_usage_end_date", "")) for row in used),
        (row.get(names.get("bill_billing_period_start_date", "")) for row in table),
        (row.get(names.get("bill_billing_period_end_date", "")) for row in table),
    )
    findings = bill_findings(bills, covered, cost)
    for each, count in sorted(kinds.most_common(12)):
        findings += finding("charges", count, "{row}", statistic="count", attributes={"line_item_type": each})
    remarks = bill_remarks(bills, covered, without_currency)
    invoice = names.get("bill_invoice_id")
    if invoice is not None and any(nothing(row.get(invoice)) for row in table):
        remarks.append("There are rows without an invoice number: the bill is not final.")
    if not tags:
        remarks.append("The report has no columns of resource tags: what is attributed to whom cannot be told.")
    return Reading(
        kind="aws-cur-csv",
        title="AWS Cost and Usage Report",
        tool="AWS Cost and Usage Report",
        version="2.0" if "line_item_unblended_cost" in names.values() else "legacy",
        observed_on=covered.observed_on,
        grade="measured",
        findings=tuple(findings),
        remarks=tuple(remarks),
    )


_READ = {
    "line_item_unblended_cost",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_usage_start_date",
    "bill_billing_period_start_date",
}


def _charge(stated: Mapping[str, str], where: str, tags: Sequence[str]) -> Charge:
    kind, product = stated["line_item_line_item_type"], stated.get("line_item_product_code", "")
    parts: dict[str, str] = {}
    if product:
        parts["product"] = words(product)
    if product and kind == "Usage":
        parts["product_usage"] = words(product)
    if kind == "Tax":
        parts["line_item_type"] = "Tax"
        if product:
            parts["product_tax"] = words(product)
    if product.lower() in _AI:
        parts["service_category"] = "AI and Machine Learning"
    if _GPU.search(stated.get("line_item_usage_type", "")):
        parts["gpu"] = "told by the instance type"
    month = stated.get("bill_billing_period_start_date", "")[:7]
    used = only_day(stated.get("line_item_usage_start_date"), stated.get("line_item_usage_end_date"))
    return Charge(
        billed=amount(stated["line_item_unblended_cost"], where, "the unblended cost"),
        month=month if re.fullmatch(r"\d{4}-\d{2}", month) else None,
        day=None if kind in _NOT_USED_BY_DAY else used,
        tagged=None if not tags else any(not nothing(each) and each.strip() != "{}" for each in tags),
        parts=parts,
    )
