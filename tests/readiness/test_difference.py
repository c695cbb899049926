"""Two versions of a catalogue: whatever differs is said, and only a newer version can be taken up."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from app import library
from app.readiness.catalogue import Catalogue, Framework, Question
from app.readiness.condition import parse
from app.readiness.difference import Difference, difference, upgrade_problem
from tests.make import DOCUMENTED, MEASURED, TODAY, catalogue, dimension, gate, need, question, tier

DIMENSION = dimension("service", question("capacity", gate=gate()), question("logs"))
OLD = replace(
    catalogue(DIMENSION, dimension("law", question("duty"))),
    frameworks={"rmf": Framework("rmf", "1.0", {"MAP 1.1": "Context"})},
)


def with_question(key: str, **said: Any) -> Catalogue:
    """The old catalogue with one question changed."""
    return replace(
        OLD,
        dimensions=tuple(
            replace(each, questions=tuple(replace(one, **said) if one.key == key else one for one in each.questions))
            for each in OLD.dimensions
        ),
    )


def with_policy(**said: Any) -> Catalogue:
    """The old catalogue with another policy."""
    return replace(OLD, policy=replace(OLD.policy, **said))


def with_dimensions(*dimensions: Any) -> Catalogue:
    """The old catalogue with these dimensions."""
    return replace(OLD, dimensions=dimensions)


def test_a_question_added_and_one_dropped_are_named() -> None:
    new = with_dimensions(replace(DIMENSION, questions=(DIMENSION.questions[0], question("tests"))), OLD.dimensions[1])
    found = difference(OLD, new)
    assert [each.key for each in found.added] == ["tests"]
    assert [each.key for each in found.dropped] == ["service.logs"]
    assert found.rules == ()


@pytest.mark.parametrize(
    ("said", "parts", "levels"),
    [
        ({"title": "Diaries"}, ("title",), ()),
        ({"text": "Are there logs?"}, ("question",), ()),
        ({"why": "Nobody knows otherwise."}, ("why it matters",), ()),
        ({"proof": {2: "a paper", 3: "a drill", 4: "a week"}}, ("what would prove it",), ()),
        ({"levels": ("none", "some", "defined", "seen", "measured")}, (), (3,)),
        ({"title": "Diaries", "levels": ("no", "some", "defined", "shown", "all")}, ("title",), (0, 4)),
    ],
)
def test_a_question_in_other_words_says_which(said: Any, parts: tuple[str, ...], levels: tuple[int, ...]) -> None:
    (reworded,) = difference(OLD, with_question("service.logs", **said)).reworded
    assert (reworded.parts, reworded.levels) == (parts, levels)
    assert (reworded.before.key, reworded.after.key) == ("service.logs", "service.logs")


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (with_question("service.logs", weight=2), "“Logs”: weight: 2, was 1."),
        (with_question("service.logs", gate=gate()), "“Logs” is now a gate at level 3."),
        (with_question("service.capacity", gate=None), "“Capacity” is no longer a gate."),
        (with_question("service.capacity", gate=gate(2)), "“Capacity”: level that the gate asks for: 2, was 3."),
        (
            with_question("service.capacity", gate=gate(when="tools = yes")),
            "“Capacity”: the gate stands: when tools = yes, was always.",
        ),
        (
            with_question("service.capacity", gate=gate(not_applicable=True)),
            "“Capacity” may now be marked as not applicable.",
        ),
        (
            with_question("service.capacity", gate=gate(exception=False)),
            "“Capacity”: an exception can no longer cover the gate.",
        ),
        (
            with_question("service.capacity", gate=gate(exception_until=TODAY)),
            "“Capacity”: end of exceptions: before 2026-11-20, was open.",
        ),
        (with_question("service.logs", when=parse("tools = yes")), "“Logs” is asked: when tools = yes, was always."),
        (
            with_question("service.logs", effort_days=(1.0, 2.0, 3.0, 4.5)),
            "“Logs”: days of work from level to level: 1, 2, 3, 4.5, was 1, 1, 1, 1.",
        ),
        (
            with_question("service.logs", shelf_life_days={MEASURED: 30}),
            "“Logs”: shelf life of what is measured: 30 days, was as for all.",
        ),
        (
            with_question("service.logs", changes=frozenset({"provider-terms", "model"})),
            "“Logs”: changes that ask for a new look: model, provider terms, was none.",
        ),
        (
            with_question("service.logs", needs=("ttft_p95_ms",)),
            "“Logs”: needs that it is compared with: ttft_p95_ms, was none.",
        ),
        (with_question("service.logs", references={"rmf": ()}), "“Logs” refers to other items of rmf."),
        (with_policy(coverage=Decimal("0.9")), "Answered questions that a verdict needs: 90 %, was 80 %."),
        (
            with_policy(not_applicable_share=Decimal("0.125")),
            "Weight of a dimension that may be marked as not applicable before a Go is out of reach: 12.5 %, was 15 %.",
        ),
        (with_policy(exception_days=90), "Longest exception: 90 days, was 180 days."),
        (with_policy(confirmation_days=1.0), "Effort of a confirmation: 1 day, was 0.1 days."),
        (
            with_policy(shelf_life_days={DOCUMENTED: 365, MEASURED: 60}),
            "Shelf life of what is measured: 60 days, was 90 days.",
        ),
        (
            with_policy(tiers=(*OLD.policy.tiers[:2], tier("ordinary", 65, 40, 30))),
            "Proven that a Go needs with ordinary stakes: 65, was 60.",
        ),
        (
            with_policy(tiers=OLD.policy.tiers[1:]),
            "There is no bar for high stakes any more.",
        ),
        (with_policy(needs=OLD.policy.needs[1:]), "The need “ttft_p95_ms” is dropped."),
        (with_policy(needs=(*OLD.policy.needs, need("days", "number", 1.0))), "A need is added: “days”."),
        (with_policy(owners={"ciso": "Head of security"}), "Owner ciso: Head of security, was CISO."),
        (with_policy(levels=("Absent", "Ad hoc", "Defined", "Seen", "Measured")), "Name of level 3: Seen, was Shown."),
        (
            with_dimensions(replace(DIMENSION, weight=3), OLD.dimensions[1]),
            "Weight of the dimension “Service”: 3, was 1.",
        ),
        (
            with_dimensions(replace(DIMENSION, title="Running it"), OLD.dimensions[1]),
            "Name of the dimension “Service”: Running it, was Service.",
        ),
        (with_dimensions(DIMENSION), "The dimension “Law” is dropped."),
        (with_dimensions(*OLD.dimensions[::-1]), "The dimensions stand in another order."),
        (
            with_dimensions(replace(DIMENSION, questions=DIMENSION.questions[::-1]), OLD.dimensions[1]),
            "The questions of “Service” stand in another order.",
        ),
        (replace(OLD, frameworks={"rmf": replace(OLD.frameworks["rmf"], version="2")}), "Edition of rmf: 2, was 1.0."),
    ],
)
def test_a_rule_that_differs_is_one_sentence(new: Catalogue, says: str) -> None:
    assert says in difference(OLD, new).rules


def other(value: Any) -> Any:
    """A value that is not this one."""
    match value:
        case bool():
            return not value
        case int() | float() | Decimal():
            return value + 1
        case str():
            return f"{value}x"
        case tuple() if value and isinstance(value[0], int | float | str):
            return (other(value[0]), *value[1:])
    return None


# Not what a pilot is judged by: the catalogue's own name, and what is said of it.
UNSAID = {"id", "version", "title", "about", "dimensions", "key"}


def plain_fields(value: Any) -> list[str]:
    """The fields of a part of a catalogue that can be changed one by one."""
    return [name for name in value.__slots__ if name not in UNSAID and other(getattr(value, name)) is not None]


@pytest.mark.parametrize("name", [*plain_fields(OLD.questions["service.logs"]), "title"])
def test_no_field_of_a_question_changes_in_silence(name: str) -> None:
    value = getattr(OLD.questions["service.logs"], name)
    owners = {"ciso": "CISO", "cisox": "Another"}
    old, new = (
        replace(each, policy=replace(each.policy, owners=owners))
        for each in (OLD, with_question("service.logs", **{name: other(value)}))
    )
    assert not difference(old, new).nothing


@pytest.mark.parametrize("name", plain_fields(OLD.policy))
def test_no_field_of_the_policy_changes_in_silence(name: str) -> None:
    assert not difference(OLD, with_policy(**{name: other(getattr(OLD.policy, name))})).nothing


@pytest.mark.parametrize("name", [*plain_fields(OLD.policy.needs[0]), "title"])
def test_no_field_of_a_need_changes_in_silence(name: str) -> None:
    first, *others = OLD.policy.needs
    said: dict[str, Any] = {name: other(getattr(first, name)) or "ms"}
    changed = replace(first, **said)
    assert not difference(OLD, with_policy(needs=(changed, *others))).nothing


@pytest.mark.parametrize(("key", "version"), library.available())
def test_a_catalogue_does_not_differ_from_itself(key: str, version: str) -> None:
    given = library.catalogue(key, version)
    found = difference(given, replace(given))
    assert found.nothing
    assert found == Difference((), (), (), ())


def test_every_pair_of_versions_that_come_with_the_product_differs_in_words() -> None:
    for (key, old), (other_key, new) in permutations(library.available(), 2):
        if key == other_key:
            found = difference(library.catalogue(key, old), library.catalogue(key, new))
            assert not found.nothing
            assert all(each.endswith(".") and "None" not in each for each in found.rules)


def versioned(version: str, id: str = "small") -> Catalogue:
    """The old catalogue under another version."""
    return with_policy(id=id, version=version)


@pytest.mark.parametrize(("old", "new"), [("1", "2"), ("1.9", "1.10"), ("1", "1.0.1"), ("9", "10")])
def test_a_newer_version_can_be_taken_up_and_not_given_back(old: str, new: str) -> None:
    assert upgrade_problem(versioned(old), versioned(new)) is None
    assert f"version {old} is older" in (upgrade_problem(versioned(new), versioned(old)) or "")


@pytest.mark.parametrize(("old", "new"), [("1", "1"), ("1", "1.0"), ("2.0.0", "2")])
def test_the_same_version_is_stood_on_already(old: str, new: str) -> None:
    assert "already" in (upgrade_problem(versioned(old), versioned(new)) or "")


def test_another_catalogue_is_begun_and_not_taken_up() -> None:
    assert "another catalogue" in (upgrade_problem(versioned("1"), versioned("2", id="large")) or "")


def test_questions_are_those_of_the_catalogue() -> None:
    assert all(isinstance(each, Question) for each in difference(OLD, catalogue(DIMENSION)).dropped)
