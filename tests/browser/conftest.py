"""Chromium as this machine has it, axe, which reads a page as assistive technology would, and a server to visit."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from threading import Event
from typing import NoReturn
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app import library
from app.demo import load
from app.records import people, portfolio, scenarios, sign_in
from app.records.caller import Caller
from app.records.database import Database
from app.web.access import SESSION_COOKIE

_PAUSE = Event()
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str | None:
    """The first installed browser that runs; Ubuntu's chromium-browser may be a stub that does not."""
    installed = (shutil.which(name) or shutil.which(name, path="/usr/bin") for name in _NAMES)
    for program in filter(None, installed):
        if subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
            return program
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process visits with one browser and one server: each costs seconds to begin."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser(leave_out: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """One browser for all tests of this process.

    While it runs, this thread counts as having an event loop: `asyncio.run` in a test has to go to a thread.
    """
    program = _chromium()
    if program is None:
        leave_out("there is no Chromium on this machine")
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root it starts in no other way
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_QUIET, *alone])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a visitor who was never here before."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe finds serious or critical on a page as it stands: a line for each element, none when all is well."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(f"() => {{ {source} }}")
        found = page.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations")
        return [
            f"{rule['impact']}: {rule['help']} ({rule['id']}) at {' '.join(map(str, node['target']))}: {node['html']}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    return violations


@dataclass
class Served:
    """A server of its own process on a demo of its own."""

    url: str
    database: Database
    process: subprocess.Popen[bytes]

    def caller(self, who: str = "astrid") -> Caller:
        """Somebody of the demo: astrid owns; emeka, clara, rafael and mei edit; paul looks."""
        with self.database.reading() as db:
            account = people.account_with(db, f"{who}@fjordhaven.example")
            assert account is not None
            return sign_in.caller_of_account(db, account.id)

    def sign_in(self, context: BrowserContext, who: str = "astrid") -> None:
        """Sign that person in, in a browser."""
        at = datetime.now(UTC)
        with self.database.writing() as db:
            ends = at + timedelta(days=14)
            token = sign_in.open_session(db, self.caller(who).account, expires_at=ends, at=at)
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.url}])

    def assessment(self, pilot: str) -> UUID:
        """The assessment of the demo's pilot of that name."""
        assessment = self._line(pilot).assessment
        assert assessment is not None
        return assessment

    def pilot(self, name: str) -> UUID:
        """The demo's pilot of that name."""
        return self._line(name).pilot

    def scenario(self, pilot: str) -> UUID:
        """The first scenario of the demo's pilot of that name."""
        with self.database.reading() as db:
            return scenarios.list_for(db, self.caller(), self.pilot(pilot))[0].id

    def _line(self, pilot: str) -> portfolio.Line:
        with self.database.reading() as db:
            lines = portfolio.portfolio(db, self.caller(), datetime.now(UTC).date())
        return next(line for line in lines if line.name == pilot)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The demo as an SQLite file's content."""
    path = tmp_path_factory.mktemp("demo") / "readyroom.db"
    database = Database(f"sqlite:///{path}", library.catalogue)
    database.migrate()
    load(database, datetime.now(UTC))
    database.close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def served(demo_file: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server with the demo, of this module's own."""
    path = tmp_path_factory.mktemp("served") / "readyroom.db"
    path.write_bytes(demo_file)
    url = f"sqlite:///{path}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app.web.serving:app", "--port", str(port), "--log-level", "warning"]
    database = Database(url, library.catalogue)
    with subprocess.Popen(command, env=os.environ | {"READYROOM_DATABASE_URL": url}) as process:
        _wait_for(process, port)
        yield Served(f"http://127.0.0.1:{port}", database, process)
        process.terminate()
    database.close()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Until the server answers; it binds its port when it can."""
    while process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except ConnectionError:
            _PAUSE.wait(0.02)
        finally:
            connection.close()
    pytest.fail("the server did not start")
