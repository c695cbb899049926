"""What differs between two versions of a catalogue: shown before a new version is taken up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.readiness.catalogue import Catalogue, Dimension, Framework, Gate, Need, Policy, Question, Tier
from app.readiness.condition import Condition
from app.readiness.grade import Grade


@dataclass(frozen=True, slots=True)
class Reworded:
    """A question that asks in other words than before, and which of its anchors changed."""

    before: Question
    after: Question
    parts: tuple[str, ...]  # "title", "question", "why it matters", "what would prove it"
    levels: tuple[int, ...]  # whose anchors changed: answers at these ask for confirmation


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version adds, drops, rewords and weighs otherwise."""

    added: tuple[Question, ...]
    dropped: tuple[Question, ...]
    reworded: tuple[Reworded, ...]
    rules: tuple[str, ...]  # in sentences: weights, gates, conditions, shelf lives, thresholds, efforts that differ

    @property
    def nothing(self) -> bool:
        """Whether the two are alike."""
        return not (self.added or self.dropped or self.reworded or self.rules)


def difference(old: Catalogue, new: Catalogue) -> Difference:
    """What differs from `old` to `new`, in the order of the catalogues. Their names, versions and abouts are not it."""
    both = [(old.questions[key], question) for key, question in new.questions.items() if key in old.questions]
    reworded = (
        Reworded(before, after, tuple(_reworded(before, after)), tuple(_other_anchors(before, after)))
        for before, after in both
    )
    return Difference(
        added=tuple(question for key, question in new.questions.items() if key not in old.questions),
        dropped=tuple(question for key, question in old.questions.items() if key not in new.questions),
        reworded=tuple(each for each in reworded if each.parts or each.levels),
        rules=(
            *_of_policy(old.policy, new.policy),
            *_of_dimensions(old, new),
            *(sentence for before, after in both for sentence in _of_question(before, after, old, new)),
            *_of_frameworks(old.frameworks, new.frameworks),
        ),
    )


def upgrade_problem(old: Catalogue, new: Catalogue) -> str | None:
    """Why an assessment on `old` cannot take up `new`; None where it can.

    Only a newer version of the same catalogue can be taken up.
    """
    if old.id != new.id:
        return f"{new.policy.title} is another catalogue than {old.policy.title}: begin an assessment of its own on it."
    before, after = _number(old.version), _number(new.version)
    if before == after:
        return f"The assessment stands on version {old.version} already."
    if after < before:
        return (
            f"The assessment stands on version {old.version}, and version {new.version} is older: there is no way back."
        )
    return None


def _number(version: str) -> tuple[int, ...]:
    """A dotted version as numbers, so that 1.10 comes after 1.9 and 1.0 is 1."""
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


# ---- words


def _reworded(before: Question, after: Question) -> Iterator[str]:
    if before.title != after.title:
        yield "title"
    if before.text != after.text:
        yield "question"
    if before.why != after.why:
        yield "why it matters"
    if before.proof != after.proof:
        yield "what would prove it"


def _other_anchors(before: Question, after: Question) -> Iterator[int]:
    pairs = zip(before.levels, after.levels, strict=True)
    return (level for level, (one, other) in enumerate(pairs) if one != other)


# ---- rules, in sentences


def _was(what: str, before: str, after: str) -> Iterator[str]:
    """One sentence, where the two differ."""
    if before != after:
        yield f"{what}: {after}, was {before}."


def _of_policy(before: Policy, after: Policy) -> Iterator[str]:
    yield from _of_tiers(before.tiers, after.tiers)
    yield from _was("Answered questions that a verdict needs", _share(before.coverage), _share(after.coverage))
    yield from _was(
        "Weight of a dimension that may be marked as not applicable before a Go is out of reach",
        _share(before.not_applicable_share),
        _share(after.not_applicable_share),
    )
    yield from _was("Longest exception", _days(before.exception_days), _days(after.exception_days))
    yield from _was("Effort of a confirmation", _days(before.confirmation_days), _days(after.confirmation_days))
    for grade in Grade:
        lives = (_life(each.shelf_life_days.get(grade), "without end") for each in (before, after))
        yield from _was(f"Shelf life of what is {grade}", *lives)
    for level, (one, other) in enumerate(zip(before.levels, after.levels, strict=True)):
        yield from _was(f"Name of level {level}", one, other)
    for key, title in after.owners.items():
        yield from _was(f"Owner {key}", before.owners.get(key, "not there"), title)
    yield from (f"Owner {key} is gone." for key in before.owners if key not in after.owners)
    yield from _of_needs(before.needs, after.needs)


def _of_tiers(before: Sequence[Tier], after: Sequence[Tier]) -> Iterator[str]:
    olds = {tier.key: tier for tier in before}
    for tier in after:
        old = olds.get(tier.key)
        if old is None:
            yield (
                f"A bar is added for {tier.title} ({_when(tier.when)}): "
                f"Go from {_points(tier.go)}, floor {_points(tier.floor)}, No-go below {_points(tier.no_go)}."
            )
            continue
        yield from _was(f"Name of the bar {tier.key}", old.title, tier.title)
        yield from _was(f"Proven that a Go needs with {tier.title}", _points(old.go), _points(tier.go))
        yield from _was(f"Floor of each dimension with {tier.title}", _points(old.floor), _points(tier.floor))
        yield from _was(f"Proven below which it is a No-go with {tier.title}", _points(old.no_go), _points(tier.no_go))
        yield from _was(f"Pilots with {tier.title}", _when(old.when), _when(tier.when))
        yield from _was(f"How a blank field counts for {tier.title}", f"{old.blank}", f"{tier.blank}")
    keys = [tier.key for tier in after]
    yield from (f"There is no bar for {tier.title} any more." for tier in before if tier.key not in keys)
    yield from _order("The bars", [tier.key for tier in before], keys)


