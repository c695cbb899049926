"""What the page of one section shows, as values: the questions asked, each with its answer and its proof."""

from dataclasses import dataclass
from uuid import UUID

from app.calculators import Calculator
from app.errors import NotFound
from app.readiness.assessment import Answer, Change, not_applicable_problem
from app.readiness.catalogue import Dimension, Question
from app.readiness.explain import heard
from app.readiness.gates import GateScore
from app.readiness.hearing import ItemHeard
from app.readiness.proof import ItemProof
from app.readiness.rule_words import RulesTold, rules_told
from app.readiness.score import DimensionScore, QuestionScore, Score
from app.records.assessments import Scored
from app.records.caller import Caller
from app.records.kept import Kept, Saved, SentBack, ShownFile
from app.report.method import condition_in_words
from app.report.model import EvidenceLine, Fact, QuestionLine
from app.report.questions import question_line
from app.report.stated import need_facts
from app.web.calculators import calculators_of


@dataclass(frozen=True, slots=True)
class Item:
    """One item of evidence on a card."""

    line: EvidenceLine
    file: ShownFile | None  # under which name it came, and what a reader said of it
    heard: ItemHeard | None  # what the question's rules hear in it; None where they hear nothing
    sent_back: tuple[SentBack, ...]
    may_withdraw: bool
    opens: str | None  # where what is shown can be looked at: its scenario, or its file; None where there is neither


@dataclass(frozen=True, slots=True)
class Card:
    """One question on the page."""

    assessment: UUID
    question: Question
    answer: Answer
    line: QuestionLine
    items: tuple[Item, ...]
    gate: GateScore | None  # None where the question is none
    needs: tuple[Fact, ...]  # the pilot's figures that evidence is compared with
    rules: RulesTold | None  # how it reads findings, with those figures filled in; None where it reads none
    calculators: tuple[Calculator, ...]  # that give figures which it reads
    saved: Saved | None
    review: Change | None  # what changed about the pilot since somebody last looked at this answer
    sent_back: tuple[SentBack, ...]  # its not-applicable
    must_apply: str | None  # why it may not be marked as not applicable
    may_answer: bool
    may_except: bool  # an exception could be asked for by this reader

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key

    @property
    def seen(self) -> int:
        """The version of the answer that is shown; 0: none yet."""
        return self.saved.version if self.saved else 0

    @property
    def url(self) -> str:
        """Where the answer is saved; its evidence stands below."""
        return f"/assessments/{self.assessment}/answers/{self.key}"

    @property
    def contradicting(self) -> tuple[Item, ...]:
        """The items whose standing findings speak against what is claimed."""
        claimed = self.line.claimed
        if claimed is None:
            return ()
        return tuple(item for item in self.items if item.line.against is not None and item.line.against < claimed)


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A question that the profile makes go away, and by which condition; an answer given before is kept."""

    question: Question
    when: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One dimension of an assessment, for one reader."""

    assessment: UUID
    pilot: UUID
    pilot_name: str
    catalogue: str  # its id
    version: str  # of the catalogue
    standing: DimensionScore
    owners: tuple[str, ...]
    levels: tuple[str, ...]  # what 0 to 4 are called
    cards: tuple[Card, ...]
    not_asked: tuple[NotAsked, ...]
    rail: tuple[DimensionScore, ...]  # the sections that this reader may open
    following: DimensionScore | None  # the next of them
    may_answer: bool
    alone: bool  # the reader sees these sections and nothing else of the site

    @property
    def dimension(self) -> Dimension:
        """The dimension."""
        return self.standing.dimension


def section(kept: Kept, score: Score, key: str, caller: Caller) -> Section:
    """The section of that key.

    Raises:
        NotFound: the catalogue has no such dimension.
    """
    granted = None if caller.link is None else caller.link.sections
    rail = tuple(each for each in score.dimensions if granted is None or each.dimension.key in granted)
    at = next((index for index, each in enumerate(rail) if each.dimension.key == key), None)
    if at is None:
        raise NotFound("There is no such section.")
    asked = [score.questions[question.key] for question in rail[at].dimension.questions]
    owners = kept.catalogue.policy.owners
    return Section(
        assessment=kept.id,
        pilot=kept.pilot,
        pilot_name=kept.assessment.pilot.name,
        catalogue=kept.catalogue.id,
        version=kept.catalogue.version,
        standing=rail[at],
        owners=tuple(dict.fromkeys(owners[each.question.owner] for each in asked if each.asked)),
        levels=kept.catalogue.policy.levels,
        cards=tuple(_card(kept, score, each, caller) for each in asked if each.asked),
        not_asked=tuple(_not_asked(each) for each in asked if not each.asked),
        rail=rail,
        following=rail[at + 1] if at + 1 < len(rail) else None,
        may_answer=caller.may_edit or caller.link is not None,
        alone=caller.link is not None,
    )


def card(scored: Scored, key: str, caller: Caller) -> Card:
    """One question of an assessment, as its section shows it."""
    return _card(scored.kept, scored.score, scored.score.questions[key], caller)


def _card(kept: Kept, score: Score, asked: QuestionScore, caller: Caller) -> Card:
    question, pilot, catalogue = asked.question, kept.assessment.pilot, kept.catalogue
    gate = next((each for each in score.gates if each.key == asked.key), None) if question.gate else None
    sent_back = [each for each in kept.sent_back if each.question == asked.key]
    line = question_line(catalogue, asked, score.as_of)
    return Card(
        assessment=kept.id,
        question=question,
        answer=asked.answer,
        line=line,
        items=tuple(
            _item(each, shown, kept, asked, sent_back, caller)
            for each, shown in zip(line.evidence, asked.proof.items, strict=True)
        ),
        gate=gate,
        needs=need_facts((catalogue.needs[need] for need in question.needs), pilot.needs),
        rules=rules_told(catalogue, question, pilot.needs),
        calculators=calculators_of(catalogue, question),
        saved=kept.saved.get(asked.key),
        review=asked.proof.awaiting_review if asked.answer.level is not None else None,
        sent_back=tuple(each for each in sent_back if each.what == "not-applicable"),
        must_apply=not_applicable_problem(question, pilot.profile),
        may_answer=caller.may_answer(kept.id, asked.key),
        may_except=gate is not None and gate.coverable and caller.may_edit,
    )


def _item(
    line: EvidenceLine,
    shown: ItemProof,
    kept: Kept,
    asked: QuestionScore,
    sent_back: list[SentBack],
    caller: Caller,
) -> Item:
    mine = caller.link is None or line.attached_by == f"{caller.name}, by link"
    told = heard(asked, shown)
    file = kept.files.get(line.id or "")
    opens = None
    if file is not None:
        below = f"/assessments/{kept.id}/answers/{asked.key}/evidence/{line.id}/file"
        opens = f"/scenarios/{file.scenario}" if file.scenario and caller.link is None else below
    return Item(
        line=line,
        file=file,
        opens=opens,
        heard=told if told.rules else None,
        sent_back=tuple(each for each in sent_back if str(each.id) == line.id),
        may_withdraw=line.withdrawn is None and mine and (caller.may_edit or caller.link is not None),
    )


def _not_asked(asked: QuestionScore) -> NotAsked:
    when = asked.question.when
    answered = asked.answer.level is not None or bool(asked.answer.evidence)
    return NotAsked(asked.question, condition_in_words(when) if when else "", answered)
