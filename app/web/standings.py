"""All pilots at a glance: each in a line, and sentences that sum them up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from app.readiness.assessment import NeedValue
from app.readiness.path import NoPath, Path
from app.readiness.profile import Profile
from app.readiness.stop import stop_reason
from app.readiness.verdict import Verdict, cut
from app.records.figures import Figures
from app.records.people import Organisation
from app.records.portfolio import Line
from app.report.portfolio import PilotStanding, Portfolio
from app.web.stated import chosen
from app.words import money

Sort = Literal["go-live", "gates", "gap", "verdict", "effort", "name"]
Show = Literal["all", "go", "conditional", "no-go", "not-assessed", "stop"]

SORTS: Mapping[Sort, str] = {
    "go-live": "go-live",
    "gates": "gates",
    "verdict": "verdict",
    "gap": "widest gap",
    "effort": "effort to Go",
    "name": "name",
}
SHOWN: Mapping[Show, str] = {
    "all": "All",
    "go": "Go",
    "conditional": "Conditional go",
    "no-go": "No-go",
    "not-assessed": "Not assessed",
    "stop": "Stop list",
}
PAGE = 50  # pilots on a page of the list

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT = {
    "api": "API", "cloud-gpu": "cloud accelerators", "on-prem": "own data centre", "special-category": "sensitive data",
    "personal": "personal data", "closed-api": "closed model", "own": "own model", "fine-tuned": "fine-tuned model",
    "trade-secret": "trade secrets", "eu": "EU", "uk": "UK", "us": "US", "california": "California",
}  # fmt: skip
_WORST_FIRST = ("failed", "open", "unproven", "excepted", "passed")
_NOT_TOLD = ("public", "internal", "other")
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an assessment stands, as it is shown."""

    verdict: str
    title: str
    claimed: Decimal | None
    proven: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True)
class Effort:
    """How far it is to a Go, as far as that is worked out for today."""

    assessment: UUID
    needed: bool  # False: it is a Go
    worked_out: bool
    days: Decimal | None  # of work; None where there is no path, or it is not worked out


@dataclass(frozen=True, slots=True)
class PilotLine:
    """A pilot in the list."""

    line: Line
    about: str
    standing: Standing
    gates: tuple[tuple[str, int], ...]  # state and how many, the worst first
    notes: tuple[str, ...]  # what else asks for a look
    money: tuple[str, ...]  # cost and value as stated, where they are
    spark: tuple[tuple[float, float], ...]  # proven at each milestone and today, on a field of 112 by 28
    effort: Effort | None  # None where it was never assessed
    stop: str | None  # why it stands on the stop list


@dataclass(frozen=True, slots=True)
class Listing:
    """The pilots asked for, a page of them, and how many there are of each kind."""

    lines: tuple[PilotLine, ...]
    counts: Mapping[Show, int]
    found: int
    page: int
    pages: int


def standing(figures: Figures | None) -> Standing:
    """The figures of an assessment as they are shown; without an assessment nothing is known."""
    if figures is None:
        return Standing(Verdict.NOT_ASSESSED.value, Verdict.NOT_ASSESSED.title, None, None, "No assessment is begun.")
    return Standing(
        figures.verdict.value, figures.verdict.title, _cut(figures.claimed), _cut(figures.proven), figures.reason
    )


def asked_for(lines: Sequence[Line], today: date, *, sort: Sort, show: Show, named: str) -> tuple[Line, ...]:
    """The pilots that are asked for, in the order asked for.

    Args:
        lines: all of them.
        today: the day (UTC).
        sort: what comes first: the nearest go-live, the most gates in the way, the worst verdict, the widest gap, the
            least effort, or by name.
        show: which of them.
        named: part of the name; "" for any.
    """
    asked = (each for each in lines if named.casefold() in each.name.casefold() and _shows(each, show, today))
    return tuple(sorted(asked, key=_ORDERS[sort]))


