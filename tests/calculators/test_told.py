"""Results as people read them, and the inputs as a form shows them: the same for all calculators."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as some
from jsonschema import Draft202012Validator

from app.calculators import CALCULATORS, calculator, plain, read_input
from app.calculators.published import published_studies
from app.calculators.telling import words
from app.calculators.term import CalculatorOutput
from app.calculators.told import Bars, Lines, Told
from tests.calculators.given import GIVEN

# What a reader would stumble over: names of fields, marks of a program.
STRANGE = re.compile(r"_|None|\bnan\b|\binf\b|  |True|False|\{|\de[+-]\d|(?<![\w.])-\d|\d%")

API = {"kind": "api", "name": "API", "input_price_per_million": "2", "output_price_per_million": "8"}
OWN = {"kind": "owned", "name": "Own", "units": 1, "price_per_unit": "36000", "output_tokens_per_second_per_unit": 2000}
DEMAND = {"input_million_tokens_per_month": 500, "output_million_tokens_per_month": 125}


def worked(name: str, given: Mapping[str, Any]) -> CalculatorOutput:
    one = calculator(name)
    return one.calculate(read_input(name, given))


def told(name: str, given: Mapping[str, Any]) -> Told:
    return worked(name, given).told()


def costs(*options: Mapping[str, Any], **given: Any) -> Told:
    return told("tco", {"currency": "EUR", "years": 3, "demand": DEMAND, "options": options, **given})


def forecast(**given: Any) -> Told:
    usual = {
        "monthly_budget": "1000",
        "currency": "EUR",
        "monthly_spend": "900",
        "growth_per_month": 0.03,
        "paths": 4000,
    }
    return told("budget", {**usual, **given})


def texts(result: Told) -> Iterator[str]:
    yield result.sentence
    yield from result.remarks
    for figure in result.figures:
        yield from (figure.title, figure.value, figure.band or "")
    for table in result.tables:
        yield from (table.title, *table.head, *(cell for row in table.rows for cell in row))
    for picture in result.pictures:
        yield from (picture.told, picture.caption)
        if isinstance(picture, Lines):
            yield from (*picture.axis, *(line.name for line in picture.lines))
        else:
            yield from (text for bar in picture.bars for text in (bar.name, bar.label))


def drawn(picture: Lines | Bars) -> Iterator[float]:
    if isinstance(picture, Bars):
        yield from (end for bar in picture.bars for end in (bar.start, bar.end))
        return
    yield from (value for line in picture.lines for value in line.values if value is not None)
    yield from (value for edge in picture.fan or () for value in edge)


EXTREMES: list[tuple[str, Mapping[str, Any]]] = [
    ("capacity", {"model": "deepseek-v3", "accelerator": "l4", "accelerator_count": 1}),
    ("capacity", {"model": {"parameters_b": 0.01}, "accelerator": "b200-sxm", "concurrency": 0.2}),
    ("capacity", {"model": "llama-3.1-8b", "accelerator": "l4", "concurrency": 9_000_000, "ttft_target_ms": 1}),
    ("fleet", {"inventory": "accel_model,accel_count\nH100,0\n", "need": {"model": "llama-3.1-8b"}}),
    ("tco", {"options": [{**OWN, "price_per_unit": "0"}]}),
    ("tco", {"options": [{**OWN, "price_per_unit": "1e15"}, {**OWN, "name": "same", "price_per_unit": "1e15"}]}),
    ("budget", {"monthly_budget": "1e15", "monthly_spend": "1", "growth_per_month": 0, "months": 1, "paths": 1000}),
    ("budget", {"monthly_budget": "0.01", "monthly_spend": "1e15", "growth_per_month": 1, "months": 60, "paths": 1000}),
    ("placement", {**GIVEN["placement"], "own_servers": 0}),
    ("placement", {**GIVEN["placement"], "own_servers": 900, "p95_limit_ms": 1, "cloud_price_per_request": "0"}),
    ("federated", {"nodes": [{"name": "alone", "uplink_mbit_s": 1e7, "downlink_mbit_s": 1e7}], "update_bytes": 1}),
    ("privacy", {"dataset_size": 10, "batch_size": 10, "noise_multiplier": 0.001, "steps": 1000}),
    ("productivity", {"measure": "output-per-time", "design": "randomised", "published": {"change": -0.5}}),
]
EVERY = [*((name, one.example) for name, one in CALCULATORS.items()), *GIVEN.items(), *EXTREMES]


@pytest.mark.parametrize(("name", "given"), EVERY)
def test_a_result_reads_as_a_sentence_with_figures_that_open_and_pictures_that_can_be_drawn(
    name: str, given: Mapping[str, Any]
) -> None:
    output = worked(name, given)
    result = output.told()
    assert result == output.told()
    assert result.sentence.endswith(".")
    for text in texts(result):
        assert not STRANGE.search(text), text
    assert all(figure.title and figure.value for figure in result.figures)
    terms = [term.name for term in output.terms]
    assert len(set(terms)) == len(terms)
    assert {figure.term for figure in result.figures} - {None} <= set(terms)
    assert all(len(row) == len(table.head) for table in result.tables for row in table.rows)
    assert all(table.rows for table in result.tables)
    for picture in result.pictures:
        assert all(isfinite(value) for value in drawn(picture))
        if isinstance(picture, Lines):
            assert all(len(line.values) == len(picture.axis) for line in picture.lines)
            assert all(len(edge) == len(picture.axis) for edge in picture.fan or ())
        else:
            assert picture.bars


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (costs(API, OWN), "Own is cheaper than API from month 18 on, if it is busy"),
        (costs(API, {**OWN, "price_per_unit": "90000"}), "API costs least in 3 years: 20\u00a0% less than Own."),
        (costs(OWN), "Own costs 36,000 EUR in 3 years."),
        (costs(OWN, {**OWN, "name": "Other"}), "Own costs least in 3 years: as much as Other."),
        (forecast(growth_per_month=-0.1), "The budget holds for 12 months: the chance of an overrun stays at"),
        (forecast(growth_per_month=0.2), "The budget is passed in month"),
        (forecast(growth_per_month=0), "The budget may not hold: from month"),
        (
            told("capacity", {"model": "llama-3.1-405b", "accelerator": "l4", "accelerator_count": 4}),
            "Llama 3.1 405B does not fit on 4 × L4 24GB; no number of them would do.",
        ),
        (told("capacity", GIVEN["capacity"]), "4 × H100 80GB SXM can serve 100 requests at once; "),
        (
            told("capacity", {**GIVEN["capacity"], "accelerator_count": 2, "concurrency": 900, "tpot_target_ms": 40}),
            "900 requests at once are too many for 2 × H100 80GB SXM: 8 would be the most within the targets; 24",
        ),
        (told("fleet", GIVEN["fleet"]), "1 of 2 hosts can serve it, together "),
        (
            told("placement", GIVEN["placement"]),
            "With 8 servers of one's own 21\u00a0% of the requests go to the cloud",
        ),
        (told("federated", GIVEN["federated"]), "A round takes 3.73 hours and moves 56 GB; the others wait for Porto"),
        (told("privacy", GIVEN["privacy"]), "At most epsilon 1.37 is spent on each record, at delta 0.0000055"),
        (told("productivity", published_studies()["metr-2025"].given), "People get 16\u00a0% less done in an hour; "),
        (told("productivity", GIVEN["productivity"]), "People get 31\u00a0% more done in an hour; +17 to +46\u00a0%"),
    ],
)
def test_the_answer_comes_first(result: Told, sentence: str) -> None:
    assert result.sentence.startswith(sentence)


def test_a_gain_that_may_be_none_is_not_called_one() -> None:
    result = told("productivity", published_studies()["metr-2026-returning"].given)
    assert result.sentence.startswith("Neither a gain nor a loss is shown")


def test_a_load_that_is_carried_only_where_the_prediction_holds_is_not_promised() -> None:
    given = {**GIVEN["capacity"], "tpot_target_ms": 60, "ttft_target_ms": 1500}
    most = plain(worked("capacity", given))["max_concurrency"]
    assert told("capacity", {**given, "concurrency": most}).sentence.startswith("4 × H100 80GB SXM may serve ")
    assert told("capacity", {**given, "concurrency": most // 2}).sentence.startswith("4 × H100 80GB SXM can serve ")
    need = {"model": "llama-3.3-70b", **{key: given[key] for key in ("tpot_target_ms", "ttft_target_ms")}}
    host = {"inventory": "gpu model,gpu count\nH100,8\n", "need": need}
    have = plain(worked("fleet", host))["max_concurrency"]
    assert "may be lower" in told("fleet", {**host, "need": {**need, "concurrency": have}}).sentence
    assert "may be lower" not in told("fleet", {**host, "need": {**need, "concurrency": have // 2}}).sentence


def test_a_cost_that_nobody_stated_is_named() -> None:
    remarks = " ".join(costs(API, OWN).remarks)
    assert "Own: 12 cost lines left out" in remarks
    assert "What nobody has asked about is not free." in remarks


def test_the_picture_of_costs_crosses_where_the_sentence_says() -> None:
    picture = costs(API, OWN).pictures[0]
    assert isinstance(picture, Lines)
    api, own = picture.lines
    paid = zip(api.values, own.values, strict=True)
    cheaper = [at for at, (one, other) in enumerate(paid) if (other or 0) <= (one or 0)]
    assert cheaper[0] == 18
    assert len(picture.axis) == 37


def test_the_budget_is_the_limit_of_its_fan() -> None:
    picture = forecast().pictures[0]
    assert isinstance(picture, Lines)
    assert picture.limit == ("budget of a month", 1000.0)
    assert picture.fan is not None
    middle = [value or 0.0 for value in picture.lines[0].values]
    low, high = picture.fan
    assert all(below <= each <= above for below, each, above in zip(low, middle, high, strict=True))


def test_hosts_that_are_alike_stand_in_one_row() -> None:
    inventory = "host,gpu model,gpu count\n" + "".join(f"node-{number},H100,8\n" for number in range(300))
    result = told("fleet", {"inventory": inventory, "need": {"model": "llama-3.3-70b", "concurrency": 10}})
    assert [row[1] for row in result.tables[0].rows] == ["300"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (words.number(1240.4), "1,240"),
        (words.number(12.5), "12.5"),
        (words.number(-0.0341), "−0.0341"),
        (words.number(0), "0"),
        (words.number(None), "not known"),
        (words.number(0.000055), "0.000055"),
        (words.money(Decimal("18400.40"), "EUR"), "18,400 EUR"),
        (words.money(Decimal("12.5"), "EUR"), "12.50 EUR"),
        (words.money(Decimal("0.0021"), "EUR"), "0.0021 EUR"),
        (words.money(Decimal("-0.00"), "EUR"), "0 EUR"),
        (words.share(0.154), "15\u00a0%"),
        (words.share(0.0345), "3.5\u00a0%"),
        (words.share(0.00001), "less than 0.1\u00a0%"),
        (words.share(0.99999), "more than 99.9\u00a0%"),
        (words.share(1), "100\u00a0%"),
        (words.share(0), "0\u00a0%"),
        (words.change(0.12), "+12\u00a0%"),
        (words.change(-0.12), "−12\u00a0%"),
        (words.milliseconds(412.4), "412 ms"),
        (words.milliseconds(12_400), "12.4 s"),
        (words.seconds(0.02), "20 ms"),
        (words.seconds(1e-12), "less than 0.001 ms"),
        (words.seconds(7300), "2.03 hours"),
        (words.bytes_of(83_886_080), "83.9 MB"),
        (words.between(1050, 1460, lambda value: f"{words.number(value)} tokens/s"), "1,050 to 1,460 tokens/s"),
        (words.between(200, 30_000, words.milliseconds), "200 ms to 30 s"),
        (words.between(5, 5, words.number), "5"),
        (words.counted(1, "host"), "1 host"),
        (words.counted(1240, "host"), "1,240 hosts"),
        (words.listed(["a", "b", "c"]), "a, b and c"),
        (words.listed("abcdefg"), "a, b, c, d and 3 more"),
        (words.listed([]), "none"),
        (words.month(18.2), "month 19"),
        (words.month(0), "from the start"),
        (words.month(None), "never"),
    ],
)
def test_figures_are_written_as_people_write_them(written: str, text: str) -> None:
    assert written == text


@over(some.floats(-1e300, 1e300))
def test_any_figure_can_be_written_and_keeps_its_size_and_its_sign(value: float) -> None:
    mantissa, _, exponent = words.number(value).partition(" × 10^")
    read = float(mantissa.replace(",", "").replace("−", "-")) * 10.0 ** int(exponent or 0)
    assert read == pytest.approx(value, rel=0.006)
    assert words.share(value)
    assert words.sum_of(value)
    assert words.seconds(abs(value))
    assert words.bytes_of(abs(value))


# What is asked: each field of each input, and of what stands inside it, as a form meets them.


def alternatives(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    every = [described, *described.get("anyOf", []), *described.get("oneOf", [])]
    inside = [each["items"] for each in every if isinstance(each.get("items"), dict)]
    return [*every, *inside, *(each for one in inside for each in (*one.get("oneOf", []), *one.get("anyOf", [])))]


def fields(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    schema = calculator(name).schemas["input"]
    waiting, seen = [("", schema)], set()
    while waiting:
        path, here = waiting.pop()
        for key, described in here.get("properties", {}).items():
            yield f"{path}{key}", described
            if described.get("form") in ("hidden", "csv"):
                continue
            for each in alternatives(described):
                inside = each.get("$ref", "").removeprefix("#/$defs/")
                if inside and inside not in seen:
                    seen.add(inside)
                    waiting.append((f"{path}{key}.", schema["$defs"][inside]))


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_field_has_a_title_and_every_figure_its_unit(name: str) -> None:
    for path, described in fields(name):
        assert described.get("title"), path
        types = {each.get("type") for each in (described, *described.get("anyOf", []))}
        assert described.get("unit") or not types & {"number", "integer"}, path


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_form_knows_what_to_show_open_and_how_to_ask(name: str) -> None:
    asked = dict(fields(name))
    assert any(described.get("main") for described in asked.values())
    for path, described in asked.items():
        if any(each.get("type") == "array" for each in (described, *described.get("anyOf", []))):
            assert described.get("form") in ("csv", "numbers", "rows", "cards", "hidden"), path
        choices = {value for each in alternatives(described) for value in each.get("enum", ())}
        assert set(described.get("labels", choices)) == choices or "labels" not in described, path
        if "source" in described:
            assert set(described["source"]) <= {"title", "url", "date"}, path
            assert described["source"]["title"], path


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("tco", "discount_rate"),
        ("tco", "options.pue"),
        ("budget", "growth_uncertainty"),
        ("capacity", "input_tokens"),
        ("fleet", "need.ttft_target_ms"),
        ("placement", "service_variability"),
        ("federated", "bytes_per_parameter"),
        ("privacy", "delta"),
        ("productivity", "quality_margin"),
    ],
)
def test_a_default_says_where_it_comes_from(name: str, field: str) -> None:
    described = dict(fields(name))[field]
    assert described["source"]["date"]


@pytest.mark.parametrize("name", CALCULATORS)
def test_the_example_fits_its_schema_and_calculates(name: str) -> None:
    one = calculator(name)
    schema = one.schemas["input"]
    assert schema["examples"] == [dict(one.example)]
    Draft202012Validator(schema).validate(dict(one.example))
    assert one.calculate(read_input(name, one.example)).terms


def test_the_parts_of_a_mixture_need_no_names() -> None:
    own = {key: value for key, value in OWN.items() if key != "name"}
    overflow = {key: value for key, value in API.items() if key != "name"}
    mixture = {"kind": "hybrid", "name": "Mix", "own": own, "overflow": overflow, "own_share": 0.8}
    assert costs(mixture).sentence.startswith("Mix costs ")
