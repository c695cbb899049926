"""How what a run may reveal grows with its length: the same run shorter and longer."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.accountant import Run, by_renyi

_PARTS: Final = (0.5, 1.0, 1.5, 2.0)


class Exposure(BaseModel):
    """What a run of that length has spent."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    steps: int = Field(title="Steps", description="steps of the run")
    epochs: float = Field(title="Epochs", description="times through all records")
    epsilon: float | None = Field(title="Epsilon", description="by Rényi divergence; empty where it has no bound")


def exposures(run: Run, earlier: Sequence[Run], delta: float, *, whole: float | None) -> Iterator[Exposure]:
    """Half of the run to twice of it, the earlier runs as they were (Mironov 2017: privacy adds up with steps)."""
    for part in _PARTS:
        steps = max(1, round(part * run.steps))
        shorter = Run(run.noise, run.people, run.batch, steps, run.sampling)
        spent = whole if part == 1 else by_renyi([shorter, *earlier], delta)
        yield Exposure(steps=steps, epochs=steps * run.batch / run.people, epsilon=spent)
