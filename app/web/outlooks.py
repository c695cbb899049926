"""What takes a solver, or the reading of a milestone: worked out once for the same inputs and day, then looked up.

The functions named `…_later` look up what is kept, within the transaction, and give a function that gives it. Where
nothing is kept that function works it out, and may do so once the transaction is over, so that nobody waits for it to
save. What was worked out is kept after the answer is sent.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from datetime import date
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from app.readiness.milestone import Sealed
from app.readiness.outlook import Outlook, outlook
from app.readiness.path import NoPath, Path, path_to
from app.readiness.trend import Side
from app.readiness.verdict import Verdict
from app.records import milestones, outlooks
from app.records.kept import Kept
from app.records.milestones import Found
from app.report.history import since_line
from app.report.model import SinceLine
from app.web.access import Visit
from app.web.sealed import opened

Value = TypeVar("Value")

_OUTLOOK: Final[TypeAdapter[Outlook]] = TypeAdapter(Outlook)
_PATH: Final[TypeAdapter[Path | NoPath]] = TypeAdapter(Path | NoPath)
_SINCE: Final[TypeAdapter[SinceLine]] = TypeAdapter(SinceLine)


def outlook_of(visit: Visit, kept: Kept, as_of: date | None = None) -> Outlook:
    """The outlook of an assessment on a day, today unless one is named."""
    return outlook_later(visit, kept, as_of or visit.today)()


def outlook_later(visit: Visit, kept: Kept, as_of: date) -> Callable[[], Outlook]:
    """What gives the outlook of an assessment on a day."""
    return _looked_up(
        visit, kept, as_of, outlooks.OUTLOOK, _OUTLOOK, lambda: partial(outlook, kept.catalogue, kept.assessment, as_of)
    )


def path_kept(visit: Visit, kept: Kept) -> Path | NoPath | None:
    """The path to a Go today where it is kept; None where it is still to be worked out, which may take a moment."""
    text = outlooks.find(visit.db, kept.id, kept.inputs_sha256, visit.today, outlooks.OUTLOOK)
    return None if text is None else _OUTLOOK.validate_json(text).path


def path_of(
    visit: Visit, kept: Kept, as_of: date, target: Verdict = Verdict.GO, without: Collection[str] = ()
) -> Path | NoPath:
    """The path to a verdict on a day, without the steps that are ruled out.

    Raises:
        Refused: one of them is no step of this catalogue.
    """
    if target is Verdict.GO and not without:
        return outlook_of(visit, kept, as_of).path
    left_out = sha256("\n".join(sorted(set(without))).encode()).hexdigest()
    return _looked_up(
        visit,
        kept,
        as_of,
        f"path {target.value} {left_out}",
        _PATH,
        lambda: partial(path_to, kept.catalogue, kept.assessment, as_of, target, without),
    )()


def since_later(visit: Visit, kept: Kept, as_of: date, last: Sealed | None) -> Callable[[], SinceLine | None]:
    """What gives the difference between the last milestone and a day; where none is sealed there is none."""
    if last is None:
        return lambda: None
    now = Side(kept.catalogue, kept.assessment, as_of)
    return _looked_up(
        visit,
        kept,
        as_of,
        f"since {last.id}",
        _SINCE,
        lambda: partial(_since, last, milestones.find(visit.db, visit.caller, UUID(last.id)), now),
    )


def _since(last: Sealed, found: Found, now: Side) -> SinceLine:
    return since_line(last, opened(found).side, now)


def _looked_up(
    visit: Visit,
    kept: Kept,
    as_of: date,
    what: str,
    kind: TypeAdapter[Value],
    work: Callable[[], Callable[[], Value]],
) -> Callable[[], Value]:
    """What gives the value that is kept, or works it out and has it kept.

    Args:
        visit: the request.
        kept: the assessment.
        as_of: the day.
        what: names the value.
        kind: reads and writes it.
        work: called at once where nothing is kept; what it gives works the value out, without the database.
    """
    digest = kept.inputs_sha256
    text = outlooks.find(visit.db, kept.id, digest, as_of, what)
    if text is not None:
        return partial(kind.validate_json, text)
    work_out = work()

    def worked_out() -> Value:
        value, mine = _once((kept.id, digest, as_of, what), work_out)
        if not mine:
            return value
        content = kind.dump_json(value).decode()
        visit.afterwards(
            lambda db: outlooks.keep(db, kept.id, digest, as_of, what, content, path=_path_of(value), at=visit.at)
        )
        return value

    return worked_out


_lock = Lock()
_under_way: dict[object, Future[Any]] = {}


def _once(what: object, work_out: Callable[[], Value]) -> tuple[Value, bool]:
    """The value, and whether this call worked it out: of many who ask at once one works, and the others wait for it."""
    with _lock:
        others = _under_way.get(what)
        mine: Future[Value] = _under_way.setdefault(what, Future())
    if others is not None:
        value: Value = others.result()
        return value, False
    try:
        mine.set_result(work_out())
    except BaseException as error:
        mine.set_exception(error)
        raise
    finally:
        with _lock:
            del _under_way[what]
    return mine.result(), True


def _path_of(value: object) -> Path | None:
    """The path that the portfolio tells of: that of an outlook, where there is one."""
    path = value.path if isinstance(value, Outlook) else None
    return path if isinstance(path, Path) else None
