"""A queue played through request by request: what the formulas of placement are held against."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Played:
    """What happened: the share that went elsewhere, and the seconds that each one served here took."""

    share_elsewhere: float
    waits: Draws
    sojourns: Draws

    def p95_with(self, elsewhere_takes: float) -> float:
        """The 95th percentile over all requests."""
        away = self.share_elsewhere / (1 - self.share_elsewhere) * len(self.sojourns)
        return float(np.quantile(np.append(self.sojourns, np.full(round(away), elsewhere_takes)), 0.95))


def draws(rng: np.random.Generator, mean: float, variability: float, count: int) -> Draws:
    """Times with that mean and that variance by the squared mean: constant, gamma or lognormal."""
    if variability == 0:
        return np.full(count, mean)
    if variability <= 1:
        return rng.gamma(1 / variability, mean * variability, count)
    spread = np.sqrt(np.log1p(variability))
    return rng.lognormal(np.log(mean) - spread**2 / 2, spread, count)


def played(
    arrivals: float,
    mean_service: float,
    servers: int,
    limit: float,
    *,
    arrival_variability: float = 1,
    service_variability: float = 1,
    requests: int = 60_000,
    seed: int = 1,
) -> Played:
    """First come, first served; one that would wait longer than the limit goes elsewhere. A tenth warms it up."""
    rng = np.random.default_rng(seed)
    moments = np.cumsum(draws(rng, 1 / arrivals, arrival_variability, requests))
    services = draws(rng, mean_service, service_variability, requests)
    free = [0.0] * servers
    waits: list[float] = []
    sojourns: list[float] = []
    elsewhere = 0
    for number, (now, service) in enumerate(zip(moments.tolist(), services.tolist(), strict=True)):
        wait = max(0.0, free[0] - now)
        goes = wait > limit
        if not goes:
            heapq.heapreplace(free, now + wait + service)
        if number < requests // 10:
            continue
        if goes:
            elsewhere += 1
        else:
            waits.append(wait)
            sojourns.append(wait + service)
    return Played(elsewhere / (elsewhere + len(waits)), np.array(waits), np.array(sojourns))
