"""What a verdict hangs on: the fewest questions whose proven level, one lower, worsens it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.score import DimensionScore, QuestionScore, Score, summed_up
from app.readiness.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinge:
    """A question that the verdict hangs on, and what carries its proven level today."""

    question: str
    title: str
    proven: int
    carried_by: str | None  # the title of the item; None where it is somebody's word
    grade: str  # that it counts for
    declared_by: str | None  # whose declaration the grade is; None where a reader read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragility:
    """The smallest number of questions whose proven level, one lower, worsens the verdict."""

    count: int
    becomes: str  # the verdict then, as `Verdict` writes it
    hinges: tuple[Hinge, ...]  # one smallest set, in the order of the catalogue
    others: tuple[Hinge, ...]  # where one question is enough: the others of which each alone would do as well


def fragility(catalogue: Catalogue, assessment: Assessment, scored: Score) -> Fragility | None:
    """The smallest set of questions whose proven level, one lower, worsens the verdict; None where none does.

    Counted, not solved, and exact all the same: claims, caps and coverage stay as they are, so what a lower level can
    break is a gate passed exactly at its level (one question breaks it), or a bar under a weighted sum (a dimension's
    floor, the overall threshold). One level less takes a fixed amount off such a sum, so the questions that take most
    break it with the fewest; and the verdict worsens as soon as one of these is broken.
    """
    sets = [each for each in _ways(scored) if each]
    if not sets:
        return None
    place = {key: index for index, key in enumerate(scored.questions)}
    fewest = min(len(each) for each in sets)
    smallest = [each for each in sets if len(each) == fewest]
    alone = sorted({key for each in smallest for key in each}, key=place.__getitem__) if fewest == 1 else []
    first = alone[:1] or sorted(smallest[0], key=place.__getitem__)
    return Fragility(
        count=fewest,
        becomes=_without_a_level(catalogue, assessment, scored, first).value,
        hinges=tuple(_hinge(scored.questions[key]) for key in first),
        others=tuple(_hinge(scored.questions[key]) for key in alone[1:]),
    )


def _ways(scored: Score) -> Iterator[Sequence[str]]:
    """For each thing that can break, a smallest set of questions that breaks it; of single ones, every one."""
    tier = scored.tier.tier
    if scored.decision.verdict is Verdict.GO:
        for gate in scored.gates:
            if gate.state is GateState.PASSED and scored.questions[gate.key].proven == gate.gate.level:
                yield (gate.key,)
        for each in scored.dimensions:
            if each.proven is not None:
                yield from _breaking(each.proven - Fraction(tier.floor), _drops(scored, each))
    if scored.proven is not None and scored.decision.verdict in (Verdict.GO, Verdict.CONDITIONAL):
        bar = tier.go if scored.decision.verdict is Verdict.GO else tier.no_go
        total = sum(each.dimension.weight for each in scored.dimensions if each.proven is not None)
        drops = {
            key: drop * each.dimension.weight / total
            for each in scored.dimensions
            for key, drop in _drops(scored, each).items()
        }
        yield from _breaking(scored.proven - Fraction(bar), drops)


def _drops(scored: Score, dimension: DimensionScore) -> Mapping[str, Fraction]:
    """How much of its dimension's proven score each question takes with it when its proven level is one lower."""
    questions = (scored.questions[each.key] for each in dimension.dimension.questions)
    applicable = [each for each in questions if each.applicable]
    weight = sum(each.question.weight for each in applicable)
    return {each.key: Fraction(25 * each.question.weight, weight) for each in applicable if each.proven}


def _breaking(margin: Fraction, drops: Mapping[str, Fraction]) -> Iterator[Sequence[str]]:
    """The fewest questions whose drops together are more than the margin; where one is enough, each of those."""
    largest = sorted(drops, key=lambda key: -drops[key])  # stable: of equal ones the earlier
    alone = [key for key in drops if drops[key] > margin]
    if alone:
        yield from ((key,) for key in alone)
        return
    taken: list[str] = []
    for key in largest:
        taken.append(key)
        margin -= drops[key]
        if margin < 0:
            yield taken
            return


def _without_a_level(catalogue: Catalogue, assessment: Assessment, scored: Score, keys: Iterable[str]) -> Verdict:
    lower = dict(scored.questions)
    for key in keys:
        proof = lower[key].proof
        lower[key] = replace(lower[key], proof=replace(proof, proven=(proof.proven or 0) - 1))
    return summed_up(catalogue, assessment, lower, scored.as_of).decision.verdict


def _hinge(asked: QuestionScore) -> Hinge:
    carrier = asked.proof.carried_by
    return Hinge(
        question=asked.key,
        title=asked.question.title,
        proven=asked.proven or 0,
        carried_by=(carrier.item.title or carrier.item.kind) if carrier else None,
        grade=str(carrier.effective if carrier else Grade.ASSERTED),
        declared_by=carrier.item.attached_by if carrier and asked.proof.declared else None,
    )
