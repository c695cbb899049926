"""What is asked about federated learning: the nodes, what they exchange, and how often."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.calculators.adapter import Adapter, parameters
from app.calculators.constant import constants
from app.calculators.form import shown
from app.calculators.known import in_use
from app.calculators.model import Model
from app.calculators.term import CalculatorInput, misfit
from app.wording import Line

_USUAL = constants("federated.yaml")
_SECURE = (
    f"1 for plain updates, {_USUAL['secure_aggregation_low'].value} to {_USUAL['secure_aggregation_high'].value} with "
    "secure aggregation, less than 1 where it is compressed"
)

MOST_NODES: Final = 10_000

MegabitsPerSecond = Annotated[float, Field(ge=0.001, le=10_000_000)]
Seconds = Annotated[float, Field(ge=0, le=31_536_000)]


class Node(BaseModel):
    """One site that trains: its line and its pace."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[Line, Field(min_length=1)] = Field(
        title="Name", description="what people call it", json_schema_extra=shown(main=True)
    )
    uplink_mbit_s: MegabitsPerSecond = Field(
        title="Uplink", description="Mbit/s that it sends with", json_schema_extra=shown("Mbit/s", main=True)
    )
    downlink_mbit_s: MegabitsPerSecond = Field(
        title="Downlink", description="Mbit/s that it receives with", json_schema_extra=shown("Mbit/s", main=True)
    )
    training_seconds: Seconds = Field(
        default=0,
        title="Training",
        description="seconds of training in a round, before it sends",
        json_schema_extra=shown("s", main=True),
    )
    round_trip_ms: float = Field(
        default=0,
        ge=0,
        le=60_000,
        title="Round trip",
        description="milliseconds to the aggregator and back, once for each transfer",
        json_schema_extra=shown("ms", main=True),
    )


def each_by_itself(given: Any) -> Any:
    """Plain values with every node in a row of its own, by a name of its own.

    Nodes that are all alike may be given as their number, with their lines beside it; one without a name is numbered.
    """
    if not isinstance(given, Mapping):
        return given
    nodes, rest, model = given.get("nodes"), dict(given), given.get("model")
    if isinstance(model, Mapping) and list(model) == ["parameters_b"] and "parameters_b" not in given:
        rest |= {"model": None, **model}  # as the other calculators take a model that is in no table
    if isinstance(nodes, int) and not isinstance(nodes, bool) and 1 <= nodes <= MOST_NODES:
        alike = {name: rest.pop(name) for name in Node.model_fields if name != "name" and name in rest}
        nodes = [alike] * nodes
    if not isinstance(nodes, list | tuple):
        return rest
    named = [
        {"name": f"node {number}", **each} if isinstance(each, Mapping) and "name" not in each else each
        for number, each in enumerate(nodes, start=1)
    ]
    return {**rest, "nodes": named}


