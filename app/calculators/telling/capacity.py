"""A capacity as people read it: whether it carries the load, what binds, and what it would take."""

from collections.abc import Iterator, Mapping
from math import floor, log2
from typing import TYPE_CHECKING, Final

from app.calculators.known import in_use
from app.calculators.roofline import Bound
from app.calculators.telling.words import NOT_KNOWN, between, counted, milliseconds, number, share, whole
from app.calculators.told import Bar, Bars, Figure, Line, Lines, Picture, Table, Told

if TYPE_CHECKING:
    from app.calculators.band import Figure as Banded
    from app.calculators.capacity import Output

_BINDS: Final[Mapping[Bound, str]] = {
    "memory-capacity": "room in memory binds",
    "memory-bandwidth": "memory bandwidth binds",
    "compute": "arithmetic binds",
    "interconnect": "the links between them bind",
    "software-overhead": "the software's own work binds",
}
_MEASURED: Final[Mapping[str, str]] = {
    "output_tokens_per_second": "Tokens a second",
    "ttft_ms": "Time to the first token",
    "tpot_ms": "Time for each further token",
}


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=tuple(_tables(output)),
        pictures=tuple(_pictures(output)),
        remarks=tuple(_remarks(output)),
    )


def _devices(output: "Output", count: int | None = None) -> str:
    device = in_use().accelerators.get(str(output.about["accelerator"]))
    return f"{whole(output.accelerator_count if count is None else count)} × {device.name if device else 'accelerator'}"


def _model(output: "Output") -> str:
    model = in_use().models.get(str(output.about["model"]))
    return model.name if model else "the model"


def _asked(output: "Output") -> float:
    return output.running + output.waiting


def _requests(count: float) -> str:
    """Whole requests, but for less than one on average."""
    return whole(floor(count)) if count >= 1 else number(count)


def _sentence(output: "Output") -> str:
    here, asked = _devices(output), counted(floor(_asked(output)) or 1, "request")
    enough = output.accelerators_needed
    needed = f"{_devices(output, enough)} would do" if enough else "no number of them would do"
    if not output.fits:
        return f"{_model(output)} does not fit on {here}; {needed}."
    most = whole(output.max_concurrency)
    if output.meets_targets is False:
        return f"{asked} at once are not served within the targets on {here}: {most} would be the most; {needed}."
    if output.waiting > 0:
        within = "at full length" if output.meets_targets is None else "within the targets"
        return f"{asked} at once are too many for {here}: {most} would be the most {within}; {needed}."
    if not _sure(output):
        slower = share(1 - _slowest(output))
        return f"{here} may serve {asked} at once: {most} would be the most, but speeds may be {slower} lower."
    more = f"{most} would be the most, and " if output.max_concurrency > _asked(output) else ""
    return f"{here} can serve {asked} at once; {more}{_BINDS[output.bound_by]}."


def _sure(output: "Output") -> bool:
    """Whether it carries the load at the low end of the error band too; what was measured is not off by it."""
    if output.meets_targets is None or output.measured:
        return True
    return output.max_concurrency * _slowest(output) >= _asked(output)


def _slowest(output: "Output") -> float:
    """The speed at the low end of the error band, as a share of what is predicted."""
    limits, speed = output.error_band.output_tokens_per_second, output.output_tokens_per_second
    return limits.low / speed if limits and speed else 1.0


def _figures(output: "Output") -> Iterator[Figure]:
    speed = output.output_tokens_per_second
    yield Figure(
        "Tokens a second",
        NOT_KNOWN if speed is None else f"{number(speed)} tokens/s",
        None if speed is None else "output_tokens_per_second",
        _band(output, "output_tokens_per_second"),
    )
    for name in ("ttft_ms", "tpot_ms"):
        value: float | None = getattr(output, name)
        term = None if value is None else name
        band = _band(output, "ttft_ms" if name == "ttft_ms" else "tpot_ms")
        yield Figure(_MEASURED[name], milliseconds(value), term, band)
    yield Figure("Requests at once", whole(output.max_concurrency), "max_concurrency", "the most within the targets")
    enough = output.accelerators_needed
    yield Figure(
        "Accelerators needed",
        "none would do" if enough is None else whole(enough),
        None if enough is None else "accelerators_needed",
        output.needed_layout,
    )
    yield Figure("Weights", f"{number(output.memory_gb.weights)} GB", "memory_gb.weights", "of one copy of the model")
    yield Figure("Memory that may be used", f"{number(output.memory_gb.available)} GB", "memory_gb.available")


