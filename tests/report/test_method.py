"""How scores are made, as values made from the rules themselves."""

from fractions import Fraction

import pytest

from app.library import catalogue
from app.readiness.condition import parse
from app.readiness.grade import Grade
from app.readiness.verdict import cut
from app.report.method import GRADE_WORDS, Example, condition_in_words, method, worked_example
from tests.make import TODAY

NOTHING, PAPER, UNCONFIRMED, CONFIRMED, AGED = range(5)


@pytest.fixture(scope="module")
def example() -> Example:
    return worked_example(catalogue(), TODAY)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("retrieval = yes", "Does it look things up? Yes"),
        ("tools = no", "Can it use tools? No"),
        ("parameters_b >= 100", "Model size: 100 billion parameters or more"),
        ("deployment any {edge}", "Where it runs: “Branches, vehicles or machines”"),
        ("users only {staff}", "Who uses it: only “Our staff”"),
        ("data none of {personal, trade-secret}", "Which data it sees: neither “Personal” nor “Trade secrets”"),
        ("data none of {personal}", "Which data it sees: not “Personal”"),
        ("data any {special-category}", "Which data it sees: “Special category”"),
        ("risk_class in {high, limited, minimal}", "Risk class: “Minimal”, “Limited” or “High”"),
        ("sector = banking", "Sector: “banking”"),
        ("tools = yes and users any {public}", "Can it use tools? Yes; and Who uses it: “The public”"),
        ("tools = yes or users any {public}", "Can it use tools? Yes; or Who uses it: “The public”"),
    ],
)
def test_a_condition_reads_like_the_form(condition: str, words: str) -> None:
    assert condition_in_words(parse(condition)) == words


def test_every_grade_has_words() -> None:
    assert list(GRADE_WORDS) == [str(grade) for grade in Grade]


def test_a_grade_counts_whole_for_the_shelf_life_of_the_policy() -> None:
    lasts = {each.name: each.lasts_days for each in method(catalogue(), TODAY).grades}
    policy = {str(grade): days for grade, days in catalogue().policy.shelf_life_days.items()}
    assert lasts == {"asserted": None, **policy}


@pytest.mark.parametrize(
    ("line", "proven"),
    [
        pytest.param(NOTHING, 1, id="nothing attached is somebody's word"),
        pytest.param(PAPER, 2, id="a document proves level 2"),
        pytest.param(UNCONFIRMED, 2, id="unconfirmed it counts as a document"),
        pytest.param(CONFIRMED, 3, id="confirmed it counts as declared"),
        pytest.param(AGED, 2, id="past its shelf life it counts one less"),
    ],
)
def test_the_example_shows_what_evidence_is_worth(example: Example, line: int, proven: int) -> None:
    assert example.lines[line].proven == proven


@pytest.mark.parametrize("of", ["claimed", "proven"])
def test_the_example_adds_up(example: Example, of: str) -> None:
    weights = sum(each.weight for each in example.lines)
    levels = sum(each.weight * getattr(each, of) for each in example.lines)
    assert getattr(example, of) == cut(Fraction(100 * levels, 4 * weights))


def test_the_sum_that_is_shown_comes_to_the_figure(example: Example) -> None:
    written = example.proven_sum.replace("·", "*")
    assert cut(Fraction(eval(written))) == example.proven
