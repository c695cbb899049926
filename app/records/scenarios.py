"""Scenarios: what a calculator came to with some inputs, kept with a pilot, compared, and shown as evidence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, insert, select, update
from uuid_utils.compat import uuid7

from app.calculators import CALCULATORS, calculator
from app.calculators.term import CalculatorOutput
from app.calculators.told import Figure
from app.errors import Changed, Conflict, NotFound, Problem, Refused, VersionNeeded
from app.evidence.arrived import Arrived
from app.finding import Finding
from app.readiness.grade import Grade
from app.records import attachments, audit, files
from app.records.assessments import rescore
from app.records.calculations import FIGURES, Worked, columns_of, content
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import line
from app.records.kept import FINDINGS
from app.records.names import people_of, unique_names
from app.records.resting import Rests, resting_on
from app.records.rows import AnyRow
from app.records.tables import PilotRow, ScenarioRow

MOST_KEPT: Final = 200  # with one pilot
COMPARED_AT_ONCE: Final = range(2, 5)
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A scenario in a line, as reports tell it too."""

    id: UUID
    pilot: UUID
    calculator: str
    name: str
    version: int
    sentence: str  # the answer, as people read it
    figures: tuple[Figure, ...]  # the main ones
    by: str  # who worked it out last
    worked_out_at: datetime
    evidence: tuple[Rests, ...]  # oldest first

    @property
    def title(self) -> str:
        """The calculator's, as people call it."""
        return calculator(self.calculator).title


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Listed):
    """A scenario whole."""

    pilot_name: str
    inputs: Mapping[str, Any]
    result: Mapping[str, Any]
    findings: tuple[Finding, ...]
    product: str  # the version of this program that calculated it
    sha256: str

    @property
    def output(self) -> CalculatorOutput | None:
        """The result as its calculator gives it; None where an older version kept it that gave something else."""
        try:
            return calculator(self.calculator).output.model_validate(self.result)
        except ValidationError:
            return None


def add(db: Transaction, caller: Caller, pilot: UUID, name: str, worked: Worked, *, at: datetime) -> UUID:
    """Keep a calculation with a pilot.

    Raises:
        NotFound: there is no such pilot.
        Conflict: the pilot has a scenario of that name.
        Refused: the name does not fit, or too much is kept already.
    """
    return _keep(db, caller, pilot, name, columns_of(worked, by=caller.person, at=at), at)


def save(
    db: Transaction,
    caller: Caller,
    scenario: UUID,
    worked: Worked,
    *,
    name: str | None = None,
    seen: int | None,
    at: datetime,
) -> int:
    """Keep a scenario with other inputs, and return the version that makes. Evidence taken from it stays as it was.

    Args:
        db: the transaction.
        caller: who worked it out.
        scenario: the scenario.
        worked: what it comes to now, by the same calculator.
        name: what it is called from now on; None: as before.
        seen: the version that was looked at.
        at: when.

    Raises:
        Changed: somebody else has changed it since version `seen`.
        VersionNeeded: no version is named.
        Conflict: the pilot has another scenario of that name.
        Refused: it is another calculator's.
    """
    row = _to_change(db, caller, scenario, seen, {"name": name, "inputs": worked.inputs})
    if row.calculator != worked.calculator:
        other = calculator(row.calculator).title
        raise Refused(f"This scenario is one of {other}. Keep what another calculator gives as a new one.")
    new = columns_of(worked, by=caller.person, at=at) | {"name": _new_name(db, row, name)}
    return _change(db, caller, row, "scenario worked out again", new, at)


def rename(db: Transaction, caller: Caller, scenario: UUID, name: str, *, seen: int | None, at: datetime) -> int:
    """Call it otherwise, and return the version that makes.

    Raises:
        Changed: somebody else has changed it since version `seen`.
        VersionNeeded: no version is named.
        Conflict: the pilot has another scenario of that name.
    """
    row = _to_change(db, caller, scenario, seen, {"name": name})
    return _change(db, caller, row, "scenario renamed", {"name": _new_name(db, row, name)}, at)


def copy(db: Transaction, caller: Caller, scenario: UUID, name: str | None = None, *, at: datetime) -> UUID:
    """Keep the same once more with its pilot, under that name or one made from its own.

    Raises:
        Conflict: the pilot has a scenario of that name.
    """
    caller.must_edit()
    row = _row(db, caller, scenario)
    if name is None or not name.strip():
        name = _another_name(row.name, _names(db, row.pilot_id))
    return _keep(db, caller, row.pilot_id, name, {column: getattr(row, column) for column in _COPIED}, at)


