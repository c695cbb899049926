"""How a caller is known: passwords, one-time links, sessions, and the tokens of programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, delete, exists, insert, join, select, update
from uuid_utils.compat import uuid7

from app.errors import NotFound, Refused
from app.records import audit, people, secret
from app.records.caller import Caller, Console, LinkGrant, LinkRole, Role
from app.records.database import Transaction
from app.records.given import line
from app.records.tables import AccountRow, ApiTokenRow, LinkRow, OrganisationRow, PersonRow, SessionRow, SignInLinkRow


@dataclass(frozen=True, slots=True)
class Password:
    """The hash of an account's password."""

    account: UUID
    hash: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program signs in with; the token itself was shown once."""

    id: UUID
    title: str
    made_at: datetime
    revoked_at: datetime | None


def any_password_set(db: Transaction) -> bool:
    """Whether anybody can sign in with a password yet."""
    return db.sql.scalar(select(exists().where(AccountRow.password_hash.is_not(None)))) or False


def password_hash_of(db: Transaction, email: str) -> Password | None:
    """The hash to hold a password against; None where there is no such account, or it has no password."""
    folded = email.strip().casefold()
    if not folded.isprintable():
        return None
    wanted = select(AccountRow.id, AccountRow.password_hash).where(AccountRow.email == folded)
    row = db.sql.execute(wanted).first()
    return Password(row.id, row.password_hash) if row and row.password_hash else None


def set_password(db: Transaction, by: Caller | Console, account: UUID, hash: str, *, at: datetime) -> None:
    """Keep the hash of a new password, and end every session of the account: one that was stolen ends too."""
    if isinstance(by, Caller) and (by.role is None or by.account != account):
        raise Refused("Only an account itself sets its password. Give its holder a sign-in link instead.")
    people.find_account(db, by, account)
    db.sql.execute(update(AccountRow).where(AccountRow.id == account).values(password_hash=hash))
    _close_all(db, account)
    audit.note(db, by, "password set", ("account", account), at=at)


def make_sign_in_link(
    db: Transaction, by: Caller | Console, account: UUID, *, expires_at: datetime, at: datetime
) -> str:
    """A secret that signs its holder in, once. Only an owner makes one, or whoever runs the server."""
    by.must_own()
    people.find_account(db, by, account)
    token = secret.new()
    db.sql.execute(
        insert(SignInLinkRow).values(
            token_hash=secret.digest(token), account_id=account, made_at=at, expires_at=expires_at
        )
    )
    audit.note(db, by, "sign-in link made", ("account", account), at=at)
    return token


def use_sign_in_link(db: Transaction, token: str, *, at: datetime) -> UUID:
    """The account that a sign-in link is for. It is used up by this.

    Raises:
        NotFound: it was used, is too old, or never was.
    """
    account: UUID | None = db.sql.scalar(
        update(SignInLinkRow)
        .where(
            SignInLinkRow.token_hash == secret.digest(token),
            SignInLinkRow.used_at.is_(None),
            SignInLinkRow.expires_at > at,
        )
        .values(used_at=at)
        .returning(SignInLinkRow.account_id)
    )
    if account is None:
        raise NotFound("This sign-in link does not work any more: it works once, and not for long. Ask for a new one.")
    return account


def open_session(db: Transaction, account: UUID, *, expires_at: datetime, at: datetime) -> str:
    """Sign an account in; the secret belongs into a cookie. Sessions that are over are cleared away."""
    own = select(PersonRow.id, PersonRow.organisation_id, PersonRow.name, AccountRow.email, AccountRow.role)
    joined = own.join(AccountRow, AccountRow.id == PersonRow.account_id)
    row = db.sql.execute(joined.where(PersonRow.account_id == account, ~PersonRow.by_link)).one()
    token = open_session_of(db, row.id, None, expires_at=expires_at, at=at)
    caller = Caller(organisation=row.organisation_id, person=row.id, name=row.name, account=account)
    audit.note(db, caller, "signed in", ("account", account), at=at)
    return token


def open_session_of(db: Transaction, person: UUID, link: UUID | None, *, expires_at: datetime, at: datetime) -> str:
    """A session of a person, come through a link or not."""
    token = secret.new()
    db.sql.execute(delete(SessionRow).where(SessionRow.expires_at <= at))
    db.sql.execute(
        insert(SessionRow).values(
            token_hash=secret.digest(token), person_id=person, link_id=link, opened_at=at, expires_at=expires_at
        )
    )
    return token


def caller_of_session(db: Transaction, token: str, *, at: datetime) -> Caller | None:
    """Whose session that is; None where it is over, or its link is."""
    this = _CALLERS_OF_SESSIONS.where(SessionRow.token_hash == secret.digest(token), SessionRow.expires_at > at)
    row = db.sql.execute(this).first()
    if row is None:
        return None
    if row.link_id is None:
        return _caller(row, expires_at=row.expires_at)
    if row.revoked_at is not None or row.link_expires_at <= at:
        return None
    return Caller(
        organisation=row.organisation_id,
        person=row.person_id,
        name=row.name,
        account=row.account_id,
        link=LinkGrant(
            row.link_id,
            row.assessment_id,
            cast(LinkRole, row.link_role),
            frozenset(row.sections),
            row.appendix,
        ),
        session_expires_at=row.expires_at,
        organisation_name=row.organisation_name,
    )


def extend_session(db: Transaction, token: str, *, expires_at: datetime) -> None:
    """Let a session last longer; a link's lasts as long as the link."""
    this = (SessionRow.token_hash == secret.digest(token)) & SessionRow.link_id.is_(None)
    db.sql.execute(update(SessionRow).where(this).values(expires_at=expires_at))


