"""The portfolio as PDF and as workbook: every pilot on one scale, gates first."""

import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from app.report.portfolio import PilotStanding, Portfolio
from app.report.write.portfolio import portfolio_pdf, portfolio_xlsx
from tests.report.read_back import ReadBack, read_back

TODAY = date(2026, 11, 20)
TITLES = {"go": "Go", "conditional": "Conditional go", "no-go": "No-go", "not-assessed": "Not assessed"}


def pilot(name: str = "Letter drafting", **said: Any) -> PilotStanding:
    usual: dict[str, Any] = {
        "name": name,
        "about": "Insurance, API, personal data, EU",
        "verdict": "no-go",
        "claimed": Decimal("71.4"),
        "proven": Decimal("48.9"),
        "gates": {"passed": 9, "failed": 2, "open": 1, "unproven": 3},
        "in_the_way": "Injection tested is a gate and has failed since 2026-11-02.",
        "effort": "path",
        "effort_days": Decimal("12.5"),
        "go_live": date(2027, 3, 1),
        "monthly_budget": Decimal(40000),
        "monthly_value": Decimal("120000.50"),
        "currency": "EUR",
    }
    given = usual | said
    return PilotStanding(**given, verdict_title=TITLES[given["verdict"]])


def portfolio(*pilots: PilotStanding, **said: Any) -> Portfolio:
    usual: dict[str, Any] = {
        "organisation": "Nordhafen",
        "confidentiality": "For the board only",
        "as_of": TODAY,
        "lead": "Two pilots want to go live before April. None can show that they are ready.",
        "pilots": pilots,
    }
    return Portfolio(**usual | said)


UNKNOWN = pilot(
    "Fraud narrative",
    verdict="not-assessed",
    claimed=None,
    proven=None,
    gates={},
    in_the_way="No assessment is begun.",
    effort="not worked out",
    effort_days=None,
    go_live=None,
    monthly_budget=None,
    monthly_value=None,
    currency=None,
    about="",
)
STOPPED = pilot(
    "Contract search", effort="no path", effort_days=None, stop="No Go by 2026-11-01, as agreed beforehand."
)
READY = pilot(
    "Claims triage", verdict="go", effort="go", effort_days=None, gates={"passed": 15}, notes=("1 new wording",)
)
SOME = portfolio(pilot(), UNKNOWN, STOPPED, READY)


@pytest.fixture(scope="module")
def read() -> ReadBack:
    return read_back(portfolio_pdf(SOME))


@pytest.fixture(scope="module")
def book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(portfolio_xlsx(SOME)))


def rows(book: Any, title: str) -> dict[str, dict[str, Any]]:
    head, *lines = book[title].iter_rows(values_only=True)
    plain: list[list[Any]] = [[each.date() if isinstance(each, datetime) else each for each in line] for line in lines]
    return {line[0]: dict(zip(head, line, strict=True)) for line in plain}


def test_the_pdf_says_where_every_pilot_stands(read: ReadBack) -> None:
    assert read.holds("Pilots of Nordhafen")
    assert read.holds(SOME.lead)
    for each in SOME.pilots:
        assert read.holds(each.name)
        assert read.holds(each.verdict_title)
    assert read.holds("2 failed 1 open 3 unproven 9 passed")
    assert read.holds("71.4 claimed, 48.9 proven")
    assert read.holds("Injection tested is a gate and has failed since 2 Nov 2026.")
    assert read.holds("12.5 days")
    assert read.holds("40,000 EUR budget")
    assert read.holds("120,000.50 EUR value")


def test_the_pdf_says_what_is_not_known(read: ReadBack) -> None:
    for words in ("none looked at", "not known", "not worked out", "not stated", "no path", "none: it is a Go"):
        assert read.holds(words)


def test_the_pdf_says_who_stands_on_the_stop_list_and_why(read: ReadBack) -> None:
    assert read.holds("On the stop list. No Go by 1 Nov 2026, as agreed beforehand.")
    assert read.text.count("Onthestoplist") == 1


