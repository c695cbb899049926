"""The commands that work on a file: score, gate, report, catalogue. No database."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main

DAY = "2026-11-20"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


@pytest.fixture
def document() -> dict[str, Any]:
    """Five answers, one of them proven."""
    proven = {
        "level": 3,
        "evidence": [
            {
                "kind": "document",
                "title": "Exercise record",
                "grade": "demonstrated",
                "observed_on": "2026-11-01",
                "attached_by": "Ann",
                "confirmed_by": "Ben",
            }
        ],
    }
    return {
        "format": "readyroom.assessment/1",
        "catalogue": {"id": "genai-production", "version": "1"},
        "pilot": {"name": "Letters", "needs": {"stop_minutes": 10}, "stated_by": "Ann", "confirmed_by": "Ben"},
        "answers": {"operations.kill-switch": proven, "operations.rollback": {"level": 3}},
    }


@pytest.fixture
def file(tmp_path: Path, document: dict[str, Any]) -> Path:
    path = tmp_path / "assessment.json"
    path.write_text(json.dumps(document))
    return path


def test_score_prints_the_verdict_and_its_reasons_and_exits_0_whatever_it_is(file: Path) -> None:
    result = run("score", str(file), "--as-of", DAY)
    assert result.exit_code == 0
    assert "Letters: Not assessed on 2026-11-20" in result.stdout
    assert "Names and grades are as the document states them." in result.stdout


def test_score_as_json_has_what_scripts_depend_on(file: Path) -> None:
    plain = json.loads(run("score", str(file), "--as-of", DAY, "--json").stdout)
    assert plain["verdict"] == "not-assessed"
    assert {each["key"]: each["state"] for each in plain["gates"]}["operations.kill-switch"] == "passed"
    question = next(each for each in plain["questions"] if each["key"] == "operations.rollback")
    assert (question["claimed"], question["proven"]) == (3, 1)


def test_score_reads_a_document_from_standard_input(document: dict[str, Any]) -> None:
    assert run("score", "-", "--as-of", DAY, stdin=json.dumps(document)).exit_code == 0


def test_gate_stops_a_pipeline_below_the_bar_and_says_why(file: Path) -> None:
    result = run("gate", str(file), "--as-of", DAY)
    assert result.exit_code == 1
    assert "questions are answered" in result.stdout
    assert "as the document states" in result.stdout


def test_gate_takes_a_bar_of_conditional(file: Path) -> None:
    assert run("gate", str(file), "--at-least", "conditional", "--as-of", DAY).exit_code == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"format": "readyroom.assessment/9"}, "format", id="another version of the format"),
        pytest.param({"catalogue": {"id": "genai-production", "version": "7"}}, "catalogue", id="an unknown catalogue"),
        pytest.param(
            {"answers": {"operations.coffee": {"level": 1}}}, "answers.operations.coffee", id="an unknown question"
        ),
        pytest.param(
            {"answers": {"operations.rollback": {"level": 5}}}, "answers.operations.rollback.level", id="a wrong level"
        ),
        pytest.param({"pilots": {}}, "pilots", id="an unknown field"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_the_place(
    document: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    result = run("score", "-", stdin=json.dumps(document | change))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format": NaN}', "[" * 100_000],
    ids=["empty", "cut off", "a list", "null", "NaN", "deep"],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    result = run("score", "-", stdin=text)
    assert result.exit_code == 2
    assert result.stderr


def test_a_missing_file_is_said_in_one_line(tmp_path: Path) -> None:
    result = run("score", str(tmp_path / "nothing.json"))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("suffix", ["pdf", "html", "xlsx", "json"])
def test_report_writes_each_form(file: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"report.{suffix}"
    result = run("report", str(file), "-o", str(out), "--as-of", DAY, "--organisation", "Nordhafen")
    assert result.exit_code == 0, result.stderr
    beginning = {"pdf": b"%PDF-", "html": b"<!doctype html>", "xlsx": b"PK", "json": b"{"}[suffix]
    assert out.read_bytes().lower().startswith(beginning.lower())


def test_report_names_the_forms_that_there_are(file: Path, tmp_path: Path) -> None:
    result = run("report", str(file), "-o", str(tmp_path / "report.docx"))
    assert result.exit_code == 2
    assert ".pdf" in result.stderr


def test_the_catalogue_is_shown_as_the_contract_says() -> None:
    plain = json.loads(run("catalogue", "show", "--json").stdout)
    assert (plain["id"], plain["version"]) == ("genai-production", "1")
    questions = [question for dimension in plain["dimensions"] for question in dimension["questions"]]
    assert all(len(question["levels"]) == 5 and len(question["effort_days"]) == 4 for question in questions)
    gates = {question["key"]: question["gate"] for question in questions if question["gate"]}
    assert gates["operations.kill-switch"] == {
        "level": 3,
        "when": None,
        "not_applicable": False,
        "exception": False,
        "exception_until": None,
    }


def test_coverage_lists_every_item_of_every_framework() -> None:
    lines = run("catalogue", "coverage").stdout.splitlines()
    assert any(line.startswith("owasp-llm-2026") and "10 of 10" in line for line in lines)


def test_check_says_file_line_and_reason(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("id: mine\nversion: 1\ncoverage: twice\n")
    result = run("catalogue", "check", str(tmp_path))
    assert result.exit_code == 2
    assert "policy.yaml:3" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        "score", "gate", "report", "serve", "migrate", "demo", "sign-in", "user add", "token add",
        "catalogue show", "catalogue check", "catalogue coverage",
    ],
)  # fmt: skip
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"readyroom {command}" in result.stdout.partition("Example:")[2]


def test_serve_lists_every_setting() -> None:
    from app.settings import VARIABLES

    shown = run("serve", "--help").stdout
    assert all(each.name in shown for each in VARIABLES)
