"""How large a gain is and how surely it is known, from samples of several designs or from published figures.

A gain is by how much more work gets done in an hour. It is reckoned as the logarithm of a ratio of means, so that a
time that halves and an output that doubles are the same gain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, isfinite, log, log1p, sqrt
from statistics import NormalDist, fmean

from app.calculators import student

_MANY = 1e9  # degrees of freedom of a published figure that does not state them
_UNIT = NormalDist()


@dataclass(frozen=True, slots=True)
class Effect:
    """A gain on the logarithmic scale, its standard error (None: not known) and what stands behind it."""

    log_gain: float
    error: float | None
    degrees: float
    n: int | None
    test: str
    bounds: tuple[float, float] | None = None  # of the gain, where they were published

    @property
    def gain(self) -> float:
        """By how much more gets done in an hour, as a share."""
        return _share(self.log_gain)

    @property
    def time_change(self) -> float:
        """By how much longer the same work takes, as a share."""
        return _share(-self.log_gain)

    def interval(self, level: float) -> tuple[float, float] | None:
        """The ends of the gain's interval; None where the error is not known."""
        if self.bounds is not None:
            return self.bounds
        if self.error is None:
            return None
        half = student.quantile((1 + level) / 2, self.degrees) * self.error
        return _share(self.log_gain - half), _share(self.log_gain + half)

    def probability_above(self, gain: float) -> float | None:
        """How probable it is that the gain is larger, all gains being equally likely beforehand."""
        if not self.error:
            return None
        return student.below((self.log_gain - log1p(gain)) / self.error, self.degrees)

    def detectable(self, level: float, power: float) -> float | None:
        """The smallest gain that such a study finds with that power (Bloom 1995)."""
        return None if self.error is None else _share(_reach(level, power) * self.error)

    def needed(self, gain: float, level: float, power: float) -> int | None:
        """How many values such a study needs to find that gain: the error falls with their root (Bloom 1995)."""
        if not self.error or self.n is None or gain <= 0:
            return None
        found = self.n * (_reach(level, power) * self.error / log1p(gain)) ** 2
        return int(min(max(found, 2.0), 1e12)) + 1

    def in_teams(self, size: float, likeness: float) -> "Effect":
        """The same where people of a team are alike: the variance grows by 1 + (size − 1)·likeness (Kish 1965)."""
        if self.error is None or self.n is None or size == 1 or not likeness:
            return self
        wider = self.error * sqrt(1 + (size - 1) * likeness)
        return replace(self, error=wider, degrees=max(1.0, min(self.degrees, self.n / size - 2)))


@dataclass(frozen=True, slots=True)
class _Part:
    """One share of the variance, and the degrees of freedom that it was taken with."""

    variance: float
    degrees: int


def of_two(before: Sequence[float], after: Sequence[float], sign: int, *, paired: bool) -> Effect:
    """The ratio of two means: Welch's (1947) degrees of freedom for two groups, Student's (1908) for pairs.

    The error of a logarithm of a ratio is that of the delta method (Hedges, Gurevitch and Curtis 1999).
    """
    change = log(fmean(after)) - log(fmean(before))
    parts = _parts(before, after, paired=paired)
    n = len(before) if paired else len(before) + len(after)
    return _effect(sign * change, parts, n, "Student, pairs" if paired else "Welch")


def of_four(
    control: tuple[Sequence[float], Sequence[float]],
    treatment: tuple[Sequence[float], Sequence[float]],
    sign: int,
    *,
    paired: bool,
) -> Effect:
    """The change of those with less that of those without (Ashenfelter and Card 1985), each as a ratio of means."""
    changes = [log(fmean(after)) - log(fmean(before)) for before, after in (control, treatment)]
    parts = [*_parts(*control, paired=paired), *_parts(*treatment, paired=paired)]
    n = sum(len(before) if paired else len(before) + len(after) for before, after in (control, treatment))
    return _effect(sign * (changes[1] - changes[0]), parts, n, "difference in differences")


