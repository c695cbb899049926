"""Who may call what. Every route names its guard; the guard opens the transaction and finds the caller.

A guard that stands on a route with `{assessment}` or `{pilot}` in its path also finds that row, within the caller's
organisation, before the handler runs.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Request

from app.errors import NotAllowed, NotFound, SignInNeeded
from app.records import assessments, pilots, sign_in
from app.records.caller import Caller, Role
from app.records.database import Database, Transaction, Unavailable
from app.settings import Settings

SESSION_COOKIE = "readyroom"


class May(Enum):
    """What a caller needs to be allowed."""

    ENTER = "anybody, signed in or not"
    READ = "any account of the organisation"
    EDIT = "an owner or an editor"
    OWN = "an owner"
    READ_REPORT = "any account, or a link to this report"
    READ_SECTION = "any account, or a link to answer this section"
    ANSWER = "an owner or an editor, or a link to answer this section"
    ANSWER_SOME = "an owner or an editor, or a link to answer some of this"


_ROLES: dict[May, frozenset[Role]] = {
    May.READ: frozenset(Role),
    May.EDIT: frozenset({Role.OWNER, Role.EDITOR}),
    May.OWN: frozenset({Role.OWNER}),
    May.READ_REPORT: frozenset(Role),
    May.READ_SECTION: frozenset(Role),
    May.ANSWER: frozenset({Role.OWNER, Role.EDITOR}),
    May.ANSWER_SOME: frozenset({Role.OWNER, Role.EDITOR}),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: its transaction, who calls, and when."""

    db: Transaction
    settings: Settings
    at: datetime
    visitor: Caller | None
    afterwards: Callable[[Callable[[Transaction], object]], None]  # once the answer is sent, in its own transaction
    found: assessments.Held | None = None

    @property
    def assessment(self) -> assessments.Held:
        """The assessment that the path names; only on such a path."""
        if self.found is None:
            raise NotFound("There is no such assessment.")
        return self.found

    @property
    def caller(self) -> Caller:
        """Who calls; only behind a guard that asks for somebody."""
        if self.visitor is None:
            raise SignInNeeded("Sign in first.")
        return self.visitor

    @property
    def today(self) -> date:
        """The day of the request, in UTC."""
        return self.at.date()


class Guard:
    """A dependency that lets a caller through who may, and no one else.

    Routes under /api/ take a bearer token and no cookie; all others take the session's cookie and no token.
    """

    def __init__(self, may: May, *, writes: bool | None = None) -> None:
        """`writes`: whether the route changes something; left out, its method says so.

        Using up a sign-in link is a GET that does; to calculate is a POST that does not.
        """
        self.may = may
        self.writes = writes

    def __call__(self, request: Request, background: BackgroundTasks) -> Iterator[Visit]:
        """Open the transaction, find the caller and the row, and commit when the handler is done."""
        database: Database = request.app.state.database
        writes = request.method not in ("GET", "HEAD") if self.writes is None else self.writes
        opened = database.writing if writes else database.reading
        with opened() as db:
            at = datetime.now(UTC)
            visitor = _visitor(request, db, at)
            request.state.visitor = visitor
            found = self._check(request, db, visitor)

            def afterwards(keep: Callable[[Transaction], object]) -> None:
                background.add_task(_keep, database, keep)

            visit = Visit(db, request.app.state.settings, at, visitor, afterwards, found)
            request.state.visit = visit
            yield visit
        _stay_signed_in(request, visitor, at)

    def admit(self, request: Request) -> None:
        """Let a caller through who may, before what they send is looked at and the transaction is opened."""
        database: Database = request.app.state.database
        with database.reading() as db:
            visitor = _visitor(request, db, datetime.now(UTC))
            request.state.visitor = visitor
            self._check(request, db, visitor)

    def _check(self, request: Request, db: Transaction, visitor: Caller | None) -> assessments.Held | None:
        if self.may is May.ENTER:
            return None
        if visitor is None:
            raise SignInNeeded("Sign in to see this page.")
        if visitor.role is None:
            self._check_link(request, visitor)
        elif visitor.role not in _ROLES[self.may]:
            raise NotAllowed(f"This takes {self.may.value}; you are {_article(visitor.role.value)}.")
        if "pilot" in request.path_params:
            pilots.find(db, visitor, _id(request.path_params["pilot"], "pilot"))
        if "assessment" in request.path_params:
            return assessments.find(db, visitor, _id(request.path_params["assessment"], "assessment"))
        return None

    def _check_link(self, request: Request, holder: Caller) -> None:
        """A holder sees what the link grants; whatever else there is does not exist for them."""
        grant = holder.link
        path = request.path_params
        granted = (
            grant is not None
            and path.get("assessment") == str(grant.assessment)
            and (
                (self.may is May.READ_REPORT and grant.role == "read")
                or (self.may is May.ANSWER_SOME and grant.role == "answer")
                or (
                    self.may in (May.READ_SECTION, May.ANSWER)
                    and grant.role == "answer"
                    and (path.get("dimension") or str(path.get("question", "")).partition(".")[0]) in grant.sections
                )
            )
        )
        if not granted:
            raise NotFound("Your link does not lead here.")


