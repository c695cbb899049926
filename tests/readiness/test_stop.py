"""The stop list: criteria agreed beforehand, and what passes them."""

from datetime import date
from decimal import Decimal

import pytest

from app.readiness.profile import Profile
from app.readiness.stop import stop_reason
from app.readiness.verdict import Verdict

TODAY = date(2026, 11, 20)
AGREED = Profile(stop_unless_go_by=TODAY, effort_budget_days=30)


@pytest.mark.parametrize(
    ("verdict", "effort", "as_of"),
    [
        pytest.param(Verdict.NO_GO, Decimal(30), TODAY, id="on the day agreed, with as many days as are left"),
        pytest.param(Verdict.GO, Decimal(0), date(2027, 1, 1), id="a Go is never stopped"),
        pytest.param(Verdict.CONDITIONAL, None, TODAY, id="an effort that nobody worked out passes nothing"),
    ],
)
def test_nothing_stops_a_pilot_within_its_criteria(verdict: Verdict, effort: Decimal | None, as_of: date) -> None:
    assert stop_reason(AGREED, verdict, effort, as_of) is None


def test_the_day_after_the_day_agreed_a_pilot_without_a_go_is_to_stop() -> None:
    reason = stop_reason(AGREED, Verdict.CONDITIONAL, Decimal(1), date(2026, 11, 21))
    assert reason == "It was to be a Go by 2026-11-20, and is not."


def test_a_path_longer_than_what_is_left_stops_a_pilot() -> None:
    reason = stop_reason(AGREED, Verdict.NO_GO, Decimal("30.50"), TODAY)
    assert reason == "Its path to Go takes 30.5 days of work; 30 are left for it."


def test_criteria_that_nobody_stated_stop_nothing() -> None:
    assert stop_reason(Profile(), Verdict.NO_GO, Decimal(1000), date.max) is None
