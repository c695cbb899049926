"""Names of fields as other tools and people write them: the one that is meant, and the one that may be."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from app.calculators.facts import document

_NEAR = 0.75  # of the letters are the same, in the same order
_MOST_TOLD = 3  # fields that may have been meant

Place = tuple[int | str, ...]


def in_our_words(name: str, given: Any) -> Any:
    """An input with our names in place of others that can mean nothing else; beside our own, they are left alone."""
    return _renamed(given, "", document("spellings.yaml").get(name, {}))


def _renamed(given: Any, place: str, table: Mapping[str, Mapping[str, str]]) -> Any:
    if isinstance(given, list):
        return [_renamed(each, place, table) for each in given]
    if not isinstance(given, Mapping):
        return given
    ours = table.get(place, {})
    found: dict[Any, Any] = {}
    for key, value in given.items():
        name = ours.get(key, key)
        if name != key and (name in given or name in found):
            name = key
        found[name] = _renamed(value, f"{place}.{name}".lstrip("."), table)
    return found


def meant(schema: Mapping[str, Any], given: Any, place: Place) -> tuple[str, ...]:
    """The fields of an input's JSON Schema that may have been meant by one that is not there.

    Those that have most of its words in common; or else the nearest in letters, or the one that begins with its word.
    """
    name = str(place[-1])
    fields = [field for each in _at(schema, given, place[:-1]) for field in each.get("properties", {})]
    shared = {field: len(_words(name) & _words(field)) for field in fields}
    most = max(shared.values(), default=0)
    if most > 1 or (most and most == len(_words(name))):
        alike = tuple(field for field in fields if shared[field] == most)
        return alike if len(alike) <= _MOST_TOLD else ()
    first = [field for field in fields if field.split("_")[0] == name.split("_")[0]]
    return tuple(get_close_matches(name, fields, n=1, cutoff=_NEAR) or (first if len(first) == 1 else ()))


def _words(name: str) -> set[str]:
    return set(name.split("_")) - {"per"}


def values(schema: Mapping[str, Any], given: Any, place: Place) -> tuple[str, ...]:
    """The words that a field takes, where it takes nothing else."""
    return tuple(word for each in _at(schema, given, place) for word in each.get("enum", ()))


def _at(schema: Mapping[str, Any], given: Any, place: Place) -> Iterator[Mapping[str, Any]]:
    """What the schema says of a place, in each of the forms that it can have."""
    here = list(_forms(schema, schema, given))
    for part in place:
        given = _inside(given, part)
        known = [each for each in here if _has(each, part)]
        inner = [each["items"] if isinstance(part, int) else each["properties"][part] for each in known]
        here = [form for each in inner for form in _forms(schema, each, given)]
    yield from here


def _inside(given: Any, part: int | str) -> Any:
    if isinstance(given, Mapping):
        return given.get(part)
    return given[part] if isinstance(given, list) and isinstance(part, int) and part < len(given) else None


def _has(form: Mapping[str, Any], part: int | str) -> bool:
    return "items" in form if isinstance(part, int) else part in form.get("properties", {})


def _forms(schema: Mapping[str, Any], node: Mapping[str, Any], given: Any) -> Iterator[Mapping[str, Any]]:
    """A node without references and alternatives; of those that are told apart by a field, the one that is given."""
    if "discriminator" in node and isinstance(given, Mapping):
        told = node["discriminator"]
        reference = told["mapping"].get(given.get(told["propertyName"]))
        if reference is not None:
            yield from _forms(schema, {"$ref": reference}, given)
            return
    if "$ref" in node:
        yield from _forms(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], given)
        return
    yield node
    for each in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _forms(schema, each, given)
