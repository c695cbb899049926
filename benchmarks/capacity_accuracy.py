"""How near the capacity calculator comes to what others measured, and how long one estimate takes."""

import csv
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.calculators import capacity
from app.calculators.efficiency import learnt
from benchmarks.measure import Measure, milliseconds

_FOLDER = Path(__file__).parents[2] / "shared" / "facts"  # measured points, where this checkout has them beside it


def points() -> Sequence[Mapping[str, str]]:
    """Measured points; none where there is no such file."""
    file = next(iter(sorted(_FOLDER.glob("validation*.csv"))), None)
    if file is None:
        return ()
    with file.open(newline="") as text:
        return tuple(csv.DictReader(text))


def asked(point: Mapping[str, str]) -> capacity.Input:
    """A measured point as the calculator is asked: nothing about the serving software, not known beforehand."""
    return capacity.Input.model_validate(
        {
            "model": point["model"],
            "precision": point["precision"],
            "accelerator": point["accelerator"],
            "accelerator_count": point["accelerator_count"],
            "tensor_parallel": point["tp"],
            "pipeline_parallel": point["pp"],
            "input_tokens": point["isl"],
            "output_tokens": point["osl"],
            "concurrency": point["concurrency"] or None,
        }
    )


def ratios(given: Sequence[Mapping[str, str]]) -> list[float]:
    """Predicted by measured output tokens a second."""
    found = []
    for point in given:
        predicted = capacity.calculate(asked(point)).output_tokens_per_second
        found.append((predicted or 0.0) / float(point["output_tok_s"]))
    return found


def measures() -> Iterator[Measure]:
    """Accuracy on the points at hand, or as it was when the factors were fitted; and the time of an estimate."""
    given = points()
    if given:
        found = ratios(given)
        error = statistics.median(abs(each - 1) for each in found)
        within = sum(1 / 1.5 <= each <= 1.5 for each in found) / len(found)
        detail = f"{len(found)} measured points"
    else:
        seen = learnt().seen
        error, within, detail = seen.median_error, seen.within_half, f"on {learnt().fitted_on}, {seen.basis}"
    yield Measure("capacity: median error of tokens per second", 100 * error, "%", 14, detail=detail)
    yield Measure("capacity: points within a factor of 1.5", 100 * within, "%", 88, at_least=True, detail=detail)
    one = capacity.Input(model="llama-3.3-70b", precision="fp8", accelerator="h100-sxm", concurrency=64)
    yield Measure("capacity: one estimate", milliseconds(lambda: capacity.calculate(one), 20), "ms", 50)
