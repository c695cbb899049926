"""The sheets of where it stands and how it came there: dimensions, gates, what was accepted, changed and sealed."""

from datetime import date

from app.readiness.grade import Grade
from app.readiness.profile import PROFILE_FIELDS
from app.report.model import DimensionLine, Fact, Report
from app.report.scenario import ScenarioFigure
from app.report.write.table import Cell, Column, Row, Table
from app.words import day, days_in, hyphened


def dimensions(report: Report) -> Table:
    """Every dimension."""
    return Table(
        "Dimensions",
        (
            Column("Dimension", 34, "strong"),
            Column("Key", 20),
            Column("Claimed", 10),
            Column("Proven", 10),
            Column("Gap", 10),
            Column("Answered", 10),
            Column("That apply", 10),
            Column("In words", 50),
        ),
        [
            (each.title, each.key, each.claimed, each.proven, each.gap, each.answered, each.applicable, _in_words(each))
            for each in report.dimensions
        ],
    )


def _in_words(each: DimensionLine) -> str | None:
    if not each.applicable:
        return "Not known: no question of it applies."
    said = ["Below its floor."] if each.below_floor else []
    said += ["Claimed is not known: nothing in it is answered."] if each.claimed is None else []
    said += ["Proven is not known: nothing is answered anywhere."] if each.proven is None else []
    return " ".join(said) or None


def gates(report: Report) -> Table:
    """Every gate."""
    rests = {"read": "what a reader read", "declared": "a declared grade", "nothing": "nothing that counts"}
    return Table(
        "Gates",
        (
            Column("Gate", 40, "strong"),
            Column("Question", 36),
            Column("Dimension", 20),
            Column("State", 16, "state"),
            Column("Needs level", 8),
            Column("Claimed", 8),
            Column("Proven", 8),
            Column("Why", 60),
            Column("Rests on", 22),
            Column("Turned by a restatement", 60),
        ),
        [
            (
                each.title,
                each.key,
                each.dimension,
                hyphened(each.state),
                each.level,
                each.claimed,
                each.proven,
                days_in(each.note),
                rests[each.rests_on],
                tuple(days_in(one) for one in each.turned) or None,
            )
            for each in report.gates
        ],
    )


def exceptions(report: Report) -> Table:
    """Every exception, asked or accepted."""
    return Table(
        "Exceptions",
        (
            Column("Gate", 40, "strong"),
            Column("Question", 36),
            Column("State", 14),
            Column("Reason", 60),
            Column("Costs", 40),
            Column("Asked by", 24),
            Column("Accepted by", 24),
            Column("From", 14),
            Column("Until", 14),
        ),
        [
            (
                each.title,
                each.gate,
                each.state,
                each.reason,
                each.cost,
                each.asked_by,
                each.accepted_by or "not accepted yet",
                each.begins,
                each.until,
            )
            for each in report.exceptions
        ],
        empty="No exception was asked for.",
    )


def trade_offs(report: Report) -> Table:
    """What was accepted on record."""
    return Table(
        "Trade-offs",
        (
            Column("What was accepted", 40, "strong"),
            Column("State", 14),
            Column("Why", 60),
            Column("Costs", 40),
            Column("Decided by", 26),
            Column("Since", 14),
            Column("Until", 14),
            Column("Question", 36),
            Column("Title", 36),
        ),
        [
            (
                each.title,
                each.state,
                each.reason,
                each.cost,
                each.decided_by,
                each.on,
                each.until,
                each.question,
                each.question_title,
            )
            for each in report.trade_offs
        ],
        empty="No trade-off is on record.",
    )


def scenarios(report: Report) -> Table:
    """What calculators came to."""
    return Table(
        "Scenarios",
        (
            Column("Scenario", 36, "strong"),
            Column("Calculator", 22),
            Column("What it says", 70),
            Column("Figures", 60),
            Column("Evidence for", 44),
            Column("Worked out on", 14),
            Column("By", 24),
            Column("Id", 38),
        ),
        [
            (
                each.name,
                each.calculator_title,
                each.sentence,
                tuple(_figure(figure) for figure in each.figures) or None,
                tuple(f"{use.question}: {use.question_title}" for use in each.evidence_for) or None,
                each.worked_out_on,
                each.by,
                each.id,
            )
            for each in report.scenarios
        ],
        empty="No scenario is kept with this pilot.",
    )


