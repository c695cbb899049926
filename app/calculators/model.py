"""What a language model is made of, as far as memory and speed depend on it."""

from collections.abc import Iterable, Mapping
from functools import cache
from math import exp, gcd, log
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from app.calculators.constant import constants
from app.calculators.facts import rows
from app.calculators.form import shown
from app.calculators.precision import Precision, PrecisionName
from app.calculators.term import Source
from app.errors import Problem, Unreadable, problems_of


def _nothing_is_zero(given: object) -> object:
    return 0 if given == "" else given


Count = Annotated[int, BeforeValidator(_nothing_is_zero), Field(ge=0, le=10_000_000_000)]
Billions = Annotated[float, BeforeValidator(_nothing_is_zero), Field(ge=0, le=1_000_000)]
Positive = Annotated[int, Field(ge=1, le=10_000_000)]

_ASSUMED_EXPERTS = 128  # of a mixture of which only the size is known: as Qwen3, gpt-oss and Nemotron 3 have
_ASSUMED_WIDTH = 1536  # as Qwen3 and MiniMax have


class Model(BaseModel):
    """One model's architecture: a row of `facts/models.csv`, or one of the organisation's own in the same layout."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    released: str = ""
    parameters_b: Annotated[float, Field(gt=0, le=1_000_000)]
    active_b: Annotated[float, Field(gt=0, le=1_000_000)]
    expert_b: Billions = 0
    embedding_b: Billions = 0
    attention_b: Billions = 0
    layers: Positive
    hidden: Positive
    heads: Positive
    kv_heads: Positive
    head_dim: Positive
    attention: Literal["grouped", "latent"] = "grouped"
    latent_rank: Count = 0
    rotary_dim: Count = 0
    plain_dim: Count = 0
    value_dim: Count = 0
    window: Count = 0  # tokens that a layer with a sliding window looks back
    window_layers: Count = 0
    state_layers: Count = 0  # that keep a state of fixed size (linear attention) instead of keys and values
    cache_layers: Count = 0
    sparse_tokens: Count = 0  # that a sparse attention reads at most
    expert_width: Count = 0
    experts: Count = 0
    experts_per_token: Count = 0
    vocabulary: Count = 0
    tied: bool = False  # the output head is the embedding
    context: Annotated[int, Field(ge=1, le=1_000_000_000)] = 131_072
    native_precision: PrecisionName = "bf16"
    source: str = Field(min_length=1, max_length=500)
    source_url: str = ""
    source_date: str = Field(min_length=4, max_length=20)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.heads % self.kv_heads:
            raise ValueError("kv_heads must divide heads")
        if self.expert_b + self.embedding_b >= self.parameters_b * 1.001:
            raise ValueError("expert_b and embedding_b must come to less than parameters_b")
        if self.active_b > self.parameters_b * 1.001:
            raise ValueError("active_b must be at most parameters_b")
        if self.experts and not 1 <= self.experts_per_token <= self.experts:
            raise ValueError("experts_per_token must lie between 1 and experts")
        if self.attention == "latent" and not self.latent_rank:
            raise ValueError("latent attention needs latent_rank")
        return self

    @property
    def is_mixture(self) -> bool:
        """Whether each token passes through some of many experts only."""
        return self.experts > 0

    @property
    def expert(self) -> float:
        """Parameters in experts."""
        return self.expert_b * 1e9

    @property
    def active_expert(self) -> float:
        """Parameters in the experts that one token passes through."""
        return self.expert * self.experts_per_token / self.experts if self.experts else 0.0

    @property
    def linear(self) -> float:
        """Parameters that every token passes through, without embedding and output head."""
        return max(0.0, (self.parameters_b - self.expert_b - self.embedding_b) * 1e9)

    @property
    def head(self) -> float:
        """Parameters of the output head, read once a step."""
        return float(self.vocabulary * self.hidden)

    @property
    def cited(self) -> Source:
        """Where the architecture can be looked up."""
        return Source(title=self.source, url=self.source_url or None, date=self.source_date)

    def weight_bytes(self, bits: Precision) -> float:
        """All parameters at that precision. Parts have bits of their own: quantisation leaves some as they are."""
        parts = (
            self.expert * bits.expert_bits,
            self.linear * bits.linear_bits,
            self.embedding_b * 1e9 * bits.embedding_bits,
        )
        return sum(parts) / 8

    def touched(self, tokens: float) -> float:
        """The share of the experts that at least one of `tokens` passes through, chosen evenly: 1 − (1 − k/E)^n."""
        return 1 - (1 - self.experts_per_token / self.experts) ** max(tokens, 0.0) if self.experts else 0.0

    def cache_bytes(self, tokens: float, number_bytes: float) -> float:
        """Keys and values of one sequence.

        Grouped-query attention keeps two vectors for each key-value head (Ainslie et al. 2023), latent attention one
        compressed vector and a rotary part (DeepSeek-V2, 2024); a layer with a sliding window keeps no more than that
        (Mistral 7B, 2023), one with a state keeps the state.
        """
        if self.attention == "latent":
            return (self.latent_rank + self.rotary_dim) * self.layers * number_bytes * tokens
        whole = max(0, self.cached_layers - self.window_layers)
        seen = whole * tokens + self.window_layers * min(tokens, self.window or tokens)
        return (
            2 * self.kv_heads * self.head_dim * number_bytes * seen
            + self.state_layers * constants("serving.yaml")["state_bytes"].value
        )

    def cache_read(self, tokens: float, number_bytes: float) -> float:
        """Bytes of the cache that one decoded token reads; sparse attention reads only its choice."""
        return self.cache_bytes(self._looked_at(tokens), number_bytes)

    def attention_operations(self, tokens: float) -> float:
        """Operations of attention for one decoded token after `tokens`."""
        seen = self._looked_at(tokens)
        if self.attention == "latent":
            return 2 * self.layers * self.heads * (2 * self.latent_rank + self.rotary_dim) * seen
        whole = max(0, self.cached_layers - self.window_layers)
        return 4 * self.heads * self.head_dim * (whole * seen + self.window_layers * min(seen, self.window or seen))

    def prompt_attention_operations(self, tokens: float) -> float:
        """Operations of attention over a whole prompt; each token looks at those before it, hence the half."""
        latent = self.attention == "latent"
        width = (self.plain_dim + self.rotary_dim + self.value_dim) / 2 if latent else self.head_dim
        whole = (self.layers if latent else self.cached_layers) - self.window_layers
        windowed = self.window_layers * min(tokens / 2, self.window or tokens)
        return 4 * self.heads * width * tokens * (max(0, whole) * self._looked_at(tokens) / 2 + windowed)

    @property
    def cached_layers(self) -> int:
        """Layers that keep keys and values."""
        return self.cache_layers or max(0, self.layers - self.state_layers)

    def _looked_at(self, tokens: float) -> float:
        return min(tokens, self.sparse_tokens) if self.sparse_tokens else tokens


@cache
def bundled_models() -> Mapping[str, Model]:
    """The models that come with the product, by id."""
    return read_models(rows("models.csv"))


def read_models(given: Iterable[Mapping[str, str]]) -> Mapping[str, Model]:
    """Models from the rows of a table.

    Raises:
        Unreadable: with every row that is none, counted from the first below the heading.
    """
    models: dict[str, Model] = {}
    problems: list[Problem] = []
    for number, row in enumerate(given, start=1):
        try:
            model = Model.model_validate({key: value for key, value in row.items() if value != ""})
        except ValidationError as error:
            problems += [
                Problem(f"row {number}, {each.where}".rstrip(", "), each.message) for each in problems_of(error)
            ]
            continue
        models[model.id] = model
    if problems:
        raise Unreadable("The table of models cannot be read.", problems)
    return models


class SizedModel(BaseModel):
    """A model that is in no table: its size, and whatever else is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    parameters_b: float = Field(
        gt=0,
        le=100_000,
        description="billions of parameters",
        title="Parameters",
        json_schema_extra=shown("billion parameters", main=True),
    )
    active_parameters_b: float | None = Field(
        default=None,
        gt=0,
        le=100_000,
        description="billions that each token passes through; left out: all of them",
        title="Active parameters",
        json_schema_extra=shown("billion parameters", main=True),
    )
    layers: int | None = Field(default=None, ge=1, le=1000, title="Layers", json_schema_extra=shown("layers"))
    hidden: int | None = Field(
        default=None,
        ge=64,
        le=1_000_000,
        description="width of a layer",
        title="Width",
        json_schema_extra=shown("numbers"),
    )
    heads: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="attention heads",
        title="Heads",
        json_schema_extra=shown("attention heads"),
    )
    kv_heads: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="heads that keys and values are kept for",
        title="Heads of the cache",
        json_schema_extra=shown("heads"),
    )
    head_dim: int | None = Field(
        default=None,
        ge=8,
        le=1024,
        description="width of a head",
        title="Width of a head",
        json_schema_extra=shown("numbers"),
    )
    context: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="tokens that it can look back on",
        title="Context",
        json_schema_extra=shown("tokens"),
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.active_parameters_b and self.active_parameters_b > self.parameters_b:
            raise ValueError("active_parameters_b must be at most parameters_b")
        if self.heads and self.kv_heads and self.heads % self.kv_heads:
            raise ValueError("kv_heads must divide heads")
        return self


