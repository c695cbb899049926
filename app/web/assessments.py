"""An assessment as a list of tasks: what is answered, what is left, and what waits; and its gates."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.library import newer_versions
from app.readiness.assessment import Answer, Evidence, RiskException
from app.readiness.catalogue import Catalogue, Gate
from app.records import assessments
from app.records.kept import Kept, SentBack
from app.records.waiting import waiting
from app.report.compose import Background, compose
from app.report.model import DimensionLine, GateLine, QuestionLine, Report
from app.report.told import path_told
from app.web.access import ToRead, Visit
from app.web.outlooks import path_kept
from app.web.page import ThisPage
from app.web.standings import about

router = APIRouter(include_in_schema=False)

_WORST_FIRST = ("failed", "open", "unproven", "excepted", "passed", "not-applicable")


@dataclass(frozen=True, slots=True)
class Task:
    """One dimension: how far it is, who answers it, and how its gates stand."""

    line: DimensionLine
    owners: tuple[str, ...]  # those whose questions are most come first
    gates: tuple[tuple[str, int], ...]  # state and how many, the worst first

    @property
    def left(self) -> int:
        """How many questions are not answered yet."""
        return self.line.applicable - self.line.answered


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to do, the most decisive first."""

    gates: tuple[GateLine, ...]  # nobody has answered them
    asks: tuple[QuestionLine, ...]  # nobody here can say; those that are no gates
    whom: Mapping[str, str | None]  # whom to ask about a gate
    blank: int  # questions that nobody has answered, gates and those to be asked included
    second_look: int  # things that another account has to confirm
    new_look: int  # answers that a change touches
    sent_back: tuple[SentBack, ...]  # a second person looked and did not agree
    asks_again: tuple[str, ...]  # questions whose level reads otherwise since it was chosen
    newer: str | None  # a newer version of these questions


@dataclass(frozen=True, slots=True)
class Asked:
    """An exception that was asked for, and what this reader may do about it."""

    exception: RiskException
    may_accept: bool
    over: bool


@dataclass(frozen=True, slots=True)
class GateView:
    """One gate with what can be done about it."""

    line: GateLine
    text: str
    needed: str  # the anchor of the level that it needs
    rule: str  # whether an exception is allowed, in words
    until: date | None  # the last day that an exception asked for today may have; None where there is none to ask for
    exceptions: tuple[Asked, ...]
    sent_back: tuple[SentBack, ...]  # requests that were not accepted


@router.get("/assessments/{assessment}")
def show_assessment(visit: ToRead, page: ThisPage, assessment: UUID) -> Response:
    """The dimensions as tasks."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    report, path = _report(visit, kept), path_kept(visit, kept)
    return page.show(
        "assessments/show.html",
        here="pilots",
        kept=kept,
        report=report,
        about=about(kept.assessment.pilot.profile),
        tasks=[_task(report, each) for each in report.dimensions],
        left=_left(kept, report),
        to_go=path_told(path) if path else None,
        titles={key: question.title for key, question in kept.catalogue.questions.items()},
        may_edit=visit.caller.may_edit,
    )


@router.get("/assessments/{assessment}/gates")
def show_gates(visit: ToRead, page: ThisPage, assessment: UUID) -> Response:
    """Every gate, and the exceptions asked for."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    acceptable = {str(each.id) for each in waiting(visit.db, visit.caller) if each.what == "exception"}
    asked = [
        Asked(each, each.id in acceptable, each.until < visit.today) for each in reversed(kept.assessment.exceptions)
    ]
    report = _report(visit, kept)
    return page.show(
        "assessments/gates.html",
        here="pilots",
        kept=kept,
        report=report,
        gates=sorted(
            (_gate_view(kept, each, asked, visit.today) for each in report.gates),
            key=lambda each: _WORST_FIRST.index(each.line.state),
        ),
        counts=Counter(each.state for each in report.gates),
        today=visit.today,
        may_edit=visit.caller.may_edit,
    )


def _report(visit: Visit, kept: Kept) -> Report:
    organisation = visit.caller.organisation_name
    return compose(kept.catalogue, kept.assessment, visit.today, Background(organisation=organisation))


