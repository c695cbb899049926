"""Answering in a browser: saved as one goes, nothing lost, by keyboard, on a phone, without JavaScript."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from app.readiness.assessment import Answer
from app.records import answers, assessments, links, sign_in
from app.web.access import SESSION_COOKIE
from tests.browser.conftest import Served

PILOT = "Code assistant"  # the demo's half-filled one


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    """A browser in which Astrid is signed in."""
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        served.sign_in(context)
        yield context


def opened(context: BrowserContext, served: Served, question: str, *, fresh: bool = True) -> Locator:
    """The card of a question, on a page of its own; nothing stands on it, unless `fresh` is not asked."""
    if fresh:
        blank(served, question)
    page = context.new_page()
    page.goto(url_of(served, question))
    return page.locator(f'[data-question="{question}"]')


def url_of(served: Served, question: str) -> str:
    return f"{served.url}/assessments/{served.assessment(PILOT)}/{question.partition('.')[0]}#{question}"


def blank(served: Served, question: str) -> None:
    """Take back whatever the demo, or another test, answered."""
    save(served, question, answers.Given())


def save(served: Served, question: str, given: answers.Given, who: str = "astrid") -> None:
    assessment, caller = served.assessment(PILOT), served.caller(who)
    with served.database.writing() as db:
        seen = answers.version_of(db, caller, assessment, question)
        answers.save(db, caller, assessment, question, given, seen=seen, at=datetime.now(UTC))


def kept(served: Served, question: str) -> Answer:
    with served.database.reading() as db:
        return assessments.read(db, served.caller(), served.assessment(PILOT)).assessment.answers[question]


def version(served: Served, question: str) -> int:
    with served.database.reading() as db:
        return answers.version_of(db, served.caller(), served.assessment(PILOT), question)


def level(card: Locator, number: int) -> Locator:
    return card.locator(f'[name=level][value="{number}"]')


def note(card: Locator) -> Locator:
    return card.get_by_label("Note", exact=True)


def state(card: Locator) -> Locator:
    return card.locator("[data-save-state]")


def wait_saved(card: Locator) -> None:
    expect(state(card)).to_have_attribute("data-save-state", "saved", timeout=8000)


def until(page: Page, true: str) -> None:
    """Wait until that holds in the page; the page's own policy forbids Playwright's way of asking."""
    for _ in range(100):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"not {true}")


@contextmanager
def held_back(page: Page) -> Iterator[None]:
    """The next save waits for the end of the block."""
    waiting: list[Route] = []
    page.route("**/answers/*", lambda route: waiting.append(route), times=1)
    yield
    for route in waiting:
        route.continue_()


def test_choosing_a_level_saves_it_and_says_what_it_proves(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, "security.supply-chain")
    level(card, 3).check()
    wait_saved(card)
    expect(card.locator(".proves")).to_contain_text("Proves level 2")
    assert kept(served, "security.supply-chain").level == 3


def test_walking_through_the_levels_by_arrow_key_saves_where_one_stops(context: BrowserContext, served: Served) -> None:
    question = "security.audit-log"
    card = opened(context, served, question)
    before = version(served, question)
    level(card, 0).focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowDown"):
        card.page.keyboard.press(key)
    expect(card.locator(".proves")).to_contain_text("Proves level 2")
    assert (kept(served, question).level, version(served, question)) == (3, before + 1)


def test_a_note_is_saved_on_a_pause_in_typing(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, "security.secrets")
    note(card).press_sequentially("ticket 118")
    wait_saved(card)
    assert kept(served, "security.secrets").note == "ticket 118"


def test_leaving_a_field_saves_it(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, "security.identity-and-access")
    card.page.clock.install()
    card.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # so that no pause in typing can be what saves it
    note(card).fill("left at once")
    with card.page.expect_response("**/answers/*"):
        note(card).blur()


def test_what_is_typed_while_a_save_is_under_way_is_saved_after_it(context: BrowserContext, served: Served) -> None:
    question = "security.instruction-leak"
    card = opened(context, served, question)
    with held_back(card.page):
        level(card, 2).check()
        expect(card.locator(".htmx-request")).to_have_count(1)
        note(card).press_sequentially("typed meanwhile")
        card.page.wait_for_timeout(1500)
    expect(note(card)).to_have_value("typed meanwhile")
    until(card.page, "localStorage.length === 0")
    assert (kept(served, question).level, kept(served, question).note) == (2, "typed meanwhile")


def test_an_answer_that_changes_nothing_else_keeps_the_cursor_where_it_is(
    context: BrowserContext, served: Served
) -> None:
    card = opened(context, served, "security.output-handling")
    note(card).press_sequentially("abc")
    note(card).press("ArrowLeft")
    wait_saved(card)
    note(card).press_sequentially("X")
    expect(note(card)).to_have_value("abXc")


def test_offline_the_text_is_kept_and_sent_when_the_connection_is_back(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "operations", 2)
    card = opened(context, served, question)
    context.set_offline(True)
    note(card).fill("written in a tunnel")
    expect(state(card)).to_contain_text("Not saved: no connection", timeout=8000)
    context.set_offline(False)
    wait_saved(card)
    assert kept(served, question).note == "written in a tunnel"


def test_a_server_that_cannot_save_is_asked_again(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "operations", 3)
    card = opened(context, served, question)
    card.page.route("**/answers/*", lambda route: route.fulfill(status=503), times=1)
    level(card, 1).check()
    expect(state(card)).to_contain_text("the server cannot save at the moment")
    wait_saved(card)
    assert kept(served, question).level == 1


def some_question(served: Served, section: str, number: int) -> str:
    """A question of that section that the pilot is asked."""
    with served.database.reading() as db:
        held = assessments.read(db, served.caller(), served.assessment(PILOT))
    dimension = held.catalogue.dimension(section)
    assert dimension is not None
    profile = held.assessment.pilot.profile
    asked = [each.key for each in dimension.questions if each.when is None or each.when.holds(profile)]
    return asked[number]


def test_a_refresh_brings_the_draft_back_and_saves_it(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "operations", 4)
    card = opened(context, served, question)
    card.page.route("**/answers/*", lambda route: route.abort())
    note(card).fill("not yet sent")
    card.page.reload()
    expect(note(card)).to_have_value("not yet sent")
    expect(state(card)).to_contain_text("Not saved yet; typed at")
    card.page.unroute("**/answers/*")
    wait_saved(card)
    assert kept(served, question).note == "not yet sent"


def test_leaving_the_page_at_once_still_saves(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "operations", 5)
    card = opened(context, served, question)
    note(card).fill("gone before the pause")
    card.page.goto(f"{served.url}/method")
    for _ in range(100):  # it was sent as the page was left, and arrives when it arrives
        if kept(served, question).note:
            break
        card.page.wait_for_timeout(50)
    assert kept(served, question).note == "gone before the pause"


def test_a_save_whose_answer_was_lost_is_no_conflict_with_oneself(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "operations", 6)
    card = opened(context, served, question)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    card.page.route("**/answers/*", lose, times=1)
    level(card, 2).check()
    expect(state(card)).to_contain_text("Not saved: no connection")
    wait_saved(card)
    expect(card.locator("[data-conflict]")).to_have_count(0)
    assert kept(served, question).level == 2


@pytest.fixture
def conflict(context: BrowserContext, served: Served) -> Locator:
    """A card on which Mei has answered 1 while Astrid was choosing 3 and writing a note."""
    question = some_question(served, "cost", 2)
    card = opened(context, served, question)
    save(served, question, answers.Given(level=1, note="Mei knows better"), who="mei")
    note(card).fill("Astrid was writing")
    level(card, 3).check()
    expect(state(card)).to_contain_text("Not saved: somebody else answered meanwhile", timeout=8000)
    return card


def test_two_answers_stand_side_by_side_and_nothing_typed_is_gone(conflict: Locator) -> None:
    both = conflict.locator("[data-conflict]")
    for words in ("Mei Tanaka", "1 Ad hoc", "Mei knows better", "3 Shown to work", "Astrid was writing"):
        expect(both).to_contain_text(words)
    expect(note(conflict)).to_have_value("Astrid was writing")


@pytest.mark.parametrize(
    ("button", "number", "words"),
    [
        pytest.param("Keep mine", 3, r"^Astrid was writing$", id="mine"),
        pytest.param("Take theirs", 1, r"^Mei knows better$", id="theirs"),
        pytest.param(
            "Keep both in the note", 3, r"^Astrid was writing\n\nMei Tanaka, .* level 1: Mei knows better$", id="both"
        ),
    ],
)
def test_of_two_answers_one_chooses(conflict: Locator, served: Served, button: str, number: int, words: str) -> None:
    conflict.get_by_text(button, exact=True).click()
    wait_saved(conflict)
    expect(conflict.locator("[data-conflict]")).to_have_count(0)
    expect(level(conflict, number)).to_be_checked()
    expect(note(conflict)).to_have_value(re.compile(words.replace("\\n", "\n"), re.DOTALL))
    now = kept(served, some_question(served, "cost", 2))
    assert now.level == number
    assert re.search(words, now.note or "")


def test_a_draft_from_before_somebody_else_saved_is_shown_beside_theirs(
    context: BrowserContext, served: Served
) -> None:
    question = some_question(served, "cost", 3)
    card = opened(context, served, question)
    card.page.route("**/answers/*", lambda route: route.abort())
    note(card).fill("typed before the lid was closed")
    until(card.page, "localStorage.length > 0")
    card.page.goto("about:blank")
    save(served, question, answers.Given(level=2), who="mei")
    card.page.unroute("**/answers/*")
    card.page.goto(url_of(served, question))
    expect(card.locator("[data-conflict]")).to_contain_text("typed before the lid was closed", timeout=8000)
    assert kept(served, question).level == 2


def test_a_session_that_is_over_keeps_the_draft_and_saves_it_after_signing_in(
    context: BrowserContext, served: Served
) -> None:
    question = some_question(served, "cost", 4)
    card = opened(context, served, question)
    context.clear_cookies()
    note(card).fill("the meeting was long")
    expect(state(card)).to_contain_text("Not saved: your session is over", timeout=8000)
    expect(card.get_by_role("link", name="Sign in in a new tab")).to_have_attribute("target", "_blank")
    served.sign_in(context)
    card.page.evaluate("dispatchEvent(new Event('focus'))")
    wait_saved(card)
    assert kept(served, question).note == "the meeting was long"


def test_what_is_refused_says_why_where_saving_is_told(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, some_question(served, "cost", 5))
    note(card).fill("x" * 10_001)
    expect(state(card)).to_contain_text("at most 10000 characters", timeout=8000)


def test_nobody_can_say_names_whom_to_ask(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "cost", 6)
    card = opened(context, served, question)
    card.get_by_label("Nobody can say").check()
    card.get_by_role("textbox", name="Whom to ask").fill("Paul in finance")
    wait_saved(card)
    assert kept(served, question).ask == "Paul in finance"


def test_a_level_chosen_after_naming_whom_to_ask_takes_its_place(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "cost", 6)
    save(served, question, answers.Given(ask="Paul in finance"))
    card = opened(context, served, question, fresh=False)
    expect(card.get_by_role("textbox", name="Whom to ask")).to_have_value("Paul in finance")
    level(card, 2).check()
    until(card.page, "localStorage.length === 0")
    assert (kept(served, question).level, kept(served, question).ask) == (2, None)


def test_the_number_of_answers_follows(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, some_question(served, "value", 1))
    count = card.page.locator("#count")
    before = int((count.text_content() or "").partition("/")[0])
    level(card, 1).check()
    expect(count).to_have_text(re.compile(rf"^{before + 1}/"))


# ---- evidence


def attach_form(card: Locator) -> Locator:
    card.get_by_role("link", name="Add a file, a link or a figure").click()
    return card.page.locator("#sheet form")


def test_a_link_is_attached_without_leaving_the_page(context: BrowserContext, served: Served) -> None:
    question = some_question(served, "value", 2)
    card = opened(context, served, question)
    level(card, 2).check()
    form = attach_form(card)
    form.get_by_label("A link").check()
    form.get_by_label("Address").fill("https://wiki.example/record")
    form.get_by_role("textbox", name="Title").fill("Benefits register")
    form.get_by_label("Day on which it was seen").fill("2026-01-02")
    form.get_by_role("button", name="Attach").click()
    expect(card.locator(".items")).to_contain_text("Benefits register")
    expect(card.locator(".proves")).to_contain_text("Benefits register")
    expect(card.page.locator("#sheet")).to_be_hidden()


def test_several_files_go_out_one_by_one_and_become_an_item_each(
    context: BrowserContext, served: Served, tmp_path: Path
) -> None:
    card = opened(context, served, some_question(served, "value", 3))
    for name in ("one.txt", "two.txt", "three.txt"):
        (tmp_path / name).write_text(name)
    form = attach_form(card)
    form.get_by_label("File", exact=True).set_input_files(sorted(tmp_path.glob("*.txt")))
    form.get_by_role("button", name="Attach").click()
    expect(card.locator(".items > li:not(.none)")).to_have_count(3)
    expect(card.page.locator("#sheet")).to_be_hidden()


def test_a_file_dropped_on_a_question_waits_in_the_form(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, some_question(served, "value", 4))
    files = card.page.evaluate_handle(
        "() => { const held = new DataTransfer(); held.items.add(new File(['text'], 'dropped.txt')); return held }"
    )
    card.dispatch_event("dragover", {"dataTransfer": files})
    expect(card.locator(".drop")).to_have_class(re.compile("over"))
    card.dispatch_event("drop", {"dataTransfer": files})
    chosen = card.page.locator("#sheet [type=file]")
    expect(chosen).to_be_visible()
    assert chosen.evaluate("input => input.files[0].name") == "dropped.txt"


def test_what_cannot_be_attached_says_so_and_keeps_the_form(context: BrowserContext, served: Served) -> None:
    form = attach_form(opened(context, served, some_question(served, "value", 5)))
    form.get_by_label("A link").check()
    form.get_by_role("textbox", name="Title").fill("Without an address")
    form.get_by_role("button", name="Attach").click()
    expect(form.get_by_role("alert")).to_contain_text("a link needs an address")
    expect(form.get_by_role("textbox", name="Title")).to_have_value("Without an address")


def test_an_item_is_withdrawn_with_a_reason_and_the_focus_returns_to_its_question(
    context: BrowserContext, served: Served
) -> None:
    question = some_question(served, "value", 2)
    card = opened(context, served, question, fresh=False)
    form = attach_form(card)
    form.get_by_label("A link").check()
    form.get_by_label("Address").fill("https://wiki.example/old")
    form.get_by_role("textbox", name="Title").fill("The old record")
    form.get_by_role("button", name="Attach").click()
    card.get_by_role("link", name="Withdraw The old record").click()
    card.page.get_by_label("Why it no longer counts").fill("Describes a tool that is gone.")
    card.page.locator("#sheet").get_by_role("button", name="Withdraw").click()
    expect(card.locator(".items s")).to_contain_text("The old record")
    expect(card).to_be_focused()


# ---- by keyboard


def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_single_keys_move_answer_and_open(context: BrowserContext, served: Served) -> None:
    first, second = some_question(served, "people", 0), some_question(served, "people", 1)
    blank(served, first)
    card = opened(context, served, second)
    page = card.page
    pressed(page, "k", "j", "3")
    wait_saved(card)
    assert kept(served, second).level == 3
    pressed(page, "n")
    expect(note(card)).to_be_focused()
    pressed(page, "j", "3")
    expect(note(card)).to_have_value("j3")
    note(card).blur()
    pressed(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_single_keys_can_be_switched_off_and_that_is_remembered(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, some_question(served, "people", 2))
    page = card.page
    pressed(page, "?")
    page.get_by_label(re.compile("Use these keys")).uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    pressed(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_key_pressed_together_with_control_is_left_to_the_browser(context: BrowserContext, served: Served) -> None:
    card = opened(context, served, some_question(served, "people", 2))
    card.focus()
    pressed(card.page, "Control+3")
    expect(level(card, 3)).not_to_be_checked()


# ---- without JavaScript, on a phone, for everybody


def test_without_javascript_a_question_is_answered_and_evidence_attached(browser: Browser, served: Served) -> None:
    question = some_question(served, "people", 3)
    with browser.new_context(java_script_enabled=False) as context:
        served.sign_in(context)
        card = opened(context, served, question)
        level(card, 2).check()
        note(card).fill("by a plain form")
        card.get_by_role("button", name="Save", exact=True).click()
        expect(card.page.get_by_role("status").first).to_have_text("Saved.")
        card.get_by_role("link", name="Add a file, a link or a figure").click()
        card.page.get_by_label("A link").check()
        card.page.get_by_label("Address").fill("https://wiki.example/plain")
        card.page.get_by_role("button", name="Attach").click()
        expect(card.locator(".items")).to_contain_text("https://wiki.example/plain")
    assert (kept(served, question).level, kept(served, question).note) == (2, "by a plain form")


def test_without_javascript_a_conflict_shows_both_and_one_chooses(browser: Browser, served: Served) -> None:
    question = some_question(served, "people", 4)
    with browser.new_context(java_script_enabled=False) as context:
        served.sign_in(context)
        card = opened(context, served, question)
        save(served, question, answers.Given(level=1), who="mei")
        level(card, 3).check()
        card.get_by_role("button", name="Save", exact=True).click()
        expect(card.page.get_by_text("1 Ad hoc")).to_be_visible()
        card.page.get_by_role("button", name="Keep mine").click()
        expect(level(card, 3)).to_be_checked()
    assert kept(served, question).level == 3


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Browser, served: Served, axe: Callable[[Page], list[str]], width: int, scheme: Any
) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        served.sign_in(context)
        card = opened(context, served, "security.encryption-in-use", fresh=False)
        assert axe(card.page) == []
        assert card.page.evaluate("document.documentElement.scrollWidth") == width
        attach_form(card)
        expect(card.page.get_by_role("textbox", name="Title")).to_be_visible()
        assert axe(card.page) == []


def test_axe_finds_nothing_where_two_answers_stand(conflict: Locator, axe: Callable[[Page], list[str]]) -> None:
    assert axe(conflict.page) == []


def test_the_holder_of_a_link_answers_on_a_phone(browser: Browser, served: Served) -> None:
    question, at = some_question(served, "people", 5), datetime.now(UTC)
    blank(served, question)
    with served.database.writing() as db:
        ends, of = at + timedelta(days=2), served.assessment(PILOT)
        _, token = links.make(
            db,
            served.caller(),
            of,
            role="answer",
            sections=["people"],
            appendix=False,
            title=None,
            expires_at=ends,
            at=at,
        )
        session = links.enter(db, token, "Priya Nair", at=at)
        assert sign_in.caller_of_session(db, session, at=at)
    with browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True) as context:
        context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": served.url}])
        card = opened(context, served, question, fresh=False)
        card.get_by_text("2 Defined").tap()
        wait_saved(card)
        expect(state(card)).to_contain_text("Priya Nair, by link")
        assert card.page.evaluate("document.documentElement.scrollWidth") == 390
