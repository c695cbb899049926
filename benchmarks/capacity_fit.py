"""Fits the factors of the capacity calculator to measured points and says what they are worth on points left out.

`python -m benchmarks.capacity_fit` prints both as they stand in `app/calculators/facts/efficiency.yaml`. It needs the
measured points that `capacity_accuracy` reads; after new ones are added, run it and put what it prints into the file.
"""

import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

import numpy
from scipy.optimize import least_squares

from app.calculators.capacity import Case, case_of
from app.calculators.efficiency import Factors, learnt
from app.calculators.known import bundled
from benchmarks.capacity_accuracy import asked, points

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
_PULL = 0.08  # towards the start, for each factor
_FIRST_TOKEN = 0.08  # weight of a first-token figure beside one of tokens a second
_OUTLIER = 0.12  # from here on, on a logarithmic scale, an error counts by its size and no more by its square


@dataclass(frozen=True, slots=True)
class Trial:
    """A measured point, laid out as the calculator does; that depends on no factor."""

    point: Point
    case: Case

    def logs(self, factors: Factors) -> Logs:
        """How far each figure that these factors predict lies from what was measured."""
        load = replace(self.case, work=replace(self.case.work, factors=factors)).load()
        if load is None:
            return {}
        predicted = {
            "output_tok_s": ("output_tokens_per_second", load.tokens_per_second * self.case.copies),
            "ttft_ms": ("ttft_ms", 1000 * load.first_token),
            "tpot_ms": ("tpot_ms", 1000 * load.each_token),
        }
        return {
            figure: log(value / float(self.point[column]))
            for column, (figure, value) in predicted.items()
            if self.point[column]
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


def left_out(given: Sequence[Trial], group: Callable[[Point], object], start: Sequence[float]) -> list[Logs]:
    """Each group predicted by factors that were fitted to all the others."""
    found: list[Logs] = []
    for name in dict.fromkeys(group(each.point) for each in given):
        factors = with_values(fitted([each for each in given if group(each.point) != name], start))
        found += [each.logs(factors) for each in given if group(each.point) == name]
    return found


def trust(found: Sequence[Logs]) -> Iterator[str]:
    """What the errors come to, as `facts/efficiency.yaml` has them."""
    errors = [each["output_tokens_per_second"] for each in found]
    yield f"  points: {len(found)}"
    yield f"  median_error: {statistics.median(abs(exp(each) - 1) for each in errors):.3f}"
    yield f"  within_half: {sum(abs(each) <= log(1.5) for each in errors) / len(errors):.3f}"
    for figure in ("output_tokens_per_second", "ttft_ms", "tpot_ms"):
        low, high = numpy.quantile([-each[figure] for each in found if figure in each], [0.05, 0.95])
        yield f"  {figure}: {{low: {exp(low):.2f}, high: {exp(high):.2f}}}"


def main() -> int:
    """Print the factors, and what they are worth by tenths, by models and by accelerators left out."""
    given = points()
    if not given:
        print("There are no measured points beside this checkout.", file=sys.stderr)
        return 2
    trials = [Trial(each, case_of(asked(each), bundled())) for each in given]
    values = fitted(trials)
    for name, value in zip(FITTED, values, strict=True):
        print(f"{name}: {exp(value):.3g}")
    print("all:", *trust([each.logs(with_values(values)) for each in trials]), sep="\n", flush=True)
    order = list(range(len(given)))
    random.Random(5).shuffle(order)
    tenth = {id(given[at]): number % 10 for number, at in enumerate(order)}
    groups: Mapping[str, Callable[[Point], object]] = {
        "seen": lambda point: tenth[id(point)],
        "new_model": lambda point: point["model"],
        "new_accelerator": lambda point: point["accelerator"],
    }
    for name, group in groups.items():
        print(f"{name}:", *trust(left_out(trials, group, values)), sep="\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
