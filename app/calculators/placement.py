"""What is served on equipment of one's own and what bursts to a cloud, so that nobody waits longer than a threshold."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, sqrt

from pydantic import Field

from app.calculators.constant import constants, sources
from app.calculators.money import Amount, cents
from app.calculators.queueing import Latency, Service, Station, beyond, blocked, quantile
from app.calculators.split import Band, Point, Swing
from app.calculators.telling import placement as telling
from app.calculators.telling.words import share
from app.calculators.term import CalculatorOutput, Term
from app.calculators.told import Told
from app.calculators.traffic import MOST_SERVERS, MOST_SLOTS, Input
from app.finding import Finding

__all__ = ["Input", "Output", "calculate"]

_USUAL = constants("placement.yaml")
_FROM = sources("placement.yaml")
_HALF_A_CENT = 0.005


class Output(CalculatorOutput):
    """The split, what it means for those who wait, and what it costs."""

    share_cloud: float = Field(
        title="Share that goes to the cloud", description="share of the requests that goes to the cloud, 0 to 1"
    )
    p95_ms: float = Field(
        title="95th percentile", description="milliseconds within which 95 % of all requests are answered"
    )
    cost_per_month: Amount = Field(
        title="Cost of a month", description="own servers and cloud together, in the currency"
    )
    cheapest_own_servers: int | None = Field(
        title="Cheapest number of own servers",
        description="number of own servers with the lowest cost within the limits; empty where no number keeps to them",
    )
    cheapest: Point | None = Field(title="What it comes to", description="what that number comes to")
    currency: str = Field(title="Currency", description="of all sums")
    own_servers: int = Field(title="Own servers", description="as stated")
    share_waiting: float = Field(
        title="Share that waits", description="share of all requests that waits for an own slot, 0 to 1"
    )
    mean_wait_ms: float = Field(
        title="Mean wait", description="milliseconds that a request served on own servers waits on average"
    )
    utilisation: float = Field(title="Utilisation", description="share of the time that an own slot works, 0 to 1")
    own_cost_per_month: Amount = Field(title="Own servers alone", description="own servers alone, in the currency")
    cloud_cost_per_month: Amount = Field(title="Cloud alone", description="cloud alone, in the currency")
    keeps_to_limits: bool | None = Field(
        title="Keeps to the limits", description="whether the stated number keeps to the limits; empty without any"
    )
    curve: tuple[Point, ...] = Field(
        title="By number of servers", description="numbers of servers around the stated and the cheapest one"
    )
    sensitivity: tuple[Swing, ...] = Field(
        title="What moves the cost", description="each input moved by a fifth, the largest effect first"
    )
    error_band: Band = Field(title="Error band", description="how far to trust it")
    remarks: tuple[str, ...] = Field(title="Remarks", description="what keeps the figures from saying more")

    def findings(self) -> tuple[Finding, ...]:
        """The four figures that a placement rule rests on."""
        found = [
            Finding(metric="placement.share_cloud", value=self.share_cloud, unit="1"),
            Finding(metric="placement.p95_ms", statistic="p95", value=self.p95_ms, unit="ms"),
            Finding(metric="placement.cost_per_month", value=float(self.cost_per_month), unit=self.currency),
        ]
        if self.cheapest_own_servers is not None:
            found.append(
                Finding(metric="placement.cheapest_own_servers", value=float(self.cheapest_own_servers), unit="servers")
            )
        return tuple(found)

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)


def calculate(given: Input) -> Output:
    """Own servers as a queue with a limit on the wait (see `queueing`), the cloud for what would wait longer."""
    plan = _Plan(given)
    station = plan.station(given.own_servers)
    here = plan.point(station, given.own_servers)
    cheapest = plan.cheapest()
    own = float(given.own_server_cost_per_month) * given.own_servers
    return Output(
        share_cloud=here.share_cloud,
        p95_ms=here.p95_ms,
        cost_per_month=here.cost_per_month,
        cheapest_own_servers=None if cheapest is None else cheapest.own_servers,
        cheapest=cheapest,
        currency=given.currency,
        own_servers=given.own_servers,
        share_waiting=max(0.0, 1 - station.share_at_once - station.share_elsewhere),
        mean_wait_ms=station.mean_wait * 1000,
        utilisation=min(1.0, station.utilisation),
        own_cost_per_month=_money(own),
        cloud_cost_per_month=_money(plan.cost(given.own_servers, here.share_cloud) - own),
        keeps_to_limits=plan.keeps(station) if plan.has_limits else None,
        curve=tuple(plan.curve(cheapest)),
        sensitivity=_sensitivity(given),
        error_band=_band(here),
        remarks=tuple(_remarks(given, station, cheapest)),
        terms=tuple(_terms(given, station, here, cheapest)),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """One input, looked at for different numbers of servers."""

    given: Input

    @property
    def cloud(self) -> Latency:
        p95 = self.given.cloud_latency_p95_ms
        return Latency(self.given.cloud_latency_ms / 1000, None if p95 is None else p95 / 1000)

    @property
    def answered_after(self) -> float | None:
        return None if self.given.own_latency_ms is None else self.given.own_latency_ms / 1000

    @property
    def has_limits(self) -> bool:
        return self.given.p95_limit_ms is not None or self.given.share_cloud_limit is not None

    def station(self, servers: int, busy_of_one_fewer: float | None = None) -> Station:
        given = self.given
        return Station(
            given.arrival_rate_per_second,
            Service(1 / given.service_rate_per_second, given.service_variability),
            servers * given.slots_per_server,
            given.latency_threshold_ms / 1000,
            given.arrival_variability,
            busy_of_one_fewer,
        )

    def cost(self, servers: int, share: float) -> float:
        cloud = self.given.requests_per_month * share * float(self.given.cloud_price_per_request)
        return servers * float(self.given.own_server_cost_per_month) + cloud

    def point(self, station: Station, servers: int) -> Point:
        share = station.share_elsewhere
        p95 = quantile(station, self.cloud, 0.95, self.answered_after)
        return Point(
            own_servers=servers, share_cloud=share, p95_ms=p95 * 1000, cost_per_month=_money(self.cost(servers, share))
        )

    def keeps(self, station: Station) -> bool:
        limit, most = self.given.p95_limit_ms, self.given.share_cloud_limit
        if most is not None and station.share_elsewhere > most:
            return False
        return limit is None or beyond(station, self.cloud, limit / 1000, self.answered_after) <= 0.05 + 1e-9

    def cheapest(self) -> Point | None:
        """The number with the lowest cost that keeps to the limits; of equals the smaller.

        Each further server takes off no more than the one before it (Messerli 1972), so that costs fall to the lowest
        and rise from there; and a mixture of few own servers or of many keeps to a limit of time, none in between
        where neither end does. Both are held against every number in the tests.
        """
        slots, load = self.given.slots_per_server, self.given.load
        enough = ceil((load + 6 * sqrt(load) + 10) / slots)  # from there on hardly anything overflows
        most = max(1, min(enough, MOST_SERVERS, MOST_SLOTS // slots))
        busy = blocked(load, most * slots)

        def station(servers: int) -> Station:
            return self.station(servers, busy[servers * slots - 1] if servers else None)

        def cost(servers: int) -> float:
            return self.cost(servers, station(servers).share_elsewhere)

        def about(servers: int) -> int:
            return round(cost(servers) / _HALF_A_CENT)

        away = self.given.share_cloud_limit
        least = 0 if away is None else _first(0, most, lambda each: station(each).share_elsewhere <= away)
        if least > most:
            return None
        lowest = _first(least, most - 1, lambda each: cost(each + 1) >= cost(each))
        best = _first(least, lowest, lambda each: about(each) <= about(lowest))
        possible = [best]
        if self.has_limits and not self.keeps(station(best)):
            fewer = _first(least, best, lambda each: not self.keeps(station(each))) - 1
            more = _first(best, most, lambda each: self.keeps(station(each)))
            possible = [each for each in (fewer, more) if least <= each <= most]
        chosen = min(possible, key=lambda each: (about(each), each), default=None)
        return None if chosen is None else self.point(station(chosen), chosen)

    def curve(self, cheapest: Point | None) -> Iterator[Point]:
        """At most some two dozen numbers, evenly over what is of interest."""
        marks = {self.given.own_servers} | ({cheapest.own_servers} if cheapest else set())
        most = max(ceil(1.3 * max(marks)), ceil(1.3 * self.given.load / self.given.slots_per_server), 4)
        step = max(1, ceil(most / 20))
        for each in sorted(marks | set(range(0, min(most, MOST_SERVERS) + 1, step))):
            if each * self.given.slots_per_server <= MOST_SLOTS:
                yield self.point(self.station(each), each)


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first number from which on something holds; one more than the highest, where it holds for none."""
    return low + bisect_left(range(low, high + 1), True, key=holds)


