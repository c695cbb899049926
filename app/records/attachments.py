"""What is shown for an answer: attached, confirmed by another account or sent back, withdrawn, never deleted."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from math import isfinite
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from uuid_utils.compat import uuid7

from app.errors import NotFound, Problem, Refused, TooLarge
from app.finding import Finding
from app.readiness.assessment import Url
from app.readiness.grade import NamedGrade
from app.records import audit
from app.records.assessments import Place, lock, rescore
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import all_text, fitting, line, text
from app.records.kept import FINDINGS
from app.records.rows import AnyRow
from app.records.tables import AnswerRow, EvidenceRow, FileRow, PersonRow
from app.wording import Line

Waits = Literal["item", "withdrawal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A link, a document (its bytes come beside it) or a figure entered by hand."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["link", "document", "figure"]
    title: Line | None = None
    url: Url | None = None
    grade: NamedGrade | None = None
    observed_on: date | None = None
    findings: Annotated[tuple[Finding, ...], Field(max_length=100)] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    media_type: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is kept."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def attach(
    db: Transaction,
    caller: Caller,
    assessment: UUID,
    question: str,
    shown: Shown,
    *,
    upload: Upload | None = None,
    limit: int,
    at: datetime,
) -> UUID:
    """Attach an item to an answer; it waits to be confirmed by another account.

    Args:
        db: the transaction.
        caller: who answers for it.
        assessment: the assessment.
        question: the question's key.
        shown: the item.
        upload: a document's file.
        limit: the most bytes that a file may have.
        at: when.

    Raises:
        Refused: something does not fit; with every problem.
        TooLarge: the file is.
    """
    held = lock(db, caller, assessment)
    caller.must_answer(assessment, question)
    if question not in db.catalogue(held.catalogue.id, held.catalogue.version).questions:
        raise NotFound("The catalogue has no such question.")
    item = _fitting(shown, upload, at.date())
    if upload and len(upload.content) > limit:
        raise TooLarge(f"{upload.name} has {len(upload.content):,} bytes; at most {limit:,} are taken.")
    id, kept = uuid7(), _columns(item)
    if upload:
        kept |= _kept_file(db, caller, upload)
        kept["title"] = kept["title"] or kept["file_name"]
    db.sql.execute(
        insert(EvidenceRow).values(
            id=id,
            organisation_id=held.organisation,
            assessment_id=assessment,
            question=question,
            attached_by=caller.person,
            attached_at=at,
            **kept,
        )
    )
    said = {key: value for key, value in kept.items() if key != "file_id" and value is not None}
    audit.note(db, caller, "evidence attached", ("evidence", id), at=at, question=question, after=said)
    rescore(db, [assessment], at=at)
    return id


def confirm(db: Transaction, caller: Caller, evidence: UUID, *, what: Waits | None = None, at: datetime) -> Place:
    """Agree to what waits: the item, or its withdrawal where there is one.

    A link or document is confirmed for the level that is claimed now; a higher claim asks for a new look.

    Args:
        db: the transaction.
        caller: another account than the one that attached or withdrew it.
        evidence: the item.
        what: what the caller was shown; None: whichever waits.
        at: when.

    Raises:
        Refused: the caller did it, somebody has confirmed it already, or something else waits by now.
    """
    row = _to_confirm(db, caller, evidence, what)
    if row.withdrawn_by:
        agreed = {"withdrawal_confirmed_by": caller.person, "withdrawal_confirmed_at": at}
        return _keep(db, caller, row, "withdrawal confirmed", agreed, at)
    values: dict[str, Any] = {"confirmed_by": caller.person, "confirmed_at": at, **_NOT_SENT_BACK}
    higher = False
    if row.kind in ("link", "document"):
        # Where nothing is claimed yet, nothing is confirmed but the item itself: every claim asks for a new look.
        claimed = select(AnswerRow.level).filter_by(assessment_id=row.assessment_id, question=row.question)
        values["supports"] = db.sql.scalar(claimed) or 0
        higher = values["supports"] > (row.supports or 0)
    if row.confirmed_by and not row.sent_back_by and not higher:
        raise Refused("This is confirmed already: nothing waits here.")
    return _keep(db, caller, row, "evidence confirmed", values, at)


def send_back(
    db: Transaction, caller: Caller, evidence: UUID, note: str, *, what: Waits | None = None, at: datetime
) -> Place:
    """Say why what waits is not confirmed. A withdrawal that is sent back is none any more.

    An item that was confirmed before, for a lower claim, stays confirmed for that.

    Raises:
        Refused: the caller did it, or something else waits by now.
    """
    row = _to_confirm(db, caller, evidence, what)
    why = text(note, "note")
    if row.withdrawn_by:
        values = {
            "withdrawal_sent_back_by": caller.person,
            "withdrawal_sent_back_at": at,
            "withdrawal_sent_back_note": why,
            "withdrawn_by": None,
            "withdrawn_at": None,
            "withdrawn_reason": None,
        }
        return _keep(db, caller, row, "withdrawal sent back", values, at)
    values = {"sent_back_by": caller.person, "sent_back_at": at, "sent_back_note": why}
    return _keep(db, caller, row, "evidence sent back", values, at)


def withdraw(db: Transaction, caller: Caller, evidence: UUID, reason: str, *, at: datetime) -> Place:
    """Withdraw an item. It proves nothing any more, and still speaks against until another account agrees.

    The holder of a link withdraws only what came through it under their name.

    Raises:
        Refused: it is withdrawn already.
    """
    row = _row(db, caller, evidence)
    caller.must_answer(row.assessment_id, row.question)
    if caller.link and row.attached_by != caller.person:
        raise Refused("You did not attach this. Ask somebody with an account to withdraw it.")
    if row.withdrawn_by:
        raise Refused("This is withdrawn already.")
    values = {
        "withdrawn_by": caller.person,
        "withdrawn_at": at,
        "withdrawn_reason": text(reason, "reason"),
        "withdrawal_sent_back_by": None,
        "withdrawal_sent_back_at": None,
        "withdrawal_sent_back_note": None,
    }
    return _keep(db, caller, row, "evidence withdrawn", values, at)


def file_of(db: Transaction, caller: Caller, evidence: UUID) -> File:
    """The file of an item; the holder of a link gets it where the link shows the item.

    Raises:
        NotFound: there is no such item, or it has no file.
    """
    wanted = (
        select(
            EvidenceRow.assessment_id,
            EvidenceRow.question,
            EvidenceRow.file_name,
            EvidenceRow.media_type,
            FileRow.content,
            FileRow.sha256,
        )
        .join(FileRow, FileRow.id == EvidenceRow.file_id)
        .where(EvidenceRow.id == evidence, EvidenceRow.organisation_id == caller.organisation)
    )
    row = db.sql.execute(wanted).first()
    if row is None or (caller.link and not caller.link.covers(row.assessment_id, row.question)):
        raise NotFound("There is no such file.")
    return File(row.file_name or row.sha256, row.media_type or "application/octet-stream", row.content, row.sha256)


_SHOWN: TypeAdapter[Shown] = TypeAdapter(Shown)
_NOT_SENT_BACK = {"sent_back_by": None, "sent_back_at": None, "sent_back_note": None}
_WITHDREW = aliased(PersonRow)


def _fitting(shown: Shown, upload: Upload | None, today: date) -> Shown:
    item = fitting(_SHOWN, {name: getattr(shown, name) for name in _SHOWN_FIELDS})
    problems = []
    if item.observed_on and item.observed_on > today:
        problems.append(Problem("observed_on", f"must be {today} or before: nothing is seen before its day"))
    if item.kind == "figure" and not item.findings:
        problems.append(Problem("findings", "a figure needs at least one finding"))
    if item.kind != "figure" and item.findings:
        problems.append(Problem("findings", f"a {item.kind} holds none: enter them as a figure"))
    if item.kind == "link" and not item.url:
        problems.append(Problem("url", "a link needs an address such as https://example.org/runbook"))
    if (item.kind == "document") != (upload is not None):
        problems.append(Problem("file", "a document needs one" if upload is None else f"a {item.kind} has none"))
    if upload is not None and not upload.content:
        problems.append(Problem("file", "is empty"))
    if problems:
        raise Refused("This does not fit.", problems)
    for finding in item.findings:
        all_text(asdict(finding), "findings")
        all_text(finding.attributes, "findings.attributes")
        if any(isinstance(value, float) and not isfinite(value) for value in finding.attributes.values()):
            raise Refused("This does not fit.", [Problem("findings.attributes", "must be finite numbers")])
    return item


_SHOWN_FIELDS = ("kind", "title", "url", "grade", "observed_on", "findings")


def _columns(item: Shown) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "title": item.title or None,
        "url": item.url,
        "grade": str(item.grade) if item.grade else None,
        "observed_on": item.observed_on,
        "findings": FINDINGS.dump_python(item.findings, mode="json", exclude_none=True) or None,
    }


def _kept_file(db: Transaction, caller: Caller, upload: Upload) -> dict[str, Any]:
    """Keep the bytes, once for each organisation, and say under which name they came this time."""
    this = {"organisation_id": caller.organisation, "sha256": sha256(upload.content).hexdigest()}
    known = select(FileRow.id).filter_by(**this)
    file: UUID | None = db.sql.scalar(known)
    if file is None:
        file = uuid7()
        try:
            with db.sql.begin_nested():
                db.sql.execute(
                    insert(FileRow).values(id=file, size=len(upload.content), content=upload.content, **this)
                )
        except IntegrityError:  # somebody else has kept the same bytes meanwhile
            file = db.sql.scalar(known)
    return {
        "file_id": file,
        "sha256": this["sha256"],
        "file_name": line(upload.name, "file"),
        "media_type": line(upload.media_type, "file") if upload.media_type else None,
    }


def _row(db: Transaction, caller: Caller, evidence: UUID) -> AnyRow:
    """An item of the caller's organisation, its assessment locked, with the accounts that answer for it."""
    wanted = (
        select(EvidenceRow, PersonRow.account_id.label("attacher"), _WITHDREW.account_id.label("withdrawer"))
        .join(PersonRow, PersonRow.id == EvidenceRow.attached_by)
        .join(_WITHDREW, _WITHDREW.id == EvidenceRow.withdrawn_by, isouter=True)
        .where(EvidenceRow.id == evidence)
    )
    of = select(EvidenceRow.assessment_id).where(
        EvidenceRow.id == evidence, EvidenceRow.organisation_id == caller.organisation
    )
    assessment = db.sql.scalar(of)
    if assessment is None:
        raise NotFound("There is no such item.")
    lock(db, caller, assessment)
    return db.sql.execute(wanted).one()