def _figure(figure: ScenarioFigure) -> str:
    return f"{figure.title}: {figure.value}" + (f" ({figure.band})" if figure.band else "")


def changes(report: Report) -> Table:
    """What changed about the pilot."""
    return Table(
        "Changes",
        (
            Column("What changed", 24, "strong"),
            Column("On", 14),
            Column("Note", 80),
            Column("Answers to look at again", 16),
        ),
        [(each.kind, each.on, each.note, each.waiting) for each in report.changes],
        empty="No change of the pilot is on record.",
    )


def pilot(report: Report) -> Table:
    """Profile and needs as stated."""
    return Table(
        "Profile and needs",
        (Column("What", 44, "strong"), Column("Stated", 70), Column("Part", 12), Column("Key", 26)),
        [
            (each.title, _stated(each), part, each.key)
            for part, facts in (("profile", report.profile), ("need", report.needs))
            for each in facts
        ],
    )


def _stated(fact: Fact) -> Cell:
    field = PROFILE_FIELDS.get(fact.key)
    if fact.value is None:
        return "left blank"
    return date.fromisoformat(fact.value) if field and field.kind == "date" else fact.value


def milestones(report: Report) -> Table:
    """The sealed milestones."""
    return Table(
        "Milestones",
        (
            Column("Milestone", 40, "strong"),
            Column("As of", 14),
            Column("Verdict", 18, "state"),
            Column("Claimed", 10),
            Column("Proven", 10),
            Column("Sealed by", 26),
            Column("SHA-256", 68),
            Column("Id", 38),
        ),
        [
            (
                each.title,
                each.as_of,
                each.verdict_title,
                each.claimed,
                each.proven,
                each.sealed_by,
                each.sha256,
                each.id,
            )
            for each in report.milestones
        ],
        empty="No milestone is sealed.",
    )


def since(report: Report) -> Table:
    """The whole first, then its parts; each line stands by itself when it is filtered."""
    since = report.since
    rows: list[Row] = []
    if since:
        then: Row = (since.milestone, since.as_of, since.verdict_before, since.proven_before)
        rows.append(("all causes together", since.points, *then))
        rows += [(each.cause, each.points, *then) for each in since.causes]
    return Table(
        "Since",
        (
            Column("Cause", 28, "strong"),
            Column("Points of proven", 12, "points"),
            Column("Since the milestone", 40),
            Column("As of", 14),
            Column("Verdict then", 18, "state"),
            Column("Proven then", 12),
        ),
        rows,
        empty="No milestone is sealed to compare with.",
    )


def method(report: Report) -> Table:
    """How this is made, in short; with the grades and the bar as they are."""
    bar = report.bar
    return Table(
        "Method",
        (Column("What", 30, "strong"), Column("How", 110)),
        [
            ("In a sentence", "A pilot is as ready as what it can show, not as what it says."),
            *((f"Evidence that is {grade}", f"proves level {grade.value} at most") for grade in Grade),
            ("Claimed", "The weighted mean of the answered questions of a dimension, from 0 to 100."),
            ("Proven", "The weighted mean over all that apply; the unanswered prove nothing."),
            ("Not known", "An empty cell, with words beside it. Never 0."),
            ("Figures", "Cut to one decimal and not rounded: 69.96 reads 69.9 where 70 is needed."),
            ("A Go", f"Every gate, {bar.go} proven, and {bar.floor} in every dimension; a No-go below {bar.no_go}."),
            ("Days of work", "The catalogue's estimates: they order the steps and promise nothing."),
            ("Coverage", "Touched is not fulfilled: a framework asks for more than a question can."),
            (
                "Made from",
                f"{report.catalogue}, as of {day(report.as_of)}, in UTC. The same answers give the same file.",
            ),
        ],
    )
