"""A placement as people read it: what leaves for the cloud, how long people wait, how many servers cost least."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from app.calculators.split import Point
from app.calculators.telling.words import NONE, between, counted, milliseconds, money, share, sum_of, whole
from app.calculators.told import Bar, Bars, Figure, Line, Lines, Picture, Table, Told

if TYPE_CHECKING:
    from app.calculators.placement import Output

_INPUTS: Final[Mapping[str, str]] = {
    "arrival_rate_per_second": "Requests arriving",
    "service_rate_per_second": "Requests one slot finishes",
    "latency_threshold_ms": "Longest wait",
    "service_variability": "Variability of service times",
    "cloud_price_per_request": "Price of a request in the cloud",
    "own_server_cost_per_month": "Cost of an own server",
}


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=tuple(_tables(output)),
        pictures=tuple(_pictures(output)),
        remarks=(*output.remarks, f"The bands come from: {output.error_band.learnt_from}."),
    )


def _sentence(output: "Output") -> str:
    here = f"{_servers(output.own_servers)} {share(output.share_cloud)} of the requests go to the cloud"
    best = output.cheapest
    if best is None:
        return f"{here}; no number of own servers keeps to the limits."
    if best.own_servers == output.own_servers:
        return f"{here}, and no other number costs less."
    limits = "" if output.keeps_to_limits is None else " within the limits"
    saved = output.cost_per_month - best.cost_per_month
    if saved <= 0:
        return f"{here}, which does not keep to the limits; {_servers(best.own_servers).lower()} it would."
    less = f"{money(saved, output.currency)} a month less{limits}"
    return f"{here}; {_servers(best.own_servers).lower()} it would cost {less}."


def _servers(count: int) -> str:
    return f"With {counted(count, 'server')} of one's own" if count else "Without servers of one's own"


def _figures(output: "Output") -> Iterator[Figure]:
    band = output.error_band
    yield Figure(
        "Goes to the cloud",
        share(output.share_cloud),
        "share_cloud",
        f"{between(*band.share_cloud, share)} in 9 of 10 simulated cases",
    )
    yield Figure(
        "95 of 100 are answered within",
        milliseconds(output.p95_ms),
        "p95_ms",
        f"{between(*band.p95_ms, milliseconds)} in 9 of 10 simulated cases",
    )
    yield Figure(
        "Cost of a month",
        money(output.cost_per_month, output.currency),
        "cost_per_month",
        f"own servers {money(output.own_cost_per_month, output.currency)}, cloud "
        f"{money(output.cloud_cost_per_month, output.currency)}",
    )
    best = output.cheapest
    yield Figure(
        "Cheapest number of own servers",
        NONE if best is None else whole(best.own_servers),
        None if best is None else "cheapest_own_servers",
        None if best is None else f"{money(best.cost_per_month, output.currency)} a month",
    )
    yield Figure("Busy", share(output.utilisation), "load", "of the time of an own slot")
    yield Figure("Wait for an own slot", share(output.share_waiting), "share_cloud", "of all requests")
    yield Figure("Mean wait", milliseconds(output.mean_wait_ms), "stretch", "of those served on own servers")


def _tables(output: "Output") -> Iterator[Table]:
    yield Table(
        f"By number of own servers, {output.currency} a month",
        ("Own servers", "Goes to the cloud", "95 of 100 within", "Cost of a month"),
        tuple(
            (_named(output, each), share(each.share_cloud), milliseconds(each.p95_ms), sum_of(each.cost_per_month))
            for each in output.curve
        ),
    )
    yield Table(
        f"What moves the cost: each figure a fifth lower and higher, {output.currency} a month",
        ("Figure", "Cost with less", "Cost with more", "Cheapest servers with less", "and with more"),
        tuple(
            (
                _INPUTS.get(each.input, each.input),
                sum_of(each.cost_low),
                sum_of(each.cost_high),
                NONE if each.cheapest_low is None else whole(each.cheapest_low),
                NONE if each.cheapest_high is None else whole(each.cheapest_high),
            )
            for each in output.sensitivity
        ),
    )


def _named(output: "Output", point: Point) -> str:
    marks = []
    if point.own_servers == output.own_servers:
        marks.append("as stated")
    if output.cheapest is not None and point.own_servers == output.cheapest.own_servers:
        marks.append("cheapest")
    return whole(point.own_servers) + (f" ({', '.join(marks)})" if marks else "")


def _pictures(output: "Output") -> Iterator[Picture]:
    best = "no number keeps to the limits"
    if output.cheapest is not None:
        cost = money(output.cheapest.cost_per_month, output.currency)
        best = f"the least within the limits is {cost} with {counted(output.cheapest.own_servers, 'server')}"
    even = _even(output.curve)
    yield Lines(
        told=f"Cost of a month over the number of own servers: {best}; as stated it is "
        f"{money(output.cost_per_month, output.currency)}.",
        caption=f"Cost of a month over the number of own servers, own and cloud together, {output.currency}.",
        axis=tuple(whole(each.own_servers) for each in even),
        lines=(Line("cost of a month", tuple(float(each.cost_per_month) for each in even)),),
    )
    yield Bars(
        told=f"Most of the cost turns on: {_INPUTS.get(output.sensitivity[0].input, output.sensitivity[0].input)}.",
        caption=f"Cost of a month with the stated servers, {output.currency}, each figure a fifth lower and higher.",
        bars=tuple(
            Bar(
                _INPUTS.get(each.input, each.input),
                float(each.cost_low),
                float(each.cost_high),
                between(min(each.cost_low, each.cost_high), max(each.cost_low, each.cost_high), sum_of),
            )
            for each in output.sensitivity
        ),
        middle=float(output.cost_per_month),
    )


def _even(curve: Sequence[Point]) -> list[Point]:
    """The points at even steps: the stated and the cheapest number may lie between them."""
    steps = Counter(after.own_servers - before.own_servers for before, after in pairwise(curve))
    step = steps.most_common(1)[0][0]
    return [each for each in curve if each.own_servers % step == 0]
