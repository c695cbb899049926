"""Runs: findings that were taken together, of one load, of one task, or a whole file.

Findings are of one run where they agree on some attributes; one that says nothing of an attribute belongs to every run.
What is heard in those that say the same is worked out once, however many runs they belong to: a file of a thousand
runs with a thousand figures for all of them takes no million steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.finding import Finding
from app.readiness.rule_text import Figure
from app.readiness.yardstick import Yardstick

Key = tuple[object, ...]
"""What findings say of the attributes on which they must agree; None for nothing."""


class Bunch:
    """Findings that say the same of those attributes, and what figures have heard in them so far."""

    __slots__ = ("_said", "_stated", "_sums", "findings")

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        self._said: dict[Figure, frozenset[bool | None]] = {}
        self._stated: dict[Figure, tuple[Finding, ...]] = {}
        self._sums: dict[Figure, Fraction] = {}

    def says(self, figure: Figure, yardstick: Yardstick) -> frozenset[bool | None]:
        """What the findings say to a figure: that they lie where they should, that they do not, or nothing."""
        known = self._said.get(figure)
        if known is None:
            known = self._said[figure] = frozenset(yardstick.says(figure, each) for each in self.findings)
        return known

    def stated(self, figure: Figure, yardstick: Yardstick) -> tuple[Finding, ...]:
        """Those that state what a figure adds up or counts."""
        known = self._stated.get(figure)
        if known is None:
            known = self._stated[figure] = tuple(each for each in self.findings if yardstick.states(figure, each))
        return known

    def sum(self, figure: Figure, yardstick: Yardstick) -> Fraction:
        """What those add up to. What is less than nothing adds nothing."""
        known = self._sums.get(figure)
        if known is None:
            values = (yardstick.measured(figure, each) for each in self.stated(figure, yardstick))
            known = self._sums[figure] = sum((each for each in values if each is not None and each > 0), Fraction(0))
        return known


@dataclass(frozen=True, slots=True)
class Run:
    """Findings that were taken together."""

    key: Mapping[str, object]  # what they agree on; None where none of them says it
    bunches: tuple[Bunch, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return tuple(finding for bunch in self.bunches for finding in bunch.findings)


def whole(findings: Iterable[Finding]) -> Run:
    """Findings that need not agree on anything."""
    return Run({}, (Bunch(findings),))


def runs(findings: Sequence[Finding], same: Sequence[str]) -> tuple[Run, ...]:
    """The runs of a file: those of its findings that agree on `same`."""
    if not same or not findings:
        return (whole(findings),) if findings else ()
    by_key: dict[Key, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(tuple(finding.attributes.get(name) for name in same), []).append(finding)
    bunches = {key: Bunch(each) for key, each in by_key.items()}
    return tuple(
        Run(dict(zip(same, key, strict=True)), tuple(bunches[each] for each in belonging))
        for key, belonging in belonging_to(bunches).items()
    )


def belonging_to(keys: Iterable[Key]) -> Mapping[Key, tuple[Key, ...]]:
    """The keys that say most, each with those that belong to it: they say the same, or nothing; itself included."""
    there = dict.fromkeys(keys)
    silences = dict.fromkeys(tuple(part is None for part in key) for key in there)
    if len(silences) < 2:
        return {key: (key,) for key in there}
    belonging = {
        key: tuple(dict.fromkeys(less for silence in silences if (less := _silenced(key, silence)) in there))
        for key in there
    }
    within_another = {less for key, each in belonging.items() for less in each if less != key}
    return {key: each for key, each in belonging.items() if key not in within_another}


def _silenced(key: Key, silence: tuple[bool, ...]) -> Key:
    """What is left of a key where some of it is not said."""
    return tuple(None if silent else part for part, silent in zip(key, silence, strict=True))
