"""A link, from making it to answering through it on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

PHONE = {"width": 390, "height": 844}


def made_link(served: Any, browser: Browser) -> str:
    """The address of a link to answer Cost, made by an owner on the page, copied with the button."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        served.sign_in(context, "astrid")
        page = context.new_page()
        page.goto(f"{served.url}/assessments/{served.assessment('Claims letter drafting')}/links")
        page.get_by_label("Read the report").check()
        expect(page.get_by_role("checkbox", name="Cost", include_hidden=True)).to_be_hidden()
        page.get_by_label("Answer the sections").check()
        page.get_by_role("checkbox", name="Cost").check()
        page.get_by_role("button", name="Make the link").click()
        page.get_by_role("button", name="Copy the link").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied: str = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.get_by_label("The link").input_value()
        return copied


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_colleague_answers_through_a_link_on_a_phone(
    served: Any, browser: Browser, axe: Callable[[Page], list[str]], scripts: bool
) -> None:
    url = made_link(served, browser)
    with browser.new_context(viewport=PHONE, java_script_enabled=scripts) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Astrid Lindqvist asks you")
        if scripts:
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_label("Your name").fill("Ines Duarte")
        page.get_by_role("button", name="Start").click()
        expect(page).to_have_url(f"{served.url}/assessments/{served.assessment('Claims letter drafting')}/cost")
        expect(page.get_by_text("Ines Duarte").first).to_be_visible()
        if scripts:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert axe(page) == []
        page.goto(url)
        expect(page).to_have_url(f"{served.url}/assessments/{served.assessment('Claims letter drafting')}/cost")