def _sensitivity(given: Input) -> tuple[Swing, ...]:
    """Each input a fifth lower and higher: what it costs with the stated servers, and which number is cheapest."""
    swing = _USUAL["swing"].value
    found = []
    for name in (
        "arrival_rate_per_second",
        "service_rate_per_second",
        "latency_threshold_ms",
        "service_variability",
        "cloud_price_per_request",
        "own_server_cost_per_month",
    ):
        lower, higher = (_moved(given, name, 1 + sign * swing) for sign in (-1, 1))
        found.append(
            Swing(
                input=name,
                cost_low=lower[0],
                cost_high=higher[0],
                cheapest_low=lower[1],
                cheapest_high=higher[1],
            )
        )
    return tuple(sorted(found, key=lambda each: -abs(each.cost_high - each.cost_low)))


def _moved(given: Input, name: str, factor: float) -> tuple[Decimal, int | None]:
    value = getattr(given, name)
    moved = value * Decimal(str(factor)) if isinstance(value, Decimal) else value * factor
    plan = _Plan(given.model_copy(update={name: moved}))
    cheapest = plan.cheapest()
    share = plan.station(given.own_servers).share_elsewhere
    return _money(plan.cost(given.own_servers, share)), None if cheapest is None else cheapest.own_servers


def _band(here: Point) -> Band:
    low, high = _USUAL["share_error_low"], _USUAL["share_error_high"]
    shares = (here.share_cloud * low.value, min(1.0, here.share_cloud * high.value))
    times = (here.p95_ms * _USUAL["p95_error_low"].value, here.p95_ms * _USUAL["p95_error_high"].value)
    return Band(share_cloud=shares, p95_ms=times, learnt_from=low.source.title)


