"""The report as a file, and the coverage of frameworks as a table."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from app.report.write import WRITERS
from app.web import coverage
from app.web.access import ToExportReport
from app.web.api.described import AssessmentId, Responses
from app.web.reports import MEDIA, AsOf, exported

router = APIRouter(tags=["reports"])

Kind = Annotated[
    str,
    Path(
        description=f"How the report is written: {', '.join(each.removeprefix('.') for each in WRITERS)}.",
        examples=[each.removeprefix(".") for each in WRITERS],
    ),
]
_SHAPES: dict[str, Any] = {
    ".json": {
        "schema": {"type": "object", "required": ["format"], "properties": {"format": {"const": "readyroom.report/1"}}},
        "example": {"format": "readyroom.report/1", "pilot": "Customer service assistant", "verdict": "conditional"},
    },
    ".html": {"schema": {"type": "string"}},
}
_FILES: Responses = {
    200: {
        "description": "The file.",
        "headers": {
            "Content-Disposition": {
                "schema": {"type": "string"},
                "example": 'attachment; filename="Customer-service-assistant-readiness-2026-11-20.pdf"',
            }
        },
        "content": {
            MEDIA[suffix].partition(";")[0]: _SHAPES.get(suffix, {"schema": {"type": "string", "format": "binary"}})
            for suffix in WRITERS
        },
    }
}


@router.get(
    "/assessments/{assessment}/report.{kind}",
    response_class=Response,
    responses=_FILES,
    summary="Write the report as a file",
)
def export_report(visit: ToExportReport, assessment: AssessmentId, kind: Kind, as_of: AsOf = None) -> Response:
    """Write the report as a file to keep, as the assessment stands on a day."""
    return exported(visit, assessment, f".{kind}", as_of)


@router.get(
    "/assessments/{assessment}/coverage.csv",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {"text/csv": {"schema": {"type": "string"}}}}},
    summary="Write the coverage of frameworks as a table",
)
def export_coverage(visit: ToExportReport, assessment: AssessmentId, as_of: AsOf = None) -> Response:
    """Write what is claimed and proven for every item of every framework, a line each."""
    return coverage.export_coverage(visit, assessment, as_of)
