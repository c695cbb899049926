from datetime import timedelta

import pytest

from app.errors import NotAllowed, NotFound, Refused
from app.records import people, sign_in
from app.records.caller import Console, Role
from tests.records.conftest import NOON, House

HOUR = timedelta(hours=1)


def test_a_password_hash_is_found_by_address_whatever_its_case(house: House) -> None:
    with house.database.writing() as db:
        assert not sign_in.any_password_set(db)
        assert sign_in.password_hash_of(db, "ann@example.org") is None
        sign_in.set_password(db, house.ann, house.ann.account, "hash", at=NOON)
        assert sign_in.any_password_set(db)
        assert sign_in.password_hash_of(db, " ANN@example.org") == sign_in.Password(house.ann.account, "hash")
        for nobody in ("nobody@example.org", "a\x00", "\ud800", ""):
            assert sign_in.password_hash_of(db, nobody) is None
            assert people.account_with(db, nobody) is None


def test_a_new_password_ends_every_session_of_the_account_and_no_other(house: House) -> None:
    with house.database.writing() as db:
        mine, theirs = (
            sign_in.open_session(db, who.account, expires_at=NOON + HOUR, at=NOON) for who in (house.ann, house.ben)
        )
        sign_in.set_password(db, house.ann, house.ann.account, "hash", at=NOON)
        assert sign_in.caller_of_session(db, mine, at=NOON) is None
        assert sign_in.caller_of_session(db, theirs, at=NOON) is not None


def test_nobody_sets_the_password_of_another_or_makes_tokens_for_them(house: House) -> None:
    with house.database.writing() as db:
        with pytest.raises(Refused):
            sign_in.set_password(db, house.ann, house.ben.account, "hash", at=NOON)
        with pytest.raises(Refused):
            sign_in.make_token(db, house.ann, house.ben.account, "CI", at=NOON)
        with pytest.raises(NotFound):
            sign_in.make_sign_in_link(db, house.ann, house.zoe.account, expires_at=NOON + HOUR, at=NOON)


def test_a_sign_in_link_works_once(house: House) -> None:
    with house.database.writing() as db:
        console = Console(house.ann.organisation)
        token = sign_in.make_sign_in_link(db, console, house.ben.account, expires_at=NOON + HOUR, at=NOON)
        assert sign_in.use_sign_in_link(db, token, at=NOON) == house.ben.account
        for used in (token, "guessed", "\ud800"):
            with pytest.raises(NotFound, match="Ask for a new one"):
                sign_in.use_sign_in_link(db, used, at=NOON)


def test_a_sign_in_link_is_over_on_time(house: House) -> None:
    with house.database.writing() as db:
        token = sign_in.make_sign_in_link(db, house.ann, house.ben.account, expires_at=NOON + HOUR, at=NOON)
        with pytest.raises(NotFound):
            sign_in.use_sign_in_link(db, token, at=NOON + HOUR)


def test_a_session_says_who_calls_until_it_ends(house: House) -> None:
    with house.database.writing() as db:
        token = sign_in.open_session(db, house.ben.account, expires_at=NOON + HOUR, at=NOON)
        caller = sign_in.caller_of_session(db, token, at=NOON)
        assert caller is not None
        assert (caller.name, caller.role, caller.account) == ("Ben", Role.EDITOR, house.ben.account)
        assert caller.session_expires_at == NOON + HOUR

        sign_in.extend_session(db, token, expires_at=NOON + 2 * HOUR)
        assert sign_in.caller_of_session(db, token, at=NOON + HOUR) is not None
        assert sign_in.caller_of_session(db, token, at=NOON + 2 * HOUR) is None

        sign_in.close_session(db, token)
        assert sign_in.caller_of_session(db, token, at=NOON) is None


def test_a_changed_role_counts_at_once(house: House) -> None:
    with house.database.writing() as db:
        token = sign_in.open_session(db, house.ben.account, expires_at=NOON + HOUR, at=NOON)
        people.change_role(db, house.ann, house.ben.account, Role.VIEWER, at=NOON)
        caller = sign_in.caller_of_session(db, token, at=NOON)
        assert caller is not None
        assert not caller.may_edit


def test_a_token_acts_as_its_account_until_it_is_revoked(house: House) -> None:
    with house.database.writing() as db:
        id, token = sign_in.make_token(db, house.ben, house.ben.account, "CI", at=NOON)
        caller = sign_in.caller_of_token(db, token)
        assert caller is not None
        assert (caller.person, caller.role) == (house.ben.person, Role.EDITOR)
        assert sign_in.caller_of_token(db, token + "x") is None

        with pytest.raises(NotFound):
            sign_in.revoke_token(db, house.ann, id, at=NOON)
        sign_in.revoke_token(db, house.ben, id, at=NOON)
        assert sign_in.caller_of_token(db, token) is None
        (kept,) = sign_in.tokens_of(db, house.ben)
        assert (kept.title, kept.revoked_at) == ("CI", NOON)


def test_the_holder_of_a_link_has_neither_tokens_nor_a_password(house: House) -> None:
    holder = house.holder(house.assessment())
    with house.database.writing() as db:
        sign_in.make_token(db, house.ann, house.ann.account, "CI", at=NOON)
        assert sign_in.tokens_of(db, holder) == ()
        with pytest.raises(Refused):
            sign_in.make_token(db, holder, holder.account, "CI", at=NOON)
        with pytest.raises(Refused):
            sign_in.set_password(db, holder, holder.account, "hash", at=NOON)
        with pytest.raises(NotAllowed):
            people.add_account(db, holder, "new@example.org", "New", Role.OWNER, at=NOON)
