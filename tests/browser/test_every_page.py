"""Every page, as a machine looks at it: nothing serious to axe, nothing that scrolls sideways, no error told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from app.records import milestones
from tests.browser.conftest import Served

PAGES = [
    "/",
    "/pilots/new",
    "/pilots/{pilot}",
    "/pilots/{pilot}/profile",
    "/assessments/{assessment}",
    "/assessments/{assessment}/security",
    "/assessments/{assessment}/infrastructure",
    "/assessments/{assessment}/report",
    "/assessments/{assessment}/evidence",
    "/assessments/{assessment}/files",
    "/assessments/{assessment}/freshness",
    "/assessments/{assessment}/answers/infrastructure.capacity-proven/evidence",
    "/freshness",
    "/assessments/{assessment}/path",
    "/assessments/{assessment}/path?target=conditional",
    "/assessments/{assessment}/milestones",
    "/assessments/{assessment}/comparison",
    "/milestones/{milestone}",
    "/assessments/{assessment}/coverage",
    "/assessments/{assessment}/trade-offs",
    "/assessments/{assessment}/catalogue",
    "/assessments/{assessment}/gates",
    "/assessments/{assessment}/links",
    "/confirmations",
    "/calculators",
    "/calculators/capacity",
    "/calculators/fleet",
    "/calculators/tco",
    "/calculators/budget?pilot={pilot}",
    "/calculators/placement",
    "/calculators/federated",
    "/calculators/privacy",
    "/calculators/productivity",
    "/pilots/{pilot}/scenarios",
    "/scenarios/{scenario}",
    "/catalogues",
    "/catalogues/genai-production",
    "/catalogues/genai-first-look/difference",
    "/method",
    "/problems",
    "/team",
    "/settings",
    "/nowhere",
]


@pytest.fixture(scope="module", params=[("light", 1440), ("dark", 390)], ids=["light, wide", "dark, on a phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, served: Served) -> Iterator[Page]:
    scheme, width = request.param
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}) as context:
        served.sign_in(context)
        yield context.new_page()


@pytest.fixture(scope="module")
def milestone(served: Served) -> UUID:
    with served.database.writing() as db:
        at = datetime.now(UTC)
        return milestones.seal(db, served.caller(), served.assessment("Claims letter drafting"), "Seen", at=at)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_fit_to_be_read(
    path: str, visitor: Page, served: Served, milestone: UUID, axe: Callable[[Page], list[str]]
) -> None:
    told: list[str] = []
    visitor.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    visitor.goto(
        served.url
        + path.format(
            assessment=served.assessment("Claims letter drafting"),
            pilot=served.pilot("Claims letter drafting"),
            milestone=milestone,
            scenario=served.scenario("Claims letter drafting"),
        )
    )
    assert axe(visitor) == []
    assert visitor.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert visitor.evaluate("document.querySelectorAll('h1').length") == 1
    assert [each for each in told if "404" not in each] == []


@pytest.mark.parametrize("path", ["/sign-in", "/l/unknown"])
def test_a_page_for_nobody_in_particular_is_fit_to_be_read(
    path: str, page: Page, served: Served, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(served.url + path)
    assert axe(page) == []
