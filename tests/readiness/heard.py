"""Files as readers read them and figures as people enter them, and how a question is scored with them."""

from collections.abc import Mapping
from typing import Any, Final

from app import library
from app.evidence.reading import Reading
from app.finding import Finding
from app.readiness.assessment import Evidence, NeedValue
from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade
from app.readiness.profile import Profile
from app.readiness.score import QuestionScore
from tests.make import answer, artefact, pilot, scored
from tests.readiness.fitting import every_need

CATALOGUE: Final = library.catalogue()
FIRST_LOOK: Final = library.catalogue("genai-first-look", "2")


def asked(
    given: Catalogue, key: str, level: int, *items: Evidence, needs: Mapping[str, NeedValue] | None = None
) -> QuestionScore:
    """The question as it is scored with these items, for a pilot whose blank profile makes every question apply."""
    written = every_need(given) if needs is None else needs
    return scored(given, {key: answer(level, *items)}, pilot=pilot(profile=Profile(), needs=written)).questions[key]


def of(reading: Reading, grade: Grade | None = None, days_old: int = 0) -> Evidence:
    """A file as it is kept once it was read; somebody may have declared another grade, which Ben confirmed."""
    read_grade = Grade[reading.grade.upper()]
    return artefact(
        grade or read_grade,
        days_old,
        *reading.findings,
        supports=None,
        read_grade=read_grade,
        confirmed_by="Ben" if grade else None,
    )


def entered(grade: Grade, *figures: Finding) -> Evidence:
    """Figures that Ann entered by hand and Ben confirmed."""
    return artefact(grade, 0, *figures, supports=None, kind="figure")


def figure(metric: str, value: float | None = 1.0, statistic: str | None = None, **attributes: Any) -> Finding:
    """A figure as a person enters it, in the metric's own unit."""
    unit = CATALOGUE.metrics[metric].unit
    return Finding(metric=metric, statistic=statistic, value=value, unit=unit, attributes=attributes)
