"""Scenarios in the report: what calculators came to, what it is evidence for, and who sees which of it."""

import io
import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from app import library
from app.report.model import Report
from app.report.write import WRITERS
from tests.report.read_back import read_back, squeezed

QUESTION = "infrastructure.capacity-proven"
FIGURES = ("4,761 tokens/s", "3,238 to 6,904 in 9 of 10 cases", "72.7 GB")


def _words_of_pdf(content: bytes) -> str:
    return str(read_back(content).text)


def _words_of_book(content: bytes) -> str:
    sheets = load_workbook(io.BytesIO(content)).worksheets
    return squeezed("".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row))


WORDS: dict[str, Callable[[bytes], str]] = {
    ".pdf": _words_of_pdf,
    ".html": lambda content: squeezed(unescape(content.decode())),
    ".xlsx": _words_of_book,
    ".json": lambda content: squeezed(json.dumps(json.loads(content), ensure_ascii=False)),
}


def words(report: Report, suffix: str) -> str:
    return WORDS[suffix](WRITERS[suffix](report))


def test_it_tells_those_that_were_worked_out_by_its_day_and_what_they_are_evidence_for(report: Report) -> None:
    (scenario,) = report.scenarios
    assert scenario.name == "Six, with the two that are ordered"
    asked = library.catalogue().questions[QUESTION]
    assert [(each.question, each.question_title) for each in scenario.evidence_for] == [(QUESTION, asked.title)]


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_form_says_what_it_came_to(report: Report, suffix: str) -> None:
    (scenario,) = report.scenarios
    text = words(report, suffix)
    for each in (scenario.name, scenario.calculator_title, scenario.sentence, *FIGURES):
        assert squeezed(each) in text


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_summary_says_the_sentence_and_no_figure(report: Report, suffix: str) -> None:
    text = words(report.summary(), suffix)
    assert squeezed(report.scenarios[0].sentence) in text
    assert [each for each in FIGURES if squeezed(each) in text] == []


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        pytest.param({"infrastructure"}, True, id="the dimension of which it is evidence"),
        pytest.param({"cost", "value"}, False, id="others"),
    ],
)
def test_its_figures_go_with_the_answers_that_they_are_evidence_for(
    report: Report, keys: set[str], *, seen: bool
) -> None:
    (scenario,) = report.of_dimensions(keys).scenarios
    assert (bool(scenario.figures), bool(scenario.evidence_for)) == (seen, seen)


def test_in_a_workbook_each_stands_in_a_row(report: Report) -> None:
    sheet: Any = load_workbook(io.BytesIO(WRITERS[".xlsx"](report)))["Scenarios"]
    head, row = (list(each) for each in sheet.iter_rows(values_only=True))
    told = dict(zip(head, row, strict=True))
    assert told["Scenario"] == "Six, with the two that are ordered"
    assert told["Worked out on"].date().isoformat() == "2026-10-05"
    assert told["Evidence for"].startswith(QUESTION)
