"""A result as people read it: first its sentence, then its figures, then a picture. Values only; pages and papers draw.

What is written here is in plain words and cut to what a reader takes in; the exact figures stand in the output.
"""

from dataclasses import dataclass
from typing import Literal

Meaning = Literal["good", "bad", "plain"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that opens: into the term of that name, which says how it came about."""

    title: str
    value: str  # as people write it, with its unit: 1,240 tokens/s; EUR 18,400; not known
    term: str | None = None  # the name of the term that explains it
    band: str | None = None  # how far to trust it: 1,050 to 1,460, as nine measured points in ten lie


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the first cell of a row names it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a picture, labelled at its end."""

    name: str
    values: tuple[float | None, ...]  # one for each step of the axis; None where there is none
    meaning: Meaning = "plain"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over steps that are counted: months, years, people at once."""

    told: str  # the picture in a sentence, for whoever does not see it
    caption: str  # what to see in it, with the unit
    axis: tuple[str, ...]  # the name of each step
    lines: tuple[Line, ...]
    limit: tuple[str, float] | None = None  # a threshold across it, by its name
    fan: tuple[tuple[float, ...], tuple[float, ...]] | None = None  # the lower and the upper edge of a band behind


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from one value to another; from nothing where only its length counts."""

    name: str
    start: float
    end: float
    label: str  # at its end
    meaning: Meaning = "plain"


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars under each other: a tornado, costs by part, hosts by speed."""

    told: str
    caption: str
    bars: tuple[Bar, ...]
    middle: float | None = None  # the line that a tornado stands on


Picture = Lines | Bars


@dataclass(frozen=True, slots=True)
class Told:
    """A result as people read it."""

    sentence: str  # the answer: a finding, not a title
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    remarks: tuple[str, ...] = ()  # what keeps it from being more: assumptions, what was left out, what to measure
