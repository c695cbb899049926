"""How a host stands against a need: whether it can serve it, how well, and what keeps it from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.accelerator import Accelerator
from app.calculators.arrangement import Work, partings, roomiest
from app.calculators.constant import constants
from app.calculators.cooling import AS_MEASURED, Cooling, sustained_factor, usual_cooling
from app.calculators.efficiency import learnt
from app.calculators.form import shown
from app.calculators.inventory import Host
from app.calculators.known import Known
from app.calculators.memory import Layout
from app.calculators.model import SizedModel, model_of_size
from app.calculators.nearby import published
from app.calculators.precision import PrecisionName, StatedPrecision, precision
from app.calculators.recognition import Recognition
from app.calculators.serving import Load
from app.calculators.term import misfit
from app.wording import Line

_USUAL = constants("serving.yaml")

_Kind = tuple[object, ...]  # whatever the figures of a device follow from: equal ones are worked out once

Reason = Literal[
    "no-accelerator", "unknown-accelerator", "no-driver", "no-confidential-mode", "memory", "bandwidth", "compute"
]


class Need(BaseModel):
    """What has to be served."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: Annotated[Line, Field(min_length=1)] | SizedModel = Field(
        description="id in the table of models, or the size of one that is not there",
        title="Model",
        json_schema_extra=shown(main=True, choices="models"),
    )
    precision: StatedPrecision | None = Field(
        default=None,
        description="left out: as the model is published",
        title="Precision",
        json_schema_extra=shown(main=True),
    )
    input_tokens: int = Field(
        default=int(_USUAL["input_tokens"].value),
        ge=1,
        le=10_000_000,
        title="Tokens in",
        json_schema_extra=shown("tokens", main=True, source=_USUAL["input_tokens"].source),
    )
    output_tokens: int = Field(
        default=int(_USUAL["output_tokens"].value),
        ge=1,
        le=10_000_000,
        title="Tokens out",
        json_schema_extra=shown("tokens", main=True, source=_USUAL["output_tokens"].source),
    )
    concurrency: float = Field(
        default=1,
        gt=0,
        le=10_000_000,
        description="requests at once over all hosts",
        title="Requests at once",
        json_schema_extra=shown("requests at once", main=True),
    )
    ttft_target_ms: float = Field(
        default=_USUAL["acceptable_ttft_ms"].value,
        gt=0,
        le=10_000_000,
        description="on average, of one request alone",
        title="Target for the first token",
        json_schema_extra=shown("ms", main=True, source=_USUAL["acceptable_ttft_ms"].source),
    )
    tpot_target_ms: float = Field(
        default=_USUAL["acceptable_tpot_ms"].value,
        gt=0,
        le=10_000_000,
        description="on average, of one request alone",
        title="Target for each further token",
        json_schema_extra=shown("ms", main=True, source=_USUAL["acceptable_tpot_ms"].source),
    )
    confidential: bool = Field(
        default=False, description="whether memory has to be encrypted in use", title="Confidential computing"
    )


