"""Scenarios: what calculators came to, kept with a pilot, versioned, compared, and shown as evidence."""

import json
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest

from app.calculators import plain
from app.errors import Changed, Conflict, NotAllowed, NotFound, Refused, Unreadable, VersionNeeded
from app.readiness.canonical import canonical, sha256_of
from app.readiness.grade import Grade
from app.records import attachments, audit, scenarios
from app.records.calculations import MAIN_FIGURES, work_out
from app.records.caller import Caller
from app.records.scenarios import Listed, Scenario
from tests.calculators.given import GIVEN
from tests.records.conftest import NOON, House

LATER = NOON + timedelta(days=3)
NODES = {"nodes": [{"name": "Porto", "uplink_mbit_s": 10, "downlink_mbit_s": 50}], "update_bytes": 1_000_000_000}


def kept(house: House, name: str = "Two sites", *, pilot: UUID | None = None, **inputs: Any) -> UUID:
    """A calculation of Ann's, kept with a pilot."""
    pilot, worked = pilot or house.pilot(), work_out("federated", NODES | inputs)
    with house.database.writing() as db:
        return scenarios.add(db, house.ann, pilot, name, worked, at=NOON)


def found(house: House, scenario: UUID, by: Caller | None = None) -> Scenario:
    with house.database.reading() as db:
        return scenarios.find(db, by or house.ann, scenario)


def listed(house: House, pilot: UUID) -> tuple[Listed, ...]:
    with house.database.reading() as db:
        return scenarios.list_for(db, house.ann, pilot)


def saved(house: House, scenario: UUID, *, seen: int | None = 1, by: Caller | None = None, **inputs: Any) -> int:
    worked = work_out("federated", NODES | inputs)
    with house.database.writing() as db:
        return scenarios.save(db, by or house.ben, scenario, worked, seen=seen, at=LATER)


def attached(house: House, scenario: UUID, assessment: UUID, question: str = "security.logs", **said: Any) -> UUID:
    with house.database.writing() as db:
        usual: dict[str, Any] = {"caller": house.ann, "at": LATER}
        return scenarios.attach(db, scenario=scenario, assessment=assessment, question=question, **(usual | said))


@pytest.mark.parametrize("name", GIVEN)
def test_every_calculator_gives_the_same_again_once_it_is_kept(house: House, name: str) -> None:
    worked, pilot = work_out(name, GIVEN[name]), house.pilot()
    with house.database.writing() as db:
        id = scenarios.add(db, house.ann, pilot, "First", worked, at=NOON)

    scenario = found(house, id)

    told = worked.output.told()
    assert scenario.output == worked.output
    assert work_out(name, scenario.inputs).output == worked.output
    assert scenario.findings == worked.output.findings()
    assert (scenario.sentence, scenario.figures) == (told.sentence, told.figures[:MAIN_FIGURES])
    assert (scenario.calculator, scenario.name, scenario.version, scenario.by) == (name, "First", 1, "Ann")
    content = {"calculator": name, "inputs": scenario.inputs, "result": plain(worked.output)}
    assert scenario.sha256 == sha256_of(canonical(content))


def test_inputs_that_are_impossible_are_refused_before_anything_is_kept() -> None:
    with pytest.raises(Unreadable) as refused:
        work_out("federated", NODES | {"rounds": -1})
    assert [each.where for each in refused.value.problems] == ["rounds"]
    with pytest.raises(NotFound):
        work_out("alchemy", {})


def test_whole_numbers_beyond_what_readers_of_json_agree_on_are_kept_as_near_as_they_come(house: House) -> None:
    id = kept(house, update_bytes=10**15, rounds=10_000)
    scenario = found(house, id)
    assert scenario.result["bytes_in_all"] == float(2 * 10**19)
    assert scenario.output is not None


def test_a_result_that_an_older_program_kept_otherwise_is_read_without_it(house: House) -> None:
    id = kept(house)
    scenario = found(house, id)
    older = Scenario(**{each: getattr(scenario, each) for each in _FIELDS} | {"result": {"terms": [], "sum": 3}})
    assert older.output is None


_FIELDS = (*Listed.__dataclass_fields__, "pilot_name", "inputs", "result", "findings", "product", "sha256")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 121, "\u202e"])
def test_a_scenario_has_a_name_of_one_line(house: House, name: str) -> None:
    with pytest.raises(Refused):
        kept(house, name)