def remove(db: Transaction, caller: Caller, scenario: UUID, *, at: datetime) -> UUID:
    """Keep it no longer; the pilot that it was kept with.

    Raises:
        Refused: evidence rests on it.
    """
    caller.must_edit()
    row = _row(db, caller, scenario, lock=True)
    if rests := resting_on(db, {scenario: row.sha256})[scenario]:
        questions = ", ".join(dict.fromkeys(each.question for each in rests))
        raise Refused(f"Evidence rests on this scenario ({questions}), withdrawn or not: it stays. Rename it instead.")
    db.sql.execute(delete(ScenarioRow).where(ScenarioRow.id == scenario))
    before = {"name": row.name, "calculator": row.calculator, "sha256": row.sha256, "pilot": row.pilot_id}
    audit.note(db, caller, "scenario removed", ("scenario", scenario), at=at, before=before)
    pilot: UUID = row.pilot_id
    return pilot


def find(db: Transaction, caller: Caller, scenario: UUID) -> Scenario:
    """A scenario of the caller's organisation.

    Raises:
        NotFound: there is none of that id.
    """
    return _whole(db, [_row(db, caller, scenario)])[0]


def list_for(db: Transaction, caller: Caller, pilot: UUID) -> tuple[Listed, ...]:
    """The scenarios of a pilot of the caller's organisation, by calculator and name.

    Raises:
        NotFound: there is no such pilot.
    """
    own = (PilotRow.id == pilot) & (PilotRow.organisation_id == caller.organisation)
    if caller.role is None or db.sql.scalar(select(PilotRow.id).where(own)) is None:
        raise NotFound("There is no such pilot.")
    return of_pilot(db, pilot)


def of_pilot(db: Transaction, pilot: UUID) -> tuple[Listed, ...]:
    """The scenarios of a pilot, by calculator and name."""
    rows = db.sql.execute(_LINES.where(ScenarioRow.pilot_id == pilot)).all()
    names, evidence = _people(db, rows), resting_on(db, {row.id: row.sha256 for row in rows})
    order = {name: at for at, name in enumerate(CALCULATORS)}
    lines = (Listed(**_line(row, names, evidence)) for row in rows)
    return tuple(sorted(lines, key=lambda each: (order[each.calculator], each.name.casefold(), each.id)))


def to_compare(db: Transaction, caller: Caller, pilot: UUID, these: Sequence[UUID]) -> tuple[Scenario, ...]:
    """Some scenarios of a pilot side by side, in the order asked for.

    Raises:
        NotFound: one of them is not the pilot's.
        Refused: they are fewer than two, more than four, or of several calculators.
    """
    wanted = tuple(dict.fromkeys(these))
    if len(wanted) not in COMPARED_AT_ONCE:
        raise Refused("Choose two, three or four scenarios to compare.", [Problem("of", "takes 2 to 4 scenarios")])
    found = _WHOLE.where(ScenarioRow.id.in_(wanted), ScenarioRow.pilot_id == pilot)
    rows = db.sql.execute(found.where(ScenarioRow.organisation_id == caller.organisation)).all()
    if caller.role is None or len(rows) != len(wanted):
        raise NotFound("There is no such scenario with this pilot.")
    if len({row.calculator for row in rows}) > 1:
        raise Refused("Only scenarios of one calculator can be compared.", [Problem("of", "takes one calculator's")])
    return tuple(sorted(_whole(db, rows), key=lambda each: wanted.index(each.id)))


def attach(db: Transaction, caller: Caller, scenario: UUID, assessment: UUID, question: str, *, at: datetime) -> UUID:
    """Show a scenario for an answer: a calculation, which is documented at most. It waits to be confirmed.

    The item keeps inputs and result as a file of its own, so that it stays what it was, whatever becomes of the
    scenario.

    Raises:
        Refused: the assessment is another pilot's.
        NotFound: there is no such scenario or assessment, or its catalogue has no such question.
        Conflict: the answer shows the very same already.
    """
    caller.must_edit()
    held = attachments.to_answer(db, caller, assessment, question)
    row = _row(db, caller, scenario, lock=True)
    if row.pilot_id != held.pilot:
        raise Refused("This scenario was kept with another pilot. Copy its inputs into one of this pilot's.")
    worked = content(row.calculator, row.inputs, row.result).encode()
    file = files.keep(db, caller, Arrived(f"{row.calculator}.json", "application/json", worked))
    values = file | {
        "kind": "calculation",
        "title": row.name,
        "grade": str(Grade.DOCUMENTED),
        "observed_on": row.worked_out_at.date(),
        "findings": row.findings or None,
        "scenario_id": scenario,
    }
    id = attachments.add(db, caller, held, question, values, at=at)
    rescore(db, [assessment], at=at)
    return id


_TAKEN = "This pilot has a scenario called “{}” already. Choose another name."
_COPIED = (
    "calculator",
    "product",
    "sha256",
    "worked_out_by",
    "worked_out_at",
    "told",
    "findings",
    "inputs",
    "result",
)
_OF_A_LINE = (
    ScenarioRow.id,
    ScenarioRow.pilot_id,
    ScenarioRow.calculator,
    ScenarioRow.name,
    ScenarioRow.version,
    ScenarioRow.sha256,
    ScenarioRow.told,
    ScenarioRow.worked_out_by,
    ScenarioRow.worked_out_at,
)
_LINES = select(*_OF_A_LINE)
_WHOLE = select(ScenarioRow, PilotRow.name.label("pilot_name")).join(PilotRow, PilotRow.id == ScenarioRow.pilot_id)


