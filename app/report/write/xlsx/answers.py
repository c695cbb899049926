"""The sheets of the appendix: every answer, every item of evidence, every figure in it."""

from collections.abc import Iterator
from math import isfinite

from app.report.model import DimensionLine, EvidenceLine, FindingLine, QuestionLine, Report
from app.report.write.table import Cell, Column, Row, Table
from app.words import days_in, hyphened


def appendix(report: Report) -> Iterator[Table]:
    """The answers, the register and the findings; nothing where the reader was not given them."""
    if report.register is None:
        return
    again = frozenset(report.asks_again)
    yield _answers(report, again)
    yield _evidence(report.register)
    yield _findings(report.register)
    yield _not_applicable(report)
    yield _no_longer_asked(report)


def _answers(report: Report, again: frozenset[str]) -> Table:
    return Table(
        "Answers",
        (
            Column("Question", 36),
            Column("Title", 40, "strong"),
            Column("Dimension", 24),
            Column("What is asked", 60),
            Column("State", 20),
            Column("Claimed", 8),
            Column("Proven", 8),
            Column("Contradicted", 12),
            Column("What is claimed", 50),
            Column("Note", 60),
            Column("Whom to ask", 26),
            Column("Not applicable", 40),
            Column("What it proves", 50),
            Column("What would prove more", 60),
            Column("Who answers", 22),
            Column("Refers to", 30),
            Column("Items of evidence", 10),
            Column("Asks for a new look", 30),
        ),
        [
            _answer(dimension, each, asks_again=each.key in again)
            for dimension in report.dimensions
            for each in dimension.questions
        ],
        empty="No answer is part of this report.",
    )


def _answer(dimension: DimensionLine, each: QuestionLine, *, asks_again: bool) -> Row:
    return (
        each.key, each.title, dimension.title, each.text, hyphened(each.state), each.claimed, each.proven,
        each.contradicted, each.anchor, each.note, each.ask, each.not_applicable,
        days_in(each.proves), tuple(days_in(one) for one in each.more) or None,
        each.owner, each.references or None, len(each.evidence),
        "the words of its level have changed" if asks_again else None,
    )  # fmt: skip


def _evidence(register: tuple[EvidenceLine, ...]) -> Table:
    return Table(
        "Evidence",
        (
            Column("No.", 8),
            Column("Item", 44, "strong"),
            Column("Kind", 12),
            Column("Question", 36),
            Column("Title of the question", 36),
            Column("Grade that counts", 14),
            Column("Grade stated", 14),
            Column("Grade read", 14),
            Column("Grade before ageing", 14),
            Column("Observed on", 14),
            Column("Good until", 14),
            Column("Attached by", 24),
            Column("Confirmed by", 24),
            Column("Supports", 9),
            Column("Against more than", 9),
            Column("Withdrawn", 40),
            Column("Address", 50, "link"),
            Column("SHA-256", 68),
            Column("Figures in it", 9),
            Column("Id", 38),
        ),
        [
            (
                f"E{at}",
                each.title,
                each.kind,
                each.question,
                each.question_title,
                each.effective_grade,
                each.grade,
                each.read_grade,
                each.counted_grade,
                each.observed_on or "no date",
                each.good_until,
                each.attached_by,
                each.confirmed_by or "not confirmed",
                each.supports,
                each.against,
                days_in(each.withdrawn) if each.withdrawn else None,
                each.url,
                each.sha256,
                len(each.findings),
                each.id,
            )
            for at, each in enumerate(register, start=1)
        ],
        empty="Nothing is attached to any answer.",
    )


def _findings(register: tuple[EvidenceLine, ...]) -> Table:
    return Table(
        "Findings",
        (
            Column("Metric", 30, "strong"),
            Column("Statistic", 12),
            Column("Value", 14),
            Column("Unit", 12),
            Column("At", 40),
            Column("Where it stands", 40),
            Column("Against more than", 10),
            Column("Item", 8),
            Column("Title of the item", 44),
            Column("Question", 36),
            Column("Observed on", 14),
            Column("Grade that counts", 14),
        ),
        [
            (
                each.metric,
                each.statistic,
                _value(each),
                each.unit,
                ", ".join(filter(None, (item.load, each.load))) or None,
                each.where,
                each.against,
                f"E{at}",
                item.title,
                item.question,
                item.observed_on or "no date",
                item.effective_grade,
            )
            for at, item in enumerate(register, start=1)
            for each in item.findings
        ],
        empty="No item holds a figure.",
    )


def _value(each: FindingLine) -> Cell:
    """A number that one can work with; as it is written where it is none."""
    try:
        number = float(each.value or "")
    except ValueError:
        return each.value
    return number if isfinite(number) else each.value


def _not_applicable(report: Report) -> Table:
    return Table(
        "Not applicable",
        (
            Column("Question", 36),
            Column("Title", 44, "strong"),
            Column("State", 28),
            Column("Why, and who says so", 90),
        ),
        [(each.key, each.title, hyphened(each.state), each.not_applicable) for each in report.not_applicable],
        empty="Nothing is marked as not applicable.",
    )


def _no_longer_asked(report: Report) -> Table:
    return Table(
        "No longer asked",
        (
            Column("Question", 40, "strong"),
            Column("Level", 8),
            Column("Note", 80),
            Column("Whom to ask", 26),
            Column("Not applicable", 40),
            Column("Evidence", 60),
        ),
        [
            (each.key, each.level, each.note, each.ask, each.not_applicable, each.evidence or None)
            for each in report.no_longer_asked
        ],
        empty="Every question that was answered is still asked.",
    )
