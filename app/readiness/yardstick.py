"""What findings are measured by: the catalogue's metrics, and the needs that the pilot wrote down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from app.finding import Finding
from app.readiness.amount import Amount
from app.readiness.assessment import Needs
from app.readiness.catalogue import Catalogue
from app.readiness.rule import Metric, Rules
from app.readiness.rule_text import Bound, Figure, NeedList, Operator, Test
from app.readiness.unit import MONEY, factor

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_ALIKE = {"median": "p50", "avg": "mean", "average": "mean", "maximum": "max", "minimum": "min", "value": None}
_PLAIN = frozenset({None, "sum", "count"})
_WITH_AN_INTERVAL = frozenset({None, "mean"})
_OF_A_SHARE = ("1", "share")
_Z = 1.959964  # the normal distribution's 97.5th percentile: two of them around a value hold 95 of 100
_OPPOSITE: Mapping[Operator, Operator] = {"<=": ">", "<": ">=", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Compares findings with figures of rules."""

    catalogue: Catalogue
    needs: Needs

    def metric(self, key: str) -> Metric:
        """The metric of that key."""
        return self.catalogue.metrics[key]

    def amount(self, bound: Amount) -> Fraction | None:
        """What an amount comes to for this pilot; None where it did not write down a need that it reads."""
        return bound.of({key: value for key in bound.needs if (value := written(self.needs.get(key))) is not None})

    def unwritten(self, rules: Rules, level: int) -> tuple[str, ...]:
        """The needs that decide whether a level is reached, and that the pilot did not write down, in their order."""
        if not rules.supports and not rules.against:
            return ()
        wanted = set(rules.needs_below(level))
        if any(self.metric(key).unit == MONEY for key in rules.metrics_below(level)):
            wanted.add("currency")
        return tuple(key for key in self.catalogue.needs if key in wanted and self._blank(key))

    def _blank(self, key: str) -> bool:
        value = self.needs.get(key)
        if self.catalogue.needs[key].kind in ("number", "money"):
            return written(value) is None
        return not value

    def allowed(self, bound: NeedList) -> frozenset[str] | None:
        """What the pilot's list allows; None where it is not written down."""
        value = self.needs.get(bound.key)
        return frozenset(each.casefold() for each in value) if isinstance(value, tuple) and value else None

    def reads(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding is one of those that the figure speaks of, whatever its value."""
        return (
            self.metric(figure.metric).names_it(finding.metric)
            and self._of_statistic(figure, finding, figure.operator)
            and self._chosen(figure, finding)
        )

    def settles(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding decides the same as the figure of a rule that speaks against, one way or the other.

        A lower percentile within a limit, or a higher one beyond it, decides nothing.
        """
        if not (self.metric(figure.metric).names_it(finding.metric) and self._chosen(figure, finding)):
            return False
        if self._of_statistic(figure, finding, figure.operator) and (
            figure.statistic is None or _percentile(figure.statistic) is None or self.meets(figure, finding)
        ):
            return True
        opposite = _OPPOSITE.get(figure.operator) if figure.operator else None
        return (
            opposite is not None
            and self._of_statistic(figure, finding, opposite)
            and self.measured(figure, finding) is not None
            and not self.meets(figure, finding)
        )

    def meets(self, figure: Figure, finding: Finding) -> bool:
        """Whether a finding that is read lies where the figure wants it."""
        if figure.operator is None or figure.bound is None:
            return True
        if figure.attribute:
            return self._fits(figure.operator, figure.bound, finding.attributes.get(figure.attribute))
        value = self.measured(figure, finding)
        if value is None or not isinstance(figure.bound, Amount):
            return False
        bound = self.amount(figure.bound)
        return bound is not None and compared(figure.operator, value, bound)

    def measured(self, figure: Figure, finding: Finding) -> Fraction | None:
        """The finding's value in the metric's unit, or the end of its interval that the figure asks for."""
        metric = self.metric(figure.metric)
        if finding.value is None:
            return None
        if metric.unit == MONEY:
            currency = self.needs.get("currency")
            same = isinstance(currency, str) and finding.unit and finding.unit.casefold() == currency.casefold()
            by = Fraction(1) if same else None
        else:
            by = factor(finding.unit, metric.unit)
        if by is None:
            return None
        value = exact(finding.value)
        if figure.statistic in ("ci95_lower", "ci95_upper") and statistic_of(finding) != figure.statistic:
            end = _end_of_interval(figure.statistic, finding, self.metric(figure.metric))
            if end is None:
                return None
            value = end
        return value * by

    def _of_statistic(self, figure: Figure, finding: Finding, operator: Operator | None) -> bool:
        wanted, found = figure.statistic, statistic_of(finding)
        if wanted is None:
            return found in _PLAIN
        if wanted in ("any", found):
            return True
        if wanted in ("ci95_lower", "ci95_upper"):
            return (
                found in _WITH_AN_INTERVAL and _end_of_interval(wanted, finding, self.metric(figure.metric)) is not None
            )
        rank, other = _percentile(wanted), _percentile(found)
        if rank is None or other is None:
            return False
        return other >= rank if operator in ("<=", "<") else other <= rank

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
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return exact(value)
    except ValueError:
        return None


def exact(value: float | str) -> Fraction:
    """A figure as it is written, in exact decimals."""
    return Fraction(str(value))


def compared(operator: Operator, value: Fraction, bound: Fraction) -> bool:
    """Whether a value stands to a bound as the operator says."""
    match operator:
        case "<=":
            return value <= bound
        case ">=":
            return value >= bound
        case "<":
            return value < bound
        case ">":
            return value > bound
        case _:
            return value == bound


def statistic_of(finding: Finding) -> str | None:
    """The statistic of a finding, under the one name that rules have for it."""
    if not finding.statistic:
        return None
    plain = finding.statistic.strip().casefold()
    return _ALIKE.get(plain, plain)


def _percentile(statistic: str | None) -> float | None:
    """The rank of a percentile; the least value is the 0th, the largest the 100th."""
    if statistic in ("min", "max"):
        return 0.0 if statistic == "min" else 100.0
    match = _PERCENTILE.fullmatch(statistic or "")
    return float(match[1]) if match else None


def _end_of_interval(statistic: str, finding: Finding, metric: Metric) -> Fraction | None:
    """The end of the 95 % interval: from the standard error, or for a share of cases from their number (Wilson, 1927).

    A difference of two shares is none itself: its metric has a unit of its own, such as {change}.
    """
    value, sign = finding.value, -1 if statistic == "ci95_lower" else 1
    error, cases = finding.attributes.get("stderr"), finding.attributes.get("n")
    if value is None:
        return None
    if isinstance(error, int | float) and not isinstance(error, bool) and error >= 0:
        return exact(value) + sign * exact(_Z) * exact(error)
    if not isinstance(cases, int | float) or isinstance(cases, bool) or cases < 1 or not 0 <= value <= 1:
        return None
    if metric.unit not in _OF_A_SHARE or finding.unit not in (None, *_OF_A_SHARE):
        return None
    middle = value + _Z**2 / (2 * cases)
    half = _Z * sqrt(value * (1 - value) / cases + _Z**2 / (4 * cases**2))
    return exact((middle + sign * half) / (1 + _Z**2 / cases))


def _words(value: bool | int | float | str) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset({"yes", "true"}) if value else frozenset({"no", "false"})
    return frozenset({str(value).strip().casefold()})
