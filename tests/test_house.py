"""The rules of docs/house.md that a program can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import errors
from app.errors import ReadyRoomError
from app.settings import SHARE
from app.web.page import NOTICES
from app.web.problems import status_of
from app.words import templates

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
PAGES = sorted((SHARE / "templates").rglob("*.html"))
LONGEST_FILE = 400
IN_ONE_PLACE = {"tables.py"}  # every table, readable from top to bottom
LONGEST_FUNCTION = 60


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a method of that name in the web package."""
    for path in sorted((ROOT / "app" / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                yield path, node


def words(call: ast.Call) -> list[str]:
    """The arguments of a call that are written out."""
    return [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]


@pytest.mark.parametrize("method", ["block", "changed"])
def test_every_block_that_a_handler_names_exists(method: str) -> None:
    named = [(path.name, *words(call)[:2]) for path, call in calls(method) if len(words(call)) >= 2]
    missing = [each for each in named if each[2] not in templates().get_template(each[1]).blocks]
    assert not missing


def test_every_template_that_a_handler_shows_exists() -> None:
    shown = [words(call)[0] for _, call in calls("show") if words(call)]
    assert shown
    assert all((SHARE / "templates" / each).is_file() for each in shown)


def test_every_notice_that_a_redirect_says_has_words() -> None:
    said = {
        keyword.value.value
        for method in ("to", "changed")
        for _, call in calls(method)
        for keyword in call.keywords
        if keyword.arg == "said" and isinstance(keyword.value, ast.Constant) and keyword.value.value is not None
    }
    assert said
    assert said <= NOTICES.keys()


def test_every_kind_of_error_has_a_status() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ReadyRoomError)]
    assert len(kinds) > 5
    for kind in kinds:
        if kind is not ReadyRoomError:
            error = kind.__new__(kind)
            assert 400 <= status_of(error)[0] < 600


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(SHARE / "templates")))
def test_no_page_carries_inline_script_or_style(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    if page.name not in ("file.html", "print.html"):  # frames of the report in a file of its own
        assert "<style" not in text


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_a_module_is_one_room(module: Path) -> None:
    text = module.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE or module.name in IN_ONE_PLACE
    functions = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef)]
    longest = max(functions, key=lambda each: (each.end_lineno or 0) - each.lineno, default=None)
    assert longest is None or (longest.end_lineno or 0) - longest.lineno <= LONGEST_FUNCTION, longest.name


def test_nothing_is_named_for_nothing() -> None:
    refused = {"utils", "helpers", "manager", "service", "base", "common", "misc"}
    assert not [module for module in MODULES if module.stem in refused]


def test_the_house_that_is_described_is_the_house_that_stands() -> None:
    described = re.findall(r"^\| `(app/[\w./]+)`", (ROOT / "docs" / "house.md").read_text(), re.MULTILINE)
    assert described
    assert all((ROOT / place).exists() for place in described)


def test_every_decision_is_short() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert records
    assert all(len(record.read_text().splitlines()) <= 40 for record in records)
