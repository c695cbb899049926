"""A calculator, as somebody plans with it: the result follows typing, and nothing of either is lost."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Served

PILOT = "Claims letter drafting"
LOAD_TEST = {
    "date": "20261031-101500",
    "model_id": "meta-llama/Llama-3.3-70B-Instruct",
    "num_prompts": 500,
    "max_concurrency": 64,
    "duration": 100.0,
    "completed": 500,
    "total_input_tokens": 500_000,
    "total_output_tokens": 150_000,
    "request_throughput": 5.0,
    "output_throughput": 1500.0,
    "mean_ttft_ms": 240.0,
    "mean_tpot_ms": 41.0,
}


@pytest.fixture
def visitor(page: Page, served: Served) -> Page:
    served.sign_in(page.context)
    return page


def opened(visitor: Page, served: Served, name: str) -> Page:
    visitor.goto(f"{served.url}/calculators/{name}")
    return visitor


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def test_the_answer_follows_typing_and_is_said_aloud(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "budget")
    answer = page.locator(".answer")
    before = answer.inner_text()
    box(page, "Budget of a month").fill("1,000,000")
    expect(answer).not_to_have_text(before)
    expect(page.locator("[data-draft]")).to_have_count(0)  # all futures are tried after a pause, by itself
    expect(page.locator("#announce")).to_have_text(answer.inner_text())
    assert box(page, "Budget of a month").evaluate("each => document.activeElement === each")


def test_a_figure_that_was_opened_stays_open_while_somebody_types(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "federated")
    page.locator(".opening summary").first.click()
    before = page.locator(".answer").inner_text()
    box(page, "Uplink").first.fill("0.5")
    expect(page.locator(".answer")).not_to_have_text(before)
    expect(page.locator(".opening[open]")).to_have_count(1)


def test_what_is_refused_is_marked_and_the_last_result_stays(
    visitor: Page, served: Served, axe: Callable[[Page], list[str]]
) -> None:
    page = opened(visitor, served, "budget")
    answer = page.locator(".answer").inner_text()
    field = box(page, "Months ahead")
    field.fill("half a year")
    expect(page.locator("#trouble")).to_contain_text("Months ahead: must be a whole number")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Must be a whole number"))
    expect(page.locator("#of-before")).to_contain_text("This is of before")
    expect(page.locator(".answer")).to_have_text(answer)
    assert axe(page) == []
    field.fill("6")
    expect(page.locator("#of-before")).to_be_empty()
    expect(page.locator("#trouble")).to_be_empty()
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_an_error_leads_to_its_field_though_it_is_folded_away(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "budget")
    page.get_by_text("further input").first.click()
    seed = page.locator("[name='given.seed']")
    seed.evaluate("each => { each.value = 'x'; each.dispatchEvent(new Event('input', { bubbles: true })) }")
    page.locator("#trouble").get_by_role("link").click()
    expect(seed).to_be_focused()
    expect(seed).to_be_visible()


def test_a_row_is_added_and_taken_out_by_keyboard(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "federated")
    rows, answer = page.locator(".row-of"), page.locator(".answer").inner_text()
    count = rows.count()
    page.get_by_role("button", name=re.compile("^Add one to Nodes")).focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(count + 1)
    expect(page.locator(f"[name='given.nodes.{count}.name']")).to_be_focused()
    expect(page.locator(".answer")).to_have_text(answer)  # an empty row takes no result away
    rows.last.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(count)
    expect(page.locator("#of-before")).to_be_empty()


def test_the_answer_stays_in_sight_while_somebody_types_further_down(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "tco")
    box(page, "Discount rate").scroll_into_view_if_needed()
    expect(page.locator(".answer")).to_be_in_viewport()


def test_a_table_out_of_a_file_is_put_where_it_could_have_been_pasted(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "fleet")
    table = b"hostname,accel_model,accel_count\nlone,NVIDIA H100 80GB HBM3,8\n"
    page.get_by_label("Or out of a file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": table})
    expect(page.locator(".answer")).to_contain_text("1 of 1")
    expect(page.locator("[name='given.inventory']")).to_have_value(table.decode())


def test_a_load_test_out_of_a_file_stands_beside_the_prediction_and_is_taken_out(
    visitor: Page, served: Served, axe: Callable[[Page], list[str]]
) -> None:
    page = opened(visitor, served, "capacity")
    page.locator("[name='given.spare_copies']").evaluate("each => each.value = '1'")
    page.get_by_text("Read it from a file").click()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "run.json", "mimeType": "application/json", "buffer": json.dumps(LOAD_TEST).encode()}
    )
    page.get_by_role("button", name="Fill the form").click()
    expect(page.locator("#read")).to_contain_text("Read from vLLM bench serve, of 31 Oct 2026")
    expect(page.locator(".result")).to_contain_text("1,500")
    assert page.locator("[name='given.spare_copies']").input_value() == "1"  # what was typed before is not lost
    assert axe(page) == []
    box(page, "Target for the first token").fill("100")  # it stays while somebody types
    expect(page.locator(".answer")).to_contain_text("not served within the targets")
    expect(page.locator(".result")).to_contain_text("1,500")
    page.get_by_role("button", name=re.compile("^Take it out")).click()
    expect(page.get_by_text("Measured by")).to_have_count(0)
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    page.get_by_role("button", name="Fill the form").click()
    expect(page.get_by_label("File", exact=True)).to_have_accessible_description(re.compile("no figure of a load test"))
    assert axe(page) == []


def test_enter_asks_for_the_result_and_stays_on_the_page(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "federated")
    box(page, "Uplink").first.fill("fast")
    box(page, "Uplink").first.press("Enter")
    expect(page.locator("#trouble")).to_contain_text("must be a number")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"
    expect(box(page, "Uplink").first).to_have_value("fast")


def test_without_a_connection_it_says_so_and_keeps_what_stands_there(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "federated")
    answer = page.locator(".answer").inner_text()
    page.context.set_offline(True)
    box(page, "Uplink").first.fill("0.5")
    expect(page.locator("#of-before")).to_contain_text("No connection")
    expect(page.locator(".answer")).to_have_text(answer)
    page.context.set_offline(False)


def test_a_scenario_is_kept_compared_and_shown_as_evidence(
    visitor: Page, served: Served, axe: Callable[[Page], list[str]]
) -> None:
    pilot = served.pilot(PILOT)
    visitor.goto(f"{served.url}/calculators/budget?pilot={pilot}")
    for name, spend in (("As it is", "20,000"), ("Twice as much", "40,000")):
        box(visitor, "Spend of the last month").fill(spend)
        box(visitor, "Under the name").fill(name)
        visitor.get_by_role("button", name="Keep it").click()
        expect(visitor.get_by_role("heading", level=1)).to_have_text(name)
        assert axe(visitor) == []
        if name == "As it is":
            visitor.goto(f"{served.url}/calculators/budget?pilot={pilot}")
    visitor.get_by_role("button", name="Use it as evidence").click()
    expect(visitor.locator(".notice")).to_have_text("Attached.")
    visitor.goto(f"{served.url}/pilots/{pilot}/scenarios")
    assert axe(visitor) == []
    visitor.get_by_role("checkbox", name=re.compile("As it is")).check()
    visitor.get_by_role("checkbox", name=re.compile("Twice as much")).check()
    visitor.get_by_role("region", name="API budget").get_by_role("button").click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("2 scenarios")
    assert axe(visitor) == []


def test_without_a_script_every_step_has_its_button(browser: Browser, served: Served) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        served.sign_in(context)
        page = context.new_page()
        page.goto(f"{served.url}/calculators/federated")
        before = page.locator(".answer").inner_text()
        box(page, "Uplink").first.fill("0.5")
        page.locator("[data-unscripted] button").click()
        expect(page.locator(".answer")).not_to_have_text(before)
        page.get_by_role("button", name=re.compile("^Add one to Nodes")).click()
        expect(page.locator("[name='given.nodes.3.name']")).to_be_visible()


def test_on_paper_the_inputs_stand_as_a_list_and_the_result_below(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "budget")
    page.emulate_media(media="print")
    inputs, result = page.locator("#given").bounding_box(), page.locator("#result").bounding_box()
    assert inputs is not None
    assert result is not None
    assert result["y"] >= inputs["y"] + inputs["height"]
    expect(page.get_by_role("button", name="Keep it")).to_be_hidden()


def test_another_kind_asks_other_things_and_the_keyboard_stays_where_it_was(visitor: Page, served: Served) -> None:
    page = opened(visitor, served, "tco")
    page.get_by_role("button", name=re.compile("^Add: Own machines and something rented")).click()
    kind = page.locator("select[name$='.overflow.kind']").last
    expect(kind).to_be_visible()
    kind.select_option("cloud")
    expect(page.locator("[name$='.overflow.price_per_unit_hour']").last).to_be_visible()
    expect(kind).to_be_focused()
