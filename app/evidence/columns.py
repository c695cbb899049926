"""The head of a table, and its rows with the columns that a reader cannot do without."""

from collections.abc import Mapping, Sequence

from app.errors import Problem, Unreadable
from app.evidence.content import Content

MOST_COLUMNS = 3000


def columns(file: Content) -> tuple[str, ...]:
    """The names in a table's head; none where it is no table, or has more of them than any tool writes."""
    names = file.columns or ()
    return tuple(names) if len(names) <= MOST_COLUMNS else ()


def rows(file: Content, needed: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """The rows of a table, each with the columns that are needed.

    Raises:
        Unreadable: it has none, or one ends early: a sum over a part would pass for the whole.
    """
    found = file.rows
    if not found:
        raise Unreadable("The file cannot be read.", [Problem("line 1", "has a head and no rows below it")])
    for at, row in enumerate(found, start=2):
        for name in needed:
            if name not in row:
                problem = Problem(f"row {at}", f"ends before the column {name}: the file may be cut off")
                raise Unreadable("The file cannot be read.", [problem])
    return found
