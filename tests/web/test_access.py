"""Who may call what: every route as every kind of caller, against a table that has to be complete."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from app.records import sign_in
from app.web.access import Guard, May
from tests.web.conftest import Site
from tests.web.routes import OPEN, TABLE, Route
from tests.web.scene import QUESTION, SECRETS, Scene


@pytest.fixture
def scene(site: Site) -> Scene:
    scene = Scene(site)
    scene.renew()
    return scene


def walked(site: Site) -> Iterator[Any]:
    found = list(iter_route_contexts(site.app.routes))
    assert found, "the walk finds no routes: FastAPI has changed"
    yield from found


def test_the_table_names_every_route_and_no_other(site: Site) -> None:
    routes = {f"{method} {each.path}" for each in walked(site) for method in each.methods if method != "HEAD"}
    tabled = {f"{each.method} {each.path}" for each in TABLE} | {line for line in OPEN.split("\n") if line}
    assert routes == tabled


def test_every_route_has_the_guard_that_the_table_says(site: Site) -> None:
    guards = {
        f"{method} {each.path}": [
            one.call.may.name for one in each.original_route.dependant.dependencies if isinstance(one.call, Guard)
        ]
        for each in walked(site)
        for method in each.methods
        if hasattr(each.original_route, "dependant")
        and method != "HEAD"
        and f"{method} {each.path}" not in OPEN.split("\n")
    }
    assert guards == {f"{each.method} {each.path}": [each.may.name] for each in TABLE}


def refusals(
    scene: Scene, expected: dict[str, int], caller: Callable[[Route], TestClient], *, or_form: bool = False
) -> None:
    """Assert that these routes answer these statuses, say nothing of ours, and change nothing.

    `or_form`: or say that the form does not fit, which may be looked at first.
    """
    before, wrong = scene.ours(), []
    for route in TABLE:
        name = f"{route.method} {route.path}"
        if name not in expected:
            continue
        answer = scene.call(caller(route), route)
        if answer.status_code != expected[name] and not (or_form and answer.status_code == 422):
            wrong.append(f"{name}: {answer.status_code} and not {expected[name]}")
        if any(secret in answer.text for secret in SECRETS[:1]):
            wrong.append(f"{name} tells of ours")
    assert expected
    assert wrong == []
    assert scene.ours() == before


def routes(**status: int) -> dict[str, int]:
    """The expected status of every route that asks for one of these."""
    return {f"{each.method} {each.path}": status[each.may.name] for each in TABLE if each.may.name in status}


EVERYTHING = {may.name: 401 for may in May if may is not May.ENTER}


def test_nobody_is_let_through_anywhere(scene: Scene) -> None:
    anonymous = scene.site.visit(None)
    refusals(scene, routes(**EVERYTHING), lambda _: anonymous)


@pytest.mark.parametrize("token", ["", "junk", "x" * 5000, "\u00e4"])
def test_a_token_that_never_was_opens_nothing(scene: Scene, token: str) -> None:
    caller = scene.bearer(None)
    caller.headers = httpx2.Headers([(b"Authorization", f"Bearer {token}".encode())])
    refusals(scene, {key: 401 for key in routes(**EVERYTHING) if "/api/" in key}, lambda _: caller)


def test_a_revoked_token_opens_nothing(scene: Scene) -> None:
    owner, at = scene.site.callers["owner"], datetime.now(UTC)
    with scene.site.database.writing() as db:
        id, token = sign_in.make_token(db, owner, owner.account, "x", at=at)
        sign_in.revoke_token(db, owner, id, at=at)
    caller = scene.bearer(token)
    refusals(scene, {key: 401 for key in routes(**EVERYTHING) if "/api/" in key}, lambda _: caller)


def test_a_session_is_no_token_and_a_token_no_session(scene: Scene) -> None:
    session, token = scene.site.visit("owner"), scene.bearer(scene.site.token("owner"))
    refusals(scene, routes(**EVERYTHING), lambda route: session if route.is_api else token)


def test_a_viewer_changes_nothing(scene: Scene) -> None:
    visitor, program = scene.site.visit("viewer"), scene.bearer(scene.site.token("viewer"))
    refusals(
        scene,
        routes(EDIT=403, OWN=403, ANSWER=403, ANSWER_SOME=403),
        lambda route: program if route.is_api else visitor,
    )


def test_an_editor_owns_nothing(scene: Scene) -> None:
    visitor = scene.site.visit("editor")
    refusals(scene, routes(OWN=403), lambda _: visitor)


PAGES = {name for name in routes(**EVERYTHING) if "/api/" not in name}


def test_the_holder_of_a_link_to_read_sees_the_report_alone(scene: Scene) -> None:
    holder = scene.holder(scene.read_link)
    hidden = routes(READ=404, EDIT=404, OWN=404, READ_SECTION=404, ANSWER=404, ANSWER_SOME=404)
    refusals(scene, {key: hidden[key] for key in hidden if key in PAGES}, lambda _: holder)


def test_the_holder_of_a_link_to_answer_sees_the_section_alone(scene: Scene) -> None:
    holder = scene.holder(scene.answer_link)
    hidden = routes(READ=404, EDIT=404, OWN=404, READ_REPORT=404)
    refusals(scene, {key: hidden[key] for key in hidden if key in PAGES}, lambda _: holder)


def test_the_holder_of_a_link_sees_no_other_section_and_no_other_assessment(scene: Scene) -> None:
    holder = scene.holder(scene.answer_link)
    granted = {key: 404 for key in routes(READ_SECTION=404, ANSWER=404) if key in PAGES}
    scene.ids |= {"question": "operations.rollback", "dimension": "operations"}
    refusals(scene, granted, lambda _: holder)
    scene.renew()
    refusals(scene, granted, lambda _: holder)


def test_the_holder_of_a_link_gets_no_item_of_another_section_or_assessment(scene: Scene) -> None:
    holder, own = scene.holder(scene.answer_link), dict(scene.ids)
    elsewhere = [
        scene.site.attach(UUID(own["assessment"]), "operations.rollback"),
        scene.site.attach(scene.site.assessment(), QUESTION),
    ]
    naming = {f"{each.method} {each.path}": 404 for each in TABLE if "{question}/evidence/{ev" in each.path}
    for item in elsewhere:
        scene.ids = own | {"evidence": str(item)}
        refusals(scene, naming, lambda _: holder, or_form=True)


def test_the_holder_of_a_link_is_nobody_to_the_api(scene: Scene) -> None:
    holder = scene.holder(scene.answer_link)
    refusals(scene, {key: 401 for key in routes(**EVERYTHING) if "/api/" in key}, lambda _: holder)


def test_another_organisation_finds_none_of_our_rows(scene: Scene) -> None:
    visitor, program = scene.site.visit("stranger"), scene.bearer(scene.site.token("stranger"))
    naming = {f"{each.method} {each.path}": 404 for each in TABLE if each.may is not May.ENTER and each.names_ours()}
    refusals(scene, naming, lambda route: program if route.is_api else visitor)


def test_another_organisation_sees_nothing_of_ours_where_it_names_nothing(scene: Scene) -> None:
    before = scene.ours()
    for route in TABLE:
        if route.may is not May.ENTER and not route.names_ours():
            answer = scene.call(scene.caller("stranger", route), route)
            assert answer.status_code < 500
            assert [secret for secret in SECRETS if secret in answer.text] == [], route
    assert scene.ours() == before


LEAST = {
    May.READ: "viewer",
    May.EDIT: "editor",
    May.OWN: "owner",
    May.READ_REPORT: "reader",
    May.READ_SECTION: "answerer",
    May.ANSWER: "answerer",
    May.ANSWER_SOME: "answerer",
}
NOT_THEIRS = {
    "/tokens/{token}/revocation": "owner",  # a token is revoked by whoever made it
    "/assessments/{assessment}/files/{arrival}/discard": "editor",  # a link's holder knows of their own files only
}


@pytest.mark.parametrize("may", LEAST)
def test_whoever_may_is_let_through(scene: Scene, may: May) -> None:
    wrong = []
    for route in (each for each in TABLE if each.may is may):
        if route.method != "GET":
            scene.renew()
        who = NOT_THEIRS.get(route.path, LEAST[may])
        if route.is_api and who in ("reader", "answerer"):
            who = "editor"
        answer = scene.call(scene.caller(who, route), route)
        if answer.status_code not in (200, 201, 303, 422, 428):
            wrong.append(f"{route.method} {route.path}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("value", ["junk", "01990000-0000-7000-8000-000000000000", "%00", "..%2f..", "ä" * 300])
def test_what_there_is_not_is_404_to_whoever_may(scene: Scene, value: str) -> None:
    owner, program = scene.site.visit("owner"), scene.bearer(scene.site.token("owner"))
    for name in (
        "pilot",
        "assessment",
        "question",
        "evidence",
        "exception",
        "trade_off",
        "milestone",
        "link",
        "scenario",
    ):
        scene.renew()
        scene.ids[name] = value
        last = [each for each in TABLE if f"{{{name}}}" in each.path and (name != "question" or "{ev" not in each.path)]
        naming = {f"{each.method} {each.path}": 404 for each in last}
        refusals(scene, naming, lambda route: program if route.is_api else owner, or_form=name == "question")


@pytest.mark.parametrize("dimension", ["junk", "%00", "..", "cost.budget-ceiling"])
def test_a_section_that_there_is_not_is_404(scene: Scene, dimension: str) -> None:
    scene.ids["dimension"] = dimension
    owner = scene.site.visit("owner")
    refusals(scene, {"GET /assessments/{assessment}/{dimension}": 404}, lambda _: owner)
