"""Metrics of NVIDIA's DCGM exporter."""

from collections.abc import Iterator, Mapping, Sequence

from app.evidence.accelerators import (
    MEBIBYTE,
    Accelerator,
    count_finding,
    divided,
    figure_findings,
    state_findings,
    times,
)
from app.evidence.accelerators import remarks_on as hardware_remarks
from app.evidence.content import Content
from app.evidence.exposition import Sample, Scrape, holds, remarks_on, scrape_of
from app.evidence.reading import Reading
from app.evidence.stated import attributes, line
from app.finding import Finding

# Bits of the mask. 0x1 is idle, 0x2 the clocks that were asked for, 0x10 several in step: none of these slows it down.
_REASONS = {
    0x4: "sw_power_cap",
    0x8: "hw_slowdown",
    0x20: "sw_thermal_slowdown",
    0x40: "hw_thermal_slowdown",
    0x80: "hw_power_brake_slowdown",
}
_PLACES = {
    "memory_used": "FB_USED",
    "memory_total": "FB_FREE",
    "memory_reserved": "FB_RESERVED",
    "utilization": "GPU_UTIL",
    "temperature": "GPU_TEMP",
    "memory_temperature": "MEMORY_TEMP",
    "power": "POWER_USAGE",
    "power_limit": "POWER_MGMT_LIMIT",
    "energy": "TOTAL_ENERGY_CONSUMPTION",
    "uncorrected": "ECC_DBE_VOL_TOTAL",
    "remap_failures": "ROW_REMAP_FAILURE",
}
_MASKS = ("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS")
_VIOLATIONS = ("DCGM_FI_DEV_THERMAL_VIOLATION", "DCGM_FI_DEV_POWER_VIOLATION")
_DRIVER = "DCGM_FI_DRIVER_VERSION"


def recognises(file: Content) -> bool:
    """Whether there are metrics of DCGM."""
    return holds(file, "DCGM_FI_")


def read(file: Content) -> Reading:
    """The accelerators, their heat, power, memory, and who uses them."""
    scrape = scrape_of(file)
    parts = _by_accelerator(scrape)
    found = [_accelerator(each) for each in parts.values()]
    samples = [each for part in parts.values() for each in part.values()]
    driver = next((known for each in samples if (known := line(each.labels.get(_DRIVER)))), None)
    where = samples[0].where if samples else "line 1"
    findings = [
        *count_finding(found, where, driver=driver),
        *figure_findings(found, observed_by="exporter"),
        *state_findings(found),
        *_violations(scrape),
        *_users(scrape),
    ]
    return Reading(
        kind="prometheus-dcgm",
        title="Metrics of NVIDIA's DCGM exporter",
        tool="DCGM exporter",
        observed_on=scrape.observed_on(),
        grade="demonstrated",
        findings=tuple(findings),
        remarks=(*_remarks(scrape), *hardware_remarks(found), *remarks_on(scrape, "DCGM exporter")),
    )


def _by_accelerator(scrape: Scrape) -> Mapping[str, dict[str, Sample]]:
    """The samples of each whole accelerator by metric; parts of one (MIG) stand under it and are left out."""
    found: dict[str, dict[str, Sample]] = {}
    for name, samples in scrape.samples.items():
        if name.startswith("DCGM_FI_"):
            for each in samples:
                host = each.labels.get("Hostname", "")
                key = each.labels.get("UUID") or f"{host} {each.labels.get('gpu', '')}"
                part = found.setdefault(key, {})
                if name not in part or not each.labels.get("GPU_I_ID"):
                    part[name] = each
    return found


