"""From a score to its report: what stands in it, in which order, in which words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from app.readiness.assessment import Answer, Assessment
from app.readiness.catalogue import Catalogue, LawDate
from app.readiness.gates import GateScore, GateState
from app.readiness.milestone import Sealed
from app.readiness.outlook import Outlook
from app.readiness.profile import Profile
from app.readiness.restated import Restatement, turned
from app.readiness.score import DimensionScore, QuestionScore, Score, score
from app.readiness.trend import Side, Trend
from app.readiness.verdict import Reason, Verdict, cut
from app.report.coverage import coverage
from app.report.history import (
    change_line,
    exception_line,
    milestone_lines,
    no_longer_asked,
    since_line,
    trade_off_line,
    turned_sentences,
)
from app.report.model import Bar, DimensionLine, GateLine, LawLine, Percent, ReasonLine, Report, SinceLine
from app.report.questions import question_line
from app.report.scenario import ScenarioLine, scenario_lines
from app.report.stated import need_facts, profile_facts
from app.report.told import counted, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a report tells beside what is scored: whose it is, what was kept, and what was worked out."""

    organisation: str = ""  # whose pilot it is, as it stands on the cover
    confidentiality: str = ""  # the mark on every page, in the organisation's words; "" for none
    law: Sequence[LawDate] = ()  # the days from which legal duties apply
    outlook: Outlook | None = None  # for the day of the report; None where it was not worked out
    milestones: Sequence[Sealed] = ()  # oldest first
    last_milestone: Side | Trend | None = None  # what the last one was scored from, or already compared with today
    restatements: Sequence[Restatement] = ()  # of profile and needs
    first_attached: Mapping[str, datetime] = field(default_factory=dict)  # by question
    dropped: Mapping[str, Answer] = field(default_factory=dict)  # answers that the catalogue no longer asks for
    scenarios: Sequence[ScenarioLine] = ()  # kept with the pilot, in the order in which they are told
    asks_again: Sequence[str] = ()  # questions whose anchor has changed since they were answered


NOTHING = Background()


def compose(
    catalogue: Catalogue,
    assessment: Assessment,
    as_of: date,
    background: Background = NOTHING,
) -> Report:
    """The report of an assessment on a day.

    Args:
        catalogue: the one that the assessment answers.
        assessment: what is said and shown.
        as_of: the day (UTC).
        background: what is told beside it.
    """
    scored = score(catalogue, assessment, as_of)
    pilot, tier = assessment.pilot, scored.tier.tier
    dimensions = tuple(_dimension(catalogue, scored, each) for each in scored.dimensions)
    questions = [line for dimension in dimensions for line in dimension.questions]
    verdict, outlook = scored.decision.verdict, background.outlook
    turns = _turned(catalogue, assessment, as_of, background)
    return Report(
        organisation=background.organisation,
        confidentiality=background.confidentiality,
        pilot=pilot.name,
        as_of=as_of,
        catalogue=f"{catalogue.policy.title} ({catalogue.id} version {catalogue.version})",
        verdict=verdict.value,
        verdict_title=verdict.title,
        lead=lead(scored),
        claimed=_percent(scored.claimed),
        proven=_percent(scored.proven),
        gap=_gap(scored.claimed, scored.proven),
        claimed_range=(cut(scored.claimed_range[0]), cut(scored.claimed_range[1])) if scored.claimed_range else None,
        answered=scored.answered,
        applicable=scored.applicable,
        bar=Bar(tier.title, scored.tier.because, tier.go, tier.floor, tier.no_go),
        lapses_on=scored.lapses_on,
        go_live=pilot.profile.go_live,
        profile=profile_facts(pilot.profile),
        needs=need_facts(catalogue.policy.needs, pilot.needs),
        stated_by=pilot.stated_by,
        confirmed_by=pilot.confirmed_by if pilot.confirmed else None,
        reasons=tuple(_reason(each) for each in scored.decision.reasons),
        dimensions=dimensions,
        gates=tuple(_gate(scored, each, turns.get(each.key, ())) for each in scored.gates),
        exceptions=tuple(exception_line(catalogue, each, as_of) for each in assessment.exceptions),
        changes=tuple(change_line(scored, each) for each in sorted(assessment.changes, key=lambda each: each.on)),
        not_applicable=tuple(each for each in questions if each.not_applicable and each.state != "not-asked"),
        on_declared_grades=len(scored.on_declared_grades),
        outlook=outlook,
        told=told(outlook, verdict.title) if outlook else None,
        milestones=milestone_lines(background.milestones),
        since=_since(Side(catalogue, assessment, as_of), background),
        trade_offs=tuple(trade_off_line(catalogue, each, as_of) for each in assessment.trade_offs),
        scenarios=scenario_lines(background.scenarios, as_of, catalogue.questions),
        coverage=coverage(catalogue, scored),
        no_longer_asked=no_longer_asked(background.dropped),
        asks_again=tuple(background.asks_again),
        register=tuple(item for line in questions for item in line.evidence),
        law=_law_lines(background.law, pilot.profile),
    )


