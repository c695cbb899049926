"""How near the capacity calculator comes to what others measured, and how long one estimate takes."""

import csv
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.calculators import capacity
from app.calculators.efficiency import learnt
from app.calculators.facts import rows
from app.calculators.known import bundled
from app.calculators.nearby import Points, read_points
from benchmarks.measure import Measure, milliseconds

Row = Mapping[str, str]

_FOLDER = Path(__file__).parents[2] / "shared" / "facts"  # more measured points, where this checkout has them beside it
_NAMES: Mapping[str, str] = {  # our columns, as such a file calls them
    "accelerators": "accelerator_count",
    "tensor_parallel": "tp",
    "pipeline_parallel": "pp",
    "input_tokens": "isl",
    "output_tokens": "osl",
    "output_tokens_per_second": "output_tok_s",
}
_SAME = ("model", "precision", "accelerator", "accelerators", "tensor_parallel", "input_tokens", "output_tokens")
_SAME_FIGURES = ("concurrency", "output_tokens_per_second")


def table() -> Sequence[Row]:
    """The measured points that come with the product."""
    return rows("measured.csv")


def others() -> Sequence[Row]:
    """Measured points beside the checkout that the product does not hold, in the layout of its own."""
    file = next(iter(sorted(_FOLDER.glob("validation*.csv"))), None)
    if file is None:
        return ()
    with file.open(newline="") as text:
        found = [{**row, **{ours: row[theirs] for ours, theirs in _NAMES.items()}} for row in csv.DictReader(text)]
    held = {_key(each) for each in table()}
    return tuple(each for each in found if _key(each) not in held)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[each] for each in (*_SAME, *_SAME_FIGURES))


def asked(row: Row) -> capacity.Input:
    """A measured point as the calculator is asked: nothing about the serving software, not known beforehand."""
    return capacity.Input.model_validate(
        {
            "model": row["model"],
            "precision": row["precision"],
            "accelerator": row["accelerator"],
            "accelerator_count": row["accelerators"],
            "tensor_parallel": row["tensor_parallel"],
            "pipeline_parallel": row["pipeline_parallel"],
            "input_tokens": row["input_tokens"],
            "output_tokens": row["output_tokens"],
            "concurrency": row["concurrency"] or None,
        }
    )


def ratios(given: Sequence[Row]) -> list[float]:
    """Predicted by measured output tokens a second."""
    found = []
    for row in given:
        predicted = capacity.calculate(asked(row)).output_tokens_per_second
        found.append((predicted or 0.0) / float(row["output_tokens_per_second"]))
    return found


def ratios_without_themselves() -> list[float]:
    """The same of the points that come with the product, each corrected by the others alone."""
    held = list(read_points(table()))
    found = []
    for at, row in enumerate(table()):
        case = capacity.case_of(asked(row), bundled())
        rest = Points([*held[:at], *held[at + 1 :]], learnt().nearness)
        load = replace(case, work=replace(case.work, measured=rest)).load()
        predicted = load.tokens_per_second * case.copies if load else 0.0
        found.append(predicted / float(row["output_tokens_per_second"]))
    return found


def measures() -> Iterator[Measure]:
    """Accuracy on points that the product does not hold, or on each of its own without it; the time of an estimate."""
    new, seen = others(), learnt().seen
    if new:
        found, detail = ratios(new), f"{len(new)} measured points that it does not hold"
    else:
        found = ratios_without_themselves()
        detail = (
            f"{len(found)} points, each left out of the correction and not of the fit; left out of both, a tenth at a "
            f"time, on {learnt().fitted_on}: {100 * seen.median_error:.1f} % and {100 * seen.within_half:.1f} %"
        )
    error = statistics.median(abs(each - 1) for each in found)
    within = sum(1 / 1.5 <= each <= 1.5 for each in found) / len(found)
    yield Measure("capacity: median error of tokens per second", 100 * error, "%", 14, detail=detail)
    yield Measure("capacity: points within a factor of 1.5", 100 * within, "%", 88, at_least=True, detail=detail)
    one = capacity.Input(model="llama-3.3-70b", precision="fp8", accelerator="h100-sxm", concurrency=64)
    yield Measure("capacity: one estimate", milliseconds(lambda: capacity.calculate(one), 20), "ms", 50)
