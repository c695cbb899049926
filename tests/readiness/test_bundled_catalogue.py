"""The catalogues that come with the product: complete, whole, and as the rules say."""

import re
from decimal import Decimal
from itertools import combinations

import pytest

from app import library
from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade
from app.readiness.thresholds import lowered
from tests.make import TIERS, profile

CATALOGUE = library.catalogue()
BUNDLED = [library.catalogue(*named) for named in library.available()]
FIRST_LOOK = library.catalogue("genai-first-look", "1"), library.catalogue("genai-first-look", "2")

each_bundled = pytest.mark.parametrize("given", BUNDLED, ids=lambda given: f"{given.id} version {given.version}")

# Every theme that the catalogue must ask about, and a question that asks it.
THEMES = {
    "accelerators for models above 100 billion parameters": "infrastructure.large-model-accelerators",
    "memory and interconnect": "infrastructure.memory-and-interconnect",
    "capacity proven under load with latency and throughput": "infrastructure.capacity-proven",
    "sustained performance under thermal load": "infrastructure.sustained-performance",
    "fleet audit and x86-only hosts": "infrastructure.fleet-audit",
    "containers built for the accelerator": "infrastructure.accelerator-containers",
    "hardware-specific optimisation and quantisation": "infrastructure.optimisation-and-quantisation",
    "distributed inference": "infrastructure.distributed-inference",
    "confidential inference, encryption in use": "security.encryption-in-use",
    "encryption in transit and at rest": "security.encryption-in-transit-and-at-rest",
    "placement across own and public cloud by latency threshold": "infrastructure.hybrid-placement",
    "vendor lock-in and a tested exit": "infrastructure.exit-tested",
    "self-hosted and air-gapped operation": "infrastructure.self-hosted-operation",
    "network and storage for training and serving": "infrastructure.network-and-storage",
    "data validation": "data.validation",
    "feature and retrieval pipelines": "data.retrieval-pipeline",
    "retraining latency": "operations.retraining-latency",
    "monitoring": "operations.monitoring",
    "drift": "operations.drift",
    "release": "operations.release",
    "rollback": "operations.rollback",
    "incident response": "operations.incident-response",
    "kill switch": "operations.kill-switch",
    "fine-tuning pipeline": "model.fine-tuning-pipeline",
    "evaluation": "model.evaluation",
    "red-teaming": "model.red-teaming",
    "model licences": "model.licence-terms",
    "training-data provenance": "model.training-data-provenance",
    "lawful basis": "compliance.lawful-basis",
    "minimisation": "data.minimisation",
    "data protection impact assessment": "compliance.impact-assessments",
    "rights": "compliance.notices-and-rights",
    "transfers": "compliance.transfers-and-residency",
    "federated learning": "data.federated-learning",
    "differential privacy": "data.differential-privacy",
    "edge bandwidth": "data.edge-bandwidth",
    "data sovereignty and residency": "data.residency",
    "EU AI Act duties by role and risk": "compliance.role-and-class",
    "EU AI Act high-risk duties": "compliance.high-risk-duties",
    "prohibited practices": "compliance.prohibited-practices",
    "transparency": "compliance.transparency",
    "human oversight": "people.oversight-competence",
    "logging": "compliance.event-records",
    "sector rules": "compliance.sector-rules",
    "management system": "governance.management-system",
    "ethics and harm to people": "governance.harm-to-people",
    "contestability": "governance.contestability",
    "API price": "cost.price-and-commitment",
    "budget ceiling with an alarm": "cost.budget-ceiling",
    "demand forecast": "cost.demand-forecast",
    "unit cost": "cost.unit-cost",
    "cost of ownership compared": "cost.ownership-comparison",
    "energy and cooling": "cost.energy-and-cooling",
    "people in the cost": "cost.staff-cost",
    "platform staffing": "people.platform-team",
    "workflow redesign": "people.workflow-redesign",
    "training of staff": "people.training-and-literacy",
    "baseline": "value.baseline",
    "measured productivity": "value.measured-productivity",
    "benefits register": "value.benefits-register",
    "staffing decisions only on measured gains": "people.staffing-on-measured-gains",
    "workforce consultation": "people.consultation",
    "owner and sponsor": "governance.owner-and-sponsor",
    "go/no-go authority": "governance.go-no-go-authority",
    "long-term roadmap": "value.roadmap",
}


@pytest.mark.parametrize("theme", THEMES)
def test_it_asks_about(theme: str) -> None:
    assert THEMES[theme] in CATALOGUE.questions


def test_its_size() -> None:
    assert len(CATALOGUE.dimensions) == 10
    assert 100 <= len(CATALOGUE.questions) <= 120


def test_it_is_the_default() -> None:
    assert (CATALOGUE.id, CATALOGUE.version) == ("genai-production", "1")
    assert (CATALOGUE.id, CATALOGUE.version) in library.available()


def test_their_folders_say_what_they_are() -> None:
    assert [(each.id, each.version) for each in BUNDLED] == list(library.available())


def test_a_first_look_takes_about_twenty_five_questions_in_five_dimensions() -> None:
    for given in FIRST_LOOK:
        assert len(given.dimensions) == 5
        assert 23 <= len(given.questions) <= 27
        assert 5 <= len(given.gates) <= 7


def test_a_first_look_shares_no_key_with_the_long_catalogue() -> None:
    for given in FIRST_LOOK:
        assert not {each.key for each in given.dimensions} & {each.key for each in CATALOGUE.dimensions}
        assert not {key.partition(".")[2] for key in given.questions} & {
            key.partition(".")[2] for key in CATALOGUE.questions
        }