def _keep(db: Transaction, caller: Caller, pilot: UUID, name: str, kept: dict[str, Any], at: datetime) -> UUID:
    caller.must_edit()
    own = (PilotRow.id == pilot) & (PilotRow.organisation_id == caller.organisation)
    # Locked, so that of two who keep something under one name at once the second is told in words.
    if db.sql.execute(select(PilotRow.id).where(own).with_for_update()).first() is None:
        raise NotFound("There is no such pilot.")
    called, taken = line(name, "name", longest=_LONGEST_NAME), _names(db, pilot)
    if called in taken:
        raise Conflict(_TAKEN.format(called))
    if len(taken) >= MOST_KEPT:
        raise Refused(f"{MOST_KEPT} scenarios are kept with this pilot already. Remove some of them first.")
    id, made = uuid7(), {"version": 1, "made_by": caller.person, "made_at": at}
    values = {"id": id, "organisation_id": caller.organisation, "pilot_id": pilot, "name": called, **made, **kept}
    db.sql.execute(insert(ScenarioRow).values(values))
    after = {"name": called, "calculator": kept["calculator"], "sha256": kept["sha256"], "pilot": pilot}
    audit.note(db, caller, "scenario kept", ("scenario", id), at=at, after=after)
    return id


def _names(db: Transaction, pilot: UUID) -> frozenset[str]:
    return frozenset(db.sql.scalars(select(ScenarioRow.name).where(ScenarioRow.pilot_id == pilot)))


def _another_name(name: str, taken: Collection[str]) -> str:
    endings = (", copy", *(f", copy {number}" for number in range(2, MOST_KEPT + 2)))
    return next(new for each in endings if (new := name[: _LONGEST_NAME - len(each)] + each) not in taken)


def _row(db: Transaction, caller: Caller, scenario: UUID, *, lock: bool = False) -> AnyRow:
    wanted = _WHOLE.where(ScenarioRow.id == scenario, ScenarioRow.organisation_id == caller.organisation)
    row = db.sql.execute(wanted.with_for_update(of=ScenarioRow) if lock else wanted).first()
    if row is None or caller.role is None:
        raise NotFound("There is no such scenario.")
    return row


def _to_change(db: Transaction, caller: Caller, scenario: UUID, seen: int | None, yours: Mapping[str, Any]) -> AnyRow:
    """The row, locked, where it still is what the caller saw."""
    caller.must_edit()
    row = _row(db, caller, scenario, lock=True)
    if seen is None:
        raise VersionNeeded("Say which version of the scenario you saw (If-Match), so that nobody's change is lost.")
    if row.version != seen:
        by = _people(db, [row])[row.worked_out_by]
        theirs = {"name": row.name, "inputs": row.inputs, "version": row.version, "by": by, "at": row.worked_out_at}
        message = "Somebody else has changed this scenario meanwhile. Compare, then save again."
        raise Changed(message, theirs=theirs, yours={**yours, "version": seen})
    return row


def _new_name(db: Transaction, row: AnyRow, name: str | None) -> str:
    called = row.name if name is None else line(name, "name", longest=_LONGEST_NAME)
    if called != row.name and called in _names(db, row.pilot_id):
        raise Conflict(_TAKEN.format(called))
    return called


def _change(db: Transaction, caller: Caller, row: AnyRow, what: str, new: Mapping[str, Any], at: datetime) -> int:
    changed: int = row.version + 1
    db.sql.execute(update(ScenarioRow).where(ScenarioRow.id == row.id).values(version=changed, **new))
    before = {"name": row.name, "sha256": row.sha256}
    after = before | {key: value for key, value in new.items() if key in before}
    audit.note(db, caller, what, ("scenario", row.id), at=at, before=before, after=after)
    return changed


def _whole(db: Transaction, rows: Sequence[AnyRow]) -> tuple[Scenario, ...]:
    names, evidence = _people(db, rows), resting_on(db, {row.id: row.sha256 for row in rows})
    return tuple(
        Scenario(
            **_line(row, names, evidence),
            pilot_name=row.pilot_name,
            inputs=row.inputs,
            result=row.result,
            findings=FINDINGS.validate_python(row.findings),
            product=row.product,
            sha256=row.sha256,
        )
        for row in rows
    )


def _line(row: AnyRow, names: Mapping[UUID, str], evidence: Mapping[UUID, tuple[Rests, ...]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "pilot": row.pilot_id,
        "calculator": row.calculator,
        "name": row.name,
        "version": row.version,
        "sentence": row.told["sentence"],
        "figures": FIGURES.validate_python(row.told["figures"]),
        "by": names[row.worked_out_by],
        "worked_out_at": row.worked_out_at,
        "evidence": evidence[row.id],
    }


def _people(db: Transaction, rows: Sequence[AnyRow]) -> Mapping[UUID, str]:
    return unique_names(people_of(db, {row.worked_out_by for row in rows}).values())
