from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from app.errors import NotAllowed, NotFound, Refused, TooLarge
from app.evidence.arrived import Arrived
from app.finding import Finding
from app.readiness.assessment import Evidence
from app.readiness.grade import Grade
from app.records import attachments
from app.records.assessments import Place
from app.records.attachments import File, Shown
from app.records.caller import Caller
from tests import make
from tests.records.conftest import NOON, House

FIGURE = Finding(metric="ttft", statistic="p95", value=412.5, unit="ms", attributes={"concurrency": 400}, where="row 3")


def item(house: House, assessment: UUID, question: str = "security.logs") -> Evidence:
    (only,) = house.read(assessment).assessment.answers[question].evidence
    return only


def confirm(
    house: House, evidence: UUID, by: Caller | None = None, what: Literal["item", "withdrawal"] | None = None
) -> Place:
    with house.database.writing() as db:
        return attachments.confirm(db, by or house.ben, evidence, what=what, at=NOON)


def withdraw(house: House, evidence: UUID, by: Caller | None = None) -> None:
    with house.database.writing() as db:
        attachments.withdraw(db, by or house.ann, evidence, "The wrong one", at=NOON)


def test_a_link_comes_back_as_it_was_attached(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment, title="Log review")
    assert item(house, assessment) == Evidence(
        kind="link",
        title="Log review",
        url="https://wiki.example/logs",
        grade=Grade.MEASURED,
        observed_on=make.TODAY,
        attached_by="Ann",
    )
    assert item(house, assessment).id == str(evidence)


def test_a_figure_keeps_its_findings(house: House) -> None:
    assessment = house.assessment()
    house.attach(assessment, kind="figure", findings=(FIGURE,))
    assert item(house, assessment).findings == (FIGURE,)


def test_a_document_keeps_its_bytes_and_its_digest(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment, content=b"\x00\xffpolicy")
    digest = sha256(b"\x00\xffpolicy").hexdigest()

    kept = item(house, assessment)

    assert (kept.kind, kept.title, kept.sha256) == ("document", "policy.txt", digest)
    with house.database.reading() as db:
        found = attachments.file_of(db, house.vic, evidence)
    assert found == File("policy.txt", "text/plain", b"\x00\xffpolicy", digest)


def test_the_same_bytes_are_kept_once_in_each_organisation(house: House) -> None:
    for assessment in (house.assessment(), house.assessment()):
        house.attach(assessment, content=b"policy")
    house.attach(house.assessment(by=house.zoe), by=house.zoe, content=b"policy")
    with house.database.reading() as db:
        assert db.sql.exec_driver_sql("SELECT count(*) FROM files").scalar() == 2


