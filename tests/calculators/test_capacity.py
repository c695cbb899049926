"""Capacity: what fits, how fast it answers, how many accelerators it takes, and how far to trust that."""

from math import isfinite
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import capacity, known, read_input
from app.calculators.accelerator import bundled_accelerators
from app.calculators.capacity import Input, Output, calculate
from app.calculators.efficiency import learnt
from app.calculators.model import bundled_models
from app.calculators.precision import PRECISIONS
from app.errors import Unreadable
from app.finding import Finding


def result(**fields: Any) -> Output:
    """Llama 3.3 70B in fp8 on eight H100, unless the test says otherwise."""
    usual = {"model": "llama-3.3-70b", "precision": "fp8", "accelerator": "h100-sxm", "accelerator_count": 8}
    return calculate(Input.model_validate({**usual, **fields}))


def problems(**fields: Any) -> list[str]:
    usual = {"model": "llama-3.3-70b", "precision": "fp8", "accelerator": "h100-sxm", "accelerator_count": 8}
    with pytest.raises(Unreadable) as refused:
        capacity.calculate(read_input("capacity", {**usual, **fields}))  # type: ignore[arg-type]
    return [str(each) for each in refused.value.problems]


# What weights take, as the publishers' files do.
@pytest.mark.parametrize(
    ("model", "precision", "gigabytes"),
    [
        ("gpt-oss-120b", "mxfp4", 65.2),
        ("gpt-oss-20b", "mxfp4", 13.8),
        ("llama-3.3-70b", "bf16", 141.1),
        ("llama-3.3-70b", "fp8", 72.7),
        ("llama-3.1-405b", "fp8", 410),
        ("kimi-k2.5", "int4", 594),
        ("llama-3.1-8b", "q4_k_m", 4.92),
        ("llama-3.3-70b", "q4_k_m", 42.5),
    ],
)
def test_weights_take_what_the_published_files_do(model: str, precision: str, gigabytes: float) -> None:
    weights = result(model=model, precision=precision, accelerator_count=None).memory_gb.weights
    assert weights == pytest.approx(gigabytes, rel=0.02)


@pytest.mark.parametrize(
    ("model", "per_token"),
    [
        ("llama-3.1-8b", 131_072),
        ("llama-3.3-70b", 327_680),
        ("llama-3.1-405b", 516_096),
        ("deepseek-v3", 70_272),
        ("qwen3-235b-a22b", 192_512),
        ("gpt-oss-120b", 73_728),
    ],
)
def test_keys_and_values_of_a_token(model: str, per_token: int) -> None:
    assert bundled_models()[model].cache_bytes(1, 2) == pytest.approx(per_token)


def test_a_sliding_window_keeps_no_more_than_it_looks_back() -> None:
    model = bundled_models()["gpt-oss-120b"]
    whole = 2 * 8 * 64 * 2 * 18  # bytes a token of the layers without a window
    assert model.cache_bytes(100_000, 2) - model.cache_bytes(50_000, 2) == pytest.approx(50_000 * whole)


def test_latent_attention_is_repeated_on_every_accelerator_and_grouped_is_shared_out() -> None:
    def sequence(model: str, tensor: int) -> float:
        output = result(model=model, accelerator="b200-sxm", tensor_parallel=tensor, concurrency=1)
        return next(float(each.value) for each in output.terms if each.name == "sequence_gb")

    assert sequence("deepseek-r1", 8) == pytest.approx(2 * sequence("deepseek-r1", 4))
    assert sequence("llama-3.3-70b", 8) == pytest.approx(sequence("llama-3.3-70b", 4))


def test_seventy_billion_in_sixteen_bits_do_not_fit_on_one_card_and_it_says_why() -> None:
    one = result(precision="bf16", accelerator_count=1)
    assert not one.fits
    assert one.bound_by == "memory-capacity"
    assert (one.output_tokens_per_second, one.ttft_ms, one.max_concurrency) == (None, None, 0)
    assert "141.1 GB" in one.why[0]
    assert one.accelerators_needed == 2


