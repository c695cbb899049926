"""Fits the factors of the capacity calculator to measured points and says what they are worth on points left out.

`python -m benchmarks.capacity_fit` prints both as they stand in `app/calculators/facts/efficiency.yaml`. It takes
the points of `facts/measured.csv` and those beside the checkout that `capacity_accuracy` finds; put what it prints into
the file, and then what `python -m benchmarks.capacity_fit table` prints, the points with what the factors say to each,
into `facts/measured.csv`.
"""

import csv
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

import numpy
from scipy.optimize import least_squares  # type: ignore[import-untyped]

from app.calculators.capacity import Case, case_of
from app.calculators.efficiency import Factors, learnt
from app.calculators.known import bundled
from app.calculators.nearby import Point as Near
from app.calculators.nearby import Points, kin_of, shape_of
from app.calculators.term import Source
from benchmarks.capacity_accuracy import asked, others, table

Point = Mapping[str, str]
Logs = dict[str, float]  # of predicted by measured, by figure

# Where a fit starts (what textbooks give), and how far it may go; names with a dot stand in a table of the factors.
FITTED: Mapping[str, tuple[float, float, float]] = {
    "bandwidth.hbm-gpu": (0.75, 0.4, 0.95),
    "bandwidth.hbm-gpu-amd": (0.6, 0.3, 0.95),
    "bandwidth.gddr-gpu": (0.75, 0.4, 0.95),
    "bandwidth.soc": (0.7, 0.4, 0.95),
    "bandwidth.cpu": (0.4, 0.1, 0.9),
    "compute.bf16": (0.6, 0.2, 0.95),
    "compute.fp8": (0.45, 0.15, 0.95),
    "compute.fp4": (0.35, 0.1, 0.95),
    "compute.mxfp4": (0.5, 0.1, 0.95),
    "class_compute.hbm-gpu-amd": (0.75, 0.3, 1),
    "class_compute.soc": (0.5, 0.1, 1),
    "class_compute.cpu": (0.3, 0.05, 1),
    "fine_experts_bandwidth": (0.75, 0.3, 1),
    "fine_experts_compute": (0.4, 0.08, 1),
    "coarse_experts_power": (0.4, 0.05, 1),
    "local_quantised_bandwidth": (0.85, 0.4, 1),
    "state_layers": (0.9, 0.4, 1),
    "sparse_attention": (0.8, 0.3, 1),
    "layer_seconds": (40e-6, 3e-6, 150e-6),
    "mixture_layer": (1.3, 1, 4),
    "step_seconds": (1e-3, 1e-4, 1e-2),
    "sequence_seconds": (12e-6, 1e-7, 100e-6),
    "link_latency_seconds": (11e-6, 2e-6, 50e-6),
    "link": (0.7, 0.2, 1),
    "exchange": (1.5, 0.3, 2),
    "first_token_seconds": (0.05, 0.001, 0.2),
    "restart_clump": (0.12, 0.005, 1),
}
_PULL = 0.2  # towards the start, for each factor; with less, models that were left out are predicted worse
_FIRST_TOKEN = 0.08  # weight of a first-token figure beside one of tokens a second
_FIGURES = ("output_tokens_per_second", "ttft_ms", "tpot_ms")
_OUTLIER = 0.12  # from here on, on a logarithmic scale, an error counts by its size and no more by its square


@dataclass(frozen=True, slots=True)
class Trial:
    """A measured point, laid out as the calculator does; that depends on no factor."""

    point: Point
    case: Case

    def logs(self, factors: Factors, measured: Points | None = None) -> Logs:
        """How far each figure lies from what was measured: predicted by these factors, corrected by those points."""
        load = replace(self.case, work=replace(self.case.work, factors=factors, measured=measured)).load()
        if load is None:
            return {}
        predicted = {
            "output_tokens_per_second": load.tokens_per_second * self.case.copies,
            "ttft_ms": 1000 * load.first_token,
            "tpot_ms": 1000 * load.each_token,
        }
        return {
            figure: log(value / float(self.point[figure])) for figure, value in predicted.items() if self.point[figure]
        }


