from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import NotAllowed, NotFound, Refused
from app.records import links, sign_in
from app.records.caller import Caller
from tests.records.conftest import NOON, House

WEEK = timedelta(days=7)


def make(house: House, assessment: UUID, by: Caller | None = None, **said: Any) -> tuple[UUID, str]:
    usual: dict[str, Any] = {"role": "answer", "sections": ["security"], "appendix": False, "title": "For security"}
    with house.database.writing() as db:
        return links.make(db, by or house.ann, assessment, **(usual | {"expires_at": NOON + WEEK} | said), at=NOON)


def enter(house: House, token: str, name: str = "Hal", *, at: datetime = NOON) -> str:
    with house.database.writing() as db:
        return links.enter(db, token, name, at=at)


def caller(house: House, session: str, *, at: datetime = NOON) -> Caller | None:
    with house.database.reading() as db:
        return sign_in.caller_of_session(db, session, at=at)


def test_a_link_says_what_it_opens(house: House) -> None:
    assessment = house.assessment()
    id, token = make(house, assessment)
    with house.database.reading() as db:
        found = links.find_open(db, token, at=NOON)
    assert (found.id, found.assessment, found.organisation_name, found.pilot_name) == (
        id,
        assessment,
        "Nordhafen",
        "Helper",
    )
    assert (found.role, found.sections, found.title) == ("answer", ("security",), "For security")


def test_its_holder_acts_under_their_name_for_the_account_that_made_it(house: House) -> None:
    assessment = house.assessment()
    id, token = make(house, assessment, house.ben)
    holder = caller(house, enter(house, token, " Hal "))
    assert holder is not None
    assert (holder.name, holder.role, holder.account) == ("Hal", None, house.ben.account)
    assert holder.person != house.ben.person
    assert holder.link is not None
    assert (holder.link.id, holder.link.assessment, holder.link.sections) == (id, assessment, frozenset({"security"}))


@pytest.mark.parametrize("name", ["", "  ", "a\x00", "n" * 81])
def test_its_holder_gives_a_name_that_fits(house: House, name: str) -> None:
    _, token = make(house, house.assessment())
    with pytest.raises(Refused):
        enter(house, token, name)


def test_nothing_opens_once_it_has_expired(house: House) -> None:
    _, token = make(house, house.assessment())
    session = enter(house, token)
    assert caller(house, session, at=NOON + WEEK) is None
    with house.database.writing() as db:
        sign_in.extend_session(db, session, expires_at=NOON + 2 * WEEK)
    assert caller(house, session, at=NOON + WEEK) is None
    with pytest.raises(NotFound, match="Ask whoever sent it"):
        enter(house, token, at=NOON + WEEK)


def test_nothing_opens_once_it_is_revoked(house: House) -> None:
    assessment = house.assessment()
    id, token = make(house, assessment)
    session = enter(house, token)
    with house.database.writing() as db:
        assert links.revoke(db, house.ben, id, at=NOON) == assessment
    assert caller(house, session) is None
    for tried in (token, "guessed", ""):
        with pytest.raises(NotFound):
            enter(house, tried)


def test_those_who_make_links_see_them_but_not_their_secret(house: House) -> None:
    assessment = house.assessment()
    first, token = make(house, assessment, title=None, role="read", sections=[], appendix=True)
    second, _ = make(house, assessment, house.ben, sections=["cost", "security"])
    with house.database.writing() as db:
        links.revoke(db, house.ann, first, at=NOON)
        newest, oldest = links.list_for(db, house.ann, assessment)
    assert (newest.id, newest.made_by, newest.sections, newest.revoked_at) == (
        second,
        "Ben",
        ("security", "cost"),
        None,
    )
    assert (oldest.id, oldest.role, oldest.appendix, oldest.revoked_at) == (first, "read", True, NOON)
    assert token not in repr((newest, oldest))


@pytest.mark.parametrize(
    ("said", "where"),
    [
        pytest.param({"expires_at": NOON}, "expires_at", id="expired from the start"),
        pytest.param({"sections": ["moat"]}, "sections", id="a dimension that there is not"),
        pytest.param({"sections": []}, "sections", id="nothing to answer"),
        pytest.param({"role": "own"}, "role", id="another role"),
        pytest.param({"title": "t\x00"}, "title", id="a title with a control character"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(house: House, said: dict[str, Any], where: str) -> None:
    with pytest.raises(Refused) as refused:
        make(house, house.assessment(), **said)
    assert [problem.where for problem in refused.value.problems] == [where]


def test_only_editors_make_and_revoke_links(house: House) -> None:
    assessment = house.assessment()
    id, _ = make(house, assessment)
    for who in (house.vic, house.holder(assessment)):
        with pytest.raises(NotAllowed):
            make(house, assessment, who)
        with pytest.raises(NotAllowed), house.database.writing() as db:
            links.revoke(db, who, id, at=NOON)


def test_what_is_anothers_does_not_exist(house: House) -> None:
    assessment = house.assessment()
    id, _ = make(house, assessment)
    with pytest.raises(NotFound):
        make(house, assessment, house.zoe)
    with house.database.writing() as db:
        with pytest.raises(NotFound):
            links.revoke(db, house.zoe, id, at=NOON)
        with pytest.raises(NotFound):
            links.revoke(db, house.ann, uuid4(), at=NOON)
        assert links.list_for(db, house.zoe, assessment) == ()
