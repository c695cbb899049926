"""What was worked out is looked up again only while nothing that it was worked out from has changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from app.readiness.outlook import Outlook, outlook
from app.readiness.path import Path
from app.readiness.verdict import Verdict
from app.records import outlooks, people
from app.records.portfolio import Line, portfolio
from tests import make
from tests.records.conftest import NOON, House

TOMORROW = NOON + timedelta(days=1)
KIND = TypeAdapter(Outlook)


def path(days: str = "12.5") -> Path:
    return Path(target=Verdict.GO, effort_days=Decimal(days), steps=())


def keep(
    house: House,
    assessment: UUID,
    content: str = "worked out",
    *,
    what: str = outlooks.OUTLOOK,
    as_of: date = make.TODAY,
    digest: str | None = None,
    path: Path | None = None,
    day: int = 0,
) -> None:
    inputs = digest or house.read(assessment).inputs_sha256
    with house.database.writing() as db:
        outlooks.keep(db, assessment, inputs, as_of, what, content, path=path, at=NOON + timedelta(days=day))


def found(
    house: House, assessment: UUID, *, what: str = outlooks.OUTLOOK, as_of: date = make.TODAY, digest: str | None = None
) -> str | None:
    inputs = digest or house.read(assessment).inputs_sha256
    with house.database.reading() as db:
        return outlooks.find(db, assessment, inputs, as_of, what)


def rows(house: House) -> int:
    with house.database.reading() as db:
        return db.sql.exec_driver_sql("SELECT count(*) FROM worked_out").scalar() or 0


def line(house: House, day: date = make.TODAY) -> Line:
    with house.database.reading() as db:
        return portfolio(db, house.ann, day)[0]


@pytest.fixture
def assessment(house: House) -> UUID:
    begun = house.assessment()
    house.answer(begun)
    return begun


def test_an_outlook_comes_back_as_it_was_worked_out(house: House, assessment: UUID) -> None:
    whole = house.read(assessment)
    worked_out = outlook(whole.catalogue, whole.assessment, make.TODAY)
    keep(house, assessment, KIND.dump_json(worked_out).decode())
    text = found(house, assessment)
    assert text is not None
    assert KIND.validate_json(text) == worked_out


def test_it_is_looked_up_for_its_day_and_by_its_name(house: House, assessment: UUID) -> None:
    keep(house, assessment)
    assert found(house, assessment) == "worked out"
    assert found(house, assessment, as_of=TOMORROW.date()) is None
    assert found(house, assessment, what="since") is None


def test_whatever_changes_it_is_worked_out_anew(house: House, assessment: UUID) -> None:
    keep(house, assessment)
    house.attach(assessment)
    assert found(house, assessment) is None


def test_what_is_undone_has_changed_all_the_same(house: House, assessment: UUID) -> None:
    before = house.read(assessment).inputs_sha256
    house.answer(assessment, level=4, seen=1)
    assert house.read(assessment).inputs_sha256 != before
    house.answer(assessment, level=3, seen=2)
    assert house.read(assessment).inputs_sha256 == before


def test_what_was_worked_out_from_something_that_has_changed_meanwhile_is_not_kept(
    house: House, assessment: UUID
) -> None:
    before = house.read(assessment).inputs_sha256
    house.answer(assessment, level=4, seen=1)
    keep(house, assessment, digest=before)
    assert rows(house) == 0


def test_what_is_past_goes(house: House, assessment: UUID) -> None:
    keep(house, assessment)
    keep(house, assessment, what="since")
    house.answer(assessment, level=4, seen=1)
    keep(house, assessment)
    assert rows(house) == 1
    keep(house, assessment, as_of=TOMORROW.date(), day=1)
    assert rows(house) == 1


def test_a_later_day_and_another_name_stand_beside_todays(house: House, assessment: UUID) -> None:
    keep(house, assessment)
    keep(house, assessment, as_of=date(2027, 3, 1))
    keep(house, assessment, "another", what="since")
    assert (rows(house), found(house, assessment)) == (3, "worked out")


def test_only_so_many_are_kept_however_many_are_asked_for(house: House, assessment: UUID) -> None:
    keep(house, assessment, what="the oldest")
    for number in range(60):
        inputs = house.read(assessment).inputs_sha256
        with house.database.writing() as db:
            at = NOON + timedelta(seconds=number + 1)
            outlooks.keep(db, assessment, inputs, make.TODAY, f"path {number}", "…", at=at)
    assert rows(house) == 40
    assert found(house, assessment, what="the oldest") is None
    assert found(house, assessment, what="path 59") == "…"


def test_the_same_again_takes_the_place_of_what_is_kept(house: House, assessment: UUID) -> None:
    keep(house, assessment, "first")
    keep(house, assessment, "second")
    assert (rows(house), found(house, assessment)) == (1, "second")


def test_two_who_keep_the_same_at_once_do_not_hinder_each_other(house: House, assessment: UUID) -> None:
    both = Barrier(2)

    def kept(content: str) -> None:
        both.wait(5)
        keep(house, assessment, content)

    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(kept, ("one", "other")))
    assert rows(house) == 1


def test_the_portfolio_tells_todays_effort(house: House, assessment: UUID) -> None:
    assert (line(house).worked_out, line(house).has_path, line(house).effort_days) == (False, False, None)
    keep(house, assessment, path=path("12.5"))
    assert (line(house).worked_out, line(house).has_path, line(house).effort_days) == (True, True, Decimal("12.5"))
    assert not line(house, TOMORROW.date()).worked_out
    house.attach(assessment)
    assert not line(house).worked_out


def test_where_there_is_no_path_the_portfolio_says_so(house: House, assessment: UUID) -> None:
    keep(house, assessment, path=None)
    assert (line(house).worked_out, line(house).has_path, line(house).effort_days) == (True, False, None)


def test_a_new_name_does_not_leave_the_old_one_in_what_was_worked_out(house: House, assessment: UUID) -> None:
    keep(house, assessment, "declared by Ann")
    with house.database.writing() as db:
        people.rename_person(db, house.ann, "Anna", at=NOON)
    assert rows(house) == 0
    keep(house, assessment, "declared by Anna")
    assert found(house, assessment) == "declared by Anna"


def test_what_a_revision_has_blanked_is_kept_under_the_digest_that_it_will_have(house: House, assessment: UUID) -> None:
    before = house.read(assessment).inputs_sha256
    with house.database.writing() as db:
        db.sql.exec_driver_sql("UPDATE assessments SET scored_on = NULL, inputs_sha256 = NULL")
    assert house.read(assessment).inputs_sha256 == before
    keep(house, assessment)
    assert found(house, assessment) == "worked out"
