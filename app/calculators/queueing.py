"""Waiting for a server: how much waits, how long, and how much goes elsewhere because it would wait too long."""

from dataclasses import dataclass
from functools import cached_property
from math import exp, expm1, inf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]

_WAITS = 400  # equally likely waits that stand for all of them
_NEARLY_CONSTANT = 0.04  # below it a sum of many steps is as good as normal
_UNIT = NormalDist()
_STEPS = np.linspace(-8, 8, 1601)
_NORMAL = np.array([_UNIT.cdf(float(each)) for each in _STEPS])


def blocked(load: float, most: int) -> list[float]:
    """Erlang's B for 0 to `most` servers: the share that finds all of them busy where nobody waits.

    A. K. Erlang 1917; the recursion B(k) = load·B(k−1) / (k + load·B(k−1)) is in Cooper 1981, chapter 3.
    """
    found = [1.0]
    for servers in range(1, most + 1):
        found.append(load * found[-1] / (servers + load * found[-1]))
    return found


def waits(load: float, servers: int) -> float:
    """Erlang's C: the share that waits at all where everybody waits as long as it takes (load below servers)."""
    busy = blocked(load, servers)[-1]
    return busy / (1 - load / servers * (1 - busy))


@dataclass(frozen=True, slots=True)
class Service:
    """How long a request keeps its server busy: the mean in seconds, and the variance by the squared mean.

    The distribution with these two moments is Tijms's (2003, appendix B): a sum of equal exponential steps, one more
    or one less of them, where it varies less than one exponential; a mixture of two exponentials where it varies more.
    """

    mean: float
    variability: float

    def beyond(self, times: Times) -> Times:
        """The share that takes longer than each of some times."""
        given = np.maximum(times, 0.0) / self.mean
        if self.variability == 0:
            return np.where(times < self.mean, 1.0, 0.0)
        if self.variability < _NEARLY_CONSTANT:
            late: Times = 1 - np.interp((given - 1) / sqrt(self.variability), _STEPS, _NORMAL)
            return late
        beyond = self._steps(given) if self.variability <= 1 else self._mixture(given)
        return np.where(times < 0, 1.0, beyond)

    def _steps(self, given: Times) -> Times:
        square = self.variability
        steps = max(2, int(np.ceil(1 / square)))
        fewer = (steps * square - sqrt(max(0.0, steps * (1 + square) - steps**2 * square))) / (1 + square)
        hazard = (steps - fewer) * given
        term = np.exp(-hazard)
        total = term.copy()
        for step in range(1, steps - 1):
            term = term * hazard / step
            total += term
        last = term * hazard / (steps - 1)
        return total + (1 - fewer) * last

    def _mixture(self, given: Times) -> Times:
        first = (1 + sqrt((self.variability - 1) / (self.variability + 1))) / 2
        return first * np.exp(-2 * first * given) + (1 - first) * np.exp(-2 * (1 - first) * given)


