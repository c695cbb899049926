"""Files that readers know: whatever one is attached as, what counts is what stands in it."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.errors import Conflict, Refused, Unreadable
from app.evidence.arrived import arrived
from app.evidence.inspect import inspected
from app.readiness.assessment import Evidence
from app.readiness.document import document, read_document
from app.readiness.grade import Grade
from app.records import attachments, audit, milestones
from app.records.kept import Artefact, ShownFile
from tests import make
from tests.artefacts import damaged_load_test, load_test, undated
from tests.records.conftest import NOON, House

RUN_ON = make.days_ago(10)
LOAD_TEST = load_test(RUN_ON)


def shown(house: House, assessment: UUID, question: str = "security.logs") -> Evidence:
    (only,) = house.read(assessment).assessment.answers[question].evidence
    return only


@pytest.fixture
def assessment(house: House) -> UUID:
    return house.assessment()


@pytest.mark.parametrize("kind", ["document", "artefact"])
def test_a_file_that_a_reader_knows_is_an_artefact_whatever_it_is_attached_as(
    house: House, assessment: UUID, kind: str
) -> None:
    house.attach(assessment, kind=kind, content=LOAD_TEST, grade=None, observed_on=None)

    item, reading = shown(house, assessment), inspected("x", LOAD_TEST)

    assert (item.kind, item.title, item.observed_on) == ("artefact", "policy.txt", RUN_ON)
    assert (item.grade, item.read_grade) == (None, Grade.DEMONSTRATED)
    assert item.findings == reading.findings != ()


def test_what_the_reader_said_beside_the_findings_is_kept_with_the_name_of_the_file(
    house: House, assessment: UUID
) -> None:
    known = house.attach(assessment, content=LOAD_TEST, observed_on=None)
    unknown = house.attach(assessment, content=b"A policy.", title="Policy")
    assert house.read(assessment).files == {
        str(known): ShownFile(
            "policy.txt",
            Artefact(kind="vllm-bench-serve", title="vLLM bench serve", tool="vLLM bench serve", states_date=True),
        ),
        str(unknown): ShownFile("policy.txt", None),
    }


def test_an_artefact_stands_in_the_document_exactly_as_it_was_read(house: House, assessment: UUID) -> None:
    house.attach(assessment, content=LOAD_TEST, observed_on=None)
    kept = house.read(assessment)

    written = document(kept.assessment)

    (item,) = written["answers"]["security.logs"]["evidence"]
    assert (item["kind"], item["read_grade"], item["observed_on"]) == ("artefact", "demonstrated", str(RUN_ON))
    (percentile,) = [each for each in item["findings"] if each["statistic"] == "p95"]
    assert percentile["value"] == 0.48
    assert percentile["attributes"]["concurrency"] == 200
    assert read_document(json.dumps(written), kept.catalogue).answers["security.logs"].evidence == (
        shown(house, assessment),
    )


def test_an_artefact_is_sealed_with_its_findings(house: House, assessment: UUID) -> None:
    house.attach(assessment, content=LOAD_TEST, observed_on=None)
    milestone = house.seal(assessment)
    with house.database.reading() as db:
        sealed = json.loads(milestones.find(db, house.ann, milestone).sealed)
    (item,) = sealed["assessment"]["answers"]["security.logs"]["evidence"]
    assert (item["kind"], item["sha256"]) == ("artefact", shown(house, assessment).sha256)
    assert len(item["findings"]) == len(shown(house, assessment).findings)


@pytest.mark.parametrize(
    ("entered", "counts"), [pytest.param(None, RUN_ON, id="left out"), pytest.param(RUN_ON, RUN_ON, id="the same")]
)
def test_the_date_that_the_file_states_counts(
    house: House, assessment: UUID, entered: date | None, counts: date
) -> None:
    house.attach(assessment, content=LOAD_TEST, observed_on=entered)
    assert shown(house, assessment).observed_on == counts


def test_another_date_than_the_file_states_is_refused_with_the_one_that_it_states(
    house: House, assessment: UUID
) -> None:
    with pytest.raises(Refused) as refused:
        house.attach(assessment, content=LOAD_TEST, observed_on=make.TODAY)
    (problem,) = refused.value.problems
    assert problem.where == "observed_on"
    assert str(RUN_ON) in problem.message
    assert house.read(assessment).assessment.answers == {}


def test_where_the_file_states_no_date_the_one_that_is_entered_counts(house: House, assessment: UUID) -> None:
    house.attach(assessment, content=undated(), observed_on=make.days_ago(3))
    assert shown(house, assessment).observed_on == make.days_ago(3)
    (file,) = house.read(assessment).files.values()
    assert file.artefact is not None
    assert not file.artefact.states_date


def test_a_grade_may_be_declared_and_waits_to_be_confirmed_like_any_other(house: House, assessment: UUID) -> None:
    item = house.attach(assessment, content=LOAD_TEST, grade=Grade.MEASURED, observed_on=None)
    assert (shown(house, assessment).grade, shown(house, assessment).read_grade) == (Grade.MEASURED, Grade.DEMONSTRATED)
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, item, at=NOON)
    assert shown(house, assessment).confirmed_by == "Ben"
    assert shown(house, assessment).supports is None  # rules read what it shows, at each scoring


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"content": damaged_load_test(RUN_ON)}, "total_output_tokens", id="known, and damaged"),
        pytest.param({"content": b"[" * 999}, "nested", id="nothing but brackets"),
        pytest.param({"content": b"A policy.", "kind": "artefact"}, "No reader knows", id="no artefact at all"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_and_nothing_is_kept(
    house: House, assessment: UUID, said: dict[str, Any], words: str
) -> None:
    with house.database.reading() as db:
        before = audit.list_for(db, house.ann).items
    with pytest.raises(Unreadable) as refused:
        house.attach(assessment, **said)
    assert words in " ".join([refused.value.message, *map(str, refused.value.problems)])
    with house.database.reading() as db:
        assert db.sql.exec_driver_sql("SELECT count(*) FROM files").scalar() == 0
        assert audit.list_for(db, house.ann).items == before
    assert house.read(assessment).assessment.answers == {}


@pytest.mark.parametrize("content", [b"A policy.", LOAD_TEST])
def test_the_same_file_on_the_same_answer_is_refused_with_who_attached_it(
    house: House, assessment: UUID, content: bytes
) -> None:
    house.attach(assessment, content=content, observed_on=None, title="Run of October")
    with pytest.raises(Conflict, match="“Run of October”, which Ann attached on 2026-11-20"):
        house.attach(assessment, content=content, observed_on=None, by=house.ben)
    house.attach(assessment, "security.access", content=content, observed_on=None)


def test_a_file_that_was_withdrawn_may_be_attached_again(house: House, assessment: UUID) -> None:
    item = house.attach(assessment, content=LOAD_TEST, observed_on=None)
    with house.database.writing() as db:
        attachments.withdraw(db, house.ann, item, "The wrong model", at=NOON)
    house.attach(assessment, content=LOAD_TEST, observed_on=None)
    assert len(house.read(assessment).assessment.answers["security.logs"].evidence) == 2


def test_the_trail_names_the_file_and_how_it_was_read_but_not_every_finding(house: House, assessment: UUID) -> None:
    item = house.attach(assessment, content=LOAD_TEST, grade=None, observed_on=None)
    with house.database.reading() as db:
        (entry,) = audit.list_for(db, house.ann, subject=item).items
    assert entry.after == {
        "kind": "artefact",
        "title": "policy.txt",
        "read_grade": "demonstrated",
        "observed_on": str(RUN_ON),
        "file_name": "policy.txt",
        "media_type": "text/plain",
        "sha256": shown(house, assessment).sha256,
    }


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\run.json", "run.json"),
        ("run\u202egnp.json", "rungnp.json"),
        ("run\x00\x1b[31m.json", "run[31m.json"),
        ("", "file"),
        ("x" * 500 + ".json", "x" * 115 + ".json"),
    ],
)
def test_a_file_is_kept_under_a_plain_name(house: House, assessment: UUID, name: str, kept: str) -> None:
    with house.database.writing() as db:
        item = attachments.Shown(kind="document")
        file = arrived(name, None, b"A policy.")
        attachments.attach(db, house.ann, assessment, "security.logs", item, arrived=file, limit=1000, at=NOON)
    assert shown(house, assessment).title == kept
    assert [each.name for each in house.read(assessment).files.values()] == [kept]
