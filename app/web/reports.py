"""The report of an assessment: as a page, as a file, and the register of its evidence."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from app.errors import NotFound
from app.library import law
from app.readiness.assessment import Evidence
from app.records import assessments, audit, people
from app.records.caller import LinkGrant
from app.records.kept import Kept
from app.report.compose import compose
from app.report.model import EvidenceLine, Report
from app.report.write import WRITERS
from app.report.write.html import shown
from app.web.access import ToExportReport, ToRead, ToReadReport, Visit
from app.web.page import ThisPage

router = APIRouter(include_in_schema=False)

SOON = timedelta(days=60)  # what goes stale within it is worth a look now
_MEDIA = {".pdf": "application/pdf", ".html": "text/html; charset=utf-8", ".json": "application/json"}


def _day(given: object) -> object:
    """A day of the form; a field left empty states none."""
    if not isinstance(given, str) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
        return given
    if given == "":
        return None
    raise ValueError("must be a date such as 2026-11-20")


AsOf = Annotated[date | None, BeforeValidator(_day), Query()]
View = Literal["all", "waiting", "stale", "withdrawn"]


@router.get("/assessments/{assessment}/report")
def show_report(visit: ToReadReport, page: ThisPage, assessment: UUID, as_of: AsOf = None) -> Response:
    """The report as a page."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    home = f"/assessments/{assessment}"
    has_account = visit.caller.role is not None
    return page.show(
        "report/show.html",
        **shown(_report(visit, kept, as_of)),
        today=visit.today,
        file=f"{home}/report",
        query=f"?as_of={as_of}" if as_of else "",
        home=home if has_account else None,
        method_url="/method" if has_account else None,
        pilot_url=f"/pilots/{kept.pilot}",
        may_share=visit.caller.may_edit,
        here="pilots",
    )


@router.get("/assessments/{assessment}/report.{kind}")
def export_report(visit: ToExportReport, assessment: UUID, kind: str, as_of: AsOf = None) -> Response:
    """The report as a file: pdf, html or json."""
    return exported(visit, assessment, f".{kind}", as_of)


@router.get("/assessments/{assessment}/evidence")
def show_register(visit: ToRead, page: ThisPage, assessment: UUID, show: View = "all") -> Response:
    """Every item of evidence: what waits for a second person, and what goes stale."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    report = _report(visit, kept, None)
    views = _views(report, kept, visit.today)
    return page.show(
        "assessments/evidence.html",
        **shown(report),
        items=views[show],
        counts={key: len(items) for key, items in views.items()},
        view=show,
        soon=visit.today + SOON,
        home=f"/assessments/{assessment}",
        pilot_url=f"/pilots/{kept.pilot}",
        here="pilots",
    )


def report_for(visit: Visit, assessment: UUID, as_of: date | None) -> Report:
    """The report of an assessment on a day (None: today), as much of it as the caller may see."""
    return _report(visit, assessments.read(visit.db, visit.caller, assessment), as_of)


def exported(visit: Visit, assessment: UUID, suffix: str, as_of: date | None) -> Response:
    """The report as a file to keep, with a row in the audit.

    Raises:
        NotFound: reports are not written in that form.
    """
    write = WRITERS.get(suffix)
    if write is None:
        raise NotFound(f"A report is written as {', '.join(WRITERS)}.")
    report = report_for(visit, assessment, as_of)
    what = {"as": suffix, "as_of": report.as_of, "answers": report.has_appendix}
    audit.note(visit.db, visit.caller, "report exported", ("assessment", assessment), at=visit.at, after=what)
    return MadeLater(lambda: write(report), file_name(report, suffix), _MEDIA[suffix])


class MadeLater(Response):
    """A file to keep that is made once the transaction is over: nobody's save waits while a PDF is set."""

    def __init__(self, make: Callable[[], bytes], name: str, media_type: str) -> None:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        kept_as = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
        super().__init__(media_type=media_type, headers={"Content-Disposition": kept_as})
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make it, then send it."""
        self.body = await run_in_threadpool(self._make)
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def file_name(report: Report, suffix: str) -> str:
    """What the file is called: the pilot's name, as far as any file system takes it, and the day."""
    pilot = re.sub(r"\W+", "-", report.pilot).strip("-")[:60]
    return "-".join(part for part in (pilot, "readiness", report.as_of.isoformat()) if part) + suffix


def _report(visit: Visit, kept: Kept, as_of: date | None) -> Report:
    organisation = people.organisation_of(visit.db, visit.caller)
    whole = compose(
        kept.catalogue,
        kept.assessment,
        as_of or visit.today,
        organisation=organisation.name,
        confidentiality=organisation.confidentiality or "",
        law=law(),
    )
    return _as_granted(whole, visit.caller.link)


def _as_granted(report: Report, grant: LinkGrant | None) -> Report:
    """The report as far as a link opens it: its summary, and the answers only where its maker ticked them."""
    if grant is None:
        return report
    if not grant.appendix:
        return report.summary()
    if not grant.sections:
        return report
    dimensions = tuple(
        each if each.key in grant.sections else replace(each, questions=()) for each in report.dimensions
    )
    lines = {line.key for each in dimensions for line in each.questions}
    return replace(
        report,
        dimensions=dimensions,
        not_applicable=tuple(each for each in report.not_applicable if each.key in lines),
        register=tuple(each for each in report.register or () if each.question in lines),
    )


def _views(report: Report, kept: Kept, today: date) -> dict[View, tuple[EvidenceLine, ...]]:
    """The register as its filters show it; what is stale already, and then what will be first, stands first there."""
    items = report.register or ()
    said = {item.id: item for answer in kept.assessment.answers.values() for item in answer.evidence}
    return {
        "all": items,
        "waiting": tuple(each for each in items if _waits(said[each.id])),
        "stale": tuple(sorted((each for each in items if _stale(each, today)), key=lambda each: _lost_on(each, today))),
        "withdrawn": tuple(each for each in items if each.withdrawn),
    }


def _stale(item: EvidenceLine, today: date) -> bool:
    """Whether an item that still speaks for an answer counts less than it did, or soon will."""
    return item.withdrawn is None and (
        item.effective_grade != item.counted_grade or _lost_on(item, today) <= today + SOON
    )


def _lost_on(item: EvidenceLine, today: date) -> date:
    if item.effective_grade != item.counted_grade:
        return today
    return item.good_until or date.max


def _waits(item: Evidence) -> bool:
    """Whether a second person has to look at an item, or at its withdrawal."""
    return not (item.withdrawn.confirmed if item.withdrawn else item.confirmed)
