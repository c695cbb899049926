"""Milestones: sealed, listed, shown as they were, given out as files, and compared."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app import library
from app.readiness.milestone import read_milestone
from app.records import assessments, audit, milestones
from tests.report.read_back import read_back, squeezed
from tests.web.conftest import Site
from tests.web.leads import Links
from tests.web.test_reports import reader

SHORT = ("genai-first-look", "1")  # 25 questions
TODAY = datetime.now(UTC).date()


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment by the short catalogue, half of it answered."""
    begun = site.assessment(catalogue=SHORT)
    for question in _questions(site)[:15]:
        site.answer(begun, question, 2, note=f"What we know of {question}.")
    return begun


def _questions(site: Site) -> list[str]:
    with site.database.reading() as db:
        return list(db.catalogue(*SHORT).questions)


def sealed(site: Site, assessment: UUID, title: str = "Steering committee", *, days_ago: int = 0) -> UUID:
    with site.database.writing() as db:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        return milestones.seal(db, site.callers["owner"], assessment, title, at=at)


def seal(client: TestClient, assessment: UUID, title: str) -> Any:
    return client.post(f"/assessments/{assessment}/milestones", data={"title": title})


def words(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def test_a_sealed_milestone_is_shown_with_its_digest(client: TestClient, assessment: UUID) -> None:
    answer = seal(client, assessment, "Steering committee")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "Sealed. It never changes." in page.text
    assert re.search(r"[0-9a-f]{64}", page.text)
    assert "The digests fit" in page.text


def test_the_list_is_empty_in_words_before_the_first(client: TestClient, assessment: UUID) -> None:
    assert "No milestone is sealed yet" in words(client, f"/assessments/{assessment}/milestones")


def test_the_list_shows_every_milestone_the_newest_first(site: Site, client: TestClient, assessment: UUID) -> None:
    ids = [str(sealed(site, assessment, title, days_ago=days)) for title, days in (("First", 9), ("Second", 3))]
    leads = Links(client.get(f"/assessments/{assessment}/milestones").text).to
    assert [to for to in leads if to.startswith("/milestones/")] == [f"/milestones/{each}" for each in reversed(ids)]


def test_a_title_is_given_once_and_what_was_typed_is_kept(client: TestClient, assessment: UUID) -> None:
    seal(client, assessment, "Steering committee")
    answer = seal(client, assessment, "Steering committee")
    assert answer.status_code == 409
    assert "already" in answer.text
    assert 'value="Steering committee"' in answer.text


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "turned\u202eround"])
def test_a_title_that_does_not_fit_is_refused_in_words(client: TestClient, assessment: UUID, title: str) -> None:
    answer = seal(client, assessment, title)
    assert answer.status_code == 422
    assert "It is not sealed" in answer.text


def test_a_title_in_a_script_from_right_to_left_is_shown_as_it_is(client: TestClient, assessment: UUID) -> None:
    page = client.get(seal(client, assessment, "اجتماع اللجنة").headers["location"])
    assert "<bdi>اجتماع اللجنة</bdi>" in page.text


def test_what_was_sealed_does_not_move_with_the_assessment(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment)
    before = words(client, f"/milestones/{milestone}")
    for question in _questions(site):
        site.answer(assessment, question, 4)
    assert words(client, f"/milestones/{milestone}") == before


def test_the_file_verifies_itself(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment)
    answer = client.get(f"/milestones/{milestone}/file")
    read = read_milestone(answer.text)
    assert (read.title, read.id) == ("Steering committee", str(milestone))
    assert 'filename="Letter-drafting-milestone-Steering-committee.json"' in answer.headers["content-disposition"]


@pytest.mark.parametrize("file", ["file", "report.pdf", "report.json"])
def test_whoever_takes_a_file_stands_in_the_audit(site: Site, client: TestClient, assessment: UUID, file: str) -> None:
    milestone = sealed(site, assessment)
    client.get(f"/milestones/{milestone}/{file}")
    with site.database.reading() as db:
        entry = audit.list_for(db, site.callers["owner"], subject=assessment).items[0]
    assert (entry.after or {})["milestone"] == str(milestone)


