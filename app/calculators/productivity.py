"""Whether people get more done with the system, how surely, and whether that carries a change of staff."""

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

from pydantic import Field

from app.calculators.constant import constants, sources
from app.calculators.effect import Effect
from app.calculators.staffing import Condition, GroupResult, QualityChange, conditions, needed_gain, quality_changes
from app.calculators.study import Design, Group
from app.calculators.telling import productivity as telling
from app.calculators.term import CalculatorOutput, Term
from app.calculators.told import Told
from app.calculators.trial import Input
from app.finding import Finding

__all__ = ["Input", "Output", "calculate"]

_TABLE = "productivity.yaml"
_USUAL = constants(_TABLE)
_FROM = sources(_TABLE)
_LEVEL = _USUAL["level"].value
_POWER = _USUAL["power"].value
_HARDLY_ANY = 1e-6  # of the work still gets done: it takes a million times as long
_NOTHING_PLANNED = "No change of posts is planned, so none has to be carried."

Interval = tuple[float, float]


class Output(CalculatorOutput):
    """The gain, how sure it is, and what it carries."""

    effect: float = Field(title="Gain", description="by how much more gets done in an hour, as a share; below 0: less")
    interval: Interval | None = Field(
        title="Interval", description="ends of its 95 % interval; empty where its error is not known"
    )
    change_of_measure: float = Field(
        title="Change of the measure", description="change of the measure itself: time, where time was measured"
    )
    probability_gain: float | None = Field(
        title="Probability of a gain", description="how probable it is that there is a gain; empty: not known"
    )
    probability_promise: float | None = Field(
        title="Probability that the promise is kept", description="how probable it is that the promise is kept"
    )
    realised_share_of_promise: float | None = Field(
        title="Realised share of the promise", description="the effect by what was promised; empty: no promise"
    )
    realised_interval: Interval | None = Field(
        title="Its interval", description="ends of the same, by the ends of the interval"
    )
    supports_headcount_change: bool | None = Field(
        title="Carries the change of posts", description="whether it carries the planned change; empty: none"
    )
    why: str = Field(title="Why", description="in sentences")
    conditions: tuple[Condition, ...] = Field(
        title="Conditions", description="what a change of staff rests on, each by itself"
    )
    supported_for: tuple[str, ...] = Field(
        title="Carried for", description="the groups for which the change is carried"
    )
    needed_gain: float | None = Field(
        title="Gain needed", description="gain that the planned cut needs, as a share; empty: no cut"
    )
    design: Design = Field(title="Design", description="how it was measured")
    n: int | None = Field(title="Values", description="values, pairs or people that it rests on; empty: not known")
    n_required: int | None = Field(
        title="Values required", description="how many it takes to find the gain that matters; empty: not known"
    )
    minimum_detectable_gain: float | None = Field(
        title="Smallest gain that is found", description="smallest gain that such a study finds in 4 of 5 cases"
    )
    quality: tuple[QualityChange, ...] = Field(title="Quality", description="what became of quality; better is above 0")
    groups: tuple[GroupResult, ...] = Field(title="Groups", description="some of the people by themselves")
    business_cycles: float | None = Field(title="Business cycles", description="as stated")
    test: str = Field(title="Method", description="how the error was worked out")
    remarks: tuple[str, ...] = Field(title="Remarks", description="what keeps the figures from showing more")

    def findings(self) -> tuple[Finding, ...]:
        """The gain with its ends, what it is by the promise, quality, and whether it carries a change of staff."""
        about: dict[str, str | int | float] = {"design": self.design}
        about |= {
            name: value for name in ("n", "n_required", "business_cycles") if (value := getattr(self, name)) is not None
        }
        found = _effect_findings(self.effect, self.interval, about)
        for metric in ("probability_gain", "realised_share_of_promise", "supports_headcount_change"):
            value = getattr(self, metric)
            if value is not None:
                found.append(Finding(metric=f"productivity.{metric}", value=float(value), unit="1", attributes=about))
        for group in self.groups:
            found += _effect_findings(group.effect, group.interval, {**about, "group": group.name})
        for each in self.quality:
            ends = each.interval or (None, None)
            for statistic, value in (("mean", each.change), ("ci95_lower", ends[0]), ("ci95_upper", ends[1])):
                if value is not None:
                    attributes = {"measure": each.name, "design": self.design}
                    metric = "productivity.quality_change"
                    found.append(
                        Finding(metric=metric, statistic=statistic, value=value, unit="1", attributes=attributes)
                    )
        return tuple(found)

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)


