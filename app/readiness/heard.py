"""What a question's rules hear in its items: which levels they support, and what they speak against."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from app.finding import Finding
from app.readiness.amount import Amount
from app.readiness.assessment import Evidence
from app.readiness.rule import Against, Piece, Rules, Supports
from app.readiness.rule_text import Figure
from app.readiness.yardstick import Yardstick, compared

Run = tuple[Finding, ...]
"""Findings that were taken together: of one load, one task, or a whole file."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that holds findings, and what it counts for."""

    item: Evidence
    grade: int  # that counts on the day
    read: int  # that would count if nobody's declaration did


@dataclass(frozen=True, slots=True)
class Support:
    """What the rules hear in one item."""

    level: int  # the highest that it has a part in showing
    worth: int  # the lower of a level and of the lowest grade among the items used, at its best
    read: int  # the same, if only read grades counted


def supports(rules: Rules, candidates: Sequence[Candidate], yardstick: Yardstick) -> list[Support | None]:
    """What each item supports, alone or together with others; None for nothing."""
    found: list[Support | None] = [None] * len(candidates)
    for rule in rules.supports:
        for index, support in _shown(rule, candidates, yardstick):
            found[index] = _better(found[index], support)
    return found


def spoken_against(rules: Rules, item: Evidence, yardstick: Yardstick) -> Iterator[Against]:
    """The rules that hear something in the item that speaks against a level."""
    for rule in rules.against:
        if any(_against(rule, run, yardstick) for run in runs(item.figures, rule.same)):
            yield rule


def reads_again(rule: Against, item: Evidence, yardstick: Yardstick) -> bool:
    """Whether an item holds a finding that the same rule reads: under its load, for its time, with its cases."""
    return any(
        _given(rule, run, yardstick) and any(yardstick.settles(rule.figure, finding) for finding in run)
        for run in runs(item.figures, rule.same)
    )


def findings_against(rule: Against, item: Evidence, yardstick: Yardstick) -> tuple[Finding, ...]:
    """The findings of an item that speak against by this rule."""
    return tuple(chain(*(_against(rule, run, yardstick) for run in runs(item.figures, rule.same))))


def runs(findings: Sequence[Finding], same: Sequence[str]) -> tuple[Run, ...]:
    """The findings by what they agree on; one that says nothing of an attribute belongs to every run."""
    if not same:
        return (tuple(findings),) if findings else ()
    keys = dict.fromkeys(tuple(finding.attributes.get(name) for name in same) for finding in findings)
    whole = [key for key in keys if not any(_within(key, other) for other in keys if other != key)]
    return tuple(
        tuple(finding for finding in findings if _within(tuple(finding.attributes.get(name) for name in same), key))
        for key in whole
    )


def meets(figure: Figure, run: Run, yardstick: Yardstick) -> bool:
    """Whether a run meets a figure by itself; what is added up or counted is looked at elsewhere."""
    read = [finding for finding in run if yardstick.reads(figure, finding)]
    if figure.quantity == "every":
        return bool(read) and all(yardstick.meets(figure, finding) for finding in read)
    return any(yardstick.meets(figure, finding) for finding in read)


def qualifying(piece: Piece, item: Evidence, yardstick: Yardstick) -> tuple[Run, ...]:
    """The runs of an item that meet everything of a piece but what is added up or counted."""
    alone = [each for each in piece.figures if not _gathers(each)]
    gathered = [each for each in piece.figures if _gathers(each)]
    return tuple(
        run
        for run in runs(item.figures, piece.same)
        if all(meets(each, run, yardstick) for each in alone)
        and all(any(yardstick.reads(each, finding) for finding in run) for each in gathered)
    )


def enough(piece: Piece, gathered: Iterable[Run], yardstick: Yardstick) -> bool:
    """Whether these runs come to what is added up or counted."""
    together = tuple(gathered)
    return bool(together) and all(_reached(each, together, yardstick) for each in piece.figures if _gathers(each))


def _gathers(figure: Figure) -> bool:
    return figure.quantity in ("total", "different")


def _reached(figure: Figure, together: Sequence[Run], yardstick: Yardstick) -> bool:
    bound = yardstick.amount(figure.bound) if isinstance(figure.bound, Amount) else None
    return (
        bound is not None
        and figure.operator is not None
        and compared(figure.operator, gathered_figure(figure, together, yardstick), bound)
    )


