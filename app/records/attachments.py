"""What is shown for an answer: attached, confirmed by another account or sent back, withdrawn, never deleted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from math import isfinite
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased
from uuid_utils.compat import uuid7

from app.errors import Conflict, NotFound, Problem, Refused, TooLarge, Unreadable
from app.evidence.arrived import Arrived
from app.evidence.reading import Reading
from app.finding import Finding
from app.readiness.assessment import Url
from app.readiness.grade import NamedGrade
from app.records import audit, files
from app.records.assessments import Held, Place, lock, rescore
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import all_text, fitting, text
from app.records.kept import FINDINGS, artefact_of
from app.records.rows import AnyRow
from app.records.tables import AnswerRow, EvidenceRow, FileRow, PersonRow
from app.wording import Line

Waits = Literal["item", "withdrawal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A link, a figure entered by hand, or a file (its bytes come beside it).

    A file that a reader knows is an artefact, whatever it is shown as; one that none knows is no artefact.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["link", "document", "artefact", "figure"]
    title: Line | None = None
    url: Url | None = None
    grade: NamedGrade | None = None
    observed_on: date | None = None
    findings: Annotated[tuple[Finding, ...], Field(max_length=100)] = ()


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
    arrived: Arrived | None = None,
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
        arrived: the file of a document or an artefact, read.
        limit: the most bytes that a file may have.
        at: when.

    Raises:
        Refused: something does not fit, or the file cannot be read; with every problem.
        TooLarge: the file is.
        Conflict: the answer shows the same file already.
    """
    held = to_answer(db, caller, assessment, question)
    if arrived and len(arrived.content) > limit:
        raise TooLarge(f"{arrived.name} has {len(arrived.content):,} bytes; at most {limit:,} are taken.")
    if arrived and arrived.refused:
        raise arrived.refused
    reading = arrived.reading if arrived else None
    values = columns_of(shown, reading, at.date(), about_file=_about_file(shown, arrived))
    if arrived:
        kept = files.keep(db, caller, arrived)
        values |= kept | {"title": values["title"] or kept["file_name"]}
    id = add(db, caller, held, question, values, at=at)
    rescore(db, [assessment], at=at)
    return id


def to_answer(db: Transaction, caller: Caller, assessment: UUID, *questions: str) -> Held:
    """The assessment, locked, for a caller who may answer these questions of it.

    Raises:
        NotFound: the catalogue has no such question, or the caller's link does not lead there.
    """
    held = lock(db, caller, assessment)
    for question in questions:
        caller.must_answer(assessment, question)
        if question not in db.catalogue(held.catalogue.id, held.catalogue.version).questions:
            raise NotFound("The catalogue has no such question.")
    return held


def columns_of(
    shown: Shown, reading: Reading | None, today: date, *, about_file: Sequence[Problem] = ()
) -> dict[str, Any]:
    """The columns of an item that fits, but for those of its file.

    Args:
        shown: the item.
        reading: what a reader found in its file; None: there is none, or no reader knows it.
        today: the day on which it is attached.
        about_file: what is wrong with the file.

    Raises:
        Refused: something does not fit; with every problem.
    """
    item = _fitting(shown, reading, today, about_file)
    columns: dict[str, Any] = {
        "kind": item.kind,
        "title": item.title or None,
        "url": item.url,
        "grade": str(item.grade) if item.grade else None,
        "observed_on": item.observed_on,
        "findings": FINDINGS.dump_python(item.findings, mode="json", exclude_none=True) or None,
    }
    if reading is None:
        return columns
    return columns | {
        "kind": "artefact",
        "read_grade": reading.grade,
        "observed_on": reading.observed_on or item.observed_on,
        "findings": FINDINGS.dump_python(reading.findings, mode="json", exclude_none=True) or None,
        "artefact": artefact_of(reading),
    }


def add(db: Transaction, caller: Caller, held: Held, question: str, values: dict[str, Any], *, at: datetime) -> UUID:
    """Keep an item that fits, and note who attached it. Whoever calls this scores again.

    Raises:
        Conflict: the answer shows the same file already.
    """
    if values.get("file_id"):
        _refuse_twice(db, caller, held.id, question, values["sha256"])
    id = uuid7()
    db.sql.execute(
        insert(EvidenceRow).values(
            id=id,
            organisation_id=held.organisation,
            assessment_id=held.id,
            question=question,
            attached_by=caller.person,
            attached_at=at,
            **values,
        )
    )
    # What was read in a file or calculated follows from its bytes, which the digest names.
    untold = {"file_id", "artefact"} | ({"findings"} if values["kind"] in ("artefact", "calculation") else set())
    said = {key: value for key, value in values.items() if key not in untold and value is not None}
    audit.note(db, caller, "evidence attached", ("evidence", id), at=at, question=question, after=said)
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


def _refuse_twice(db: Transaction, caller: Caller, assessment: UUID, question: str, digest: str) -> None:
    for each in files.shown_on(db, caller, assessment, [digest]).get(digest, ()):
        if each.question == question:
            raise Conflict(
                f"This answer shows the same file already: \N{LEFT DOUBLE QUOTATION MARK}{each.title}"
                f"\N{RIGHT DOUBLE QUOTATION MARK}, which {each.by} attached on {each.at.date()}."
            )


def _about_file(shown: Shown, arrived: Arrived | None) -> tuple[Problem, ...]:
    """What is wrong with the file of an item, or with there being none.

    Raises:
        Unreadable: it is shown as an artefact, and no reader knows it.
    """
    if (shown.kind in ("document", "artefact")) != (arrived is not None):
        return (Problem("file", f"{_A[shown.kind]} {'needs one' if arrived is None else 'has none'}"),)
    if arrived is None:
        return ()
    if not arrived.content:
        return (Problem("file", "is empty"),)
    if shown.kind == "artefact" and arrived.reading is None:
        raise Unreadable(arrived.unread or "No reader knows this kind of file.")
    return ()


def _fitting(shown: Shown, reading: Reading | None, today: date, about_file: Sequence[Problem]) -> Shown:
    item = fitting(_SHOWN, {name: getattr(shown, name) for name in _SHOWN_FIELDS})
    problems = []
    stated = reading.observed_on if reading else None
    if item.observed_on and item.observed_on > today:
        problems.append(Problem("observed_on", f"must be {today} or before: nothing is seen before its day"))
    elif item.observed_on and stated and item.observed_on != stated:
        problems.append(Problem("observed_on", f"the file itself says {stated}, which counts: leave this blank"))
    if item.kind == "figure" and not item.findings:
        problems.append(Problem("findings", "a figure needs at least one finding"))
    if item.kind != "figure" and item.findings:
        problems.append(Problem("findings", f"{_A[item.kind]} is given none: enter them as a figure"))
    if item.kind == "link" and not item.url:
        problems.append(Problem("url", "a link needs an address such as https://example.org/runbook"))
    problems += about_file
    if problems:
        raise Refused("This does not fit.", problems)
    for finding in item.findings:
        all_text(asdict(finding), "findings")
        all_text(finding.attributes, "findings.attributes")
        if any(isinstance(value, float) and not isfinite(value) for value in finding.attributes.values()):
            raise Refused("This does not fit.", [Problem("findings.attributes", "must be finite numbers")])
    return item


_A = {"link": "a link", "document": "a document", "artefact": "an artefact", "figure": "a figure"}
_SHOWN_FIELDS = ("kind", "title", "url", "grade", "observed_on", "findings")


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
