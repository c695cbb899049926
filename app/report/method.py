"""How scores are made, as values: from the catalogue's own policy, with an example that the core computes. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from app.readiness.assessment import Answer, Assessment, CatalogueReference, Evidence, Pilot
from app.readiness.catalogue import Catalogue, Gate, Question, Tier
from app.readiness.condition import Condition, Term
from app.readiness.explain import proves_now
from app.readiness.grade import Grade
from app.readiness.profile import PROFILE_FIELDS
from app.readiness.score import QuestionScore, Score, score
from app.readiness.verdict import cut

GRADE_WORDS: Mapping[str, str] = {
    "asserted": "Somebody says so.",
    "documented": "A policy, a design, a contract or a decision record is attached or linked.",
    "demonstrated": "A test or a configuration shows it working outside production.",
    "measured": "Production, or a load like it, shows it, with figures.",
}


@dataclass(frozen=True, slots=True)
class GradeLine:
    """One grade of evidence: the highest level that it proves, and how long it counts whole."""

    name: str
    what: str
    proves: int
    lasts_days: int | None  # None: it does not age


@dataclass(frozen=True, slots=True)
class TierLine:
    """One bar, and for which pilots it counts."""

    title: str
    when: str | None  # None: for every pilot that no other bar counts for
    blank: Literal["meets", "fails"] | None
    go: Decimal
    floor: Decimal
    no_go: Decimal


@dataclass(frozen=True, slots=True)
class GateRule:
    """One gate of the catalogue: what it asks for, and what may stand in for proof."""

    key: str
    title: str
    level: int
    when: str | None
    exception: bool
    exception_until: date | None
    not_applicable: bool


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One answer of the worked example."""

    title: str
    weight: int
    shown: str  # what is attached, in words
    claimed: int
    proven: int
    why: str


@dataclass(frozen=True, slots=True)
class Example:
    """A few answers with different evidence, and what they come to."""

    lines: tuple[ExampleLine, ...]
    claimed: Decimal
    claimed_sum: str
    proven: Decimal
    proven_sum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How scores are made under one catalogue."""

    levels: tuple[str, ...]
    grades: tuple[GradeLine, ...]
    gates: tuple[GateRule, ...]
    tiers: tuple[TierLine, ...]
    coverage: Decimal
    not_applicable_share: Decimal
    exception_days: int
    example: Example


def method(catalogue: Catalogue, as_of: date) -> Method:
    """How scores are made under a catalogue; the example is scored for `as_of`."""
    policy = catalogue.policy
    return Method(
        levels=policy.levels,
        grades=tuple(
            GradeLine(str(grade), GRADE_WORDS[str(grade)], int(grade), policy.shelf_life_days.get(grade))
            for grade in Grade
        ),
        gates=tuple(_gate(question, gate) for question, gate in catalogue.gates),
        tiers=tuple(_tier(each) for each in policy.tiers),
        coverage=policy.coverage,
        not_applicable_share=policy.not_applicable_share,
        exception_days=policy.exception_days,
        example=worked_example(catalogue, as_of),
    )


def condition_in_words(condition: Condition) -> str:
    """A condition as people read it, in the words of the profile's own form."""
    return "; or ".join("; and ".join(map(_term, terms)) for terms in condition.alternatives)


def _term(term: Term) -> str:
    field = PROFILE_FIELDS[term.field]
    if field.kind == "flag":
        return f"{field.title} {'Yes' if 'yes' in term.values else 'No'}"
    if term.operator == ">=":
        return f"{field.title}: {term.number:g} {field.unit or ''}".rstrip() + " or more"
    words = [words.partition(" (")[0] for key, words in field.values.items() if key in term.values]
    named = [f"“{each}”" for each in words or sorted(term.values)]
    if term.operator == "none of":
        return f"{field.title}: {' nor '.join(named)}".replace(": ", ": neither " if len(named) > 1 else ": not ", 1)
    last = f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
    return f"{field.title}: {'only ' if term.operator == 'only' else ''}{last}"


