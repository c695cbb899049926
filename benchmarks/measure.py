"""How a figure is taken and printed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the result."""

    what: str
    value: float
    unit: str
    limit: float
    at_least: bool = False
    detail: str = ""

    @property
    def good(self) -> bool:
        """Whether it is within its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        bound = f"{'at least' if self.at_least else 'at most'} {self.limit:g}"
        detail = f"   ({self.detail})" if self.detail else ""
        return f"{'ok  ' if self.good else 'OVER'} {self.what:<58} {self.value:>9.1f} {self.unit:<6} {bound}{detail}"


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median time of `work`, in milliseconds."""
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)
