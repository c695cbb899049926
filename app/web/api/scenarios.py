"""Scenarios: what calculators came to, kept with a pilot, and shown as evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.calculators.told import Figure
from app.errors import NotFound, Problem, Refused
from app.records import assessments, scenarios
from app.records.calculations import Worked, work_out
from app.records.resting import Rests
from app.records.scenarios import Listed, Scenario
from app.web.access import MayEdit, ToEdit, ToRead, Visit
from app.web.api.body import ETAG, AsJson, Body, IfMatch, Made, at, tag, version_in, where
from app.web.api.calculators import FEDERATED
from app.web.api.described import PilotId, ScenarioId, an_id, example, shown_as
from app.web.api.evidence import FindingShown, Item
from app.web.api.pages import LINKED, Cursor, Limit, link_next, page_of
from app.web.api.problem import CONFLICTS, conflict
from app.wording import Line

router = APIRouter(tags=["scenarios"])

_USED = {
    "evidence": an_id(3),
    "assessment": an_id(2),
    "question": "infrastructure.fleet-audit",
    "observed_on": "2026-11-18",
    "withdrawn": False,
    "as_it_stands": True,
}
_LISTED = {
    "id": an_id(9),
    "calculator": "federated",
    "name": "Two sites, 7 billion parameters",
    "version": 1,
    "sentence": "A round takes 6.3 hours; Porto is waited for.",
    "figures": [{"title": "A round", "value": "6.3 hours", "term": "seconds_per_round", "band": None}],
    "worked_out_by": "Maren Vogt",
    "worked_out_at": "2026-11-18T09:30:00Z",
    "evidence": [_USED],
}


class ScenarioBody(Body):
    """A calculation to keep: by which calculator, under which name, from which inputs."""

    calculator: Annotated[Line, Field(min_length=1)]
    name: Annotated[Line, Field(min_length=1)]
    inputs: Annotated[dict[str, Any], Field(description="As for the calculator itself.")]

    model_config = example({"calculator": "federated", "name": "Two sites", "inputs": FEDERATED})


class ScenarioChange(Body):
    """What a scenario is called and worked out from, from now on."""

    name: Annotated[Line, Field(min_length=1)]
    inputs: Annotated[dict[str, Any], Field(description="As for the calculator itself.")]

    model_config = example({"name": "Two sites, fewer rounds", "inputs": FEDERATED | {"rounds": 10}})


class UseBody(Body):
    """For which answer a scenario is shown."""

    question: Annotated[Line, Field(min_length=1)]
    assessment: Annotated[UUID | None, Field(description="Left out: the newest of the scenario's pilot.")] = None

    model_config = example({"question": "infrastructure.fleet-audit"})


class FigureShown(BaseModel):
    """One of the main figures, as people read it; `term` names the term of the result that explains it."""

    title: str
    value: str
    term: str | None
    band: str | None

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> list[Self]:
        """Figures as they are told."""
        return [cls(title=each.title, value=each.value, term=each.term, band=each.band) for each in figures]


class UseShown(BaseModel):
    """An item of evidence that was taken from a scenario, and whether it still is what the scenario says."""

    evidence: UUID
    assessment: UUID
    question: str
    observed_on: date
    withdrawn: bool
    as_it_stands: bool

    @classmethod
    def of(cls, rests: Iterable[Rests]) -> list[Self]:
        """Those items as they are told."""
        return [cls(**asdict(each)) for each in rests]


class ScenarioLine(BaseModel):
    """A scenario in a list: what it says, and what it is evidence for."""

    id: UUID
    calculator: str
    name: str
    version: int
    sentence: str
    figures: list[FigureShown]
    worked_out_by: str
    worked_out_at: datetime
    evidence: list[UseShown]

    model_config = shown_as(_LISTED)


class ScenarioPage(BaseModel):
    """Some scenarios of a pilot, newest first, and the cursor of the next part; null at the end."""

    items: list[ScenarioLine]
    next: UUID | None

    model_config = shown_as({"items": [_LISTED], "next": None})


class ScenarioShown(ScenarioLine):
    """A scenario whole. The digest is of the canonical JSON (RFC 8785) of calculator, inputs and result."""

    pilot: UUID
    inputs: dict[str, Any]
    result: dict[str, Any]
    findings: list[FindingShown]
    product: Annotated[str, Field(description="The version of this program that calculated it.")]
    sha256: str

    model_config = shown_as(
        {
            **_LISTED,
            "pilot": an_id(1),
            "inputs": FEDERATED,
            "result": {"bytes_per_round": 56000000000, "bottleneck": "Porto", "terms": []},
            "findings": [],
            "product": "0.1.0",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A calculation to keep, done before the guard opens its transaction, and the name that was sent with it."""

    name: str
    worked: Worked


def _new(_: Annotated[None, MayEdit], body: Annotated[ScenarioBody, AsJson]) -> Kept:
    return Kept(body.name, _worked(body.calculator, body.inputs))


def _changed(
    request: Request, _: Annotated[None, MayEdit], scenario: ScenarioId, body: Annotated[ScenarioChange, AsJson]
) -> Kept:
    with request.app.state.database.reading() as db:
        calculator = scenarios.find(db, request.state.visitor, scenario).calculator
    return Kept(body.name, _worked(calculator, body.inputs))


