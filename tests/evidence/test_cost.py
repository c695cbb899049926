"""What bills show: sums by currency, what is tagged, the period; and what keeps them from showing more."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.readers import aws_cur_csv, azure_cost_csv, focus_csv, openai_usage
from tests.evidence.mutated import as_json, borne, changed
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value

FOCUS = (
    "BilledCost,EffectiveCost,ListCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,"
    "ChargePeriodEnd,ChargeCategory,ServiceCategory,ServiceName,ProviderName,Tags"
)
CUR = (
    "bill/InvoiceId,bill/BillingPeriodStartDate,bill/BillingPeriodEndDate,lineItem/LineItemType,"
    "lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/CurrencyCode,"
    "lineItem/UnblendedCost,resourceTags/user:team"
)
CUR_2 = (
    "bill_invoice_id,bill_billing_period_start_date,bill_billing_period_end_date,line_item_line_item_type,"
    "line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_usage_type,"
    "line_item_currency_code,line_item_unblended_cost,resource_tags"
)
AZURE = (
    "BillingPeriodStartDate,BillingPeriodEndDate,SubscriptionId,Date,MeterId,MeterCategory,MeterSubCategory,MeterName,"
    "Cost,BillingCurrency,ChargeType,Tags"
)
PAGE: dict[str, Any] = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": 1793491200,
            "end_time": 1793577600,
            "results": [{"object": "organization.costs.result", "amount": {"value": 1.5, "currency": "usd"}}],
        }
    ],
    "has_more": False,
}


def focus(*rows: str, head: str = FOCUS) -> str:
    return "\n".join([head, *rows])


def focus_row(
    billed: str = "10",
    *,
    effective: str = "8",
    currency: str = "EUR",
    day: int = 31,
    category: str = "Usage",
    service: str = "Compute",
    tags: str = '"{""team"": ""a""}"',
) -> str:
    end = "2026-11-01" if day == 31 else f"2026-10-{day + 1:02}"
    return (
        f"{billed},{effective},12,{currency},2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,2026-10-{day:02}T00:00:00Z,"
        f"{end}T00:00:00Z,{category},{service},VM,Acme Cloud,{tags}"
    )


def test_a_focus_export_shows_what_was_billed_and_what_was_used() -> None:
    reading = read(focus(focus_row("10.000000000000001", day=1), focus_row("5", tags="NULL"), focus_row("8E-7")))
    assert (reading.kind, reading.version, reading.grade) == ("focus-csv", "1.0", "measured")
    assert reading.observed_on == date(2026, 10, 31)
    assert value(reading, "billed_cost", "sum") == pytest.approx(15.000000800000001)
    assert value(reading, "effective_cost", "sum") == 24
    assert value(reading, "tagged_cost_share") == pytest.approx(10.0000008 / 15.0000008)
    assert value(reading, "monthly_billed_cost", "sum", month="2026-10") == pytest.approx(15.0000008)
    assert value(reading, "daily_billed_cost", "max", day="2026-10-01") == pytest.approx(10)
    billed = findings(reading, "billed_cost", "sum")[0]
    assert billed.unit == "EUR"
    assert billed.attributes["complete"] is True
    assert billed.attributes["days"] == 31
    assert billed.attributes["billing_period_end"] == "2026-10-31"


def test_a_month_in_progress_is_to_date() -> None:
    reading = read(focus(focus_row(day=12)))
    assert findings(reading, "billed_cost", "sum")[0].attributes["complete"] is False
    assert said(reading, "to date")


def test_a_month_is_whole_where_charges_reach_from_its_first_day_to_its_last() -> None:
    whole, begun = (read(focus(focus_row(day=first), focus_row(day=31))) for first in (1, 12))
    assert findings(whole, "monthly_billed_cost", "sum")[0].attributes == {"month": "2026-10", "whole_month": True}
    assert findings(begun, "monthly_billed_cost", "sum")[0].attributes["whole_month"] is False


def test_a_month_that_is_none_is_neither_whole_nor_begun() -> None:
    row = focus_row(day=1).replace("2026-10-01T00:00:00Z,2026-11-01", "2026-13-01T00:00:00Z,2026-11-01", 1)
    assert "whole_month" not in findings(read(focus(row)), "monthly_billed_cost", "sum")[0].attributes


def test_currencies_are_never_added() -> None:
    reading = read(focus(focus_row("1"), focus_row("2", currency="USD"), focus_row("4", currency="USD")))
    assert {each.unit: each.value for each in findings(reading, "billed_cost", "sum")} == {"EUR": 1, "USD": 6}


def test_what_states_no_cost_is_not_zero() -> None:
    for nothing in ("", "NULL", "null", "\\N"):
        reading = read(focus(focus_row("3"), focus_row(nothing)))
        assert value(reading, "billed_cost", "sum") == 3
        assert said(reading, "1 rows state no cost")
        with pytest.raises(Unreadable):
            read(focus(focus_row(nothing)))


def test_credits_may_bring_a_bill_below_zero() -> None:
    reading = read(focus(focus_row("3"), focus_row("-5", category="Credit")))
    assert value(reading, "billed_cost", "sum") == -2
    assert value(reading, "credits_and_corrections", "sum") == -5
    assert said(reading, "below zero")


def test_what_is_for_machine_learning_stands_by_itself() -> None:
    reading = read(focus(focus_row("3"), focus_row("4", service="AI and Machine Learning")))
    assert value(reading, "billed_cost_by_service_category", "sum") == 4


@pytest.mark.parametrize("cost", ["ten", "=1+1", "1,5", "1_000", "0x10", "NaN", "Infinity", "1e400", "1e99999999"])
def test_a_cost_that_is_no_number_makes_no_sum(cost: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(focus(focus_row("1"), focus_row(f'"{cost}"')))
    assert refused.value.problems[0].where == "row 3"


def test_a_bill_that_is_cut_off_is_refused() -> None:
    with pytest.raises(Unreadable, match="cannot be read") as refused:
        read(focus(focus_row(), "10,8,1"))
    assert "cut off" in refused.value.problems[0].message
    with pytest.raises(Unreadable):
        read(FOCUS + "\n")


@pytest.mark.parametrize(
    ("more", "version"),
    [
        ("ChargeClass", "1.0"),
        ("SkuMeter", "1.1"),
        ("InvoiceId", "1.2"),
        ("ServiceProviderName", "1.3"),
        ("ChargeSubcategory", "1.0-preview"),
    ],
)
def test_the_version_of_focus_is_that_of_its_columns(more: str, version: str) -> None:
    assert read(focus(focus_row() + ",x", head=f"{FOCUS},{more}")).version == version


def test_columns_may_stand_in_any_order_quoted_with_a_mark_and_semicolons() -> None:
    names, cells = FOCUS.split(",")[::-1], focus_row(tags="NULL").split(",")[::-1]
    text = "\ufeff" + ";".join(f'"{each}"' for each in names) + "\r\n" + ";".join(cells) + "\r\n"
    assert value(read(text), "billed_cost", "sum") == 10


def cur_row(cost: str = "2.5E-1", *, kind: str = "Usage", product: str = "AmazonBedrock", invoice: str = "") -> str:
    return (
        f"{invoice},2026-10-01T00:00:00.000Z,2026-11-01T00:00:00.000Z,{kind},2026-10-30T00:00:00Z,"
        f"2026-10-31T00:00:00Z,{product},BoxUsage:p5.48xlarge,USD,{cost},blue"
    )


@pytest.mark.parametrize("newer", [False, True])
def test_an_aws_report_shows_unblended_cost_by_either_set_of_names(newer: bool) -> None:
    head = CUR_2 if newer else CUR
    reading = read("\n".join([head, cur_row(), cur_row("0.05", kind="Tax", product="AmazonS3")]))
    assert (reading.kind, reading.version) == ("aws-cur-csv", "2.0" if newer else "legacy")
    assert value(reading, "billed_cost", "sum") == pytest.approx(0.3)
    assert value(reading, "billed_cost_by_line_item_type", "sum", line_item_type="Tax") == pytest.approx(0.05)
    assert value(reading, "billed_cost_by_service_category", "sum") == pytest.approx(0.25)
    assert value(reading, "billed_cost_by_gpu", "sum") == pytest.approx(0.3)
    assert reading.observed_on == date(2026, 10, 30)
    assert said(reading, "not final")


def azure_row(cost: str = "2", kind: str = "Usage", day: str = "9/2/2026") -> str:
    return f'09/01/2026,09/30/2026,s,{day},m,Azure OpenAI,NCv3 Series,x,{cost},EUR,{kind},"""team"": ""a"""'


def test_azure_cost_details_are_actual_where_something_was_bought() -> None:
    reading = read("\ufeff" + "\n".join([AZURE, azure_row(), azure_row("3", day="09/30/2026")]))
    assert (reading.kind, reading.observed_on) == ("azure-cost-csv", date(2026, 9, 30))
    assert value(reading, "billed_cost", "sum") == 5
    assert findings(reading, "billed_cost", "sum")[0].attributes["complete"] is True
    assert said(reading, "does not say whether it is actual or amortised")
    assert said(read("\n".join([AZURE, azure_row(kind="Purchase")])), "actual cost")
    customer = AZURE.replace("Cost,BillingCurrency", "costInBillingCurrency,billingCurrency")
    assert value(read("\n".join([customer, azure_row()])), "billed_cost", "sum") == 2


def test_days_that_cannot_be_read_give_no_period() -> None:
    reading = read("\n".join([AZURE, azure_row(day="30/09/2026"), azure_row(day="01/09/2026")]))
    assert value(reading, "billed_cost", "sum") == 4
    assert reading.observed_on is None
    assert said(reading, "no day is taken")


def test_openai_costs_show_a_sum_and_a_part_shows_none_that_a_budget_reads() -> None:
    reading = read(PAGE)
    assert (reading.kind, reading.observed_on) == ("openai-costs", date(2026, 11, 1))
    assert value(reading, "billed_cost", "sum") == 1.5
    part = read({**PAGE, "has_more": True})
    assert value(part, "billed_cost", "sum") is None
    assert value(part, "billed_cost_of_a_part", "sum") == 1.5
    assert said(part, "more pages")
    older = json.loads(json.dumps(PAGE).replace('"results"', '"result"').replace("1.5", '"1.5"'))
    assert value(read(older), "billed_cost", "sum") == 1.5


def test_openai_usage_counts_cached_input_within_input() -> None:
    result = {"object": "organization.usage.completions.result", "input_tokens": 100, "input_cached_tokens": 25}
    page = {**PAGE, "data": [{**PAGE["data"][0], "results": [{**result, "num_model_requests": 4}]}]}
    reading = read(page)
    token = {"gen_ai.token.type": "input"}
    assert value(reading, "gen_ai.client.token.usage", "sum", **token) == 100
    assert value(reading, "gen_ai.client.token.usage", "mean", **token) == 25
    assert value(reading, "cached_input_share") == 0.25
    assert not findings(reading, "gen_ai.client.token.usage", "sum", **{"gen_ai.token.type": "output"})


def test_days_without_costs_are_known_and_show_nothing() -> None:
    reading = read({**PAGE, "data": [{**PAGE["data"][0], "results": []}]})
    assert not reading.findings
    assert said(reading, "Every day of the file is empty")


NEAR_MISSES = [
    FOCUS.replace("BilledCost", "Cost") + "\n1,2",
    FOCUS.replace("ChargeCategory", "Category") + "\n1,2",
    "BilledCost,EffectiveCost\n1,2",
    CUR.replace("lineItem/UnblendedCost", "lineItem/BlendedCost") + "\n1,2",
    CUR.replace("lineItem/LineItemType", "x") + "\n1,2",
    AZURE.replace("MeterCategory", "Category") + "\n1,2",
    AZURE.replace("Cost,", "Price,") + "\n1,2",
    "name, memory.total [MiB]\nT4, 15360 MiB",
    "Type,Name,Request Count,Failure Count\nGET,/,1,0",
    "start_time_iso,amount_value,amount_currency\n2026-11-01,1,usd",
    json.dumps({**PAGE, "object": "list"}),
    json.dumps({**PAGE, "data": []}),
    json.dumps({**PAGE, "data": [{"object": "file"}]}),
    json.dumps({**PAGE, "data": [{**PAGE["data"][0], "results": [{"object": "other"}]}]}),
    json.dumps([PAGE]),
    "",
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_is_no_bill_is_none(text: str) -> None:
    for reader in (focus_csv, aws_cur_csv, azure_cost_csv, openai_usage):
        assert not reader.recognises(Content("focus.csv", text.encode()))


@given(changed(PAGE))
@settings(max_examples=120, deadline=None)
def test_openai_pages_with_anything_in_them_are_borne(value: Any) -> None:
    borne(openai_usage, as_json(value))


CELLS = st.sampled_from(
    ["", "NULL", "1", "-1", "1e9", "NaN", "=1", "EUR", "€", "2026-10-01", "9/31/2026", "\u202e", "x" * 300, '"', "{}"]
)


@given(st.lists(st.lists(CELLS, max_size=14), max_size=4), st.booleans())
@settings(max_examples=150, deadline=None)
def test_bills_with_anything_in_their_cells_are_borne(rows: list[list[str]], good_first: bool) -> None:
    for reader, head, row in (
        (focus_csv, FOCUS, focus_row()),
        (aws_cur_csv, CUR, cur_row()),
        (azure_cost_csv, AZURE, azure_row()),
    ):
        good = row.split(",")
        mixed = [",".join([*each, *good[len(each) :]]) for each in rows]
        borne(reader, "\n".join([head, *([row] if good_first else []), *mixed]).encode())


@pytest.mark.parametrize(
    ("path", "kind", "observed_on", "expected"),
    [
        (
            "focus-csv/focus_1_0_sample_cut.csv",
            "focus-csv",
            date(2024, 9, 30),
            [
                ("billed_cost", "sum", {"rows": 199, "negative_rows": 13}, 1.00735090279),
                ("effective_cost", "sum", {}, -1.02348581414),
                ("billed_cost_by_provider", "sum", {"provider": "AWS"}, -1.50623720780),
                ("billed_cost_by_provider", "sum", {"provider": "Microsoft"}, 1.97651418586),
                ("billed_cost_by_provider", "sum", {"provider": "Oracle"}, 0.53707392473),
                ("billed_cost_by_service_category", "sum", {"rows": 9}, -0.15189756178),
                ("billed_cost_by_charge_category", "sum", {"charge_category": "Credit"}, -2.61370),
                ("charges", "count", {"charge_category": "Usage"}, 196),
                ("charges", "count", {"charge_category": "Adjustment"}, 2),
            ],
        ),
        (
            "aws-cur-csv/cur-legacy-cut.csv",
            "aws-cur-csv",
            date(2023, 11, 13),
            [
                ("billed_cost", "sum", {"rows": 103, "billing_period_end": "2023-11-30"}, 0.17310180890),
                ("billed_cost_by_line_item_type", "sum", {"line_item_type": "Tax"}, 0.08),
                ("billed_cost_by_product_usage", "sum", {"product_usage": "AmazonS3"}, 0.05969645370),
                ("billed_cost_by_product_tax", "sum", {"product_tax": "AmazonS3"}, 0.07),
                ("billed_cost_by_product_usage", "sum", {"product_usage": "awskms"}, 0.0333333336),
                ("billed_cost_by_product", "sum", {"product": "AmazonEFS"}, 0.0000720216),
                ("charges", "count", {"line_item_type": "Usage"}, 91),
            ],
        ),
        (
            "azure-cost-csv/EA_ActualCost_Small.csv",
            "azure-cost-csv",
            date(2023, 9, 21),
            [
                ("billed_cost", "sum", {"rows": 11, "billing_period_start": "2023-09-01"}, 8.5450077867419368),
                ("billed_cost", "sum", {"billing_period_end": "2023-09-30"}, 8.5450077867419368),
            ],
        ),
        (
            "openai-usage/costs-example.json",
            "openai-costs",
            date(2024, 11, 1),
            [("billed_cost", "sum", {"period_start": "2024-11-01"}, 0.06)],
        ),
        (
            "openai-usage/usage-completions-example.json",
            "openai-usage",
            date(2024, 11, 1),
            [
                ("gen_ai.client.token.usage", "sum", {"gen_ai.token.type": "input", "complete": False}, 1000),
                ("gen_ai.client.token.usage", "sum", {"gen_ai.token.type": "output"}, 500),
                ("gen_ai.client.token.usage", "sum", {"gen_ai.token.type": "input_cached"}, 400),
                ("cached_input_share", None, {}, 0.4),
                ("model_requests", "sum", {}, 5),
            ],
        ),
    ],
)
def test_real_bills(
    path: str, kind: str, observed_on: date, expected: list[tuple[str, str | None, dict[str, Any], float]]
) -> None:
    reading = inspected("bill", sample(path))
    assert (reading.kind, reading.observed_on) == (kind, observed_on)
    for metric, statistic, attributes, amount in expected:
        assert value(reading, metric, statistic, **attributes) == pytest.approx(amount, rel=1e-6)