class HostCapacity(BaseModel):
    """One host against the need."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    hostname: str
    accelerator: str | None = Field(description="id in the table; null: none, or not in it")
    accelerator_count: int
    usable: bool
    why: tuple[str, ...] = Field(description="what keeps it from it, or should be known")
    reasons: tuple[Reason, ...] = Field(description="the same for programs; empty where it is usable")
    sustained_factor: float = Field(description="share of its speed that it keeps under heat")
    cooling: Cooling = Field(description="as stated, else as is usual for such a machine")
    tensor_parallel: int | None = Field(description="accelerators for one copy of the model")
    copies: int
    max_concurrency: int = Field(description="requests at once within the targets")
    output_tokens_per_second: float | None = Field(description="at that many")
    ttft_ms: float | None = Field(description="of one request alone; null: it does not fit")
    tpot_ms: float | None = Field(description="of one request alone")


@dataclass(frozen=True, slots=True)
class _Figures:
    """What equal hosts come to; worked out once for all of them."""

    layout: Layout | None
    copies: int
    reason: Reason | None
    sentence: str | None
    most: int
    tokens_per_second: float | None
    first_token: float | None
    each_token: float | None


class Standing:
    """Hosts against one need; equal ones are worked out once."""

    def __init__(self, need: Need, known: Known) -> None:
        self.need = need
        self.model = known.model(need.model, "need.model") if isinstance(need.model, str) else model_of_size(need.model)
        if need.input_tokens + need.output_tokens > self.model.context:
            words = f"must come to at most {self.model.context:,} with output_tokens, the context of {self.model.name}"
            raise misfit(("need.input_tokens", words))
        self._recognition = Recognition(known.accelerators)
        self._worked: dict[tuple[_Kind, int], _Figures] = {}
        self._most: dict[_Kind, dict[Layout, int]] = {}  # requests at once of a copy

    def host(self, host: Host, named: PrecisionName | None = None, *, driver: bool = False) -> HostCapacity:
        """One host, at the precision of the need or another, with drivers as they are or installed."""
        device = self._recognition.device(host)
        cooling = host.cooling or usual_cooling(device)
        factor = sustained_factor(cooling, throttled=host.throttled)
        count = host.accelerators or (host.sockets or 1)
        reasons = list(self._barriers(host, device, driver=driver))
        figures = None
        if device is not None:
            speed = 1.0 if cooling in AS_MEASURED and not host.throttled else factor
            figures = self._figures(device, count, speed, named)
            if figures.reason and figures.sentence:
                reasons.append((figures.reason, figures.sentence))
        usable = not reasons
        return HostCapacity(
            hostname=host.hostname,
            accelerator=device.id if device else None,
            accelerator_count=host.accelerators,
            usable=usable,
            why=(*(sentence for _, sentence in reasons), *self._remarks(host, device)),
            reasons=tuple(reason for reason, _ in reasons),
            sustained_factor=factor,
            cooling=cooling,
            tensor_parallel=figures.layout.tensor if figures and figures.layout else None,
            copies=figures.copies if figures and usable else 0,
            max_concurrency=figures.most if figures and usable else 0,
            output_tokens_per_second=figures.tokens_per_second if figures and usable else None,
            ttft_ms=figures.first_token if figures else None,
            tpot_ms=figures.each_token if figures else None,
        )

    def _barriers(self, host: Host, device: Accelerator | None, *, driver: bool) -> Iterable[tuple[Reason, str]]:
        if device is None and host.accelerators:
            yield (
                "unknown-accelerator",
                f"{host.accel_model or 'Its accelerator'} is not in the table: add a row of your own with its figures.",
            )
        elif device is None:
            yield "no-accelerator", "It has no accelerator, and its processor is neither known nor described."
        if host.accelerators and host.lacks_driver and not driver:
            yield "no-driver", "No driver that models run on is installed for its accelerators."
        if (
            self.need.confidential
            and device is not None
            and (device.confidential != "yes" or host.confidential is False)
        ):
            what = "The host's confidential mode is off." if device.confidential == "yes" else device.confidential_note
            yield "no-confidential-mode", f"{device.name} cannot compute on encrypted memory here. {what}".strip()

    def _remarks(self, host: Host, device: Accelerator | None) -> Iterable[str]:
        if device is None:
            return
        if self.need.confidential and device.confidential == "yes" and host.confidential is None:
            yield "Whether the host's own confidential mode is on is not stated: confirm it."
        if device.efficiency_class not in learnt().classes:
            yield f"No {device.efficiency_class.upper()} was measured: its speed is an estimate."
        if host.throttled:
            yield "It was slowed down by heat when it was looked at."

    def _figures(self, device: Accelerator, count: int, speed: float, named: PrecisionName | None) -> _Figures:
        form = (device.id, device.memory_gb, device.bandwidth_gb_s, device.bf16_tflops, device.link_domain)
        kind = (*form, speed, named)
        if (kind, count) not in self._worked:
            known = self._most.setdefault(kind, {})
            self._worked[kind, count] = self._worked_out(self.work(device, speed, named), count, known)
        return self._worked[kind, count]

    def work(self, device: Accelerator, speed: float = 1.0, named: PrecisionName | None = None) -> Work:
        """The need on such a device."""
        model, need = self.model, self.need
        bits = precision(named or need.precision or model.native_precision, experts=model.is_mixture)
        return Work(
            model=model,
            device=device,
            bits=bits,
            cache_bytes=bits.cache_bytes,
            input_tokens=need.input_tokens,
            output_tokens=need.output_tokens,
            factors=learnt().factors,
            measured=published(),
            memory_share=None,
            speed=speed * (_USUAL["confidential_share"].value if need.confidential else 1.0),
            ttft_target=need.ttft_target_ms / 1000,
            tpot_target=need.tpot_target_ms / 1000,
        )

    def _worked_out(self, work: Work, count: int, known: dict[Layout, int]) -> _Figures:
        chosen = roomiest(partings(work, count, known=known))
        if chosen is None:
            return _Figures(None, 0, "memory", _too_large(work, count), 0, None, None, None)
        layout, copies = chosen.layout, chosen.copies
        memory = work.memory(layout)
        alone = work.at(layout, 1, memory.running_sequences)
        most = work.most_at_once(layout)
        reason, sentence = (None, None) if most else self._too_slow(alone)
        full = work.at(layout, most, memory.running_sequences) if most else None
        return _Figures(
            layout=layout,
            copies=copies,
            reason=reason,
            sentence=sentence,
            most=most * copies,
            tokens_per_second=full.tokens_per_second * copies if full else None,
            first_token=1000 * alone.first_token,
            each_token=1000 * alone.each_token,
        )

    def _too_slow(self, alone: Load) -> tuple[Reason, str]:
        each, first = 1000 * alone.each_token, 1000 * alone.first_token
        if each > self.need.tpot_target_ms:
            return (
                "bandwidth",
                f"One request alone takes {each:,.0f} ms for each token, and {self.need.tpot_target_ms:g} are allowed: "
                "its memory is read too slowly.",
            )
        return "compute", f"The first token takes {first:,.0f} ms, and {self.need.ttft_target_ms:g} are allowed."


def _too_large(work: Work, count: int) -> str:
    memory = work.memory(Layout())
    needed, have = memory.weights + memory.overhead + memory.sequence, work.device.memory * count
    if have < needed:
        return f"The model takes {needed / 1e9:,.0f} GB with one request; the host has {have / 1e9:,.0f} GB."
    return (
        f"The model takes {needed / 1e9:,.0f} GB with one request; the host has {have / 1e9:,.0f} GB, and not all "
        "of it can be used together."
    )
