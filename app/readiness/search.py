"""One plan for each group, so that together they meet conditions at the least cost: exact, in whole numbers.

HiGHS solves the program in which plans may be mixed. What that leaves to decide is settled here without a float: its
multipliers say by how much each plan costs more than it has to, and a choice that costs little more in all than the
mixture takes only plans that cost little more each. What costs more is looked at only where nothing is found below.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import add, ge
from typing import NamedTuple

from app.readiness.solver import multipliers

_FINE = 2**40  # what multipliers are rounded to: any are right, and near the best is good enough


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing that a group can do."""

    cost: int
    place: int  # of equal costs the lower, of the first group before that of the second
    adds: tuple[Fraction, ...]  # to sums that have to come to 0 or more


class _Priced(NamedTuple):
    extra: int  # what it costs more than it has to, in the fine unit
    rank: int  # its cost, and its place beside those of the other groups
    adds: tuple[int, ...]
    plan: int  # its index in the group


class _Partial(NamedTuple):
    rank: int
    adds: tuple[int, ...]
    extra: int
    taken: tuple[int, ...]


def cheapest(groups: Sequence[Sequence[Plan]]) -> tuple[int, ...] | None:
    """Which plan each group takes in the cheapest choice; None where no choice will do.

    Of equal costs the one with the lower place in the first group, in the second, and so on.
    """
    if not all(groups):
        return None
    prices = multipliers([[(plan.cost, plan.adds) for plan in group] for group in groups])
    if prices is None:
        return None
    search = _Search(groups, [round(each * _FINE) for each in prices])
    within = search.unit
    while True:
        found = search.run(within)
        if found is not None and search.above(found) <= within:
            return found.taken
        if found is None and within > search.widest:
            return None
        # What was found may have a cheaper one beside it, but none that is further off than itself.
        within = min(2 * within, search.above(found)) if found else 2 * within


class _Search:
    """The groups in whole numbers, and how far those still to come can reach."""

    def __init__(self, groups: Sequence[Sequence[Plan]], prices: Sequence[int]) -> None:
        whole = lcm(*(each.denominator for group in groups for plan in group for each in plan.adds))
        places = 1 + max(plan.place for group in groups for plan in group)
        self.unit = _FINE * whole  # of cost
        self.widest = 0
        self._least = 0  # what any choice costs at least, in the fine unit
        self._scale: int = places ** len(groups)
        # A condition that no choice can fail decides nothing.
        deciding = [
            index
            for index in range(len(prices))
            if sum(min(plan.adds[index] for plan in group) for group in groups) < 0
        ]
        self._groups: list[list[_Priced]] = []
        for later, group in zip(reversed(range(len(groups))), groups, strict=True):
            priced = []
            for index, plan in enumerate(group):
                adds = [int(plan.adds[each] * whole) for each in deciding]
                extra = plan.cost * self.unit - sum(
                    prices[each] * add for each, add in zip(deciding, adds, strict=True)
                )
                rank = plan.cost * self._scale + plan.place * places**later
                priced.append(_Priced(extra, rank, tuple(adds), index))
            least = min(each.extra for each in priced)
            self._least += least
            self._groups.append(sorted(each._replace(extra=each.extra - least) for each in priced))
            self.widest += self._groups[-1][-1].extra
        self._highest = self._still_to_come(max)
        self._enough = [tuple(-each for each in lowest) for lowest in self._still_to_come(min)]

    def above(self, found: _Partial) -> int:
        """What a whole choice costs more than any has to, in the fine unit."""
        return found.rank // self._scale * self.unit - self._least

    def run(self, within: int) -> _Partial | None:
        """The cheapest choice among all that cost at most so much more than any has to; None where none will do."""
        partials = [_Partial(0, (0,) * len(self._groups[0][0].adds), 0, ())]
        for group, enough, highest in zip(self._groups, self._enough, self._highest, strict=True):
            partials = _undominated(_extended(partials, group, enough, highest, within))
        return partials[0] if partials else None

    def _still_to_come(self, pick: Callable[[Iterable[int]], int]) -> list[tuple[int, ...]]:
        """For each group, the lowest or highest that all later groups together can add to each condition."""
        reach = [(0,) * len(self._groups[0][0].adds)]
        for group in self._groups[:0:-1]:
            columns = zip(*(each.adds for each in group), strict=True)
            reach.append(tuple(far + pick(column) for far, column in zip(reach[-1], columns, strict=True)))
        return reach[::-1]


def _extended(
    partials: Iterable[_Partial],
    group: Sequence[_Priced],
    enough: Sequence[int],
    highest: Sequence[int],
    within: int,
) -> Iterator[_Partial]:
    """Each choice so far with each plan of one group more, as far as it can still become one that will do."""
    for rank, before, extra, taken in partials:
        for each in group:
            if extra + each.extra > within:
                break
            adds = tuple(map(add, before, each.adds))
            if min(map(add, adds, highest), default=0) >= 0:
                # What no later group can take away makes no difference.
                reached = tuple(map(min, adds, enough))
                yield _Partial(rank + each.rank, reached, extra + each.extra, (*taken, each.plan))


def _undominated(partials: Iterable[_Partial]) -> list[_Partial]:
    """Without those that another one equals in every condition at no higher rank."""
    kept: list[_Partial] = []
    best: dict[tuple[int, ...], int] = {}  # by all conditions but the first, the most of the first so far
    for each in sorted(partials):
        first, rest = each.adds[0] if each.adds else 0, each.adds[1:]
        if any(most >= first and all(map(ge, others, rest)) for others, most in best.items()):
            continue
        best[rest] = first
        kept.append(each)
    return kept
