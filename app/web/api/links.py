"""Links for people without an account: made, listed, revoked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel

from app.records import links
from app.web.access import ToEdit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import AssessmentId, LinkId, an_id, example, shown_as
from app.web.api.pages import LINKED, Cursor, Limit, link_next, page_of
from app.web.links import address_of
from app.wording import Line

router = APIRouter(tags=["links"])


class LinkBody(Body):
    """What a link opens, and until when."""

    role: Literal["read", "answer"]
    sections: tuple[Line, ...] = ()
    appendix: bool = False
    title: Line | None = None
    expires_at: AwareDatetime

    model_config = example({"role": "answer", "sections": ["cost"], "expires_at": "2026-12-04T18:00:00Z"})


class MadeLink(Made):
    """A new link. Its address is shown this once."""

    url: str
    expires_at: datetime

    model_config = shown_as(
        {
            "id": an_id(5),
            "url": "https://ready.example.org/l/3fUk0cU0p5Z0Yw2v",
            "expires_at": "2026-12-04T18:00:00Z",
        }
    )


_LINK = {
    "id": an_id(5),
    "role": "answer",
    "sections": ["cost"],
    "appendix": False,
    "title": None,
    "made_by": "Maren Vogt",
    "made_at": "2026-11-20T18:00:00Z",
    "expires_at": "2026-12-04T18:00:00Z",
    "revoked_at": None,
}


class LinkShown(Made):
    """A link; its address was shown once."""

    role: Literal["read", "answer"]
    sections: list[str]
    appendix: bool
    title: str | None
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    model_config = shown_as(_LINK)


class LinkPage(BaseModel):
    """Some links, newest first, with those that are over, and the cursor of the next part; null at the end."""

    items: list[LinkShown]
    next: UUID | None

    model_config = shown_as({"items": [_LINK], "next": None})


class Revoked(Made):
    """A link that opens nothing any more."""

    assessment: UUID

    model_config = shown_as({"id": an_id(5), "assessment": an_id(2)})


@router.get("/assessments/{assessment}/links", summary="List the links", responses={200: {"headers": LINKED}})
def list_links(
    visit: ToEdit,
    request: Request,
    response: Response,
    assessment: AssessmentId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LinkPage:
    """List the links to an assessment, newest first, a page at a time."""
    found = page_of(links.list_for(visit.db, visit.caller, assessment), lambda each: each.id, cursor, limit)
    link_next(request, response, found.next, limit)
    return LinkPage(
        next=found.next,
        items=[
            LinkShown(
                id=each.id,
                role=each.role,
                sections=list(each.sections),
                appendix=each.appendix,
                title=each.title,
                made_by=each.made_by,
                made_at=each.made_at,
                expires_at=each.expires_at,
                revoked_at=each.revoked_at,
            )
            for each in found.items
        ],
    )


@router.post("/assessments/{assessment}/links", status_code=201, summary="Make a link", responses={201: where()})
def make_link(
    visit: ToEdit, request: Request, response: Response, assessment: AssessmentId, body: Annotated[LinkBody, AsJson]
) -> MadeLink:
    """Make a link for somebody without an account; its address is shown this once."""
    id, token = links.make(
        visit.db,
        visit.caller,
        assessment,
        role=body.role,
        sections=body.sections,
        appendix=body.appendix,
        title=body.title,
        expires_at=body.expires_at,
        at=visit.at,
    )
    at(response, f"/assessments/{assessment}/links#{id}")
    return MadeLink(id=id, url=address_of(visit, request, token), expires_at=body.expires_at)


@router.post("/links/{link}/revocation", summary="Revoke a link")
def revoke_link(visit: ToEdit, link: LinkId) -> Revoked:
    """Close a link, and every session that came through it, at once."""
    return Revoked(id=link, assessment=links.revoke(visit.db, visit.caller, link, at=visit.at))