# Published figures, each with where it stands; nine of ten of such lie in the band.
@pytest.mark.parametrize(
    ("fields", "measured"),
    [
        # MLPerf Inference v4.1, closed division, data centre: one GH200, llama2-70b, server (2024-08-28).
        (
            {
                "model": "llama-2-70b",
                "accelerator": "gh200-96",
                "accelerator_count": 1,
                "input_tokens": 240,
                "output_tokens": 292,
                "concurrency": 157.4,
            },
            2619.09,
        ),
        # MLPerf Inference v5.1: 2 x Xeon 6787P, llama3.1-8b, offline (2025-09-09).
        (
            {
                "model": "llama-3.1-8b",
                "precision": "int8",
                "accelerator": "xeon-6787p",
                "accelerator_count": 2,
                "tensor_parallel": 2,
                "input_tokens": 778,
                "output_tokens": 128,
            },
            797.84,
        ),
        # XiongjieDai, GPU-Benchmarks-on-LLM-Inference: RTX 3090, llama.cpp (2024-05-12).
        (
            {"model": "llama-3.1-8b", "precision": "bf16", "accelerator": "rtx-3090", "accelerator_count": 1}
            | {"concurrency": 1},
            46.51,
        ),
        # InferenceX: gpt-oss-120b on 2 x B200 with vLLM, 32 users (2026-02-25).
        (
            {
                "model": "gpt-oss-120b",
                "precision": "mxfp4",
                "accelerator": "b200-sxm",
                "accelerator_count": 2,
                "tensor_parallel": 2,
                "input_tokens": 922,
                "output_tokens": 7373,
                "concurrency": 32,
            },
            4685.87,
        ),
        # MLPerf Inference v5.1: 16 x MI300X, llama2-70b, offline (2025-09-09).
        (
            {
                "model": "llama-2-70b",
                "accelerator": "mi300x",
                "accelerator_count": 16,
                "tensor_parallel": 1,
                "input_tokens": 240,
                "output_tokens": 302,
            },
            53572.2,
        ),
    ],
)
def test_published_measurements_lie_in_the_band(fields: dict[str, Any], measured: float) -> None:
    output = result(**fields)
    assert output.output_tokens_per_second == pytest.approx(measured, rel=0.5)
    band = output.error_band.output_tokens_per_second
    assert band is not None
    assert band.low < measured < band.high


def test_the_fit_is_as_good_on_points_that_it_had_not_seen_as_is_asked_of_it() -> None:
    assert learnt().seen.median_error <= 0.14
    assert learnt().seen.within_half >= 0.88


def test_the_band_is_wider_where_nothing_like_it_was_measured() -> None:
    def width(accelerator: str) -> float:
        band = result(model="llama-3.1-8b", accelerator=accelerator).error_band.output_tokens_per_second
        assert band is not None
        return band.high / band.low

    assert width("gaudi3") > 2 * width("h100-sxm")
    assert "no ASIC was among the measured points" in result(accelerator="gaudi3").error_band.basis


def test_every_figure_has_a_term_with_a_source() -> None:
    output = result(concurrency=64, ttft_target_ms=1000, tpot_target_ms=50)
    named = {each.name for each in output.terms}
    assert named >= {
        "memory_gb.weights",
        "memory_gb.overhead",
        "memory_gb.available",
        "output_tokens_per_second",
        "ttft_ms",
        "tpot_ms",
        "max_concurrency",
        "accelerators_needed",
    }
    assert all(each.source is not None and each.formula for each in output.terms)
    values = {each.name: each.value for each in output.terms}
    assert values["output_tokens_per_second"] == output.output_tokens_per_second
    assert values["max_concurrency"] == output.max_concurrency


def test_within_the_target_at_the_most_requests_and_beyond_it_with_more() -> None:
    target = 30
    most = result(tensor_parallel=8, tpot_target_ms=target).max_concurrency
    assert most > 0
    at, over = (
        result(tensor_parallel=8, tpot_target_ms=target, concurrency=each) for each in (most, round(1.2 * most))
    )
    assert (at.meets_targets, over.meets_targets) == (True, False)
    assert "the most" in over.why[0]


def test_what_is_needed_does_meet_the_targets() -> None:
    need = result(accelerator_count=None, concurrency=700, ttft_target_ms=2000, tpot_target_ms=40)
    assert need.accelerators_needed == need.accelerator_count
    assert need.meets_targets
    assert need.waiting == 0


