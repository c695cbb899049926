"""llmperf: a load test of a service by its language model API, one flat JSON object."""

import re
from collections.abc import Mapping

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, day_of_seconds, fields

_TITLE = "llmperf"
_TIME = re.compile(r"results_(?:ttft_s|inter_token_latency_s|end_to_end_latency_s)_(?:quantiles_)?(mean|p[0-9]{2})")
_METRICS: Mapping[str, str] = {
    "ttft_s": load.TIME_TO_FIRST_TOKEN,
    "inter_token_latency_s": load.INTER_TOKEN_LATENCY,
    "end_to_end_latency_s": load.REQUEST_DURATION,
}
# A Python dictionary printed into a text: "{429.0: 130}"
_CODE = re.compile(r"([0-9]{3})(?:\.0)?: ?([0-9]{1,9})\b")
_PER_MINUTE = 60


class _Result(Fields):
    model: str | None = None
    num_concurrent_requests: Figure = None
    mean_input_tokens: Figure = None
    mean_output_tokens: Figure = None
    results_number_input_tokens_mean: Figure = None
    results_number_output_tokens_mean: Figure = None
    results_num_completed_requests: Figure = None
    results_number_errors: Figure = None
    results_error_rate: Figure = None
    results_error_code_frequency: str | None = None
    results_mean_output_throughput_token_per_s: Figure = None
    results_num_completed_requests_per_min: Figure = None
    timestamp: Figure = None
    api: str | None = None


def recognises(file: Content) -> bool:
    """Whether it has the load and the results by their flattened names."""
    value = file.json
    return (
        isinstance(value, dict)
        and "num_concurrent_requests" in value
        and ("results_error_rate" in value or "results_num_completed_requests" in value)
        and any(_TIME.fullmatch(name) for name in value)
    )


def read(file: Content) -> Reading:
    """The figures of the run.

    Raises:
        Unreadable: a field is of the wrong type.
    """
    result = fields(_Result, file.json, _TITLE)
    run = Run(
        Load(
            model=result.model,
            target=load.host(result.api),
            concurrency=result.num_concurrent_requests,
            input_tokens=_first(result.results_number_input_tokens_mean, result.mean_input_tokens),
            output_tokens=_first(result.results_number_output_tokens_mean, result.mean_output_tokens),
            n=result.results_num_completed_requests,
            failed=result.results_number_errors,
        )
    )
    for found, statistic, figure in load.times(file.json, _TIME, _TITLE):
        metric = next(metric for name, metric in _METRICS.items() if name in found[0])
        run.latency(metric, statistic, figure, found[0])
    run.rate(
        load.OUTPUT_TOKENS,
        result.results_mean_output_throughput_token_per_s,
        "results_mean_output_throughput_token_per_s",
        "mean",
    )
    a_minute = result.results_num_completed_requests_per_min
    if a_minute is not None:
        where = "results_num_completed_requests_per_min"
        run.rate(load.REQUESTS, a_minute / _PER_MINUTE, where, raw_value=a_minute, raw_unit="{request}/min")
    if result.results_error_rate is not None and result.results_error_rate <= 1:
        run.add(load.ERROR_RATE, result.results_error_rate, "1", "results_error_rate")
    else:
        run.held(errors="results_number_errors")
    run.held(concurrency="num_concurrent_requests")
    for code, count in _CODE.findall((result.results_error_code_frequency or "")[:2000])[:10]:
        run.remark(f"The service answered {code} to {int(count)} requests.")
    return sweep.reading("llmperf", _TITLE, [run], days=[day_of_seconds(result.timestamp)])


def _first(measured: float | None, asked: float | None) -> float | None:
    return asked if measured is None else measured
