"""The portfolio: which pilots, in which order, what stands in the way, and as files."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from starlette.testclient import TestClient

from app.readiness.profile import Profile
from app.readiness.verdict import Verdict
from app.records import audit
from app.records.figures import Figures
from app.records.portfolio import Line
from app.web.standings import PAGE, Show, Sort, asked_for, listing
from tests.web.conftest import NEEDS, PROFILE, Site

TODAY = date(2026, 11, 21)


def line(
    name: str,
    verdict: Verdict = Verdict.CONDITIONAL,
    *,
    failed: int = 0,
    claimed: int = 80,
    proven: int = 50,
    effort_days: Decimal | None = None,
    profile: Profile | None = None,
    sealed: tuple[tuple[date, Fraction | None], ...] = (),
) -> Line:
    figures = Figures(
        verdict=verdict,
        claimed=Fraction(claimed),
        proven=Fraction(proven),
        answered=10,
        applicable=10,
        reason="A reason.",
        gates={"failed": failed, "passed": 3} if failed else {"passed": 3},
        contradicted=0,
        waiting_review=0,
        scored_on=TODAY,
        lapses_on=None,
    )
    return Line(
        UUID(int=sum(name.encode())),
        name,
        confirmed=True,
        profile=profile or Profile(),
        assessment=UUID(int=7),
        figures=figures,
        sealed=sealed,
        worked_out=effort_days is not None,
        has_path=effort_days is not None,
        effort_days=effort_days,
    )


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("go-live", "Soon"),
        ("gates", "Blocked"),
        ("verdict", "Blocked"),
        ("gap", "Boastful"),
        ("effort", "Nearly"),
        ("name", "Blocked"),
    ],
)
def test_what_is_asked_for_comes_first(sort: Sort, first: str) -> None:
    lines = [
        line("Nearly", effort_days=Decimal(2)),
        line("Boastful", claimed=95, effort_days=Decimal(9)),
        line("Soon", profile=Profile(go_live=date(2026, 12, 1))),
        line("Blocked", Verdict.NO_GO, failed=2),
    ]
    assert asked_for(lines, TODAY, sort=sort, show="all", named="")[0].name == first


@pytest.mark.parametrize(
    ("show", "names"),
    [("all", ["A", "B", "C"]), ("go", ["A"]), ("no-go", ["B"]), ("stop", ["B"]), ("not-assessed", [])],
)
def test_only_what_is_asked_for_is_listed_and_all_are_counted(show: Show, names: list[str]) -> None:
    lines = [
        line("A", Verdict.GO),
        line("B", Verdict.NO_GO, profile=Profile(stop_unless_go_by=date(2026, 11, 1))),
        line("C"),
    ]
    listed = listing(lines, TODAY, sort="name", show=show, named="", page=1)
    assert [each.line.name for each in listed.lines] == names
    assert listed.counts == {"all": 3, "go": 1, "conditional": 1, "no-go": 1, "not-assessed": 0, "stop": 1}


def test_a_page_beyond_the_last_is_the_last() -> None:
    lines = [line(f"Pilot {number:03}") for number in range(PAGE + 3)]
    listed = listing(lines, TODAY, sort="name", show="all", named="", page=9)
    assert (listed.page, listed.pages, len(listed.lines)) == (2, 2, 3)


def test_the_line_over_time_needs_two_points_that_are_known() -> None:
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    once = listing([line("A", sealed=((june, None),))], TODAY, sort="name", show="all", named="", page=1)
    twice = listing(
        [line("A", sealed=((june, Fraction(20)), (july, Fraction(40))))],
        TODAY,
        sort="name",
        show="all",
        named="",
        page=1,
    )
    assert once.lines[0].spark == ()
    assert len(twice.lines[0].spark) == 3


def test_pilots_are_found_by_a_part_of_their_name(site: Site, client: TestClient) -> None:
    site.pilot("Credit memo")
    site.pilot("Letter drafting")
    page = client.get("/?named=LETTER").text
    assert "Letter drafting" in page
    assert "Credit memo" not in page


def test_what_is_typed_to_search_stays_text(site: Site, client: TestClient) -> None:
    site.pilot("Credit memo")
    page = client.get("/", params={"named": '"><script>alert(1)</script>'}).text
    assert "No such pilot" in page
    assert "<script>alert" not in page


def test_an_order_that_there_is_not_is_refused_in_words(client: TestClient) -> None:
    refused = client.get("/?sort=luck")
    assert refused.status_code == 422
    assert "takes" in refused.text


def test_the_effort_is_worked_out_once_and_then_kept(site: Site, client: TestClient) -> None:
    assessment = site.assessment(site.pilot(needs=NEEDS))
    assert f"/assessments/{assessment}/effort" in client.get("/").text
    cell = client.get(f"/assessments/{assessment}/effort").text
    assert " days</a>" in cell
    page = client.get("/").text
    assert f"/assessments/{assessment}/effort" not in page
    assert " days</a>" in page


def test_a_pilot_past_its_criteria_stands_on_the_stop_list(site: Site, client: TestClient) -> None:
    past = Profile(stop_unless_go_by=datetime.now(UTC).date() - timedelta(days=1))
    site.assessment(site.pilot("Overdue", profile=past))
    site.assessment(site.pilot("In time"))
    page = client.get("/?show=stop").text
    assert "It was to be a Go by" in page
    assert "In time" not in page
    assert "One stands on the stop list." in page


def test_a_pilot_held_to_days_of_work_stands_on_the_stop_list_once_its_path_is_known(
    site: Site, client: TestClient
) -> None:
    assessment = site.assessment(site.pilot("Long way", profile=Profile(effort_budget_days=1), needs=NEEDS))
    assert "Days of work are left for 1 pilot" in client.get("/").text
    client.get(f"/assessments/{assessment}/effort")
    page = client.get("/?show=stop").text
    assert "1 are left for it" in page
    assert "Days of work are left for" not in page


def test_the_portfolio_as_a_pdf_names_every_pilot_and_what_its_go_takes(site: Site, client: TestClient) -> None:
    site.assessment(site.pilot("Credit memo", needs=NEEDS))
    site.pilot("Not begun")
    made = client.get("/portfolio.pdf")
    assert made.headers["content-type"] == "application/pdf"
    text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages).split())
    assert "Credit memo" in text
    assert "Not begun" in text
    assert " days" in text


def test_the_portfolio_as_a_workbook_holds_those_that_were_asked_for(site: Site, client: TestClient) -> None:
    site.assessment(site.pilot("Credit memo"))
    site.assessment(site.pilot("=HYPERLINK(evil)"))
    made = client.get("/portfolio.xlsx?named=hyper")
    cells = [cell for sheet in load_workbook(io.BytesIO(made.content)) for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=HYPERLINK(evil)" and cell.data_type == "s" for cell in cells)
    assert not any(cell.value == "Credit memo" or cell.data_type == "f" for cell in cells)


def test_an_export_of_the_portfolio_is_on_record(site: Site, client: TestClient) -> None:
    site.pilot()
    client.get("/portfolio.xlsx")
    with site.database.reading() as db:
        entries = audit.list_for(db, site.callers["owner"])
    assert "portfolio exported" in json.dumps([each.what for each in entries.items])


def test_a_portfolio_in_a_form_that_there_is_not_is_refused_in_words(client: TestClient) -> None:
    refused = client.get("/portfolio.docx")
    assert refused.status_code == 404
    assert ".pdf, .xlsx" in refused.text


def test_nobody_sees_the_portfolio_of_another_organisation(site: Site, stranger: TestClient) -> None:
    site.assessment(site.pilot("Credit memo", profile=PROFILE))
    assert "Credit memo" not in stranger.get("/").text
    assert b"Credit memo" not in stranger.get("/portfolio.xlsx").content


def test_the_list_asks_the_database_the_same_however_many_pilots_there_are(site: Site, client: TestClient) -> None:
    site.assessment()
    client.get("/")
    with site.counting() as few:
        client.get("/")
    for number in range(5):
        site.assessment(site.pilot(f"Pilot {number}"))
    client.get("/")
    with site.counting() as many:
        client.get("/")
    assert len(few) == len(many)
