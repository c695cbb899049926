"""A privacy budget as people read it: what was spent, what that means, and what a longer run would spend."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from app.calculators.telling.words import between, counted, number, sentence, share, whole
from app.calculators.told import Figure, Line, Lines, Picture, Table, Told

if TYPE_CHECKING:
    from app.calculators.privacy import Output

_STRENGTH: Final[Mapping[str, str]] = {
    "strong": "a strong promise",
    "reasonable": "a promise of the usual kind",
    "weak": "as a proof next to nothing",
}


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=(_lengths(output),),
        pictures=tuple(_pictures(output)),
        remarks=(output.meaning, *output.remarks),
    )


def _sentence(output: "Output") -> str:
    if output.epsilon is None:
        return f"There is no bound on what is learnt about one {output.unit}: there is too little noise."
    return sentence(
        f"At most epsilon {number(output.epsilon)} is spent on each {output.unit}, at delta {number(output.delta, 2)}: "
        f"{_STRENGTH[output.tier]}"
    )


def _figures(output: "Output") -> Iterator[Figure]:
    known = output.epsilon is not None
    band = None
    if output.error_band is not None:
        band = f"{between(*output.error_band, number)}, by the tight and by the quick accountant"
    yield Figure("Epsilon", _epsilon(output.epsilon), "epsilon" if known else None, band)
    yield Figure("Delta", number(output.delta, 2), "delta", "chance that the promise fails outright")
    yield Figure(
        "Found by an attacker at most",
        share(output.found_at_most),
        "found_at_most" if known else None,
        "of those in the training, at 1 false alarm in 100",
    )
    yield Figure("Whose presence is hidden", output.unit)
    yield Figure("Steps", whole(output.steps), "steps", f"{share(output.sampling_rate)} of the records in each")
    if output.noise_multiplier_needed is not None:
        needed = number(output.noise_multiplier_needed)
        yield Figure("Noise for the wanted epsilon", needed, None, "of this run alone, by the clipping norm")
    yield Figure("Accountant", output.accountant, "epsilon" if known else None)


def _epsilon(value: float | None) -> str:
    return "no bound" if value is None else number(value)


def _lengths(output: "Output") -> Table:
    return Table(
        "What a shorter and a longer run would spend, by Rényi divergence",
        ("Epochs", "Steps", "Epsilon"),
        tuple((number(each.epochs), whole(each.steps), _epsilon(each.epsilon)) for each in output.exposures),
    )


def _pictures(output: "Output") -> Iterator[Picture]:
    ends = [each for each in output.exposures if each.epsilon is not None]
    if len(ends) < 2:
        return
    yield Lines(
        told=f"Epsilon goes from {number(ends[0].epsilon)} after {counted(ends[0].steps, 'step')} to "
        f"{number(ends[-1].epsilon)} after {whole(ends[-1].steps)}.",
        caption="Epsilon over the epochs of the run, by Rényi divergence, which is a little larger than the tight one.",
        axis=tuple(number(each.epochs) for each in output.exposures),
        lines=(Line("epsilon", tuple(each.epsilon for each in output.exposures)),),
    )