def gathered_figure(figure: Figure, together: Sequence[Run], yardstick: Yardstick) -> Fraction:
    """What the runs come to, added up or counted. What is less than nothing adds nothing."""
    read = [finding for run in together for finding in run if yardstick.reads(figure, finding)]
    if figure.quantity == "different":
        return Fraction(len({finding.attributes.get(figure.different or "") for finding in read} - {None}))
    values = (yardstick.measured(figure, finding) for finding in read)
    return sum((value for value in values if value is not None and value > 0), Fraction(0))


def _shown(rule: Supports, candidates: Sequence[Candidate], yardstick: Yardstick) -> Iterator[tuple[int, Support]]:
    """Each item that has a part in meeting the rule, with the best that it can be part of."""
    parts = [_parts(piece, candidates, yardstick) for piece in rule.pieces]
    if not all(parts):
        return
    best = [(max(grade for grade, _ in part.values()), max(read for _, read in part.values())) for part in parts]
    for index in dict.fromkeys(chain(*parts)):
        worth, read = 0, 0
        for at, part in enumerate(parts):
            if index in part:
                others = [each for other, each in enumerate(best) if other != at]
                worth = max(worth, min(part[index][0], *(grade for grade, _ in others), 4))
                read = max(read, min(part[index][1], *(by_reading for _, by_reading in others), 4))
        yield index, Support(rule.level, min(rule.level, worth), min(rule.level, read))


def _parts(piece: Piece, candidates: Sequence[Candidate], yardstick: Yardstick) -> dict[int, tuple[int, int]]:
    """The items that can have a part in meeting a piece, with the grades at which they then do."""
    able = {index: found for index, each in enumerate(candidates) if (found := qualifying(piece, each.item, yardstick))}
    if piece.together is None:
        return {
            index: (candidates[index].grade, candidates[index].read)
            for index, found in able.items()
            if any(enough(piece, [run], yardstick) for run in found)
        }
    parts: dict[int, tuple[int, int]] = {}
    for index in able:
        grade = _lowest_used(
            piece, index, {at: each.grade for at, each in enumerate(candidates)}, candidates, able, yardstick
        )
        read = _lowest_used(
            piece, index, {at: each.read for at, each in enumerate(candidates)}, candidates, able, yardstick
        )
        if grade is not None and read is not None:
            parts[index] = (grade, read)
    return parts


def _lowest_used(
    piece: Piece,
    first: int,
    grades: dict[int, int],
    candidates: Sequence[Candidate],
    able: dict[int, tuple[Run, ...]],
    yardstick: Yardstick,
) -> int | None:
    """The lowest grade among an item and those that are taken beside it, the strongest first, until it is enough."""
    lowest: int | None = None
    for key in dict.fromkeys(_agreed(piece, run) for run in able[first]):
        taken: list[Run] = []
        digests: set[str] = set()
        order = sorted(able, key=lambda each: (each != first, -grades[each]))
        for index in order:
            digest = candidates[index].item.sha256
            if digest is not None and digest in digests:
                continue  # the same file twice is one run, not two
            digests |= {digest} if digest else set()
            mine = [run for run in able[index] if _agrees(_agreed(piece, run), key)]
            taken += mine
            if mine and enough(piece, taken, yardstick):
                reached = min(grades[first], grades[index])
                lowest = reached if lowest is None else max(lowest, reached)
                break
    return lowest


def _agreed(piece: Piece, run: Run) -> tuple[object, ...]:
    """What a run says of the attributes on which runs taken together must agree."""
    return tuple(
        next((finding.attributes[name] for finding in run if name in finding.attributes), None)
        for name in piece.together or ()
    )


def _agrees(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _within(key: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether a finding with that key belongs to the run of the other: it says the same, or nothing."""
    return all(a is None or a == b for a, b in zip(key, other, strict=True))


def _against(rule: Against, run: Run, yardstick: Yardstick) -> Run:
    if not _given(rule, run, yardstick):
        return ()
    return tuple(
        finding for finding in run if yardstick.reads(rule.figure, finding) and yardstick.meets(rule.figure, finding)
    )


def _given(rule: Against, run: Run, yardstick: Yardstick) -> bool:
    return all(meets(each, run, yardstick) for each in rule.given)


def _better(one: Support | None, other: Support) -> Support:
    if one is None:
        return other
    return Support(max(one.level, other.level), max(one.worth, other.worth), max(one.read, other.read))
