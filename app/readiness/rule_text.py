"""A figure of a rule, as text: which findings it reads, and what it compares them with.

    [every | total | different ATTRIBUTE of] [STATISTIC] METRIC[.ATTRIBUTE] [<= | >= | < | > | = | in BOUND]
        [with ATTRIBUTE >= BOUND and …] [without ATTRIBUTE, …]

Without a word before it, one finding is enough; `every` asks it of all that are read; `total` adds their values up;
`different month of` counts how many months they speak of. A bound is an amount, a word, `need.…` or `{a, b}`.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from app.readiness.amount import Amount, amount

Quantity = Literal["some", "every", "total", "different"]
Operator = Literal["<=", ">=", "<", ">", "=", "in"]


@dataclass(frozen=True, slots=True)
class NeedList:
    """A need that lists what is allowed."""

    key: str


Bound = Amount | frozenset[str] | NeedList

_PERCENTILE = re.compile(r"p\d{1,2}(\.\d+)?")
_STATISTICS = frozenset({"mean", "max", "min", "sum", "count", "std", "ci95_lower", "ci95_upper", "any", "latest"})
_HEAD = re.compile(
    r"(?:(?P<quantity>every|total)\s+|different\s+(?P<different>[a-z_][a-z0-9_]*)\s+of\s+)?"
    r"(?P<words>[a-z][\w.]*(?:\s+[a-z][\w.]*)?)\s*(?:(?P<operator><=|>=|<|>|=|\bin\b)\s*(?P<bound>.+))?"
)
_TEST = re.compile(r"(?P<attribute>[A-Za-z_][\w.]*)\s*(?P<operator><=|>=|<|>|=|\bin\b)\s*(?P<bound>.+)")
_ATTRIBUTE = re.compile(r"[A-Za-z_][\w.]*")
_WORD = re.compile(r"[A-Za-z][\w.:-]*")
_METRIC = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on an attribute of a finding."""

    attribute: str
    operator: Operator
    bound: Bound


@dataclass(frozen=True, slots=True)
class Figure:
    """What a rule reads and compares. Made by `figure`; prints as it was written."""

    text: str
    quantity: Quantity
    metric: str
    statistic: str | None  # None: stated without one, or as a sum or count
    attribute: str | None  # the one that is compared; None: the value
    operator: Operator | None  # None: that it is found is enough
    bound: Bound | None
    tests: tuple[Test, ...]
    without: tuple[str, ...]
    different: str | None = None  # the attribute whose different values are counted

    @property
    def reads_value(self) -> bool:
        """Whether the bound stands against the finding's value, in the metric's unit."""
        return self.attribute is None and self.different is None

    @property
    def needs(self) -> tuple[str, ...]:
        """The needs that it reads."""
        return tuple(key for bound in (self.bound, *(test.bound for test in self.tests)) for key in bound_needs(bound))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figure) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


def figure(text: str) -> Figure:
    """Read a figure of a rule.

    Raises:
        ValueError: it is none; the message says why.
    """
    whole = " ".join(text.split())
    rest, _, without = whole.partition(" without ")
    head, _, tests = rest.partition(" with ")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise ValueError(f"'{whole}' is no figure: write p95 metric <= need.key with attribute >= 10")
    words = match["words"].split()
    statistic = words[0] if len(words) == 2 else None
    if statistic and not (_PERCENTILE.fullmatch(statistic) or statistic in _STATISTICS):
        raise ValueError(f"'{whole}': '{statistic}' is no statistic")
    metric, _, attribute = words[-1].partition(".")
    if not _METRIC.fullmatch(metric):
        raise ValueError(f"'{whole}': '{metric}' is no metric's key: small letters, digits and _")
    operator = cast(Operator | None, match["operator"])
    quantity: Quantity = "different" if match["different"] else cast(Quantity, match["quantity"] or "some")
    if quantity in ("total", "different") and operator not in (">=", ">"):
        raise ValueError(f"'{whole}': what is added up or counted is compared by >= or >")
    if quantity == "total" and attribute:
        raise ValueError(f"'{whole}': only values are added up")
    return Figure(
        text=whole,
        quantity=quantity,
        metric=metric,
        statistic=statistic,
        attribute=attribute or None,
        operator=operator,
        bound=_bound(whole, operator, match["bound"]) if operator else None,
        tests=tuple(_test(whole, part) for part in tests.split(" and ")) if tests else (),
        without=tuple(_attribute(whole, part.strip()) for part in without.split(",")) if without else (),
        different=match["different"],
    )


def _test(whole: str, text: str) -> Test:
    match = _TEST.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{whole}': '{text.strip()}' is no condition on an attribute")
    operator = cast(Operator, match["operator"])
    return Test(match["attribute"], operator, _bound(whole, operator, match["bound"]))


def _attribute(whole: str, text: str) -> str:
    if not _ATTRIBUTE.fullmatch(text):
        raise ValueError(f"'{whole}': '{text}' is no attribute; what is left out stands last: without one, another")
    return text


def _bound(whole: str, operator: Operator, text: str) -> Bound:
    given = text.strip()
    if operator == "in":
        if given.startswith("need."):
            return NeedList(given.removeprefix("need."))
        if given.startswith("{") and given.endswith("}"):
            values = frozenset(part.strip().casefold() for part in given[1:-1].split(",") if part.strip())
            if values:
                return values
        raise ValueError(f"'{whole}': after 'in' stands need.key or {{a, b}}")
    if operator == "=" and _WORD.fullmatch(given) and not given.startswith("need."):
        return frozenset({given.casefold()})
    try:
        return amount(given)
    except ValueError as error:
        raise ValueError(f"'{whole}': {error}") from None


def bound_needs(bound: Bound | None) -> tuple[str, ...]:
    """The needs that a bound reads."""
    match bound:
        case Amount():
            return bound.needs
        case NeedList(key):
            return (key,)
        case _:
            return ()
