"""What `nvidia-smi -q -x` writes."""

from collections.abc import Iterator
from datetime import date, datetime

from app.evidence.accelerators import (
    MEBIBYTE,
    Accelerator,
    amount,
    count_finding,
    divided,
    figure_findings,
    remarks_on,
    state_findings,
    switched,
    taken,
    times,
    value_of,
    withheld,
)
from app.evidence.content import Content
from app.evidence.markup import Element, begins_with, element_of
from app.evidence.reading import Reading
from app.evidence.stated import line

_ROOT = "nvidia_smi_log"
# Names changed with the versions of the format: the newer first.
_POWER = ("gpu_power_readings", "power_readings")
_DRAW = ("power_draw", "average_power_draw", "instant_power_draw")
_LIMIT = ("current_power_limit", "power_limit", "enforced_power_limit")
_REASONS = (("clocks_event_reasons", "clocks_event_reason_"), ("clocks_throttle_reasons", "clocks_throttle_reason_"))
_NOT_SLOW = frozenset(
    {"gpu_idle", "applications_clocks_setting", "display_clocks_setting", "sync_boost", "display_clock_setting"}
)


def recognises(file: Content) -> bool:
    """Whether the root is nvidia-smi's."""
    return begins_with(file, _ROOT)


def read(file: Content) -> Reading:
    """The accelerators, their memory, heat, power, and how they are set."""
    log = element_of(file)
    found = [_accelerator(each, at) for at, each in enumerate(log.named("gpu"))]
    driver, cuda = line(value_of(log.text_of("driver_version"))), line(value_of(log.text_of("cuda_version")))
    day = _day(log.text_of("timestamp"))
    return Reading(
        kind="nvidia-smi-xml",
        title="nvidia-smi, all of it as XML",
        tool="nvidia-smi",
        version=driver,
        observed_on=day,
        grade="demonstrated",
        findings=(
            *count_finding(found, "nvidia_smi_log.gpu", driver=driver, cuda=cuda),
            *figure_findings(found),
            *state_findings(found),
        ),
        remarks=(*_remarks(log, found, day), *remarks_on(found)),
    )


def _accelerator(gpu: Element, at: int) -> Accelerator:
    memory = gpu.child("fb_memory_usage")
    power = next((each for name in _POWER if (each := gpu.child(name)) is not None), None)
    raw = {
        "memory_total": _text(memory, "total"),
        "memory_used": _text(memory, "used"),
        "memory_reserved": _text(memory, "reserved"),
        "utilization": gpu.text_of("utilization", "gpu_util"),
        "temperature": gpu.text_of("temperature", "gpu_temp"),
        "memory_temperature": gpu.text_of("temperature", "memory_temp"),
        "margin": gpu.text_of("temperature", "gpu_temp_tlimit"),
        "power": _first(power, _DRAW),
        "power_limit": _first(power, _LIMIT),
        "protected_memory": gpu.text_of("cc_protected_memory_usage", "total"),
    }
    return Accelerator(
        index=str(at),
        product=line(value_of(gpu.text_of("product_name"))),
        identity=value_of(gpu.text_of("uuid")),
        memory_total=times(amount(raw["memory_total"]), MEBIBYTE),
        memory_used=times(amount(raw["memory_used"]), MEBIBYTE),
        memory_reserved=times(amount(raw["memory_reserved"]), MEBIBYTE),
        utilization=divided(amount(raw["utilization"]), 100),
        temperature=amount(raw["temperature"]),
        memory_temperature=amount(raw["memory_temperature"]),
        margin=amount(raw["margin"]),
        power=amount(raw["power"]),
        power_limit=amount(raw["power_limit"]),
        slowed=_slowed(gpu),
        mig=switched(gpu.text_of("mig_mode", "current_mig")),
        parts=tuple(_parts(gpu)),
        ecc=switched(gpu.text_of("ecc_mode", "current_ecc")),
        uncorrected=_uncorrected(gpu),
        remap_failures=_remap_failures(gpu),
        protected_memory=times(amount(raw["protected_memory"]), MEBIBYTE),
        more=taken({"architecture": gpu.text_of("product_architecture")}),
        raw=taken(raw),
        where=f"nvidia_smi_log.gpu[{at}]",
    )


def _text(element: Element | None, name: str) -> str | None:
    return None if element is None else element.text_of(name)


def _first(element: Element | None, names: tuple[str, ...]) -> str | None:
    """The first of the names that has a value."""
    return next((text for name in names if value_of(text := _text(element, name)) is not None), None)


def _slowed(gpu: Element) -> dict[str, bool]:
    for group, prefix in _REASONS:
        reasons = gpu.child(group)
        if reasons is not None:
            told = {each.name.removeprefix(prefix): switched(each.text) for each in reasons.children}
            return {
                str(line(why)): on for why, on in told.items() if on is not None and why not in _NOT_SLOW and line(why)
            }
    return {}


def _parts(gpu: Element) -> Iterator[float]:
    devices = gpu.child("mig_devices")
    for each in devices.named("mig_device") if devices is not None else ():
        size = times(amount(each.text_of("fb_memory_usage", "total")), MEBIBYTE)
        if size is not None:
            yield size


def _uncorrected(gpu: Element) -> float | None:
    """Errors since the driver was loaded; older versions have two kinds with a total each."""
    volatile = gpu.child("ecc_errors", "volatile")
    if volatile is None:
        return None
    flat = [amount(each.text) for each in volatile.children if "uncorrectable" in each.name and not each.children]
    flat.append(amount(volatile.text_of("double_bit", "total")))
    known = [each for each in flat if each is not None and each >= 0]
    return sum(known) if known else None


def _remap_failures(gpu: Element) -> float | None:
    failed = switched(gpu.text_of("remapped_rows", "remapped_row_failure"))
    return None if failed is None else float(failed)


def _day(text: str | None) -> date | None:
    """The day of a text such as `Fri Aug  4 11:44:30 2023`, in the machine's own time."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    words = (text or "").split()
    if len(words) != 5 or words[1] not in months or not (words[2] + words[4]).isdecimal():
        return None
    try:
        return datetime(int(words[4]), months.index(words[1]) + 1, int(words[2])).date()  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None


def _remarks(log: Element, found: list[Accelerator], day: date | None) -> Iterator[str]:
    stated = amount(log.text_of("attached_gpus"))
    if stated is not None and stated != len(found):
        yield f"The file says that {stated:g} accelerators are attached and describes {len(found)}: only these count."
    if day is None:
        yield "The file does not say when it was taken."
    if any(each.mig for each in found):
        yield "Accelerators are cut into parts (MIG): each part has its own memory, and no utilisation is given."
    if any(withheld(each.text) for gpu in log.named("gpu") for each in _all(gpu)):
        yield "The tool could not see some values (unknown error, missing rights or blocked): look into it."


def _all(element: Element) -> Iterator[Element]:
    open_ = [element]
    while open_:
        each = open_.pop()
        yield each
        open_ += each.children
