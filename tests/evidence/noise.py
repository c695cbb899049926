"""Values that no tool writes where another one stands, and what must hold of whatever is read out of such a file."""

import copy
import json
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from hypothesis import strategies as some
from pydantic import TypeAdapter

from app.errors import ReadyRoomError
from app.evidence.inspect import inspected
from app.finding import Finding

NOISE: Sequence[Any] = (
    *(None, True, -1, 0, 10**400, 1e308, float("nan"), float("inf"), "", "x", "\u202e\n\x1b[31m", "2026-02-31"),
    *([], [[]], [None], {}, {"a": []}, {"": {"": ""}}, "9" * 5000, "\ud800"),
)

_FINDINGS = TypeAdapter(list[Finding])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, each in inner:
        yield value, key
        yield from _places(each)


def each_spoiled(value: Any) -> Iterator[bytes]:
    """A file with the value, each of its parts in turn taken out, and with every third kind of noise in its place."""
    other = copy.deepcopy(value)
    for at, (holder, key) in enumerate(list(_places(other))):
        kept = holder.pop(key)
        yield as_bytes(other)
        if isinstance(holder, list):
            holder.insert(key, kept)
        for noise in NOISE[at % 3 :: 3]:
            holder[key] = noise
            yield as_bytes(other)
        holder[key] = kept


@some.composite
def changed(draw: some.DrawFn, value: Any) -> Any:
    """The value with a few of its parts taken out, or something else in their place."""
    other = copy.deepcopy(value)
    for _ in range(draw(some.integers(1, 3))):
        places = list(_places(other))
        if not places:
            break
        holder, key = draw(some.sampled_from(places))
        if draw(some.booleans()):
            del holder[key]
        else:
            holder[key] = copy.deepcopy(draw(some.sampled_from(NOISE)))
    return other


def harmless(content: bytes) -> None:
    """It is read or refused in words: no figure but finite ones, no text but lines."""
    try:
        reading = inspected("x", content)
    except ReadyRoomError:
        return
    plain = [{name: getattr(each, name) for name in Finding.__slots__ if name != "id"} for each in reading.findings]
    _FINDINGS.validate_python(plain)
    for finding in reading.findings:
        for each in finding.attributes.values():
            assert isfinite(each) if isinstance(each, float) else not isinstance(each, str) or each.isprintable()
    assert all(remark.isprintable() for remark in reading.remarks)


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()
