"""Errors as people and programs meet them: a page, a fragment for htmx, or RFC 9457. Only this knows statuses."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from uuid_utils.compat import uuid7

from app.errors import (
    Changed,
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
from app.web.page import Page

logger = logging.getLogger("readyroom")

STATUS: Mapping[type[ReadyRoomError], tuple[HTTPStatus, str]] = {
    Refused: (HTTPStatus.UNPROCESSABLE_ENTITY, "This does not fit"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is too large"),
    NotFound: (HTTPStatus.NOT_FOUND, "There is nothing here"),
    SignInNeeded: (HTTPStatus.UNAUTHORIZED, "Sign in"),
    NotAllowed: (HTTPStatus.FORBIDDEN, "You may not do this"),
    VersionNeeded: (HTTPStatus.PRECONDITION_REQUIRED, "Say which version you saw"),
    Changed: (HTTPStatus.PRECONDITION_FAILED, "Somebody else has saved meanwhile"),
    Unexpected: (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here"),
    TooMany: (HTTPStatus.TOO_MANY_REQUESTS, "Too many tries"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "Not at the moment"),
}


def status_of(error: ReadyRoomError) -> tuple[HTTPStatus, str]:
    """The status and title of a kind of error: its own, or that of the nearest kind above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def respond(request: Request, error: ReadyRoomError) -> Response:
    """An error as this request can show it."""
    status, title = status_of(error)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    if request.url.path.startswith("/api/"):
        said: dict[str, Any] = {
            "type": "about:blank",
            "title": title,
            "status": int(status),
            "detail": error.message,
            "instance": request.url.path,
        }
        if error.problems:
            said["problems"] = [{"where": each.where, "message": each.message} for each in error.problems]
        if isinstance(error, Changed):
            said |= {"theirs": jsonable_encoder(error.theirs), "yours": jsonable_encoder(error.yours)}
        if isinstance(error, SignInNeeded):
            headers["WWW-Authenticate"] = "Bearer"
            said["detail"] = "Send Authorization: Bearer TOKEN with a token of `readyroom token add` or of /settings."
        return JSONResponse(said, status, headers=headers, media_type="application/problem+json")
    page, conflict = Page(request), error if isinstance(error, Changed) else None
    template, block, context = getattr(request.state, "again", (None, None, {}))
    if template and isinstance(error, Refused | Changed | VersionNeeded) and (block or not page.for_htmx):
        said = context | {"problems": error.problems or (Problem("", error.message),), "conflict": conflict}
        return page.again(template, status, said, block if page.for_htmx else None)
    answer = page.problem(
        status,
        title,
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
            answer = respond(request, NotFound(f"This address does not take {request.method}."))
            answer.status_code = HTTPStatus.METHOD_NOT_ALLOWED
            answer.headers.update(error.headers or {})
            return answer
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