def _to_confirm(db: Transaction, caller: Caller, evidence: UUID, what: Waits | None) -> AnyRow:
    caller.must_edit()
    row = _row(db, caller, evidence)
    waits: Waits = "withdrawal" if row.withdrawn_by else "item"
    if what is not None and what != waits:
        raise Refused(
            "This was withdrawn meanwhile. Look at the reason, then confirm the withdrawal or send it back."
            if row.withdrawn_by
            else "The withdrawal was sent back meanwhile. Look at the item again."
        )
    if row.withdrawal_confirmed_by:
        raise Refused("This is withdrawn, and that is confirmed: nothing waits here.")
    if row.withdrawn_by:
        caller.must_be_another(row.withdrawer, "withdrew this", "confirm it")
    else:
        caller.must_be_another(row.attacher, "attached this", "confirm it")
    return row


def _keep(db: Transaction, caller: Caller, row: AnyRow, what: str, values: dict[str, Any], at: datetime) -> Place:
    db.sql.execute(update(EvidenceRow).where(EvidenceRow.id == row.id).values(values))
    said = {key: value for key, value in values.items() if key in _TOLD}
    before = {key: getattr(row, key) for key in said}
    audit.note(db, caller, what, ("evidence", row.id), at=at, question=row.question, before=before, after=said)
    rescore(db, [row.assessment_id], at=at)
    return Place(row.assessment_id, row.question)


_TOLD = ("supports", "sent_back_note", "withdrawn_reason", "withdrawal_sent_back_note")
