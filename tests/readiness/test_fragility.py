"""What a verdict hangs on: the fewest questions whose proven level, one lower, worsens it."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as some

from app.readiness.assessment import Answer, Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.fragility import Fragility, fragility
from app.readiness.score import Score, score, summed_up
from app.readiness.verdict import Verdict
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    artefact,
    assessment,
    catalogue,
    dimension,
    evidence,
    exception,
    gate,
    not_applicable,
    pilot,
    proven_answer,
    question,
)

SHOWN = proven_answer(3, DEMONSTRATED)


def hangs_on(of: Catalogue, answers: Mapping[str, Answer]) -> Fragility | None:
    said = assessment(answers)
    return fragility(of, said, score(of, said, TODAY))


def keys(found: Fragility) -> tuple[list[str], list[str]]:
    return [each.question for each in found.hinges], [each.question for each in found.others]


def test_a_go_hangs_on_a_gate_that_is_passed_exactly() -> None:
    of = catalogue(dimension("d", question("a"), question("b", gate=gate(3)), question("c")))
    found = hangs_on(of, {"d.a": proven_answer(), "d.b": SHOWN, "d.c": proven_answer()})
    assert found is not None
    assert (found.count, found.becomes, keys(found)) == (1, "conditional", (["d.b"], []))


def test_each_other_question_that_would_do_alone_is_named() -> None:
    of = catalogue(
        dimension("d", question("a", gate=gate(3)), question("b", gate=gate(2)), question("c", gate=gate(3)))
    )
    found = hangs_on(of, {"d.a": SHOWN, "d.b": SHOWN, "d.c": SHOWN})
    assert found is not None
    assert keys(found) == (["d.a"], ["d.c"])


def test_a_go_hangs_on_the_overall_bar() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcde")))  # 75 where 60 is needed; each is worth 5
    found = hangs_on(of, {f"d.{each}": SHOWN for each in "abcde"})
    assert found is not None
    assert (found.count, keys(found)) == (4, (["d.a", "d.b", "d.c", "d.d"], []))


def test_the_heavier_questions_break_it_first() -> None:
    of = catalogue(dimension("d", question("a"), question("b", weight=4), question("c"), question("d", weight=3)))
    found = hangs_on(of, {f"d.{each}": SHOWN for each in "abcd"})  # a level of b takes 11.1, of d 8.3
    assert found is not None
    assert (found.count, keys(found)) == (2, (["d.b", "d.d"], []))


def test_a_go_hangs_on_the_floor_of_a_dimension() -> None:
    of = catalogue(
        dimension("low", question("a"), question("b")), dimension("high", *(question(each) for each in "cdef"))
    )
    said = {"low.a": answer(2, evidence(DOCUMENTED)), "low.b": answer(2, evidence(DOCUMENTED))}
    found = hangs_on(of, said | {f"high.{each}": proven_answer() for each in "cdef"})
    assert found is not None  # 50 where 40 is the floor; each of the two is worth 12.5
    assert (found.count, found.becomes, keys(found)) == (1, "conditional", (["low.a"], ["low.b"]))


def test_a_conditional_go_hangs_on_what_keeps_it_from_a_no_go() -> None:
    of = catalogue(dimension("d", question("a"), question("b")))
    found = hangs_on(of, {"d.a": answer(2, evidence(DOCUMENTED)), "d.b": answer(2, evidence(DOCUMENTED))})
    assert found is not None  # 50 where 30 is needed; each is worth 12.5
    assert (found.count, found.becomes) == (2, "no-go")


def test_what_is_bad_already_hangs_on_nothing() -> None:
    of = catalogue(dimension("d", question("a"), question("b")))
    assert hangs_on(of, {"d.a": answer(1), "d.b": answer(1)}) is None
    assert hangs_on(of, {"d.a": SHOWN}) is None  # not assessed


def test_it_says_who_declared_the_grade_that_carries_it() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3)), question("b", gate=gate(3))))
    read = artefact(DEMONSTRATED, read_grade=DEMONSTRATED, title="scan.json")
    found = hangs_on(of, {"d.a": answer(3, evidence(DEMONSTRATED, title="Test record")), "d.b": answer(3, read)})
    assert found is not None
    declared, by_reader = *found.hinges, *found.others
    assert (declared.carried_by, declared.grade, declared.declared_by) == ("Test record", "demonstrated", "Ann")
    assert (by_reader.carried_by, by_reader.grade, by_reader.declared_by) == ("scan.json", "demonstrated", None)


def test_a_word_carries_what_nothing_else_does() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(1)), question("b", weight=9)))
    found = hangs_on(of, {"d.a": answer(1), "d.b": proven_answer()})
    assert found is not None
    assert [(each.carried_by, each.grade, each.declared_by) for each in found.hinges] == [(None, "asserted", None)]


# ---- against every set there is


@some.composite
def situations(draw: some.DrawFn) -> tuple[Catalogue, Score, Assessment]:
    sizes = draw(some.lists(some.integers(1, 3), min_size=1, max_size=3))
    of = catalogue(
        *(
            dimension(
                f"d{index}",
                *(
                    question(
                        f"q{place}",
                        weight=draw(some.integers(1, 4)),
                        gate=draw(
                            some.none() | some.integers(1, 4).map(lambda level: gate(level, not_applicable=True))
                        ),
                    )
                    for place in range(size)
                ),
                weight=draw(some.integers(1, 3)),
            )
            for index, size in enumerate(sizes)
        )
    )
    said = {key: draw(ANSWERS) for key in of.questions}
    exceptions = tuple(exception(key) for key, each in of.questions.items() if each.gate and draw(some.booleans()))
    whole = assessment(
        said, exceptions=exceptions, pilot=pilot(confirmed_by=draw(some.sampled_from(["Ben", "Ben", None])))
    )
    return of, score(of, whole, TODAY), whole


ANSWERS = some.one_of(
    some.builds(proven_answer, some.sampled_from([2, 3, 4, 4]), some.sampled_from([MEASURED, MEASURED, DEMONSTRATED])),
    some.builds(proven_answer, some.sampled_from([3, 4]), some.sampled_from([MEASURED, DOCUMENTED])),
    some.builds(not_applicable),
)


@given(situations())
def test_no_smaller_set_worsens_the_verdict(situation: tuple[Catalogue, Score, Assessment]) -> None:
    of, scored, said = situation
    found = fragility(of, said, scored)
    proven = [key for key, each in scored.questions.items() if each.proven]
    sizes = [
        (size, chosen) for size in range(1, len(proven) + 1) for chosen in combinations(proven, size)
        if _worse(of, said, scored, chosen)
    ]  # fmt: skip
    if found is None:
        assert not sizes
        return
    assert found.count == sizes[0][0] == len(found.hinges)
    assert _worse(of, said, scored, tuple(each.question for each in found.hinges)) is Verdict(found.becomes)
    if found.count == 1:
        alone = {chosen[0] for size, chosen in sizes if size == 1}
        assert {each.question for each in (*found.hinges, *found.others)} == alone


def _worse(of: Catalogue, said: Assessment, scored: Score, chosen: tuple[str, ...]) -> Verdict | None:
    """The verdict when these are proven one level lower; None where it is no worse."""
    lower = dict(scored.questions)
    for key in chosen:
        proof = lower[key].proof
        lower[key] = replace(lower[key], proof=replace(proof, proven=(proof.proven or 0) - 1))
    verdict = summed_up(of, said, lower, TODAY).decision.verdict
    return verdict if verdict.rank < scored.decision.verdict.rank else None