@dataclass(frozen=True)
class Station:
    """Servers with one queue in front; a request that would wait longer than the limit goes elsewhere at once.

    For Poisson arrivals and exponential service this is exact (Barrer 1957; Baccelli and Hébuterne 1981): while all
    servers are busy the work ahead has the density λ·p(c−1)·e^(−(cμ−λ)x) up to the limit, and falls at the rate cμ
    beyond it. With no limit it is Erlang's C, with a limit of 0 Erlang's B. For other distributions waits stretch by
    (c_a² + c_s²)/2 (Allen 1978 and Cunneen; Kingman 1961 for one server in heavy traffic).
    """

    arrivals: float  # a second
    service: Service
    servers: int
    limit: float  # seconds
    arrival_variability: float = 1.0
    busy_of_one_fewer: float | None = None  # Erlang's B of one server fewer, where it is known already

    @property
    def capacity(self) -> float:
        """Requests a second that all servers finish."""
        return self.servers / self.service.mean

    @property
    def stretch(self) -> float:
        """By how much waits differ from those of exponential arrivals and service."""
        return (self.arrival_variability + self.service.variability) / 2

    @cached_property
    def share_elsewhere(self) -> float:
        """The share of requests that would wait longer than the limit."""
        return self._states[1]

    @cached_property
    def share_at_once(self) -> float:
        """The share of all requests that finds a server free."""
        return self._states[0]

    @property
    def utilisation(self) -> float:
        """The share of the time that a server works."""
        return self.arrivals * (1 - self.share_elsewhere) / self.capacity if self.servers else 0.0

    @cached_property
    def waiting(self) -> Times:
        """Equally likely waits of those that wait here, in seconds, shortest first."""
        if not self.servers or self.limit == 0 or self.stretch == 0:
            return np.zeros(1)
        share = (np.arange(_WAITS) + 0.5) / _WAITS
        rate, limit = (self.capacity - self.arrivals) / self.stretch, self.limit
        steep = abs(rate) * limit
        if steep < 1e-9:
            return share * limit
        fall: Times = -np.log1p(share * expm1(-steep)) / abs(rate)
        return fall if rate > 0 else (limit - fall)[::-1]

    @property
    def mean_wait(self) -> float:
        """Seconds that a request served here waits on average."""
        return self._share_waiting * float(self.waiting.mean())

    def beyond(self, seconds: float, answered_after: float | None = None) -> float:
        """The share of requests served here that takes longer, wait and service together.

        Where `answered_after` is given, a request counts as answered so many seconds after its service began.
        """
        at_once, waited = np.array([seconds]), seconds - self.waiting
        if answered_after is not None:
            late_at_once, late_waited = at_once < answered_after, waited < answered_after
            return self._mixed(float(late_at_once[0]), float(late_waited.mean()))
        return self._mixed(float(self.service.beyond(at_once)[0]), float(self.service.beyond(waited).mean()))

    def _mixed(self, at_once: float, waited: float) -> float:
        return (1 - self._share_waiting) * at_once + self._share_waiting * waited

    @property
    def _share_waiting(self) -> float:
        """Of those served here, the share that waits."""
        served = 1 - self.share_elsewhere
        return max(0.0, 1 - self.share_at_once / served) if served > 1e-12 else 0.0

    @cached_property
    def _states(self) -> tuple[float, float]:
        """The share of requests that finds a server free, and the share that goes elsewhere."""
        if not self.servers:
            return 0.0, 1.0
        load = self.arrivals * self.service.mean
        busy = self.busy_of_one_fewer
        if busy is None:
            busy = blocked(load, self.servers - 1)[-1]
        spare, limit = self.capacity - self.arrivals, self.limit / self.stretch if self.stretch else inf
        if limit == inf and spare == 0:
            return 1.0, 0.0
        limit = 0.0 if self.limit == 0 else limit
        return _free_and_elsewhere(self.arrivals * busy, self.capacity, spare, limit)


def _free_and_elsewhere(flow: float, capacity: float, spare: float, limit: float) -> tuple[float, float]:
    """Both shares, from the flow into waiting: never dividing a number that is too large by another."""
    fall = spare * limit if spare else 0.0
    if fall >= 0:
        left = exp(-fall)
        within = -expm1(-fall) / spare if fall > 1e-9 else limit
        all_states = 1 + flow * (within + left / capacity)
        return 1 / all_states, flow * left / capacity / all_states
    left = exp(fall)  # everything is divided by e^(−spare·limit), which has no bound
    within = expm1(fall) / spare if fall < -1e-9 else limit
    all_states = left + flow * (within + 1 / capacity)
    return left / all_states, flow / capacity / all_states


def quantile(station: Station, cloud: "Latency", share: float, answered_after: float | None = None) -> float:
    """Seconds within which that share of all requests is answered, wherever they are."""
    low, high = 0.0, max(station.limit + 40 * station.service.mean * (1 + station.service.variability), 1e-6)
    while beyond(station, cloud, high, answered_after) > 1 - share and high < 1e9:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        late = beyond(station, cloud, middle, answered_after) > 1 - share
        low, high = (middle, high) if late else (low, middle)
    return high


def beyond(station: Station, cloud: "Latency", seconds: float, answered_after: float | None = None) -> float:
    """The share of all requests that takes longer."""
    away = station.share_elsewhere
    here = station.beyond(seconds, answered_after) if away < 1 else 0.0
    return (1 - away) * here + away * cloud.beyond(seconds)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the cloud takes: always the same, or lognormal about a median where a 95th percentile is known."""

    median: float
    p95: float | None = None

    def beyond(self, seconds: float) -> float:
        """The share that takes longer."""
        if self.p95 is None or self.p95 <= self.median:
            return 1.0 if seconds < self.median else 0.0
        if seconds <= 0:
            return 1.0
        spread = float(np.log(self.p95 / self.median)) / _UNIT.inv_cdf(0.95)
        return 1 - _UNIT.cdf(float(np.log(seconds / self.median)) / spread)