def fitted(given: Sequence[Trial], start: Sequence[float] | None = None) -> list[float]:
    """The logarithms of the factors that fit the points best."""
    first, low, high = (numpy.log([each[at] for each in FITTED.values()]) for at in range(3))

    def residuals(values: Sequence[float]) -> Any:
        found = [each.logs(with_values(values)) for each in given]
        speeds = [each["output_tokens_per_second"] for each in found]
        tokens = [_FIRST_TOKEN * each["ttft_ms"] for each in found if "ttft_ms" in each]
        return numpy.array([*speeds, *tokens, *(_PULL * (numpy.array(values) - first))])

    begin = numpy.clip(first if start is None else start, low, high)
    bounds = (low - 1e-9, high + 1e-9)
    best = least_squares(residuals, begin, bounds=bounds, loss="soft_l1", f_scale=_OUTLIER, max_nfev=40)
    return [float(each) for each in best.x]


def with_values(values: Sequence[float]) -> Factors:
    """The factors that come with the product, with those that are fitted in place of its own."""
    plain = learnt().factors.model_dump()
    for name, value in zip(FITTED, values, strict=True):
        table, _, key = name.partition(".")
        if key:
            plain[table][key] = exp(value)
        else:
            plain[table] = exp(value)
    plain["compute"]["int8"] = plain["compute"]["fp8"]
    return Factors.model_construct(**plain)  # unchecked: it is made a thousand times, and the bounds hold already


def said(given: Sequence[Trial], factors: Factors) -> Points:
    """The points as they correct other predictions by the same factors."""
    return Points((_near(each, each.logs(factors)) for each in given), learnt().nearness)


