from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import Changed, Conflict, NotAllowed, NotFound, Refused, VersionNeeded
from app.records import pilots
from app.records.caller import Caller
from tests import make
from tests.records.conftest import NOON, House

LATER = NOON + timedelta(days=1)


def found(house: House, pilot: UUID, by: Caller | None = None) -> pilots.Found:
    with house.database.reading() as db:
        return pilots.find(db, by or house.ann, pilot)


def change(house: House, pilot: UUID, *, seen: int | None, by: Caller | None = None, **said: Any) -> int:
    stated: dict[str, Any] = {"name": "Helper", "profile": make.profile(retrieval=True), "needs": {}}
    with house.database.writing() as db:
        return pilots.change(db, by or house.ann, pilot, **(stated | said), seen=seen, at=NOON)


def confirm(house: House, pilot: UUID, by: Caller, seen: int | None = None) -> None:
    with house.database.writing() as db:
        pilots.confirm(db, by, pilot, seen=seen, at=NOON)


def test_a_pilot_comes_back_as_it_was_stated(house: House) -> None:
    needs = {"ttft_p95_ms": 1500, "monthly_budget": "40000.50", "regions_allowed": ("eu", "uk"), "currency": None}
    pilot = house.pilot(profile=make.profile(affects_people=None), needs=needs)

    kept = found(house, pilot).pilot

    assert kept.name == "Helper"
    assert kept.profile == make.profile(affects_people=None)
    assert kept.needs == {key: value for key, value in needs.items() if value is not None}
    assert (kept.stated_by, kept.confirmed_by, kept.id) == ("Ann", None, str(pilot))


