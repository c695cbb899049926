"""Grades: how strongly an item of evidence speaks."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import IntEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer

GradeName = Literal["asserted", "documented", "demonstrated", "measured"]


class Grade(IntEnum):
    """How strongly evidence speaks; the value is the highest level that it can prove."""

    ASSERTED = 1
    DOCUMENTED = 2
    DEMONSTRATED = 3
    MEASURED = 4

    def __str__(self) -> GradeName:
        return _NAMES[self - 1]

    def lowered(self) -> "Grade":
        """One grade less, down to asserted."""
        return _GRADES[max(1, self - 1)]


_NAMES: tuple[GradeName, ...] = ("asserted", "documented", "demonstrated", "measured")
_GRADES: tuple[Grade, ...] = (Grade.ASSERTED, *Grade)  # by value


def _from_name(given: object) -> object:
    for grade in Grade:
        if given == str(grade) or given is grade:
            return grade
    raise ValueError("takes 'asserted', 'documented', 'demonstrated' or 'measured'")


NamedGrade = Annotated[Grade, BeforeValidator(_from_name), PlainSerializer(str)]
"""A grade written by its name in documents and catalogues."""

ShelfLives = Mapping[Grade, timedelta]
"""How long each grade lasts; no entry: for ever."""


def aged(grade: Grade, observed_on: date | None, day: date, shelf_lives: ShelfLives) -> Grade:
    """The grade that still counts on `day`: the best of what any grade up to `grade` would be.

    Each loses one for every shelf life passed: day 90 of 90 still counts whole, day 91 one less. Undated, or
    not yet observed, it is somebody's word.
    """
    if observed_on is None or observed_on > day:
        return Grade.ASSERTED
    days_old = (day - observed_on).days
    life = shelf_lives.get(grade)
    if life is None or days_old <= life.days:
        return grade
    best = 1
    for each in range(2, grade + 1):
        life = shelf_lives.get(_GRADES[each])
        lapses = 0 if life is None else max(0, days_old - 1) // life.days
        best = max(best, each - lapses)
    return _GRADES[best]


def ageing_days(
    grade: Grade, observed_on: date, after: date, shelf_lives: ShelfLives, until: date = date.max
) -> list[date]:
    """The days later than `after`, and by `until`, on which `aged` may give something new.

    The day on which the item is observed, and the day after each shelf life.
    """
    last = (until - observed_on).days
    if observed_on > after:
        days = [0]
        past = -1
    else:
        days = []
        past = (after - observed_on).days
    for each in range(2, grade + 1):
        life = shelf_lives.get(_GRADES[each])
        if life is not None:
            days += [day for lapse in range(1, each) if past < (day := lapse * life.days + 1) <= last]
    return [observed_on + timedelta(days=day) for day in days if day <= last]
