"""vLLM `bench throughput`: how much an engine does without a server before it."""

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, fields

_NEEDED = {"elapsed_time", "num_requests", "total_num_tokens", "requests_per_second", "tokens_per_second"}


class _Result(Fields):
    elapsed_time: Figure
    num_requests: Figure
    total_num_tokens: Figure
    requests_per_second: Figure
    tokens_per_second: Figure


def recognises(file: Content) -> bool:
    """Whether it is the flat object that the command writes; a wrapper may have added plain fields."""
    value = file.json
    return (
        isinstance(value, dict)
        and value.keys() >= _NEEDED
        and not any(isinstance(each, dict | list) for each in value.values())
    )


def read(file: Content) -> Reading:
    """The throughput of one run.

    Raises:
        Unreadable: a field is no number.
    """
    result = fields(_Result, file.json, "vLLM bench throughput")
    run = Run(Load(served=False, n=result.num_requests, seconds=result.elapsed_time))
    run.rate(load.TOTAL_TOKENS, result.tokens_per_second, "tokens_per_second", tokens="input and output")
    run.rate(load.REQUESTS, result.requests_per_second, "requests_per_second")
    run.held(seconds="elapsed_time")
    run.remark(
        "The engine ran alone, with all requests at hand: this is the most it does, and shows no latency under load."
    )
    return sweep.reading("vllm-bench-throughput", "vLLM bench throughput", [run])
