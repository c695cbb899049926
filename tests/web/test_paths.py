"""The path to a Go: its steps, those ruled out, and what was worked out once and for all."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from app.readiness.grade import Grade
from app.readiness.score import score
from app.records import assessments, attachments, pilots
from app.records.tables import AnswerRow, WorkedOutRow
from tests.web.conftest import Site
from tests.web.leads import Links

SHORT = ("genai-first-look", "1")  # 25 questions: a path is found in no time
TODAY = datetime.now(UTC).date()
KEY = re.compile(r'name="without" value="([^"]+)"')


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment by the short catalogue, all of it claimed and none of it shown."""
    begun = site.assessment(catalogue=SHORT)
    with site.database.reading() as db:
        questions = db.catalogue(*SHORT).questions
    for question in questions:
        site.answer(begun, question, 3)
    return begun


def path(client: TestClient, assessment: UUID, **query: Any) -> str:
    answer = client.get(f"/assessments/{assessment}/path", params=query)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def heading(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text)
    assert found
    return found[1]


def kept(site: Site) -> int:
    with site.database.reading() as db:
        return db.sql.scalar(select(func.count()).select_from(WorkedOutRow)) or 0


def test_the_path_says_its_days_first(client: TestClient, assessment: UUID) -> None:
    assert re.fullmatch(r"[\d.]+ days of work to a Go", heading(path(client, assessment)))


def test_each_step_leads_to_its_question(client: TestClient, assessment: UUID) -> None:
    text = path(client, assessment)
    questions = [key.partition(":")[2] for key in KEY.findall(text) if ":" in key]
    assert questions
    places = {f"/assessments/{assessment}/{each.partition('.')[0]}#{each}" for each in questions}
    assert places - set(Links(text).to) == set()


def test_a_step_ruled_out_is_not_in_the_path_and_can_be_allowed_again(client: TestClient, assessment: UUID) -> None:
    first = next(each for each in KEY.findall(path(client, assessment)) if each.startswith("level:"))
    text = path(client, assessment, without=first)
    assert re.findall(f'value="{first}"( checked)?>', text) == [" checked", ""]  # the switch, and the other day's form
    assert "1 step ruled out" in text


def test_with_every_step_ruled_out_there_is_no_path_and_the_reasons_say_why(
    client: TestClient, assessment: UUID
) -> None:
    left_out: list[str] = []
    while (text := path(client, assessment, without=left_out)) and (new := set(KEY.findall(text)) - set(left_out)):
        left_out += sorted(new)
    assert heading(text) == "No path to a Go"
    assert "What still stands in the way" in text


def test_a_path_to_a_conditional_go_is_no_longer_than_that_to_a_go(client: TestClient, assessment: UUID) -> None:
    days = [
        float(heading(path(client, assessment, target=target)).partition(" ")[0]) for target in ("conditional", "go")
    ]
    assert days[0] <= days[1]


