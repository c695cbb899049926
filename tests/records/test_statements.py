"""However much there is, a page is made from the same number of statements."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.records import assessments, attachments, audit, kept, milestones, pilots
from app.records.database import Transaction
from app.records.portfolio import portfolio
from app.records.waiting import waiting
from tests import make
from tests.records.conftest import NOON, House

READS: dict[str, Callable[[Transaction, House], object]] = {
    "portfolio": lambda db, house: portfolio(db, house.ann, make.TODAY),
    "a portfolio that has lapsed": lambda db, house: portfolio(db, house.ann, make.days_ago(-1000)),
    "every milestone": lambda db, house: milestones.of_organisation(db, house.ann),
    "waiting": lambda db, house: waiting(db, house.ben),
    "pilots": lambda db, house: pilots.list_for(db, house.ann),
    "the trail": lambda db, house: audit.list_for(db, house.ann),
}


def fill(house: House, times: int) -> None:
    for _ in range(times):
        assessment = house.assessment()
        for question in ("security.logs", "security.access", "cost.budget"):
            house.answer(assessment, question)
            house.attach(assessment, question)
            house.attach(assessment, question, by=house.ben)
        house.seal(assessment)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_more_of_everything_takes_no_more_statements(
    house: House, read: Callable[[Transaction, House], object]
) -> None:
    counts = []
    for times in (1, 3):
        fill(house, times)
        with house.database.reading() as db, house.counting() as sent:
            read(db, house)
        counts.append(len(sent))
    assert counts[0] == counts[1] > 0


def test_many_assessments_are_loaded_like_one(house: House) -> None:
    fill(house, 3)
    with house.database.reading() as db:
        ids = [line.assessment for line in portfolio(db, house.ann, make.TODAY) if line.assessment]
        with house.counting() as one:
            kept.load(db, ids[:1])
        with house.counting() as all_:
            loaded = kept.load(db, ids)
    assert [each.id for each in loaded] == sorted(ids)
    assert len(one) == len(all_) <= 8


def test_a_save_takes_as_many_statements_whatever_else_there_is(house: House) -> None:
    counts = []
    for times in (1, 3):
        fill(house, times)
        assessment = house.assessment()
        house.answer(assessment)
        with house.counting() as sent:
            house.answer(assessment, seen=1, at=NOON + timedelta(hours=1))
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14


def test_a_change_of_a_pilot_scores_all_its_assessments_in_one_go(house: House) -> None:
    counts = []
    for extra in (1, 4):
        pilot = house.pilot()
        for _ in range(extra):
            house.answer(house.assessment(pilot))
        with house.database.writing() as db, house.counting() as sent:
            pilots.confirm(db, house.ben, pilot, at=NOON)
        counts.append(len(sent))
        with house.database.reading() as db:
            held = pilots.find(db, house.ann, pilot).assessments
        assert len(held) == extra
    assert counts[0] == counts[1]


def test_confirming_looks_at_one_assessment(house: House) -> None:
    fill(house, 2)
    assessment = house.assessment()
    evidence = house.attach(assessment)
    with house.database.writing() as db, house.counting() as sent:
        attachments.confirm(db, house.ben, evidence, at=NOON)
    assert len(sent) <= 15
    with house.database.reading() as db:
        assert assessments.find(db, house.ann, assessment).figures is not None
