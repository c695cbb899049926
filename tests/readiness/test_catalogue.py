"""Reading a catalogue, and refusing a bad one with file, line and reason."""

from decimal import Decimal

import pytest

from app.errors import Problem, Unreadable
from app.readiness.catalogue import Catalogue, Framework, version_number
from app.readiness.catalogue_file import parse
from app.readiness.grade import Grade

FRAMEWORKS = {"rmf": Framework("rmf", "1.0", {"MAP 1.1": "Context", "MAP 1.2": "People"})}
POLICY = """\
id: small
version: "1"
title: Small
about: For tests.
coverage: 0.8
not_applicable_share: 0.15
exception_days: 180
confirmation_days: 0.1
levels: [Absent, Ad hoc, Defined, Shown, Measured]
shelf_life_days: {documented: 365, demonstrated: 180, measured: 90}
owners: {ciso: CISO}
tiers:
  - {key: high, title: high, when: tools = yes, blank: meets, go: 70, floor: 50, no_go: 40}
  - {key: ordinary, title: ordinary, blank: null, go: 60, floor: 40, no_go: 30}
needs:
  - {key: stop_minutes, kind: number, unit: minutes, title: Stop, hint: Ask., example: 10}
dimensions: [service]
"""
SERVICE = """\
key: service
title: Service
about: Whether it runs.
weight: 1
questions:
  - key: stop
    title: Stop
    text: Can it be stopped?
    why: It may do harm.
    levels: [no, by hand, written down, tried, measured]
    proof: {2: a plan, 3: a drill, 4: a log}
    weight: 3
    owner: ciso
    effort_days: [0.5, 1, 2, 3]
    needs: [stop_minutes]
    when: users any {public}
    changes: [model]
    shelf_life_days: {measured: 30}
    references: {rmf: [MAP 1.1]}
    gate: {level: 3, when: tools = yes, not_applicable: false, exception: true, exception_until: 2027-12-02}
  - key: logs
    title: Logs
    text: Is it logged?
    why: Nobody remembers.
    levels: [a, b, c, d, e]
    proof: {2: a, 3: b, 4: c}
    weight: 1
    owner: ciso
    effort_days: [1, 1, 1, 1]
    references: {rmf: [MAP 1.2]}
"""
SERVICE = SERVICE.replace("[no, ", '["no", ')


def read(policy: str = POLICY, service: str = SERVICE) -> Catalogue:
    """The catalogue of these two texts."""
    return parse({"policy.yaml": policy, "service.yaml": service}, FRAMEWORKS)


def test_it_is_read_as_it_is_written() -> None:
    catalogue = read()
    stop, logs = catalogue.questions.values()
    assert (catalogue.id, catalogue.version) == ("small", "1")
    assert (stop.key, logs.key) == ("service.stop", "service.logs")
    assert (stop.weight, str(stop.when), sorted(stop.changes)) == (3, "users any {public}", ["model"])
    assert logs.gate is None
    assert stop.gate is not None
    assert (stop.gate.level, stop.gate.not_applicable, stop.gate.exception) == (3, False, True)
    assert [(question.key, gate) for question, gate in catalogue.gates] == [("service.stop", stop.gate)]
    assert catalogue.policy.tiers[0].go == Decimal(70)


def test_a_question_s_own_shelf_life_stands_beside_the_policy_s() -> None:
    lives = {grade: life.days for grade, life in read().shelf_lives["service.stop"].items()}
    assert lives == {Grade.DOCUMENTED: 365, Grade.DEMONSTRATED: 180, Grade.MEASURED: 30}


def line_of(text: str, part: str) -> int:
    """The number of the line in which a part stands."""
    return text[: text.index(part)].count("\n") + 1


