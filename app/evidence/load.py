"""A load test's figures: what they are called, in which units, and under which load they were taken."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from app.errors import Problem, TooLarge, Unreadable
from app.evidence.stated import attributes, figure, line
from app.finding import Finding

# Names of the OpenTelemetry GenAI conventions where they have one; else the word that the tools share.
TIME_TO_FIRST_TOKEN = "gen_ai.server.time_to_first_token"  # noqa: S105 - a unit of text, no secret
TIME_PER_OUTPUT_TOKEN = "gen_ai.server.time_per_output_token"  # noqa: S105
INTER_TOKEN_LATENCY = "inter_token_latency"  # noqa: S105
REQUEST_DURATION = "gen_ai.client.operation.duration"
OUTPUT_TOKENS = "output_token_throughput"
TOTAL_TOKENS = "total_token_throughput"
REQUESTS = "request_throughput"
GOODPUT = "request_goodput"
CONCURRENCY = "concurrency"
DURATION = "duration"
ERROR_RATE = "error.rate"
RATE_UNITS: Mapping[str, str] = {
    OUTPUT_TOKENS: "{token}/s",
    TOTAL_TOKENS: "{token}/s",
    REQUESTS: "{request}/s",
    GOODPUT: "{request}/s",
}

MOST_FIGURES = 500  # of one run
ENOUGH_FOR_P99 = 100  # requests: of fewer, the slowest one is the p99

_PER_SECOND: Mapping[str, float] = {
    "s": 1,
    "sec": 1,
    "secs": 1,
    "second": 1,
    "seconds": 1,
    "ms": 1e3,
    "millisecond": 1e3,
    "milliseconds": 1e3,
    "us": 1e6,
    "µs": 1e6,
    "microseconds": 1e6,
    "ns": 1e9,
    "nanoseconds": 1e9,
}
_PERCENTILE = re.compile(r"p?\(?([0-9]{1,2}(?:\.[0-9]{1,4})?)[)%]?")
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def _rate(value: object) -> object:
    if value is None or (isinstance(value, str) and value.strip().lower() in ("inf", "infinity")):
        return None if value is None else float("inf")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number or inf")
    return float("inf") if value == float("inf") else figure(value)


Rate = Annotated[float | None, BeforeValidator(_rate)]
"""Requests a second as asked for; infinite where the tool sent them as fast as they went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run's figures were taken under, as far as its file says."""

    model: str | None = None
    target: str | None = None  # host and port that were asked
    concurrency: float | None = None  # requests at once, as asked for
    request_rate: float | None = None  # requests a second, as asked for; infinite: all at once
    input_tokens: float | None = None  # of a request, on average
    output_tokens: float | None = None
    n: float | None = None  # requests that its latencies are taken over
    failed: float | None = None
    failed_are_in: bool = False  # the latencies are over failed requests too
    seconds: float | None = None  # it ran for
    served: bool = True  # a service was asked; else an engine did it alone
    more: Mapping[str, bool | int | float | str | None] = field(default_factory=dict)

    def told(self) -> Mapping[str, bool | int | float | str]:
        """The load as attributes of a finding."""
        return attributes(
            model=self.model,
            target=self.target,
            concurrency=whole(self.concurrency),
            request_rate="inf" if self.request_rate == float("inf") else whole(self.request_rate),
            input_tokens=whole(self.input_tokens),
            output_tokens=whole(self.output_tokens),
            n=whole(self.n),
            failed=whole(self.failed),
            duration=whole(self.seconds),
            observed_by="client" if self.served else None,
            **self.more,
        )

    def error_share(self) -> float | None:
        """Failed of all attempted; None where the file does not say."""
        if self.failed is None or self.n is None or self.failed < 0 or self.n < 0:
            return None
        attempted = self.n if self.failed_are_in else self.n + self.failed
        return self.failed / attempted if 0 < attempted < float("inf") and self.failed <= attempted else None


