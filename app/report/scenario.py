"""What calculators came to for a pilot, as a report tells it. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.readiness.catalogue import Question


@dataclass(frozen=True, slots=True)
class ScenarioFigure:
    """One of the main figures of a scenario, as people read it."""

    title: str
    value: str
    band: str | None = None  # how far to trust it


@dataclass(frozen=True, slots=True)
class ScenarioUse:
    """A question that a scenario is shown for."""

    question: str
    question_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioLine:
    """One scenario: what was calculated, what it came to, and what it is evidence for."""

    id: str
    name: str
    calculator: str
    calculator_title: str
    sentence: str
    figures: tuple[ScenarioFigure, ...]
    evidence_for: tuple[ScenarioUse, ...]
    worked_out_on: date
    by: str

    def of_dimensions(self, keys: Collection[str]) -> "ScenarioLine":
        """The scenario for a reader of these dimensions' answers: figures only where it is evidence in one of them."""
        uses = tuple(each for each in self.evidence_for if each.question.partition(".")[0] in keys)
        return replace(self, evidence_for=uses, figures=self.figures if uses else ())


def scenario_lines(
    scenarios: Iterable[ScenarioLine], as_of: date, questions: Mapping[str, Question]
) -> tuple[ScenarioLine, ...]:
    """The scenarios worked out by a day, with what they are evidence for as far as it is still asked.

    Args:
        scenarios: in the order in which they are told.
        as_of: the day.
        questions: those that are asked, by key.
    """
    return tuple(
        replace(
            each,
            evidence_for=tuple(
                ScenarioUse(use.question, questions[use.question].title)
                for use in each.evidence_for
                if use.question in questions
            ),
        )
        for each in scenarios
        if each.worked_out_on <= as_of
    )