def _effect_findings(effect: float, interval: Interval | None, about: Mapping[str, str | int | float]) -> list[Finding]:
    ends = interval or (None, None)
    return [
        Finding(metric="productivity.effect", statistic=statistic, value=value, unit="1", attributes=about)
        for statistic, value in (("mean", effect), ("ci95_lower", ends[0]), ("ci95_upper", ends[1]))
        if value is not None
    ]


def calculate(given: Input) -> Output:
    """The gain by the design's own estimate (see `effect`), and what a change of staff rests on (see `staffing`)."""
    effect = given.effect(given.measure, _LEVEL).in_teams(given.team_size, given.likeness_in_team)
    quality = quality_changes(given.quality, given.quality_margin, _LEVEL)
    cut = -given.planned_headcount_change if given.planned_headcount_change else None
    judged = () if cut is None else _judged(given, cut, effect, quality)
    groups = tuple(_group(given, cut, each, effect, quality) for each in given.groups)
    supported = tuple(each.name for each in groups if each.supports_headcount_change)
    supports = None
    if cut is not None:
        supports = all(each.met for each in judged) and len(supported) == len(groups)
    interval = effect.interval(_LEVEL)
    target = needed_gain(cut) if cut is not None else given.promised_output
    return Output(
        effect=effect.gain,
        interval=interval,
        change_of_measure=effect.time_change if given.measure == "time-per-task" else effect.gain,
        probability_gain=effect.probability_above(0),
        probability_promise=None if given.promised_output is None else effect.probability_above(given.promised_output),
        realised_share_of_promise=_realised(given, effect.gain),
        realised_interval=_realised_interval(given, interval),
        supports_headcount_change=supports,
        why=_why(supports, judged, groups),
        conditions=judged,
        supported_for=supported,
        needed_gain=None if cut is None else needed_gain(cut),
        design=given.used_design,
        n=effect.n,
        n_required=None if target is None else effect.needed(target, _LEVEL, _POWER),
        minimum_detectable_gain=effect.detectable(_LEVEL, _POWER),
        quality=quality,
        groups=groups,
        business_cycles=given.business_cycles,
        test=effect.test,
        remarks=tuple(_remarks(given, interval)),
        terms=tuple(_terms(given, effect, interval, cut, target)),
    )


def _judged(given: Input, cut: float, effect: Effect, quality: Sequence[QualityChange]) -> tuple[Condition, ...]:
    return tuple(
        conditions(
            cut=cut,
            design=given.used_design,
            effect=effect,
            quality=quality,
            margin=given.quality_margin,
            business_cycles=given.business_cycles,
            counts_checking=given.counts_checking,
        )
    )


def _group(
    given: Input, cut: float | None, group: Group, whole: Effect, quality: Sequence[QualityChange]
) -> GroupResult:
    """Some of the people, judged as all of them are; where the error of all is known alone, theirs follows from it."""
    effect = group.effect(given.measure, _LEVEL).in_teams(given.team_size, given.likeness_in_team)
    if effect.error is None and whole.error is not None and effect.n is not None and whole.n is not None:
        # Of fewer people by the root of how many fewer they are: their spread is taken to be that of all.
        wider = whole.error * sqrt(max(1.0, whole.n / effect.n))
        effect = Effect(effect.log_gain, wider, whole.degrees, effect.n, effect.test)
    own = quality_changes(group.quality, given.quality_margin, _LEVEL) if group.quality else quality
    judged = () if cut is None else _judged(given, cut, effect, own)
    met = all(each.met for each in judged)
    return GroupResult(
        name=group.name,
        effect=effect.gain,
        interval=effect.interval(_LEVEL),
        probability_gain=effect.probability_above(0),
        supports_headcount_change=None if cut is None else met,
        why=" ".join(each.why for each in judged if met or not each.met) or _NOTHING_PLANNED,
    )


def _realised(given: Input, gain: float) -> float | None:
    """What came of the promise, on the scale on which it was made."""
    if given.promised_gain is None:
        return None
    kept = gain if given.promised_as == "more-output" else 1 - 1 / max(1 + gain, _HARDLY_ANY)
    return kept / given.promised_gain


