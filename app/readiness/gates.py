"""The state of each gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.readiness.assessment import RiskException
from app.readiness.catalogue import Gate, Question


class GateState(StrEnum):
    """What a gate does to the verdict."""

    NOT_APPLICABLE = "not-applicable"
    PASSED = "passed"
    OPEN = "open"
    EXCEPTED = "excepted"
    FAILED = "failed"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class GateScore:
    """A gate on a day."""

    question: Question
    gate: Gate
    state: GateState
    coverable: bool  # whether an exception could cover it on that day
    exception: RiskException | None  # the one that covers it, where it is excepted
    unwritten: tuple[str, ...] = ()  # the needs that its rules read and that are not written down

    @property
    def key(self) -> str:
        """The key of its question."""
        return self.question.key


def gate_score(
    question: Question,
    gate: Gate,
    *,
    applicable: bool,
    claimed: int | None,
    proven: int | None,
    cap: int | None,
    unwritten: tuple[str, ...],
    exceptions: Sequence[RiskException],
    as_of: date,
) -> GateScore:
    """The state of a gate: the first that fits.

    Args:
        question: the question that the gate stands on.
        gate: what it asks for.
        applicable: whether the question and the gate's own condition hold, and nobody confirmed it as not applicable.
        claimed: the claimed level; None while unanswered.
        proven: the proven level; None while unanswered.
        cap: the lowest level above which a standing finding speaks against, answered or not.
        unwritten: the needs that its rules read and that the pilot did not write down: it is at best unproven.
        exceptions: all of the assessment's.
        as_of: the day.
    """
    coverable = gate.allows_exception(as_of)
    spoken_against = cap is not None and cap < gate.level
    holding = (each for each in exceptions if coverable and each.gate == question.key and each.holds_on(as_of))
    exception = max(holding, key=lambda each: (each.until, each.begins, each.reason), default=None)
    if not applicable:
        state = GateState.NOT_APPLICABLE
    elif proven is not None and proven >= gate.level and not unwritten:
        state = GateState.PASSED
    elif claimed is None and not spoken_against:
        state = GateState.OPEN
    elif exception:
        state = GateState.EXCEPTED
    elif spoken_against or (claimed is not None and claimed < gate.level):
        state = GateState.FAILED
    else:
        state = GateState.UNPROVEN
    covering = exception if state is GateState.EXCEPTED else None
    return GateScore(question, gate, state, coverable, covering, unwritten)