def listing(lines: Sequence[Line], today: date, *, sort: Sort, show: Show, named: str, page: int) -> Listing:
    """A page of the pilots that are asked for, from 1; beyond the last page it is the last."""
    asked = asked_for(lines, today, sort=sort, show=show, named=named)
    pages = max(1, -(-len(asked) // PAGE))
    page = min(page, pages)
    shown = asked[(page - 1) * PAGE : page * PAGE]
    return Listing(
        lines=tuple(pilot_line(each, today, stopped(each, today)) for each in shown),
        counts={key: sum(_shows(each, key, today) for each in lines) for key in SHOWN},
        found=len(asked),
        page=page,
        pages=pages,
    )


def in_a_file(
    lines: Sequence[Line], today: date, organisation: Organisation, *, lead: str, selection: str
) -> Portfolio:
    """The pilots as a file shows them."""
    return Portfolio(
        organisation=organisation.name,
        confidentiality=organisation.confidentiality or "",
        as_of=today,
        lead=lead,
        selection=selection,
        pilots=tuple(_in_a_file(each, today) for each in lines),
    )


def _in_a_file(line: Line, today: date) -> PilotStanding:
    stands, effort = standing(line.figures), _effort(line)
    way: Literal["go", "path", "no path", "not worked out"] = "not worked out"
    if effort is not None and not effort.needed:
        way = "go"
    elif effort is not None and effort.worked_out:
        way = "no path" if effort.days is None else "path"
    return PilotStanding(
        name=line.name,
        about=about(line.profile),
        verdict=stands.verdict,
        verdict_title=stands.title,
        claimed=stands.claimed,
        proven=stands.proven,
        gates=dict(gates_in_order(line)),
        in_the_way=stands.reason,
        notes=tuple(_notes(line)),
        effort=way,
        effort_days=effort.days if effort is not None and way == "path" else None,
        go_live=line.go_live,
        stop=stopped(line, today),
        monthly_budget=_amount(line.monthly_budget),
        monthly_value=_amount(line.monthly_value),
        currency=line.currency if isinstance(line.currency, str) else None,
    )


def _shows(line: Line, show: Show, today: date) -> bool:
    if show == "stop":
        return stopped(line, today) is not None
    return show in ("all", _verdict(line).value)


def _amount(stated: NeedValue) -> Decimal | None:
    """An amount as it was stated."""
    return None if stated is None or isinstance(stated, tuple) else Decimal(str(stated))


def stopped(line: Line, today: date) -> str | None:
    """Why a pilot stands on the stop list; None where it does not."""
    return stop_reason(line.profile, _verdict(line), line.effort_days, today)


def not_checked(line: Line) -> bool:
    """Whether days of work are left for a pilot, and nobody has worked out today whether they are enough."""
    held_to = line.profile.effort_budget_days is not None and line.assessment is not None
    return held_to and not line.worked_out and _verdict(line) is not Verdict.GO


def pilot_line(line: Line, today: date, stop: str | None) -> PilotLine:
    """A pilot as the list shows it."""
    return PilotLine(
        line,
        about(line.profile),
        standing(line.figures),
        gates_in_order(line),
        tuple(_notes(line)),
        tuple(_money(line)),
        _spark(line, today),
        _effort(line),
        stop,
    )


def gates_in_order(line: Line) -> tuple[tuple[str, int], ...]:
    """How many gates stand in each state, the worst first; those that do not apply are left out."""
    counts = line.figures.gates if line.figures else {}
    return tuple((state, counts[state]) for state in _WORST_FIRST if counts.get(state))


def _verdict(line: Line) -> Verdict:
    return line.figures.verdict if line.figures else Verdict.NOT_ASSESSED


def _notes(line: Line) -> list[str]:
    figures = line.figures
    if figures is None:
        return []
    counted = (
        (figures.contradicted, "contradicted"),
        (figures.waiting_review, "to look at again after a change"),
        (line.asks_again, "to confirm in a new wording"),
    )
    return [f"{number} {'answer' if number == 1 else 'answers'} {words}" for number, words in counted if number]


def _money(line: Line) -> list[str]:
    stated = ((_amount(line.monthly_budget), "budget"), (_amount(line.monthly_value), "value"))
    return [f"{words} {money(amount, line.currency)} a month" for amount, words in stated if amount is not None]


def effort_of(assessment: UUID, path: Path | NoPath) -> Effort:
    """How far it is to a Go, by a path just worked out."""
    if isinstance(path, NoPath):
        return Effort(assessment, needed=True, worked_out=True, days=None)
    return Effort(assessment, bool(path.steps), worked_out=True, days=path.effort_days)


def _effort(line: Line) -> Effort | None:
    if line.assessment is None:
        return None
    return Effort(line.assessment, _verdict(line) is not Verdict.GO, line.worked_out, line.effort_days)


def _spark(line: Line, today: date) -> tuple[tuple[float, float], ...]:
    """Proven since the first milestone; nothing where there is no milestone, or nothing was known then."""
    points = [(day, proven) for day, proven in line.sealed if proven is not None]
    if line.figures and line.figures.proven is not None:
        points.append((today, line.figures.proven))
    if len(points) < 2:
        return ()
    first, span = points[0][0], max((points[-1][0] - points[0][0]).days, 1)
    return tuple(
        (round(2 + 104 * (day - first).days / span, 1), round(26 - 24 * float(at) / 100, 1)) for day, at in points
    )


def summary(lines: Sequence[Line], today: date) -> str:
    """The portfolio in two sentences: who wants to go live by when, and how many can show that they are ready."""
    ahead = [each.go_live for each in lines if each.go_live and each.go_live >= today]
    ready = sum(each.figures is not None and each.figures.verdict is Verdict.GO for each in lines)
    count = _counted(len(lines), "pilot")
    if not lines:
        return "No pilot yet."
    if len(ahead) == len(lines):
        want = "wants" if len(lines) == 1 else "want"
        first = f"{count} {want} to go live before {_month_after(max(ahead), today)}."
    elif ahead:
        have = "has" if len(ahead) == 1 else "have"
        first = f"{count}; {_number(len(ahead)).lower()} {have} a day ahead for going live."
    else:
        first = f"{count}, and no day ahead for going live."
    return f"{first} {_ready(ready, len(lines))}{_to_stop(lines, today)}"


def about(profile: Profile) -> str:
    """What kind of pilot it is, in a line."""
    said = [profile.sector] if profile.sector else []
    for key in ("deployment", "model", "data", "regions"):
        said += [_SHORT.get(each, each.replace("-", " ")) for each in chosen(profile, key) if each not in _NOT_TOLD]
    line = ", ".join(said)
    return line[:1].upper() + line[1:]


def _ready(ready: int, all_of_them: int) -> str:
    if all_of_them == 1:
        return "It can show that it is ready." if ready else "It cannot show yet that it is ready."
    if ready == all_of_them:
        return "All of them can show that they are ready."
    return f"{'None' if ready == 0 else _number(ready)} can show that {'they are' if ready > 1 else 'it is'} ready."


def _to_stop(lines: Sequence[Line], today: date) -> str:
    number = sum(stopped(each, today) is not None for each in lines)
    return f" {_number(number)} {'stands' if number == 1 else 'stand'} on the stop list." if number else ""


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _counted(number: int, noun: str) -> str:
    return f"{_number(number)} {noun}{'' if number == 1 else 's'}"


def _month_after(day: date, today: date) -> str:
    """The month after a day's; with its year where that is not plain."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    within_a_year = (year - today.year) * 12 + month - today.month <= 11
    return _MONTHS[month - 1] if within_a_year else f"{_MONTHS[month - 1]} {year}"


def _cut(figure: Fraction | None) -> Decimal | None:
    return None if figure is None else cut(figure)


def _by_go_live(line: Line) -> tuple[bool, date]:
    return line.go_live is None, line.go_live or date.max


def _by_gap(line: Line) -> tuple[bool, Fraction]:
    figures = line.figures
    if figures is None or figures.claimed is None or figures.proven is None:
        return True, Fraction(0)
    return False, figures.proven - figures.claimed


def _by_verdict(line: Line) -> tuple[int, date]:
    return _verdict(line).rank, line.go_live or date.max


def _by_gates(line: Line) -> tuple[int, ...]:
    """Those with most failed gates first, then most open ones, and so on down."""
    counts = line.figures.gates if line.figures else {}
    return tuple(-counts.get(state, 0) for state in _WORST_FIRST[:-1])


def _by_effort(line: Line) -> tuple[bool, Decimal]:
    return line.effort_days is None, line.effort_days or Decimal(0)


def _by_name(line: Line) -> str:
    return line.name.casefold()


_ORDERS: Mapping[Sort, Callable[[Line], Any]] = {
    "go-live": _by_go_live,
    "gates": _by_gates,
    "verdict": _by_verdict,
    "gap": _by_gap,
    "effort": _by_effort,
    "name": _by_name,
}
