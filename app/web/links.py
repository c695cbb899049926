"""Links for people without an account: made and revoked here, and opened by whoever holds one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.readiness.score import score
from app.records import kept, links
from app.records.caller import LinkRole
from app.records.links import Link, OpenLink
from app.web.access import Entering, ToEdit, Visit
from app.web.page import ThisPage
from app.web.security import Tries
from app.web.sign_in import client_of, signed_in_cookie

router = APIRouter(include_in_schema=False)

DEFAULT_DAYS = 14
_MINUTES_A_QUESTION = 1.5  # an estimate, and the page says "about": to read five anchors, choose one, write a line
_tries = Tries(times=30, seconds=300)


class LinkForm(BaseModel):
    """What a new link is to open, and until when; what it may say is decided where it is kept."""

    model_config = ConfigDict(extra="forbid")

    role: LinkRole
    until: date
    sections: tuple[str, ...] = ()
    appendix: bool = False
    title: str = ""


class NameForm(BaseModel):
    """Who opens a link."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as the list shows it."""

    link: Link
    sections: tuple[str, ...]  # titles
    state: str


@router.get("/assessments/{assessment}/links")
def links_page(visit: ToEdit, page: ThisPage) -> Response:
    """Every link to this assessment, and the form to make another."""
    form = LinkForm(role="answer", until=visit.today + timedelta(days=DEFAULT_DAYS))
    return page.show("links/show.html", **_listed(visit), form=form, problems=())


@router.post("/assessments/{assessment}/links")
def make_link(visit: ToEdit, page: ThisPage, request: Request, form: Annotated[LinkForm, Form()]) -> Response:
    """Make a link and show its address, this once."""
    page.if_refused("links/show.html", **_listed(visit), form=form)
    sections = form.sections if form.role == "answer" else ()
    appendix = form.appendix and form.role == "read"
    expires_at = end_of(form.until)
    _, token = links.make(
        visit.db,
        visit.caller,
        visit.assessment.id,
        role=form.role,
        sections=sections,
        appendix=appendix,
        title=form.title or None,
        expires_at=expires_at,
        at=visit.at,
    )
    titles = _titles(visit)
    return page.show(
        "links/made.html",
        assessment=visit.assessment,
        url=address_of(visit, request, token),
        public_url=visit.settings.public_url,
        role=form.role,
        appendix=appendix,
        sections=[titles[key] for key in titles if key in sections],
        expires_at=expires_at,
        here="pilots",
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
        return page.to(_where(link))
    return page.show("links/landing.html", **_landing(visit, token, link), problems=())


@router.post("/l/{token}")
def enter(visit: Entering, page: ThisPage, request: Request, token: str, form: Annotated[NameForm, Form()]) -> Response:
    """Say who one is, and go in."""
    link = _opened(visit, request, token)
    page.if_refused("links/landing.html", **_landing(visit, token, link))
    session = links.enter(visit.db, token, form.name, at=visit.at)
    return signed_in_cookie(page.to(_where(link)), session, visit.settings)


def address_of(visit: Visit, request: Request, token: str) -> str:
    """A link's whole address: under the public one, or where there is none under the one that this request came to."""
    return f"{visit.settings.public_url or str(request.base_url).rstrip('/')}/l/{token}"


def end_of(day: date) -> datetime:
    """The last minute of a day, in UTC."""
    return datetime.combine(day, time(23, 59), UTC)


def _listed(visit: Visit) -> dict[str, Any]:
    """What the page of all links shows."""
    titles = _titles(visit)
    return {
        "assessment": visit.assessment,
        "sections": titles,
        "links": [
            LinkLine(each, tuple(titles[key] for key in titles if key in each.sections), _state(each, visit.at))
            for each in links.list_for(visit.db, visit.caller, visit.assessment.id)
        ],
        "earliest": visit.today,
        "latest": visit.today + timedelta(days=links.LONGEST_DAYS),
        "longest": links.LONGEST_DAYS,
        "public_url": visit.settings.public_url,
        "here": "pilots",
    }


def _opened(visit: Visit, request: Request, token: str) -> OpenLink:
    """The link of that secret. Tries that open nothing are counted."""
    who = client_of(request)
    _tries.count(who)
    link = links.find_open(visit.db, token, at=visit.at)
    _tries.forget(who)
    return link


def _landing(visit: Visit, token: str, link: OpenLink) -> dict[str, Any]:
    """What a link's first page says."""
    (held,) = kept.load(visit.db, [link.assessment])
    scored = score(held.catalogue, held.assessment, visit.today)
    asked = [each for each in scored.dimensions if each.dimension.key in link.sections]
    questions = sum(each.applicable for each in asked)
    return {
        "token": token,
        "link": link,
        "sections": [each.dimension.title for each in asked],
        "questions": questions,
        "answered": sum(each.answered for each in asked),
        "minutes": max(5, 5 * ceil(questions * _MINUTES_A_QUESTION / 5)),
        "signed_in_as": visit.visitor.name if visit.visitor and visit.visitor.role else None,
    }


def _where(link: OpenLink) -> str:
    """Where a link leads: the report, or the first of its sections."""
    if link.role == "read":
        return f"/assessments/{link.assessment}/report"
    return f"/assessments/{link.assessment}/{link.sections[0]}"


def _titles(visit: Visit) -> Mapping[str, str]:
    """The titles of the assessment's dimensions by their keys, in the order of the catalogue."""
    reference = visit.assessment.catalogue
    return {each.key: each.title for each in visit.db.catalogue(reference.id, reference.version).dimensions}


def _state(link: Link, at: datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.expires_at > at else "expired"