def _worked(calculator: str, inputs: Mapping[str, Any]) -> Worked:
    """What it comes to; a refusal names the field where it stands in the body."""
    try:
        return work_out(calculator, inputs)
    except NotFound as missing:
        raise Refused("Something does not fit.", [Problem("calculator", missing.message)]) from None
    except Refused as refused:
        problems = [Problem(f"inputs.{each.where}".rstrip("."), each.message) for each in refused.problems]
        raise Refused(refused.message, problems) from None


@router.get("/pilots/{pilot}/scenarios", summary="List a pilot's scenarios", responses={200: {"headers": LINKED}})
def list_scenarios(
    visit: ToRead, request: Request, response: Response, pilot: PilotId, cursor: Cursor = None, limit: Limit = 50
) -> ScenarioPage:
    """List the scenarios of a pilot, newest first, a page at a time."""
    found = page_of(scenarios.list_for(visit.db, visit.caller, pilot), lambda each: each.id, cursor, limit)
    link_next(request, response, found.next, limit)
    return ScenarioPage(items=[ScenarioLine(**_line(each)) for each in found.items], next=found.next)


@router.post(
    "/pilots/{pilot}/scenarios",
    status_code=201,
    summary="Keep a scenario",
    responses={
        201: where(ETAG),
        **conflict(
            "The pilot has a scenario of that name.",
            "This pilot has a scenario called “Two sites” already. Choose another name.",
            "/scenarios",
        ),
    },
)
def keep_scenario(
    kept: Annotated[Kept, Depends(_new)],  # before the guard: nobody else waits while it is calculated
    visit: ToEdit,
    response: Response,
    pilot: PilotId,
) -> ScenarioShown:
    """Calculate, and keep inputs and result with a pilot under a name."""
    id = scenarios.add(visit.db, visit.caller, pilot, kept.name, kept.worked, at=visit.at)
    at(response, f"/scenarios/{id}")
    return _shown(visit, response, id)


@router.get("/scenarios/{scenario}", summary="Show a scenario", responses={200: {"headers": ETAG}})
def show_scenario(visit: ToRead, response: Response, scenario: ScenarioId) -> ScenarioShown:
    """Show a scenario with its inputs and its result; its ETag is what If-Match takes."""
    return _shown(visit, response, scenario)


@router.put("/scenarios/{scenario}", summary="Change a scenario", responses=CONFLICTS | {200: {"headers": ETAG}})
def change_scenario(
    kept: Annotated[Kept, Depends(_changed)],
    visit: ToEdit,
    response: Response,
    scenario: ScenarioId,
    if_match: IfMatch = None,
) -> ScenarioShown:
    """Calculate again with other inputs, by the same calculator. Evidence that was taken from it stays as it was."""
    seen = version_in(if_match)
    scenarios.save(visit.db, visit.caller, scenario, kept.worked, name=kept.name, seen=seen, at=visit.at)
    return _shown(visit, response, scenario)


@router.delete("/scenarios/{scenario}", summary="Remove a scenario")
def remove_scenario(visit: ToEdit, scenario: ScenarioId) -> Made:
    """Keep a scenario no longer. One that evidence rests on stays."""
    scenarios.remove(visit.db, visit.caller, scenario, at=visit.at)
    return Made(id=scenario)


@router.post(
    "/scenarios/{scenario}/evidence",
    status_code=201,
    summary="Show a scenario as evidence",
    responses={
        201: where(),
        **conflict(
            "The answer shows the very same already.",
            "This answer shows the same file already: “Two sites”, which Jonas Adler attached on 2026-11-18.",
            "/answers/infrastructure.fleet-audit/evidence",
        ),
    },
)
def attach_scenario(visit: ToEdit, response: Response, scenario: ScenarioId, body: Annotated[UseBody, AsJson]) -> Item:
    """Show a scenario for an answer, as a calculation: documented at most. It keeps what the scenario says now."""
    assessment = body.assessment or _newest_assessment(visit, scenario)
    id = scenarios.attach(visit.db, visit.caller, scenario, assessment, body.question, at=visit.at)
    at(response, f"/assessments/{assessment}#{id}")
    return Item(id=id, assessment=assessment, question=body.question)


def _newest_assessment(visit: Visit, scenario: UUID) -> UUID:
    held = assessments.of_pilot(visit.db, scenarios.find(visit.db, visit.caller, scenario).pilot)
    if not held:
        raise NotFound("No assessment of this pilot is begun.")
    return held[0].id


def _shown(visit: Visit, response: Response, id: UUID) -> ScenarioShown:
    found: Scenario = scenarios.find(visit.db, visit.caller, id)
    tag(response, found.version)
    return ScenarioShown(
        **_line(found),
        pilot=found.pilot,
        inputs=dict(found.inputs),
        result=dict(found.result),
        findings=FindingShown.of(found.findings),
        product=found.product,
        sha256=found.sha256,
    )


def _line(each: Listed) -> dict[str, Any]:
    return {
        "id": each.id,
        "calculator": each.calculator,
        "name": each.name,
        "version": each.version,
        "sentence": each.sentence,
        "figures": FigureShown.of(each.figures),
        "worked_out_by": each.by,
        "worked_out_at": each.worked_out_at,
        "evidence": UseShown.of(each.evidence),
    }
