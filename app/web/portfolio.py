"""All pilots at a glance: each in a line, and a sentence that sums them up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from app.readiness.profile import Profile
from app.readiness.verdict import Verdict, cut
from app.records.figures import Figures
from app.records.portfolio import Line
from app.web.stated import chosen

Sort = Literal["go-live", "gap", "verdict"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT = {
    "api": "API", "cloud-gpu": "cloud accelerators", "on-prem": "own data centre", "special-category": "sensitive data",
    "personal": "personal data", "closed-api": "closed model", "own": "own model", "fine-tuned": "fine-tuned model",
    "trade-secret": "trade secrets", "eu": "EU", "uk": "UK", "us": "US", "california": "California",
}  # fmt: skip
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
class PilotLine:
    """A pilot in the list."""

    line: Line
    about: str
    standing: Standing


def standing(figures: Figures | None) -> Standing:
    """The figures of an assessment as they are shown; without an assessment nothing is known."""
    if figures is None:
        return Standing(Verdict.NOT_ASSESSED.value, Verdict.NOT_ASSESSED.title, None, None, "No assessment is begun.")
    return Standing(
        figures.verdict.value, figures.verdict.title, _cut(figures.claimed), _cut(figures.proven), figures.reason
    )


def pilot_lines(lines: Sequence[Line], sort: Sort) -> tuple[PilotLine, ...]:
    """The pilots in the order asked for: the nearest go-live, the widest gap or the worst verdict first."""
    ordered = sorted(lines, key=_ORDERS[sort])
    return tuple(PilotLine(each, about(each.profile), standing(each.figures)) for each in ordered)


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
    return f"{first} {_ready(ready, len(lines))}"


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
    return (line.figures.verdict if line.figures else Verdict.NOT_ASSESSED).rank, line.go_live or date.max


_ORDERS: Mapping[Sort, Callable[[Line], Any]] = {"go-live": _by_go_live, "gap": _by_gap, "verdict": _by_verdict}
