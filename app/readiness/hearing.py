"""What a question's rules hear in one item, told figure by figure: what was found, and what it would take.

And the other way round: which questions of a catalogue an item speaks to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.finding import Finding
from app.readiness.assessment import Evidence, Needs
from app.readiness.catalogue import Catalogue, Question
from app.readiness.grade import Grade
from app.readiness.heard import (
    Candidate,
    against_runs,
    findings_against,
    gathered_figure,
    meets,
    meets_alone,
    piece_runs,
    spoken_against,
    supports,
)
from app.readiness.profile import Profile
from app.readiness.proof import counted_grade
from app.readiness.rule import Against, Piece, Supports
from app.readiness.rule_text import Figure
from app.readiness.rule_words import figure_text, figure_told
from app.readiness.run import Run, whole
from app.readiness.yardstick import Yardstick, statistic_of

NOTHING: Final = "says nothing of it"
_MOST_ATTRIBUTES = 4


@dataclass(frozen=True, slots=True)
class LineHeard:
    """One figure of a rule beside an item."""

    wanted: str  # the figure in words, with its threshold for this pilot
    subject: str  # what of: Time to the first word, p95
    threshold: str  # at most 1,500 ms; blank where being found is enough
    found: str  # what the item says to it, or that it says nothing
    met: bool
    where: str | None = None  # in the file

    @property
    def silent(self) -> bool:
        """Whether the item says nothing of it."""
        return self.found == NOTHING


@dataclass(frozen=True, slots=True)
class PieceHeard:
    """One thing that a level needs, beside an item."""

    title: str
    met: bool  # by this item alone
    lines: tuple[LineHeard, ...]

    @property
    def near(self) -> int:
        """How many of its figures are met."""
        return sum(each.met for each in self.lines)


@dataclass(frozen=True, slots=True)
class RuleHeard:
    """One rule that reads something in an item."""

    level: int
    against: bool  # it holds the level down; else it shows it
    met: bool  # by this item alone: a level is shown, or something speaks against
    pieces: tuple[PieceHeard, ...]


@dataclass(frozen=True, slots=True)
class ItemHeard:
    """What a question's rules hear in an item: those that read anything in it, what is met first."""

    rules: tuple[RuleHeard, ...]

    @property
    def shown(self) -> RuleHeard | None:
        """The rule of the highest level that the item shows alone."""
        met = [each for each in self.rules if each.met and not each.against]
        return max(met, key=lambda each: each.level, default=None)

    @property
    def contradicting(self) -> RuleHeard | None:
        """The rule that holds the level lowest."""
        met = [each for each in self.rules if each.met and each.against]
        return min(met, key=lambda each: each.level, default=None)

    @property
    def following(self) -> RuleHeard | None:
        """The nearest rule that would show more, and that the item does not meet."""
        shown = self.shown.level if self.shown else 0
        more = [each for each in self.rules if not each.met and not each.against and each.level > shown]
        return min(more, key=lambda each: (each.level, -sum(piece.near for piece in each.pieces)), default=None)


@dataclass(frozen=True, slots=True)
class SpeaksTo:
    """A question that an item speaks to."""

    question: Question
    level: int | None  # the highest that it shows alone, whatever its grade; None: not enough for any
    against: int | None  # the level above which it speaks against
    heard: ItemHeard


def hearing(catalogue: Catalogue, question: Question, item: Evidence, needs: Needs) -> ItemHeard:
    """What the question's rules hear in an item, whatever is claimed and whatever else is attached."""
    yardstick = Yardstick(catalogue, needs)
    rules = [
        *(_shows(rule, item, yardstick) for rule in question.rules.supports if _reads_any(rule, item, yardstick)),
        *(_speaks(rule, item, yardstick) for rule in question.rules.against if _reads_any(rule, item, yardstick)),
    ]
    return ItemHeard(tuple(sorted(rules, key=lambda each: (not each.met, not each.against, -each.level))))


def speaks_to(catalogue: Catalogue, profile: Profile, needs: Needs, item: Evidence) -> tuple[SpeaksTo, ...]:
    """The questions of this pilot whose rules read anything in the item; those that it decides come first."""
    yardstick = Yardstick(catalogue, needs)
    found = [
        _speaking(question, item, yardstick)
        for question in catalogue.questions.values()
        if (question.when is None or question.when.holds(profile)) and _question_reads(question, item, yardstick)
    ]
    return tuple(sorted(found, key=_most_decisive))


def read_findings(question: Question, item: Evidence, yardstick: Yardstick) -> tuple[Finding, ...]:
    """The findings of an item that the question's rules speak of."""
    return yardstick.findings_of(question.rules.metrics, item)


def _speaking(question: Question, item: Evidence, yardstick: Yardstick) -> SpeaksTo:
    grade = int(counted_grade(item))
    support = supports(question.rules, [Candidate(item, grade, int(item.read_grade or Grade.ASSERTED))], yardstick)[0]
    against = min((rule.level for rule in spoken_against(question.rules, item, yardstick)), default=None)
    heard = hearing(yardstick.catalogue, question, item, yardstick.needs)
    return SpeaksTo(question, support.level if support else None, against, heard)


def _most_decisive(each: SpeaksTo) -> tuple[object, ...]:
    return each.against is None, each.level is None, -(each.level or 0), each.question.gate is None


def _question_reads(question: Question, item: Evidence, yardstick: Yardstick) -> bool:
    return yardstick.concerns(question.rules, item)


