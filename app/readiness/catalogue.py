"""A catalogue: dimensions, questions, gates and verdict policy as data, and the reading of it.

`parse` takes the texts of a catalogue's files and gives a `Catalogue`, or refuses it with file, line and reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError

from app.errors import Problem, Unreadable, problems_of
from app.readiness.condition import Condition, can_hold
from app.readiness.condition import parse as parse_condition
from app.readiness.grade import NamedGrade, ShelfLives

POLICY_FILE = "policy.yaml"

ChangeKind = Literal["model", "provider-terms", "volume", "data", "purpose"]
NeedKind = Literal["number", "money", "text", "list"]

_FORBID = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _condition(given: object) -> object:
    return parse_condition(given) if isinstance(given, str) else given


When = Annotated[Condition, BeforeValidator(_condition), PlainSerializer(str)]
_KEY = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
Key = Annotated[str, Field(pattern=f"^{_KEY.pattern}$", max_length=60)]
NeedKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=1, max_length=1200)]
Title = Annotated[str, Field(min_length=1, max_length=60)]
Level = Annotated[int, Field(ge=0, le=4)]
Days = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Threshold = Annotated[Decimal, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A question that no average may hide: below `level`, proven, the pilot does not go."""

    __pydantic_config__ = _FORBID

    level: Annotated[int, Field(ge=1, le=4)]
    not_applicable: bool  # whether the question may be marked as not applicable while the gate's condition holds
    exception: bool  # whether a named person may accept the risk until a day
    when: When | None = None
    exception_until: date | None = None  # a legal duty's first day: from then on the gate allows no exception

    def allows_exception(self, day: date) -> bool:
        """Whether an exception can cover this gate on `day`."""
        return self.exception and (self.exception_until is None or day < self.exception_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that production needs, answered by a maturity level from 0 to 4 with an observable anchor each."""

    __pydantic_config__ = _FORBID

    key: str  # in the file without its dimension, afterwards with: security.encryption-in-use
    title: Title
    text: Sentence
    why: Sentence
    levels: Annotated[tuple[Sentence, ...], Field(min_length=5, max_length=5)]
    proof: Mapping[Annotated[int, Field(ge=2, le=4)], Sentence]  # what would prove levels 2, 3 and 4
    weight: Annotated[int, Field(ge=1, le=10)]
    owner: Key
    effort_days: Annotated[tuple[Days, ...], Field(min_length=4, max_length=4)]  # for the steps 0→1, 1→2, 2→3, 3→4
    references: Mapping[str, tuple[str, ...]]  # framework: ids
    changes: frozenset[ChangeKind] = frozenset()  # kinds of change after which the answer asks to be looked at again
    needs: tuple[NeedKey, ...] = ()
    when: When | None = None
    shelf_life_days: Mapping[NamedGrade, Annotated[int, Field(ge=1)]] | None = None
    gate: Gate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Questions that belong together and are answered by the same people."""

    __pydantic_config__ = _FORBID

    key: Key
    title: Title
    about: Sentence
    weight: Annotated[int, Field(ge=1, le=10)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A figure that the pilot states once and that thresholds compare with."""

    __pydantic_config__ = _FORBID

    key: NeedKey
    kind: NeedKind
    unit: str | None
    title: Title
    hint: Sentence  # how to find it
    example: int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """How high the bar is for a pilot of this kind."""

    __pydantic_config__ = _FORBID

    key: Key
    title: Title
    blank: Literal["meets", "fails"] | None
    go: Threshold
    floor: Threshold
    no_go: Threshold
    when: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LawDate:
    """A day from which a legal duty applies."""

    __pydantic_config__ = _FORBID

    what: Sentence
    framework: str
    id: str
    applies_from: date
    source: Sentence
    read_on: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the scores add up to: thresholds, tiers, shelf lives, and the words for levels and owners."""

    __pydantic_config__ = _FORBID

    id: Key
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$")]
    title: Title
    about: Sentence
    coverage: Annotated[Decimal, Field(ge=0, le=1)]  # share of questions answered below which nothing is decided
    not_applicable_share: Annotated[Decimal, Field(ge=0, le=1)]  # of a dimension's weight
    exception_days: Annotated[int, Field(ge=1)]
    confirmation_days: Days
    levels: Annotated[tuple[Title, ...], Field(min_length=5, max_length=5)]
    shelf_life_days: Mapping[NamedGrade, Annotated[int, Field(ge=1)]]
    owners: Mapping[Key, Title]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    needs: tuple[Need, ...]
    dimensions: Annotated[tuple[Key, ...], Field(min_length=1)]  # their order; each has a file of its own


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework whose items questions refer to, as published."""

    key: str
    version: str
    items: Mapping[str, str]  # id: title


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A versioned set of dimensions, questions, gates and policy."""

    policy: Policy
    dimensions: tuple[Dimension, ...]
    frameworks: Mapping[str, Framework] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The catalogue's name, without its version."""
        return self.policy.id

    @property
    def version(self) -> str:
        """Its version, as text."""
        return self.policy.version

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its whole key, in the order of the catalogue."""
        return {question.key: question for dimension in self.dimensions for question in dimension.questions}

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """Every need by its key."""
        return {need.key: need for need in self.policy.needs}

    @cached_property
    def dimension_of(self) -> Mapping[str, Dimension]:
        """The dimension of each question, by the question's key."""
        return {question.key: dimension for dimension in self.dimensions for question in dimension.questions}

    @cached_property
    def gates(self) -> tuple[tuple[Question, Gate], ...]:
        """Every gate with its question, in the order of the catalogue."""
        return tuple((question, question.gate) for question in self.questions.values() if question.gate)

    @cached_property
    def shelf_lives(self) -> Mapping[str, ShelfLives]:
        """Per question, how long each grade lasts: the policy's, and the question's own where it has some."""
        default = {grade: timedelta(days=days) for grade, days in self.policy.shelf_life_days.items()}
        return {
            question.key: default
            | {grade: timedelta(days=days) for grade, days in (question.shelf_life_days or {}).items()}
            for question in self.questions.values()
        }

    def dimension(self, key: str) -> Dimension | None:
        """The dimension of that key, or None."""
        return next((dimension for dimension in self.dimensions if dimension.key == key), None)


_POLICY = TypeAdapter(Policy)
_DIMENSION = TypeAdapter(Dimension)
_QUESTION = TypeAdapter(Question)
_NEED = TypeAdapter(Need)
_TIER = TypeAdapter(Tier)


def parse(files: Mapping[str, str], frameworks: Mapping[str, Framework]) -> Catalogue:
    """Read a catalogue from its files: `policy.yaml` and one file for each dimension.

    Args:
        files: the text of each file by its name.
        frameworks: what questions may refer to, by key.

    Raises:
        Unreadable: with every problem found, each with file, line and reason.
    """
    if POLICY_FILE not in files:
        raise Unreadable("This is no catalogue.", [Problem(POLICY_FILE, "there is no such file")])
    policy, lines = _read(POLICY_FILE, files[POLICY_FILE], _POLICY)
    wanted = {f"{key}.yaml": key for key in policy.dimensions}
    problems = [
        Problem(POLICY_FILE, f"dimension '{key}' has no file {name}")
        for name, key in wanted.items()
        if name not in files
    ]
    problems += [
        Problem(name, "no dimension of the policy has this name")
        for name in files.keys() - wanted.keys() - {POLICY_FILE}
    ]
    problems += [Problem(_at(POLICY_FILE, lines, where), message) for where, message in _policy_problems(policy)]
    dimensions: list[Dimension] = []
    for name, key in wanted.items():
        if name not in files:
            continue
        try:
            dimension, lines = _read(name, files[name], _DIMENSION)
        except Unreadable as refused:
            problems += refused.problems
            continue
        found = _dimension_problems(dimension, key, policy, frameworks)
        problems += [Problem(_at(name, lines, where), message) for where, message in found]
        dimensions.append(_with_whole_keys(dimension))
    if problems:
        raise Unreadable("The catalogue cannot be used.", problems)
    return Catalogue(policy=policy, dimensions=tuple(dimensions), frameworks=frameworks)


def described(catalogue: Catalogue) -> dict[str, Any]:
    """A catalogue as plain values, ready to be written as JSON: what a script may depend on, and the words."""
    policy = catalogue.policy
    return {
        "id": catalogue.id,
        "version": catalogue.version,
        "title": policy.title,
        "about": policy.about,
        "levels": list(policy.levels),
        "owners": dict(policy.owners),
        "needs": [_NEED.dump_python(need, mode="json") for need in policy.needs],
        "policy": {
            "coverage": float(policy.coverage),
            "not_applicable_share": float(policy.not_applicable_share),
            "exception_days": policy.exception_days,
            "confirmation_days": policy.confirmation_days,
            "tiers": [
                _TIER.dump_python(tier, mode="json")
                | {"go": float(tier.go), "floor": float(tier.floor), "no_go": float(tier.no_go)}
                for tier in policy.tiers
            ],
            "shelf_life_days": {str(grade): days for grade, days in policy.shelf_life_days.items()},
        },
        "dimensions": [
            {
                "key": dimension.key,
                "title": dimension.title,
                "about": dimension.about,
                "weight": float(dimension.weight),
                "questions": [_described(question) for question in dimension.questions],
            }
            for dimension in catalogue.dimensions
        ],
    }


def _described(question: Question) -> dict[str, Any]:
    plain: dict[str, Any] = _QUESTION.dump_python(question, mode="json")
    plain["changes"] = sorted(question.changes)
    plain["shelf_life_days"] = (
        {str(grade): days for grade, days in question.shelf_life_days.items()} if question.shelf_life_days else None
    )
    plain["references"] = [
        {"framework": framework, "id": item} for framework, ids in question.references.items() for item in ids
    ]
    return plain


def _with_whole_keys(dimension: Dimension) -> Dimension:
    return replace(
        dimension,
        questions=tuple(replace(question, key=f"{dimension.key}.{question.key}") for question in dimension.questions),
    )


Where = tuple[str | int, ...]


def _policy_problems(policy: Policy) -> Iterator[tuple[Where, str]]:
    yield from _twice(("needs",), [need.key for need in policy.needs])
    yield from _twice(("tiers",), [tier.key for tier in policy.tiers])
    yield from _twice(("dimensions",), list(policy.dimensions))
    for index, tier in enumerate(policy.tiers):
        last = index == len(policy.tiers) - 1
        if (tier.when is None) != last:
            yield ("tiers", index), "every tier but the last has a condition, and the last has none"
        if tier.when is not None and tier.blank is None:
            yield ("tiers", index), "say how a blank field counts: 'meets' or 'fails'"
        if not tier.no_go <= tier.go:
            yield ("tiers", index), "no_go must not lie above go"


def _dimension_problems(
    dimension: Dimension, key: str, policy: Policy, frameworks: Mapping[str, Framework]
) -> Iterator[tuple[Where, str]]:
    needs = {need.key for need in policy.needs}
    if dimension.key != key:
        yield ("key",), f"must be '{key}', the name of the file"
    yield from _twice(("questions",), [question.key for question in dimension.questions])
    for index, question in enumerate(dimension.questions):
        at: Where = ("questions", index)
        if not _KEY.fullmatch(question.key):
            yield (*at, "key"), f"'{question.key}' is no key: small letters and digits, joined by hyphens"
        if set(question.proof) != {2, 3, 4}:
            yield (*at, "proof"), "must say what would prove level 2, level 3 and level 4"
        if question.owner not in policy.owners:
            yield (*at, "owner"), f"no owner '{question.owner}'; there are {', '.join(policy.owners)}"
        for need in question.needs:
            if need not in needs:
                yield (*at, "needs"), f"the policy has no need '{need}'"
        if not question.references:
            yield (*at, "references"), "refers to no framework"
        for framework, ids in question.references.items():
            if framework not in frameworks:
                yield (*at, "references", framework), f"no framework '{framework}'; there are {', '.join(frameworks)}"
                continue
            for item in ids:
                if item not in frameworks[framework].items:
                    yield (*at, "references", framework), f"{framework} has no item '{item}'"
        if question.gate:
            yield from (((*at, "gate"), message) for message in _gate_problems(question, question.gate))


def _gate_problems(question: Question, gate: Gate) -> Iterator[str]:
    conditions = [condition for condition in (question.when, gate.when) if condition]
    if gate.when and not can_hold(conditions):
        yield "nobody can reach this gate: its condition and its question's never hold together"
    if gate.exception_until and not gate.exception:
        yield "exception_until is given, but the gate allows no exception"


def _twice(where: Where, keys: list[str]) -> Iterator[tuple[Where, str]]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield (*where, index), f"'{key}' stands here twice"


Lines = Mapping[Where, int]
Part = TypeVar("Part", Policy, Dimension)


def _read(name: str, text: str, adapter: TypeAdapter[Part]) -> tuple[Part, Lines]:
    lines: dict[Where, int] = {(): 1}
    try:
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
        plain = _plain(loader, node, (), lines, set())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unreadable("This is not YAML.", [Problem(f"{name}:{line}", error.problem or "cannot be read")]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable("This is not YAML.", [Problem(name, str(error).splitlines()[0])]) from None
    try:
        return adapter.validate_python(plain), lines
    except ValidationError as error:
        raise Unreadable(
            "The catalogue cannot be used.",
            [
                Problem(_at(name, lines, _loc(found.where)), f"{found.where}: {found.message}")
                for found in problems_of(error)
            ],
        ) from None


def _loc(path: str) -> Where:
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))


def _at(name: str, lines: Lines, where: Where) -> str:
    """File and line of a place, or of the nearest place around it that has a line."""
    for length in range(len(where), -1, -1):
        if where[:length] in lines:
            return f"{name}:{lines[where[:length]]}"
    return name


def _plain(
    loader: yaml.CSafeLoader, node: yaml.Node | None, where: Where, lines: dict[Where, int], seen: set[int]
) -> Any:
    """The node as plain values, with the line of every place noted in `lines`.

    Aliases are refused (a node met twice): a few lines of them can stand for gigabytes.
    """
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        if id(node) in seen:
            raise yaml.MarkedYAMLError(problem="aliases are not used here", problem_mark=node.start_mark)
        seen.add(id(node))
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*where, index), lines, seen) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str | int):
            raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=key_node.start_mark)
        if key in mapping:
            raise yaml.MarkedYAMLError(problem=f"'{key}' stands here twice", problem_mark=key_node.start_mark)
        lines[(*where, key)] = key_node.start_mark.line + 1
        mapping[key] = _plain(loader, value_node, (*where, key), lines, seen)
    return mapping
