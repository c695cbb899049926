"""The assessment document: what is read, and every bad input refused with its path."""

import copy
import json
from datetime import date
from typing import Any

import pytest

from app.errors import Unreadable
from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.document import document, read_document
from tests.make import DEMONSTRATED, DOCUMENTED, catalogue, dimension, gate, question

SMALL = catalogue(
    dimension(
        "service",
        question("capacity", gate=gate(exception_until=date(2027, 2, 1))),
        question("logs"),
        question("notice", gate=gate(not_applicable=True)),
        question("filter", when="users any {public}", gate=gate()),
    ),
    dimension("law", question("duty", gate=gate(exception=False))),
)
FULL: dict[str, Any] = {
    "format": "readyroom.assessment/1",
    "catalogue": {"id": "small", "version": "1"},
    "pilot": {
        "name": "Helper",
        "profile": {
            "deployment": ["api", "hybrid"],
            "model": ["open-weights"],
            "parameters_b": 70,
            "data": ["personal"],
            "affects_people": False,
            "go_live": "2027-01-01",
        },
        "needs": {"ttft_p95_ms": 1500, "monthly_budget": "40000", "currency": "EUR", "regions_allowed": ["eu"]},
        "stated_by": "Ann",
        "confirmed_by": "Ben",
    },
    "changes": [{"on": "2026-10-01", "kind": "model", "note": "a newer model"}],
    "answers": {
        "service.capacity": {
            "level": 3,
            "ask": None,
            "note": "tested in October",
            "reviewed_on": "2026-10-05",
            "not_applicable": None,
            "evidence": [
                {
                    "kind": "artefact",
                    "title": "load.json",
                    "url": None,
                    "sha256": "a" * 64,
                    "grade": "demonstrated",
                    "read_grade": "documented",
                    "observed_on": "2026-10-02",
                    "attached_by": "Ann",
                    "confirmed_by": "Ben",
                    "withdrawn": {"by": "Ann", "on": "2026-11-01", "reason": "wrong", "confirmed_by": None},
                    "supports": 3,
                    "findings": [
                        {
                            "metric": "ttft",
                            "statistic": "p95",
                            "value": 412.0,
                            "unit": "ms",
                            "attributes": {"concurrency": 400},
                            "where": "row 3",
                            "against": 2,
                        }
                    ],
                }
            ],
        },
        "service.logs": {"not_applicable": {"reason": "other", "note": "n", "by": "Ann", "confirmed_by": None}},
        "law.duty": {"level": None, "ask": "Legal"},
    },
    "exceptions": [
        {
            "gate": "service.capacity",
            "asked_by": "Ann",
            "accepted_by": "Ben",
            "reason": "delivery",
            "from": "2026-11-01",
            "until": "2027-01-31",
        }
    ],
}


def read(plain: Any, given: Catalogue = SMALL) -> Assessment:
    """The assessment of a document."""
    return read_document(json.dumps(plain), given)


def with_(path: str, value: Any) -> dict[str, Any]:
    """The full document with one place changed; `...` takes it out."""
    plain = copy.deepcopy(FULL)
    *way, last = path.split("/")
    place: Any = plain
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    key = int(last) if isinstance(place, list) else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return plain


def test_every_field_of_the_contract_is_read() -> None:
    read_back = read(FULL)
    capacity = read_back.answers["service.capacity"]
    (item,) = capacity.evidence
    (found,) = item.findings
    assert read_back.pilot.profile.deployment == {"api", "hybrid"}
    assert read_back.pilot.needs["regions_allowed"] == ("eu",)
    assert (capacity.level, capacity.reviewed_on) == (3, date(2026, 10, 5))
    assert (item.grade, item.read_grade, item.supports) == (DEMONSTRATED, DOCUMENTED, 3)
    assert (found.metric, found.value, found.attributes, found.against) == ("ttft", 412.0, {"concurrency": 400}, 2)
    assert item.withdrawn is not None
    assert not item.withdrawn.confirmed
    assert read_back.exceptions[0].until == date(2027, 1, 31)


