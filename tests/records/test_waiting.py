from app.records import answers, attachments, exceptions, pilots
from app.records.answers import Marked
from app.records.caller import Caller
from app.records.waiting import Waiting, waiting
from tests import make
from tests.records.conftest import NOON, House


def listed(house: House, by: Caller) -> tuple[Waiting, ...]:
    with house.database.reading() as db:
        return waiting(db, by)


def kinds(house: House, by: Caller) -> list[str]:
    return sorted(each.what for each in listed(house, by))


def everything(house: House) -> None:
    """One thing of each kind, done by Ann."""
    assessment = house.assessment()
    house.attach(assessment, title="Log review")
    withdrawn = house.attach(assessment)
    house.answer(assessment, "security.access", None, not_applicable=Marked(reason="out-of-scope"))
    with house.database.writing() as db:
        attachments.withdraw(db, house.ann, withdrawn, "Wrong", at=NOON)
        exceptions.ask(db, house.ann, assessment, "security.encryption", "Late", make.days_ago(-9), at=NOON)


def test_everything_that_another_account_did_waits(house: House) -> None:
    everything(house)
    assert kinds(house, house.ben) == ["exception", "item", "not-applicable", "pilot", "withdrawal"]
    item = next(each for each in listed(house, house.ben) if each.what == "item")
    assert (item.pilot_name, item.question, item.title, item.by, item.at, item.again) == (
        "Helper",
        "security.logs",
        "Log review",
        "Ann",
        NOON,
        False,
    )


def test_nothing_waits_for_whoever_did_it_nor_for_those_who_may_not_confirm(house: House) -> None:
    everything(house)
    assert listed(house, house.ann) == ()
    assert listed(house, house.vic) == ()
    assert listed(house, house.zoe) == ()
    assert listed(house, house.holder(house.assessment())) == ()


def test_what_came_through_a_link_waits_for_others_than_its_maker(house: House) -> None:
    pilot = house.pilot(house.ben)
    assessment = house.assessment(pilot, house.ben)
    house.attach(assessment, by=house.holder(assessment, by=house.ben))
    assert [each.by for each in listed(house, house.ann) if each.what == "item"] == ["Hal, by link"]
    assert listed(house, house.ben) == ()


def test_a_higher_claim_asks_for_a_new_look(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, evidence, at=NOON)
    assert kinds(house, house.ben) == ["pilot"]
    house.answer(assessment, level=2)
    assert [each.again for each in listed(house, house.ben) if each.what == "item"] == [True]
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, evidence, at=NOON)
    assert kinds(house, house.ben) == ["pilot"]
    house.answer(assessment, level=3, seen=1)
    assert kinds(house, house.ben) == ["item", "pilot"]


def test_what_is_confirmed_or_sent_back_waits_no_longer(house: House) -> None:
    everything(house)
    with house.database.writing() as db:
        for each in waiting(db, house.ben):
            match each:
                case Waiting(what="pilot"):
                    pilots.send_back(db, house.ben, each.pilot, "No", at=NOON)
                case Waiting(what="exception", id=id) if id:
                    exceptions.accept(db, house.ben, id, at=NOON)
                case Waiting(what="not-applicable", assessment=assessment, question=question) if (
                    assessment and question
                ):
                    answers.confirm_not_applicable(db, house.ben, assessment, question, at=NOON)
                case Waiting(what="item", id=id) if id:
                    attachments.send_back(db, house.ben, id, "No", what="item", at=NOON)
                case Waiting(what="withdrawal", id=id) if id:
                    attachments.confirm(db, house.ben, id, what="withdrawal", at=NOON)
        assert waiting(db, house.ben) == ()
