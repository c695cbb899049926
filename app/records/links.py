"""Links to one assessment, for people without an account: to read its report, or to answer some of its dimensions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import insert, select, update
from uuid_utils.compat import uuid7

from app.errors import NotFound, Problem, Refused
from app.records import audit, secret
from app.records.assessments import find
from app.records.caller import Caller, LinkRole
from app.records.database import Transaction
from app.records.given import line, line_or_none
from app.records.people import NAME_LENGTH
from app.records.sign_in import open_session_of
from app.records.tables import AssessmentRow, AuditRow, LinkRow, OrganisationRow, PersonRow, PilotRow

LONGEST_DAYS: Final = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as its makers see it; the secret in it was shown once."""

    id: UUID
    role: LinkRole
    sections: tuple[str, ...]
    appendix: bool
    title: str | None
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """What a link that works says before its holder has given a name."""

    id: UUID
    assessment: UUID
    organisation: UUID
    organisation_name: str
    pilot_name: str
    role: LinkRole
    sections: tuple[str, ...]
    appendix: bool
    title: str | None
    made_by: str
    expires_at: datetime
    answerable: UUID  # the account that answers for what its holder does


def make(
    db: Transaction,
    caller: Caller,
    assessment: UUID,
    *,
    role: LinkRole,
    sections: Collection[str],
    appendix: bool,
    title: str | None,
    expires_at: datetime,
    at: datetime,
) -> tuple[UUID, str]:
    """Make a link: its id, and the secret in its address, which is shown once.

    Raises:
        Refused: it expires before it begins, or names no dimension that could be answered.
    """
    caller.must_edit()
    held = find(db, caller, assessment)
    catalogue = db.catalogue(held.catalogue.id, held.catalogue.version)
    problems = [
        Problem("sections", f"there is no dimension '{section}'")
        for section in sections
        if catalogue.dimension(section) is None
    ]
    if role not in ("read", "answer"):
        problems.append(Problem("role", "must be 'read' or 'answer'"))
    if role == "answer" and not sections:
        problems.append(Problem("sections", "name at least one dimension to answer"))
    if expires_at <= at:
        problems.append(Problem("expires_at", "must lie in the future"))
    if expires_at >= at + timedelta(days=LONGEST_DAYS + 1):
        problems.append(Problem("expires_at", f"must lie within {LONGEST_DAYS} days"))
    if problems:
        raise Refused("This link does not fit.", problems)
    id, token = uuid7(), secret.new()
    opens = {
        "role": role,
        "sections": [each.key for each in catalogue.dimensions if each.key in sections],
        "appendix": appendix,
        "title": line_or_none(title, "title"),
        "expires_at": expires_at,
    }
    db.sql.execute(
        insert(LinkRow).values(
            id=id,
            organisation_id=held.organisation,
            assessment_id=assessment,
            token_hash=secret.digest(token),
            made_by=caller.person,
            made_at=at,
            **opens,
        )
    )
    audit.note(db, caller, "link made", ("link", id), at=at, after=opens)
    return id, token


def find_open(db: Transaction, token: str, *, at: datetime) -> OpenLink:
    """What a link leads to.

    Raises:
        NotFound: it has expired, is revoked, or never was.
    """
    wanted = (
        select(
            LinkRow,
            PilotRow.name.label("pilot_name"),
            OrganisationRow.name.label("organisation_name"),
            PersonRow.account_id,
            PersonRow.name.label("maker"),
        )
        .join(AssessmentRow, AssessmentRow.id == LinkRow.assessment_id)
        .join(PilotRow, PilotRow.id == AssessmentRow.pilot_id)
        .join(OrganisationRow, OrganisationRow.id == LinkRow.organisation_id)
        .join(PersonRow, PersonRow.id == LinkRow.made_by)
        .where(LinkRow.token_hash == secret.digest(token), LinkRow.revoked_at.is_(None), LinkRow.expires_at > at)
    )
    row = db.sql.execute(wanted).first()
    if row is None:
        raise NotFound("This link does not work, or not any more. Ask whoever sent it for a new one.")
    return OpenLink(
        id=row.id,
        assessment=row.assessment_id,
        organisation=row.organisation_id,
        organisation_name=row.organisation_name,
        pilot_name=row.pilot_name,
        role=cast(LinkRole, row.role),
        sections=tuple(row.sections),
        appendix=row.appendix,
        title=row.title,
        made_by=row.maker,
        expires_at=row.expires_at,
        answerable=row.account_id,
    )


def enter(db: Transaction, token: str, name: str, *, at: datetime) -> str:
    """Come in through a link under a name: the secret of a session that lasts as long as the link.

    What is done there carries that name, and the account that made the link answers for it.

    Raises:
        NotFound: the link has expired, is revoked, or never was.
    """
    link = find_open(db, token, at=at)
    called = line(name, "name", longest=NAME_LENGTH)
    person = _came_before(db, link, called)
    if person is None:
        person = uuid7()
        db.sql.execute(
            insert(PersonRow).values(
                id=person, organisation_id=link.organisation, account_id=link.answerable, name=called, by_link=True
            )
        )
    holder = Caller(organisation=link.organisation, person=person, name=called, account=link.answerable)
    audit.note(db, holder, _ENTERED, ("link", link.id), at=at)
    return open_session_of(db, person, link.id, expires_at=link.expires_at, at=at)


def _came_before(db: Transaction, link: OpenLink, name: str) -> UUID | None:
    """Whoever came through this link under this name before, on whatever device; None: nobody did."""
    entered = (
        select(PersonRow.id, PersonRow.name)
        .join(AuditRow, AuditRow.person_id == PersonRow.id)
        .where(AuditRow.organisation_id == link.organisation, AuditRow.subject_id == link.id, AuditRow.what == _ENTERED)
        .order_by(AuditRow.id)
    )
    return next((row.id for row in db.sql.execute(entered) if row.name.casefold() == name.casefold()), None)


_ENTERED = "link entered"


def revoke(db: Transaction, caller: Caller, link: UUID, *, at: datetime) -> UUID:
    """Let a link, and everybody who came through it, open nothing any more, at once; returns its assessment.

    Raises:
        NotFound: there is no such link.
    """
    caller.must_edit()
    own = (LinkRow.id == link) & (LinkRow.organisation_id == caller.organisation)
    assessment = db.sql.scalar(select(LinkRow.assessment_id).where(own))
    if assessment is None:
        raise NotFound("There is no such link.")
    db.sql.execute(update(LinkRow).where(own, LinkRow.revoked_at.is_(None)).values(revoked_at=at))
    audit.note(db, caller, "link revoked", ("link", link), at=at)
    return assessment


def list_for(db: Transaction, caller: Caller, assessment: UUID) -> tuple[Link, ...]:
    """The links to an assessment, newest first, with those that are over."""
    caller.must_edit()
    wanted = (
        select(LinkRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == LinkRow.made_by)
        .where(LinkRow.assessment_id == assessment, LinkRow.organisation_id == caller.organisation)
        .order_by(LinkRow.id.desc())
    )
    return tuple(
        Link(
            id=row.id,
            role=cast(LinkRole, row.role),
            sections=tuple(row.sections),
            appendix=row.appendix,
            title=row.title,
            made_by=row.name,
            made_at=row.made_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in db.sql.execute(wanted)
    )
