from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from app.errors import NotAllowed
from app.records import audit
from tests.records.conftest import NOON, House


def trail(house: House, **wanted: Any) -> list[audit.Entry]:
    with house.database.reading() as db:
        return list(audit.list_for(db, house.ann, **wanted).items)


def test_a_change_leaves_who_when_and_what_differs(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, level=2, note="Weekly")
    house.answer(assessment, level=3, note="Weekly", seen=1, by=house.ben)

    newest = trail(house)[0]

    assert (newest.by, newest.at, newest.what) == ("Ben", NOON, "answer saved")
    assert (newest.subject, newest.question) == (assessment, "security.logs")
    assert (newest.before, newest.after) == ({"level": 2}, {"level": 3})


def test_the_trail_is_read_a_page_at_a_time_newest_first(house: House) -> None:
    assessment = house.assessment()
    for seen in range(4):
        house.answer(assessment, level=seen, seen=seen)
    with house.database.reading() as db:
        first = audit.list_for(db, house.ann, subject=assessment, limit=3)
        second = audit.list_for(db, house.ann, subject=assessment, before=first.next, limit=3)
    whats = [each.what for each in (*first.items, *second.items)]
    assert whats == ["answer saved"] * 4 + ["assessment begun"]
    assert second.next is None


def test_nobody_sees_the_trail_of_another_organisation(house: House) -> None:
    house.pilot(house.zoe)
    assert all(each.by != "Zoe" for each in trail(house))
    for who in (house.vic, house.holder(house.assessment())):
        with pytest.raises(NotAllowed), house.database.reading() as db:
            audit.list_for(db, who)


def test_names_and_addresses_stay_out_of_what_is_kept_for_good(house: House) -> None:
    kept = repr([(each.before, each.after) for each in trail(house)])
    assert "Ann" not in kept
    assert "example.org" not in kept


@pytest.mark.parametrize("statement", ["UPDATE audit SET what = 'nothing'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_trail(house: House, statement: str) -> None:
    before = trail(house)
    with pytest.raises(DBAPIError, match="append only"), house.database.writing() as db:
        db.sql.exec_driver_sql(statement)
    assert trail(house) == before
