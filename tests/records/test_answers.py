from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import Changed, NotAllowed, NotFound, Refused, VersionNeeded
from app.records import answers
from app.records.answers import Given, Marked
from app.records.caller import Caller
from app.records.database import Database
from tests.records.conftest import NOON, House, small

AWAY = Marked(reason="out-of-scope", note="Runs on paper")


def test_an_answer_is_there_once_it_is_saved(house: House) -> None:
    assessment = house.assessment()
    assert house.answer(assessment, level=2, note="Weekly") == 1

    answer = house.read(assessment).assessment.answers["security.logs"]

    assert (answer.level, answer.note, answer.reviewed_on) == (2, "Weekly", NOON.date())


def test_each_saving_counts_one_version_up_and_reviews_the_answer(house: House) -> None:
    assessment, later = house.assessment(), NOON + timedelta(days=3)
    house.answer(assessment)
    assert house.answer(assessment, seen=1, at=later, by=house.ben) == 2

    found = house.read(assessment)

    assert found.assessment.answers["security.logs"].reviewed_on == later.date()
    saved = found.saved["security.logs"]
    assert (saved.version, saved.by, saved.at) == (2, "Ben", later)


def test_who_saw_an_older_version_gets_both_and_changes_nothing(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, level=1)
    house.answer(assessment, level=2, seen=1, by=house.ben, note="Mine")

    with pytest.raises(Changed, match="Ben") as changed:
        house.answer(assessment, level=4, seen=1)

    assert changed.value.theirs == answers.Theirs(Given(level=2, note="Mine"), 2, "Ben", NOON)
    assert changed.value.yours == Given(level=4)
    assert house.read(assessment).assessment.answers["security.logs"].level == 2


def test_who_thought_to_be_the_first_and_is_not_gets_both(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment)
    with pytest.raises(Changed):
        house.answer(assessment, seen=0)


def test_a_version_that_never_was_is_refused(house: House) -> None:
    assessment = house.assessment()
    with pytest.raises(Changed, match="no answer yet"):
        house.answer(assessment, seen=7)
    assert house.read(assessment).assessment.answers == {}


def test_without_a_version_only_the_first_answer_is_taken(house: House) -> None:
    assessment = house.assessment()
    assert house.answer(assessment, seen=None) == 1
    with pytest.raises(VersionNeeded):
        house.answer(assessment, seen=None)


def test_of_eight_who_save_at_once_exactly_one_wins(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, level=0)

    def try_to_save(number: int) -> int | None:
        try:
            house.answer(assessment, level=number % 5, seen=1, note=f"by {number}")
        except Changed:
            return None
        return number

    with ThreadPoolExecutor(8) as threads:
        winners = [number for number in threads.map(try_to_save, range(8)) if number is not None]

    assert len(winners) == 1
    assert house.read(assessment).assessment.answers["security.logs"].note == f"by {winners[0]}"


def test_of_eight_who_answer_first_at_once_exactly_one_wins(house: House) -> None:
    assessment = house.assessment()

    def try_to_save(number: int) -> bool:
        try:
            house.answer(assessment, level=number % 5)
        except Changed:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(try_to_save, range(8))) == 1


def test_of_two_servers_on_one_database_both_save(house: House, migrated_url: str) -> None:
    other = replace(house, database=Database(migrated_url, small))
    assessments = [house.assessment() for _ in range(8)]

    def save_thrice(number: int) -> int:
        server = (house, other)[number % 2]
        return [server.answer(assessments[number], level=seen, seen=seen) for seen in range(3)][-1]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(save_thrice, range(8))) == [3] * 8
    other.database.close()


