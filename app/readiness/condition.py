"""When a question, a gate or a tier applies: a condition on the profile, written as text.

    deployment any {cloud-gpu, on-prem} and parameters_b >= 100 or tools = yes

`and` binds closer than `or`; there are no brackets.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Literal, cast

from app.readiness.profile import PROFILE_FIELDS, Profile, ProfileValue

Operator = Literal["any", "only", "none of", "in", "=", ">="]

_TERM = re.compile(r"(?P<field>\w+)\s+(?P<operator>any|only|none of|in)\s*\{(?P<values>[^{}]*)\}|"
                   r"(?P<one>\w+)\s*(?P<sign>=|>=)\s*(?P<value>[\w.-]+)")  # fmt: skip
_FLAGS = {"yes": True, "no": False}
_PROFILES_TRIED = 50_000


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of one field."""

    field: str
    operator: Operator
    values: frozenset[str]
    number: float = 0.0  # for >=

    def holds(self, profile: Profile, *, blank: bool) -> bool:
        """Whether the profile fulfils this term; a blank field gives `blank`."""
        value = profile.value(self.field)
        return blank if value is None else self._fits(value)

    def _fits(self, value: ProfileValue) -> bool:
        if isinstance(value, Set):
            match self.operator:
                case "any":
                    return not self.values.isdisjoint(value)
                case "only":
                    return value <= self.values
                case _:
                    return self.values.isdisjoint(value)
        if isinstance(value, bool):
            return _FLAGS[next(iter(self.values))] is value
        if isinstance(value, float | int):
            return value >= self.number
        return value in self.values


@dataclass(frozen=True, slots=True)
class Condition:
    """Terms joined by `and`, those joined by `or`. Made by `parse`; prints as it was written."""

    text: str
    alternatives: tuple[tuple[Term, ...], ...]

    def holds(self, profile: Profile, *, blank: bool = True) -> bool:
        """Whether the profile fulfils it. `blank` says how a blank field counts: by default as fulfilling."""
        return any(all(term.holds(profile, blank=blank) for term in terms) for terms in self.alternatives)

    @property
    def fields(self) -> frozenset[str]:
        """The profile fields that it reads."""
        return frozenset(term.field for terms in self.alternatives for term in terms)

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Condition:
    """Read a condition.

    Raises:
        ValueError: it is not one, or names a field or a value that no profile has; the message says which.
    """
    alternatives = tuple(
        tuple(_term(part.strip()) for part in re.split(r"\s+and\s+", alternative.strip()))
        for alternative in re.split(r"\s+or\s+", text.strip())
    )
    return Condition(text.strip(), alternatives)


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a condition: write field any {{a, b}}, field = a or field >= 100")
    key = match["field"] or match["one"]
    if key not in PROFILE_FIELDS:
        raise ValueError(f"no profile has a field '{key}'; there are {', '.join(PROFILE_FIELDS)}")
    operator = cast(Operator, match["operator"] or match["sign"])
    field = PROFILE_FIELDS[key]
    fitting: dict[str, tuple[str, ...]] = {
        "set": ("any", "only", "none of"),
        "choice": ("in", "="),
        "text": ("in", "="),
        "flag": ("=",),
        "number": (">=",),
        "date": (),
    }
    if operator not in fitting[field.kind]:
        does = " or ".join(fitting[field.kind]) or "nothing"
        raise ValueError(f"'{operator}' does not fit {key}, which can be compared by {does}")
    if operator == ">=":
        try:
            return Term(key, operator, frozenset(), float(match["value"]))
        except ValueError:
            raise ValueError(f"{key} is compared with a number, not '{match['value']}'") from None
    written = match["value"] if match["sign"] else match["values"]
    values = frozenset(value.strip() for value in written.split(",") if value.strip())
    known = _FLAGS if field.kind == "flag" else field.values
    unknown = sorted(values - set(known)) if known else []
    if unknown or not values:
        raise ValueError(f"{key} has no value '{', '.join(unknown)}'; there are {', '.join(known)}")
    return Term(key, operator, values)


def can_hold(conditions: Iterable[Condition]) -> bool:
    """Whether some fully stated profile fulfils all the conditions at once: tried out, field by field.

    Where that would be too many profiles to try, nothing is said against the conditions.
    """
    wanted = tuple(conditions)
    keys = sorted(frozenset[str]().union(*(condition.fields for condition in wanted)))
    examples = [_examples(key, wanted) for key in keys]
    if prod(map(len, examples)) > _PROFILES_TRIED:
        return True
    for values in product(*examples):
        profile = Profile(**dict(zip(keys, values, strict=True)))  # type: ignore[arg-type]
        if all(condition.holds(profile, blank=False) for condition in wanted):
            return True
    return False


def _examples(key: str, conditions: tuple[Condition, ...]) -> list[ProfileValue]:
    field = PROFILE_FIELDS[key]
    terms = [term for each in conditions for alternative in each.alternatives for term in alternative]
    mine = [term for term in terms if term.field == key]
    match field.kind:
        case "set":
            values = sorted(field.values)
            return [frozenset(some) for size in range(1, len(values) + 1) for some in combinations(values, size)]
        case "flag":
            return [True, False]
        case "number":
            return [*(term.number for term in mine), 0.001]
        case _:
            return [*sorted(field.values or frozenset().union(*(term.values for term in mine))), "another"]
