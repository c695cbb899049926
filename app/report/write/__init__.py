"""The writers: each prints the same report and adds nothing. Suffix of the file: what writes it."""

import json as plain_json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.report.model import Report
from app.report.portfolio import Portfolio


def _pdf(report: Report) -> bytes:
    # Typst is loaded with the first PDF, not at the start.
    from app.report.write.pdf import pdf

    return pdf(report)


def _html(report: Report) -> bytes:
    from app.report.write.html import html

    return html(report)


def _json(report: Report) -> bytes:
    from app.report.write.json import report_as_json

    return plain_json.dumps(report_as_json(report), ensure_ascii=False, indent=2).encode()


def _xlsx(report: Report) -> bytes:
    from app.report.write.xlsx import xlsx

    return xlsx(report)


def _portfolio_pdf(portfolio: Portfolio) -> bytes:
    from app.report.write.portfolio import portfolio_pdf

    return portfolio_pdf(portfolio)


def _portfolio_xlsx(portfolio: Portfolio) -> bytes:
    from app.report.write.portfolio import portfolio_xlsx

    return portfolio_xlsx(portfolio)


WRITERS: Mapping[str, Callable[[Report], bytes]] = MappingProxyType(
    {".pdf": _pdf, ".html": _html, ".xlsx": _xlsx, ".json": _json}
)
PORTFOLIO_WRITERS: Mapping[str, Callable[[Portfolio], bytes]] = MappingProxyType(
    {".pdf": _portfolio_pdf, ".xlsx": _portfolio_xlsx}
)
