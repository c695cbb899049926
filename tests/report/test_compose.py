"""The figures of a report: cut, never rounded; what is not known is None."""

from decimal import Decimal

import pytest

from app.readiness.assessment import Answer
from app.readiness.catalogue import Catalogue
from app.report.compose import compose
from app.report.model import Report
from tests import make

THREE = make.catalogue(make.dimension("one", make.question("a"), make.question("b"), make.question("c")))
TWO = make.catalogue(make.dimension("one", make.question("a")), make.dimension("two", make.question("b")))


def _report(catalogue: Catalogue, **levels: int | None) -> Report:
    keys = {key.partition(".")[2]: key for key in catalogue.questions}
    answers = {keys[key]: make.answer(level) for key, level in levels.items()}
    assessment = make.assessment(answers)
    return compose(catalogue, assessment, make.TODAY)


def test_figures_are_cut_and_not_rounded() -> None:
    report = _report(THREE, a=4, b=4)
    assert report.proven == Decimal("16.6")
    assert report.claimed_range == (Decimal("66.6"), Decimal("100.0"))
    assert str(report.claimed) == "100.0"


def test_the_gap_is_between_the_figures_as_they_are_shown() -> None:
    report = _report(THREE, a=4, b=4)
    assert report.claimed is not None
    assert report.proven is not None
    assert report.gap == report.claimed - report.proven == Decimal("83.4")


def test_what_is_not_known_is_none() -> None:
    report = _report(THREE)
    assert (report.claimed, report.proven, report.gap) == (None, None, None)
    dimension = report.dimensions[0]
    assert (dimension.claimed, dimension.proven, dimension.gap, dimension.below_floor) == (None, None, None, False)


def test_a_dimension_that_nobody_answered_has_proven_nothing() -> None:
    report = _report(TWO, a=3)
    assert (report.dimensions[1].claimed, report.dimensions[1].proven, report.dimensions[1].gap) == (
        None,
        Decimal("0.0"),
        None,
    )
    assert report.dimensions[1].below_floor


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(make.answer(3), "answered", id="a level is an answer"),
        pytest.param(make.answer(None), "blank", id="nothing said is blank"),
        pytest.param(make.answer(None, ask="Cleo"), "nobody-can-say", id="whom to ask is not blank"),
        pytest.param(make.not_applicable(), "not-applicable", id="put aside by two"),
        pytest.param(make.not_applicable(confirmed_by=None), "not-applicable-unconfirmed", id="put aside by one"),
    ],
)
def test_blank_asked_and_put_aside_are_three_things(answer: Answer, state: str) -> None:
    assessment = make.assessment({"one.a": answer})
    report = compose(THREE, assessment, make.TODAY)
    assert report.dimensions[0].questions[0].state == state


def test_the_summary_leaves_out_what_its_reader_was_not_given(report: Report) -> None:
    summary = report.summary()
    assert report.has_appendix
    assert not summary.has_appendix
    assert not any(each.questions for each in summary.dimensions)
    assert (summary.claimed, summary.reasons, summary.gates) == (report.claimed, report.reasons, report.gates)
