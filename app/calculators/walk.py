"""Spend as a random walk: many made-up futures of a monthly bill, and what they have in common.

Model: the logarithm of demand takes a step each month, the same growth all along a path and a jolt of its own each
month; how large the growth is, is itself uncertain. Source: Hull, "Options, Futures, and Other Derivatives" (11th ed.,
2021), chapter 21 (Monte Carlo simulation of a geometric walk); an uncertain drift as in Barberis, "Investing for the
Long Run when Returns Are Predictable", Journal of Finance 55(1), 2000.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, log1p, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HIGHEST: Final = np.float32(46.0)  # of the logarithm: a hundred million million million times the first month
_SURE: Final = 1.959963984540054  # standard deviations on either side that hold 95 of 100

Paths = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RollOut:
    """A step in demand that is planned: in that month it is multiplied, if it happens at all."""

    month: int
    factor: float
    probability: float


@dataclass(frozen=True, slots=True)
class Walk:
    """How spend moves from month to month, as multiples of the last month that is known."""

    months: int
    growth: float  # the middle path's, a month
    growth_uncertainty: float
    volatility: float
    price_change: float
    roll_outs: Sequence[RollOut]
    paths: int
    seed: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What spend is compared with, as multiples of the last month that is known."""

    month: float  # the budget of one month
    to_date: Sequence[float]  # what may still be spent until the end of each month
    cap: float  # a month's spend above which nothing more is served
    all_of_it: float  # what the budget of all months leaves
    factors: Sequence[float]  # on all spend to come, tried besides


@dataclass(frozen=True, slots=True)
class Month:
    """What the paths say about one month."""

    mean: float
    mean_error: float
    quantiles: tuple[float, float, float]  # 10, 50, 90 of 100
    sum_quantiles: tuple[float, float, float]  # of the spend until its end
    sum_high: float  # the quantile of that spend which is to stay within the budget
    over: float  # chance that the spend until its end passes the budget until its end
    over_alone: float  # chance that the month by itself passes its budget
    over_so_far: float  # chance that a month until now did
    gone: float  # chance that the budget of all months is gone
    over_with: tuple[float, ...]  # `over` with each of the factors
    cut: float  # mean spend above the cap
    highest: bool  # whether a path went beyond what is followed


def walked(walk: Walk, limits: Limits, *, accepted: float) -> tuple[Month, ...]:
    """The paths month by month. The same seed gives the same figures.

    Only one month of each path is kept, so that memory does not grow with the months.
    """
    random = np.random.Generator(np.random.SFC64(walk.seed))
    count = walk.paths
    drift = _normal(random, count) * np.float32(walk.growth_uncertainty) + np.float32(log1p(walk.growth))
    drift += np.float32(log1p(walk.price_change))
    at, spent = np.zeros(count, np.float32), np.zeros(count, np.float32)
    ever = np.zeros(count, bool)
    found = []
    for month in range(1, walk.months + 1):
        at += drift
        at += _normal(random, count) * np.float32(walk.volatility)
        for roll_out in walk.roll_outs:
            if roll_out.month == month:
                happens = random.random(count, np.float32) < roll_out.probability
                at += happens * np.float32(log(roll_out.factor))
        highest = bool((at > _HIGHEST).any())
        np.clip(at, -_HIGHEST, _HIGHEST, out=at)
        paid = np.exp(at)
        spent += paid
        ever |= paid > limits.month
        found.append(_month(paid, spent, ever, limits, month - 1, accepted, highest=highest))
    return tuple(found)


def probability_error(share: float, paths: int) -> float:
    """Half the width of the 95 % interval around a share of that many paths.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927. Unlike the
    simple formula it is not zero where no path, or every path, went over.
    """
    z = _SURE**2
    spread = share * (1 - share) / paths + z / (4 * paths**2)
    centre = (share + z / (2 * paths)) / (1 + z / paths)
    half = _SURE * sqrt(spread) / (1 + z / paths)
    return max(centre + half - share, share - (centre - half))


def _normal(random: np.random.Generator, count: int) -> Paths:
    return random.standard_normal(count, np.float32)


def _month(
    paid: Paths, spent: Paths, ever: NDArray[np.bool_], limits: Limits, at: int, accepted: float, *, highest: bool
) -> Month:
    room = limits.to_date[at]
    high = _quantiles(spent, (0.1, 0.5, 0.9, 1 - accepted))
    paid_quantiles = _quantiles(paid, (0.1, 0.5, 0.9))
    return Month(
        mean=float(paid.mean(dtype=np.float64)),
        mean_error=_SURE * float(paid.std(dtype=np.float64)) / sqrt(len(paid)),
        quantiles=(paid_quantiles[0], paid_quantiles[1], paid_quantiles[2]),
        sum_quantiles=(high[0], high[1], high[2]),
        sum_high=high[3],
        over=_above(spent, room),
        over_alone=_above(paid, limits.month),
        over_so_far=float(ever.mean()),
        gone=_above(spent, limits.all_of_it),
        over_with=tuple(_above(spent, room / factor) if factor else float(room < 0) for factor in limits.factors),
        cut=float(np.maximum(paid - np.float32(limits.cap), 0).mean(dtype=np.float64)),
        highest=highest,
    )


def _above(figures: Paths, limit: float) -> float:
    """The share of the paths above a limit."""
    return int(np.count_nonzero(figures > np.float64(limit))) / len(figures)


def _quantiles(figures: Paths, shares: Sequence[float]) -> list[float]:
    """For each share the smallest figure that at least so many of the paths stay at or below."""
    last = len(figures) - 1
    places = [min(last, max(0, ceil(round(share * len(figures), 6)) - 1)) for share in shares]
    ordered = np.partition(figures, places)
    return [float(ordered[place]) for place in places]
