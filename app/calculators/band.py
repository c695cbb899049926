"""How far to trust a prediction: where nine of ten measured figures lay when such a one was made."""

from collections.abc import Mapping
from math import exp, log
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.accelerator import Accelerator
from app.calculators.efficiency import Learnt, Spread
from app.calculators.model import Model
from app.calculators.nearby import Nearby

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
    model: Model, device: Accelerator, learnt: Learnt, predicted: Mapping[Figure, float | None], nearby: Nearby
) -> ErrorBand:
    """The narrower, the more was measured nearby; of a model that nobody measured, as wide as those left out were.

    Of an accelerator that nobody measured too: its kin correct the prediction, but do not vouch for it.
    """
    wider = 1.0 if device.efficiency_class in learnt.classes else learnt.unmeasured
    vouched = 1.0 if device.id in learnt.accelerators else 0.0
    basis = _basis(model, device, learnt, nearby)

    def limits(figure: Figure, near: Spread, far: Spread, share: float) -> Limits | None:
        value = predicted[figure]
        if value is None:
            return None
        low, high = (
            wider * (share * log(close) + (1 - share) * log(wide))
            for close, wide in ((near.low, far.low), (near.high, far.high))
        )
        return Limits(low=value * exp(low), high=value * exp(high))

    if wider > 1:
        kind = device.efficiency_class.upper()
        basis += f"; no {kind} was among the measured points: an estimate, twice as wide"
    near, far, speed = learnt.near, learnt.new_model, vouched * nearby.speed.share
    return ErrorBand(
        output_tokens_per_second=limits(
            "output_tokens_per_second", near.output_tokens_per_second, far.output_tokens_per_second, speed
        ),
        ttft_ms=limits("ttft_ms", near.ttft_ms, far.ttft_ms, vouched * nearby.first_token.share),
        tpot_ms=limits("tpot_ms", near.tpot_ms, far.tpot_ms, speed),
        basis=basis,
    )


def _basis(model: Model, device: Accelerator, learnt: Learnt, nearby: Nearby) -> str:
    known_model, known_device = model.id in learnt.models, device.id in learnt.accelerators
    trust = learnt.new_model if not known_model else learnt.seen if known_device else learnt.new_accelerator
    basis = f"{trust.points} published points, {trust.basis}"
    if nearby.neighbours:
        basis += f", {len(nearby.neighbours)} of them measured near this"
    elif known_model and known_device:
        basis += ", none of them measured near this"
    missing = " and ".join(each.name for each, known in ((model, known_model), (device, known_device)) if not known)
    return f"{basis}; none was measured with {missing}" if missing else basis
