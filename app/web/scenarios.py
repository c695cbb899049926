"""Scenarios: calculations kept with a pilot under a name, compared side by side, and used as evidence."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.calculators import calculator
from app.errors import Problem, Refused
from app.readiness.assessment import Evidence
from app.readiness.grade import Grade
from app.readiness.hearing import SpeaksTo, speaks_to
from app.records import assessments, pilots, scenarios
from app.records.database import Database
from app.records.resting import Rests
from app.records.scenarios import COMPARED_AT_ONCE, Listed, Scenario
from app.web.access import MayEdit, ToEdit, ToRead, Visit
from app.web.calculators import Attempt, attempt, context, inputs_of
from app.web.inputs import Entry, Group, Part, Rows
from app.web.page import ThisPage
from app.web.results import pictures_beside, result
from app.web.stated import Posted
from app.web.typed import typed_of
from app.wording import Line

router = APIRouter(include_in_schema=False)


class NameForm(BaseModel):
    """What a scenario is to be called."""

    model_config = ConfigDict(extra="forbid")

    called: Line = ""
    seen: int | None = None


class EvidenceForm(BaseModel):
    """For which answer a scenario is shown."""

    model_config = ConfigDict(extra="forbid")

    question: Line = ""


@dataclass(frozen=True, slots=True)
class Use:
    """Where a scenario stands as evidence."""

    rests: Rests
    title: str  # of the question
    at: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of a comparison: what of, and what each scenario has."""

    title: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether they are not all the same."""
        return len(set(self.values)) > 1


def _to_keep(_: Annotated[None, MayEdit], request: Request, sent: Posted) -> Attempt:
    """A calculation that is to be kept, worked out before the transaction opens."""
    given, limit = calculator(str(sent.get("calculator", ""))), request.app.state.settings.upload_limit_bytes
    tried = attempt(given, sent, limit)
    return tried if tried.does != "keep" else attempt(given, _without_button(sent), limit)


def _to_save(_: Annotated[None, MayEdit], request: Request, scenario: UUID, sent: Posted) -> Attempt:
    """A scenario's new inputs, worked out before the transaction opens."""
    database: Database = request.app.state.database
    with database.reading() as db:
        found = scenarios.find(db, request.state.visitor, scenario)
    return attempt(calculator(found.calculator), sent, request.app.state.settings.upload_limit_bytes)


def _without_button(sent: Posted) -> Posted:
    return type(sent)([(name, value) for name, value in sent.multi_items() if name != "do"])


@router.get("/pilots/{pilot}/scenarios")
def list_scenarios(visit: ToRead, page: ThisPage, pilot: UUID) -> Response:
    """What is kept with a pilot, by calculator."""
    return page.show("scenarios/list.html", **_list(visit, pilot))


@router.post("/pilots/{pilot}/scenarios")
def keep_scenario(tried: Annotated[Attempt, Depends(_to_keep)], visit: ToEdit, page: ThisPage, pilot: UUID) -> Response:
    """Keep a calculation with a pilot."""
    found = pilots.find(visit.db, visit.caller, pilot)
    again = context(tried) | {
        "address": f"/calculators/{tried.calculator.name}",
        "pilots": {str(pilot): found.pilot.name},
        "pilot": str(pilot),
        "of": found,
        "own": (),
        "example": False,
    }
    page.if_refused("calculators/show.html", **again)
    if tried.worked is None:
        raise Refused("Not kept yet.", [Problem("", "What stands in the form cannot be worked out: mend it first.")])
    if not tried.name.strip():
        raise Refused("Not kept yet.", [Problem("name", "Say what it is called.")])
    kept = scenarios.add(visit.db, visit.caller, pilot, tried.name, tried.worked, at=visit.at)
    return page.to(f"/scenarios/{kept}", said="kept")


@router.get("/pilots/{pilot}/scenarios/comparison")
def compare_scenarios(
    visit: ToRead,
    page: ThisPage,
    pilot: UUID,
    of: Annotated[list[UUID], Query(max_length=20)] = [],  # noqa: B006 - FastAPI makes a new one for each request
) -> Response:
    """Two to four scenarios of one calculator side by side: the inputs that differ first."""
    page.if_refused("scenarios/list.html", **_list(visit, pilot) | {"chosen": {str(each) for each in of}})
    found = scenarios.to_compare(visit.db, visit.caller, pilot, of)
    inputs = tuple(_inputs_beside(found))
    return page.show(
        "scenarios/comparison.html",
        here="pilots",
        pilot=pilot,
        pilot_name=found[0].pilot_name,
        scenarios=found,
        differing=[each for each in inputs if each.differs],
        same=[each for each in inputs if not each.differs and any(each.values)],
        figures=tuple(_figures_beside(found)),
        pictures=pictures_beside([result(each.output) if each.output else None for each in found]),
    )


