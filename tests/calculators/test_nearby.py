"""What others measured near a case: how much each point counts, what it changes, and what it leaves as it was."""

from dataclasses import replace
from math import log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import known
from app.calculators.accelerator import Accelerator, bundled_accelerators
from app.calculators.capacity import Case, Input, Output, calculate, case_of
from app.calculators.efficiency import learnt
from app.calculators.facts import rows
from app.calculators.model import bundled_models
from app.calculators.nearby import Correction, Nearby, Point, Points, kin_of, published, read_points, shape_of
from app.calculators.precision import PRECISIONS
from app.calculators.serving import Load
from app.calculators.term import Source, Term

NEAR = learnt().nearness


def point(**fields: Any) -> Point:
    """Llama 3.3 70B in fp8 on two H100, 1,000 tokens out, a quarter faster than predicted, unless the test says."""
    usual: dict[str, Any] = {
        "shape": shape_of(bundled_models()["llama-3.3-70b"]),
        "accelerator": kin_of(bundled_accelerators()["h100-sxm"]),
        "precision": "fp8",
        "tensor": 2,
        "output_tokens": 1000,
        "speed": log(1.25),
        "first_token": None,
        "source": Source(title="somebody's measurement", date="2026-01"),
    }
    return Point(**{**usual, **fields})


def on(accelerator: str) -> dict[str, Any]:
    return {"accelerator": kin_of(bundled_accelerators()[accelerator])}


def case(**fields: Any) -> Case:
    usual = {"model": "llama-3.3-70b", "precision": "fp8", "accelerator": "h100-sxm", "accelerator_count": 2}
    usual |= {"tensor_parallel": 2, "output_tokens": 1000, "concurrency": 16}
    return case_of(Input.model_validate({**usual, **fields}), known.bundled())


def said(*points: Point, **fields: Any) -> Nearby:
    """What these points say to a case."""
    asked = case(**fields)
    return replace(asked.work, measured=Points(points, NEAR)).nearby(asked.layout)


def loaded(asked: Case, *points: Point) -> Load:
    """The case at its load, corrected by these points alone."""
    load = replace(asked, work=replace(asked.work, measured=Points(points, NEAR))).load()
    assert load is not None
    return load


def test_a_point_of_the_very_case_is_taken_at_its_word_for_the_most_part() -> None:
    near = said(point())
    assert [each.weight for each in near.neighbours] == [1]
    assert near.speed.factor == pytest.approx(1.25 ** (1 / (1 + NEAR.pull)))
    assert near.speed.share == pytest.approx(1 / (1 + NEAR.pull))
    many = said(*[point()] * 50)
    assert many.speed.factor == pytest.approx(1.25, rel=0.01)


@pytest.mark.parametrize(
    ("fields", "weight"),
    [
        (on("h200-sxm"), NEAR.generation),
        (on("b200-sxm"), NEAR.other_accelerator),
        (on("rtx-4090"), 0),
        (on("mi300x"), 0),
        ({"precision": "bf16"}, NEAR.other_precision),
        ({"tensor": 4}, NEAR.doubled_layout),
        ({"tensor": 1}, NEAR.doubled_layout),
        ({"output_tokens": 2000}, NEAR.doubled_output),
        ({"output_tokens": 500}, NEAR.doubled_output),
        ({"tensor": 4, "precision": "bf16"}, NEAR.doubled_layout * NEAR.other_precision),
        ({"tensor": 16}, 0),
        ({"shape": shape_of(bundled_models()["qwen3-32b"])}, 0),
    ],
)
def test_the_less_alike_the_less_a_point_counts(fields: dict[str, Any], weight: float) -> None:
    near = said(point(**fields))
    assert [each.weight for each in near.neighbours] == ([pytest.approx(weight)] if weight else [])
    assert (near.speed.factor > 1) == (weight > 0)


def test_points_that_differ_meet_in_the_middle_the_nearer_ones_counting_for_more() -> None:
    faster, slower = point(speed=log(1.2)), point(speed=-log(1.2))
    assert said(faster, slower).speed.factor == pytest.approx(1)
    assert said(faster, replace(slower, tensor=4)).speed.factor > 1
    assert [each.point.tensor for each in said(replace(slower, tensor=4), faster).neighbours] == [2, 4]


def test_a_point_far_off_says_no_more_than_one_that_is_off_by_the_most_that_counts() -> None:
    assert said(point(speed=log(30))) == replace(
        said(point(speed=log(NEAR.most_speed))), neighbours=said(point(speed=log(30))).neighbours
    )


