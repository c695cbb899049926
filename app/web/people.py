"""The team and one's own settings: accounts and roles, password, tokens, sessions, the organisation's name."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.records import people, sign_in
from app.records.caller import Role
from app.records.people import Account
from app.web.access import ToOwn, ToRead, Visit
from app.web.page import Page, ThisPage
from app.web.sign_in import PASSWORD_LENGTH, check_password_now, password_to_keep, signed_in, signed_out

router = APIRouter(include_in_schema=False)

SIGN_IN_LINK_DAYS = 3

ROLES: Mapping[str, str] = {
    "owner": "everything an editor may, and people and the organisation",
    "editor": "makes pilots, answers, attaches, confirms what others did, makes links",
    "viewer": "reads everything, and changes nothing",
}
_FORBID = ConfigDict(extra="forbid")


class AccountForm(BaseModel):
    """Somebody to add."""

    model_config = _FORBID

    name: str = ""
    email: str = ""
    role: Role


class RoleForm(BaseModel):
    """What an account may do from now on."""

    model_config = _FORBID

    role: Role


class NameForm(BaseModel):
    """How one wants to be called."""

    model_config = _FORBID

    name: str = ""


class PasswordForm(BaseModel):
    """A new password; the one until now where there is one; `username` is there for password managers."""

    model_config = _FORBID

    username: str = ""
    password_now: str = ""
    password: str = ""
    password_again: str = ""


class TokenForm(BaseModel):
    """What a token is for."""

    model_config = _FORBID

    title: str = ""


class OrganisationForm(BaseModel):
    """How the organisation is called, and the mark on its reports."""

    model_config = _FORBID

    organisation: str = ""
    confidentiality: str = ""


@router.get("/team")
def team(visit: ToRead, page: ThisPage) -> Response:
    """Who is in the organisation, and what each may do."""
    return page.show("team/show.html", **_team(visit), form=AccountForm(role=Role.EDITOR), problems=())


@router.post("/team")
def add_account(visit: ToOwn, page: ThisPage, request: Request, form: Annotated[AccountForm, Form()]) -> Response:
    """Add somebody, and show their first sign-in link, this once."""
    page.if_refused("team/show.html", **_team(visit), form=form)
    account = people.add_account(visit.db, visit.caller, form.email, form.name, form.role, at=visit.at)
    return _sign_in_link(visit, page, request, people.find_account(visit.db, visit.caller, account), added=True)


@router.post("/team/{account}/role")
def change_role(visit: ToOwn, page: ThisPage, account: UUID, form: Annotated[RoleForm, Form()]) -> Response:
    """Change what somebody may do."""
    people.change_role(visit.db, visit.caller, account, form.role, at=visit.at)
    return page.to("/team", said="saved")


@router.post("/team/{account}/sign-in-links")
def make_sign_in_link(visit: ToOwn, page: ThisPage, request: Request, account: UUID) -> Response:
    """Let somebody in who has no password, or has forgotten it; the link is shown this once."""
    found = people.find_account(visit.db, visit.caller, account)
    return _sign_in_link(visit, page, request, found, added=False)


@router.get("/settings")
def settings(visit: ToRead, page: ThisPage) -> Response:
    """One's own settings; for an owner the organisation's as well."""
    return page.show("settings/show.html", **_settings(visit), problems=())


@router.post("/settings/name")
def rename(visit: ToRead, page: ThisPage, form: Annotated[NameForm, Form()]) -> Response:
    """Change one's own name."""
    page.if_refused("settings/show.html", **_settings(visit, "you", name=form.name))
    people.rename_person(visit.db, visit.caller, form.name, at=visit.at)
    return page.to("/settings", said="saved")


@router.post("/settings/password")
def set_password(visit: ToRead, page: ThisPage, form: Annotated[PasswordForm, Form()]) -> Response:
    """Set one's own password. Every session ends but a new one, here."""
    page.if_refused("settings/show.html", **_settings(visit, "password"))
    check_password_now(visit, form.password_now)
    kept = password_to_keep(form.password, form.password_again)
    sign_in.set_password(visit.db, visit.caller, visit.caller.account, kept, at=visit.at)
    return signed_in(visit, page.to("/settings", said="password"), visit.caller.account)


@router.post("/settings/sign-out")
def sign_out_everywhere(visit: ToRead, page: ThisPage) -> Response:
    """End every session of one's own."""
    sign_in.close_sessions_of_account(visit.db, visit.caller, at=visit.at)
    return signed_out(page)


@router.post("/settings/organisation")
def change_organisation(visit: ToOwn, page: ThisPage, form: Annotated[OrganisationForm, Form()]) -> Response:
    """Change the organisation's name and the mark on its reports."""
    typed = {"organisation": form.organisation, "confidentiality": form.confidentiality}
    page.if_refused("settings/show.html", **_settings(visit, "organisation", **typed))
    people.rename_organisation(visit.db, visit.caller, form.organisation, form.confidentiality or None, at=visit.at)
    return page.to("/settings", said="saved")


@router.post("/tokens")
def make_token(visit: ToRead, page: ThisPage, form: Annotated[TokenForm, Form()]) -> Response:
    """Make an API token for oneself and show it, this once."""
    page.if_refused("settings/show.html", **_settings(visit, "tokens", title=form.title))
    _, token = sign_in.make_token(visit.db, visit.caller, visit.caller.account, form.title, at=visit.at)
    return page.show("settings/token.html", token=token, title=form.title)


@router.post("/tokens/{token}/revocation")
def revoke_token(visit: ToRead, page: ThisPage, token: UUID) -> Response:
    """Let a token of one's own open nothing any more."""
    sign_in.revoke_token(visit.db, visit.caller, token, at=visit.at)
    return page.to("/settings", said="revoked")


def _team(visit: Visit) -> dict[str, Any]:
    """What the page of the team shows."""
    return {
        "accounts": people.accounts_of(visit.db, visit.caller),
        "own_account": visit.caller.account,
        "may_own": visit.caller.may_own,
        "roles": ROLES,
    }


def _settings(visit: Visit, part: str | None = None, **typed: str) -> dict[str, Any]:
    """What the page of one's own settings shows; `part` and `typed`: what is to be mended, as it was typed."""
    account = people.find_account(visit.db, visit.caller, visit.caller.account)
    organisation = people.organisation_of(visit.db, visit.caller)
    kept = {
        "name": account.name,
        "title": "",
        "organisation": organisation.name,
        "confidentiality": organisation.confidentiality or "",
    }
    return {
        "account": account,
        "organisation": organisation,
        "tokens": sign_in.tokens_of(visit.db, visit.caller),
        "may_own": visit.caller.may_own,
        "password_length": PASSWORD_LENGTH,
        "part": part,
        "typed": kept | typed,
    }


def _sign_in_link(visit: Visit, page: Page, request: Request, account: Account, *, added: bool) -> Response:
    expires_at: datetime = visit.at + timedelta(days=SIGN_IN_LINK_DAYS)
    token = sign_in.make_sign_in_link(visit.db, visit.caller, account.id, expires_at=expires_at, at=visit.at)
    return page.show(
        "team/link.html",
        url=f"{visit.settings.public_url or str(request.base_url).rstrip('/')}/sign-in/{token}",
        public_url=visit.settings.public_url,
        account=account,
        added=added,
        expires_at=expires_at,
    )
