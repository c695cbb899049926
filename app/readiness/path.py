"""Path to Go: the least effort that turns the verdict, found exactly by a solver, in the order to take it.

The rules stand in `path_to`. Everything in a path is a shown value (days and percentages as decimals), so that it can
be kept as it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.errors import Problem, Refused
from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.choice import Options, least_effort
from app.readiness.options import ONE, OTHER, Move, Option, StepKind, Trials, days, in_decimals
from app.readiness.score import QuestionScore, Score, score, summed_up
from app.readiness.verdict import Verdict, cut

__all__ = ["NoPath", "Path", "Step", "StepKind", "path_to"]

PILOT = "pilot"
_PILOT_TITLE = "Profile and needs"
_ON_A_QUESTION: tuple[StepKind, ...] = ("level", "items", "withdrawal", "not-applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One improvement, and what it lifts when it is taken after those before it."""

    kind: StepKind
    question: str | None  # None for the pilot's profile and needs
    title: str  # of the question; or "Profile and needs"
    owner: str | None  # the catalogue's owner in words; None for the pilot
    level_from: int | None  # proven today, 0 for a blank; None where no level is at stake
    level_to: int | None
    effort_days: Decimal
    grade: str | None  # of the evidence that it takes; None where somebody only has to confirm
    evidence: str | None  # in the catalogue's words, what would show that level
    proven: Decimal | None  # the overall proven score after it, cut to one decimal
    lifts: Decimal | None  # by how much the shown score rises with it
    gate: bool  # whether a gate turns with it

    @property
    def key(self) -> str:
        """Names the step in an address, to rule it out: `level:security.injection-tested`, or `pilot`."""
        return self.kind if self.question is None else f"{self.kind}:{self.question}"

    @property
    def confirm(self) -> bool:
        """Whether it is a second person's look, and no new work."""
        return self.kind != "level"


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
    if farthest.decision.verdict.rank < target.rank:
        reasons = (each for each in farthest.decision.reasons if each.verdict.rank < target.rank)
        return NoPath(target=target, because=tuple(each.text for each in reasons))
    chosen: Mapping[str, Option] = {}
    if not reaches(chosen):
        chosen = least_effort(catalogue.policy, scored, options, target)
    walk = _Walk(catalogue, assessment, scored, trials)
    if pilot_waits:
        walk.confirm_pilot()
    walk.take(chosen)
    effort = sum((each.effort_days for each in walk.steps), Decimal(0))
    return Path(target=target, effort_days=effort, steps=tuple(walk.steps))


class _Walk:
    """The chosen moves as steps, in the order to take them: confirmations, then gates, then most points for a day."""

    def __init__(self, catalogue: Catalogue, assessment: Assessment, scored: Score, trials: Trials) -> None:
        self.steps: list[Step] = []
        self._catalogue = catalogue
        self._assessment = assessment
        self._scored = scored
        self._trials = trials
        self._stands = dict(scored.questions)
        self._proven = scored.proven

    def confirm_pilot(self) -> None:
        """Have profile and needs confirmed."""
        self.steps.append(
            Step(
                kind="pilot",
                question=None,
                title=_PILOT_TITLE,
                owner=None,
                level_from=None,
                level_to=None,
                effort_days=in_decimals(days(self._catalogue.policy.confirmation_days)),
                grade=None,
                evidence=None,
                proven=None if self._proven is None else cut(self._proven),
                lifts=None if self._proven is None else Decimal("0.0"),
                gate=False,
            )
        )

    def take(self, chosen: Mapping[str, Option]) -> None:
        """Take every move of the options chosen."""
        in_order = [(key, chosen[key]) for key in self._stands if key in chosen]
        for key, option in in_order:
            for move in option.moves:
                if move.level is None:
                    self._make(key, move)
        levels = [(key, move) for key, option in in_order for move in option.moves if move.level is not None]
        for key, move in sorted(levels, key=lambda each: self._urgency(*each)):
            self._make(key, move)

    def _urgency(self, key: str, move: Move) -> tuple[bool, bool, Fraction]:
        """Sorts what turns a gate first, then what lifts most for a day of effort."""
        before = self._stands[key]
        after = self._trials.made(before, [move])
        gain = (self._proven_with(after) or Fraction(0)) - (self._proven or Fraction(0))
        return not self._turns(before, after), move.effort > 0, -gain / (move.effort or 1)

    def _make(self, key: str, move: Move) -> None:
        before = self._stands[key]
        after = self._trials.made(before, [move])
        was, proven = self._proven, self._proven_with(after)
        self._stands[key], self._proven = after, proven
        question = after.question
        level_from, level_to = before.proven, after.proven
        if move.level is not None:
            level_from, level_to = self._scored.questions[key].proven or 0, move.level
        elif not after.applicable or after.proven is None:
            level_from = level_to = None
        self.steps.append(
            Step(
                kind=move.kind,
                question=key,
                title=question.title,
                owner=self._catalogue.policy.owners[question.owner],
                level_from=level_from,
                level_to=level_to,
                effort_days=in_decimals(move.effort),
                grade=str(move.grade) if move.grade else None,
                evidence=question.proof.get(move.level) if move.level else None,
                proven=None if proven is None else cut(proven),
                lifts=None if proven is None or was is None else cut(proven) - cut(was),
                gate=self._turns(before, after),
            )
        )

    def _turns(self, before: QuestionScore, after: QuestionScore) -> bool:
        """Whether the question's gate stands in the way before and no longer after."""
        return self._trials.passes(after) and not self._trials.passes(before)

    def _proven_with(self, asked: QuestionScore) -> Fraction | None:
        return summed_up(self._catalogue, self._assessment, {**self._stands, asked.key: asked}, self._scored.as_of).proven


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