def test_what_was_chosen_goes_along_when_the_aim_changes(client: TestClient, assessment: UUID) -> None:
    step = KEY.findall(path(client, assessment))[0]
    leads = Links(path(client, assessment, without=step, as_of=TODAY)).to
    assert any("target=conditional" in to and step.replace(":", "%3A") in to and f"as_of={TODAY}" in to for to in leads)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"without": "level:security.nowhere"}, id="a step of no question"),
        pytest.param({"without": "junk"}, id="no step at all"),
        pytest.param({"target": "no-go"}, id="an aim that is none"),
        pytest.param({"as_of": "tomorrow"}, id="no day"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(client: TestClient, assessment: UUID, query: dict[str, str]) -> None:
    answer = client.get(f"/assessments/{assessment}/path", params=query)
    assert answer.status_code == 422


def test_an_unknown_step_is_named(client: TestClient, assessment: UUID) -> None:
    answer = client.get(f"/assessments/{assessment}/path", params={"without": "level:security.nowhere"})
    assert "level:security.nowhere" in answer.text


def test_htmx_gets_the_path_and_nothing_round_it(client: TestClient, assessment: UUID) -> None:
    answer = client.get(f"/assessments/{assessment}/path", headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="path"')
    assert "<html" not in answer.text


def test_every_unproven_claim_has_its_cheapest_proof_by_owner(site: Site, client: TestClient, assessment: UUID) -> None:
    with site.database.reading() as db:
        whole = assessments.read(db, site.callers["owner"], assessment)
    scored = score(whole.catalogue, whole.assessment, TODAY)
    unproven = [each for each in scored.questions.values() if each.proven is not None and each.proven != each.claimed]
    text = path(client, assessment)
    assert f"{len(unproven)} claims are not proven" in text
    owners = re.findall(r"<summary><span>(.*?)</span>", text)
    assert len(owners) == len(set(owners)) == len({each.question.owner for each in unproven})


def test_what_was_worked_out_is_kept_once_the_answer_is_sent(site: Site, client: TestClient, assessment: UUID) -> None:
    assert kept(site) == 0
    path(client, assessment)
    assert kept(site) == 1


def test_the_same_path_is_looked_up_and_not_worked_out_again(site: Site, client: TestClient, assessment: UUID) -> None:
    days = heading(path(client, assessment)).partition(" ")[0]
    with site.database.writing() as db:
        told = db.sql.scalar(select(WorkedOutRow.content)) or ""
        other = re.sub(r'"effort_days":"[^"]*","steps"', '"effort_days":"7000","steps"', told)
        db.sql.execute(update(WorkedOutRow).values(content=other))
    assert heading(path(client, assessment)) == "7000 days of work to a Go" != days


def test_a_path_without_some_steps_is_kept_under_its_own_name(site: Site, client: TestClient, assessment: UUID) -> None:
    first, second = KEY.findall(path(client, assessment))[:2]
    path(client, assessment, without=[first, second])
    path(client, assessment, without=[second, first, second])
    assert kept(site) == 2


def test_a_saved_answer_asks_for_another_path(site: Site, client: TestClient, assessment: UUID) -> None:
    before = path(client, assessment)
    step = next(each for each in KEY.findall(before) if each.startswith("level:"))
    question = step.partition(":")[2]
    record = site.attach(assessment, question, grade=Grade.MEASURED)
    with site.database.writing() as db:
        attachments.confirm(db, site.callers["editor"], record, at=datetime.now(UTC))
    site.answer(assessment, question, 4)
    assert step not in KEY.findall(path(client, assessment))


def test_the_task_list_says_what_it_takes_once_that_is_known(client: TestClient, assessment: UUID) -> None:
    assert "work lead to a Go" not in client.get(f"/assessments/{assessment}").text
    path(client, assessment)
    assert "work lead to a Go" in client.get(f"/assessments/{assessment}").text


def test_a_database_that_is_busy_makes_no_failure_of_the_page(
    site: Site, client: TestClient, assessment: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.database.WAIT_SECONDS", 0.01)
    with site.database.writing():
        assert "of work to a Go" in path(client, assessment)
    assert kept(site) == 0


def test_another_day_is_said_and_kept_apart(site: Site, client: TestClient, assessment: UUID) -> None:
    path(client, assessment)
    assert "not today" in path(client, assessment, as_of=TODAY + timedelta(days=400))
    assert kept(site) == 2


def test_page_and_files_look_up_what_the_first_of_them_worked_out(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    client.get(f"/assessments/{assessment}/report.json")
    assert kept(site) == 1
    client.get(f"/assessments/{assessment}/report")
    path(client, assessment)
    assert kept(site) == 1


def test_answers_that_a_change_touches_are_to_be_looked_at_first(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    assert "Look again first" not in path(client, assessment)
    with site.database.writing() as db:
        pilot, at = assessments.find(db, site.callers["owner"], assessment).pilot, datetime.now(UTC)
        pilots.record_change(db, site.callers["owner"], pilot, TODAY, "model", "", at=at)
        db.sql.execute(update(AnswerRow).values(reviewed_on=TODAY - timedelta(days=1)))
    assert "Look again first" in path(client, assessment)
