"""The catalogues and facts that come with the product. The only module that reads them from the package."""

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from app.errors import NotFound, Problem, Unreadable
from app.readiness import catalogue_file
from app.readiness.assessment import Assessment, catalogue_named, read_document
from app.readiness.catalogue import Catalogue, Framework, LawDate

DEFAULT = ("genai-production", "1")
_PACKAGE = files("app.readiness") / "catalogues"
_LAW = TypeAdapter(tuple[LawDate, ...])


@cache
def frameworks() -> Mapping[str, Framework]:
    """Every framework that questions may refer to, by key."""
    items: dict[str, dict[str, str]] = {}
    versions: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO((_PACKAGE / "frameworks.csv").read_text("utf-8"))):
        items.setdefault(row["framework"], {})[row["id"]] = row["title"]
        versions[row["framework"]] = row["version"]
    return {key: Framework(key, versions[key], items[key]) for key in items}


@cache
def law() -> tuple[LawDate, ...]:
    """The days from which legal duties apply, with source and day read."""
    return _LAW.validate_python(yaml.load((_PACKAGE / "law.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader))


@cache
def bundled(id: str = DEFAULT[0], version: str = DEFAULT[1]) -> Catalogue:
    """A catalogue that comes with the product.

    Raises:
        NotFound: there is none of that id and version; the message lists those there are.
    """
    if (id, version) not in available():
        listed = ", ".join(f"{known} version {number}" for known, number in available())
        raise NotFound(f"There is no catalogue {id} version {version} here. There is {listed}.")
    folder = _PACKAGE / id / f"v{version}"
    return catalogue_file.parse({each.name: each.read_text("utf-8") for each in folder.iterdir()}, frameworks())


@cache
def available() -> tuple[tuple[str, str], ...]:
    """Id and version of every catalogue that comes with the product."""
    return tuple(
        sorted(
            (folder.name, version.name.removeprefix("v"))
            for folder in _PACKAGE.iterdir()
            if folder.is_dir()
            for version in folder.iterdir()
            if version.name.startswith("v")
        )
    )


def read_catalogue(folder: Path) -> Catalogue:
    """Read a catalogue from a folder of YAML files.

    Raises:
        Unreadable: with file, line and reason for everything that is wrong.
    """
    if not folder.is_dir():
        raise Unreadable("A catalogue is a folder of YAML files.", [Problem(str(folder), "there is no such folder")])
    return catalogue_file.parse(_texts(sorted(folder.glob("*.yaml"))), frameworks())


def _texts(paths: Iterable[Path]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in paths:
        try:
            texts[path.name] = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable("This is not UTF-8.", [Problem(path.name, f"byte {error.start} cannot be read")]) from None
    return texts


def assessment_of(document: str) -> tuple[Catalogue, Assessment]:
    """An assessment document with the catalogue that it answers.

    Raises:
        Unreadable: the document, or its catalogue, cannot be used; with every problem.
    """
    named = catalogue_named(document)
    try:
        answered = bundled(named.id, named.version)
    except NotFound as missing:
        raise Unreadable("The document cannot be read.", [Problem("catalogue", missing.message)]) from None
    return answered, read_document(document, answered)
