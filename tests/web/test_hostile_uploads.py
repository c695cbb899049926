"""Files that mean no good, through every door: refused in words, and nothing kept; or kept, and never obeyed."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.records.tables import Row
from tests.artefacts import damaged_load_test, load_test
from tests.web.conftest import Site

TODAY = datetime.now(UTC).date()
QUESTION = "infrastructure.capacity-proven"
LOAD_TEST = load_test(TODAY)
PROBLEM = "application/problem+json"
VISITS = {"sessions", "api_tokens"}  # they note who was here last


def zipped(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE nvidia_smi_log [<!ENTITY l0 "lol">{entities}]><nvidia_smi_log>&l9;</nvidia_smi_log>'.encode()


def two_formats() -> bytes:
    sarif = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}
    trivy = {"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "container_image", "Results": []}
    return json.dumps(sarif | trivy).encode()


LOG_BOMB = zipped("_journal/start.json", b'{"version": 2, "eval": "' + b"x" * 15_000_000)
REFUSED: dict[str, tuple[int, bytes, str]] = {
    "nothing in it": (422, b"", "empty"),
    "larger than is taken": (413, b"x" * (10 * 2**20 + 1), "larger than"),
    "nested without end": (422, b"[" * 100_000, "nested"),
    "keys without end": (413, b"{" + b",".join(b'"%d":0' % at for at in range(600_000)) + b"}", "too many values"),
    "millions of rows": (413, b"\n" * 2_000_000, "lines"),
    "a zip bomb": (422, zipped("header.json", bytes(60_000_000)), "unpack"),
    "a zip bomb that a reader knows": (413, LOG_BOMB, "more than"),
    "a path in an archive, cut short": (422, zipped("../../header.json", b"{}")[:-9], "cut short"),
    "a billion laughs": (422, laughs(), "entities"),
    "a pickle": (422, pickle.dumps({"a": [1]}), "pickle"),
    "a pickle in an archive": (422, zipped("archive/data.pkl", pickle.dumps([1])), "pickle"),
    "cut short": (422, LOAD_TEST[:-30], "cut short"),
    "a word for a number": (422, damaged_load_test(TODAY), "total_output_tokens"),
    "two formats at once": (422, two_formats(), "two things at once"),
    "a web page behind it": (422, LOAD_TEST + b"<script>alert(1)</script>", "something else"),
    "an archive behind it": (422, LOAD_TEST + zipped("a", b"b"), "something else"),
    "a program": (422, b"\x7fELF\x02\x01\x01" + bytes(100), "program"),
}


class Doors:
    """An assessment, and every way in which a file comes to it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.assessment = site.assessment()
        self.page, self.program = site.visit("owner"), site.visit(None)
        self.program.headers["Authorization"] = f"Bearer {site.token()}"

    @property
    def here(self) -> str:
        return f"/assessments/{self.assessment}"

    def item(self, content: bytes, name: str = "run.json", **fields: str) -> Any:
        path = f"/api/v1{self.here}/answers/{QUESTION}/evidence"
        return self.program.post(path, files={"file": (name, content, "application/json")}, data=fields)

    def bulk(self, content: bytes, name: str = "run.json") -> Any:
        return self.program.post(f"/api/v1{self.here}/files", files={"file": (name, content, "application/json")})

    def form(self, content: bytes, name: str = "run.json", **fields: str) -> Any:
        path = f"{self.here}/answers/{QUESTION}/evidence"
        return self.page.post(path, files={"file": (name, content)}, data={"kind": "document"} | fields)

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table, but for the notes of who was here last."""
        with self.site.database.reading() as db:
            return {
                table.name: sorted(map(str, db.sql.execute(select(table))))
                for table in Row.metadata.sorted_tables
                if table.name not in VISITS
            }

    def evidence(self) -> list[dict[str, Any]]:
        document = self.program.get(f"/api/v1{self.here}").json()
        found: list[dict[str, Any]] = document["answers"].get(QUESTION, {}).get("evidence", [])
        return found


@pytest.fixture
def doors(site: Site) -> Doors:
    return Doors(site)


@pytest.mark.parametrize("through", [Doors.item, Doors.bulk], ids=["by program", "by program, in bulk"])
def test_a_program_is_told_in_words_and_nothing_is_kept(doors: Doors, through: Callable[[Doors, bytes], Any]) -> None:
    before = doors.everything()
    for what, (status, content, words) in REFUSED.items():
        answer = through(doors, content)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), (what, answer.text[:300])
        assert words in answer.text, (what, answer.text[:300])
        assert doors.everything() == before, what


def test_a_person_is_told_on_the_page_and_nothing_is_kept(doors: Doors) -> None:
    before = doors.everything()
    for what, (status, content, words) in REFUSED.items():
        answer = doors.form(content)
        assert answer.status_code == status, (what, answer.text[:300])
        assert words in answer.text, what
        assert "Traceback" not in answer.text, what
        assert doors.everything() == before, what


def test_one_bad_file_among_good_ones_keeps_none_of_the_form(doors: Doors) -> None:
    before = doors.everything()
    files = [("file", (f"{at}.json", content)) for at, content in enumerate((LOAD_TEST, b"A policy.", b"[" * 9999))]
    answer = doors.page.post(f"{doors.here}/answers/{QUESTION}/evidence", files=files, data={"kind": "document"})
    assert answer.status_code == 422
    assert doors.everything() == before


def test_a_figure_that_is_none_becomes_no_finding(doors: Doors) -> None:
    content = load_test(TODAY, p99_ttft_ms=float("nan"), mean_ttft_ms=float("inf"))
    assert b"NaN" in content
    answer = doors.item(content)
    assert answer.status_code == 201
    (kept,) = doors.evidence()
    assert kept["kind"] == "artefact"
    assert {each["statistic"] for each in kept["findings"] if "first_token" in each["metric"]} == {"p50", "p95"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/absolute/run.json", "run.json"),
        ("run\u202egnp.exe", "rungnp.exe"),
        ('run".json\r\nX-Evil: 1', "run%22.json"),
        ("n" * 400, "n" * 120),
    ],
)
def test_a_name_is_no_path_and_turns_no_text_around(doors: Doors, name: str, shown: str) -> None:
    answer = doors.item(b"A policy.", name)
    assert answer.status_code == 201, answer.text
    (kept,) = doors.evidence()
    assert kept["title"].startswith(shown)
    assert not any(each in kept["title"] for each in "/\\\u202e\r\n")


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"GIF89a/*<script>alert(1)</script>*/",
        b'%PDF-1.7\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"name,cost\n=cmd|' /C calc'!A0,1\n",
        LOAD_TEST,
    ],
    ids=["a page", "a picture that is a script", "a document that is a picture", "formulas", "an artefact"],
)
def test_what_is_served_back_is_saved_and_never_shown(doors: Doors, content: bytes) -> None:
    made = doors.item(content, "index.html").json()
    answer = doors.page.get(f"{doors.here}/answers/{QUESTION}/evidence/{made['id']}/file")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_what_a_file_says_is_text_on_every_page(doors: Doors) -> None:
    evil = "<script>alert(1)</script>"
    content = load_test(TODAY, model_id=evil)
    made = doors.item(content, f"{evil}.json", title=evil)
    assert made.status_code == 201
    for path in ("/infrastructure", "/evidence", "/report"):
        page = doors.page.get(f"{doors.here}{path}")
        assert page.status_code == 200
        assert evil not in page.text


def test_nobody_has_a_file_read_before_they_are_known(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr("app.web.arriving.arrived", lambda name, *_: read.append(name))
    nobody, viewer, stranger = (doors.site.visit(who) for who in (None, "viewer", "stranger"))
    api = f"/api/v1{doors.here}"
    files = {"file": ("run.json", LOAD_TEST)}
    for path in (f"{api}/files", f"{api}/answers/{QUESTION}/evidence"):
        assert nobody.post(path, files=files).status_code == 401
        viewer.headers["Authorization"] = f"Bearer {doors.site.token('viewer')}"
        assert viewer.post(path, files=files).status_code == 403
        stranger.headers["Authorization"] = f"Bearer {doors.site.token('stranger')}"
        assert stranger.post(path, files=files).status_code == 404
    page = f"{doors.here}/answers/{QUESTION}/evidence"
    said = {"kind": "document"}
    assert [who.post(page, files=files, data=said).status_code for who in (nobody, viewer, stranger)] == [401, 403, 404]
    assert read == []


def test_many_bad_files_at_once_leave_room_for_a_good_one(doors: Doors) -> None:
    content = REFUSED["keys without end"][1]
    with ThreadPoolExecutor(6) as threads:
        bad = [threads.submit(doors.bulk, content) for _ in range(5)]
        good = threads.submit(doors.item, LOAD_TEST)
        assert good.result().status_code == 201
        assert {each.result().status_code for each in bad} == {413}


FORM = "multipart/form-data"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"data": {"title": "x"}, "files": {"other": ("a", b"a")}}, id="no file"),
        pytest.param({"json": {"file": "a"}}, id="no form"),
        pytest.param({"content": b"--x", "headers": {"content-type": f"{FORM}; boundary=x"}}, id="cut short"),
        pytest.param({"content": b"", "headers": {"content-type": FORM}}, id="no boundary"),
        pytest.param({"files": [("file", (f"{at}", b"x")) for at in range(60)]}, id="too many files"),
        pytest.param({"files": {"file": ("a", b"a")}, "data": {"colour": "red"}}, id="a field that there is not"),
    ],
)
@pytest.mark.parametrize("path", ["files", f"answers/{QUESTION}/evidence"])
def test_a_form_that_is_none_is_refused(doors: Doors, path: str, sent: dict[str, Any]) -> None:
    before = doors.everything()
    answer = doors.program.post(f"/api/v1{doors.here}/{path}", **sent)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == PROBLEM
    assert doors.everything() == before