class Input(CalculatorInput):
    """The nodes, what they exchange, and how often."""

    nodes: tuple[Node, ...] = Field(
        min_length=1,
        max_length=MOST_NODES,
        title="Nodes",
        description="the sites that train",
        json_schema_extra=shown(group="Nodes", main=True, form="rows"),
    )
    update_bytes: int | None = Field(
        default=None,
        ge=1,
        le=10**15,
        title="Size of an update",
        description="bytes of one update as it is sent; instead of model and adapter",
        json_schema_extra=shown("bytes", "What is exchanged"),
    )
    model: str | None = Field(
        default=None,
        max_length=200,
        title="Model",
        description="id of a model in the table of models",
        json_schema_extra=shown(group="What is exchanged", main=True, choices="models"),
    )
    parameters_b: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        title="Parameters",
        description="billions of parameters, of a model that is not in the table",
        json_schema_extra=shown("billion parameters", "What is exchanged"),
    )
    adapter: Adapter | None = Field(
        default=None,
        title="Adapter",
        description="the adapter that is exchanged; empty: all parameters of the model",
        json_schema_extra=shown(main=True),
    )
    bytes_per_parameter: float = Field(
        default=_USUAL["bytes_per_parameter"].value,
        gt=0,
        le=16,
        title="Bytes of a parameter",
        description="as it is sent",
        json_schema_extra=shown(
            "bytes",
            "What is exchanged",
            usual="2 for bfloat16, 4 for full precision, 1 for eight bits",
            source=_USUAL["bytes_per_parameter"].source,
        ),
    )
    upload_factor: float = Field(
        default=1,
        gt=0,
        le=100,
        title="Upload by download",
        description="what an upload is by a download",
        json_schema_extra=shown(
            "ratio", "What is exchanged", usual=_SECURE, source=_USUAL["secure_aggregation_low"].source
        ),
    )
    rounds: int = Field(
        default=1,
        ge=1,
        le=10_000_000,
        title="Rounds",
        description="rounds in all",
        json_schema_extra=shown("rounds", "Rounds", main=True),
    )
    nodes_per_round: int | None = Field(
        default=None,
        ge=1,
        le=MOST_NODES,
        title="Nodes of a round",
        description="nodes that take part in a round, chosen by chance; empty: all",
        json_schema_extra=shown("nodes", "Rounds"),
    )
    aggregator_uplink_mbit_s: MegabitsPerSecond | None = Field(
        default=None,
        title="Uplink of the aggregator",
        description="Mbit/s that the aggregator sends with, to all nodes; empty: it holds nobody up",
        json_schema_extra=shown("Mbit/s", "Aggregator"),
    )
    aggregator_downlink_mbit_s: MegabitsPerSecond | None = Field(
        default=None,
        title="Downlink of the aggregator",
        description="Mbit/s that the aggregator receives with, from all nodes; empty: it holds nobody up",
        json_schema_extra=shown("Mbit/s", "Aggregator"),
    )

    @model_validator(mode="before")
    @classmethod
    def _each_by_itself(cls, given: Any) -> Any:
        return each_by_itself(given)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [each.name for each in self.nodes]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise misfit(("nodes", f"each needs a name of its own; {twice[0]} stands twice"))
        if self.nodes_per_round is not None and self.nodes_per_round > len(self.nodes):
            raise misfit(("nodes_per_round", f"must be at most the number of nodes, {len(self.nodes)}"))
        self.known_model  # noqa: B018 - refuses a model that is in no table
        ways = [self.update_bytes is not None, self.model is not None, self.parameters_b is not None]
        shaped = self.adapter is not None and bool(self.adapter.matrices)
        if sum(ways) > 1 or (self.update_bytes is not None and self.adapter is not None):
            raise misfit(("update_bytes", "give one of: update_bytes, model, parameters_b; an adapter with a model"))
        if not any(ways) and not shaped:
            raise misfit(("update_bytes", "is needed, or a model, parameters_b, or an adapter with its matrices"))
        self.exchanged  # noqa: B018 - refuses an adapter whose shapes are not known
        return self

    @property
    def known_model(self) -> Model | None:
        """The model of the table, if it is one."""
        return None if self.model is None else in_use().model(self.model)

    @property
    def all_parameters(self) -> float | None:
        """Parameters of the whole model, as far as it is known."""
        if self.known_model is not None:
            return self.known_model.parameters_b * 1e9
        return None if self.parameters_b is None else self.parameters_b * 1e9

    @property
    def exchanged(self) -> float | None:
        """Parameters that are exchanged; None where the update is given in bytes."""
        if self.adapter is not None:
            return float(parameters(self.adapter, self.known_model))
        return self.all_parameters

    @property
    def taking_part(self) -> int:
        """Nodes of one round."""
        return self.nodes_per_round or len(self.nodes)

    @property
    def download(self) -> float:
        """Bytes that a node receives in a round."""
        if self.update_bytes is not None:
            return float(self.update_bytes)
        return (self.exchanged or 0.0) * self.bytes_per_parameter

    @property
    def upload(self) -> float:
        """Bytes that a node sends in a round."""
        return self.download * self.upload_factor
