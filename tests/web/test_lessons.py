"""What products of this kind got wrong, and this one must not: each a test that looks through every door."""

import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app.cli import main
from app.errors import NotFound
from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade
from app.records import answers, assessments, attachments
from app.records.database import Database
from tests.report.read_back import read_back
from tests.web.conftest import Site
from tests.web.test_milestones import SHORT, sealed

TODAY = datetime.now(UTC).date()
FIGURES = ("claimed", "proven")
TITLES = {"go": "Go", "conditional": "Conditional go", "no-go": "No-go", "not-assessed": "Not assessed"}


def questions(site: Site) -> list[str]:
    with site.database.reading() as db:
        return list(db.catalogue(*SHORT).questions)


def pilot_of(site: Site, assessment: UUID) -> UUID:
    with site.database.reading() as db:
        return assessments.find(db, site.callers["owner"], assessment).pilot


def confirmed(site: Site, assessment: UUID, question: str, **shown: Any) -> None:
    item = site.attach(assessment, question, **shown)
    with site.database.writing() as db:
        attachments.confirm(db, site.callers["editor"], item, at=datetime.now(UTC))


@pytest.fixture
def program(site: Site) -> TestClient:
    """The owner's program, at the API."""
    client = site.visit(None)
    client.headers["Authorization"] = f"Bearer {site.token()}"
    return client


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment by the short catalogue, partly answered and partly shown: its figures are all different."""
    begun = site.assessment(catalogue=SHORT)
    for at, question in enumerate(questions(site)[:17]):
        site.answer(begun, question, 4 if at % 3 else 3)
        if at % 4 == 1:
            confirmed(site, begun, question, grade=Grade.DEMONSTRATED)
    return begun


# ---- two screens with two numbers for one thing


class Said(NamedTuple):
    """What a door says about an assessment; "not known" where it says so."""

    verdict: str | None  # None where that door does not say it beside the figures
    claimed: str | None
    proven: str


def words(answer: Any) -> str:
    """A page's words, with one space between them."""
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def cells(content: bytes, sheet: int = 0) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows()]


def shown(figure: Any) -> str:
    return "not known" if figure is None else f"{float(figure):.1f}"


FIGURE = r"(\d+\.\d|not known)"
VERDICT = "(Not assessed|Conditional go|No-go|Go)"


def beside(text: str, *pattern: str) -> Said:
    """What stands first where the pattern fits: claimed, then proven; with the verdict where it has three places."""
    found = re.search("".join(pattern), text)
    assert found, (pattern, text[:3000])
    figures = found.groups()
    return Said(figures[0] if len(figures) == 3 else None, figures[-2], figures[-1])


def from_report(text: str) -> Said:
    return beside(text, f"Claimed {FIGURE} Proven {FIGURE}")


def from_plain(plain: Mapping[str, Any]) -> Said:
    verdict = plain["verdict"]
    return Said(TITLES.get(verdict, verdict), shown(plain["claimed"]), shown(plain["proven"]))


def from_pdf(content: bytes) -> Said:
    return beside(read_back(content).text.replace("notknown", "not known"), f"ClaimedProvenGap{FIGURE}{FIGURE}")


def from_workbook(content: bytes) -> Said:
    said = {row[0]: row[1] for row in cells(content)}
    return Said(said["Verdict"], shown(said["Claimed"]), shown(said["Proven"]))


def from_command(document: str, folder: Path, *options: str) -> dict[str, Said]:
    """What the command says of the exported document."""
    file = folder / "assessment.json"
    file.write_text(document, "utf-8")
    run = CliRunner()
    plain = run.invoke(main, ["score", str(file), "--json", *options])
    text = run.invoke(main, ["score", str(file), *options])
    run.invoke(main, ["report", str(file), "-o", str(folder / "out.json"), *options])
    return {
        "score --json": from_plain(json.loads(plain.stdout)),
        "score": beside(text.stdout, f": {VERDICT} on [0-9-]+\nclaimed {FIGURE}, proven {FIGURE};"),
        "report -o": from_plain(json.loads((folder / "out.json").read_text("utf-8"))),
    }


