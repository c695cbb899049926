"""What needs a browser about the list of what waits: a row goes, the next one is read, and nothing typed is lost."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served


def test_a_confirmed_row_goes_and_the_next_one_is_open_and_has_the_focus(page: Page, served: Served) -> None:
    served.sign_in(page.context, "astrid")
    page.goto(f"{served.url}/confirmations")
    rows = page.locator("details.waits")
    count, following = rows.count(), rows.nth(1).get_attribute("id")
    rows.first.locator("> summary").click()
    rows.first.get_by_role("button", name="Confirm").click()
    expect(rows).to_have_count(count - 1)
    expect(page.locator(f"[id='{following}']")).to_have_attribute("open", "")
    expect(page.locator(f"[id='{following}'] > summary")).to_be_focused()


def test_what_was_done_is_said_to_a_screen_reader(page: Page, served: Served) -> None:
    served.sign_in(page.context, "astrid")
    page.goto(f"{served.url}/confirmations")
    row = page.locator("details.waits").first
    row.locator("> summary").click()
    row.get_by_role("button", name="Confirm").click()
    expect(page.locator("#announce")).to_contain_text("Done.")


def test_a_refusal_leaves_the_list_and_what_was_typed(page: Page, served: Served) -> None:
    served.sign_in(page.context, "astrid")
    page.goto(f"{served.url}/confirmations")
    row = page.locator("details.waits").first
    row.locator("> summary").click()
    row.get_by_text("Send it back with a word").click()
    row.get_by_role("textbox").fill(" ")
    row.get_by_role("button", name="Send back").click()
    expect(row.locator(".said").last).to_contain_text("must not be empty")
    expect(page.get_by_role("heading", level=1).first).to_contain_text("for you")
