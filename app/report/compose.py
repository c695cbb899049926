"""From a score to its report: what stands in it, in which order, in which words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from app.finding import Finding
from app.readiness.assessment import Assessment, Change, Evidence, NeedValue, RiskException
from app.readiness.catalogue import Catalogue, LawDate, Need
from app.readiness.explain import good_until, proves_now, would_prove_more
from app.readiness.gates import GateScore, GateState
from app.readiness.profile import PROFILE_FIELDS, Profile, ProfileField
from app.readiness.proof import ItemProof
from app.readiness.score import DimensionScore, QuestionScore, Score, score
from app.readiness.verdict import Reason, Verdict, cut
from app.report.model import (
    AnswerState,
    Bar,
    ChangeLine,
    DimensionLine,
    EvidenceLine,
    ExceptionLine,
    Fact,
    FindingLine,
    GateLine,
    LawLine,
    Percent,
    QuestionLine,
    ReasonLine,
    Report,
)

_NOT_APPLICABLE_WORDS = {
    "out-of-scope": "out of scope",
    "not-built-yet": "not built yet",
    "covered-elsewhere": "covered elsewhere",
    "other": "another reason",
}


def compose(
    catalogue: Catalogue,
    assessment: Assessment,
    as_of: date,
    *,
    organisation: str,
    confidentiality: str,
    law: Sequence[LawDate],
) -> Report:
    """The report of an assessment on a day.

    Args:
        catalogue: the one that the assessment answers.
        assessment: what is said and shown.
        as_of: the day (UTC).
        organisation: whose pilot it is, as it stands on the cover.
        confidentiality: the mark on every page, in the organisation's words; "" for none.
        law: the days from which legal duties apply.
    """
    scored = score(catalogue, assessment, as_of)
    pilot, tier = assessment.pilot, scored.tier.tier
    dimensions = tuple(_dimension(catalogue, scored, each) for each in scored.dimensions)
    questions = [line for dimension in dimensions for line in dimension.questions]
    return Report(
        organisation=organisation,
        confidentiality=confidentiality,
        pilot=pilot.name,
        as_of=as_of,
        catalogue=f"{catalogue.policy.title} ({catalogue.id} version {catalogue.version})",
        verdict=scored.decision.verdict.value,
        verdict_title=scored.decision.verdict.title,
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
        gates=tuple(_gate(scored, each) for each in scored.gates),
        exceptions=tuple(_exception(catalogue, each, as_of) for each in assessment.exceptions),
        changes=tuple(_change(scored, each) for each in sorted(assessment.changes, key=lambda each: each.on)),
        not_applicable=tuple(each for each in questions if each.not_applicable and each.state != "not-asked"),
        on_declared_grades=len(scored.on_declared_grades),
        register=tuple(item for line in questions for item in line.evidence),
        law=tuple(
            _law(each, pilot.profile.go_live)
            for each in sorted(law, key=lambda each: each.applies_from)
            if each.when is None or each.when.holds(pilot.profile)
        ),
    )


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
            gates = f", {_count(counts[GateState.OPEN], 'gate')} among them" if counts[GateState.OPEN] else ""
            return f"too little is answered to decide: {_count(blank, 'question')} left{gates}."
        case Verdict.NO_GO if counts[GateState.FAILED]:
            return f"{_count(counts[GateState.FAILED], 'gate')} failed. No average makes up for that."
        case Verdict.NO_GO:
            return "too little of what is claimed is proven."
        case _:
            unproven = counts[GateState.UNPROVEN] + counts[GateState.EXCEPTED]
            rest = len(scored.decision.reasons) - unproven
            stands = [f"{_count(unproven, 'gate')} not proven"] if unproven else []
            stands += [f"{_count(rest, 'other thing' if unproven else 'thing')}"] if rest else []
            stand = "stands" if unproven + rest == 1 else "stand"
            return f"no gate has failed. {' and '.join(stands).capitalize()} {stand} between this pilot and a Go."


def _count(number: int, noun: str) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    counted = words[number] if number < len(words) else str(number)
    return f"{counted} {noun}{'' if number == 1 else 's'}"


def profile_facts(profile: Profile) -> tuple[Fact, ...]:
    """The profile in words, in the order of its form."""
    return tuple(Fact(field.key, field.title, _profile_words(field, profile)) for field in PROFILE_FIELDS.values())


def need_facts(needs: Iterable[Need], stated: Mapping[str, NeedValue]) -> tuple[Fact, ...]:
    """The needs in words with their units, in the order of the catalogue."""
    currency = stated.get("currency")
    return tuple(Fact(need.key, need.title, _need_words(need, stated.get(need.key), currency)) for need in needs)


def _profile_words(field: ProfileField, profile: Profile) -> str | None:
    value = profile.value(field.key)
    if value is None:
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, frozenset):
        return "; ".join(words for key, words in field.values.items() if key in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return field.values.get(value, value)
    return f"{value:g} billion parameters"


def _need_words(need: Need, value: NeedValue, currency: NeedValue) -> str | None:
    if value is None or value == ():
        return None
    if isinstance(value, tuple):
        return ", ".join(value)
    if need.unit == "share" and isinstance(value, int | float):
        return f"{100 * value:g} %"
    if need.kind == "money" and isinstance(value, str):
        figure = f"{Decimal(value):,f}"
    else:
        figure = f"{value:,.10g}" if isinstance(value, int | float) else value
    unit = currency if need.unit == "currency" else need.unit
    return f"{figure} {unit}" if unit else figure


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
            question_line(catalogue, one, scored.as_of)
            for one in asked
            if one.asked or one.answer.level is not None or one.answer.evidence
        ),
    )


def question_line(catalogue: Catalogue, asked: QuestionScore, as_of: date) -> QuestionLine:
    """One question with its answer, as the report and the section page show it."""
    question, answer = asked.question, asked.answer
    return QuestionLine(
        key=question.key,
        title=question.title,
        text=question.text,
        owner=catalogue.policy.owners[question.owner],
        state=_state(asked),
        claimed=asked.claimed,
        proven=asked.proven,
        contradicted=asked.applicable and asked.proof.contradicted,
        anchor=None if asked.claimed is None else question.levels[asked.claimed],
        note=answer.note,
        ask=answer.ask,
        not_applicable=_not_applicable(asked),
        proves=proves_now(asked),
        more=would_prove_more(catalogue, asked),
        references=tuple(f"{framework} {item}" for framework, ids in question.references.items() for item in ids),
        evidence=tuple(_evidence(catalogue, asked, each, as_of) for each in asked.proof.items),
    )


def _state(asked: QuestionScore) -> AnswerState:
    answer = asked.answer
    if not asked.asked:
        return "not-asked"
    if not asked.applicable:
        return "not-applicable"
    if answer.level is not None:
        return "answered"
    if answer.not_applicable:
        return "not-applicable-unconfirmed"
    return "nobody-can-say" if answer.ask else "blank"


def _not_applicable(asked: QuestionScore) -> str | None:
    marked = asked.answer.not_applicable
    if marked is None:
        return None
    if not marked.confirmed:
        standing = "waits for a second person, and counts as unanswered"
    elif asked.asked and asked.applicable:
        standing = "no longer allowed by the profile, and counts as unanswered"
    else:
        standing = f"confirmed by {marked.confirmed_by}"
    note = f": {marked.note}" if marked.note else ""
    return f"{_NOT_APPLICABLE_WORDS[marked.reason]}{note} (said by {marked.by or 'somebody'}; {standing})"


def _evidence(catalogue: Catalogue, asked: QuestionScore, each: ItemProof, as_of: date) -> EvidenceLine:
    item = each.item
    return EvidenceLine(
        id=item.id,
        question=asked.key,
        question_title=asked.question.title,
        kind=item.kind,
        title=item.title or item.url or f"Untitled {item.kind}",
        url=item.url,
        sha256=item.sha256,
        grade=str(item.declared_grade),
        read_grade=str(item.read_grade) if item.read_grade else None,
        counted_grade=str(each.counted),
        effective_grade=str(each.effective),
        observed_on=item.observed_on,
        good_until=good_until(each, catalogue.shelf_lives[asked.key], as_of),
        attached_by=item.attached_by,
        confirmed_by=item.confirmed_by if item.confirmed else None,
        supports=each.supports,
        against=each.against,
        withdrawn=_withdrawn(item),
        findings=tuple(_finding(finding) for finding in item.findings),
    )


def _withdrawn(item: Evidence) -> str | None:
    if item.withdrawn is None:
        return None
    by = f"by {item.withdrawn.by}" if item.withdrawn.by else "by somebody"
    on = f" on {item.withdrawn.on}" if item.withdrawn.on else ""
    reason = f": {item.withdrawn.reason}" if item.withdrawn.reason else ""
    waits = "" if item.withdrawn.confirmed else " (waits for a second person)"
    return f"withdrawn {by}{on}{reason}{waits}"


def _finding(finding: Finding) -> FindingLine:
    load = ", ".join(f"{key} {value}" for key, value in sorted(finding.attributes.items()))
    value = None if finding.value is None else f"{finding.value:.10g}"
    return FindingLine(finding.metric, finding.statistic, value, finding.unit, load, finding.where, finding.against)


def _gate(scored: Score, gate: GateScore) -> GateLine:
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


def _change(scored: Score, change: Change) -> ChangeLine:
    answered = (each for each in scored.questions.values() if each.claimed is not None)
    waiting = sum(each.proof.awaiting_review == change for each in answered)
    return ChangeLine(change.on, change.kind.replace("-", " "), change.note, waiting)


def _law(each: LawDate, go_live: date | None) -> LawLine:
    return LawLine(
        each.what,
        f"{each.framework} {each.id}",
        each.applies_from,
        each.applies_from <= go_live if go_live else None,
        f"{each.source} Read on {each.read_on}.",
        each.note,
    )


def _exception(catalogue: Catalogue, each: RiskException, as_of: date) -> ExceptionLine:
    state: Literal["asked", "holds", "not begun", "ended"] = "holds"
    if as_of > each.until:
        state = "ended"
    elif not each.accepted:
        state = "asked"
    elif as_of < each.begins:
        state = "not begun"
    accepted_by = each.accepted_by if each.accepted else None
    title = catalogue.questions[each.gate].title
    return ExceptionLine(each.gate, title, each.reason, each.asked_by, accepted_by, each.begins, each.until, state)
