"""The JSON API: answers, their evidence, exceptions and links."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import ADDRESS, Site

NOWHERE = "01990000-0000-7000-8000-000000000000"  # no id of anything
QUESTION = "cost.budget-ceiling"  # a gate that allows an exception and is never out of scope
HARD_GATE = "operations.kill-switch"  # one that no exception covers
LINK = {"kind": "link", "title": "Load test", "url": "https://wiki.example/test", "observed_on": "2026-10-01"}
FIGURE = {
    "kind": "figure",
    "title": "Load test",
    "observed_on": "2026-10-01",
    "findings": [{"metric": "m", "value": 1}],
}


class Api:
    """Two accounts and one assessment."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.assessment: UUID = site.assessment()
        self.home = f"/api/v1/assessments/{self.assessment}"
        self.owner = self.client("owner")
        self.editor = self.client("editor")

    def client(self, who: str) -> TestClient:
        client = TestClient(self.site.app, base_url=ADDRESS, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {self.site.token(who)}"
        return client

    def save(self, said: dict[str, Any], question: str = QUESTION, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.owner.put(f"{self.home}/answers/{question}", json=said, headers=sent)

    def attach(self, item: dict[str, Any] = LINK) -> Any:
        return self.owner.post(f"{self.home}/answers/{QUESTION}/evidence", json=item)

    def document(self) -> Any:
        return self.owner.get(self.home).json()


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site)


def problem_fields(answer: Any) -> set[str]:
    return {each["where"] for each in answer.json()["problems"]}


def test_an_answer_is_saved_with_an_etag_and_read_again(api: Api) -> None:
    saved = api.save({"level": 3, "note": "Alarm at 80 %."})
    assert (saved.status_code, saved.headers["etag"], saved.json()["proven"]) == (200, '"1"', 1)
    found = api.owner.get(f"{api.home}/answers/{QUESTION}")
    assert (found.headers["etag"], found.json()) == ('"1"', saved.json())


def test_an_answer_that_exists_needs_an_if_match(api: Api) -> None:
    api.save({"level": 3})
    assert api.save({"level": 4}).status_code == 428
    assert api.save({"level": 4}, If_Match='"1"').headers["etag"] == '"2"'


@pytest.mark.parametrize("if_match", ['"9"', "junk", '"1", "2"', "*", "W/junk", '"99999999999999999999"'])
def test_a_stale_answer_is_answered_with_both_and_changes_nothing(api: Api, if_match: str) -> None:
    api.save({"level": 3, "note": "Theirs."})
    stale = api.save({"level": 4, "note": "Yours."}, If_Match=if_match)
    assert stale.status_code == 412
    assert (stale.json()["theirs"]["given"]["note"], stale.json()["theirs"]["version"]) == ("Theirs.", 1)
    assert stale.json()["yours"]["note"] == "Yours."
    assert api.document()["answers"][QUESTION]["level"] == 3


def test_only_if_there_is_none_yet(api: Api) -> None:
    assert api.save({"level": 3}, If_None_Match="*").status_code == 200
    assert api.save({"level": 4}, If_None_Match="*").status_code == 412


@pytest.mark.parametrize(
    ("said", "where"),
    [
        pytest.param({"level": 5}, "level", id="a level above 4"),
        pytest.param({"level": -1}, "level", id="a level below 0"),
        pytest.param({"level": "3"}, "level", id="a level as text"),
        pytest.param({"level": 2.5}, "level", id="a level in between"),
        pytest.param({"level": True}, "level", id="a level that is yes"),
        pytest.param({"level": 3, "colour": "red"}, "colour", id="a field that there is not"),
        pytest.param({"level": 3, "ask": "Legal"}, "ask", id="whom to ask beside a level"),
        pytest.param(
            {"level": 3, "not_applicable": {"reason": "other"}}, "not_applicable", id="not applicable beside a level"
        ),
        pytest.param({"not_applicable": {"reason": "dull"}}, "not_applicable.reason", id="a reason that there is not"),
        pytest.param({"not_applicable": {"reason": "other"}}, "not_applicable", id="not applicable on a gate"),
        pytest.param({"level": 3, "note": "x" * 1_000_000}, "note", id="a note of 1 MB"),
        pytest.param({"level": 3, "note": "a\u0000b"}, "note", id="a note with a control character"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_field(api: Api, said: dict[str, Any], where: str) -> None:
    answer = api.save(said)
    assert (answer.status_code, problem_fields(answer)) == (422, {where})
    assert api.document()["answers"] == {}


@pytest.mark.parametrize("question", ["cost.nothing", "nothing", "x" * 3000, "%00", "cost.budget-ceiling%0a"])
def test_an_unknown_question_is_not_found(api: Api, question: str) -> None:
    assert api.save({"level": 3}, question).status_code == 404
    assert api.owner.get(f"{api.home}/answers/{question}").status_code == 404


def test_not_applicable_counts_once_another_account_confirms(api: Api) -> None:
    question = "infrastructure.fleet-audit"
    api.save({"not_applicable": {"reason": "out-of-scope", "note": "No fleet."}}, question)
    address = f"{api.home}/answers/{question}/confirmation"
    assert api.owner.post(address).status_code == 422
    confirmed = api.editor.post(address)
    assert (confirmed.status_code, confirmed.json()["not_applicable"]["confirmed_by"]) == (200, "Jonas Adler")


@pytest.mark.parametrize("item", [LINK, FIGURE, LINK | {"grade": "measured"}])
def test_an_item_is_attached_and_stands_in_the_document(api: Api, item: dict[str, Any]) -> None:
    api.save({"level": 3})
    made = api.attach(item)
    assert made.status_code == 201
    assert [each["id"] for each in api.document()["answers"][QUESTION]["evidence"]] == [made.json()["id"]]


def test_a_document_is_attached_with_its_file(api: Api) -> None:
    file = {"file": ("Kosten – Q3.pdf", b"%PDF-1.7", "application/pdf")}
    said = {"grade": "documented", "observed_on": "2026-10-01"}
    made = api.owner.post(f"{api.home}/answers/{QUESTION}/evidence", files=file, data=said)
    (item,) = api.document()["answers"][QUESTION]["evidence"]
    assert (made.status_code, item["title"], item["kind"], len(item["sha256"])) == (
        201,
        "Kosten – Q3.pdf",
        "document",
        64,
    )


@pytest.mark.parametrize(
    ("item", "where"),
    [
        pytest.param(LINK | {"url": "javascript:alert(1)"}, "url", id="an address that is none"),
        pytest.param(LINK | {"observed_on": "2999-01-01"}, "observed_on", id="a day in the future"),
        pytest.param(LINK | {"observed_on": 20260101}, "observed_on", id="a day as a number"),
        pytest.param(LINK | {"grade": "certified"}, "grade", id="a grade that there is not"),
        pytest.param(LINK | {"kind": "artefact"}, "file", id="an artefact without its file"),
        pytest.param(LINK | {"findings": FIGURE["findings"]}, "findings", id="findings in a link"),
        pytest.param(FIGURE | {"findings": []}, "findings", id="a figure without one"),
        pytest.param(LINK | {"supports": 4}, "supports", id="what it supports"),
        pytest.param(LINK | {"kind": "document"}, "file", id="a document without its file"),
    ],
)
def test_an_item_that_does_not_fit_is_refused_with_its_field(api: Api, item: dict[str, Any], where: str) -> None:
    answer = api.attach(item)
    assert (answer.status_code, problem_fields(answer)) == (422, {where})


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({"Content-Type": "multipart/form-data"}, b"", id="a form without its boundary"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nbroken", id="half a form"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--\r\n", id="a form of nothing"),
        pytest.param({"Content-Type": "application/json"}, b"{", id="half of JSON"),
        pytest.param({"Content-Type": "text/plain"}, b"hello", id="neither"),
        pytest.param({}, b"", id="nothing"),
    ],
)
def test_a_malformed_item_is_422(api: Api, headers: dict[str, str], body: bytes) -> None:
    answer = api.owner.post(f"{api.home}/answers/{QUESTION}/evidence", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_file_beyond_the_limit_is_413(open_site: Callable[..., Site]) -> None:
    api = Api(open_site(upload_limit_bytes=1024))
    file = {"file": ("big.bin", b"x" * 1025, "application/octet-stream")}
    answer = api.owner.post(f"{api.home}/answers/{QUESTION}/evidence", files=file)
    assert (answer.status_code, api.document()["answers"]) == (413, {})


def test_nobody_confirms_what_they_attached(api: Api) -> None:
    item = api.attach().json()["id"]
    assert api.owner.post(f"/api/v1/evidence/{item}/confirmation").status_code == 422
    assert api.editor.post(f"/api/v1/evidence/{item}/confirmation").status_code == 200


def test_a_withdrawal_has_a_reason_and_is_confirmed_by_another(api: Api) -> None:
    item = api.attach().json()["id"]
    assert api.owner.post(f"/api/v1/evidence/{item}/withdrawal", json={}).status_code == 422
    assert api.owner.post(f"/api/v1/evidence/{item}/withdrawal", json={"reason": "Old."}).status_code == 200
    assert api.owner.post(f"/api/v1/evidence/{item}/confirmation").status_code == 422
    assert api.editor.post(f"/api/v1/evidence/{item}/confirmation").status_code == 200
    (kept,) = api.document()["answers"][QUESTION]["evidence"]
    assert kept["withdrawn"]["confirmed_by"] == "Jonas Adler"


def exception(days: int = 30, gate: str = QUESTION) -> dict[str, str]:
    until = datetime.now(UTC).date() + timedelta(days)
    return {"gate": gate, "reason": "The contract is signed in January.", "until": until.isoformat()}


def test_an_exception_is_asked_by_one_and_accepted_by_another(api: Api) -> None:
    asked = api.owner.post(f"{api.home}/exceptions", json=exception())
    accept = f"/api/v1/exceptions/{asked.json()['id']}/acceptance"
    assert (asked.status_code, api.owner.post(accept).status_code) == (201, 422)
    assert (api.editor.post(accept).status_code, api.editor.post(accept).status_code) == (200, 422)
    assert api.document()["exceptions"][0]["accepted_by"] == "Jonas Adler"


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(exception(gate=HARD_GATE), id="on a gate that allows none"),
        pytest.param(exception(gate="cost.nothing"), id="on no gate"),
        pytest.param(exception(days=181), id="for too long"),
        pytest.param(exception(days=-1), id="that is over"),
        pytest.param(exception() | {"reason": " "}, id="without a reason"),
    ],
)
def test_an_exception_is_refused(api: Api, asked: dict[str, str]) -> None:
    assert api.owner.post(f"{api.home}/exceptions", json=asked).status_code == 422
    assert api.document()["exceptions"] == []


def link(**changed: Any) -> dict[str, Any]:
    until = datetime.now(UTC) + timedelta(days=14)
    return {"role": "answer", "sections": ["cost"], "expires_at": until.isoformat()} | changed


def test_a_link_is_shown_once_and_revoked_at_once(api: Api) -> None:
    made = api.owner.post(f"{api.home}/links", json=link())
    path = made.json()["url"].removeprefix(ADDRESS)
    anybody = api.site.visit(None)
    assert (made.status_code, anybody.get(path).status_code) == (201, 200)
    assert "url" not in api.owner.get(f"{api.home}/links").json()["items"][0]
    assert api.editor.post(f"/api/v1/links/{made.json()['id']}/revocation").status_code == 200
    assert anybody.get(path).status_code == 404


def test_a_link_begins_with_the_public_address(open_site: Callable[..., Site]) -> None:
    api = Api(open_site(public_url="https://ready.example"))
    assert api.owner.post(f"{api.home}/links", json=link()).json()["url"].startswith("https://ready.example/l/")


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        pytest.param(link(role="own"), "role", id="a role that there is not"),
        pytest.param(link(sections=[]), "sections", id="nothing to answer"),
        pytest.param(link(sections=["nothing"]), "sections", id="a section that there is not"),
        pytest.param(link(expires_at="2020-01-01T00:00:00Z"), "expires_at", id="over before it begins"),
        pytest.param(link(expires_at="2999-01-01T00:00:00Z"), "expires_at", id="for too long"),
        pytest.param(link(expires_at="2026-12-24T12:00:00"), "expires_at", id="a moment without its zone"),
        pytest.param(link(passcode="123456"), "passcode", id="a passcode, which is not there yet"),
    ],
)
def test_a_link_that_does_not_fit_is_refused_with_its_field(api: Api, asked: dict[str, Any], where: str) -> None:
    answer = api.owner.post(f"{api.home}/links", json=asked)
    assert (answer.status_code, problem_fields(answer)) == (422, {where})


@pytest.mark.parametrize(
    "path", [f"evidence/{NOWHERE}/confirmation", f"exceptions/{NOWHERE}/acceptance", f"links/{NOWHERE}/revocation"]
)
def test_what_there_is_not_is_not_found(api: Api, path: str) -> None:
    assert api.owner.post(f"/api/v1/{path}").status_code == 404
