"""vLLM `bench latency`: how long an engine takes for a whole batch."""

from typing import Annotated

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, MissingMap, fields, figure

BATCH_LATENCY = "vllm.bench.batch_latency"


_MOST_PERCENTILES = 100


class _Result(Fields):
    avg_latency: Figure
    percentiles: Annotated[dict[str, Figure], MissingMap]


def recognises(file: Content) -> bool:
    """Whether it has the mean, each run's time and the percentiles by their number."""
    value = file.json
    return (
        isinstance(value, dict)
        and "avg_latency" in value
        and isinstance(value.get("latencies"), list)
        and isinstance(value.get("percentiles"), dict)
        and len(value["percentiles"]) <= _MOST_PERCENTILES
        and all(load.statistic(each) for each in value["percentiles"])
    )


def read(file: Content) -> Reading:
    """The times of a batch.

    Raises:
        Unreadable: a field is no number.
    """
    value = file.json
    result = fields(_Result, value, "vLLM bench latency")
    run = Run(Load(served=False, n=sum(figure(each) is not None for each in value["latencies"])))
    run.latency(BATCH_LATENCY, "mean", result.avg_latency, "avg_latency")
    for name, value in result.percentiles.items():
        statistic = load.statistic(name)
        if statistic:
            run.latency(BATCH_LATENCY, statistic, value, f"percentiles.{name}")
    run.remark("The times are of whole batches on an engine alone, not of requests to a service.")
    return sweep.reading("vllm-bench-latency", "vLLM bench latency", [run])