def test_it_is_written_as_it_was_read() -> None:
    once = read(FULL)
    assert read(document(once)) == once


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("pilot/needs", ..., id="without needs"),
        pytest.param("pilot/profile", ..., id="without a profile"),
        pytest.param("pilot/profile/data", [], id="an empty list is blank"),
        pytest.param("pilot/profile/parameters_b", None, id="null means left out"),
        pytest.param("answers", {}, id="without answers"),
        pytest.param("changes", ..., id="without changes"),
        pytest.param("exceptions", None, id="without exceptions"),
        pytest.param("id", "01890000-0000-7000-8000-000000000000", id="an id"),
        pytest.param("answers/service.capacity/id", 7, id="an id of whatever form"),
        pytest.param("answers/service.capacity/evidence/0/findings/0/id", "x", id="an id far inside"),
        pytest.param("answers/service.capacity/level", 0, id="level 0"),
        pytest.param("answers/service.capacity/note", "x" * 10_000, id="a long note"),
        pytest.param("answers/service.capacity/note", "two\nlines\tand 中文", id="a note of several lines"),
        pytest.param("answers/service.capacity/evidence/0/observed_on", "2030-01-01", id="a date to come is read"),
        pytest.param("answers/service.filter", {"not_applicable": {"reason": "other"}}, id="marked while it might be"),
        pytest.param(
            "answers/service.notice", {"not_applicable": {"reason": "not-built-yet"}}, id="a gate that may be"
        ),
        pytest.param("pilot/needs/monthly_budget", 40000, id="money as a number"),
        pytest.param("exceptions/0/until", "2027-01-31", id="an exception up to the day before the duty"),
    ],
)
def test_it_reads(path: str, value: Any) -> None:
    assert read(with_(path, value)).pilot.name == "Helper"


