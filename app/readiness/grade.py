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
        names: dict[int, GradeName] = {1: "asserted", 2: "documented", 3: "demonstrated", 4: "measured"}
        return names[self.value]

    def lowered(self) -> "Grade":
        """One grade less, down to asserted."""
        return Grade(max(Grade.ASSERTED, self - 1))


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
    return max(_after(days_old, each, shelf_lives) for each in Grade if each <= grade)


def _after(days_old: int, grade: Grade, shelf_lives: ShelfLives) -> Grade:
    if grade not in shelf_lives:
        return grade
    lapses = max(0, days_old - 1) // shelf_lives[grade].days
    return Grade(max(Grade.ASSERTED, grade - lapses))


def ageing_days(grade: Grade, observed_on: date, shelf_lives: ShelfLives) -> list[date]:
    """The days on which `aged` may give something new: the day it is observed, and each day after a shelf life."""
    return [
        observed_on,
        *(
            observed_on + lapse * shelf_lives[each] + timedelta(days=1)
            for each in Grade
            if each <= grade and each in shelf_lives
            for lapse in range(1, each)
        ),
    ]
