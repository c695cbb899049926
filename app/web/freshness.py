"""What goes stale: what counts less already, and what will by itself, of one pilot by who answers, and of all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.readiness.catalogue import Question
from app.readiness.freshness import Aged, Lapse, lapses, stale
from app.readiness.gates import GateState
from app.readiness.score import Score, score
from app.readiness.verdict import Verdict, cut
from app.records import assessments
from app.records.kept import Kept, load
from app.records.portfolio import portfolio
from app.web.access import ToRead
from app.web.page import ThisPage

router = APIRouter(include_in_schema=False)

HORIZONS = (30, 60, 90)  # days ahead
_FEW = 12  # lines that need no folding
_PAGE = 25  # pilots on a page of all of them; each is scored for a later day, which takes some hundredths of a second
Within = Literal["30", "60", "90"]


@dataclass(frozen=True, slots=True)
class Line:
    """One answer that loses something, on a day; without one it has lost it already."""

    on: date | None
    question: Question
    at: str  # where it is answered
    aged: tuple[Aged, ...]
    proven: tuple[int | None, int | None]  # today's twice where it has lost it already
    claimed: int | None
    turns: str | None  # what its gate becomes


@dataclass(frozen=True, slots=True)
class Owned:
    """What one role answers for."""

    owner: str
    lines: tuple[Line, ...]

    @property
    def loses(self) -> int:
        """How many of them will prove less."""
        return sum((each.proven[1] or 0) < (each.proven[0] or 0) for each in self.lines)

    @property
    def behind(self) -> int:
        """How many of them prove less than is claimed."""
        return sum((each.proven[1] or 0) < (each.claimed or 0) for each in self.lines)

    @property
    def turns(self) -> int:
        """How many of them are gates that will turn."""
        return sum(each.turns is not None for each in self.lines)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the pilot stands on a day if nothing is done."""

    on: date
    verdict: Verdict
    proven: Decimal | None
    passed: int  # gates
    gates: int  # that apply


@dataclass(frozen=True, slots=True)
class Ahead:
    """One pilot of all: what time alone does to it within so many days."""

    name: str
    at: str  # where it is told in full
    first: date
    verdict: tuple[Verdict, Verdict]  # today and on the last of these days
    ages: int  # answers that have something that loses a grade
    loses: int  # those that then prove less
    turns: tuple[Line, ...]  # gates


@router.get("/freshness")
def show_all_freshness(
    visit: ToRead,
    page: ThisPage,
    within: Within = "90",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """What goes stale within so many days in every pilot, the first to lose something first."""
    days = int(within)
    until = visit.today + timedelta(days=days)
    lines = [each for each in portfolio(visit.db, visit.caller, visit.today) if each.assessment and each.figures]
    due = {
        each.assessment: each.figures.lapses_on
        for each in lines
        if each.assessment and each.figures and each.figures.lapses_on and each.figures.lapses_on <= until
    }
    order = sorted(due, key=lambda id: (due[id], id))
    pages = max(1, -(-len(order) // _PAGE))
    number = min(number, pages)
    ids = order[(number - 1) * _PAGE : number * _PAGE]
    known = {each.id: each for each in load(visit.db, ids)}
    return page.show(
        "freshness/show.html",
        here="pilots",
        today=visit.today,
        within=days,
        horizons=HORIZONS,
        pilots=[each for id in ids if (each := _ahead(known[id], visit.today, until))],
        all=len(lines),
        due=len(order),
        page=number,
        pages=pages,
    )


@router.get("/assessments/{assessment}/freshness")
def show_freshness(visit: ToRead, page: ThisPage, assessment: UUID, within: Within = "90") -> Response:
    """What is stale, what goes stale within so many days, and where the pilot then stands."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    today = score(kept.catalogue, kept.assessment, visit.today)
    days = int(within)
    ahead = tuple(lapses(kept.catalogue, kept.assessment, today, visit.today + timedelta(days=days)))
    old = tuple(_stale(kept, today))
    later = tuple(_line(kept, today, each) for each in ahead)
    standings = tuple(_standings(kept, today))
    return page.show(
        "freshness/assessment.html",
        here="pilots",
        pilot=kept.assessment.pilot.name,
        pilot_url=f"/pilots/{kept.pilot}",
        home=f"/assessments/{assessment}",
        today=visit.today,
        within=days,
        horizons=HORIZONS,
        stale=_by_owner(kept, old),
        ahead=_by_owner(kept, later),
        few=_FEW,
        count={"stale": len(old), "ahead": len(later), "loses": sum(each.loses for each in ahead)},
        turns=[each for each in later if each.turns],
        first=later[0].on if later else None,
        standings=standings,
    )


def _ahead(kept: Kept, today: date, until: date) -> Ahead | None:
    """What one pilot loses; None where something differs by then, and no evidence of it ages."""
    now = score(kept.catalogue, kept.assessment, today)
    found = tuple(lapses(kept.catalogue, kept.assessment, now, until))
    if not found:
        return None
    then = score(kept.catalogue, kept.assessment, until)
    return Ahead(
        name=kept.assessment.pilot.name,
        at=f"/assessments/{kept.id}/freshness",
        first=found[0].on,
        verdict=(now.decision.verdict, then.decision.verdict),
        ages=len({each.question for each in found}),
        loses=len({each.question for each in found if each.loses}),
        turns=tuple(_line(kept, now, each) for each in found if each.turns),
    )


def _stale(kept: Kept, today: Score) -> Iterator[Line]:
    by_question: dict[str, list[Aged]] = {}
    for asked, aged in stale(today):
        by_question.setdefault(asked.key, []).append(aged)
    for key, items in by_question.items():
        asked = today.questions[key]
        yield Line(
            on=None,
            question=asked.question,
            at=_at(kept, key),
            aged=tuple(items),
            proven=(asked.proven, asked.proven),
            claimed=asked.claimed,
            turns=None,
        )


def _line(kept: Kept, today: Score, lapse: Lapse) -> Line:
    asked = today.questions[lapse.question]
    return Line(
        on=lapse.on,
        question=asked.question,
        at=_at(kept, lapse.question),
        aged=lapse.aged,
        proven=lapse.proven,
        claimed=asked.claimed,
        turns=lapse.gate[1].value if lapse.turns and lapse.gate else None,
    )


def _by_owner(kept: Kept, lines: Sequence[Line]) -> tuple[Owned, ...]:
    """By the role that answers for the question, in the order of the catalogue's roles; each list as it was."""
    owners = kept.catalogue.policy.owners
    return tuple(
        Owned(title, theirs)
        for key, title in owners.items()
        if (theirs := tuple(each for each in lines if each.question.owner == key))
    )


def _standings(kept: Kept, today: Score) -> Iterator[Standing]:
    for days in (0, *HORIZONS):
        on = today.as_of + timedelta(days=days)
        then = score(kept.catalogue, kept.assessment, on) if days else today
        gates = [each.state for each in then.gates if each.state is not GateState.NOT_APPLICABLE]
        proven = None if then.proven is None else cut(then.proven)
        yield Standing(on, then.decision.verdict, proven, gates.count(GateState.PASSED), len(gates))


def _at(kept: Kept, question: str) -> str:
    return f"/assessments/{kept.id}/{question.partition('.')[0]}#{question}"
