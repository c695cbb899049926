"""The demo tells its stories: each verdict, and how it came about, on whatever day the demo is loaded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from app import demo as demo_package
from app import library
from app.demo import ORGANISATION, load
from app.readiness.difference import difference
from app.readiness.explain import proves_now
from app.readiness.fragility import fragility
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.milestone import Sealed
from app.readiness.outlook import outlook
from app.readiness.path import Path as PathToGo
from app.readiness.path import path_to
from app.readiness.restated import turned
from app.readiness.score import Score, score
from app.readiness.stop import stop_reason
from app.readiness.trend import Cause, Side, compare
from app.readiness.verdict import Verdict
from app.records import assessments, milestones, people, pilots, portfolio, scenarios, sign_in
from app.records.caller import Caller
from app.records.database import Database
from app.records.kept import Kept
from app.web.sealed import opened

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PILOTS = Path(demo_package.__file__).parent / "pilots"
YEARS_LATER = datetime(2031, 3, 1, 0, 30, tzinfo=UTC)  # the day after February: ages are counted over it

CLAIMS, CALLS, CODE = "Claims letter drafting", "Customer call notes", "Code assistant"
MINUTES, MOTOR, POLICY = "Meeting minutes", "Motor damage triage", "Policy wording search"
UNDERWRITING = "Underwriting summaries"
GO, CONDITIONAL, NO_GO, NOT_ASSESSED = Verdict.GO, Verdict.CONDITIONAL, Verdict.NO_GO, Verdict.NOT_ASSESSED


@dataclass(frozen=True)
class Demo:
    """The demo, loaded at a moment, as its owner sees it."""

    database: Database
    caller: Caller
    at: datetime

    @property
    def lines(self) -> Mapping[str, portfolio.Line]:
        with self.database.reading() as db:
            return {each.name: each for each in portfolio.portfolio(db, self.caller, self.at.date())}

    def kept(self, pilot: str) -> Kept:
        assessment = self.lines[pilot].assessment
        assert assessment is not None
        return self.read(assessment)

    def read(self, assessment: UUID) -> Kept:
        with self.database.reading() as db:
            return assessments.read(db, self.caller, assessment)

    def score(self, pilot: str) -> Score:
        kept = self.kept(pilot)
        return score(kept.catalogue, kept.assessment, self.at.date())

    def sealed(self, pilot: str) -> tuple[Sealed, ...]:
        with self.database.reading() as db:
            return milestones.list_for(db, self.caller, self.kept(pilot).id)

    def sides(self, pilot: str) -> tuple[Side, ...]:
        """Each milestone of a pilot, and where it stands today."""
        kept, sides = self.kept(pilot), []
        with self.database.reading() as db:
            for each in milestones.list_for(db, self.caller, kept.id):
                milestone = opened(milestones.find(db, self.caller, UUID(each.id)))
                sides.append(Side(milestone.catalogue, milestone.assessment, each.as_of))
        return (*sides, Side(kept.catalogue, kept.assessment, self.at.date()))

    def biggest_causes(self, pilot: str) -> list[Cause | None]:
        """What moved the proven score most from each milestone to the next, and from the last to today."""
        sides = self.sides(pilot)
        parts = [compare(old, new).parts for old, new in pairwise(sides)]
        biggest = [max(each, key=lambda part: abs(part.exact)) for each in parts]
        return [each.cause if each.exact else None for each in biggest]

    def stop_reason(self, pilot: str) -> str | None:
        kept, today = self.kept(pilot), self.at.date()
        path = path_to(kept.catalogue, kept.assessment, today)
        days = path.effort_days if isinstance(path, PathToGo) else None
        return stop_reason(kept.assessment.pilot.profile, self.score(pilot).decision.verdict, days, today)


def loaded(file: Path, at: datetime, tell: Callable[[str], None] = lambda _: None) -> Demo:
    database = Database(f"sqlite:///{file}", library.catalogue)
    database.migrate()
    assert load(database, at, tell)
    with database.reading() as db:
        account = people.account_with(db, "astrid@fjordhaven.example")
        assert account is not None
        return Demo(database, sign_in.caller_of_account(db, account.id), at)


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What was told while the demo was loaded."""
    return []


