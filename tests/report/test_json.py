"""The score and the report as plain values."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from app import library
from app.readiness.assessment import Assessment
from app.readiness.fragility import fragility
from app.readiness.path import NoPath, path_to
from app.readiness.score import Score, score
from app.report.model import Report
from app.report.write.json import report_as_json, score_as_json
from tests import make
from tests.report.conftest import TODAY


@pytest.fixture(scope="module")
def scored(assessment: Assessment) -> Score:
    return score(library.catalogue(), assessment, TODAY)


def test_the_score_has_the_fields_of_the_contract(scored: Score) -> None:
    plain = score_as_json(scored)
    assert list(plain) == [
        "as_of",
        "verdict",
        "tier",
        "claimed",
        "proven",
        "coverage",
        "claimed_range",
        "lapses_on",
        "dimensions",
        "gates",
        "questions",
        "reasons",
        "fragility",
        "path_to_go",
    ]
    assert plain["as_of"] == "2026-11-20"
    assert plain["fragility"] is None
    assert plain["path_to_go"] is None
    assert json.loads(json.dumps(plain)) == plain


def test_every_question_and_every_gate_is_listed(scored: Score) -> None:
    plain = score_as_json(scored)
    assert [each["key"] for each in plain["questions"]] == list(library.catalogue().questions)
    assert [each["key"] for each in plain["gates"]] == [each.key for each, _ in library.catalogue().gates]
    assert set(plain["questions"][0]) == {
        "key",
        "dimension",
        "applicable",
        "claimed",
        "proven",
        "contradicted",
        "evidence",
    }


def test_what_does_not_apply_shows_no_levels_and_no_evidence(scored: Score) -> None:
    away = [each for each in score_as_json(scored)["questions"] if not each["applicable"]]
    assert away
    for each in away:
        assert (each["claimed"], each["proven"], each["contradicted"], each["evidence"]) == (None, None, False, [])


def test_evidence_stands_in_the_order_of_the_document(scored: Score) -> None:
    plain = {each["key"]: each for each in score_as_json(scored)["questions"]}
    for key, each in scored.questions.items():
        if each.applicable:
            grades = [str(item.declared_grade) for item in each.answer.evidence]
            assert [item["grade"] for item in plain[key]["evidence"]] == grades
            assert all(
                set(item) == {"grade", "effective_grade", "supports", "against"} for item in plain[key]["evidence"]
            )


def test_reasons_are_text_and_detail(scored: Score) -> None:
    reasons = scored.decision.reasons
    assert score_as_json(scored)["reasons"] == [f"{each.text} {each.detail}" for each in reasons]


THREE = make.catalogue(make.dimension("one", make.question("a"), make.question("b"), make.question("c")))


def _scored(*levels: int | None) -> Score:
    answers = {f"one.{key}": make.answer(level) for key, level in zip("abc", levels, strict=True)}
    return score(THREE, make.assessment(answers), make.TODAY)


def test_percentages_are_cut_to_one_decimal_and_shares_to_four() -> None:
    plain = score_as_json(_scored(4, 4, None))
    assert plain["coverage"] == 0.6666
    assert (plain["claimed"], plain["proven"]) == (100.0, 16.6)
    assert plain["claimed_range"] == [66.6, 100.0]
    assert plain["dimensions"] == [{"key": "one", "claimed": 100.0, "proven": 16.6, "coverage": 0.6666}]


def test_the_range_is_null_where_everything_is_answered() -> None:
    plain = score_as_json(_scored(4, 3, 3))
    assert plain["coverage"] == 1
    assert plain["claimed_range"] is None
    assert plain["claimed"] == 83.3


def test_what_is_not_known_is_null_and_never_nothing() -> None:
    plain = score_as_json(_scored(None, None, None))
    assert (plain["claimed"], plain["proven"], plain["coverage"]) == (None, None, 0)
    assert plain["dimensions"][0]["claimed"] is None
    assert {each["claimed"] for each in plain["questions"]} == {None}


def test_a_contradicted_answer_says_so() -> None:
    item = make.artefact(make.MEASURED, 0, make.finding(against=1))
    plain = score_as_json(score(THREE, make.assessment({"one.a": make.answer(3, item)}), make.TODAY))
    assert plain["questions"][0]["contradicted"] is True
    assert plain["questions"][0]["evidence"][0]["against"] == 1


def test_the_report_is_all_there_as_plain_values(report: Report) -> None:
    plain = report_as_json(report)
    assert plain["format"] == "readyroom.report/1"
    assert set(plain) == {"format", *Report.__dataclass_fields__}
    assert json.loads(json.dumps(plain)) == plain
    assert plain["as_of"] == "2026-11-20"
    assert plain["go_live"] == "2027-03-01"
    assert plain["claimed"] == float(report.claimed or 0)
    assert plain["bar"] == {
        "tier": "high stakes",
        "because": list(report.bar.because),
        "go": 70,
        "floor": 50,
        "no_go": 40,
    }
    assert len(plain["register"]) == len(report.register or ())
    assert plain["dimensions"][0]["questions"][0]["key"] == report.dimensions[0].questions[0].key


def test_a_threshold_with_a_fraction_keeps_it(report: Report) -> None:
    assert report_as_json(replace(report, bar=replace(report.bar, go=Decimal("62.5"))))["bar"]["go"] == 62.5


def test_the_summary_has_no_register(report: Report) -> None:
    plain = report_as_json(report.summary())
    assert plain["register"] is None
    assert plain["not_applicable"] == []
    assert {len(each["questions"]) for each in plain["dimensions"]} == {0}


def test_the_score_says_what_its_verdict_hangs_on_and_the_path_to_go() -> None:
    said = make.assessment({"one.a": make.answer(4, make.evidence(make.MEASURED, confirmed_by=None))})
    scored = score(THREE, said, make.TODAY)
    plain = score_as_json(scored, fragility(THREE, said, scored), path_to(THREE, said, make.TODAY))
    assert plain["fragility"] is None
    steps = plain["path_to_go"]["steps"]
    assert plain["path_to_go"]["effort_days"] == sum(each["effort_days"] for each in steps) == pytest.approx(4.1)
    assert steps[0] == {
        "kind": "items",
        "question": "one.a",
        "title": "A",
        "from": 2,
        "to": 4,
        "effort_days": 0.1,
        "confirm": True,
    }
    assert json.loads(json.dumps(plain)) == plain


def test_no_path_is_written_as_none() -> None:
    said = make.assessment({})
    blocked = path_to(THREE, said, make.TODAY, without=[f"level:{key}" for key in THREE.questions])
    assert isinstance(blocked, NoPath)
    assert score_as_json(score(THREE, said, make.TODAY), None, blocked)["path_to_go"] is None
