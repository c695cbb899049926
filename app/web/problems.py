"""Errors as people and programs meet them: a page, a fragment for htmx, or RFC 9457. Only this knows statuses."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from uuid_utils.compat import uuid7

from app.errors import (
    Changed,
    Conflict,
    NotAllowed,
    NotFound,
    Problem,
    ReadyRoomError,
    Refused,
    SignInNeeded,
    TooLarge,
    TooMany,
    Unexpected,
    VersionNeeded,
    problems_in,
    problems_of,
)
from app.records.database import Unavailable
from app.web.headers import HEADERS
from app.web.page import Page, ThisPage

logger = logging.getLogger("readyroom")


class NotTaken(ReadyRoomError):
    """There is something at this address, and it does not take this method."""

    def __init__(self, message: str, *, takes: str) -> None:
        super().__init__(message)
        self.takes = takes


class Kind(NamedTuple):
    """How a kind of error is told: its status, its title, and the name that its type ends with."""

    status: HTTPStatus
    title: str
    name: str

    @property
    def type(self) -> str:
        """What a problem's `type` says: the address of its words on this site, the same for good."""
        return f"/problems#{self.name}"


KINDS: Mapping[type[ReadyRoomError], Kind] = {
    Refused: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This does not fit", "does-not-fit"),
    TooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is too large", "too-large"),
    NotFound: Kind(HTTPStatus.NOT_FOUND, "There is nothing here", "not-found"),
    NotTaken: Kind(HTTPStatus.METHOD_NOT_ALLOWED, "This cannot be done here", "method-not-taken"),
    SignInNeeded: Kind(HTTPStatus.UNAUTHORIZED, "Sign in", "sign-in-needed"),
    NotAllowed: Kind(HTTPStatus.FORBIDDEN, "You may not do this", "not-allowed"),
    Conflict: Kind(HTTPStatus.CONFLICT, "This stands against what is there", "conflict"),
    VersionNeeded: Kind(HTTPStatus.PRECONDITION_REQUIRED, "Say which version you saw", "version-needed"),
    Changed: Kind(HTTPStatus.PRECONDITION_FAILED, "Somebody else has saved meanwhile", "changed"),
    Unexpected: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here", "unexpected"),
    TooMany: Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many, too fast", "too-many"),
    Unavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Not at the moment", "unavailable"),
}

router = APIRouter(include_in_schema=False)


@router.get("/problems")
def list_problems(page: ThisPage) -> Response:
    """Every kind of problem that the API answers with: where their types lead."""
    told = [(each, (error.__doc__ or "").strip().partition("\n")[0]) for error, each in KINDS.items()]
    return page.again("problems.html", HTTPStatus.OK, {"kinds": sorted(told, key=lambda each: each[0].status)}, None)


def status_of(error: ReadyRoomError) -> Kind:
    """The kind of an error: its own, or that of the nearest kind above it."""
    return next(KINDS[kind] for kind in type(error).__mro__ if kind in KINDS)


def respond(request: Request, error: ReadyRoomError) -> Response:
    """An error as this request can show it."""
    kind, headers = status_of(error), _headers(error)
    if request.url.path.startswith("/api/"):
        said = details(request.url.path, error)
        headers |= {"WWW-Authenticate": "Bearer"} if isinstance(error, SignInNeeded) else {}
        return JSONResponse(said, kind.status, headers=headers, media_type="application/problem+json")
    page, conflict = Page(request), error if isinstance(error, Changed) else None
    template, block, context = getattr(request.state, "again", (None, None, {}))
    if template and isinstance(error, _ABOUT_WHAT_WAS_TYPED) and (block or not page.for_htmx):
        said = context | {"problems": error.problems or (Problem("", error.message),), "conflict": conflict}
        return page.again(template, kind.status, said, block if page.for_htmx else None)
    answer = page.problem(
        kind.status,
        kind.title,
        error.message,
        error.problems,
        conflict=conflict,
        sign_in=isinstance(error, SignInNeeded),
        came_from=request.url.path if request.method == "GET" else "/",
        typed=getattr(request.state, "typed", ()),
        action=request.url.path,
    )
    answer.headers.update(headers)
    return answer


