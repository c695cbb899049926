"""Files of a format with something in them changed at random: what a reader has to bear."""

import copy
import json
from math import isfinite, nan
from typing import Any

from hypothesis import strategies as st

from app.errors import TooLarge, Unreadable
from app.evidence.content import Content
from app.evidence.readers import Reader
from app.evidence.reading import Reading

_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, nan, float("inf"), 10**30, "", "NaN", "Infinity", "text", "\x00\u202e",
    "x" * 500, [], [None], [[]], [{}], {}, {"a": {"b": []}}, [1, "2", {}], "2026-13-45T99:00:00Z", "12%",
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """The value with up to four places of it replaced, taken out or doubled."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(value))
        if not places:
            break
        inside, key = draw(st.sampled_from(places))
        what = draw(st.integers(0, 4))
        if what == 0:
            del inside[key]
        elif what == 1 and isinstance(inside, list):
            inside.append(copy.deepcopy(inside[key]))
        else:
            inside[key] = copy.deepcopy(draw(st.sampled_from(_ODD)))
    return value


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def as_json(value: Any) -> bytes:
    """As Python's tools write it, NaN and all."""
    return json.dumps(value).encode()


def as_lines(value: Any) -> bytes:
    """A list as JSON Lines."""
    return "\n".join(json.dumps(each) for each in value).encode() if isinstance(value, list) else as_json(value)


def borne(reader: Reader, content: bytes) -> Reading | None:
    """What a reader makes of a file; it may refuse it in words and nothing else, and no figure is without end."""
    file = Content("anything", content)
    if not reader.recognises(file):
        return None
    try:
        reading = reader.read(file)
    except (Unreadable, TooLarge) as error:
        refused = error
    else:
        _finite_and_shown(reading)
        return reading
    assert refused.message
    assert all(problem.message and len(problem.where) <= 200 for problem in refused.problems)
    return None


def _finite_and_shown(reading: Reading) -> None:
    for finding in reading.findings:
        assert finding.value is None or isfinite(finding.value)
        for text in (finding.metric, finding.unit, finding.where, finding.statistic, *finding.attributes.values()):
            if isinstance(text, str):
                assert text
                assert len(text) <= 200
                assert text.isprintable()
            else:
                assert text is None or isfinite(text)
    assert all(remark.isprintable() for remark in reading.remarks)
