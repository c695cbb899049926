"""Path to Go: the least effort that turns the verdict, found exactly by a solver, in the order to take it.

The rules stand in `path_to`. Everything in a path is a shown value (days and percentages as decimals), so that it can
be kept as it is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.errors import Problem, Refused
from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.choice import least_effort
from app.readiness.gates import GateState
from app.readiness.options import ONE, OTHER, Option, StepKind, Trials
from app.readiness.score import Score, score, summed_up
from app.readiness.steps import Step, Walk
from app.readiness.verdict import Verdict

__all__ = ["NoPath", "Path", "Step", "StepKind", "path_to"]

PILOT = "pilot"
_ON_A_QUESTION: tuple[StepKind, ...] = ("level", "items", "withdrawal", "not-applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The steps that turn the verdict with the least effort; none where it is turned already."""

    target: Verdict
    effort_days: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPath:
    """Why the verdict cannot be turned: what still stands in the way when every step allowed has been taken."""

    target: Verdict
    because: tuple[str, ...]


def path_to(
    catalogue: Catalogue,
    assessment: Assessment,
    as_of: date,
    target: Verdict = Verdict.GO,
    without: Collection[str] = (),
) -> Path | NoPath:
    """The least effort that turns the verdict into the target, or into a better one.

    A step takes a question to a proven level by a confirmed item of that grade, and of the grade of what it settles,
    the answer looked at again; it costs the catalogue's effort from the level proven today. Having something
    confirmed is a step of its own. Of equal efforts the fewer steps, then the earlier questions. Exceptions are
    decisions and no steps.

    Args:
        catalogue: the catalogue that is answered.
        assessment: as it stands.
        as_of: the day on which all steps are taken to be done.
        target: Go, or Conditional go.
        without: keys of steps that are ruled out, as `Step.key` gives them.

    Raises:
        Refused: the target is no verdict that one works towards, or a ruled-out step is none of this catalogue.
    """
    return path_from(catalogue, assessment, score(catalogue, assessment, as_of), target, without)


def path_from(
    catalogue: Catalogue,
    assessment: Assessment,
    scored: Score,
    target: Verdict = Verdict.GO,
    without: Collection[str] = (),
) -> Path | NoPath:
    """The same for an assessment that is scored already."""
    _refuse_unknown(catalogue, target, without)
    if scored.decision.verdict.rank >= target.rank:
        return Path(target=target, effort_days=Decimal(0), steps=())
    trials = Trials(catalogue, assessment, scored, target, without)
    options = {key: trials.options(each) for key, each in scored.questions.items()}
    pilot_waits = target is Verdict.GO and not assessment.pilot.confirmed
    then = _confirmed(assessment) if pilot_waits and PILOT not in without else assessment

    def after(chosen: Mapping[str, Option]) -> Score:
        stands = {key: each.after for key, each in chosen.items()}
        return summed_up(catalogue, then, {**scored.questions, **stands}, scored.as_of)

    def reaches(chosen: Mapping[str, Option]) -> bool:
        return after(chosen).decision.verdict.rank >= target.rank

    farthest = after({key: max(each, key=_how_far) for key, each in options.items()})
    chosen: Mapping[str, Option] | None = None
    if farthest.decision.verdict.rank >= target.rank:
        chosen = {} if reaches({}) else least_effort(catalogue.policy, scored, options, target)
    if chosen is None:
        return NoPath(target=target, because=tuple(_in_the_way(catalogue, farthest, target)))
    walk = Walk(catalogue, scored, trials)
    if pilot_waits:
        walk.confirm_pilot()
    walk.take(chosen)
    effort = sum((each.effort_days for each in walk.steps), Decimal(0))
    return Path(target=target, effort_days=effort, steps=tuple(walk.steps))


def _in_the_way(catalogue: Catalogue, farthest: Score, target: Verdict) -> Iterator[str]:
    """What no step removes. Needs that are not written down are said once, for all the gates that wait for them."""
    waiting = {
        gate.key: gate.unwritten
        for gate in farthest.gates
        if gate.state is GateState.UNPROVEN and (farthest.questions[gate.key].proven or 0) >= gate.gate.level
    }
    unwritten = {key for keys in waiting.values() for key in keys}
    if unwritten:
        titles = "; ".join(need.title for key, need in catalogue.needs.items() if key in unwritten)
        gates = f"{len(waiting)} gates compare" if len(waiting) > 1 else "A gate compares"
        yield f"{gates} with needs that are not written down: {titles}."
    for reason in farthest.decision.reasons:
        if reason.verdict.rank < target.rank and reason.question not in waiting:
            yield reason.text


def _refuse_unknown(catalogue: Catalogue, target: Verdict, without: Collection[str]) -> None:
    if target not in (Verdict.GO, Verdict.CONDITIONAL):
        raise Refused(f"A path leads to {Verdict.GO.title} or to {Verdict.CONDITIONAL.title}.")
    problems = [
        Problem("without", f"there is no step '{key}'") for key in sorted(without) if not _is_step(catalogue, key)
    ]
    if problems:
        raise Refused("A step that is ruled out is none of this catalogue.", problems)


def _is_step(catalogue: Catalogue, key: str) -> bool:
    kind, _, question = key.partition(":")
    return key == PILOT or (kind in _ON_A_QUESTION and question in catalogue.questions)


def _confirmed(assessment: Assessment) -> Assessment:
    """The assessment once a second person has confirmed profile and needs."""
    return replace(assessment, pilot=replace(assessment.pilot, stated_by=ONE, confirmed_by=OTHER))


def _how_far(option: Option) -> tuple[bool, int, bool]:
    """How far an option takes a question; where no level can be shown, away is farther than blank."""
    return option.passes, option.after.proven or 0, not option.after.applicable