def test_of_two_scenarios_of_a_pilot_each_has_a_name_of_its_own(house: House) -> None:
    pilot = house.pilot()
    kept(house, "Two sites", pilot=pilot)
    with pytest.raises(Conflict, match="called “Two sites” already"):
        kept(house, " Two sites ", pilot=pilot)
    elsewhere = house.pilot()
    kept(house, "Two sites", pilot=elsewhere)
    assert [each.name for each in listed(house, elsewhere)] == ["Two sites"]


def test_the_list_is_in_the_order_of_calculators_and_names(house: House) -> None:
    pilot = house.pilot()
    for name in ("beta", "Alpha"):
        kept(house, name, pilot=pilot)
    worked = work_out("capacity", GIVEN["capacity"])
    with house.database.writing() as db:
        scenarios.add(db, house.ann, pilot, "zeta", worked, at=NOON)
    assert [each.name for each in listed(house, pilot)] == ["zeta", "Alpha", "beta"]


def test_a_list_takes_the_same_few_statements_however_long_it_is(house: House) -> None:
    pilot, counts = house.pilot(), []
    assessment = house.assessment(pilot)
    for number in range(4):
        attached(house, kept(house, f"{number}", pilot=pilot, rounds=number + 1), assessment)
        with house.counting() as sent:
            listed(house, pilot)
        counts.append(len(sent))
    assert len(set(counts)) == 1


# Changing


def test_other_inputs_make_a_new_version_and_say_who_worked_it_out(house: House) -> None:
    id = kept(house)
    before = found(house, id)
    assert saved(house, id, rounds=50) == 2
    after = found(house, id)
    assert (after.version, after.by, after.worked_out_at) == (2, "Ben", LATER)
    assert after.inputs["rounds"] == 50
    assert after.sha256 != before.sha256
    assert after.name == before.name


def test_somebody_else_s_change_is_not_overwritten_unseen(house: House) -> None:
    id = kept(house)
    saved(house, id, rounds=50)
    with pytest.raises(Changed) as changed:
        saved(house, id, by=house.ann, rounds=70)
    assert changed.value.theirs["inputs"]["rounds"] == 50
    assert changed.value.theirs["version"] == 2
    assert changed.value.theirs["by"] == "Ben"
    assert changed.value.yours["inputs"]["rounds"] == 70
    assert found(house, id).inputs["rounds"] == 50


def test_without_the_version_that_was_seen_nothing_is_saved(house: House) -> None:
    with pytest.raises(VersionNeeded):
        saved(house, kept(house), seen=None)


def test_of_two_who_save_at_once_one_wins(house: House) -> None:
    id, barrier, outcomes = kept(house), Barrier(2), list[object]()

    def save(by: Caller, rounds: int) -> None:
        barrier.wait()
        try:
            outcomes.append(saved(house, id, by=by, rounds=rounds))
        except Changed as changed:
            outcomes.append(changed)

    both = [Thread(target=save, args=(by, rounds)) for by, rounds in ((house.ann, 5), (house.ben, 6))]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(type(each).__name__ for each in outcomes) == ["Changed", "int"]
    assert found(house, id).version == 2


def test_a_scenario_stays_its_calculator_s(house: House) -> None:
    id, worked = kept(house), work_out("capacity", GIVEN["capacity"])
    with house.database.writing() as db, pytest.raises(Refused, match="one of Federated learning"):
        scenarios.save(db, house.ann, id, worked, seen=1, at=LATER)


def test_it_is_called_otherwise(house: House) -> None:
    pilot = house.pilot()
    id, _ = kept(house, pilot=pilot), kept(house, "Other", pilot=pilot)
    with house.database.writing() as db:
        assert scenarios.rename(db, house.ben, id, "Porto alone", seen=1, at=LATER) == 2
    scenario = found(house, id)
    assert (scenario.name, scenario.by, scenario.worked_out_at) == ("Porto alone", "Ann", NOON)
    with house.database.writing() as db, pytest.raises(Conflict):
        scenarios.rename(db, house.ben, id, "Other", seen=2, at=LATER)
    with house.database.writing() as db, pytest.raises(Changed):
        scenarios.rename(db, house.ben, id, "Late", seen=1, at=LATER)


def test_a_copy_says_the_same_under_another_name(house: House) -> None:
    id = kept(house)
    with house.database.writing() as db:
        copies = [scenarios.copy(db, house.ben, id, at=LATER) for _ in range(2)]
        copies.append(scenarios.copy(db, house.ben, id, "Porto again", at=LATER))
    names = [found(house, each).name for each in copies]
    assert names == ["Two sites, copy", "Two sites, copy 2", "Porto again"]
    assert {found(house, each).sha256 for each in (id, *copies)} == {found(house, id).sha256}
    with house.database.writing() as db, pytest.raises(Conflict):
        scenarios.copy(db, house.ben, id, "Two sites", at=LATER)


