"""Pilots: profile and needs, stated by one account and confirmed by another, and what has changed about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import func, insert, select, update
from uuid_utils.compat import uuid7

from app.errors import Changed, Conflict, NotFound, Problem, Refused, VersionNeeded
from app.readiness.assessment import Change, NeedValue, Pilot, need_problem
from app.readiness.catalogue import ChangeKind, Need
from app.readiness.profile import Profile, contradictions
from app.records import audit
from app.records.assessments import Held, of_pilot, rescore_pilot
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import all_text, fitting, line, text, text_or_none
from app.records.kept import PROFILE, SentBack, changes_of, needed, pilot_of, pilot_sent_back, plain_profile
from app.records.names import people_of, unique_names
from app.records.paging import Listed, listed
from app.records.rows import AnyRow
from app.records.tables import (
    AssessmentRow,
    AuditRow,
    ChangeRow,
    EvidenceRow,
    JsonObject,
    PersonRow,
    PilotRow,
    StatementRow,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said about a pilot."""

    name: str
    profile: Profile
    needs: Mapping[str, NeedValue]
    version: int
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A pilot with all that hangs on it."""

    id: UUID
    version: int
    pilot: Pilot
    stated_at: datetime
    stated_by_account: UUID  # the one that answers for it: another has to confirm
    confirmed_at: datetime | None
    sent_back: SentBack | None
    changes: tuple[Change, ...]
    assessments: tuple[Held, ...]  # newest first


@dataclass(frozen=True, slots=True)
class Named:
    """A pilot in a list."""

    id: UUID
    name: str
    version: int
    confirmed: bool


def add(
    db: Transaction, caller: Caller, name: str, profile: Profile, needs: Mapping[str, NeedValue], *, at: datetime
) -> UUID:
    """Add a pilot; what is said about it waits to be confirmed by another account.

    Raises:
        Refused: something does not fit, or the profile contradicts itself.
    """
    caller.must_edit()
    id, stated = uuid7(), _stated(db.catalogue().needs, name, profile, needs)
    db.sql.execute(
        insert(PilotRow).values(
            id=id, organisation_id=caller.organisation, version=1, stated_by=caller.person, stated_at=at, **stated
        )
    )
    audit.note(db, caller, "pilot added", ("pilot", id), at=at, after=stated)
    return id


def find(db: Transaction, caller: Caller, pilot: UUID) -> Found:
    """A pilot of the caller's organisation.

    Raises:
        NotFound: there is none of that id.
    """
    row = _row(db, caller, pilot)
    names = unique_names(people_of(db, [row.stated_by, row.confirmed_by, row.sent_back_by]).values())
    return Found(
        id=row.pilot_id,
        version=row.version,
        pilot=pilot_of(row, names),
        stated_at=row.stated_at,
        stated_by_account=row.account_id,
        confirmed_at=row.confirmed_at,
        sent_back=pilot_sent_back(row, names),
        changes=changes_of(db, [pilot])[pilot],
        assessments=of_pilot(db, pilot),
    )


def list_for(db: Transaction, caller: Caller, *, before: UUID | None = None, limit: int = 50) -> Listed[Named]:
    """The pilots of the caller's organisation, newest first."""
    _must_have_an_account(caller)
    wanted = (
        select(PilotRow.id, PilotRow.name, PilotRow.version, PilotRow.confirmed_by)
        .where(PilotRow.organisation_id == caller.organisation)
        .order_by(PilotRow.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        wanted = wanted.where(PilotRow.id < before)
    pilots = [Named(row.id, row.name, row.version, row.confirmed_by is not None) for row in db.sql.execute(wanted)]
    return listed([(each.id, each) for each in pilots], limit)


def change(
    db: Transaction,
    caller: Caller,
    pilot: UUID,
    name: str,
    profile: Profile,
    needs: Mapping[str, NeedValue],
    *,
    seen: int | None,
    at: datetime,
) -> int:
    """Say something else about a pilot, and return the version that makes.

    A new profile or new needs ask to be confirmed again; a new name does not.

    Raises:
        Changed: somebody else has changed it since version `seen`.
        VersionNeeded: no version is named.
        Refused: something does not fit, or the profile contradicts itself.
    """
    caller.must_edit()
    row = _row(db, caller, pilot, lock=True)
    new = _stated(_needs_of(db, pilot), name, profile, needs)
    if seen is None:
        raise VersionNeeded("Say which version of the pilot you saw (If-Match), so that nobody's change is lost.")
    if row.version != seen:
        yours = Stated(new["name"], profile, dict(needs), seen, caller.name, None)
        raise Changed(f"{row.stater} has changed this pilot meanwhile. {_COMPARE}", theirs=_said(row), yours=yours)
    old = {"name": row.name, "profile": row.profile, "needs": row.needs}
    restated: dict[str, Any] = {}
    if (old["profile"], old["needs"]) != (new["profile"], new["needs"]):
        restated = {"stated_by": caller.person, "stated_at": at, "confirmed_by": None, "confirmed_at": None}
        restated |= _NOT_SENT_BACK
        _keep_what_was_stated(db, caller, row, at)
    db.sql.execute(update(PilotRow).where(PilotRow.id == pilot).values(version=seen + 1, **new, **restated))
    audit.note(db, caller, "pilot changed", ("pilot", pilot), at=at, before=old, after=new)
    rescore_pilot(db, pilot, at=at)
    return seen + 1


def confirm(db: Transaction, caller: Caller, pilot: UUID, *, seen: int | None = None, at: datetime) -> None:
    """Confirm profile and needs.

    Args:
        db: the transaction.
        caller: another account than the one that stated them.
        pilot: whose.
        seen: the version that was looked at; None: whatever stands there.
        at: when.

    Raises:
        Changed: they are no longer those of version `seen`.
        Refused: the caller stated them, or somebody has confirmed them already.
    """
    row = _to_confirm(db, caller, pilot)
    if seen is not None and row.version != seen:
        raise Changed(f"{row.stater} has changed this pilot meanwhile. {_COMPARE}", theirs=_said(row), yours=None)
    if row.confirmed_by:
        raise Refused("Profile and needs are confirmed already: nothing waits here.")
    confirmed = {"confirmed_by": caller.person, "confirmed_at": at, **_NOT_SENT_BACK}
    db.sql.execute(update(PilotRow).where(PilotRow.id == pilot).values(confirmed))
    audit.note(db, caller, "pilot confirmed", ("pilot", pilot), at=at, after={"version": row.version})
    rescore_pilot(db, pilot, at=at)


def send_back(db: Transaction, caller: Caller, pilot: UUID, note: str, *, at: datetime) -> None:
    """Say why profile and needs are not confirmed."""
    _to_confirm(db, caller, pilot)
    sent = {"sent_back_by": caller.person, "sent_back_at": at, "sent_back_note": text(note, "note")}
    db.sql.execute(update(PilotRow).where(PilotRow.id == pilot).values(confirmed_by=None, confirmed_at=None, **sent))
    audit.note(db, caller, "pilot sent back", ("pilot", pilot), at=at, after={"note": sent["sent_back_note"]})
    rescore_pilot(db, pilot, at=at)


def record_change(
    db: Transaction, caller: Caller, pilot: UUID, on: date, kind: ChangeKind, note: str | None, *, at: datetime
) -> UUID:
    """Record that something about the pilot changed on a day, so that what it touches is looked at again.

    Raises:
        Refused: the day lies in the future or before the pilot, or there is no such kind.
        Conflict: the very same is recorded already, as when a form is sent twice.
    """
    caller.must_edit()
    _row(db, caller, pilot, lock=True)
    if on > at.date():
        raise Refused("A change is recorded once it has happened.", [Problem("on", f"must be {at.date()} or before")])
    if on < (first := _known_since(db, caller, pilot)):
        known = f"must be {first} or after: nothing is known of this pilot before, and so nothing that could change"
        raise Refused("This change lies before the pilot.", [Problem("on", known)])
    if kind not in get_args(ChangeKind):
        known = ", ".join(get_args(ChangeKind))
        raise Refused("There is no such kind of change.", [Problem("kind", f"must be one of {known}")])
    id, said = uuid7(), {"happened_on": on, "kind": kind, "note": text_or_none(note, "note")}
    same = (getattr(ChangeRow, name).is_not_distinct_from(value) for name, value in said.items())
    if db.sql.scalar(select(ChangeRow.id).where(ChangeRow.pilot_id == pilot, *same).limit(1)):
        raise Conflict("This change is recorded already.")
    db.sql.execute(
        insert(ChangeRow).values(
            id=id,
            organisation_id=caller.organisation,
            pilot_id=pilot,
            recorded_by=caller.person,
            recorded_at=at,
            **said,
        )
    )
    audit.note(db, caller, "change recorded", ("pilot", pilot), at=at, after={**said, "id": id})
    rescore_pilot(db, pilot, at=at)
    return id


_COMPARE = "Compare, then save or confirm again."
_NOT_SENT_BACK = {"sent_back_by": None, "sent_back_at": None, "sent_back_note": None}


def _keep_what_was_stated(db: Transaction, caller: Caller, row: AnyRow, at: datetime) -> None:
    """Profile and needs as they were, so that what their change turned can be told."""
    db.sql.execute(
        insert(StatementRow).values(
            id=uuid7(),
            organisation_id=caller.organisation,
            pilot_id=row.pilot_id,
            profile=row.profile,
            needs=row.needs,
            stated_by=row.stated_by,
            stated_at=row.stated_at,
            replaced_by=caller.person,
            replaced_at=at,
        )
    )


def _row(db: Transaction, caller: Caller, pilot: UUID, *, lock: bool = False) -> AnyRow:
    _must_have_an_account(caller)
    own = select(PilotRow, PilotRow.id.label("pilot_id"), PersonRow.account_id, PersonRow.name.label("stater")).join(
        PersonRow, PersonRow.id == PilotRow.stated_by
    )
    own = own.where(PilotRow.id == pilot, PilotRow.organisation_id == caller.organisation)
    row = db.sql.execute(own.with_for_update(of=PilotRow) if lock else own).first()
    if row is None:
        raise NotFound("There is no such pilot.")
    return row


def _must_have_an_account(caller: Caller) -> None:
    if caller.role is None:
        raise NotFound("Your link does not lead here.")


def _to_confirm(db: Transaction, caller: Caller, pilot: UUID) -> AnyRow:
    caller.must_edit()
    row = _row(db, caller, pilot, lock=True)
    caller.must_be_another(row.account_id, "stated this", "confirm it")
    return row


def _known_since(db: Transaction, caller: Caller, pilot: UUID) -> date:
    """The day on which a pilot was added, or that its oldest item shows where that is earlier."""
    trail = (AuditRow.organisation_id == caller.organisation) & (AuditRow.subject_id == pilot)
    added = db.sql.execute(select(AuditRow.at).where(trail).order_by(AuditRow.id).limit(1)).scalar_one()
    its = select(AssessmentRow.id).where(AssessmentRow.pilot_id == pilot)
    shown = db.sql.scalar(select(func.min(EvidenceRow.observed_on)).where(EvidenceRow.assessment_id.in_(its)))
    return min(day for day in (added.date(), shown) if day)


def _needs_of(db: Transaction, pilot: UUID) -> Mapping[str, Need]:
    """The needs that can be stated: those of every catalogue that the pilot is assessed by, and of the usual one."""
    its = select(AssessmentRow.catalogue_id, AssessmentRow.catalogue_version).where(AssessmentRow.pilot_id == pilot)
    answered = [db.catalogue(*row) for row in db.sql.execute(its.order_by(AssessmentRow.id.desc()))]
    named = [need for catalogue in (*answered, db.catalogue()) for need in catalogue.needs.values()]
    return {need.key: need for need in reversed(named)}


def _stated(known: Mapping[str, Need], name: str, profile: Profile, needs: Mapping[str, NeedValue]) -> dict[str, Any]:
    """What is said about a pilot as it is kept, once it fits."""
    kept: JsonObject = plain_profile(profile)
    fitting(PROFILE, kept, "profile")
    all_text(needs, "needs")
    problems = [Problem(f"profile.{field}", wrong) for field, wrong in contradictions(profile)]
    for key, value in needs.items():
        need, listed_needs = known.get(key), ", ".join(known)
        wrong = need_problem(need, value) if need else f"the catalogue names no such need; there are {listed_needs}"
        if wrong:
            problems.append(Problem(f"needs.{key}", wrong))
    if problems:
        raise Refused("Something does not fit.", problems)
    stated_needs = {
        key: list(value) if isinstance(value, tuple) else value for key, value in needs.items() if value is not None
    }
    return {"name": line(name, "name"), "profile": kept, "needs": stated_needs}


def _said(row: AnyRow) -> Stated:
    needs = {key: needed(value) for key, value in row.needs.items()}
    return Stated(row.name, PROFILE.validate_python(row.profile), needs, row.version, row.stater, row.stated_at)
