"""Files dropped on an assessment as a whole: sent one by one, listed, and attached; with and without a script."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.artefacts import LOAD_TEST, damaged_load_test, load_test
from tests.browser.conftest import Served

PILOT = "Claims letter drafting"
DAY = datetime.now(UTC).date() - timedelta(days=3)


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        served.sign_in(context)
        yield context


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of mixed files: one that is read, one that no reader knows, one that is damaged, and a hidden one."""
    within = tmp_path / "evidence"
    (within / "runs").mkdir(parents=True)
    (within / "runs" / LOAD_TEST).write_bytes(load_test(DAY))
    (within / "minutes.txt").write_text("We met, and agreed.")
    (within / "broken.json").write_bytes(damaged_load_test(DAY))
    (within / ".hidden").write_text("nobody's business")
    return within


def opened(context: BrowserContext, served: Served) -> Page:
    page = context.new_page()
    page.goto(f"{served.url}/assessments/{served.assessment(PILOT)}/files")
    return page


def discard_all(page: Page) -> None:
    while page.locator(".arrival").count():
        page.locator(".arrival").first.get_by_role("button", name="Discard").or_(
            page.locator(".arrival").first.get_by_role("button", name="Take it off the list")
        ).first.click()


def test_a_folder_is_sent_file_by_file_and_each_says_what_it_is(
    context: BrowserContext, served: Served, folder: Path, axe: Callable[[Page], list[str]]
) -> None:
    page = opened(context, served)
    page.locator("#folder").set_input_files(folder)
    expect(page.locator(".arrival")).to_have_count(3)
    expect(page.locator("#sending li")).to_have_count(0)
    expect(page.locator(".arrival", has_text=LOAD_TEST)).to_contain_text("vLLM bench serve")
    expect(page.locator(".arrival", has_text="minutes.txt")).to_contain_text("No reader knows it")
    expect(page.locator(".arrival", has_text="broken.json")).to_contain_text("Not kept:")
    expect(page.locator("#announce")).to_contain_text("3 files are here")
    assert axe(page) == []
    discard_all(page)


def test_a_file_dropped_on_the_page_is_attached_as_chosen(context: BrowserContext, served: Served) -> None:
    page = opened(context, served)
    page.evaluate_handle(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["We met, and agreed."], "minutes.txt", { type: "text/plain" }));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true }));
        }"""
    )
    file = page.locator(".arrival", has_text="minutes.txt")
    file.get_by_label("What it is for").select_option(label="Concerns raised and legal notices on time")
    file.get_by_label("Day on which it was seen").fill(DAY.isoformat())
    file.get_by_role("button", name="Attach as chosen").click()
    expect(page.get_by_role("status").first).to_have_text("Attached.")
    expect(page.locator(".arrival")).to_have_count(0)


def test_a_file_that_cannot_be_sent_says_why_and_can_be_sent_again(context: BrowserContext, served: Served) -> None:
    page = opened(context, served)
    context.set_offline(True)
    page.locator("#field-file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    expect(page.locator("#sending")).to_contain_text("Not sent: no connection.")
    context.set_offline(False)
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".arrival", has_text="a.txt")).to_be_visible()
    discard_all(page)


def test_without_javascript_files_are_sent_by_a_plain_form_and_attached(browser: Browser, served: Served) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        served.sign_in(context)
        page = opened(context, served)
        sent: list[FilePayload] = [
            {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": name.encode()} for name in ("one", "two")
        ]
        page.locator("#field-file").set_input_files(sent)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".arrival")).to_have_count(2)
        for name in ("one", "two"):
            file = page.locator(".arrival", has_text=f"{name}.txt")
            file.get_by_label("What it is for").select_option(label="Stages, sign-off and retirement")
        page.get_by_role("button", name="Attach all as chosen").click()
        expect(page.get_by_role("status").first).to_have_text("Attached.")
        expect(page.locator(".arrival")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_what_waits_is_fit_to_be_read(
    browser: Browser, served: Served, folder: Path, axe: Callable[[Page], list[str]], width: int, scheme: str
) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        served.sign_in(context)
        page = opened(context, served)
        page.locator("#folder").set_input_files(folder)
        expect(page.locator(".arrival")).to_have_count(3)
        for each in page.locator(".arrival details").all():
            each.evaluate("each => (each.open = true)")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        discard_all(page)
