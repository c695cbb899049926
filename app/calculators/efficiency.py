"""How much of what a device could do serving software makes of it: factors learnt from published measurements."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.accelerator import Accelerator
from app.calculators.facts import document
from app.calculators.model import Model
from app.calculators.precision import PrecisionName, Rate
from app.calculators.term import Source

Share = Annotated[float, Field(gt=0, le=2)]
Seconds = Annotated[float, Field(ge=0, le=1)]


class Factors(BaseModel):
    """The fitted factors. Shares are of the data sheet's figure; times are what no data sheet states."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bandwidth: Mapping[str, Share]  # by efficiency class
    compute: Mapping[Rate, Share]
    class_compute: Mapping[str, Share]  # on top of that, by efficiency class
    fine_experts_bandwidth: Share
    fine_experts_compute: Share
    coarse_expert_width: Annotated[int, Field(gt=0)]  # from which an expert is nearly as efficient as a dense layer
    coarse_experts_power: Share  # coarse experts lose so much of it, on a logarithmic scale
    attention_compute: Share
    local_quantised_bandwidth: Share
    state_layers: Share
    sparse_attention: Share
    layer_seconds: Seconds
    mixture_layer: Annotated[float, Field(ge=1, le=5)]  # launches of a layer with experts, beside one without
    step_seconds: Seconds
    sequence_seconds: Seconds
    link_latency_seconds: Seconds
    link: Share
    exchange: Share  # experts' all-to-all, beside what an all-reduce would take
    cached_read: Share  # the cache lies in pages, so it is read a little slower than weights
    larger_group_start: Annotated[float, Field(ge=0)]  # growth of a message's start with each doubling of the group
    slow_start: Annotated[float, Field(ge=1)]  # how much later a message starts over PCIe or a network
    fast_link_bytes_per_second: Annotated[float, Field(gt=0)]  # from here on it does not
    network_bytes_per_second: Annotated[float, Field(gt=0)]  # between devices that the fast link does not join
    overlap_power: Annotated[float, Field(ge=1, le=20)]
    most_sequences: Annotated[float, Field(ge=1)]
    first_token_seconds: Seconds
    restart_clump: Share

    def bandwidth_share(self, device: Accelerator, model: Model, precision: PrecisionName) -> float:
        """Of the memory's bandwidth, for dense layers and the cache."""
        share = self.bandwidth[device.efficiency_class] * self._young(model)
        return share * (self.local_quantised_bandwidth if precision in ("q4_k_m", "q8_0") else 1.0)

    def expert_bandwidth_share(self, device: Accelerator, model: Model, precision: PrecisionName) -> float:
        """Of the memory's bandwidth, for experts."""
        return self.bandwidth_share(device, model, precision) * self._in_experts(model, self.fine_experts_bandwidth)

    def compute_share(self, device: Accelerator, model: Model, rate: Rate) -> float:
        """Of the arithmetic at that rate, for dense layers."""
        return self.compute[rate] * self.class_compute[device.efficiency_class] * self._young(model)

    def expert_compute_share(self, device: Accelerator, model: Model, rate: Rate) -> float:
        """Of the arithmetic at that rate, for experts."""
        return self.compute_share(device, model, rate) * self._in_experts(model, self.fine_experts_compute)

    def attention_share(self, device: Accelerator) -> float:
        """Of the 16-bit arithmetic, for attention."""
        return self.attention_compute * self.class_compute[device.efficiency_class]

    def launch_seconds(self, model: Model) -> float:
        """What the software spends in a step on getting each layer's work started."""
        layer = self.layer_seconds * (self.mixture_layer if model.is_mixture else 1.0)
        return model.layers * layer + self.step_seconds

    def _in_experts(self, model: Model, fine: float) -> float:
        if not model.is_mixture:
            return 1.0
        return fine if model.expert_width < self.coarse_expert_width else float(fine**self.coarse_experts_power)

    def _young(self, model: Model) -> float:
        """Kinds of attention for which the software had not caught up with the hardware when it was measured."""
        share = self.sparse_attention if model.sparse_tokens else 1.0
        return share * (self.state_layers if model.state_layers else 1.0)


class Spread(BaseModel):
    """How far measured figures lay from predicted ones: quantiles of measured / predicted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Annotated[float, Field(gt=0)]  # 5 of 100 points lie below
    high: Annotated[float, Field(gt=0)]  # 5 of 100 lie above


class Nearness(BaseModel):
    """How much a measured point of the same model counts for a case: 1, times what stands here for each difference."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    generation: Annotated[float, Field(ge=0, le=1)]  # another accelerator of the same architecture
    other_accelerator: Annotated[float, Field(ge=0, le=1)]  # of the same class; one of another class counts for nothing
    other_precision: Annotated[float, Field(ge=0, le=1)]
    doubled_layout: Annotated[
        float, Field(gt=0, le=1)
    ]  # for each doubling or halving of the devices that share a layer
    doubled_output: Annotated[float, Field(gt=0, le=1)]  # and of the tokens out
    pull: Annotated[float, Field(gt=0)]  # towards no correction, as so many points that say 1 would
    most_speed: Annotated[float, Field(gt=1)]  # further off than by this factor a point counts as if it were this far
    most_first_token: Annotated[float, Field(gt=1)]
    least: Annotated[float, Field(ge=0, le=1)]  # a point that would count for less counts for nothing


class Spreads(BaseModel):
    """A spread of each figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    output_tokens_per_second: Spread
    ttft_ms: Spread
    tpot_ms: Spread


class Trust(Spreads):
    """What factors and points are worth together on points that neither had seen."""

    basis: str
    points: int
    median_error: Annotated[float, Field(ge=0)]  # of output tokens a second, as a share
    within_half: Annotated[float, Field(ge=0, le=1)]  # share of points within a factor of 1.5


class Learnt(BaseModel):
    """`facts/efficiency.yaml`: factors, what they are worth, and which measurements they come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fitted_on: str
    points: int
    method: str
    factors: Factors
    nearness: Nearness
    near: Spreads  # where a great many points lie near; with fewer the band widens towards `new_model`
    seen: Trust
    new_model: Trust
    new_accelerator: Trust
    unmeasured: Annotated[float, Field(ge=1)]  # how many times wider, on a logarithmic scale, where nothing like it was
    models: frozenset[str]  # that points were measured on
    accelerators: frozenset[str]
    classes: frozenset[str]
    sources: tuple[Source, ...]

    @property
    def cited(self) -> Source:
        """The fit, as a source."""
        return Source(
            title=f"fitted to {self.points} published measurements; they stand in facts/measured.csv",
            date=self.fitted_on,
        )


@cache
def learnt() -> Learnt:
    """The factors that come with the product."""
    return Learnt.model_validate(document("efficiency.yaml"))
