"""Metrics of a Triton inference server."""

from collections.abc import Iterator, Mapping
from math import isfinite

from app.evidence import histogram, load, serving
from app.evidence.accelerators import Accelerator, count_finding, figure_findings, times
from app.evidence.content import Content
from app.evidence.exposition import Sample, Scrape, groups, holds, remarks_on, scrape_of
from app.evidence.reading import Reading
from app.evidence.stated import attributes
from app.finding import Finding

_MICROSECONDS = 1e6
_FIRST = "nv_inference_first_response_histogram_ms"
_QUEUE = "nv_inference_queue_duration"
_QUANTILES = {"0.5": "p50", "0.9": "p90", "0.95": "p95", "0.99": "p99"}
_FARTHEST = 100  # times off the mean; what lies farther is not in microseconds, whatever its name says

_DROPPED = "Quantiles of the summary lie more than 100 times off its mean: they are in another unit, and left out."


def recognises(file: Content) -> bool:
    """Whether there are metrics of Triton."""
    return holds(file, "nv_inference_", "nv_gpu_", "nv_trt_llm_")


def read(file: Content) -> Reading:
    """Latencies and failures of each model, and the accelerators."""
    scrape = scrape_of(file)
    findings: list[Finding] = []
    failed: dict[str, float] = {}
    dropped = False
    for key, done in groups(scrape.all("nv_inference_request_success"), "model", "version").items():
        model = _Model(scrape, key, done)
        failed[key[0]] = failed.get(key[0], 0.0) + model.failed
        findings += model.findings()
        quantiles, off = model.quantiles()
        findings += quantiles
        dropped = dropped or off
    first = histogram.histograms(scrape, _FIRST, "model")
    for name, each in first.items():
        findings += histogram.findings_of(
            each,
            load.TIME_TO_FIRST_TOKEN,
            _FIRST,
            per_unit=1000,
            raw_unit="ms",
            about=attributes(model=name or None, failed=load.whole(failed.get(name))),
        )
    hardware = _accelerators(scrape)
    known_errors = any(each.metric == load.ERROR_RATE for each in findings)
    return Reading(
        kind="prometheus-triton",
        title="Metrics of a Triton inference server",
        tool="Triton",
        observed_on=scrape.observed_on(),
        grade="demonstrated",
        findings=(
            *findings,
            *(count_finding(hardware, hardware[0].where or "") if hardware else ()),
            *figure_findings(hardware, observed_by="server"),
        ),
        remarks=(
            *serving.load_remarks(findings, known_errors),
            *((_DROPPED,) if dropped else ()),
            *histogram.remarks_on({_FIRST: first}),
            *remarks_on(scrape, "Triton"),
        ),
    )


class _Model:
    """One version of one model: its counters, in microseconds summed over requests."""

    def __init__(self, scrape: Scrape, key: tuple[str, ...], done: list[Sample]) -> None:
        self.scrape = scrape
        self.key = key
        self.where = done[0].where
        self.done = _sum(done)
        self.failed = _sum(self._of("nv_inference_request_failure"))

    def _of(self, name: str) -> list[Sample]:
        return [
            each
            for each in self.scrape.all(name)
            if (each.labels.get("model", ""), each.labels.get("version", "")) == self.key
        ]

    def _about(self) -> Mapping[str, bool | int | float | str]:
        return attributes(
            model=self.key[0] or None,
            model_version=self.key[1] or None,
            observed_by="server",
            n=load.whole(self.done),
            failed=load.whole(self.failed),
        )

    def findings(self) -> Iterator[Finding]:
        """How many requests, how many failed, and how long they took on average."""
        yield from serving.error_rate(
            self.key[0], self.failed, self.done + self.failed, self.where, model_version=self.key[1] or None
        )
        if self.done <= 0:
            return
        yield Finding(
            metric="nv_inference_request_success",
            value=self.done,
            unit="{request}",
            attributes=self._about(),
            where=self.where,
        )
        for name, metric in (
            ("nv_inference_request_duration_us", serving.REQUEST_DURATION),
            ("nv_inference_queue_duration_us", _QUEUE),
        ):
            samples = self._of(name)
            mean = _sum(samples) / self.done
            if samples and isfinite(mean) and mean >= 0:
                yield Finding(
                    metric=metric,
                    statistic="mean",
                    value=mean / _MICROSECONDS,
                    unit="s",
                    attributes={**self._about(), "source": name, "raw_value": mean, "raw_unit": "us"},
                    where=samples[0].where,
                )

    def quantiles(self) -> tuple[list[Finding], bool]:
        """The quantiles of the summary, and whether some were left out since they cannot be right."""
        mean = _sum(self._of("nv_inference_request_duration_us")) / self.done if self.done > 0 else 0.0
        found = []
        dropped = False
        for each in self._of("nv_inference_request_summary_us") if mean > 0 and isfinite(mean) else ():
            statistic = _QUANTILES.get(each.labels.get("quantile", ""))
            if statistic is None or not isfinite(each.value) or each.value < 0:
                continue
            if not mean / _FARTHEST <= each.value <= mean * _FARTHEST:
                dropped = True
            elif self.done >= histogram.FEW:
                found.append(
                    Finding(
                        metric=serving.REQUEST_DURATION,
                        statistic=statistic,
                        value=each.value / _MICROSECONDS,
                        unit="s",
                        attributes={**self._about(), "raw_value": each.value, "raw_unit": "us"},
                        where=each.where,
                    )
                )
        return found, dropped


def _sum(samples: list[Sample]) -> float:
    known = [each.value for each in samples if isfinite(each.value) and each.value >= 0]
    total = sum(known)
    return total if isfinite(total) else 0.0


def _accelerators(scrape: Scrape) -> list[Accelerator]:
    found: dict[str, Accelerator] = {}
    for name, field in (
        ("nv_gpu_utilization", "utilization"),
        ("nv_gpu_memory_total_bytes", "memory_total"),
        ("nv_gpu_memory_used_bytes", "memory_used"),
        ("nv_gpu_power_usage", "power"),
        ("nv_gpu_power_limit", "power_limit"),
        ("nv_energy_consumption", "energy"),
    ):
        for each in scrape.all(name):
            identity = each.labels.get("gpu_uuid")
            if identity is not None and each.value >= 0:
                new = Accelerator(index=str(len(found)), identity=identity, where=each.where)
                accelerator = found.setdefault(identity, new)
                setattr(accelerator, field, times(each.value, 1))
                accelerator.places[field] = each.where
    return list(found.values())
