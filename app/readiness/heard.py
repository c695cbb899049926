"""What a question's rules hear in its items: which levels they support, and what they speak against."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from app.finding import Finding
from app.readiness.amount import Amount
from app.readiness.assessment import Evidence
from app.readiness.rule import Against, Piece, Rules, Supports
from app.readiness.rule_text import Figure
from app.readiness.run import Bunch, Key, Run, belonging_to, runs
from app.readiness.yardstick import Yardstick, compared

Share = tuple[str | None, tuple[Bunch, ...]]
"""What one item gives to a sum or a count, with the digest of its file."""


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
    if yardstick.concerns(rules, item):
        yield from (rule for rule in rules.against if findings_against(rule, item, yardstick))


def reads_again(rule: Against, item: Evidence, yardstick: Yardstick) -> bool:
    """Whether an item holds a finding that the same rule reads: under its load, for its time, with its cases."""
    return any(
        yardstick.settles(rule.figure, finding) for bunch in _beside_given(rule, item, yardstick) for finding in bunch
    )


def findings_against(rule: Against, item: Evidence, yardstick: Yardstick) -> tuple[Finding, ...]:
    """The findings of an item that speak against by this rule."""
    return tuple(
        finding
        for bunch in _beside_given(rule, item, yardstick)
        for finding in bunch
        if yardstick.says(rule.figure, finding)
    )


def _beside_given(rule: Against, item: Evidence, yardstick: Yardstick) -> list[tuple[Finding, ...]]:
    """The findings beside which stands what is given: each once, though it belong to several runs."""
    runs_read = (run for run in against_runs(rule, item, yardstick) if _given(rule, run, yardstick))
    return [bunch.findings for bunch in dict.fromkeys(bunch for run in runs_read for bunch in run.bunches)]


def piece_runs(piece: Piece, item: Evidence, yardstick: Yardstick) -> tuple[Run, ...]:
    """What an item holds for a piece, by the attributes on which findings must agree to be taken together."""
    same = tuple(dict.fromkeys((*piece.same, *(piece.together or ()))))
    return runs(yardstick.findings_of({figure.metric for figure in piece.figures}, item), same)


def against_runs(rule: Against, item: Evidence, yardstick: Yardstick) -> tuple[Run, ...]:
    """What an item holds for a rule that speaks against, by the attributes on which its findings must agree."""
    metrics = {figure.metric for figure in (rule.figure, *rule.given)}
    return runs(yardstick.findings_of(metrics, item), rule.same)


def meets(figure: Figure, run: Run, yardstick: Yardstick) -> bool:
    """Whether a run meets a figure by itself."""
    if _gathers(figure):
        return _reached(figure, [(None, run.bunches)], yardstick)
    said: set[bool | None] = set().union(*(bunch.says(figure, yardstick) for bunch in run.bunches))
    return True in said and not (figure.quantity == "every" and False in said)


def meets_alone(piece: Piece, item: Evidence, yardstick: Yardstick) -> bool:
    """Whether an item meets a piece without any other."""
    qualifying = _qualifying(piece, item, yardstick)
    if piece.together is None:
        return any(_enough(piece, [(None, run.bunches)], yardstick) for run in qualifying)
    return any(_enough(piece, list(each.values()), yardstick) for each in _agreeing(piece, {0: (None, qualifying)}))


def gathered_figure(figure: Figure, together: Iterable[Share], yardstick: Yardstick) -> Fraction:
    """What findings come to, added up or counted.

    The same file twice counts once: with the larger sum, should two readings of it differ.
    """
    if figure.quantity == "different":
        stated = (each for _, bunches in together for bunch in bunches for each in bunch.stated(figure, yardstick))
        return Fraction(len({each.attributes.get(figure.different or "") for each in stated} - {None}))
    sums: dict[object, Fraction] = {}
    for index, (digest, bunches) in enumerate(together):
        own = sum((bunch.sum(figure, yardstick) for bunch in bunches), Fraction(0))
        file = index if digest is None else digest
        sums[file] = max(own, sums.get(file, own))
    return sum(sums.values(), Fraction(0))


def _qualifying(piece: Piece, item: Evidence, yardstick: Yardstick) -> tuple[Run, ...]:
    """The runs of an item that meet everything of a piece but what is added up or counted, and have a part in that."""
    return tuple(
        run
        for run in piece_runs(piece, item, yardstick)
        if all(
            any(bunch.stated(each, yardstick) for bunch in run.bunches)
            if _gathers(each)
            else meets(each, run, yardstick)
            for each in piece.figures
        )
    )


def _agreeing(piece: Piece, able: Mapping[int, tuple[str | None, Sequence[Run]]]) -> Iterator[Mapping[int, Share]]:
    """What items may be taken together for a piece: runs that agree, each item's as one share."""
    by_key: dict[Key, list[tuple[int, Run]]] = {}
    for index, (_, found) in able.items():
        for run in found:
            by_key.setdefault(tuple(run.key[name] for name in piece.together or ()), []).append((index, run))
    for belonging in belonging_to(by_key).values():
        bunches: dict[int, dict[Bunch, None]] = {}
        for key in belonging:
            for index, run in by_key[key]:
                bunches.setdefault(index, {}).update(dict.fromkeys(run.bunches))
        yield {index: (able[index][0], tuple(each)) for index, each in sorted(bunches.items())}


