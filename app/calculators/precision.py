"""How many bits a parameter takes at a precision, and at what rate it is computed with."""

from functools import cache
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.calculators.facts import rows
from app.calculators.term import Source

PrecisionName = Literal["bf16", "fp16", "fp8", "int8", "nvfp4", "mxfp4", "int4", "q8_0", "q4_k_m"]
Rate = Literal["bf16", "fp8", "int8", "fp4", "mxfp4"]
PRECISIONS: tuple[PrecisionName, ...] = get_args(PrecisionName)
LOCAL: frozenset[PrecisionName] = frozenset({"q8_0", "q4_k_m"})  # forms that software for one person reads

_ALSO_CALLED = {"bfloat16": "bf16", "float16": "fp16"}


def _named(given: object) -> object:
    if not isinstance(given, str):
        return given
    name = given.strip().lower()
    return _ALSO_CALLED.get(name, name)


StatedPrecision = Annotated[PrecisionName, BeforeValidator(_named)]
"""A precision as people write it: in capitals too, or by its long name."""

Bits = Annotated[float, Field(gt=0, le=64)]


class Precision(BaseModel):
    """Bits of a parameter by what it belongs to, scales and zero points included, and of a cached number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: PrecisionName
    of: Literal["any", "dense", "mixture"]  # some are published for the experts of a mixture alone
    expert_bits: Bits
    linear_bits: Bits
    embedding_bits: Bits
    cache_bytes: Bits  # what serving software keeps keys and values in beside such weights, unless told otherwise
    source: str
    source_url: str
    source_date: str

    @property
    def cited(self) -> Source:
        """Where the bits can be looked up."""
        return Source(title=self.source, url=self.source_url, date=self.source_date)


@cache
def precision(name: PrecisionName, *, experts: bool) -> Precision:
    """The bits at that precision, for a mixture of experts or a dense model."""
    return next(each for each in _all() if each.name == name and each.of in ("any", "mixture" if experts else "dense"))


@cache
def _all() -> tuple[Precision, ...]:
    return tuple(Precision.model_validate(row) for row in rows("precisions.csv"))
