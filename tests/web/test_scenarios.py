"""Scenarios on pages: kept, opened again, changed, compared, copied, renamed, removed, and used as evidence."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.calculators import calculator
from app.readiness.assessment import NeedValue
from app.records import pilots, scenarios
from app.records.calculations import work_out
from tests.web.conftest import PROFILE, Site
from tests.web.test_calculators import HTMX, answer, controls, wrong

BUDGET = {
    "given.monthly_budget": "40,000",
    "given.currency": "EUR",
    "given.monthly_spend": "18,000",
    "given.growth_per_month": "0.01",
    "given.growth_uncertainty": "0.01",
    "given.paths": "2,000",
}
NEEDS: dict[str, NeedValue] = {"monthly_budget": "40000", "currency": "EUR", "overrun_max": 0.1}
FORECAST = "cost.overrun-probability"


@pytest.fixture
def pilot(site: Site) -> UUID:
    with site.database.writing() as db:
        return pilots.add(db, site.callers["owner"], "Umbra", PROFILE, NEEDS, at=datetime.now(UTC))


def kept(client: TestClient, pilot: UUID, name: str = "Base case", **given: str) -> str:
    """The address of a scenario that was just kept."""
    typed = BUDGET | {f"given.{key}": value for key, value in given.items()}
    said = client.post(f"/pilots/{pilot}/scenarios", data=typed | {"calculator": "budget", "called": name})
    assert said.status_code == 303, said.text
    return str(said.headers["location"]).partition("?")[0]


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def question_read(client: TestClient, scenario: str) -> str:
    """The first question that is offered for a scenario."""
    offered = re.findall(r'name="question" value="([^"]+)"', client.get(scenario).text)
    assert offered
    return str(offered[0])


def test_a_calculation_is_kept_with_the_pilot_that_is_chosen(client: TestClient, pilot: UUID) -> None:
    sent = BUDGET | {"calculator": "budget", "called": "Base case", "do": "keep", "pilot": str(pilot)}
    led = client.post("/calculators/budget", data=sent)
    assert (led.status_code, led.headers["location"]) == (307, f"/pilots/{pilot}/scenarios")
    made = client.post(led.headers["location"], data=sent)
    assert made.status_code == 303
    page = client.get(made.headers["location"]).text
    assert "Kept with the pilot." in page
    assert "Base case" in page
    assert controls(page)["given.monthly_spend"] == "18,000"


def test_it_is_not_kept_without_a_pilot_or_a_name_and_nothing_typed_is_lost(client: TestClient, pilot: UUID) -> None:
    sent = BUDGET | {"calculator": "budget", "called": "Base case", "do": "keep"}
    homeless = client.post("/calculators/budget", data=sent)
    assert homeless.status_code == 422
    assert "Choose the pilot" in homeless.text
    assert controls(homeless.text)["given.monthly_spend"] == "18,000"
    nameless = client.post(f"/pilots/{pilot}/scenarios", data=sent | {"called": " "})
    assert nameless.status_code == 422
    assert "Say what it is called" in nameless.text
    assert controls(nameless.text)["given.monthly_spend"] == "18,000"


def test_what_cannot_be_worked_out_is_not_kept(client: TestClient, pilot: UUID) -> None:
    sent = BUDGET | {"calculator": "budget", "called": "Base case", "given.monthly_budget": "-1"}
    refused = client.post(f"/pilots/{pilot}/scenarios", data=sent)
    assert refused.status_code == 422
    assert wrong(refused.text) == ["monthly_budget"]
    assert "Nothing is kept yet" in client.get(f"/pilots/{pilot}/scenarios").text


def test_a_name_is_given_once(client: TestClient, pilot: UUID) -> None:
    kept(client, pilot)
    sent = BUDGET | {"calculator": "budget", "called": "Base case"}
    again = client.post(f"/pilots/{pilot}/scenarios", data=sent)
    assert again.status_code == 409
    assert controls(again.text)["given.monthly_spend"] == "18,000"


def test_the_list_says_what_each_came_to(client: TestClient, pilot: UUID) -> None:
    scenario = kept(client, pilot)
    page = client.get(f"/pilots/{pilot}/scenarios").text
    assert f'href="{scenario}"' in page
    assert answer(client.get(scenario).text) in page
    assert f'href="/pilots/{pilot}/scenarios"' in client.get(f"/pilots/{pilot}").text


def test_a_scenario_is_saved_with_other_inputs(client: TestClient, pilot: UUID) -> None:
    scenario = kept(client, pilot)
    page = client.get(scenario).text
    saved = client.post(scenario, data=controls(page) | {"given.monthly_spend": "90,000", "seen": seen(page)})
    assert saved.headers["location"] == f"{scenario}?said=saved"
    after = client.get(scenario).text
    assert answer(after) != answer(page)
    assert controls(after)["given.monthly_spend"] == "90,000"


def test_inputs_that_do_not_fit_leave_what_is_kept_and_say_that_it_is_of_before(
    client: TestClient, pilot: UUID
) -> None:
    scenario = kept(client, pilot)
    page = client.get(scenario).text
    given = controls(page) | {"given.monthly_spend": "much"}
    refused = client.post(scenario, data=given | {"seen": seen(page)})
    assert refused.status_code == 422
    assert wrong(refused.text) == ["monthly_spend"]
    assert controls(refused.text) == given
    assert "This is of before" in refused.text
    assert answer(refused.text) == answer(page)


def test_of_two_who_save_at_once_the_second_is_shown_both(client: TestClient, editor: TestClient, pilot: UUID) -> None:
    scenario = kept(client, pilot)
    page = client.get(scenario).text
    editor.post(scenario, data=controls(page) | {"given.monthly_spend": "20,000", "seen": seen(page)})
    mine = controls(page) | {"given.monthly_spend": "30,000"}
    late = client.post(scenario, data=mine | {"seen": seen(page)})
    assert late.status_code == 412
    assert "Jonas Adler" in late.text
    assert re.search(r"30,000 EUR.*20,000 EUR", late.text, re.DOTALL)
    assert controls(late.text) == mine
    assert client.post(scenario, data=mine | {"seen": seen(late.text)}).status_code == 303


def test_a_row_is_added_to_a_scenario_without_saving_it(client: TestClient, pilot: UUID) -> None:
    scenario = kept(client, pilot)
    page = client.get(scenario).text
    more = client.post(scenario, data=controls(page) | {"do": "add given.roll_outs"}, headers=HTMX)
    assert "<html" not in more.text
    assert "given.roll_outs.0.month" in controls(more.text)
    assert f'formaction="{scenario}"' in more.text
    assert "given.roll_outs.0.month" not in controls(client.get(scenario).text)


def test_it_is_copied_renamed_and_removed(client: TestClient, pilot: UUID) -> None:
    scenario = kept(client, pilot)
    copied = client.post(f"{scenario}/copies")
    twin = copied.headers["location"].partition("?")[0]
    page = client.get(twin).text
    assert "Base case, copy" in page
    client.post(f"{twin}/name", data={"called": "Half the price", "seen": seen(page)})
    assert "Half the price" in client.get(twin).text
    taken = client.post(f"{twin}/name", data={"called": "Base case", "seen": "2"})
    assert taken.status_code == 409
    assert client.post(f"{scenario}/removal").headers["location"] == f"/pilots/{pilot}/scenarios?said=removed"
    assert client.get(scenario).status_code == 404


def test_two_are_compared_with_the_inputs_that_differ_first(client: TestClient, pilot: UUID) -> None:
    one = kept(client, pilot).rpartition("/")[2]
    other = kept(client, pilot, "Twice the spend", monthly_spend="36,000").rpartition("/")[2]
    page = client.get(f"/pilots/{pilot}/scenarios/comparison?of={one}&of={other}").text
    assert "1 input differs" in page
    inputs = page[page.index('id="inputs"') :]
    assert inputs.index("Spend of the last month") < inputs.index("the same in all") < inputs.index("Budget of a month")
    assert "<strong>36,000 EUR</strong>" in inputs


def test_one_alone_and_a_stranger_s_are_not_compared(client: TestClient, stranger: TestClient, pilot: UUID) -> None:
    one, other = (kept(client, pilot, name).rpartition("/")[2] for name in ("One", "Other"))
    alone = client.get(f"/pilots/{pilot}/scenarios/comparison?of={one}")
    assert alone.status_code == 422
    assert "Choose two, three or four" in alone.text
    assert f'value="{one}" checked' in alone.text
    assert stranger.get(f"/pilots/{pilot}/scenarios/comparison?of={one}&of={other}").status_code == 404


def test_it_is_shown_for_a_question_that_reads_it(site: Site, client: TestClient, pilot: UUID) -> None:
    assessment = site.assessment(pilot)
    scenario = kept(client, pilot)
    question = question_read(client, scenario)
    site.answer(assessment, question, 2)
    used = client.post(f"{scenario}/evidence", data={"question": question})
    at = f"/assessments/{assessment}/{question.partition('.')[0]}?said=attached#{question}"
    assert used.headers["location"] == at
    assert "Base case" in client.get(at.partition("#")[0]).text
    page = client.get(scenario).text
    assert f"/assessments/{assessment}/{question.partition('.')[0]}#{question}" in page
    assert "cannot be removed" in page
    assert client.post(f"{scenario}/removal").status_code == 422
    client.post(scenario, data=controls(page) | {"given.monthly_spend": "90,000", "seen": seen(page)})
    assert "As it was then" in client.get(scenario).text


def test_an_answer_that_shows_one_is_saved_like_any_other(site: Site, client: TestClient, pilot: UUID) -> None:
    assessment = site.assessment(pilot)
    scenario = kept(client, pilot)
    question = question_read(client, scenario)
    client.post(f"{scenario}/evidence", data={"question": question})
    saved = client.post(
        f"/assessments/{assessment}/answers/{question}", data={"seen": 0, "level": "2"}, headers={"HX-Request": "true"}
    )
    assert saved.status_code == 200
    assert f'href="{scenario}"' in saved.text


def test_without_an_assessment_it_says_what_to_do_first(client: TestClient, pilot: UUID) -> None:
    refused = client.post(f"{kept(client, pilot)}/evidence", data={"question": FORECAST})
    assert refused.status_code == 422
    assert "begin one first" in refused.text


def test_whoever_only_looks_tries_other_figures_and_keeps_nothing(
    client: TestClient, viewer: TestClient, pilot: UUID
) -> None:
    scenario = kept(client, pilot)
    page = viewer.get(scenario).text
    assert "Save the scenario" not in page
    assert 'action="/calculators/budget"' in page
    assert viewer.post(scenario, data=controls(page)).status_code == 403


def test_a_scenario_of_very_many_rows_opens_and_can_be_saved(client: TestClient, site: Site, pilot: UUID) -> None:
    nodes = [{"name": f"node {number}", "uplink_mbit_s": 10, "downlink_mbit_s": 10} for number in range(400)]
    worked = work_out("federated", {"nodes": nodes, "update_bytes": 1000})
    with site.database.writing() as db:
        id = scenarios.add(db, site.callers["owner"], pilot, "Many", worked, at=datetime.now(UTC))
    page = client.get(f"/scenarios/{id}").text
    assert client.post(f"/scenarios/{id}", data=controls(page) | {"seen": seen(page)}).status_code == 303


def test_what_only_programs_fill_in_is_kept_when_a_person_saves(client: TestClient, site: Site, pilot: UUID) -> None:
    found = {"metric": "output_token_throughput", "value": 900.0, "unit": "{token}/s", "attributes": {"concurrency": 8}}
    given = {**calculator("capacity").example, "measured": [found]}
    with site.database.writing() as db:
        id = scenarios.add(db, site.callers["owner"], pilot, "M", work_out("capacity", given), at=datetime.now(UTC))
    page = client.get(f"/scenarios/{id}").text
    client.post(f"/scenarios/{id}", data=controls(page) | {"given.spare_copies": "1", "seen": seen(page)})
    with site.database.reading() as db:
        after = scenarios.find(db, site.callers["owner"], id).inputs
    assert after["measured"][0]["metric"] == "output_token_throughput"
    assert after["spare_copies"] == 1


def statements(site: Site, client: TestClient, address: str) -> int:
    with site.counting() as sent:
        assert client.get(address).status_code == 200
    return len(sent)


def test_more_scenarios_cost_no_more_statements(site: Site, client: TestClient, pilot: UUID) -> None:
    assessment = site.assessment(pilot)
    scenario = kept(client, pilot)
    site.answer(assessment, FORECAST, 2)
    client.post(f"{scenario}/evidence", data={"question": FORECAST})
    pages = (f"/pilots/{pilot}/scenarios", scenario)
    before = [statements(site, client, each) for each in pages]
    for number in range(5):
        kept(client, pilot, f"Case {number}")
    assert [statements(site, client, each) for each in pages] == before


@pytest.mark.parametrize("sent", [{}, {"calculator": "x"}, {"calculator": "budget", "given.paths": "x" * 10_000}])
def test_whatever_is_sent_is_answered_in_words(client: TestClient, pilot: UUID, sent: dict[str, Any]) -> None:
    assert client.post(f"/pilots/{pilot}/scenarios", data=sent).status_code in (404, 422)
