"""A milestone: an assessment sealed at a moment, with its catalogue, its score and its own digest.

What is sealed is one JSON object in canonical form; its SHA-256 is the seal. People stand in it by whatever the caller
names them by: records take an account's id, so that a name can be taken away later without breaking a seal. The file
that people download has beside the sealed members the digest itself, the names, and the whole catalogue.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from app.errors import Broken, Problem, Refused, Unreadable, problems_of
from app.readiness.assessment import Assessment
from app.readiness.canonical import canonical, read_object, sha256_of
from app.readiness.catalogue import Catalogue
from app.readiness.catalogue_document import catalogue_sha256, read_catalogue
from app.readiness.document import document, read_document
from app.readiness.figures_json import figures_as_json
from app.readiness.score import Score, score
from app.readiness.trend import Side
from app.readiness.verdict import Verdict
from app.wording import Line

FORMAT: Final = "readyroom.milestone/1"

_BESIDE: Final = ("id", "sha256", "people", "catalogue_content")  # in the file, outside the seal
_LIMIT: Final = 25_000_000  # characters: the longest assessment document, and a catalogue
_BROKEN: Final = "This milestone does not hold."
_TOLD: Final = 60  # characters of a value that a problem quotes
_FIGURES: Final = (
    "verdict",
    "claimed",
    "proven",
    "coverage",
    "dimensions",
    "gates",
    "questions",
)  # whatever comes later
_SENTENCES: Final = "reasons"  # a later release may say a reason better; the seal keeps how it was said
_FORBID = ConfigDict(extra="forbid")
_DIGEST = Field(pattern=r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A milestone in a line, as lists and trends show it."""

    id: str
    title: str
    sealed_by: str
    sealed_at: datetime
    as_of: date
    catalogue: str  # its id and version
    verdict: Verdict
    claimed: Fraction | None
    proven: Fraction | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What was sealed, read back."""

    title: str
    sealed_by: str  # as sealed: see `name_of`
    sealed_at: datetime
    as_of: date
    catalogue: Catalogue
    assessment: Assessment
    score: Mapping[str, Any]  # as it was sealed
    sha256: str
    id: str | None = None
    people: Mapping[str, str] = field(default_factory=dict)  # names, by what people are called in the seal

    @property
    def side(self) -> Side:
        """What it is scored from, to be compared with another."""
        return Side(self.catalogue, self.assessment, self.as_of)

    def name_of(self, person: str) -> str:
        """A person's name, where the file still has it; otherwise what the seal calls them."""
        return self.people.get(person, person)


def seal(
    catalogue: Catalogue, assessment: Assessment, scored: Score, *, title: str, by: str, at: datetime
) -> tuple[str, str]:
    """The canonical form (RFC 8785) of a milestone, and its SHA-256 in hexadecimal.

    It is read back before it is given away: what could not be verified later is refused now.

    Raises:
        Refused: something said or shown has no exact form in JSON, or cannot be read back; with the place of each.
    """
    plain = {
        "format": FORMAT,
        "title": title,
        "sealed_by": by,
        "sealed_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "as_of": scored.as_of.isoformat(),
        "catalogue": {"id": catalogue.id, "version": catalogue.version, "sha256": catalogue_sha256(catalogue)},
        "assessment": document(assessment),
        "score": figures_as_json(scored),
    }
    try:
        text = canonical(plain)
        found = tuple(_figures_differ(_read(json.loads(text)), reopen(text, catalogue)))
    except Refused as refused:
        raise Refused("This cannot be sealed.", refused.problems or [Problem("", refused.message)]) from None
    if found:
        raise Refused("This cannot be sealed: its score does not follow from it.", found)
    return text, sha256_of(text)


def reopen(text: str, catalogue: Catalogue) -> Milestone:
    """What was sealed with this catalogue, from its canonical form, where it is kept safe from change.

    Raises:
        Unreadable: it does not fit its catalogue; with every problem and its path.
    """
    read = _read(json.loads(text))
    return _milestone(read, catalogue, _assessment(read, catalogue), sha256_of(text))


def milestone_file(
    canonical_text: str, *, id: str, sha256: str, people: Mapping[str, str], catalogue_content: Mapping[str, Any]
) -> dict[str, Any]:
    """The milestone as people download it: what was sealed, and beside it all that verifying it takes.

    Args:
        canonical_text: as `seal` gave it.
        id: of the milestone where it is kept.
        sha256: as it was kept with the text, and not worked out again: what was changed since has to show.
        people: names, by what people are called in the seal; those taken away are left out.
        catalogue_content: the catalogue's document.
    """
    return {
        **json.loads(canonical_text),
        "id": id,
        "sha256": sha256,
        "people": dict(people),
        "catalogue_content": dict(catalogue_content),
    }


