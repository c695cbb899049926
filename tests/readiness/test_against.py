"""What evidence speaks against, what settles it, and what withdrawing it does."""

import pytest

from app.readiness.assessment import Answer, Evidence
from app.readiness.score import QuestionScore
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    answer,
    artefact,
    catalogue,
    days_ago,
    dimension,
    evidence,
    finding,
    question,
    scored,
    withdrawal,
)


def asked(given: Answer) -> QuestionScore:
    """The one question of an assessment, scored today."""
    score = scored(catalogue(dimension("service", question("logs"))), {"service.logs": given})
    return score.questions["service.logs"]


def against(level: int = 1, days_old: int | None = 30, **said: object) -> Evidence:
    """A demonstrated file that speaks against more than `level`."""
    return artefact(DEMONSTRATED, days_old, finding(against=level), **said)


@pytest.mark.parametrize(
    ("level", "items", "proven", "contradicted"),
    [
        pytest.param(4, [evidence(MEASURED), against(1)], 1, True, id="caps what is proven"),
        pytest.param(4, [evidence(MEASURED), against(0)], 0, True, id="caps it even at nothing"),
        pytest.param(4, [evidence(MEASURED), against(3), against(2)], 2, True, id="the lowest cap counts"),
        pytest.param(2, [evidence(MEASURED), against(2)], 2, False, id="a cap at the claim contradicts nothing"),
        pytest.param(1, [against(3)], 1, False, id="a cap above the claim contradicts nothing"),
        pytest.param(
            4, [evidence(MEASURED), against(1, kind="figure")], 1, True, id="a figure entered by hand speaks too"
        ),
        pytest.param(4, [evidence(MEASURED), against(1, kind="calculation")], 1, True, id="so does a calculation"),
        pytest.param(4, [evidence(MEASURED), against(1, kind="document")], 4, False, id="a document holds no findings"),
        pytest.param(4, [evidence(MEASURED), against(1, kind="link")], 4, False, id="nor does a link"),
        pytest.param(4, [evidence(MEASURED), against(1, None)], 1, True, id="undated it still speaks against"),
        pytest.param(4, [evidence(MEASURED), against(1, -5)], 1, True, id="dated ahead it still speaks against"),
        pytest.param(
            4, [evidence(MEASURED), against(1, confirmed_by=None)], 1, True, id="unconfirmed it still speaks against"
        ),
        pytest.param(4, [evidence(MEASURED), against(1, 3000)], 1, True, id="age does not silence it"),
        pytest.param(
            4,
            [artefact(MEASURED, 0, finding("ttft"), finding("errors", against=2))],
            2,
            True,
            id="an item can support and speak against at once",
        ),
    ],
)
def test_a_finding_against(level: int, items: list[Evidence], proven: int, contradicted: bool) -> None:
    found = asked(answer(level, *items))
    assert (found.claimed, found.proven, found.proof.contradicted) == (level, proven, contradicted)


