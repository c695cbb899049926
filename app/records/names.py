"""People as names. In a document a name stands for one account, so within an assessment no two share one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.records.database import Transaction
from app.records.tables import AccountRow, PersonRow


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who did something, and the account that answers for it."""

    id: UUID
    name: str
    account: UUID
    email: str
    by_link: bool


def people_of(db: Transaction, ids: Iterable[UUID | None]) -> dict[UUID, Person]:
    """The people of these ids."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    found = db.sql.execute(
        select(PersonRow.id, PersonRow.name, PersonRow.account_id, AccountRow.email, PersonRow.by_link)
        .join(AccountRow, AccountRow.id == PersonRow.account_id)
        .where(PersonRow.id.in_(wanted))
    )
    return {row.id: Person(row.id, row.name, row.account_id, row.email, row.by_link) for row in found}


def unique_names(people: Iterable[Person]) -> Mapping[UUID, str]:
    """A name for each: their own, with the address where two accounts would share one; or *Name, by link*.

    Holders of links may share a name with each other, as they confirm nothing, but with no account.
    """
    everyone = list(people)
    names = {each.id: f"{each.name}, by link" if each.by_link else each.name for each in everyone}
    while True:
        accounts = Counter(_folded(names[each.id]) for each in everyone if not each.by_link)
        holders = {_folded(names[each.id]) for each in everyone if each.by_link}
        shared = [
            each
            for each in everyone
            if not each.by_link and (accounts[_folded(names[each.id])] > 1 or _folded(names[each.id]) in holders)
        ]
        longer = {each.id: f"{each.name} <{each.email}>" for each in shared}
        if all(names[id] == name for id, name in longer.items()):
            return names
        names |= longer


def _folded(name: str) -> str:
    return name.strip().casefold()