def test_with_none_near_the_hardware_alone_speaks_and_it_says_so() -> None:
    assert said() == Nearby((), Correction(1, 0), Correction(1, 0))
    output = calculate(Input(model="olmo-2-32b", accelerator="h100-sxm", accelerator_count=4, concurrency=16))
    for name in ("nearby_speed", "nearby_first_token"):
        assert term(output, name).value == 1
        assert "was measured near this; the hardware alone speaks" in term(output, name).formula
    assert "none was measured with OLMo 2" in output.error_band.basis
    brief = calculate(Input(model="llama-3.3-70b", accelerator="h200-sxm", precision="bf16", output_tokens=10))
    assert term(brief, "nearby_speed").value == 1
    assert "none of them measured near this" in brief.error_band.basis


def term(output: Output, name: str) -> Term:
    return next(each for each in output.terms if each.name == name)


def test_the_points_are_told_with_what_each_says_how_much_it_counts_and_where_it_stands() -> None:
    layout = {"accelerator": "h200-sxm", "accelerator_count": 2, "tensor_parallel": 2}
    output = calculate(
        Input.model_validate({"model": "llama-3.3-70b", "precision": "fp8", **layout, "output_tokens": 1024})
    )
    told = term(output, "nearby_speed")
    assert "points of Llama 3.1/3.3 70B measured nearby" in told.formula
    assert "h200-sxm, fp8, 2 a copy, 1,024 tokens out; weight 1)" in told.formula
    assert told.source is not None
    assert told.source.url
    assert told.source.date
    assert f"{told.value:.3g} as measured nearby" in term(output, "request").formula
    assert "of them measured near this" in output.error_band.basis


def test_every_figure_of_the_speed_is_corrected_and_so_is_the_wait_for_room() -> None:
    few, crowd = case(), case(concurrency=5000)
    twin = point(first_token=log(2))
    factors = said(twin)
    for asked in (few, crowd):
        plain, corrected = loaded(asked), loaded(asked, twin)
        assert corrected.tokens_per_second == pytest.approx(plain.tokens_per_second * factors.speed.factor)
        assert corrected.each_token == pytest.approx(plain.each_token / factors.speed.factor)
        assert corrected.request == pytest.approx(plain.request / factors.speed.factor)
        assert corrected.running == plain.running
    assert loaded(few, twin).first_token == pytest.approx(loaded(few).first_token * factors.first_token.factor)
    plain = loaded(crowd)
    wait = plain.waiting / plain.running * plain.request
    assert wait > 0.9 * plain.first_token
    assert loaded(crowd, twin).first_token == pytest.approx(
        wait / factors.speed.factor + (plain.first_token - wait) * factors.first_token.factor
    )


def test_what_was_tuned_from_a_measured_model_is_helped_by_its_points() -> None:
    tables = known.bundled()
    base = tables.models["llama-3.3-70b"]
    tuned = base.model_copy(update={"id": "claims-70b", "name": "Claims 70B", "parameters_b": base.parameters_b + 0.1})
    both = known.Known({**tables.models, tuned.id: tuned}, tables.accelerators)
    usual = {"accelerator": "h200-sxm", "accelerator_count": 2, "precision": "fp8", "concurrency": 16}
    one, other = (calculate(Input.model_validate({**usual, "model": each}), both) for each in (base.id, tuned.id))
    assert term(one, "nearby_speed").value == term(other, "nearby_speed").value != 1


def test_the_band_is_narrower_where_more_was_measured_nearby() -> None:
    def width(**fields: Any) -> float:
        band = calculate(Input.model_validate({"concurrency": 16, **fields})).error_band.output_tokens_per_second
        assert band is not None
        return band.high / band.low

    measured = {"model": "llama-3.3-70b", "precision": "fp8", "accelerator": "h200-sxm", "tensor_parallel": 2}
    other_length = {**measured, "output_tokens": 100}
    assert width(**measured) < width(**other_length) < width(model="olmo-2-32b", accelerator="h200-sxm")
    kin_alone = {**measured, "accelerator": "gh200-144"}
    assert term(calculate(Input.model_validate(kin_alone)), "nearby_speed").value != 1
    assert width(**kin_alone) == pytest.approx(width(model="olmo-2-32b", accelerator="h200-sxm"))


def test_nine_of_ten_measured_speeds_lie_in_the_band_that_the_others_give() -> None:
    held = list(read_points(rows("measured.csv")))
    inside = 0
    for at, row in enumerate(rows("measured.csv")):
        asked = case_of(asked_at(row), known.bundled())
        rest = Points([*held[:at], *held[at + 1 :]], NEAR)
        work = replace(asked.work, measured=rest)
        load, share = replace(asked, work=work).load(), work.nearby(asked.layout).speed.share
        assert load is not None
        ratio = float(row["output_tokens_per_second"]) / (load.tokens_per_second * asked.copies)
        near, far = learnt().near.output_tokens_per_second, learnt().new_model.output_tokens_per_second
        inside += near.low**share * far.low ** (1 - share) <= ratio <= near.high**share * far.high ** (1 - share)
    assert 0.87 <= inside / len(held) <= 0.97


