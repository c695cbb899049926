"""Tests of what a model answers: scores on cases, shares of attacks that succeeded, and what keeps them from proof."""

from collections.abc import Iterator

from app.evidence.stated import figure

FEW_CASES = 100
MOST_SHOWN = 500  # findings of one file
GENERAL = "Public tasks say little of one's own: what counts is a score on the cases of this pilot."

# Scores that are shares of cases, by the names that tools give them.
_SHARES = frozenset(
    {
        "acc", "acc_norm", "acc_norm_nosqrt", "acc_bytes", "acc_mutual_info", "accuracy", "balanced_accuracy",
        "exact_match", "em", "f1", "macro_f1", "micro_f1", "precision", "recall", "mc1", "mc2", "pct_stereotype",
        "contains", "prompt_level_strict_acc", "inst_level_strict_acc",
        "prompt_level_loose_acc", "inst_level_loose_acc",
        "pass_rate", "refusal_rate", "roc_auc",
    }
)  # fmt: skip

# Targets that answer by rule, for trying the tool out.
_MOCKS = ("mockllm/", "echo", "dummy", "hardcoded/", "test.", "mock-", "mock/")


def is_mock(model: str | None) -> bool:
    """Whether the target is a stand-in that comes with a tool."""
    name = (model or "").casefold()
    return name == "test" or name.startswith(_MOCKS)


def unit_of(metric: str, value: float) -> str | None:
    """The unit of a score: 1 where it is by its name a share and can be one; else not known."""
    name = metric.casefold()
    share = name in _SHARES or name.startswith("pass@")
    return "1" if share and 0 <= value <= 1 else None


def share(part: object, whole: object) -> float | None:
    """A part of a whole, 0 to 1; None where they make no share."""
    some, of = figure(part), figure(whole)
    if some is None or of is None or of <= 0 or not 0 <= some <= of:
        return None
    return some / of


def case_remarks(fewest: float | None, *, partial: bool = False, mock: bool = False) -> Iterator[str]:
    """What few cases, a part of them only, and a stand-in for the model take from a result."""
    if mock:
        yield "The target is a stand-in that answers by rule: nothing here is shown of the pilot's model."
    if partial:
        yield "Only a part of the cases was run: the result is that part's."
    if fewest is not None and fewest < FEW_CASES:
        cases = "1 case" if fewest == 1 else f"{fewest:.0f} cases"
        yield f"A result here rests on {cases}: below {FEW_CASES} chance weighs much."
