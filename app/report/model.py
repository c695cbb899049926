"""The report as one value.

Figures are computed and cut here, once. The page, the PDF and the JSON each print this and add nothing, so no two of
them can disagree. What a reader may not see is left out of the value, not hidden by a writer.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

Percent = Decimal
"""A score from 0 to 100, cut to one decimal."""

AnswerState = Literal[
    "answered", "blank", "nobody-can-say", "not-applicable", "not-applicable-unconfirmed", "not-asked"
]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the profile or of the needs: what, and what was stated (None: left blank)."""

    key: str
    title: str
    value: str | None


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One thing that decides the verdict."""

    kind: str
    text: str
    detail: str
    question: str | None
    dimension: str | None


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One figure of an item."""

    metric: str
    statistic: str | None
    value: str | None
    unit: str | None
    load: str
    where: str | None
    against: int | None


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One item of evidence: what it is, who stands for it, and what it is worth."""

    id: str | None
    question: str
    question_title: str
    kind: str
    title: str
    url: str | None
    sha256: str | None
    grade: str  # declared, or read where nothing was declared
    read_grade: str | None
    counted_grade: str  # once declarations that nobody confirmed are set aside
    effective_grade: str  # after ageing and change: what counts on the day
    observed_on: date | None
    good_until: date | None
    attached_by: str | None
    confirmed_by: str | None
    supports: int | None
    against: int | None
    withdrawn: str | None  # in words; None where it is not
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question with its answer."""

    key: str
    title: str
    text: str
    owner: str
    state: AnswerState
    claimed: int | None
    proven: int | None
    contradicted: bool
    anchor: str | None  # the words of the claimed level
    note: str | None
    ask: str | None
    not_applicable: str | None  # reason and who, in words
    proves: str
    more: tuple[str, ...]
    references: tuple[str, ...]
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class DimensionLine:
    """One dimension; its questions are empty where the reader may not see them."""

    key: str
    title: str
    claimed: Percent | None
    proven: Percent | None
    gap: Percent | None
    answered: int
    applicable: int
    below_floor: bool
    questions: tuple[QuestionLine, ...]


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate: its state in a word and why."""

    key: str
    title: str
    dimension: str
    state: str
    level: int
    claimed: int | None
    proven: int | None
    note: str
    rests_on: Literal["read", "declared", "nothing"]


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """One exception, asked or accepted."""

    gate: str
    title: str
    reason: str
    asked_by: str | None
    accepted_by: str | None
    begins: date
    until: date
    state: Literal["asked", "holds", "not begun", "ended"]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One recorded change of the pilot, and how many answers still wait for a new look."""

    on: date
    kind: str
    note: str | None
    waiting: int


@dataclass(frozen=True, slots=True)
class LawLine:
    """A day from which a legal duty applies, beside the pilot's go-live."""

    what: str
    reference: str
    applies_from: date
    before_go_live: bool | None  # None where no go-live is stated
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The thresholds that count for this pilot, and why these."""

    tier: str
    because: tuple[str, ...]
    go: Decimal
    floor: Decimal
    no_go: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A pilot's readiness on a day."""

    organisation: str
    confidentiality: str
    pilot: str
    as_of: date
    catalogue: str
    verdict: str  # go, conditional, no-go, not-assessed
    verdict_title: str
    lead: str
    claimed: Percent | None
    proven: Percent | None
    gap: Percent | None
    claimed_range: tuple[Percent, Percent] | None
    answered: int
    applicable: int
    bar: Bar
    lapses_on: date | None
    go_live: date | None
    profile: tuple[Fact, ...]
    needs: tuple[Fact, ...]
    stated_by: str | None
    confirmed_by: str | None  # None until a second person has confirmed
    reasons: tuple[ReasonLine, ...]
    dimensions: tuple[DimensionLine, ...]
    gates: tuple[GateLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    changes: tuple[ChangeLine, ...]
    not_applicable: tuple[QuestionLine, ...]
    on_declared_grades: int
    register: tuple[EvidenceLine, ...] | None  # None where the reader may not see it
    law: tuple[LawLine, ...]

    @property
    def has_appendix(self) -> bool:
        """Whether the answers and the register are part of it."""
        return self.register is not None

    def summary(self) -> "Report":
        """The report without its answers and its register, for a reader who was given no more."""
        return replace(
            self,
            register=None,
            not_applicable=(),
            dimensions=tuple(replace(each, questions=()) for each in self.dimensions),
        )
