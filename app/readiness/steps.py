"""The steps of a path: what was chosen, in the order to take it, and what each step lifts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.readiness.catalogue import Catalogue, Dimension
from app.readiness.options import Move, Option, StepKind, Trials, days, in_decimals
from app.readiness.score import DimensionScore, QuestionScore, Score, dimension_score, mean
from app.readiness.verdict import cut

_PILOT_TITLE = "Profile and needs"


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


class Walk:
    """The chosen moves as steps, in the order to take them: confirmations, then gates, then most points for a day."""

    def __init__(self, catalogue: Catalogue, scored: Score, trials: Trials) -> None:
        self.steps: list[Step] = []
        self._catalogue = catalogue
        self._scored = scored
        self._trials = trials
        self._stands = dict(scored.questions)
        self._proven = scored.proven
        self._anything = scored.proven is not None
        self._parts = {each.dimension.key: each for each in scored.dimensions}

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
        self._begin_to_answer()
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
        self._parts[after.dimension.key] = self._part(after.dimension)
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

    def _begin_to_answer(self) -> None:
        """From the first answer on a dimension with nothing answered has proven 0, where it was not known before."""
        self._anything = True
        self._parts = {key: self._part(each.dimension) for key, each in self._parts.items()}

    def _proven_with(self, asked: QuestionScore) -> Fraction | None:
        """The overall proven score with this question so: only its dimension is summed up again."""
        parts = self._parts | {asked.dimension.key: self._part(asked.dimension, asked)}
        return mean((each.dimension.weight, each.proven) for each in parts.values())

    def _part(self, dimension: Dimension, asked: QuestionScore | None = None) -> DimensionScore:
        stands = [self._stands[each.key] for each in dimension.questions]
        if asked is not None:
            stands = [asked if each.key == asked.key else each for each in stands]
        return dimension_score(dimension, stands, anything=self._anything)
