"""What is sealed never changes, whoever is at the database."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.finding import Finding
from app.readiness.canonical import canonical, sha256_of
from app.readiness.milestone import Sealed, milestone_file, read_milestone
from app.readiness.verdict import Verdict
from app.records import assessments, attachments, audit, milestones, people
from app.records.caller import Caller
from app.records.database import Unavailable
from tests import make
from tests.records.conftest import NOON, SMALL, House

LATER = NOON + timedelta(days=30)


def answered(house: House) -> UUID:
    """An assessment with an answer, an item that Ben has confirmed, and one that came through a link."""
    assessment = house.assessment()
    house.answer(assessment, "security.encryption", 3)
    evidence = house.attach(assessment, "security.encryption")
    house.attach(assessment, "security.logs", by=house.holder(assessment))
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, evidence, at=NOON)
    return assessment


def found(house: House, milestone: UUID, by: Caller | None = None) -> milestones.Found:
    with house.database.reading() as db:
        return milestones.find(db, by or house.ann, milestone)


def listed(house: House, assessment: UUID, by: Caller | None = None) -> tuple[Sealed, ...]:
    with house.database.reading() as db:
        return milestones.list_for(db, by or house.vic, assessment)


def test_a_milestone_stands_in_a_line(house: House) -> None:
    assessment = answered(house)
    first, second = house.seal(assessment), house.seal(assessment, "December", house.ben, at=LATER)
    with house.database.reading() as db:
        figures = assessments.find(db, house.ann, assessment).figures
    assert figures is not None

    june, december = listed(house, assessment)

    assert (june.id, june.title, june.sealed_by, june.sealed_at, june.as_of) == (
        str(first), "June", "Ann", NOON, make.TODAY,
    )  # fmt: skip
    assert (june.catalogue, june.verdict) == ("small version 1", Verdict.NOT_ASSESSED)
    assert (june.claimed, june.proven) == (figures.claimed, figures.proven)
    assert (december.id, december.sealed_by, december.as_of) == (str(second), "Ben", LATER.date())


def test_what_is_kept_can_be_verified_by_itself(house: House) -> None:
    milestone = found(house, house.seal(answered(house)))

    file = milestone_file(
        milestone.sealed,
        id=str(milestone.id),
        sha256=milestone.sha256,
        people=milestone.people,
        catalogue_content=milestone.catalogue,
    )
    read = read_milestone(json.dumps(file))

    assert read.sha256 == milestone.sha256 == sha256_of(milestone.sealed)
    assert (read.catalogue, read.as_of, read.name_of(read.sealed_by)) == (SMALL, make.TODAY, "Ann")
    assert sorted(milestone.people.values()) == ["Ann", "Ben", "Hal, by link"]
    assert canonical(json.loads(milestone.sealed)) == milestone.sealed


def test_nobodys_name_stands_in_what_is_sealed(house: House) -> None:
    milestone = house.seal(answered(house))
    before = found(house, milestone)
    assert not any(f'"{name}' in before.sealed for name in ("Ann", "Ben", "Hal"))

    with house.database.writing() as db:
        people.rename_person(db, house.ben, "Benedict", at=LATER)

    after = found(house, milestone)
    assert (after.sealed, after.sha256) == (before.sealed, before.sha256)
    assert sorted(after.people.values()) == ["Ann", "Benedict", "Hal, by link"]


def test_what_a_finding_says_of_somebody_is_no_person(house: House) -> None:
    assessment = answered(house)
    load = Finding(metric="ttft", statistic="p95", value=400.0, unit="ms", attributes={"confirmed_by": "the vendor"})
    house.attach(assessment, kind="figure", findings=(load,))
    assert "Ann" in found(house, house.seal(assessment)).people.values()


def test_a_sealed_score_is_the_one_that_is_shown(house: House) -> None:
    """What stands between two ids is as confirmed as what stands between two names."""
    assessment = answered(house)
    with house.database.reading() as db:
        figures = assessments.find(db, house.ann, assessment).figures
    assert figures is not None
    assert figures.proven is not None

    score = json.loads(found(house, house.seal(assessment)).sealed)["score"]

    assert score["proven"] == pytest.approx(float(figures.proven), abs=0.1)
    assert score["verdict"] == figures.verdict.value


def test_what_changes_later_changes_nothing_that_is_sealed(house: House) -> None:
    assessment = answered(house)
    milestone = house.seal(assessment)
    before = found(house, milestone)
    house.answer(assessment, "security.encryption", 1, seen=1, at=LATER)
    house.attach(assessment, "security.encryption", at=LATER)
    assert found(house, milestone) == before


def test_a_title_is_given_once(house: House) -> None:
    assessment, another = answered(house), house.assessment()
    house.seal(assessment)
    with pytest.raises(Conflict, match="“June” already"):
        house.seal(assessment, " June ", house.ben)
    house.seal(another)
    assert len(listed(house, assessment)) == len(listed(house, another)) == 1


def test_of_two_who_seal_at_once_one_wins(house: House) -> None:
    assessment = answered(house)
    both = Barrier(2)

    def sealed(by: Caller) -> bool:
        both.wait(5)
        try:
            house.seal(assessment, "At once", by)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as at_once:
        assert sorted(at_once.map(sealed, (house.ann, house.ben))) == [False, True]
    assert len(listed(house, assessment)) == 1


def test_a_catalogue_is_kept_once_however_many_seal_with_it(house: House) -> None:
    together = [house.assessment() for _ in range(4)]
    ready = Barrier(4)

    def sealed(assessment: UUID) -> UUID:
        ready.wait(5)
        return house.seal(assessment)

    with ThreadPoolExecutor(4) as at_once:
        ids = list(at_once.map(sealed, together))
    assert len({found(house, each).sha256 for each in ids}) == 4
    with house.database.reading() as db:
        assert db.sql.exec_driver_sql("SELECT count(*) FROM sealed_catalogues").scalar() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE milestones SET title = 'July'",
        "UPDATE milestones SET proven = '100'",
        "DELETE FROM milestones",
        "UPDATE sealed_catalogues SET content = '{}'",
        "DELETE FROM sealed_catalogues",
        "TRUNCATE milestones CASCADE",
        "INSERT OR REPLACE INTO milestones SELECT * FROM milestones",
        "INSERT OR REPLACE INTO sealed_catalogues SELECT sha256, '{}' FROM sealed_catalogues",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_sealed(house: House, statement: str) -> None:
    milestone = house.seal(answered(house))
    before = found(house, milestone)
    with pytest.raises((DBAPIError, Unavailable)), house.database.writing() as db:
        db.sql.exec_driver_sql(statement)
    assert found(house, milestone) == before


def test_sealing_stands_in_the_trail(house: House) -> None:
    assessment = answered(house)
    milestone = house.seal(assessment)
    with house.database.reading() as db:
        entry = audit.list_for(db, house.ann, subject=assessment).items[0]
    assert entry.what == "milestone sealed"
    assert entry.after == {"milestone": str(milestone), "title": "June", "sha256": found(house, milestone).sha256}


def test_only_who_may_edit_seals(house: House) -> None:
    assessment = answered(house)
    for caller in (house.vic, house.holder(assessment)):
        with pytest.raises(NotAllowed):
            house.seal(assessment, by=caller)
    with pytest.raises(NotFound):
        house.seal(assessment, by=house.zoe)
    with pytest.raises(Refused, match="missing"):
        house.seal(assessment, " ")
    assert listed(house, assessment) == ()


def test_what_is_anothers_does_not_exist(house: House) -> None:
    assessment = answered(house)
    milestone = house.seal(assessment)
    holder = house.holder(assessment)
    for caller in (house.zoe, holder, house.holder(house.assessment(), role="read", sections=[])):
        with pytest.raises(NotFound):
            found(house, milestone, caller)
    assert found(house, milestone, house.holder(assessment, role="read", sections=[])).id == milestone
    with pytest.raises(NotFound):
        found(house, uuid4())
    assert listed(house, assessment, house.zoe) == ()
    assert len(listed(house, assessment, holder)) == 1
    assert listed(house, house.assessment(), holder) == ()
    with house.database.reading() as db:
        assert milestones.of_organisation(db, house.zoe) == {}
        assert milestones.of_organisation(db, house.vic).keys() == {assessment}
        with pytest.raises(NotFound):
            milestones.of_organisation(db, holder)
