"""Path, fragility, proofs and forecast in sentences, so that page, PDF and workbook say the same. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.readiness.fragility import Fragility, Hinge
from app.readiness.outlook import Forecast, Outlook, Proving
from app.readiness.path import NoPath, Path, Step
from app.readiness.verdict import Verdict

_NOT_ASSESSED = Verdict.NOT_ASSESSED.title
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Turn:
    """What time alone does by a day that is worth a sentence."""

    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """An outlook in sentences; days in them are written as ISO 8601 has them."""

    path: str
    steps: tuple[str, ...]  # what to do, for each step of the path; for no path: what still stands in the way
    fragility: str
    hinges: tuple[str, ...]  # each question that the verdict hangs on, and what carries it
    forecast: tuple[str, ...]  # for each day of the forecast
    turns: tuple[Turn, ...]  # of those, the days on which the verdict turns, and where it ends


def told(outlook: Outlook, verdict: str) -> Told:
    """The sentences of an outlook.

    Args:
        outlook: what was worked out.
        verdict: the verdict's title today, as people read it.
    """
    path, fragility = outlook.path, outlook.fragility
    return Told(
        path=path_told(path),
        steps=path.because if isinstance(path, NoPath) else tuple(step_told(step) for step in path.steps),
        fragility=fragility_told(fragility, verdict),
        hinges=tuple(hinge_told(each) for each in (*fragility.hinges, *fragility.others)) if fragility else (),
        forecast=tuple(forecast_told(each) for each in outlook.forecast),
        turns=tuple(_turns(outlook.forecast, verdict)),
    )


def counted(number: int, noun: str) -> str:
    """A count in words as far as ten: one gate, 12 gates."""
    words = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{words} {noun}{'' if number == 1 else 's'}"


def days(effort: Decimal) -> str:
    """An effort: 1 day, 0.5 days."""
    return f"{effort.normalize():f} {'day' if effort == 1 else 'days'}"


def path_told(path: Path | NoPath) -> str:
    """What it takes to reach the target, in a sentence."""
    target = path.target.title
    if isinstance(path, NoPath):
        return (
            f"No path leads to a {target}. When every step that is left has been taken, this still stands in the way:"
        )
    if not path.steps:
        return f"Nothing is needed: this is a {target} already."
    steps = counted(len(path.steps), "step")
    return f"{steps[0].upper()}{steps[1:]} and {days(path.effort_days)} of work lead to a {target}; nothing less does."


def step_told(step: Step) -> str:
    """What to do, in a sentence."""
    match step.kind:
        case "pilot":
            return "Have profile and needs confirmed by a second person."
        case "items":
            return "Have what is attached confirmed by a second person."
        case "withdrawal":
            return "Have the withdrawal confirmed by a second person."
        case "not-applicable":
            return "Have it confirmed by a second person that this does not apply."
    lift = f"From level {step.level_from} to {step.level_to}" if step.level_from else f"Reach level {step.level_to}"
    if step.grade == "asserted":
        return f"{lift}: say so. Nothing has to be shown for it."
    shown = f", shown by evidence that is {step.grade}" if step.grade else ""
    return f"{lift}{shown}: {step.evidence}" if step.evidence else f"{lift}{shown}."


def fragility_told(fragility: Fragility | None, verdict: str) -> str:
    """What the verdict hangs on, in a sentence."""
    if fragility is None:
        return f"No proven level, one lower, makes this {verdict} worse."
    becomes = Verdict(fragility.becomes).title
    if fragility.count > 1:
        return (
            f"This {verdict} hangs on no single answer: it takes {counted(fragility.count, 'answer')}, "
            f"each proven one level lower, to make it a {becomes}."
        )
    if fragility.others:
        which = counted(1 + len(fragility.others), "answer")
        return f"This {verdict} hangs on each of {which}: any of them proven one level lower makes it a {becomes}."
    return (
        f"This {verdict} hangs on one answer: {hinge_told(fragility.hinges[0])} One level lower makes it a {becomes}."
    )


def hinge_told(hinge: Hinge) -> str:
    """A question that the verdict hangs on, and what carries it, in a sentence."""
    by = f"by “{hinge.carried_by}”, " if hinge.carried_by else "by "
    if hinge.grade == "asserted":
        return f"{hinge.title}, for which there is somebody's word."
    if hinge.declared_by:
        return f"{hinge.title}, proven {by}a grade ({hinge.grade}) that {hinge.declared_by} declared."
    return f"{hinge.title}, proven {by}a grade ({hinge.grade}) that a reader read."


def forecast_told(forecast: Forecast) -> str:
    """Where it stands on a later day, and because of what, in a sentence."""
    verdict = Verdict(forecast.verdict).title
    a_verdict = "not assessed" if verdict == _NOT_ASSESSED else f"a {verdict}"
    proven = "nothing known to be proven" if forecast.proven is None else f"{forecast.proven:.1f} proven"
    stands = f"On {forecast.on} this is {a_verdict}, with {proven}"
    if not forecast.loses:
        return f"{stands}, because an exception, a change of the pilot or a duty of law begins or ends."
    number = len(forecast.loses)
    these = "this goes" if number == 1 else f"these {_NUMBERS[number] if number < len(_NUMBERS) else number} go"
    return f"{stands}, because {these} stale: {'; '.join(forecast.loses)}."


def _turns(forecast: Sequence[Forecast], verdict: str) -> Iterator[Turn]:
    """The days on which the verdict becomes another one, and what is left on the last day."""
    now = verdict
    for each in forecast:
        if Verdict(each.verdict).title != now:
            now = Verdict(each.verdict).title
            yield Turn(each.on, forecast_told(each))
    if forecast:
        last, stale = forecast[-1], {title for each in forecast for title in each.loses}
        stays = "" if now != verdict else f"; it is still a {verdict}" if verdict != _NOT_ASSESSED else ""
        proven = "nothing known" if last.proven is None else f"{last.proven:.1f}"
        answers = counted(len(stale), "answer")
        yield Turn(
            last.on,
            f"By {last.on} {answers} {'has' if len(stale) == 1 else 'have'} gone stale and {proven} is proven{stays}.",
        )


def proving_told(proving: Proving, beside: Sequence[str] = ()) -> str:
    """The cheapest that would prove a claim, in a sentence; what stands beside it already is not said again."""
    cost, cheapest = days(proving.effort_days), f"The cheapest proof of level {proving.claimed}"
    if proving.confirmed_too:
        cost = f"{cost}, with what is attached confirmed by a second person"
    match proving.how:
        case "review":
            return f"{cheapest}: look at the answer again and save it ({cost})."
        case "confirm":
            return f"{cheapest}: have what is attached confirmed by a second person ({cost})."
    what = proving.evidence
    if what is None or any(what in each for each in beside):
        return f"{cheapest} is {proving.grade} ({cost})."
    return f"{cheapest} is {proving.grade} ({cost}): {what}"
