"""What findings are measured by: the catalogue's metrics, and the needs that the pilot wrote down."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import sqrt

from app.finding import Finding
from app.readiness.amount import Amount
from app.readiness.assessment import Evidence, Needs
from app.readiness.catalogue import Catalogue
from app.readiness.rule import Metric, Rules
from app.readiness.rule_text import Bound, Figure, NeedList, Operator, Test
from app.readiness.unit import MONEY, factor

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_WRITTEN_OUT = re.compile(r"\d{1,20}(\.\d{1,20})?")  # never 1e999999999, nor 1/0
_ALIKE = {"median": "p50", "avg": "mean", "average": "mean", "maximum": "max", "minimum": "min", "value": None}
_PLAIN = frozenset({None, "sum", "count"})
_WITH_AN_INTERVAL = frozenset({None, "mean"})
_OF_A_SHARE = frozenset({None, "", "1", "share", "ratio", "%", "percent"})
_TWELVE_DIGITS = Context(prec=12)
_MOST_CASES = 10**15  # more than anybody counts; a float holds it
_Z = 1.959964  # the normal distribution's 97.5th percentile: two of them around a value hold 95 of 100
# Whether a higher percentile that lies there shows a lower one to, and not the other way round.
_SHOWS_BELOW: Mapping[Operator, bool] = {"<=": True, "<": True, ">": False, ">=": False}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Compares findings with figures of rules."""

    catalogue: Catalogue
    needs: Needs
    # Worked out once, since a score asks the same again for each day that it tries; each beside what it is of.
    _amounts: dict[int, tuple[Amount, Fraction | None]] = field(default_factory=dict, compare=False, repr=False)
    _spoken_of: dict[int, tuple[Evidence, Mapping[str, Sequence[int]]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _named: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def metric(self, key: str) -> Metric:
        """The metric of that key."""
        return self.catalogue.metrics[key]

    def amount(self, bound: Amount) -> Fraction | None:
        """What an amount comes to for this pilot; None where it did not write down a need that it reads."""
        known = self._amounts.get(id(bound))
        if known is None:
            needs = {key: value for key in bound.needs if (value := written(self.needs.get(key))) is not None}
            known = self._amounts[id(bound)] = (bound, bound.of(needs))
        return known[1]

    def unwritten(self, gate: str) -> tuple[str, ...]:
        """The needs that decide whether the gate of that question is passed, and that nobody wrote down."""
        return tuple(key for key in self.catalogue.gate_needs[gate] if self._blank(key))

    def _blank(self, key: str) -> bool:
        value = self.needs.get(key)
        if self.catalogue.needs[key].kind in ("number", "money"):
            return written(value) is None
        return not value

    def allowed(self, bound: NeedList) -> frozenset[str] | None:
        """What the pilot's list allows; None where it is not written down."""
        value = self.needs.get(bound.key)
        return frozenset(map(_plain, value)) if isinstance(value, tuple) and value else None

    def spoken_of(self, item: Evidence) -> Mapping[str, Sequence[int]]:
        """The places of an item's findings, by the metrics of which they are; those of none are not there."""
        known = self._spoken_of.get(id(item))
        if known is None:
            by_name: dict[str, list[int]] = {}
            for place, finding in enumerate(item.figures):
                by_name.setdefault(finding.metric, []).append(place)
            by_metric: dict[str, list[int]] = {}
            for name, places in by_name.items():
                for key in self._metrics_of(name):
                    by_metric.setdefault(key, []).extend(places)
            known = self._spoken_of[id(item)] = (item, by_metric)
        return known[1]

    def findings_of(self, metrics: Set[str], item: Evidence) -> tuple[Finding, ...]:
        """An item's findings of these metrics, in their order."""
        spoken_of, figures = self.spoken_of(item), item.figures
        places = {place for key in metrics & spoken_of.keys() for place in spoken_of[key]}
        return tuple(figures[place] for place in sorted(places))

    def _metrics_of(self, name: str) -> frozenset[str]:
        known = self._named.get(name)
        if known is None:
            known = self._named[name] = self.catalogue.metrics_of(name)
        return known

    def concerns(self, rules: Rules, item: Evidence) -> bool:
        """Whether an item holds findings of any metric that the rules read."""
        return not rules.metrics.isdisjoint(self.spoken_of(item))

    def hears(self, item: Evidence) -> bool:
        """Whether any rule of the catalogue reads any finding of an item."""
        return not self.catalogue.heard.isdisjoint(self.spoken_of(item))

    def speaks_of(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding is of the figure's metric, under whatever name."""
        return figure.metric in self._metrics_of(finding.metric)

    def reads(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding says anything to a figure."""
        return self.says(figure, finding) is not None

    def says(self, figure: Figure, finding: Finding) -> bool | None:
        """What a finding says to a figure: whether it lies where it should; None where it says nothing to it.

        What states just the figure's statistic says one or the other; without a value that can be compared it does
        not lie there. A higher percentile within a limit shows a lower one to be, a lower one beyond it shows a higher
        one to be, and nothing else is inferred.
        """
        if figure.metric not in self._metrics_of(finding.metric) or not self._chosen(figure, finding):
            return None
        if self._of_statistic(figure, finding):
            return self._lies(figure, finding)
        return self._by_percentile(figure, finding)

    def states(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding states what the figure speaks of: the metric, just its statistic, under its conditions."""
        return self.speaks_of(figure, finding) and self._of_statistic(figure, finding) and self._chosen(figure, finding)

    def settles(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding decides the same as the figure of a rule that speaks against, one way or the other.

        A lower percentile within a limit, or a higher one beyond it, decides nothing; nor does what holds no value.
        """
        if self.says(figure, finding) is None:
            return False
        if figure.attribute:
            return finding.attributes.get(figure.attribute) is not None
        return self.measured(figure, finding) is not None

    def _lies(self, figure: Figure, finding: Finding) -> bool:
        if figure.operator is None or figure.bound is None or figure.different:
            return True
        if figure.attribute:
            return self._fits(figure.operator, figure.bound, finding.attributes.get(figure.attribute))
        value = self.measured(figure, finding)
        if value is None or not isinstance(figure.bound, Amount):
            return False
        bound = self.amount(figure.bound)
        return bound is not None and compared(figure.operator, value, bound)

    def _by_percentile(self, figure: Figure, finding: Finding) -> bool | None:
        wanted, found = _percentile(figure.statistic), _percentile(statistic_of(finding))
        if wanted is None or found is None or not figure.reads_value or not isinstance(figure.bound, Amount):
            return None
        bound, value = self.amount(figure.bound), self.measured(figure, finding)
        if bound is None or value is None or figure.operator is None or figure.operator not in _SHOWS_BELOW:
            return None
        lies = compared(figure.operator, value, bound)
        shows = lies == ((found > wanted) == _SHOWS_BELOW[figure.operator])
        return lies if found == wanted or shows else None

    def measured(self, figure: Figure, finding: Finding) -> Fraction | None:
        """The finding's value in the metric's unit, or the end of its interval that the figure asks for."""
        metric = self.metric(figure.metric)
        if finding.value is None:
            return None
        if metric.unit == MONEY:
            currency = self.needs.get("currency")
            same = isinstance(currency, str) and finding.unit and _plain(finding.unit) == _plain(currency)
            return exact(finding.value) if same else None
        if figure.statistic in ("ci95_lower", "ci95_upper") and statistic_of(finding) != figure.statistic:
            end, by = _end_of_interval(figure.statistic, finding, metric), factor(finding.unit, metric.unit)
            return None if end is None or by is None else end * by
        return _converted(finding.value, finding.unit, metric.unit)

    def _of_statistic(self, figure: Figure, finding: Finding) -> bool:
        wanted, found = figure.statistic, statistic_of(finding)
        if wanted is None:
            return found in _PLAIN
        if wanted in ("any", found):
            return True
        if wanted in ("ci95_lower", "ci95_upper"):
            return (
                found in _WITH_AN_INTERVAL and _end_of_interval(wanted, finding, self.metric(figure.metric)) is not None
            )
        return False

    def _chosen(self, figure: Figure, finding: Finding) -> bool:
        return all(self.holds(test, finding) for test in figure.tests) and not any(
            finding.attributes.get(name) for name in figure.without
        )

    def holds(self, test: Test, finding: Finding) -> bool:
        """Whether a finding's attribute is as a condition wants it; one that is not stated is not."""
        return self._fits(test.operator, test.bound, finding.attributes.get(test.attribute))

    def _fits(self, operator: Operator, bound: Bound, value: bool | int | float | str | None) -> bool:
        if value is None:
            return False
        if isinstance(bound, Amount):
            amount = self.amount(bound)
            if amount is None or isinstance(value, bool | str):
                return False
            return compared(operator, exact(value), amount)
        values = self.allowed(bound) if isinstance(bound, NeedList) else bound
        return values is not None and not values.isdisjoint(_words(value))


def written(value: object) -> Fraction | None:
    """A need as an exact figure; None where it is none."""
    if isinstance(value, str):
        return exact(value) if _WRITTEN_OUT.fullmatch(value.strip()) else None
    return exact(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _converted(value: float, unit: str | None, wanted: str) -> Fraction | None:
    by = factor(unit, wanted)
    return None if by is None else exact(value) * by


@lru_cache(maxsize=4096)
def exact(value: float | str) -> Fraction:
    """A figure in exact decimals, as it is written."""
    return Fraction(str(value) if isinstance(value, float) else value)


def compared(operator: Operator, value: Fraction, bound: Fraction) -> bool:
    """Whether a value stands to a bound as the operator says.

    Both to twelve digits, so that 32.55 ms read as seconds are 32.55 ms again, and five minutes a twelfth of an hour.
    """
    one, other = (_TWELVE_DIGITS.divide(Decimal(each.numerator), Decimal(each.denominator)) for each in (value, bound))
    match operator:
        case "<=":
            return one <= other
        case ">=":
            return one >= other
        case "<":
            return one < other
        case ">":
            return one > other
        case _:
            return one == other


def statistic_of(finding: Finding) -> str | None:
    """The statistic of a finding, under the one name that rules have for it."""
    return _plain_statistic(finding.statistic) if finding.statistic else None


@lru_cache(maxsize=256)
def _plain_statistic(given: str) -> str | None:
    plain = _plain(given)
    return _ALIKE.get(plain, plain)


@lru_cache(maxsize=256)
def _percentile(statistic: str | None) -> float | None:
    """The rank of a percentile; the least value is the 0th, the largest the 100th."""
    if statistic in ("min", "max"):
        return 0.0 if statistic == "min" else 100.0
    match = _PERCENTILE.fullmatch(statistic or "")
    return float(match[1]) if match else None


def _end_of_interval(statistic: str, finding: Finding, metric: Metric) -> Fraction | None:
    """The end of the 95 % interval in the finding's unit.

    From the standard error, or for a share of cases from their number (Wilson, 1927). A difference of two shares is no
    share itself: its metric has a unit of its own, such as {change}.
    """
    value, sign = finding.value, -1 if statistic == "ci95_lower" else 1
    error, cases = finding.attributes.get("stderr"), finding.attributes.get("n")
    if value is None:
        return None
    if isinstance(error, int | float) and not isinstance(error, bool) and error >= 0:
        return exact(value) + sign * exact(_Z) * exact(error)
    if not isinstance(cases, int | float) or isinstance(cases, bool) or cases < 1:
        return None
    if metric.unit not in _OF_A_SHARE or finding.unit not in _OF_A_SHARE:
        return None
    by = factor(finding.unit, "1") or Fraction(1)
    share, number = exact(value) * by, float(min(cases, _MOST_CASES))
    if not 0 <= share <= 1:
        return None
    middle = float(share) + _Z**2 / (2 * number)
    half = _Z * sqrt(float(share * (1 - share)) / number + _Z**2 / (4 * number**2))
    return exact((middle + sign * half) / (1 + _Z**2 / number)) / by


def _plain(text: str) -> str:
    return text.strip().casefold()


def _words(value: bool | int | float | str) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset({"yes", "true"}) if value else frozenset({"no", "false"})
    return frozenset({_plain(str(value))})