def at_every_door(
    site: Site, client: TestClient, program: TestClient, assessment: UUID, folder: Path
) -> dict[str, Said]:
    """What each door says of the assessment as it stands today and was sealed today."""
    milestone, home, pilot = sealed(site, assessment), f"/assessments/{assessment}", pilot_of(site, assessment)
    api = f"/api/v1/assessments/{assessment}"
    compared = program.get(f"{api}/comparison?from={milestone}").json()
    either = f"(?:{FIGURE} claimed, {FIGURE} proven)"
    pages: dict[str, Callable[[str], Said]] = {
        "/": lambda text: beside(text, rf"{VERDICT} (?:\d+ [a-z-]+ )*{either}"),
        f"/pilots/{pilot}": lambda text: beside(text, f"version 1 {VERDICT} {either}"),
        home: from_report,
        f"{home}/report": from_report,
        f"{home}/report.html": from_report,
        f"{home}/catalogue": lambda text: beside(text, rf"\(now\) {VERDICT} {FIGURE} {FIGURE}"),
        f"{home}/comparison": lambda text: beside(text, f"Now [^.]*?{VERDICT} {FIGURE} {FIGURE}"),
        f"{home}/milestones": lambda text: beside(text, f"{VERDICT} {either}"),
        f"/milestones/{milestone}": from_report,
        f"/milestones/{milestone}/report": from_report,
    }
    files: dict[str, Callable[[bytes], Said]] = {
        f"{home}/report.pdf": from_pdf,
        f"{home}/report.xlsx": from_workbook,
        f"{home}/report.json": lambda content: from_plain(json.loads(content)),
        f"/milestones/{milestone}/report.pdf": from_pdf,
        f"/milestones/{milestone}/report.xlsx": from_workbook,
        f"/milestones/{milestone}/report.json": lambda content: from_plain(json.loads(content)),
        f"/milestones/{milestone}/file": lambda content: from_plain(json.loads(content)["score"]),
        "/portfolio.pdf": lambda content: beside(read_back(content).text, f"{FIGURE}claimed,{FIGURE}proven"),
        "/portfolio.xlsx": _from_portfolio,
    }
    said = {path: read(words(client.get(path))) for path, read in pages.items()}
    said |= {path: read(client.get(path).content) for path, read in files.items()}
    said |= {f"API {path}": from_plain(program.get(path).json()) for path in (f"{api}/score", f"{api}/report.json")}
    said["API milestones"] = from_plain(program.get(f"{api}/milestones").json()["items"][0])
    for at, side in enumerate(("before", "after")):
        said[f"API comparison {side}"] = from_plain({key: compared[key][at] for key in ("verdict", *FIGURES)})
    return said | from_command(program.get(api).text, folder)


def _from_portfolio(content: bytes) -> Said:
    rows = cells(content)
    head = next(at for at, row in enumerate(rows) if "Proven" in row)
    said = dict(zip(rows[head], rows[head + 1], strict=True))
    return Said(said["Verdict"], shown(said["Claimed"]), shown(said["Proven"]))


def test_every_door_says_the_same_verdict_and_the_same_figures(
    site: Site, client: TestClient, program: TestClient, assessment: UUID, tmp_path: Path
) -> None:
    said = at_every_door(site, client, program, assessment, tmp_path)
    truth = said[f"API /api/v1/assessments/{assessment}/score"]
    assert {door: each for door, each in said.items() if each not in (truth, truth._replace(verdict=None))} == {}
    assert len(said) > 25
    assert len({truth.claimed, truth.proven}) == 2


def test_a_later_day_is_the_same_at_every_door_that_takes_one(
    client: TestClient, program: TestClient, assessment: UUID, tmp_path: Path
) -> None:
    day, home, api = (TODAY + timedelta(days=200)).isoformat(), f"/assessments/{assessment}", "/api/v1/assessments"
    query = {"as_of": day}
    said = from_command(program.get(f"{api}/{assessment}").text, tmp_path, "--as-of", day) | {
        "API": from_plain(program.get(f"{api}/{assessment}/score", params=query).json()),
        "page": from_report(words(client.get(f"{home}/report", params=query))),
        "html": from_report(words(client.get(f"{home}/report.html", params=query))),
        "pdf": from_pdf(client.get(f"{home}/report.pdf", params=query).content),
        "xlsx": from_workbook(client.get(f"{home}/report.xlsx", params=query).content),
        "json": from_plain(json.loads(client.get(f"{home}/report.json", params=query).content)),
    }
    assert {(each.claimed, each.proven) for each in said.values()} == {(said["API"].claimed, said["API"].proven)}
    assert said["API"] != from_plain(program.get(f"{api}/{assessment}/score").json())


def test_the_parts_of_a_score_are_the_same_in_report_and_score(program: TestClient, assessment: UUID) -> None:
    score = program.get(f"/api/v1/assessments/{assessment}/score").json()
    report = program.get(f"/api/v1/assessments/{assessment}/report.json").json()
    assert [(each["key"], each["claimed"], each["proven"]) for each in report["dimensions"]] == [
        (each["key"], each["claimed"], each["proven"]) for each in score["dimensions"]
    ]
    assert {each["key"]: each["state"] for each in report["gates"]} == {
        each["key"]: each["state"] for each in score["gates"]
    }
    lines = [line for each in report["dimensions"] for line in each["questions"]]
    asked = {each["key"]: (each["claimed"], each["proven"]) for each in score["questions"] if each["applicable"]}
    assert {each["key"]: (each["claimed"], each["proven"]) for each in lines if each["state"] != "not-asked"} == asked


