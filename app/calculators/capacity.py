"""Capacity: whether a model fits on accelerators, how fast it answers there, and how many of them it takes.

Memory: `memory`. Time of a step: `roofline`. Batching: `serving`. How much of a data sheet is real: `efficiency`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from app.calculators import reckoning
from app.calculators.accelerator import Accelerator
from app.calculators.arrangement import Need, Work, fastest, fewest, partings, sizes
from app.calculators.band import ErrorBand, Figure, error_band
from app.calculators.caveats import caveats
from app.calculators.constant import constants
from app.calculators.curve import Point, curve
from app.calculators.efficiency import learnt
from app.calculators.known import Known, in_use
from app.calculators.measured import Comparison, Measured, comparisons, measured
from app.calculators.memory import Layout, Memory
from app.calculators.model import Model, model_of_size
from app.calculators.nearby import published
from app.calculators.precision import precision
from app.calculators.roofline import Bound
from app.calculators.serving import Load
from app.calculators.telling import capacity as telling
from app.calculators.term import CalculatorOutput, misfit
from app.calculators.told import Told
from app.calculators.workload import Input
from app.finding import Finding, Scalar

__all__ = ["Input", "Output", "calculate"]

_USUAL = constants("serving.yaml")


class MemoryGb(BaseModel):
    """Gigabytes (10⁹ bytes) over the accelerators of one copy."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    weights: float
    kv_cache: float = Field(description="keys and values of the requests that run at once, on average")
    overhead: float = Field(description="driver, graphs, activations")
    available: float = Field(description="the share of memory that the serving software takes")


class Output(CalculatorOutput):
    """Whether it fits, how fast it is, what it takes, and how far to trust that."""

    fits: bool = Field(description="whether the model and one whole request fit")
    memory_gb: MemoryGb
    output_tokens_per_second: float | None = Field(description="over all accelerators; null: it does not fit")
    ttft_ms: float | None = Field(description="time to the first token, on average, waiting included")
    tpot_ms: float | None = Field(description="time for each further token, on average")
    max_concurrency: int = Field(description="requests at once within the targets, over all accelerators")
    bound_by: Bound
    error_band: ErrorBand
    accelerators_needed: int | None = Field(description="the fewest that would do; null: no number of them does")
    needed_layout: str | None = Field(description="how those are laid out")
    accelerator_count: int
    copies: int = Field(description="of the model")
    tensor_parallel: int
    pipeline_parallel: int
    running: float = Field(description="requests that run at once")
    waiting: float = Field(description="requests that wait for room")
    meets_targets: bool | None = Field(description="null: there is none")
    measured: tuple[Comparison, ...] = Field(description="what a load test showed instead, and the difference")
    curve: tuple[Point, ...] = Field(description="the same at other numbers of requests at once, in this layout")
    why: tuple[str, ...] = Field(description="what stands against it or should be known")
    about: dict[str, Scalar] = Field(description="what was calculated, as findings carry it")

    def findings(self) -> tuple[Finding, ...]:
        """The figures that rules read."""

        def finding(metric: str, value: float | None, unit: str, statistic: str | None = None) -> Iterator[Finding]:
            if value is not None:
                yield Finding(
                    metric=f"capacity.{metric}",
                    statistic=statistic,
                    value=float(value),
                    unit=unit,
                    attributes=self.about,
                    where=metric,
                )

        return (
            *finding("fits", self.fits, "1"),
            *finding("output_tokens_per_second", self.output_tokens_per_second, "tokens per second"),
            *finding("ttft_ms", self.ttft_ms, "ms", "mean"),
            *finding("tpot_ms", self.tpot_ms, "ms", "mean"),
            *finding("max_concurrency", self.max_concurrency, "requests"),
            *finding("accelerators_needed", self.accelerators_needed, "accelerators"),
            *finding("memory_gb.weights", self.memory_gb.weights, "GB"),
            *finding("memory_gb.available", self.memory_gb.available, "GB"),
        )

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)


@dataclass(frozen=True, slots=True)
class Case:
    """An input with its names looked up and its layout decided."""

    given: Input
    work: Work
    layout: Layout
    copies: int
    need: Need | None
    memory: Memory
    most: int  # requests at once within the targets, in the layout that is best for that

    @property
    def accelerators(self) -> int:
        """As many as there are, the idle ones too."""
        return self.given.accelerator_count or self.copies * self.layout.devices

    @property
    def asked(self) -> float:
        """Requests at once over all copies."""
        if self.given.concurrency is not None:
            return self.given.concurrency
        # What a scheduler keeps room for up to the last token, and no more than it takes on.
        most = self.work.factors.most_sequences * (self.layout.tensor if self.layout.attention_by_request else 1)
        return max(1.0, min(self.memory.whole_sequences, most)) * self.copies

    def load(self) -> Load | None:
        """One copy with its share of the requests; None: it does not fit."""
        memory = self.memory
        room = memory.whole_sequences if self.given.concurrency is None else memory.running_sequences
        return self.work.at(self.layout, self.asked / self.copies, room) if room else None


