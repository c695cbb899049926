"""Organisations and the accounts in them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from app.errors import NotFound, Problem, Refused
from app.records import audit
from app.records.caller import Caller, Console, Role
from app.records.database import Transaction
from app.records.given import line, line_or_none
from app.records.tables import AccountRow, AssessmentRow, OrganisationRow, PersonRow, WorkedOutRow

# Together, as in "Name <email>", they fit into one line of a document.
NAME_LENGTH: Final = 80
EMAIL_LENGTH: Final = 110

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose everything else is."""

    id: UUID
    name: str
    confidentiality: str | None  # the mark on reports, in its own words


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    id: UUID
    organisation: UUID
    person: UUID
    name: str
    email: str
    role: Role
    has_password: bool
    added_at: datetime


def found(db: Transaction, name: str, *, at: datetime) -> Console:
    """Found an organisation; what comes back may add its first owner."""
    kept = line(name, "name")
    console = Console(uuid7())
    db.sql.execute(insert(OrganisationRow).values(id=console.organisation, name=kept, founded_at=at))
    audit.note(db, console, "organisation founded", ("organisation", console.organisation), at=at, after={"name": kept})
    return console


def first_organisation(db: Transaction) -> Organisation | None:
    """The organisation that was founded first; None where there is none yet."""
    row = db.sql.execute(select(OrganisationRow).order_by(OrganisationRow.id).limit(1)).first()
    return Organisation(row.id, row.name, row.confidentiality) if row else None


def console_of(db: Transaction) -> Console | None:
    """The command line of the organisation that was founded first; None where there is none yet."""
    organisation = first_organisation(db)
    return Console(organisation.id) if organisation else None


def first_owner(db: Transaction) -> str | None:
    """The address of the first owner of the organisation that was founded first."""
    owners = select(AccountRow.email).where(AccountRow.role == str(Role.OWNER)).order_by(AccountRow.id).limit(1)
    return db.sql.scalar(owners)


def organisation_of(db: Transaction, caller: Caller) -> Organisation:
    """The caller's organisation."""
    row = db.sql.execute(select(OrganisationRow).where(OrganisationRow.id == caller.organisation)).one()
    return Organisation(row.id, row.name, row.confidentiality)


def rename_organisation(
    db: Transaction, caller: Caller, name: str, confidentiality: str | None, *, at: datetime
) -> None:
    """Change the organisation's name and the mark on its reports."""
    caller.must_own()
    new = {"name": line(name, "name"), "confidentiality": line_or_none(confidentiality, "confidentiality")}
    old = organisation_of(db, caller)
    db.sql.execute(update(OrganisationRow).where(OrganisationRow.id == caller.organisation).values(new))
    before = {"name": old.name, "confidentiality": old.confidentiality}
    audit.note(
        db, caller, "organisation changed", ("organisation", caller.organisation), at=at, before=before, after=new
    )


def add_account(db: Transaction, by: Caller | Console, email: str, name: str, role: Role, *, at: datetime) -> UUID:
    """Add somebody who can sign in.

    Raises:
        Refused: this is no address, or somebody has it already.
    """
    by.must_own()
    address, called = email_address(email), line(name, "name", longest=NAME_LENGTH)
    account = uuid7()
    try:
        with db.sql.begin_nested():
            db.sql.execute(
                insert(AccountRow).values(
                    id=account, organisation_id=by.organisation, email=address, role=str(role), added_at=at
                )
            )
    except IntegrityError:
        message = "There is an account with this address already."
        raise Refused(message, [Problem("email", "is taken: choose another")]) from None
    db.sql.execute(
        insert(PersonRow).values(
            id=uuid7(), organisation_id=by.organisation, account_id=account, name=called, by_link=False
        )
    )
    audit.note(db, by, "account added", ("account", account), at=at, after={"role": str(role)})
    return account


def rename_person(db: Transaction, caller: Caller, name: str, *, at: datetime) -> None:
    """Change how the caller is called, wherever their name stands."""
    if caller.role is None:
        raise Refused("Only somebody with an account changes their name.")
    db.sql.execute(
        update(PersonRow).where(PersonRow.id == caller.person).values(name=line(name, "name", longest=NAME_LENGTH))
    )
    # What was worked out may say the old name; it is worked out again where it is asked for.
    its = select(AssessmentRow.id).where(AssessmentRow.organisation_id == caller.organisation)
    db.sql.execute(delete(WorkedOutRow).where(WorkedOutRow.assessment_id.in_(its)))
    audit.note(db, caller, "name changed", ("account", caller.account), at=at)


def email_address(text: str) -> str:
    """An address as it is kept and compared: trimmed and case-folded."""
    address = line(text, "email", longest=EMAIL_LENGTH).casefold()
    if not _EMAIL.fullmatch(address):
        raise Refused("This is no e-mail address.", [Problem("email", "must be an address such as ann@example.org")])
    return address


def accounts_of(db: Transaction, by: Caller | Console) -> tuple[Account, ...]:
    """The accounts of the organisation, by name."""
    wanted = _ACCOUNTS.where(AccountRow.organisation_id == by.organisation)
    accounts = [_account(row) for row in db.sql.execute(wanted)]
    return tuple(sorted(accounts, key=lambda each: (each.name.casefold(), each.email)))


def account_with(db: Transaction, email: str) -> Account | None:
    """The account of that address, in whatever organisation; None where there is none."""
    folded = email.strip().casefold()
    if not folded.isprintable():  # no database takes what nobody can type
        return None
    row = db.sql.execute(_ACCOUNTS.where(AccountRow.email == folded)).first()
    return _account(row) if row else None


def find_account(db: Transaction, by: Caller | Console, account: UUID) -> Account:
    """An account of the organisation.

    Raises:
        NotFound: it has none of that id.
    """
    this = _ACCOUNTS.where(AccountRow.id == account, AccountRow.organisation_id == by.organisation)
    row = db.sql.execute(this).first()
    if row is None:
        raise NotFound("There is no such account.")
    return _account(row)


def change_role(db: Transaction, by: Caller | Console, account: UUID, role: Role, *, at: datetime) -> None:
    """Change what an account may do.

    Raises:
        Refused: it is the last owner, and nobody could make another.
    """
    by.must_own()
    db.sql.execute(select(OrganisationRow.id).where(OrganisationRow.id == by.organisation).with_for_update())
    old = find_account(db, by, account)
    if old.role is Role.OWNER and role is not Role.OWNER and _owners(db, by) == 1:
        raise Refused("This is the last owner. Make somebody else an owner first.")
    db.sql.execute(update(AccountRow).where(AccountRow.id == account).values(role=str(role)))
    audit.note(
        db, by, "role changed", ("account", account), at=at, before={"role": str(old.role)}, after={"role": str(role)}
    )


def _owners(db: Transaction, by: Caller | Console) -> int:
    owners = select(func.count()).where(
        AccountRow.organisation_id == by.organisation, AccountRow.role == str(Role.OWNER)
    )
    return db.sql.scalar(owners) or 0


_ACCOUNTS = select(
    AccountRow.id,
    AccountRow.organisation_id,
    PersonRow.id.label("person_id"),
    PersonRow.name,
    AccountRow.email,
    AccountRow.role,
    AccountRow.password_hash,
    AccountRow.added_at,
).join(PersonRow, (PersonRow.account_id == AccountRow.id) & ~PersonRow.by_link)


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        row.id,
        row.organisation_id,
        row.person_id,
        row.name,
        row.email,
        Role(row.role),
        row.password_hash is not None,
        row.added_at,
    )