def _gate(question: Question, gate: Gate) -> GateRule:
    conditions = [condition_in_words(each) for each in (question.when, gate.when) if each]
    return GateRule(
        key=question.key,
        title=question.title,
        level=gate.level,
        when="; and ".join(conditions) or None,
        exception=gate.exception,
        exception_until=gate.exception_until,
        not_applicable=gate.not_applicable,
    )


def _tier(tier: Tier) -> TierLine:
    when = condition_in_words(tier.when) if tier.when else None
    return TierLine(tier.title, when, tier.blank, tier.go, tier.floor, tier.no_go)


def worked_example(catalogue: Catalogue, as_of: date) -> Example:
    """Some questions of the catalogue, all claimed at one level, shown in different ways, as the core scores them."""
    shown = tuple(_shown(catalogue, as_of))
    dimension = replace(catalogue.dimensions[0], questions=_plain_questions(catalogue)[: len(shown)])
    small = replace(catalogue, dimensions=(dimension,))
    answers = {
        question.key: Answer(level=3, reviewed_on=as_of, evidence=items)
        for question, (_, items) in zip(dimension.questions, shown, strict=False)
    }
    reference = CatalogueReference(id=catalogue.id, version=catalogue.version)
    scored = score(small, Assessment(catalogue=reference, pilot=Pilot(name="Example"), answers=answers), as_of)
    return _example(scored, [words for words, _ in shown[: len(dimension.questions)]])


def _plain_questions(catalogue: Catalogue) -> tuple[Question, ...]:
    """Questions to explain with: always asked, and with the shelf lives of the policy, or shown as if they were."""
    first = sorted(catalogue.questions.values(), key=lambda each: bool(each.when or each.shelf_life_days))
    return tuple(replace(each, when=None, shelf_life_days=None) for each in first)


def _shown(catalogue: Catalogue, as_of: date) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """What is attached to each answer of the example, in words and as the core takes it."""
    aged = catalogue.policy.shelf_life_days.get(Grade.DEMONSTRATED, 0) + 20
    yield "Nothing", ()
    for grade, days_old, confirmed in (
        (Grade.DOCUMENTED, 20, True),
        (Grade.DEMONSTRATED, 20, False),
        (Grade.DEMONSTRATED, 20, True),
        (Grade.DEMONSTRATED, aged, True),
    ):
        item = Evidence(
            kind="document",
            title="the test record" if grade is Grade.DEMONSTRATED else "the policy",
            grade=grade,
            observed_on=as_of - timedelta(days=days_old),
            attached_by="one person",
            confirmed_by="another" if confirmed else None,
        )
        words = f"declared {grade}, {days_old} days old, {'confirmed' if confirmed else 'not confirmed yet'}"
        yield f"{str(item.title).capitalize()}: {words}", (item,)


def _example(scored: Score, shown: list[str]) -> Example:
    asked = tuple(scored.questions.values())
    if scored.claimed is None or scored.proven is None:
        raise AssertionError("the example answers every question")
    weights = sum(each.question.weight for each in asked)

    def summed(levels: list[int]) -> str:
        parts = " + ".join(f"{each.question.weight}·{level}" for each, level in zip(asked, levels, strict=True))
        return f"100 · ({parts}) / (4 · {weights})"

    return Example(
        lines=tuple(_line(each, words) for each, words in zip(asked, shown, strict=True)),
        claimed=cut(scored.claimed),
        claimed_sum=summed([each.claimed or 0 for each in asked]),
        proven=cut(scored.proven),
        proven_sum=summed([each.proven or 0 for each in asked]),
    )


def _line(asked: QuestionScore, shown: str) -> ExampleLine:
    return ExampleLine(
        title=asked.question.title,
        weight=asked.question.weight,
        shown=shown,
        claimed=asked.claimed or 0,
        proven=asked.proven or 0,
        why=proves_now(asked),
    )
