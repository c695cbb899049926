"""An amount that a rule compares with: figures and the pilot's own needs, joined by + - * / and brackets.

    need.peak_concurrency * (1 + need.reserve_share)

Worked out in exact fractions, so that 0.1 + 0.2 is not above 0.3.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul, sub

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|need\.(?P<need>[a-z][a-z0-9_]*)|(?P<sign>[-+*/()]))")
_DEEPEST = 20

Written = Mapping[str, Fraction]
"""The needs that are written down as figures, by key."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure to compare with, made by `amount`; prints as it was written."""

    text: str
    needs: tuple[str, ...]  # that it reads, in the order in which it names them
    worked_out: Callable[[Written], Fraction | None]

    def of(self, written: Written) -> Fraction | None:
        """What it comes to; None where a need that it reads is not written down, or it would divide by zero."""
        return self.worked_out(written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Amount) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


def amount(text: str) -> Amount:
    """Read an amount.

    Raises:
        ValueError: it is none; the message says where it stops making sense.
    """
    reader = _Reader(text)
    worked_out = reader.sum(0)
    if reader.ahead:
        raise ValueError(f"'{text}' is no amount: '{reader.ahead}' is not expected there")
    return Amount(" ".join(text.split()), tuple(dict.fromkeys(reader.needs)), worked_out)


_Worked = Callable[[Written], Fraction | None]


class _Reader:
    """Reads an amount from left to right, one token ahead."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self.needs: list[str] = []
        self.ahead: str | None = None
        self._match: re.Match[str] | None = None
        self._next()

    def sum(self, depth: int) -> _Worked:
        """Products joined by + and -."""
        left = self._product(depth)
        while self.ahead in ("+", "-"):
            does = add if self.ahead == "+" else sub
            self._next()
            left = _joined(does, left, self._product(depth))
        return left

    def _product(self, depth: int) -> _Worked:
        left = self._part(depth)
        while self.ahead in ("*", "/"):
            does = mul if self.ahead == "*" else _divided
            self._next()
            left = _joined(does, left, self._part(depth))
        return left

    def _part(self, depth: int) -> _Worked:
        match, ahead = self._match, self.ahead
        if depth > _DEEPEST:
            raise ValueError(f"'{self._text}' nests too deep")
        if ahead == "-":
            self._next()
            return _joined(
                sub, lambda _: Fraction(0), self._part(depth + 1) if depth < _DEEPEST else self.sum(depth + 1)
            )
        if ahead == "(":
            self._next()
            inside = self.sum(depth + 1)
            if self.ahead != ")":
                raise ValueError(f"'{self._text}' lacks a closing bracket")
            self._next()
            return inside
        if match is None or not (match["number"] or match["need"]):
            found = f", not '{ahead}'" if ahead else ""
            raise ValueError(f"'{self._text}' is no amount: a figure or need.… is expected{found}")
        self._next()
        if match["number"]:
            figure = Fraction(match["number"])
            return lambda _: figure
        key = match["need"]
        self.needs.append(key)
        return lambda written: written.get(key)

    def _next(self) -> None:
        rest = self._text[self._at :]
        if not rest.strip():
            self._match, self.ahead = None, None
            return
        self._match = _TOKEN.match(self._text, self._at)
        if self._match is None:
            raise ValueError(f"'{self._text}' is no amount: '{rest.strip()[:20]}' cannot be read")
        self._at = self._match.end()
        self.ahead = self._match[0].strip()


def _joined(does: Callable[[Fraction, Fraction], Fraction | None], left: _Worked, right: _Worked) -> _Worked:
    def both(written: Written) -> Fraction | None:
        one, other = left(written), right(written)
        return None if one is None or other is None else does(one, other)

    return both


def _divided(one: Fraction, other: Fraction) -> Fraction | None:
    return one / other if other else None
