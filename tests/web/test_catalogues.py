"""The questions and the method, readable by whoever has to answer."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from app import library
from app.readiness.catalogue import Catalogue, Question
from app.readiness.catalogue_file import RESERVED
from app.report.method import method
from app.web.catalogues import _coverage
from tests.make import TODAY
from tests.web.conftest import Site
from tests.web.leads import Links

CATALOGUE = library.catalogue()
HERE = f"/catalogues/{CATALOGUE.id}"
FIRST_LOOK = "/catalogues/genai-first-look"
OLD, NEW = library.catalogue("genai-first-look", "1"), library.catalogue("genai-first-look", "2")


@pytest.fixture
def questions(viewer: TestClient) -> str:
    return unescape(viewer.get(HERE).text)


@pytest.fixture
def rules(viewer: TestClient) -> str:
    return unescape(viewer.get("/method").text)


def test_every_question_stands_there_with_its_levels_and_why(questions: str) -> None:
    said = [word for each in CATALOGUE.questions.values() for word in (each.title, each.text, each.why, *each.levels)]
    assert [each for each in said if each not in questions] == []


def test_every_question_says_what_would_prove_it(questions: str) -> None:
    said = [proof for each in CATALOGUE.questions.values() for proof in each.proof.values()]
    assert [each for each in said if each not in questions] == []


def test_every_question_can_be_led_to(viewer: TestClient) -> None:
    ids = Links(viewer.get(HERE).text).ids
    assert [key for key in CATALOGUE.questions if key not in ids] == []


def test_every_link_within_the_page_arrives(viewer: TestClient) -> None:
    page = Links(viewer.get(HERE).text)
    assert [to for to in page.to if to.startswith("#") and to[1:] not in page.ids] == []


def test_no_two_things_on_the_page_have_one_id(viewer: TestClient) -> None:
    ids = Links(viewer.get(HERE).text).ids
    assert len(ids) == len(set(ids))


def test_a_condition_stands_there_in_words(questions: str) -> None:
    assert "Does it look things up? Yes" in questions


def test_what_a_question_refers_to_stands_there_with_its_title(questions: str) -> None:
    assert CATALOGUE.frameworks["nist-ai-rmf"].items["GOVERN 1.1"] in questions


def test_every_need_says_how_to_find_it(questions: str) -> None:
    assert [need.key for need in CATALOGUE.policy.needs if need.hint not in questions] == []


def test_coverage_counts_an_item_once_however_many_questions_touch_it() -> None:
    touched = {
        (framework, item)
        for each in CATALOGUE.questions.values()
        for framework, ids in each.references.items()
        for item in ids
    }
    assert sum(each.touched for each in _coverage(*library.DEFAULT)) == len(touched)


def test_an_item_that_no_question_touches_says_so(questions: str) -> None:
    untouched = sum(len(each.items) - each.touched for each in _coverage(*library.DEFAULT))
    assert questions.count(">not touched") == untouched


def test_a_version_can_be_named(viewer: TestClient) -> None:
    assert viewer.get(HERE, params={"version": CATALOGUE.version}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/catalogues/none",
        "/catalogues/none?version=1",
        f"{HERE}?version=99",
        "/catalogues/none/difference",
        f"{FIRST_LOOK}/difference?from=1&to=99",
        f"{FIRST_LOOK}/difference?from=99",
        "/method?catalogue=genai-production&version=99",
    ],
)
def test_what_there_is_not_is_not_found_and_what_there_is_is_named(viewer: TestClient, path: str) -> None:
    answer = viewer.get(path)
    assert (answer.status_code, f"{CATALOGUE.id}" in answer.text) == (404, True)


EVERY_PAGE = ["/catalogues", HERE, FIRST_LOOK, f"{FIRST_LOOK}?version=1", f"{FIRST_LOOK}/difference", "/method"]


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_another_organisation_reads_the_same(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_nobody_reads_without_signing_in(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path).status_code == 401


def test_the_method_states_the_figures_of_the_policy(rules: str) -> None:
    policy = CATALOGUE.policy
    said = [f"{days} days" for days in policy.shelf_life_days.values()]
    said += [
        f"{policy.exception_days} days",
        f"{policy.coverage * 100:.0f}\u00a0%",
        f"{policy.not_applicable_share * 100:.0f}\u00a0%",
    ]
    assert [each for each in said if each not in rules] == []


def test_the_method_states_every_bar(rules: str) -> None:
    said = [
        f'label="{name}">{bar}<'
        for tier in CATALOGUE.policy.tiers
        for name, bar in (("Go from", tier.go), ("floor", tier.floor))
    ]
    assert [each for each in said if each not in rules] == []


def test_the_method_names_every_gate(rules: str) -> None:
    assert [question.key for question, _ in CATALOGUE.gates if question.title not in rules] == []


def test_the_methods_example_is_the_cores(rules: str) -> None:
    example = method(CATALOGUE, TODAY).example
    assert f"claimed {example.claimed}, proven {example.proven}" in rules


def test_every_link_of_the_method_to_a_gate_arrives(viewer: TestClient) -> None:
    ids = Links(viewer.get(HERE).text).ids
    leads = [to.partition("#")[2] for to in Links(viewer.get("/method").text).to if "#" in to]
    assert [to for to in leads if to not in [*ids, "main"]] == []


# ---- more than one catalogue, and more than one version


def test_every_catalogue_is_listed_and_leads_to_each_of_its_versions(viewer: TestClient) -> None:
    page = viewer.get("/catalogues")
    led_to = Links(page.text).to
    for id, version in library.available():
        assert f"/catalogues/{id}?version={version}" in led_to
        assert library.newest(id).policy.about in unescape(page.text)
    assert [to for to in led_to if to.startswith("/catalogues") and viewer.get(to).status_code != 200] == []


def test_without_a_version_the_newest_is_shown_and_leads_to_what_differs(viewer: TestClient) -> None:
    text = unescape(viewer.get(FIRST_LOOK).text)
    assert "genai-first-look, version 2" in text
    assert f"{FIRST_LOOK}/difference?from=1&to=2" in Links(text).to
    first = viewer.get(FIRST_LOOK, params={"version": "1"}).text
    assert [to for to in Links(first).to if "/difference" in to] == []


@pytest.fixture
def differs(viewer: TestClient) -> str:
    return unescape(viewer.get(f"{FIRST_LOOK}/difference", params={"from": "1", "to": "2"}).text)


def section_of(text: str, id: str) -> str:
    """The part of a page under the heading of that id."""
    return text.partition(f'<h2 id="{id}">')[2].partition("</section>")[0]


def test_a_question_that_a_version_adds_or_drops_is_shown_whole(differs: str) -> None:
    (added,) = NEW.questions.keys() - OLD.questions.keys()
    (dropped,) = OLD.questions.keys() - NEW.questions.keys()
    assert _missing(NEW.questions[added], section_of(differs, "added")) == []
    assert _missing(OLD.questions[dropped], section_of(differs, "dropped")) == []


def _missing(question: Question, part: str) -> list[str]:
    return [said for said in (question.title, question.text, question.why, *question.levels) if said not in part]


def test_what_reads_otherwise_stands_side_by_side_and_what_does_not_is_left_out(differs: str) -> None:
    key = "money-and-value.gain-measured"
    before, after, part = OLD.questions[key], NEW.questions[key], section_of(differs, "reworded")
    for was, becomes in (
        (before.text, after.text),
        (before.levels[2], after.levels[2]),
        (before.proof[2], after.proof[2]),
    ):
        assert 0 < part.index(was) < part.index(becomes)
    assert before.levels[3] == after.levels[3]
    assert before.levels[3] not in part


def test_a_rule_that_changed_is_told_in_a_sentence(differs: str) -> None:
    assert OLD.questions["service.off-switch"].title in section_of(differs, "rules")


def test_the_two_newest_versions_are_compared_unless_others_are_named(viewer: TestClient, differs: str) -> None:
    assert unescape(viewer.get(f"{FIRST_LOOK}/difference").text).partition("<h1>")[2] == differs.partition("<h1>")[2]


@pytest.mark.parametrize("path", [f"{HERE}/difference", f"{FIRST_LOOK}/difference?from=2&to=2"])
def test_a_version_does_not_differ_from_itself(viewer: TestClient, path: str) -> None:
    assert "Nothing differs." in viewer.get(path).text


def test_a_catalogue_of_ones_own_is_listed_and_compared_with_ours(own_version: Catalogue, viewer: TestClient) -> None:
    led_to = Links(unescape(viewer.get("/catalogues").text)).to
    assert f"{FIRST_LOOK}?version={own_version.version}" in led_to
    text = unescape(viewer.get(f"{FIRST_LOOK}/difference").text)
    assert "From version 2 to version 3" in text
    assert '<select id="field-from"' in text
    assert "75" in section_of(text, "rules")


@pytest.fixture
def own_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    """Our first look with a higher bar, in the folder that the setting names."""
    place = tmp_path / "own" / OLD.id / "v3"
    place.mkdir(parents=True)
    for each in (Path(library.__file__).parent / "readiness" / "catalogues" / OLD.id / "v2").iterdir():
        text = each.read_text().replace('version: "2"', 'version: "3"').replace("go: 70", "go: 75")
        (place / each.name).write_text(text)
    monkeypatch.setenv("READYROOM_CATALOGUES", str(tmp_path / "own"))
    _forget()
    yield library.newest(OLD.id)
    _forget()


def _forget() -> None:
    library.own.cache_clear()
    library.available.cache_clear()


def test_the_method_states_the_figures_of_the_catalogue_that_is_named(viewer: TestClient) -> None:
    rules = unescape(viewer.get("/method", params={"catalogue": OLD.id, "version": "1"}).text)
    assert [each for each in OLD.policy.levels if each not in rules] == []
    assert [question.key for question, _ in OLD.gates if question.title not in rules] == []


def test_no_section_can_have_the_address_of_another_page(site: Site) -> None:
    """A dimension's key is the last word of its section's address."""
    paths = {each.path for each in iter_route_contexts(site.app.routes) if each.path}
    words = {
        found[1] for path in paths if (found := re.fullmatch(r"/assessments/\{assessment\}/([a-z-]+)(?:[./].*)?", path))
    }
    assert words
    assert words <= RESERVED


def test_a_question_tells_what_it_reads_out_of_files_and_figures(client: TestClient) -> None:
    page = client.get("/catalogues/genai-production").text
    assert "Shows level 3" in page
    assert "at most “Time to the first word, 95 in 100”" in page
    assert "Speaks against more than level 2" in page
