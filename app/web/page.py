"""A page; or, for htmx, the block of it that changed. The only module that looks at what kind of request came."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import Problem
from app.records.caller import Caller
from app.web.static import static_url
from app.words import templates

# What a page says once after a redirect; the address carries the key only, so that nobody can put words in our mouth.
NOTICES = {
    "confirmed": "Confirmed.",
    "sent-back": "Sent back with your word.",
    "saved": "Saved.",
    "made": "Made.",
    "revoked": "Revoked. It opens nothing any more.",
    "withdrawn": "Withdrawn. It stays on record.",
    "attached": "Attached.",
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
        """A whole page."""
        text = templates().get_template(template).render(self._frame() | {"status": status} | context)
        return HTMLResponse(text, status, headers={"Vary": "HX-Request"})

    def block(self, template: str, block: str, *, status: int = 200, **context: Any) -> Response:
        """One block of a page, for htmx."""
        found = templates().get_template(template)
        text = "".join(found.blocks[block](found.new_context(self._frame() | {"status": status} | context)))
        return HTMLResponse(text, status, headers={"Vary": "HX-Request"})

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
        said = {"heading": title, "message": message, "problems": problems} | context
        if self.for_htmx:
            return self.block("problem.html", "problem", status=status, **said)
        return self.show("problem.html", status=status, **said)

    @property
    def for_htmx(self) -> bool:
        """Whether htmx asks for a block."""
        return self.request.headers.get("hx-request") == "true"

    def _frame(self) -> dict[str, Any]:
        visitor: Caller | None = getattr(self.request.state, "visitor", None)
        return {
            "caller": visitor,
            "here": urlsplit(self.request.url.path).path.strip("/").partition("/")[0] or "pilots",
            "waiting": None,
            "notice": NOTICES.get(self.request.query_params.get("said", "")),
            "static_url": static_url,
            "htmx_url": static_url("htmx.js"),
        }


async def _page(request: Request) -> Page:
    return Page(request)


ThisPage = Annotated[Page, Depends(_page)]
