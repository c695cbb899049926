"""Calculators: inputs beside what they come to. Nothing is kept here, and no figure stands in an address."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from app import library
from app.calculators import CALCULATORS, Calculator, calculator
from app.errors import NotFound, Problem, Refused, Unreadable
from app.readiness.catalogue import Catalogue, Question
from app.records import calculations, pilots
from app.records.calculations import Worked
from app.records.database import Database
from app.records.pilots import Found
from app.web.access import MayRead, ToCalculate, ToRead, Visit
from app.web.arriving import taken
from app.web.artefacts import artefacts_of
from app.web.filled import FILLABLE, Source, filled, refusal, source_of
from app.web.inputs import Inputs
from app.web.page import Page, ThisPage
from app.web.prefilled import Prefilled, prefilled
from app.web.results import result, term_value
from app.web.schema import of_a_whole
from app.web.stated import Posted
from app.web.typed import PREFIX, Typed, changed, own, posted, rows_of, typed_of

router = APIRouter(include_in_schema=False)

PILOTS_OFFERED: Final = 200
_LONGEST_NAME = 200  # of a load test
_WHILE_TYPING: Final[Mapping[str, int]] = {"paths": 10_000}  # the most of it while somebody types


@dataclass(frozen=True, slots=True)
class Attempt:
    """Inputs as they were typed, and what they came to."""

    calculator: Calculator
    typed: Typed
    worked: Worked | None = None
    problems: tuple[Problem, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)  # what the form sent beside the inputs
    prefilled: Prefilled | None = None
    pilot: Found | None = None
    read: str = ""  # what was read from a file, in sentences
    unread: str = ""  # why a file was not
    measured_by: str = ""  # which load test's figures stand in the place of what is predicted

    @property
    def inputs(self) -> Inputs:
        """The inputs as a form has them."""
        return inputs_of(self.calculator.name)

    @property
    def does(self) -> str:
        """What the button that was pressed does to the form; blank: it asks for the result."""
        return self.asked.get("do", "")

    @property
    def draft(self) -> bool:
        """Whether somebody still types, and fewer paths were tried than asked for."""
        return self.worked is not None and bool(self.asked.get("draft")) and _roughly(self.typed) is not None

    @property
    def quiet(self) -> bool:
        """Whether somebody has only changed the form: what is wrong with it is not held against them yet."""
        return bool(self.does) and not self.does.startswith("read")

    @property
    def name(self) -> str:
        """What a scenario of it is to be called."""
        return self.asked.get("called", "")


@dataclass(frozen=True, slots=True)
class Reader:
    """A question whose rules read what a calculator comes to."""

    question: Question
    owner: str


@cache
def inputs_of(name: str) -> Inputs:
    """The form of a calculator."""
    return Inputs(of_a_whole(calculator(name).schemas["input"]))


def calculators_of(catalogue: Catalogue, question: Question) -> tuple[Calculator, ...]:
    """The calculators that give figures which the question's rules read."""
    names = {name for key in question.rules.metrics for name in (key, *catalogue.metrics[key].names)}
    return tuple(each for name, each in CALCULATORS.items() if any(one.startswith(f"{name}.") for one in names))


def attempt(given: Calculator, sent: FormData, limit: int, shown: Source | None = None) -> Attempt:
    """What a form sent, changed as its button says, and worked out. Call it before a transaction is open.

    Args:
        given: the calculator.
        sent: the form.
        limit: the most bytes that a file may have.
        shown: what a pilot shows already, where the form is to be filled from that and no file is sent.
    """
    typed = posted(sent)
    asked = {key: value for key, value in sent.items() if isinstance(value, str) and not key.startswith(f"{PREFIX}.")}
    tried = Attempt(given, typed, asked=asked, measured_by=asked.get("measured_by", "")[:_LONGEST_NAME])
    what, _, rest = asked.get("do", "").partition(" ")
    if what in ("add", "remove"):
        path, _, kind = rest.partition(" ")
        changed(typed, path.split(".")[1:], kind if what == "add" else None, inputs_of(given.name).described)
    elif what == "predict":
        typed.pop("measured", None)
    elif what == "read" and given.name in FILLABLE:
        tried = _filled(tried, sent.get("file"), limit, shown)
    if what == "keep":
        return tried
    rough = _roughly(tried.typed) if asked.get("draft") else None
    return worked_out(tried, rough or tried.typed)


