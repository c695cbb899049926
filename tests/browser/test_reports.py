"""The report as a browser shows and prints it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

PAGES = ("report", "report?as_of=2030-01-01", "evidence", "evidence?show=waiting")


@pytest.fixture
def signed_in(page: Page, served: Served) -> Page:
    """Astrid at her browser."""
    served.sign_in(page.context)
    return page


def address(served: Served, path: str) -> str:
    """Where the report of the pilot with the most to say stands."""
    of = served.assessment("Claims letter drafting")
    return f"{served.url}{path}" if path.startswith("/") else f"{served.url}/assessments/{of}/{path}"


@pytest.mark.parametrize("path", [*PAGES, "/catalogues/genai-production", "/method"])
def test_no_page_is_wider_than_a_phone(signed_in: Page, served: Served, path: str) -> None:
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.goto(address(served, path))
    signed_in.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert signed_in.evaluate("document.documentElement.scrollWidth") == 390


def test_an_answer_is_folded_until_it_is_opened(signed_in: Page, served: Served) -> None:
    signed_in.goto(address(served, "report"))
    expect(signed_in.locator('[id="infrastructure.capacity-proven"]')).not_to_be_visible()


def test_an_address_of_an_answer_opens_it(signed_in: Page, served: Served) -> None:
    signed_in.goto(address(served, "report#infrastructure.capacity-proven"))
    expect(signed_in.locator('[id="infrastructure.capacity-proven"]')).to_be_visible()


def test_paper_shows_every_answer_opened(signed_in: Page, served: Served) -> None:
    signed_in.goto(address(served, "report"))
    signed_in.emulate_media(media="print")
    heights = signed_in.locator(".answered").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert min(heights) > 0


def test_paper_has_no_buttons(signed_in: Page, served: Served) -> None:
    signed_in.goto(address(served, "report"))
    signed_in.emulate_media(media="print")
    expect(signed_in.locator("a.button, button, nav").locator("visible=true")).to_have_count(0)


def test_another_day_is_chosen_without_a_script(signed_in: Page, served: Served) -> None:
    signed_in.goto(address(served, "report"))
    signed_in.get_by_text("As of another day").click()
    signed_in.get_by_label("As of", exact=True).fill("2030-01-01")
    signed_in.get_by_role("button", name="Show that day").click()
    expect(signed_in.get_by_text("As of 1 Jan 2030, not today")).to_be_visible()


def test_the_pdf_is_kept_under_the_pilots_name(signed_in: Page, served: Served) -> None:
    signed_in.goto(address(served, "report"))
    with signed_in.expect_download() as kept:
        signed_in.get_by_role("link", name="Export PDF").click()
    assert kept.value.suggested_filename.startswith("Claims-letter-drafting-readiness-")
