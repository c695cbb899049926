"""The path to a Go: its steps, those ruled out, what the verdict hangs on, and the cheapest proof of each claim."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.readiness.outlook import Hinge, Outlook, Proving
from app.readiness.path import NoPath, Path, Step
from app.readiness.score import score
from app.readiness.verdict import Verdict, cut
from app.records import assessments
from app.records.kept import Kept
from app.report.told import days, hinge_told, path_told, step_told, told
from app.web.access import ToRead
from app.web.outlooks import outlook_of, path_of
from app.web.page import ThisPage
from app.web.reports import AsOf

router = APIRouter(include_in_schema=False)

Aim = Literal["go", "conditional"]
RuledOut = Annotated[list[str], Query(max_length=1000)]  # two kinds of steps a question and some more

_WHAT = {
    "level": "Work on it",
    "items": "Have the evidence confirmed",
    "withdrawal": "Have the withdrawal confirmed",
    "not-applicable": "Have it confirmed that it does not apply",
    "pilot": "Have profile and needs confirmed",
}


_NOT_ENOUGH = "Every step that is left, taken as far as it goes, is not enough."


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as it stands in the list."""

    step: Step
    does: str
    days: str
    at: str  # where it is taken


@dataclass(frozen=True, slots=True)
class Left:
    """A step that was ruled out."""

    key: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class Way:
    """What was found."""

    title: str
    sentence: str
    found: bool
    steps: tuple[StepLine, ...]
    because: tuple[str, ...]  # what still stands in the way where no path was found
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class HingeLine:
    """A question that the verdict hangs on."""

    hinge: Hinge
    told: str
    at: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An unproven claim, and its cheapest proof."""

    proving: Proving
    told: str
    days: str


@dataclass(frozen=True, slots=True)
class Owned:
    """The unproven claims of those who answer for them."""

    owner: str
    days: str
    claims: tuple[Claim, ...]


@router.get("/assessments/{assessment}/path")
def show_path(
    visit: ToRead,
    page: ThisPage,
    assessment: UUID,
    target: Aim = "go",
    without: RuledOut = [],  # noqa: B006 - FastAPI makes a new one for each request
    as_of: AsOf = None,
) -> Response:
    """The least effort that turns the verdict, and what would prove each claim."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    on = as_of or visit.today
    home = f"/assessments/{assessment}"
    left_out = tuple(dict.fromkeys(without))
    outlook = outlook_of(visit, kept, on)
    as_worked_out = target == "go" and not left_out
    path = outlook.path if as_worked_out else path_of(visit, kept, on, Verdict(target), left_out)
    scored = score(kept.catalogue, kept.assessment, on)
    verdict, asked = scored.decision.verdict, scored.questions.values()
    return page.part(
        "paths/show.html",
        "path",
        here="pilots",
        home=home,
        pilot=kept.assessment.pilot.name,
        pilot_url=f"/pilots/{kept.pilot}",
        on=on,
        verdict=verdict,
        way=_way(kept, path, left_out, home),
        proven=None if scored.proven is None else cut(scored.proven),
        go=scored.tier.tier.go,
        aims=[(aim, Verdict(aim).title, _address(home, aim, left_out, as_of)) for aim in ("go", "conditional")],
        aim=target,
        as_of=as_of,
        query=f"?as_of={as_of}" if as_of else "",
        today=visit.today,
        told=told(outlook, verdict.title),
        hinges=_hinges(outlook, home),
        owned=_owned(outlook),
        claims=len(outlook.proving),
        new_look=sum(each.claimed is not None and each.proof.awaiting_review is not None for each in asked),
    )


def _address(home: str, aim: str, without: Collection[str], as_of: date | None) -> str:
    """The same page with another aim; nothing that was chosen is lost."""
    chosen = [("target", aim)] if aim != "go" else []
    chosen += [("without", key) for key in without]
    chosen += [("as_of", as_of.isoformat())] if as_of else []
    return f"{home}/path" + (f"?{urlencode(chosen)}" if chosen else "")


def _way(kept: Kept, path: Path | NoPath, without: Sequence[str], home: str) -> Way:
    steps = path.steps if isinstance(path, Path) else ()
    return Way(
        title=_title(path),
        sentence=path_told(path) if isinstance(path, Path) else _NOT_ENOUGH,
        found=isinstance(path, Path),
        steps=tuple(
            StepLine(each, step_told(each), days(each.effort_days), _place(each, kept, home)) for each in steps
        ),
        because=path.because if isinstance(path, NoPath) else (),
        left=tuple(_left(kept, key) for key in without),
    )


def _title(path: Path | NoPath) -> str:
    """What was found, in the fewest words."""
    target = path.target.title
    if isinstance(path, NoPath):
        return f"No path to a {target}"
    if not path.steps:
        return f"Nothing is left to do for a {target}"
    return f"{days(path.effort_days)} of work to a {target}"


def _place(step: Step, kept: Kept, home: str) -> str:
    if step.question is None:
        return f"/pilots/{kept.pilot}"
    return _question_at(step.question, home)


def _question_at(question: str, home: str) -> str:
    return f"{home}/{question.partition('.')[0]}#{question}"


def _left(kept: Kept, key: str) -> Left:
    kind, _, question = key.partition(":")
    title = kept.catalogue.questions[question].title if question else "Profile and needs"
    return Left(key, title, _WHAT[kind])


def _hinges(outlook: Outlook, home: str) -> tuple[HingeLine, ...]:
    fragility = outlook.fragility
    found = (*fragility.hinges, *fragility.others) if fragility else ()
    # The title stands in its line already.
    return tuple(
        HingeLine(each, hinge_told(each).removeprefix(f"{each.title}, "), _question_at(each.question, home))
        for each in found
    )


def _owned(found: Outlook) -> tuple[Owned, ...]:
    """By whom they are owned; those with most to prove come first."""
    claims: dict[str, list[Proving]] = defaultdict(list)
    for each in found.proving:
        claims[each.owner].append(each)
    return tuple(
        Owned(
            owner,
            days(sum((each.effort_days for each in theirs), Decimal(0))),
            tuple(Claim(each, _proof(each), days(each.effort_days)) for each in theirs),
        )
        for owner, theirs in sorted(claims.items(), key=lambda each: (-len(each[1]), each[0]))
    )


def _proof(proving: Proving) -> str:
    """What the cheapest proof is, where its question, its levels and its days stand beside it."""
    match proving.how:
        case "review":
            return "Look at the answer again, and save it."
        case "confirm":
            return "Have what is attached confirmed by a second person."
    shown = f"Level {proving.claimed}, {proving.grade}"
    return f"{shown}: {proving.evidence}" if proving.evidence else f"{shown}."
