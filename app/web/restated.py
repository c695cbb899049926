"""What changes when something else is stated about a pilot: shown before it is saved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.readiness.assessment import Assessment, Pilot, not_applicable_problem
from app.readiness.catalogue import Catalogue, Question
from app.readiness.profile import Profile
from app.readiness.verdict import tier_for
from app.records.pilots import Stated
from app.report.model import Fact
from app.report.stated import need_facts, profile_facts
from app.web.stated import Said


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is stated differently, in words."""

    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Restated:
    """What a new profile and new needs bring about."""

    differences: tuple[Difference, ...]
    come: tuple[Question, ...]
    go: tuple[Question, ...]
    kept: tuple[Question, ...]  # of those that go, the ones with an answer or evidence
    gates: tuple[Question, ...]  # questions that become gates
    marks: tuple[Question, ...]  # marked as not applicable, which the new profile does not allow
    bar: tuple[str, str] | None  # the tier before and after, where it is another
    asks_anew: bool  # profile or needs differ, so that a second person has to confirm them again


def restated(catalogue: Catalogue, pilot: Pilot, said: Said, assessment: Assessment | None) -> Restated:
    """What differs once `said` takes the place of what stands.

    Args:
        catalogue: the one that the pilot's newest assessment answers.
        pilot: what stands.
        said: what is about to be saved.
        assessment: the newest assessment; None where none was begun.
    """
    old, new = pilot.profile, said.profile
    before, after = set(_asked(catalogue, old)), set(_asked(catalogue, new))
    answers = assessment.answers if assessment else {}
    everything = catalogue.questions.values()
    go = tuple(each for each in everything if each.key in before - after)
    bars = tier_for(catalogue.policy, old).tier.title, tier_for(catalogue.policy, new).tier.title
    return Restated(
        differences=differences(catalogue, pilot, said),
        come=tuple(each for each in everything if each.key in after - before),
        go=go,
        kept=tuple(each for each in go if each.key in answers),
        gates=tuple(
            each
            for each in everything
            if each.key in before & after and _is_gate(each, new) and not _is_gate(each, old)
        ),
        marks=tuple(
            each
            for each in everything
            if each.key in answers
            and answers[each.key].not_applicable
            and not_applicable_problem(each, new)
            and not not_applicable_problem(each, old)
        ),
        bar=bars if bars[0] != bars[1] else None,
        asks_anew=(old, dict(pilot.needs)) != (new, dict(said.needs)),
    )


def _asked(catalogue: Catalogue, profile: Profile) -> Iterator[str]:
    return (each.key for each in catalogue.questions.values() if each.when is None or each.when.holds(profile))


def _is_gate(question: Question, profile: Profile) -> bool:
    return question.gate is not None and (question.gate.when is None or question.gate.when.holds(profile))


def differences(catalogue: Catalogue, one: Pilot | Stated, other: Said | Stated) -> tuple[Difference, ...]:
    """Where two statements about a pilot differ, in words."""
    needs = catalogue.policy.needs
    return tuple(
        _differing(
            (Fact("name", "Name", one.name), *profile_facts(one.profile), *need_facts(needs, one.needs)),
            (Fact("name", "Name", other.name), *profile_facts(other.profile), *need_facts(needs, other.needs)),
        )
    )


def _differing(before: Sequence[Fact], after: Sequence[Fact]) -> Iterator[Difference]:
    for old, new in zip(before, after, strict=True):
        if old.value != new.value:
            yield Difference(old.title, old.value, new.value)