def _of_needs(before: Sequence[Need], after: Sequence[Need]) -> Iterator[str]:
    olds, news = ({need.key: need for need in needs} for needs in (before, after))
    for key, need in news.items():
        old = olds.get(key)
        if old is None:
            yield f"A need is added: “{need.title}”."
            continue
        yield from _was(f"Name of the need “{old.title}”", old.title, need.title)
        yield from _was(f"Kind of the need “{need.title}”", old.kind, need.kind)
        yield from _was(f"Unit of the need “{need.title}”", old.unit or "none", need.unit or "none")
        if (old.hint, old.example) != (need.hint, need.example):
            yield f"The need “{need.title}” is explained in other words."
    yield from (f"The need “{need.title}” is dropped." for key, need in olds.items() if key not in news)
    yield from _order("The needs", list(olds), list(news))


def _of_dimensions(old: Catalogue, new: Catalogue) -> Iterator[str]:
    for dimension in new.dimensions:
        before = old.dimension(dimension.key)
        if before is None:
            yield f"A dimension is added: “{dimension.title}”, with a weight of {dimension.weight}."
            continue
        yield from _was(f"Name of the dimension “{before.title}”", before.title, dimension.title)
        yield from _was(f"Weight of the dimension “{dimension.title}”", f"{before.weight}", f"{dimension.weight}")
        if before.about != dimension.about:
            yield f"The dimension “{dimension.title}” is explained in other words."
        yield from _order(f"The questions of “{dimension.title}”", _keys(before), _keys(dimension))
    yield from (f"The dimension “{each.title}” is dropped." for each in old.dimensions if not new.dimension(each.key))
    yield from _order("The dimensions", [each.key for each in old.dimensions], [each.key for each in new.dimensions])


def _of_question(before: Question, after: Question, old: Catalogue, new: Catalogue) -> Iterator[str]:
    named = f"“{after.title}”"
    yield from _was(f"{named}: weight", f"{before.weight}", f"{after.weight}")
    yield from _of_gate(named, before.gate, after.gate)
    yield from _was(f"{named} is asked", _when(before.when), _when(after.when))
    if before.owner != after.owner:
        owners = old.policy.owners[before.owner], new.policy.owners[after.owner]
        yield from _was(f"{named}: who answers", *owners)
    yield from _was(f"{named}: days of work from level to level", _efforts(before), _efforts(after))
    for grade in Grade:
        lives = (_life((each.shelf_life_days or {}).get(grade), "as for all") for each in (before, after))
        yield from _was(f"{named}: shelf life of what is {grade}", *lives)
    yield from _was(
        f"{named}: changes that ask for a new look",
        _listed(sorted(each.replace("-", " ") for each in before.changes)),
        _listed(sorted(each.replace("-", " ") for each in after.changes)),
    )
    yield from _was(f"{named}: needs that it is compared with", _needs(before, old), _needs(after, new))
    frameworks = {*before.references, *after.references}
    others = sorted(key for key in frameworks if before.references.get(key) != after.references.get(key))
    if others:
        yield f"{named} refers to other items of {_listed(others)}."


def _of_gate(named: str, before: Gate | None, after: Gate | None) -> Iterator[str]:
    if before is None and after is not None:
        yield f"{named} is now a gate at level {after.level}."
    if before is not None and after is None:
        yield f"{named} is no longer a gate."
    if before is None or after is None:
        return
    yield from _was(f"{named}: level that the gate asks for", f"{before.level}", f"{after.level}")
    yield from _was(f"{named}: the gate stands", _when(before.when), _when(after.when))
    if before.not_applicable != after.not_applicable:
        yield f"{named} may {'now' if after.not_applicable else 'no longer'} be marked as not applicable."
    if before.exception != after.exception:
        yield f"{named}: an exception can {'now' if after.exception else 'no longer'} cover the gate."
    ends = (f"before {each.exception_until}" if each.exception_until else "open" for each in (before, after))
    yield from _was(f"{named}: end of exceptions", *ends)


def _of_frameworks(before: Mapping[str, Framework], after: Mapping[str, Framework]) -> Iterator[str]:
    for key, framework in after.items():
        old = before.get(key)
        if old is None:
            yield f"{key} is added to the frameworks, as of {framework.version}."
            continue
        yield from _was(f"Edition of {key}", old.version, framework.version)
        if old.items != framework.items:
            yield f"The items of {key} differ."
    yield from (f"{key} is no longer among the frameworks." for key in before if key not in after)


def _order(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Whether those in both stand in another order."""
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield f"{what} stand in another order."


def _keys(dimension: Dimension) -> Sequence[str]:
    return [question.key for question in dimension.questions]


def _points(threshold: Decimal) -> str:
    return f"{float(threshold):g}"


def _share(share: Decimal) -> str:
    return f"{float(100 * share):g} %"


def _days(days: float) -> str:
    return f"{days:g} {'day' if days == 1 else 'days'}"


def _life(days: int | None, otherwise: str) -> str:
    return otherwise if days is None else _days(days)


def _when(condition: Condition | None) -> str:
    return f"when {condition}" if condition else "always"


def _efforts(question: Question) -> str:
    return ", ".join(f"{days:g}" for days in question.effort_days)


def _needs(question: Question, catalogue: Catalogue) -> str:
    return _listed(catalogue.needs[key].title for key in question.needs)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
