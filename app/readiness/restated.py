"""Profile or needs restated after evidence was attached: which gates that turned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from app.readiness.assessment import Assessment, Needs
from app.readiness.catalogue import Catalogue
from app.readiness.gates import GateState
from app.readiness.profile import PROFILE_FIELDS, Profile
from app.readiness.score import gate_scores, question_score


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """What profile and needs were until somebody stated them anew."""

    at: datetime  # when they were replaced
    by: str  # who replaced them
    profile: Profile  # before
    needs: Needs  # before


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A gate that stands otherwise because profile or needs were restated after its evidence was attached."""

    gate: str
    on: date
    by: str
    before: GateState
    after: GateState
    fields: tuple[str, ...]  # titles of the fields of the profile and of the needs that were restated


def turned(
    catalogue: Catalogue,
    assessment: Assessment,
    as_of: date,
    restatements: Sequence[Restatement],
    first_attached: Mapping[str, datetime],
) -> tuple[Turned, ...]:
    """Every gate turned by a restatement made after the first item on its question was attached, oldest first.

    Only the restatement is looked at: answers, evidence, changes and exceptions are as they are now.
    """
    ordered = sorted(restatements, key=lambda each: each.at)
    concerned = any(each.at > first for each in ordered for first in first_attached.values())
    if not concerned:
        return ()
    stated = [*((each.profile, each.needs) for each in ordered), (assessment.pilot.profile, assessment.pilot.needs)]
    states = [_states(catalogue, assessment, as_of, profile, needs) for profile, needs in stated]
    found: list[Turned] = []
    for each, (before, after), (was, then) in zip(ordered, pairwise(states), pairwise(stated), strict=True):
        changed = tuple(_restated(catalogue, *was, *then))
        found += (
            Turned(gate=key, on=each.at.date(), by=each.by, before=before[key], after=state, fields=changed)
            for key, state in after.items()
            if state is not before[key] and key in first_attached and first_attached[key] < each.at
        )
    return tuple(found)


def _states(
    catalogue: Catalogue, assessment: Assessment, as_of: date, profile: Profile, needs: Needs
) -> Mapping[str, GateState]:
    """The state of every gate, had the pilot been stated like this."""
    said = replace(assessment, pilot=replace(assessment.pilot, profile=profile, needs=needs))
    questions = {
        question.key: question_score(catalogue, said, catalogue.dimension_of[question.key], question, as_of)
        for question, _ in catalogue.gates
    }
    return {each.key: each.state for each in gate_scores(catalogue, said, questions, as_of)}


def _restated(catalogue: Catalogue, profile: Profile, needs: Needs, then: Profile, needs_then: Needs) -> Iterator[str]:
    """The titles of what differs, in the order in which people see it."""
    yield from (described.title for key, described in PROFILE_FIELDS.items() if profile.value(key) != then.value(key))
    yield from (need.title for key, need in catalogue.needs.items() if needs.get(key) != needs_then.get(key))
