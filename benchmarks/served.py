"""A server of its own process on a scratch database, and what it does under load."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from app import library
from app.demo import load
from app.records import answers, assessments, people, portfolio, sign_in
from app.records.caller import Caller
from app.records.database import Database
from app.web.access import SESSION_COOKIE
from benchmarks.measure import Measure

_CONNECTIONS = 8
_SECONDS = 4.0
_VISITS = 100


@dataclass(frozen=True, slots=True)
class Scene:
    """A demo in a database file, and who is at work in it."""

    url: str
    database: Database
    caller: Caller
    cookie: str
    assessments: tuple[UUID, ...]


@contextmanager
def _scene(folder: Path, *, copies: int) -> Iterator[Scene]:
    url = f"sqlite:///{folder / 'bench.db'}"
    database = Database(url, library.catalogue)
    database.migrate()
    at = datetime.now(UTC)
    load(database, at)
    with database.writing() as db:
        account = people.account_with(db, "astrid@fjordhaven.example")
        assert account is not None
        caller = sign_in.caller_of_account(db, account.id)
        cookie = sign_in.open_session(db, account.id, expires_at=at + timedelta(days=1), at=at)
        lines = portfolio.portfolio(db, caller, at.date())
        mine = tuple(line.assessment for line in lines if line.assessment)
        if copies:
            _copy(db.sql, mine[0], copies)
    yield Scene(url, database, caller, cookie, mine)
    database.close()


def _copy(sql: Any, original: UUID, copies: int) -> None:
    """More assessments of the same size beside the demo's, with their answers: only so many rows, to be in the way."""
    for _ in range(copies):
        new = uuid7().hex
        _copy_rows(sql, "assessments", f"id = '{original.hex}'", {"id": new})
        _copy_rows(sql, "answers", f"assessment_id = '{original.hex}' LIMIT 30", {"assessment_id": new})


def _copy_pilots(scene: Scene, copies: int) -> None:
    """More pilots beside the demo's, each with an assessment, its kept figures, its milestones and its path to Go."""
    with scene.database.writing() as db:
        for number in range(copies):
            original = scene.assessments[number % len(scene.assessments)].hex
            pilot = db.sql.scalar(text(f"SELECT pilot_id FROM assessments WHERE id = '{original}'"))
            new, assessment = uuid7().hex, uuid7().hex
            _copy_rows(db.sql, "pilots", f"id = '{pilot}'", {"id": new, "name": f"Pilot {number}"})
            _copy_rows(db.sql, "assessments", f"id = '{original}'", {"id": assessment, "pilot_id": new})
            _copy_rows(db.sql, "worked_out", f"assessment_id = '{original}'", {"assessment_id": assessment})
            for row in db.sql.scalars(text(f"SELECT id FROM milestones WHERE assessment_id = '{original}'")).all():
                _copy_rows(db.sql, "milestones", f"id = '{row}'", {"id": uuid7().hex, "assessment_id": assessment})


