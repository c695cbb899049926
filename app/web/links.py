"""Links for people without an account: made and revoked here, and opened by whoever holds one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from app.readiness.score import score
from app.readiness.wording import Line
from app.records import kept, links
from app.records.caller import LinkRole
from app.records.links import Link, OpenLink
from app.web.access import Entering, ToEdit, Visit
from app.web.page import Page, ThisPage
from app.web.security import Tries
from app.web.sign_in import client_of, signed_in_cookie

router = APIRouter(include_in_schema=False)

DEFAULT_DAYS = 14
_MINUTES_A_QUESTION = 1.5  # as people needed in trials: read five anchors, choose one, write a line
_tries = Tries(times=30, seconds=300)


class LinkForm(BaseModel):
    """What a new link is to open, and until when."""

    model_config = ConfigDict(extra="forbid")

    role: LinkRole
    until: date
    sections: tuple[Line, ...] = ()
    appendix: bool = False
    title: Line = ""


class NameForm(BaseModel):
    """Who opens a link."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as the list shows it."""

    link: Link
    sections: tuple[str, ...]  # titles
    state: str


@router.get("/assessments/{assessment}/links")
def links_page(visit: ToEdit, page: ThisPage, assessment: UUID) -> Response:
    """Every link to this assessment, and the form to make another."""
    held = visit.assessment
    titles = _titles(visit, held.catalogue.id, held.catalogue.version)
    return page.show(
        "links/show.html",
        assessment=assessment,
        pilot=held.pilot,
        pilot_name=held.pilot_name,
        sections=titles,
        links=[
            LinkLine(each, tuple(titles[key] for key in titles if key in each.sections), _state(each, visit.at))
            for each in links.list_for(visit.db, visit.caller, assessment)
        ],
        until=visit.today + timedelta(days=DEFAULT_DAYS),
        earliest=visit.today,
        latest=visit.today + timedelta(days=links.LONGEST_DAYS),
        longest=links.LONGEST_DAYS,
        public_url=visit.settings.public_url,
    )


@router.post("/assessments/{assessment}/links")
def make_link(
    visit: ToEdit, page: ThisPage, request: Request, assessment: UUID, form: Annotated[LinkForm, Form()]
) -> Response:
    """Make a link and show its address, this once."""
    held = visit.assessment
    titles = _titles(visit, held.catalogue.id, held.catalogue.version)
    expires_at = end_of(form.until)
    _, token = links.make(
        visit.db,
        visit.caller,
        assessment,
        role=form.role,
        sections=form.sections if form.role == "answer" else (),
        appendix=form.appendix and form.role == "read",
        title=form.title or None,
        expires_at=expires_at,
        at=visit.at,
    )
    return page.show(
        "links/made.html",
        assessment=assessment,
        pilot=held.pilot,
        pilot_name=held.pilot_name,
        url=address_of(visit, request, token),
        public_url=visit.settings.public_url,
        role=form.role,
        appendix=form.appendix,
        sections=[titles[key] for key in titles if key in form.sections],
        expires_at=expires_at,
    )


@router.post("/links/{link}/revocation")
def revoke_link(visit: ToEdit, page: ThisPage, link: UUID) -> Response:
    """Close a link, and every session that came through it."""
    assessment = links.revoke(visit.db, visit.caller, link, at=visit.at)
    return page.to(f"/assessments/{assessment}/links", said="revoked")


@router.get("/l/{token}")
def landing(visit: Entering, page: ThisPage, request: Request, token: str) -> Response:
    """What a link is for, before anything is opened. Whoever came through it before goes on where the link leads."""
    link = _opened(visit, request, token)
    if visit.visitor and visit.visitor.link and visit.visitor.link.id == link.id:
        return page.to(_where(visit, link))
    return _landing(visit, page, token, link)


@router.post("/l/{token}")
def enter(
    visit: Entering, page: ThisPage, request: Request, token: str, form: Annotated[NameForm, Form()]
) -> Response:
    """Say who one is, and go in."""
    link = _opened(visit, request, token)
    session = links.enter(visit.db, token, form.name, at=visit.at)
    return signed_in_cookie(page.to(_where(visit, link)), session, visit.settings)


def address_of(visit: Visit, request: Request, token: str) -> str:
    """A link's whole address: under the public one, or where there is none under the one that this request came to."""
    return f"{visit.settings.public_url or str(request.base_url).rstrip('/')}/l/{token}"


def end_of(day: date) -> datetime:
    """The last minute of a day, in UTC."""
    return datetime.combine(day, time(23, 59), UTC)


def _opened(visit: Visit, request: Request, token: str) -> OpenLink:
    who = client_of(request)
    _tries.count(who)
    link = links.find_open(visit.db, token, at=visit.at)
    _tries.forget(who)
    return link


def _landing(visit: Visit, page: Page, token: str, link: OpenLink) -> Response:
    (held,) = kept.load(visit.db, [link.assessment])
    scored = score(held.catalogue, held.assessment, visit.today)
    asked = [each for each in scored.dimensions if each.dimension.key in link.sections]
    questions = sum(each.applicable for each in asked)
    return page.show(
        "links/landing.html",
        token=token,
        link=link,
        sections=[each.dimension.title for each in asked],
        questions=questions,
        minutes=max(5, 5 * ceil(questions * _MINUTES_A_QUESTION / 5)),
        signed_in_as=visit.visitor.name if visit.visitor and visit.visitor.role else None,
    )


def _where(visit: Visit, link: OpenLink) -> str:
    """Where a link leads: the report, or the first of its sections."""
    if link.role == "read":
        return f"/assessments/{link.assessment}/report"
    (held,) = kept.load(visit.db, [link.assessment])
    first = next(each.key for each in held.catalogue.dimensions if each.key in link.sections)
    return f"/assessments/{link.assessment}/{first}"


def _titles(visit: Visit, catalogue: str, version: str) -> Mapping[str, str]:
    """The titles of the catalogue's dimensions by their keys, in its order."""
    return {each.key: each.title for each in visit.db.catalogue(catalogue, version).dimensions}


def _state(link: Link, at: datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.expires_at > at else "expired"
