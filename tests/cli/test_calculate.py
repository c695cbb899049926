"""The command that calculates: what goes in as JSON, what comes out for machines and for people."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from app.calculators import CALCULATORS, calculator, plain, read_input
from app.cli import main
from tests.calculators.given import GIVEN


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["calculate", *arguments], input=stdin)


def test_without_a_name_it_lists_what_there_is() -> None:
    lines = run().stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(CALCULATORS)
    assert all(line.endswith("?") for line in lines)


@pytest.mark.parametrize("name", GIVEN)
def test_a_calculator_reads_a_file_and_prints_its_result_as_its_schema_says(name: str, tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text(json.dumps(GIVEN[name]))
    result = run(name, str(file))
    assert result.exit_code == 0
    printed, schemas = json.loads(result.stdout), json.loads(run(name, "--schema").stdout)
    assert printed == plain(calculator(name).calculate(read_input(name, GIVEN[name])))
    assert list(printed)[-1] == "terms"
    assert [each.message for each in Draft202012Validator(schemas["output"]).iter_errors(printed)] == []
    assert [each.message for each in Draft202012Validator(schemas["input"]).iter_errors(GIVEN[name])] == []


def test_it_reads_standard_input_with_a_byte_order_mark_too() -> None:
    text = json.dumps(GIVEN["federated"])
    assert json.loads(run("federated", "-", stdin=text).stdout)["bottleneck"] == "Porto"
    assert run("federated", "-", "--json", stdin=b"\xef\xbb\xbf" + text.encode()).exit_code == 0


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        pytest.param("alchemy", "{}", "There is no calculator 'alchemy'", id="no such calculator"),
        pytest.param("federated", "{}", "nodes: this is missing", id="something left out"),
        pytest.param("federated", json.dumps({**GIVEN["federated"], "rounds": 0}), "rounds: must be", id="impossible"),
        pytest.param(
            "capacity", json.dumps({**GIVEN["capacity"], "tensor_parallel": 3}), "tensor_parallel: ", id="odd"
        ),
        pytest.param("federated", "{", "not JSON", id="cut short"),
        pytest.param("federated", "[]", "no JSON object", id="a list"),
        pytest.param("federated", '{"rounds": NaN}', "NaN", id="not a number"),
        pytest.param("federated", '{"rounds": 1, "rounds": 2}', "rounds", id="said twice"),
        pytest.param("federated", f'{{"rounds": {"9" * 5000}}}', "is no number", id="a number without end"),
        pytest.param("federated", "[" * 200_000, "not JSON", id="nested without end"),
        pytest.param("federated", b"\xff\xfe{", "UTF-8", id="another encoding"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_would_do(name: str, given: str | bytes, said: str) -> None:
    result = run(name, "-", stdin=given)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_a_file_that_there_is_not_says_so(tmp_path: Path) -> None:
    result = run("federated", str(tmp_path / "none.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no file" in result.stderr


def on_a_terminal(*arguments: str) -> str:
    """What the command prints where somebody sits in front of it."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    with subprocess.Popen(command, stdout=theirs) as process:
        os.close(theirs)
        told = b""
        with suppress(OSError):  # as Linux ends it
            while piece := os.read(ours, 4096):
                told += piece
    os.close(ours)
    assert process.returncode == 0
    return told.decode().replace("\r\n", "\n")


def test_on_a_terminal_it_is_told_in_words_with_how_each_figure_came_about(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text(json.dumps(GIVEN["budget"]))
    output = calculator("budget").calculate(read_input("budget", GIVEN["budget"]))
    told, shown = output.told(), on_a_terminal("calculate", "budget", str(file))
    assert shown.startswith(f"{told.sentence}\n")
    assert all(f"{each.title}: {each.value}" in shown for each in told.figures)
    assert all(each.formula in shown for each in output.terms)
