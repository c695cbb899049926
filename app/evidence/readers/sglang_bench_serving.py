"""SGLang `bench_serving`: a load test against a running service, one JSON object a line and run."""

import re
from collections.abc import Mapping
from typing import Any

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Rate, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, fields, line

_TITLE = "SGLang bench_serving"
_NEEDED = ("backend", "request_rate", "total_output_tokens_retokenized", "completed", "duration", "output_throughput")
_TIME = re.compile(r"(mean|median|p[0-9.]{1,7})_(e2e_latency|ttft|tpot|itl)_ms")
_METRICS = {
    "ttft": load.TIME_TO_FIRST_TOKEN,
    "tpot": load.TIME_PER_OUTPUT_TOKEN,
    "itl": load.INTER_TOKEN_LATENCY,
    "e2e_latency": load.REQUEST_DURATION,
}
_APART = 0.05  # tokens asked for and tokens found in the text, from where they tell of something


class _Result(Fields):
    backend: str | None = None
    dataset_name: str | None = None
    request_rate: Rate = None
    max_concurrency: Figure = None
    duration: Figure = None
    completed: Figure = None
    total_input_tokens: Figure = None
    total_output_tokens: Figure = None
    total_output_tokens_retokenized: Figure = None
    request_throughput: Figure = None
    output_throughput: Figure = None
    total_throughput: Figure = None
    concurrency: Figure = None


def recognises(file: Content) -> bool:
    """Whether each line is a run's summary."""
    found = sweep.objects(file)
    return bool(found) and _is_run(found[0][1])


def _is_run(value: Mapping[str, Any]) -> bool:
    return all(name in value for name in _NEEDED) and any(_TIME.fullmatch(name) for name in value)


def read(file: Content) -> Reading:
    """The figures of each run.

    Raises:
        Unreadable: a field is of the wrong type, or a later line is no run.
    """
    found = sweep.all_runs(file, _is_run, _TITLE)
    runs = [_run(fields(_Result, value, _TITLE), value, at) for at, value in found]
    version = next((each for _, value in found if (each := line(load.within(value, "server_info.version")))), None)
    return sweep.reading("sglang-bench-serving", _TITLE, runs, version=version)


def _run(result: _Result, value: Mapping[str, Any], at: str) -> Run:
    model = load.within(value, "server_info.model_path", "server_info.server_args.model_path", "model_id", "model")
    run = Run(
        Load(
            model=line(model),
            concurrency=result.max_concurrency,
            request_rate=result.request_rate,
            # The options say the longest, not the mean: totals do.
            input_tokens=load.share_of(result.total_input_tokens, result.completed),
            output_tokens=load.share_of(result.total_output_tokens, result.completed),
            n=result.completed,
            seconds=result.duration,
            more={"backend": line(result.backend), "dataset": line(result.dataset_name)},
        ),
        at,
    )
    for found, statistic, figure in load.times(value, _TIME, _TITLE):
        run.latency(_METRICS[found[2]], statistic, figure, found[0], "ms")
    run.rate(load.REQUESTS, result.request_throughput, "request_throughput")
    run.rate(load.OUTPUT_TOKENS, result.output_throughput, "output_throughput")
    run.rate(load.TOTAL_TOKENS, result.total_throughput, "total_throughput")
    run.add(load.CONCURRENCY, result.concurrency, "{request}", "concurrency", "mean")
    run.held(concurrency="max_concurrency", seconds="duration")
    asked, found_in_text = result.total_output_tokens, result.total_output_tokens_retokenized
    if asked and found_in_text is not None and abs(asked - found_in_text) > _APART * asked:
        run.remark("The tokens counted and those in the text are more than 5 % apart: token figures are doubtful.")
    return run
