"""The sheets on which somebody decides: where it stands, what it takes, what it hangs on, and what time does."""

from collections.abc import Iterator

from app.readiness.path import Path, Step
from app.readiness.verdict import Verdict
from app.report.model import Report
from app.report.write.table import Column, Row, Table
from app.words import days_in, hyphened

_NOT_WORKED_OUT = "Not worked out for this report."


def summary(report: Report) -> Table:
    """Where it stands, what it is held against, and what it would take."""
    return Table(
        "Summary",
        (Column("What", 30), Column("Stands at", 44, "state"), Column("In words", 90)),
        (*_standing(report), *_bar(report), *_outlook(report)),
    )


def _standing(report: Report) -> tuple[Row, ...]:
    low, high = report.claimed_range or (None, None)
    return (
        ("Pilot", report.pilot, None),
        ("Organisation", report.organisation or None, None),
        ("Confidentiality", report.confidentiality or None, None),
        ("As of", report.as_of, None),
        ("Verdict", report.verdict_title, report.lead),
        ("Claimed", report.claimed, _unless(report.claimed, "not known")),
        ("Proven", report.proven, _unless(report.proven, "not known")),
        ("Gap", report.gap, _unless(report.gap, "not known")),
        ("Claimed, every blank at 0", low, _unless(low, "nothing is left blank")),
        ("Claimed, every blank at 4", high, _unless(high, "nothing is left blank")),
        ("Answered", report.answered, f"of {report.applicable} questions that apply"),
        ("Questions that apply", report.applicable, None),
        (
            "On declared grades",
            report.on_declared_grades,
            "proven levels: somebody declared the grade, no reader read it",
        ),
        ("Something differs from", report.lapses_on, _unless(report.lapses_on, "nothing in it changes by itself")),
        ("Go-live", report.go_live, _unless(report.go_live, "not stated")),
        ("Catalogue", report.catalogue, None),
        ("Profile and needs stated by", report.stated_by, _unless(report.stated_by, "nobody named")),
        ("Profile and needs confirmed by", report.confirmed_by, _unless(report.confirmed_by, "not confirmed yet")),
        ("Answers whose level is worded anew", len(report.asks_again), ", ".join(report.asks_again) or None),
        ("Appendix", report.has_appendix, "answers, findings and the evidence register"),
    )


def _bar(report: Report) -> tuple[Row, ...]:
    because = "; ".join(report.bar.because) or "nothing in the profile calls for another bar"
    return (
        ("Bar", report.bar.tier, because),
        ("Proven for a Go", report.bar.go, None),
        ("Proven in every dimension", report.bar.floor, None),
        ("No-go below", report.bar.no_go, None),
    )


def _outlook(report: Report) -> tuple[Row, ...]:
    outlook, told = report.outlook, report.told
    if outlook is None or told is None:
        return (("Path to Go", None, _NOT_WORKED_OUT),)
    path, fragile = outlook.path, outlook.fragility
    effort = path.effort_days if isinstance(path, Path) else None
    return (
        (f"Days of work to {path.target.title}", effort, told.path),
        ("Answers that the verdict hangs on", fragile.count if fragile else None, told.fragility),
        ("Verdict if they are one level lower", Verdict(fragile.becomes).title if fragile else None, None),
        *(("If nothing is done", each.on, days_in(each.words)) for each in told.turns),
    )


def _unless(known: object, words: str) -> str | None:
    """What stands beside an empty cell."""
    return words if known is None else None


def reasons(report: Report) -> Table:
    """What decides the verdict, most decisive first."""
    return Table(
        "What decides it",
        (
            Column("No.", 6),
            Column("Reason", 60, "strong"),
            Column("What stands behind it", 80),
            Column("Kind", 16),
            Column("Question", 36),
            Column("Dimension", 20),
        ),
        [
            (at, days_in(each.text), days_in(each.detail), hyphened(each.kind), each.question, each.dimension)
            for at, each in enumerate(report.reasons, start=1)
        ],
    )


