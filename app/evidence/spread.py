"""How sure a difference of means is: Student's interval for pairs, Welch's for two groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, lgamma, log, log1p, sqrt
from statistics import fmean, variance


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of means with the ends of its 95 % interval."""

    mean: float
    lower: float | None  # None where there are too few values, or no spread
    upper: float | None
    test: str


def of_pairs(differences: Sequence[float]) -> Difference:
    """The mean of differences within pairs."""
    mean, n = fmean(differences), len(differences)
    if n < 2:
        return Difference(mean, None, None, "paired t")
    half = student_quantile(n - 1) * sqrt(variance(differences) / n)
    return Difference(mean, mean - half, mean + half, "paired t")


def of_groups(first: Sequence[float], second: Sequence[float]) -> Difference:
    """The mean of the second less that of the first, whose spreads may differ."""
    mean = fmean(second) - fmean(first)
    if len(first) < 2 or len(second) < 2:
        return Difference(mean, None, None, "Welch")
    one, other = variance(first) / len(first), variance(second) / len(second)
    error = one + other
    if not isfinite(error) or error <= 0:
        return Difference(mean, None, None, "Welch")
    degrees = 1 / ((one / error) ** 2 / (len(first) - 1) + (other / error) ** 2 / (len(second) - 1))
    half = student_quantile(degrees) * sqrt(error)
    return Difference(mean, mean - half, mean + half, "Welch")


def student_quantile(degrees: float, level: float = 0.95) -> float:
    """Where Student's distribution holds that share between minus and plus it."""
    low, high = 0.0, 1.0
    while _within(high, degrees) < level and high < 1e6:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < level else (low, middle)
    return (low + high) / 2


def _within(t: float, degrees: float) -> float:
    """The share of Student's distribution between minus and plus t."""
    return 1 - _beta(degrees / (degrees + t * t), degrees / 2, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the continued fraction."""
    tiny = 1e-300
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 300):
        step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + step * d, tiny), _away(1 + step / c, tiny)
        value *= d * c
        step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + step * d, tiny), _away(1 + step / c, tiny)
        value *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return value


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