def close_session(db: Transaction, token: str) -> None:
    """Sign out."""
    db.sql.execute(delete(SessionRow).where(SessionRow.token_hash == secret.digest(token)))


def close_sessions_of_account(db: Transaction, caller: Caller, *, at: datetime) -> None:
    """Sign the caller out everywhere."""
    if caller.role is None:
        raise Refused("Only somebody with an account is signed in elsewhere.")
    _close_all(db, caller.account)
    audit.note(db, caller, "signed out everywhere", ("account", caller.account), at=at)


def _close_all(db: Transaction, account: UUID) -> None:
    own = select(PersonRow.id).where(PersonRow.account_id == account, ~PersonRow.by_link)
    db.sql.execute(delete(SessionRow).where(SessionRow.person_id.in_(own)))


def make_token(db: Transaction, by: Caller | Console, account: UUID, title: str, *, at: datetime) -> tuple[UUID, str]:
    """A token for programs that act as the account: its id, and the secret, which is shown once."""
    if isinstance(by, Caller) and (by.role is None or by.account != account):
        raise Refused("Only an account itself makes tokens for itself.")
    people.find_account(db, by, account)
    id, token = uuid7(), secret.new()
    db.sql.execute(
        insert(ApiTokenRow).values(
            id=id, token_hash=secret.digest(token), account_id=account, title=line(title, "title"), made_at=at
        )
    )
    audit.note(db, by, "token made", ("token", id), at=at)
    return id, token


def tokens_of(db: Transaction, caller: Caller) -> tuple[ApiToken, ...]:
    """The caller's own tokens, newest first, revoked ones too."""
    if caller.role is None:
        return ()
    own = select(ApiTokenRow).where(ApiTokenRow.account_id == caller.account).order_by(ApiTokenRow.id.desc())
    return tuple(ApiToken(row.id, row.title, row.made_at, row.revoked_at) for row in db.sql.execute(own))


def revoke_token(db: Transaction, caller: Caller, token: UUID, *, at: datetime) -> None:
    """Let one of the caller's own tokens open nothing any more, at once."""
    own = (ApiTokenRow.id == token) & (ApiTokenRow.account_id == caller.account)
    if caller.role is None or db.sql.execute(select(ApiTokenRow.id).where(own)).first() is None:
        raise NotFound("You have no such token.")
    db.sql.execute(update(ApiTokenRow).where(own, ApiTokenRow.revoked_at.is_(None)).values(revoked_at=at))
    audit.note(db, caller, "token revoked", ("token", token), at=at)


def caller_of_token(db: Transaction, token: str) -> Caller | None:
    """Whose token that is; None where it is revoked, or never was."""
    this = _CALLERS.join(ApiTokenRow, ApiTokenRow.account_id == AccountRow.id).where(
        ApiTokenRow.token_hash == secret.digest(token), ApiTokenRow.revoked_at.is_(None), ~PersonRow.by_link
    )
    row = db.sql.execute(this).first()
    return _caller(row, expires_at=None) if row else None


def caller_of_account(db: Transaction, account: UUID) -> Caller:
    """An account as a caller: for whoever acts for it without signing in, such as the demo."""
    return _caller(db.sql.execute(_CALLERS.where(AccountRow.id == account, ~PersonRow.by_link)).one(), expires_at=None)


_CALLERS: Select[*tuple[Any, ...]] = select(
    PersonRow.organisation_id,
    PersonRow.id.label("person_id"),
    PersonRow.name,
    PersonRow.account_id,
    AccountRow.email,
    AccountRow.role,
    OrganisationRow.name.label("organisation_name"),
).select_from(
    join(PersonRow, AccountRow, AccountRow.id == PersonRow.account_id).join(
        OrganisationRow, OrganisationRow.id == PersonRow.organisation_id
    )
)

_CALLERS_OF_SESSIONS = (
    _CALLERS.add_columns(
        SessionRow.expires_at,
        SessionRow.link_id,
        LinkRow.assessment_id,
        LinkRow.role.label("link_role"),
        LinkRow.sections,
        LinkRow.appendix,
        LinkRow.revoked_at,
        LinkRow.expires_at.label("link_expires_at"),
    )
    .join(SessionRow, SessionRow.person_id == PersonRow.id)
    .join(LinkRow, LinkRow.id == SessionRow.link_id, isouter=True)
)


def _caller(row: Row[*tuple[Any, ...]], *, expires_at: datetime | None) -> Caller:
    return Caller(
        organisation=row.organisation_id,
        person=row.person_id,
        name=row.name,
        account=row.account_id,
        email=row.email,
        role=Role(row.role),
        session_expires_at=expires_at,
        organisation_name=row.organisation_name,
    )
