"""Per framework, item by item: which questions touch it, and what is claimed and proven there. Pure.

Touched is not the same as fulfilled: a framework asks for more than questions can.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from app.readiness.catalogue import Catalogue, Framework
from app.readiness.gates import GateState
from app.readiness.score import Score
from app.readiness.verdict import cut
from app.report.model import CoverageItem, CoverageLine, Percent


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one question gives to every item that it touches."""

    key: str
    weight: int
    claimed: int | None
    proven: int | None
    applicable: bool
    gate: GateState  # not applicable where it is none


def coverage(catalogue: Catalogue, scored: Score) -> tuple[CoverageLine, ...]:
    """Every framework of the catalogue, with every item that it has as published.

    An item is scored as a dimension is, over the questions that touch it; a framework over all that touch any of its
    items, each of them once. What nothing in the catalogue touches is listed as such.
    """
    gates = {each.key: each.state for each in scored.gates}
    touching: dict[str, dict[str, list[_Asked]]] = defaultdict(lambda: defaultdict(list))
    for key, each in scored.questions.items():
        gate = gates.get(key, GateState.NOT_APPLICABLE)
        asked = _Asked(key, each.question.weight, each.claimed, each.proven, each.applicable, gate)
        for framework, items in each.question.references.items():
            for item in dict.fromkeys(items):
                touching[framework][item].append(asked)
    anything = scored.answered > 0
    return tuple(_line(each, touching[each.key], anything=anything) for each in catalogue.frameworks.values())


def _line(framework: Framework, touching: Mapping[str, Collection[_Asked]], *, anything: bool) -> CoverageLine:
    once = {asked.key: asked for asking in touching.values() for asked in asking}.values()
    claimed, proven = _scores(once, anything=anything)
    return CoverageLine(
        framework=framework.key,
        version=framework.version,
        items=tuple(_item(id, title, touching.get(id, ()), anything=anything) for id, title in framework.items.items()),
        touched=sum(id in touching for id in framework.items),
        claimed=claimed,
        proven=proven,
    )


def _item(id: str, title: str, asking: Collection[_Asked], *, anything: bool) -> CoverageItem:
    claimed, proven = _scores(asking, anything=anything)
    gates = [each.gate for each in asking if each.gate is not GateState.NOT_APPLICABLE]
    return CoverageItem(
        id=id,
        title=title,
        questions=tuple([each.key for each in asking]),
        applicable=len([each for each in asking if each.applicable]),
        answered=len([each for each in asking if each.claimed is not None]),
        claimed=claimed,
        proven=proven,
        gates=len(gates),
        gates_passed=gates.count(GateState.PASSED),
    )


def _scores(asking: Iterable[_Asked], *, anything: bool) -> tuple[Percent | None, Percent | None]:
    """Claimed over the answered ones; proven over all that apply, a blank proving nothing.

    Not known are claimed where none is answered, and proven where none applies or nothing at all is answered yet.
    """
    weight = answered_weight = claimed = proven = 0
    for each in asking:
        if each.applicable:
            weight += each.weight
            if each.claimed is not None and each.proven is not None:
                answered_weight += each.weight
                claimed += each.weight * each.claimed
                proven += each.weight * each.proven
    return (
        _percent(claimed, answered_weight) if answered_weight else None,
        _percent(proven, weight) if weight and anything else None,
    )


@lru_cache(maxsize=4096)  # the same few sums stand at hundreds of items
def _percent(levels: int, weight: int) -> Percent:
    """Weighted levels (0 to 4) in percent, cut as every score is."""
    return cut(Fraction(100 * levels, 4 * weight))
