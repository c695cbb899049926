"""The relaxed program behind a choice of one plan for each group, solved by HiGHS.

Nothing here knows what the numbers mean. Why HiGHS, and why by its own package: docs/decisions/0009.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any


def multipliers(groups: Sequence[Sequence[tuple[int, Sequence[Fraction]]]]) -> tuple[Fraction, ...] | None:
    """What one more of each condition costs where plans may be mixed; None where no mixture fits.

    Args:
        groups: for each group its plans: the cost, and for each condition what the plan adds to a sum that must
            come to 0 or more. One plan of each group is taken.

    Whatever they are, 0 or more, cost less what they make of the conditions is a bound from below; these are the ones
    that make it highest. A solver counts in floats: a bound worked out from them exactly holds all the same.
    """
    import highspy  # at the first path, not at every start: it loads NumPy
    import numpy

    conditions = len(groups[0][0][1])
    plans = [(place, cost, adds) for place, group in enumerate(groups) for cost, adds in group]
    scales = [
        max((abs(adds[each]) for _, _, adds in plans), default=Fraction(0)) or Fraction(1) for each in range(conditions)
    ]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(plans), len(groups) + conditions
    model.col_cost_ = numpy.array([float(cost) for _, cost, _ in plans])
    model.col_lower_ = numpy.zeros(len(plans))
    model.col_upper_ = numpy.full(len(plans), highspy.kHighsInf)
    model.row_lower_ = numpy.array([1.0] * len(groups) + [0.0] * conditions)
    model.row_upper_ = numpy.array([1.0] * len(groups) + [highspy.kHighsInf] * conditions)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = numpy.arange(len(plans) + 1, dtype="int32") * (1 + conditions)
    model.a_matrix_.index_ = numpy.array(
        [row for place, _, _ in plans for row in (place, *range(len(groups), len(groups) + conditions))], dtype="int32"
    )
    model.a_matrix_.value_ = numpy.array(
        [
            value
            for _, _, adds in plans
            for value in (1.0, *(float(add) / float(by) for add, by in zip(adds, scales, strict=True)))
        ]
    )
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(model)
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:  # a solver that gave up makes the search longer, not wrong
        return (Fraction(0),) * conditions
    duals = highs.getSolution().row_dual[len(groups) :]
    return tuple(max(Fraction(0), Fraction(dual) / by) for dual, by in zip(duals, scales, strict=True))
