"""Pilots: one with what is stated about it, and the form that states it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.library import DEFAULT, catalogue, newest, newest_of_each
from app.readiness.assessment import CatalogueReference, Change
from app.readiness.catalogue import Catalogue, ChangeKind
from app.readiness.score import Score, score
from app.records import assessments, pilots
from app.records.figures import figures_of
from app.records.kept import Kept
from app.records.pilots import Found
from app.report.stated import need_facts, profile_facts
from app.web.access import ToEdit, ToRead, Visit
from app.web.page import ThisPage
from app.web.restated import differences, restated
from app.web.standings import about, standing
from app.web.stated import FIRST_FIELDS, GROUPS, PLAN_FIELDS, Posted, StatedForm, form_of, form_posted, read
from app.wording import Line, Text

router = APIRouter(include_in_schema=False)

# What each kind of change is, for whoever has to choose one.
CHANGE_KINDS: Mapping[ChangeKind, str] = {
    "model": "The model: another version, another provider, tuned anew",
    "provider-terms": "The provider's terms: contract, price, place of processing, end of a model",
    "volume": "The volume: more users, more requests, longer texts",
    "data": "The data: other sources, other categories, other people",
    "purpose": "The purpose: another use, another decision that rests on it",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change, and what it would touch."""

    words: str
    questions: int
    answers: int  # that would ask for a new look


class BeginForm(BaseModel):
    """Which catalogue to answer."""

    model_config = ConfigDict(extra="forbid")

    catalogue: Line = DEFAULT[0]


class ChangeForm(BaseModel):
    """Something about the pilot that has changed."""

    model_config = ConfigDict(extra="forbid")

    on: date
    kind: ChangeKind
    note: Text = ""


@router.get("/pilots/new")
def new_pilot(visit: ToEdit, page: ThisPage) -> Response:
    """The form for a new pilot."""
    return page.show("pilots/new.html", form=StatedForm(visit.db.catalogue()), first=FIRST_FIELDS, problems=())


@router.post("/pilots")
def add_pilot(posted: Posted, visit: ToEdit, page: ThisPage) -> Response:
    """Add a pilot, begin its assessment, and lead there."""
    form = form_posted(posted, visit.db.catalogue())
    page.if_refused("pilots/new.html", form=form, first=FIRST_FIELDS)
    said = read(form, {})
    pilot = pilots.add(visit.db, visit.caller, said.name, said.profile, said.needs, at=visit.at)
    assessment = assessments.begin(visit.db, visit.caller, pilot, at=visit.at)
    return page.to(f"/assessments/{assessment}", said="begun")


@router.get("/pilots/{pilot}")
def show_pilot(visit: ToRead, page: ThisPage, pilot: UUID) -> Response:
    """A pilot: what is stated, who confirmed it, its assessments, and what has changed."""
    found = pilots.find(visit.db, visit.caller, pilot)
    kept = _newest(visit, found)
    scored = score(kept.catalogue, kept.assessment, visit.today) if kept else None
    needs = need_facts(_catalogue(visit, found).policy.needs, found.pilot.needs)
    return page.show(
        "pilots/show.html",
        here="pilots",
        pilot=found,
        about=about(found.pilot.profile),
        profile=profile_facts(found.pilot.profile),
        plan=PLAN_FIELDS,
        needs=[each for each in needs if each.value is not None],
        unstated=sum(each.value is None for each in needs),
        newest=found.assessments[0] if found.assessments else None,
        standing=standing(figures_of(scored) if scored else None),
        earlier=[(each, standing(each.figures)) for each in found.assessments[1:]],
        changes=_changes(found, scored),
        kinds=_kinds(scored),
        catalogues=[catalogue(id, version) for id, version in newest_of_each().items()],
        today=visit.today,
        may_edit=visit.caller.may_edit,
        own=found.stated_by_account == visit.caller.account,
    )


@router.get("/pilots/{pilot}/profile")
def edit_pilot(visit: ToEdit, page: ThisPage, pilot: UUID) -> Response:
    """The form that states name, profile and needs."""
    found = pilots.find(visit.db, visit.caller, pilot)
    form = form_of(_catalogue(visit, found), found.pilot.name, found.pilot.profile, found.pilot.needs, found.version)
    return page.show("pilots/profile.html", pilot=found, form=form, groups=GROUPS, problems=(), conflict=None)


