"""readyroom verify: a milestone file is what was sealed, or what differs is said. No database, no network."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app import library
from app.cli import main
from app.readiness.assessment import Answer, Assessment, CatalogueReference, Evidence, Pilot
from app.readiness.catalogue_document import catalogue_document
from app.readiness.grade import Grade
from app.readiness.milestone import milestone_file, seal
from app.readiness.score import score

DAY = date(2026, 11, 20)


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments], input=stdin)


@pytest.fixture(scope="module")
def milestone() -> dict[str, Any]:
    """Letters, sealed in autumn by Dora, on the catalogue that comes with the product."""
    catalogue = library.catalogue()
    shown = Evidence(
        kind="document", grade=Grade.DEMONSTRATED, observed_on=DAY, attached_by="person-1", confirmed_by="person-2"
    )
    said = Assessment(
        catalogue=CatalogueReference(id=catalogue.id, version=catalogue.version),
        pilot=Pilot(name="Letters", stated_by="person-1", confirmed_by="person-2"),
        answers={"operations.kill-switch": Answer(level=3, evidence=(shown,)), "operations.rollback": Answer(level=2)},
    )
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    text, digest = seal(catalogue, said, score(catalogue, said, DAY), title="Autumn", by="person-1", at=at)
    people = {"person-1": "Dora", "person-2": "Emil"}
    content = catalogue_document(catalogue)
    return milestone_file(text, id="0190", sha256=digest, people=people, catalogue_content=content)


@pytest.fixture
def file(tmp_path: Path, milestone: dict[str, Any]) -> Path:
    path = tmp_path / "milestone.json"
    path.write_text(json.dumps(milestone, indent=2))
    return path


def test_what_is_as_it_was_sealed_is_verified_with_title_day_verdict_and_digest(
    file: Path, milestone: dict[str, Any]
) -> None:
    result = run(str(file))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("verified: Autumn, sealed by Dora at 2026-11-20T09:30:00Z\n")
    assert "Letters: Not assessed on 2026-11-20" in result.stdout
    assert milestone["sha256"] in result.stdout


def test_it_is_read_from_standard_input_too(milestone: dict[str, Any]) -> None:
    assert run("-", stdin=json.dumps(milestone)).exit_code == 0


def test_as_json_it_says_the_same(file: Path, milestone: dict[str, Any]) -> None:
    plain = json.loads(run(str(file), "--json").stdout)
    assert plain["verified"] is True
    assert (plain["title"], plain["verdict"], plain["sha256"]) == ("Autumn", "not-assessed", milestone["sha256"])


def test_somebody_whose_name_was_taken_away_breaks_no_seal(milestone: dict[str, Any]) -> None:
    result = run("-", stdin=json.dumps(milestone | {"people": {}}))
    assert result.exit_code == 0
    assert "sealed by person-1" in result.stdout


def test_what_differs_is_said_and_the_exit_is_1(milestone: dict[str, Any]) -> None:
    changed = milestone | {"score": milestone["score"] | {"verdict": "go"}}
    result = run("-", stdin=json.dumps(changed))
    assert result.exit_code == 1
    assert result.stdout.startswith("This milestone does not hold.\n- sha256: ")
    assert 'score.verdict: "go" is sealed, and scoring it afresh gives "not-assessed"' in result.stdout


def test_what_differs_is_said_as_json_too(milestone: dict[str, Any]) -> None:
    result = run("-", "--json", stdin=json.dumps(milestone | {"title": "Spring"}))
    assert result.exit_code == 1
    plain = json.loads(result.stdout)
    assert plain["verified"] is False
    assert [each["where"] for each in plain["problems"]] == ["sha256"]


def test_a_long_list_of_differences_is_cut_off_with_their_number(milestone: dict[str, Any]) -> None:
    gates = [each | {"state": "passed"} for each in milestone["score"]["gates"]]
    result = run("-", stdin=json.dumps(milestone | {"score": milestone["score"] | {"gates": gates}}))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) <= 22


def test_what_a_terminal_would_obey_is_shown_and_not_sent_to_it(milestone: dict[str, Any]) -> None:
    for hostile in (milestone | {"\x1b[2J\u202e": 1}, milestone | {"people": {"\x1b[2J\u202e": 7}}):
        output = run("-", stdin=json.dumps(hostile)).output
        assert "\\x1b[2J\\u202e" in output
        assert "\x1b" not in output


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param(b"%PDF-1.7 report", "a PDF", id="a PDF"),
        pytest.param(b"PK\x03\x04xlsx", "a workbook or an archive", id="a workbook"),
        pytest.param(b"\xff\xfe", "not UTF-8", id="bytes"),
        pytest.param(b"", "not JSON", id="nothing"),
        pytest.param(b"[]", "no JSON object", id="a list"),
        pytest.param(b'{"format": "readyroom.assessment/1"}', "no milestone file", id="an assessment document"),
        pytest.param(b'{"format": "readyroom.milestone/1"}', "sha256", id="a milestone without its digest"),
        pytest.param(b'{"\\ud800": 1, "\\ud800": 2}', "not JSON", id="half a character, twice"),
    ],
)
def test_what_is_no_milestone_file_is_refused_in_words_and_the_exit_is_2(given: bytes, says: str) -> None:
    result = run("-", stdin=given)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not result.stdout
    result.stderr.encode()


def test_a_missing_file_is_said_in_one_line(tmp_path: Path) -> None:
    result = run(str(tmp_path / "nothing.json"))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_help_has_an_example() -> None:
    result = run("--help")
    assert "readyroom verify" in result.stdout.partition("Example:")[2]
