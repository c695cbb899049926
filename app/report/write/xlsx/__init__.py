"""The report as a workbook that people work on: real days and numbers, and everything that the report says.

What the reader may not see is not in the report, so its sheets are absent: there is nothing here to hide.
"""

from collections.abc import Iterator

from app.report.model import Report
from app.report.write import frameworks
from app.report.write.table import Table
from app.report.write.xlsx import decision, standing
from app.report.write.xlsx.answers import appendix
from app.report.write.xlsx.workbook import workbook


def xlsx(report: Report) -> bytes:
    """The report as an .xlsx file."""
    return workbook(
        sheets(report),
        title=f"{report.pilot}: {report.verdict_title}",
        author=report.organisation,
        mark=report.confidentiality,
        as_of=report.as_of,
    )


def sheets(report: Report) -> Iterator[Table]:
    """The sheets in their order."""
    yield decision.summary(report)
    yield decision.reasons(report)
    yield decision.path(report)
    yield decision.hangs_on(report)
    yield decision.proving(report)
    yield standing.dimensions(report)
    yield standing.gates(report)
    yield from appendix(report)
    yield standing.exceptions(report)
    yield standing.trade_offs(report)
    yield standing.scenarios(report)
    yield standing.changes(report)
    yield standing.pilot(report)
    yield standing.milestones(report)
    yield standing.since(report)
    yield decision.forecast(report)
    yield frameworks.frameworks(report)
    if any(each.items for each in report.coverage):
        yield frameworks.coverage(report)
    yield frameworks.law(report)
    yield standing.method(report)
