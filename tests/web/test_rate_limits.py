"""How much a program may ask for, and that it is told when to come back. The clock is the test's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from app.settings import Settings
from app.web.app import create_app
from app.web.limits import Limits
from tests.web.conftest import ADDRESS, Site

PILOTS = "/api/v1/pilots"


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Counter:
    """Limits of twelve requests a minute, one every five seconds."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.limits = Limits(12, self.clock)

    def spend(self, times: int, who: bytes = b"one") -> list[int | None]:
        return [self.limits.take(who).retry_after for _ in range(times)]


def test_as_many_as_a_minute_allows_are_taken_at_once_and_then_no_more() -> None:
    assert Counter().spend(14) == [None] * 12 + [5, 5]


def test_coming_back_when_told_is_early_enough_and_a_second_sooner_is_not() -> None:
    counter = Counter()
    counter.spend(12)
    (wait,) = counter.spend(1)
    assert wait is not None
    counter.clock.now += wait - 1
    assert counter.spend(1) == [1]
    counter.clock.now += 1
    assert counter.spend(1) == [None]


def test_being_refused_costs_nothing() -> None:
    counter = Counter()
    counter.spend(12 + 100)
    counter.clock.now += 5
    assert counter.spend(2) == [None, 5]


def test_nobody_saves_up_more_than_a_minute_allows() -> None:
    counter = Counter()
    counter.spend(1)
    counter.clock.now += 86_400
    assert counter.spend(13) == [None] * 12 + [5]


def test_one_token_takes_nothing_from_another() -> None:
    counter = Counter()
    counter.spend(12, b"one")
    assert counter.spend(1, b"another") == [None]


def test_what_is_left_is_told_with_the_seconds_until_there_is_more() -> None:
    counter = Counter()
    told = [counter.limits.take(b"one").headers() for _ in range(13)]
    assert told[0] == {"RateLimit-Policy": '"requests";q=12;w=60', "RateLimit": '"requests";r=11;t=5'}
    assert told[-1]["RateLimit"] == '"requests";r=0;t=5'


@pytest.mark.parametrize(
    ("method", "path", "left"),
    [
        pytest.param("GET", PILOTS, 99, id="an answer counts as one"),
        pytest.param("GET", "/api/v1/assessments/x/report.pdf", 90, id="a report as a file counts as ten"),
        pytest.param("POST", "/api/v1/calculators/tco", 90, id="a calculation counts as ten"),
        pytest.param("POST", "/api/v1/pilots/x/scenarios", 90, id="a calculation that is kept does"),
        pytest.param("PUT", "/api/v1/scenarios/x", 90, id="and one that is worked out again"),
        pytest.param("GET", "/api/v1/scenarios/x", 99, id="to look at it counts as one"),
        pytest.param("GET", "/api/v1/calculators/tco", 99, id="so do a calculator's schemas"),
        pytest.param("POST", "/api/v1/scenarios/x/evidence", 99, id="and what rests on it"),
    ],
)
def test_what_a_request_counts_as(method: str, path: str, left: int) -> None:
    counted = Limits(100, Clock()).count(method, path, Headers())
    assert counted is not None
    assert counted.left == left


def test_a_report_is_written_even_where_ten_are_more_than_a_minute_allows() -> None:
    counted = Limits(3, Clock()).count("GET", "/api/v1/assessments/x/report.pdf", Headers())
    assert counted is not None
    assert (counted.retry_after, counted.left) == (None, 0)


def test_tokens_without_end_fill_no_memory() -> None:
    counter = Counter()
    for number in range(10_050):
        counter.limits.take(str(number).encode())
    assert len(counter.limits._buckets) == 10_000


@pytest.fixture
def program(site: Site) -> Callable[..., TestClient]:
    """Opens a client with a token of its own, on a site that takes three requests a minute by the test's clock."""
    clock = Clock()
    app = create_app(site.database, Settings(requests_a_minute=3), clock)
    app.state.clock = clock

    def open_(token: str | None = None) -> TestClient:
        client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {token or site.token()}"
        return client

    return open_


def wait(client: Any, seconds: int) -> None:
    client.app.state.clock.now += seconds


def test_a_program_in_a_hurry_is_told_when_to_come_back(program: Callable[..., TestClient]) -> None:
    client = program()
    assert [client.get(PILOTS).status_code for _ in range(3)] == [200, 200, 200]
    refused = client.get(PILOTS)
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
    assert refused.headers["retry-after"] == "20"
    assert (refused.json()["retry_after"], refused.json()["type"]) == (20, "/problems#too-many")
    assert "20 seconds" in refused.json()["detail"]
    wait(client, 20)
    assert client.get(PILOTS).status_code == 200


def test_every_answer_tells_what_is_left_a_refusal_and_an_error_too(program: Callable[..., TestClient]) -> None:
    client = program()
    answers = [client.get(PILOTS), client.get(f"{PILOTS}/junk"), client.post(PILOTS), client.get(PILOTS)]
    assert [each.status_code for each in answers] == [200, 404, 422, 429]
    assert [each.headers["ratelimit"] for each in answers] == [f'"requests";r={left};t=20' for left in (2, 1, 0, 0)]
    assert {each.headers["ratelimit-policy"] for each in answers} == {'"requests";q=3;w=60'}


def test_what_is_refused_changes_nothing(program: Callable[..., TestClient]) -> None:
    client = program()
    for _ in range(5):
        client.post(PILOTS, json={"name": "X"})
    wait(client, 60)
    assert len(client.get(PILOTS).json()["items"]) == 3


def test_people_at_pages_are_not_counted(site: Site, program: Callable[..., TestClient]) -> None:
    visitor = program()
    visitor.cookies = site.visit("owner").cookies
    answers = [visitor.get("/") for _ in range(5)]
    assert {each.status_code for each in answers} == {200}
    assert not any("ratelimit" in each.headers for each in answers)


def test_a_made_up_token_takes_nothing_from_a_real_one(program: Callable[..., TestClient]) -> None:
    guess, real = program("junk"), program()
    assert [guess.get(PILOTS).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert real.get(PILOTS).status_code == 200
