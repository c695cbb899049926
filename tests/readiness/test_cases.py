"""Whole assessments on the catalogue that comes with the product, each with the verdict it must get by the rules.

A case says `everywhere` what each question is answered with, and what is different (`but`): one question, or with
`dimension.*` a dimension; the more exact word counts. Ann says and attaches, Ben confirms, and the needs are written
down, unless it is said otherwise.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import library
from app.readiness.score import Score, score
from app.readiness.verdict import cut
from tests.make import TODAY

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))


def read(path: Path) -> dict[str, Any]:
    """A case as it is written."""
    case: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    needs = {need.key: need.example for need in library.catalogue().policy.needs}
    return {"as_of": TODAY, "confirmed": True, "but": {}, "changes": [], "exceptions": [], "needs": needs} | case


def written_out(case: dict[str, Any]) -> str:
    """The case as an assessment document."""
    as_of: date = case["as_of"]
    catalogue = library.catalogue()
    for key in case["but"]:
        assert key.endswith(".*") or key in catalogue.questions, key
    answers = {}
    for key, dimension in catalogue.dimension_of.items():
        said = case["but"].get(key) or case["but"].get(f"{dimension.key}.*") or case["everywhere"]
        answers[key] = _answer(said, as_of)
    plain = {
        "format": "readyroom.assessment/1",
        "catalogue": {"id": catalogue.id, "version": catalogue.version},
        "pilot": {
            "name": case["title"],
            "profile": case["profile"],
            "needs": case["needs"],
            "stated_by": "Ann",
            "confirmed_by": "Ben" if case["confirmed"] else None,
        },
        "changes": [{"kind": each["kind"], "on": as_of - timedelta(days=each["days_ago"])} for each in case["changes"]],
        "answers": answers,
        "exceptions": [_exception(each, as_of) for each in case["exceptions"]],
    }
    return json.dumps(plain, default=date.isoformat)


def _answer(said: dict[str, Any], as_of: date) -> dict[str, Any]:
    answer = dict(said)
    answer["evidence"] = [_item(each, as_of) for each in said.get("evidence", [])]
    if "reviewed_days_ago" in answer:
        answer["reviewed_on"] = as_of - timedelta(days=answer.pop("reviewed_days_ago"))
    return answer


def _item(said: dict[str, Any], as_of: date) -> dict[str, Any]:
    item = {"kind": "document", "attached_by": "Ann", "confirmed_by": "Ben"} | said
    item["observed_on"] = as_of - timedelta(days=item.pop("days_old"))
    return item


def _exception(said: dict[str, Any], as_of: date) -> dict[str, Any]:
    exception = {"asked_by": "Ann", "accepted_by": "Ben", "reason": "accepted until it is mended"} | said
    if "begins" in exception:
        exception["from"] = as_of - timedelta(days=exception.pop("begins"))
        exception["until"] = as_of + timedelta(days=exception.pop("lasts_another"))
    return exception


def outcome(found: Score, expected: dict[str, Any]) -> dict[str, Any]:
    """Of a score, what a case expects something of, in the case's own form."""
    first = found.decision.reasons[0]
    questions = {
        key: {name: getattr(found.questions[key], name, None) for name in names if name != "contradicted"}
        | ({"contradicted": found.questions[key].proof.contradicted} if "contradicted" in names else {})
        for key, names in expected.get("questions", {}).items()
    }
    states = {each.key: each.state.value for each in found.gates}
    whole: dict[str, Any] = {
        "verdict": found.decision.verdict.value,
        "tier": found.tier.tier.key,
        "claimed": found.claimed and float(cut(found.claimed)),
        "proven": found.proven and float(cut(found.proven)),
        "coverage": found.coverage and float(found.coverage),
        "gates": {key: states[key] for key in expected.get("gates", {})},
        "questions": questions,
        "because": {name: getattr(first, name) for name in expected.get("because", {})},
    }
    return {name: whole[name] for name in expected}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_is_decided_as_the_rules_say(path: Path) -> None:
    case = read(path)
    catalogue, assessment = library.assessment_of(written_out(case))
    assert outcome(score(catalogue, assessment, case["as_of"]), case["expect"]) == case["expect"]


def test_there_are_cases_for_every_verdict_and_each_says_why() -> None:
    cases = [read(path) for path in CASES]
    assert {case["expect"]["verdict"] for case in cases} == {"go", "conditional", "no-go", "not-assessed"}
    assert all(case["why"] and case["title"] for case in cases)
    assert len(cases) >= 16