def _remarks(given: Input, station: Station, cheapest: Point | None) -> Iterator[str]:
    if given.load > station.servers:
        yield "More arrives than the own slots can finish: the rest goes to the cloud whatever the threshold."
    if cheapest is None:
        yield "No number of own servers keeps to the limits: the cloud alone, or the limits, would have to change."
    if given.slots_per_server > 1:
        yield (
            "A slot is taken to be as fast in a full batch as in an empty one: take the rate of a full one, "
            "then the waits are no better than calculated."
        )
    if not given.own_server_cost_per_month:
        yield "Own servers are taken to cost nothing: then as many as there is room for are the cheapest."
    yield "One arrival rate stands for all counted hours: calculate the peak and the rest of the day apart."


def _terms(given: Input, station: Station, here: Point, cheapest: Point | None) -> Iterator[Term]:
    rates = f"{given.arrival_rate_per_second:g} requests a second ÷ {given.service_rate_per_second:g} a slot"
    yield _term("load", "Slots that the requests would keep busy", rates, given.load, "slots", "erlang")
    variances = f"({given.arrival_variability:g} + {given.service_variability:g}) ÷ 2"
    title = "Waits against those of exponential arrivals and service"
    yield _term("stretch", title, variances, station.stretch, "times", "general")
    words = f"{station.servers} slots, load {given.load:.4g}: the probability that the work ahead takes longer than "
    words += f"{given.latency_threshold_ms:g} ms"
    title = "Share that would wait longer than the threshold"
    yield _term("share_cloud", title, words, here.share_cloud, "share", "overflow")
    words = f"own (wait and service) for {share(1 - here.share_cloud, 3)}, cloud for "
    words += f"{share(here.share_cloud, 3)}: the time that 5 % of both together exceed"
    yield _term("p95_ms", "95th percentile of all requests", words, here.p95_ms, "ms", "service")
    words = f"{given.own_servers} × {given.own_server_cost_per_month:.2f} + {given.requests_per_month:,.0f} requests × "
    words += f"{here.share_cloud:.4f} × {given.cloud_price_per_request.normalize():f}"
    yield _term("cost_per_month", "Cost of a month", words, str(here.cost_per_month), given.currency, "search")
    if cheapest is not None:
        words = f"lowest cost of all numbers: {cheapest.own_servers} servers cost {cheapest.cost_per_month}"
        title = "Cheapest number of own servers within the limits"
        yield _term("cheapest_own_servers", title, words, cheapest.own_servers, "servers", "search")


def _term(name: str, title: str, formula: str, value: float | str, unit: str, source: str) -> Term:
    return Term(name=name, title=title, formula=formula, value=value, unit=unit, source=_FROM[source])


def _money(value: float) -> Decimal:
    return cents(Decimal(repr(value)))
