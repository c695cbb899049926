"""Files that came for an assessment as a whole, and wait for somebody to say what they are for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.evidence.arrived import Arrived, arrived
from app.evidence.inspect import inspected
from app.readiness.grade import Grade
from app.records import arrivals, attachments, audit
from app.records.arrivals import Arrival
from app.records.caller import Caller
from tests import make
from tests.artefacts import damaged_load_test, load_test, undated
from tests.records.conftest import NOON, House

RUN_ON = make.days_ago(10)
LOAD_TEST = load_test(RUN_ON)


def send(
    house: House,
    assessment: UUID,
    content: bytes = LOAD_TEST,
    by: Caller | None = None,
    name: str = "run.json",
    at: datetime = NOON,
) -> UUID:
    with house.database.writing() as db:
        file = arrived(name, "application/json", content)
        return arrivals.add(db, by or house.ann, assessment, file, 10_000, at)


def waiting(house: House, assessment: UUID, by: Caller | None = None) -> tuple[Arrival, ...]:
    with house.database.reading() as db:
        return arrivals.list_for(db, by or house.ann, assessment)


def attach(
    house: House, assessment: UUID, arrival: UUID, *questions: str, by: Caller | None = None, **said: object
) -> tuple[UUID, ...]:
    with house.database.writing() as db:
        keywords: dict[str, object] = {"at": NOON} | said
        return arrivals.attach(db, by or house.ann, assessment, arrival, questions, **keywords)  # type: ignore[arg-type]


def discard(house: House, assessment: UUID, arrival: UUID, by: Caller | None = None) -> None:
    with house.database.writing() as db:
        arrivals.discard(db, by or house.ann, assessment, arrival, at=NOON)


def count(house: House, table: str) -> int:
    with house.database.reading() as db:
        found: int = db.sql.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        return found


@pytest.fixture
def assessment(house: House) -> UUID:
    return house.assessment()


def test_a_file_waits_as_it_was_read(house: House, assessment: UUID) -> None:
    id = send(house, assessment)

    (only,) = waiting(house, assessment)

    assert (only.id, only.file_name, only.size, only.by, only.at) == (id, "run.json", len(LOAD_TEST), "Ann", NOON)
    assert only.reading == inspected("x", LOAD_TEST)
    assert (only.refused, only.also_on, only.lapses_at) == (None, (), NOON + timedelta(days=7))
    assert (only.evidence.kind, only.evidence.read_grade) == ("artefact", Grade.DEMONSTRATED)
    assert house.read(assessment).assessment.answers == {}


def test_one_that_no_reader_knows_waits_to_become_a_document(house: House, assessment: UUID) -> None:
    send(house, assessment, b"A policy.")
    (only,) = waiting(house, assessment)
    assert (only.reading, only.evidence.kind, only.evidence.findings) == (None, "document", ())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(damaged_load_test(RUN_ON), "total_output_tokens: must be a number.", id="damaged"),
        pytest.param(b"", "The file is empty.", id="empty"),
        pytest.param(b"x" * 10_001, "at most 10,000", id="too large"),
    ],
)
def test_of_one_that_is_refused_only_the_name_and_why_are_kept(
    house: House, assessment: UUID, content: bytes, words: str
) -> None:
    id = send(house, assessment, content)
    (only,) = waiting(house, assessment)
    assert only.refused is not None
    assert words in only.refused
    assert (only.file_name, only.size, only.sha256, only.reading) == ("run.json", None, None, None)
    assert count(house, "files") == 0
    with house.database.reading() as db:
        assert audit.list_for(db, house.ann, subject=id).items == ()
    with pytest.raises(Refused, match="was not taken"):
        attach(house, assessment, id, "security.logs")
    discard(house, assessment, id)
    assert waiting(house, assessment) == ()


def test_one_file_becomes_an_item_on_each_question_and_waits_no_longer(house: House, assessment: UUID) -> None:
    id = send(house, assessment)

    items = attach(house, assessment, id, "security.logs", "cost.budget", "security.logs", title="Peak")

    answers = house.read(assessment).assessment.answers
    shown = [answers[question].evidence[0] for question in ("security.logs", "cost.budget")]
    assert tuple(str(each) for each in items) == tuple(each.id for each in shown)
    for each in shown:
        assert (each.kind, each.title, each.grade, each.read_grade) == ("artefact", "Peak", None, Grade.DEMONSTRATED)
        assert (each.observed_on, each.attached_by) == (RUN_ON, "Ann")
        assert each.findings == inspected("x", LOAD_TEST).findings
    assert waiting(house, assessment) == ()
    with house.database.reading() as db:
        assert attachments.file_of(db, house.ann, items[0]).content == LOAD_TEST
    assert count(house, "files") == 1


def test_a_document_is_attached_with_what_somebody_says_of_it(house: House, assessment: UUID) -> None:
    id = send(house, assessment, b"A policy.", name="policy.txt")
    attach(house, assessment, id, "security.logs", grade=Grade.DOCUMENTED, observed_on=make.days_ago(2))
    (shown,) = house.read(assessment).assessment.answers["security.logs"].evidence
    assert (shown.kind, shown.title, shown.grade) == ("document", "policy.txt", Grade.DOCUMENTED)
    assert (shown.observed_on, shown.read_grade) == (make.days_ago(2), None)


def test_a_date_is_entered_only_where_the_file_states_none(house: House, assessment: UUID) -> None:
    dated, without = send(house, assessment), send(house, assessment, undated())
    with pytest.raises(Refused) as refused:
        attach(house, assessment, dated, "security.logs", observed_on=make.TODAY)
    assert [each.where for each in refused.value.problems] == ["observed_on"]
    attach(house, assessment, without, "security.logs", observed_on=make.days_ago(1))
    (shown,) = house.read(assessment).assessment.answers["security.logs"].evidence
    assert shown.observed_on == make.days_ago(1)


def test_where_one_question_is_refused_none_is_attached(house: House, assessment: UUID) -> None:
    house.attach(assessment, content=LOAD_TEST, observed_on=None)
    id = send(house, assessment)
    with pytest.raises(Conflict, match="which Ann attached on 2026-11-20"):
        attach(house, assessment, id, "security.access", "security.logs")
    with pytest.raises(NotFound):
        attach(house, assessment, id, "security.access", "security.moat")
    with pytest.raises(Refused):
        attach(house, assessment, id)
    assert set(house.read(assessment).assessment.answers) == {"security.logs"}
    assert [each.id for each in waiting(house, assessment)] == [id]


def test_it_says_where_the_same_bytes_are_shown_already(house: House, assessment: UUID) -> None:
    shown = house.attach(assessment, content=LOAD_TEST, observed_on=None, title="Peak")
    gone = house.attach(assessment, "security.access", content=LOAD_TEST, observed_on=None)
    with house.database.writing() as db:
        attachments.withdraw(db, house.ann, gone, "No", at=NOON)
    house.attach(house.assessment(), content=LOAD_TEST, observed_on=None)
    send(house, assessment, by=house.ben)
    (only,) = waiting(house, assessment)
    (also,) = only.also_on
    assert (also.evidence, also.question, also.title, also.by) == (shown, "security.logs", "Peak", "Ann")


def test_the_same_file_sent_twice_waits_once_for_each_who_sent_it(house: House, assessment: UUID) -> None:
    first = send(house, assessment)
    assert send(house, assessment, name="copy.json") == first
    assert send(house, assessment, by=house.ben) != first
    assert count(house, "files") == 1


def test_many_may_send_the_same_file_at_once(house: House, assessment: UUID) -> None:
    with ThreadPoolExecutor(4) as threads:
        sent = set(threads.map(lambda _: send(house, assessment), range(8)))
    assert len(sent) == 1
    assert count(house, "files") == 1


def test_what_is_discarded_is_gone_with_its_bytes_unless_something_else_shows_them(
    house: House, assessment: UUID
) -> None:
    house.attach(assessment, content=b"A policy.")
    kept, gone = send(house, assessment, b"A policy."), send(house, assessment)
    discard(house, assessment, kept)
    discard(house, assessment, gone)
    assert waiting(house, assessment) == ()
    assert count(house, "files") == 1
    with house.database.reading() as db:
        (entry, arrived_before) = audit.list_for(db, house.ann, subject=gone).items
    assert (entry.what, arrived_before.what) == ("file discarded", "file arrived")
    with pytest.raises(NotFound, match="meanwhile"):
        discard(house, assessment, gone)


def test_bytes_are_never_lost_to_one_who_attaches_while_another_discards(house: House, assessment: UUID) -> None:
    for turn in range(4):
        content = f"Policy {turn}".encode()
        waits = send(house, assessment, content)
        other = house.assessment()
        with ThreadPoolExecutor(2) as threads:
            shown = threads.submit(house.attach, other, content=content)
            threads.submit(discard, house, assessment, waits).result()
        with house.database.reading() as db:
            assert attachments.file_of(db, house.ann, shown.result()).content == content


def test_what_nobody_asks_for_in_a_week_is_gone_when_the_next_comes(house: House, assessment: UUID) -> None:
    elsewhere = house.assessment()
    send(house, assessment)
    send(house, elsewhere, b"Elsewhere.")
    young = send(house, assessment, b"Young.", at=NOON + timedelta(days=6))
    assert len(waiting(house, assessment)) == 2
    new = send(house, assessment, b"New.", at=NOON + timedelta(days=8))
    assert [each.id for each in waiting(house, assessment)] == [young, new]
    assert len(waiting(house, elsewhere)) == 1
    assert count(house, "files") == 3


def test_no_more_wait_than_somebody_can_go_through(
    house: House, assessment: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST_WAITING", 2)
    send(house, assessment, b"One.")
    send(house, assessment, b"Two.")
    with pytest.raises(Refused, match="2 files of yours wait here already"):
        send(house, assessment, b"Three.")
    assert count(house, "files") == 2
    send(house, assessment, b"Three.", by=house.holder(assessment))
    assert len(waiting(house, assessment)) == 3


def test_the_holder_of_a_link_sees_and_attaches_their_own_within_the_sections_of_the_link(
    house: House, assessment: UUID
) -> None:
    holder, other = house.holder(assessment), house.holder(assessment, name="Ida")
    mine = send(house, assessment)
    theirs = send(house, assessment, by=holder)
    assert [each.id for each in waiting(house, assessment, holder)] == [theirs]
    assert waiting(house, assessment, other) == ()
    assert [each.by for each in waiting(house, assessment)] == ["Ann", "Hal, by link"]
    for who, what in ((holder, mine), (other, theirs)):
        with pytest.raises(NotFound):
            attach(house, assessment, what, "security.logs", by=who)
        with pytest.raises(NotFound):
            discard(house, assessment, what, by=who)
    with pytest.raises(NotFound):
        attach(house, assessment, theirs, "security.logs", "cost.budget", by=holder)
    attach(house, assessment, theirs, "security.logs", by=holder)
    (shown,) = house.read(assessment).assessment.answers["security.logs"].evidence
    assert shown.attached_by == "Hal, by link"


def test_the_holder_of_a_link_is_not_told_what_other_sections_show(house: House, assessment: UUID) -> None:
    house.attach(assessment, "cost.budget", content=LOAD_TEST, observed_on=None)
    holder = house.holder(assessment)
    send(house, assessment, by=holder)
    assert [each.also_on for each in waiting(house, assessment, holder)] == [()]


def test_what_came_through_a_link_is_attached_by_whoever_answers_for_it(house: House, assessment: UUID) -> None:
    """Otherwise the maker of the link could confirm what came through it, once another account had attached it."""
    sent = send(house, assessment, by=house.holder(assessment))
    with pytest.raises(Refused, match="Hal sent this through a link"):
        attach(house, assessment, sent, "security.logs", by=house.ben)
    (item,) = attach(house, assessment, sent, "security.logs", by=house.ann)
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, item, at=NOON)


def test_an_editor_attaches_what_another_account_sent(house: House, assessment: UUID) -> None:
    attach(house, assessment, send(house, assessment), "security.logs", by=house.ben)
    (shown,) = house.read(assessment).assessment.answers["security.logs"].evidence
    assert shown.attached_by == "Ben"


def test_what_is_anothers_does_not_exist(house: House, assessment: UUID) -> None:
    sent, other = send(house, assessment), house.assessment()
    elsewhere, reader = house.holder(other), house.holder(assessment, role="read", sections=[])
    for stranger in (house.zoe, elsewhere, reader):
        with pytest.raises(NotFound):
            send(house, assessment, by=stranger)
        with pytest.raises(NotFound):
            waiting(house, assessment, stranger)
        with pytest.raises(NotFound):
            attach(house, assessment, sent, "security.logs", by=stranger)
        with pytest.raises(NotFound):
            discard(house, assessment, sent, stranger)
    for arrival, where in ((sent, other), (uuid4(), assessment)):
        with pytest.raises(NotFound):
            attach(house, where, arrival, "security.logs")
        with house.database.reading() as db, pytest.raises(NotFound):
            arrivals.find(db, house.ann, where, arrival)
    with house.database.reading() as db:
        assert arrivals.find(db, house.ben, assessment, sent).id == sent


def test_a_viewer_sends_nothing(house: House, assessment: UUID) -> None:
    with pytest.raises(NotAllowed):
        send(house, assessment, by=house.vic)
    with pytest.raises(NotAllowed):
        waiting(house, assessment, house.vic)
    assert count(house, "files") == 0


def test_listing_takes_as_many_statements_however_many_wait(house: House, assessment: UUID) -> None:
    send(house, assessment, b"One.")
    with house.counting() as few:
        waiting(house, assessment)
    for number in range(5):
        send(house, assessment, f"More {number}.".encode())
    with house.counting() as many:
        waiting(house, assessment)
    assert len(many) == len(few)


def test_a_file_that_nobody_looked_at_is_kept_as_it_came(house: House, assessment: UUID) -> None:
    """Records read nothing themselves: whoever opens the transaction has read before."""
    with house.database.writing() as db:
        arrivals.add(db, house.ann, assessment, Arrived("a.json", None, LOAD_TEST), 10_000, NOON)
    assert waiting(house, assessment)[0].reading is None