def read_milestone(text: str) -> Milestone:
    """Read a milestone file, and check it against its digest, its catalogue's digest and a scoring afresh.

    Raises:
        Unreadable: it is no milestone file.
        Broken: it is one, and no longer what was sealed; with everything that does not hold.
    """
    plain = read_object(text, _LIMIT)
    if plain.get("format") != FORMAT:
        found = repr(plain.get("format"))[:_TOLD]
        raise Unreadable("This is no milestone file.", [Problem("format", f"must be '{FORMAT}', not {found}")])
    try:
        beside = _FILE.validate_json(json.dumps({name: plain.pop(name) for name in _BESIDE if name in plain}))
        sealed, content = canonical(plain), canonical(beside.catalogue_content)
    except ValidationError as error:
        raise Unreadable("The milestone file cannot be read.", problems_of(error)) from None
    except Refused as refused:
        raise Unreadable("The milestone file cannot be read.", refused.problems) from None
    problems = list(_digest_differs("sha256", sha256_of(sealed), beside.sha256, "what was sealed"))
    # Read from the form that was digested, so that nothing is shown that was not looked at.
    try:
        read = _read(json.loads(sealed))
        problems += _digest_differs("catalogue.sha256", sha256_of(content), read.catalogue.sha256, "the catalogue")
        milestone = _milestone(read, *_contents(read, content), beside.sha256)
        problems += _figures_differ(read, milestone)
    except Unreadable as refused:
        raise Broken(_BROKEN, (*problems, *(refused.problems or [Problem("", refused.message)]))) from None
    if problems:
        raise Broken(_BROKEN, problems)
    return replace(milestone, id=beside.id, people=beside.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CatalogueSealed:
    __pydantic_config__ = _FORBID

    id: str
    version: str
    sha256: Annotated[str, _DIGEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SealedObject:
    """The members of the sealed object."""

    __pydantic_config__ = _FORBID

    format: str
    title: Annotated[Line, Field(min_length=1)]
    sealed_by: Annotated[Line, Field(min_length=1)]
    sealed_at: AwareDatetime
    as_of: date
    catalogue: _CatalogueSealed
    assessment: dict[str, Any]
    score: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """The members of a milestone file outside the seal."""

    __pydantic_config__ = _FORBID

    id: Line | None = None
    sha256: Annotated[str, _DIGEST]
    people: dict[str, Line] = field(default_factory=dict)
    catalogue_content: dict[str, Any]


_SEALED: Final = TypeAdapter(_SealedObject)
_FILE: Final = TypeAdapter(_Beside)


def _read(plain: Mapping[str, Any]) -> _SealedObject:
    try:
        return _SEALED.validate_json(json.dumps(plain), strict=True)
    except ValidationError as error:
        raise Unreadable("The milestone cannot be read.", problems_of(error)) from None


def _contents(read: _SealedObject, content: str) -> tuple[Catalogue, Assessment]:
    """The catalogue and the assessment in a milestone file."""
    try:
        catalogue = read_catalogue(json.loads(content))
    except Unreadable as refused:
        raise _within("catalogue_content", refused) from None
    return catalogue, _assessment(read, catalogue)


def _assessment(read: _SealedObject, catalogue: Catalogue) -> Assessment:
    named, given = read.catalogue, f"{catalogue.id} version {catalogue.version}"
    if given != f"{named.id} version {named.version}":
        problem = Problem("catalogue", f"names {named.id} version {named.version}, and the content is {given}")
        raise Unreadable("The milestone stands on another catalogue.", [problem])
    try:
        return read_document(json.dumps(read.assessment), catalogue)
    except Unreadable as refused:
        raise _within("assessment", refused) from None


def _within(place: str, refused: Unreadable) -> Unreadable:
    problems = refused.problems or (Problem("", refused.message),)
    return Unreadable(
        refused.message, [Problem(f"{place}.{each.where}".rstrip("."), each.message) for each in problems]
    )


def _milestone(read: _SealedObject, catalogue: Catalogue, assessment: Assessment, digest: str) -> Milestone:
    return Milestone(
        title=read.title,
        sealed_by=read.sealed_by,
        sealed_at=read.sealed_at,
        as_of=read.as_of,
        catalogue=catalogue,
        assessment=assessment,
        score=read.score,
        sha256=digest,
    )


def _digest_differs(where: str, found: str, stated: str, what: str) -> Iterator[Problem]:
    if found != stated:
        yield Problem(where, f"{stated} is stated, and {what} gives {found}: one of the two was changed after the seal")


def _figures_differ(read: _SealedObject, milestone: Milestone) -> Iterator[Problem]:
    """Where a scoring afresh, on the day of the seal, gives other figures than those sealed."""
    afresh = json.loads(canonical(figures_as_json(score(milestone.catalogue, milestone.assessment, read.as_of))))
    yield from (Problem(f"score.{name}", "this is missing") for name in _FIGURES if name not in read.score)
    told = {name: value for name, value in read.score.items() if name != _SENTENCES}
    yield from _differences("score", told, afresh)


def _differences(where: str, sealed: Any, afresh: Any) -> Iterator[Problem]:
    if isinstance(sealed, dict) and isinstance(afresh, dict):
        for name, value in sealed.items():
            yield from _differences(f"{where}.{name}", value, afresh.get(name))
    elif isinstance(sealed, list) and isinstance(afresh, list) and len(sealed) == len(afresh):
        for index, (one, other) in enumerate(zip(sealed, afresh, strict=True)):
            # By their keys where they have some: a place in a list of a hundred questions tells nobody anything.
            key = one.get("key", index) if isinstance(one, dict) else index
            yield from _differences(f"{where}.{key}", one, other)
    elif sealed != afresh or isinstance(sealed, bool) != isinstance(afresh, bool):
        yield Problem(where, f"{_told(sealed)} is sealed, and scoring it afresh gives {_told(afresh)}")


def _told(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _TOLD else f"{told[:_TOLD]}…"