def _filled(tried: Attempt, sent: UploadFile | str | None, limit: int, shown: Source | None) -> Attempt:
    """The form with what a file says; one that says nothing leaves it as it is."""
    try:
        if isinstance(sent, UploadFile) and sent.filename:
            shown = source_of(taken(sent, limit))
        if shown is None:
            return replace(tried, unread="Choose a file first.")
        found = filled(tried.calculator.name, shown, tried.typed)
    except Refused as error:
        return replace(tried, unread=refusal(error))
    return replace(tried, typed=found.typed, read=found.told, measured_by=found.measured_by)


def worked_out(tried: Attempt, typed: Typed) -> Attempt:
    """The same with its result, or with what is wrong with its inputs."""
    try:
        return replace(tried, worked=calculations.work_out(tried.calculator.name, tried.inputs.plain(typed)))
    except Unreadable as error:
        return replace(tried, problems=error.problems or (Problem("", error.message),))


def context(tried: Attempt, *, quiet: bool = False) -> dict[str, Any]:
    """What a page of inputs and result is made of; `quiet`: what is wrong is not held against whoever asked."""
    form = tried.inputs.form(tried.typed, () if quiet else tried.problems)
    return {
        "here": "calculators",
        "calculator": tried.calculator,
        "form": form,
        "lists": {each: _named(each) for each in sorted(form.lists)},
        "result": result(tried.worked.output) if tried.worked else None,
        "term_value": term_value,
        "fillable": FILLABLE.get(tried.calculator.name),
        "read": tried.read,
        "unread": tried.unread,
        "measured": bool(own(tried.typed.get("measured", {})) or rows_of(tried.typed.get("measured", {}))),
        "measured_by": tried.measured_by,
        "artefacts": {},
        "shown_by": "",
        "draft": tried.draft,
        "called": tried.name,
        "problems": (),
        "conflict": None,
        "live": False,
        "of_before": False,
        "kept_as": "calculators/_keeping.html",
    }


def _opened(_: Annotated[None, MayRead], request: Request, name: str, pilot: UUID | None = None) -> Attempt:
    """The form as it opens: with an example, or with what a pilot needs."""
    chosen = calculator(name)
    if pilot is None:
        return _of_example(name)
    database: Database = request.app.state.database
    with database.reading() as db:
        found = pilots.find(db, request.state.visitor, pilot)
    given = prefilled(chosen, found.pilot)
    return worked_out(Attempt(chosen, given.typed, prefilled=given, pilot=found), given.typed)


def _attempted(_: Annotated[None, MayRead], request: Request, name: str, sent: Posted) -> Attempt:
    chosen = calculator(name)
    return attempt(chosen, sent, request.app.state.settings.upload_limit_bytes, _shown(request, chosen, sent))


def _shown(request: Request, chosen: Calculator, sent: FormData) -> Source | None:
    """What a pilot shows already that the form is to be filled from."""
    pilot, artefact = _id(str(sent.get("shown_by", ""))), str(sent.get("artefact", ""))
    if sent.get("do") != "read" or pilot is None or not artefact:
        return None
    database: Database = request.app.state.database
    with database.reading() as db, suppress(NotFound):
        return artefacts_of(db, request.state.visitor, pilot, chosen.name).get(artefact)
    return None


@router.get("/calculators")
def list_calculators(visit: ToRead, page: ThisPage, pilot: UUID | None = None) -> Response:
    """Every calculator, with the question that it answers; of a pilot, each opens with what that pilot states."""
    found = pilots.find(visit.db, visit.caller, pilot) if pilot else None
    readers = _readers(*library.DEFAULT)
    lines = [(each, readers.get(name, ())) for name, each in CALCULATORS.items()]
    return page.show("calculators/list.html", here="calculators", lines=lines, catalogue=library.DEFAULT[0], of=found)


@router.get("/calculators/{name}")
def show_calculator(
    tried: Annotated[Attempt, Depends(_opened)],
    visit: ToRead,
    page: ThisPage,
    name: str,  # noqa: ARG001 - read by what stands before the guard
) -> Response:
    """The form of a calculator, and what its example comes to."""
    return _page(visit, page, tried, tried.pilot.id if tried.pilot else None, quiet=True)


