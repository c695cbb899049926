"""Every rule of the bundled catalogues, tried with figures that just fit it, made out of the rule itself."""

from collections.abc import Mapping

import pytest

from app import library
from app.finding import Finding
from app.readiness.assessment import Evidence, NeedValue
from app.readiness.catalogue import Catalogue, Question
from app.readiness.grade import Grade
from app.readiness.profile import Profile
from app.readiness.rule import Against, Supports
from app.readiness.score import QuestionScore
from tests.make import answer, artefact, pilot, scored
from tests.readiness.fitting import every_need, meeting, speaking

BUNDLED = [library.catalogue(*named) for named in library.available()]
ASKED = [(given, each) for given in BUNDLED for each in given.questions.values()]
SHOWN = [
    (f"{given.id} {given.version} {question.key} {rule.level} by rule {number}", given, question, rule)
    for given, question in ASKED
    for number, rule in enumerate(question.rules.supports, 1)
]
HELD = [
    (f"{given.id} {given.version} {question.key} {rule.figure}", given, question, rule)
    for given, question in ASKED
    for rule in question.rules.against
]


def needs_of(rule: Supports | Against) -> set[str]:
    """The needs that a rule reads."""
    if isinstance(rule, Against):
        return {key for each in (rule.figure, *rule.given) for key in each.needs}
    return {key for piece in rule.pieces for each in piece.figures for key in each.needs}


each_shown = pytest.mark.parametrize(
    ("given", "question", "rule"), [pytest.param(*each[1:], id=each[0]) for each in SHOWN]
)
each_shown_by_a_need = pytest.mark.parametrize(
    ("given", "question", "rule"), [pytest.param(*each[1:], id=each[0]) for each in SHOWN if needs_of(each[3])]
)
each_held = pytest.mark.parametrize(
    ("given", "question", "rule"), [pytest.param(*each[1:], id=each[0]) for each in HELD]
)
each_held_by_a_need = pytest.mark.parametrize(
    ("given", "question", "rule"), [pytest.param(*each[1:], id=each[0]) for each in HELD if needs_of(each[3])]
)


def asked(
    given: Catalogue, key: str, level: int, *items: Evidence, needs: Mapping[str, NeedValue] | None = None
) -> QuestionScore:
    """The question as it is scored with these items, for a pilot whose blank profile makes every question apply."""
    written = every_need(given) if needs is None else needs
    return scored(given, {key: answer(level, *items)}, pilot=pilot(profile=Profile(), needs=written)).questions[key]


def file(grade: int, *findings: Finding) -> Evidence:
    """A confirmed file of today with these findings; nothing is stated for it."""
    return artefact(Grade(grade), 0, *findings, supports=None)


@each_shown
def test_what_just_meets_a_rule_shows_its_level_and_speaks_against_nothing(
    given: Catalogue, question: Question, rule: Supports
) -> None:
    items = [file(rule.level, *meeting(piece, given, every_need(given))) for piece in rule.pieces]
    shown = asked(given, question.key, rule.level, *items)
    assert (shown.proven, shown.proof.contradicted) == (rule.level, False)


@each_shown
def test_with_a_piece_missing_it_shows_less(given: Catalogue, question: Question, rule: Supports) -> None:
    for missing in rule.pieces:
        others = [piece for piece in rule.pieces if piece is not missing]
        items = [file(rule.level, *meeting(piece, given, every_need(given))) for piece in others]
        shown = asked(given, question.key, rule.level, *items)
        assert shown.proven is not None
        assert shown.proven < rule.level


@each_shown_by_a_need
def test_without_the_need_written_down_it_shows_less(given: Catalogue, question: Question, rule: Supports) -> None:
    items = [file(rule.level, *meeting(piece, given, every_need(given))) for piece in rule.pieces]
    for key in needs_of(rule):
        left = {name: value for name, value in every_need(given).items() if name != key}
        shown = asked(given, question.key, rule.level, *items, needs=left)
        assert shown.proven is not None
        assert shown.proven < rule.level, key
        assert not shown.proof.contradicted


@each_held
def test_what_lies_beyond_a_threshold_contradicts(given: Catalogue, question: Question, rule: Against) -> None:
    found = speaking(rule, given, every_need(given))
    shown = asked(given, question.key, 4, file(Grade.MEASURED, *found))
    assert shown.proof.contradicted
    assert shown.proof.cap is not None
    assert shown.proof.cap <= rule.level


@each_held_by_a_need
def test_what_was_not_written_down_cannot_be_missed(given: Catalogue, question: Question, rule: Against) -> None:
    found = speaking(rule, given, every_need(given))
    shown = asked(given, question.key, 4, file(Grade.MEASURED, *found), needs={})
    assert not shown.proof.contradicted


def test_every_question_names_the_needs_that_its_rules_read() -> None:
    lacking = {
        question.key: {key for figure in question.rules.figures for key in figure.needs} - set(question.needs)
        for _, question in ASKED
    }
    assert not {key: needs for key, needs in lacking.items() if needs}
