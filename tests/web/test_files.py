"""Files that come for an assessment as a whole: what they are, which questions they speak to, attached as chosen."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.readiness.assessment import Evidence
from app.records import assessments, pilots
from tests.artefacts import LOAD_TEST, damaged_load_test, load_test, undated
from tests.web.conftest import PROFILE, Site
from tests.web.test_answers import holder

CAPACITY = "infrastructure.capacity-proven"
OTHER = "cost.budget-ceiling"
DAY = datetime.now(UTC).date() - timedelta(days=10)
NEEDS = {
    "peak_concurrency": 200,
    "requests_per_second": 10,
    "ttft_p95_ms": 1500,
    "tpot_p95_ms": 50,
    "error_share": 0.01,
}
HTMX = {"HX-Request": "true"}


def run(**figures: Any) -> bytes:
    """A load test that met every need, unless it says otherwise."""
    return load_test(DAY, **({"p95_tpot_ms": 30.0, "failed": 0} | figures))


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment of a pilot that has written its needs down."""
    with site.database.writing() as db:
        pilot = pilots.add(db, site.callers["owner"], "Letters", PROFILE, NEEDS, at=datetime.now(UTC))
    return site.assessment(pilot)


def send(client: TestClient, assessment: UUID, *files: tuple[str, bytes], **headers: str) -> Any:
    """Files, as a plain form sends them."""
    sent = [("file", file) for file in files]
    return client.post(f"/assessments/{assessment}/files", files=sent, headers=headers)


def page_of(client: TestClient, assessment: UUID) -> str:
    return client.get(f"/assessments/{assessment}/files").text


def waiting(client: TestClient, assessment: UUID) -> list[str]:
    """The ids of what waits, in the order of the page."""
    return re.findall(r'id="file-([0-9a-f-]{36})"', page_of(client, assessment))


def attach(client: TestClient, assessment: UUID, *choices: str, **form: Any) -> Any:
    return client.post(f"/assessments/{assessment}/files/attachments", data={"choice": list(choices)} | form)


def items(site: Site, assessment: UUID, question: str = CAPACITY) -> tuple[Evidence, ...]:
    with site.database.reading() as db:
        kept = assessments.read(db, site.callers["owner"], assessment)
    found = kept.assessment.answers.get(question)
    return found.evidence if found else ()


def test_a_file_is_listed_with_what_it_is(client: TestClient, assessment: UUID) -> None:
    answer = send(client, assessment, (LOAD_TEST, run()))
    assert answer.headers["location"] == f"/assessments/{assessment}/files?said=arrived"
    page = page_of(client, assessment)
    assert "vLLM bench serve" in page
    assert "by itself demonstrated" in page
    assert "11 findings" in page


def test_a_file_is_offered_to_the_question_whose_level_it_shows(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()))
    (file,) = waiting(client, assessment)
    page = page_of(client, assessment)
    assert f'name="choice" value="{file} {CAPACITY}" checked' in page
    assert "shows level 3" in page
    assert "Found: <strong>480 ms at concurrency 200</strong>" in page


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param(run(), "", id="a fresh one counts as what it shows"),
        pytest.param(run(date=None), "and counts as level 1</strong> until a day is given", id="undated"),
        pytest.param(run(date="20991231-140000"), "1</strong> since it is dated in the future", id="in the future"),
        pytest.param(run(date="20200101-140000"), "1</strong> since it is ", id="years old"),
        pytest.param(run(model_id="mock-model"), "1</strong> since it is asserted by itself", id="of a mock"),
    ],
)
def test_where_a_file_counts_less_than_it_shows_it_says_why(
    client: TestClient, assessment: UUID, file: bytes, said: str
) -> None:
    send(client, assessment, (LOAD_TEST, file))
    page = page_of(client, assessment)
    assert "shows level 3</strong>" in page
    assert said in page
    assert ("counts as level" in page) == bool(said)


