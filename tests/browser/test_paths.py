"""The path to a Go, as somebody plans with it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served

PILOT = "Claims letter drafting"


@pytest.fixture
def path(page: Page, served: Served) -> Page:
    served.sign_in(page.context)
    page.goto(f"{served.url}/assessments/{served.assessment(PILOT)}/path")
    return page


def test_a_step_is_ruled_out_and_allowed_again(path: Page, axe: Callable[[Page], list[str]]) -> None:
    found = path.get_by_role("heading", level=1)
    before = found.inner_text()
    step = path.get_by_role("checkbox").first
    key = step.get_attribute("value")
    step.check()
    expect(path.get_by_role("heading", name="1 step ruled out")).to_be_visible()
    expect(path).to_have_url(re.compile(r"without="))
    expect(path).to_have_title(re.compile(re.escape(found.inner_text())))
    expect(path.locator("#announce")).not_to_be_empty()
    assert axe(path) == []
    path.reload()  # the address says it all
    path.locator(f'[value="{key}"]:checked').uncheck()
    expect(found).to_have_text(before)
    expect(path).not_to_have_url(re.compile(r"without="))


def test_a_step_that_is_ruled_out_reads_in_whole_words_on_a_phone(path: Page) -> None:
    path.set_viewport_size({"width": 390, "height": 844})
    path.get_by_role("checkbox").first.check()
    expect(path.get_by_role("heading", name="1 step ruled out")).to_be_visible()
    box = path.locator("li.left label").bounding_box()
    assert box is not None
    assert box["width"] > 300


def test_the_switch_that_was_pressed_keeps_the_keyboard(path: Page) -> None:
    step = path.get_by_role("checkbox").first
    key = step.get_attribute("value")
    step.focus()
    path.keyboard.press("Space")
    expect(path.get_by_role("heading", name="1 step ruled out")).to_be_visible()
    assert path.evaluate("document.activeElement.value") == key


def test_without_a_script_a_button_finds_the_path_again(browser: Browser, served: Served) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        served.sign_in(context)
        page = context.new_page()
        page.goto(f"{served.url}/assessments/{served.assessment(PILOT)}/path")
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Find the path again").click()
        expect(page.get_by_role("heading", name="1 step ruled out")).to_be_visible()
        expect(page).to_have_url(re.compile(r"without="))


def test_what_fails_is_told_on_a_page_of_its_own(path: Page) -> None:
    path.context.clear_cookies()
    path.get_by_role("checkbox").first.check()
    expect(path.get_by_role("link", name="Sign in")).to_be_visible()
    expect(path).to_have_url(re.compile(r"without="))


def test_the_task_list_says_what_it_takes_when_that_has_been_worked_out(page: Page, served: Served) -> None:
    served.sign_in(page.context)
    page.goto(f"{served.url}/assessments/{served.assessment(PILOT)}")
    expect(page.get_by_text("of work lead to a Go")).to_be_visible()
    expect(page.get_by_role("link", name="See the path")).to_be_visible()
