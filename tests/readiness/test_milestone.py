"""A milestone: sealed once, read back as it was, and every change of what it means is found."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Broken, Refused, Unreadable
from app.finding import Finding
from app.readiness.assessment import Assessment
from app.readiness.canonical import canonical, sha256_of
from app.readiness.catalogue import Framework
from app.readiness.catalogue_document import catalogue_document, catalogue_sha256
from app.readiness.figures_json import figures_as_json
from app.readiness.milestone import Milestone, milestone_file, read_milestone, reopen, seal
from app.readiness.score import score
from tests.make import TODAY, answer, artefact, assessment, evidence, exception, not_applicable, pilot
from tests.readiness.test_properties import CATALOGUE as PLAIN
from tests.readiness.test_properties import assessments, shuffled

CATALOGUE = replace(PLAIN, frameworks={"rmf": Framework("rmf", "1.0", {"MAP 1.1": "Context"})})
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SAID = assessment(
    {
        "service.capacity": answer(4, artefact(), evidence(days_old=40), note="Tested in October."),
        "service.rollback": answer(3, evidence()),
        "service.logs": not_applicable(),
        "law.duty": answer(2),
        "value.gain": answer(None, ask="Cleo"),
    },
    exceptions=(exception("service.capacity"),),
)


def sealed(said: Assessment = SAID, *, title: str = "Autumn", at: datetime = AT) -> tuple[str, str]:
    """Canonical form and digest of that assessment, sealed by person 7 today."""
    return seal(CATALOGUE, said, score(CATALOGUE, said, TODAY), title=title, by="person-7", at=at)


def file_of(said: Assessment = SAID) -> dict[str, Any]:
    """The milestone file of it."""
    text, digest = sealed(said)
    content = catalogue_document(CATALOGUE)
    return milestone_file(text, id="0190", sha256=digest, people={"person-7": "Dora"}, catalogue_content=content)


def read(plain: Mapping[str, Any]) -> Milestone:
    """Read from a file that a person has formatted."""
    return read_milestone(json.dumps(plain, indent=3))


def test_a_milestone_is_read_back_as_it_was_sealed() -> None:
    text, digest = sealed()
    milestone = read(file_of())
    assert (milestone.title, milestone.sealed_at, milestone.as_of) == ("Autumn", AT, TODAY)
    assert milestone.assessment == SAID
    assert milestone.catalogue == CATALOGUE
    assert milestone.sha256 == digest == sha256(text.encode()).hexdigest()
    assert milestone.score == json.loads(canonical(figures_as_json(score(CATALOGUE, SAID, TODAY))))


def test_it_is_sealed_in_utc_wherever_it_is_sealed() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert sealed(at=elsewhere) == sealed()
    assert json.loads(sealed()[0])["sealed_at"] == "2026-11-20T09:30:00Z"


def test_people_stand_in_it_by_what_the_caller_calls_them_and_their_names_beside_it() -> None:
    assert read(file_of()).name_of("person-7") == "Dora"
    without = read(file_of() | {"people": {}})
    assert without.name_of(without.sealed_by) == "person-7"
    assert without.sha256 == sealed()[1]


def test_what_is_kept_safe_is_opened_with_its_catalogue_alone() -> None:
    opened = reopen(sealed()[0], CATALOGUE)
    assert (opened.assessment, opened.sha256, opened.side.as_of) == (SAID, sealed()[1], TODAY)


def test_it_knows_which_catalogue_it_stands_on() -> None:
    plain = json.loads(sealed()[0])
    assert plain["catalogue"] == {"id": "small", "version": "1", "sha256": catalogue_sha256(CATALOGUE)}


@given(assessments())
def test_whatever_is_said_a_milestone_is_read_back_to_the_last_digit(said: Assessment) -> None:
    milestone = read(file_of(said))
    assert milestone.assessment == said
    now, then = (score(each, said, TODAY) for each in (CATALOGUE, milestone.catalogue))
    assert (now.claimed, now.proven, now.decision) == (then.claimed, then.proven, then.decision)


def mixed(value: Any, seed: random.Random) -> Any:
    """The same JSON with the members of every object in another order."""
    if isinstance(value, dict):
        return {key: mixed(value[key], seed) for key in shuffled(value, seed)}
    return [mixed(each, seed) for each in value] if isinstance(value, list) else value


@given(assessments(), some.integers(0, 1000).map(random.Random))
def test_the_seal_is_a_function_of_the_content(said: Assessment, seed: random.Random) -> None:
    answers = {key: said.answers[key] for key in shuffled(said.answers, seed)}
    _, digest = sealed(replace(said, answers=answers))
    assert read(mixed(file_of(said), seed)).sha256 == digest


SEALED = json.dumps(file_of(), ensure_ascii=False)
OUTSIDE = {"id", "people"}


def meaning(text: str) -> Any:
    """What the seal speaks for in a file; None where it is no JSON at all."""
    try:
        plain = json.loads(text)
    except ValueError:
        return None
    return {name: value for name, value in plain.items() if name not in OUTSIDE} if isinstance(plain, dict) else plain


@given(some.integers(0, len(SEALED) - 1), some.characters(min_codepoint=32, max_codepoint=126))
def test_any_changed_character_that_changes_what_is_meant_is_found(at: int, character: str) -> None:
    changed = SEALED[:at] + character + SEALED[at + 1 :]
    if meaning(changed) == meaning(SEALED):
        return
    with pytest.raises(Unreadable):
        read_milestone(changed)


@given(some.integers(0, len(SEALED) - 1))
def test_a_file_cut_off_is_no_milestone(length: int) -> None:
    with pytest.raises(Unreadable):
        read_milestone(SEALED[:length])


def changed(path: str, value: Any, *, resealed: bool = False) -> dict[str, Any]:
    """The file with one place changed; with `resealed`, by somebody who has put the digests right again."""
    plain = json.loads(SEALED)
    place: Any = plain
    *parents, last = path.split("/")
    for part in parents:
        place = place[int(part) if part.isdigit() else part]
    place[last] = value
    if resealed:
        plain["catalogue"]["sha256"] = sha256_of(canonical(plain["catalogue_content"]))
        inside = {name: value for name, value in plain.items() if name not in file_members()}
        plain["sha256"] = sha256_of(canonical(inside))
    return dict(plain)


def file_members() -> set[str]:
    """The members that stand in the file and not in the seal."""
    return set(json.loads(SEALED)) - set(json.loads(sealed()[0]))


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        pytest.param("title", "Spring", "sha256", id="its title"),
        pytest.param("assessment/answers/law.duty/level", 4, "sha256", id="an answer"),
        pytest.param("score/proven", 99.9, "sha256", id="its score"),
        pytest.param("score/reasons", ["All is well."], "sha256", id="its reasons"),
        pytest.param("sha256", "0" * 64, "sha256", id="its digest"),
        pytest.param("extra", 1, "sha256", id="something added"),
        pytest.param("catalogue_content/policy/tiers/2/go", "1", "catalogue.sha256", id="its catalogue"),
        pytest.param("catalogue/sha256", "0" * 64, "catalogue.sha256", id="the catalogue's digest"),
    ],
)
def test_what_was_changed_after_the_seal_is_named(path: str, value: Any, where: str) -> None:
    with pytest.raises(Broken) as broken:
        read(changed(path, value))
    assert where in {each.where for each in broken.value.problems}


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        pytest.param("score/proven", 99.9, "score.proven", id="a score that does not follow"),
        pytest.param("score/gates/0/state", "open", "score.gates.service.capacity.state", id="a gate's state"),
        pytest.param("score/verdict", "go", "score.verdict", id="the verdict"),
        pytest.param("score", {}, "score.proven", id="no score"),
        pytest.param("score/coffee", 1, "score.coffee", id="a figure that is none"),
        pytest.param("as_of", "2027-11-20", "score.as_of", id="another day"),
        pytest.param(
            "assessment/answers/law.tea", {"level": 1}, "assessment.answers.law.tea", id="an unknown question"
        ),
        pytest.param("assessment/catalogue/version", "2", "assessment.catalogue", id="another catalogue"),
        pytest.param("catalogue/version", "2", "catalogue", id="another version than the content's"),
        pytest.param("catalogue_content/policy/tiers", [], "catalogue_content.policy.tiers", id="no catalogue"),
        pytest.param("title", "", "title", id="no title"),
        pytest.param("title", "a\u202eb", "title", id="a title that turns its direction"),
        pytest.param("sealed_at", "yesterday", "sealed_at", id="no moment"),
        pytest.param("coffee", 1, "coffee", id="an unknown member"),
    ],
)
def test_who_puts_the_digests_right_again_is_found_by_what_does_not_follow(path: str, value: Any, where: str) -> None:
    with pytest.raises(Broken) as broken:
        read(changed(path, value, resealed=True))
    assert where in {each.where for each in broken.value.problems}


def test_what_differs_is_said_with_both_figures() -> None:
    with pytest.raises(Broken) as broken:
        read(changed("score/proven", 99.9, resealed=True))
    assert [each.message for each in broken.value.problems] == [
        f"99.9 is sealed, and scoring it afresh gives {read(file_of()).score['proven']}"
    ]


def test_a_reason_that_a_later_release_says_in_other_words_breaks_no_seal() -> None:
    milestone = read(changed("score/reasons", ["Said better."], resealed=True))
    assert milestone.score["reasons"] == ["Said better."]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param('{"format": "readyroom.assessment/1"}', id="an assessment document"),
        pytest.param('{"format": "readyroom.milestone/1"}', id="nothing but its format"),
        pytest.param('{"format": ["readyroom.milestone/1"]}', id="a format in a list"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"a": ' * 900 + "1" + "}" * 900, id="less deep"),
        pytest.param('{"format": "readyroom.milestone/1", "format": 1}', id="a name twice"),
        pytest.param('{"format": NaN}', id="NaN"),
        pytest.param('{"format": 1e999}', id="more than a number holds"),
        pytest.param(f'{{"format": {"9" * 5000}}}', id="a number of five thousand digits"),
        pytest.param('{"format": "\\ud800"}', id="half a character"),
        pytest.param(SEALED.replace('"Autumn"', '"\\ud800"'), id="half a character in a milestone"),
        pytest.param(SEALED.replace('"Autumn"', "[" * 700 + "]" * 700), id="a deep title"),
        pytest.param(SEALED.replace('"0190"', "7"), id="an id that is no text"),
        pytest.param(SEALED.replace('"Dora"', '"Do\\u0000ra"'), id="a hidden character in a name"),
        pytest.param(SEALED.replace('"people": {"person-7": "Dora"}', '"people": []'), id="people in a list"),
    ],
)
def test_what_is_no_milestone_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_milestone(text)
    refused.value.message.encode()
    assert all(str(each).encode() for each in refused.value.problems)


def test_a_file_longer_than_any_milestone_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unreadable, match="longer than"):
        read_milestone(" " * 25_000_001)


def figure(**attributes: Any) -> Finding:
    """A figure with these attributes."""
    return Finding(metric="tokens", value=1.0, attributes=attributes)


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        pytest.param({"tokens": 2**53}, "larger unit", id="beyond what doubles tell apart"),
        pytest.param({"tokens": float("inf")}, "finite", id="infinite"),
        pytest.param({"note": "\ud800"}, "half of a character", id="half a character"),
    ],
)
def test_what_no_reader_of_json_could_read_back_is_refused_with_its_answer(attributes: Any, says: str) -> None:
    said = assessment({"service.logs": answer(3, artefact(None, 0, figure(**attributes)))})
    with pytest.raises(Refused, match="cannot be sealed") as refused:
        sealed(said)
    (problem,) = refused.value.problems
    assert problem.where.startswith("assessment.answers.service.logs.evidence.0.findings.0.attributes")
    assert says in problem.message


def test_a_large_figure_is_sealed_and_read_back_as_the_number_that_it_is() -> None:
    said = assessment({"service.logs": answer(3, artefact(None, 0, figure(tokens=1e17, share=-0.0, most=2**53 - 1)))})
    assert read(file_of(said)).assessment == said


def test_what_could_not_be_read_back_is_not_sealed() -> None:
    said = assessment({"service.logs": answer(3)}, pilot=pilot(needs={"wishes": 3}))
    with pytest.raises(Refused, match="cannot be sealed") as refused:
        sealed(said)
    assert [each.where for each in refused.value.problems] == ["assessment.pilot.needs.wishes"]


def test_a_score_of_something_else_is_not_sealed() -> None:
    other = score(CATALOGUE, assessment({"law.duty": answer(1)}), TODAY)
    with pytest.raises(Refused, match="does not follow"):
        seal(CATALOGUE, SAID, other, title="Autumn", by="person-7", at=AT)


def test_a_title_in_another_script_is_sealed_as_it_is() -> None:
    text, digest = sealed(title="مراجعة الخريف 秋")
    assert json.loads(text)["title"] == "مراجعة الخريف 秋"
    assert digest == sha256(text.encode("utf-8")).hexdigest()
