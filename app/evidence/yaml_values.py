"""YAML as plain values, from its events: no recursion, no aliases, no objects, within limits."""

from typing import Any

import yaml

from app.errors import Problem, TooLarge, Unreadable

LARGEST_TEXT = 1_000_000
LARGEST_VALUES = 50_000
DEEPEST = 50  # levels within each other

_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def read_yaml(text: str, first_line: int = 1) -> Any:
    """The first document of a YAML text, as maps, lists, texts, numbers and days.

    Raises:
        Unreadable: it is no YAML, or holds what is not taken: aliases (a few lines of them can stand for gigabytes),
            objects, keys that are no text, a key twice; with the line, counted from `first_line`.
        TooLarge: it is larger than any person writes.
    """
    if len(text) > LARGEST_TEXT:
        raise TooLarge(f"The YAML has more than {LARGEST_TEXT:,} characters.")
    try:
        return _document(yaml.CSafeLoader(text))
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + first_line if error.problem_mark else first_line
        raise Unreadable("The YAML cannot be read.", [Problem(f"line {at}", _plain(error.problem))]) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Unreadable("The YAML cannot be read.", [Problem("", _plain(str(error)))]) from None


def _plain(problem: str | None) -> str:
    words = " ".join("".join(each if each.isprintable() else " " for each in problem or "").split())
    return words[:160] or "cannot be read"


def _document(loader: yaml.CSafeLoader) -> Any:
    root: list[Any] = []
    open_: list[_Open] = [_Open(root)]
    count = 0
    while True:
        event = loader.get_event()
        if event is None or isinstance(event, yaml.DocumentEndEvent):
            return root[0] if root else None
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=_mark(event))
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            if count > LARGEST_VALUES:
                raise TooLarge(f"The YAML holds more than {LARGEST_VALUES:,} values.")
            value = _value(loader, event)
            open_[-1].take(value, event)
            if isinstance(value, dict | list):
                if len(open_) > DEEPEST:
                    raise yaml.MarkedYAMLError(
                        problem=f"is nested deeper than {DEEPEST} levels", problem_mark=_mark(event)
                    )
                open_.append(_Open(value))


def _value(loader: yaml.CSafeLoader, event: yaml.NodeEvent) -> Any:
    if isinstance(event, yaml.CollectionStartEvent):
        if event.tag not in _PLAIN_TAGS:
            raise yaml.MarkedYAMLError(problem="objects are not read", problem_mark=_mark(event))
        return {} if isinstance(event, yaml.MappingStartEvent) else []
    if not isinstance(event, yaml.ScalarEvent):
        return None
    tag = event.tag
    if tag is None or tag == "!":
        tag = loader.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
    return loader.construct_object(yaml.ScalarNode(tag, event.value, _mark(event)))


def _mark(event: yaml.Event) -> Any:
    """Where an event begins; libyaml's mark, which is like Python's."""
    return event.start_mark


class _Open:
    """A list or map that is being filled; a map takes a key and a value in turn."""

    def __init__(self, into: Any) -> None:
        self.into = into
        self.key: str | None = None

    def take(self, value: Any, event: yaml.NodeEvent) -> None:
        if isinstance(self.into, list):
            self.into.append(value)
        elif self.key is not None:
            self.into[self.key] = value
            self.key = None
        else:
            key = str(value) if isinstance(value, str | int | float) else None
            if key is None:
                raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=_mark(event))
            if key in self.into:
                raise yaml.MarkedYAMLError(problem="a key stands here twice", problem_mark=_mark(event))
            self.key = key
