"""Two artefacts side by side, without a server."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.artefacts import damaged_load_test, load_test


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["evidence", "compare", *arguments])


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A load test, and the same with twice the time to the first word."""
    original, changed = tmp_path / "original.json", tmp_path / "changed.json"
    plain = json.loads(load_test(date(2026, 11, 1)))
    original.write_text(json.dumps(plain))
    slower = {key: 2 * value for key, value in plain.items() if "ttft" in key and isinstance(value, int | float)}
    changed.write_text(json.dumps(plain | slower))
    return str(original), str(changed)


def test_what_differs_is_given_as_findings(files: tuple[str, str]) -> None:
    found = json.loads(run(*files, "--json").stdout)["findings"]
    waits = {
        each["value"]
        for each in found
        if each["metric"] == "comparison.latency_increase"
        and each["attributes"]["of"] == "gen_ai.server.time_to_first_token"
        and each["statistic"] == "mean"
    }
    assert waits == {1.0}


def test_it_is_told_in_lines(files: tuple[str, str]) -> None:
    told = run(*files)
    assert told.exit_code == 0
    assert "comparison.latency_increase mean: 1 (of gen_ai.server.time_to_first_token" in told.stdout


def test_a_file_that_cannot_be_read_is_refused_in_words(files: tuple[str, str], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.json"
    damaged.write_bytes(damaged_load_test(date(2026, 11, 1)))
    refused = run(files[0], str(damaged))
    assert refused.exit_code == 2
    assert refused.stderr