def refused(policy: str = POLICY, service: str = SERVICE) -> tuple[Problem, ...]:
    """The problems that these texts are refused with."""
    with pytest.raises(Unreadable) as raised:
        read(policy, service)
    assert raised.value.problems
    return raised.value.problems


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("weight: 3", "weight: 30", "10", id="a weight out of range"),
        pytest.param("weight: 3", "wieght: 3", "wieght", id="a field that there is not"),
        pytest.param("weight: 3", "weight: heavy", "number", id="a word where a number belongs"),
        pytest.param("key: stop", "key: Stop It", "key", id="a wrong key"),
        pytest.param("[a, b, c, d, e]", "[a, b, c, d]", "levels", id="an anchor is missing"),
        pytest.param("[a, b, c, d, e]", "[a, b, c, d, e, f]", "levels", id="an anchor too many"),
        pytest.param("[a, b, c, d, e]", '[a, b, c, d, ""]', "levels", id="an empty anchor"),
        pytest.param("MAP 1.2", "MAP 9.9", "MAP 9.9", id="a reference that the framework has not"),
        pytest.param("rmf: [MAP 1.2]", "iso: [MAP 1.2]", "iso", id="a framework that there is not"),
        pytest.param("{rmf: [MAP 1.2]}", "{}", "framework", id="no reference at all"),
        pytest.param("users any {public}", "colour any {red}", "colour", id="a condition on a field no profile has"),
        pytest.param("users any {public}", "users any {robots}", "robots", id="a condition on a value there is not"),
        pytest.param("users any {public}", "users eq public", "users eq public", id="a condition that is none"),
        pytest.param("when: tools = yes", 'when: "users none of {public}"', "reach", id="a gate that nobody can reach"),
        pytest.param("{level: 3", "{level: 5", "4", id="a gate above the highest level"),
        pytest.param("{level: 3", "{level: 0", "1", id="a gate that asks for nothing"),
        pytest.param("not_applicable: false, ", "", "not_applicable", id="a gate that does not say what it allows"),
        pytest.param(
            "exception: true, exc", "exception: false, exc", "exception_until", id="an end of what is not allowed"
        ),
        pytest.param("2027-12-02", "soon", "exception_until", id="a day that is none"),
        pytest.param("changes: [model]", "changes: [weather]", "model", id="a kind of change that there is not"),
        pytest.param("{measured: 30}", "{seen: 30}", "measured", id="a grade that there is not"),
        pytest.param("{measured: 30}", "{measured: 0}", "1", id="a shelf life of no day"),
        pytest.param("needs: [stop_minutes]", "needs: [minutes]", "minutes", id="a need that the policy has not"),
        pytest.param("{2: a, 3: b, 4: c}", "{2: a, 3: b}", "level 4", id="no word on what would prove a level"),
        pytest.param("[1, 1, 1, 1]", "[1, 1, 1]", "effort_days", id="an effort is missing"),
        pytest.param("[1, 1, 1, 1]", "[1, 1, 1, -1]", "effort_days", id="an effort below nothing"),
        pytest.param("key: logs", "key: stop", "twice", id="a question twice"),
        pytest.param("    text: Is it logged?\n", "", "text", id="a field is missing"),
        pytest.param("title: Logs", "title: Logs\n    title: Books", "twice", id="a field twice"),
        pytest.param("levels: [a, b, c, d, e]", "levels: &a [a, b, c, d, e]\n    needs: *a", "alias", id="an alias"),
        pytest.param("about: Whether it runs.", "about: [", "", id="no YAML"),
    ],
)
def test_a_dimension_is_refused_with_file_line_and_reason(old: str, new: str, reason: str) -> None:
    assert SERVICE.count(old) >= 1
    problems = refused(service=SERVICE.replace(old, new, 1))
    assert all(each.where.startswith("service.yaml:") for each in problems)
    assert any(reason in str(each) for each in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        pytest.param("weight: 3", "weight: 30", "weight: 3", id="a wrong value"),
        pytest.param("MAP 1.2", "MAP 9.9", "references: {rmf: [MAP 1.2", id="a wrong reference"),
        pytest.param("users any {public}", "colour any {red}", "when: users", id="a wrong condition"),
        pytest.param("when: tools = yes", 'when: "users none of {public}"', "gate:", id="a gate out of reach"),
        pytest.param(
            "owner: ciso\n    effort_days: [1", "owner: cto\n    effort_days: [1", "effort_days: [1,", id="owner"
        ),
    ],
)
def test_the_line_is_the_one_to_mend(old: str, new: str, at: str) -> None:
    assert SERVICE.count(old) == 1
    (problem,) = refused(service=SERVICE.replace(old, new))
    line = line_of(SERVICE, at) - (1 if at.startswith("effort") else 0)
    assert problem.where == f"service.yaml:{line}"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("coverage: 0.8", "coverage: 80", "1", id="a share above 1"),
        pytest.param("go: 70", "go: 30", "no_go", id="a no-go bar above the go bar"),
        pytest.param("blank: meets, ", "", "blank", id="a condition that does not say what a blank does"),
        pytest.param("when: tools = yes, ", "", "tier", id="a tier before the last without a condition"),
        pytest.param("title: ordinary, blank: null", "title: ordinary, when: tools = no, blank: fails", "tier",
                     id="a last tier with a condition"),
        pytest.param("key: ordinary", "key: high", "twice", id="a tier twice"),
        pytest.param("dimensions: [service]", "dimensions: [service, service]", "twice", id="a dimension twice"),
        pytest.param("dimensions: [service]", "dimensions: []", "dimensions", id="no dimension"),
        pytest.param("kind: number", "kind: colour", "kind", id="a need of no kind"),
        pytest.param("levels: [Absent, ", "levels: [", "levels", id="a name of a level is missing"),
        pytest.param('version: "1"', "version: one", "version", id="a version that is none"),
        pytest.param("about: For tests.", "abuot: For tests.", "abuot", id="a field that there is not"),
    ],
)  # fmt: skip
def test_a_policy_is_refused_with_file_line_and_reason(old: str, new: str, reason: str) -> None:
    assert POLICY.count(old) == 1
    problems = refused(policy=POLICY.replace(old, new))
    assert any(each.where.startswith("policy.yaml:") and reason in str(each) for each in problems), problems


