"""The report as one value.

Figures are computed and cut here, once. The page, the PDF and the JSON each print this and add nothing, so no two of
them can disagree. What a reader may not see is left out of the value, not hidden by a writer.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from app.readiness.fragility import Hinge
from app.readiness.outlook import Outlook
from app.report.scenario import ScenarioLine
from app.report.told import Told, told

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


_AT_A_GLANCE = 6


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
    findings: tuple[FindingLine, ...]  # those that the question's rules speak of come first
    load: str = ""  # what all of them state alike: under which load, of which model
    proves: str | None = None  # what the rules read out of it, in a sentence; None where they read nothing

    @property
    def main_findings(self) -> tuple[FindingLine, ...]:
        """As many as are read at a glance."""
        return self.findings[:_AT_A_GLANCE]

    @property
    def more_findings(self) -> int:
        """How many there are beside those."""
        return len(self.findings) - len(self.main_findings)


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
    turned: tuple[str, ...]  # profile or needs restated after evidence was attached, and what that did, in sentences


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
    cost: str | None  # what accepting it costs, in the words of whoever asked
    state: Literal["asked", "holds", "not begun", "ended"]


@dataclass(frozen=True, slots=True)
class TradeOffLine:
    """Something accepted on record that no gate stands on: what, why, by whom, until when, at what cost."""

    title: str
    reason: str
    cost: str | None
    question: str | None
    question_title: str | None
    decided_by: str
    on: date
    until: date | None
    state: Literal["holds", "not begun", "ended"]


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One sealed milestone."""

    id: str
    title: str
    as_of: date
    sealed_by: str
    verdict: str
    verdict_title: str
    claimed: Percent | None
    proven: Percent | None
    sha256: str


@dataclass(frozen=True, slots=True)
class CauseLine:
    """What one cause contributed to the difference in proven since the last milestone."""

    cause: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class SinceLine:
    """The difference since the last milestone; the points add up to the difference of the shown scores."""

    milestone: str
    as_of: date
    verdict_before: str
    proven_before: Percent | None
    points: Decimal | None
    causes: tuple[CauseLine, ...]  # those that contributed something


@dataclass(frozen=True, slots=True)
class CoverageItem:
    """One item of a framework, and what is claimed and proven on the questions that touch it."""

    id: str
    title: str
    questions: tuple[str, ...]  # keys, in the order of the catalogue; empty: nothing in the catalogue touches it
    applicable: int
    answered: int
    claimed: Percent | None  # by the weight of the answered questions that touch it, as a dimension's
    proven: Percent | None  # by the weight of all applicable ones
    gates: int  # gates among the questions, of those that apply to this pilot
    gates_passed: int


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One framework as published, item by item."""

    framework: str
    version: str
    items: tuple[CoverageItem, ...]
    touched: int  # items that at least one question touches
    claimed: Percent | None
    proven: Percent | None


@dataclass(frozen=True, slots=True)
class NoLongerAsked:
    """An answer to a question that the catalogue's newer version has dropped: kept, and counted nowhere."""

    key: str
    level: int | None
    note: str | None
    evidence: tuple[str, ...]  # titles
    ask: str | None = None
    not_applicable: str | None = None  # reason and who, in words


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
    outlook: Outlook | None  # path to Go, fragility, what would prove each claim, forecast; None: not worked out
    told: Told | None  # the outlook in sentences
    milestones: tuple[MilestoneLine, ...]  # oldest first
    since: SinceLine | None  # None where no milestone is sealed
    trade_offs: tuple[TradeOffLine, ...]
    scenarios: tuple[ScenarioLine, ...]  # what calculators came to
    coverage: tuple[CoverageLine, ...]
    no_longer_asked: tuple[NoLongerAsked, ...]
    asks_again: tuple[str, ...]  # questions whose anchor has changed since they were answered
    register: tuple[EvidenceLine, ...] | None  # None where the reader may not see it
    law: tuple[LawLine, ...]

    @property
    def has_appendix(self) -> bool:
        """Whether the answers and the register are part of it."""
        return self.register is not None

    def summary(self) -> "Report":
        """The report without its answers and its register, for a reader who was given no more."""
        return replace(self.of_dimensions(frozenset()), register=None)

    def of_dimensions(self, keys: Collection[str]) -> "Report":
        """The report with the answers and the evidence of these dimensions alone."""
        outlook = self.outlook and _of_dimensions(self.outlook, keys)
        dimensions = tuple(each if each.key in keys else replace(each, questions=()) for each in self.dimensions)
        lines = {line.key for each in dimensions for line in each.questions}
        whole = all(each.key in keys for each in dimensions)
        return replace(
            self,
            dimensions=dimensions,
            # An item that one question touches tells that question's level.
            coverage=self.coverage if whole else tuple(replace(each, items=()) for each in self.coverage),
            not_applicable=tuple(each for each in self.not_applicable if each.key in lines),
            register=None if self.register is None else tuple(each for each in self.register if each.question in lines),
            no_longer_asked=tuple(each for each in self.no_longer_asked if _dimension_of(each.key) in keys),
            scenarios=tuple(each.of_dimensions(keys) for each in self.scenarios),
            outlook=outlook,
            told=told(outlook, self.verdict_title) if outlook else None,
        )


def _of_dimensions(outlook: Outlook, keys: Collection[str]) -> Outlook:
    """Without the titles of items, and what is said of single answers, in other dimensions."""
    fragility = outlook.fragility and replace(
        outlook.fragility,
        hinges=_untitled(outlook.fragility.hinges, keys),
        others=_untitled(outlook.fragility.others, keys),
    )
    proving = tuple(each for each in outlook.proving if _dimension_of(each.question) in keys)
    return replace(outlook, fragility=fragility, proving=proving)


def _untitled(hinges: Iterable[Hinge], keys: Collection[str]) -> tuple[Hinge, ...]:
    return tuple(each if _dimension_of(each.question) in keys else replace(each, carried_by=None) for each in hinges)


def _dimension_of(question: str) -> str:
    return question.partition(".")[0]
