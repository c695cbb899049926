"""What one's own servers carry and what bursts to a cloud: against published values, and played through."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import read_input
from app.calculators.placement import Input, Output, calculate
from app.calculators.queueing import Latency, Service, Station, blocked, quantile, waits
from app.errors import Unreadable
from tests.calculators.simulated import played

CASE: dict[str, Any] = {
    "arrival_rate_per_second": 14,
    "service_rate_per_second": 0.25,
    "own_servers": 8,
    "slots_per_server": 8,
    "latency_threshold_ms": 0,
    "cloud_latency_ms": 3000,
    "cloud_price_per_request": "0.02",
    "own_server_cost_per_month": "4000",
}


def asked(**more: Any) -> Input:
    found = read_input("placement", CASE | more)
    assert isinstance(found, Input)
    return found


def placed(**more: Any) -> Output:
    return calculate(asked(**more))


@pytest.mark.parametrize(("load", "share"), [(56, 0.033), (64, 0.093), (80, 0.235)])
def test_what_finds_64_slots_busy_is_erlang_b(load: float, share: float) -> None:
    assert placed(arrival_rate_per_second=load / 4).share_cloud == pytest.approx(share, abs=0.0005)


def test_published_values_of_erlang() -> None:
    # Erlang B of 10 lines at 5 erlang is 0.0184, as in every table of it; Erlang C then follows by its definition.
    assert blocked(5, 10)[10] == pytest.approx(0.0184, abs=5e-5)
    assert waits(7, 8) == pytest.approx(0.6353, abs=5e-5)
    station = Station(7, Service(1, 1), 8, 1e9)
    assert station.share_elsewhere < 1e-12
    assert 1 - station.share_at_once == pytest.approx(waits(7, 8))
    assert station.mean_wait == pytest.approx(waits(7, 8), rel=0.01)  # by (8 − 7) finished a second


@pytest.mark.parametrize(
    ("arrivals", "servers", "limit"),
    [(7, 8, 0.0), (7, 8, 0.5), (9, 8, 0.5), (58, 64, 0.1), (2.6, 2, 1.0), (1.2, 2, 3.0)],
)
def test_what_is_exact_agrees_with_a_simulation(arrivals: float, servers: int, limit: float) -> None:
    station = Station(arrivals, Service(1, 1), servers, limit)
    seen = played(arrivals, 1, servers, limit, requests=200_000)
    assert seen.share_elsewhere == pytest.approx(station.share_elsewhere, rel=0.12, abs=0.002)
    assert float(seen.waits.mean()) == pytest.approx(station.mean_wait, rel=0.1, abs=0.002)
    assert seen.p95_with(4) == pytest.approx(quantile(station, Latency(4), 0.95), rel=0.05)


@pytest.mark.parametrize("arrival_variability", [0.5, 1, 2])
@pytest.mark.parametrize("service_variability", [0, 0.5, 2.25])
@pytest.mark.parametrize(("arrivals", "servers"), [(7, 8), (1.9, 2), (70, 64)])
def test_what_is_approximate_agrees_within_its_band(
    arrivals: float, servers: int, arrival_variability: float, service_variability: float
) -> None:
    seen = played(
        arrivals,
        1,
        servers,
        0.5,
        arrival_variability=arrival_variability,
        service_variability=service_variability,
        requests=30_000,
    )
    output = placed(
        arrival_rate_per_second=arrivals,
        service_rate_per_second=1,
        own_servers=servers,
        slots_per_server=1,
        latency_threshold_ms=500,
        arrival_variability=arrival_variability,
        service_variability=service_variability,
    )
    lower, upper = output.error_band.share_cloud
    assert lower - 0.02 <= seen.share_elsewhere <= upper + 0.02
    lower, upper = output.error_band.p95_ms
    assert 0.95 * lower <= 1000 * seen.p95_with(3) <= 1.05 * upper


def test_the_cheapest_number_is_the_cheapest_of_all() -> None:
    output = placed(latency_threshold_ms=500)
    costs = {number: placed(latency_threshold_ms=500, own_servers=number).cost_per_month for number in range(15)}
    assert output.cheapest_own_servers == min(costs, key=lambda number: (costs[number], number))
    assert output.cheapest is not None
    assert output.cheapest.cost_per_month == min(costs.values())


def test_the_cheapest_number_keeps_to_what_may_leave_and_to_the_time_that_will_do() -> None:
    few = placed(cloud_price_per_request="0.0001")
    assert few.cheapest_own_servers == 0
    limited = placed(cloud_price_per_request="0.0001", share_cloud_limit=0.05)
    assert limited.cheapest is not None
    assert limited.cheapest.own_servers == 8
    assert limited.keeps_to_limits is True
    timely = placed(own_latency_ms=300, cloud_latency_ms=5000, p95_limit_ms=1000, own_server_cost_per_month="90000")
    assert timely.cheapest is not None
    assert timely.cheapest.p95_ms <= 1000
    assert timely.cheapest.share_cloud <= 0.05


def test_where_nothing_keeps_to_the_limits_it_says_so() -> None:
    output = placed(p95_limit_ms=10)
    assert output.cheapest_own_servers is None
    assert output.keeps_to_limits is False
    assert any("No number of own servers" in each for each in output.remarks)
    assert "placement.cheapest_own_servers" not in {each.metric for each in output.findings()}


def test_without_servers_everything_goes_to_the_cloud() -> None:
    output = placed(own_servers=0)
    assert (output.share_cloud, output.utilisation, output.own_cost_per_month) == (1, 0, Decimal("0.00"))
    assert output.p95_ms == pytest.approx(3000)
    assert output.cost_per_month == Decimal("735840.00")  # 14 × 3,600 × 730 requests at 0.02


@pytest.mark.parametrize("limit_ms", [0, 500, 3_600_000])
def test_more_than_can_be_carried_goes_to_the_cloud_whatever_the_limit(limit_ms: float) -> None:
    output = placed(arrival_rate_per_second=32, latency_threshold_ms=limit_ms)
    assert output.share_cloud >= 0.5 - 1e-9
    assert output.utilisation <= 1
    assert any("More arrives" in each for each in output.remarks)


def test_a_clock_that_feeds_a_clockwork_never_waits() -> None:
    output = placed(arrival_variability=0, service_variability=0, latency_threshold_ms=1)
    assert output.share_cloud == 0
    assert output.p95_ms == pytest.approx(4000, rel=1e-6)
    full = placed(arrival_variability=0, service_variability=0, latency_threshold_ms=1, arrival_rate_per_second=32)
    assert full.share_cloud == pytest.approx(0.5)


def test_a_cloud_that_varies_shows_in_the_percentile() -> None:
    steady, varied = placed(own_servers=0), placed(own_servers=0, cloud_latency_p95_ms=9000)
    assert steady.p95_ms == pytest.approx(3000)
    assert varied.p95_ms == pytest.approx(9000, rel=1e-6)


def test_what_moves_the_cost_most_stands_first() -> None:
    swings = placed(latency_threshold_ms=500).sensitivity
    sizes = [abs(each.cost_high - each.cost_low) for each in swings]
    assert sizes == sorted(sizes, reverse=True)
    assert swings[0].input in ("arrival_rate_per_second", "service_rate_per_second")


def test_the_findings_carry_the_names_of_the_contract() -> None:
    found = {each.metric: each for each in placed().findings()}
    assert set(found) == {
        "placement.share_cloud",
        "placement.p95_ms",
        "placement.cost_per_month",
        "placement.cheapest_own_servers",
    }
    assert found["placement.cost_per_month"].unit == "EUR"
    assert placed().grade == "documented"


def test_every_figure_has_its_term() -> None:
    output = placed()
    named = {each.name for each in output.terms}
    assert {"share_cloud", "p95_ms", "cost_per_month", "cheapest_own_servers"} <= named
    assert all(each.source is not None for each in output.terms)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"service_rate_per_second": 0}, "service_rate_per_second"),
        ({"arrival_rate_per_second": -1}, "arrival_rate_per_second"),
        ({"arrival_rate_per_second": 99_999}, "arrival_rate_per_second"),
        ({"own_servers": 1.5}, "own_servers"),
        ({"own_servers": 10_000}, "own_servers"),
        ({"latency_threshold_ms": -1}, "latency_threshold_ms"),
        ({"cloud_price_per_request": "-0.01"}, "cloud_price_per_request"),
        ({"cloud_price_per_request": "cheap"}, "cloud_price_per_request"),
        ({"cloud_latency_p95_ms": 1}, "cloud_latency_p95_ms"),
        ({"currency": "euro"}, "currency"),
        ({"service_variability": float("nan")}, "service_variability"),
        ({"own_server_count": 3}, "own_server_count"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        asked(**wrong)
    assert [each.where for each in refused.value.problems] == [where]


@pytest.mark.parametrize(
    "extreme",
    [
        {"arrival_rate_per_second": 1e-9, "service_rate_per_second": 1e-9, "service_variability": 100},
        {"arrival_rate_per_second": 1e5, "service_rate_per_second": 1e5},
        {"arrival_rate_per_second": 1e-9, "service_rate_per_second": 1e5, "latency_threshold_ms": 3.6e6},
        {"cloud_price_per_request": "1000000000000000", "own_server_cost_per_month": "1000000000000000"},
        {"own_latency_ms": 0, "cloud_latency_ms": 0, "cloud_latency_p95_ms": 0},
        {"arrival_variability": 100, "service_variability": 0.0001, "latency_threshold_ms": 1e-6},
    ],
)
def test_extremes_give_finite_figures(extreme: dict[str, Any]) -> None:
    output = placed(**extreme)
    assert 0 <= output.share_cloud <= 1
    assert output.p95_ms >= 0
    assert output.cheapest is not None


RATES = st.floats(0.01, 100)
LIMITS = st.floats(0, 100_000)


@settings(deadline=None, max_examples=30)
@given(rate=RATES, limit=LIMITS, servers=st.integers(0, 40), square=st.floats(0, 20), spread=st.floats(0, 20))
def test_every_possible_input_gives_shares_and_finite_figures(
    rate: float, limit: float, servers: int, square: float, spread: float
) -> None:
    output = placed(
        arrival_rate_per_second=rate,
        latency_threshold_ms=limit,
        own_servers=servers,
        service_variability=square,
        arrival_variability=spread,
    )
    assert 0 <= output.share_cloud <= 1
    assert 0 <= output.share_waiting <= 1
    assert 0 <= output.utilisation <= 1
    assert output.p95_ms > 0


@settings(deadline=None, max_examples=60)
@given(rate=RATES, limit=LIMITS, servers=st.integers(0, 60))
def test_more_servers_and_longer_patience_never_send_more_away(rate: float, limit: float, servers: int) -> None:
    here = Station(rate, Service(1, 1), servers, limit / 1000).share_elsewhere
    assert Station(rate, Service(1, 1), servers + 1, limit / 1000).share_elsewhere <= here + 1e-12
    assert Station(rate, Service(1, 1), servers, limit / 1000 + 1).share_elsewhere <= here + 1e-12


@settings(deadline=None, max_examples=15)
@given(price=st.decimals("0", "1", places=4), more=st.decimals("0", "1", places=4))
def test_a_higher_price_never_lowers_the_cost(price: Decimal, more: Decimal) -> None:
    lower, higher = (placed(cloud_price_per_request=each) for each in (price, price + more))
    assert lower.cost_per_month <= higher.cost_per_month
    assert lower.cheapest is not None
    assert higher.cheapest is not None
    assert lower.cheapest.cost_per_month <= higher.cheapest.cost_per_month


@settings(max_examples=40, deadline=None)
@given(
    arrivals=st.floats(0.1, 40),
    slots=st.sampled_from([1, 4]),
    threshold=st.sampled_from([0, 100, 2000, 60_000]),
    cloud=st.sampled_from([50, 900, 9000]),
    price=st.sampled_from(["0", "0.0001", "0.01", "1"]),
    own=st.sampled_from(["0", "0.01", "40", "1500"]),
    varied=st.sampled_from([0, 0.5, 1, 4]),
    limits=st.fixed_dictionaries(
        {
            "p95_limit_ms": st.sampled_from([None, 500, 3000, 8000]),
            "share_cloud_limit": st.sampled_from([None, 0.01, 0.2, 0.9]),
            "cloud_latency_p95_ms": st.sampled_from([None, 20_000]),
        }
    ),
)
def test_no_other_number_of_servers_within_the_limits_is_cheaper(
    arrivals: float, slots: int, threshold: int, cloud: int, price: str, own: str, varied: float, limits: dict[str, Any]
) -> None:
    case = {
        "arrival_rate_per_second": arrivals,
        "slots_per_server": slots,
        "service_rate_per_second": 0.5,
        "latency_threshold_ms": threshold,
        "cloud_latency_ms": cloud,
        "cloud_price_per_request": price,
        "own_server_cost_per_month": own,
        "service_variability": varied,
        **limits,
    }
    output = placed(**case)
    most = limits["p95_limit_ms"] or float("inf"), limits["share_cloud_limit"] or 1
    possible = [each for each in output.curve if each.p95_ms < 0.9999 * most[0] and each.share_cloud <= most[1]]
    assert output.cheapest is not None or not possible
    for each in possible:
        assert output.cheapest is not None
        assert output.cheapest.cost_per_month <= each.cost_per_month


def test_the_largest_load_has_its_cheapest_number_too() -> None:
    output = placed(arrival_rate_per_second=9999, service_rate_per_second=1, slots_per_server=1, p95_limit_ms=1)
    assert output.cheapest_own_servers is None  # nothing answers within a millisecond


def test_a_cloud_that_takes_no_time_does_not_vary() -> None:
    assert placed(cloud_latency_ms=0).share_cloud > 0
    with pytest.raises(Unreadable) as refused:
        asked(cloud_latency_ms=0, cloud_latency_p95_ms=5)
    assert str(refused.value.problems[0]) == "cloud_latency_ms: must be at least 0.001 beside cloud_latency_p95_ms"
