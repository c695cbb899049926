"""The workbook, read back: it says all that the report says, in days and numbers, and runs nothing."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from app.readiness.path import NoPath
from app.readiness.verdict import Verdict
from app.report.model import (
    GateLine,
    Report,
)
from app.report.told import told
from app.report.write.json import report_as_json
from app.report.write.xlsx import xlsx
from app.report.write.xlsx.workbook import CUT, TEXT_LIMIT
from app.words import day, days_in, hyphened
from tests.report.conftest import TODAY
from tests.report.whole import whole

APPENDIX = ["Answers", "Evidence", "Findings", "Not applicable", "No longer asked"]
HOSTILE = [
    '=HYPERLINK("https://evil.example","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\tcmd",
    "=1",
    "{=1}",
    "https://example.org/a note that begins as an address",
    "00123",
    "1e9",
    "TRUE",
    "_x0041_ stays as it is",
    "<b>&amp; ]]>",
]


@pytest.fixture(scope="module")
def everything(report: Report) -> Report:
    """The report with something in each of its parts."""
    return whole(report)


@pytest.fixture(scope="module")
def small(report: Report) -> Report:
    """The report with one answer, one item and no framework: faster to read back a dozen times."""
    line = next(each for each in report.dimensions[0].questions if each.evidence)
    dimension = replace(report.dimensions[0], questions=(line,))
    return replace(report, dimensions=(dimension,), register=line.evidence[:1], coverage=(), law=(), needs=())


def opened(report: Report) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx(report)))


def rows(book: Any, title: str) -> list[dict[str, Any]]:
    """The rows of a sheet by their heads; days as days."""
    head, *lines = book[title].iter_rows(values_only=True)
    return [dict(zip(head, map(_plain, line), strict=True)) for line in lines]


def _plain(cell: Any) -> Any:
    return cell.date() if isinstance(cell, datetime) else cell


def summary(book: Any) -> dict[str, Any]:
    return {each["What"]: each["Stands at"] for each in rows(book, "Summary")}


@pytest.fixture(scope="module")
def book(everything: Report) -> Any:
    return opened(everything)


def cells(book: Any) -> Iterator[Any]:
    for page in book:
        for row in page.iter_rows(values_only=True):
            yield from (_plain(cell) for cell in row if cell is not None)


def leaves(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{where}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, where)
    elif value not in (None, ""):
        yield where, value


def test_whatever_the_report_says_stands_in_a_cell(book: Any, everything: Report) -> None:
    said = "\n\n".join(str(cell) for cell in cells(book) if isinstance(cell, str))
    days = {cell for cell in cells(book) if isinstance(cell, date)}
    numbers = {cell for cell in cells(book) if isinstance(cell, int | float)}
    titles = {each.value: each.title for each in Verdict}
    missing = []
    plain = report_as_json(everything)
    del plain["format"]
    for where, leaf in leaves(plain):
        if isinstance(leaf, bool):
            found = True  # said in words, which the tests below look at
        elif isinstance(leaf, int | float):
            found = leaf in numbers
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", leaf):
            found = date.fromisoformat(leaf) in days or day(date.fromisoformat(leaf)) in said
        else:
            forms = (leaf, days_in(leaf), hyphened(leaf), titles.get(leaf, leaf), leaf.replace("\r\n", "\n"))
            number = _number(leaf)
            found = any(form in said for form in forms) or (number is not None and number in numbers)
        if not found:
            missing.append((where, leaf))
    assert missing == []


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def test_every_answer_has_its_row_with_comment_and_claim(book: Any, everything: Report) -> None:
    found = {each["Question"]: each for each in rows(book, "Answers")}
    lines = [each for dimension in everything.dimensions for each in dimension.questions]
    assert list(found) == [each.key for each in lines]
    for each in lines:
        row = found[each.key]
        assert (row["Title"], row["What is asked"], row["Who answers"]) == (each.title, each.text, each.owner)
        assert (row["Claimed"], row["Proven"]) == (each.claimed, each.proven)
        assert (row["Note"], row["Whom to ask"], row["What is claimed"]) == (each.note, each.ask, each.anchor)
        assert row["Not applicable"] == each.not_applicable
        assert row["Items of evidence"] == len(each.evidence)
    assert [key for key, row in found.items() if row["Asks for a new look"]] == ["security.secrets"]


def test_every_item_has_its_row_and_every_figure_its_own(book: Any, everything: Report) -> None:
    register = everything.register or ()
    found = rows(book, "Evidence")
    assert [each["No."] for each in found] == [f"E{number}" for number in range(1, len(register) + 1)]
    for row, item in zip(found, register, strict=True):
        assert (row["Item"], row["Question"], row["SHA-256"]) == (item.title, item.question, item.sha256)
        assert (row["Address"], row["Attached by"]) == (item.url, item.attached_by)
        assert row["Confirmed by"] == (item.confirmed_by or "not confirmed")
        assert (row["Observed on"], row["Good until"]) == (item.observed_on, item.good_until)
        assert (row["Grade that counts"], row["Supports"]) == (item.effective_grade, item.supports)
    figures = rows(book, "Findings")
    assert len(figures) == sum(len(each.findings) for each in register) > 0
    assert (figures[0]["Value"], figures[0]["Unit"], figures[0]["At"]) == (412.0625, "ms", "concurrency 400")
    assert figures[1]["Value"] is None


def test_exceptions_changes_and_what_was_put_aside_are_all_there(book: Any, everything: Report) -> None:
    for title, lines in (
        ("Exceptions", everything.exceptions),
        ("Changes", everything.changes),
        ("Trade-offs", everything.trade_offs),
        ("Not applicable", everything.not_applicable),
        ("No longer asked", everything.no_longer_asked),
        ("Milestones", everything.milestones),
        ("Law", everything.law),
        ("Gates", everything.gates),
        ("What decides it", everything.reasons),
    ):
        assert len(rows(book, title)) == len(lines) > 0
    exception = rows(book, "Exceptions")[0]
    assert exception["Reason"] == "Launch limited to 40 users."
    assert (exception["From"], exception["Until"]) == (date(2026, 11, 1), date(2027, 1, 31))


def test_its_figures_are_those_of_the_report_to_the_last_digit(book: Any, everything: Report) -> None:
    plain = report_as_json(everything)
    stands = summary(book)
    assert [stands[name] for name in ("Claimed", "Proven", "Gap")] == [
        plain[name] for name in ("claimed", "proven", "gap")
    ]
    assert (stands["Proven for a Go"], stands["No-go below"]) == (plain["bar"]["go"], plain["bar"]["no_go"])
    names = {"Key": "key", "Claimed": "claimed", "Proven": "proven", "Gap": "gap", "Answered": "answered"}
    for row, dimension in zip(rows(book, "Dimensions"), plain["dimensions"], strict=True):
        assert {head: row[head] for head in names} == {head: dimension[name] for head, name in names.items()}
    items = [(line, item) for line in plain["coverage"] for item in line["items"]]
    for row, (line, item) in zip(rows(book, "Coverage"), items, strict=True):
        assert (row["Key"], row["Item"]) == (line["framework"], item["id"])
        assert (row["Claimed"], row["Proven"], row["Gates"]) == (item["claimed"], item["proven"], item["gates"])
    (step, confirm) = rows(book, "Path to Go")
    assert (step["Days"], step["Proven after it"], step["Lifts by"]) == (2.5, 71.3, 1.1)
    assert (step["Turns a gate"], step["Only to confirm"], confirm["Only to confirm"]) == ("yes", "no", "yes")


def test_days_are_days(book: Any) -> None:
    stands = summary(book)
    assert (stands["As of"], stands["Go-live"]) == (TODAY, date(2027, 3, 1))
    stated = {each["Key"]: each["Stated"] for each in rows(book, "Profile and needs")}
    assert (stated["go_live"], stated["stop_unless_go_by"]) == (date(2027, 3, 1), "left blank")
    cell = book["Exceptions"]["H2"]
    assert (cell.is_date, cell.number_format) == (True, "d mmm yyyy")


def test_the_parts_of_a_difference_add_up(book: Any) -> None:
    whole, *parts = rows(book, "Since")
    assert round(sum(each["Points of proven"] for each in parts), 1) == whole["Points of proven"] == 15.7


def test_what_it_hangs_on_names_who_declared_it(book: Any) -> None:
    first, second = rows(book, "What it hangs on")
    assert (first["Declared by"], first["Which"]) == ("Jonas Adler", "it alone")
    assert second["Title"] == "Rollback drilled"
    assert summary(book)["Answers that the verdict hangs on"] == 1


def test_no_path_says_why(everything: Report) -> None:
    assert everything.outlook
    outlook = replace(everything.outlook, path=NoPath(target=Verdict.GO, because=("The budget is never confirmed.",)))
    book = opened(replace(everything, outlook=outlook, told=told(outlook, "No-go")))
    assert rows(book, "Path to Go")[0]["What to do"] == "No path: The budget is never confirmed."
    assert summary(book)["Days of work to Go"] is None


def test_every_table_can_be_filtered_and_printed_under_its_head(book: Any) -> None:
    for page in book:
        assert page.freeze_panes == "B2"
        assert page.auto_filter.ref == page.dimensions
        assert page.print_title_rows == "$1:$1"
        assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page["A2"].alignment.wrap_text or page.max_row == 2
        assert all(page.column_dimensions[each.column_letter].width > 5 for each in page[1])
        heads = [each.value for each in page[1]]
        assert all(heads)
        assert len(set(heads)) == len(heads)


def test_a_sheet_without_rows_says_so(small: Report) -> None:
    book = opened(replace(small, exceptions=(), changes=(), outlook=None, told=None))
    assert book["Exceptions"]["A2"].value == "No exception was asked for."
    assert book["Path to Go"]["A2"].value == "Not worked out for this report."


def test_what_is_not_known_is_an_empty_cell_with_words_beside_it(small: Report) -> None:
    unknown = replace(small.dimensions[0], claimed=None, proven=None, gap=None, answered=0)
    book = opened(replace(small, claimed=None, proven=None, gap=None, dimensions=(unknown, *small.dimensions[1:])))
    stands = {each["What"]: each for each in rows(book, "Summary")}
    for name in ("Claimed", "Proven", "Gap"):
        assert (stands[name]["Stands at"], stands[name]["In words"]) == (None, "not known")
    row = rows(book, "Dimensions")[0]
    assert (row["Claimed"], row["Proven"], row["Gap"]) == (None, None, None)
    assert "not known" in row["In words"]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_write_stays_text(small: Report, words: str) -> None:
    """In a title, a name, a note: never a formula, a link or a number, and every character kept."""
    line = small.dimensions[0].questions[0]
    dimension = replace(small.dimensions[0], questions=(replace(line, note=words, evidence=()),))
    file = xlsx(replace(small, pilot=words, dimensions=(dimension,), stated_by=words, register=()))
    book = openpyxl.load_workbook(io.BytesIO(file))
    column = [each.value for each in book["Answers"][1]].index("Note")
    cell = book["Answers"][2][column]
    assert (cell.value, cell.data_type, cell.hyperlink) == (words, "s", None)
    assert summary(book)["Pilot"] == summary(book)["Profile and needs stated by"] == words
    assert cell.quotePrefix == words.startswith(("=", "+", "-", "@", "\t"))  # typed anew, it stays text too
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert not any(b"<f>" in parts.read(each) or b"<f " in parts.read(each) for each in parts.namelist())


def test_only_addresses_of_the_web_lead_anywhere(small: Report) -> None:
    assert small.register
    item = small.register[0]
    urls = ["https://wiki.example/a#b", "javascript:alert(1)", "file:///etc/passwd", "https://e.example/" + "x" * 3000]
    book = opened(replace(small, register=tuple(replace(item, url=each) for each in urls)))
    column = [each.value for each in book["Evidence"][1]].index("Address")
    found = [book["Evidence"][row][column] for row in range(2, 6)]
    assert [each.value for each in found] == urls
    assert [each.hyperlink is not None for each in found] == [True, False, False, False]


def test_titles_from_right_to_left_are_whole(small: Report) -> None:
    title = "مساعد خدمة العملاء (2026) עוזר"
    assert summary(opened(replace(small, pilot=title)))["Pilot"] == title


def test_characters_that_no_cell_can_hold_are_left_out(small: Report) -> None:
    book = opened(replace(small, pilot="One\x00\x08 two\x1f\x9f\ufffe \ud800three", organisation="A\r\nB\rC"))
    assert summary(book)["Pilot"] == "One two three"
    assert summary(book)["Organisation"] == "A\nB\nC"


@pytest.mark.parametrize("letter", ["a", "ä", "🙂"])
def test_a_text_that_is_too_long_for_a_cell_is_cut_and_says_so(small: Report, letter: str) -> None:
    found = summary(opened(replace(small, pilot=letter * 40_000)))["Pilot"]
    assert found.endswith(CUT)
    assert TEXT_LIMIT - 1 <= len(found.encode("utf-16-le")) // 2 <= TEXT_LIMIT
    assert set(found.removesuffix(CUT)) == {letter}
    whole = letter * (TEXT_LIMIT // (len(letter.encode("utf-16-le")) // 2))
    assert summary(opened(replace(small, pilot=whole)))["Pilot"] == whole


def test_a_day_before_spreadsheets_count_them_is_written_out(small: Report) -> None:
    assert small.register
    item = replace(small.register[0], observed_on=date(1899, 12, 31))
    assert rows(opened(replace(small, register=(item,))), "Evidence")[0]["Observed on"] == "1899-12-31"


@pytest.mark.parametrize("mark", ["R&D", "R&G: board", "&[Picture] &P", "7 & 8", "x" * 300, ""])
def test_the_mark_stands_at_the_foot_of_every_page(small: Report, mark: str) -> None:
    for page in opened(replace(small, confidentiality=mark)):
        said = (page.oddFooter.left.text or "").replace("\u2060", "").replace("&&", "&")
        assert said == mark[:80]
        assert "&P of &N" in page.oddFooter.right.text.replace("&[Page]", "&P").replace("&[Pages]", "&N")


def test_a_summary_has_no_sheet_of_what_its_reader_may_not_see(everything: Report) -> None:
    whole, given = opened(everything).sheetnames, opened(everything.summary()).sheetnames
    assert [each for each in whole if each not in given] == [*APPENDIX, "Coverage"]
    said = "\n".join(str(cell) for cell in cells(opened(everything.summary())))
    assert "Test report 0" not in said
    assert "Kept from version 1." not in said
    assert "Note 1." not in said


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert xlsx(report) == xlsx(replace(report))
    properties = opened(report).properties
    assert properties.created.date() == properties.modified.date() == report.as_of
    assert properties.title == f"Customer service assistant: {report.verdict_title}"


def test_it_shows_states_in_words_and_colour(book: Any, everything: Report) -> None:
    column = [each.value for each in book["Gates"][1]].index("State")
    states = {each[column].value: each[column].font.color.rgb for each in book["Gates"].iter_rows(min_row=2)}
    assert states.keys() == {hyphened(each.state) for each in everything.gates}
    assert states["passed"] == "FF1F6B3A"


def test_a_gate_says_what_a_restatement_turned(book: Any, everything: Report) -> None:
    gate: GateLine = everything.gates[0]
    assert gate.turned
    assert rows(book, "Gates")[0]["Turned by a restatement"] == days_in(gate.turned[0])
