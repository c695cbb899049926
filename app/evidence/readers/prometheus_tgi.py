"""Metrics of a text-generation-inference server."""

from collections.abc import Iterator

from app.evidence import histogram, load, serving
from app.evidence.content import Content
from app.evidence.exposition import Scrape, holds, remarks_on, scrape_of, started_finding
from app.evidence.reading import Reading
from app.finding import Finding

# Its counters have no suffix and its metrics no model: one server serves one.
_MODEL = "model_name"
_LATENCIES = {
    "tgi_request_duration": serving.REQUEST_DURATION,
    "tgi_request_mean_time_per_token_duration": load.TIME_PER_OUTPUT_TOKEN,
    "tgi_request_queue_duration": "tgi_request_queue_duration",
    "tgi_request_inference_duration": "tgi_request_inference_duration",
    "tgi_request_validation_duration": "tgi_request_validation_duration",
}
_LENGTHS = {
    "tgi_request_input_length": "tgi_request_input_length",
    "tgi_request_generated_tokens": "tgi_request_generated_tokens",
    "tgi_request_max_new_tokens": "tgi_request_max_new_tokens",
}


def recognises(file: Content) -> bool:
    """Whether there are metrics of TGI."""
    return holds(file, "tgi_request_", "tgi_queue_", "tgi_batch_")


def read(file: Content) -> Reading:
    """Latencies, queue, lengths and failures."""
    scrape = scrape_of(file)
    errors = list(_errors(scrape))
    failed = {"": float(str(errors[0].attributes["failed"]))} if errors else {}
    times, timed = serving.latencies(scrape, _LATENCIES, _MODEL, failed=failed)
    lengths, counted = serving.latencies(scrape, _LENGTHS, _MODEL, failed=failed, unit="{token}")
    findings = [*times, *errors, *lengths]
    for name in ("tgi_request_count", "tgi_request_success", "tgi_queue_size", "tgi_batch_current_size"):
        findings += serving.figure(scrape.all(name, f"{name}_total"), name, "{request}")
    return Reading(
        kind="prometheus-tgi",
        title="Metrics of a text-generation-inference server",
        tool="text-generation-inference",
        observed_on=scrape.observed_on(),
        grade="demonstrated",
        findings=(*findings, *started_finding(scrape)),
        remarks=(
            *serving.load_remarks(findings, bool(errors)),
            "The server states neither its model nor a time to first token.",
            *histogram.remarks_on({**timed, **counted}),
            *remarks_on(scrape, "TGI"),
        ),
    )


def _errors(scrape: Scrape) -> Iterator[Finding]:
    """Failures are not there before the first of them."""
    every = scrape.all("tgi_request_count", "tgi_request_count_total")
    failures = sum(each.value for each in scrape.all("tgi_request_failure", "tgi_request_failure_total"))
    if every:
        yield from serving.error_rate("", failures, sum(each.value for each in every), every[0].where)