def test_a_spare_copy_is_counted() -> None:
    need = result(accelerator_count=None, concurrency=10)
    with_spare = result(accelerator_count=None, concurrency=10, spare_copies=1)
    assert need.accelerators_needed is not None
    assert with_spare.accelerators_needed == need.accelerators_needed + need.tensor_parallel


def test_requests_that_do_not_fit_wait_and_their_first_token_comes_later() -> None:
    few, many = (result(tensor_parallel=2, concurrency=each) for each in (100, 5000))
    assert (few.waiting, few.bound_by) == (0, "memory-bandwidth")
    assert many.waiting > 0
    assert many.bound_by == "memory-capacity"
    assert many.ttft_ms is not None
    assert few.ttft_ms is not None
    assert many.ttft_ms > 10 * few.ttft_ms


def test_a_measurement_of_ones_own_replaces_the_prediction_and_shows_the_difference() -> None:
    load = {"concurrency": 100, "input_tokens": 1000, "output_tokens": 1000}
    predicted = result(concurrency=100)
    output = result(
        concurrency=100,
        measured=[
            Finding(metric="output_token_throughput", value=3000.0, unit="{token}/s", attributes=load, where="run 1"),
            Finding(metric="gen_ai.server.time_to_first_token", statistic="mean", value=0.4, unit="s"),
            Finding(metric="gen_ai.server.time_to_first_token", statistic="p99", value=9.0, unit="s"),
        ],
    )
    assert output.output_tokens_per_second == 3000
    assert output.ttft_ms == pytest.approx(400)
    assert output.tpot_ms == predicted.tpot_ms
    speed = next(each for each in output.measured if each.figure == "output_tokens_per_second")
    assert speed.predicted == predicted.output_tokens_per_second
    assert speed.ratio == pytest.approx(3000 / (predicted.output_tokens_per_second or 1))
    assert speed.where == "run 1"


def test_a_measurement_under_another_load_is_left_out_and_said() -> None:
    quiet = Finding(metric="output_token_throughput", value=50.0, unit="{token}/s", attributes={"concurrency": 1})
    output = result(concurrency=100, measured=[quiet])
    assert not output.measured
    assert "another number of requests" in output.why[-1]


def test_of_several_runs_that_do_not_say_their_load_none_is_taken() -> None:
    sweep = [Finding(metric="output_token_throughput", value=float(each), unit="{token}/s") for each in (500, 900)]
    output = result(concurrency=100, measured=sweep)
    assert not output.measured
    assert "several runs" in output.why[-1]


def test_a_measurement_of_another_model_is_pointed_out() -> None:
    other = Finding(
        metric="output_token_throughput", value=500.0, unit="{token}/s", attributes={"model": "facebook/opt-125m"}
    )
    assert "facebook/opt-125m" in result(concurrency=100, measured=[other]).why[-1]
    same = Finding(
        metric="output_token_throughput",
        value=500.0,
        unit="{token}/s",
        attributes={"model": "meta-llama/Llama-3.3-70B-Instruct"},
    )
    assert not result(concurrency=100, measured=[same]).why


def test_findings_are_what_rules_read() -> None:
    found = {each.metric: each for each in result(concurrency=64).findings()}
    assert found["capacity.fits"].value == 1
    assert found["capacity.ttft_ms"].unit == "ms"
    assert found["capacity.output_tokens_per_second"].attributes["concurrency"] == 64
    assert Output.grade == "documented"
    unfit = {each.metric for each in result(precision="bf16", accelerator_count=1).findings()}
    assert "capacity.output_tokens_per_second" not in unfit


def test_a_model_of_which_only_the_size_is_known_lies_near_one_of_that_size() -> None:
    own = result(model={"parameters_b": 70}, concurrency=64, tensor_parallel=4)
    like = result(concurrency=64, tensor_parallel=4)
    assert own.output_tokens_per_second == pytest.approx(like.output_tokens_per_second, rel=0.1)
    assert "assumed" in own.why[-1]
    sparse = result(model={"parameters_b": 235, "active_parameters_b": 22}, concurrency=64, tensor_parallel=8)
    known = result(model="qwen3-235b-a22b", concurrency=64, tensor_parallel=8)
    assert sparse.output_tokens_per_second == pytest.approx(known.output_tokens_per_second, rel=0.5)


