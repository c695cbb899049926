"""The assessment document: the assessment as JSON that people export, import and score."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.errors import Problem, Unreadable, problems_of
from app.readiness.assessment import (
    Assessment,
    CatalogueReference,
    exception_problem,
    need_problem,
    not_applicable_problem,
    trade_off_problem,
)
from app.readiness.catalogue import Catalogue

FORMAT = "readyroom.assessment/1"
_ASSESSMENT = TypeAdapter(Assessment)
_REFERENCE = TypeAdapter(CatalogueReference)
_DOCUMENT_LIMIT = 20_000_000  # characters; the longest note a thousand times over


def catalogue_named(text: str) -> CatalogueReference:
    """Which catalogue a document answers, read before the rest of it.

    Raises:
        Unreadable: this is no assessment document, or one of another version of the format.
    """
    return _reference(_opened(text))


def read_document(text: str, catalogue: Catalogue) -> Assessment:
    """Read an assessment document (JSON) that answers `catalogue`.

    Raises:
        Unreadable: with every problem found, each with its path.
    """
    plain = _opened(text)
    if _reference(plain) != CatalogueReference(id=catalogue.id, version=catalogue.version):
        message = f"must name {catalogue.id} version {catalogue.version}"
        raise Unreadable("The document answers another catalogue.", [Problem("catalogue", message)])
    del plain["format"]
    try:
        assessment = _ASSESSMENT.validate_json(json.dumps(plain), strict=True)
    except ValidationError as error:
        raise Unreadable("The document cannot be read.", problems_of(error)) from None
    problems = tuple(_misfits(catalogue, assessment))
    if problems:
        raise Unreadable("The document does not fit its catalogue.", problems)
    return assessment


def document(assessment: Assessment) -> dict[str, Any]:
    """The assessment as a document: plain values, ready to be written as JSON."""
    plain: dict[str, Any] = _ASSESSMENT.dump_python(assessment, mode="json", by_alias=True)
    for sets in ("deployment", "model", "data", "regions", "regimes", "users"):
        plain["pilot"]["profile"][sets].sort()
    return {"format": FORMAT, **plain}


def _misfits(catalogue: Catalogue, assessment: Assessment) -> Iterator[Problem]:
    for key, value in assessment.pilot.needs.items():
        need = catalogue.needs.get(key)
        trouble = (
            need_problem(need, value)
            if need
            else f"the catalogue names no such need; there are {', '.join(catalogue.needs)}"
        )
        if trouble:
            yield Problem(f"pilot.needs.{key}", trouble)
    for key, answer in assessment.answers.items():
        question = catalogue.questions.get(key)
        if question is None:
            yield Problem(f"answers.{key}", "the catalogue has no such question")
            continue
        if answer.not_applicable and answer.level is not None:
            yield Problem(f"answers.{key}.not_applicable", "stands beside a level: keep one of the two")
        gate = question.gate
        # A gate with a condition can have been marked while it did not hold: then it counts as unanswered instead.
        if answer.not_applicable and gate and not (gate.not_applicable or gate.when or question.when):
            yield Problem(
                f"answers.{key}.not_applicable", not_applicable_problem(question, assessment.pilot.profile) or ""
            )
    for index, exception in enumerate(assessment.exceptions):
        trouble = exception_problem(catalogue, exception.gate, exception.begins, exception.until)
        if trouble:
            yield Problem(f"exceptions.{index}", trouble)
    for index, trade_off in enumerate(assessment.trade_offs):
        trouble = trade_off_problem(catalogue, trade_off)
        if trouble:
            yield Problem(f"trade_offs.{index}", trouble)


def _reference(plain: Mapping[str, Any]) -> CatalogueReference:
    if plain.get("format") != FORMAT:
        found = plain.get("format")
        raise Unreadable("This is no assessment document.", [Problem("format", f"must be '{FORMAT}', not {found!r}")])
    if "catalogue" not in plain:
        raise Unreadable("The document cannot be read.", [Problem("catalogue", "this is missing")])
    try:
        return _REFERENCE.validate_python(plain["catalogue"])
    except ValidationError as error:
        problems = [Problem(f"catalogue.{each.where}".rstrip("."), each.message) for each in problems_of(error)]
        raise Unreadable("The document cannot be read.", problems) from None


def _opened(text: str) -> dict[str, Any]:
    if len(text) > _DOCUMENT_LIMIT:
        raise Unreadable(f"The document is longer than {_DOCUMENT_LIMIT:,} characters.")
    try:
        plain = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Unreadable("This is not JSON.", [Problem(f"line {error.lineno}", error.msg)]) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is not JSON.", [Problem("", str(error))]) from None
    if not isinstance(plain, dict):
        raise Unreadable("This is no assessment document: it must be a JSON object.")
    return plain


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One JSON object: null means left out, and no name stands twice."""
    plain: dict[str, Any] = {}
    for key, value in pairs:
        if key in plain:
            raise ValueError(f"'{key}' stands twice in one object")
        if value is not None:
            plain[key] = value
    return plain


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")