def _enough(piece: Piece, together: Sequence[Share], yardstick: Yardstick) -> bool:
    """Whether these come to what is added up or counted."""
    return all(_reached(each, together, yardstick) for each in piece.figures if _gathers(each))


def _gathers(figure: Figure) -> bool:
    return figure.quantity in ("total", "different")


def _reached(figure: Figure, together: Sequence[Share], yardstick: Yardstick) -> bool:
    bound = yardstick.amount(figure.bound) if isinstance(figure.bound, Amount) else None
    return (
        bound is not None
        and figure.operator is not None
        and compared(figure.operator, gathered_figure(figure, together, yardstick), bound)
    )


def _shown(rule: Supports, candidates: Sequence[Candidate], yardstick: Yardstick) -> Iterator[tuple[int, Support]]:
    """Each item that has a part in meeting the rule, with the best that it can be part of."""
    parts = []
    for piece in rule.pieces:
        part = _parts(piece, candidates, yardstick)
        if not part:
            return
        parts.append(part)
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
    if piece.together is None:
        return {
            index: (each.grade, each.read)
            for index, each in enumerate(candidates)
            if meets_alone(piece, each.item, yardstick)
        }
    able = {
        index: (_digest(each.item), found)
        for index, each in enumerate(candidates)
        if (found := _qualifying(piece, each.item, yardstick))
    }
    parts: dict[int, tuple[int, int]] = {}
    for shares in _agreeing(piece, able):
        if not _enough(piece, list(shares.values()), yardstick):
            continue
        by_grade = {index: candidates[index].grade for index in shares}
        by_reading = {index: candidates[index].read for index in shares}
        for index in shares:
            grade, read = parts.get(index, (0, 0))
            parts[index] = (
                max(grade, _lowest_used(piece, index, by_grade, shares, yardstick)),
                max(read, _lowest_used(piece, index, by_reading, shares, yardstick)),
            )
    return parts


def _lowest_used(
    piece: Piece, first: int, grades: Mapping[int, int], shares: Mapping[int, Share], yardstick: Yardstick
) -> int:
    """The lowest grade among an item and those that are taken beside it, the strongest first, until it is enough."""
    taken: list[Share] = []
    for index in sorted(shares, key=lambda each: (each != first, -grades[each])):
        taken.append(shares[index])
        if _enough(piece, taken, yardstick):
            return min(grades[first], grades[index])
    raise ValueError("all of them together were enough")


def _digest(item: Evidence) -> str | None:
    return item.sha256.casefold() if item.sha256 else None


def _given(rule: Against, run: Run, yardstick: Yardstick) -> bool:
    return all(meets(each, run, yardstick) for each in rule.given)


def _better(one: Support | None, other: Support) -> Support:
    if one is None:
        return other
    return Support(max(one.level, other.level), max(one.worth, other.worth), max(one.read, other.read))
