"""Two milestones compared: what changed question by question, and the difference in proven split into its causes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from operator import attrgetter
from typing import Final, Literal, get_args

from app.readiness.assessment import Answer, Assessment, Change, Evidence, EvidenceKind
from app.readiness.catalogue import Catalogue, Question
from app.readiness.proof import days_of_difference
from app.readiness.score import QuestionScore, dimension_score, mean, question_score, summed_up
from app.readiness.verdict import cut

Cause = Literal[
    "catalogue", "profile and needs", "not applicable", "answers", "changes",
    "items added", "items confirmed", "items withdrawn", "time",
]  # fmt: skip
"""In the order in which the inputs are switched from the old to the new."""

CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)

_DATED: Final[frozenset[Cause]] = frozenset({"changes", "items added", "items confirmed", "items withdrawn"})
_BLANK: Final = Answer()
_SUPPORT_THE_CLAIM: Final[frozenset[EvidenceKind]] = frozenset({"link", "document"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it is scored from."""

    catalogue: Catalogue
    assessment: Assessment
    as_of: date


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause contributes to the difference in proven."""

    cause: Cause
    exact: Fraction
    shown: Decimal  # to one decimal; the shown parts add up to the difference of the shown scores


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question that something moved between the two, and which causes did, if only there and back again."""

    key: str
    title: str
    claimed: tuple[int | None, int | None]
    proven: tuple[int | None, int | None]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """The difference between two milestones."""

    proven: tuple[Fraction | None, Fraction | None]
    claimed: tuple[Fraction | None, Fraction | None]
    verdicts: tuple[str, str]
    parts: tuple[Part, ...]  # all causes, in their order; empty where either score is not known
    questions: tuple[QuestionChange, ...]  # moved by a cause; in the order of the new catalogue, then the dropped


Questions = Mapping[str, QuestionScore]


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where the inputs up to one cause's are the new ones, and the others still the old."""

    cause: Cause
    catalogue: Catalogue
    questions: Questions
    proven: Fraction | None
    moved: Collection[str]  # the questions that the cause moved


def compare(old: Side, new: Side) -> Trend:
    """Compare two sides; the parts add up exactly.

    The inputs are switched from old to new one cause after another, and each part is what its switch moves the
    overall proven score by. Where the score is not known in between, the next known one takes the whole difference.
    Items and changes dated between the two days count as there and fresh as soon as they are switched, not only once
    the day is: otherwise all that was shown since would be the doing of time. So what time moves is ageing, and what
    was dated ahead already in the old. Exceptions move gates and no score.
    """
    questions = {key: _scored(old, question) for key, question in old.catalogue.questions.items()}
    first = summed_up(old.catalogue, old.assessment, questions, old.as_of)
    stages: list[_Stage] = []
    reached = _Stage("catalogue", old.catalogue, questions, first.proven, ())
    for cause, side, touched in _switches(old, new):
        reached = _switched(reached, cause, side, touched, new.as_of if cause in _DATED else None)
        stages.append(reached)
    reached = _switched(reached, "time", new, _ageing(reached.questions, old.as_of, new))
    stages.append(reached)
    last = summed_up(new.catalogue, new.assessment, reached.questions, new.as_of)
    return Trend(
        proven=(first.proven, last.proven),
        claimed=(first.claimed, last.claimed),
        verdicts=(first.decision.verdict.value, last.decision.verdict.value),
        parts=_parts(first.proven, last.proven, stages),
        questions=tuple(_changes(old.catalogue, new.catalogue, questions, stages)),
    )


# ---- switching


def _switches(old: Side, new: Side) -> Iterator[tuple[Cause, Side, Collection[str]]]:
    """Each cause but time: what is scored once its inputs are the new ones, and the questions that this may change."""
    side = Side(new.catalogue, old.assessment, old.as_of)
    yield "catalogue", side, _redefined(old.catalogue, new.catalogue)
    pilot = new.assessment.pilot
    restated = (pilot.profile, pilot.needs) != (old.assessment.pilot.profile, old.assessment.pilot.needs)
    side = replace(side, assessment=replace(old.assessment, pilot=pilot))
    yield "profile and needs", side, new.catalogue.questions if restated else ()
    after = new.assessment.answers
    keys = [key for key in new.catalogue.questions if old.assessment.answers.get(key) != after.get(key)]
    for cause, switch in _OF_ANSWERS:
        if switch is None:
            side = replace(side, assessment=replace(side.assessment, changes=new.assessment.changes))
            yield cause, side, _touched_by(old.assessment.changes, new.assessment.changes, new.catalogue)
            continue
        before = side.assessment.answers
        switched = {key: switch(before.get(key, _BLANK), after.get(key, _BLANK)) for key in keys}
        side = replace(side, assessment=replace(side.assessment, answers={**before, **switched}))
        yield cause, side, [key for key in keys if _counts(switched[key]) != _counts(before.get(key, _BLANK))]