@pytest.mark.parametrize(
    ("said", "where"),
    [
        pytest.param({"level": 3, "ask": "Kim"}, "ask", id="whom to ask beside a level"),
        pytest.param({"level": 3, "not_applicable": AWAY}, "not_applicable", id="not applicable beside a level"),
        pytest.param({"ask": "Kim", "not_applicable": AWAY}, "not_applicable", id="not applicable beside whom to ask"),
        pytest.param({"level": 5}, "level", id="a level above four"),
        pytest.param({"ask": "Kim\x00"}, "ask", id="a name with a control character"),
        pytest.param({"note": "n" * 1_000_000}, "note", id="a note of a megabyte"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(house: House, said: dict[str, Any], where: str) -> None:
    assessment = house.assessment()
    with pytest.raises(Refused) as refused:
        house.answer(assessment, "security.access", **({"level": None} | said))
    assert [problem.where for problem in refused.value.problems] == [where]
    assert house.read(assessment).saved == {}


def test_a_mark_is_confirmed_once(house: House) -> None:
    assessment, third = house.assessment(), house.third()
    house.answer(assessment, "security.access", None, not_applicable=Marked(reason="out-of-scope"))
    with house.database.writing() as db:
        answers.confirm_not_applicable(db, house.ben, assessment, "security.access", at=NOON)
        with pytest.raises(Refused, match="confirmed already"):
            answers.confirm_not_applicable(db, third, assessment, "security.access", at=NOON)
    marked = house.read(assessment).assessment.answers["security.access"].not_applicable
    assert marked is not None
    assert marked.confirmed_by == "Ben"


def test_a_gate_that_always_applies_cannot_be_marked_away(house: House) -> None:
    with pytest.raises(Refused, match="does not fit") as refused:
        house.answer(house.assessment(), "security.encryption", None, not_applicable=AWAY)
    assert "always applies" in refused.value.problems[0].message


def test_a_blank_note_is_none(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, note="", ask="")
    assert house.read(assessment).assessment.answers["security.logs"].note is None


def test_the_catalogue_knows_the_questions(house: House) -> None:
    with pytest.raises(NotFound, match="no such question"):
        house.answer(house.assessment(), "security.moat\x00")


def test_a_viewer_answers_nothing(house: House) -> None:
    assessment = house.assessment()
    with pytest.raises(NotAllowed):
        house.answer(assessment, by=house.vic)


def test_not_applicable_counts_once_another_account_agrees(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.access", None, not_applicable=AWAY)
    confirm(house, house.ben, assessment)

    marked = house.read(assessment).assessment.answers["security.access"].not_applicable

    assert marked is not None
    assert (marked.by, marked.confirmed_by, marked.confirmed) == ("Ann", "Ben", True)


def confirm(house: House, by: Caller, assessment: UUID, question: str = "security.access") -> None:
    with house.database.writing() as db:
        answers.confirm_not_applicable(db, by, assessment, question, at=NOON)


def test_nobody_confirms_their_own_not_applicable(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.access", None, not_applicable=AWAY)
    with pytest.raises(Refused, match="another account has to confirm it"):
        confirm(house, house.ann, assessment)


def test_nor_what_came_through_their_own_link(house: House) -> None:
    assessment = house.assessment()
    holder = house.holder(assessment)
    house.answer(assessment, "security.access", None, by=holder, not_applicable=AWAY)
    with pytest.raises(Refused, match="a link of yours"):
        confirm(house, house.ann, assessment)
    with pytest.raises(NotAllowed):
        confirm(house, holder, assessment)
    confirm(house, house.ben, assessment)


def test_the_same_reason_again_stays_confirmed_and_another_does_not(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.access", None, not_applicable=AWAY)
    confirm(house, house.ben, assessment)

    house.answer(assessment, "security.access", None, seen=1, note="Looked again", not_applicable=AWAY)
    assert marked(house, assessment) == ("Ann", "Ben")
    house.answer(
        assessment, "security.access", None, seen=2, by=house.ben, not_applicable=Marked(reason="not-built-yet")
    )
    assert marked(house, assessment) == ("Ben", None)


def marked(house: House, assessment: UUID) -> tuple[str | None, str | None]:
    found = house.read(assessment).assessment.answers["security.access"].not_applicable
    assert found is not None
    return found.by, found.confirmed_by


def test_a_level_takes_the_mark_away(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.access", None, not_applicable=AWAY)
    house.answer(assessment, "security.access", 3, seen=1)
    assert house.read(assessment).assessment.answers["security.access"].not_applicable is None
    with pytest.raises(Refused, match="not marked"):
        confirm(house, house.ben, assessment)


def test_what_is_sent_back_says_why_until_it_is_answered_again(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.access", None, not_applicable=AWAY)
    with house.database.writing() as db:
        answers.send_back_not_applicable(db, house.ben, assessment, "security.access", "We do have doors", at=NOON)

    (sent,) = house.read(assessment).sent_back
    assert (sent.what, sent.question, sent.by, sent.note) == (
        "not-applicable",
        "security.access",
        "Ben",
        "We do have doors",
    )

    house.answer(assessment, "security.access", None, seen=1, not_applicable=AWAY)
    assert house.read(assessment).sent_back == ()


@pytest.mark.parametrize("who", ["zoe", "holder"])
def test_what_is_not_theirs_does_not_exist(house: House, who: str) -> None:
    assessment = house.assessment()
    others: dict[str, Callable[[], Caller]] = {
        "zoe": lambda: house.zoe,
        "holder": lambda: house.holder(house.assessment()),
    }
    stranger = others[who]()
    with pytest.raises(NotFound):
        house.answer(assessment, by=stranger)
    with pytest.raises(NotFound):
        house.read(assessment, stranger)
    with pytest.raises(NotFound):
        house.answer(uuid4(), by=house.ann)


def test_a_link_answers_the_dimensions_that_it_names_and_no_other(house: House) -> None:
    assessment = house.assessment()
    holder = house.holder(assessment)
    house.answer(assessment, by=holder)
    assert house.read(assessment).saved["security.logs"].by == "Hal, by link"
    with pytest.raises(NotFound):
        house.answer(assessment, "cost.budget", by=holder)
