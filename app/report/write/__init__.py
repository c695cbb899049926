"""The writers: each prints the same report and adds nothing. Suffix of the file: what writes it."""

import json as plain_json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.report.model import Report


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


WRITERS: Mapping[str, Callable[[Report], bytes]] = MappingProxyType({".pdf": _pdf, ".html": _html, ".json": _json})