def of_series(series: Sequence[float], introduced_at: int, sign: int) -> Effect:
    """Level and slope before and after, on the logarithms (Wagner et al. 2002): the gain is the later part's mean.

    Neighbouring values hang together, so the error is Newey and West's (1987).
    """
    import numpy as np

    n = len(series)
    time = np.arange(n, dtype=float)
    later = (time >= introduced_at).astype(float)
    design = np.column_stack([np.ones(n), time, later, later * (time - introduced_at)])
    logs = np.log(np.array(series))
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ logs
    scores = design * (logs - design @ coefficients)[:, None]
    middle = scores.T @ scores
    for lag in range(1, int(4 * (n / 100) ** (2 / 9)) + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (int(4 * (n / 100) ** (2 / 9)) + 1)) * (cross + cross.T)
    covariance = inverse @ middle @ inverse * n / (n - 4)
    weights = np.array([0.0, 0.0, 1.0, (n - introduced_at - 1) / 2])
    error = float(np.sqrt(max(0.0, weights @ covariance @ weights)))
    return Effect(sign * float(weights @ coefficients), error, n - 4, n, "segmented regression, Newey and West")


@dataclass(frozen=True, slots=True)
class Stated:
    """A published change of the measure as a share of what it was, and what was published of its error."""

    change: float
    lower: float | None
    upper: float | None
    level: float
    standard_error: float | None
    p_below: float | None
    n: int | None
    clusters: int | None


def of_stated(stated: Stated, sign: int, level: float) -> Effect:
    """A published change as a gain.

    Its error is that of the published interval; else the published one; else the largest with which the change would
    still be as significant as is said, so that the true one is smaller.
    """
    middle = log1p(stated.change)
    degrees = float(stated.clusters - 2) if stated.clusters is not None and stated.clusters > 3 else _MANY
    error: float | None = None
    bounds: tuple[float, float] | None = None
    if stated.lower is not None and stated.upper is not None:
        width = log1p(stated.upper) - log1p(stated.lower)
        error = width / 2 / student.quantile((1 + stated.level) / 2, degrees)
        if abs(stated.level - level) < 1e-9:
            ends = sorted(_share(sign * log1p(each)) for each in (stated.lower, stated.upper))
            bounds = ends[0], ends[1]
    elif stated.standard_error is not None:
        error = stated.standard_error / (1 + stated.change)
    elif stated.p_below is not None:
        error = abs(middle) / student.quantile(1 - stated.p_below / 2, degrees)
    error = error if error and isfinite(error) else None
    return Effect(sign * middle, error, degrees, stated.n, "as published", bounds)


def _effect(log_gain: float, parts: Sequence[_Part], n: int, test: str) -> Effect:
    total = sum(each.variance for each in parts)
    spread = sum(each.variance**2 / each.degrees for each in parts)
    return Effect(log_gain, sqrt(total), total**2 / spread if spread > 0 else 1.0, n, test)


def _parts(before: Sequence[float], after: Sequence[float], *, paired: bool) -> list[_Part]:
    """The variance of the logarithm of a ratio of means, in its parts."""
    first, second = fmean(before), fmean(after)
    if paired:
        differences = [late / second - early / first for early, late in zip(before, after, strict=True)]
        return [_Part(_variance(differences) / len(differences), len(differences) - 1)]
    return [
        _Part(_variance([each / mean for each in values]) / len(values), len(values) - 1)
        for values, mean in ((before, first), (after, second))
    ]


def _variance(values: Sequence[float]) -> float:
    """The same as the standard library's, which takes seconds for as many values as are allowed."""
    mean = fmean(values)
    return fsum((each - mean) ** 2 for each in values) / (len(values) - 1)


def _share(logarithm: float) -> float:
    return exp(min(logarithm, 500.0)) - 1


def _reach(level: float, power: float) -> float:
    """How many standard errors away an effect must be to be found with that power: 2.8 at 95 % and 80 %."""
    return _UNIT.inv_cdf((1 + level) / 2) + _UNIT.inv_cdf(power)
