"""A load test of one's own beside the prediction: what was measured counts, and the difference is shown."""

import re
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.band import ErrorBand, Figure
from app.finding import Finding

# What load tests and services call them, after the OpenTelemetry conventions for generative AI.
_NAMES: Mapping[str, Figure] = {
    "output_token_throughput": "output_tokens_per_second",
    "gen_ai.server.time_to_first_token": "ttft_ms",
    "gen_ai.server.time_per_output_token": "tpot_ms",
    "inter_token_latency": "tpot_ms",
}
_MILLISECONDS: Mapping[str, float] = {"s": 1000.0, "ms": 1.0, "us": 0.001, "µs": 0.001}
_RATES = frozenset({"{token}/s", "token/s", "tokens/s", "tok/s"})
# The prediction is of the mean; a median stands in for it, a high percentile does not.
_STATISTICS: Mapping[str | None, int] = {"mean": 0, "avg": 0, None: 1, "p50": 2, "median": 2}
_SAME_LOAD = 0.2  # requests at once and lengths may differ by so much and still be the same load


class Comparison(BaseModel):
    """One figure as predicted and as measured."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    figure: Figure
    predicted: float | None = Field(description="by the calculation")
    measured: float = Field(description="by the load test, in the same unit")
    ratio: float | None = Field(description="measured by predicted")
    statistic: str = Field(description="how the load test summed it up")
    within_band: bool | None = Field(description="whether it lies within the error band of the prediction")
    where: str | None = Field(default=None, description="where it stands in the artefact")


class Measured(BaseModel):
    """What can be used of a load test, and what cannot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taken: Mapping[Figure, tuple[float, str, str | None]]
    remarks: tuple[str, ...]


def measured(
    findings: Iterable[Finding], *, model: str, concurrency: float, input_tokens: int, output_tokens: int
) -> Measured:
    """The figures of a load test that were taken under the load that is calculated."""
    asked = {"concurrency": concurrency, "input_tokens": input_tokens, "output_tokens": output_tokens}
    fitting: dict[Figure, list[tuple[int, float, Finding]]] = {}
    other_load, others = 0, set()
    for each in findings:
        compared = comparable(each)
        if compared is None:
            continue
        figure, value = compared
        if any(_differs(each.attributes.get(name), given) for name, given in asked.items()):
            other_load += 1
            continue
        named = each.attributes.get("model")
        if isinstance(named, str) and not _same_model(named, model):
            others.add(named)
        rank = _STATISTICS[each.statistic] + (10 if each.metric == "inter_token_latency" else 0)
        fitting.setdefault(figure, []).append((rank, value, each))
    taken, remarks = {}, []
    for figure, found in fitting.items():
        rank = min(each[0] for each in found)
        best = [each for each in found if each[0] == rank]
        if len({value for _, value, _ in best}) > 1:
            remarks.append(
                f"{len(best)} measured values of {figure} were left out: they come from several runs, and which one "
                f"had {concurrency:g} requests at once is not stated."
            )
            continue
        _, value, finding = best[0]
        taken[figure] = (value, finding.statistic or "not stated", finding.where)
    if other_load:
        remarks.append(
            f"{other_load} measured figures were left out: taken at another number of requests or other lengths "
            f"than {concurrency:g} at once, {input_tokens} tokens in and {output_tokens} out."
        )
    remarks += [f"The measurement names the model {each}: see that it is {model}." for each in sorted(others)]
    return Measured(taken=taken, remarks=tuple(remarks))


def comparable(finding: Finding) -> tuple[Figure, float] | None:
    """The figure that a finding of a load test can be compared with, and its value in that figure's unit."""
    figure = _NAMES.get(finding.metric)
    value = None if figure is None else _in_unit(finding, figure)
    return None if figure is None or value is None or finding.statistic not in _STATISTICS else (figure, value)


def _same_model(named: str, id: str) -> bool:
    """Whether a load test's name of the model has all of ours in it: `openai/gpt-oss-120b` and `gpt-oss-120b`."""
    words, ours = (re.sub(r"[^a-z0-9]+", "", each.lower()) for each in (named, id))
    return ours in words


def comparisons(taken: Measured, predicted: Mapping[Figure, float | None], band: ErrorBand) -> tuple[Comparison, ...]:
    """What was measured beside what was predicted."""
    found = []
    for figure, (value, statistic, where) in taken.taken.items():
        expected, limits = predicted[figure], getattr(band, figure)
        found.append(
            Comparison(
                figure=figure,
                predicted=expected,
                measured=value,
                ratio=value / expected if expected else None,
                statistic=statistic,
                within_band=limits.low <= value <= limits.high if limits else None,
                where=where,
            )
        )
    return tuple(found)


def _in_unit(finding: Finding, figure: Figure) -> float | None:
    value, unit = finding.value, finding.unit or ""
    if value is None or value <= 0:
        return None
    if figure == "output_tokens_per_second":
        return value if unit in _RATES else None
    return value * _MILLISECONDS[unit] if unit in _MILLISECONDS else None


def _differs(stated: object, asked: float) -> bool:
    """Whether the load test states another load; where it states none, it is taken at its word."""
    if isinstance(stated, bool) or not isinstance(stated, int | float) or stated <= 0:
        return False
    return abs(stated - asked) > _SAME_LOAD * asked
