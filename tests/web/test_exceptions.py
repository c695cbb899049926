"""Exceptions: asked by one, accepted by another."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app import library
from tests.web.conftest import Site

COVERABLE = next(
    question.key
    for question, gate in library.catalogue().gates
    if gate.exception and not gate.when and not question.when and not gate.exception_until
)
NEVER = next(question.key for question, gate in library.catalogue().gates if not gate.exception)


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment with a failed gate that an exception may cover."""
    begun = site.assessment()
    site.answer(begun, COVERABLE, 0)
    return begun


@pytest.fixture
def asked(client: TestClient, editor: TestClient, assessment: UUID) -> str:
    """An exception that the owner asked for."""
    sent = {"gate": COVERABLE, "reason": "Two accelerators arrive in January", "until": in_days(30)}
    client.post(f"/assessments/{assessment}/exceptions", data=sent)
    accept = re.search(r"/exceptions/([0-9a-f-]+)/acceptance", editor.get(f"/assessments/{assessment}/gates").text)
    assert accept
    return accept[1]


def test_asking_leads_back_to_the_gate(client: TestClient, assessment: UUID) -> None:
    sent = {"gate": COVERABLE, "reason": "Two accelerators arrive in January", "until": in_days(30)}
    answer = client.post(f"/assessments/{assessment}/exceptions", data=sent)
    assert answer.headers["location"] == f"/assessments/{assessment}/gates?said=asked#{COVERABLE}"


@pytest.mark.parametrize(
    ("gate", "days", "says"),
    [
        (COVERABLE, 181, "lasts longer than 180 days"),
        (COVERABLE, -1, "before it begins"),
        (NEVER, 10, "no exception can cover"),
        ("security.nothing", 10, "there is no gate"),
    ],
)
def test_what_is_not_possible_is_refused_in_words(
    client: TestClient, assessment: UUID, gate: str, days: int, says: str
) -> None:
    sent = {"gate": gate, "reason": "A reason typed with care", "until": in_days(days)}
    answer = client.post(f"/assessments/{assessment}/exceptions", data=sent)
    assert answer.status_code == 422
    assert says in answer.text
    assert "A reason typed with care" in answer.text


def test_a_request_without_a_reason_is_refused(client: TestClient, assessment: UUID) -> None:
    sent = {"gate": COVERABLE, "reason": " ", "until": in_days(10)}
    assert client.post(f"/assessments/{assessment}/exceptions", data=sent).status_code == 422


def test_whoever_asked_sees_that_another_has_to_accept(client: TestClient, assessment: UUID, asked: str) -> None:
    page = client.get(f"/assessments/{assessment}/gates").text
    assert "another account has to accept it" in page
    assert f"/exceptions/{asked}/acceptance" not in page


def test_ones_own_request_accepted_is_refused_in_words(client: TestClient, asked: str) -> None:
    answer = client.post(f"/exceptions/{asked}/acceptance")
    assert answer.status_code == 422
    assert "another account has to accept it" in answer.text


def test_accepted_by_another_the_gate_is_excepted(editor: TestClient, assessment: UUID, asked: str) -> None:
    answer = editor.post(f"/exceptions/{asked}/acceptance", data={"back": "gates"})
    assert answer.headers["location"] == f"/assessments/{assessment}/gates?said=accepted#{COVERABLE}"
    assert "accepted by <bdi>Jonas Adler</bdi>" in editor.get(f"/assessments/{assessment}/gates").text


def test_a_request_that_is_sent_back_shows_the_word_at_its_gate(
    client: TestClient, editor: TestClient, assessment: UUID, asked: str
) -> None:
    editor.post(f"/exceptions/{asked}/return", data={"note": "Say who watches the queue"})
    assert "Say who watches the queue" in client.get(f"/assessments/{assessment}/gates").text


def test_ones_own_request_can_be_withdrawn(client: TestClient, assessment: UUID, asked: str) -> None:
    answer = client.post(f"/exceptions/{asked}/withdrawal")
    assert answer.headers["location"] == f"/assessments/{assessment}/gates?said=withdrawn#{COVERABLE}"
    assert "An exception is asked for" not in client.get(f"/assessments/{assessment}/gates").text


def test_a_viewer_accepts_nothing(viewer: TestClient, asked: str) -> None:
    assert viewer.post(f"/exceptions/{asked}/acceptance").status_code == 403


@pytest.mark.parametrize("what", ["acceptance", "return", "withdrawal"])
def test_an_exception_of_another_organisation_is_not_there(stranger: TestClient, asked: str, what: str) -> None:
    word = {"note": "no"} if what == "return" else {}
    assert stranger.post(f"/exceptions/{asked}/{what}", data=word).status_code == 404


@pytest.mark.parametrize("id", ["019a3f00-0000-7000-8000-000000000000", "nothing"])
def test_an_exception_that_never_was_is_not_there(client: TestClient, id: str) -> None:
    assert client.post(f"/exceptions/{id}/acceptance").status_code == 404