def _task(report: Report, line: DimensionLine) -> Task:
    owners = Counter(each.owner for each in line.questions if each.state not in ("not-asked", "not-applicable"))
    states = Counter(each.state for each in report.gates if each.dimension == line.key)
    return Task(
        line,
        tuple(owner for owner, _ in owners.most_common()),
        tuple((state, states[state]) for state in _WORST_FIRST if states[state]),
    )


def _left(kept: Kept, report: Report) -> Left:
    gates = {each.key: each for each in report.gates if each.state == "open"}
    questions = [each for line in report.dimensions for each in line.questions]
    return Left(
        gates=tuple(gates.values()),
        asks=tuple(each for each in questions if each.state == "nobody-can-say" and each.key not in gates),
        whom={each.key: each.ask for each in questions if each.key in gates},
        blank=report.applicable - report.answered,
        second_look=sum(1 for _ in _waiting(kept)),
        new_look=sum(each.waiting for each in report.changes),
        sent_back=tuple(_sent_back(kept)),
        asks_again=kept.asks_again,
        newer=next(reversed(newer_versions(kept.catalogue.id, kept.catalogue.version)), None),
    )


def _sent_back(kept: Kept) -> Iterator[SentBack]:
    """What was sent back and still asks for something to be done."""
    withdrawn = {item.id for each in kept.assessment.answers.values() for item in each.evidence if item.withdrawn}
    for each in kept.sent_back:
        if each.what in ("pilot", "not-applicable") or (each.what == "item" and str(each.id) not in withdrawn):
            yield each


def _waiting(kept: Kept) -> Iterator[object]:
    """Everything that another account has to look at, whoever is reading."""
    sent_back = {(each.what, each.question, str(each.id)) for each in kept.sent_back}
    pilot = kept.assessment.pilot
    if not pilot.confirmed and ("pilot", None, "None") not in sent_back:
        yield pilot
    for key, answer in kept.assessment.answers.items():
        marked = answer.not_applicable
        if marked and not marked.confirmed and ("not-applicable", key, "None") not in sent_back:
            yield marked
        for item in answer.evidence:
            if item.withdrawn and not item.withdrawn.confirmed:
                yield item.withdrawn
            elif not item.withdrawn and _asks_for_a_look(item, answer) and ("item", key, item.id) not in sent_back:
                yield item
    yield from (each for each in kept.assessment.exceptions if not each.accepted)


def _asks_for_a_look(item: Evidence, answer: Answer) -> bool:
    """Whether an item is not confirmed, or a link or document only for a lower claim than the one that now stands."""
    if not item.confirmed:
        return True
    return item.kind in ("link", "document") and (answer.level or 0) > (item.supports or 0)


def _gate_view(kept: Kept, line: GateLine, asked: Sequence[Asked], today: date) -> GateView:
    question = kept.catalogue.questions[line.key]
    gate = question.gate
    if gate is None:
        raise AssertionError("a gate stands on its question")  # compose made the line from it
    askable = line.state in ("failed", "unproven", "excepted") and gate.allows_exception(today)
    return GateView(
        line=line,
        text=question.text,
        needed=question.levels[gate.level],
        rule=_rule(gate, today),
        until=_latest(kept.catalogue, gate, today) if askable else None,
        exceptions=tuple(each for each in asked if each.exception.gate == line.key),
        sent_back=tuple(each for each in kept.sent_back if each.what == "exception" and each.question == line.key),
    )


def _rule(gate: Gate, today: date) -> str:
    if not gate.exception:
        return "No exception can cover it."
    if gate.exception_until is None:
        return "An exception can cover it for a time."
    if today >= gate.exception_until:
        return f"The duty applies since {gate.exception_until}: no exception can cover it any more."
    return f"An exception can cover it until the duty applies, on {gate.exception_until}."


def _latest(catalogue: Catalogue, gate: Gate, today: date) -> date:
    longest = today + timedelta(days=catalogue.policy.exception_days)
    return min(longest, gate.exception_until - timedelta(days=1)) if gate.exception_until else longest
