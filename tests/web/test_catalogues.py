"""The questions and the method, readable by whoever has to answer."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from app import library
from app.report.method import method
from app.web.catalogues import _coverage
from tests.make import TODAY
from tests.web.leads import Links

CATALOGUE = library.bundled()
HERE = f"/catalogues/{CATALOGUE.id}"


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


@pytest.mark.parametrize("path", ["/catalogues/none", "/catalogues/none?version=1", f"{HERE}?version=99"])
def test_what_there_is_not_is_not_found_and_what_there_is_is_named(viewer: TestClient, path: str) -> None:
    answer = viewer.get(path)
    assert (answer.status_code, f"{CATALOGUE.id} version" in answer.text) == (404, True)


@pytest.mark.parametrize("path", [HERE, "/method"])
def test_another_organisation_reads_the_same(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize("path", [HERE, "/method"])
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
