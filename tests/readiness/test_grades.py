"""What an item counts as: who gave the grade, how old it is, what changed since."""

from datetime import timedelta
from typing import Any

import pytest

from app.readiness.assessment import Change, Evidence
from app.readiness.grade import Grade
from tests.make import (
    ASSERTED,
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    catalogue,
    change,
    days_ago,
    dimension,
    evidence,
    question,
    scored,
)


def effective(
    item: Evidence,
    *,
    changes: tuple[Change, ...] = (),
    touched_by: frozenset[str] = frozenset(),
    reviewed: int | None = None,
    **asked: Any,
) -> Grade:
    """The grade that counts today for the one item of an answer; `reviewed` so many days ago."""
    given = catalogue(dimension("service", question("logs", changes=touched_by, **asked)))
    reviewed_on = None if reviewed is None else days_ago(reviewed)
    score = scored(given, {"service.logs": answer(4, item, reviewed_on=reviewed_on)}, changes=changes)
    (only,) = score.questions["service.logs"].proof.items
    return only.effective


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        pytest.param({"grade": MEASURED}, MEASURED, id="confirmed it counts as declared"),
        pytest.param(
            {"grade": MEASURED, "read_grade": DOCUMENTED}, MEASURED, id="a confirmed declaration stands above a reading"
        ),
        pytest.param(
            {"grade": DOCUMENTED, "read_grade": MEASURED},
            DOCUMENTED,
            id="a confirmed modest declaration stands below a reading",
        ),
        pytest.param({"grade": None, "read_grade": MEASURED}, MEASURED, id="nothing declared means the read grade"),
        pytest.param({"grade": None}, ASSERTED, id="neither declared nor read it is somebody's word"),
        pytest.param({"grade": MEASURED, "confirmed_by": None}, DOCUMENTED, id="unconfirmed it is at most documented"),
        pytest.param({"grade": ASSERTED, "confirmed_by": None}, ASSERTED, id="unconfirmed it is not lifted either"),
        pytest.param(
            {"grade": MEASURED, "read_grade": DEMONSTRATED, "confirmed_by": None},
            DEMONSTRATED,
            id="unconfirmed it counts as read, where that is less",
        ),
        pytest.param(
            {"grade": DOCUMENTED, "read_grade": MEASURED, "confirmed_by": None},
            DOCUMENTED,
            id="unconfirmed it counts as declared, where that is less",
        ),
        pytest.param(
            {"grade": None, "read_grade": MEASURED, "confirmed_by": None},
            MEASURED,
            id="a reader's grade needs nobody's confirmation",
        ),
        pytest.param({"grade": MEASURED, "confirmed_by": "Ann"}, DOCUMENTED, id="nobody vouches for themselves"),
        pytest.param(
            {"grade": MEASURED, "confirmed_by": " ANN "},
            DOCUMENTED,
            id="nor under the same name with other case and spaces",
        ),
        pytest.param(
            {"grade": MEASURED, "attached_by": "Straße", "confirmed_by": "STRASSE"},
            DOCUMENTED,
            id="names are compared after case-folding, not lower-casing",
        ),
        pytest.param({"grade": MEASURED, "attached_by": None}, DOCUMENTED, id="confirmed needs both names"),
        pytest.param({"grade": MEASURED, "confirmed_by": "  "}, DOCUMENTED, id="a name of spaces is no name"),
        pytest.param({"grade": MEASURED, "kind": "calculation"}, DOCUMENTED, id="a calculation is at most documented"),
        pytest.param(
            {"grade": None, "read_grade": MEASURED, "kind": "calculation"},
            DOCUMENTED,
            id="a calculation is at most documented, whatever was read",
        ),
    ],
)
def test_an_item_counts(said: dict[str, Any], counts: Grade) -> None:
    assert effective(evidence(**said)) == counts


