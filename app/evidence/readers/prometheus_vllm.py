"""Metrics of a vLLM server, its own or through Ray Serve."""

from collections.abc import Iterator, Mapping

from app.evidence import histogram, load, serving
from app.evidence.content import Content
from app.evidence.exposition import Scrape, groups, holds, remarks_on, scrape_of, started_finding
from app.evidence.reading import Reading
from app.evidence.stated import attributes, line
from app.finding import Finding

_PREFIXES = {"ray_vllm:": "vllm:", "ray_vllm_": "vllm:", "vllm:": "vllm:"}
_MODEL = "model_name"
_LATENCIES = {
    "vllm:time_to_first_token_seconds": load.TIME_TO_FIRST_TOKEN,
    "vllm:request_time_per_output_token_seconds": load.TIME_PER_OUTPUT_TOKEN,
    "vllm:time_per_output_token_seconds": load.TIME_PER_OUTPUT_TOKEN,
    "vllm:inter_token_latency_seconds": load.INTER_TOKEN_LATENCY,
    "vllm:e2e_request_latency_seconds": serving.REQUEST_DURATION,
    "vllm:request_queue_time_seconds": "vllm:request_queue_time_seconds",
    "vllm:request_prefill_time_seconds": "vllm:request_prefill_time_seconds",
    "vllm:request_decode_time_seconds": "vllm:request_decode_time_seconds",
}
_LENGTHS = {
    "vllm:request_prompt_tokens": "vllm:request_prompt_tokens",
    "vllm:request_generation_tokens": "vllm:request_generation_tokens",
}
_FAILURES = frozenset({"abort", "error"})
_NEARLY_FULL = 0.9


def recognises(file: Content) -> bool:
    """Whether there are metrics of vLLM."""
    return holds(file, *_PREFIXES)


def read(file: Content) -> Reading:
    """Latencies, queue, cache, tokens and failures."""
    given = scrape_of(file)
    scrape = given.renamed(_PREFIXES)
    outcomes = _outcomes(scrape)
    failed = {model: failures for model, (failures, _, _) in outcomes.items()}
    timed = dict(_LATENCIES)
    if histogram.histograms(scrape, "vllm:request_time_per_output_token_seconds", _MODEL):
        del timed["vllm:time_per_output_token_seconds"]  # the older: of gaps between tokens, not of requests
    times, of_times = serving.latencies(scrape, timed, _MODEL, failed=failed)
    lengths, of_lengths = serving.latencies(scrape, _LENGTHS, _MODEL, failed=failed, unit="{token}")
    errors = [
        each
        for model, (failures, every, where) in outcomes.items()
        for each in serving.error_rate(model, failures, every, where)
    ]
    state = list(_state(scrape))
    findings = [*times, *errors, *state, *lengths, *_counted(scrape), *_cache(scrape), *started_finding(scrape)]
    return Reading(
        kind="prometheus-vllm",
        title="Metrics of a vLLM server",
        tool="vLLM",
        observed_on=given.observed_on(),
        grade="demonstrated",
        findings=tuple(findings),
        remarks=(
            *serving.load_remarks(findings, bool(errors)),
            *histogram.remarks_on({**of_times, **of_lengths}),
            *_remarks(state),
            *remarks_on(given, "vLLM"),
        ),
    )


def _outcomes(scrape: Scrape) -> Mapping[str, tuple[float, float, str]]:
    """By model: how many requests failed, how many ended in all, and where that stands."""
    found = {}
    for (model,), samples in groups(scrape.all("vllm:request_success_total"), _MODEL).items():
        every = sum(each.value for each in samples)
        failures = sum(each.value for each in samples if each.labels.get("finished_reason") in _FAILURES)
        found[model] = (failures, every, samples[0].where)
    return found


def _state(scrape: Scrape) -> Iterator[Finding]:
    """What was so at the moment of the scrape, and what has happened to the cache since the start."""
    usage = scrape.all("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")
    source = next(
        (each for each in ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc") if each in scrape.samples), None
    )
    yield from serving.figure(
        usage, "vllm:kv_cache_usage_perc", "1", most=1, together=max, statistic="max", source=source
    )
    for name in ("vllm:num_requests_waiting", "vllm:num_requests_running", "vllm:num_requests_swapped"):
        yield from serving.figure(scrape.all(name), name, "{request}")
    name = "vllm:num_preemptions_total"
    yield from serving.figure(scrape.all(name, "vllm:num_preemptions"), name, "{preemption}")


def _counted(scrape: Scrape) -> Iterator[Finding]:
    """Tokens, and how requests ended."""
    for name in ("vllm:prompt_tokens_total", "vllm:generation_tokens_total"):
        yield from serving.figure(scrape.all(name), name, "{token}")
    for (model, reason), samples in groups(scrape.all("vllm:request_success_total"), _MODEL, "finished_reason").items():
        count = sum(each.value for each in samples)
        if count > 0:
            yield Finding(
                metric="vllm:request_success_total",
                value=count,
                unit="{request}",
                attributes=attributes(model=model or None, finished_reason=reason, observed_by="server"),
                where=samples[0].where,
            )


def _cache(scrape: Scrape) -> Iterator[Finding]:
    """How much the cache holds, and how often it had what was asked for."""
    for each in scrape.all("vllm:cache_config_info"):
        blocks, size = each.labels.get("num_gpu_blocks", ""), each.labels.get("block_size", "")
        if blocks.isdecimal() and size.isdecimal() and max(len(blocks), len(size)) < 12:
            yield Finding(
                metric="vllm:cache_config_info",
                statistic="capacity",
                value=float(int(blocks) * int(size)),
                unit="{token}",
                attributes=attributes(
                    num_gpu_blocks=int(blocks),
                    block_size=int(size),
                    enable_prefix_caching=each.labels.get("enable_prefix_caching") == "True",
                    cache_dtype=line(each.labels.get("cache_dtype")),
                    gpu_memory_utilization=line(each.labels.get("gpu_memory_utilization")),
                    engine=line(each.labels.get("engine")),
                ),
                where=each.where,
            )
    hits = groups(scrape.all("vllm:prefix_cache_hits_total"), _MODEL)
    for key, samples in groups(scrape.all("vllm:prefix_cache_queries_total"), _MODEL).items():
        asked, had = sum(each.value for each in samples), sum(each.value for each in hits.get(key, []))
        if asked > 0 and key in hits and 0 <= had <= asked < float("inf"):
            yield Finding(
                metric="prefix_cache_hit_rate",
                value=had / asked,
                unit="1",
                attributes=attributes(model=key[0] or None, observed_by="server", queried_tokens=asked),
                where=samples[0].where,
            )
    older = scrape.all("vllm:gpu_prefix_cache_hit_rate")  # -1 where it is not known
    yield from serving.figure(
        older, "prefix_cache_hit_rate", "1", most=1, together=max, source="vllm:gpu_prefix_cache_hit_rate"
    )


def _remarks(state: list[Finding]) -> Iterator[str]:
    values = {each.metric: each.value or 0.0 for each in sorted(state, key=lambda each: each.value or 0.0)}
    if values.get("vllm:num_preemptions_total", 0) > 0:
        yield "Requests were preempted since the start: the cache was too small for what was asked of it."
    full = values.get("vllm:kv_cache_usage_perc", 0) >= _NEARLY_FULL
    if full and values.get("vllm:num_requests_waiting", 0) > 0:
        yield "Requests wait while the cache is nearly full: there is no capacity left."
    if "vllm:kv_cache_usage_perc" in values:
        yield "The cache's usage is that of the moment; its highest over days needs a monitoring export."
