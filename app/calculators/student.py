"""Student's distribution: how far a mean of few values may lie from the truth."""

from math import exp, lgamma, log, log1p
from statistics import NormalDist

_MANY = 10_000  # degrees of freedom from which the normal distribution is the same to four digits


def below(t: float, degrees: float) -> float:
    """The share of Student's distribution below `t` (Abramowitz and Stegun 1964, 26.7.1)."""
    if degrees >= _MANY:
        return NormalDist().cdf(t)
    tail = _beta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
    return 1 - tail if t > 0 else tail


def quantile(share: float, degrees: float) -> float:
    """Below which value that share of Student's distribution lies; found by halving."""
    if degrees >= _MANY:
        return NormalDist().inv_cdf(share)
    if share < 0.5:
        return -quantile(1 - share, degrees)
    low, high = 0.0, 2.0
    while below(high, degrees) < share and high < 1e12:
        low, high = high, high * 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle, degrees) < share else (low, middle)
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 1964, 26.5.8)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's way through the continued fraction."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + even * d), _away(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + odd * d), _away(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return value


def _away(value: float) -> float:
    """Away from nothing, so that it can be divided by."""
    return value if abs(value) > 1e-300 else 1e-300