def test_a_file_that_speaks_against_a_level_is_offered_as_openly(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run(p95_ttft_ms=3000.0, p99_ttft_ms=4000.0)))
    (file,) = waiting(client, assessment)
    page = page_of(client, assessment)
    assert f'value="{file} {CAPACITY}" checked' in page
    assert "speaks against more than level 2" in page


def test_what_is_read_and_not_enough_is_offered_and_not_ticked(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run(concurrency=20)))
    (file,) = waiting(client, assessment)
    page = page_of(client, assessment)
    assert f'value="{file} {CAPACITY}">' in page
    assert "For level 3 it would take more" in page


def test_attached_as_chosen_it_is_an_artefact_with_what_was_read(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    send(client, assessment, (LOAD_TEST, run()))
    (file,) = waiting(client, assessment)
    attach(client, assessment, f"{file} {CAPACITY}")
    (item,) = items(site, assessment)
    assert (item.kind, str(item.read_grade), item.observed_on) == ("artefact", "demonstrated", DAY)
    assert item.grade is None
    assert waiting(client, assessment) == []


def test_one_file_goes_to_several_questions(site: Site, client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()))
    (file,) = waiting(client, assessment)
    attach(client, assessment, f"{file} {CAPACITY}", f"{file} {OTHER}", "")
    assert [len(items(site, assessment, key)) for key in (CAPACITY, OTHER)] == [1, 1]


def test_one_file_alone_can_be_attached_and_the_rest_waits(site: Site, client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()), ("second.json", run(duration=901.0)))
    one, other = waiting(client, assessment)
    attach(client, assessment, f"{one} {CAPACITY}", f"{other} {CAPACITY}", only=one)
    assert waiting(client, assessment) == [other]
    assert len(items(site, assessment)) == 1


def test_all_go_at_once(site: Site, client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()), ("second.json", run(duration=901.0)))
    attach(client, assessment, *(f"{each} {CAPACITY}" for each in waiting(client, assessment)))
    assert sorted(item.title or "" for item in items(site, assessment)) == [LOAD_TEST, "second.json"]


