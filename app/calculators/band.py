"""How far to trust a prediction: where nine of ten measured figures lay when such a one was made."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.accelerator import Accelerator
from app.calculators.efficiency import Learnt, Spread, Trust
from app.calculators.model import Model

Figure = Literal["output_tokens_per_second", "ttft_ms", "tpot_ms"]


class Limits(BaseModel):
    """Nine of ten measured figures lay between."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    low: float
    high: float


class ErrorBand(BaseModel):
    """Around each figure, and where that comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    coverage: float = Field(default=0.9, description="share of measured figures that lay within")
    output_tokens_per_second: Limits | None
    ttft_ms: Limits | None
    tpot_ms: Limits | None
    basis: str = Field(description="which measurements it was learnt from")


def error_band(
    model: Model, device: Accelerator, learnt: Learnt, predicted: Mapping[Figure, float | None]
) -> ErrorBand:
    """The band of the nearest case: both seen, one of them new, or nothing like it ever measured."""
    trust, basis = _nearest(model, device, learnt)
    wider = 1.0 if device.efficiency_class in learnt.classes else learnt.unmeasured

    def limits(figure: Figure, spread: Spread) -> Limits | None:
        value = predicted[figure]
        return None if value is None else Limits(low=value * spread.low**wider, high=value * spread.high**wider)

    if wider > 1:
        basis = (
            f"no {device.efficiency_class.upper()} was among the measured points: an estimate, twice as wide; {basis}"
        )
    return ErrorBand(
        output_tokens_per_second=limits("output_tokens_per_second", trust.output_tokens_per_second),
        ttft_ms=limits("ttft_ms", trust.ttft_ms),
        tpot_ms=limits("tpot_ms", trust.tpot_ms),
        basis=basis,
    )


def _nearest(model: Model, device: Accelerator, learnt: Learnt) -> tuple[Trust, str]:
    known_model, known_device = model.id in learnt.models, device.id in learnt.accelerators
    if known_model and known_device:
        return learnt.seen, f"{learnt.seen.points} published points, {learnt.seen.basis}"
    trust = learnt.new_model if not known_model else learnt.new_accelerator
    missing = " and ".join(each.name for each, known in ((model, known_model), (device, known_device)) if not known)
    return trust, f"{trust.points} published points, {trust.basis}; none was measured with {missing}"