@pytest.mark.parametrize(
    ("other", "settled"),
    [
        pytest.param(artefact(DEMONSTRATED, 29), True, id="a newer item of the same grade settles it"),
        pytest.param(artefact(MEASURED, 29), True, id="a newer item of a higher grade settles it"),
        pytest.param(artefact(DOCUMENTED, 29), False, id="a newer item of a lower grade does not"),
        pytest.param(artefact(DEMONSTRATED, 30), False, id="on the same day none is newer"),
        pytest.param(artefact(DEMONSTRATED, 31), False, id="an older item does not"),
        pytest.param(artefact(DEMONSTRATED, None), False, id="an undated item settles nothing"),
        pytest.param(artefact(DEMONSTRATED, -1), False, id="an item dated ahead settles nothing"),
        pytest.param(artefact(DEMONSTRATED, 0), True, id="an item of today does"),
        pytest.param(artefact(MEASURED, 29, confirmed_by=None), False, id="unconfirmed it counts as documented: no"),
        pytest.param(
            artefact(MEASURED, 29, confirmed_by=None, read_grade=DEMONSTRATED), True, id="unconfirmed, but read so: yes"
        ),
        pytest.param(artefact(MEASURED, 29, finding("errors")), False, id="another metric does not"),
        pytest.param(artefact(MEASURED, 29, finding("ttft", "mean")), False, id="another statistic does not"),
        pytest.param(artefact(MEASURED, 29, finding("ttft", None)), False, id="no statistic is another one"),
        pytest.param(
            artefact(MEASURED, 29, finding("errors"), finding()), True, id="the same metric among others does"
        ),
        pytest.param(artefact(MEASURED, 29, kind="document"), False, id="a document holds no findings to settle with"),
        pytest.param(artefact(MEASURED, 29, kind="figure"), True, id="a figure entered by hand may settle"),
        pytest.param(artefact(MEASURED, 29, kind="calculation"), False, id="a calculation is no test"),
        pytest.param(artefact(MEASURED, 29, withdrawn=withdrawal()), False, id="a withdrawn item settles nothing"),
        pytest.param(
            artefact(MEASURED, 29, withdrawn=withdrawal(confirmed_by=None)),
            False,
            id="nor one whose withdrawal is not confirmed",
        ),
        pytest.param(artefact(MEASURED, 29, supports=None), True, id="it need not support anything itself"),
    ],
)
def test_a_finding_of_thirty_days_ago_is_settled(other: Evidence, settled: bool) -> None:
    found = asked(answer(4, evidence(MEASURED), against(1), other))
    assert found.proof.contradicted is not settled
    assert found.proven == (4 if settled else 1)


def test_any_dated_item_is_newer_than_an_undated_one() -> None:
    assert not asked(answer(4, against(1, None), artefact(DEMONSTRATED, 400))).proof.contradicted


def test_grades_are_compared_before_ageing() -> None:
    """The finding was measured, a year ago; a test of today, one grade below, does not silence it."""
    found = asked(answer(4, artefact(MEASURED, 400, finding(against=1)), artefact(DEMONSTRATED, 0)))
    assert found.proven == 1


def test_what_settles_may_speak_against_in_its_turn() -> None:
    found = asked(answer(4, evidence(MEASURED), against(1, 30), against(3, 10)))
    assert found.proven == 3


def test_each_finding_is_settled_for_itself() -> None:
    both = artefact(DEMONSTRATED, 30, finding("ttft", against=1), finding("errors", against=2))
    assert asked(answer(4, evidence(MEASURED), both, artefact(DEMONSTRATED, 5, finding("ttft")))).proven == 2


def test_an_item_does_not_settle_itself() -> None:
    item = artefact(DEMONSTRATED, 0, finding(against=1), finding())
    assert asked(answer(4, evidence(MEASURED), item)).proven == 1


@pytest.mark.parametrize(
    ("item", "speaks"),
    [
        pytest.param(against(1, withdrawn=withdrawal()), False, id="a confirmed withdrawal silences it"),
        pytest.param(against(1, withdrawn=withdrawal(confirmed_by=None)), True, id="one nobody confirmed does not"),
        pytest.param(against(1, withdrawn=withdrawal(confirmed_by="ann")), True, id="nor one confirmed by its author"),
        pytest.param(against(1, withdrawn=withdrawal(by=None)), True, id="nor one without its author"),
        pytest.param(
            against(1, withdrawn=withdrawal(on=days_ago(-9))), False, id="a withdrawal dated ahead holds as written"
        ),
    ],
)
def test_a_withdrawn_item_speaks_against(item: Evidence, speaks: bool) -> None:
    assert asked(answer(4, evidence(MEASURED), item)).proof.contradicted is speaks


def test_a_finding_on_a_blank_question_is_seen_but_contradicts_no_claim() -> None:
    found = asked(answer(None, against(1)))
    assert (found.proof.cap, found.proof.contradicted, found.proven) == (1, False, None)
