"""OpenAI's organisation costs and usage: one page of the administration API, as JSON."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.figures import finding, moment
from app.evidence.money import (
    Bill,
    Charge,
    Period,
    amount,
    bill_findings,
    bill_remarks,
    currency,
    nothing_billed,
    period,
)
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Missing, fields
from app.finding import Finding

_COSTS = "organization.costs.result"
_USAGE = "organization.usage."


def _sum(given: object) -> Decimal | None:
    """An amount: a number in the published schema, a decimal in a string in some answers."""
    if isinstance(given, bool) or not isinstance(given, int | float | str | None):
        raise ValueError("must be a number")
    if given is None or (isinstance(given, float) and not isfinite(given)):
        return None
    try:
        return amount(str(given), "", "")
    except Unreadable as error:
        raise ValueError("must be a sum of money") from error


def _count(given: object) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 10**18:
        raise ValueError("must be a whole number")
    return given


Count = Annotated[int | None, BeforeValidator(_count)]


class _Amount(Fields):
    value: Annotated[Decimal | None, BeforeValidator(_sum)] = None
    currency: str | None = None


class _Result(Fields):
    object: str
    amount: _Amount | None = None
    line_item: str | None = None
    model: str | None = None
    project_id: str | None = None
    input_tokens: Count = None
    input_cached_tokens: Count = None
    output_tokens: Count = None
    num_model_requests: Count = None


class _Bucket(Fields):
    start_time: int
    end_time: int
    results: Annotated[tuple[_Result, ...], Missing] = Field(
        default=(), validation_alias=AliasChoices("results", "result")
    )


class _Page(Fields):
    data: tuple[_Bucket, ...]
    has_more: bool | None = None


def recognises(file: Content, /) -> bool:
    """Whether it is a page of buckets that hold costs or usage of an organisation."""
    value = file.json
    if not isinstance(value, dict) or value.get("object") != "page" or not isinstance(value.get("data"), list):
        return False
    buckets = [each for each in value["data"] if isinstance(each, dict) and each.get("object") == "bucket"]
    if not buckets or len(buckets) != len(value["data"]):
        return False
    kinds = [each.get("object") for bucket in buckets for each in _results_in(bucket)]
    return all(each == _COSTS or (isinstance(each, str) and each.startswith(_USAGE)) for each in kinds)


def _results_in(bucket: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    results = bucket.get("results", bucket.get("result"))
    if isinstance(results, list):
        yield from (each if isinstance(each, dict) else {} for each in results)


def read(file: Content, /) -> Reading:
    """Costs by currency, or tokens and requests by kind of use, and the days that they cover."""
    page = fields(_Page, file.json, "OpenAI's costs or usage")
    results = [each for bucket in page.data for each in bucket.results]
    kinds = {each.object for each in results}
    if not results:
        return _reading(
            page, "OpenAI costs or usage", [], ["Every day of the file is empty: it shows no costs and no use."]
        )
    if kinds == {_COSTS}:
        return _costs(page)
    if _COSTS in kinds:
        raise Unreadable("The file mixes costs and usage. Attach each as the API gave it.")
    findings: list[Finding] = []
    for kind in sorted(kinds):
        findings += _usage(page, kind, [each for each in results if each.object == kind])
    return _reading(page, "OpenAI usage", findings, [])


def _reading(page: _Page, title: str, findings: list[Finding], remarks: list[str]) -> Reading:
    covered = _covered(page)
    said = list(remarks)
    if page.has_more:
        said.append("The answer has more pages (has_more): every sum is of a part, and supports no budget.")
    elif page.has_more is None:
        said.append("The file does not say whether it has more pages.")
    results = [each for bucket in page.data for each in bucket.results]
    if not any(each.project_id for each in results):
        said.append("The figures are of the whole organisation unless they were filtered: is this the pilot's project?")
    return Reading(
        kind="openai-costs" if title == "OpenAI costs" else "openai-usage",
        title=title,
        tool="OpenAI administration API",
        observed_on=covered.observed_on,
        grade="measured",
        findings=tuple(findings),
        remarks=tuple(said),
    )


def _covered(page: _Page) -> Period:
    return period((each.start_time for each in page.data), (each.end_time for each in page.data))


def _costs(page: _Page) -> Reading:
    bills: dict[str, Bill] = defaultdict(Bill)
    without_currency = 0
    for bucket in page.data:
        start = moment(bucket.start_time)
        on = None if start is None else start.date()
        for each in bucket.results:
            stated = each.amount or _Amount()
            code = currency(stated.currency)
            if code is None:
                without_currency += 1
                continue
            parts = {
                name: value for name, value in (("line_item", each.line_item), ("project", each.project_id)) if value
            }
            month = None if on is None else f"{on:%Y-%m}"
            bills[code].add(Charge(billed=stated.value, month=month, day=on, parts=parts))
    nothing_billed(bills, "data[].results[].amount")
    covered = _covered(page)
    findings = bill_findings(bills, covered, "data[].results[].amount.value", part=page.has_more is not False)
    return _reading(page, "OpenAI costs", findings, bill_remarks(bills, covered, without_currency))


def _usage(page: _Page, kind: str, results: Sequence[_Result]) -> list[Finding]:
    use = kind.removeprefix(_USAGE).removesuffix(".result")
    models = {each.model for each in results if each.model}
    base = {
        **_covered(page).attributes(),
        "operation": use,
        "complete": page.has_more is False,
        "model": next(iter(models)) if len(models) == 1 else None,
    }
    where = "data[].results[]"
    given, cached, written, requests = (
        _total(results, name) for name in ("input_tokens", "input_cached_tokens", "output_tokens", "num_model_requests")
    )
    found = finding("model_requests", requests, "{request}", statistic="sum", where=where, attributes=base)
    for direction, tokens in (("input", given), ("output", written)):
        attributes = {**base, "gen_ai.token.type": direction, "requests": requests}
        name = "gen_ai.client.token.usage"
        found += finding(name, tokens, "{token}", statistic="sum", where=where, attributes=attributes)
        if tokens is not None and requests:
            found += finding(name, tokens / requests, "{token}", statistic="mean", where=where, attributes=attributes)
    if cached is not None:
        attributes = {**base, "gen_ai.token.type": "input_cached"}
        found += finding(
            "gen_ai.client.token.usage", cached, "{token}", statistic="sum", where=where, attributes=attributes
        )
        if given:
            found += finding("cached_input_share", cached / given, "1", where=where, attributes=base)
    return found


def _total(results: Sequence[_Result], name: str) -> int | None:
    stated = [value for each in results if (value := getattr(each, name)) is not None]
    return sum(stated) if stated else None
