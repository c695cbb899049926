"""What every request meets first: its size, where it comes from, how many there were, and every answer's headers."""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import NotAllowed, TooLarge, TooMany
from app.web.headers import HEADERS
from app.web.limits import Limits
from app.web.problems import respond
from app.web.turns import Turns

_ALLOWANCE = 1024 * 1024  # for everything in a form beside its file
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Security:
    """Middleware: refuses what is too large, too much or posted from elsewhere; sets the headers of every answer."""

    def __init__(self, app: ASGIApp, limits: Limits, upload_limit_bytes: int, https: bool) -> None:
        self.app = app
        self.limits = limits
        self.limit = upload_limit_bytes + _ALLOWANCE
        self.https = https
        self.turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with what is wrong."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        reads = scope["method"] in _READING
        turn = self.turns.turn(reads=reads)
        standing = self.limits.count(scope["method"], scope["path"], headers)
        too_many = standing.refusal() if standing else None
        too_large = TooLarge(f"This is larger than the {self.limit // 1024:,} KiB that are taken at once.")

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                turn.give_back()  # the transaction is over, and whoever reads slowly keeps nobody waiting
                written = MutableHeaders(scope=message)
                for name, value in {**HEADERS, **(standing.headers() if standing else {})}.items():
                    written.setdefault(name, value)
                if self.https:
                    written.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        received = 0

        async def limited() -> Message:
            nonlocal received
            if received > self.limit:  # nothing more may come: waiting for it would be waiting for the sender to leave
                raise too_large
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise too_large
            if message["type"] == "http.request" and not message.get("more_body"):
                await turn.take()  # only now: whoever sends slowly keeps nobody waiting
            return message

        request = Request(scope, receive)
        length = headers.get("content-length", "0")
        if too_many:
            await respond(request, too_many)(scope, receive, sealed)
        elif not length.isdecimal() or int(length) > self.limit:
            await respond(request, too_large)(scope, receive, sealed)
        elif not reads and not comes_from_our_own_page(headers, scope["path"]):
            elsewhere = NotAllowed("This was sent from a page that is not ours. Open the page here and send it again.")
            await respond(request, elsewhere)(scope, receive, sealed)
        else:
            try:
                if reads or (length == "0" and "transfer-encoding" not in headers):
                    await turn.take()
                await self.app(scope, limited, sealed)
            finally:
                turn.give_back()


def comes_from_our_own_page(headers: Headers, path: str) -> bool:
    """Whether a change was sent by a page of ours, as browsers tell it; programs with a token have no page.

    A browser says where a request comes from in Sec-Fetch-Site or, if it is old, in Origin. A request with neither is
    no browser's, and no one else's cookie can be on it.
    """
    if path.startswith("/api/"):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:  # no address at all
        return False


class Tries:
    """How often somebody may try a secret: a number of times within a number of seconds, counted by who tries.

    Kept in memory, for the newest ten thousand who tried: enough to make guessing hopeless beside 256-bit secrets and a
    slow password hash, and no one can fill the memory with it.
    """

    def __init__(self, times: int, seconds: float) -> None:
        self.times = times
        self.seconds = seconds
        self._tries: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def count(self, who: str) -> None:
        """Count one try.

        Raises:
            TooMany: there were too many lately; says when to come back.
        """
        now = monotonic()
        with self._lock:
            recent = [moment for moment in self._tries.pop(who, []) if moment > now - self.seconds]
            self._tries[who] = [*recent, now] if len(recent) < self.times else recent
            if len(self._tries) > 10_000:
                self._tries.popitem(last=False)
        if len(recent) >= self.times:
            wait = max(1, round(recent[0] + self.seconds - now))
            raise TooMany(f"Too many tries. Come back in {wait} seconds.", retry_after=wait)

    def forget(self, who: str) -> None:
        """Start counting again: it worked."""
        with self._lock:
            self._tries.pop(who, None)
