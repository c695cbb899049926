"""Two milestones compared, or one with today: what moved, through which causes, question by question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.errors import NotFound
from app.readiness.milestone import Sealed
from app.readiness.score import score
from app.readiness.trend import QuestionChange, Side, Trend, compare
from app.readiness.verdict import Verdict, cut
from app.records import assessments, milestones
from app.records.kept import Kept
from app.report.model import CauseLine
from app.report.pictures import moved
from app.report.write.html import drawn
from app.web.access import ToRead, Visit
from app.web.page import ThisPage
from app.web.sealed import opened
from app.words import day, percent

router = APIRouter(include_in_schema=False)

NOW = "now"


@dataclass(frozen=True, slots=True)
class SideLine:
    """One of the two, as it is shown."""

    title: str
    on: date
    url: str
    verdict: Verdict
    claimed: Decimal | None
    proven: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A question that differs."""

    change: QuestionChange
    note: str | None  # where only one of the two catalogues asks it


@dataclass(frozen=True, slots=True)
class GateChange:
    """A gate that stands otherwise."""

    key: str
    title: str
    before: str | None  # its state; None where it was no gate
    after: str | None


@router.get("/assessments/{assessment}/comparison")
def show_comparison(
    visit: ToRead,
    page: ThisPage,
    assessment: UUID,
    old: Annotated[str | None, Query(alias="from")] = None,
    new: Annotated[str, Query(alias="to")] = NOW,
) -> Response:
    """What differs between two milestones of an assessment, or between one and today."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    sealed = milestones.list_for(visit.db, visit.caller, assessment)
    known = {each.id: each for each in sealed}
    begun = _last(sealed) if old is None else old
    sides = _side(visit, kept, known, begun), _side(visit, kept, known, new)
    trend = compare(*sides)
    before = _line(kept, known.get(begun), sides[0], trend, 0)
    after = _line(kept, known.get(new), sides[1], trend, 1)
    causes = [CauseLine(each.cause, each.shown) for each in trend.parts if each.exact or each.shown]
    picture = moved((before.on, before.proven), (after.on, after.proven), causes)
    return page.show(
        "milestones/comparison.html",
        here="pilots",
        home=f"/assessments/{assessment}",
        pilot=kept.assessment.pilot.name,
        pilot_url=f"/pilots/{kept.pilot}",
        title=_title(before, after),
        before=before,
        after=after,
        causes=causes,
        points=None if before.proven is None or after.proven is None else after.proven - before.proven,
        picture=drawn(picture) if picture else None,
        changes=[_change(each, sides) for each in trend.questions],
        gates=_gates(*sides),
        choices={NOW: "Now"} | {each.id: f"{each.title}, {day(each.as_of)}" for each in reversed(sealed)},
        chosen=(begun, new),
    )


def _last(sealed: Sequence[Sealed]) -> str:
    """The last milestone, which is what one asks about first.

    Raises:
        NotFound: there is nothing to compare with.
    """
    if not sealed:
        raise NotFound("No milestone of this assessment is sealed yet, so there is nothing to compare with.")
    return sealed[-1].id


def _side(visit: Visit, kept: Kept, known: Mapping[str, Sealed], key: str) -> Side:
    """What one of the two is scored from.

    Raises:
        NotFound: this assessment has no such milestone.
    """
    if key == NOW:
        return Side(kept.catalogue, kept.assessment, visit.today)
    if key not in known:
        raise NotFound("This assessment has no such milestone. Only milestones of one assessment can be compared.")
    return opened(milestones.find(visit.db, visit.caller, UUID(key))).side


def _line(kept: Kept, sealed: Sealed | None, side: Side, trend: Trend, index: Literal[0, 1]) -> SideLine:
    return SideLine(
        title=sealed.title if sealed else "Now",
        on=side.as_of,
        url=f"/milestones/{sealed.id}" if sealed else f"/assessments/{kept.id}/report",
        verdict=Verdict(trend.verdicts[index]),
        claimed=_cut(trend.claimed[index]),
        proven=_cut(trend.proven[index]),
    )


def _title(before: SideLine, after: SideLine) -> str:
    """What moved, in the fewest words."""
    if before.proven is None or after.proven is None:
        return "What has changed"
    if before.proven == after.proven:
        return f"Proven stands at {percent(after.proven)}, as it did"
    way = "rose" if after.proven > before.proven else "fell"
    return f"Proven {way} from {percent(before.proven)} to {percent(after.proven)}"


def _change(change: QuestionChange, sides: tuple[Side, Side]) -> ChangeLine:
    asked = [change.key in side.catalogue.questions for side in sides]
    note = "no longer asked" if not asked[1] else "asked anew" if not asked[0] else None
    return ChangeLine(change, note)


def _gates(old: Side, new: Side) -> tuple[GateChange, ...]:
    """Every gate that stands otherwise; those that only one of the two has, too."""
    before, after = (score(side.catalogue, side.assessment, side.as_of).gates for side in (old, new))
    was, now = ({each.key: each.state.value for each in gates} for gates in (before, after))
    titles = {each.key: each.question.title for each in (*before, *after)}
    return tuple(
        GateChange(key, title, was.get(key), now.get(key))
        for key, title in titles.items()
        if was.get(key) != now.get(key)
    )


def _cut(figure: Fraction | None) -> Decimal | None:
    return None if figure is None else cut(figure)
