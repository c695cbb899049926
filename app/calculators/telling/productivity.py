"""A measured gain as people read it: how much, how surely, and whether it carries what is planned with the posts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from app.calculators.telling.words import NOT_KNOWN, between, change, listed, sentence, share, whole
from app.calculators.told import Bar, Bars, Figure, Meaning, Picture, Table, Told

if TYPE_CHECKING:
    from app.calculators.productivity import Output

_ANSWER: Final = {True: "yes", False: "no", None: "nothing is planned"}


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=tuple(_tables(output)),
        pictures=tuple(_pictures(output)),
        remarks=(sentence(output.why), *output.remarks),
    )


def _sentence(output: "Output") -> str:
    parts = [_gain(output)]
    if output.supports_headcount_change is True:
        parts.append("That carries the planned change of posts.")
    elif output.supports_headcount_change is False:
        alone = f", but for {listed(output.supported_for)} alone" if output.supported_for else ""
        parts.append(f"That does not carry the planned change of posts{alone}.")
    elif output.realised_share_of_promise is not None:
        parts.append(f"That is {share(output.realised_share_of_promise)} of what was promised.")
    return " ".join(parts)


def _gain(output: "Output") -> str:
    ends = output.interval
    more = "more" if output.effect >= 0 else "less"
    size = share(abs(output.effect))
    if ends is None:
        return f"People get {size} {more} done in an hour, and how sure that is is not known."
    band = between(*ends, change)
    if ends[0] <= 0 <= ends[1]:
        return f"Neither a gain nor a loss is shown: {change(output.effect)}, and {band} is likely."
    return f"People get {size} {more} done in an hour; {band} is likely."


def _figures(output: "Output") -> Iterator[Figure]:
    ends = output.interval
    band = None if ends is None else f"{between(*ends, change)} in 95 of 100 such studies"
    yield Figure("More done in an hour", change(output.effect), "effect", band)
    yield Figure("Chance of a gain", share(output.probability_gain), "effect")
    if output.realised_share_of_promise is not None:
        realised = output.realised_interval
        band = None if realised is None else between(*realised, share)
        yield Figure("Share of the promise", share(output.realised_share_of_promise), "effect", band)
        yield Figure("Chance that the promise is kept", share(output.probability_promise), "effect")
    if output.needed_gain is not None:
        yield Figure("Gain that the change of posts needs", share(output.needed_gain), "needed_gain")
    yield Figure("Carries the change of posts", _ANSWER[output.supports_headcount_change])
    yield Figure("Values", NOT_KNOWN if output.n is None else whole(output.n), None, output.design)
    if output.n_required is not None:
        yield Figure("Values that it takes", whole(output.n_required), "n_required", "to find the gain that matters")
    if output.minimum_detectable_gain is not None:
        least = share(output.minimum_detectable_gain)
        yield Figure("Smallest gain that is found", least, "standard_error", "in 4 of 5 such studies")


def _tables(output: "Output") -> Iterator[Table]:
    if output.conditions:
        yield Table(
            "What a change of posts rests on",
            ("Condition", "Met", "Why"),
            tuple((each.name, "yes" if each.met else "no", each.why) for each in output.conditions),
        )
    if output.groups:
        yield Table(
            "Some of the people by themselves",
            ("Group", "More done in an hour", "Likely", "Chance of a gain", "Carries the change", "Why"),
            tuple(
                (
                    each.name,
                    change(each.effect),
                    _interval(each.interval),
                    share(each.probability_gain),
                    _ANSWER[each.supports_headcount_change],
                    each.why,
                )
                for each in output.groups
            ),
        )
    if output.quality:
        yield Table(
            "Quality of the finished work",
            ("Figure", "Better by", "Likely", "Within the margin"),
            tuple(
                (
                    each.name,
                    change(each.change),
                    _interval(each.interval),
                    {True: "yes", False: "no", None: NOT_KNOWN}[each.within_margin],
                )
                for each in output.quality
            ),
        )


def _interval(ends: tuple[float, float] | None) -> str:
    return NOT_KNOWN if ends is None else between(*ends, change)


def _pictures(output: "Output") -> Iterator[Picture]:
    rows = [
        ("all", output.effect, output.interval),
        *((each.name, each.effect, each.interval) for each in output.groups),
    ]
    bars = tuple(_bar(name, ends, effect) for name, effect, ends in rows if ends is not None)
    if bars:
        yield Bars(
            told=f"{_gain(output)} The bar for all goes from {bars[0].label}.",
            caption="More done in an hour, %: where the gain lies in 95 of 100 such studies; at 0 nothing is gained.",
            bars=bars,
            middle=0.0,
        )
    quality = tuple(_bar(each.name, each.interval, each.change) for each in output.quality if each.interval is not None)
    if quality:
        yield Bars(
            told=f"Quality by {listed([bar.name for bar in quality])}: right of 0 it is better.",
            caption="Change of quality, %: where it lies in 95 of 100 such studies; right of 0 is better.",
            bars=quality,
            middle=0.0,
        )


def _bar(name: str, ends: tuple[float, float] | None, middle: float | None) -> Bar:
    low, high = ends or (middle or 0.0, middle or 0.0)
    meaning: Meaning = "good" if low > 0 else "bad" if high < 0 else "plain"
    return Bar(name, 100 * low, 100 * high, between(low, high, change), meaning)
