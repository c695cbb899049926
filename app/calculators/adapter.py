"""How many parameters an adapter has: two thin matrices beside each matrix of the model that it adapts."""

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.facts import rows
from app.calculators.form import shown
from app.calculators.model import Model
from app.calculators.term import misfit

Targets = Literal["query-value", "attention", "all-linear"]


class Matrix(BaseModel):
    """One kind of matrix that is adapted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: int = Field(
        ge=1,
        le=10_000_000,
        title="Inputs",
        description="numbers that go in",
        json_schema_extra=shown("numbers", main=True),
    )
    outputs: int = Field(
        ge=1,
        le=10_000_000,
        title="Outputs",
        description="numbers that come out",
        json_schema_extra=shown("numbers", main=True),
    )
    count: int = Field(
        default=1,
        ge=1,
        le=1_000_000,
        title="How many",
        description="how many such matrices the model has",
        json_schema_extra=shown("matrices", main=True),
    )


class Adapter(BaseModel):
    """A low-rank adapter (LoRA): its rank, and what it stands beside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = Field(
        ge=1,
        le=65_536,
        title="Rank",
        description="columns of the thin matrices; 8 to 64 are usual",
        json_schema_extra=shown("columns", main=True),
    )
    targets: Targets = Field(
        default="all-linear",
        title="What it adapts",
        description="query-value: two matrices a layer; attention: its four; all-linear: those of the feed-forward "
        "part too",
        json_schema_extra=shown(
            main=True,
            labels={
                "query-value": "two matrices of a layer",
                "attention": "attention",
                "all-linear": "every matrix of a layer",
            },
        ),
    )
    matrices: tuple[Matrix, ...] = Field(
        default=(),
        max_length=1000,
        title="Matrices",
        description="the adapted matrices themselves, instead of targets",
        json_schema_extra=shown(form="rows"),
    )


def parameters(adapter: Adapter, model: Model | None) -> int:
    """Parameters of an adapter: rank × (inputs + outputs), summed over the adapted matrices (Hu et al. 2021).

    Raises:
        Unreadable: the shapes of the model's matrices are not known here.
    """
    matrices = adapter.matrices or _matrices(adapter.targets, model)
    return sum(adapter.rank * (each.inputs + each.outputs) * each.count for each in matrices)


def _matrices(targets: Targets, model: Model | None) -> tuple[Matrix, ...]:
    if model is None:
        raise misfit(("adapter.matrices", "is needed where the model is none of the table: inputs, outputs and count"))
    if model.attention != "grouped" or model.state_layers:
        raise misfit(("adapter.matrices", f"is needed for {model.name}: its attention has other matrices"))
    layers, hidden = model.layers, model.hidden
    query, key = model.heads * model.head_dim, model.kv_heads * model.head_dim
    found = [Matrix(inputs=hidden, outputs=query, count=layers), Matrix(inputs=hidden, outputs=key, count=layers)]
    if targets == "query-value":
        return tuple(found)
    found += [Matrix(inputs=hidden, outputs=key, count=layers), Matrix(inputs=query, outputs=hidden, count=layers)]
    if targets == "all-linear":
        if model.id not in _feed_forward():
            words = f"is needed for {model.name}, or targets attention: the shape of its other matrices is not known"
            raise misfit(("adapter.matrices", words))
        width, matrices = _feed_forward()[model.id]
        found.append(Matrix(inputs=hidden, outputs=width, count=layers * matrices))  # in or out, the sum is the same
    return tuple(found)


@cache
def _feed_forward() -> dict[str, tuple[int, int]]:
    """Width and number of matrices of the feed-forward part, by model."""
    return {row["model"]: (int(row["width"]), int(row["matrices"])) for row in rows("feed_forward.csv")}
