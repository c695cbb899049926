"""What has come about: milestones and what moved since, changes, exceptions and trade-offs, questions dropped. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from app.readiness.assessment import Answer, Change, Evidence, RiskException, TradeOff
from app.readiness.catalogue import Catalogue
from app.readiness.milestone import Sealed
from app.readiness.restated import Turned
from app.readiness.score import Score
from app.readiness.trend import Side, Trend, compare
from app.readiness.verdict import Verdict, cut
from app.report.model import (
    CauseLine,
    ChangeLine,
    ExceptionLine,
    MilestoneLine,
    NoLongerAsked,
    SinceLine,
    TradeOffLine,
)
from app.report.questions import mark_in_words


def milestone_lines(milestones: Iterable[Sealed]) -> tuple[MilestoneLine, ...]:
    """The milestones as they were given: oldest first."""
    return tuple(
        MilestoneLine(
            id=each.id,
            title=each.title,
            as_of=each.as_of,
            sealed_by=each.sealed_by,
            verdict=each.verdict.value,
            verdict_title=each.verdict.title,
            claimed=None if each.claimed is None else cut(each.claimed),
            proven=None if each.proven is None else cut(each.proven),
            sha256=each.sha256,
        )
        for each in milestones
    )


def since_line(last: Sealed, before: Side | Trend, now: Side) -> SinceLine:
    """What moved since the last milestone; compared here unless it was already."""
    trend = compare(before, now) if isinstance(before, Side) else before
    old, new = (None if each is None else cut(each) for each in trend.proven)
    return SinceLine(
        milestone=last.title,
        as_of=last.as_of,
        verdict_before=Verdict(trend.verdicts[0]).title,
        proven_before=old,
        points=None if old is None or new is None else new - old,
        causes=tuple(CauseLine(each.cause, each.shown) for each in trend.parts if each.exact or each.shown),
    )


def turned_sentences(turned: Iterable[Turned]) -> Mapping[str, tuple[str, ...]]:
    """By gate: what was restated after its evidence was attached, and what that did."""
    sentences: dict[str, tuple[str, ...]] = {}
    for each in turned:
        sentence = (
            f"{each.by} restated {_listed(each.fields)} on {each.on}, after evidence was attached: "
            f"the gate was {_words(each.before.value)} and is {_words(each.after.value)} since."
        )
        sentences[each.gate] = (*sentences.get(each.gate, ()), sentence)
    return sentences


def _listed(titles: Sequence[str]) -> str:
    named = [f"“{title}”" for title in titles]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _words(key: str) -> str:
    return key.replace("-", " ")


def no_longer_asked(dropped: Mapping[str, Answer]) -> tuple[NoLongerAsked, ...]:
    """Answers to questions that the catalogue has dropped."""
    return tuple(
        NoLongerAsked(
            key,
            answer.level,
            answer.note,
            tuple(_item_title(each) for each in answer.evidence),
            ask=answer.ask,
            not_applicable=mark_in_words(answer.not_applicable) if answer.not_applicable else None,
        )
        for key, answer in dropped.items()
    )


def _item_title(item: Evidence) -> str:
    return item.title or item.url or f"Untitled {item.kind}"


def change_line(scored: Score, change: Change) -> ChangeLine:
    """A change, and how many answers wait for a new look because of it."""
    answered = (each for each in scored.questions.values() if each.claimed is not None)
    waiting = sum(each.proof.awaiting_review == change for each in answered)
    return ChangeLine(change.on, change.kind.replace("-", " "), change.note, waiting)


def exception_line(catalogue: Catalogue, each: RiskException, as_of: date) -> ExceptionLine:
    """An exception, and whether it holds on the day."""
    state: Literal["asked", "holds", "not begun", "ended"] = "holds"
    if as_of > each.until:
        state = "ended"
    elif not each.accepted:
        state = "asked"
    elif as_of < each.begins:
        state = "not begun"
    accepted_by = each.accepted_by if each.accepted else None
    title = catalogue.questions[each.gate].title
    return ExceptionLine(
        gate=each.gate,
        title=title,
        reason=each.reason,
        asked_by=each.asked_by,
        accepted_by=accepted_by,
        begins=each.begins,
        until=each.until,
        cost=each.cost,
        state=state,
    )


def trade_off_line(catalogue: Catalogue, each: TradeOff, as_of: date) -> TradeOffLine:
    """A trade-off, and whether it holds on the day."""
    state: Literal["holds", "not begun", "ended"] = "holds"
    if each.until is not None and as_of > each.until:
        state = "ended"
    elif as_of < each.on:
        state = "not begun"
    return TradeOffLine(
        title=each.title,
        reason=each.reason,
        cost=each.cost,
        question=each.question,
        question_title=_title(catalogue, each.question),
        decided_by=each.decided_by,
        on=each.on,
        until=each.until,
        state=state,
    )


def _title(catalogue: Catalogue, question: str | None) -> str | None:
    """The question's title; its key where the catalogue asks it no longer."""
    asked = catalogue.questions.get(question) if question else None
    return asked.title if asked else question