def test_many_may_attach_the_same_bytes_at_once(house: House) -> None:
    assessments = [house.assessment() for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        attached = list(threads.map(lambda each: house.attach(each, content=b"policy"), assessments))
    with house.database.reading() as db:
        assert {attachments.file_of(db, house.ann, each).content for each in attached} == {b"policy"}
        assert db.sql.exec_driver_sql("SELECT count(*) FROM files").scalar() == 1


@pytest.mark.parametrize(
    ("said", "where"),
    [
        pytest.param({"observed_on": make.days_ago(-1)}, "observed_on", id="seen tomorrow"),
        pytest.param({"url": None}, "url", id="a link without an address"),
        pytest.param({"url": "javascript:alert(1)"}, "url", id="an address that is none"),
        pytest.param({"findings": (FIGURE,)}, "findings", id="a link with findings"),
        pytest.param({"kind": "figure"}, "findings", id="a figure without findings"),
        pytest.param({"kind": "document"}, "file", id="a document without a file"),
        pytest.param({"content": b""}, "file", id="an empty file"),
        pytest.param({"content": b"x", "findings": (FIGURE,)}, "findings", id="a document with findings"),
        pytest.param({"title": "t" * 201}, "title", id="a title that is too long"),
        pytest.param({"title": "t\x00"}, "title", id="a title with a control character"),
        pytest.param(
            {"kind": "figure", "findings": (Finding(metric="m\x00"),)}, "findings.metric", id="a finding with one"
        ),
        pytest.param(
            {"kind": "figure", "findings": (Finding(metric="m", attributes={"load": float("nan")}),)},
            "findings.attributes",
            id="a load that is no number",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(house: House, said: dict[str, Any], where: str) -> None:
    assessment = house.assessment()
    with pytest.raises(Refused) as refused:
        house.attach(assessment, **said)
    assert [problem.where for problem in refused.value.problems] == [where]
    assert house.read(assessment).assessment.answers == {}


def test_a_file_beside_a_link_and_one_that_is_too_large_are_refused(house: House) -> None:
    assessment = house.assessment()
    with pytest.raises(TooLarge, match="1,001 bytes"):
        house.attach(assessment, content=b"x" * 1001)
    shown, file = Shown(kind="link", url="https://example.org"), Arrived("a.txt", None, b"x")
    with pytest.raises(Refused), house.database.writing() as db:
        attachments.attach(db, house.ann, assessment, "security.logs", shown, arrived=file, limit=9, at=NOON)


def test_the_catalogue_knows_the_questions(house: House) -> None:
    with pytest.raises(NotFound):
        house.attach(house.assessment(), "security.moat")


def test_a_confirmed_link_supports_the_level_that_is_claimed_then(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    house.answer(assessment, level=3)
    place = confirm(house, evidence)
    assert (place.assessment, place.question) == (assessment, "security.logs")

    house.answer(assessment, level=4, seen=1)

    assert (item(house, assessment).confirmed_by, item(house, assessment).supports) == ("Ben", 3)
    confirm(house, evidence)
    assert item(house, assessment).supports == 4


def test_before_anything_is_claimed_a_link_is_confirmed_for_no_level_so_that_every_claim_asks_again(
    house: House,
) -> None:
    assessment = house.assessment()
    confirm(house, house.attach(assessment))
    assert item(house, assessment).confirmed
    assert item(house, assessment).supports == 0


def test_a_confirmed_figure_supports_what_it_did(house: House) -> None:
    assessment = house.assessment()
    house.answer(assessment)
    confirm(house, house.attach(assessment, kind="figure", findings=(FIGURE,)))
    assert item(house, assessment).supports is None


def test_whoever_confirms_first_stays_the_one_who_did(house: House) -> None:
    assessment, third = house.assessment(), house.third()
    evidence = house.attach(assessment)
    house.answer(assessment, level=3)
    confirm(house, evidence)
    with pytest.raises(Refused, match="confirmed already"):
        confirm(house, evidence, third)
    assert item(house, assessment).confirmed_by == "Ben"
    house.answer(assessment, level=4, seen=1)
    confirm(house, evidence, third)
    assert (item(house, assessment).confirmed_by, item(house, assessment).supports) == ("Cid", 4)


def test_nobody_confirms_what_they_attached_themselves_or_through_their_link(house: House) -> None:
    assessment = house.assessment()
    mine = house.attach(assessment)
    with pytest.raises(Refused, match="You attached this yourself"):
        confirm(house, mine, house.ann)
    holder = house.holder(assessment, name="Ben")
    through_my_link = house.attach(assessment, by=holder)
    with pytest.raises(Refused, match="a link of yours"):
        confirm(house, through_my_link, house.ann)
    for who in (house.vic, holder):
        with pytest.raises(NotAllowed):
            confirm(house, mine, who)
    confirm(house, through_my_link, house.ben)
    names = [(each.attached_by, each.confirmed_by) for each in items(house, assessment)]
    assert names == [("Ann", None), ("Ben, by link", "Ben")]


def items(house: House, assessment: UUID) -> tuple[Evidence, ...]:
    return house.read(assessment).assessment.answers["security.logs"].evidence


def test_what_is_sent_back_says_why_until_it_is_confirmed(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    with house.database.writing() as db:
        attachments.send_back(db, house.ben, evidence, "Shows nothing", at=NOON)
    (sent,) = house.read(assessment).sent_back
    assert (sent.what, sent.id, sent.by, sent.note) == ("item", evidence, "Ben", "Shows nothing")
    confirm(house, evidence)
    assert house.read(assessment).sent_back == ()


def test_a_withdrawn_item_stays_with_its_reason(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    withdraw(house, evidence)
    withdrawn = item(house, assessment).withdrawn
    assert withdrawn is not None
    assert (withdrawn.by, withdrawn.on, withdrawn.reason, withdrawn.confirmed) == (
        "Ann",
        make.TODAY,
        "The wrong one",
        False,
    )
    with pytest.raises(Refused, match="already"):
        withdraw(house, evidence, house.ben)


def test_another_account_agrees_to_a_withdrawal(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    withdraw(house, evidence)
    with pytest.raises(Refused, match="You withdrew this"):
        confirm(house, evidence, house.ann)
    confirm(house, evidence, what="withdrawal")
    withdrawn = item(house, assessment).withdrawn
    assert withdrawn is not None
    assert withdrawn.confirmed
    with pytest.raises(Refused, match="nothing waits"):
        confirm(house, evidence)


def test_a_withdrawal_that_is_sent_back_is_none_any_more(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    withdraw(house, evidence)
    with house.database.writing() as db:
        attachments.send_back(db, house.ben, evidence, "It is right", what="withdrawal", at=NOON)
    assert item(house, assessment).withdrawn is None
    (sent,) = house.read(assessment).sent_back
    assert (sent.what, sent.note) == ("withdrawal", "It is right")


def test_nobody_confirms_what_they_were_not_shown(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment)
    with pytest.raises(Refused, match="sent back meanwhile"):
        confirm(house, evidence, what="withdrawal")
    withdraw(house, evidence)
    with pytest.raises(Refused, match="withdrawn meanwhile"):
        confirm(house, evidence, what="item")


def test_the_holder_of_a_link_withdraws_only_their_own(house: House) -> None:
    assessment = house.assessment()
    mine, holder = house.attach(assessment), house.holder(assessment)
    theirs = house.attach(assessment, by=holder)
    with pytest.raises(Refused, match="You did not attach this"):
        withdraw(house, mine, holder)
    withdraw(house, theirs, holder)
    with pytest.raises(Refused, match="a link of yours"):
        confirm(house, theirs, house.ann)


def test_what_is_anothers_does_not_exist(house: House) -> None:
    assessment = house.assessment()
    evidence = house.attach(assessment, content=b"policy")
    outside = house.attach(assessment, "cost.budget", content=b"prices")
    elsewhere, holder = house.holder(house.assessment()), house.holder(assessment)
    reader = house.holder(assessment, role="read", sections=[])
    for stranger in (house.zoe, elsewhere):
        with pytest.raises(NotFound):
            house.attach(assessment, by=stranger)
        with pytest.raises(NotFound):
            withdraw(house, evidence, stranger)
    with pytest.raises(NotFound):
        withdraw(house, outside, holder)
    with pytest.raises(NotFound):
        house.attach(assessment, "cost.budget", by=holder)
    with pytest.raises(NotFound):
        confirm(house, evidence, house.zoe)
    with pytest.raises(NotFound):
        confirm(house, uuid4())
    with house.database.reading() as db:
        assert attachments.file_of(db, holder, evidence).content == b"policy"
        for stranger, file in ((house.zoe, evidence), (elsewhere, evidence), (holder, outside), (reader, evidence)):
            with pytest.raises(NotFound):
                attachments.file_of(db, stranger, file)
