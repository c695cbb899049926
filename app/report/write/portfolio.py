"""The portfolio as PDF, on a page for a dozen pilots, and as a workbook."""

from typing import Any

from app.report.portfolio import PilotStanding, Portfolio
from app.report.write.table import Cell, Column, Table
from app.report.write.typeset import typeset
from app.report.write.xlsx.workbook import workbook
from app.words import GATE_CLASS, VERDICT_CLASS, day, days_in, effort, hyphened, money, percent

_WORST_FIRST = ("failed", "open", "unproven", "excepted", "passed")
_NO_EFFORT = {"go": "none: it is a Go", "no path": "no path", "not worked out": "not worked out"}


def portfolio_pdf(portfolio: Portfolio) -> bytes:
    """The portfolio as a PDF file."""
    content = {
        "organisation": portfolio.organisation,
        "confidentiality": portfolio.confidentiality,
        "as_of": day(portfolio.as_of),
        "date": [portfolio.as_of.year, portfolio.as_of.month, portfolio.as_of.day],
        "lead": portfolio.lead,
        "selection": portfolio.selection,
        "pilots": [_printed(each) for each in portfolio.pilots],
        "classes": {"verdict": dict(VERDICT_CLASS), "gate": dict(GATE_CLASS)},
    }
    return typeset("portfolio.typ", content, portfolio.as_of)


def portfolio_xlsx(portfolio: Portfolio) -> bytes:
    """The portfolio as an .xlsx file."""
    return workbook(
        (_pilots(portfolio), _stop_list(portfolio), _about(portfolio)),
        title=f"Pilots of {portfolio.organisation}" if portfolio.organisation else "Pilots",
        author=portfolio.organisation,
        mark=portfolio.confidentiality,
        as_of=portfolio.as_of,
    )


def _printed(pilot: PilotStanding) -> dict[str, Any]:
    return {
        "name": pilot.name,
        "about": pilot.about,
        "verdict": pilot.verdict,
        "verdict_title": pilot.verdict_title,
        "claimed": None if pilot.claimed is None else percent(pilot.claimed),
        "proven": None if pilot.proven is None else percent(pilot.proven),
        "gates": [[state, hyphened(state), number] for state, number in _gates(pilot)],
        "in_the_way": days_in(pilot.in_the_way),
        "notes": list(pilot.notes),
        "effort": _effort(pilot),
        "go_live": day(pilot.go_live) if pilot.go_live else None,
        "stop": days_in(pilot.stop) if pilot.stop else None,
        "money": [
            f"{money(amount, pilot.currency)} {words}"
            for amount, words in ((pilot.monthly_budget, "budget"), (pilot.monthly_value, "value"))
            if amount is not None
        ],
    }


def _gates(pilot: PilotStanding) -> list[tuple[str, int]]:
    return [(state, pilot.gates[state]) for state in _WORST_FIRST if pilot.gates.get(state)]


def _effort(pilot: PilotStanding) -> str:
    if pilot.effort == "path" and pilot.effort_days is not None:
        return effort(pilot.effort_days)
    return _NO_EFFORT.get(pilot.effort, _NO_EFFORT["not worked out"])


def _pilots(portfolio: Portfolio) -> Table:
    return Table(
        "Pilots",
        (
            Column("Pilot", 36, "strong"),
            Column("Verdict", 16, "state"),
            *(Column(f"Gates {hyphened(state)}", 10) for state in _WORST_FIRST),
            Column("Claimed", 10),
            Column("Proven", 10),
            Column("What stands in the way", 60),
            Column("Days of work to Go", 12),
            Column("In words", 22),
            Column("Go-live", 14),
            Column("On the stop list because", 50),
            Column("Monthly budget", 14, "money"),
            Column("Monthly value", 14, "money"),
            Column("Currency", 10),
            Column("What kind of pilot", 44),
            Column("Asks for a look", 44),
        ),
        [
            (
                each.name,
                each.verdict_title,
                *_counts(each),
                each.claimed,
                each.proven,
                days_in(each.in_the_way),
                each.effort_days,
                None if each.effort == "path" and each.effort_days is not None else _effort(each),
                each.go_live,
                days_in(each.stop) if each.stop else None,
                each.monthly_budget,
                each.monthly_value,
                each.currency,
                each.about or None,
                each.notes or None,
            )
            for each in portfolio.pilots
        ],
        empty="No pilot is on this list.",
    )


def _counts(pilot: PilotStanding) -> tuple[Cell, ...]:
    """One number for each state; nothing where no gate is known, for none was looked at."""
    return tuple(pilot.gates.get(state, 0) if pilot.gates else None for state in _WORST_FIRST)


def _stop_list(portfolio: Portfolio) -> Table:
    return Table(
        "Stop list",
        (
            Column("Pilot", 36, "strong"),
            Column("Because", 80),
            Column("Verdict", 16, "state"),
            Column("Go-live", 14),
            Column("Monthly budget", 14, "money"),
            Column("Currency", 10),
        ),
        [
            (each.name, days_in(each.stop), each.verdict_title, each.go_live, each.monthly_budget, each.currency)
            for each in portfolio.pilots
            if each.stop
        ],
        empty="No pilot stands on the stop list.",
    )


def _about(portfolio: Portfolio) -> Table:
    return Table(
        "About",
        (Column("What", 24, "strong"), Column("Stands at", 90)),
        [
            ("Organisation", portfolio.organisation or None),
            ("Confidentiality", portfolio.confidentiality or None),
            ("As of", portfolio.as_of),
            ("In a sentence", portfolio.lead),
            ("Which pilots", portfolio.selection or "All of them."),
            ("Days of work", "The catalogue's estimates, worked out for the day above."),
            ("Budget and value", "As the pilot states them; nothing is converted."),
        ],
    )
