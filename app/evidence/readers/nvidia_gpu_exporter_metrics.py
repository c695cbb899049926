"""Metrics of nvidia_gpu_exporter, which asks nvidia-smi."""

import re
from collections.abc import Iterator, Mapping

from app.evidence.accelerators import (
    Accelerator,
    count_finding,
    figure_findings,
    state_findings,
    taken,
    times,
)
from app.evidence.accelerators import remarks_on as hardware_remarks
from app.evidence.content import Content
from app.evidence.exposition import Sample, Scrape, holds, remarks_on, scrape_of
from app.evidence.reading import Reading
from app.evidence.stated import line

_PREFIX = "nvidia_smi_"
_PLACES = {
    "memory_total": "memory_total_bytes",
    "memory_used": "memory_used_bytes",
    "memory_reserved": "memory_reserved_bytes",
    "utilization": "utilization_gpu_ratio",
    "temperature": "temperature_gpu",
    "memory_temperature": "temperature_memory",
    "margin": "temperature_gpu_tlimit",
    "power": "power_draw_watts",
    "power_limit": "enforced_power_limit_watts",
    "uncorrected": "ecc_errors_uncorrected_volatile_total",
    "remap_failures": "remapped_rows_failure",
    "protected_memory": "protected_memory_total_bytes",
}
_REASON = re.compile(
    r"clocks_(?:event|throttle)_reasons_(sw_power_cap|hw_slowdown|[hs]w_thermal_slowdown|hw_power_brake_slowdown)"
)


def recognises(file: Content) -> bool:
    """Whether there are metrics of nvidia_gpu_exporter."""
    return holds(file, _PREFIX)


def read(file: Content) -> Reading:
    """The accelerators, their memory, heat, power, and how they are set."""
    scrape = scrape_of(file)
    parts = _by_accelerator(scrape)
    about = {each.labels.get("uuid", ""): each for each in scrape.all("nvidia_smi_gpu_info")}
    found = [_accelerator(samples, about.get(key), at) for at, (key, samples) in enumerate(parts.items())]
    info = next(iter(about.values()), None)
    driver = None if info is None else line(info.labels.get("driver_version"))
    cuda = None if info is None else line(info.labels.get("cuda_version"))
    where = info.where if info else "line 1"
    return Reading(
        kind="nvidia-gpu-exporter-metrics",
        title="Metrics of nvidia_gpu_exporter",
        tool="nvidia_gpu_exporter",
        observed_on=scrape.observed_on(),
        grade="demonstrated",
        findings=(
            *(count_finding(found, where, driver=driver, cuda=cuda) if found else ()),
            *figure_findings(found, observed_by="exporter"),
            *state_findings(found),
        ),
        remarks=(*_remarks(scrape, info), *hardware_remarks(found), *remarks_on(scrape, "nvidia_gpu_exporter")),
    )


def _by_accelerator(scrape: Scrape) -> Mapping[str, dict[str, Sample]]:
    """The samples of each accelerator by the metric without its prefix."""
    found: dict[str, dict[str, Sample]] = {}
    for name, samples in scrape.samples.items():
        if name.startswith(_PREFIX):
            for each in samples:
                if "uuid" in each.labels:
                    found.setdefault(each.labels["uuid"], {}).setdefault(name.removeprefix(_PREFIX), each)
    return found


def _accelerator(samples: Mapping[str, Sample], info: Sample | None, at: int) -> Accelerator:
    def value(*names: str) -> float | None:
        each = next((samples[name] for name in names if name in samples), None)
        known = None if each is None else times(each.value, 1)
        return None if known is None or known < 0 else known

    def switch(name: str) -> bool | None:
        known = value(name)
        return None if known not in (0.0, 1.0) else known == 1.0

    labels = {} if info is None else info.labels
    reasons = {found[1]: each.value == 1 for name, each in samples.items() if (found := _REASON.fullmatch(name))}
    first = next(iter(samples.values()))
    return Accelerator(
        index=line(labels.get("index")) or str(at),
        product=line(labels.get("name")),
        identity=first.labels.get("uuid"),
        memory_total=value("memory_total_bytes"),
        memory_used=value("memory_used_bytes"),
        memory_reserved=value("memory_reserved_bytes"),
        utilization=value("utilization_gpu_ratio"),
        temperature=value("temperature_gpu"),
        memory_temperature=value("temperature_memory"),
        margin=value("temperature_gpu_tlimit"),
        power=value("power_draw_watts", "power_draw_average_watts", "power_draw_instant_watts"),
        power_limit=value("enforced_power_limit_watts", "power_limit_watts"),
        slowed=reasons,
        mig=switch("mig_mode_current"),
        ecc=switch("ecc_mode_current"),
        uncorrected=value("ecc_errors_uncorrected_volatile_total"),
        remap_failures=value("remapped_rows_failure"),
        protected_memory=value("protected_memory_total_bytes"),
        more=taken({"compute_cap": labels.get("compute_cap")}),
        where=(info or first).where,
        places={field: samples[name].where for field, name in _PLACES.items() if name in samples},
    )


def _remarks(scrape: Scrape, info: Sample | None) -> Iterator[str]:
    if not any("uuid" in each.labels for samples in scrape.samples.values() for each in samples):
        yield "No accelerator is described: the exporter saw none, or they were filtered out."
    elif info is None:
        yield "The file names no product and no driver (nvidia_smi_gpu_info is missing)."
    fresh = scrape.all("nvidia_smi_last_collect_success")
    if fresh and fresh[0].value == 0:
        yield "The exporter's last look at the hardware failed: the values are old."
    failed = scrape.all("nvidia_smi_failed_scrapes_total")
    if failed and failed[0].value > 0:
        yield f"The exporter has failed to look at the hardware {failed[0].value:g} times since it started."
