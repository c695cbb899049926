"""The pictures of the README, taken of the demo. `make pictures` keeps them; otherwise they are only tried."""

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Served

PILOT = "Claims letter drafting"


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("name", "path", "height"),
    [
        ("report", "/assessments/{assessment}/report", 1230),
        ("section", "/assessments/{assessment}/security", 900),
        ("calculator", "/calculators/tco", 1230),
    ],
)
def test_a_picture_of_the_demo(
    name: str,
    path: str,
    height: int,
    scheme: Literal["light", "dark"],
    browser: Browser,
    served: Served,
    tmp_path: Path,
) -> None:
    folder = Path(os.environ.get("READYROOM_PICTURES", tmp_path))
    file = folder / f"{name}-{scheme}.png"
    with browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": height}) as context:
        served.sign_in(context)
        page = context.new_page()
        page.goto(served.url + path.format(assessment=served.assessment(PILOT)))
        page.screenshot(path=file)
    assert file.stat().st_size > 20_000
