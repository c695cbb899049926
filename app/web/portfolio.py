"""The portfolio: all pilots on one scale, as a page and as files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.demo import ORGANISATION as DEMO
from app.errors import NotFound
from app.readiness.outlook import Outlook
from app.records import assessments, audit, people
from app.records.kept import load
from app.records.portfolio import Line, portfolio
from app.report.write import PORTFOLIO_WRITERS
from app.web.access import ToExport, ToRead, Visit
from app.web.outlooks import outlook_later, outlook_of
from app.web.page import ThisPage
from app.web.reports import MEDIA, MadeLater
from app.web.standings import SHOWN, SORTS, Show, Sort, asked_for, effort_of, in_a_file, listing, not_checked, summary

router = APIRouter(include_in_schema=False)

_WORKED_OUT_AT_ONCE = 40  # paths to Go that a file waits for; each takes about a tenth of a second

Named = Annotated[str, Query(max_length=200)]


@router.get("/")
def show_portfolio(
    visit: ToRead,
    page: ThisPage,
    sort: Sort = "go-live",
    show: Show = "all",
    named: Named = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """The pilots, each in a line."""
    lines = portfolio(visit.db, visit.caller, visit.today)
    if any(each.lapsed for each in lines):
        visit.afterwards(lambda db: assessments.refresh(db, visit.caller, visit.today))
    return page.show(
        "pilots/portfolio.html",
        lead=summary(lines, visit.today),
        listed=listing(lines, visit.today, sort=sort, show=show, named=named.strip(), page=number),
        any=bool(lines),
        unchecked=sum(not_checked(each) for each in lines),
        sorts=SORTS,
        shown=SHOWN,
        asked={"sort": sort, "show": show, "named": named.strip()},
        may_edit=visit.caller.may_edit,
        demo=visit.caller.organisation_name == DEMO,
    )


@router.get("/portfolio.{kind}")
def export_portfolio(
    visit: ToExport, kind: str, sort: Sort = "go-live", show: Show = "all", named: Named = ""
) -> Response:
    """The pilots as they are listed, as a file: pdf or xlsx."""
    write = PORTFOLIO_WRITERS.get(f".{kind}")
    if write is None:
        raise NotFound(f"A portfolio is written as {', '.join(PORTFOLIO_WRITERS)}.")
    organisation = people.organisation_of(visit.db, visit.caller)
    lines = portfolio(visit.db, visit.caller, visit.today)
    chosen = asked_for(lines, visit.today, sort=sort, show=show, named=named.strip())
    paths = _missing_paths(visit, chosen)
    order = f"{SHOWN[show]}, {SORTS[sort]} first"
    selection = f"{order}, named “{named.strip()}”" if named.strip() else order
    lead = summary(lines, visit.today)

    def make() -> bytes:
        """Once the transaction is over: nobody's save waits for a solver, or while a PDF is set."""
        known = [_with_path(each, paths) for each in chosen]
        return write(in_a_file(known, visit.today, organisation, lead=lead, selection=selection))

    subject = ("organisation", visit.caller.organisation)
    about = {"as": f".{kind}", "pilots": len(chosen)}
    audit.note(visit.db, visit.caller, "portfolio exported", subject, at=visit.at, after=about)
    return MadeLater(make, f"portfolio-{visit.today.isoformat()}.{kind}", MEDIA[f".{kind}"])


@router.get("/assessments/{assessment}/effort")
def show_effort(visit: ToRead, page: ThisPage, assessment: UUID) -> Response:
    """How far an assessment is from a Go, worked out where that is not kept yet: a cell of the list."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    effort = effort_of(assessment, outlook_of(visit, kept, visit.today).path)
    return page.block("pilots/portfolio.html", "effort", each={"effort": effort})


def _missing_paths(visit: Visit, lines: Sequence[Line]) -> Mapping[UUID, Callable[[], Outlook]]:
    """What gives the outlooks that are not kept, as many as a file can wait for; of the others it says so."""
    missing = [each.assessment for each in lines if each.assessment and not each.worked_out][:_WORKED_OUT_AT_ONCE]
    return {each.id: outlook_later(visit, each, visit.today) for each in load(visit.db, missing)}


def _with_path(line: Line, paths: Mapping[UUID, Callable[[], Outlook]]) -> Line:
    if line.assessment is None or line.assessment not in paths:
        return line
    effort = effort_of(line.assessment, paths[line.assessment]().path)
    return replace(line, worked_out=True, effort_days=effort.days)
