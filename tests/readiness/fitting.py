"""Findings that just fit a rule, made out of the rule itself: at its thresholds, under its load, for its time."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from app.finding import Finding
from app.readiness.amount import Amount
from app.readiness.assessment import NeedValue
from app.readiness.catalogue import Catalogue
from app.readiness.rule import Against, Piece
from app.readiness.rule_text import Bound, Figure, NeedList, Operator, Test
from app.readiness.unit import MONEY
from app.readiness.yardstick import written

Needs = Mapping[str, NeedValue]
Attributes = dict[str, bool | int | float | str]

_A_LITTLE = 0.01
_FINE = 10**6


def every_need(catalogue: Catalogue) -> Needs:
    """Every need of a catalogue, written down as in its example."""
    return {key: need.example for key, need in catalogue.needs.items()}


def meeting(piece: Piece, catalogue: Catalogue, needs: Needs) -> tuple[Finding, ...]:
    """The findings of one item that meets a piece."""
    return tuple(finding for figure in piece.figures for finding in _made(figure, piece.figures, catalogue, needs))


def speaking(rule: Against, catalogue: Catalogue, needs: Needs) -> tuple[Finding, ...]:
    """The findings of one item in which a rule hears what speaks against a level."""
    figures = (rule.figure, *rule.given)
    return tuple(finding for figure in figures for finding in _made(figure, (figure,), catalogue, needs))


def _made(figure: Figure, beside: Sequence[Figure], catalogue: Catalogue, needs: Needs) -> list[Finding]:
    metric = catalogue.metrics[figure.metric]
    currency = needs.get("currency")
    attributes: Attributes = {}
    for test in figure.tests:
        attributes[test.attribute] = _attribute(test, figure.tests, needs)
    if figure.attribute and figure.operator and figure.bound is not None:
        attributes[figure.attribute] = _fitting(figure.operator, figure.bound, needs)
    of_metric = [each for each in beside if each.metric == figure.metric]
    for each in of_metric:  # what is counted by an attribute has to be where it is compared, and the other way round
        if each.attribute and each.operator and each.bound is not None:
            attributes[each.attribute] = _fitting(each.operator, each.bound, needs)
        for test in each.tests if figure.quantity == "different" else ():
            attributes.setdefault(test.attribute, _attribute(test, each.tests, needs))
    value = _value(figure, of_metric, needs)
    made = Finding(
        metric=metric.key,
        statistic=None if figure.statistic == "any" else figure.statistic,
        value=value,
        unit=str(currency) if metric.unit == MONEY else metric.unit,
        attributes=attributes,
    )
    if figure.quantity != "different" or not isinstance(figure.bound, Amount):
        return [made]
    times = int(_amount(figure.bound, needs))
    name = figure.different or ""
    return [
        Finding(
            metric=made.metric,
            statistic=made.statistic,
            value=value,
            unit=made.unit,
            attributes={**attributes, name: f"{name} {number}"},
        )
        for number in range(1, times + 1)
    ]


def _value(figure: Figure, beside: Sequence[Figure], needs: Needs) -> float:
    """A value that fits what is asked of the metric in all: the figure itself first, else one beside it."""
    asked = [each for each in (figure, *beside) if each.reads_value and isinstance(each.bound, Amount)]
    for each in asked:
        if each.operator and isinstance(each.bound, Amount):
            return _number(each.operator, _amount(each.bound, needs))
    return 1.0


def _attribute(test: Test, tests: Sequence[Test], needs: Needs) -> bool | int | float | str:
    """What fits a condition; of two on one attribute the lower bound decides."""
    same = [each for each in tests if each.attribute == test.attribute]
    least = next((each for each in same if each.operator in (">=", ">")), test)
    return _fitting(least.operator, least.bound, needs)


def _fitting(operator: Operator, bound: Bound, needs: Needs) -> bool | int | float | str:
    match bound:
        case Amount():
            return _number(operator, _amount(bound, needs))
        case NeedList(key):
            value = needs[key]
            assert isinstance(value, tuple)
            return value[0]
        case _:
            word = min(bound)
            return word == "yes" if word in ("yes", "no") else word


def _number(operator: Operator, bound: Fraction) -> float:
    """The figure nearest to a bound that fits it: a ninth, say, cannot be written in decimals."""
    nearest = float(bound)
    match operator:
        case "<":
            return nearest - _A_LITTLE
        case ">":
            return nearest + _A_LITTLE
        case ">=":
            return ceil(bound * _FINE) / _FINE
        case "<=":
            return floor(bound * _FINE) / _FINE
        case _:
            return nearest


def _amount(bound: Amount, needs: Needs) -> Fraction:
    found = bound.of({key: value for key in bound.needs if (value := written(needs.get(key))) is not None})
    assert found is not None, bound
    return found