@router.post("/calculators/{name}")
def calculate(
    tried: Annotated[Attempt, Depends(_attempted)], visit: ToCalculate, page: ThisPage, name: str
) -> Response:
    """What the inputs come to: for htmx the result alone; after a change of the form, the form too."""
    pilot = _id(tried.asked.get("pilot", ""))
    if tried.does.startswith("keep"):
        if pilot is not None:
            return RedirectResponse(f"/pilots/{pilot}/scenarios", 307)  # with all that was sent
        page.if_refused("calculators/show.html", **_context(visit, tried, None))
        raise Refused("Not kept yet.", [Problem("pilot", "Choose the pilot that it is kept with.")])
    if page.for_htmx and not tried.does:
        return answer(page, tried)
    return _page(
        visit,
        page,
        tried,
        pilot or _id(tried.asked.get("shown_by", "")),
        quiet=tried.quiet,
        address=f"/calculators/{name}",
    )


def answer(page: Page, tried: Attempt) -> Response:
    """The result for htmx; where the inputs do not fit, what is wrong, while the last result stays."""
    if tried.worked:
        return page.block("calculators/show.html", "result", **context(tried) | {"live": True})
    refused = page.block("calculators/show.html", "refused", status=422, **context(tried) | {"live": True})
    refused.headers["HX-Retarget"] = "#trouble"
    refused.headers["HX-Reswap"] = "innerHTML"
    return refused


def offered(visit: Visit) -> Mapping[str, str]:
    """The pilots that a scenario can be kept with, by id."""
    if not visit.caller.may_edit:
        return {}
    return {str(each.id): each.name for each in pilots.list_for(visit.db, visit.caller, limit=PILOTS_OFFERED).items}


def _page(
    visit: Visit, page: Page, tried: Attempt, pilot: UUID | None, *, quiet: bool, address: str | None = None
) -> Response:
    shown = _context(visit, tried, pilot, quiet=quiet)
    if page.for_htmx and address:
        return page.block("calculators/show.html", "work", **shown)
    wrong = (tried.problems and not quiet) or tried.unread
    return page.show("calculators/show.html", status=422 if wrong else 200, **shown)


def _context(visit: Visit, tried: Attempt, pilot: UUID | None, *, quiet: bool = False) -> dict[str, Any]:
    own: Collection[str] = tried.prefilled.own if tried.prefilled else ()
    titles = _titles_of(tried, own)
    return context(tried, quiet=quiet) | {
        "address": f"/calculators/{tried.calculator.name}",
        "pilots": offered(visit),
        "pilot": str(pilot) if pilot else "",
        "artefacts": _artefacts(visit, pilot, tried.calculator),
        "shown_by": str(pilot) if pilot else "",
        "of": tried.pilot,
        "own": titles,
        "example": not tried.asked,
    }


def _artefacts(visit: Visit, pilot: UUID | None, of: Calculator) -> Mapping[str, Source]:
    """What the form can be filled from; nothing where the form names a pilot that is not there."""
    with suppress(NotFound):
        return artefacts_of(visit.db, visit.caller, pilot, of.name) if pilot else {}
    return {}


def _titles_of(tried: Attempt, own: Collection[str]) -> tuple[str, ...]:
    described = tried.inputs.described
    titles = []
    for path in own:
        found = described
        for step in path.split("."):
            found = found.fields[step]
        titles.append(found.title)
    return tuple(titles)


@cache
def _of_example(name: str) -> Attempt:
    """A calculator with its example, worked out once: every visitor begins with it."""
    chosen = calculator(name)
    tried = Attempt(chosen, typed_of(chosen.example))
    return worked_out(tried, tried.typed)


@cache
def _named(known: str) -> Mapping[str, str]:
    """What can be chosen by name: the models or the accelerators that are known."""
    from app.calculators.known import in_use

    found: Mapping[str, Any] = getattr(in_use(), known)
    return {id: each.name for id, each in found.items()}


@cache
def _readers(id: str, version: str) -> Mapping[str, tuple[Reader, ...]]:
    """The questions that read each calculator's figures, by its name."""
    catalogue = library.catalogue(id, version)
    found: dict[str, tuple[Reader, ...]] = {}
    for question in catalogue.questions.values():
        for each in calculators_of(catalogue, question):
            found[each.name] = (*found.get(each.name, ()), Reader(question, catalogue.policy.owners[question.owner]))
    return found


def _roughly(typed: Typed) -> Typed | None:
    """The inputs with fewer paths than somebody asks for; None where nothing can be left out."""
    for name, most in _WHILE_TYPING.items():
        asked = typed.get(name, {}).get("", "").replace(",", "")
        if asked.isdigit() and int(asked) > most:
            return typed | {name: {"": str(most)}}
    return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
