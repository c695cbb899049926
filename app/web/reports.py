"""The report of an assessment: as a page, as a file, and the register of its evidence."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal
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
from app.records import assessments, audit, milestones, people, scenarios
from app.records.caller import LinkGrant
from app.records.kept import Kept
from app.report.compose import Background, compose
from app.report.model import EvidenceLine, Report
from app.report.scenario import ScenarioFigure, ScenarioLine, ScenarioUse
from app.report.write import WRITERS
from app.report.write.html import shown
from app.web.access import ToExportReport, ToRead, ToReadReport, Visit
from app.web.outlooks import outlook_later, since_later
from app.web.page import ThisPage

router = APIRouter(include_in_schema=False)

SOON = timedelta(days=60)  # what goes stale within it is worth a look now
MEDIA = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
}


def _day(given: object) -> object:
    """A day of the form; a field left empty states none."""
    if not isinstance(given, str) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
        return given
    if given == "":
        return None
    raise ValueError("must be a date such as 2026-11-20")


AsOf = Annotated[date | None, BeforeValidator(_day), Query(description="The day; today unless one is named.")]
View = Literal["all", "waiting", "stale", "withdrawn"]


@router.get("/assessments/{assessment}/report")
def show_report(visit: ToReadReport, page: ThisPage, assessment: UUID, as_of: AsOf = None) -> Response:
    """The report as a page."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    home = f"/assessments/{assessment}"
    has_account = visit.caller.role is not None
    return page.show(
        "report/show.html",
        **shown(report_later(visit, kept, as_of)()),
        today=visit.today,
        sealed=None,
        file=f"{home}/report",
        query=f"?as_of={as_of}" if as_of else "",
        home=home if has_account else None,
        method_url=f"/method?catalogue={kept.catalogue.id}&version={kept.catalogue.version}" if has_account else None,
        pilot_url=f"/pilots/{kept.pilot}",
        may_share=visit.caller.may_edit,
        here="pilots",
    )


@router.get("/assessments/{assessment}/report.{kind}")
def export_report(visit: ToExportReport, assessment: UUID, kind: str, as_of: AsOf = None) -> Response:
    """The report as a file: pdf, html, xlsx or json."""
    return exported(visit, assessment, f".{kind}", as_of)


@router.get("/assessments/{assessment}/evidence")
def show_register(visit: ToRead, page: ThisPage, assessment: UUID, show: View = "all") -> Response:
    """Every item of evidence: what waits for a second person, and what goes stale."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    report = compose(kept.catalogue, kept.assessment, visit.today)
    views = _views(report, kept, visit.today)
    return page.show(
        "assessments/evidence.html",
        **shown(report),
        items=views[show],
        files=kept.files,
        may_edit=visit.caller.may_edit,
        counts={key: len(items) for key, items in views.items()},
        view=show,
        soon=visit.today + SOON,
        home=f"/assessments/{assessment}",
        pilot_url=f"/pilots/{kept.pilot}",
        here="pilots",
    )


def report_for(visit: Visit, assessment: UUID, as_of: date | None) -> Report:
    """The report of an assessment on a day (None: today), as much of it as the caller may see."""
    return report_later(visit, assessments.read(visit.db, visit.caller, assessment), as_of)()


def report_later(visit: Visit, kept: Kept, as_of: date | None) -> Callable[[], Report]:
    """What composes the report, also once the transaction is over: all that is kept is read now."""
    on, grant = as_of or visit.today, visit.caller.link
    organisation = people.organisation_of(visit.db, visit.caller)
    sealed = milestones.list_for(visit.db, visit.caller, kept.id)
    calculated = tuple(_scenario(each, kept.id) for each in scenarios.of_pilot(visit.db, kept.pilot))
    outlook = outlook_later(visit, kept, on)
    since = since_later(visit, kept, on, next((each for each in reversed(sealed) if each.as_of <= on), None))

    def composed() -> Report:
        background = Background(
            organisation=organisation.name,
            confidentiality=organisation.confidentiality or "",
            law=law(),
            outlook=outlook(),
            milestones=sealed,
            restatements=kept.restatements,
            first_attached=kept.first_attached,
            dropped=kept.dropped,
            asks_again=kept.asks_again,
            scenarios=calculated,
        )
        whole = compose(kept.catalogue, kept.assessment, on, background)
        return as_granted(replace(whole, since=since()), grant)

    return composed


def _scenario(listed: scenarios.Listed, assessment: UUID) -> ScenarioLine:
    """A scenario as the report of one of its pilot's assessments tells it."""
    shown_for = (each.question for each in listed.evidence if each.assessment == assessment and not each.withdrawn)
    return ScenarioLine(
        id=str(listed.id),
        name=listed.name,
        calculator=listed.calculator,
        calculator_title=listed.title,
        sentence=listed.sentence,
        figures=tuple(ScenarioFigure(each.title, each.value, each.band) for each in listed.figures),
        evidence_for=tuple(ScenarioUse(question, question) for question in dict.fromkeys(shown_for)),
        worked_out_on=listed.worked_out_at.date(),
        by=listed.by,
    )


def exported(visit: Visit, assessment: UUID, suffix: str, as_of: date | None) -> Response:
    """The report as a file to keep, with a row in the audit.

    Raises:
        NotFound: reports are not written in that form.
    """
    kept = assessments.read(visit.db, visit.caller, assessment)
    grant = visit.caller.link
    what = {"as_of": as_of or visit.today, "answers": grant is None or grant.appendix}
    subject = ("assessment", assessment)
    return written(visit, report_later(visit, kept, as_of), kept.assessment.pilot.name, suffix, subject, what)


def written(
    visit: Visit,
    composed: Callable[[], Report],
    pilot: str,
    suffix: str,
    subject: tuple[str, UUID],
    what: Mapping[str, Any],
) -> Response:
    """A report as a file to keep, composed and written once the transaction is over, with a row in the audit.

    Args:
        visit: the request.
        composed: gives the report.
        pilot: whose name the file bears.
        suffix: in which form, such as `.pdf`.
        subject: whose report it is.
        what: tells the audit which one; its `as_of` stands in the file's name.

    Raises:
        NotFound: reports are not written in that form.
    """
    write = WRITERS.get(suffix)
    if write is None:
        raise NotFound(f"A report is written as {', '.join(WRITERS)}.")
    audit.note(visit.db, visit.caller, "report exported", subject, at=visit.at, after={"as": suffix, **what})
    name = file_name(pilot, "readiness", what["as_of"]) + suffix
    return MadeLater(lambda: write(composed()), name, MEDIA[suffix])


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


def file_name(*parts: object) -> str:
    """What a file is called, without its suffix: as far as any file system takes it."""
    plain = (re.sub(r"\W+", "-", str(part)).strip("-")[:60] for part in parts)
    return "-".join(part for part in plain if part)


def as_granted(report: Report, grant: LinkGrant | None) -> Report:
    """The report as far as a link opens it: its summary, and the answers only where its maker ticked them."""
    if grant is None:
        return report
    if not grant.appendix:
        return report.summary()
    return report.of_dimensions(grant.sections) if grant.sections else report


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
