"""What is asked about capacity: which model on which accelerators, and the load that it has to carry."""

from typing import Annotated, Literal

from pydantic import Field

from app.calculators.constant import constants
from app.calculators.form import shown
from app.calculators.model import SizedModel
from app.calculators.precision import StatedPrecision
from app.calculators.serving import Arrivals
from app.calculators.term import CalculatorInput
from app.finding import Finding
from app.wording import Line

_USUAL = constants("serving.yaml")
_DEVICES = 100_000
_TOKENS = 10_000_000


class Input(CalculatorInput):
    """Which model on which accelerators, and what is asked of it."""

    model: Annotated[Line, Field(min_length=1)] | SizedModel = Field(
        title="Model",
        description="id in the table of models, or the size of one that is not there",
        json_schema_extra=shown(group="Model", main=True, choices="models"),
    )
    precision: StatedPrecision | None = Field(
        default=None,
        title="Precision",
        description="of the weights; left out: as the model is published",
        json_schema_extra=shown(group="Model", main=True),
    )
    cache_precision: Literal["auto", "bf16", "fp8"] = Field(
        default="auto",
        title="Precision of the cache",
        description="of keys and values; auto: usual beside the weights",
        json_schema_extra=shown(
            group="Model", labels={"auto": "as is usual beside the weights", "bf16": "16 bits", "fp8": "8 bits"}
        ),
    )
    accelerator: Annotated[Line, Field(min_length=1)] = Field(
        title="Accelerator",
        description="id in the table of accelerators",
        json_schema_extra=shown(group="Accelerators", main=True, choices="accelerators"),
    )
    accelerator_count: int | None = Field(
        default=None,
        ge=1,
        le=_DEVICES,
        title="Accelerators",
        description="left out: the fewest that would do",
        json_schema_extra=shown("accelerators", "Accelerators", main=True),
    )
    tensor_parallel: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        title="Tensor parallel",
        description="accelerators that share each layer; left out: the fewest that would do",
        json_schema_extra=shown("accelerators", "Layout"),
    )
    pipeline_parallel: int = Field(
        default=1,
        ge=1,
        le=1024,
        title="Pipeline parallel",
        description="groups that share the layers out",
        json_schema_extra=shown("groups", "Layout"),
    )
    input_tokens: int = Field(
        default=int(_USUAL["input_tokens"].value),
        ge=1,
        le=_TOKENS,
        title="Tokens in",
        description="of a prompt on average",
        json_schema_extra=shown("tokens", "Load", main=True, source=_USUAL["input_tokens"].source),
    )
    output_tokens: int = Field(
        default=int(_USUAL["output_tokens"].value),
        ge=1,
        le=_TOKENS,
        title="Tokens out",
        description="of an answer on average",
        json_schema_extra=shown("tokens", "Load", main=True, source=_USUAL["output_tokens"].source),
    )
    concurrency: float | None = Field(
        default=None,
        gt=0,
        le=10_000_000,
        title="Requests at once",
        description="over all accelerators; left out: as many as they take on",
        json_schema_extra=shown("requests at once", "Load", main=True),
    )
    arrivals: Arrivals = Field(
        default="closed",
        title="Arrivals",
        description="closed: so many users who each wait for the answer; random: independent of each other",
        json_schema_extra=shown(
            group="Load",
            labels={"closed": "so many people, who each wait for the answer", "random": "independent of each other"},
        ),
    )
    ttft_target_ms: float | None = Field(
        default=None,
        gt=0,
        le=10_000_000,
        title="Target for the first token",
        description="milliseconds, on average",
        json_schema_extra=shown("ms", "Targets", main=True),
    )
    tpot_target_ms: float | None = Field(
        default=None,
        gt=0,
        le=10_000_000,
        title="Target for each further token",
        description="milliseconds, on average",
        json_schema_extra=shown("ms", "Targets", main=True),
    )
    memory_share: float | None = Field(
        default=None,
        ge=0.01,
        le=1,
        title="Share of memory",
        description=f"that the serving software takes; left out: {_USUAL['memory_share'].value:g}, "
        f"and up to {_USUAL['memory_share_most'].value:g} where it hardly fits",
        json_schema_extra=shown("share of the memory", "Accelerators", source=_USUAL["memory_share"].source),
    )
    sustained_share: float = Field(
        default=1.0,
        ge=0.01,
        le=1,
        title="Sustained share",
        description="of its speed that the hardware keeps under heat; 1: as in the measurements, which ran for minutes",
        json_schema_extra=shown("share of the speed", "Accelerators"),
    )
    confidential: bool = Field(
        default=False,
        title="Confidential computing",
        description="memory encrypted while it is used",
        json_schema_extra=shown(group="Accelerators"),
    )
    spare_copies: int = Field(
        default=0,
        ge=0,
        le=100,
        title="Spare copies",
        description="of the model, for when one is down",
        json_schema_extra=shown("copies", "Layout"),
    )
    measured: tuple[Finding, ...] = Field(
        default=(),
        max_length=5000,
        title="Measured",
        description="findings of a load test of one's own: they replace what is predicted",
        json_schema_extra=shown(form="hidden"),
    )
