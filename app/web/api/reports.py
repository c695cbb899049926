"""The report as a file."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from app.web.access import ToExportReport
from app.web.reports import AsOf, exported

router = APIRouter(tags=["reports"])

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            "text/html": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}


@router.get("/assessments/{assessment}/report.{kind}", response_class=Response, responses=_FILES)
def export_report(visit: ToExportReport, assessment: UUID, kind: str, as_of: AsOf = None) -> Response:
    """Write the report as pdf, html or json."""
    return exported(visit, assessment, f".{kind}", as_of)