def _visitor(request: Request, db: Transaction, at: datetime) -> Caller | None:
    if request.url.path.startswith("/api/"):
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return sign_in.caller_of_token(db, token.strip()) if scheme.lower() == "bearer" else None
    token = request.cookies.get(SESSION_COOKIE, "")
    return sign_in.caller_of_session(db, token, at=at) if token else None


def _keep(database: Database, keep: Callable[[Transaction], object]) -> None:
    """Keep what was worked out for a page. A database that is busy now makes no failure of it: the next visit tries."""
    with suppress(Unavailable), database.writing() as db:
        keep(db)


def _stay_signed_in(request: Request, visitor: Caller | None, at: datetime) -> None:
    """A session ends some days after the last visit: once one of them has passed, it begins anew."""
    if visitor is None or visitor.role is None or visitor.session_expires_at is None:
        return
    ends = at + timedelta(days=request.app.state.settings.session_days)
    if visitor.session_expires_at < ends - timedelta(days=1):
        database: Database = request.app.state.database
        # What was asked for is done and kept: a database that is busy now makes no failure of it. The next visit tries.
        with suppress(Unavailable), database.writing() as db:
            sign_in.extend_session(db, request.cookies.get(SESSION_COOKIE, ""), expires_at=ends)


def _id(text: str, noun: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"There is no such {noun}.") from None


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


# "function": the transaction commits before the answer is sent; otherwise a failed commit would have answered 200.
Entering = Annotated[Visit, Depends(Guard(May.ENTER), scope="function")]
EnteringOnce = Annotated[Visit, Depends(Guard(May.ENTER, writes=True), scope="function")]
ToRead = Annotated[Visit, Depends(Guard(May.READ), scope="function")]
ToEdit = Annotated[Visit, Depends(Guard(May.EDIT), scope="function")]
ToOwn = Annotated[Visit, Depends(Guard(May.OWN), scope="function")]
ToReadReport = Annotated[Visit, Depends(Guard(May.READ_REPORT), scope="function")]
ToReadSection = Annotated[Visit, Depends(Guard(May.READ_SECTION), scope="function")]
ToAnswer = Annotated[Visit, Depends(Guard(May.ANSWER), scope="function")]
ToAnswerSome = Annotated[Visit, Depends(Guard(May.ANSWER_SOME), scope="function")]
ToCalculate = Annotated[Visit, Depends(Guard(May.READ, writes=False), scope="function")]
MayRead = Depends(Guard(May.READ).admit)
MayEdit = Depends(Guard(May.EDIT).admit)
MayAnswer = Depends(Guard(May.ANSWER).admit)
MayAnswerSome = Depends(Guard(May.ANSWER_SOME).admit)
ToExport = Annotated[Visit, Depends(Guard(May.READ, writes=True), scope="function")]
ToExportReport = Annotated[Visit, Depends(Guard(May.READ_REPORT, writes=True), scope="function")]