class Run:
    """One run of a load test: its figures become findings, each with the load that it was taken under."""

    def __init__(self, load: Load, at: str = "") -> None:
        self.load = load
        self.findings: list[Finding] = []
        self._at = at
        self._told = load.told()
        self._remarks: dict[str, None] = {}
        self._latencies: set[str] = set()

    def add(
        self, metric: str, value: float | None, unit: str, where: str, statistic: str | None = None, **more: Any
    ) -> None:
        """Take a figure; what is missing or below nothing is none.

        Raises:
            TooLarge: there are more than any tool writes.
        """
        if value is None or self._is_infinite(value):
            return
        if value < 0:
            self.remark("A figure below 0 was left out: no such thing can be measured.")
            return
        if len(self.findings) >= MOST_FIGURES:
            raise TooLarge(f"One run states more than {MOST_FIGURES:,} figures.")
        self.findings.append(
            Finding(
                metric=metric,
                statistic=statistic,
                value=value,
                unit=unit,
                attributes={name: each for name, each in self._told.items() if name not in more} | attributes(**more),
                where=line(self._at + where),
            )
        )

    def latency(
        self, metric: str, statistic: str, value: float | None, where: str, unit: str = "s", **more: Any
    ) -> None:
        """Take a time, in seconds; the figure as it stands in the file goes with it where it was converted."""
        per_second = _PER_SECOND.get(unit.strip().lower())
        if value is None or self.load.n == 0 or self._is_infinite(value):
            return
        if per_second is None:
            self.remark(f"The unit {short(unit)} of {metric} is not known: its figures were left out.")
            return
        if value <= 0:
            self.remark("A latency of 0 or less was left out: the tool did not take it.")
            return
        if per_second != 1:
            more = {**more, "raw_value": value, "raw_unit": line(unit)}
        if self.load.n is not None and _fewer_than_it_takes(self.load.n, statistic):
            more = {**more, "few_requests": True}
        self._latencies.add(statistic)
        self.add(metric, value / per_second, "s", where, statistic, **more)

    def rate(self, metric: str, value: float | None, where: str, statistic: str | None = None, **more: Any) -> None:
        """Take a throughput, per second."""
        self.add(metric, value, RATE_UNITS[metric], where, statistic, **more)

    def held(self, *, concurrency: str | None = None, seconds: str | None = None, errors: str | None = None) -> None:
        """Take what the load says of itself as findings; each argument is where it stands."""
        if concurrency:
            self.add(CONCURRENCY, self.load.concurrency, "{request}", concurrency, "asked")
        if seconds:
            self.add(DURATION, self.load.seconds, "s", seconds)
        if errors:
            self.add(ERROR_RATE, self.load.error_share(), "1", errors)

    def remark(self, sentence: str) -> None:
        """Say something about this run, once."""
        self._remarks[sentence] = None

    @property
    def mock(self) -> bool:
        """Whether the model's name says that it only pretends to be one."""
        return "mock" in (self.load.model or "").lower()

    def remarks(self) -> Sequence[str]:
        """What keeps the run's figures from showing more."""
        load, said = self.load, list(self._remarks)
        if load.model is None:
            said.append("The file does not name the model.")
        elif self.mock:
            said.append("The model's name says that it is a mock: its figures say nothing about a real one.")
        if load.target and (urlsplit(f"//{load.target}").hostname or "") in _HERE:
            said.append(
                "The service was asked from its own machine: the way to the people who use it is not in the figures."
            )
        if load.n == 0:
            said.append("No request completed: the file holds no latency.")
        if self._latencies:
            said += self._of_latencies()
        return said

    def _of_latencies(self) -> Sequence[str]:
        load = self.load
        said = self._of_load() if load.served else []
        if load.n is None:
            said.append("The file does not say how many requests the latencies are of.")
        elif load.n < ENOUGH_FOR_P99 and any(_beyond_p95(each) for each in self._latencies):
            said.append(
                f"A p99 of fewer than {ENOUGH_FOR_P99} requests is about the slowest of them and shows no level."
            )
        return said

    def _of_load(self) -> list[str]:
        load, said = self.load, []
        if load.concurrency is None and load.request_rate == float("inf"):
            said.append("All requests were sent at once: the times are those of a queue, not of steady load.")
        elif load.concurrency is None and load.request_rate is None:
            said.append(
                "The file does not say under which load the latencies were taken (requests at once or a second): "
                "without it they show no level."
            )
        if load.error_share() is None and not self._has(ERROR_RATE):
            said.append("The file does not say how many requests failed: the share of errors is not known.")
        elif load.failed and load.failed_are_in:
            said.append("Requests failed, and their times are among the latencies: refusing is often quick.")
        elif load.failed:
            said.append("Requests failed, and the latencies are only those of the ones that succeeded.")
        return said

    def _is_infinite(self, value: float) -> bool:
        if isfinite(value):
            return False
        self.remark("A figure that is no finite number (NaN or infinite) was left out.")
        return True

    def _has(self, metric: str) -> bool:
        return any(each.metric == metric for each in self.findings)


def times(
    value: Mapping[str, Any], pattern: re.Pattern[str], what: str
) -> Iterable[tuple[re.Match[str], str, float | None]]:
    """The figures whose names say a statistic (the pattern's first group): the match, our word for it, and the figure.

    Raises:
        Unreadable: one is no number.
    """
    for name, given in value.items():
        found = pattern.fullmatch(name)
        word = statistic(found[1]) if found else None
        if found is None or word is None or given is None:
            continue
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise unreadable(what, name, "must be a number")
        yield found, word, float(given) if isinstance(given, float) else figure(given)


def unreadable(what: str, where: str, message: str) -> Unreadable:
    """A file of a known format that cannot be read, and why."""
    return Unreadable(f"This looks like {what} and cannot be read.", [Problem(line(where) or "", message)])


def within(value: Any, *paths: str) -> Any:
    """What stands at the first of the paths (names with dots between) that holds anything."""
    for path in paths:
        found = value
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            return found
    return None


def statistic(name: str) -> str | None:
    """A tool's name for a statistic as ours: mean, p50, p99.9; None for others."""
    if name in ("mean", "avg"):
        return "mean"
    if name in ("median", "med"):
        return "p50"
    found = _PERCENTILE.fullmatch(name)
    return None if found is None else f"p{float(found[1]):g}"


def host(url: object) -> str | None:
    """Host and port of an address; never its keys and passwords."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    return line(name if port is None else f"{name}:{port}") if name else None


def short(word: str | None) -> str:
    """A word of the file within a sentence of ours."""
    return line((word or "")[:30]) or "that is missing"


def share_of(total: float | None, count: float | None) -> float | None:
    """A total spread over so many; None where either is missing or nothing."""
    return total / count if total is not None and count and count > 0 else None


def _fewer_than_it_takes(requests: float, statistic: str) -> bool:
    """Whether a percentile is of so few requests that it is about the slowest of them: a p95 of fewer than 20."""
    return statistic.startswith("p") and requests * (100 - float(statistic[1:])) < 100


def _beyond_p95(name: str) -> bool:
    return name.startswith("p") and float(name[1:]) > 95


def whole(value: float | None) -> float | int | None:
    """A whole number as one."""
    return int(value) if value is not None and isfinite(value) and value % 1 == 0 and abs(value) < 1e15 else value
