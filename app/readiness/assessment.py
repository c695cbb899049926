"""What an assessment says: a pilot, its answers, their evidence, the exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainSerializer, PlainValidator

from app.finding import Finding
from app.readiness.catalogue import Catalogue, ChangeKind, Level, Need, Question
from app.readiness.grade import Grade, NamedGrade
from app.readiness.profile import Profile
from app.wording import Ignored, Line, Text, two_people

EvidenceKind = Literal["link", "document", "artefact", "figure", "calculation"]
NotApplicableReason = Literal["out-of-scope", "not-built-yet", "covered-elsewhere", "other"]
NeedValue = int | float | str | tuple[str, ...] | None


def _need_value(given: object) -> object:
    if isinstance(given, list | tuple) and all(isinstance(each, str) for each in given):
        return tuple(given)
    if given is None or (isinstance(given, int | float | str) and not isinstance(given, bool)):
        return given
    raise ValueError("must be a number, a text or a list of texts")


def _plain_need(value: NeedValue) -> Any:
    return list(value) if isinstance(value, tuple) else value


# One validator, not one per kind: a wrong value is one problem, with the path of its field.
Needs = Mapping[str, Annotated[NeedValue, PlainValidator(_need_value), PlainSerializer(_plain_need)]]
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s<>\"]+$")]

_FORBID = ConfigDict(extra="forbid")
_HOLDS_FINDINGS: frozenset[EvidenceKind] = frozenset({"artefact", "figure", "calculation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Why an item no longer counts in favour. Until confirmed it still speaks against."""

    __pydantic_config__ = _FORBID

    by: Line | None = None
    on: date | None = None
    reason: Text | None = None
    confirmed_by: Line | None = None
    id: Ignored = field(default=None, compare=False)

    @property
    def confirmed(self) -> bool:
        """Whether a second person has agreed."""
        return two_people(self.by, self.confirmed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One item shown for an answer."""

    __pydantic_config__ = _FORBID

    kind: EvidenceKind
    title: Line | None = None
    url: Url | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    grade: NamedGrade | None = None  # declared by whoever attached it
    read_grade: NamedGrade | None = None  # given by a reader
    observed_on: date | None = None
    attached_by: Line | None = None
    confirmed_by: Line | None = None
    withdrawn: Withdrawal | None = None
    supports: Level | None = None  # of a confirmed link or document: the level claimed then; else as stated
    findings: tuple[Finding, ...] = ()
    id: Ignored = field(default=None, compare=False)

    @property
    def confirmed(self) -> bool:
        """Whether another person than the one who attached it has looked and agreed."""
        return two_people(self.attached_by, self.confirmed_by)

    @property
    def figures(self) -> tuple[Finding, ...]:
        """The findings that count: links and documents hold none."""
        return self.findings if self.kind in _HOLDS_FINDINGS else ()

    @property
    def declared_grade(self) -> Grade:
        """The declared grade; where none is declared the read one; where neither is known, somebody's word."""
        return self.grade or self.read_grade or Grade.ASSERTED


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """Why a question does not apply to this pilot; counts once confirmed."""

    __pydantic_config__ = _FORBID

    reason: NotApplicableReason
    note: Text | None = None
    by: Line | None = None
    confirmed_by: Line | None = None
    id: Ignored = field(default=None, compare=False)

    @property
    def confirmed(self) -> bool:
        """Whether a second person has agreed."""
        return two_people(self.by, self.confirmed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to one question: a level, or whom to ask, or that it does not apply; and what is shown for it."""

    __pydantic_config__ = _FORBID

    level: Level | None = None
    ask: Line | None = None  # nobody here can say; whom to ask
    note: Text | None = None
    reviewed_on: date | None = None
    not_applicable: NotApplicable | None = None
    evidence: tuple[Evidence, ...] = ()
    id: Ignored = field(default=None, compare=False)

    @property
    def says_something(self) -> bool:
        """Whether anything was said or shown; saving a blank says nothing."""
        said = (self.ask, self.note, self.not_applicable, *self.evidence)
        return self.level is not None or any(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something about the pilot changed, so that answers it touches ask for a new look."""

    __pydantic_config__ = _FORBID

    on: date
    kind: ChangeKind
    note: Text | None = None
    id: Ignored = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskException:
    """A named person accepts the risk of a gate until a day (that day included). Asked by one, accepted by another."""

    __pydantic_config__ = _FORBID

    gate: str
    reason: Annotated[Text, Field(min_length=1)]
    begins: Annotated[date, Field(validation_alias="from", serialization_alias="from")]
    until: date
    asked_by: Line | None = None
    accepted_by: Line | None = None
    cost: Text | None = None  # what accepting it costs, in words
    id: Ignored = field(default=None, compare=False)

    @property
    def accepted(self) -> bool:
        """Whether a second person has accepted it."""
        return two_people(self.asked_by, self.accepted_by)

    def holds_on(self, day: date) -> bool:
        """Whether it is accepted and `day` lies within it."""
        return self.accepted and self.begins <= day <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """Something accepted on record that moves no gate: what, why, by whom, until when (its last day), at what cost."""

    __pydantic_config__ = _FORBID

    title: Annotated[Line, Field(min_length=1)]
    reason: Annotated[Text, Field(min_length=1)]
    decided_by: Annotated[Line, Field(min_length=1)]
    on: date
    until: date | None = None  # None: until it is ended
    cost: Text | None = None
    question: str | None = None  # the one that it is about
    id: Ignored = field(default=None, compare=False)

    def state_on(self, day: date) -> Literal["holds", "not begun", "ended"]:
        """Whether it holds on a day, its first and its last included."""
        if self.until is not None and day > self.until:
            return "ended"
        return "holds" if self.on <= day else "not begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """What is assessed: profile and needs, stated by one person and confirmed by another."""

    __pydantic_config__ = _FORBID

    name: Annotated[Line, Field(min_length=1)]
    profile: Profile = field(default_factory=Profile)
    needs: Needs = field(default_factory=dict)
    stated_by: Line | None = None
    confirmed_by: Line | None = None
    id: Ignored = field(default=None, compare=False)

    @property
    def confirmed(self) -> bool:
        """Whether a second person has confirmed profile and needs."""
        return two_people(self.stated_by, self.confirmed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReference:
    """Which catalogue an assessment answers."""

    __pydantic_config__ = _FORBID

    id: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that is said and shown about a pilot: what `score` takes beside the catalogue and the day."""

    __pydantic_config__ = _FORBID

    catalogue: CatalogueReference
    pilot: Pilot
    answers: Mapping[str, Answer] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    exceptions: tuple[RiskException, ...] = ()
    trade_offs: tuple[TradeOff, ...] = ()
    id: Ignored = field(default=None, compare=False)


def not_applicable_problem(question: Question, profile: Profile) -> str | None:
    """Why a question may not be marked as not applicable for this profile; None where it may."""
    gate = question.gate
    if gate is None or gate.not_applicable or (gate.when and not gate.when.holds(profile)):
        return None
    return (
        f"{question.title} is a gate that always applies here: answer it, or ask for an exception where it allows one"
    )


def exception_problem(catalogue: Catalogue, gate_key: str, begins: date, until: date) -> str | None:
    """Why an exception on that gate for that time is not allowed; None where it is."""
    question = catalogue.questions.get(gate_key)
    if question is None or question.gate is None:
        return f"there is no gate '{gate_key}'"
    if not question.gate.exception:
        return f"{question.title} is a gate that no exception can cover"
    if until < begins:
        return f"ends on {until}, before it begins on {begins}"
    longest = catalogue.policy.exception_days
    if until - begins > timedelta(days=longest):
        return f"lasts longer than {longest} days: end it on {begins + timedelta(days=longest)} or before"
    duty = question.gate.exception_until
    if duty and until >= duty:
        return f"must end before {duty}, the day on which the duty begins to apply"
    return None


def trade_off_problem(catalogue: Catalogue, trade_off: TradeOff) -> str | None:
    """Why a trade-off cannot be recorded as it is; None where it can."""
    if trade_off.question is not None and trade_off.question not in catalogue.questions:
        return f"the catalogue has no question '{trade_off.question}'"
    if trade_off.until is not None and trade_off.until < trade_off.on:
        return f"ends on {trade_off.until}, before it begins on {trade_off.on}"
    return None


def need_problem(need: Need, value: NeedValue) -> str | None:
    """Why a value does not fit its need; None where it does, or is blank."""
    match need.kind, value:
        case _, None:
            return None
        case "list", tuple():
            return None
        case "list", _:
            return f"must be a list, such as {_shown(need.example)}"
        case "text", str():
            return None
        case (("number" | "money"), (int() | float())) if not isinstance(value, bool) and 0 <= value < 1e15:
            return None
        case "money", str() if _is_amount(value):
            return None
        case _:
            return (
                f"must be {'a number of 0 or more' if need.kind != 'text' else 'text'}, such as {_shown(need.example)}"
            )


def _shown(example: object) -> str:
    return (
        ", ".join(example)
        if isinstance(example, tuple)
        else f"{example:g}"
        if isinstance(example, float)
        else str(example)
    )


def _is_amount(text: str) -> bool:
    whole, _, part = text.partition(".")
    return text.isascii() and whole.isdigit() and (part.isdigit() or "." not in text) and len(text) <= 20
