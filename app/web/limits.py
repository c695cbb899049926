"""How much a program may ask for: some requests at once, and as many again each minute.

Kept in this process and in memory, so several workers each give as much.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from threading import Lock
from time import monotonic

from starlette.datastructures import Headers

from app.errors import TooMany

WINDOW_SECONDS = 60
HEAVY_COSTS = 10  # a report as a file, or a calculation, takes this many times the work of an answer
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of an allowance once a request is counted, as its answer says it."""

    quota: int
    left: int
    more_in: int  # seconds until there is one more
    retry_after: int | None  # seconds until this request would be taken; None: it is taken

    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit, as draft-ietf-httpapi-ratelimit-headers writes them."""
        return {
            "RateLimit-Policy": f'"requests";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"requests";r={self.left};t={self.more_in}',
        }

    def refusal(self) -> TooMany | None:
        """What to answer where the request is not taken."""
        if self.retry_after is None:
            return None
        seconds = "1 second" if self.retry_after == 1 else f"{self.retry_after} seconds"
        return TooMany(
            f"This token has used up its {self.quota:,} requests a minute. Come back in {seconds}.",
            retry_after=self.retry_after,
        )


class Limits:
    """A bucket of requests for each token: full at first, and filled again drop by drop.

    Only the ten thousand that called last are kept. One that is forgotten begins full, which it soon would be anyway;
    so neither many tokens nor made-up ones fill the memory.
    """

    def __init__(self, requests_a_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.quota = requests_a_minute
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()  # what was in it, and when
        self._lock = Lock()

    def count(self, method: str, path: str, headers: Headers) -> Standing | None:
        """Count a request where it is a program's; None where it is a person's, or for what tells nothing of ours."""
        if not path.startswith("/api/"):
            return None
        token = headers.get("authorization", "").encode()
        return self.take(sha256(token).digest(), min(HEAVY_COSTS if _is_heavy(method, path) else 1, self.quota))

    def take(self, who: bytes, cost: int = 1) -> Standing:
        """Take `cost` out of somebody's bucket if that much is in it."""
        a_second = self.quota / WINDOW_SECONDS
        with self._lock:
            now = self._clock()
            held, since = self._buckets.pop(who, (float(self.quota), now))
            held = min(self.quota, held + (now - since) * a_second)
            taken = held >= cost
            wait = None if taken else max(1, ceil((cost - held) / a_second))
            held -= cost if taken else 0
            self._buckets[who] = held, now
            if len(self._buckets) > _MOST_KEPT:
                self._buckets.popitem(last=False)
        left = int(held)
        return Standing(self.quota, left, max(1, ceil((left + 1 - held) / a_second)), wait)


_REPORT = re.compile(r"/report\.\w+$")
_CALCULATION = re.compile(r"^/api/v1/(calculators/[^/]+|pilots/[^/]+/scenarios|scenarios/[^/]+)$")


def _is_heavy(method: str, path: str) -> bool:
    return bool(_REPORT.search(path) or (method in ("POST", "PUT") and _CALCULATION.match(path)))
