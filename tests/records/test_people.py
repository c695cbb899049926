from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from app.errors import NotAllowed, NotFound, Refused
from app.records import people, sign_in
from app.records.caller import Console, Role
from app.records.database import Database
from tests.records.conftest import NOON, House

UNSEEN = ("\u200b", "\u00ad \ufeff", "\u2800", "\u3164", "\U000e0041", "\uffff")


def test_whoever_runs_the_server_founds_an_organisation_and_its_first_owner(migrated_url: str) -> None:
    database = Database(migrated_url, lambda: None)  # type: ignore[arg-type,return-value]
    with database.writing() as db:
        assert people.first_organisation(db) is None
        console = people.found(db, " Nordhafen ", at=NOON)
        people.add_account(db, console, "Ann@Example.ORG ", "Ann", Role.OWNER, at=NOON)
    with database.reading() as db:
        found = people.first_organisation(db)
        assert found == people.Organisation(console.organisation, "Nordhafen", None)
        account = people.account_with(db, "ANN@example.org")
        assert account is not None
        assert (account.email, account.name, account.role) == ("ann@example.org", "Ann", Role.OWNER)
    database.close()


def test_an_owner_sees_the_accounts_of_their_organisation_only(house: House) -> None:
    with house.database.reading() as db:
        assert [each.name for each in people.accounts_of(db, house.ann)] == ["Ann", "Ben", "Vic"]
        with pytest.raises(NotFound):
            people.find_account(db, house.ann, house.zoe.account)


@pytest.mark.parametrize(
    ("email", "name", "where"),
    [
        pytest.param("BEN@example.org", "Other", "email", id="an address that somebody has"),
        pytest.param("zoe@EXAMPLE.org", "Other", "email", id="even in another organisation"),
        pytest.param("no address", "Other", "email", id="no address"),
        pytest.param("a@b\x00.org", "Other", "email", id="a control character"),
        pytest.param("long@" + "x" * 200, "Other", "email", id="an address that is too long"),
        pytest.param("new@example.org", " ", "name", id="no name"),
        *(pytest.param("new@example.org", name, "name", id=f"nothing to see {name!a}") for name in UNSEEN),
        pytest.param("new@example.org", "n" * 81, "name", id="a name that is too long"),
    ],
)
def test_an_account_that_does_not_fit_is_refused(house: House, email: str, name: str, where: str) -> None:
    with pytest.raises(Refused) as refused, house.database.writing() as db:
        people.add_account(db, house.ann, email, name, Role.EDITOR, at=NOON)
    assert [problem.where for problem in refused.value.problems] == [where]


def test_only_owners_change_people_and_the_organisation(house: House) -> None:
    with house.database.writing() as db:
        for who in (house.ben, house.vic):
            with pytest.raises(NotAllowed):
                people.add_account(db, who, "new@example.org", "New", Role.VIEWER, at=NOON)
            with pytest.raises(NotAllowed):
                people.change_role(db, who, who.account, Role.OWNER, at=NOON)
            with pytest.raises(NotAllowed):
                people.rename_organisation(db, who, "Mine", None, at=NOON)
            with pytest.raises(NotAllowed):
                sign_in.make_sign_in_link(db, who, house.ann.account, expires_at=NOON, at=NOON)


def test_an_organisation_words_its_own_mark(house: House) -> None:
    with house.database.writing() as db:
        people.rename_organisation(db, house.ann, "Nordhafen AG", "Strictly ours", at=NOON)
        found = people.organisation_of(db, house.ben)
        assert (found.name, found.confidentiality) == ("Nordhafen AG", "Strictly ours")
        assert people.organisation_of(db, house.zoe).name == "Elsewhere"


def test_the_last_owner_stays_one(house: House) -> None:
    with house.database.writing() as db:
        with pytest.raises(Refused, match="last owner"):
            people.change_role(db, house.ann, house.ann.account, Role.EDITOR, at=NOON)
        people.change_role(db, house.ann, house.ben.account, Role.OWNER, at=NOON)
        people.change_role(db, house.ann, house.ann.account, Role.VIEWER, at=NOON)
        assert sign_in.caller_of_account(db, house.ann.account).role is Role.VIEWER


def test_the_command_line_acts_in_one_organisation(house: House) -> None:
    console = Console(house.zoe.organisation)
    with house.database.writing() as db, pytest.raises(NotFound):
        people.change_role(db, console, house.ann.account, Role.VIEWER, at=NOON)
    with house.database.writing() as db, pytest.raises(NotFound):
        people.find_account(db, console, uuid4())


def test_of_four_who_add_one_address_at_once_exactly_one_does(house: House) -> None:
    def add(number: int) -> bool:
        try:
            with house.database.writing() as db:
                people.add_account(db, house.ann, "new@example.org", f"New {number}", Role.VIEWER, at=NOON)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(add, range(4))) == 1
    with house.database.reading() as db:
        assert len(people.accounts_of(db, house.ann)) == 4


@pytest.mark.parametrize("name", ["مرحبا", "👩🏽‍🚀", "می‌خواهم", "Å", "?"])
def test_a_name_in_any_script_is_kept_to_the_letter(house: House, name: str) -> None:
    with house.database.writing() as db:
        people.rename_person(db, house.ann, name, at=NOON)
    with house.database.reading() as db:
        assert people.find_account(db, house.ann, house.ann.account).name == name