@router.get("/scenarios/{scenario}")
def show_scenario(visit: ToRead, page: ThisPage, scenario: UUID) -> Response:
    """A scenario: its inputs, and what they came to."""
    found = scenarios.find(visit.db, visit.caller, scenario)
    return page.show("scenarios/show.html", **_shown(visit, found, _as_kept(found)))


@router.post("/scenarios/{scenario}")
def save_scenario(
    tried: Annotated[Attempt, Depends(_to_save)], visit: ToEdit, page: ThisPage, scenario: UUID
) -> Response:
    """Keep a scenario with other inputs; or, where a button changes the form only, show it so."""
    found = scenarios.find(visit.db, visit.caller, scenario)
    shown = _shown(visit, found, tried)
    if tried.does:
        shown = _shown(visit, found, tried, quiet=tried.quiet)
        return page.part("scenarios/show.html", "work", **shown)
    page.if_refused("scenarios/show.html", **shown)
    if tried.worked is None:
        raise Refused("Not saved yet.", [Problem("", "What stands in the form cannot be worked out: mend it first.")])
    seen = tried.asked.get("seen", "")
    scenarios.save(
        visit.db, visit.caller, scenario, tried.worked, seen=int(seen) if seen.isdigit() else None, at=visit.at
    )
    return page.to(f"/scenarios/{scenario}", said="saved")


@router.post("/scenarios/{scenario}/name")
def rename_scenario(visit: ToEdit, page: ThisPage, scenario: UUID, form: Annotated[NameForm, Form()]) -> Response:
    """Call it otherwise."""
    _again(visit, page, scenario, called=form.called)
    scenarios.rename(visit.db, visit.caller, scenario, form.called, seen=form.seen, at=visit.at)
    return page.to(f"/scenarios/{scenario}", said="saved")


@router.post("/scenarios/{scenario}/copies")
def copy_scenario(visit: ToEdit, page: ThisPage, scenario: UUID, form: Annotated[NameForm, Form()]) -> Response:
    """Keep the same once more, to go on from it."""
    _again(visit, page, scenario)
    made = scenarios.copy(visit.db, visit.caller, scenario, form.called or None, at=visit.at)
    return page.to(f"/scenarios/{made}", said="copied")


@router.post("/scenarios/{scenario}/removal")
def remove_scenario(visit: ToEdit, page: ThisPage, scenario: UUID) -> Response:
    """Keep it no longer."""
    _again(visit, page, scenario)
    pilot = scenarios.remove(visit.db, visit.caller, scenario, at=visit.at)
    return page.to(f"/pilots/{pilot}/scenarios", said="removed")


@router.post("/scenarios/{scenario}/evidence")
def use_scenario(visit: ToEdit, page: ThisPage, scenario: UUID, form: Annotated[EvidenceForm, Form()]) -> Response:
    """Show it for an answer of the pilot's newest assessment."""
    _again(visit, page, scenario)
    found = scenarios.find(visit.db, visit.caller, scenario)
    held = pilots.find(visit.db, visit.caller, found.pilot).assessments
    if not held:
        raise Refused("Not attached yet.", [Problem("", "This pilot has no assessment yet: begin one first.")])
    if not form.question:
        raise Refused("Not attached yet.", [Problem("question", "Choose the question that it is shown for.")])
    scenarios.attach(visit.db, visit.caller, scenario, held[0].id, form.question, at=visit.at)
    dimension = form.question.partition(".")[0]
    return page.to(f"/assessments/{held[0].id}/{dimension}#{form.question}", said="attached")


def _again(visit: Visit, page: ThisPage, scenario: UUID, **typed: Any) -> None:
    """Should what follows be refused, show the scenario again."""
    found = scenarios.find(visit.db, visit.caller, scenario)
    page.if_refused("scenarios/show.html", **_shown(visit, found, _as_kept(found)) | typed)


def _list(visit: Visit, pilot: UUID) -> dict[str, Any]:
    found = pilots.find(visit.db, visit.caller, pilot)
    kept = scenarios.list_for(visit.db, visit.caller, pilot)
    by_calculator: dict[str, list[Listed]] = {}
    for each in kept:
        by_calculator.setdefault(each.calculator, []).append(each)
    return {
        "here": "pilots",
        "pilot": found,
        "groups": [(calculator(name), lines) for name, lines in by_calculator.items()],
        "may_edit": visit.caller.may_edit,
        "most": COMPARED_AT_ONCE.stop - 1,
        "chosen": frozenset(),
        "problems": (),
    }


def _as_kept(found: Scenario) -> Attempt:
    return Attempt(calculator(found.calculator), typed_of(found.inputs))