def _realised_interval(given: Input, interval: Interval | None) -> Interval | None:
    if interval is None or given.promised_gain is None:
        return None
    lower, upper = (_realised(given, each) for each in interval)
    return None if lower is None or upper is None else (lower, upper)


def _why(supports: bool | None, judged: Sequence[Condition], groups: Sequence[GroupResult]) -> str:
    if supports is None:
        return _NOTHING_PLANNED
    if supports:
        return "The figures carry the change: " + " ".join(each.why for each in judged)
    carried = [each.name for each in groups if each.supports_headcount_change]
    said = ["The figures neither carry the change nor refute it." if not carried else ""]
    if carried:
        said.append(f"The figures carry the change for {', '.join(carried)} only, not for all.")
    said += [each.why for each in judged if not each.met]
    said += [f"{each.name}: {each.why}" for each in groups if not each.supports_headcount_change]
    return " ".join(each for each in said if each)


def _remarks(given: Input, interval: Interval | None) -> Iterator[str]:
    design = given.used_design
    if given.measure == "output-per-time" and "measure" not in given.model_fields_set:
        yield "More is read as better, since nothing else is stated. Where the values are times, say time-per-task."
    if design == "before and after":
        yield "Whatever else changed meanwhile is in the effect too: a group without the system is missing."
        if len(given.before) == len(given.after) and not given.paired:
            yield "If these are the same people in the same order, say that they are paired: that narrows the interval."
    if design == "groups":
        yield "Who got the system was not drawn by lot, nor were both groups measured before: they may differ anyway."
    if interval is None:
        yield "Nothing is known of the error of the published figure: it shows no level."
    elif interval[0] <= 0 <= interval[1]:
        yield "The interval holds 0: neither a gain nor a loss is shown, which is not the same as no effect."
    fewest = given.fewest
    if given.series and fewest is not None and fewest < _USUAL["points_each_side"].value:
        yield f"A series with fewer than {_USUAL['points_each_side'].value:g} values on a side cannot tell a trend."
    elif not given.series and fewest is not None and fewest < _USUAL["few"].value:
        yield f"A sample has fewer than {_USUAL['few'].value:g} values: its interval says little."
    if given.published is not None and given.published.lower is None and given.published.p_below is not None:
        yield "No interval was published: it is the widest that the published significance allows."
    if given.team_size > 1 and not given.likeness_in_team:
        yield "People of a team are alike; where it is not stated how much, the interval comes out too narrow."
    if any(each.published and each.published.lower is None for each in given.groups):
        yield "A group without an interval of its own has that of all, wider by the root of how few they are."


def _terms(
    given: Input, effect: Effect, interval: Interval | None, cut: float | None, target: float | None
) -> Iterator[Term]:
    words = (
        "mean time without ÷ mean time with − 1" if given.measure == "time-per-task" else "output with ÷ without − 1"
    )
    if given.used_design == "difference-in-differences" and given.published is None:
        words += ", of those with the system ÷ of those without"
    source = "series" if given.series else "ratio"
    yield _term("effect", "More work in an hour", f"{words} ({effect.test})", effect.gain, "share", source)
    if effect.error is not None:
        words = f"of the logarithm of 1 + effect, {effect.test}"
        yield _term("standard_error", "Standard error", words, effect.error, "logarithm", "ratio")
    if interval is not None:
        words = "effect less and more what Student's distribution gives at 95 %, on the logarithm"
        yield _term("interval_lower", "Lowest likely gain", words, interval[0], "share", "welch")
        yield _term("interval_upper", "Highest likely gain", words, interval[1], "share", "welch")
    if cut is not None:
        words = f"{cut:g} ÷ (1 − {cut:g})"
        yield _term("needed_gain", "Gain that the cut needs", words, needed_gain(cut), "share", "cut")
    needed = None if target is None else effect.needed(target, _LEVEL, _POWER)
    if needed is not None and target is not None:
        words = f"{effect.n} × (2.80 × standard error ÷ ln(1 + {target:.3g}))²"
        yield _term("n_required", "Values that finding it takes", words, needed, "values", "power")


def _term(name: str, title: str, formula: str, value: float, unit: str, source: str) -> Term:
    return Term(name=name, title=title, formula=formula, value=value, unit=unit, source=_FROM[source])
