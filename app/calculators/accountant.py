"""What training runs spend of a privacy budget, by the accountants of dp-accounting.

The library and what it stands on take 80 MB of memory, so it is imported when a budget is first worked out.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from math import isfinite
from typing import Any, Literal

Sampling = Literal["poisson", "fixed-size", "shuffled"]

# The library takes a divergence that is too small for a double for none, and epsilon for 0. With a divergence of 1e-16
# and the smallest delta it is below this: √(2 · 1e-16 · ln 1e20), about 1e-7 (Mironov 2017, proposition 3).
_PRECISION = 1e-6
_MOST_STEPS = 1_000_000  # beyond, composing loss distributions takes minutes


@dataclass(frozen=True, slots=True)
class Run:
    """A training run: noise by the clipping norm, people, how many a step looks at, and how often."""

    noise: float
    people: int
    batch: int
    steps: int
    sampling: Sampling

    @property
    def passes(self) -> int:
        """How often each person is looked at where every pass takes each once, rounded up."""
        return -(-self.steps * self.batch // self.people)


def by_renyi(runs: Sequence[Run], delta: float) -> float | None:
    """The epsilon by Rényi divergence: quick, and never too small (Mironov, Talwar and Zhang 2019).

    None where it has no finite bound.
    """
    _quiet()
    from dp_accounting import NeighboringRelation  # type: ignore[import-untyped]
    from dp_accounting.rdp.rdp_privacy_accountant import RdpAccountant  # type: ignore[import-untyped]

    replaced = any(each.sampling == "fixed-size" for each in runs)
    relation = NeighboringRelation.REPLACE_ONE if replaced else NeighboringRelation.ADD_OR_REMOVE_ONE
    return _spent(RdpAccountant(neighboring_relation=relation), runs, delta)


def by_loss_distribution(runs: Sequence[Run], delta: float) -> float | None:
    """The epsilon by the distribution of the privacy loss: tight, and rounded up (Koskela et al. 2020).

    None where the sampling is not covered, there are too many steps, or it has no finite bound.
    """
    if any(each.sampling == "fixed-size" or each.steps > _MOST_STEPS for each in runs):
        return None
    _quiet()
    from dp_accounting.pld.pld_privacy_accountant import PLDAccountant  # type: ignore[import-untyped]

    return _spent(PLDAccountant(), runs, delta)


def noise_needed(run: Run, delta: float, epsilon: float) -> float | None:
    """The noise by the clipping norm with which a run stays within epsilon by Rényi; None where 1,000 is not enough."""

    def spent(noise: float) -> float:
        tried = Run(noise, run.people, run.batch, run.steps, run.sampling)
        found = by_renyi([tried], delta)
        return float("inf") if found is None else found

    low, high = 0.05, 1000.0
    if spent(high) > epsilon:
        return None
    for _ in range(20):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if spent(middle) > epsilon else (low, middle)
    return high


def library() -> str:
    """The library and its version."""
    return f"dp-accounting {version('dp-accounting')}"


def _spent(accountant: Any, runs: Sequence[Run], delta: float) -> float | None:
    for run in runs:
        accountant.compose(_event(run))
    epsilon = float(accountant.get_epsilon(delta))
    return max(epsilon, _PRECISION) if isfinite(epsilon) else None


def _event(run: Run) -> Any:
    from dp_accounting import dp_event

    step: Any = dp_event.GaussianDpEvent(run.noise)
    if run.sampling == "shuffled":
        # Within a pass the batches share nobody, so that a pass costs what one step does (McSherry 2009).
        return dp_event.SelfComposedDpEvent(step, run.passes)
    if run.sampling == "fixed-size":
        step = dp_event.SampledWithoutReplacementDpEvent(run.people, run.batch, step)
    elif run.batch < run.people:
        step = dp_event.PoissonSampledDpEvent(run.batch / run.people, step)
    return dp_event.SelfComposedDpEvent(step, run.steps)


@cache
def _quiet() -> None:
    """The library says on its log which Rényi orders it leaves out; that is nothing to act on."""
    logging.getLogger("absl").setLevel(logging.ERROR)
