"""Whatever is changed, the figures that are kept are those of a fresh scoring."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.finding import Finding
from app.readiness.assessment import TradeOff
from app.readiness.grade import Grade
from app.readiness.score import score
from app.records import answers, assessments, attachments, exceptions, pilots, trade_offs
from app.records.answers import Given, Marked
from app.records.database import Database
from app.records.figures import Figures, figures_of, inputs_sha256
from app.records.portfolio import Line, portfolio
from tests import make
from tests.records.conftest import NOON, SMALL, House, small

LATER = NOON + timedelta(days=1)


def agree(house: House, assessment: UUID) -> None:
    """The kept figures are those of the assessment as it is read back, scored on the day that they name."""
    with house.database.reading() as db:
        kept = assessments.find(db, house.ann, assessment).figures
        whole = assessments.read(db, house.ann, assessment)
        (line,) = portfolio(db, house.ann, LATER.date())
    assert kept is not None
    assert kept.scored_on == LATER.date()
    assert kept == figures_of(score(whole.catalogue, whole.assessment, LATER.date()))
    assert whole.inputs_sha256 == inputs_sha256(whole.catalogue, whole.assessment)
    assert line.asks_again == len(whole.asks_again)


def exception(house: House, assessment: UUID) -> UUID:
    with house.database.writing() as db:
        return exceptions.ask(db, house.ann, assessment, "security.encryption", "Late", make.days_ago(-9), at=NOON)


def withdrawn(house: House, assessment: UUID) -> UUID:
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.withdraw(db, house.ann, evidence, "Wrong", at=NOON)
    return evidence


def marked(house: House, assessment: UUID) -> None:
    house.answer(assessment, "security.access", None, not_applicable=Marked(reason="out-of-scope"))


def pilot_of(house: House, assessment: UUID) -> UUID:
    return house.read(assessment).pilot


def save(house: House, assessment: UUID) -> None:
    house.answer(assessment, "security.encryption", 4, at=LATER)


def attach(house: House, assessment: UUID) -> None:
    house.attach(assessment, at=LATER)


def confirm_item(house: House, assessment: UUID) -> None:
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, evidence, at=LATER)


def send_back_item(house: House, assessment: UUID) -> None:
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.send_back(db, house.ben, evidence, "No", at=LATER)


def withdraw(house: House, assessment: UUID) -> None:
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.withdraw(db, house.ann, evidence, "Wrong", at=LATER)


def confirm_withdrawal(house: House, assessment: UUID) -> None:
    evidence = withdrawn(house, assessment)
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, evidence, at=LATER)


def send_back_withdrawal(house: House, assessment: UUID) -> None:
    evidence = withdrawn(house, assessment)
    with house.database.writing() as db:
        attachments.send_back(db, house.ben, evidence, "No", at=LATER)


def mark(house: House, assessment: UUID) -> None:
    away = Marked(reason="out-of-scope")
    house.answer(assessment, "security.access", None, not_applicable=away, at=LATER)


def confirm_mark(house: House, assessment: UUID) -> None:
    marked(house, assessment)
    with house.database.writing() as db:
        answers.confirm_not_applicable(db, house.ben, assessment, "security.access", at=LATER)


def send_back_mark(house: House, assessment: UUID) -> None:
    confirm_mark(house, assessment)
    with house.database.writing() as db:
        answers.send_back_not_applicable(db, house.ben, assessment, "security.access", "No", at=LATER)


def ask(house: House, assessment: UUID) -> None:
    with house.database.writing() as db:
        exceptions.ask(db, house.ann, assessment, "security.encryption", "Late", make.days_ago(-9), at=LATER)


def accept(house: House, assessment: UUID) -> None:
    asked = exception(house, assessment)
    with house.database.writing() as db:
        exceptions.accept(db, house.ben, asked, at=LATER)


def take_back(house: House, assessment: UUID) -> None:
    asked = exception(house, assessment)
    with house.database.writing() as db:
        exceptions.withdraw(db, house.ann, asked, at=LATER)


def change_pilot(house: House, assessment: UUID) -> None:
    with house.database.writing() as db:
        high = make.profile(retrieval=False, autonomy="act-alone")
        pilots.change(db, house.ann, pilot_of(house, assessment), "Helper", high, {}, seen=1, at=LATER)


def confirm_pilot(house: House, assessment: UUID) -> None:
    with house.database.writing() as db:
        pilots.confirm(db, house.ben, pilot_of(house, assessment), at=LATER)


def send_back_pilot(house: House, assessment: UUID) -> None:
    confirm_pilot(house, assessment)
    with house.database.writing() as db:
        pilots.send_back(db, house.ben, pilot_of(house, assessment), "No", at=LATER)


def record_change(house: House, assessment: UUID) -> None:
    with house.database.writing() as db:
        pilots.record_change(db, house.ann, pilot_of(house, assessment), LATER.date(), "model", None, at=LATER)


def record_trade_off(house: House, assessment: UUID) -> None:
    committee = TradeOff(title="English only", reason="Untested", decided_by="Board", on=make.TODAY)
    with house.database.writing() as db:
        trade_offs.record(db, house.ann, assessment, committee, at=LATER)


def end_trade_off(house: House, assessment: UUID) -> None:
    committee = TradeOff(title="English only", reason="Untested", decided_by="Board", on=make.TODAY)
    with house.database.writing() as db:
        recorded = trade_offs.record(db, house.ann, assessment, committee, at=NOON)
        trade_offs.end(db, house.ann, recorded, at=LATER)


def take_up(house: House, assessment: UUID) -> None:
    with house.database.writing() as db:
        assessments.take_up(db, house.ann, assessment, "2", at=LATER)


def take_up_and_save_again(house: House, assessment: UUID) -> None:
    take_up(house, assessment)
    house.answer(assessment, "security.logs", 3, seen=1, at=LATER)


CHANGES = (
    save,
    attach,
    confirm_item,
    send_back_item,
    withdraw,
    confirm_withdrawal,
    send_back_withdrawal,
    mark,
    confirm_mark,
    send_back_mark,
    ask,
    accept,
    take_back,
    change_pilot,
    confirm_pilot,
    send_back_pilot,
    record_change,
    record_trade_off,
    end_trade_off,
    take_up,
    take_up_and_save_again,
)


@pytest.mark.parametrize("change", CHANGES, ids=[each.__name__ for each in CHANGES])
def test_after_any_change_the_kept_figures_are_fresh(house: House, change: Callable[[House, UUID], None]) -> None:
    assessment = house.assessment()
    for question in ("security.logs", "cost.budget", "cost.forecast"):
        house.answer(assessment, question, 3)
    change(house, assessment)
    agree(house, assessment)


def test_another_catalogue_under_the_same_version_makes_the_figures_afresh(house: House, migrated_url: str) -> None:
    """A version that is still being written, or one of our own before it is out: the server that starts notices."""
    assessment, other = house.assessment(), house.assessment()
    house.answer(assessment, "security.logs", 4)
    with house.database.writing() as db:
        assessments.take_up(db, house.ann, other, "2", at=NOON)
        assert assessments.forget_other_catalogues(db) == 0
    before = house.read(assessment)
    first, *rest = SMALL.dimensions
    heavier = tuple(replace(each, weight=each.weight + (each.key == "security.logs")) for each in first.questions)
    now = replace(SMALL, dimensions=(replace(first, questions=heavier), *rest))
    rewritten = Database(migrated_url, lambda id="small", version="1": now if version == "1" else small(id, version))

    with rewritten.writing() as db:
        assert assessments.forget_other_catalogues(db) == 1
        assert assessments.forget_other_catalogues(db) == 0
        assert assessments.find(db, house.ann, assessment).figures is None
        assert assessments.find(db, house.ann, other).figures is not None
        after = assessments.read(db, house.ann, assessment)
        assert after.inputs_sha256 == inputs_sha256(now, after.assessment) != before.inputs_sha256
        assert assessments.refresh(db, house.ann, make.TODAY) == 1
        figures = assessments.find(db, house.ann, assessment).figures
        assert figures == figures_of(score(now, after.assessment, make.TODAY))
        assert assessments.forget_other_catalogues(db) == 0
    rewritten.close()


def test_the_portfolio_counts_gates_and_the_answers_that_ask_for_a_look(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.encryption", 4)
    house.answer(assessment, "security.logs", 3)
    slow = Finding(metric="ttft", statistic="p95", value=9.0, unit="s", against=1)
    house.attach(assessment, "security.encryption", kind="figure", findings=(slow,))
    record_change(house, assessment)

    (line,) = lines(house, 1)

    assert line.figures is not None
    assert line.figures.gates == {"failed": 1, "open": 1}
    assert (line.figures.contradicted, line.figures.waiting_review, line.asks_again) == (1, 1, 0)


def test_the_portfolio_tells_what_was_proven_at_each_milestone_and_what_it_costs(house: House) -> None:
    needs = {"monthly_budget": "40000", "currency": "EUR"}
    assessment = house.assessment(house.pilot(needs=needs))
    house.seal(assessment, "Empty")
    house.answer(assessment, "security.logs", 3)
    house.seal(assessment, "One answer", at=LATER)

    (line,) = lines(house)

    assert line.figures is not None
    assert line.sealed == ((make.TODAY, None), (LATER.date(), line.figures.proven))
    assert (line.monthly_budget, line.currency, line.monthly_value) == ("40000", "EUR", None)


def test_what_is_changed_much_at_once_is_scored_once_and_comes_to_the_same(house: House) -> None:
    assessment, another = house.assessment(), house.assessment()
    with house.database.writing() as db, assessments.scored_once(db) as together, house.counting() as sent:
        for question in ("security.encryption", "security.logs", "cost.budget"):
            answers.enter(together, house.ann, assessment, question, Given(level=3), seen=0, at=NOON)
            answers.enter(together, house.ann, assessment, question, Given(level=4), seen=1, at=LATER)
        assert not [each for each in sent if each.startswith("UPDATE assessments")]
    with house.database.reading() as db:
        figures = assessments.find(db, house.ann, assessment).figures
        untouched = assessments.find(db, house.ann, another).figures
    assert figures == fresh(house, assessment, 1)
    assert untouched == fresh(house, another, 0)


def lines(house: House, days_later: int = 0) -> tuple[Line, ...]:
    with house.database.reading() as db:
        return portfolio(db, house.vic, make.days_ago(-days_later))


def test_the_portfolio_shows_each_pilot_with_its_newest_assessment(house: House) -> None:
    empty, pilot = house.pilot(name="empty"), house.pilot(name="Busy")
    house.assessment(pilot)
    newest = house.assessment(pilot)
    house.answer(newest)
    house.pilot(house.zoe, name="Another's")

    busy, idle = lines(house)

    assert (busy.pilot, busy.name, busy.assessment, busy.confirmed) == (pilot, "Busy", newest, False)
    assert busy.figures is not None
    assert busy.figures.answered == 1
    assert (idle.pilot, idle.assessment, idle.figures) == (empty, None, None)


def test_what_has_lapsed_is_scored_afresh_and_nothing_else(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.encryption", 4)
    evidence = house.attach(assessment, "security.encryption")
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, evidence, at=NOON)

    proven = []
    for days_later in (0, 90, 91):
        (line,) = lines(house, days_later)
        assert line.figures is not None
        proven.append(line.figures.proven)
        assert line.figures.scored_on == make.days_ago(0 if days_later <= 90 else -91)

    assert proven[0] == proven[1]
    assert proven[2] is not None
    assert proven[1] is not None
    assert proven[2] < proven[1]


def test_what_a_revision_has_blanked_is_scored_afresh(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment)
    (before,) = lines(house)
    with house.database.writing() as db:
        db.sql.exec_driver_sql("UPDATE assessments SET scored_on = NULL, verdict = NULL, proven = NULL")
    (after,) = lines(house)
    assert after.lapsed
    assert after == replace(before, lapsed=True)


def refresh(house: House, days_later: int = 0, limit: int = 50) -> int:
    with house.database.writing() as db:
        return assessments.refresh(db, house.vic, make.days_ago(-days_later), limit=limit)


def test_what_has_lapsed_is_scored_once_and_kept(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment, "security.encryption", 4)
    house.attach(assessment, "security.encryption")
    (before,) = lines(house, 400)

    assert (refresh(house, 0), refresh(house, 400), refresh(house, 400)) == (0, 1, 0)

    (after,) = lines(house, 400)
    assert after == replace(before, lapsed=False)
    assert lines(house, 399)[0].lapsed


def test_what_is_refreshed_is_ones_own_and_only_so_much_at_once(house: House) -> None:
    for _ in range(3):
        house.assessment()
    house.assessment(by=house.zoe)
    with house.database.writing() as db:
        db.sql.exec_driver_sql("UPDATE assessments SET scored_on = NULL")
    assert [refresh(house, limit=2) for _ in range(3)] == [2, 1, 0]


QUESTIONS = some.sampled_from(["security.encryption", "security.access", "security.logs", "cost.budget"])
ITEMS = some.lists(
    some.tuples(QUESTIONS, some.integers(1, 4), some.sampled_from(Grade), some.integers(0, 300), some.booleans()),
    max_size=4,
)


def fresh(house: House, assessment: UUID, day: int) -> Figures:
    whole = house.read(assessment)
    return figures_of(score(whole.catalogue, whole.assessment, make.days_ago(-day)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ITEMS, some.integers(1, 180), some.booleans(), some.lists(some.integers(0, 800), min_size=1, max_size=4))
def test_on_any_day_the_figures_are_those_of_a_fresh_scoring(
    house: House, shown: list[tuple[str, int, Grade, int, bool]], until: int, changed: bool, days: list[int]
) -> None:
    """Whether they were kept long ago, scored for a look, or refreshed on the way."""
    pilot = house.pilot()
    assessment = house.assessment(pilot)
    for question, level, grade, age, confirmed in shown:
        house.answer(assessment, question, level, seen=house.version(assessment, question))
        item = house.attach(assessment, question, grade=grade, observed_on=make.days_ago(age))
        if confirmed:
            with house.database.writing() as db:
                attachments.confirm(db, house.ben, item, at=NOON)
    with house.database.writing() as db:
        risk = exceptions.ask(db, house.ann, assessment, "security.encryption", "Late", make.days_ago(-until), at=NOON)
        exceptions.accept(db, house.ben, risk, at=NOON)
        if changed:
            pilots.record_change(db, house.ann, pilot, make.TODAY, "model", None, at=NOON)

    for day in sorted(days):
        line = next(each for each in lines(house, day) if each.assessment == assessment)
        expected = fresh(house, assessment, day)
        assert line.figures is not None
        assert replace(line.figures, scored_on=expected.scored_on) == expected
        refresh(house, day)
        again = next(each for each in lines(house, day) if each.assessment == assessment)
        assert again == replace(line, lapsed=False)
