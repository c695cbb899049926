"""A catalogue's files: read into a `Catalogue`, or refused with file, line and reason."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from app.errors import Problem, Unreadable, problems_of
from app.readiness.catalogue import KEY, Catalogue, Dimension, Framework, Gate, Policy, Question
from app.readiness.condition import can_hold
from app.readiness.rule import rule_problems

POLICY_FILE = "policy.yaml"

# Words that stand where a dimension's key stands: in the addresses of an assessment's pages, and among the files.
RESERVED = frozenset({
    "actions", "answers", "catalogue", "comparison", "coverage", "effort", "evidence", "exceptions", "files",
    "freshness", "gates", "links", "milestones", "path", "policy", "report", "trade-offs",
})  # fmt: skip

_POLICY = TypeAdapter(Policy)
_DIMENSION = TypeAdapter(Dimension)


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
    problems += [Problem(_at(POLICY_FILE, lines, where), message) for where, message in policy_problems(policy)]
    dimensions: list[Dimension] = []
    for name, key in wanted.items():
        if name not in files:
            continue
        try:
            dimension, lines = _read(name, files[name], _DIMENSION)
        except Unreadable as refused:
            problems += refused.problems
            continue
        found = dimension_problems(dimension, key, policy, frameworks)
        problems += [Problem(_at(name, lines, where), message) for where, message in found]
        dimensions.append(with_whole_keys(dimension))
    if problems:
        raise Unreadable("The catalogue cannot be used.", problems)
    return Catalogue(policy=policy, dimensions=tuple(dimensions), frameworks=frameworks)


def with_whole_keys(dimension: Dimension) -> Dimension:
    """The dimension with its key before each of its questions' keys, as everywhere but in files."""
    return replace(
        dimension,
        questions=tuple(replace(question, key=f"{dimension.key}.{question.key}") for question in dimension.questions),
    )


Where = tuple[str | int, ...]


def policy_problems(policy: Policy) -> Iterator[tuple[Where, str]]:
    """What a policy's fields cannot say alone: what is wrong between them, and where."""
    yield from _twice(("needs",), [need.key for need in policy.needs])
    yield from _twice(("tiers",), [tier.key for tier in policy.tiers])
    yield from _twice(("dimensions",), list(policy.dimensions))
    for index, key in enumerate(policy.dimensions):
        if key in RESERVED:
            yield ("dimensions", index), f"'{key}' already names something else of an assessment; choose another key"
    for index, tier in enumerate(policy.tiers):
        last = index == len(policy.tiers) - 1
        if (tier.when is None) != last:
            yield ("tiers", index), "every tier but the last has a condition, and the last has none"
        if tier.when is not None and tier.blank is None:
            yield ("tiers", index), "say how a blank field counts: 'meets' or 'fails'"
        if not tier.no_go <= tier.go:
            yield ("tiers", index), "no_go must not lie above go"


def dimension_problems(
    dimension: Dimension, key: str, policy: Policy, frameworks: Mapping[str, Framework]
) -> Iterator[tuple[Where, str]]:
    """What is wrong between a dimension (its questions under bare keys), the policy and the frameworks."""
    needs = {need.key for need in policy.needs}
    holds = {need.key: (need.kind, need.unit) for need in policy.needs}
    metrics = {metric.key: metric for metric in (*policy.metrics, *dimension.metrics)}
    yield from _twice(("metrics",), [metric.key for metric in (*policy.metrics, *dimension.metrics)])
    if dimension.key != key:
        yield ("key",), f"must be '{key}', the name of the file"
    yield from _twice(("questions",), [question.key for question in dimension.questions])
    for index, question in enumerate(dimension.questions):
        at: Where = ("questions", index)
        if not KEY.fullmatch(question.key):
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
        yield from (((*at, "rules"), message) for message in rule_problems(question.rules, metrics, holds))


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