def _shown(visit: Visit, found: Scenario, tried: Attempt, *, quiet: bool = False) -> dict[str, Any]:
    """The page of a scenario: as it is kept, or as somebody is changing it."""
    shown = context(tried, quiet=quiet)
    kept = found.output
    of_before = tried.worked is None and bool(tried.problems)
    if shown["result"] is None and kept is not None:
        shown["result"] = result(kept)
    return shown | {
        "here": "pilots",
        "scenario": found,
        "address": f"/scenarios/{found.id}" if visit.caller.may_edit else f"/calculators/{found.calculator}",
        "pilots": {},
        "pilot": str(found.pilot),
        "of": None,
        "own": (),
        "example": False,
        "called": tried.name or found.name,
        "seen": found.version,
        "of_before": of_before,
        "kept_as": "scenarios/_keeping.html",
        "may_edit": visit.caller.may_edit,
        "uses": tuple(_uses(visit, found)),
        "offers": _offers(visit, found),
        "beside": _beside,
    }


def _offers(visit: Visit, found: Scenario) -> tuple[SpeaksTo, ...]:
    """The questions of the pilot's newest assessment whose rules read what it came to; those that it decides first."""
    held = pilots.find(visit.db, visit.caller, found.pilot).assessments
    if not held or not visit.caller.may_edit:
        return ()
    kept = assessments.read(visit.db, visit.caller, held[0].id)
    item = Evidence(
        kind="calculation",
        grade=Grade.DOCUMENTED,
        observed_on=found.worked_out_at.date(),
        findings=found.findings,
        attached_by=visit.caller.name,
    )
    pilot = kept.assessment.pilot
    shown = {each.question for each in found.evidence if each.as_it_stands and not each.withdrawn}
    spoken = speaks_to(kept.catalogue, pilot.profile, pilot.needs, item)
    return tuple(each for each in spoken if each.question.key not in shown)


def _uses(visit: Visit, found: Scenario) -> Iterator[Use]:
    """Where it stands as evidence."""
    held = pilots.find(visit.db, visit.caller, found.pilot).assessments if found.evidence else ()
    answered = {each.id: visit.db.catalogue(each.catalogue.id, each.catalogue.version) for each in held}
    for each in found.evidence:
        question = answered[each.assessment].questions.get(each.question)
        at = f"/assessments/{each.assessment}/{each.question.partition('.')[0]}#{each.question}"
        yield Use(each, question.title if question else each.question, at)


# ---- side by side


def _beside(name: str, theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> tuple[Compared, ...]:
    """Where two people's inputs differ, theirs first."""
    return tuple(each for each in _lines(name, [theirs, yours]) if each.differs)


def _inputs_beside(found: Sequence[Scenario]) -> tuple[Compared, ...]:
    return _lines(found[0].calculator, [each.inputs for each in found])


def _lines(name: str, given: Sequence[Mapping[str, Any]]) -> tuple[Compared, ...]:
    """Every field of a form, with what each of several has in it."""
    inputs = inputs_of(name)
    columns: list[dict[str, tuple[str, str]]] = []
    for each in given:
        form = inputs.form(typed_of(each))
        columns.append(dict(line for section in form.sections for part in section.parts for line in _filled(part, "")))
    order = dict.fromkeys(key for column in columns for key in column)
    return tuple(
        Compared(
            next(column[key][0] for column in columns if key in column),
            tuple(column[key][1] if key in column else "" for column in columns),
        )
        for key in order
    )


def _filled(part: Part, within: str) -> list[tuple[str, tuple[str, str]]]:
    """The fields of a part, by the path of their control: what each is called, and what stands in it."""
    match part:
        case Entry():
            return [(f"{part.name}:{part.title}", (f"{within}{part.title}", _said(part)))]
        case Group():
            return [line for each in part.parts for line in _filled(each, within)]
        case Rows():
            return [line for row in part.rows for each in row.parts for line in _filled(each, f"{within}{row.title}: ")]


def _said(entry: Entry) -> str:
    """What stands in a field, with its unit; a share as people say it."""
    words = entry.options.get(entry.value, entry.value) if entry.options else entry.value
    if not words or not entry.unit:
        return words
    if entry.unit.startswith("share"):
        with suppress(ValueError):
            return f"{float(words) * 100:.6g}\u00a0%{entry.unit.removeprefix('share')}"
    return f"{words} {entry.unit}"


def _figures_beside(found: Sequence[Scenario]) -> tuple[Compared, ...]:
    """The main figures of each, as they were told when it was kept."""
    columns = [{each.title: each.value for each in scenario.figures} for scenario in found]
    titles = dict.fromkeys(title for column in columns for title in column)
    return tuple(Compared(title, tuple(column.get(title, "") for column in columns)) for title in titles)