def _band(output: "Output", figure: "Banded") -> str | None:
    limits = getattr(output.error_band, figure)
    if limits is None:
        return None
    said = number if figure == "output_tokens_per_second" else milliseconds
    return f"{between(limits.low, limits.high, said)} in {number(10 * output.error_band.coverage)} of 10 cases"


def _tables(output: "Output") -> Iterator[Table]:
    memory = output.memory_gb
    left = memory.available - memory.weights - memory.overhead - memory.kv_cache
    parts = (
        ("Weights", memory.weights),
        ("Keys and values of what runs", memory.kv_cache),
        ("Driver, graphs and activations", memory.overhead),
        ("Left" if left >= 0 else "Missing", abs(left)),
        ("In all", memory.available),
    )
    yield Table(
        "Memory of one copy of the model",
        ("Part", "GB", "Share"),
        tuple((name, number(size), share(size / memory.available)) for name, size in parts),
    )
    if output.curve:
        yield Table(
            "As more is asked of it",
            ("Requests at once", "Tokens a second", "First token", "Each further token", "All at once"),
            tuple(
                (
                    _requests(each.concurrency),
                    number(each.output_tokens_per_second),
                    milliseconds(each.ttft_ms),
                    milliseconds(each.tpot_ms),
                    "yes" if each.fits else "some wait",
                )
                for each in output.curve
            ),
        )
    if output.measured:
        yield Table(
            "Measured by oneself, in place of what is predicted",
            ("Figure", "Predicted", "Measured", "Measured by predicted", "Within the band"),
            tuple(
                (
                    _MEASURED[each.figure],
                    number(each.predicted),
                    f"{number(each.measured)} ({each.statistic})",
                    NOT_KNOWN if each.ratio is None else share(each.ratio),
                    {True: "yes", False: "no", None: NOT_KNOWN}[each.within_band],
                )
                for each in output.measured
            ),
        )


def _pictures(output: "Output") -> Iterator[Picture]:
    doubled = [each for each in output.curve if _is_doubling(each.concurrency / output.copies)]
    if len(doubled) > 1:
        first, last = output.curve[0], output.curve[-1]
        best = max(each.output_tokens_per_second for each in output.curve)
        yield Lines(
            told=f"From {_requests(first.concurrency)} requests at once to {_requests(last.concurrency)}, "
            f"tokens a second go from {number(first.output_tokens_per_second)} to at most {number(best)}, and the time "
            f"to the first token from {milliseconds(first.ttft_ms)} to {milliseconds(last.ttft_ms)}.",
            caption="Tokens a second, all requests together, over the requests at once, which double with each step.",
            axis=tuple(_requests(each.concurrency) for each in doubled),
            lines=(Line("tokens a second", tuple(each.output_tokens_per_second for each in doubled)),),
        )
    memory = output.memory_gb
    parts = (("weights", memory.weights), ("keys and values", memory.kv_cache), ("overhead", memory.overhead))
    yield Bars(
        told=f"Of {number(memory.available)} GB the weights take {number(memory.weights)}, keys and values "
        f"{number(memory.kv_cache)}, and {number(memory.overhead)} go to driver, graphs and activations.",
        caption="Memory of one copy of the model, GB.",
        bars=tuple(Bar(name, 0.0, size, f"{number(size)} GB") for name, size in parts),
        middle=None,
    )


def _is_doubling(requests: float) -> bool:
    """Whether it is a power of two: even steps of the picture."""
    return requests >= 1 and log2(requests).is_integer()


def _remarks(output: "Output") -> Iterator[str]:
    yield from output.why
    yield (
        f"The bands are those of {output.error_band.basis}. They hold where the software is as good as theirs was: "
        "measure on one machine before many are bought."
    )
