"""Why an answer proves what it proves, and what would prove more, in sentences."""

from dataclasses import replace

from app.readiness.assessment import Withdrawal
from app.readiness.explain import item_proves, would_prove_more
from app.readiness.score import QuestionScore
from tests.readiness.heard import CATALOGUE, asked
from tests.readiness.test_rules_technical import CAPACITY, vllm


def lacking(shown: QuestionScore) -> list[str]:
    """What items lack for the next level."""
    return [each for each in would_prove_more(CATALOGUE, shown) if " lacks: " in each]


def test_of_many_files_only_the_nearest_is_told_what_it_lacks() -> None:
    files = [vllm(duration=600.0 - number, model_id=f"acme/{number}") for number in range(9)]
    (told,) = lacking(asked(CATALOGUE, CAPACITY, 3, *files))
    assert "at least 15 minutes (found: 10 minutes)" in told
    assert "at most 50 ms" not in told


def test_what_is_looked_for_is_told_and_not_what_is_left_out() -> None:
    (told,) = lacking(asked(CATALOGUE, CAPACITY, 3, vllm(completed=10, failed=0)))
    assert "left out, since it is marked few requests" in told
    assert "leaving out" not in told


def test_of_several_percentiles_that_say_the_same_the_one_that_was_asked_for_is_told() -> None:
    held, missed = vllm(), vllm(p95_ttft_ms=2600.0, median_ttft_ms=1800.0)
    shown = asked(CATALOGUE, CAPACITY, 4, held, missed)
    told = " ".join(item_proves(shown, each) or "" for each in shown.proof.items)
    assert "p95 is 2,600 ms at concurrency 400, above 1,500 ms" in told


def test_what_was_withdrawn_is_not_told_as_settled() -> None:
    missed = vllm(p95_ttft_ms=2600.0)
    for confirmed_by, told in ((None, "2,600 ms"), ("Ben", "withdrawn, and counts no more")):
        withdrawn = Withdrawal(by="Ann", on=None, reason="of a test cluster", confirmed_by=confirmed_by)
        shown = asked(CATALOGUE, CAPACITY, 3, replace(missed, withdrawn=withdrawn))
        (item,) = shown.proof.items
        said = item_proves(shown, item) or ""
        assert told in said
        assert "settled" not in said
        assert ("withdrawn" in said) == bool(confirmed_by)


def test_of_which_model_the_figures_are_is_told() -> None:
    shown = asked(CATALOGUE, CAPACITY, 3, vllm(model_id="acme/other"))
    (item,) = shown.proof.items
    assert (item_proves(shown, item) or "").endswith("in one run or several. Of the model “acme/other”.")