def test_a_first_look_has_words_of_its_own() -> None:
    """No sentence of eight words or more stands in both catalogues."""
    for given in FIRST_LOOK:
        assert not _sentences(given) & _sentences(CATALOGUE)


def _sentences(given: Catalogue) -> set[str]:
    said = [
        words
        for each in given.questions.values()
        for words in (each.text, each.why, *each.levels, *each.proof.values())
    ]
    return {part for words in said for part in re.split(r"(?<=[.?!]) ", words) if len(part.split()) >= 8}


def test_the_second_first_look_differs_from_the_first_and_says_so() -> None:
    first, second = FIRST_LOOK
    assert len(second.questions.keys() - first.questions.keys()) == 1
    assert len(first.questions.keys() - second.questions.keys()) == 1
    assert "Since version 1" in second.policy.about


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(BUNDLED, 2)), ids=lambda given: f"{given.id} {given.version}"
)
def test_a_need_means_the_same_in_every_catalogue(one: Catalogue, other: Catalogue) -> None:
    """A pilot states it once, and every catalogue that has it reads the same figure."""
    for key in one.needs.keys() & other.needs.keys():
        mine, theirs = one.needs[key], other.needs[key]
        assert (mine.kind, mine.unit, mine.title) == (theirs.kind, theirs.unit, theirs.title)


@each_bundled
def test_it_asks_for_the_figures_that_the_portfolio_shows(given: Catalogue) -> None:
    assert {"monthly_budget", "monthly_value", "currency", "users"} <= given.needs.keys()


@each_bundled
def test_it_asks_for_no_less_than_the_first(given: Catalogue) -> None:
    assert list(lowered(CATALOGUE.policy, given.policy)) == []


@pytest.mark.parametrize("framework", ["owasp-llm-2025", "owasp-llm-2026"])
def test_every_risk_of_owasp_is_touched(framework: str) -> None:
    touched = {item for each in CATALOGUE.questions.values() for item in each.references.get(framework, ())}
    assert touched == set(CATALOGUE.frameworks[framework].items)


@pytest.mark.parametrize("function", ["GOVERN", "MAP", "MEASURE", "MANAGE"])
def test_every_function_of_the_nist_framework_is_touched(function: str) -> None:
    assert any(
        item.startswith(function)
        for each in CATALOGUE.questions.values()
        for item in each.references.get("nist-ai-rmf", ())
    )


def test_every_risk_of_the_generative_ai_profile_is_touched() -> None:
    touched = {item for each in CATALOGUE.questions.values() for item in each.references.get("nist-ai-600-1", ())}
    assert set(CATALOGUE.frameworks["nist-ai-600-1"].items) <= touched


@each_bundled
def test_a_question_has_five_anchors_that_differ(given: Catalogue) -> None:
    assert [key for key, each in given.questions.items() if len(set(each.levels)) != 5] == []


@pytest.mark.parametrize(
    ("key", "exception"),
    [
        pytest.param("security.encryption-in-use", True, id="encryption at inference time is a gate"),
        pytest.param("security.encryption-in-transit-and-at-rest", True, id="encryption in transit and at rest is one"),
        pytest.param("model.training-data-provenance", True, id="provenance is a gate"),
        pytest.param("model.licence-terms", True, id="licences are a gate"),
        pytest.param("compliance.prohibited-practices", False, id="no exception covers a prohibited practice"),
        pytest.param("people.staffing-on-measured-gains", False, id="staffing decisions are a gate"),
        pytest.param("operations.kill-switch", False, id="the kill switch is a gate"),
        pytest.param("governance.go-no-go-authority", False, id="somebody must be entitled to decide"),
    ],
)
def test_a_gate(key: str, exception: bool) -> None:
    gate = CATALOGUE.questions[key].gate
    assert gate is not None
    assert gate.exception is exception


def test_the_staffing_gate_stands_only_where_staffing_decisions_are_planned() -> None:
    when = CATALOGUE.questions["people.staffing-on-measured-gains"].when
    assert when is not None
    assert when.holds(profile(staffing_planned=True))
    assert when.holds(profile(staffing_planned=None))
    assert not when.holds(profile(staffing_planned=False))


@each_bundled
def test_its_policy_is_that_of_the_rules(given: Catalogue) -> None:
    policy = given.policy
    assert (policy.coverage, policy.not_applicable_share) == (Decimal("0.8"), Decimal("0.15"))
    assert policy.exception_days == 180
    assert policy.shelf_life_days == {Grade.DOCUMENTED: 365, Grade.DEMONSTRATED: 180, Grade.MEASURED: 90}


@each_bundled
@pytest.mark.parametrize("index", [0, 1, 2], ids=["high", "low", "ordinary"])
def test_its_tiers_are_those_of_the_rules(given: Catalogue, index: int) -> None:
    tier, rule = given.policy.tiers[index], TIERS[index]
    assert (tier.key, tier.blank, str(tier.when)) == (rule.key, rule.blank, str(rule.when))
    assert (tier.go, tier.floor, tier.no_go) == (rule.go, rule.floor, rule.no_go)


@each_bundled
def test_every_need_and_owner_is_used(given: Catalogue) -> None:
    used = {need for each in given.questions.values() for need in each.needs}
    owners = {each.owner for each in given.questions.values()}
    assert set(given.policy.owners) == owners
    assert set(given.needs) - used <= {"currency"}