@pytest.mark.parametrize("key", ["report", "gates", "milestones", "policy"])
def test_a_dimension_is_not_called_what_another_page_of_an_assessment_is_called(key: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parse({"policy.yaml": POLICY.replace("[service]", f"[service, {key}]"), "service.yaml": SERVICE}, FRAMEWORKS)
    said = [each for each in raised.value.problems if "already names something else" in each.message]
    assert [each.where for each in said] == [f"policy.yaml:{line_of(POLICY, 'dimensions:')}"]


@pytest.mark.parametrize(
    ("older", "newer"), [("1", "2"), ("1.9", "1.10"), ("2", "10"), ("1", "1.0.1"), ("1.2", "1.10.0")]
)
def test_versions_are_compared_number_by_number(older: str, newer: str) -> None:
    assert version_number(older) < version_number(newer)


def test_a_zero_at_its_end_makes_no_other_version() -> None:
    assert version_number("1") == version_number("1.0") == version_number("1.0.0")


def test_a_dimension_without_its_file_is_refused() -> None:
    with pytest.raises(Unreadable) as raised:
        parse({"policy.yaml": POLICY}, FRAMEWORKS)
    assert "service.yaml" in str(raised.value.problems[0])


def test_a_file_without_its_dimension_is_refused() -> None:
    with pytest.raises(Unreadable) as raised:
        parse({"policy.yaml": POLICY, "service.yaml": SERVICE, "extra.yaml": SERVICE}, FRAMEWORKS)
    assert [each.where for each in raised.value.problems] == ["extra.yaml"]


def test_a_file_under_another_name_than_its_dimension_is_refused() -> None:
    assert any("'service'" in each.message for each in refused(service=SERVICE.replace("key: service", "key: servant")))


def test_without_a_policy_it_is_no_catalogue() -> None:
    with pytest.raises(Unreadable) as raised:
        parse({"service.yaml": SERVICE}, FRAMEWORKS)
    assert raised.value.problems[0].where == "policy.yaml"


@pytest.mark.parametrize("text", ["", "[]", "a word", "1", "null", "? [a]\n: b", "a: 1\n---\nb: 2", "\x00"])
def test_what_is_no_dimension_is_refused(text: str) -> None:
    assert refused(service=text)


def test_every_problem_is_told_at_once() -> None:
    bad = SERVICE.replace("MAP 1.1", "MAP 8.8").replace("MAP 1.2", "MAP 9.9").replace("{2: a, 3: b, 4: c}", "{2: a}")
    assert len(refused(service=bad)) == 3