def _reads_any(rule: Supports | Against, item: Evidence, yardstick: Yardstick) -> bool:
    figures = [rule.figure] if isinstance(rule, Against) else [each for piece in rule.pieces for each in piece.figures]
    return any(yardstick.speaks_of(figure, finding) for figure in figures for finding in item.figures)


def _shows(rule: Supports, item: Evidence, yardstick: Yardstick) -> RuleHeard:
    pieces = tuple(_piece(piece, item, yardstick) for piece in rule.pieces)
    return RuleHeard(rule.level, against=False, met=all(each.met for each in pieces), pieces=pieces)


def _speaks(rule: Against, item: Evidence, yardstick: Yardstick) -> RuleHeard:
    speaking = findings_against(rule, item, yardstick)
    found = against_runs(rule, item, yardstick)
    run = next((run for run in found if set(map(id, run.findings)) & set(map(id, speaking[:1]))), None)
    beside = run or whole(item.figures)
    lines = (
        _line(rule.figure, whole(speaking) if speaking else beside, yardstick),
        *(_line(each, beside, yardstick) for each in rule.given),
    )
    piece = PieceHeard(figure_told(rule.figure, yardstick.catalogue, yardstick.needs).asked, bool(speaking), lines)
    return RuleHeard(rule.level, against=True, met=bool(speaking), pieces=(piece,))


def _piece(piece: Piece, item: Evidence, yardstick: Yardstick) -> PieceHeard:
    """The piece beside the run of the item that comes nearest to meeting it."""
    found = piece_runs(piece, item, yardstick)
    met = [sum(meets(figure, run, yardstick) for figure in piece.figures) for run in found]
    nearest = found[met.index(max(met))] if found else whole(())
    lines = tuple(_line(figure, nearest, yardstick) for figure in piece.figures)
    return PieceHeard(piece.title, meets_alone(piece, item, yardstick), lines)


def _line(figure: Figure, run: Run, yardstick: Yardstick) -> LineHeard:
    told = figure_told(figure, yardstick.catalogue, yardstick.needs)
    told_as = (told.asked, told.subject, told.threshold)
    met = meets(figure, run, yardstick)
    if figure.quantity in ("total", "different"):
        return _gathered(figure, told_as, run, yardstick, met=met)
    read = [finding for finding in run.findings if yardstick.reads(figure, finding)]
    wanting = [each for each in read if yardstick.says(figure, each) == met] or read
    if wanting:
        finding = min(wanting, key=lambda each: statistic_of(each) != figure.statistic)  # rather what it states itself
        return LineHeard(*told_as, _found(figure, finding, yardstick), met, finding.where)
    of_it = _of_the_metric(figure, run.findings, yardstick)
    other = min(of_it, key=lambda each: statistic_of(each) != figure.statistic, default=None)
    if other is None:
        return LineHeard(*told_as, NOTHING, met=False)
    return LineHeard(*told_as, f"{_found(figure, other, yardstick)}: {_why_unread(figure, other, yardstick)}", False)


def _gathered(figure: Figure, told_as: tuple[str, str, str], run: Run, yardstick: Yardstick, *, met: bool) -> LineHeard:
    read = [finding for finding in run.findings if yardstick.states(figure, finding)]
    if not read:
        return LineHeard(*told_as, NOTHING, met=False)
    value = gathered_figure(figure, [(None, run.bunches)], yardstick)
    unit = "1" if figure.quantity == "different" else yardstick.metric(figure.metric).unit
    return LineHeard(*told_as, figure_text(value, unit), met, read[0].where)


def _of_the_metric(figure: Figure, run: Sequence[Finding], yardstick: Yardstick) -> Iterator[Finding]:
    return (finding for finding in run if yardstick.speaks_of(figure, finding))


def _found(figure: Figure, finding: Finding, yardstick: Yardstick) -> str:
    """What a finding says: 3.01 s as its p99, at concurrency 400."""
    if figure.attribute:
        return str(finding.attributes.get(figure.attribute, "not stated"))
    value = yardstick.measured(figure, finding)
    metric = yardstick.metric(figure.metric)
    currency = yardstick.needs.get("currency")
    if value is None:
        said = "no figure" if finding.value is None else f"{finding.value:,.6g} {finding.unit or 'without a unit'}"
    else:
        said = figure_text(value, metric.unit, currency if isinstance(currency, str) else None)
    statistic = statistic_of(finding)
    if statistic and figure.statistic in ("ci95_lower", "ci95_upper") and statistic != figure.statistic:
        statistic = None
    as_its = f" ({statistic})" if statistic and statistic != figure.statistic else ""
    beside = [name for name in dict.fromkeys(test.attribute for test in figure.tests) if name in finding.attributes]
    load = ", ".join(f"{name.replace('_', ' ')} {finding.attributes[name]}" for name in beside[:_MOST_ATTRIBUTES])
    return f"{said}{as_its}{f' at {load}' if load else ''}"


def _why_unread(figure: Figure, finding: Finding, yardstick: Yardstick) -> str:
    """Why a finding of the metric is not one that the figure reads."""
    for test in figure.tests:
        if test.attribute not in finding.attributes:
            return f"does not say its {test.attribute.replace('_', ' ')}"
        if not yardstick.holds(test, finding):
            return f"not at the {test.attribute.replace('_', ' ')} that is wanted"
    marked = [name for name in figure.without if finding.attributes.get(name)]
    if marked:
        return f"left out, since it is marked {marked[0].replace('_', ' ')}"
    wanted: Literal["value"] | str = figure.statistic or "value"
    return f"it is the {statistic_of(finding) or 'value'}, and the {wanted} is wanted"