def _near(trial: Trial, logs: Logs) -> Near:
    work = trial.case.work
    return Near(
        shape=shape_of(work.model),
        accelerator=kin_of(work.device),
        precision=work.bits.name,
        tensor=trial.case.layout.tensor,
        output_tokens=work.output_tokens,
        speed=-logs["output_tokens_per_second"],
        first_token=-logs["ttft_ms"] if "ttft_ms" in logs else None,
        source=Source(title=trial.point["source"]),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A point left out, as predicted without it."""

    physical: Logs  # by the factors alone
    logs: Logs  # corrected by the points nearby
    shares: Mapping[str, float]  # of the neighbours' word that was taken, by figure


def left_out(given: Sequence[Trial], group: Callable[[Point], object], start: Sequence[float]) -> list[Found]:
    """Each group predicted by factors that were fitted to all the others, and corrected by these."""
    found: list[Found] = []
    for name in dict.fromkeys(group(each.point) for each in given):
        others = [each for each in given if group(each.point) != name]
        factors = with_values(fitted(others, start))
        measured = said(others, factors)
        for each in given:
            if group(each.point) == name:
                near = replace(each.case.work, measured=measured).nearby(each.case.layout)
                shares = dict.fromkeys(_FIGURES, near.speed.share) | {"ttft_ms": near.first_token.share}
                found.append(Found(each.logs(factors), each.logs(factors, measured), shares))
    return found


def trust(found: Sequence[Logs]) -> Iterator[str]:
    """What the errors come to, as `facts/efficiency.yaml` has them."""
    errors = [each["output_tokens_per_second"] for each in found]
    yield f"  points: {len(found)}"
    yield f"  median_error: {statistics.median(abs(exp(each) - 1) for each in errors):.3f}"
    yield f"  within_half: {sum(abs(each) <= log(1.5) for each in errors) / len(errors):.3f}"
    for figure in _FIGURES:
        low, high = numpy.quantile([-each[figure] for each in found if figure in each], [0.05, 0.95])
        yield f"  {figure}: {{low: {exp(low):.2f}, high: {exp(high):.2f}}}"


def near(tenths: Sequence[Found], models: Sequence[Found]) -> Iterator[str]:
    """The band where a great many points lie near: so that nine of ten left out lie within what is made of it.

    The band of a case lies, on a logarithmic scale, between that of a model left out and this one, as far as its
    neighbours' word is taken; so each point left out says where this one would have to lie for it to be on the edge.
    """
    for figure in _FIGURES:
        far = numpy.quantile([-each.logs[figure] for each in models if figure in each.logs], [0.05, 0.95])
        ends = []
        for edge, part in zip(far, (0.05, 0.95), strict=True):
            needed = [
                (-each.logs[figure] - (1 - each.shares[figure]) * edge) / max(1e-9, each.shares[figure])
                for each in tenths
                if figure in each.logs
            ]
            ends.append(exp(numpy.quantile(needed, part)))
        yield f"  {figure}: {{low: {ends[0]:.2f}, high: {ends[1]:.2f}}}"


def print_trust(trials: Sequence[Trial], values: Sequence[float]) -> None:
    """What the factors, and the points beside them, are worth by tenths, by models and by accelerators left out."""
    order = list(range(len(trials)))
    random.Random(5).shuffle(order)
    tenth = {id(trials[at].point): number % 10 for number, at in enumerate(order)}
    groups: Mapping[str, Callable[[Point], object]] = {
        "seen": lambda point: tenth[id(point)],
        "new_model": lambda point: point["model"],
        "new_accelerator": lambda point: point["accelerator"],
    }
    found = {name: left_out(trials, group, values) for name, group in groups.items()}
    print("near:", *near(found["seen"], found["new_model"]), sep="\n")
    for name, each in found.items():
        print(f"{name}:", *trust([one.logs for one in each]), sep="\n")
        print("  # by the factors alone:", *trust([one.physical for one in each]), sep="\n  #")


def with_predictions(trials: Sequence[Trial]) -> Iterator[Mapping[str, str]]:
    """The rows of `facts/measured.csv`: the points, and what the factors alone say to each."""
    for each in trials:
        load = replace(each.case, work=replace(each.case.work, measured=None)).load()
        if load is None:
            continue
        point = each.point
        yield {
            "model": point["model"],
            "precision": point["precision"],
            "accelerator": point["accelerator"],
            "accelerators": point["accelerators"],
            "tensor_parallel": point["tensor_parallel"],
            "pipeline_parallel": point["pipeline_parallel"],
            "input_tokens": point["input_tokens"],
            "output_tokens": point["output_tokens"],
            "concurrency": point["concurrency"],
            "output_tokens_per_second": point["output_tokens_per_second"],
            "predicted_output_tokens_per_second": f"{load.tokens_per_second * each.case.copies:.6g}",
            "ttft_ms": point["ttft_ms"],
            "predicted_ttft_ms": f"{1000 * load.first_token:.6g}" if point["ttft_ms"] else "",
            "tpot_ms": point["tpot_ms"],
            "source": _published(point["source"]),
            "source_url": _address(point["source"], point["source_url"]),
            "source_date": point["source_date"],
        }


_CARRIED = "as carried by aiconfigurator-core 0.12.0"


def _published(source: str) -> str:
    """The name of a source as people read it."""
    if "silicon_sample" in source:
        title = "NVIDIA, gap analysis" if "gap" in source else source.split(" via ")[0]
        return f"{title}, {_CARRIED}"
    return source.replace("_", " ").replace("median of 1 submissions", "one submission").removesuffix(" summary.json")


def _address(source: str, given: str) -> str:
    """The page of a measurement itself, without remarks; of what came in a package alone, the project's."""
    if "gap" in source:
        return "https://github.com/ai-dynamo/aiconfigurator"
    return given.split(";")[-1].strip().split(" (")[0]


def main() -> int:
    """Print the factors and what they are worth; with `table`, the rows of the points."""
    given = [*table(), *others()]
    trials = [Trial(each, case_of(asked(each), bundled())) for each in given]
    if sys.argv[1:] == ["table"]:
        rows = list(with_predictions(trials))
        writer = csv.DictWriter(sys.stdout, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return 0
    values = fitted(trials)
    for name, value in zip(FITTED, values, strict=True):
        print(f"{name}: {exp(value):.3g}")
    print("all:", *trust([each.logs(with_values(values)) for each in trials]), sep="\n", flush=True)
    print_trust(trials, values)
    return 0


if __name__ == "__main__":
    sys.exit(main())
