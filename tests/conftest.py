"""What every test may ask for: a real database of either kind, and a plain word on what had to be left out."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests.postgres import Server, found_binaries

settings.register_profile("short", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("long", max_examples=3000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

LEFT_OUT = "left out: "


@pytest.fixture(scope="session")
def leave_out() -> Callable[[str], NoReturn]:
    """Leaves a test out because this machine lacks something; a failure where nothing may be left out."""

    def leave(why: str) -> NoReturn:
        if os.environ.get("READYROOM_NOTHING_LEFT_OUT") == "1":
            pytest.fail(f"{LEFT_OUT}{why}", pytrace=False)
        pytest.skip(f"{LEFT_OUT}{why}")

    return leave


@pytest.fixture(scope="session")
def postgresql_server(leave_out: Callable[[str], NoReturn]) -> Iterator[Server]:
    """A PostgreSQL server of this test process's own."""
    binaries = found_binaries()
    if binaries is None:
        leave_out("there is no PostgreSQL 15 or newer on this machine (initdb and postgres)")
    with Server.started(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'readyroom.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        yield url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says, after everything else, what this machine could not run."""
    outcomes = (*terminalreporter.stats.get("skipped", ()), *terminalreporter.stats.get("error", ()))
    reasons = Counter(reason for reason in map(_reason, outcomes) if reason)
    for reason, tests in reasons.items():
        terminalreporter.section("left out", yellow=True)
        terminalreporter.write_line(f"{tests} {'test was' if tests == 1 else 'tests were'} left out: {reason}.")


def _reason(report: pytest.TestReport) -> str | None:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return text.partition(LEFT_OUT)[2].strip() or None
