"""Lists a page at a time: newest first, a cursor that is the last id seen, and a Link to the next page (RFC 8288)."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response

from app.records.paging import Listed, listed

T = TypeVar("T")

Cursor = Annotated[UUID | None, Query(description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
LINKED = {
    "Link": {
        "description": "Where the next page is (RFC 8288); missing on the last.",
        "schema": {"type": "string"},
        "example": '</api/v1/pilots?limit=50&cursor=01990000-0000-7000-8000-000000000001>; rel="next"',
    }
}


def page_of(items: Sequence[T], id_of: Callable[[T], UUID], cursor: UUID | None, limit: int) -> Listed[T]:
    """A page of a short list that was found whole, its newest first. Ids rise with time, so a cursor needs no row."""
    known = sorted(((id_of(each), each) for each in items), key=lambda pair: pair[0], reverse=True)
    after = [pair for pair in known if cursor is None or pair[0] < cursor]
    return listed(after[: limit + 1], limit)


def link_next(request: Request, response: Response, next: UUID | None, limit: int) -> None:
    """Say where the next page is, beside the body's `next`."""
    if next is not None:
        query = urlencode({"limit": limit, "cursor": next})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