_ABOUT_WHAT_WAS_TYPED = Refused | Changed | Conflict | VersionNeeded
_BUSY_SECONDS = 2  # after which a database that was busy is worth another try


def _headers(error: ReadyRoomError) -> dict[str, str]:
    match error:
        case TooMany():
            return {"Retry-After": str(error.retry_after)}
        case Unavailable():
            return {"Retry-After": str(_BUSY_SECONDS)}
        case NotTaken():
            return {"Allow": error.takes}
        case _:
            return {}


def details(path: str, error: ReadyRoomError) -> dict[str, Any]:
    """An error as problem details (RFC 9457)."""
    kind = status_of(error)
    said: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": int(kind.status),
        "detail": error.message,
        "instance": path,
    }
    match error:
        case Changed():
            said |= {"theirs": jsonable_encoder(error.theirs), "yours": jsonable_encoder(error.yours)}
        case TooMany():
            said["retry_after"] = error.retry_after
        case SignInNeeded():
            said["detail"] = "Send Authorization: Bearer TOKEN with a token of `readyroom token add` or of /settings."
    if error.problems:
        said["problems"] = [{"where": each.where, "message": each.message} for each in error.problems]
    return said


def install(app: FastAPI) -> None:
    """Let every error of the application end here."""

    @app.exception_handler(ReadyRoomError)
    async def ours(request: Request, error: ReadyRoomError) -> Response:
        await _keep_typed(request)
        return respond(request, error)

    @app.exception_handler(RequestValidationError)
    async def misfit(request: Request, error: RequestValidationError) -> Response:
        if any(each["loc"][:1] == ("path",) for each in error.errors()):
            return respond(request, NotFound("There is no such page."))
        await _keep_typed(request)
        # FastAPI puts the place (body, path, query) before the field; people know the field only.
        found = [{**each, "loc": _field(each["loc"], each["type"])} for each in error.errors()]
        return respond(request, Refused("Something does not fit.", problems_in(found)))

    @app.exception_handler(ValidationError)
    async def invalid(request: Request, error: ValidationError) -> Response:
        await _keep_typed(request)
        return respond(request, Refused("Something does not fit.", problems_of(error)))

    @app.exception_handler(StarletteHTTPException)
    async def starlettes(request: Request, error: StarletteHTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND:
            return respond(request, NotFound("There is no such page."))
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            takes = (error.headers or {}).get("Allow", "")
            return respond(request, NotTaken(f"This address does not take {request.method}.", takes=takes))
        if isinstance(error.__cause__, ReadyRoomError):  # raised while FastAPI read the body
            return respond(request, error.__cause__)
        return respond(request, Refused(str(error.detail)))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        mark: UUID = uuid7()
        logger.error("Failure %s at %s %s", mark, request.method, request.url.path, exc_info=error)
        message = f"Something went wrong here, and it is our fault. Nothing was changed. In the log it is {mark}."
        answer = respond(request, Unexpected(message))
        answer.headers.update(HEADERS)  # the middleware that sets them stands further in than this handler
        return answer


def _field(place: Sequence[str | int], kind: str) -> tuple[str | int, ...]:
    """Where in what was sent: a field's path, or for broken JSON the character at which it broke."""
    rest = tuple(place[1:]) or tuple(place)
    return (f"character {rest[0]}",) if kind == "json_invalid" else rest


async def _keep_typed(request: Request) -> None:
    """What a plain form sent, so that its error page can offer it again and nothing typed is lost."""
    if request.method != "POST" or request.url.path.startswith("/api/"):
        return
    try:
        form = await request.form()
    except Exception:
        return
    secret = ("password", "token")
    request.state.typed = tuple(
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and not any(word in name for word in secret)
    )
