"""The questions and the rules, for whoever has to answer them or wants to know how a figure came about."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app import library
from app.readiness.catalogue import Catalogue, Question
from app.readiness.difference import difference
from app.readiness.rule_words import RulesTold, rules_told
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


@dataclass(frozen=True, slots=True)
class Listed:
    """A catalogue in the list: its newest version, and which versions there are."""

    newest: Catalogue
    versions: tuple[str, ...]  # newest first


@router.get("/catalogues")
def list_catalogues(visit: ToRead, page: ThisPage) -> Response:  # noqa: ARG001 - the guard
    """Every catalogue that an assessment can answer."""
    return page.show(
        "catalogues/list.html",
        catalogues=[
            Listed(library.catalogue(id, version), library.versions_of(id)[::-1])
            for id, version in library.newest_of_each().items()
        ],
        default=library.DEFAULT,
    )


@router.get("/catalogues/{id}")
def show_catalogue(visit: ToRead, page: ThisPage, id: str, version: str | None = None) -> Response:  # noqa: ARG001 - the guard
    """Every question of a catalogue, with what would prove it."""
    catalogue = _catalogue(id, version)
    versions = library.versions_of(catalogue.id)
    before = versions.index(catalogue.version)
    return page.show(
        "catalogues/show.html",
        catalogue=catalogue,
        conditions=_conditions(catalogue.id, catalogue.version),
        references=_references(catalogue.id, catalogue.version),
        rules=_rules(catalogue.id, catalogue.version),
        coverage=_coverage(catalogue.id, catalogue.version),
        versions=versions,
        before=versions[before - 1] if before else None,
    )


@router.get("/catalogues/{id}/difference")
def show_difference(
    visit: ToRead,  # noqa: ARG001 - the guard
    page: ThisPage,
    id: str,
    old: Annotated[str | None, Query(alias="from")] = None,
    new: Annotated[str | None, Query(alias="to")] = None,
) -> Response:
    """What differs between two versions of a catalogue; of the two newest unless others are named."""
    versions = library.versions_of(library.newest(id).id)
    after = library.catalogue(id, new or versions[-1])
    before = library.catalogue(id, old or versions[max(0, versions.index(after.version) - 1)])
    return page.show(
        "catalogues/difference.html",
        old=before,
        new=after,
        versions=versions,
        difference=difference(before, after),
    )


@router.get("/method")
def show_method(
    visit: ToRead,
    page: ThisPage,
    id: Annotated[str, Query(alias="catalogue")] = library.DEFAULT[0],
    version: str | None = None,
) -> Response:
    """How scores are made, with the figures of one catalogue."""
    catalogue = _catalogue(id, version)
    return page.show(
        "method.html", catalogue=catalogue, method=method(catalogue, visit.today), today=visit.today, here="method"
    )


def _catalogue(id: str, version: str | None) -> Catalogue:
    """A catalogue by its id, the newest version unless one is named.

    Raises:
        NotFound: there is none of that id and version; the message lists those there are.
    """
    return library.catalogue(id, version) if version else library.newest(id)


@cache
def _conditions(id: str, version: str) -> Mapping[str, str]:
    """When a question is asked, in words, by its key; those that are always asked are not in it."""
    questions = library.catalogue(id, version).questions.values()
    return {each.key: condition_in_words(each.when) for each in questions if each.when}


@cache
def _rules(id: str, version: str) -> Mapping[str, RulesTold]:
    """How each question reads findings, in words, by its key; those that read none are not in it."""
    catalogue = library.catalogue(id, version)
    told = {key: rules_told(catalogue, question) for key, question in catalogue.questions.items()}
    return {key: rules for key, rules in told.items() if rules}


@cache
def _references(id: str, version: str) -> Mapping[str, tuple[Reference, ...]]:
    """What each question refers to, with the titles of the frameworks' items."""
    catalogue = library.catalogue(id, version)
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
    catalogue = library.catalogue(id, version)
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
