"""What makes a report a decision: the path to Go, what a verdict hangs on, what would prove each claim, what time does.

One value, because it is worked out together and kept together, by the digest of what it comes from and the day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal

from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.fragility import Fragility, Hinge, fragility
from app.readiness.options import Trials, in_decimals
from app.readiness.path import NoPath, Path, path_from
from app.readiness.score import QuestionScore, Score, days_ahead, gate_scores, question_score, score, summed_up
from app.readiness.verdict import Verdict, cut

__all__ = ["Forecast", "Fragility", "Hinge", "Outlook", "Proving", "outlook"]

_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """The cheapest evidence that would prove an answer's claim."""

    question: str
    title: str
    owner: str
    claimed: int
    proven: int
    how: Literal["review", "confirm", "evidence"]  # look at it again; have it confirmed; show something new
    grade: str | None  # of the new evidence
    evidence: str | None  # in the catalogue's words
    effort_days: Decimal
    confirmed_too: bool = False  # besides, what is attached has to be confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where the pilot stands on a later day if nothing is done, and what went stale since the point before."""

    on: date
    verdict: str
    proven: Decimal | None
    loses: tuple[str, ...]  # titles of the questions whose proven level falls, the gates first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """All of it, on a day."""

    path: Path | NoPath
    fragility: Fragility | None  # None where nothing can worsen the verdict
    proving: tuple[Proving, ...]  # in the order of the catalogue
    forecast: tuple[Forecast, ...]  # the days of the next twelve months on which score or verdict differ by themselves


def outlook(catalogue: Catalogue, assessment: Assessment, as_of: date) -> Outlook:
    """Work it all out for a day."""
    scored = score(catalogue, assessment, as_of)
    return Outlook(
        path=path_from(catalogue, assessment, scored),
        fragility=fragility(catalogue, assessment, scored),
        proving=tuple(_provings(catalogue, assessment, scored)),
        forecast=tuple(_forecasts(catalogue, assessment, scored)),
    )


def _provings(catalogue: Catalogue, assessment: Assessment, scored: Score) -> Iterator[Proving]:
    trials = Trials(catalogue, assessment, scored, Verdict.GO, ())
    for asked in scored.questions.values():
        if asked.claimed is None or asked.proven is None or asked.proven >= asked.claimed:
            continue
        cheapest = min(_would_prove(trials, asked, asked.claimed, asked.proven), key=lambda each: each.effort_days)
        yield replace(cheapest, owner=catalogue.policy.owners[asked.question.owner])


def _would_prove(trials: Trials, asked: QuestionScore, claimed: int, proven: int) -> Iterator[Proving]:
    """Each way to prove the claim, the simpler first."""
    evidence = Proving(
        question=asked.key,
        title=asked.question.title,
        owner=asked.question.owner,
        claimed=claimed,
        proven=proven,
        how="evidence",
        grade=None,
        evidence=None,
        effort_days=Decimal(0),
    )
    waiting = trials.confirmations(asked)
    for moves in (each for count in (0, 1, 2) for each in combinations(waiting, count)):
        confirmed, days = trials.made(asked, moves), sum((each.effort for each in moves), Fraction(0))
        if moves and _proves(confirmed, claimed):
            yield replace(evidence, how="confirm", effort_days=in_decimals(days))
        elif asked.proof.awaiting_review and _proves(trials.reviewed(confirmed), claimed):
            yield replace(evidence, how="review", effort_days=in_decimals(days), confirmed_too=bool(moves))
        for level in range(proven + 1, claimed + 1):
            move = trials.to_level(confirmed, level, proven)
            if _proves(trials.made(confirmed, [move]), claimed):
                yield replace(
                    evidence,
                    grade=str(move.grade),
                    evidence=asked.question.proof.get(level),
                    effort_days=in_decimals(days + move.effort),
                    confirmed_too=bool(moves),
                )


def _proves(asked: QuestionScore, level: int) -> bool:
    return (asked.proven or 0) >= level


def _forecasts(catalogue: Catalogue, assessment: Assessment, scored: Score) -> Iterator[Forecast]:
    """Day by day on which anything may differ by itself; only the questions whose day it is are proven again."""
    questions = dict(scored.questions)
    gates, point = scored.gates, scored
    for day, keys in days_ahead(catalogue, assessment, scored).items():
        if day > scored.as_of + _AHEAD:
            return
        stale = [questions[key] for key in keys]
        then = {
            each.key: question_score(
                catalogue, assessment, each.dimension, each.question, day, yardstick=each.yardstick
            )
            for each in stale
        }
        moved = any(each.proven != questions[key].proven for key, each in then.items())
        questions.update(then)
        gates_then = gate_scores(catalogue, assessment, questions, day)
        if not moved and gates_then == gates:
            continue
        gates, now = gates_then, summed_up(catalogue, assessment, dict(questions), day)
        if _shown(now) != _shown(point):
            yield Forecast(
                on=day,
                verdict=now.decision.verdict.value,
                proven=None if now.proven is None else cut(now.proven),
                loses=_lost(point.questions, now.questions),
            )
            point = now


def _shown(scored: Score) -> tuple[Verdict, Decimal | None]:
    return scored.decision.verdict, None if scored.proven is None else cut(scored.proven)


def _lost(before: Mapping[str, QuestionScore], after: Mapping[str, QuestionScore]) -> tuple[str, ...]:
    """The titles of the questions whose proven level fell, the gates first."""
    lost = [each.question for key, each in after.items() if (each.proven or 0) < (before[key].proven or 0)]
    return tuple(each.title for each in sorted(lost, key=lambda question: question.gate is None))