def test_the_report_of_a_milestone_is_the_one_of_its_day(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment, days_ago=40)
    site.answer(assessment, _questions(site)[0], 4, note="Said much later.")
    said = json.loads(client.get(f"/milestones/{milestone}/report.json").content)
    assert said["as_of"] == (TODAY - timedelta(days=40)).isoformat()
    assert "Said much later." not in json.dumps(said)


def test_people_stand_in_it_by_their_names(site: Site, client: TestClient, assessment: UUID) -> None:
    said = json.loads(client.get(f"/milestones/{sealed(site, assessment)}/report.json").content)
    assert said["stated_by"] == "Maren Vogt"


def test_the_report_of_a_milestone_is_a_page_and_a_pdf(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment)
    note = f"What we know of {_questions(site)[0]}."
    page = client.get(f"/milestones/{milestone}/report")
    assert "As it was sealed on" in page.text
    assert note in unescape(page.text)
    pdf = read_back(client.get(f"/milestones/{milestone}/report.pdf").content).text
    assert squeezed(note) in pdf


def test_every_link_on_the_pages_of_a_milestone_arrives(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment)
    pages = (f"/milestones/{milestone}", f"/milestones/{milestone}/report", f"/assessments/{assessment}/milestones")
    leads = {to.partition("#")[0] for path in pages for to in Links(client.get(path).text).to if to.startswith("/")}
    assert [to for to in sorted(leads) if client.get(to).status_code != 200] == []


def test_a_report_of_no_such_kind_is_not_found(site: Site, client: TestClient, assessment: UUID) -> None:
    assert client.get(f"/milestones/{sealed(site, assessment)}/report.docx").status_code == 404


def test_a_viewer_reads_and_seals_nothing(site: Site, viewer: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment)
    assert viewer.get(f"/milestones/{milestone}").status_code == 200
    page = viewer.get(f"/assessments/{assessment}/milestones").text
    assert "Seal a milestone" not in page
    assert seal(viewer, assessment, "Mine").status_code == 403


def test_a_reader_by_link_sees_milestones_in_the_report_and_nowhere_else(site: Site, assessment: UUID) -> None:
    milestone = sealed(site, assessment, days_ago=5)
    client = reader(site, assessment, appendix=False)
    report = client.get(f"/assessments/{assessment}/report")
    assert report.status_code == 200
    assert "Steering committee" in report.text
    closed = (f"/milestones/{milestone}", f"/assessments/{assessment}/milestones", f"/assessments/{assessment}/path")
    assert [client.get(path).status_code for path in closed] == [404, 404, 404]


def test_of_two_who_seal_at_once_with_one_title_one_wins(site: Site, assessment: UUID) -> None:
    clients = [site.visit(who) for who in ("owner", "editor", "owner", "editor")]
    with ThreadPoolExecutor(len(clients)) as together:
        answers = list(together.map(lambda client: seal(client, assessment, "Steering committee").status_code, clients))
    assert sorted(answers) == [303, 409, 409, 409]


