"""Per framework, item by item: which questions touch it, and what is claimed and proven there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.errors import NotFound
from app.library import law
from app.readiness.catalogue import Question
from app.records import assessments, audit
from app.records.kept import Kept
from app.report.compose import Background, compose
from app.report.model import CoverageItem, CoverageLine, LawLine, QuestionLine, Report
from app.report.write.csv import coverage_csv
from app.report.write.frameworks import duties, in_words
from app.web.access import ToExportReport, ToReadReport, Visit
from app.web.page import ThisPage
from app.web.reports import AsOf, MadeLater, as_granted, file_name
from app.words import hyphened

router = APIRouter(include_in_schema=False)

ALL = "all"  # in place of a framework's key


@dataclass(frozen=True, slots=True)
class Touching:
    """A question that touches an item, and where this reader finds it (None: nowhere)."""

    title: str
    url: str | None
    standing: str  # its levels, or why there are none


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a framework as the page shows it."""

    line: CoverageItem
    in_words: str | None
    touched_by: tuple[Touching, ...]
    law: tuple[LawLine, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A framework as the page shows it."""

    line: CoverageLine
    items: tuple[Item, ...]


@router.get("/assessments/{assessment}/coverage")
def show_coverage(
    visit: ToReadReport, page: ThisPage, assessment: UUID, framework: str | None = None, as_of: AsOf = None
) -> Response:
    """Every framework in a line; or the items of the one that is asked for, or of all."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    report = _report(visit, kept, as_of)
    lines = {each.framework: each for each in report.coverage}
    if framework and framework != ALL and framework not in lines:
        raise NotFound(f"There is no framework {framework} here. There is {', '.join(lines)}.")
    home = f"/assessments/{assessment}"
    has_account = visit.caller.role is not None
    places = _places(report, kept.catalogue.questions, home if has_account else None, f"{home}/report")
    laws = duties(report)
    return page.show(
        "assessments/coverage.html",
        report=report,
        today=visit.today,
        chosen=framework,
        shown=[_part(each, places, laws) for key, each in lines.items() if framework in (ALL, key)],
        itemised=any(each.items for each in report.coverage),
        items=sum(len(each.items) for each in report.coverage),
        touched=sum(each.touched for each in report.coverage),
        home=home,
        has_account=has_account,
        pilot_url=f"/pilots/{kept.pilot}",
        here="pilots",
    )


@router.get("/assessments/{assessment}/coverage.csv")
def export_coverage(visit: ToExportReport, assessment: UUID, as_of: AsOf = None) -> Response:
    """Every item of every framework as a line of a CSV file."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    report = _report(visit, kept, as_of)
    if not any(each.items for each in report.coverage):
        raise NotFound("Your link opens the summary of the report; single items are not part of it.")
    subject = ("assessment", assessment)
    audit.note(visit.db, visit.caller, "coverage exported", subject, at=visit.at, after={"as_of": report.as_of})
    name = file_name(report.pilot, "coverage", report.as_of) + ".csv"
    return MadeLater(lambda: coverage_csv(report), name, "text/csv; charset=utf-8")


def _report(visit: Visit, kept: Kept, as_of: date | None) -> Report:
    """As much of the report as this reader may see, without what takes long and is not shown here."""
    whole = compose(kept.catalogue, kept.assessment, as_of or visit.today, Background(law=law()))
    return as_granted(whole, visit.caller.link)


def _part(
    line: CoverageLine, places: Mapping[str, Touching], laws: Mapping[tuple[str, str], tuple[LawLine, ...]]
) -> Part:
    return Part(
        line,
        tuple(
            Item(
                each,
                in_words(each),
                tuple(places[key] for key in each.questions),
                laws.get((line.framework, each.id), ()),
            )
            for each in line.items
        ),
    )


def _places(
    report: Report, questions: Mapping[str, Question], home: str | None, report_url: str
) -> Mapping[str, Touching]:
    """Where each question stands, and where this reader finds it: its section, or its line in the report."""
    lines = {line.key: line for dimension in report.dimensions for line in dimension.questions}
    return {
        key: Touching(
            question.title,
            f"{home}/{key.partition('.')[0]}#{key}" if home else f"{report_url}#{key}" if key in lines else None,
            _standing(lines.get(key)),
        )
        for key, question in questions.items()
    }


def _standing(line: QuestionLine | None) -> str:
    if line is None or line.state == "not-asked":
        return "not asked of this pilot"
    return hyphened(line.state) if line.claimed is None else f"claimed {line.claimed}, proven {line.proven}"
