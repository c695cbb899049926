"""A whole catalogue as one document: nothing is lost in it, and its digest is that of its content."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app import library
from app.errors import Unreadable
from app.readiness.canonical import canonical
from app.readiness.catalogue import Catalogue, Framework
from app.readiness.catalogue_document import catalogue_document, catalogue_sha256, read_catalogue, referred
from app.readiness.figures_json import figures_as_json
from app.readiness.score import score
from tests.make import (
    MEASURED,
    TODAY,
    answer,
    assessment,
    catalogue,
    dimension,
    evidence,
    gate,
    pilot,
    profile,
    question,
)

BUNDLED = [pytest.param(*each, id=" ".join(each)) for each in library.available()]
RMF = Framework("rmf", "1.0", {"MAP 1.1": "Context", "GOVERN 1.1": "Law"})
SMALL = replace(
    catalogue(
        dimension(
            "service",
            question("capacity", gate=gate(when="users any {public}"), changes=frozenset({"volume", "model"})),
            question("logs", shelf_life_days={MEASURED: 30}, needs=("ttft_p95_ms",), when="retrieval = yes"),
        ),
        dimension("law", question("duty", gate=gate(2, exception_until=TODAY)), weight=3),
    ),
    frameworks={"rmf": RMF},
)


def through_text(given: Catalogue) -> Catalogue:
    """The catalogue, written in canonical form and read back."""
    return read_catalogue(json.loads(canonical(catalogue_document(given))))


@pytest.mark.parametrize(("key", "version"), BUNDLED)
def test_every_catalogue_that_comes_with_the_product_is_read_back_equal(key: str, version: str) -> None:
    given = library.catalogue(key, version)
    read = through_text(given)
    assert read == replace(given, frameworks=referred(given))
    assert [list(each.items) for each in read.frameworks.values()] == [
        list(each.items) for each in referred(given).values()
    ]
    assert catalogue_sha256(read) == catalogue_sha256(given)


@pytest.mark.parametrize(("key", "version"), BUNDLED)
def test_a_catalogue_read_back_gives_the_same_score(key: str, version: str) -> None:
    given = library.catalogue(key, version)
    answers = {
        each: answer(at % 5, evidence(MEASURED, 40 * (at % 9))) for at, each in enumerate(given.questions) if at % 7
    }
    said = assessment(answers, pilot=pilot(profile=profile(users=frozenset({"public"}))))
    one, other = (figures_as_json(score(each, said, TODAY)) for each in (given, through_text(given)))
    assert one == other


def test_all_that_a_catalogue_can_say_is_read_back() -> None:
    assert through_text(SMALL) == SMALL


def test_a_framework_that_nothing_refers_to_makes_no_other_catalogue() -> None:
    more = replace(SMALL, frameworks={**SMALL.frameworks, "other": Framework("other", "2", {"1": "One"})})
    assert catalogue_sha256(more) == catalogue_sha256(SMALL)
    assert catalogue_document(more) == catalogue_document(SMALL)


def test_the_digest_is_that_of_the_content_not_of_the_object() -> None:
    assert catalogue_sha256(through_text(SMALL)) == catalogue_sha256(SMALL)
    heavier = replace(SMALL, dimensions=(replace(SMALL.dimensions[0], weight=2), *SMALL.dimensions[1:]))
    assert catalogue_sha256(heavier) != catalogue_sha256(SMALL)


def test_catalogues_that_come_and_go_are_never_taken_for_each_other() -> None:
    """The digest is kept by object; what takes an object's place in memory has its own."""
    for weight in range(1, 11):
        passing = replace(SMALL, dimensions=(replace(SMALL.dimensions[0], weight=weight), *SMALL.dimensions[1:]))
        expected = catalogue_sha256(through_text(passing))
        assert catalogue_sha256(passing) == expected
        del passing


def broken(path: str, value: Any) -> dict[str, Any]:
    """The document with one place changed."""
    plain = json.loads(json.dumps(catalogue_document(SMALL)))
    place: Any = plain
    *parents, last = path.split("/")
    for part in parents:
        place = place[int(part) if part.isdigit() else part]
    place[int(last) if last.isdigit() else last] = value
    return dict(plain)


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("format", "readyroom.catalogue/2", "format"),
        ("policy/tiers/2/when", "tools = yes", "policy.tiers.2"),
        ("policy/coverage", "2", "policy.coverage"),
        ("policy/coffee", 1, "policy.coffee"),
        ("policy/dimensions", ["law", "service"], "dimensions"),
        ("policy/tiers/0/when", "tools or", "policy.tiers.0.when"),
        ("dimensions/0/questions/0/key", "Capacity", "dimensions.0.questions.0.key"),
        ("dimensions/0/questions/0/owner", "cto", "dimensions.0.questions.0.owner"),
        ("dimensions/0/questions/0/levels", ["a"], "dimensions.0.questions.0.levels"),
        ("dimensions/0/questions/1/key", "capacity", "dimensions.0.questions.1"),
        ("dimensions/0/questions/0/references", {"iso": ["1"]}, "dimensions.0.questions.0.references.iso"),
        ("dimensions", [], "dimensions"),
        ("frameworks", {}, "frameworks"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_the_place(path: str, value: Any, where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_catalogue(broken(path, value))
    assert where in {each.where for each in refused.value.problems}


def test_a_gate_on_every_field_at_once_is_read_without_trying_every_profile_that_there_could_be() -> None:
    sets = ("deployment any {api}", "model any {own}", "data any {public}", "regions any {eu}", "regimes any {gdpr}")
    hostile = broken("dimensions/0/questions/0/gate/when", " and ".join(sets) + " and users any {public}")
    assert read_catalogue(hostile).gates