def _counts(answer: Answer) -> tuple[object, ...]:
    """What of an answer counts for its score: not the words beside it."""
    return answer.level, answer.reviewed_on, answer.not_applicable, answer.evidence


def _marked(now: Answer, new: Answer) -> Answer:
    """With the new mark as not applicable. None stands beside a level, so where the mark differs the level waits."""
    if now.not_applicable == new.not_applicable:
        return now
    return replace(now, not_applicable=new.not_applicable, level=None)


def _said(now: Answer, new: Answer) -> Answer:
    """With what is said in the new answer, and what was shown for the old. Words alone count for nothing."""
    if (now.level, now.reviewed_on) == (new.level, new.reviewed_on):
        return now
    return replace(new, evidence=now.evidence)


def _with_items(now: Answer, new: Answer) -> Answer:
    """With the new set of items. Those added are as if nobody had confirmed or withdrawn them yet."""
    if now.evidence == new.evidence:
        return now
    known = _matched(now.evidence, new.evidence)
    return replace(now, evidence=tuple(_as_it_was(item, known.get(at)) for at, item in enumerate(new.evidence)))


def _confirmed(now: Answer, new: Answer) -> Answer:
    """With its items confirmed as in the new answer, for the levels confirmed there; their order is the new one's."""
    pairs = tuple(zip(now.evidence, new.evidence, strict=True))
    if all((was.confirmed_by, was.supports) == (item.confirmed_by, item.supports) for was, item in pairs):
        return now
    items = [item if item.withdrawn == was.withdrawn else replace(item, withdrawn=was.withdrawn) for was, item in pairs]
    return replace(now, evidence=tuple(items))


def _withdrawn(now: Answer, new: Answer) -> Answer:
    """The new answer: nothing else is left to switch but what was withdrawn."""
    same = all(was.withdrawn == item.withdrawn for was, item in zip(now.evidence, new.evidence, strict=True))
    return now if same else new


_OF_ANSWERS: Final[tuple[tuple[Cause, Callable[[Answer, Answer], Answer] | None], ...]] = (
    ("not applicable", _marked),
    ("answers", _said),
    ("changes", None),  # the pilot's: answers stay as they are
    ("items added", _with_items),
    ("items confirmed", _confirmed),
    ("items withdrawn", _withdrawn),
)


def _as_it_was(item: Evidence, was: Evidence | None) -> Evidence:
    """An item as far as it had come before: who had confirmed it, for which level, and whether it was withdrawn."""
    if was == item:
        return item
    supports = None if item.kind in _SUPPORT_THE_CLAIM else item.supports
    if was is None:
        return replace(item, confirmed_by=None, withdrawn=None, supports=supports)
    if was.kind in _SUPPORT_THE_CLAIM:
        supports = was.supports
    return replace(item, confirmed_by=was.confirmed_by, withdrawn=was.withdrawn, supports=supports)


def _matched(old: Sequence[Evidence], new: Sequence[Evidence]) -> Mapping[int, Evidence]:
    """Which old item each of the new is, by its place: by id where both have one, else by what it holds."""
    named = {item.id: item for item in old if item.id is not None}
    found = {at: named[item.id] for at, item in enumerate(new) if item.id in named}
    if len(found) == len(new):
        return found
    taken = {item.id for item in found.values()}
    left = [item for item in old if item.id is None or item.id not in taken]
    # Of several with the same content, first those that nothing was done with.
    for same in (Evidence.__eq__, _same_content):
        for at, item in enumerate(new):
            if at in found:
                continue
            place = next(
                (place for place, other in enumerate(left) if _unnamed(other, item) and same(other, item)), None
            )
            if place is not None:
                found[at] = left.pop(place)
    return found


def _unnamed(one: Evidence, other: Evidence) -> bool:
    return one.id is None or other.id is None


def _same_content(one: Evidence, other: Evidence) -> bool:
    return bool(_content(one) == _content(other))


_content = attrgetter(
    *(each.name for each in fields(Evidence) if each.name not in ("confirmed_by", "withdrawn", "supports", "id"))
)


def _redefined(old: Catalogue, new: Catalogue) -> Collection[str]:
    """The questions that the new catalogue adds or defines otherwise, their shelf lives included."""
    if old is new:
        return ()
    return [
        key
        for key, question in new.questions.items()
        if old.questions.get(key) != question or old.shelf_lives[key] != new.shelf_lives[key]
    ]


