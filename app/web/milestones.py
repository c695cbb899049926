"""Milestones: an assessment sealed, listed, shown as it was, and given out as a file that proves itself."""

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.errors import Broken
from app.library import law
from app.readiness.milestone import Milestone, Sealed, read_milestone
from app.readiness.verdict import cut
from app.records import assessments, audit, milestones, people
from app.records.kept import Kept
from app.records.milestones import Found
from app.report import pictures
from app.report.compose import Background, compose
from app.report.model import Report
from app.report.write.html import drawn, shown
from app.web.access import ToEdit, ToExport, ToRead, Visit
from app.web.page import ThisPage
from app.web.reports import MadeLater, file_name, written
from app.web.sealed import file_of, opened
from app.words import day

router = APIRouter(include_in_schema=False)


class MilestoneForm(BaseModel):
    """What a new milestone is called; what it may be called is decided where it is kept."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone in the list."""

    sealed: Sealed
    claimed: Decimal | None
    proven: Decimal | None


@router.get("/assessments/{assessment}/milestones")
def show_milestones(visit: ToRead, page: ThisPage, assessment: UUID) -> Response:
    """Every milestone of an assessment, and the form to seal another."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    return page.show("milestones/list.html", **_listed(visit, kept), title="", problems=())


@router.post("/assessments/{assessment}/milestones")
def seal_milestone(visit: ToEdit, page: ThisPage, assessment: UUID, form: Annotated[MilestoneForm, Form()]) -> Response:
    """Seal the assessment as it stands."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    page.if_refused("milestones/list.html", **_listed(visit, kept), title=form.title)
    milestone = milestones.seal(visit.db, visit.caller, assessment, form.title, at=visit.at)
    return page.to(f"/milestones/{milestone}", said="sealed")


@router.get("/milestones/{milestone}")
def show_milestone(visit: ToRead, page: ThisPage, milestone: UUID) -> Response:
    """One milestone: its figures, what decided them, and whether it still holds."""
    found = milestones.find(visit.db, visit.caller, milestone)
    held = assessments.find(visit.db, visit.caller, found.assessment)
    sealed = opened(found)
    return page.show(
        "milestones/show.html",
        **_frame(found, held.pilot),
        milestone=sealed,
        report=compose(sealed.catalogue, sealed.assessment, sealed.as_of),
        sha256=found.sha256,
        broken=_broken(found),
        today=visit.today,
    )


@router.get("/milestones/{milestone}/file")
def export_milestone(visit: ToExport, milestone: UUID) -> Response:
    """The milestone as a file that can be checked anywhere."""
    found = milestones.find(visit.db, visit.caller, milestone)
    pilot = assessments.find(visit.db, visit.caller, found.assessment).pilot_name
    what = {"milestone": found.id, "sha256": found.sha256}
    audit.note(visit.db, visit.caller, "milestone exported", ("assessment", found.assessment), at=visit.at, after=what)
    name = file_name(pilot, "milestone", found.title) + ".json"
    return MadeLater(lambda: _written(found), name, "application/json")


@router.get("/milestones/{milestone}/report")
def show_sealed_report(visit: ToRead, page: ThisPage, milestone: UUID) -> Response:
    """The report as it was when the milestone was sealed."""
    found = milestones.find(visit.db, visit.caller, milestone)
    held = assessments.find(visit.db, visit.caller, found.assessment)
    sealed = opened(found)
    return page.show(
        "report/show.html",
        **shown(_report(visit, sealed)),
        today=visit.today,
        sealed=sealed,
        file=f"/milestones/{milestone}/report",
        query="",
        home=None,
        method_url=f"/method?catalogue={sealed.catalogue.id}&version={sealed.catalogue.version}",
        pilot_url=f"/pilots/{held.pilot}",
        milestone_url=f"/milestones/{milestone}",
        milestones_url=f"/assessments/{found.assessment}/milestones",
        may_share=False,
        here="pilots",
    )


@router.get("/milestones/{milestone}/report.{kind}")
def export_sealed_report(visit: ToExport, milestone: UUID, kind: str) -> Response:
    """The report as it was, as a file."""
    found = milestones.find(visit.db, visit.caller, milestone)
    sealed = opened(found)
    report = _report(visit, sealed)
    what = {"as_of": sealed.as_of, "answers": True, "milestone": found.id}
    subject = ("assessment", found.assessment)
    return written(visit, lambda: report, report.pilot, f".{kind}", subject, what)


def _listed(visit: Visit, kept: Kept) -> dict[str, Any]:
    """What the list shows, newest first."""
    sealed = milestones.list_for(visit.db, visit.caller, kept.id)
    report = compose(kept.catalogue, kept.assessment, visit.today, Background(milestones=sealed))
    trend = pictures.trend(report)
    lines = [MilestoneLine(each, _cut(each.claimed), _cut(each.proven)) for each in reversed(sealed)]
    return {
        "here": "pilots",
        "home": f"/assessments/{kept.id}",
        "pilot": kept.assessment.pilot.name,
        "pilot_url": f"/pilots/{kept.pilot}",
        "milestones": lines,
        "choices": {"now": "Now"} | {each.id: f"{each.title}, {day(each.as_of)}" for each in reversed(sealed)},
        "report": report,
        "trend": drawn(trend) if trend else None,
        "may_edit": visit.caller.may_edit,
    }


def _frame(found: Found, pilot: UUID) -> dict[str, Any]:
    return {
        "here": "pilots",
        "at": f"/milestones/{found.id}",
        "home": f"/assessments/{found.assessment}",
        "pilot_url": f"/pilots/{pilot}",
    }


def _report(visit: Visit, sealed: Milestone) -> Report:
    """The report on the day of the seal, of what was sealed and nothing else."""
    organisation = people.organisation_of(visit.db, visit.caller)
    background = Background(
        organisation=organisation.name, confidentiality=organisation.confidentiality or "", law=law()
    )
    return compose(sealed.catalogue, sealed.assessment, sealed.as_of, background)


def _broken(found: Found) -> tuple[str, ...]:
    """What does not hold of a milestone; nothing when its digests and a scoring afresh say what was sealed."""
    try:
        read_milestone(_written(found).decode())
    except Broken as broken:
        return tuple(str(each) for each in broken.problems) or (broken.message,)
    return ()


def _cut(figure: Fraction | None) -> Decimal | None:
    return None if figure is None else cut(figure)


def _written(found: Found) -> bytes:
    """The file as people download it."""
    return json.dumps(file_of(found), ensure_ascii=False, indent=1).encode()