def model_of_size(given: SizedModel) -> Model:
    """A model of which little more than the size is known, shaped as the dense models of the table are at that size.

    Depth and width grow with the cube root of the size (Kaplan et al. 2020, arXiv 2001.08361, figure 5: the shape
    hardly matters to the loss, so builders keep the proportions); the start is the model that is nearest in size.
    """
    total, active = given.parameters_b, given.active_parameters_b or given.parameters_b
    mixture = active < 0.95 * total
    dense = [each for each in bundled_models().values() if not each.is_mixture and each.attention == "grouped"]
    # Mixtures are as deep and wide as a dense model of their active size; the experts stand beside each other.
    like = min(dense, key=lambda each: abs(log(each.parameters_b / active)))
    growth = exp(log(active / like.parameters_b) / 3)
    hidden = given.hidden or max(256, 128 * round(like.hidden * growth / 128))
    kv_heads = given.kv_heads or (gcd(8, given.heads) if given.heads else 8)
    vocabulary = min(128_000, int(0.2 * active * 1e9 / hidden))
    embedding = 2 * vocabulary * hidden / 1e9
    # What every token passes through is about a third of what is active in the mixtures of the table.
    expert = max(0.0, total - embedding - (active - embedding) / 3) if mixture else 0.0
    return Model(
        id="own",
        name=f"a model of {total:g} billion parameters",
        parameters_b=total,
        active_b=active,
        expert_b=expert,
        embedding_b=embedding,
        attention_b=0.15 * active,
        layers=given.layers or max(1, round(like.layers * growth)),
        hidden=hidden,
        heads=given.heads or max(kv_heads, kv_heads * round(like.heads * growth / kv_heads)),
        kv_heads=kv_heads,
        head_dim=given.head_dim or like.head_dim,
        experts=_ASSUMED_EXPERTS if mixture else 0,
        experts_per_token=max(1, round(_ASSUMED_EXPERTS * 2 / 3 * active / expert)) if mixture else 0,
        expert_width=_ASSUMED_WIDTH if mixture else 0,
        vocabulary=vocabulary,
        context=given.context or 1_000_000_000,
        source=f"stated size; shaped like {like.name}",
        source_date=like.source_date,
    )
