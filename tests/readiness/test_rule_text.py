"""Figures of rules as text: how they are read, and what is refused."""

import pytest

from app.readiness.rule import rule_problems
from app.readiness.rule_text import NeedList, figure
from tests.make import metric, rules, shows, speaks_against


def test_a_figure_is_read_in_all_its_parts() -> None:
    read = figure("p95 latency <= need.latency_ms with users >= 2 * need.users and model in {A, b} without broken, old")
    assert (read.quantity, read.statistic, read.metric, read.attribute) == ("some", "p95", "latency", None)
    assert (read.operator, str(read.bound), read.without) == ("<=", "need.latency_ms", ("broken", "old"))
    assert [(each.attribute, each.operator) for each in read.tests] == [("users", ">="), ("model", "in")]
    assert read.tests[1].bound == {"a", "b"}
    assert read.needs == ("latency_ms", "users")


@pytest.mark.parametrize(
    ("text", "quantity", "statistic", "named", "attribute"),
    [
        ("latency", "some", None, "latency", None),
        ("mean latency", "some", "mean", "latency", None),
        ("every latency <= 1", "every", None, "latency", None),
        ("every p99.9 latency <= 1", "every", "p99.9", "latency", None),
        ("total duration >= 900", "total", None, "duration", None),
        ("different month of spend >= 2", "different", None, "spend", None),
        ("different month of any spend >= 2", "different", "any", "spend", None),
        ("licence.name in need.licences", "some", None, "licence", "name"),
        ("every licence.name = MIT", "every", None, "licence", "name"),
        ("ci95_lower score >= 0.8", "some", "ci95_lower", "score", None),
        ("  p95   latency<=5 ", "some", "p95", "latency", None),
    ],
)
def test_what_stands_in_front(text: str, quantity: str, statistic: str | None, named: str, attribute: str) -> None:
    read = figure(text)
    assert (read.quantity, read.statistic, read.metric, read.attribute) == (quantity, statistic, named, attribute)


def test_it_prints_as_it_was_written_and_is_the_same_where_it_reads_the_same() -> None:
    assert str(figure("p95   latency <= 5")) == "p95 latency <= 5"
    assert {figure("latency <= 5"), figure("latency  <= 5")} == {figure("latency <= 5")}
    assert figure("licence.name in need.licences").bound == NeedList("licences")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Latency <= 5",
        "latency <=",
        "latency << 5",
        "latency <= five",
        "p95 of latency <= 5",
        "p100 latency <= 5",
        "best latency <= 5",
        "latency in 5",
        "latency in {}",
        "total latency <= 5",
        "total latency",
        "total latency.name >= 5",
        "different month of latency = 2",
        "latency <= 5 with",
        "latency <= 5 with users",
        "latency <= 5 with users >= many",
        "latency <= 5 without broken with users >= 5",
        "latency <= 5 without broken and old",
        "latency <= 5 without broken,",
        "latency <= 5 with users >= 5 and",
    ],
)
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="'"):
        figure(text)


METRICS = {each.key: each for each in (metric("latency", "ms"), metric("licence", "1"), metric("spend", "money"))}
NEEDS = {
    "latency_ms": ("number", "ms"),
    "seconds": ("number", "s"),
    "licences": ("list", None),
    "name": ("text", None),
    "budget": ("money", "currency"),
}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("latency <= need.latency_ms", None),
        ("latency <= 2 * need.seconds", None),
        ("spend <= need.budget", None),
        ("licence.name in need.licences", None),
        ("latency <= 5 with users >= need.latency_ms and name in need.licences", None),
        ("speed <= 5", "no such metric"),
        ("latency <= need.gone", "no such need"),
        ("latency <= 5 with users >= need.gone", "no such need"),
        ("latency <= need.seconds", "compares ms with a need in s"),
        ("latency <= need.licences", "which holds a list"),
        ("latency <= 2 * need.name", "which holds words"),
        ("licence.name in need.name", "which holds words"),
        ("licence.name in need.latency_ms", "which holds a figure"),
        ("latency <= 5 with users >= need.name", "which holds words"),
        ("licence = yes", "compares a value with words"),
        ("licence in {MIT, BSD}", "compares a value with words"),
        ("licence in need.licences", "compares a value with words"),
    ],
)
def test_between_a_figure_and_its_catalogue_stands(text: str, problem: str | None) -> None:
    found = rule_problems(rules(shows(3, text)), METRICS, NEEDS)
    assert [problem in each for each in found if problem] == ([True] if problem else [])
    assert bool(found) is bool(problem)


@pytest.mark.parametrize("text", ["latency", "every latency > 5", "total latency > 5"])
def test_what_speaks_against_compares_one_finding_with_a_threshold(text: str) -> None:
    (problem,) = rule_problems(rules(speaks_against(2, text)), METRICS, NEEDS)
    assert "speaks against nothing" in problem
