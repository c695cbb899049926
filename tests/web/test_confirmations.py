"""What waits for a second person: one list, dealt with in place."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app import library
from app.finding import Finding
from app.records import assessments, attachments
from app.records.kept import Kept
from tests.web.conftest import Site

QUESTIONS = library.catalogue().questions
PLAIN = next(key for key, each in QUESTIONS.items() if not each.gate and not each.when)
HTMX = {"HX-Request": "true"}


def read(site: Site, assessment: UUID) -> Kept:
    with site.database.reading() as db:
        return assessments.read(db, site.callers["owner"], assessment)


def withdraw(site: Site, evidence: UUID, by: str = "editor") -> None:
    with site.database.writing() as db:
        attachments.withdraw(db, site.callers[by], evidence, "Describes a tool that is gone", at=datetime.now(UTC))


@pytest.fixture
def assessment(site: Site) -> UUID:
    """The owner's, with one answer of the editor's."""
    begun = site.assessment()
    site.answer(begun, PLAIN, 3, by="editor")
    return begun


@pytest.fixture
def item(site: Site, assessment: UUID) -> UUID:
    """What the editor shows for the answer, as measured."""
    return site.attach(assessment, PLAIN, by="editor", title="Load test of June", grade="measured")


def test_what_another_attached_waits_with_all_that_one_needs_to_judge_it(client: TestClient, item: UUID) -> None:
    page = client.get("/confirmations").text
    for needed in ("Load test of June", "Jonas Adler", QUESTIONS[PLAIN].text, QUESTIONS[PLAIN].levels[3]):
        assert needed in page.replace("&#39;", "'")


def test_what_an_item_would_prove_once_confirmed_is_said(client: TestClient, item: UUID) -> None:
    page = " ".join(client.get("/confirmations").text.split())
    assert "declared as measured, counts as documented now" in page
    assert "the answer proves level 3 instead of 2" in page


def test_the_findings_of_a_figure_are_shown(client: TestClient, site: Site, assessment: UUID) -> None:
    finding = Finding(metric="ttft", statistic="p95", value=812.0, unit="ms", attributes={"concurrency": 64})
    site.attach(assessment, PLAIN, by="editor", kind="figure", url=None, findings=(finding,))
    page = client.get("/confirmations").text
    assert "812 ms" in page
    assert "concurrency 64" in page


def test_ones_own_stands_apart_and_cannot_be_confirmed(editor: TestClient, item: UUID) -> None:
    page = editor.get("/confirmations").text
    assert "Yours, waiting for somebody else" in page
    assert f"/evidence/{item}/confirmation" not in page


def test_ones_own_work_confirmed_is_refused_in_words(editor: TestClient, item: UUID) -> None:
    answer = editor.post(f"/evidence/{item}/confirmation")
    assert answer.status_code == 422
    assert "another account has to confirm it" in answer.text


def test_a_confirmed_item_waits_no_more(client: TestClient, site: Site, assessment: UUID, item: UUID) -> None:
    answer = client.post(f"/evidence/{item}/confirmation")
    assert answer.headers["location"] == "/confirmations?said=confirmed"
    assert read(site, assessment).assessment.answers[PLAIN].evidence[0].confirmed
    assert "Load test of June" not in client.get("/confirmations").text


def test_one_comes_back_to_the_question_from_where_one_confirmed(
    client: TestClient, assessment: UUID, item: UUID
) -> None:
    answer = client.post(f"/evidence/{item}/confirmation", data={"back": "section"})
    dimension = PLAIN.partition(".")[0]
    assert answer.headers["location"] == f"/assessments/{assessment}/{dimension}?said=confirmed#{PLAIN}"


def test_an_item_is_sent_back_with_a_word(client: TestClient, site: Site, assessment: UUID, item: UUID) -> None:
    client.post(f"/evidence/{item}/return", data={"note": "The date is missing"})
    assert [each.note for each in read(site, assessment).sent_back] == ["The date is missing"]


def test_sending_back_without_a_word_is_refused(client: TestClient, site: Site, assessment: UUID, item: UUID) -> None:
    assert client.post(f"/evidence/{item}/return", data={"note": " "}).status_code == 422
    assert not read(site, assessment).sent_back


def test_a_withdrawal_waits_and_is_confirmed(client: TestClient, site: Site, assessment: UUID, item: UUID) -> None:
    withdraw(site, item)
    assert "Describes a tool that is gone" in client.get("/confirmations").text
    client.post(f"/evidence/{item}/withdrawal/confirmation")
    withdrawn = read(site, assessment).assessment.answers[PLAIN].evidence[0].withdrawn
    assert withdrawn
    assert withdrawn.confirmed


def test_a_withdrawal_that_is_sent_back_is_none_any_more(
    client: TestClient, site: Site, assessment: UUID, item: UUID
) -> None:
    withdraw(site, item)
    client.post(f"/evidence/{item}/withdrawal/return", data={"note": "It still holds"})
    assert read(site, assessment).assessment.answers[PLAIN].evidence[0].withdrawn is None


def test_an_item_withdrawn_meanwhile_is_not_confirmed_by_mistake(client: TestClient, site: Site, item: UUID) -> None:
    withdraw(site, item)
    answer = client.post(f"/evidence/{item}/confirmation")
    assert answer.status_code == 422
    assert "withdrawn meanwhile" in answer.text


@pytest.fixture
def marked(site: Site, assessment: UUID) -> str:
    """The answer marked by the editor as not applicable."""
    reason = {"reason": "out-of-scope", "note": "No such part in this system"}
    site.answer(assessment, PLAIN, None, by="editor", not_applicable=reason)
    return f"/assessments/{assessment}/answers/{PLAIN}"


def test_a_mark_of_not_applicable_waits_and_is_confirmed(
    client: TestClient, site: Site, assessment: UUID, marked: str
) -> None:
    assert "No such part in this system" in client.get("/confirmations").text
    client.post(f"{marked}/confirmation")
    mark = read(site, assessment).assessment.answers[PLAIN].not_applicable
    assert mark
    assert mark.confirmed


def test_a_mark_of_not_applicable_is_sent_back(client: TestClient, site: Site, assessment: UUID, marked: str) -> None:
    client.post(f"{marked}/return", data={"note": "The archive is part of it"})
    assert [each.note for each in read(site, assessment).sent_back] == ["The archive is part of it"]


def test_profile_and_needs_wait_and_are_confirmed(editor: TestClient, site: Site) -> None:
    pilot = site.pilot("Tender search")
    assessment = site.assessment(pilot)
    assert f"/pilots/{pilot}/confirmation" in editor.get("/confirmations").text
    answer = editor.post(f"/pilots/{pilot}/confirmation", data={"seen": "1", "back": "pilot"})
    assert answer.headers["location"] == f"/pilots/{pilot}?said=confirmed"
    assert read(site, assessment).assessment.pilot.confirmed


def test_a_profile_changed_meanwhile_is_not_confirmed_by_mistake(editor: TestClient, site: Site) -> None:
    pilot = site.pilot()
    assert editor.post(f"/pilots/{pilot}/confirmation", data={"seen": "7"}).status_code == 412


def test_profile_and_needs_are_sent_back_with_a_word(client: TestClient, editor: TestClient, site: Site) -> None:
    pilot = site.pilot()
    editor.post(f"/pilots/{pilot}/return", data={"note": "Customers use it as well"})
    assert "Customers use it as well" in client.get(f"/pilots/{pilot}").text


def test_ones_own_profile_confirmed_is_refused_in_words(client: TestClient, site: Site) -> None:
    answer = client.post(f"/pilots/{site.pilot()}/confirmation")
    assert answer.status_code == 422
    assert "another account has to confirm it" in answer.text


def test_htmx_gets_the_list_without_the_row_and_the_next_row_ready(
    client: TestClient, site: Site, assessment: UUID, item: UUID
) -> None:
    other = site.attach(assessment, PLAIN, by="editor", title="Load test of July")
    following = f"item-{other}-{PLAIN}".replace(".", "-")
    answer = client.post(f"/evidence/{item}/confirmation", data={"next": following}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#waiting"
    assert "Load test of June" not in answer.text
    assert f'id="{following}" open' in answer.text
    assert "<html" not in answer.text


def test_after_the_last_row_the_heading_is_read_next(client: TestClient, item: UUID) -> None:
    answer = client.post(f"/evidence/{item}/confirmation", headers=HTMX)
    assert '<h1 tabindex="-1" autofocus>Nothing waits for you' in answer.text


def test_a_refusal_does_not_take_the_place_of_the_list(editor: TestClient, item: UUID) -> None:
    answer = editor.post(f"/evidence/{item}/confirmation", headers=HTMX)
    assert answer.status_code == 422
    assert "HX-Retarget" not in answer.headers


def test_a_viewer_confirms_nothing(viewer: TestClient, item: UUID) -> None:
    assert viewer.post(f"/evidence/{item}/confirmation").status_code == 403
    assert "You look only" in viewer.get("/confirmations").text


def test_what_waits_elsewhere_is_not_shown(stranger: TestClient, item: UUID) -> None:
    assert "Load test of June" not in stranger.get("/confirmations").text


@pytest.mark.parametrize("what", ["confirmation", "return", "withdrawal/confirmation", "withdrawal/return"])
def test_an_item_of_another_organisation_is_not_there(stranger: TestClient, item: UUID, what: str) -> None:
    word = {"note": "no"} if what.endswith("return") else {}
    assert stranger.post(f"/evidence/{item}/{what}", data=word).status_code == 404


@pytest.mark.parametrize("what", ["confirmation", "return"])
def test_a_mark_of_another_organisation_is_not_there(stranger: TestClient, marked: str, what: str) -> None:
    word = {"note": "no"} if what == "return" else {}
    assert stranger.post(f"{marked}/{what}", data=word).status_code == 404


def test_the_list_asks_as_much_of_the_database_however_much_waits(
    client: TestClient, site: Site, assessment: UUID, item: UUID
) -> None:
    with site.counting() as few:
        client.get("/confirmations")
    for question in list(QUESTIONS)[:20]:
        site.attach(assessment, question, by="editor")
    with site.counting() as many:
        client.get("/confirmations")
    assert len(few) == len(many)
