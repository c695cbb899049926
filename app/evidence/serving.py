"""What the metrics of model servers have in common: gauges and counters by model, errors, latencies."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf, isfinite

from app.evidence.exposition import Sample, Scrape, groups
from app.evidence.histogram import Histogram, findings_of, histograms
from app.evidence.load import ERROR_RATE, INTER_TOKEN_LATENCY, TIME_PER_OUTPUT_TOKEN, TIME_TO_FIRST_TOKEN, whole
from app.evidence.stated import attributes
from app.finding import Finding

REQUEST_DURATION = "gen_ai.server.request.duration"

NO_LOAD = (
    "The latencies are of every request since the process started; at which concurrency, rate and lengths is not "
    "stated, and a latency without its load shows little."
)
SURVIVORS = "More than 5 % of the requests failed: look at the latencies as those of the others."
_MANY = 0.05


def figure(
    samples: Sequence[Sample],
    metric: str,
    unit: str,
    *,
    label: str = "model_name",
    together: Callable[[Iterable[float]], float] = sum,
    statistic: str | None = None,
    most: float = inf,
    **about: bool | int | float | str | None,
) -> Iterator[Finding]:
    """One figure of each model out of a gauge or counter; what cannot be (below 0, above the most) is none."""
    for (model,), parts in groups(samples, label).items():
        values = [each.value for each in parts if isfinite(each.value) and 0 <= each.value <= most]
        if values and isfinite(value := together(values)):
            yield Finding(
                metric=metric,
                statistic=statistic,
                value=value,
                unit=unit,
                attributes=attributes(model=model or None, observed_by="server", parts=len(parts), **about),
                where=parts[0].where,
            )


def latencies(
    scrape: Scrape,
    metrics: Mapping[str, str],
    label: str,
    *,
    failed: Mapping[str, float],
    unit: str = "s",
) -> tuple[list[Finding], Mapping[str, Mapping[str, Histogram]]]:
    """The findings of histograms by the metric's name in the file, and the histograms themselves."""
    found: list[Finding] = []
    every: dict[str, Mapping[str, Histogram]] = {}
    for source, metric in metrics.items():
        every[source] = histograms(scrape, source, label)
        for model, histogram in every[source].items():
            about = attributes(model=model or None, failed=whole(failed.get(model)))
            found += findings_of(histogram, metric, source, unit=unit, about=about)
    return found, every


def error_rate(
    model: str, failed: float, attempted: float, where: str, **about: bool | int | float | str | None
) -> Iterator[Finding]:
    """The share of failed requests; nothing where there were none at all."""
    if attempted > 0 and 0 <= failed <= attempted and isfinite(attempted):
        yield Finding(
            metric=ERROR_RATE,
            value=failed / attempted,
            unit="1",
            attributes=attributes(
                model=model or None, observed_by="server", n=whole(attempted), failed=whole(failed), **about
            ),
            where=where,
        )


def load_remarks(findings: Sequence[Finding], known_errors: bool) -> Iterator[str]:
    """What the findings cannot say by themselves."""
    timed = {TIME_TO_FIRST_TOKEN, TIME_PER_OUTPUT_TOKEN, INTER_TOKEN_LATENCY, REQUEST_DURATION}
    if any(each.metric in timed for each in findings):
        yield NO_LOAD
    else:
        yield "No request has been timed: the file shows no latency."
    if not known_errors:
        yield "No request has been counted: the share of errors is not known."
    if any(each.metric == ERROR_RATE and (each.value or 0) > _MANY for each in findings):
        yield SURVIVORS
