"""A whole catalogue as one JSON document, as milestones keep it: written, digested, and read back equal."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from weakref import ref

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from app.errors import Problem, Unreadable, problems_of
from app.readiness.canonical import canonical, sha256_of
from app.readiness.catalogue import Catalogue, Dimension, Framework, Policy
from app.readiness.catalogue_file import Where, dimension_problems, policy_problems, with_whole_keys

FORMAT: Final = "readyroom.catalogue/1"

_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class _Item:
    __pydantic_config__ = _FORBID

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class _Framework:
    """Its items stand in a list: the canonical form sorts an object's keys, and a framework has an order of its own."""

    __pydantic_config__ = _FORBID

    key: str
    version: str
    items: tuple[_Item, ...]


@dataclass(frozen=True, slots=True)
class _Document:
    """The catalogue as its files have it: questions stand under their keys without the dimension."""

    __pydantic_config__ = _FORBID

    policy: Policy
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    frameworks: tuple[_Framework, ...]


_DOCUMENT = TypeAdapter(_Document)


def catalogue_document(catalogue: Catalogue) -> dict[str, Any]:
    """The catalogue as plain values: policy, dimensions, and the frameworks that its questions refer to."""
    plain: dict[str, Any] = _DOCUMENT.dump_python(
        _Document(
            catalogue.policy,
            tuple(_with_bare_keys(each) for each in catalogue.dimensions),
            tuple(
                _Framework(each.key, each.version, tuple(_Item(id, title) for id, title in each.items.items()))
                for each in referred(catalogue).values()
            ),
        ),
        mode="json",
    )
    for dimension in plain["dimensions"]:
        for question in dimension["questions"]:
            question["changes"].sort()
    return {"format": FORMAT, **plain}


def referred(catalogue: Catalogue) -> Mapping[str, Framework]:
    """The frameworks that its questions refer to. One added beside them makes no other catalogue."""
    named = {framework for question in catalogue.questions.values() for framework in question.references}
    return {key: each for key, each in catalogue.frameworks.items() if key in named}


def read_catalogue(document: Mapping[str, Any]) -> Catalogue:
    """The catalogue that a document holds.

    Raises:
        Unreadable: it holds none, or one that cannot be used; with every problem and its path.
    """
    plain = dict(document)
    if plain.pop("format", None) != FORMAT:
        raise Unreadable("This is no catalogue document.", [Problem("format", f"must be '{FORMAT}'")])
    try:
        read = _DOCUMENT.validate_json(json.dumps(plain), strict=True)
    except ValidationError as error:
        raise Unreadable("The catalogue cannot be read.", problems_of(error)) from None
    frameworks = {
        each.key: Framework(each.key, each.version, {item.id: item.title for item in each.items})
        for each in read.frameworks
    }
    problems = tuple(Problem(".".join(map(str, where)), message) for where, message in _problems(read, frameworks))
    if problems:
        raise Unreadable("The catalogue cannot be used.", problems)
    dimensions = tuple(with_whole_keys(each) for each in read.dimensions)
    return Catalogue(policy=read.policy, dimensions=dimensions, frameworks=frameworks)


_DIGESTS: Final[dict[int, tuple[ref[Catalogue], str]]] = {}


def catalogue_sha256(catalogue: Catalogue) -> str:
    """The digest of the catalogue's document, in hexadecimal. Worked out once for each catalogue in memory."""
    known = _DIGESTS.get(id(catalogue))
    if known and known[0]() is catalogue:
        return known[1]
    digest = sha256_of(canonical(catalogue_document(catalogue)))
    at = id(catalogue)
    _DIGESTS[at] = (ref(catalogue, lambda _: _DIGESTS.pop(at, None)), digest)
    return digest


def _problems(read: _Document, frameworks: Mapping[str, Framework]) -> Iterator[tuple[Where, str]]:
    yield from ((("policy", *where), message) for where, message in policy_problems(read.policy))
    if tuple(each.key for each in read.dimensions) != read.policy.dimensions:
        yield ("dimensions",), f"must be those of the policy, in its order: {', '.join(read.policy.dimensions)}"
    for index, each in enumerate(read.dimensions):
        found = dimension_problems(each, each.key, read.policy, frameworks)
        yield from ((("dimensions", index, *where), message) for where, message in found)


def _with_bare_keys(dimension: Dimension) -> Dimension:
    questions = tuple(replace(each, key=each.key.removeprefix(f"{dimension.key}.")) for each in dimension.questions)
    return replace(dimension, questions=questions)