@pytest.mark.parametrize(
    ("grade", "days_old", "counts"),
    [
        pytest.param(MEASURED, 90, MEASURED, id="measured is whole on day 90 of 90"),
        pytest.param(MEASURED, 91, DEMONSTRATED, id="measured is one less on day 91"),
        pytest.param(MEASURED, 180, DEMONSTRATED, id="measured has passed one shelf life on day 180"),
        pytest.param(
            MEASURED, 181, DOCUMENTED, id="measured has passed two on day 181, as demonstrated has passed one"
        ),
        pytest.param(MEASURED, 271, DOCUMENTED, id="three lives of measured, yet what a document of that day would be"),
        pytest.param(MEASURED, 365, DOCUMENTED, id="measured is never worth less than documented would be"),
        pytest.param(MEASURED, 366, ASSERTED, id="then everything has lapsed"),
        pytest.param(DEMONSTRATED, 180, DEMONSTRATED, id="demonstrated is whole on day 180 of 180"),
        pytest.param(DEMONSTRATED, 181, DOCUMENTED, id="demonstrated is one less on day 181"),
        pytest.param(DEMONSTRATED, 361, DOCUMENTED, id="demonstrated is never worth less than documented would be"),
        pytest.param(DOCUMENTED, 365, DOCUMENTED, id="documented is whole on day 365 of 365"),
        pytest.param(DOCUMENTED, 366, ASSERTED, id="documented is one less on day 366"),
        pytest.param(ASSERTED, 5000, ASSERTED, id="asserted has no shelf life and nothing below it"),
        pytest.param(MEASURED, 5000, ASSERTED, id="nothing ages below asserted"),
        pytest.param(MEASURED, 0, MEASURED, id="of today it is whole"),
        pytest.param(MEASURED, None, ASSERTED, id="undated it is somebody's word"),
        pytest.param(MEASURED, -1, ASSERTED, id="dated tomorrow it is somebody's word"),
    ],
)
def test_age_leaves(grade: Grade, days_old: int | None, counts: Grade) -> None:
    assert effective(evidence(grade, days_old)) == counts


def test_an_unconfirmed_item_ages_as_what_it_counts_as() -> None:
    assert effective(evidence(MEASURED, 300, confirmed_by=None)) == DOCUMENTED


@pytest.mark.parametrize(
    ("lives", "days_old", "counts"),
    [
        pytest.param({MEASURED: 30}, 30, MEASURED, id="whole within the question's own shelf life"),
        pytest.param({MEASURED: 30}, 31, DEMONSTRATED, id="one less after the question's own shelf life"),
        pytest.param(
            {MEASURED: 30}, 61, DEMONSTRATED, id="stronger is not worth less than a weaker grade with a longer life"
        ),
        pytest.param({DOCUMENTED: 30}, 91, DEMONSTRATED, id="a grade not named keeps the policy's shelf life"),
        pytest.param({MEASURED: 365, DEMONSTRATED: 365}, 365, MEASURED, id="a question may set a longer life"),
    ],
)
def test_a_question_with_its_own_shelf_lives(lives: dict[Grade, int], days_old: int, counts: Grade) -> None:
    assert effective(evidence(MEASURED, days_old), shelf_life_days=lives) == counts


@pytest.mark.parametrize(
    ("changes", "reviewed", "counts"),
    [
        pytest.param([change("model", 10)], None, DEMONSTRATED, id="after a change that touches it: one less"),
        pytest.param([change("volume", 10)], None, MEASURED, id="a change of a kind that does not touch it: whole"),
        pytest.param(
            [change("model", 10), change("model", 5), change("data", 3)],
            None,
            DEMONSTRATED,
            id="three changes: one less, once",
        ),
        pytest.param([change("model", 10)], 10, MEASURED, id="reviewed on the day of the change: whole"),
        pytest.param([change("model", 10)], 11, DEMONSTRATED, id="reviewed the day before: one less"),
        pytest.param([change("model", 10)], 0, MEASURED, id="reviewed since: whole"),
        pytest.param(
            [change("model", 10), change("data", 2)], 5, DEMONSTRATED, id="reviewed after one, not the other: one less"
        ),
        pytest.param([change("model", 0)], None, DEMONSTRATED, id="a change begins on its day"),
        pytest.param([change("model", -1)], None, MEASURED, id="a change to come changes nothing yet"),
        pytest.param([change("model", 10)], -5, MEASURED, id="a review dated ahead holds as written"),
    ],
)
def test_a_change(changes: list[Change], reviewed: int | None, counts: Grade) -> None:
    kinds = frozenset({"model", "data"})
    assert effective(evidence(MEASURED), changes=tuple(changes), reviewed=reviewed, touched_by=kinds) == counts


def test_a_change_counts_after_ageing() -> None:
    """Measured of 91 days is demonstrated; the change takes one more. Before ageing it would be demonstrated, whole."""
    item = evidence(MEASURED, 91)
    assert effective(item, changes=(change("model", 1),), touched_by=frozenset({"model"})) == DOCUMENTED


def test_a_change_takes_nothing_from_somebodys_word() -> None:
    item = evidence(ASSERTED)
    assert effective(item, changes=(change("model", 1),), touched_by=frozenset({"model"})) == ASSERTED


def test_an_item_attached_after_the_change_still_waits_for_the_review() -> None:
    item = evidence(MEASURED, 0)
    assert effective(item, changes=(change("model", 30),), touched_by=frozenset({"model"})) == DEMONSTRATED


def test_the_day_of_scoring_decides_and_not_the_clock() -> None:
    given = catalogue(dimension("service", question("logs")))
    answers = {"service.logs": answer(4, evidence(MEASURED))}
    after = [scored(given, answers, as_of=TODAY + timedelta(days=days)).questions["service.logs"] for days in (90, 91)]
    assert [each.proven for each in after] == [4, 3]
