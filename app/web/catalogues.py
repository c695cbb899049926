"""The questions and the rules, for whoever has to answer them or wants to know how a figure came about."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter
from fastapi.responses import Response

from app.library import available, bundled
from app.readiness.catalogue import Catalogue, Question
from app.report.method import condition_in_words, method
from app.web.access import ToRead
from app.web.page import ThisPage

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a question refers to."""

    framework: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a framework, and the questions that touch it."""

    id: str
    title: str
    touched_by: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a framework the questions touch."""

    framework: str
    version: str
    touched: int
    items: tuple[Item, ...]


@router.get("/catalogues/{id}")
def show_catalogue(visit: ToRead, page: ThisPage, id: str, version: str | None = None) -> Response:  # noqa: ARG001 - the guard
    """Every question of a catalogue, with what would prove it."""
    catalogue = _catalogue(id, version)
    return page.show(
        "catalogues/show.html",
        catalogue=catalogue,
        conditions=_conditions(catalogue.id, catalogue.version),
        references=_references(catalogue.id, catalogue.version),
        coverage=_coverage(catalogue.id, catalogue.version),
        versions=tuple(number for known, number in available() if known == catalogue.id),
        here="catalogue",
    )


@router.get("/method")
def show_method(visit: ToRead, page: ThisPage) -> Response:
    """How scores are made."""
    catalogue = bundled()
    return page.show(
        "method.html", catalogue=catalogue, method=method(catalogue, visit.today), today=visit.today, here="method"
    )


def _catalogue(id: str, version: str | None) -> Catalogue:
    """A catalogue by its name, the newest version unless one is named.

    Raises:
        NotFound: there is none of that name; the message lists those there are.
    """
    versions = [number for known, number in available() if known == id]
    newest = max(versions, key=lambda number: [int(part) for part in number.split(".")], default="")
    return bundled(id, version or newest)


@cache
def _conditions(id: str, version: str) -> Mapping[str, str]:
    """When a question is asked, in words, by its key; those that are always asked are not in it."""
    questions = bundled(id, version).questions.values()
    return {each.key: condition_in_words(each.when) for each in questions if each.when}


@cache
def _references(id: str, version: str) -> Mapping[str, tuple[Reference, ...]]:
    """What each question refers to, with the titles of the frameworks' items."""
    catalogue = bundled(id, version)
    return {
        question.key: tuple(
            Reference(framework, item, catalogue.frameworks[framework].items[item])
            for framework, items in question.references.items()
            for item in items
        )
        for question in catalogue.questions.values()
    }


@cache
def _coverage(id: str, version: str) -> tuple[Coverage, ...]:
    """Which items of each framework the questions touch, and which not."""
    catalogue = bundled(id, version)
    touching: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in catalogue.questions.values():
        for framework, items in question.references.items():
            for item in items:
                touching[framework, item].append(question)
    return tuple(
        Coverage(
            framework=framework.key,
            version=framework.version,
            touched=sum((framework.key, item) in touching for item in framework.items),
            items=tuple(
                Item(item, title, tuple(touching.get((framework.key, item), ())))
                for item, title in framework.items.items()
            ),
        )
        for framework in catalogue.frameworks.values()
    )