def test_heat_and_encryption_cost_speed() -> None:
    plain = result(concurrency=64).output_tokens_per_second or 0
    assert result(concurrency=64, confidential=True).output_tokens_per_second == pytest.approx(0.93 * plain)
    assert result(concurrency=64, sustained_share=0.8).output_tokens_per_second == pytest.approx(0.8 * plain)


def test_what_cannot_be_computed_in_a_precision_is_said() -> None:
    output = result(model="llama-3.1-8b", precision="fp8", accelerator="a100-80-sxm")
    assert any("does not compute in fp8" in each for each in output.why)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"model": "llama-9"}, "model: there is no model 'llama-9'; there are llama-2-70b"),
        ({"accelerator": "h100"}, "accelerator: there is no accelerator 'h100'; there are h100-sxm"),
        ({"tensor_parallel": 3}, "tensor_parallel: must divide the 64 attention heads of Llama 3.1/3.3 70B: 1, 2, 4"),
        ({"tensor_parallel": 16}, "accelerator_count: must be a multiple of 16"),
        ({"pipeline_parallel": 81}, "pipeline_parallel: must be at most the 80 layers"),
        ({"input_tokens": 131_000}, "input_tokens: must come to at most 131,072 with output_tokens"),
        ({"accelerator_count": 0}, "accelerator_count: must be 1 or more"),
        ({"accelerator_count": 2.5}, "accelerator_count: must be a whole number"),
        ({"concurrency": 0}, "concurrency: must be more than 0"),
        ({"concurrency": float("nan")}, "concurrency: must be a finite number"),
        ({"concurrency": float("inf")}, "concurrency: must be"),
        ({"output_tokens": 0}, "output_tokens: must be 1 or more"),
        ({"tpot_target_ms": -1}, "tpot_target_ms: must be more than 0"),
        ({"memory_share": 1.1}, "memory_share: must be 1"),
        ({"precision": "fp3"}, "precision: takes 'bf16'"),
        ({"speed": 3}, "speed: there is no such field"),
        ({"model": {"parameters_b": 0}}, "must be more than 0"),
        ({"model": {"parameters_b": 7, "active_parameters_b": 8}}, "active_parameters_b must be at most parameters_b"),
        ({"model": {"parameters_b": 7, "heads": 10, "kv_heads": 4}}, "kv_heads must divide heads"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(fields: dict[str, Any], problem: str) -> None:
    assert any(problem in each for each in problems(**fields))


def test_an_organisations_own_rows_count_before_ours() -> None:
    row = {
        "id": "house-chip",
        "name": "House chip",
        "memory_gb": "64",
        "bandwidth_gb_s": "2000",
        "bf16_tflops": "200",
        "watts": "300",
        "source": "our own data sheet",
        "source_date": "2026-11",
    }
    tables = known.with_own(accelerators=[row])
    output = calculate(Input(model="llama-3.1-8b", accelerator="house-chip", accelerator_count=1), tables)
    assert output.fits
    with pytest.raises(Unreadable) as refused:
        known.with_own(accelerators=[{**row, "memory_gb": "0"}, {"id": "x"}])
    assert str(refused.value.problems[0]) == "row 1, memory_gb: must be more than 0.0"
    assert len(refused.value.problems) > 2


def test_the_tables_are_large_dated_and_sourced() -> None:
    assert len(bundled_models()) >= 40
    assert len(bundled_accelerators()) >= 50
    cited = [each.cited for each in bundled_models().values()] + [
        each.cited for each in bundled_accelerators().values()
    ]
    assert all(each.title and each.date for each in cited)
    assert learnt().models <= bundled_models().keys()
    assert learnt().accelerators <= bundled_accelerators().keys()


MODELS = st.sampled_from(sorted(bundled_models()))
DEVICES = st.sampled_from(sorted(bundled_accelerators()))


@settings(max_examples=150, deadline=None)
@given(
    model=MODELS | st.builds(lambda size: {"parameters_b": size}, st.floats(0.001, 100_000)),
    device=DEVICES,
    precision=st.sampled_from(PRECISIONS),
    count=st.none() | st.integers(1, 100_000),
    concurrency=st.none() | st.floats(1e-6, 1e7),
    tokens=st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
    target=st.none() | st.floats(1e-6, 1e7),
)
def test_whatever_is_possible_gives_finite_figures_or_says_why_not(
    model: Any, device: str, precision: str, count: Any, concurrency: Any, tokens: tuple[int, int], target: Any
) -> None:
    output = result(
        model=model,
        accelerator=device,
        precision=precision,
        accelerator_count=count,
        concurrency=concurrency,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        ttft_target_ms=target,
        tpot_target_ms=target,
    )
    figures = (output.output_tokens_per_second, output.ttft_ms, output.tpot_ms)
    if output.fits:
        assert all(each is not None and isfinite(each) and each > 0 for each in figures)
        used = output.memory_gb
        assert used.weights + used.kv_cache + used.overhead <= used.available * (1 + 1e-6)
    else:
        assert figures == (None, None, None)
        assert output.why
    assert Output.model_validate_json(output.model_dump_json()).bound_by == output.bound_by


@settings(max_examples=80, deadline=None)
@given(model=MODELS, device=DEVICES, more=st.floats(1.001, 10), concurrency=st.floats(1, 1000))
def test_more_memory_never_reduces_what_fits_and_more_bandwidth_never_slows(
    model: str, device: str, more: float, concurrency: float
) -> None:
    base = bundled_accelerators()[device]
    tables = known.bundled()
    for field in ("memory_gb", "bandwidth_gb_s"):
        better = base.model_copy(update={field: getattr(base, field) * more})  # the same device, so that the same
        with_it = known.Known(tables.models, {**tables.accelerators, device: better})  # measured points are near
        for tensor in (None, 4):
            given_input = {
                "model": model,
                "accelerator_count": 4,
                "tensor_parallel": tensor,
                "concurrency": concurrency,
            }
            if tensor and bundled_models()[model].heads % tensor:
                continue
            before = calculate(Input.model_validate({**given_input, "accelerator": device}), tables)
            after = calculate(Input.model_validate({**given_input, "accelerator": device}), with_it)
            assert after.fits >= before.fits
            assert after.max_concurrency >= before.max_concurrency
            if before.output_tokens_per_second and after.output_tokens_per_second:
                assert after.output_tokens_per_second >= before.output_tokens_per_second * (1 - 1e-9)
            if tensor and field == "bandwidth_gb_s" and before.tpot_ms and after.tpot_ms:
                assert after.tpot_ms <= before.tpot_ms * (1 + 1e-9)


MIXTURES = st.sampled_from(sorted(each.id for each in bundled_models().values() if each.is_mixture))


@settings(max_examples=100, deadline=None)
@given(
    model=MIXTURES,
    device=DEVICES,
    precision=st.sampled_from(PRECISIONS),
    count=st.sampled_from([1, 2, 4, 8, 16]),
    more=st.floats(1.001, 4),
)
def test_at_full_load_too_more_memory_never_makes_a_mixture_not_fit(
    model: str, device: str, precision: str, count: int, more: float
) -> None:
    base, tables = bundled_accelerators()[device], known.bundled()
    larger = known.Known(
        tables.models,
        {**tables.accelerators, device: base.model_copy(update={"memory_gb": base.memory_gb * more})},
    )
    asked = Input.model_validate(
        {"model": model, "accelerator": device, "precision": precision, "accelerator_count": count}
    )
    before, after = calculate(asked, tables), calculate(asked, larger)
    assert after.fits >= before.fits
    assert after.fits == (after.max_concurrency > 0)
    assert before.fits == (before.max_concurrency > 0)


def test_a_mixture_that_fits_only_with_its_attention_shared_out_is_laid_out_so() -> None:
    output = result(model="qwen3-235b-a22b", precision="int4", accelerator="a100-80-sxm", accelerator_count=2)
    assert output.fits
    assert output.max_concurrency > 0


@settings(max_examples=60, deadline=None)
@given(model=MODELS, device=DEVICES, count=st.integers(1, 40), more=st.integers(1, 40))
def test_more_accelerators_never_serve_fewer(model: str, device: str, count: int, more: int) -> None:
    fewer, larger = (
        result(model=model, precision=None, accelerator=device, accelerator_count=each, concurrency=20)
        for each in (count, count + more)
    )
    assert larger.fits >= fewer.fits
    assert larger.max_concurrency >= fewer.max_concurrency
