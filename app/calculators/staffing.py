"""Whether a measured gain carries a change of staff: every condition by itself, each with its reason."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.constant import constants
from app.calculators.effect import Effect
from app.calculators.study import DESIGNS, Design, Quality

_USUAL = constants("productivity.yaml")
_STRONG_ENOUGH: Design = "difference-in-differences"


class Condition(BaseModel):
    """One thing that a change of staff rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(title="Name", description="design, gain, quality, time or whole work")
    met: bool = Field(title="Met", description="whether it is met")
    why: str = Field(title="Why", description="in a sentence")


class QualityChange(BaseModel):
    """What became of one figure of quality; better is above 0."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(title="Name", description="what was judged")
    change: float | None = Field(
        title="Change", description="by how much it is better, as a share; empty where there are words only"
    )
    interval: tuple[float, float] | None = Field(
        title="Interval", description="ends of the change's interval; empty where not known"
    )
    within_margin: bool | None = Field(
        title="Within the margin", description="whether even the lower end is within the margin; empty: not known"
    )


class GroupResult(BaseModel):
    """What some of the people show by themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(title="Name", description="who they are")
    effect: float = Field(title="Gain", description="by how much more they get done in an hour, as a share")
    interval: tuple[float, float] | None = Field(
        title="Interval", description="ends of its 95 % interval; empty where its error is not known"
    )
    probability_gain: float | None = Field(
        title="Probability of a gain", description="how probable it is that there is a gain; empty: not known"
    )
    supports_headcount_change: bool | None = Field(
        title="Carries the change of posts", description="whether it carries the change for them; empty: none"
    )
    why: str = Field(title="Why", description="in sentences")


def needed_gain(cut: float) -> float:
    """What those who stay must do more for a cut of x of the posts to leave no work undone: x ÷ (1 − x)."""
    return cut / (1 - cut)


def quality_changes(quality: Sequence[Quality], margin: float, level: float) -> tuple[QualityChange, ...]:
    """Each figure of quality against the margin that was set: it is enough not to be worse by more than that."""
    found = []
    for each in quality:
        effect = each.changed(level)
        interval = None if effect is None else effect.interval(level)
        within = each.said != "worse" if effect is None else None if interval is None else interval[0] >= -margin
        found.append(
            QualityChange(
                name=each.name,
                change=None if effect is None else effect.gain,
                interval=interval,
                within_margin=within,
            )
        )
    return tuple(found)


def conditions(
    *,
    cut: float,
    design: Design,
    effect: Effect,
    quality: Sequence[QualityChange],
    margin: float,
    business_cycles: float | None,
    counts_checking: bool | None,
) -> Iterator[Condition]:
    """The conditions, in the order in which they are most often missed."""
    strong = DESIGNS.index(design) >= DESIGNS.index(_STRONG_ENOUGH)
    words = f"The design is {design}"
    yield _condition("design", strong, f"{words}.", f"{words}: it must be {_STRONG_ENOUGH} or randomised.")
    yield _gain(cut, effect)
    yield _quality(quality, margin)
    least = _USUAL["business_cycles"].value
    if business_cycles is None:
        yield Condition(name="time", met=False, why="It is not stated how many business cycles the figures cover.")
    else:
        words = f"The figures cover {business_cycles:g} business cycles; at least {least:g} must be."
        yield Condition(name="time", met=business_cycles >= least, why=words)
    words = "The time to prompt, check and correct counts as work."
    lack = "It is not stated that" if counts_checking is None else "It is not so that"
    yield _condition("whole work", counts_checking is True, words, f"{lack} {words[0].lower()}{words[1:]}")


def _gain(cut: float, effect: Effect) -> Condition:
    needed, interval = needed_gain(cut), effect.interval(_USUAL["level"].value)
    told = f"a cut of {_percent(cut)} needs a gain of {_percent(needed)}"
    if interval is None:
        met = False
        if effect.gain < needed:
            return Condition(name="gain", met=met, why=f"The gain is {_percent(effect.gain)}; {told}.")
        why = f"The gain is {_percent(effect.gain)} and nothing is known of its error; {told} at its lower end."
        return Condition(name="gain", met=met, why=why)
    why = f"Even the lowest likely gain counts: it is {_percent(interval[0])}; {told}."
    return Condition(name="gain", met=interval[0] >= needed, why=why)


def _quality(quality: Sequence[QualityChange], margin: float) -> Condition:
    least = int(_USUAL["quality_figures"].value)
    outside = [each.name for each in quality if each.within_margin is False]
    unknown = [each.name for each in quality if each.within_margin is None]
    if outside:
        why = f"Quality may have fallen by more than {_percent(margin)}: {', '.join(outside)}."
        return Condition(name="quality", met=False, why=why)
    if unknown:
        return Condition(name="quality", met=False, why=f"Nothing is known of the error of {', '.join(unknown)}.")
    if len(quality) < least:
        count = "no figure" if not quality else "one figure" if len(quality) == 1 else f"{len(quality)} figures"
        return Condition(name="quality", met=False, why=f"There is {count} of quality; {least} are needed.")
    why = f"All {len(quality)} figures of quality are within the margin of {_percent(margin)}."
    return Condition(name="quality", met=True, why=why)


def _condition(name: str, met: bool, why: str, why_not: str) -> Condition:
    return Condition(name=name, met=met, why=why if met else why_not)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