@pytest.fixture(scope="module")
def demo(told: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = loaded(tmp_path_factory.mktemp("demo") / "readyroom.db", AT, told.append)
    yield made
    made.database.close()


# ---- all of them


def test_each_pilot_stands_where_its_story_leads(demo: Demo) -> None:
    assert {name: line.figures and line.figures.verdict for name, line in demo.lines.items()} == {
        POLICY: GO,
        CALLS: CONDITIONAL,
        CLAIMS: CONDITIONAL,
        UNDERWRITING: NO_GO,
        MOTOR: NO_GO,
        CODE: NOT_ASSESSED,
        MINUTES: GO,
    }


def test_the_figures_are_those_of_the_day_of_loading(demo: Demo) -> None:
    assert not [line.name for line in demo.lines.values() if line.lapsed]
    for name, line in demo.lines.items():
        assert line.figures
        assert line.figures.scored_on == AT.date()
        assert line.figures.proven == demo.score(name).proven


def test_the_stories_are_the_same_on_whatever_day_the_demo_is_loaded(demo: Demo, tmp_path: Path) -> None:
    later = loaded(tmp_path / "later.db", YEARS_LATER)
    for name, line in demo.lines.items():
        then = later.lines[name].figures
        assert line.figures
        assert then
        assert (then.verdict, then.proven, then.claimed) == (
            line.figures.verdict,
            line.figures.proven,
            line.figures.claimed,
        )
    assert [each.verdict for each in later.sealed(POLICY)] == [each.verdict for each in demo.sealed(POLICY)]
    later.database.close()


def test_it_is_replayed_month_by_month_up_to_the_day_of_loading(demo: Demo, told: list[str]) -> None:
    months = [datetime.strptime(each, "%B %Y").replace(tzinfo=UTC) for each in told]
    assert months == sorted(set(months))
    assert told[-1] == "November 2026"
    ages = {AT.date() - each.as_of for name in demo.lines for each in demo.sealed(name)}
    assert max(ages) > timedelta(days=180)


def test_nothing_is_loaded_over_an_organisation_that_is_there(demo: Demo) -> None:
    before = demo.lines
    assert not load(demo.database, AT)
    assert demo.lines == before
    assert demo.caller.organisation_name == ORGANISATION


def test_the_money_is_stated_where_it_is_known(demo: Demo) -> None:
    stated = {name: (line.monthly_budget, line.monthly_value) for name, line in demo.lines.items()}
    assert stated.pop(CODE) == ("6000", None)
    assert all(budget and value for budget, value in stated.values())


# ---- from No-go to Go


def test_policy_wording_search_went_from_no_go_to_go_in_four_milestones(demo: Demo) -> None:
    sealed = demo.sealed(POLICY)
    assert [each.verdict for each in sealed] == [NO_GO, NO_GO, CONDITIONAL, GO]
    proven = [each.proven for each in sealed]
    assert None not in proven
    assert proven == sorted(proven, key=lambda each: each or 0)


def test_each_step_of_policy_wording_search_has_its_own_cause(demo: Demo) -> None:
    assert demo.biggest_causes(POLICY)[:3] == ["answers", "items added", "items confirmed"]


def test_the_go_of_policy_wording_search_hangs_on_the_night_shift_alone(demo: Demo) -> None:
    kept = demo.kept(POLICY)
    hangs = fragility(kept.catalogue, kept.assessment, demo.score(POLICY))
    assert hangs is not None
    assert [each.question for each in hangs.hinges] == ["operations.kill-switch"]
    assert hangs.hinges[0].declared_by == "Astrid Lindqvist"
    assert not hangs.others


# ---- fell back


def test_customer_call_notes_was_a_go_and_fell_back(demo: Demo) -> None:
    assert [each.verdict for each in demo.sealed(CALLS)] == [CONDITIONAL, GO, GO, CONDITIONAL]


def test_customer_call_notes_fell_back_by_a_change_and_by_time_and_by_nothing_else(demo: Demo) -> None:
    assert demo.biggest_causes(CALLS) == ["items confirmed", None, "changes", "time"]
    since_go = compare(demo.sides(CALLS)[1], demo.sides(CALLS)[-1])
    assert {each.cause for each in since_go.parts if each.exact} == {"changes", "time"}
    assert all(each.exact <= 0 for each in since_go.parts)
    stale = {each.key for each in since_go.questions if "time" in each.causes}
    assert {"infrastructure.capacity-proven", "model.red-teaming"} <= stale


def test_customer_call_notes_asks_for_a_new_look_since_the_model_changed(demo: Demo) -> None:
    figures = demo.lines[CALLS].figures
    assert figures
    assert figures.waiting_review > 50


def test_the_forecast_of_customer_call_notes_says_what_goes_stale_next(demo: Demo) -> None:
    kept = demo.kept(CALLS)
    forecast = outlook(kept.catalogue, kept.assessment, AT.date()).forecast
    soon = [each for each in forecast if each.on <= AT.date() + timedelta(days=21)]
    assert soon
    assert any("Stopping the service at any hour" in each.loses for each in soon)


# ---- accepted knowingly


def test_claims_letters_has_a_contradicted_answer_that_an_exception_covers_at_a_cost(demo: Demo) -> None:
    scored, kept = demo.score(CLAIMS), demo.kept(CLAIMS)
    contradicted = [key for key, each in scored.questions.items() if each.proof.contradicted]
    assert contradicted == ["infrastructure.capacity-proven"]
    states = {gate.question.key: gate.state for gate in scored.gates}
    assert states["infrastructure.capacity-proven"] is GateState.EXCEPTED
    ended, holds = sorted(kept.assessment.exceptions, key=lambda each: each.until)
    assert (ended.holds_on(AT.date()), ended.until < AT.date()) == (False, True)
    assert holds.holds_on(AT.date())
    assert holds.cost


def test_claims_letters_has_trade_offs_on_record_of_which_one_has_ended(demo: Demo) -> None:
    trade_offs = demo.kept(CLAIMS).assessment.trade_offs
    assert sorted(each.state_on(AT.date()) for each in trade_offs) == ["ended", "holds"]
    assert all(each.cost for each in trade_offs)


def test_some_of_claims_letters_is_looked_at_again_after_the_new_model_and_some_is_not(demo: Demo) -> None:
    scored = demo.score(CLAIMS)
    waiting = {each.dimension.key for each in scored.questions.values() if each.proof.awaiting_review}
    assert "security" in waiting
    assert "model" not in waiting


# ---- restated


def test_underwriting_was_restated_and_the_gate_that_this_turned_is_named(demo: Demo) -> None:
    kept = demo.kept(UNDERWRITING)
    (gate,) = turned(kept.catalogue, kept.assessment, AT.date(), kept.restatements, kept.first_attached)
    assert gate.gate == "security.encryption-in-use"
    assert (gate.before, gate.after) == (GateState.NOT_APPLICABLE, GateState.FAILED)
    assert "Who uses it" in gate.fields
    assert demo.biggest_causes(UNDERWRITING) == ["profile and needs"]
    assert not kept.assessment.pilot.confirmed


# ---- the stop list


def test_two_pilots_are_on_the_stop_list_each_for_its_own_reason(demo: Demo) -> None:
    reasons = {name: demo.stop_reason(name) for name in demo.lines}
    stopped = {name: reason for name, reason in reasons.items() if reason}
    assert stopped.keys() == {MOTOR, CODE}
    assert stopped[MOTOR].startswith("It was to be a Go by 2026-10-30")
    assert "45 are left for it" in stopped[CODE]


# ---- the short catalogue


def test_meeting_minutes_answers_the_short_catalogue_of_which_there_is_a_newer_version(demo: Demo) -> None:
    kept = demo.kept(MINUTES)
    assert (kept.catalogue.id, kept.catalogue.version) == ("genai-first-look", "1")
    assert [each.verdict for each in demo.sealed(MINUTES)] == [NO_GO, GO]
    newest = library.newest(kept.catalogue.id)
    assert newest.version == "2"
    told = difference(kept.catalogue, newest)
    assert [each.key for each in told.added] == ["service.after-a-mishap"]


def test_the_code_assistants_first_look_took_up_the_newer_version_which_asks_again(demo: Demo) -> None:
    with demo.database.reading() as db:
        found = pilots.find(db, demo.caller, demo.lines[CODE].pilot)
    whole, first_look = found.assessments
    assert (whole.catalogue.id, first_look.catalogue.id) == ("genai-production", "genai-first-look")
    assert first_look.catalogue.version == "2"
    kept = demo.read(first_look.id)
    assert kept.asks_again
    assert "money-and-value.problem-stated" in kept.dropped


# ---- files that the pilots' own tools wrote


def test_artefacts_of_the_demo_prove_contradict_and_have_gone_stale(demo: Demo) -> None:
    proves = demo.score(POLICY).questions["infrastructure.capacity-proven"]
    contradicts = demo.score(CLAIMS).questions["infrastructure.capacity-proven"]
    stale = demo.score(CALLS).questions["infrastructure.capacity-proven"]
    read = [
        next(each for each in asked.proof.items if each.item.kind == "artefact")
        for asked in (proves, contradicts, stale)
    ]
    assert [(each.supports, each.against) for each in read] == [(4, None), (None, 2), (3, None)]
    assert [str(each.effective) for each in read] == ["measured", "demonstrated", "asserted"]
    assert proves_now(contradicts) == (
        "Proves level 2: Time to the first word, p95 is 2,340 ms at concurrency 260, "
        "above 1,500 ms (“Time to the first word, 95 in 100”)."
    )


def test_the_gates_of_the_go_rest_on_read_grades_where_there_are_artefacts(demo: Demo) -> None:
    kept = demo.kept(POLICY)
    kinds = {
        key: [item.kind for item in answer.evidence]
        for key, answer in kept.assessment.answers.items()
        if any(item.kind == "artefact" for item in answer.evidence)
    }
    assert kinds.keys() == {
        "infrastructure.capacity-proven", "model.licence-terms", "model.evaluation", "cost.budget-ceiling",
    }  # fmt: skip
    assert all(
        item.read_grade for key in kinds for item in kept.assessment.answers[key].evidence if item.kind == "artefact"
    )


def test_no_sentence_of_the_stories_is_cut_at_a_comma(demo: Demo) -> None:
    """A comma in a text without quotes would begin another field, with a name of words and nothing in it."""
    (first, _) = demo.kept(CLAIMS).assessment.exceptions
    assert first.reason == "Trial letters only, with made-up diagnoses, until the host has sealed memory."
    keys = {key for file in sorted(PILOTS.glob("*.yaml")) for key in keys_of(yaml.safe_load(file.read_text()))}
    assert [key for key in keys if " " in key] == []


def keys_of(described: Any) -> Iterator[str]:
    """Every key anywhere in a part of a history."""
    if isinstance(described, dict):
        yield from described
        described = list(described.values())
    for each in described if isinstance(described, list) else ():
        yield from keys_of(each)


def test_four_pilots_have_scenarios_and_some_of_them_are_evidence(demo: Demo) -> None:
    with demo.database.reading() as db:
        kept = {name: scenarios.list_for(db, demo.caller, demo.kept(name).pilot) for name in demo.lines}
    shown = {
        name: [(each.calculator, sorted({one.question for one in each.evidence})) for each in listed]
        for name, listed in kept.items()
        if listed
    }
    assert shown == {
        CLAIMS: [
            ("capacity", []),
            ("capacity", ["infrastructure.capacity-proven"]),
            ("tco", ["cost.ownership-comparison"]),
        ],
        POLICY: [("budget", ["cost.overrun-probability"])],
        CALLS: [("budget", []), ("budget", [])],
        CODE: [("productivity", [])],
    }


def test_what_was_calculated_with_four_accelerators_is_what_the_load_test_found(demo: Demo) -> None:
    """And with six it would do: that is why two more were ordered."""
    with demo.database.reading() as db:
        four, six, _ = scenarios.list_for(db, demo.caller, demo.kept(CLAIMS).pilot)
        whole = {each.name: scenarios.find(db, demo.caller, each.id) for each in (four, six)}
    assert [whole[each.name].result["meets_targets"] for each in (four, six)] == [False, True]
    assert "6 × H100" in four.sentence


def test_a_calculation_is_worth_a_document_and_no_more(demo: Demo) -> None:
    scored = demo.score(POLICY).questions["cost.overrun-probability"]
    (calculated,) = [each for each in scored.proof.items if each.item.kind == "calculation"]
    assert (calculated.supports, calculated.against, calculated.effective) == (3, None, Grade.DOCUMENTED)