ITEM = "answers/service.capacity/evidence/0"


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        pytest.param("format", "readyroom.assessment/2", "format", id="another version of the format"),
        pytest.param("format", ..., "format", id="no format"),
        pytest.param("catalogue", ..., "catalogue", id="no catalogue"),
        pytest.param("catalogue/version", "2", "catalogue", id="another version of the catalogue"),
        pytest.param("catalogue/version", 1, "catalogue.version", id="a version that is no text"),
        pytest.param("catalogue/name", "x", "catalogue.name", id="an unknown field of the catalogue"),
        pytest.param("pilot", ..., "pilot", id="no pilot"),
        pytest.param("pilot/name", ..., "pilot.name", id="no name"),
        pytest.param("pilot/name", "", "pilot.name", id="an empty name"),
        pytest.param("pilot/name", "x" * 201, "pilot.name", id="a name too long"),
        pytest.param("pilot/name", "Help\x07er", "pilot.name", id="a control character in a name"),
        pytest.param("pilot/name", "Help\nme", "pilot.name", id="a name of two lines"),
        pytest.param("pilot/name", "\u202eHelper", "pilot.name", id="a name written backwards"),
        pytest.param("pilot/owner", "x", "pilot.owner", id="an unknown field of the pilot"),
        pytest.param("pilot/profile/colour", "red", "pilot.profile.colour", id="an unknown field of the profile"),
        pytest.param("pilot/profile/data", ["secret"], "pilot.profile.data.0", id="a value that the field has not"),
        pytest.param("pilot/profile/data", "personal", "pilot.profile.data", id="a word where a list belongs"),
        pytest.param("pilot/profile/autonomy", "alone", "pilot.profile.autonomy", id="a choice that there is not"),
        pytest.param("pilot/profile/affects_people", "yes", "pilot.profile.affects_people", id="a word for a flag"),
        pytest.param("pilot/profile/parameters_b", -1, "pilot.profile.parameters_b", id="a size below nothing"),
        pytest.param("pilot/profile/go_live", "soon", "pilot.profile.go_live", id="a day that is none"),
        pytest.param("pilot/needs/wishes", 3, "pilot.needs.wishes", id="a need that the catalogue has not"),
        pytest.param("pilot/needs/ttft_p95_ms", "fast", "pilot.needs.ttft_p95_ms", id="a word for a number"),
        pytest.param("pilot/needs/ttft_p95_ms", -1, "pilot.needs.ttft_p95_ms", id="a need below nothing"),
        pytest.param("pilot/needs/ttft_p95_ms", True, "pilot.needs.ttft_p95_ms", id="a flag for a number"),
        pytest.param("pilot/needs/monthly_budget", "a lot", "pilot.needs.monthly_budget", id="money that is none"),
        pytest.param("pilot/needs/regions_allowed", "eu", "pilot.needs.regions_allowed", id="a word for a list need"),
        pytest.param("changes/0/kind", "weather", "changes.0.kind", id="a kind of change that there is not"),
        pytest.param("changes/0/on", ..., "changes.0.on", id="a change without its day"),
        pytest.param("changes/0/on", "2026-02-30", "changes.0.on", id="a day that no month has"),
        pytest.param("changes/0/on", "2026-10-01T10:00:00Z", "changes.0.on", id="a time where a day belongs"),
        pytest.param("answers/service.none", {"level": 1}, "answers.service.none", id="an unknown question"),
        pytest.param("answers/service.capacity/level", 5, "answers.service.capacity.level", id="level 5"),
        pytest.param("answers/service.capacity/level", -1, "answers.service.capacity.level", id="level -1"),
        pytest.param("answers/service.capacity/level", 2.5, "answers.service.capacity.level", id="level 2.5"),
        pytest.param("answers/service.capacity/level", "3", "answers.service.capacity.level", id="a level as text"),
        pytest.param("answers/service.capacity/level", True, "answers.service.capacity.level", id="a flag for a level"),
        pytest.param("answers/service.capacity/levle", 3, "answers.service.capacity.levle", id="a field misspelt"),
        pytest.param(
            "answers/service.capacity/note", "x" * 10_001, "answers.service.capacity.note", id="a note too long"
        ),
        pytest.param("answers/service.logs/level", 2, "answers.service.logs.not_applicable", id="beside a level"),
        pytest.param(
            "answers/service.logs/not_applicable/reason",
            "lazy",
            "answers.service.logs.not_applicable.reason",
            id="a reason that is none",
        ),
        pytest.param(
            "answers/law.duty/not_applicable",
            {"reason": "other"},
            "answers.law.duty.not_applicable",
            id="not applicable on a gate that does not allow it",
        ),
        pytest.param(f"{ITEM}/kind", "rumour", "answers.service.capacity.evidence.0.kind", id="a kind there is not"),
        pytest.param(f"{ITEM}/kind", ..., "answers.service.capacity.evidence.0.kind", id="an item without a kind"),
        pytest.param(f"{ITEM}/grade", "sure", "answers.service.capacity.evidence.0.grade", id="a grade there is not"),
        pytest.param(f"{ITEM}/grade", 3, "answers.service.capacity.evidence.0.grade", id="a grade as a number"),
        pytest.param(f"{ITEM}/url", "javascript:alert(1)", "answers.service.capacity.evidence.0.url", id="no web link"),
        pytest.param(f"{ITEM}/sha256", "abc", "answers.service.capacity.evidence.0.sha256", id="no digest"),
        pytest.param(f"{ITEM}/supports", 5, "answers.service.capacity.evidence.0.supports", id="supports level 5"),
        pytest.param(
            f"{ITEM}/withdrawn/why", "x", "answers.service.capacity.evidence.0.withdrawn.why", id="an unknown field"
        ),
        pytest.param(
            f"{ITEM}/findings/0/against", 7, "answers.service.capacity.evidence.0.findings.0.against", id="against 7"
        ),
        pytest.param(
            f"{ITEM}/findings/0/metric", ..., "answers.service.capacity.evidence.0.findings.0.metric", id="no metric"
        ),
        pytest.param(
            f"{ITEM}/findings/0/value", "fast", "answers.service.capacity.evidence.0.findings.0.value", id="no figure"
        ),
        pytest.param("exceptions/0/gate", "service.none", "exceptions.0", id="an exception on no gate"),
        pytest.param("exceptions/0/gate", "service.logs", "exceptions.0", id="an exception on a question"),
        pytest.param("exceptions/0/gate", "law.duty", "exceptions.0", id="an exception on a gate that allows none"),
        pytest.param("exceptions/0/until", "2026-10-31", "exceptions.0", id="an exception that ends before it begins"),
        pytest.param("exceptions/0/until", "2027-02-01", "exceptions.0", id="an exception on the day of the duty"),
        pytest.param("exceptions/0/from", "2026-08-01", "exceptions.0", id="an exception of more than 180 days"),
        pytest.param("exceptions/0/from", ..., "exceptions.0.from", id="an exception without its first day"),
        pytest.param("exceptions/0/reason", "", "exceptions.0.reason", id="an exception without a reason"),
        pytest.param("answers", [], "answers", id="a list where an object belongs"),
        pytest.param("extra", 1, "extra", id="an unknown field"),
    ],
)
def test_it_refuses(path: str, value: Any, where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(with_(path, value))
    assert where in [each.where for each in refused.value.problems]
    assert all(each.message for each in refused.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="half an object"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param('"text"', id="a text"),
        pytest.param('{"format": "readyroom.assessment/1", "format": "x"}', id="a name twice"),
        pytest.param('{"format": NaN}', id="not a number"),
        pytest.param("[" * 100_000, id="very deep"),
        pytest.param("{}", id="an empty object"),
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_document(text, SMALL)


def test_every_problem_is_told_at_once() -> None:
    plain = with_("pilot/needs/wishes", 3)
    plain["answers"]["service.none"] = {"level": 1}
    plain["exceptions"][0]["gate"] = "law.duty"
    with pytest.raises(Unreadable) as refused:
        read(plain)
    assert {each.where for each in refused.value.problems} == {
        "pilot.needs.wishes",
        "answers.service.none",
        "exceptions.0",
    }