def test_a_copy_of_the_longest_name_fits(house: House) -> None:
    id = kept(house, "x" * 120)
    with house.database.writing() as db:
        copy = scenarios.copy(db, house.ann, id, at=LATER)
    assert found(house, copy).name == "x" * 114 + ", copy"


def test_what_nothing_rests_on_can_be_removed(house: House) -> None:
    pilot = house.pilot()
    id = kept(house, pilot=pilot)
    with house.database.writing() as db:
        assert scenarios.remove(db, house.ben, id, at=LATER) == pilot
    assert listed(house, pilot) == ()
    with pytest.raises(NotFound):
        found(house, id)


def test_what_happened_to_it_is_on_record(house: House) -> None:
    id = kept(house)
    saved(house, id, rounds=3)
    with house.database.writing() as db:
        scenarios.remove(db, house.ben, id, at=LATER)
    with house.database.reading() as db:
        entries = audit.list_for(db, house.ann, subject=id).items
    assert [each.what for each in entries] == ["scenario removed", "scenario worked out again", "scenario kept"]
    told = json.dumps([[each.before, each.after] for each in entries])
    assert "nodes" not in told  # the figures are confidential


# Comparing


def test_two_are_compared_in_the_order_asked_for(house: House) -> None:
    pilot = house.pilot()
    ids = [kept(house, name, pilot=pilot) for name in ("b", "a")]
    with house.database.reading() as db:
        assert [each.name for each in scenarios.to_compare(db, house.vic, pilot, ids)] == ["b", "a"]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_fewer_than_two_or_more_than_four_are_not_compared(house: House, number: int) -> None:
    pilot = house.pilot()
    ids = [kept(house, str(each), pilot=pilot) for each in range(number)]
    with house.database.reading() as db, pytest.raises(Refused, match="two, three or four"):
        scenarios.to_compare(db, house.ann, pilot, ids)


def test_the_same_twice_is_one(house: House) -> None:
    pilot = house.pilot()
    id = kept(house, pilot=pilot)
    with house.database.reading() as db, pytest.raises(Refused):
        scenarios.to_compare(db, house.ann, pilot, [id, id])


def test_only_one_calculator_s_are_compared_and_only_one_pilot_s(house: House) -> None:
    pilot, worked = house.pilot(), work_out("capacity", GIVEN["capacity"])
    first, elsewhere = kept(house, pilot=pilot), kept(house, pilot=house.pilot())
    with house.database.writing() as db:
        other = scenarios.add(db, house.ann, pilot, "Eight", worked, at=NOON)
    with house.database.reading() as db:
        with pytest.raises(Refused, match="one calculator"):
            scenarios.to_compare(db, house.ann, pilot, [first, other])
        with pytest.raises(NotFound):
            scenarios.to_compare(db, house.ann, pilot, [first, elsewhere])


# As evidence


def test_as_evidence_it_is_documented_and_holds_its_findings(house: House) -> None:
    pilot = house.pilot()
    id, assessment = kept(house, pilot=pilot), house.assessment(pilot)
    house.answer(assessment, "security.logs", 2)
    item = attached(house, id, assessment)
    (evidence,) = house.read(assessment).assessment.answers["security.logs"].evidence
    scenario = found(house, id)
    assert evidence.id == str(item)
    assert (evidence.kind, evidence.grade, evidence.read_grade) == ("calculation", Grade.DOCUMENTED, None)
    assert (evidence.title, evidence.observed_on) == ("Two sites", NOON.date())
    assert (evidence.findings, evidence.sha256) == (scenario.findings, scenario.sha256)
    assert house.read(assessment).files[str(item)].scenario == id
    assert [(each.evidence, each.question, each.as_it_stands) for each in scenario.evidence] == [
        (item, "security.logs", True)
    ]


def test_the_item_stays_what_it_was_whatever_becomes_of_the_scenario(house: House) -> None:
    pilot = house.pilot()
    id, assessment = kept(house, pilot=pilot), house.assessment(pilot)
    before = found(house, id)
    item = attached(house, id, assessment)
    saved(house, id, rounds=99)
    with house.database.reading() as db:
        file = attachments.file_of(db, house.ann, item)
    assert file.sha256 == before.sha256
    assert json.loads(file.content) == {"calculator": "federated", "inputs": before.inputs, "result": before.result}
    assert [each.as_it_stands for each in found(house, id).evidence] == [False]


