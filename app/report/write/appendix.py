"""The answers, the register and the coverage as the PDF prints them.

Their sentences are put together here: for text of so many pages Typst's own scripts take longer than setting it does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from app.readiness.outlook import Proving
from app.report.model import CoverageItem, CoverageLine, DimensionLine, EvidenceLine, FindingLine, QuestionLine, Report
from app.report.told import proving_told
from app.words import counted, day, days_in, framework, percent

STATES: Mapping[str, str] = MappingProxyType(
    {
        "answered": "answered",
        "blank": "not answered",
        "nobody-can-say": "nobody here can say",
        "not-applicable": "not applicable",
        "not-applicable-unconfirmed": "not applicable, not confirmed",
        "not-asked": "not asked of this pilot",
    }
)
_DIGEST_SHOWN = 12
_TITLE_SHOWN = 72  # of a framework's item: some are whole sentences
_RUN = re.compile(r"\S{24}")

Words = str | list[str]
"""Words as Typst takes them; in a list of their own where a run without a space may have to be broken."""


def appendix(report: Report) -> dict[str, Any]:
    """What stands behind the summary: `dimensions` with their questions, `register`, `coverage`."""
    numbers = {
        line.key: f"{at}.{under}"
        for at, dimension in enumerate(report.dimensions, start=1)
        for under, line in enumerate(dimension.questions, start=1)
    }
    items: dict[EvidenceLine, int] = {}
    for number, item in enumerate(report.register or (), start=1):
        items.setdefault(item, number)
    # What an answer refers to stands item by item in the coverage, for whoever is given that.
    referring = not any(each.items for each in report.coverage)
    cheapest = {each.question: each for each in report.outlook.proving} if report.outlook else {}
    return {
        "dimensions": [_dimension(each, _Told(numbers, items, cheapest, referring)) for each in report.dimensions],
        "register": None if report.register is None else _register(report.register, numbers),
        "coverage": [_framework(each, numbers) for each in report.coverage],
    }


@dataclass(frozen=True, slots=True)
class _Told:
    """What an answer is told with."""

    numbers: Mapping[str, str]  # by question
    items: Mapping[EvidenceLine, int]  # their numbers in the register
    cheapest: Mapping[str, Proving]  # by question
    referring: bool  # whether each answer names the frameworks' items


def _dimension(dimension: DimensionLine, told: _Told) -> dict[str, Any]:
    known = (None if each is None else percent(each) for each in (dimension.claimed, dimension.proven, dimension.gap))
    claimed, proven, gap = known
    return {
        "title": dimension.title,
        "claimed": claimed,
        "proven": proven,
        "gap": gap,
        "answered": dimension.answered,
        "applicable": dimension.applicable,
        "below_floor": dimension.below_floor,
        "questions": [_question(each, told) for each in dimension.questions],
    }


def _question(line: QuestionLine, told: _Told) -> dict[str, Any]:
    under = [("Claimed", line.anchor), ("Ask", line.ask), ("Not applicable", line.not_applicable)]
    more = [days_in(each) for each in line.more]
    if line.key in told.cheapest:
        more.append(proving_told(told.cheapest[line.key], line.more))
    about = f"{line.owner}, {line.key}."
    if told.referring and line.references:
        about += f" Refers to {'; '.join(_by_framework(line.references))}."
    return {
        "number": told.numbers[line.key],
        "title": _words(line.title),
        "level": None if line.claimed is None else [line.claimed, line.proven, line.contradicted],
        "state": STATES[line.state],
        "text": _words(line.text),
        "told": [[head, _words(words)] for head, words in under if words is not None],
        "note": [_words(each) for each in (line.note or "").split("\n") if each.strip()],
        "items": [[told.items.get(each), _words(_item(each))] for each in line.evidence],
        "proves": None if line.claimed is None else _words(days_in(line.proves) + " "),
        "more": _words(" ".join(more) + " ") if more else None,
        "about": _words(about),
    }


def _by_framework(references: Iterable[str]) -> list[str]:
    """Each framework named once, with what is meant in it."""
    return [
        f"{framework(key)} {', '.join(each.partition(' ')[2] for each in of_one)}".strip()
        for key, of_one in groupby(references, key=lambda each: each.partition(" ")[0])
    ]


def _item(item: EvidenceLine) -> str:
    """One line under its answer: what the register says of it, and what it does for this answer."""
    said = [f"{item.effective_grade}: {item.title}", _dated(item)]
    if item.grade != item.effective_grade:
        said.append(f"stated as {item.grade}")
    if item.proves:
        said.append(item.proves.rstrip("."))
    else:
        if item.supports is not None:
            said.append(f"supports level {item.supports}")
        if item.against is not None:
            said.append(f"speaks against more than level {item.against}")
    if item.confirmed_by is None:
        said.append("not confirmed")
    if item.withdrawn:
        said.append("withdrawn")
    if item.proves:  # what matters of its findings is told; the workbook has them all
        return "; ".join([*said, counted(len(item.findings), "finding")])
    load = [f"all of it: {item.load}"] if item.load else []
    more = [f"and {item.more_findings} more figures"] if item.more_findings else []
    return "; ".join([*said, *load, *map(_finding, item.main_findings), *more])


def _finding(finding: FindingLine) -> str:
    value = f"{finding.value} {finding.unit}" if finding.value and finding.unit else finding.value
    parts = [
        finding.metric,
        finding.statistic,
        value,
        f"at {finding.load}" if finding.load else None,
        f"in {finding.where}" if finding.where else None,
        f"against more than level {finding.against}" if finding.against is not None else None,
    ]
    return ", ".join(part for part in parts if part)


def _dated(item: EvidenceLine) -> str:
    return f"{item.kind} of {day(item.observed_on)}" if item.observed_on else f"{item.kind} without a date"


def _register(items: Sequence[EvidenceLine], numbers: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "title": _words(each.title),
            "grade": each.effective_grade,
            "entry": _words(" " + _entry(each, numbers)),
            "sha256": each.sha256,
        }
        for each in items
    ]


def _entry(item: EvidenceLine, numbers: Mapping[str, str]) -> str:
    stated = f" (stated as {item.grade})" if item.grade != item.effective_grade else ""
    confirmed = f"confirmed by {item.confirmed_by}" if item.confirmed_by else "not confirmed"
    parts = [
        item.effective_grade + stated,
        f"a reader read {item.read_grade}" if item.read_grade else None,
        _dated(item),
        f"good until {day(item.good_until)}" if item.good_until else "does not age",
        f"for {numbers.get(item.question, item.question_title)}",
        f"supports level {item.supports}" if item.supports is not None else None,
        f"speaks against more than level {item.against}" if item.against is not None else None,
        f"{item.attached_by or 'nobody named'}, {confirmed}",
        days_in(item.withdrawn) if item.withdrawn else None,
        item.url,
        item.sha256[:_DIGEST_SHOWN] if item.sha256 else None,
    ]
    return "; ".join(part for part in parts if part)


def _framework(line: CoverageLine, numbers: Mapping[str, str]) -> dict[str, Any]:
    untouched = [each.id for each in line.items if not each.questions]
    return {
        "title": framework(line.framework),
        "version": line.version,
        "items": len(line.items),
        "touched": line.touched,
        "claimed": None if line.claimed is None else percent(line.claimed),
        "proven": None if line.proven is None else percent(line.proven),
        "lines": [_coverage(each, numbers) for each in line.items if each.questions],
        "untouched": ", ".join(untouched) if untouched else None,
    }


def _coverage(item: CoverageItem, numbers: Mapping[str, str]) -> list[str]:
    """Which item, and what is known of it."""
    touching = ", ".join(numbers.get(each, each) for each in item.questions)
    figures = f"{percent(item.claimed)}, {percent(item.proven)}"
    gates = f"; gates {item.gates_passed} of {item.gates}" if item.gates else ""
    title = item.title if len(item.title) <= _TITLE_SHOWN else item.title[:_TITLE_SHOWN].rpartition(" ")[0] + " …"
    return [item.id, f" {title.rstrip('.')}: {touching}; {figures}{gates}"]


def _words(words: str) -> Words:
    return [words] if len(words) >= 24 and _RUN.search(words) else words