def test_what_no_reader_knows_is_attached_by_hand_as_a_document(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    send(client, assessment, ("runbook.txt", b"Stop, then tell."))
    (file,) = waiting(client, assessment)
    assert "No reader knows it" in page_of(client, assessment)
    attach(client, assessment, f"{file} {OTHER}", dated=file, observed_on=str(DAY))
    (item,) = items(site, assessment, OTHER)
    assert (item.kind, str(item.grade), item.observed_on) == ("document", "documented", DAY)


def test_a_file_that_states_no_day_takes_the_one_that_is_entered(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    send(client, assessment, ("k6.json", undated()))
    (file,) = waiting(client, assessment)
    assert f'name="dated" value="{file}"' in page_of(client, assessment)
    attach(client, assessment, f"{file} {CAPACITY}", dated=file, observed_on=str(DAY))
    assert [item.observed_on for item in items(site, assessment)] == [DAY]


def test_a_file_that_states_its_day_is_asked_for_none(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()))
    assert 'name="dated"' not in page_of(client, assessment)


def test_a_refused_file_is_listed_with_the_reason_and_can_be_taken_off(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    send(client, assessment, ("broken.json", damaged_load_test(DAY)))
    (file,) = waiting(client, assessment)
    assert "Not kept:" in page_of(client, assessment)
    client.post(f"/assessments/{assessment}/files/{file}/discard")
    assert waiting(client, assessment) == []


def test_a_discarded_file_is_gone(site: Site, client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()))
    (file,) = waiting(client, assessment)
    answer = client.post(f"/assessments/{assessment}/files/{file}/discard")
    assert answer.headers["location"] == f"/assessments/{assessment}/files?said=discarded"
    assert items(site, assessment) == ()


def test_a_question_that_shows_the_file_already_is_not_offered_again(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, (LOAD_TEST, run()))
    attach(client, assessment, f"{waiting(client, assessment)[0]} {CAPACITY}")
    send(client, assessment, ("copy.json", run()))
    (file,) = waiting(client, assessment)
    page = page_of(client, assessment)
    assert f'value="{file} {CAPACITY}" disabled' in page
    assert "is there already: attached by <bdi>Maren Vogt</bdi>" in page


@pytest.mark.parametrize(
    ("choices", "form", "why"),
    [
        pytest.param(["", ""], {}, "No question is chosen", id="nothing chosen"),
        pytest.param(["nothing at all"], {}, "names no file", id="a choice that names no file"),
        pytest.param(["FILE cost.nothing"], {}, "no such question", id="a question that there is not"),
        pytest.param([f"FILE {OTHER}"], {"observed_on": "soon"}, "must be a date", id="a day in words"),
        pytest.param(
            [f"FILE {OTHER}"], {"observed_on": "2999-01-01"}, "nothing is seen before its day", id="a day to come"
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_the_file_still_waits(
    site: Site, client: TestClient, assessment: UUID, choices: list[str], form: dict[str, str], why: str
) -> None:
    send(client, assessment, ("runbook.txt", b"Stop, then tell."))
    (file,) = waiting(client, assessment)
    answer = attach(client, assessment, *(each.replace("FILE", file) for each in choices), dated=file, **form)
    assert answer.status_code in (404, 422)
    assert why in answer.text
    assert waiting(client, assessment) == [file]
    assert items(site, assessment, OTHER) == ()


def test_after_a_refusal_what_was_chosen_and_typed_is_still_there(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, ("runbook.txt", b"Stop, then tell."))
    (file,) = waiting(client, assessment)
    page = attach(client, assessment, f"{file} {OTHER}", dated=file, observed_on="2999-01-01").text
    assert f'<option value="{file} {OTHER}" selected>' in page
    assert 'value="2999-01-01"' in page


def test_sending_nothing_is_refused_in_words(client: TestClient, assessment: UUID) -> None:
    answer = send(client, assessment, ("", b""))
    assert (answer.status_code, "choose at least one file" in answer.text) == (422, True)


def test_a_script_gets_the_one_file_that_it_sent(client: TestClient, assessment: UUID) -> None:
    send(client, assessment, ("first.json", run()))
    answer = send(client, assessment, ("second.json", run(duration=901.0)), **HTMX)
    assert "second.json" in answer.text
    assert "first.json" not in answer.text


def test_the_holder_of_a_link_is_offered_the_questions_of_its_sections_only(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    guest = holder(site, assessment, "cost")
    send(guest, assessment, (LOAD_TEST, run()))
    page = page_of(guest, assessment)
    assert CAPACITY not in page
    assert OTHER in page
    (file,) = waiting(guest, assessment)
    assert attach(guest, assessment, f"{file} {CAPACITY}").status_code == 404
    attach(guest, assessment, f"{file} {OTHER}")
    assert len(items(site, assessment, OTHER)) == 1


def test_the_holder_of_a_link_sees_only_what_came_through_it(site: Site, client: TestClient, assessment: UUID) -> None:
    send(client, assessment, ("of-the-house.txt", b"secret"))
    assert "of-the-house" not in page_of(holder(site, assessment, "cost"), assessment)


def test_many_files_are_listed_some_at_a_time_and_all_can_be_attached(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    send(client, assessment, *((f"{number}.txt", b"%d" % number) for number in range(120)))
    files = waiting(client, assessment)
    assert len(files) == 25
    assert "95 more files wait" in page_of(client, assessment)
    attach(client, assessment, *(f"{each} {OTHER}" for each in files), *([""] * 150))
    assert len(items(site, assessment, OTHER)) == 25


def test_the_page_asks_the_database_as_often_however_much_waits(
    client: TestClient, site: Site, assessment: UUID
) -> None:
    send(client, assessment, ("0.json", run()))
    with site.counting() as before:
        page_of(client, assessment)
    send(client, assessment, *((f"{number}.json", run(duration=900.0 + number)) for number in range(1, 6)))
    with site.counting() as after:
        page_of(client, assessment)
    assert len(after) == len(before)
