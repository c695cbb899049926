"""A document set by Typst: tagged (PDF/UA-1), with every font embedded, the same bytes for the same content.

Everything that people wrote reaches Typst as data, through `sys.inputs`, and never as markup.
"""

import ctypes
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from threading import Lock
from typing import Any

import typst

from app.report.write import fonts
from app.settings import SHARE

_one_at_a_time = Lock()


def typeset(template: str, content: Mapping[str, Any], as_of: date) -> bytes:
    """A PDF file.

    Args:
        template: which of templates/report sets it.
        content: plain values, which the template knows as `report`.
        as_of: the day that the file bears.
    """
    text = json.dumps(content, ensure_ascii=False)
    characters = "".join(set(text))
    inputs = {"report": text, "fonts": json.dumps(fonts.families(characters))}
    compiler = _compiler(template, with_machines=bool(fonts.machines(characters)))
    moment = datetime.combine(as_of, time(), UTC)
    with _one_at_a_time:  # a compiler keeps what it has set before, and is one
        made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1", timestamp=moment)
        _forget()
    if not isinstance(made, bytes):
        raise TypeError("Typst gives a PDF as one file")
    return made


@cache
def _compiler(template: str, *, with_machines: bool) -> typst.Compiler:
    folder = SHARE / "templates" / "report"
    return typst.Compiler(
        str(folder / template), root=str(folder), font_paths=fonts.loaded(with_machines=with_machines)
    )


_REMEMBERED = 10  # compilations after which the typst wheel drops what it has not used again


def _forget() -> None:
    """Gives back what setting the document took.

    Typst keeps every line that it has set, a hundred megabytes for a long report, until ten further documents are made.
    Ten empty ones take no time; then the C library is asked to return what is free to the system.
    """
    for _ in range(_REMEMBERED + 1):
        _nothing().compile(format="svg")
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if give_back is not None:
        give_back(0)


@cache
def _nothing() -> typst.Compiler:
    return typst.Compiler(
        str(SHARE / "templates" / "report" / "nothing.typ"),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False),
    )