def path(report: Report) -> Table:
    """The steps that turn the verdict; or why there is no path."""
    return Table(
        "Path to Go",
        (
            Column("Step", 6),
            Column("What to do", 60),
            Column("Question", 36),
            Column("Title", 36, "strong"),
            Column("Owner", 22),
            Column("From", 8),
            Column("To", 8),
            Column("Days", 8),
            Column("Grade", 14),
            Column("Evidence that shows it", 50),
            Column("Proven after it", 10),
            Column("Lifts by", 8, "points"),
            Column("Turns a gate", 8),
            Column("Only to confirm", 10),
        ),
        list(_steps(report)),
        empty="Nothing is needed." if report.outlook else _NOT_WORKED_OUT,
    )


def _steps(report: Report) -> Iterator[Row]:
    if report.outlook is None or report.told is None:
        return
    path = report.outlook.path
    steps: tuple[Step | None, ...] = path.steps if isinstance(path, Path) else (None,) * len(path.because)
    for at, (each, words) in enumerate(zip(steps, report.told.steps, strict=True), start=1):
        if each is None:
            yield (None, f"No path: {days_in(words)}", *(None,) * 12)
            continue
        yield (
            at, days_in(words), each.question, each.title, each.owner, each.level_from, each.level_to,
            each.effort_days, each.grade, each.evidence, each.proven, each.lifts, each.gate, each.confirm,
        )  # fmt: skip


def hangs_on(report: Report) -> Table:
    """The answers that the verdict hangs on."""
    outlook = report.outlook
    return Table(
        "What it hangs on",
        (
            Column("Question", 36),
            Column("Title", 40, "strong"),
            Column("Proven", 8),
            Column("Carried by", 44),
            Column("Grade that counts", 16),
            Column("Declared by", 26),
            Column("Which", 28),
            Column("In words", 60),
        ),
        list(_hinges(report)),
        empty="No answer, one level lower, worsens the verdict." if outlook else _NOT_WORKED_OUT,
    )


def _hinges(report: Report) -> Iterator[Row]:
    fragile = report.outlook.fragility if report.outlook else None
    if fragile is None or report.told is None:
        return
    alone = fragile.count == 1
    which = "it alone" if alone else f"together with the other {fragile.count - 1}"
    whole = [which] * len(fragile.hinges) + ["it alone would do as well"] * len(fragile.others)
    for each, whether, words in zip((*fragile.hinges, *fragile.others), whole, report.told.hinges, strict=True):
        yield each.question, each.title, each.proven, each.carried_by, each.grade, each.declared_by, whether, words


def proving(report: Report) -> Table:
    """The cheapest proof of every claim that is not proven."""
    outlook = report.outlook
    how = {"review": "look at it again", "confirm": "have it confirmed", "evidence": "show something new"}
    return Table(
        "What would prove it",
        (
            Column("Question", 36),
            Column("Title", 40, "strong"),
            Column("Owner", 22),
            Column("Claimed", 8),
            Column("Proven", 8),
            Column("The least to do", 20),
            Column("Grade", 14),
            Column("Evidence", 60),
            Column("Days", 8),
        ),
        [
            (
                each.question,
                each.title,
                each.owner,
                each.claimed,
                each.proven,
                how[each.how],
                each.grade,
                each.evidence,
                each.effort_days,
            )
            for each in (outlook.proving if outlook else ())
        ],
        empty="Whatever is claimed here is proven." if outlook else _NOT_WORKED_OUT,
    )


def forecast(report: Report) -> Table:
    """Where it stands on later days if nothing is done."""
    outlook, told = report.outlook, report.told
    return Table(
        "Forecast",
        (
            Column("On", 14, "strong"),
            Column("If nothing is done", 70),
            Column("Verdict", 18, "state"),
            Column("Proven", 10),
            Column("What goes stale", 60),
        ),
        [
            (each.on, days_in(words), Verdict(each.verdict).title, each.proven, each.loses or None)
            for each, words in (zip(outlook.forecast, told.forecast, strict=True) if outlook and told else ())
        ],
        empty="Within a year nothing in it changes by itself." if outlook else _NOT_WORKED_OUT,
    )
