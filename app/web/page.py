"""A page; or, for htmx, the block of it that changed. The only module that looks at what kind of request came."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import Problem
from app.records import waiting
from app.records.caller import Caller
from app.web.static import static_url
from app.words import templates

# What a page says once after a redirect; the address carries the key only, so that nobody can put words in our mouth.
NOTICES = {
    "confirmed": "Confirmed.",
    "sent-back": "Sent back with your word.",
    "saved": "Saved.",
    "begun": "It is begun. Answer the first section, or state its needs first: thresholds compare with them.",
    "revoked": "Revoked. It opens nothing any more.",
    "withdrawn": "Withdrawn. It stays on record.",
    "ended": "Ended. It stays on record.",
    "taken-up": "The new version is taken up. What it asks anew stands below.",
    "sealed": "Sealed. It never changes.",
    "attached": "Attached.",
    "arrived": "They are here. Say below what each is for.",
    "discarded": "Discarded. Nothing of it is kept.",
    "kept": "Kept with the pilot.",
    "copied": "Copied. This is the copy: change it, and compare the two.",
    "removed": "Removed.",
    "recorded": "Recorded.",
    "asked": "Asked for. Another person has to accept it.",
    "accepted": "Accepted.",
    "signed-out": "Signed out.",
    "password": "Your password is set.",
}


@dataclass(frozen=True, slots=True)
class Page:
    """How to answer this request with a template."""

    request: Request

    def show(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A whole page, with the number of things that wait for whoever reads it."""
        visit = self.request.state.visit
        waits = waiting.count(visit.db, visit.visitor) if visit.visitor else 0
        return self._render(template, status, {"waiting": waits or None} | context)

    def block(self, template: str, block: str, *, status: int = 200, **context: Any) -> Response:
        """One block of a page, for htmx."""
        return self._render(template, status, context, block)

    def part(self, template: str, block: str, **context: Any) -> Response:
        """A page; for htmx only the block of it that shows what was asked for."""
        return self.block(template, block, **context) if self.for_htmx else self.show(template, **context)

    def changed(self, template: str, block: str, *, at: str, said: str | None = None, **context: Any) -> Response:
        """After a change: the block that shows it for htmx; for a plain form a redirect to where it stands."""
        return self.block(template, block, **context) if self.for_htmx else self.to(at, said=said)

    def to(self, at: str, *, said: str | None = None) -> Response:
        """A redirect to another page of ours (303), which says a notice."""
        path, mark, anchor = at.partition("#")
        if said:
            path += ("&" if "?" in path else "?") + urlencode({"said": said})
        if self.for_htmx:
            return Response(status_code=204, headers={"HX-Redirect": path + mark + anchor})
        return RedirectResponse(path + mark + anchor, 303)

    def if_refused(self, template: str, *, block: str | None = None, **context: Any) -> None:
        """Should what follows be refused, answer a plain form with this page again: nothing typed is lost.

        The page is given `problems`, and `conflict` where somebody else has saved meanwhile. For htmx it is the block
        of it, or without one the usual words.
        """
        self.request.state.again = (template, block, context)

    def problem(self, status: int, title: str, message: str, problems: tuple[Problem, ...], **context: Any) -> Response:
        """An error as a page, or as a fragment for htmx."""
        said = {
            "heading": title,
            "message": message,
            "problems": problems,
            "fragment": self.for_htmx,
            "way_back": _way_back(self._visitor),
        }
        return self.again("problem.html", status, said | context, "problem" if self.for_htmx else None)

    def again(self, template: str, status: int, context: dict[str, Any], block: str | None = None) -> Response:
        """A page, or a block of it, once the transaction is over: nothing more can be looked up."""
        return self._render(template, status, context, block)

    @property
    def for_htmx(self) -> bool:
        """Whether htmx asks for a block."""
        return self.request.headers.get("hx-request") == "true"

    def _render(self, template: str, status: int, context: dict[str, Any], block: str | None = None) -> Response:
        found = templates().get_template(template)
        whole = self._frame() | {"status": status} | context
        text = "".join(found.blocks[block](found.new_context(whole))) if block else found.render(whole)
        return HTMLResponse(text, status, headers={"Vary": "HX-Request"})

    @property
    def _visitor(self) -> Caller | None:
        return getattr(self.request.state, "visitor", None)

    def _frame(self) -> dict[str, Any]:
        return {
            "caller": self._visitor,
            "here": urlsplit(self.request.url.path).path.strip("/").partition("/")[0] or "pilots",
            "waiting": None,
            "notice": NOTICES.get(self.request.query_params.get("said", "")),
            "static_url": static_url,
            "htmx_url": static_url("htmx.js"),
        }


def _way_back(visitor: Caller | None) -> tuple[str, str] | None:
    """Where somebody who is lost can go on: the address and its words."""
    if visitor is None:
        return None
    if visitor.link is None:
        return "/", "All pilots"
    at = f"/assessments/{visitor.link.assessment}"
    if visitor.link.role == "read":
        return f"{at}/report", "Back to the report"
    return f"{at}/{min(visitor.link.sections)}", "Back to your questions"


async def _page(request: Request) -> Page:
    return Page(request)


ThisPage = Annotated[Page, Depends(_page)]
