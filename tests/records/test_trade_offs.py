from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.readiness.assessment import TradeOff
from app.records import assessments, audit, trade_offs
from app.records.caller import Caller
from tests import make
from tests.records.conftest import NOON, House

LATER = NOON + timedelta(days=10)


def record(house: House, assessment: UUID, by: Caller | None = None, **said: Any) -> UUID:
    usual: dict[str, Any] = {
        "title": "English only",
        "reason": "The model is not tested in other languages.",
        "decided_by": "Steering committee",
        "on": make.TODAY,
    }
    with house.database.writing() as db:
        return trade_offs.record(db, by or house.ann, assessment, TradeOff(**(usual | said)), at=NOON)


def kept(house: House, assessment: UUID) -> tuple[TradeOff, ...]:
    return house.read(assessment).assessment.trade_offs


def test_a_trade_off_is_kept_as_it_was_decided(house: House) -> None:
    assessment = house.assessment()
    said: dict[str, Any] = {
        "cost": "Two desks answer by hand",
        "question": "security.logs",
        "until": make.days_ago(-60),
    }
    trade_off = record(house, assessment, **said)

    (found,) = kept(house, assessment)

    assert found == TradeOff(
        title="English only",
        reason="The model is not tested in other languages.",
        decided_by="Steering committee",
        on=make.TODAY,
        until=make.days_ago(-60),
        cost="Two desks answer by hand",
        question="security.logs",
    )
    assert found.id == str(trade_off)


def test_no_name_stands_in_the_trail(house: House) -> None:
    trade_off = record(house, house.assessment(), decided_by="Cornelia")
    with house.database.reading() as db:
        (entry,) = audit.list_for(db, house.ann, subject=trade_off).items
    assert entry.after is not None
    assert entry.after["title"] == "English only"
    assert "Cornelia" not in str(entry.after)


def test_the_one_decided_first_stands_first(house: House) -> None:
    assessment = house.assessment()
    record(house, assessment, title="Later")
    record(house, assessment, title="Earlier", on=make.days_ago(9))
    assert [each.title for each in kept(house, assessment)] == ["Earlier", "Later"]


def test_a_trade_off_moves_no_score(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment)
    with house.database.reading() as db:
        before = assessments.find(db, house.ann, assessment).figures
    record(house, assessment)
    with house.database.reading() as db:
        assert assessments.find(db, house.ann, assessment).figures == before


def test_one_that_is_ended_holds_until_that_day_and_stays_on_record(house: House) -> None:
    assessment = house.assessment()
    trade_off = record(house, assessment)
    with house.database.writing() as db:
        assert trade_offs.end(db, house.ben, trade_off, at=LATER) == assessment
        with pytest.raises(Refused, match="over already"):
            trade_offs.end(db, house.ben, trade_off, at=LATER)
        trail = audit.list_for(db, house.ann, subject=trade_off).items

    (found,) = kept(house, assessment)

    assert found.until == LATER.date()
    assert found.state_on(LATER.date() + timedelta(days=1)) == "ended"
    assert [each.what for each in trail] == ["trade-off ended", "trade-off recorded"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"on": make.days_ago(-1)}, "not decided yet", id="not decided yet"),
        pytest.param({"on": make.days_ago(9), "until": make.days_ago(1)}, "is over", id="over already"),
        pytest.param({"until": make.days_ago(1)}, "before it begins", id="over before it begins"),
        pytest.param({"question": "security.moat"}, "no question", id="no such question"),
        pytest.param({"title": " "}, "missing", id="no title"),
        pytest.param({"reason": ""}, "missing", id="no reason"),
        pytest.param({"decided_by": ""}, "missing", id="decided by nobody"),
        pytest.param({"title": "a\u202eb"}, "does not fit", id="a title that turns the direction"),
    ],
)
def test_what_is_not_possible_is_refused(house: House, said: dict[str, Any], words: str) -> None:
    assessment = house.assessment()
    with pytest.raises(Refused, match=words):
        record(house, assessment, **said)
    assert kept(house, assessment) == ()


def test_a_title_in_a_script_that_runs_from_right_to_left_is_one_like_any_other(house: House) -> None:
    assessment = house.assessment()
    record(house, assessment, title="قبول المخاطر")
    assert kept(house, assessment)[0].title == "قبول المخاطر"


def test_only_who_may_edit_records_or_ends(house: House) -> None:
    assessment = house.assessment()
    trade_off = record(house, assessment)
    for caller in (house.vic, house.holder(assessment)):
        with pytest.raises(NotAllowed):
            record(house, assessment, caller)
        with pytest.raises(NotAllowed), house.database.writing() as db:
            trade_offs.end(db, caller, trade_off, at=NOON)
    for caller, id in ((house.zoe, trade_off), (house.ann, uuid4())):
        with pytest.raises(NotFound), house.database.writing() as db:
            trade_offs.end(db, caller, id, at=NOON)
    with pytest.raises(NotFound):
        record(house, assessment, house.zoe)


def test_one_that_never_ends_ends_with_no_day(house: House) -> None:
    assessment = house.assessment()
    record(house, assessment)
    assert kept(house, assessment)[0].state_on(date.max) == "holds"


def test_a_form_that_is_sent_twice_is_recorded_once(house: House) -> None:
    assessment = house.assessment()
    first = record(house, assessment)
    with pytest.raises(Conflict, match="on record already"):
        record(house, assessment)
    assert len(kept(house, assessment)) == 1
    with house.database.writing() as db:
        trade_offs.end(db, house.ann, first, at=LATER)
    record(house, assessment)
    record(house, assessment, cost="Two desks")
    assert len(kept(house, assessment)) == 3
