"""Metrics of an SGLang server."""

from app.evidence import histogram, load, serving
from app.evidence.content import Content
from app.evidence.exposition import holds, remarks_on, scrape_of, started_finding
from app.evidence.reading import Reading

_MODEL = "model_name"
_LATENCIES = {
    "sglang:time_to_first_token_seconds": load.TIME_TO_FIRST_TOKEN,
    "sglang:time_per_output_token_seconds": load.TIME_PER_OUTPUT_TOKEN,
    "sglang:inter_token_latency_seconds": load.INTER_TOKEN_LATENCY,
    "sglang:e2e_request_latency_seconds": serving.REQUEST_DURATION,
}
_FIGURES = {
    "sglang:num_running_reqs": "{request}",
    "sglang:num_queue_reqs": "{request}",
    "sglang:prompt_tokens_total": "{token}",
    "sglang:generation_tokens_total": "{token}",
    "sglang:num_requests_total": "{request}",
}
_SHARES = ("sglang:token_usage", "sglang:cache_hit_rate")


def recognises(file: Content) -> bool:
    """Whether there are metrics of SGLang."""
    return holds(file, "sglang:")


def read(file: Content) -> Reading:
    """Latencies, queue, the cache's usage and tokens."""
    scrape = scrape_of(file)
    findings, timed = serving.latencies(scrape, _LATENCIES, _MODEL, failed={})
    for name in _SHARES:
        findings += serving.figure(scrape.all(name), name, "1", most=1, together=max, statistic="max")
    for name, unit in _FIGURES.items():
        findings += serving.figure(scrape.all(name), name, unit)
    return Reading(
        kind="prometheus-sglang",
        title="Metrics of an SGLang server",
        tool="SGLang",
        observed_on=scrape.observed_on(),
        grade="demonstrated",
        findings=(*findings, *started_finding(scrape)),
        remarks=(
            *serving.load_remarks(findings, known_errors=True),
            "SGLang does not count failed requests: the share of errors is not known.",
            *histogram.remarks_on(timed),
            *remarks_on(scrape, "SGLang"),
        ),
    )