def test_a_milestone_that_was_changed_beside_this_program_says_that_it_does_not_hold(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    milestone = sealed(site, assessment)
    with site.database.writing() as db:
        for name in db.sql.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.sql.execute(text(f'DROP TRIGGER "{name}"'))
        db.sql.execute(text("UPDATE milestones SET sealed = replace(sealed, 'What we know', 'What we knew')"))
    page = client.get(f"/milestones/{milestone}")
    assert page.status_code == 200
    assert "This milestone does not hold" in page.text
    assert "The digests fit" not in page.text


def test_the_report_tells_what_moved_since_the_last_milestone_of_its_day(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    sealed(site, assessment, "First", days_ago=30)
    sealed(site, assessment, "Second", days_ago=10)
    site.answer(assessment, _questions(site)[-1], 3)

    def since(days_ago: int) -> Any:
        query = {"as_of": (TODAY - timedelta(days=days_ago)).isoformat()}
        return json.loads(client.get(f"/assessments/{assessment}/report.json", params=query).content)["since"]

    assert [each and each["milestone"] for each in (since(40), since(20), since(0))] == [None, "First", "Second"]
    now = since(0)
    assert sum(each["points"] for each in now["causes"]) == pytest.approx(now["points"])
    assert now == since(0)  # looked up, the second time


# ---- compared


def compared(client: TestClient, assessment: UUID, **sides: str) -> str:
    query = {"from": sides["old"]} if "old" in sides else {}
    query |= {"to": sides["new"]} if "new" in sides else {}
    answer = client.get(f"/assessments/{assessment}/comparison", params=query)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_the_last_milestone_is_compared_with_today_unless_others_are_named(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    sealed(site, assessment, "First", days_ago=20)
    last = sealed(site, assessment, "Second", days_ago=10)
    assert f'<option value="{last}" selected>' in compared(client, assessment)


def test_what_moved_is_told_question_by_question(site: Site, client: TestClient, assessment: UUID) -> None:
    sealed(site, assessment)
    unanswered = _questions(site)[-1]
    site.answer(assessment, unanswered, 3)
    told = compared(client, assessment)
    assert "1 question differs" in told
    assert f"#{unanswered}" in told
    assert "rose from" in told


def test_a_gate_that_stands_otherwise_is_named(site: Site, client: TestClient, assessment: UUID) -> None:
    with site.database.reading() as db:
        catalogue = db.catalogue(*SHORT)
    gate = next(each for each in catalogue.questions.values() if each.gate and not each.gate.when and not each.when)
    site.answer(assessment, gate.key, None)
    sealed(site, assessment)
    site.answer(assessment, gate.key, 0)
    told = compared(client, assessment)
    assert "1 gate stands otherwise" in told
    assert f"/gates#{gate.key}" in told


def test_two_that_are_alike_differ_in_nothing(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = str(sealed(site, assessment))
    told = compared(client, assessment, old=milestone, new=milestone)
    assert "No question differs" in told
    assert "Nothing moved it" in told


def test_time_can_be_compared_backwards(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = str(sealed(site, assessment))
    site.answer(assessment, _questions(site)[-1], 3)
    assert "fell from" in compared(client, assessment, old="now", new=milestone)


@pytest.mark.parametrize("given", ["of another assessment", "00000000-0000-0000-0000-000000000000", "junk"])
def test_only_milestones_of_one_assessment_are_compared(
    site: Site, client: TestClient, assessment: UUID, given: str
) -> None:
    other = str(sealed(site, site.assessment(catalogue=SHORT))) if " " in given else given
    answer = client.get(f"/assessments/{assessment}/comparison", params={"from": other, "to": "now"})
    assert answer.status_code == 404
    assert "Only milestones of one assessment can be compared" in answer.text


def test_without_a_milestone_there_is_nothing_to_compare_with(client: TestClient, assessment: UUID) -> None:
    answer = client.get(f"/assessments/{assessment}/comparison")
    assert answer.status_code == 404
    assert "No milestone of this assessment is sealed yet" in answer.text


def test_a_milestone_stays_on_the_version_it_was_sealed_with(site: Site, client: TestClient, assessment: UUID) -> None:
    milestone = sealed(site, assessment)
    before = words(client, f"/milestones/{milestone}")
    with site.database.writing() as db:
        newest = library.newest(SHORT[0]).version
        assessments.take_up(db, site.callers["owner"], assessment, newest, at=datetime.now(UTC))
    assert words(client, f"/milestones/{milestone}") == before
    told = compared(client, assessment)
    assert "no longer asked" in told or "catalogue" in told
