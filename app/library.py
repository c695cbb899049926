"""The catalogues and facts that come with the product, and catalogues of one's own. The only module that reads them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from app.errors import NotFound, Problem, Refused, Unreadable
from app.readiness import catalogue_file
from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue, Framework, LawDate, version_number
from app.readiness.document import catalogue_named, read_document
from app.readiness.thresholds import lowered
from app.settings import settings_of_this_process

DEFAULT = ("genai-production", "1")
_PACKAGE = files("app.readiness") / "catalogues"
_LAW = TypeAdapter(tuple[LawDate, ...])
_VERSION = re.compile(r"v([0-9]+(?:\.[0-9]+)*)")

Named = tuple[str, str]  # the id and the version of a catalogue


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


def catalogue(id: str = DEFAULT[0], version: str = DEFAULT[1]) -> Catalogue:
    """A catalogue that comes with the product, or one of one's own.

    Raises:
        NotFound: there is none of that id and version; the message lists those there are.
        Unreadable: it is not among ours, and a catalogue of one's own cannot be used.
    """
    if (id, version) in _bundled():
        return _parsed(id, version)
    if (id, version) in own():
        return own()[id, version]
    listed = ", ".join(f"{known} version {number}" for known, number in available())
    raise NotFound(f"There is no catalogue {id} version {version} here. There is {listed}.")


@cache
def _bundled() -> tuple[Named, ...]:
    """Id and version of every catalogue that comes with the product, each id's oldest version first."""
    return _sorted(
        (folder.name, version.name.removeprefix("v"))
        for folder in _PACKAGE.iterdir()
        if folder.is_dir()
        for version in folder.iterdir()
        if version.name.startswith("v")
    )


@cache
def _parsed(id: str, version: str) -> Catalogue:
    folder = _PACKAGE / id / f"v{version}"
    return catalogue_file.parse({each.name: each.read_text("utf-8") for each in folder.iterdir()}, frameworks())


@cache
def own() -> Mapping[Named, Catalogue]:
    """The catalogues in the folder that READYROOM_CATALOGUES names, read once; none where it names none.

    Raises:
        Unreadable: one of them cannot be used; with every problem.
    """
    folder = settings_of_this_process().catalogues
    return read_own(folder) if folder else {}


@cache
def available() -> tuple[Named, ...]:
    """Id and version of every catalogue there is, each id's oldest version first."""
    return _sorted((*_bundled(), *own()))


def put_own_tables_in_use() -> None:
    """Let calculators name the models and accelerators of the folder that READYROOM_TABLES names, beside ours.

    A table has the columns of ours (`app/calculators/facts`); of one id, the organisation's own row counts.

    Raises:
        Unreadable: a table cannot be read; with every row and field.
        Refused: the folder holds neither table.
    """
    folder = settings_of_this_process().tables
    if folder is None:
        return
    from app.calculators.known import put_in_use, with_own

    found = {name: folder / f"{name}.csv" for name in ("models", "accelerators") if (folder / f"{name}.csv").is_file()}
    if not found:
        raise Refused(f"READYROOM_TABLES names {folder}, which holds neither models.csv nor accelerators.csv.")
    put_in_use(with_own(**{name: _table(file) for name, file in found.items()}))


def _table(file: Path) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(
            f"{file.name} is no table: CSV in UTF-8, with the columns in its first line.",
            [Problem(file.name, str(error))],
        ) from None


def versions_of(id: str) -> tuple[str, ...]:
    """The versions of a catalogue, oldest first; empty where there is no such catalogue."""
    return tuple(number for known, number in available() if known == id)


def newer_versions(id: str, version: str) -> tuple[str, ...]:
    """The versions of a catalogue that are newer than `version`, oldest first."""
    return tuple(each for each in versions_of(id) if version_number(each) > version_number(version))


def newest(id: str) -> Catalogue:
    """The newest version of a catalogue.

    Raises:
        NotFound: there is no catalogue of that id; the message lists those there are.
    """
    versions = versions_of(id)
    if not versions:
        raise NotFound(f"There is no catalogue {id} here. There is {', '.join(newest_of_each())}.")
    return catalogue(id, versions[-1])


def newest_of_each() -> Mapping[str, str]:
    """The newest version of each catalogue, by id: that of new assessments by default first."""
    versions = dict(available())
    return {DEFAULT[0]: versions[DEFAULT[0]]} | versions


def read_catalogue(folder: Path) -> Catalogue:
    """Read a catalogue from a folder of YAML files.

    Raises:
        Unreadable: with file, line and reason for everything that is wrong.
    """
    if not folder.is_dir():
        raise Unreadable("A catalogue is a folder of YAML files.", [Problem(str(folder), "there is no such folder")])
    return catalogue_file.parse(_texts(sorted(folder.glob("*.yaml"))), frameworks())


def read_own(folder: Path) -> Mapping[Named, Catalogue]:
    """Read the catalogues in a folder that is laid out as ours: `<id>/v<version>/*.yaml`.

    Raises:
        Unreadable: with every problem of every one of them, each with file, line and reason.
    """
    found: dict[Named, Catalogue] = {}
    problems: list[Problem] = []
    for place in _folders_in(folder):
        versions = _folders_in(place)
        if not versions:
            problems.append(Problem(place.name, "holds no version: a folder such as v1 with the YAML files"))
        for version in versions:
            at = f"{place.name}/{version.name}"
            try:
                read = read_catalogue(version)
            except Unreadable as refused:
                problems += [Problem(f"{at}/{each.where}", each.message) for each in refused.problems]
                continue
            wrong = [
                Problem(f"{at}/policy.yaml", message) for message in _misfits(read, place.name, version.name, found)
            ]
            problems += wrong
            if not wrong:
                found[read.id, read.version] = read
    if problems:
        raise Unreadable(f"The catalogues in {folder} cannot be used.", problems)
    return found


def _misfits(read: Catalogue, id: str, version: str, found: Iterable[Named]) -> Iterator[str]:
    """Why a catalogue of one's own cannot stand beside those there are already."""
    if read.id != id:
        yield f"id is {read.id}, but the folder is called {id}"
    if not (folder := _VERSION.fullmatch(version)) or folder[1] != read.version:
        yield f"version is {read.version}, so the folder must be called v{read.version}, not {version}"
    for known, number in (*_bundled(), *found):
        if known == read.id and version_number(number) == version_number(read.version):
            whose = "comes with Ready Room" if (known, number) in _bundled() else "stands here"
            yield f"{known} version {number} {whose} already; give yours another version, such as {number}.1"
    ours = [number for known, number in _bundled() if known == read.id]
    if ours:
        yield from lowered(catalogue(read.id, ours[-1]).policy, read.policy)


def _folders_in(folder: Path) -> list[Path]:
    """The folders in a folder; what is hidden, and files such as a README, are nobody's catalogue."""
    return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))


def _sorted(named: Iterable[Named]) -> tuple[Named, ...]:
    return tuple(sorted(named, key=lambda each: (each[0], version_number(each[1]))))


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
        answered = catalogue(named.id, named.version)
    except NotFound as missing:
        raise Unreadable("The document cannot be read.", [Problem("catalogue", missing.message)]) from None
    return answered, read_document(document, answered)