def test_a_dozen_pilots_stand_on_one_page() -> None:
    long = pilot("Underwriting copilot for the whole of the north", notes=("2 answers to look at again",))
    read = read_back(portfolio_pdf(portfolio(*[long] * 10, STOPPED, UNKNOWN)))
    assert len(read.pages) == 1
    assert len(read_back(portfolio_pdf(portfolio(*[long] * 60))).pages) > 3


def test_the_pdf_is_tagged_marked_and_dated(read: ReadBack) -> None:
    root: Any = read.reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert read.reader.metadata is not None
    assert read.reader.metadata.title == "Pilots of Nordhafen"
    assert all("Fortheboardonly" in page for page in read.pages)
    assert read.undefined_glyphs == 0
    assert all(font.embedded for font in read.fonts.values())
    assert not read.beyond(13 / 25.4 * 72 - 1)


def test_what_people_write_is_no_markup_and_stays_within_its_cell() -> None:
    told = '#panic("no") *bold* $x$ <label> @ref \\ //'
    read = read_back(portfolio_pdf(portfolio(pilot(told, in_the_way=told), pilot("x" * 400, about="y" * 400))))
    assert read.holds(told[:70])
    assert not read.beyond(13 / 25.4 * 72 - 1)


def test_a_name_from_right_to_left_prints() -> None:
    assert read_back(portfolio_pdf(portfolio(pilot("مساعد خدمة العملاء")))).undefined_glyphs == 0


def test_no_pilot_is_said_in_words() -> None:
    assert read_back(portfolio_pdf(portfolio())).holds("No pilot is on this list.")
    book = openpyxl.load_workbook(io.BytesIO(portfolio_xlsx(portfolio())))
    assert book["Pilots"]["A2"].value == "No pilot is on this list."
    assert book["Stop list"]["A2"].value == "No pilot stands on the stop list."


def test_the_workbook_has_real_numbers_and_days(book: Any) -> None:
    row = rows(book, "Pilots")["Letter drafting"]
    assert (row["Claimed"], row["Proven"], row["Days of work to Go"]) == (71.4, 48.9, 12.5)
    assert (row["Gates failed"], row["Gates open"], row["Gates excepted"], row["Gates passed"]) == (2, 1, 0, 9)
    assert row["Go-live"] == date(2027, 3, 1)
    assert (row["Monthly budget"], row["Monthly value"], row["Currency"]) == (40000, 120000.5, "EUR")


def test_the_workbook_says_in_words_what_is_no_number(book: Any) -> None:
    found = rows(book, "Pilots")
    effort = {name: (row["Days of work to Go"], row["In words"]) for name, row in found.items()}
    assert effort == {
        "Letter drafting": (12.5, None),
        "Fraud narrative": (None, "not worked out"),
        "Contract search": (None, "no path"),
        "Claims triage": (None, "none: it is a Go"),
    }
    unknown = found["Fraud narrative"]
    assert {unknown[name] for name in ("Claimed", "Proven", "Gates failed", "Go-live", "Monthly budget")} == {None}


def test_the_workbook_lists_the_stop_list_by_itself(book: Any) -> None:
    assert rows(book, "Stop list").keys() == {"Contract search"}
    assert rows(book, "Stop list")["Contract search"]["Because"] == "No Go by 1 Nov 2026, as agreed beforehand."


def test_the_workbook_says_which_pilots_on_which_day(book: Any) -> None:
    about = {name: row["Stands at"] for name, row in rows(book, "About").items()}
    assert about["As of"] == TODAY
    assert about["Which pilots"] == "All of them."
    chosen = replace(SOME, selection="The stop list, by go-live.")
    again = openpyxl.load_workbook(io.BytesIO(portfolio_xlsx(chosen)))
    assert rows(again, "About")["Which pilots"]["Stands at"] == "The stop list, by go-live."


def test_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    book = openpyxl.load_workbook(io.BytesIO(portfolio_xlsx(portfolio(pilot("=1+1")))))
    assert (book["Pilots"]["A2"].value, book["Pilots"]["A2"].data_type) == ("=1+1", "s")


@pytest.mark.parametrize("write", [portfolio_pdf, portfolio_xlsx])
def test_the_same_portfolio_gives_the_same_bytes(write: Any) -> None:
    assert write(SOME) == write(replace(SOME))