def test_evidence_counts_once_another_account_has_confirmed_it(house: House) -> None:
    pilot = house.pilot()
    id, assessment = kept(house, pilot=pilot), house.assessment(pilot)
    house.answer(assessment, "security.logs", 4)
    item = attached(house, id, assessment)
    with house.database.writing() as db, pytest.raises(Refused):
        attachments.confirm(db, house.ann, item, at=LATER)
    with house.database.writing() as db:
        attachments.confirm(db, house.ben, item, at=LATER)
    (evidence,) = house.read(assessment).assessment.answers["security.logs"].evidence
    assert evidence.confirmed_by == "Ben"


def test_an_answer_shows_the_very_same_once(house: House) -> None:
    pilot = house.pilot()
    id, assessment = kept(house, pilot=pilot), house.assessment(pilot)
    attached(house, id, assessment)
    with pytest.raises(Conflict):
        attached(house, id, assessment)
    attached(house, id, assessment, "security.access")
    saved(house, id, rounds=7)
    attached(house, id, assessment)


def test_what_evidence_rests_on_stays_even_where_it_is_withdrawn(house: House) -> None:
    pilot = house.pilot()
    id, assessment = kept(house, pilot=pilot), house.assessment(pilot)
    item = attached(house, id, assessment)
    with house.database.writing() as db:
        attachments.withdraw(db, house.ann, item, "Too old.", at=LATER)
    with house.database.writing() as db, pytest.raises(Refused, match=r"rests on this scenario \(security.logs\)"):
        scenarios.remove(db, house.ann, id, at=LATER)
    assert [each.withdrawn for each in found(house, id).evidence] == [True]


def test_it_is_no_evidence_for_another_pilot_nor_for_a_question_that_there_is_not(house: House) -> None:
    pilot = house.pilot()
    id, assessment = kept(house, pilot=pilot), house.assessment(pilot)
    with pytest.raises(Refused, match="another pilot"):
        attached(house, id, house.assessment())
    with pytest.raises(NotFound):
        attached(house, id, assessment, "security.nothing")


# Who may


Act = Callable[[Any, Caller, UUID, UUID, UUID], object]
CHANGES: dict[str, Act] = {
    "keep": lambda db, by, id, pilot, of: scenarios.add(db, by, pilot, "Mine", work_out("federated", NODES), at=LATER),
    "save": lambda db, by, id, pilot, of: scenarios.save(db, by, id, work_out("federated", NODES), seen=1, at=LATER),
    "rename": lambda db, by, id, pilot, of: scenarios.rename(db, by, id, "Mine", seen=1, at=LATER),
    "copy": lambda db, by, id, pilot, of: scenarios.copy(db, by, id, at=LATER),
    "remove": lambda db, by, id, pilot, of: scenarios.remove(db, by, id, at=LATER),
    "attach": lambda db, by, id, pilot, of: scenarios.attach(db, by, id, of, "security.logs", at=LATER),
}
LOOKS: dict[str, Act] = {
    "find": lambda db, by, id, pilot, of: scenarios.find(db, by, id),
    "list": lambda db, by, id, pilot, of: scenarios.list_for(db, by, pilot),
    "compare": lambda db, by, id, pilot, of: scenarios.to_compare(db, by, pilot, [id, of]),
}


def refusal(house: House, act: Act, by: Caller, pilot: UUID, assessment: UUID, scenario: UUID) -> object:
    try:
        with house.database.writing() as db:
            return act(db, by, scenario, pilot, assessment)
    except (NotAllowed, NotFound) as error:
        return type(error)


@pytest.mark.parametrize("what", CHANGES)
def test_to_change_one_takes_somebody_who_may_edit_in_the_organisation(house: House, what: str) -> None:
    pilot = house.pilot()
    rest = (pilot, house.assessment(pilot), kept(house, pilot=pilot))
    holder = house.holder(rest[1])
    refused = [refusal(house, CHANGES[what], by, *rest) for by in (house.vic, house.zoe, holder)]
    assert refused == [NotAllowed, NotFound, NotAllowed]
    assert [each.version for each in listed(house, pilot)] == [1]
    assert refusal(house, CHANGES[what], house.ben, *rest) not in (NotAllowed, NotFound)


@pytest.mark.parametrize("what", LOOKS)
def test_to_look_at_one_takes_an_account_of_the_organisation(house: House, what: str) -> None:
    pilot = house.pilot()
    rest = (pilot, kept(house, "Other", pilot=pilot), kept(house, pilot=pilot))
    holder = house.holder(house.assessment(pilot))
    assert refusal(house, LOOKS[what], house.vic, *rest) is not NotFound
    assert [refusal(house, LOOKS[what], by, *rest) for by in (house.zoe, holder)] == [NotFound, NotFound]
