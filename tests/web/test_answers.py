"""The page of one section, and an answer saved on it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.records import answers, assessments, links, pilots
from app.records.answers import Given
from app.web.access import SESSION_COOKIE
from tests.web.conftest import PROFILE, Site

QUESTION = "security.supply-chain"
GATE = "security.encryption-in-transit-and-at-rest"
HTMX = {"HX-Request": "true"}


def save(client: TestClient, assessment: UUID, question: str = QUESTION, **form: Any) -> Any:
    """What saving that form answers, as a browser with htmx sends it."""
    return client.post(f"/assessments/{assessment}/answers/{question}", data=form, headers=HTMX)


def kept(site: Site, assessment: UUID, question: str = QUESTION) -> Any:
    """The answer as it stands; None where there is none."""
    with site.database.reading() as db:
        return assessments.read(db, site.callers["owner"], assessment).assessment.answers.get(question)


def holder(site: Site, assessment: UUID, *sections: str) -> TestClient:
    """Somebody who came through a link to answer those sections."""
    at = datetime.now(UTC)
    with site.database.writing() as db:
        ends = at + timedelta(days=7)
        _, token = links.make(
            db,
            site.callers["owner"],
            assessment,
            role="answer",
            sections=sections,
            appendix=False,
            title=None,
            expires_at=ends,
            at=at,
        )
        session = links.enter(db, token, "Priya Nair", at=at)
    client = site.visit(None)
    client.cookies.set(SESSION_COOKIE, session)
    return client


def test_every_question_that_is_asked_stands_on_the_page_with_its_five_anchors(site: Site, client: TestClient) -> None:
    page = client.get(f"/assessments/{site.assessment()}/security").text
    assert page.count('data-question="') == page.count('value="4"') > 5


def test_a_question_that_the_profile_makes_go_away_is_told_with_its_condition(site: Site, client: TestClient) -> None:
    page = client.get(f"/assessments/{site.assessment()}/infrastructure").text
    assert re.search(r"more questions? do(es)? not apply to this pilot", page)
    assert "is asked where " in page


def test_a_section_that_the_catalogue_has_not_is_not_found(site: Site, client: TestClient) -> None:
    assert client.get(f"/assessments/{site.assessment()}/astrology").status_code == 404


def test_a_saved_level_is_kept(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    save(client, assessment, seen=0, level="3", note="ticket 118")
    assert (kept(site, assessment).level, kept(site, assessment).note) == (3, "ticket 118")


def test_saving_answers_with_what_depends_on_it_and_with_no_field_to_type_in(site: Site, client: TestClient) -> None:
    fragment = save(client, site.assessment(), seen=0, level="3").text
    assert "Proves level 1" in fragment
    assert 'name="seen" value="1"' in fragment
    assert not re.search(r"<textarea|<select|<form|type=.radio", fragment)


def test_a_plain_form_is_led_back_to_its_question(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    answer = client.post(f"/assessments/{assessment}/answers/{QUESTION}", data={"seen": "0", "level": "2"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/assessments/{assessment}/security?said=saved#{QUESTION}",
    )


def test_the_line_ends_of_a_form_count_and_are_kept_as_one_character(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    note = "ab\r\n" * 3000 + "end"  # 12,003 characters as sent, 9,003 as typed
    assert save(client, assessment, seen=0, level="1", note=note).status_code == 200
    assert kept(site, assessment).note == note.replace("\r\n", "\n")


def test_whom_to_ask_is_kept_and_counts_as_unanswered(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    fragment = save(client, assessment, seen=0, ask="Rafael in platforms").text
    assert kept(site, assessment).ask == "Rafael in platforms"
    assert "Nothing is claimed yet." in fragment


def test_not_applicable_is_kept_with_its_reason_and_says_that_it_waits(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    fragment = save(client, assessment, seen=0, not_applicable="out-of-scope", not_applicable_note="no such thing").text
    assert kept(site, assessment).not_applicable.reason == "out-of-scope"
    assert "waits for a second person" in fragment


@pytest.mark.parametrize(
    ("form", "why"),
    [
        pytest.param({"level": "3", "ask": "Rafael"}, "stands beside a level", id="whom to ask beside a level"),
        pytest.param({"level": "3", "not_applicable": "other"}, "stands beside a level", id="not applicable beside it"),
        pytest.param({"level": "5"}, "takes", id="a level that there is not"),
        pytest.param({"level": "3", "note": "x" * 10_001}, "at most 10000 characters", id="a note that is too long"),
        pytest.param({"level": "3", "note": "a\x07b"}, "control character", id="a control character"),
        pytest.param({"level": "3", "colour": "red"}, "no such field", id="a field that there is not"),
        pytest.param({"seen": str(2**31 - 1), "level": "3"}, "must be less", id="a version beyond all numbers"),
        pytest.param({"seen": "-1", "level": "3"}, "0 or more", id="a version that cannot be"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(site: Site, client: TestClient, form: dict[str, str], why: str) -> None:
    answer = save(client, site.assessment(), **({"seen": "0"} | form))
    assert answer.status_code == 422
    assert why in answer.text


def test_what_is_refused_changes_nothing(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    save(client, assessment, seen=0, level="3", ask="Rafael")
    assert kept(site, assessment) is None


def test_a_refused_plain_form_is_shown_again_with_all_that_was_typed(site: Site, client: TestClient) -> None:
    typed = {"seen": "0", "level": "3", "ask": "Rafael", "note": "the long note"}
    page = client.post(f"/assessments/{site.assessment()}/answers/{QUESTION}", data=typed)
    assert page.status_code == 422
    assert 'value="3" checked' in page.text
    assert "the long note" in page.text
    assert 'value="Rafael"' in page.text


def test_a_question_that_the_catalogue_has_not_is_not_found(site: Site, client: TestClient) -> None:
    assert save(client, site.assessment(), "security.nonsense", seen=0, level="1").status_code == 404


def test_a_gate_that_always_applies_says_so_instead_of_offering_otherwise(site: Site, client: TestClient) -> None:
    page = client.get(f"/assessments/{site.assessment()}/security").text
    card = page.partition(f'data-question="{GATE}"')[2].partition("</article>")[0]
    assert "is a gate that always applies here" in card
    assert 'name="not_applicable"' not in card


def test_a_gate_that_always_applies_cannot_be_marked_otherwise(site: Site, client: TestClient) -> None:
    answer = save(client, site.assessment(), GATE, seen=0, not_applicable="other")
    assert answer.status_code == 422
    assert "is a gate that always applies here" in answer.text


def test_a_stale_save_is_answered_with_both_answers(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION, 2, by="editor", note="theirs it is")
    answer = save(client, assessment, seen=0, level="3", note="mine it is")
    assert answer.status_code == 412
    for words in ("Jonas Adler", "2 Defined", "theirs it is", "3 Shown to work", "mine it is"):
        assert words in answer.text


def test_a_stale_save_changes_nothing(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION, 2, by="editor")
    save(client, assessment, seen=0, level="3")
    assert kept(site, assessment).level == 2


@pytest.mark.parametrize(
    ("choice", "level", "note"),
    [
        pytest.param("mine", 3, "^mine it is$", id="mine"),
        pytest.param("both", 3, r"^mine it is\n\nJonas Adler, .* level 2: theirs it is$", id="both in the note"),
    ],
)
def test_without_javascript_a_conflict_offers_to_keep(
    site: Site, client: TestClient, choice: str, level: int, note: str
) -> None:
    assessment = site.assessment()
    url = f"/assessments/{assessment}/answers/{QUESTION}"
    site.answer(assessment, QUESTION, 2, by="editor", note="theirs it is")
    page = client.post(url, data={"seen": "0", "level": "3", "note": "mine it is"})
    form = page.text.partition(f'data-choice="{choice}"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert client.post(url, data=fields).status_code == 303
    assert kept(site, assessment).level == level
    assert re.search(note, kept(site, assessment).note)


def test_an_answer_that_exists_needs_the_version_that_was_seen(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION, 2)
    assert save(client, assessment, level="3").status_code == 428


def test_a_viewer_reads_the_section_and_has_nothing_to_save_with(site: Site, viewer: TestClient) -> None:
    page = viewer.get(f"/assessments/{site.assessment()}/security")
    assert page.status_code == 200
    assert "Add a file, a link or a figure" not in page.text
    assert page.text.count('<fieldset class="levels" disabled>') > 5


def test_a_viewer_saves_nothing(site: Site, viewer: TestClient) -> None:
    assert save(viewer, site.assessment(), seen=0, level="4").status_code == 403


def test_another_organisation_finds_no_section(site: Site, stranger: TestClient) -> None:
    assert stranger.get(f"/assessments/{site.assessment()}/security").status_code == 404


def test_a_session_that_is_over_is_told_as_such(site: Site, anonymous: TestClient) -> None:
    assert save(anonymous, site.assessment(), seen=0, level="1").status_code == 401


def test_a_page_made_for_somebody_else_saves_nothing_in_the_name_of_who_is_signed_in_now(
    site: Site, editor: TestClient
) -> None:
    assessment = site.assessment()
    answer = save(editor, assessment, seen=0, level="3", person=str(site.callers["owner"].person))
    assert answer.status_code == 401
    assert kept(site, assessment) is None


def test_the_holder_of_a_link_sees_the_sections_that_it_grants_and_no_way_elsewhere(site: Site) -> None:
    assessment = site.assessment()
    page = holder(site, assessment, "security", "cost").get(f"/assessments/{assessment}/security").text
    rail = page.partition('class="rail"')[2].partition("</nav>")[0]
    assert re.findall(rf'href="/assessments/{assessment}/(\w+)"', rail) == ["security", "cost", "files"]
    assert "/pilots/" not in page
    assert "/catalogues/" not in page
    assert "/gates" not in page


def test_the_holder_of_a_link_answers_under_their_own_name(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    save(holder(site, assessment, "security"), assessment, seen=0, level="3")
    assert "Priya Nair, by link" in client.get(f"/assessments/{assessment}/security").text


def test_the_holder_of_a_link_opens_no_other_section(site: Site) -> None:
    assessment = site.assessment()
    assert holder(site, assessment, "security").get(f"/assessments/{assessment}/cost").status_code == 404


def test_a_change_of_the_pilot_asks_to_look_again_until_the_answer_is_saved(site: Site, client: TestClient) -> None:
    pilot = site.pilot()
    assessment = site.assessment(pilot)
    question = "security.encryption-in-transit-and-at-rest"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with site.database.writing() as db:
        owner = site.callers["owner"]
        answers.save(db, owner, assessment, question, Given(level=3), seen=0, at=yesterday)
        pilots.record_change(
            db, owner, pilot, datetime.now(UTC).date(), "data", "new claims data", at=datetime.now(UTC)
        )
    assert "Look again: data changed" in client.get(f"/assessments/{assessment}/security").text
    assert "Look again" not in save(client, assessment, question, seen=1, level="3").text


def test_a_profile_that_changes_keeps_the_answer_to_a_question_that_goes_away(site: Site, client: TestClient) -> None:
    pilot = site.pilot(profile=replace(PROFILE, tools=True))
    assessment = site.assessment(pilot)
    page = client.get(f"/assessments/{assessment}/security").text
    with site.database.writing() as db:
        pilots.change(db, site.callers["owner"], pilot, "Same", PROFILE, {}, seen=1, at=datetime.now(UTC))
    gone = set(re.findall(r'data-question="([^"]+)"', page)) - set(
        re.findall(r'data-question="([^"]+)"', client.get(f"/assessments/{assessment}/security").text)
    )
    site.answer(assessment, gone.pop(), 3)
    assert "An earlier answer is kept." in client.get(f"/assessments/{assessment}/security").text


def test_a_section_asks_the_database_as_often_whatever_is_answered(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION)
    site.attach(assessment, QUESTION)
    with site.counting() as before:
        page = client.get(f"/assessments/{assessment}/security").text
    for question in set(re.findall(r'data-question="([^"]+)"', page)) - {QUESTION}:
        site.answer(assessment, question, by="editor")
        site.attach(assessment, question, by="editor")
    with site.counting() as after:
        client.get(f"/assessments/{assessment}/security")
    assert len(after) == len(before) <= 13


def test_a_save_asks_the_database_as_often_whatever_is_answered(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, "cost.budget-ceiling")
    site.attach(assessment, "cost.budget-ceiling")
    save(client, assessment, seen=0, level="1")
    with site.counting() as before:
        save(client, assessment, seen=1, level="2")
    for question in ("cost.unit-cost", "cost.demand-forecast", "security.audit-log"):
        site.answer(assessment, question, by="editor")
        site.attach(assessment, question, by="editor")
    with site.counting() as after:
        save(client, assessment, seen=2, level="3")
    assert len(after) == len(before) <= 16
