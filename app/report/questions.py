"""One question with its answer and its evidence, in the words of the report. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from app.finding import Finding, Scalar
from app.readiness.assessment import Evidence, NotApplicable
from app.readiness.catalogue import Catalogue
from app.readiness.explain import good_until, item_proves, proves_now, would_prove_more
from app.readiness.hearing import read_findings
from app.readiness.proof import ItemProof
from app.readiness.rule_words import unit_text
from app.readiness.score import QuestionScore
from app.report.model import AnswerState, EvidenceLine, FindingLine, QuestionLine

_NOT_APPLICABLE_WORDS = {
    "out-of-scope": "out of scope",
    "not-built-yet": "not built yet",
    "covered-elsewhere": "covered elsewhere",
    "other": "another reason",
}


_IN_FULL = 1000  # from here on every digit is shown, as money has cents; below, six are read
_MANY = 3  # findings of an item from which on what they have in common is told once
_AS_WRITTEN = re.compile("raw_|digest$").match  # attributes that say how the file put it, for whoever opens the file


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
        references=_references(tuple(question.references.items())),
        evidence=tuple(_evidence(catalogue, asked, each, as_of) for each in asked.proof.items),
    )


@lru_cache(maxsize=1024)  # they are the catalogue's, and the same in every report
def _references(by_framework: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    return tuple(f"{framework} {item}" for framework, ids in by_framework for item in ids)


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
    return mark_in_words(marked, standing)


def mark_in_words(marked: NotApplicable, standing: str = "") -> str:
    """Why a question was marked as not applicable, by whom, and how that stands."""
    note = f": {marked.note}" if marked.note else ""
    by = f"said by {marked.by or 'somebody'}"
    return f"{_NOT_APPLICABLE_WORDS[marked.reason]}{note} ({'; '.join(filter(None, (by, standing)))})"


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
        findings=_findings(asked, item),
        load=_load(_told_of_all(item)),
        proves=item_proves(asked, each),
    )


def _withdrawn(item: Evidence) -> str | None:
    if item.withdrawn is None:
        return None
    by = f"by {item.withdrawn.by}" if item.withdrawn.by else "by somebody"
    on = f" on {item.withdrawn.on}" if item.withdrawn.on else ""
    reason = f": {item.withdrawn.reason}" if item.withdrawn.reason else ""
    waits = "" if item.withdrawn.confirmed else " (waits for a second person)"
    return f"withdrawn {by}{on}{reason}{waits}"


def _findings(asked: QuestionScore, item: Evidence) -> tuple[FindingLine, ...]:
    """An item's findings, those that the question's rules speak of first, without what all of them state alike."""
    read = read_findings(asked.question, item, asked.yardstick) if len(item.findings) > 1 else ()
    spoken_of = {id(each) for each in read}
    told = _told_of_all(item)
    in_order = (*read, *(each for each in item.findings if id(each) not in spoken_of))
    return tuple(_finding(each, told, item.kind) for each in in_order)


def _told_of_all(item: Evidence) -> Mapping[str, Scalar]:
    """What every finding of an item states alike: the model, the load, the accelerator."""
    if len(item.findings) < _MANY:
        return {}
    first, *others = (each.attributes for each in item.findings)
    return {key: value for key, value in first.items() if all(each.get(key) == value for each in others)}


def _load(attributes: Mapping[str, Scalar]) -> str:
    return ", ".join(
        f"{key.replace('_', ' ')} {_said(value)}" for key, value in sorted(attributes.items()) if not _AS_WRITTEN(key)
    )


def _said(value: Scalar) -> str:
    """An attribute as people write it: five tokens and a third are 5.33333."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{10 if abs(value) >= _IN_FULL else 6}g}" if isinstance(value, float) else str(value)


def _finding(finding: Finding, told: Mapping[str, Scalar], kind: str) -> FindingLine:
    load = _load({key: value for key, value in finding.attributes.items() if key not in told})
    value = None if finding.value is None else f"{finding.value:.{10 if abs(finding.value) >= _IN_FULL else 6}g}"
    unit = unit_text(finding.unit) or None if finding.unit else None
    where = finding.where if kind != "calculation" else None  # it is the metric's own name once more
    return FindingLine(finding.metric, finding.statistic, value, unit, load, where, finding.against)
