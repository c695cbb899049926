"""The verdict and its reasons, most decisive first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Literal

from app.readiness.catalogue import Dimension, Policy, Tier
from app.readiness.condition import Term
from app.readiness.gates import GateScore, GateState
from app.readiness.profile import PROFILE_FIELDS, Profile
from app.readiness.proof import Proof


class Verdict(Enum):
    """May this pilot become a production system? From worst to best."""

    NO_GO = "no-go"
    NOT_ASSESSED = "not-assessed"
    CONDITIONAL = "conditional"
    GO = "go"

    @property
    def rank(self) -> int:
        """0 for the worst, 3 for the best."""
        return list(Verdict).index(self)

    @property
    def title(self) -> str:
        """As people read it."""
        return {"no-go": "No-go", "not-assessed": "Not assessed", "conditional": "Conditional go", "go": "Go"}[
            self.value
        ]


ReasonKind = Literal["gate", "coverage", "score", "floor", "confirmation", "not-applicable", "ready"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that decides the verdict, in a sentence, and what stands behind it."""

    kind: ReasonKind
    verdict: Verdict  # the best verdict that it leaves possible
    text: str
    detail: str
    question: str | None = None
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with its reasons, most decisive first."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TierChoice:
    """The tier that counts for a profile, and why."""

    tier: Tier
    because: tuple[str, ...]  # in words; empty where no other tier's condition holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the verdict is decided on."""

    policy: Policy
    tier: TierChoice
    gates: tuple[GateScore, ...]
    coverage: Fraction | None
    answered: int
    applicable: int
    proven: Fraction | None
    dimensions: tuple[tuple[Dimension, Fraction | None, Fraction], ...]  # proven; share marked as not applicable
    pilot_confirmed: bool
    proofs: Mapping[str, Proof]
    claims: Mapping[str, int | None]
    asks: Mapping[str, str | None]  # whom to ask, where nobody here can say


def tier_for(policy: Policy, profile: Profile) -> TierChoice:
    """The first tier whose condition holds; a blank field counts as the tier says."""
    for tier in policy.tiers:
        if tier.when is None:
            return TierChoice(tier, ())
        blank = tier.blank == "meets"
        if tier.when.holds(profile, blank=blank):
            held = (
                terms for terms in tier.when.alternatives if all(each.holds(profile, blank=blank) for each in terms)
            )
            return TierChoice(tier, tuple("; ".join(_term(each, profile) for each in terms) for terms in held))
    raise AssertionError("a catalogue's last tier has no condition")  # catalogue_file.parse sees to it


def decide(standing: Standing) -> Decision:
    """The verdict, and every reason that stands between the pilot and a better one."""
    reasons = tuple(_reasons(standing))
    verdict = reasons[0].verdict if reasons else Verdict.GO
    return Decision(verdict, reasons or (_ready(standing),))


def cut(figure: Fraction) -> Decimal:
    """A figure as it is shown: cut, not rounded, to one decimal, so that 69.96 never reads 70.0."""
    return Decimal(int(figure * 10)).scaleb(-1)


def _reasons(standing: Standing) -> Iterator[Reason]:
    """In the order of the verdicts' table: the first one decides, the others stand behind it."""
    failed = [each for each in standing.gates if each.state is GateState.FAILED]
    yield from (
        _gate(standing, gate, Verdict.NO_GO, "has failed, and no exception can cover it")
        for gate in failed
        if not gate.coverable
    )
    yield from _not_assessed(standing)
    yield from (_gate(standing, gate, Verdict.NO_GO, "has failed") for gate in failed if gate.coverable)
    yield from _score(standing)
    yield from _not_proven(standing)
    yield from _shortfalls(standing)


def _not_assessed(standing: Standing) -> Iterator[Reason]:
    for gate in standing.gates:
        if gate.state is GateState.OPEN:
            ask = standing.asks[gate.key]
            says = f"is a gate that nobody here can answer: ask {ask}" if ask else "is a gate that nobody has answered"
            yield _gate(standing, gate, Verdict.NOT_ASSESSED, says)
    if standing.coverage is None:
        yield Reason("coverage", Verdict.NOT_ASSESSED, "No question applies.", "Look at the profile again.")
    elif standing.coverage < Fraction(standing.policy.coverage):
        yield Reason(
            "coverage",
            Verdict.NOT_ASSESSED,
            f"{standing.answered} of {standing.applicable} questions are answered.",
            f"A verdict needs {int(100 * standing.policy.coverage)} % of them.",
        )