# ---- a score where nothing is answered


def test_where_nothing_is_answered_every_door_says_not_known(
    site: Site, client: TestClient, program: TestClient, tmp_path: Path
) -> None:
    begun = site.assessment(catalogue=SHORT)
    plain = program.get(f"/api/v1/assessments/{begun}/score").json()
    assert (plain["verdict"], plain["claimed"], plain["proven"], plain["coverage"]) == ("not-assessed", None, None, 0)
    assert {each["claimed"] for each in plain["questions"]} == {None}
    nothing = Said("Not assessed", "not known", "not known")
    assert set(from_command(program.get(f"/api/v1/assessments/{begun}").text, tmp_path).values()) == {nothing}
    milestone, home = sealed(site, begun), f"/assessments/{begun}"
    for at in (home, f"/milestones/{milestone}"):
        assert from_plain(json.loads(client.get(f"{at}/report.json").content)) == nothing if at != home else True
        for kind, read in ((".xlsx", from_workbook), (".pdf", from_pdf)):
            assert read(client.get(f"{at}/report{kind}").content)[1:] == nothing[1:]
    for path in ("/", f"/pilots/{pilot_of(site, begun)}", home, f"{home}/report", f"/milestones/{milestone}"):
        assert not re.search(r"(?<![\d.])0\.0 (claimed|proven)|(Claimed|Proven) 0\.0", words(client.get(path))), path
    row = _from_portfolio(client.get("/portfolio.xlsx").content)
    assert row == nothing


# ---- blanks counted differently by path


UNANSWERED: dict[str, dict[str, Any] | None] = {
    "never opened": None,
    "saved as blank": {"level": None},
    "somebody else is to be asked": {"level": None, "ask": "The network team"},
    "marked by one person as not applicable": {"level": None, "not_applicable": answers.Marked(reason="out-of-scope")},
    "answered, and taken back": {"level": 4},
}


def test_whichever_way_a_question_is_unanswered_it_counts_the_same(site: Site, program: TestClient) -> None:
    counted = {}
    open_to_marks = next(each for each in questions(site) if not is_gate(site, each))
    for how, given in UNANSWERED.items():
        begun = site.assessment(catalogue=SHORT)
        for question in questions(site)[:9]:
            if question != open_to_marks:
                site.answer(begun, question, 3)
        if given:
            site.answer(begun, open_to_marks, **given)
        if how == "answered, and taken back":
            site.answer(begun, open_to_marks, None)
        score = program.get(f"/api/v1/assessments/{begun}/score").json()
        figures = ("claimed", "proven", "coverage", "claimed_range", "dimensions", "verdict")
        counted[how] = {figure: score[figure] for figure in figures}
    assert {how: each for how, each in counted.items() if each != counted["never opened"]} == {}


def is_gate(site: Site, question: str) -> bool:
    with site.database.reading() as db:
        return db.catalogue(*SHORT).questions[question].gate is not None


# ---- not relevant, on one person's word


def test_a_mark_that_nobody_confirmed_raises_nothing_that_is_proven(
    site: Site, program: TestClient, assessment: UUID
) -> None:
    def proven() -> dict[str, Any]:
        score = program.get(f"/api/v1/assessments/{assessment}/score").json()
        return {each["key"]: each["proven"] for each in score["dimensions"]} | {"": score["proven"]}

    weak = next(each for each in questions(site)[17:] if not is_gate(site, each))
    site.answer(assessment, weak, 0)
    before = proven()
    site.answer(assessment, weak, None, not_applicable=answers.Marked(reason="out-of-scope"))
    assert proven() == before
    with site.database.writing() as db:
        answers.confirm_not_applicable(db, site.callers["editor"], assessment, weak, at=datetime.now(UTC))
    assert proven()[""] > before[""]


# ---- an error caught and turned into a zero


def test_a_catalogue_that_cannot_be_read_is_an_error_and_no_score(
    site: Site, client: TestClient, program: TestClient, assessment: UUID
) -> None:
    def gone(*_named: str) -> Catalogue:
        raise NotFound("There is no such catalogue here.")

    without = Database(site.url, gone)
    site.app.state.database = without
    home, api = f"/assessments/{assessment}", f"/api/v1/assessments/{assessment}"
    for path in (home, f"{home}/report", f"{home}/report.json", f"{home}/report.xlsx", f"{home}/path"):
        assert client.get(path).status_code == 404, path
    for path in (f"{api}/score", f"{api}/report.json"):
        refused = program.get(path)
        assert (refused.status_code, set(refused.json()) & {"claimed", "proven"}) == (404, set())
    site.app.state.database = site.database
    without.close()
