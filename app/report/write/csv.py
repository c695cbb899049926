"""A table as CSV (RFC 4180): UTF-8 with a mark at its beginning, without which Excel reads it as something else.

A cell that a spreadsheet would take for a formula gets an apostrophe in front: it is then read as the text that it is.
"""

import csv
import io
from datetime import date

from app.report.model import Report
from app.report.write.frameworks import coverage
from app.report.write.table import Cell, Table

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def coverage_csv(report: Report) -> bytes:
    """Every item of every framework in a line."""
    return csv_of(coverage(report))


def csv_of(table: Table) -> bytes:
    """A table as the bytes of a .csv file: days as in ISO 8601, nothing where nothing is known."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)  # commas, double quotes where needed, CR LF
    writer.writerow([each.title for each in table.columns])
    writer.writerows([[_written(cell) for cell in row] for row in table.rows])
    return file.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str | tuple):
        return str(cell)
    text = "; ".join(cell) if isinstance(cell, tuple) else cell
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
