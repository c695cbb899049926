"""An assessment as a list of tasks, and its gates."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app import library
from app.readiness.difference import difference
from app.records import answers, assessments, attachments, pilots
from tests.web.conftest import Site
from tests.web.leads import Links

QUESTIONS = library.catalogue().questions
GATE = next(key for key, each in QUESTIONS.items() if each.gate and not each.when and not each.gate.when)
PLAIN = next(key for key, each in QUESTIONS.items() if not each.gate and not each.when and "model" in each.changes)


def test_the_task_list_names_each_dimension_and_leads_to_it(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    page = client.get(f"/assessments/{assessment}").text
    for dimension in library.catalogue().dimensions:
        assert f'href="/assessments/{assessment}/{dimension.key}"' in page


def test_a_blank_gate_is_the_first_thing_left(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    page = client.get(f"/assessments/{assessment}").text
    left = page[page.index('id="left"') :]
    assert f"#{GATE}" in left[: left.index("</li>")]


def test_an_answered_gate_is_left_no_more(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    site.answer(assessment, GATE)
    page = client.get(f"/assessments/{assessment}").text
    assert f"#{GATE}" not in page[page.index('id="left"') : page.index('id="dimensions"')]


def test_whom_to_ask_stands_where_nobody_here_can_say(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    site.answer(assessment, PLAIN, None, ask="Works council")
    assert "Works council" in client.get(f"/assessments/{assessment}").text


@pytest.mark.parametrize("question", [GATE, PLAIN])
def test_nobody_can_say_counts_as_left(client: TestClient, site: Site, question: str) -> None:
    assessment = site.assessment()
    site.answer(assessment, question, None, ask="Works council")
    page = client.get(f"/assessments/{assessment}").text
    assert page.count(f"#{question}") >= 1


def test_what_waits_for_a_second_person_is_counted(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    site.answer(assessment, PLAIN)
    site.attach(assessment, PLAIN)
    assert "2 things wait for a second person" in client.get(f"/assessments/{assessment}").text  # the profile as well


def test_answers_that_a_change_touches_ask_for_a_new_look(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    assessment = site.assessment(pilot)
    now, owner = datetime.now(UTC), site.callers["owner"]
    with site.database.writing() as db:
        answers.save(db, owner, assessment, PLAIN, answers.Given(level=2), seen=0, at=now - timedelta(days=2))
        pilots.record_change(db, owner, pilot, now.date(), "model", None, at=now)
    assert "1 answer asks for a new look" in client.get(f"/assessments/{assessment}").text


def test_the_verdict_so_far_comes_with_its_first_reason(client: TestClient, site: Site) -> None:
    page = client.get(f"/assessments/{site.assessment()}").text
    assert "Verdict so far" in page
    assert "First:" in page


def test_a_viewer_is_not_offered_to_share(viewer: TestClient, site: Site) -> None:
    assessment = site.assessment()
    assert f"/assessments/{assessment}/links" not in viewer.get(f"/assessments/{assessment}").text


@pytest.mark.parametrize("page", ["", "/gates"])
def test_an_assessment_of_another_organisation_is_not_there(stranger: TestClient, site: Site, page: str) -> None:
    assert stranger.get(f"/assessments/{site.assessment()}{page}").status_code == 404


@pytest.mark.parametrize("page", ["", "/gates"])
def test_a_page_asks_as_much_of_the_database_however_much_is_answered(
    client: TestClient, site: Site, page: str
) -> None:
    assessment = site.assessment()
    site.answer(assessment, PLAIN)
    site.attach(assessment, PLAIN, by="editor")
    with site.counting() as few:
        client.get(f"/assessments/{assessment}{page}")
    for question in list(QUESTIONS)[:20]:
        site.answer(assessment, question)
        site.attach(assessment, question, by="editor")
    with site.counting() as many:
        client.get(f"/assessments/{assessment}{page}")
    assert len(few) == len(many)


def test_each_gate_stands_on_the_page_of_gates(client: TestClient, site: Site) -> None:
    page = client.get(f"/assessments/{site.assessment()}/gates").text
    for question, _ in library.catalogue().gates:
        assert f'id="{question.key}"' in page


def test_a_gate_that_no_exception_can_cover_says_so(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    gate = next(
        question for question, gate in library.catalogue().gates if not (gate.exception or gate.when or question.when)
    )
    site.answer(assessment, gate.key, 0)
    page = client.get(f"/assessments/{assessment}/gates").text
    section = page[page.index(f'<section class="section" id="{gate.key}"') :]
    assert "No exception can cover it." in section[: section.index("</section>")]


def test_the_last_day_that_an_exception_may_have_is_named(client: TestClient, site: Site, failed_gate: UUID) -> None:
    latest = datetime.now(UTC).date() + timedelta(days=library.catalogue().policy.exception_days)
    assert f'max="{latest}"' in client.get(f"/assessments/{failed_gate}/gates").text


def test_a_viewer_is_not_offered_to_ask_for_an_exception(viewer: TestClient, failed_gate: UUID) -> None:
    assert "Ask for an exception" not in viewer.get(f"/assessments/{failed_gate}/gates").text


@pytest.fixture
def failed_gate(site: Site) -> UUID:
    """An assessment with a failed gate that an exception may cover."""
    assessment = site.assessment()
    coverable = next(
        question
        for question, gate in library.catalogue().gates
        if gate.exception and not gate.when and not question.when and not gate.exception_until
    )
    site.answer(assessment, coverable.key, 0)
    return assessment


def test_an_item_confirmed_for_a_lower_claim_waits_on_both_pages(client: TestClient, site: Site) -> None:
    assessment = site.assessment()
    site.answer(assessment, PLAIN, 2)
    item = site.attach(assessment, PLAIN, by="editor")
    with site.database.writing() as db:
        attachments.confirm(db, site.callers["owner"], item, at=datetime.now(UTC))
    assert "1 thing waits for a second person" in client.get(f"/assessments/{assessment}").text  # the profile
    site.answer(assessment, PLAIN, 3)
    assert "2 things wait for a second person" in client.get(f"/assessments/{assessment}").text


# ---- what an assessment leads to

SHORT = "genai-first-look"


def test_a_newer_version_of_its_questions_is_offered_until_it_is_taken_up(site: Site, client: TestClient) -> None:
    assessment = site.assessment(catalogue=(SHORT, "1"))
    page = f"/assessments/{assessment}"
    assert f"{page}/catalogue" in Links(client.get(page).text).to
    with site.database.writing() as db:
        newest = library.newest(SHORT).version
        assessments.take_up(db, site.callers["owner"], assessment, newest, at=datetime.now(UTC))
    assert f"{page}/catalogue" not in Links(client.get(page).text).to


def test_an_answer_whose_level_reads_otherwise_asks_again_until_it_is_saved(site: Site, client: TestClient) -> None:
    old, new = library.catalogue(SHORT, "1"), library.newest(SHORT)
    changed = next(each for each in difference(old, new).reworded if each.levels)
    assessment = site.assessment(catalogue=(SHORT, "1"))
    site.answer(assessment, changed.after.key, changed.levels[0])
    with site.database.writing() as db:
        assessments.take_up(db, site.callers["owner"], assessment, new.version, at=datetime.now(UTC))
    assert "asks again" in client.get(f"/assessments/{assessment}").text
    site.answer(assessment, changed.after.key, changed.levels[0])
    assert "asks again" not in client.get(f"/assessments/{assessment}").text


@pytest.mark.parametrize("at", ["path", "gates", "evidence", "milestones", "trade-offs", "coverage", "report"])
def test_the_task_list_leads_to_everything_about_it(site: Site, client: TestClient, at: str) -> None:
    assessment = site.assessment(catalogue=(SHORT, "1"))
    to = f"/assessments/{assessment}/{at}"
    assert to in Links(client.get(f"/assessments/{assessment}").text).to
    assert client.get(to).status_code == 200
