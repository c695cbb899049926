"""Coverage: per framework, item by item, what is claimed and proven on the questions that touch it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app import library
from app.readiness.assessment import Answer
from app.readiness.catalogue import Catalogue, Framework
from app.readiness.score import score
from app.readiness.verdict import cut
from app.report.coverage import coverage
from app.report.model import CoverageItem, CoverageLine, Report
from app.report.write.csv import coverage_csv
from app.words import framework
from tests import make

RMF = Framework("rmf", "1.0", {"MAP 1.1": "Context", "MAP 1.2": "People", "MAP 1.3": "Nobody asks"})


def asked(key: str, *items: str, **said: Any) -> Any:
    return make.question(key, references={"rmf": items or ("MAP 1.1",)}, **said)


def covered(answers: Mapping[str, Answer], *questions: Any, frameworks: Mapping[str, Framework] | None = None) -> Any:
    given = make.catalogue(make.dimension("one", *questions))
    given = Catalogue(policy=given.policy, dimensions=given.dimensions, frameworks=frameworks or {"rmf": RMF})
    return coverage(given, score(given, make.assessment(answers), make.TODAY))


def only(lines: tuple[CoverageLine, ...], id: str = "MAP 1.1") -> CoverageItem:
    return next(each for each in lines[0].items if each.id == id)


def test_every_item_of_every_framework_appears_as_published(report: Report) -> None:
    published = library.frameworks()
    assert [each.framework for each in report.coverage] == list(published)
    for line in report.coverage:
        assert line.version == published[line.framework].version
        assert {each.id: each.title for each in line.items} == dict(published[line.framework].items)
    assert sum(len(line.items) for line in report.coverage) == 233


def test_every_reference_of_every_question_is_found_at_its_item(report: Report) -> None:
    found = {
        (line.framework, item.id, key) for line in report.coverage for item in line.items for key in item.questions
    }
    assert found == {
        (name, item, key)
        for key, question in library.catalogue().questions.items()
        for name, items in question.references.items()
        for item in items
    }


def test_an_item_is_scored_as_a_dimension_is_over_the_questions_that_touch_it() -> None:
    answers = {"one.a": make.proven_answer(4), "one.b": make.answer(2)}
    item = only(covered(answers, asked("a", weight=3), asked("b"), asked("c"), asked("d", "MAP 1.2")))
    assert item.questions == ("one.a", "one.b", "one.c")
    assert (item.applicable, item.answered) == (3, 2)
    assert item.claimed == cut(Fraction(100 * (3 * 4 + 2), 4 * 4))  # over the answered ones
    assert item.proven == cut(Fraction(100 * (3 * 4 + 1), 4 * 5))  # over all: the blank proves nothing


def test_the_figures_of_a_whole_dimension_are_those_of_its_score() -> None:
    given = library.catalogue()
    answers = {key: make.answer(3, make.evidence()) for key in list(given.questions)[::3]}
    scored = score(given, make.assessment(answers), make.TODAY)
    whole = {each.key: {"all": ("it",)} for each in given.questions.values()}
    for dimension in scored.dimensions:
        touching = [replace(each, references=whole[each.key]) for each in dimension.dimension.questions]
        alone = Catalogue(
            policy=given.policy,
            dimensions=(replace(dimension.dimension, questions=tuple(touching)),),
            frameworks={"all": Framework("all", "1", {"it": "All of it"})},
        )
        (line,) = coverage(alone, score(alone, make.assessment(answers), make.TODAY))
        assert (line.claimed, line.proven) == tuple(
            None if each is None else cut(each) for each in (dimension.claimed, dimension.proven)
        )


def test_a_question_that_touches_two_items_counts_once_in_their_framework() -> None:
    answers = {"one.a": make.answer(4), "one.b": make.answer(2)}
    (line,) = covered(answers, asked("a", "MAP 1.1", "MAP 1.2"), asked("b"))
    assert line.claimed == Decimal("75.0")
    assert line.touched == 2


def test_an_item_named_twice_by_a_question_holds_it_once() -> None:
    item = only(covered({"one.a": make.answer(4)}, asked("a", "MAP 1.1", "MAP 1.1")))
    assert item.questions == ("one.a",)


def test_what_nothing_touches_is_listed_and_not_known() -> None:
    item = only(covered({"one.a": make.answer(4)}, asked("a")), "MAP 1.3")
    assert (item.questions, item.applicable, item.answered, item.claimed, item.proven) == ((), 0, 0, None, None)


def test_a_framework_that_nothing_touches_is_listed_and_not_known() -> None:
    other = Framework("other", "2", {"1": "First"})
    lines = covered({"one.a": make.answer(4)}, asked("a"), frameworks={"rmf": RMF, "other": other})
    assert (lines[1].touched, lines[1].claimed, lines[1].proven) == (0, None, None)


@pytest.mark.parametrize(
    ("answers", "claimed", "proven"),
    [
        pytest.param({}, None, None, id="nothing is answered anywhere"),
        pytest.param({"one.b": make.answer(3)}, None, Decimal("0.0"), id="something is, elsewhere"),
        pytest.param({"one.a": make.answer(0)}, Decimal("0.0"), Decimal("0.0"), id="answered with nothing"),
    ],
)
def test_not_known_is_not_nothing(
    answers: Mapping[str, Answer], claimed: Decimal | None, proven: Decimal | None
) -> None:
    item = only(covered(answers, asked("a"), asked("b", "MAP 1.2")))
    assert (item.claimed, item.proven) == (claimed, proven)


def test_what_does_not_apply_counts_nowhere() -> None:
    answers = {"one.a": make.answer(4), "one.b": make.not_applicable()}
    questions = (
        asked("a"),
        asked("b"),
        asked("c", when="federated = yes"),
        asked("d", "MAP 1.2", when="federated = yes"),
    )
    lines = covered(answers, *questions)
    item = only(lines)
    assert (len(item.questions), item.applicable, item.answered) == (3, 1, 1)
    assert (item.claimed, item.proven) == (Decimal("100.0"), Decimal("25.0"))
    assert only(lines, "MAP 1.2").proven is None


def test_gates_are_counted_where_they_apply() -> None:
    answers = {"one.a": make.proven_answer(), "one.b": make.answer(1)}
    questions = (
        asked("a", gate=make.gate()),
        asked("b", gate=make.gate()),
        asked("c", gate=make.gate(), when="federated = yes"),
        asked("d"),
    )
    item = only(covered(answers, *questions))
    assert (item.gates, item.gates_passed) == (2, 1)


def test_figures_are_cut_and_not_rounded() -> None:
    questions = [asked(key) for key in "abc"]
    answers = {"one.a": make.answer(4), "one.b": make.answer(4), "one.c": make.answer(0)}
    assert only(covered(answers, *questions)).claimed == Decimal("66.6")


def test_every_framework_is_called_by_its_name() -> None:
    names = [framework(key) for key in library.frameworks()]
    assert len(set(names)) == len(names)
    assert [name for key, name in zip(library.frameworks(), names, strict=True) if name == key] == []
    assert framework("iso-42001") == "ISO/IEC 42001"
    assert framework("a-house-rule") == "A HOUSE RULE"


def read(file: bytes) -> list[dict[str, str]]:
    assert file.startswith(b"\xef\xbb\xbf")  # without it Excel takes the file for another encoding
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))


def test_the_csv_has_a_line_for_every_item(report: Report) -> None:
    lines = read(coverage_csv(report))
    items = [(line, item) for line in report.coverage for item in line.items]
    assert [(each["Key"], each["Item"]) for each in lines] == [(line.framework, item.id) for line, item in items]
    for each, (line, item) in zip(lines, items, strict=True):
        assert each["Framework"] == framework(line.framework)
        assert each["Claimed"] == ("" if item.claimed is None else str(item.claimed))
        assert each["Proven"] == ("" if item.proven is None else str(item.proven))
        assert each["Touched by"] == "; ".join(item.questions)
        assert bool(each["In words"]) == (item.answered == 0)


def test_the_csv_is_one_that_others_can_read(report: Report) -> None:
    text = coverage_csv(report).decode("utf-8-sig")
    assert text.count("\r\n") == 1 + 233
    assert "\n" not in text.replace("\r\n", "")


def test_the_csv_says_which_duties_of_law_begin_where_and_from_which_source(report: Report) -> None:
    lines = {(each["Key"], each["Item"]): each for each in read(coverage_csv(report))}
    assert report.law
    for duty in report.law:
        key, _, item = duty.reference.partition(" ")
        line = lines[key, item]
        assert duty.what in line["Duties of law"]
        assert date.fromisoformat(line["Duty from"]) <= duty.applies_from
        assert line["Before go-live"] in ("yes", "no")


def test_the_csv_says_in_words_what_nothing_touches(report: Report) -> None:
    bare = CoverageItem("Annex 9", "=HYPERLINK(1)", (), 0, 0, None, None, 0, 0)
    (line,) = read(coverage_csv(replace(report, coverage=(CoverageLine("iso-42001", "2023", (bare,), 0, None, None),))))
    assert line["In words"] == "Nothing in this catalogue touches it."
    assert (line["Claimed"], line["Proven"], line["Touched by"]) == ("", "", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_begins_a_formula(report: Report, start: str) -> None:
    told = f'{start}cmd|" /C calc"!A1, and "more"\nand more'
    bare = CoverageItem("Annex 9", told, (), 0, 0, None, None, 0, 0)
    file = coverage_csv(replace(report, coverage=(CoverageLine("iso-42001", "2023", (bare,), 0, None, None),)))
    (line,) = read(file)
    assert line["Title"] == f"'{told}"


def test_a_summary_tells_of_frameworks_and_of_no_item(report: Report) -> None:
    summary = report.summary()
    assert [each.proven for each in summary.coverage] == [each.proven for each in report.coverage]
    assert {each.items for each in summary.coverage} == {()}


def test_a_report_of_some_sections_tells_of_no_item_that_others_touch(report: Report) -> None:
    some = report.of_dimensions({"security"})
    keys = {key for line in some.coverage for item in line.items for key in item.questions}
    assert {key for key in keys if not key.startswith("security.")} == set()
