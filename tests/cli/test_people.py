"""The commands that need a database: migrate, demo, user add, sign-in, token add."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("READYROOM_DATABASE_URL", f"sqlite:///{tmp_path / 'readyroom.db'}")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return invoke


def test_the_first_account_founds_the_organisation_and_owns_it(run: Run) -> None:
    run("migrate")
    result = run("user", "add", "ann@example.org", "--organisation", "Nordhafen")
    assert result.exit_code == 0
    assert "as owner" in result.stderr


def test_a_sign_in_link_begins_with_the_public_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READYROOM_PUBLIC_URL", "https://ready.example.org")
    run("migrate")
    run("user", "add", "ann@example.org")
    assert run("sign-in", "ann@example.org").stdout.startswith("https://ready.example.org/sign-in/")


def test_a_token_is_printed_alone(run: Run) -> None:
    run("migrate")
    run("user", "add", "ann@example.org")
    assert len(run("token", "add", "ann@example.org").stdout.strip()) >= 43


@pytest.mark.parametrize("command", [["sign-in", "nobody@example.org"], ["token", "add", "nobody@example.org"]])
def test_an_unknown_account_is_said_in_words(run: Run, command: list[str]) -> None:
    run("migrate")
    result = run(*command)
    assert result.exit_code == 2
    assert "There is no account nobody@example.org." in result.stderr


def test_a_database_that_was_never_migrated_says_what_to_run(run: Run) -> None:
    result = run("user", "add", "ann@example.org")
    assert result.exit_code == 2
    assert "readyroom migrate" in result.stderr


def test_a_setting_that_will_not_do_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READYROOM_DATABASE_URL", "mysql://nowhere")
    result = run("migrate")
    assert result.exit_code == 2
    assert "READYROOM_DATABASE_URL" in result.stderr
