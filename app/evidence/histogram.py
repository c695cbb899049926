"""A Prometheus histogram: its mean, and quantiles estimated out of its buckets as PromQL does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite

from app.evidence.exposition import Sample, Scrape
from app.evidence.load import whole
from app.evidence.stated import attributes
from app.finding import Finding

FEW = 100  # observations, below which a quantile is little more than the largest of them
_QUANTILES = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))


@dataclass(frozen=True, slots=True)
class Histogram:
    """The merged buckets of one label set."""

    buckets: Sequence[tuple[float, float]]  # upper bound and how many up to it, rising; empty where they say nothing
    total: float
    count: float
    where: str
    doubtful: str | None = None  # why no quantile follows, in words

    def quantile(self, share: float) -> tuple[float, float, float] | None:
        """A quantile with the bounds of its bucket; None where it lies beyond the last bound."""
        rank = share * self.count
        lower, below = 0.0, 0.0
        for bound, upto in self.buckets:
            if upto >= rank:
                if not isfinite(bound):
                    return None
                here = upto - below
                return (lower + (bound - lower) * ((rank - below) / here if here > 0 else 1.0), lower, bound)
            lower, below = bound, upto
        return None


def histograms(scrape: Scrape, name: str, label: str) -> Mapping[str, Histogram]:
    """The histograms of a metric by the value of one label, all else merged; those that counted nothing left out."""
    found: dict[str, Histogram] = {}
    counts = _by(scrape.all(f"{name}_count"), label)
    sums = _by(scrape.all(f"{name}_sum"), label)
    buckets = _by(scrape.all(f"{name}_bucket"), label)
    for key, samples in counts.items():
        count = sum(each.value for each in samples)
        total = sum(each.value for each in sums.get(key, []))
        if not isfinite(count) or count <= 0 or key not in sums or not isfinite(total):
            continue
        merged, doubtful = _merged(buckets.get(key, []), count)
        found[key] = Histogram(merged, total, count, samples[0].where, doubtful)
    return found


def _by(samples: Sequence[Sample], label: str) -> Mapping[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for each in samples:
        found.setdefault(each.labels.get(label, ""), []).append(each)
    return found


def _merged(samples: Sequence[Sample], count: float) -> tuple[Sequence[tuple[float, float]], str | None]:
    """The buckets of series that are counted together, and what is wrong with them."""
    series: dict[tuple[tuple[str, str], ...], dict[float, float]] = {}
    for each in samples:
        try:
            bound = float(each.labels.get("le", "nan"))
        except ValueError:
            return (), "a bucket has no bound"
        rest = tuple(sorted((name, value) for name, value in each.labels.items() if name != "le"))
        series.setdefault(rest, {})[bound] = each.value
    if not series:
        return (), None
    bounds = set(next(iter(series.values())))
    if any(set(each) != bounds for each in series.values()):
        return (), "the buckets of its parts have different bounds"
    if any(bound != bound for bound in bounds) or inf not in bounds:
        return (), "the buckets have no end"
    merged = [(bound, sum(each[bound] for each in series.values())) for bound in sorted(bounds)]
    if any(not isfinite(upto) or upto < 0 for _, upto in merged):
        return (), "a bucket counts what is no number"
    if any(later < earlier for (_, earlier), (_, later) in pairwise(merged)):
        return (), "a wider bucket counts fewer than a narrower one"
    if merged[-1][1] != count:
        return (), "the buckets come to another count"
    return merged, None


def findings_of(
    histogram: Histogram,
    metric: str,
    source: str,
    *,
    unit: str = "s",
    per_unit: float = 1.0,
    raw_unit: str | None = None,
    about: Mapping[str, bool | int | float | str],
) -> Iterator[Finding]:
    """The mean, and the quantiles where there are enough observations for them."""
    shared = dict(attributes(source=source, observed_by="server", n=whole(histogram.count), **about))
    if raw_unit:
        shared["raw_unit"] = raw_unit

    def finding(statistic: str, value: float, **more: bool | float) -> Finding:
        raw = {"raw_value": value} if raw_unit else {}
        return Finding(
            metric=metric,
            statistic=statistic,
            value=value / per_unit,
            unit=unit,
            attributes={**shared, **raw, **more},
            where=histogram.where,
        )

    mean = histogram.total / histogram.count
    if isfinite(mean) and mean >= 0:
        yield finding("mean", mean)
    if histogram.count < FEW or histogram.doubtful:
        return
    for share, statistic in _QUANTILES:
        quantile = histogram.quantile(share)
        if quantile is not None:
            value, lower, upper = quantile
            yield finding(statistic, value, estimated=True, lower=lower / per_unit, upper=upper / per_unit)


def remarks_on(metrics: Mapping[str, Mapping[str, Histogram]]) -> Iterator[str]:
    """What keeps the histograms of some metrics from showing more."""
    every = [(name, each) for name, found in metrics.items() for each in found.values()]
    few = [each.count for _, each in every if each.count < FEW]
    if few:
        yield f"No quantile is taken of fewer than {FEW} observations (the least has {min(few):g}): means only."
    if any(each.count >= FEW and each.buckets for _, each in every):
        yield "Quantiles are estimated within the buckets of a histogram; the bounds of each stand beside it."
    for name in dict.fromkeys(name for name, each in every if each.doubtful):
        reasons = sorted({each.doubtful for at, each in every if at == name and each.doubtful})
        yield f"No quantile is taken of {name}: {', '.join(reasons)}."
    beyond = [
        f"{statistic} of {name} lies beyond {each.buckets[-2][0]:g}"
        for name, each in every
        if each.count >= FEW and len(each.buckets) > 1
        for share, statistic in _QUANTILES
        if each.quantile(share) is None
    ]
    if beyond:
        yield f"Slower than the widest bucket says: {', '.join(beyond[:6])}."
