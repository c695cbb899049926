"""vLLM `bench serve`: a load test against a running service, one JSON object a run."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import AliasChoices, Field

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Rate, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, attributes, fields

_TITLE = "vLLM bench serve"
_NEEDED = ("model_id", "duration", "completed", "request_throughput")
# Times with the suffix are in milliseconds, without it (copies in result stores) in seconds.
_TIME = re.compile(r"(mean|median|p[0-9.]{1,7})_(ttft|tpot|itl|e2el)(_ms)?")
_METRICS = {
    "ttft": load.TIME_TO_FIRST_TOKEN,
    "tpot": load.TIME_PER_OUTPUT_TOKEN,
    "itl": load.INTER_TOKEN_LATENCY,
    "e2el": load.REQUEST_DURATION,
}
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})-[0-9]{6}")
_VERSION = re.compile(r"v?[0-9]+\.[0-9]+[0-9A-Za-z.+-]{0,40}")


class _Result(Fields):
    date: str | None = None
    model_id: str | None = None
    backend: str | None = None
    num_prompts: Figure = None
    request_rate: Rate = None
    max_concurrency: Figure = None
    duration: Figure = None
    completed: Figure = None
    failed: Figure = None
    total_input_tokens: Figure = None
    total_output_tokens: Figure = None
    request_throughput: Figure = None
    # Some releases wrote the name with a colon in it.
    request_goodput: Figure = Field(default=None, validation_alias=AliasChoices("request_goodput", "request_goodput:"))
    output_throughput: Figure = None
    total_token_throughput: Figure = None
    max_concurrent_requests: Figure = None


def recognises(file: Content) -> bool:
    """Whether each object is a run's summary."""
    found = sweep.objects(file)
    return bool(found) and _is_run(found[0][1])


def _is_run(value: Mapping[str, Any]) -> bool:
    return (
        all(name in value for name in _NEEDED)
        and ("num_prompts" in value or "tokenizer_id" in value)
        and "total_output_tokens_retokenized" not in value
        and any(_TIME.fullmatch(name) for name in value)
    )


def read(file: Content) -> Reading:
    """The figures of each run.

    Raises:
        Unreadable: a field is of the wrong type, or a later object is no run.
    """
    runs, days = [], []
    for at, value in sweep.all_runs(file, _is_run, _TITLE):
        result = fields(_Result, value, _TITLE)
        runs.append(_run(result, value, at))
        days.append(_day(result.date))
    return sweep.reading("vllm-bench-serve", _TITLE, runs, days=days)


def _run(result: _Result, value: Mapping[str, Any], at: str) -> Run:
    version = value.get("version")
    known = isinstance(version, str) and _VERSION.fullmatch(version) is not None
    run = Run(
        Load(
            model=result.model_id,
            concurrency=result.max_concurrency,
            request_rate=result.request_rate,
            input_tokens=load.share_of(result.total_input_tokens, result.completed),
            output_tokens=load.share_of(result.total_output_tokens, result.completed),
            n=result.completed,
            failed=_failed(result),
            seconds=result.duration,
            more=attributes(backend=result.backend, server_version=version if known else None),
        ),
        at,
    )
    for found, statistic, figure in load.times(value, _TIME, _TITLE):
        run.latency(_METRICS[found[2]], statistic, figure, found[0], "ms" if found[3] else "s")
    ended = (result.completed or 0) + (result.failed or 0)
    if result.failed is not None and result.num_prompts is not None and ended < result.num_prompts:
        run.remark("Some of the requests asked for neither completed nor failed: the run was cut short.")
    run.rate(load.REQUESTS, result.request_throughput, "request_throughput")
    run.rate(load.GOODPUT, result.request_goodput, "request_goodput")
    run.rate(load.OUTPUT_TOKENS, result.output_throughput, "output_throughput")
    run.rate(load.TOTAL_TOKENS, result.total_token_throughput, "total_token_throughput")
    run.add(load.CONCURRENCY, result.max_concurrent_requests, "{request}", "max_concurrent_requests", "max")
    run.held(concurrency="max_concurrency", seconds="duration", errors="completed")
    return run


def _failed(result: _Result) -> float | None:
    if result.failed is not None:
        return result.failed
    if result.num_prompts is None or result.completed is None or result.completed > result.num_prompts:
        return None
    return result.num_prompts - result.completed


def _day(text: str | None) -> date | None:
    """The day of the client's clock, which states no zone."""
    found = _DATE.fullmatch(text or "")
    try:
        return date(*(int(each) for each in found.groups())) if found else None
    except ValueError:
        return None