def _touched_by(old: Sequence[Change], new: Sequence[Change], catalogue: Catalogue) -> Collection[str]:
    """The questions that ask to be looked at again after a change that only one of the two knows."""
    before, after = (Counter((each.kind, each.on) for each in changes) for changes in (old, new))
    kinds = {kind for kind, _ in (before - after) + (after - before)}
    return [key for key, question in catalogue.questions.items() if not kinds.isdisjoint(question.changes)]


def _ageing(questions: Questions, since: date, new: Side) -> Collection[str]:
    """The questions with a day between the two on which what is shown for them may count otherwise."""
    first, last = sorted((since, new.as_of))
    if first == last:
        return ()
    lives, changes = new.catalogue.shelf_lives, new.assessment.changes
    return [
        key
        for key, each in questions.items()
        if any(True for _ in days_of_difference(each.question, each.proof, changes, lives[key], first, last))
    ]


def _switched(
    before: _Stage, cause: Cause, side: Side, touched: Collection[str], seen_until: date | None = None
) -> _Stage:
    """The stage after a cause: its questions scored anew, the others as they were."""
    was = before.questions
    anew = {key: _scored(side, side.catalogue.questions[key], seen_until) for key in touched}
    moved = {key for key, asked in anew.items() if key not in was or _moves(asked, was[key])}
    if side.catalogue is before.catalogue:
        questions = {**was, **anew}
        weighs = any(
            (anew[key].applicable, anew[key].proven) != (was[key].applicable, was[key].proven) for key in moved
        )
        proven = _proven(side.catalogue, questions) if weighs else before.proven
        return _Stage(cause, side.catalogue, questions, proven, moved)
    moved |= was.keys() - side.catalogue.questions.keys()
    questions = {key: anew.get(key) or was[key] for key in side.catalogue.questions}
    return _Stage(cause, side.catalogue, questions, _proven(side.catalogue, questions), moved)


def _scored(side: Side, question: Question, seen_until: date | None = None) -> QuestionScore:
    dimension = side.catalogue.dimension_of[question.key]
    return question_score(side.catalogue, side.assessment, dimension, question, side.as_of, seen_until)


def _proven(catalogue: Catalogue, questions: Questions) -> Fraction | None:
    anything = any(each.claimed is not None for each in questions.values())
    dimensions = (
        dimension_score(each, [questions[question.key] for question in each.questions], anything=anything)
        for each in catalogue.dimensions
    )
    return mean((each.dimension.weight, each.proven) for each in dimensions)


# ---- what it comes to


def _parts(old: Fraction | None, new: Fraction | None, stages: Sequence[_Stage]) -> tuple[Part, ...]:
    if old is None or new is None:
        return ()
    exact: list[Fraction] = []
    known = old
    for stage in stages:
        exact.append(Fraction(0) if stage.proven is None else stage.proven - known)
        known = known if stage.proven is None else stage.proven
    shown = _tenths(exact, int(10 * cut(new)) - int(10 * cut(old)))
    return tuple(
        Part(stage.cause, each, Decimal(tenths).scaleb(-1))
        for stage, each, tenths in zip(stages, exact, shown, strict=True)
    )


def _tenths(exact: Sequence[Fraction], total: int) -> Sequence[int]:
    """The parts in whole tenths that add up to `total`: each cut down, and the largest remainders raised by one.

    What is nothing stays nothing: the shown scores are cut too, so no more is to be given out than there are parts
    with a remainder.
    """
    shown = [floor(10 * each) for each in exact]
    remainders = [10 * each - tenths for each, tenths in zip(exact, shown, strict=True)]
    largest = sorted(range(len(exact)), key=lambda at: remainders[at], reverse=True)
    for at in largest[: total - sum(shown)]:
        shown[at] += 1
    return shown


def _changes(old: Catalogue, new: Catalogue, before: Questions, stages: Sequence[_Stage]) -> Iterator[QuestionChange]:
    causes: dict[str, tuple[Cause, ...]] = {}
    for stage in stages:
        for key in stage.moved:
            causes[key] = (*causes.get(key, ()), stage.cause)
    for key, question in {**new.questions, **old.questions, **new.questions}.items():
        if key in causes:
            was, now = before.get(key), stages[-1].questions.get(key)
            yield QuestionChange(
                key=key,
                title=question.title,
                claimed=(was.claimed if was else None, now.claimed if now else None),
                proven=(was.proven if was else None, now.proven if now else None),
                causes=causes[key],
            )


def _moves(one: QuestionScore, other: QuestionScore) -> bool:
    """Whether a question moved: whether it applies, or one of its levels."""
    return (one.applicable, one.claimed, one.proven) != (other.applicable, other.claimed, other.proven)
