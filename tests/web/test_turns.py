"""However many call at once, and however slowly they send, nobody waits for each other in a circle."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx2
import pytest

from app.web.access import SESSION_COOKIE
from app.web.turns import CHANGING_AT_ONCE
from tests.web.conftest import ADDRESS, Site

AT_ONCE = 60  # more than there are threads
SHORT = ("genai-first-look", "1")
Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it in a thread of its own: where a browser test came before, this one counts as having an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def visitor(site: Site, cookie: str = "", token: str = "") -> httpx2.AsyncClient:
    headers = {"Cookie": f"{SESSION_COOKIE}={cookie}", "Authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(site.app), base_url=ADDRESS, headers=headers)


@pytest.mark.parametrize("path", ["/api/v1/assessments/{}/report.json", "/api/v1/assessments/{}/score"])
def test_many_who_read_at_once_are_all_answered(site: Site, path: str) -> None:
    address, token = path.format(site.assessment(catalogue=SHORT)), site.token()

    async def all_at_once() -> list[int]:
        async with visitor(site, token=token) as client:
            answers = await asyncio.gather(*(client.get(address) for _ in range(AT_ONCE)))
        return [each.status_code for each in answers]

    assert Counter(run(all_at_once())) == {200: AT_ONCE}


@pytest.mark.parametrize(
    ("path", "kind", "senders"),
    [
        pytest.param("/sign-in", "application/x-www-form-urlencoded", CHANGING_AT_ONCE + 5, id="many strangers"),
        pytest.param("/pilots", "application/x-www-form-urlencoded", 1, id="the form of a pilot"),
        pytest.param(
            "/api/v1/assessments/{}/answers/cost.unit-cost/evidence", "multipart/form-data; boundary=x", 1, id="a file"
        ),
    ],
)
def test_who_sends_slowly_keeps_nobody_from_saving(site: Site, path: str, kind: str, senders: int) -> None:
    address, token = path.format(site.assessment()), site.token()
    cookie = site.visit("owner").cookies[SESSION_COOKIE]

    async def save_meanwhile() -> int:
        under_way, done = asyncio.Semaphore(0), asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield b"--x"
            under_way.release()  # the first part has been taken
            await done.wait()

        async with visitor(site, cookie, token) as client:
            sending = [
                asyncio.create_task(client.post(address, content=slowly(), headers={"Content-Type": kind}))
                for _ in range(senders)
            ]
            for _ in sending:
                await under_way.acquire()
            try:
                saved = await asyncio.wait_for(client.post("/settings/name", data={"name": "Maren"}), 4)
            finally:
                done.set()
                await asyncio.gather(*sending)
        return saved.status_code

    assert run(save_meanwhile()) == 303
