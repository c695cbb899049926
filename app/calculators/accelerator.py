"""What a machine brings to serve a model with: memory, bandwidth, arithmetic, links, power."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.calculators.facts import rows
from app.calculators.precision import PrecisionName, Rate
from app.calculators.term import Source
from app.errors import Problem, Unreadable, problems_of

Kind = Literal["gpu", "soc", "npu", "cpu", "asic", "tpu"]
Efficiency = Literal["hbm-gpu", "hbm-gpu-amd", "gddr-gpu", "soc", "cpu", "npu", "asic", "tpu"]
Amount = Annotated[float, Field(gt=0, le=1e9)]


class Accelerator(BaseModel):
    """One device: a row of `facts/accelerators.csv`, or one of the organisation's own in the same layout."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    vendor: str = ""
    kind: Kind = "gpu"
    memory_gb: Amount
    bandwidth_gb_s: Amount
    bf16_tflops: Amount | None = None  # all rates dense, without structured sparsity
    fp8_tflops: Amount | None = None
    int8_tops: Amount | None = None
    fp4_tflops: Amount | None = None
    watts: Amount
    link: str = ""
    link_gb_s: Amount = 16  # in one direction; PCIe 4 x8 where nothing is stated
    link_domain: Annotated[int, Field(ge=1, le=100_000)] = 1  # how many such a link joins
    confidential: Literal["yes", "no", "partial"] = "no"
    confidential_note: str = ""
    price_low_usd: Amount | None = None
    price_high_usd: Amount | None = None
    price_source: str = ""
    price_date: str = ""
    architecture: str = ""
    efficiency_class: Efficiency = "hbm-gpu"
    aliases: str = ""  # names that tools give it, parted by |
    source: str = Field(min_length=1, max_length=500)
    source_url: str = ""
    source_date: str = Field(min_length=4, max_length=20)
    estimated: str = ""  # the fields that are somebody's estimate

    @model_validator(mode="after")
    def _computes(self) -> Self:
        if not (self.bf16_tflops or self.fp8_tflops or self.int8_tops):
            raise ValueError("one of bf16_tflops, fp8_tflops and int8_tops is needed")
        if self.price_low_usd and self.price_high_usd and self.price_low_usd > self.price_high_usd:
            raise ValueError("price_low_usd must be at most price_high_usd")
        return self

    @property
    def bandwidth(self) -> float:
        """Bytes a second."""
        return self.bandwidth_gb_s * 1e9

    @property
    def memory(self) -> float:
        """Bytes."""
        return self.memory_gb * 1e9

    @property
    def half_precision(self) -> float:
        """Operations a second in 16 bits, in which attention is computed."""
        known = self.bf16_tflops or (self.fp8_tflops or self.int8_tops or 0.0) / 2
        return known * 1e12

    @property
    def cited(self) -> Source:
        """Where the figures can be looked up."""
        return Source(title=self.source, url=self.source_url or None, date=self.source_date)

    def peak(self, precision: PrecisionName) -> tuple[float, Rate]:
        """Operations a second with weights of that precision, and at which rate.

        Weights of a form that the device does not compute with are unpacked into the next larger one that it does.
        """
        if precision == "nvfp4" and self.fp4_tflops:
            return self.fp4_tflops * 1e12, "fp4"
        if precision == "mxfp4" and self.fp4_tflops and self.fp8_tflops:
            return self.fp8_tflops * 1e12, "mxfp4"
        if precision in ("fp8", "nvfp4") and self.fp8_tflops:
            return self.fp8_tflops * 1e12, "fp8"
        if precision == "int8" and self.int8_tops:
            return self.int8_tops * 1e12, "int8"
        return self.half_precision, "bf16"


@cache
def bundled_accelerators() -> Mapping[str, Accelerator]:
    """The devices that come with the product, by id."""
    return read_accelerators(rows("accelerators.csv"))


def read_accelerators(given: Iterable[Mapping[str, str]]) -> Mapping[str, Accelerator]:
    """Devices from the rows of a table.

    Raises:
        Unreadable: with every row that is none, counted from the first below the heading.
    """
    devices: dict[str, Accelerator] = {}
    problems: list[Problem] = []
    for number, row in enumerate(given, start=1):
        try:
            device = Accelerator.model_validate({key: value for key, value in row.items() if value != ""})
        except ValidationError as error:
            problems += [
                Problem(f"row {number}, {each.where}".rstrip(", "), each.message) for each in problems_of(error)
            ]
            continue
        devices[device.id] = device
    if problems:
        raise Unreadable("The table of accelerators cannot be read.", problems)
    return devices
