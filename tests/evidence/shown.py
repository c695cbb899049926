"""What a reading shows, as tests ask for it."""

import json
from collections.abc import Sequence
from typing import Any

from app.evidence.inspect import inspected
from app.evidence.reading import Reading
from app.finding import Finding


def read(value: Any) -> Reading:
    """A file with this in it, under a name that says nothing."""
    return inspected("upload.bin", (value if isinstance(value, str) else json.dumps(value)).encode())


def findings(reading: Reading, metric: str, statistic: str | None = None, **attributes: Any) -> Sequence[Finding]:
    return [
        each
        for each in reading.findings
        if each.metric == metric
        and each.statistic == statistic
        and all(each.attributes.get(name) == value for name, value in attributes.items())
    ]


def value(reading: Reading, metric: str, statistic: str | None = None, **attributes: Any) -> float | None:
    """The figure, where there is one of it; None where there is none."""
    found = findings(reading, metric, statistic, **attributes)
    assert len(found) < 2
    return found[0].value if found else None


def said(reading: Reading, words: str) -> bool:
    return any(words in each for each in reading.remarks)


def one(reading: Reading, metric: str, statistic: str | None = None, **attributes: Any) -> Finding:
    """The only such finding."""
    found = findings(reading, metric, statistic, **attributes)
    assert len(found) == 1, [(each.metric, each.statistic, dict(each.attributes)) for each in reading.findings]
    return found[0]


def metrics(reading: Reading) -> set[str]:
    return {each.metric for each in reading.findings}