def asked_at(row: Any) -> Input:
    """The row of a point, as the calculator is asked."""
    return Input.model_validate(
        {
            "model": row["model"],
            "precision": row["precision"],
            "accelerator": row["accelerator"],
            "accelerator_count": row["accelerators"],
            "tensor_parallel": row["tensor_parallel"],
            "pipeline_parallel": row["pipeline_parallel"],
            "input_tokens": row["input_tokens"],
            "output_tokens": row["output_tokens"],
            "concurrency": row["concurrency"] or None,
        }
    )


def test_the_table_says_what_the_factors_say_today() -> None:
    """Whoever changes a factor runs `python -m benchmarks.capacity_fit table` too."""
    for row in rows("measured.csv"):
        asked = case_of(asked_at(row), known.bundled())
        load = loaded(asked)
        predicted = float(row["predicted_output_tokens_per_second"])
        assert load.tokens_per_second * asked.copies == pytest.approx(predicted, rel=1e-4), row
        if row["ttft_ms"]:
            assert 1000 * load.first_token == pytest.approx(float(row["predicted_ttft_ms"]), rel=1e-4), row


def test_every_point_is_dated_sourced_and_of_something_that_is_known() -> None:
    table = rows("measured.csv")
    assert len(table) == learnt().points
    assert {row["model"] for row in table} == learnt().models
    assert {row["accelerator"] for row in table} == learnt().accelerators
    assert {row["precision"] for row in table} <= set(PRECISIONS)
    assert all(row["source"] and row["source_url"].startswith("https://") and row["source_date"] for row in table)


DEVICES = sorted(bundled_accelerators())
MEASURED_MODELS = sorted(learnt().models)


@settings(max_examples=100, deadline=None)
@given(
    model=st.sampled_from(MEASURED_MODELS),
    device=st.sampled_from(DEVICES),
    concurrency=st.floats(1, 2000),
    more=st.floats(1, 4),
)
def test_what_holds_of_the_hardware_as_requests_grow_holds_of_what_is_corrected(
    model: str, device: str, concurrency: float, more: float
) -> None:
    """The correction is one factor for all numbers of requests: what grows with them still does."""
    few, many = (
        case(model=model, precision=None, accelerator=device, tensor_parallel=8, accelerator_count=8, concurrency=each)
        for each in (concurrency, concurrency * more)
    )
    at_few, at_many = few.load(), many.load()
    if at_few and at_many:
        factor = published().nearby(few.work.model, few.work.device, few.work.bits.name, 8, 1000).speed.factor
        assert at_few.tokens_per_second == pytest.approx(loaded(few).tokens_per_second * factor)
        assert at_many.tokens_per_second == pytest.approx(loaded(many).tokens_per_second * factor)
        assert at_many.first_token >= at_few.first_token * (1 - 1e-9)


def at_least_as_good(device: Accelerator, other: Accelerator) -> bool:
    regards = ("memory_gb", "bandwidth_gb_s", "bf16_tflops", "fp8_tflops", "fp4_tflops", "link_gb_s", "link_domain")
    return device.efficiency_class == other.efficiency_class and all(
        (getattr(device, each) or 0) >= (getattr(other, each) or 0) for each in regards
    )


PAIRS = [
    (one, other)
    for one in bundled_accelerators().values()
    for other in bundled_accelerators().values()
    if one.id != other.id and at_least_as_good(other, one)
]


@settings(max_examples=150, deadline=None)
@given(model=st.sampled_from(MEASURED_MODELS), pair=st.sampled_from(PAIRS), concurrency=st.floats(1, 500))
def test_a_device_that_is_better_in_every_regard_is_hardly_ever_shown_slower(
    model: str, pair: tuple[Accelerator, Accelerator], concurrency: float
) -> None:
    """What was measured may say so, by an eighth at most, in one of 200 cases; the hardware alone never does."""
    lesser, better = (
        case(model=model, precision=None, accelerator=each.id, tensor_parallel=8, accelerator_count=8).load()
        for each in pair
    )
    if lesser and better:
        assert better.tokens_per_second >= 0.87 * lesser.tokens_per_second


def test_a_correction_is_bounded_whatever_was_measured() -> None:
    for model in MEASURED_MODELS:
        for device in DEVICES:
            for precision in PRECISIONS:
                near = published().nearby(
                    bundled_models()[model], bundled_accelerators()[device], precision, tensor=4, output_tokens=1024
                )
                assert 1 / NEAR.most_speed < near.speed.factor < NEAR.most_speed
                assert 1 / NEAR.most_first_token < near.first_token.factor < NEAR.most_first_token
                assert 0 <= near.speed.share < 1
