"""A question's rules in words: what each level takes and what speaks against it, with the pilot's own needs filled in.

Made from the rules themselves, so that the page that asks and the catalogue that explains cannot say otherwise.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.readiness.amount import Amount
from app.readiness.assessment import NeedValue
from app.readiness.catalogue import Catalogue, Question
from app.readiness.rule import Metric
from app.readiness.rule_text import Bound, Figure, NeedList, Operator, Test
from app.readiness.unit import MONEY
from app.readiness.yardstick import written

Needs = Mapping[str, NeedValue]

_STATISTICS = {
    "p50": "median",
    "max": "highest",
    "min": "lowest",
    "std": "standard deviation",
    "ci95_lower": "lower end of the 95 % interval",
    "ci95_upper": "upper end of the 95 % interval",
    "any": "",
}
_COMPARED: Mapping[Operator, str] = {
    "<=": "at most",
    ">=": "at least",
    "<": "below",
    ">": "above",
    "=": "",
    "in": "one of",
}
_TOO_LONG = 10**15
_SECONDS = ((86_400, "days"), (3600, "hours"), (60, "minutes"))


@dataclass(frozen=True, slots=True)
class FigureTold:
    """A figure of a rule in words."""

    words: str
    unwritten: tuple[str, ...]  # titles of the needs that it compares with and that are not written down
    subject: str = ""  # what is compared: Time to the first word, p95
    threshold: str = ""  # with what: at most 1,500 ms
    asked: str = ""  # the same without what it leaves out, which whoever looks for it need not be told


@dataclass(frozen=True, slots=True)
class PieceTold:
    """One thing that a level needs."""

    title: str
    figures: tuple[FigureTold, ...]
    several: bool  # whether several items may meet it together


@dataclass(frozen=True, slots=True)
class LevelTold:
    """One way to show a level: every piece of it."""

    level: int
    pieces: tuple[PieceTold, ...]


@dataclass(frozen=True, slots=True)
class AgainstTold:
    """What holds the answer down to a level."""

    level: int
    figure: FigureTold
    given: tuple[FigureTold, ...]


@dataclass(frozen=True, slots=True)
class RulesTold:
    """How a question reads findings."""

    supports: tuple[LevelTold, ...]  # the lowest level first
    against: tuple[AgainstTold, ...]
    unwritten: tuple[str, ...]  # keys of the needs that its rules read and that are not written down


def rules_told(catalogue: Catalogue, question: Question, needs: Needs | None = None) -> RulesTold | None:
    """A question's rules in words; None where it reads no findings.

    Args:
        catalogue: whose metrics and needs they read.
        question: whose rules they are.
        needs: what the pilot has written down; None: no pilot is meant, and needs are named.
    """
    rules = question.rules
    if not rules.figures:
        return None
    read = dict.fromkeys(key for figure in rules.figures for key in figure.needs)
    return RulesTold(
        supports=tuple(
            LevelTold(
                rule.level,
                tuple(
                    PieceTold(
                        each.title,
                        tuple(figure_told(figure, catalogue, needs) for figure in each.figures),
                        each.together is not None,
                    )
                    for each in rule.pieces
                ),
            )
            for rule in sorted(rules.supports, key=lambda rule: rule.level)
        ),
        against=tuple(
            AgainstTold(
                rule.level,
                figure_told(rule.figure, catalogue, needs),
                tuple(figure_told(each, catalogue, needs) for each in rule.given),
            )
            for rule in sorted(rules.against, key=lambda rule: rule.level)
        ),
        unwritten=() if needs is None else tuple(key for key in read if not _written(needs.get(key))),
    )


def figure_told(figure: Figure, catalogue: Catalogue, needs: Needs | None = None) -> FigureTold:
    """A figure in words: Time to the first word, p95: at most 1,500 ms, where concurrency is at least 400."""
    metric = catalogue.metrics[figure.metric]
    subject = ", ".join(filter(None, (metric.title, _attribute(figure), _statistic(figure.statistic), _all(figure))))
    threshold = _compared(figure, metric, catalogue, needs) if figure.operator else ""
    words = f"{subject}: {threshold}" if threshold else subject
    if figure.tests:
        words += f", where {' and '.join(_test(test, catalogue, needs) for test in figure.tests)}"
    asked = words
    if figure.without:
        words += f", leaving out what is marked {' or '.join(_plain(each) for each in figure.without)}"
    unwritten = () if needs is None else tuple(_titles(figure, catalogue, needs))
    return FigureTold(words, unwritten, subject, threshold, asked)


def figure_text(value: Fraction, unit: str, currency: str | None = None) -> str:
    """A value with its unit as people write it: 1,500 ms; 900 seconds as 15 minutes."""
    if unit == "s":
        for seconds, noun in _SECONDS:
            if value >= 2 * seconds and (value / seconds).denominator <= 10:
                return f"{_number(value / seconds)} {noun}"
    if unit == MONEY:
        amount = _shortened(value) if abs(value) >= _TOO_LONG else f"{float(value):,.2f}".removesuffix(".00")
        return f"{amount} {currency}" if currency else amount
    named = unit_text(unit)
    return f"{_number(value)} {named}" if named else _number(value)


def unit_text(unit: str) -> str:
    """A unit as people write it: tokens/s for {token}/s; nothing for a bare number."""
    return "" if unit == "1" else re.sub(r"\{([^{}]*)\}", r"\1s", unit)


def _statistic(statistic: str | None) -> str:
    return "" if statistic is None else _STATISTICS.get(statistic, statistic)


def _attribute(figure: Figure) -> str:
    return _plain(figure.attribute) if figure.attribute else ""


def _all(figure: Figure) -> str:
    match figure.quantity:
        case "every":
            return "each that is found"
        case "total":
            return "added up"
        case "different":
            return f"counted by {_plain(figure.different or '')}"
        case "some":
            return ""


def _compared(figure: Figure, metric: Metric, catalogue: Catalogue, needs: Needs | None) -> str:
    bound, operator = figure.bound, figure.operator
    if operator is None or bound is None:
        raise AssertionError("a figure that compares has something to compare with")
    unit = metric.unit if figure.reads_value else "1"
    if (
        unit == "1"
        and figure.reads_value
        and operator == "="
        and isinstance(bound, Amount)
        and bound.text in ("0", "1")
    ):
        return "yes" if bound.text == "1" else "no"
    return _bound(operator, bound, unit, catalogue, needs)


def _bound(operator: Operator, bound: Bound, unit: str, catalogue: Catalogue, needs: Needs | None) -> str:
    compared = _COMPARED[operator]
    match bound:
        case Amount():
            said = _amount(bound, unit, catalogue, needs)
        case NeedList(key):
            said = _listed(key, catalogue, needs)
        case _:
            said = ", ".join(sorted(bound))
            compared = compared if len(bound) > 1 else ""
    return f"{compared} {said}".strip()


def _amount(bound: Amount, unit: str, catalogue: Catalogue, needs: Needs | None) -> str:
    """What it comes to for this pilot; where that is not known, which needs it waits for."""
    if not bound.needs:
        value = bound.of({})
        return bound.text if value is None else figure_text(value, unit)
    named = re.sub(r"need\.([a-z][a-z0-9_]*)", lambda found: _named(found[1], catalogue), bound.text)
    named = named.replace("*", "×").replace(" - ", " − ")
    if needs is None:
        return named
    value = bound.of({key: figure for key in bound.needs if (figure := written(needs.get(key))) is not None})
    if value is None:
        return f"{named} (not written down yet)"
    if unit == "1" and {catalogue.needs[key].unit for key in bound.needs} == {"share"}:
        return f"{_number(100 * value)} % ({named})"
    currency = needs.get("currency")
    return f"{figure_text(value, unit, currency if isinstance(currency, str) else None)} ({named})"


def _listed(key: str, catalogue: Catalogue, needs: Needs | None) -> str:
    named = _named(key, catalogue)
    if needs is None:
        return named
    value = needs.get(key)
    if not _written(value):
        return f"{named} (not written down yet)"
    return f"{', '.join(value) if isinstance(value, tuple) else value} ({named})"


def _test(test: Test, catalogue: Catalogue, needs: Needs | None) -> str:
    return f"{_plain(test.attribute)} is {_bound(test.operator, test.bound, '1', catalogue, needs)}"


def _titles(figure: Figure, catalogue: Catalogue, needs: Needs) -> Iterator[str]:
    for key in dict.fromkeys(figure.needs):
        if not _written(needs.get(key)):
            yield catalogue.needs[key].title


def _named(key: str, catalogue: Catalogue) -> str:
    return f"“{catalogue.needs[key].title}”"


def _written(value: NeedValue) -> bool:
    return value is not None and value != ()


def _plain(name: str) -> str:
    """An attribute's name as words."""
    return name.replace("_", " ").replace(".", " ")


def _number(value: Fraction) -> str:
    if abs(value) >= _TOO_LONG:
        return _shortened(value)
    return f"{float(value):,.6g}" if abs(value) < 10**6 else f"{float(value):,.0f}"


def _shortened(value: Fraction) -> str:
    """A number that nobody reads digit by digit, and that may be beyond what a float holds: 1e+308."""
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():.3g}".lower()