def calculate(given: Input, known: Known | None = None) -> Output:
    """What the accelerators come to.

    Raises:
        Unreadable: a name is not known, or the inputs do not go together.
    """
    case = case_of(given, known or in_use())
    load = case.load()
    predicted = _predicted(load, case.copies)
    taken = _measured(case) if given.measured else Measured(taken={}, remarks=())
    band = error_band(case.work.model, case.work.device, learnt(), predicted, case.work.nearby(case.layout))
    figures = {figure: taken.taken[figure][0] if figure in taken.taken else predicted[figure] for figure in predicted}
    return Output(
        terms=tuple(reckoning.terms(case.work, case.layout, case.memory, load, case.copies, case.need, case.most)),
        fits=case.memory.whole_sequences >= 1,
        memory_gb=_memory(case.memory, load),
        output_tokens_per_second=figures["output_tokens_per_second"],
        ttft_ms=figures["ttft_ms"],
        tpot_ms=figures["tpot_ms"],
        max_concurrency=case.most,
        bound_by=_bound_by(load, case),
        error_band=band,
        accelerators_needed=case.need.accelerators if case.need else None,
        needed_layout=_layout_words(case.need) if case.need else None,
        accelerator_count=case.accelerators,
        copies=case.copies,
        tensor_parallel=case.layout.tensor,
        pipeline_parallel=case.layout.pipeline,
        running=load.running * case.copies if load else 0.0,
        waiting=load.waiting * case.copies if load else case.asked,
        meets_targets=_meets(given, figures) if load else None,
        measured=comparisons(taken, predicted, band),
        curve=tuple(curve(case.work, case.layout, case.copies, asked=case.asked)) if load else (),
        why=(
            *_idle(case),
            *caveats(case.work, case.layout, case.memory, load, case.most, case.asked, case.need),
            *taken.remarks,
        ),
        about=_about(case),
    )


def case_of(given: Input, known: Known) -> Case:
    """The input with its names looked up and its layout decided.

    Raises:
        Unreadable: a name is not known, or the inputs do not go together.
    """
    model = known.model(given.model) if isinstance(given.model, str) else model_of_size(given.model)
    device = known.accelerator(given.accelerator)
    _refuse_misfits(given, model)
    work = _work(given, model, device)
    need = fewest(work, given.concurrency or 1.0, given.spare_copies)
    if given.tensor_parallel is not None or given.accelerator_count is None:
        tensor = given.tensor_parallel or (need.layout.tensor if need else max(sizes(model, device)))
        return _laid_out(given, work, Layout(tensor, given.pipeline_parallel), need)
    possible = partings(work, given.accelerator_count, given.pipeline_parallel)
    chosen = fastest(work, possible, given.concurrency)
    if chosen is None:
        tensor = max((each for each in sizes(model, device) if given.accelerator_count % each == 0), default=1)
        return _laid_out(given, work, Layout(tensor, given.pipeline_parallel), need)
    layout = _at_full_load(given, work, chosen.layout)
    return Case(given, work, layout, chosen.copies, need, work.memory(layout), max(each.most for each in possible))


def _laid_out(given: Input, work: Work, layout: Layout, need: Need | None) -> Case:
    """The layout that was asked for, or the only one there is, on the accelerators that there are."""
    most, devices = work.most_at_once(layout), given.accelerator_count
    if devices is None:
        devices = layout.devices * (max(1, ceil((given.concurrency or 1.0) / max(1, most))) + given.spare_copies)
    if devices % layout.devices:
        words = f"must be a multiple of {layout.devices}: tensor_parallel x pipeline_parallel, one copy of the model"
        raise misfit(("accelerator_count", words))
    copies, layout = devices // layout.devices, _at_full_load(given, work, layout)
    return Case(given, work, layout, copies, need, work.memory(layout), most * copies)