@router.post("/pilots/{pilot}/profile/preview")
def preview_pilot(posted: Posted, visit: ToEdit, page: ThisPage, pilot: UUID) -> Response:
    """What a change would bring about; nothing is saved."""
    found = pilots.find(visit.db, visit.caller, pilot)
    form = form_posted(posted, _catalogue(visit, found))
    page.if_refused("pilots/profile.html", pilot=found, form=form, groups=GROUPS)
    said, kept = read(form, found.pilot.needs), _newest(visit, found)
    effect = restated(form.catalogue, found.pilot, said, kept.assessment if kept else None)
    return page.show("pilots/restated.html", pilot=found, form=form, said=said, effect=effect)


@router.post("/pilots/{pilot}/profile/draft")
def go_on_editing(posted: Posted, visit: ToEdit, page: ThisPage, pilot: UUID) -> Response:
    """Back to the form, as it was typed."""
    found = pilots.find(visit.db, visit.caller, pilot)
    form = form_posted(posted, _catalogue(visit, found))
    return page.show("pilots/profile.html", pilot=found, form=form, groups=GROUPS, problems=(), conflict=None)


@router.post("/pilots/{pilot}/profile")
def change_pilot(posted: Posted, visit: ToEdit, page: ThisPage, pilot: UUID) -> Response:
    """Save what is stated."""
    found = pilots.find(visit.db, visit.caller, pilot)
    form = form_posted(posted, _catalogue(visit, found))
    beside = partial(differences, form.catalogue)
    page.if_refused("pilots/profile.html", pilot=found, form=form, groups=GROUPS, beside=beside)
    said = read(form, found.pilot.needs)
    pilots.change(visit.db, visit.caller, pilot, said.name, said.profile, said.needs, seen=form.seen, at=visit.at)
    return page.to(f"/pilots/{pilot}", said="saved")


@router.post("/pilots/{pilot}/assessments")
def begin_assessment(visit: ToEdit, page: ThisPage, pilot: UUID, form: Annotated[BeginForm, Form()]) -> Response:
    """Begin another assessment, by the newest version of the catalogue chosen."""
    chosen = newest(form.catalogue)
    answered = CatalogueReference(id=chosen.id, version=chosen.version)
    assessment = assessments.begin(visit.db, visit.caller, pilot, answered, at=visit.at)
    return page.to(f"/assessments/{assessment}", said="begun")


@router.post("/pilots/{pilot}/changes")
def record_change(visit: ToEdit, page: ThisPage, pilot: UUID, form: Annotated[ChangeForm, Form()]) -> Response:
    """Record that something has changed."""
    pilots.record_change(visit.db, visit.caller, pilot, form.on, form.kind, form.note, at=visit.at)
    return page.to(f"/pilots/{pilot}#changes", said="recorded")


def _newest(visit: Visit, found: Found) -> Kept | None:
    """The pilot's newest assessment, whole."""
    return assessments.read(visit.db, visit.caller, found.assessments[0].id) if found.assessments else None


def _catalogue(visit: Visit, found: Found) -> Catalogue:
    """The catalogue that the newest assessment answers: its needs are the ones to state."""
    if not found.assessments:
        return visit.db.catalogue()
    answered = found.assessments[0].catalogue
    return visit.db.catalogue(answered.id, answered.version)


def _changes(found: Found, scored: Score | None) -> Sequence[tuple[Change, int]]:
    """What has changed, newest first, and how many answers ask for a new look since."""
    answered = [each for each in scored.questions.values() if each.claimed is not None] if scored else []
    asking = Counter(each.proof.awaiting_review for each in answered)
    return [(each, asking[each]) for each in reversed(found.changes)]


def _kinds(scored: Score | None) -> Mapping[ChangeKind, Kind]:
    """Each kind of change, with how many questions it touches and how many answers would ask for a new look."""
    asked = [each for each in scored.questions.values() if each.applicable] if scored else []
    return {
        kind: Kind(
            words,
            sum(kind in each.question.changes for each in asked),
            sum(kind in each.question.changes and each.claimed is not None for each in asked),
        )
        for kind, words in CHANGE_KINDS.items()
    }