def _accelerator(samples: Mapping[str, Sample]) -> Accelerator:
    first = next(iter(samples.values()))

    def value(name: str) -> float | None:
        each = samples.get(f"DCGM_FI_DEV_{name}")
        known = None if each is None else times(each.value, 1)
        return None if known is None or known < 0 or known >= 2**62 else known  # its words for "not supported"

    used, free, reserved = value("FB_USED"), value("FB_FREE"), value("FB_RESERVED")
    total = value("FB_TOTAL")
    if total is None and used is not None and free is not None and reserved is not None:
        total = used + free + reserved
    mask = next((each for name in _MASKS if (each := samples.get(name)) is not None), None)
    raw = {"energy": "TOTAL_ENERGY_CONSUMPTION", "utilization": "GPU_UTIL", "memory_used": "FB_USED"}
    units = {"energy": "mJ", "utilization": "%", "memory_used": "MiB"}
    return Accelerator(
        index=line(first.labels.get("gpu")),
        product=line(first.labels.get("modelName")),
        identity=first.labels.get("UUID"),
        memory_total=times(total, MEBIBYTE),
        memory_used=times(used, MEBIBYTE),
        memory_reserved=times(reserved, MEBIBYTE),
        utilization=divided(value("GPU_UTIL"), 100),
        temperature=value("GPU_TEMP"),
        memory_temperature=value("MEMORY_TEMP") or None,  # 0 where there is no sensor
        power=value("POWER_USAGE"),
        power_limit=value("POWER_MGMT_LIMIT"),
        energy=divided(value("TOTAL_ENERGY_CONSUMPTION"), 1000),
        slowed=_slowed(mask),
        uncorrected=value("ECC_DBE_VOL_TOTAL"),
        remap_failures=value("ROW_REMAP_FAILURE"),
        raw={name: f"{known:.15g} {units[name]}" for name, each in raw.items() if (known := value(each)) is not None},
        where=first.where,
        places={
            field: samples[f"DCGM_FI_DEV_{name}"].where
            for field, name in _PLACES.items()
            if f"DCGM_FI_DEV_{name}" in samples
        },
    )


def _slowed(mask: Sample | None) -> dict[str, bool]:
    if mask is None or not 0 <= mask.value < 2**32:
        return {}
    return {reason: bool(int(mask.value) & bit) for bit, reason in _REASONS.items()}


def _violations(scrape: Scrape) -> Iterator[Finding]:
    """Whether heat or power has slowed any down since the start; for how long depends on the version."""
    for name in _VIOLATIONS:
        samples: Sequence[Sample] = scrape.all(name)
        if samples:
            yield Finding(
                metric=name,
                statistic="accelerators above 0",
                value=float(sum(each.value > 0 for each in samples)),
                unit="{gpu}",
                attributes=attributes(of=len(samples)),
                where=samples[0].where,
            )
    for name in ("DCGM_FI_DEV_XID_ERRORS",):
        for each in scrape.all(name):
            if 0 < each.value < 2**32:
                yield Finding(
                    metric=name,
                    statistic="last code",
                    value=each.value,
                    attributes=attributes(accelerator=each.labels.get("gpu")),
                    where=each.where,
                )


def _users(scrape: Scrape) -> Iterator[Finding]:
    """Which pods had an accelerator."""
    using: dict[tuple[str, str], tuple[set[str], str]] = {}
    for samples in scrape.samples.values():
        for each in samples:
            pod = each.labels.get("pod") or each.labels.get("exported_pod")
            if pod:
                key = (each.labels.get("namespace") or each.labels.get("exported_namespace") or "", pod)
                seen, _ = using.setdefault(key, (set(), each.where))
                seen.add(each.labels.get("UUID") or each.labels.get("gpu", ""))
    for (namespace, pod), (seen, where) in list(using.items())[:50]:
        yield Finding(
            metric="hw.gpu.count",
            statistic="used by a pod",
            value=float(len(seen)),
            unit="{gpu}",
            attributes=attributes(pod=pod, namespace=namespace or None),
            where=where,
        )


def _remarks(scrape: Scrape) -> Iterator[str]:
    every = [each for samples in scrape.samples.values() for each in samples]
    if not any(each.labels.get("pod") or each.labels.get("exported_pod") for each in every):
        yield "No sample names a pod: the accelerators are idle, or who uses them is not attributed."
    if not any(name in scrape.samples for name in _MASKS):
        yield "Reasons for slowing down are not among the counters: whether heat or power did is not known."
    if any(0 < each.value < 2**32 for each in scrape.all("DCGM_FI_DEV_XID_ERRORS")):
        yield "An accelerator has reported an error (its last code stands in the findings): look it up."
    if any(each.labels.get("GPU_I_ID") for each in every):
        yield "Accelerators are cut into parts (MIG): their figures are those of the whole where they are given."
