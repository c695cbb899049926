from uuid import UUID, uuid4

import pytest

from app.records import attachments, people, sign_in
from app.records.caller import Role
from app.records.names import Person, unique_names
from app.records.people import EMAIL_LENGTH, NAME_LENGTH
from app.wording import LINE_LENGTH
from tests.records.conftest import NOON, House


def person(name: str, email: str, *, by_link: bool = False) -> Person:
    return Person(uuid4(), name, uuid4(), email, by_link)


@pytest.mark.parametrize(
    ("people", "names"),
    [
        pytest.param([person("Ann", "a@x"), person("Ben", "b@x")], ["Ann", "Ben"], id="two names stay as they are"),
        pytest.param(
            [person("Ann", "a@x"), person(" ANN", "b@x")],
            ["Ann <a@x>", " ANN <b@x>"],
            id="one name for two accounts gets their addresses",
        ),
        pytest.param(
            [person("Ann", "a@x"), person("Ann", "a@x", by_link=True)],
            ["Ann", "Ann, by link"],
            id="who came through a link is no account",
        ),
        pytest.param(
            [person("Ann, by link", "a@x"), person("Ann", "b@x", by_link=True)],
            ["Ann, by link <a@x>", "Ann, by link"],
            id="even where an account is called so",
        ),
        pytest.param(
            [person("Ann", "a@x"), person("ann", "b@x"), person("Ann <a@x>", "c@x")],
            ["Ann <a@x>", "ann <b@x>", "Ann <a@x> <c@x>"],
            id="or like another with its address",
        ),
    ],
)
def test_no_two_accounts_share_a_name(people: list[Person], names: list[str]) -> None:
    assert list(unique_names(people).values()) == names


def test_the_longest_name_with_the_longest_address_is_one_line() -> None:
    assert NAME_LENGTH + len(" <>") + EMAIL_LENGTH <= LINE_LENGTH
    assert NAME_LENGTH + len(", by link") <= LINE_LENGTH


def test_two_accounts_of_one_name_confirm_each_other(house: House) -> None:
    with house.database.writing() as db:
        account = people.add_account(db, house.ann, "other@example.org", "ann", Role.EDITOR, at=NOON)
        other = sign_in.caller_of_account(db, account)
    assessment: UUID = house.assessment()
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.confirm(db, other, evidence, at=NOON)

    (item,) = house.read(assessment).assessment.answers["security.logs"].evidence

    assert (item.attached_by, item.confirmed_by) == ("Ann <ann@example.org>", "ann <other@example.org>")
    assert item.confirmed