def _copy_rows(sql: Any, table: str, which: str, other: Mapping[str, str]) -> None:
    """Rows once more, with other values in some columns."""
    names = [row[1] for row in sql.execute(text(f"PRAGMA table_info({table})"))]
    values = ", ".join(f":{each}" if each in other else each for each in names)
    sql.execute(text(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {which}"), other)


@contextmanager
def _server(url: str) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """A running server: its port, its process, and the seconds from start to its first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app.web.serving:app",
        "--port",
        str(port),
        "--log-level",
        "warning",
        "--no-access-log",
    ]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | {"READYROOM_DATABASE_URL": url})
    try:
        while True:
            try:
                if _get(port, "/sign-in", None)[0] == 200:
                    break
            except OSError:
                time.sleep(0.01)
            if process.poll() is not None or time.perf_counter() - began > 30:
                raise RuntimeError("the server did not start")
        yield port, process, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _get(port: int, path: str, cookie: str | None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Cookie": f"{SESSION_COOKIE}={cookie}"} if cookie else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def _saves_over_http(port: int, scene: Scene) -> float:
    """Answers saved a second, by eight connections at once."""
    questions = list(library.catalogue().questions)[:_CONNECTIONS]
    headers = {
        "Cookie": f"{SESSION_COOKIE}={scene.cookie}",
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
        "Sec-Fetch-Site": "same-origin",
    }
    with scene.database.reading() as db:
        seen = {key: answers.version_of(db, scene.caller, scene.assessments[0], key) for key in questions}

    def one(question: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        saved, version, until = 0, seen[question], time.perf_counter() + _SECONDS
        while time.perf_counter() < until:
            form = {
                "seen": version,
                "level": str(saved % 4),
                "ask": "",
                "note": f"Save {saved}.",
                "not_applicable": "",
                "not_applicable_note": "",
            }
            connection.request(
                "POST", f"/assessments/{scene.assessments[0]}/answers/{question}", urlencode(form), headers
            )
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"a save was answered {answer.status}: {body[:400]!r}")
            saved, version = saved + 1, version + 1
        return saved

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        return sum(pool.map(one, questions)) / _SECONDS


def _saves_in_process(scene: Scene) -> float:
    """The same work a second without HTTP, in this process: session, save, score, audit row, fragment."""
    from benchmarks.fragment import fragment

    question = list(library.catalogue().questions)[_CONNECTIONS]
    with scene.database.reading() as db:
        version = answers.version_of(db, scene.caller, scene.assessments[0], question)
    saved, until = 0, time.perf_counter() + _SECONDS
    while time.perf_counter() < until:
        with scene.database.writing() as db:
            at = datetime.now(UTC)
            caller = sign_in.caller_of_session(db, scene.cookie, at=at)
            assert caller is not None
            assessments.find(db, caller, scene.assessments[0])
            given = answers.Given(level=saved % 4, note=f"Save {saved}.")
            scored = answers.save(db, caller, scene.assessments[0], question, given, seen=version, at=at)
            fragment(scored, question, caller)
        saved, version = saved + 1, version + 1
    return saved / _SECONDS


def measures() -> Iterator[Measure]:
    """Saving, pages, start and memory."""
    folder = Path(tempfile.mkdtemp(prefix="readyroom-bench-"))
    try:
        yield from _measures(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measures(folder: Path) -> Iterator[Measure]:
    rates: dict[int, float] = {}
    for copies in (5, 9995):
        (folder / str(copies)).mkdir()
        with _scene(folder / str(copies), copies=copies) as scene, _server(scene.url) as (port, process, started):
            count = copies + len(scene.assessments)
            if copies == 5:
                yield Measure("start to first answer", 1000 * started, "ms", 2000)
            inside = _saves_in_process(scene)
            rates[count] = _saves_over_http(port, scene)
            share = 100 * rates[count] / inside
            detail = f"{rates[count]:.0f} a second over HTTP, {inside:.0f} in process"
            yield Measure(
                f"saving over HTTP, {count} assessments: share of in-process",
                share,
                "%",
                50,
                at_least=True,
                detail=detail,
            )
            if copies == 5:
                yield from _pages(port, scene, process)
                yield _memory(port, scene, process)
    (folder / "portfolio").mkdir()
    with _scene(folder / "portfolio", copies=0) as scene, _server(scene.url) as (port, process, _):
        _get(port, "/portfolio.xlsx", scene.cookie)  # works out every path to Go, and keeps it once that is sent
        while b"work it out" in _get(port, "/", scene.cookie)[1]:
            time.sleep(0.05)
        _copy_pilots(scene, 500 - len(scene.assessments))
        yield _server_time("portfolio of 500 pilots", port, "/", scene, process, 50)
        yield _server_time("its no-gos, by effort", port, "/?show=no-go&sort=effort", scene, process, 50)
    few, many = rates.values()
    yield Measure("saving with 10,000 assessments, against 10", 100 * many / few, "%", 80, at_least=True)


def _pages(port: int, scene: Scene, process: subprocess.Popen[bytes]) -> Iterator[Measure]:
    """The server's own time for pages: what its process spends on them, by the system's clock for processes."""
    report = max(scene.assessments, key=lambda each: len(_get(port, f"/assessments/{each}/report", scene.cookie)[1]))
    pages = {
        "report page": f"/assessments/{report}/report",
        "section page": f"/assessments/{report}/security",
        "portfolio": "/",
    }
    for name, path in pages.items():
        yield _server_time(name, port, path, scene, process, 25)


def _server_time(
    name: str, port: int, path: str, scene: Scene, process: subprocess.Popen[bytes], limit: float
) -> Measure:
    status, body = _get(port, path, scene.cookie)
    if status != 200:
        raise RuntimeError(f"{path} was answered {status}")
    _get(port, path, scene.cookie)  # what the first visit left to be kept is kept before the second is answered
    spent = _seconds_of(process)
    for _ in range(_VISITS):
        _get(port, path, scene.cookie)
    each = 1000 * (_seconds_of(process) - spent) / _VISITS
    return Measure(f"{name}, server time", each, "ms", limit, detail=f"{len(body) // 1024} KB")


def _seconds_of(process: subprocess.Popen[bytes]) -> float:
    """Processor time that a process has taken so far (Linux)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(port: int, scene: Scene, process: subprocess.Popen[bytes]) -> Measure:
    paths = ["/", *(f"/assessments/{each}/report" for each in scene.assessments)]
    for index in range(1000):
        _get(port, paths[index % len(paths)], scene.cookie)
    status, body = _get(port, f"/assessments/{scene.assessments[0]}/report.pdf", scene.cookie)
    if status != 200 or not body.startswith(b"%PDF"):
        raise RuntimeError(f"the PDF was answered {status}")
    held = next(
        line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return Measure("memory of one worker after 1,000 pages and a PDF", int(held.split()[1]) / 1024, "MiB", 200)
