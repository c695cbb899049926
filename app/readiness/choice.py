"""Which options together reach a verdict with the least effort.

For each dimension everything that it can come to is found, question by question, each with the cheapest options that
bring it there; gates, floors and what is marked as not applicable are settled within. Which of these plans the
dimensions take together, so that the mean is at the bar and enough is covered, is decided by `search`. All figures are
whole numbers and fractions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from app.readiness.catalogue import Policy
from app.readiness.options import Option
from app.readiness.score import DimensionScore, Score
from app.readiness.search import Plan, cheapest
from app.readiness.verdict import Verdict

Options = Mapping[str, tuple[Option, ...]]
"""Per question, in the order of the catalogue, what can be done about it; the first is nothing."""


def least_effort(policy: Policy, scored: Score, options: Options, target: Verdict) -> Mapping[str, Option] | None:
    """What to do, by question; None where nothing reaches the target.

    Equal efforts: fewer moves; then moves on earlier questions.
    """
    asks = _Asks.of(policy, scored, target)
    price = _Price(options)
    rooms = [_Room(each, options, asks, price) for each in scored.dimensions]
    something_applies = [Plan(0, 0, (Fraction(0), Fraction(0), Fraction(-1)))]
    found = cheapest([something_applies, *(each.plans for each in rooms)])
    if found is None:
        return None
    return {
        key: each for room, index in zip(rooms, found[1:], strict=True) for key, each in room.options_of(index).items()
    }


@dataclass(frozen=True, slots=True)
class _Asks:
    """What the target asks for, beyond the gates."""

    bar: Fraction
    floor: Fraction
    coverage: Fraction
    marked_share: Fraction

    @staticmethod
    def of(policy: Policy, scored: Score, target: Verdict) -> "_Asks":
        tier, coverage = scored.tier.tier, Fraction(policy.coverage)
        if target is Verdict.GO:
            return _Asks(Fraction(tier.go), Fraction(tier.floor), coverage, Fraction(policy.not_applicable_share))
        return _Asks(Fraction(tier.no_go), Fraction(0), coverage, Fraction(1))


class _Price:
    """What options cost, as one whole number: effort before moves, and moves before their places in the catalogue."""

    def __init__(self, options: Options) -> None:
        everything = [each for offered in options.values() for each in offered]
        self._unit = lcm(*(each.effort.denominator for each in everything))
        self._most = 1 + sum(max(len(each.moves) for each in offered) for offered in options.values())
        self._base = 1 + max(len(each.moves) for each in everything)

    def of(self, option: Option, index: int, count: int) -> int:
        """For the question of that index out of so many: of equal efforts and moves, the earlier is the cheaper."""
        cost = int(option.effort * self._unit) * self._most + len(option.moves)
        early: int = self._base ** (count - 1 - index)
        return cost * self._scale(count) - len(option.moves) * early

    def parts(self, price: int, count: int) -> tuple[int, int]:
        """A sum of prices over so many questions as effort and moves, and as places (the less, the earlier)."""
        scale = self._scale(count)
        cost = -(-price // scale)
        return cost, price - cost * scale

    def _scale(self, count: int) -> int:
        scale: int = self._base**count
        return scale


class _Room:
    """One dimension: everything that it can come to, and how.

    A state packs four sums over questions into one number: the levels and the weight of what applies, what is
    covered, and the weight that is marked as not applicable where that matters.
    """

    def __init__(self, scored: DimensionScore, options: Options, asks: _Asks, price: _Price) -> None:
        self._asks = asks
        self._dimension_weight = scored.dimension.weight
        self._keys = [each.key for each in scored.dimension.questions]
        self._marks_matter = scored.marked_share > asks.marked_share
        nothing = [options[key][0].after for key in self._keys]
        self._marked_limit = asks.marked_share * sum(each.question.weight for each in nothing if each.asked)
        weight = sum(each.question.weight for each in nothing)
        steps = asks.coverage.numerator + asks.coverage.denominator
        self._radix = (4 * weight + 1, weight + 1, steps * len(self._keys) + 1)
        count = len(self._keys)
        self._offers = [
            [(self._packed(each), price.of(each, index, count), each) for each in options[key] if each.passes]
            for index, key in enumerate(self._keys)
        ]
        self._reached = self._cheapest()
        self.plans: list[Plan] = []
        self._states: list[int] = []  # of each plan
        self._plan(price)

    def options_of(self, index: int) -> Mapping[str, Option]:
        """The options that a plan takes, by question: the way back through the states."""
        chosen: dict[str, Option] = {}
        state = self._states[index]
        for key, offers, before, after in zip(
            reversed(self._keys), reversed(self._offers), self._reached[-2::-1], self._reached[::-1], strict=False
        ):
            for packed, cost, option in offers:
                if state - packed in before and before[state - packed] + cost == after[state]:
                    chosen[key] = option
                    state -= packed
                    break
        return chosen

    def _packed(self, option: Option) -> int:
        after, coverage = option.after, self._asks.coverage
        weight = after.question.weight
        answered = after.claimed is not None
        # Each question covers this much, moved up so that it is never below 0.
        covered = answered * coverage.denominator + (not after.applicable) * coverage.numerator
        marked = weight if self._marks_matter and after.asked and option.marked else 0
        levels, weights, covers = self._radix
        state = weight * (after.proven or 0) + levels * (weight if after.applicable else 0)
        return state + levels * weights * (covered + covers * marked)

    def _unpacked(self, state: int) -> tuple[int, int, int, int]:
        """Levels and weight of what applies, what is covered, and the weight that is marked."""
        rest, levels = divmod(state, self._radix[0])
        rest, weight = divmod(rest, self._radix[1])
        marked, covered = divmod(rest, self._radix[2])
        return levels, weight, covered, marked

    def _cheapest(self) -> list[dict[int, int]]:
        """After each question, the price of every state that can be reached; before the first, of none."""
        reached = [{0: 0}]
        for offers in self._offers:
            after: dict[int, int] = {}
            for packed, cost, _ in offers:
                for state, price in reached[-1].items():
                    there, total = state + packed, price + cost
                    if there not in after or total < after[there]:
                        after[there] = total
            reached.append(after)
        return reached

    def _plan(self, price: _Price) -> None:
        """Keep the cheapest way to each state that the target allows, unless one as good costs no more."""
        asks, count = self._asks, len(self._keys)
        reached = [
            (total, state, *self._unpacked(state))
            for state, total in sorted(self._reached[-1].items(), key=lambda each: (each[1], each[0]))
        ]
        # In whole numbers until a plan is kept: most states are not.
        whole = lcm(asks.bar.denominator, *(weight for _, _, _, weight, _, _ in reached if weight))
        bar = int(asks.bar * whole)
        seen: dict[tuple[int, int], int] = {}  # most levels so far, by what is covered and the weight that applies
        best: dict[tuple[int, int], int] = {}  # best part in the mean, by what is covered and if anything applies
        for total, state, levels, weight, covered, marked in reached:
            if 25 * levels * asks.floor.denominator < asks.floor.numerator * weight:
                continue
            if self._marks_matter and marked > self._marked_limit:
                continue
            if seen.get((covered, weight), -1) >= levels:
                continue  # a cheaper one comes to as much
            seen[covered, weight] = levels
            over_bar = self._dimension_weight * (25 * levels * (whole // weight) - bar) if weight else 0
            applies = int(weight > 0)
            if any(most >= over_bar and others[0] >= covered and others[1] >= applies for others, most in best.items()):
                continue
            best[covered, applies] = over_bar
            cost, place = price.parts(total, count)
            over_coverage = covered - count * asks.coverage.numerator
            self.plans.append(
                Plan(cost, place, (Fraction(over_bar, whole), Fraction(over_coverage), Fraction(applies)))
            )
            self._states.append(state)
        places = {place: rank for rank, place in enumerate(sorted({each.place for each in self.plans}))}
        self.plans = [replace(each, place=places[each.place]) for each in self.plans]