def _score(standing: Standing) -> Iterator[Reason]:
    tier = standing.tier.tier
    if standing.proven is not None and standing.proven < Fraction(tier.no_go):
        yield Reason(
            "score",
            Verdict.NO_GO,
            f"Proven is {cut(standing.proven)}, below {tier.no_go}.",
            f"Below {tier.no_go} a pilot of this kind does not go; a Go needs {tier.go}.",
        )


def _not_proven(standing: Standing) -> Iterator[Reason]:
    for gate in standing.gates:
        if gate.state is GateState.UNPROVEN:
            proven = standing.proofs[gate.key].proven
            unwritten = gate.unwritten if proven is not None and proven >= gate.gate.level else ()
            yield (
                _unwritten(standing, gate, unwritten)
                if unwritten
                else _gate(standing, gate, Verdict.CONDITIONAL, "is claimed, not proven")
            )
    for gate in standing.gates:
        if gate.exception:
            yield Reason(
                "gate",
                Verdict.CONDITIONAL,
                f"{gate.question.title} rests on an exception until {gate.exception.until}.",
                f"Accepted by {gate.exception.accepted_by}: {gate.exception.reason}",
                gate.key,
            )


def _shortfalls(standing: Standing) -> Iterator[Reason]:
    tier, policy = standing.tier.tier, standing.policy
    if standing.proven is not None and Fraction(tier.no_go) <= standing.proven < Fraction(tier.go):
        yield Reason(
            "score",
            Verdict.CONDITIONAL,
            f"Proven is {cut(standing.proven)}, below the {tier.go} that a Go needs.",
            f"The bar for a pilot of this kind ({tier.title}).",
        )
    for dimension, proven, _ in standing.dimensions:
        if proven is not None and proven < Fraction(tier.floor):
            yield Reason(
                "floor",
                Verdict.CONDITIONAL,
                f"{dimension.title} is proven at {cut(proven)}, below its floor of {tier.floor}.",
                "No dimension may fall below it in a Go.",
                dimension=dimension.key,
            )
    if not standing.pilot_confirmed:
        yield Reason(
            "confirmation",
            Verdict.CONDITIONAL,
            "Nobody has confirmed profile and needs.",
            "Another person than the one who stated them has to look and agree.",
        )
    for dimension, _, marked in standing.dimensions:
        if marked > Fraction(policy.not_applicable_share):
            yield Reason(
                "not-applicable",
                Verdict.CONDITIONAL,
                f"{cut(100 * marked)} % of {dimension.title} is marked as not applicable.",
                f"More than {int(100 * policy.not_applicable_share)} % leaves too little to judge by.",
                dimension=dimension.key,
            )


def _gate(standing: Standing, gate: GateScore, verdict: Verdict, says: str) -> Reason:
    claimed, proof = standing.claims[gate.key], standing.proofs[gate.key]
    needs = f"the gate needs level {gate.gate.level}, proven"
    if proof.cap is not None and proof.cap < gate.gate.level:
        detail = f"A finding speaks against more than level {proof.cap}; {needs}."
    elif claimed is None:
        detail = f"{needs[0].upper()}{needs[1:]}."
    else:
        detail = f"Claimed {claimed}, proven {proof.proven}; {needs}."
    return Reason("gate", verdict, f"{gate.question.title} {says}.", detail, gate.key)


def _unwritten(standing: Standing, gate: GateScore, needs: Sequence[str]) -> Reason:
    """A gate that would be passed, had the pilot written down what its rules compare with."""
    titles = [need.title for need in standing.policy.needs if need.key in needs]
    return Reason(
        "gate",
        Verdict.CONDITIONAL,
        f"{gate.question.title} cannot be proven: a need that it compares with is not written down.",
        f"Write down: {'; '.join(titles)}.",
        gate.key,
    )


def _ready(standing: Standing) -> Reason:
    tier = standing.tier.tier
    proven = cut(standing.proven) if standing.proven is not None else "not known"
    return Reason(
        "ready",
        Verdict.GO,
        f"Every gate is passed, and {proven} is proven where {tier.go} is needed.",
        f"No dimension is proven below {tier.floor}; profile and needs are confirmed.",
    )


def _term(term: Term, profile: Profile) -> str:
    """Why a term holds, in words: the values that it looked for, or that the field was left blank."""
    field = PROFILE_FIELDS[term.field]
    value = profile.value(term.field)
    title = field.title if field.title.endswith("?") else f"{field.title}:"
    if value is None:
        return f"{title} left blank"
    if isinstance(value, bool):
        return f"{title} {'yes' if value else 'no'}"
    if isinstance(value, frozenset):
        shown = value & term.values if term.operator == "any" else value
        return f"{title} {', '.join(words for key, words in field.values.items() if key in shown)}"
    return f"{title} {field.values.get(str(value), str(value))}"
