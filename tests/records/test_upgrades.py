"""A newer version of the catalogue is taken up without losing anything that was said."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.readiness.assessment import CatalogueReference, NeedValue, TradeOff
from app.readiness.document import document, read_document
from app.readiness.score import score
from app.records import assessments, audit, exceptions, milestones, pilots, trade_offs
from app.records.answers import Marked
from app.records.caller import Caller
from app.records.figures import figures_of
from app.records.waiting import count, waiting
from tests import make
from tests.records.conftest import NOON, House

LATER = NOON + timedelta(days=1)


def take_up(house: House, assessment: UUID, version: str = "2", by: Caller | None = None) -> None:
    with house.database.writing() as db:
        assessments.take_up(db, by or house.ann, assessment, version, at=LATER)


def answered(house: House) -> UUID:
    """An assessment on version 1 with something said to every question."""
    assessment = house.assessment()
    house.answer(assessment, "security.encryption", 3)
    house.answer(assessment, "security.access", None, not_applicable=Marked(reason="out-of-scope"))
    house.answer(assessment, "security.logs", 3)
    house.answer(assessment, "cost.budget", 2, note="Agreed in May")
    house.answer(assessment, "cost.forecast", 1)
    return assessment


def test_the_answers_stay_and_the_new_version_is_scored(house: House) -> None:
    assessment = answered(house)
    take_up(house, assessment)

    kept = house.read(assessment)

    assert kept.assessment.catalogue == CatalogueReference(id="small", version="2")
    assert kept.catalogue.version == "2"
    assert kept.assessment.answers["security.encryption"].level == 3
    with house.database.reading() as db:
        figures = assessments.find(db, house.ann, assessment).figures
    assert figures == figures_of(score(kept.catalogue, kept.assessment, LATER.date()))


def test_an_answer_at_a_level_in_other_words_asks_to_be_saved_again(house: House) -> None:
    assessment = answered(house)
    assert house.read(assessment).asks_again == ()
    take_up(house, assessment)
    assert house.read(assessment).asks_again == ("security.access", "security.logs")
    house.answer(assessment, "security.logs", 3, seen=1, at=LATER)
    assert house.read(assessment).asks_again == ("security.access",)


def test_an_answer_at_another_level_does_not_ask(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.logs", 2)
    take_up(house, assessment)
    assert house.read(assessment).asks_again == ()


def test_what_is_said_to_a_dropped_question_is_kept_and_counts_nowhere(house: House) -> None:
    assessment = answered(house)
    item = house.attach(assessment, "cost.budget", title="Budget")
    take_up(house, assessment)

    kept = house.read(assessment)

    assert "cost.budget" not in kept.assessment.answers
    dropped = kept.dropped["cost.budget"]
    assert (dropped.level, dropped.note, [each.id for each in dropped.evidence]) == (2, "Agreed in May", [str(item)])
    with house.database.reading() as db:
        assert attachments_wait(house) == []
        assert count(db, house.ben) == len(waiting(db, house.ben))


def attachments_wait(house: House) -> list[str | None]:
    with house.database.reading() as db:
        return [each.question for each in waiting(db, house.ben) if each.what in ("item", "exception")]


def test_a_gate_for_everybody_leaves_no_question_marked_as_not_applicable(house: House) -> None:
    assessment = answered(house)
    take_up(house, assessment)
    answer = house.read(assessment).assessment.answers["security.access"]
    assert (answer.level, answer.not_applicable) == (None, None)


def test_an_exception_that_the_new_version_does_not_allow_covers_nothing_and_is_kept(house: House) -> None:
    assessment = answered(house)
    with house.database.writing() as db:
        accepted, open_ = (
            exceptions.ask(db, house.ann, assessment, "security.encryption", reason, make.days_ago(-9), at=NOON)
            for reason in ("Late", "Late again")
        )
        exceptions.accept(db, house.ben, accepted, at=NOON)
    take_up(house, assessment)

    kept = house.read(assessment)

    assert kept.assessment.exceptions == ()
    assert [each.id for each in kept.dropped_exceptions] == [str(accepted)]
    assert [each.note for each in kept.sent_back] == ["Version 2 of the catalogue does not allow it."]
    assert attachments_wait(house) == []
    with pytest.raises(Refused, match="withdrawn or sent back"), house.database.writing() as db:
        exceptions.accept(db, house.ben, open_, at=LATER)


def test_the_document_is_one_that_can_be_read(house: House) -> None:
    """Whatever the old version allowed, what is exported fits the new one, and scores as it is shown."""
    assessment = answered(house)
    house.attach(assessment, "cost.budget")
    with house.database.writing() as db:
        exceptions.ask(db, house.ann, assessment, "security.encryption", "Late", make.days_ago(-9), at=NOON)
        budget = TradeOff(
            title="No budget", reason="Paid by IT", decided_by="Board", on=make.TODAY, question="cost.budget"
        )
        trade_offs.record(db, house.ann, assessment, budget, at=NOON)
    take_up(house, assessment)
    kept = house.read(assessment)

    read = read_document(json.dumps(document(kept.assessment)), kept.catalogue)

    assert read == kept.assessment
    assert [each.title for each in read.trade_offs] == ["No budget"]


def test_a_sealed_milestone_stays_on_its_version(house: House) -> None:
    assessment = answered(house)
    house.seal(assessment)
    take_up(house, assessment)
    house.seal(assessment, "After", at=LATER)
    with house.database.reading() as db:
        versions = [each.catalogue for each in milestones.list_for(db, house.ann, assessment)]
    assert versions == ["small version 1", "small version 2"]


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_version_that_is_not_newer_is_refused_in_words(house: House, version: str) -> None:
    assessment = answered(house)
    take_up(house, assessment)
    with pytest.raises(Conflict, match="stands on version 2"):
        take_up(house, assessment, version)


def test_only_who_may_edit_takes_up_a_version_that_there_is(house: House) -> None:
    assessment = answered(house)
    with pytest.raises(NotFound):
        take_up(house, assessment, "9")
    with pytest.raises(NotFound):
        take_up(house, assessment, by=house.zoe)
    for caller in (house.vic, house.holder(assessment)):
        with pytest.raises(NotAllowed):
            take_up(house, assessment, by=caller)
    assert house.read(assessment).catalogue.version == "1"


def test_taking_up_stands_in_the_trail(house: House) -> None:
    assessment = answered(house)
    take_up(house, assessment)
    with house.database.reading() as db:
        entry = audit.list_for(db, house.ann, subject=assessment).items[0]
    assert (entry.what, entry.before, entry.after) == (
        "catalogue version taken up",
        {"catalogue_version": "1"},
        {"catalogue_version": "2"},
    )


def test_a_dropped_question_takes_no_answer_and_no_item_any_more(house: House) -> None:
    assessment = answered(house)
    take_up(house, assessment)
    with pytest.raises(NotFound):
        house.answer(assessment, "cost.budget", 3, seen=1)
    with pytest.raises(NotFound):
        house.attach(assessment, "cost.budget")


def test_a_pilot_is_assessed_by_two_catalogues_with_the_needs_of_both(house: House) -> None:
    pilot = house.pilot(needs={"ttft_p95_ms": 1500.0, "monthly_budget": "40000"})
    long = house.assessment(pilot)
    with house.database.writing() as db:
        short = assessments.begin(db, house.ann, pilot, CatalogueReference(id="short", version="1"), at=NOON)
    assert house.read(short).assessment.pilot.needs == {"monthly_budget": "40000"}
    assert len(house.read(long).assessment.pilot.needs) == 2
    with house.database.writing() as db:
        more: dict[str, NeedValue] = {"ttft_p95_ms": 900.0, "monthly_budget": "50000"}
        pilots.change(db, house.ann, pilot, "Helper", make.profile(), more, seen=1, at=LATER)
    assert house.read(long).assessment.pilot.needs == more
    assert house.read(short).assessment.pilot.needs == {"monthly_budget": "50000"}
