"""Milestones: two of them compared, without a database."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from app import library
from app.readiness.assessment import Answer, Assessment, Evidence, Withdrawal
from app.readiness.document import document, read_document
from app.readiness.grade import Grade
from app.readiness.trend import Side, compare
from benchmarks.core import DAY, full_assessment
from benchmarks.measure import Measure, milliseconds

_LATER = timedelta(days=30)


def sides(*, every: int) -> tuple[Side, Side]:
    """An assessment with 300 items, and a month later, when every so-manieth answer has been worked on."""
    catalogue, before = library.catalogue(), _with_ids(full_assessment())
    worked_on = {
        key: _WORK[at % len(_WORK)](before.answers[key]) for at, key in enumerate(list(before.answers)[::every])
    }
    after = replace(before, answers={**before.answers, **worked_on})
    # Read back, as milestones are: nothing in the one is the same object as in the other.
    read_back = read_document(json.dumps(document(after)), catalogue)
    return Side(catalogue, before, DAY), Side(catalogue, read_back, DAY + _LATER)


def _with_ids(assessment: Assessment) -> Assessment:
    answers = {
        key: replace(answer, evidence=tuple(replace(item, id=f"{key} {at}") for at, item in enumerate(answer.evidence)))
        for key, answer in assessment.answers.items()
    }
    return replace(assessment, answers=answers)


def _claimed_higher(answer: Answer) -> Answer:
    return replace(answer, level=4, reviewed_on=DAY)


def _shown_more(answer: Answer) -> Answer:
    shown = Evidence(
        kind="document",
        title="A record",
        grade=Grade.MEASURED,
        observed_on=DAY,
        attached_by="Ann",
        confirmed_by="Ben",
        id="new",
    )
    return replace(_claimed_higher(answer), evidence=(*answer.evidence, shown))


def _confirmed(answer: Answer) -> Answer:
    items = (replace(item, confirmed_by="Ben", supports=answer.level) for item in answer.evidence)
    return replace(answer, evidence=tuple(items))


def _withdrawn(answer: Answer) -> Answer:
    first, *others = answer.evidence
    return replace(answer, evidence=(replace(first, withdrawn=Withdrawal(by="Ann", on=DAY, reason="too old")), *others))


_WORK = (_claimed_higher, _shown_more, _confirmed, _withdrawn)


def measures() -> Iterator[Measure]:
    """Two milestones compared, with a third of the answers worked on and with all of them."""
    for every, much, limit in ((3, "a third", 5), (1, "all", 10)):
        old, new = sides(every=every)
        what = f"two milestones compared, {much} of {len(old.assessment.answers)} answers"
        moved = f"{len(compare(old, new).questions)} questions moved"
        yield Measure(what, milliseconds(partial(compare, old, new), times=50), "ms", limit, detail=moved)
