"""Artefacts by program: attached to an answer, or sent for the assessment as a whole and attached afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.evidence.inspect import inspected
from app.readiness.hearing import speaks_to
from app.records import arrivals
from tests.artefacts import damaged_load_test, load_test, undated
from tests.web.conftest import PROFILE, Site

TODAY = datetime.now(UTC).date()
RUN_ON = TODAY - timedelta(days=5)
LOAD_TEST = load_test(RUN_ON)
CAPACITY, MONITORING = "infrastructure.capacity-proven", "operations.monitoring"
NOWHERE = "01990000-0000-7000-8000-000000000000"


class Program:
    """A program with a token, and an assessment that it sends to."""

    def __init__(self, site: Site, who: str = "owner") -> None:
        self.site = site
        self.assessment = site.assessment()
        self.client = as_program(site, who)
        self.here = f"/api/v1/assessments/{self.assessment}"

    def attach(self, content: bytes, question: str = CAPACITY, **fields: str) -> Any:
        files = {"file": ("run.json", content, "application/json")}
        return self.client.post(f"{self.here}/answers/{question}/evidence", files=files, data=fields)

    def send(self, *contents: bytes) -> Any:
        files = [("file", (f"{at}.json", content)) for at, content in enumerate(contents)]
        return self.client.post(f"{self.here}/files", files=files)

    def waiting(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"{self.here}/files").json()["items"]
        return found

    def shown(self, question: str = CAPACITY) -> list[dict[str, Any]]:
        answers = self.client.get(self.here).json()["answers"]
        found: list[dict[str, Any]] = answers.get(question, {}).get("evidence", [])
        return found


def as_program(site: Site, who: str) -> TestClient:
    client = site.visit(None)
    client.headers["Authorization"] = f"Bearer {site.token(who)}"
    return client


@pytest.fixture
def program(site: Site) -> Program:
    return Program(site)


def test_an_artefact_is_told_as_it_was_read_and_stands_so_in_the_document(program: Program) -> None:
    answer = program.attach(LOAD_TEST)

    assert answer.status_code == 201
    said, (kept,) = answer.json(), program.shown()
    reading = inspected("x", LOAD_TEST)
    assert (said["id"], said["assessment"], said["question"]) == (kept["id"], str(program.assessment), CAPACITY)
    assert (said["kind"], said["read_grade"], said["observed_on"]) == ("artefact", "demonstrated", str(RUN_ON))
    assert said["remarks"] == list(reading.remarks)
    assert [each["value"] for each in said["findings"]] == [each.value for each in reading.findings]
    assert (kept["kind"], kept["grade"], kept["read_grade"]) == ("artefact", None, "demonstrated")
    beside = {"id": None, "against": None}
    assert kept["findings"] == [each | beside for each in said["findings"]]


def test_what_is_no_artefact_is_told_alike(program: Program) -> None:
    document = program.attach(b"A policy.", grade="documented", observed_on=str(TODAY)).json()
    assert (document["kind"], document["read_grade"], document["findings"]) == ("document", None, [])
    said = {"kind": "link", "url": "https://wiki.example.org", "observed_on": str(TODAY)}
    link = program.client.post(f"{program.here}/answers/{CAPACITY}/evidence", json=said).json()
    assert (link["kind"], link["observed_on"], link["also_on"]) == ("link", str(TODAY), [])


def test_a_date_or_kind_that_is_not_the_file_s_is_refused(program: Program) -> None:
    for content, fields, where in (
        (LOAD_TEST, {"observed_on": str(TODAY)}, "observed_on"),
        (undated(), {"observed_on": str(TODAY + timedelta(days=1))}, "observed_on"),
        (b"A policy.", {"kind": "artefact"}, None),
        (LOAD_TEST, {"kind": "link", "url": "https://wiki.example.org"}, "file"),
        (LOAD_TEST, {"kind": "calculation"}, "kind"),
        (LOAD_TEST, {"findings": "[]"}, "findings"),
        (LOAD_TEST, {"read_grade": "measured"}, "read_grade"),
    ):
        answer = program.attach(content, **fields)
        assert answer.status_code == 422, fields
        assert [each["where"] for each in answer.json().get("problems", [])] == ([where] if where else []), fields
    assert program.shown() == []


def test_the_same_file_on_an_answer_is_a_conflict_and_elsewhere_is_told(program: Program) -> None:
    first = program.attach(LOAD_TEST, title="Peak").json()
    again = program.attach(LOAD_TEST)
    assert again.status_code == 409
    assert "“Peak”, which Maren Vogt attached on" in again.json()["detail"]
    (also,) = program.attach(LOAD_TEST, MONITORING).json()["also_on"]
    assert (also["evidence"], also["question"], also["title"]) == (first["id"], CAPACITY, "Peak")


def test_files_are_sent_told_and_attached_to_several_questions(program: Program) -> None:
    sent = program.send(LOAD_TEST, undated(), b"A policy.")

    assert sent.status_code == 201
    load, k6, policy = sent.json()["files"]
    assert sent.json()["refused"] == []
    assert (load["file_name"], load["size"], load["sent_by"]) == ("0.json", len(LOAD_TEST), "Maren Vogt")
    assert (load["read"]["kind"], load["read"]["grade"]) == ("vllm-bench-serve", "demonstrated")
    assert (k6["read"]["kind"], k6["read"]["observed_on"]) == ("k6-summary", None)
    assert (policy["read"], policy["speaks_to"]) == (None, [])
    assert program.shown() == []

    path = f"{program.here}/files/{load['id']}/attachment"
    said = program.client.post(path, json={"questions": [CAPACITY, MONITORING], "title": "Peak"})

    assert said.status_code == 201
    first, second = said.json()["attached"]
    assert (first["question"], second["question"]) == (CAPACITY, MONITORING)
    assert [each["question"] for each in first["also_on"]] == [MONITORING]
    assert (first["kind"], first["observed_on"]) == ("artefact", str(RUN_ON))
    assert [each["id"] for each in program.shown(MONITORING)] == [second["id"]]
    assert [each["id"] for each in program.waiting()] == [policy["id"], k6["id"]]


def test_the_questions_that_a_file_speaks_to_are_those_of_the_rules(program: Program) -> None:
    said = program.send(LOAD_TEST).json()["files"][0]["speaks_to"]
    owner = program.site.callers["owner"]
    with program.site.database.reading() as db:
        (file,) = arrivals.list_for(db, owner, program.assessment)
        catalogue = db.catalogue()
    expected = speaks_to(catalogue, PROFILE, {}, file.evidence)
    assert said == [{"question": each.question.key, "level": each.level, "against": each.against} for each in expected]


def test_what_cannot_be_taken_is_named_beside_what_can(program: Program) -> None:
    said = program.send(damaged_load_test(RUN_ON), LOAD_TEST, b"").json()
    assert [each["file_name"] for each in said["files"]] == ["1.json"]
    assert [each["file_name"] for each in said["refused"]] == ["0.json", "2.json"]
    assert "total_output_tokens: must be a number" in said["refused"][0]["detail"]
    assert [each["file_name"] for each in program.waiting()] == ["1.json"]


def test_where_nothing_can_be_taken_the_request_is_refused_with_every_reason(program: Program) -> None:
    answer = program.send(damaged_load_test(RUN_ON), b"")
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["problems"]] == ["0.json", "1.json"]
    alone = program.send(damaged_load_test(RUN_ON))
    assert [each["where"] for each in alone.json()["problems"]] == ["total_output_tokens"]
    assert program.waiting() == []


def test_the_same_file_sent_again_is_there_already(program: Program) -> None:
    first = program.send(LOAD_TEST).json()["files"]
    assert program.send(LOAD_TEST, LOAD_TEST).json()["files"] == first
    assert len(program.waiting()) == 1


def test_a_file_that_waits_is_discarded_once(program: Program) -> None:
    (file,) = program.send(LOAD_TEST).json()["files"]
    path = f"{program.here}/files/{file['id']}"
    assert program.client.delete(path).json() == {"id": file["id"]}
    assert program.client.delete(path).status_code == 404
    assert program.client.post(f"{path}/attachment", json={"questions": [CAPACITY]}).status_code == 404
    assert program.waiting() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"questions": []}, 422),
        ({"questions": [CAPACITY], "grade": "excellent"}, 422),
        ({"questions": [CAPACITY], "observed_on": str(TODAY)}, 422),
        ({"questions": [CAPACITY], "observed_on": "yesterday"}, 422),
        ({"questions": [CAPACITY], "read_grade": "measured"}, 422),
        ({"questions": [CAPACITY, "security.moat"]}, 404),
        ({"questions": ["\u202e"]}, 422),
        ({"questions": [CAPACITY], "title": "a\u0000b"}, 422),
    ],
)
def test_an_attachment_that_does_not_fit_leaves_the_file_where_it_is(
    program: Program, body: dict[str, Any], status: int
) -> None:
    (file,) = program.send(LOAD_TEST).json()["files"]
    answer = program.client.post(f"{program.here}/files/{file['id']}/attachment", json=body)
    assert answer.status_code == status, answer.text
    assert len(program.waiting()) == 1
    assert program.shown() == []


def test_files_are_listed_a_page_at_a_time_newest_first(program: Program) -> None:
    program.send(b"One.", b"Two.", b"Three.")
    first = program.client.get(f"{program.here}/files?limit=2")
    assert [each["file_name"] for each in first.json()["items"]] == ["2.json", "1.json"]
    assert 'rel="next"' in first.headers["link"]
    rest = program.client.get(f"{program.here}/files?limit=2&cursor={first.json()['next']}").json()
    assert ([each["file_name"] for each in rest["items"]], rest["next"]) == (["0.json"], None)


def test_an_artefact_counts_at_once_and_for_more_once_it_is_confirmed(program: Program) -> None:
    program.site.answer(program.assessment, CAPACITY, 2)
    made = program.attach(LOAD_TEST).json()
    second = as_program(program.site, "editor")
    assert second.post(f"/api/v1/evidence/{made['id']}/confirmation").status_code == 200
    score = program.client.get(f"{program.here}/score").json()
    (question,) = [each for each in score["questions"] if each["key"] == CAPACITY]
    assert question["evidence"][0]["grade"] == "demonstrated"