def _at_full_load(given: Input, work: Work, layout: Layout) -> Layout:
    """At full load a server of a mixture keeps whole requests on a device and shares only the experts out.

    That takes room for the attention on every device; where there is none, it is shared out too.
    """
    if given.concurrency is not None or not work.model.is_mixture or layout.tensor == 1:
        return layout
    by_request = Layout(layout.tensor, layout.pipeline, attention_by_request=True)
    return by_request if work.memory(by_request).whole_sequences >= 1 else layout


def _work(given: Input, model: Model, device: Accelerator) -> Work:
    bits = precision(given.precision or model.native_precision, experts=model.is_mixture)
    cache = {"bf16": 2.0, "fp8": 1.0}.get(given.cache_precision, bits.cache_bytes)
    if given.cache_precision == "auto" and bits.name == "mxfp4" and not device.fp4_tflops:
        cache = 2.0  # devices that compute such weights in 16 bits keep the cache in them too
    speed = given.sustained_share * (_USUAL["confidential_share"].value if given.confidential else 1.0)
    return Work(
        model=model,
        device=device,
        bits=bits,
        cache_bytes=cache,
        input_tokens=given.input_tokens,
        output_tokens=given.output_tokens,
        factors=learnt().factors,
        measured=published(),
        memory_share=given.memory_share,
        speed=speed,
        arrivals=given.arrivals,
        ttft_target=given.ttft_target_ms / 1000 if given.ttft_target_ms else None,
        tpot_target=given.tpot_target_ms / 1000 if given.tpot_target_ms else None,
    )


def _refuse_misfits(given: Input, model: Model) -> None:
    problems: list[tuple[str, str]] = []
    tensor = given.tensor_parallel
    if tensor is not None and model.heads % tensor:
        possible = ", ".join(str(each) for each in range(1, model.heads + 1) if model.heads % each == 0)
        problems.append(
            ("tensor_parallel", f"must divide the {model.heads} attention heads of {model.name}: {possible}")
        )
    if given.pipeline_parallel > model.layers:
        problems.append(("pipeline_parallel", f"must be at most the {model.layers} layers of {model.name}"))
    if given.input_tokens + given.output_tokens > model.context:
        problems.append(
            ("input_tokens", f"must come to at most {model.context:,} with output_tokens, the context of {model.name}")
        )
    if problems:
        raise misfit(*problems)


def _predicted(load: Load | None, copies: int) -> dict[Figure, float | None]:
    return {
        "output_tokens_per_second": load.tokens_per_second * copies if load else None,
        "ttft_ms": load.first_token * 1000 if load else None,
        "tpot_ms": load.each_token * 1000 if load else None,
    }


def _measured(case: Case) -> Measured:
    given = case.given
    return measured(
        given.measured,
        model=case.work.model.id,
        concurrency=case.asked,
        input_tokens=given.input_tokens,
        output_tokens=given.output_tokens,
    )


def _memory(memory: Memory, load: Load | None) -> MemoryGb:
    running = load.running if load else 1.0
    return MemoryGb(
        weights=memory.weights / 1e9,
        kv_cache=running * memory.average_sequence / 1e9,
        overhead=memory.overhead / 1e9,
        available=memory.available / 1e9,
    )


def _bound_by(load: Load | None, case: Case) -> Bound:
    """What most of a request's time goes to; room, where others wait for it."""
    if load is None or load.waiting > 0:
        return "memory-capacity"
    return load.bound_by(case.given.output_tokens)


def _meets(given: Input, figures: dict[Figure, float | None]) -> bool | None:
    targets = ((figures["ttft_ms"], given.ttft_target_ms), (figures["tpot_ms"], given.tpot_target_ms))
    asked = [(value, target) for value, target in targets if target is not None]
    return all(value is not None and value <= target for value, target in asked) if asked else None


def _idle(case: Case) -> Iterator[str]:
    idle = case.accelerators - case.copies * case.layout.devices
    if idle:
        yield f"{idle} of {case.accelerators} accelerators stay idle: a copy of the model takes {case.layout.devices}."


def _layout_words(need: Need) -> str:
    each = "an accelerator each" if need.layout.devices == 1 else f"{need.layout.devices} accelerators each"
    return f"{need.copies} {'copy' if need.copies == 1 else 'copies'} of the model, {each}"


def _about(case: Case) -> dict[str, Scalar]:
    given, work = case.given, case.work
    return {
        "model": work.model.id,
        "precision": work.bits.name,
        "accelerator": work.device.id,
        "accelerators": case.accelerators,
        "tensor_parallel": case.layout.tensor,
        "pipeline_parallel": case.layout.pipeline,
        "concurrency": round(case.asked, 3),
        "input_tokens": given.input_tokens,
        "output_tokens": given.output_tokens,
    }