@pytest.mark.parametrize(
    ("said", "where"),
    [
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"name": "a\nb"}, "name", id="a name of two lines"),
        pytest.param({"needs": {"speed": 1}}, "needs.speed", id="a need that the catalogue does not name"),
        pytest.param({"needs": {"ttft_p95_ms": "fast"}}, "needs.ttft_p95_ms", id="a need that is no number"),
        pytest.param({"needs": {"currency": "E\x00"}}, "needs.currency", id="a need with a control character"),
        pytest.param(
            {"profile": make.profile(deployment=frozenset({"api", "air-gapped"}))},
            "profile.deployment",
            id="a profile that contradicts itself",
        ),
        pytest.param({"profile": make.profile(sector="x\x00")}, "profile.sector", id="a profile that does not fit"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(house: House, said: dict[str, Any], where: str) -> None:
    with pytest.raises(Refused) as refused:
        house.pilot(**said)
    assert [problem.where for problem in refused.value.problems] == [where]


def test_another_account_confirms(house: House) -> None:
    pilot = house.pilot()
    with pytest.raises(Refused, match="another account has to confirm it"):
        confirm(house, pilot, house.ann)
    with pytest.raises(NotAllowed):
        confirm(house, pilot, house.vic)
    confirm(house, pilot, house.ben)
    assert found(house, pilot).pilot.confirmed_by == "Ben"


def test_another_profile_asks_to_be_confirmed_again_another_name_does_not(house: House) -> None:
    pilot = house.pilot()
    confirm(house, pilot, house.ben)

    assert change(house, pilot, seen=1, name="Helper 2") == 2
    assert found(house, pilot).pilot.confirmed_by == "Ben"
    assert change(house, pilot, seen=2, by=house.ben, needs={"ttft_p95_ms": 900}) == 3

    kept = found(house, pilot)
    assert (kept.pilot.stated_by, kept.pilot.confirmed_by, kept.version) == ("Ben", None, 3)
    confirm(house, pilot, house.ann)


def test_who_saw_an_older_version_gets_both(house: House) -> None:
    pilot = house.pilot()
    change(house, pilot, seen=1, by=house.ben, name="Theirs", needs={"ttft_p95_ms": 900})

    with pytest.raises(Changed, match="Ben") as changed:
        change(house, pilot, seen=1, name="Yours")

    assert (changed.value.theirs.name, changed.value.theirs.version) == ("Theirs", 2)
    assert changed.value.yours.name == "Yours"
    with pytest.raises(VersionNeeded):
        change(house, pilot, seen=None)


def test_nobody_confirms_what_they_have_not_seen(house: House) -> None:
    pilot = house.pilot()
    change(house, pilot, seen=1, name="Helper 2")
    with pytest.raises(Changed):
        confirm(house, pilot, house.ben, seen=1)
    confirm(house, pilot, house.ben, seen=2)


def test_what_is_sent_back_says_why_until_it_is_stated_anew(house: House) -> None:
    pilot = house.pilot()
    with house.database.writing() as db:
        pilots.send_back(db, house.ben, pilot, "Which budget?", at=NOON)
    sent = found(house, pilot).sent_back
    assert sent is not None
    assert (sent.by, sent.note) == ("Ben", "Which budget?")

    change(house, pilot, seen=1, needs={"monthly_budget": "1"})
    assert found(house, pilot).sent_back is None


def test_a_change_is_recorded_on_its_day(house: House) -> None:
    pilot = house.pilot()
    house.attach(house.assessment(pilot), observed_on=make.days_ago(400))
    with house.database.writing() as db:
        pilots.record_change(db, house.ann, pilot, make.days_ago(400), "model", "Version 2", at=NOON)
        pilots.record_change(db, house.ann, pilot, make.TODAY, "volume", None, at=NOON)
        with pytest.raises(Refused, match="once it has happened"):
            pilots.record_change(db, house.ann, pilot, make.days_ago(-1), "model", None, at=NOON)
        with pytest.raises(Refused, match="before the pilot"):
            pilots.record_change(db, house.ann, pilot, make.days_ago(401), "model", None, at=NOON)
        with pytest.raises(Refused, match="no such kind"):
            pilots.record_change(db, house.ann, pilot, make.TODAY, "weather", None, at=NOON)  # type: ignore[arg-type]

    kept = [(change.on, change.kind, change.note) for change in found(house, pilot).changes]

    assert kept == [(make.days_ago(400), "model", "Version 2"), (make.TODAY, "volume", None)]


def test_nothing_changes_before_a_pilot_is_known(house: House) -> None:
    pilot = house.pilot()
    with house.database.writing() as db:
        with pytest.raises(Refused, match="before the pilot") as refused:
            pilots.record_change(db, house.ann, pilot, make.days_ago(1), "model", None, at=LATER)
        pilots.record_change(db, house.ann, pilot, make.TODAY, "model", None, at=LATER)
    assert [each.where for each in refused.value.problems] == ["on"]


def test_what_was_stated_before_is_kept_beside_what_replaced_it(house: House) -> None:
    pilot = house.pilot(needs={"monthly_budget": "40000"})
    assessment = house.assessment(pilot)
    house.attach(assessment)
    house.attach(assessment, at=LATER)
    with house.database.writing() as db:
        pilots.change(db, house.ben, pilot, "Helper", make.profile(), {"ttft_p95_ms": 900}, seen=1, at=LATER)

    kept = house.read(assessment)

    (before,) = kept.restatements
    assert (before.at, before.by, before.needs) == (LATER, "Ben", {"monthly_budget": "40000"})
    assert before.profile == make.profile(retrieval=True)
    assert kept.first_attached == {"security.logs": NOON}


def test_a_new_name_restates_nothing(house: House) -> None:
    pilot = house.pilot()
    assessment = house.assessment(pilot)
    with house.database.writing() as db:
        pilots.change(db, house.ann, pilot, "Another", make.profile(retrieval=True), {}, seen=1, at=LATER)
    assert house.read(assessment).restatements == ()


def test_a_pilot_is_confirmed_once(house: House) -> None:
    """Whoever looked first stays the one who confirmed it."""
    pilot, third = house.pilot(), house.third()
    with house.database.writing() as db:
        pilots.confirm(db, house.ben, pilot, at=NOON)
        with pytest.raises(Refused, match="confirmed already"):
            pilots.confirm(db, third, pilot, at=LATER)
    assert found(house, pilot).pilot.confirmed_by == "Ben"


def test_a_pilot_lists_its_assessments_newest_first(house: House) -> None:
    pilot = house.pilot()
    first, second = house.assessment(pilot), house.assessment(pilot)
    assert [each.id for each in found(house, pilot).assessments] == [second, first]


def test_pilots_are_listed_a_page_at_a_time(house: House) -> None:
    pilots_ = [house.pilot(name=f"Pilot {number}") for number in range(5)]
    house.pilot(house.zoe)
    listed: list[UUID] = []
    cursor = None
    with house.database.reading() as db:
        while True:
            page = pilots.list_for(db, house.vic, before=cursor, limit=2)
            listed += [each.id for each in page.items]
            cursor = page.next
            if cursor is None:
                break
    assert listed == pilots_[::-1]


def test_what_is_anothers_does_not_exist(house: House) -> None:
    pilot, assessment = house.pilot(), house.assessment()
    holder = house.holder(assessment)
    for stranger in (house.zoe, holder):
        with pytest.raises(NotFound):
            found(house, pilot, stranger)
    for act in (
        lambda: change(house, pilot, seen=1, by=house.zoe),
        lambda: confirm(house, pilot, house.zoe),
        lambda: house.assessment(pilot, house.zoe),
        lambda: confirm(house, uuid4(), house.ann),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_viewer_changes_nothing(house: House) -> None:
    pilot = house.pilot()
    for act in (
        lambda: house.pilot(house.vic),
        lambda: change(house, pilot, seen=1, by=house.vic),
        lambda: house.assessment(pilot, house.vic),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_days_and_moments_are_utc(house: House) -> None:
    pilot = house.pilot(at=NOON + timedelta(microseconds=7))
    stated_at = found(house, pilot).stated_at
    assert stated_at == NOON + timedelta(microseconds=7)
    assert stated_at.utcoffset() == timedelta(0)


def test_a_change_that_is_sent_twice_is_recorded_once(house: House) -> None:
    pilot = house.pilot()
    for note, count in (("Version 2", 1), ("Version 3", 2)):
        with house.database.writing() as db:
            pilots.record_change(db, house.ann, pilot, make.TODAY, "model", note, at=NOON)
        with pytest.raises(Conflict, match="recorded already"), house.database.writing() as db:
            pilots.record_change(db, house.ann, pilot, make.TODAY, "model", note, at=NOON)
        with house.database.reading() as db:
            assert len(pilots.find(db, house.ann, pilot).changes) == count
