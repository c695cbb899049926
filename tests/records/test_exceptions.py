from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.records import exceptions
from app.records.caller import Caller
from tests import make
from tests.records.conftest import NOON, House

GATE = "security.encryption"


def ask(house: House, assessment: UUID, by: Caller | None = None, **said: Any) -> UUID:
    usual: dict[str, Any] = {"gate": GATE, "reason": "Delivered in January", "until": make.days_ago(-30)}
    with house.database.writing() as db:
        return exceptions.ask(db, by or house.ann, assessment, **(usual | said), at=NOON)


def accept(house: House, exception: UUID, by: Caller | None = None) -> None:
    with house.database.writing() as db:
        exceptions.accept(db, by or house.ben, exception, at=NOON)


def test_an_exception_begins_today_and_holds_once_another_account_accepts(house: House) -> None:
    assessment = house.assessment()
    exception = ask(house, assessment)
    accept(house, exception)

    (kept,) = house.read(assessment).assessment.exceptions

    assert kept.id == str(exception)
    assert (kept.gate, kept.begins, kept.until) == (GATE, make.TODAY, make.days_ago(-30))
    assert (kept.asked_by, kept.accepted_by, kept.holds_on(make.TODAY)) == ("Ann", "Ben", True)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"gate": "security.logs"}, "no gate", id="no gate"),
        pytest.param({"gate": "security.moat"}, "no gate", id="no question"),
        pytest.param({"until": make.days_ago(1)}, "before it begins", id="over before it begins"),
        pytest.param({"until": make.days_ago(-181)}, "longer than 180 days", id="too long"),
        pytest.param({"reason": " "}, "missing", id="no reason"),
    ],
)
def test_what_is_not_possible_is_refused(house: House, said: dict[str, Any], words: str) -> None:
    assessment = house.assessment()
    with pytest.raises(Refused, match=words):
        ask(house, assessment, **said)
    assert house.read(assessment).assessment.exceptions == ()


def test_what_accepting_a_risk_costs_is_kept_in_words(house: House) -> None:
    assessment = house.assessment()
    ask(house, assessment, cost="A second reader for every letter")
    ask(house, assessment, cost=" ")
    costs = [each.cost for each in house.read(assessment).assessment.exceptions]
    assert costs == ["A second reader for every letter", None]


def test_nobody_accepts_what_they_asked_for(house: House) -> None:
    assessment = house.assessment()
    exception = ask(house, assessment)
    with pytest.raises(Refused, match="You asked for this yourself"):
        accept(house, exception, house.ann)
    for who in (house.vic, house.holder(assessment)):
        with pytest.raises(NotAllowed):
            accept(house, exception, who)
        with pytest.raises(NotAllowed):
            ask(house, assessment, who)


def test_what_was_asked_can_be_taken_back_until_it_is_accepted(house: House) -> None:
    assessment = house.assessment()
    exception, accepted = ask(house, assessment), ask(house, assessment, reason="Until March")
    accept(house, accepted)
    with house.database.writing() as db:
        with pytest.raises(Refused, match="Somebody else asked"):
            exceptions.withdraw(db, house.ben, exception, at=NOON)
        exceptions.withdraw(db, house.ann, exception, at=NOON)
        with pytest.raises(Refused, match="accepted already"):
            exceptions.withdraw(db, house.ann, accepted, at=NOON)
    with pytest.raises(Refused, match="withdrawn or sent back"):
        accept(house, exception)
    assert [each.id for each in house.read(assessment).assessment.exceptions] == [str(accepted)]


def test_what_is_sent_back_is_gone(house: House) -> None:
    assessment = house.assessment()
    exception = ask(house, assessment)
    with house.database.writing() as db:
        with pytest.raises(Refused, match="yourself"):
            exceptions.send_back(db, house.ann, exception, "No", at=NOON)
        exceptions.send_back(db, house.ben, exception, "Too risky", at=NOON)
    assert house.read(assessment).assessment.exceptions == ()


def test_what_is_anothers_does_not_exist(house: House) -> None:
    assessment = house.assessment()
    exception = ask(house, assessment)
    with pytest.raises(NotFound):
        accept(house, exception, house.zoe)
    with pytest.raises(NotFound):
        ask(house, assessment, house.zoe)
    with pytest.raises(NotFound):
        accept(house, uuid4())


@pytest.mark.parametrize(
    ("begins", "until"),
    [
        pytest.param(make.days_ago(20), make.days_ago(1), id="over before it is asked for"),
        pytest.param(make.days_ago(-181), make.days_ago(-190), id="far ahead"),
        pytest.param(date.max, date.max, id="at the end of all days"),
    ],
)
def test_an_exception_that_nobody_could_accept_now_is_not_asked_for(house: House, begins: date, until: date) -> None:
    assessment = house.assessment()
    with pytest.raises(Refused, match="not possible"):
        ask(house, assessment, begins=begins, until=until)


def test_a_form_that_is_sent_twice_asks_once(house: House) -> None:
    assessment = house.assessment()
    first = ask(house, assessment)
    with pytest.raises(Conflict, match="asked for already"):
        ask(house, assessment)
    with house.database.writing() as db:
        exceptions.withdraw(db, house.ann, first, at=NOON)
    ask(house, assessment)
    assert len(house.read(assessment).assessment.exceptions) == 1
