"""Signing in and out: with a password, or with a one-time link."""

from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Annotated
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app.errors import Problem, Refused
from app.records import sign_in as records
from app.records.database import Database
from app.settings import Settings
from app.web.access import SESSION_COOKIE, Entering, EnteringOnce, Visit
from app.web.page import Page, ThisPage
from app.web.security import Tries

router = APIRouter(include_in_schema=False)

PASSWORD_LENGTH = 12
_LONGEST_PASSWORD = 1000
# Browsers keep a cookie for at most 400 days. When a session ends is decided here, in the database, not by the cookie.
_COOKIE_SECONDS = 400 * 86400

# 19 MiB and two passes are OWASP's argon2id minimum; two at a time keep a flood of tries from filling the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = BoundedSemaphore(2)
_tries_for_one = Tries(times=10, seconds=300)
_tries_from_one = Tries(times=100, seconds=300)


class SignInForm(BaseModel):
    """Who wants to come in, and where to."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=_LONGEST_PASSWORD)]
    to: str = "/"


def hashed(password: str) -> str:
    """A password as it is kept."""
    with _at_once:
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


@cache
def _nobodys() -> str:
    """A hash to compare with where there is no such account, so that the answer takes as long."""
    return hashed("nobody's")


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept; False where none is."""
    held_against = kept or _nobodys()
    with _at_once:
        try:
            _hasher.verify(held_against, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def _known(request: Request, form: Annotated[SignInForm, Form()]) -> UUID | None:
    """The account whose password was given; None where it does not fit.

    Outside of the handler's transaction: a slow hash must not keep others from writing.
    """
    address = client_of(request)
    _tries_from_one.count(address)
    _tries_for_one.count(f"{address} {form.email.casefold()}")
    database: Database = request.app.state.database
    with database.reading() as db:
        kept = records.password_hash_of(db, form.email)
    if not matches(kept.hash if kept else None, form.password) or kept is None:
        return None
    _tries_for_one.forget(f"{address} {form.email.casefold()}")
    return kept.account


def client_of(request: Request) -> str:
    """Where a request comes from, for counting tries."""
    return request.client.host if request.client else ""


@router.get("/sign-in")
def sign_in_page(visit: Entering, page: ThisPage, to: str = "/") -> Response:
    """The form to sign in."""
    if visit.visitor and visit.visitor.role:
        return page.to(_ours(to))
    return page.show("sign_in/show.html", to=_ours(to), wrong=False, email="")


@router.post("/sign-in")
def sign_in(
    known: Annotated[UUID | None, Depends(_known)],
    visit: Entering,
    page: ThisPage,
    form: Annotated[SignInForm, Form()],
) -> Response:
    """Sign in with a password."""
    if known is None:
        return page.show("sign_in/show.html", status=401, to=_ours(form.to), wrong=True, email=form.email)
    return signed_in(visit, page.to(_ours(form.to)), known)


@router.get("/sign-in/{token}")
def sign_in_by_link(visit: EnteringOnce, page: ThisPage, request: Request, token: str) -> Response:
    """Sign in with a one-time link."""
    _tries_from_one.count(client_of(request))
    return signed_in(visit, page.to("/"), records.use_sign_in_link(visit.db, token, at=visit.at))


@router.post("/sign-out")
def sign_out(visit: Entering, page: ThisPage, request: Request) -> Response:
    """End this session."""
    records.close_session(visit.db, request.cookies.get(SESSION_COOKIE, ""))
    return signed_out(page)


def signed_in(visit: Visit, answer: Response, account: UUID) -> Response:
    """The answer with the cookie of a new session of that account on it."""
    ends = visit.at + timedelta(days=visit.settings.session_days)
    token = records.open_session(visit.db, account, expires_at=ends, at=visit.at)
    return signed_in_cookie(answer, token, visit.settings)


def signed_in_cookie(answer: Response, token: str, settings: Settings) -> Response:
    """The answer with the cookie of a session on it."""
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=(settings.public_url or "").startswith("https://"),
    )
    return answer


def signed_out(page: Page) -> Response:
    """The way out: nothing of the session stays in the browser."""
    answer = page.to("/sign-in", said="signed-out")
    answer.delete_cookie(SESSION_COOKIE)
    answer.headers["Clear-Site-Data"] = '"storage"'  # drafts kept in this browser are this person's
    return answer


def check_password_now(visit: Visit, password: str) -> None:
    """Hold the password that somebody has until now against what they typed; who has none need not type any.

    Raises:
        Refused: it is another.
        TooMany: too many tries.
    """
    kept = records.password_hash_of(visit.db, visit.caller.email or "")
    if kept is None:
        return
    _tries_for_one.count(str(kept.account))
    if not matches(kept.hash, password):
        problem = Problem("password_now", "is not the password that you have now")
        raise Refused("Your password was not changed.", [problem])
    _tries_for_one.forget(str(kept.account))


def password_to_keep(password: str, again: str) -> str:
    """The hash of a new password.

    Raises:
        Refused: it is too short, or the two differ.
    """
    problems = []
    if len(password) < PASSWORD_LENGTH:
        hint = "Four words in a row are easy to remember"
        problems.append(Problem("password", f"has at least {PASSWORD_LENGTH} characters. {hint}"))
    if len(password) > _LONGEST_PASSWORD:
        problems.append(Problem("password", f"has at most {_LONGEST_PASSWORD:,} characters"))
    if password != again:
        problems.append(Problem("password_again", "differs from the first. Type the same one twice"))
    if problems:
        raise Refused("Your password was not changed.", problems)
    return hashed(password)


def _ours(to: str) -> str:
    """An address of ours to go on to; the front page for anything else."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and to.isascii() else "/"