def _turned(
    catalogue: Catalogue, assessment: Assessment, as_of: date, background: Background
) -> Mapping[str, tuple[str, ...]]:
    """By gate, in sentences: what a restatement of profile or needs did to it."""
    if not background.restatements:
        return {}
    return turned_sentences(turned(catalogue, assessment, as_of, background.restatements, background.first_attached))


def _since(now: Side, background: Background) -> SinceLine | None:
    if not background.milestones or background.last_milestone is None:
        return None
    return since_line(background.milestones[-1], background.last_milestone, now)


def lead(scored: Score) -> str:
    """The sentence under the verdict: what decides it."""
    sentence = _lead(scored)
    return sentence[0].upper() + sentence[1:]


def _lead(scored: Score) -> str:
    counts = {state: sum(gate.state is state for gate in scored.gates) for state in GateState}
    match scored.decision.verdict:
        case Verdict.GO:
            return "this pilot can show what production asks of it. Every gate is passed."
        case Verdict.NOT_ASSESSED:
            blank = scored.applicable - scored.answered
            gates = f", {counted(counts[GateState.OPEN], 'gate')} among them" if counts[GateState.OPEN] else ""
            return f"too little is answered to decide: {counted(blank, 'question')} left{gates}."
        case Verdict.NO_GO if counts[GateState.FAILED]:
            return f"{counted(counts[GateState.FAILED], 'gate')} failed. No average makes up for that."
        case Verdict.NO_GO:
            return "too little of what is claimed is proven."
        case _:
            unproven = counts[GateState.UNPROVEN] + counts[GateState.EXCEPTED]
            rest = len(scored.decision.reasons) - unproven
            stands = [f"{counted(unproven, 'gate')} not proven"] if unproven else []
            stands += [f"{counted(rest, 'other thing' if unproven else 'thing')}"] if rest else []
            stand = "stands" if unproven + rest == 1 else "stand"
            return f"no gate has failed. {' and '.join(stands).capitalize()} {stand} between this pilot and a Go."


def _percent(figure: Fraction | None) -> Percent | None:
    return None if figure is None else cut(figure)


def _gap(claimed: Fraction | None, proven: Fraction | None) -> Percent | None:
    """Between the figures as they are shown: whoever subtracts them finds the same."""
    return None if claimed is None or proven is None else max(cut(claimed) - cut(proven), Percent(0))


def _dimension(catalogue: Catalogue, scored: Score, each: DimensionScore) -> DimensionLine:
    asked = (scored.questions[question.key] for question in each.dimension.questions)
    return DimensionLine(
        key=each.dimension.key,
        title=each.dimension.title,
        claimed=_percent(each.claimed),
        proven=_percent(each.proven),
        gap=_gap(each.claimed, each.proven),
        answered=each.answered,
        applicable=each.applicable,
        below_floor=each.proven is not None and each.proven < Fraction(scored.tier.tier.floor),
        questions=tuple(
            question_line(catalogue, one, scored.as_of) for one in asked if one.asked or one.answer.says_something
        ),
    )


def _gate(scored: Score, gate: GateScore, turned: tuple[str, ...]) -> GateLine:
    asked = scored.questions[gate.key]
    rests: Literal["read", "declared", "nothing"] = "nothing"
    if asked.proven is not None and asked.proof.carried_by:
        rests = "declared" if asked.proof.declared else "read"
    return GateLine(
        key=gate.key,
        title=gate.question.title,
        dimension=asked.dimension.key,
        state=gate.state.value,
        level=gate.gate.level,
        claimed=asked.claimed,
        proven=asked.proven,
        note=_gate_note(gate, asked),
        rests_on=rests,
        turned=turned,
    )


def _gate_note(gate: GateScore, asked: QuestionScore) -> str:
    needs = f"needs level {gate.gate.level}"
    match gate.state:
        case GateState.EXCEPTED if gate.exception:
            by = gate.exception.accepted_by
            return f"excepted until {gate.exception.until}, accepted by {by}: {gate.exception.reason}"
        case GateState.NOT_APPLICABLE:
            return "does not apply to this pilot"
        case GateState.OPEN:
            return f"{needs}; ask {asked.answer.ask}" if asked.answer.ask else f"{needs}; nobody has answered"
    if asked.proof.cap is not None and asked.proof.cap < gate.gate.level:
        return f"{needs}; a finding speaks against more than level {asked.proof.cap}"
    return f"{needs}; claimed {asked.claimed}, proven {asked.proven}"


def _reason(each: Reason) -> ReasonLine:
    return ReasonLine(each.kind, each.text, each.detail, each.question, each.dimension)


def _law_lines(law: Sequence[LawDate], profile: Profile) -> tuple[LawLine, ...]:
    """The days of law that concern such a pilot, earliest first."""
    concerning = (each for each in law if each.when is None or each.when.holds(profile))
    return tuple(_law(each, profile.go_live) for each in sorted(concerning, key=lambda each: each.applies_from))


def _law(each: LawDate, go_live: date | None) -> LawLine:
    return LawLine(
        each.what,
        f"{each.framework} {each.id}",
        each.applies_from,
        each.applies_from <= go_live if go_live else None,
        f"{each.source} Read on {each.read_on}.",
        each.note,
    )
