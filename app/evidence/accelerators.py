"""Accelerators as tools list them, and what a list of them shows. Serial numbers and identities stay in the file."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import inf, isfinite

from app.evidence.stated import attributes, figure_in_text, line
from app.finding import Finding

MEBIBYTE = 1024 * 1024
MOST_LISTED = 64  # of which each is a finding of its own; of more, the sum and the highest only

# What NVIDIA's tools write where there is no value, with brackets around it or without.
_NO_VALUE = frozenset({"", "n/a", "not supported", "not found", "none", "requested functionality has been deprecated"})
_WITHHELD = frozenset({"unknown error", "insufficient permissions", "gpu access blocked by the operating system"})
_WITH_UNIT = re.compile(r"([-+]?[0-9]{1,20}(?:\.[0-9]{1,10})?)\s*([a-zA-Z%/]{0,10})")

NO_LOAD = (
    "Temperature, power and utilisation are those of one moment; under which load is not stated, so they show how the "
    "hardware does under load only once somebody says what ran."
)


@dataclass(slots=True, kw_only=True)
class Accelerator:
    """One accelerator; what the tool does not say is None."""

    index: str | None = None
    product: str | None = None
    identity: str | None = None  # kept as a digest only
    memory_total: float | None = None  # bytes
    memory_used: float | None = None
    memory_reserved: float | None = None
    utilization: float | None = None  # a share
    temperature: float | None = None  # degrees Celsius
    memory_temperature: float | None = None
    margin: float | None = None  # degrees that are left until it slows down
    power: float | None = None  # watts
    power_limit: float | None = None
    energy: float | None = None  # joules since it was started
    slowed: dict[str, bool] = field(default_factory=dict)  # by the reason
    mig: bool | None = None
    parts: tuple[float, ...] = ()  # the memory of each MIG instance, in bytes
    ecc: bool | None = None
    uncorrected: float | None = None  # errors
    remap_failures: float | None = None
    protected_memory: float | None = None  # bytes, of confidential computing
    more: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)  # figures as the tool writes them, by the field above
    where: str | None = None
    places: dict[str, str] = field(default_factory=dict)  # where a figure stands, if elsewhere, by the field above

    @property
    def digest(self) -> str | None:
        """What tells it from others without naming it."""
        return sha256(self.identity.encode("utf-8", "replace")).hexdigest()[:16] if self.identity else None


def value_of(text: str | None) -> str | None:
    """A value; None where a word stands that means none."""
    if text is None:
        return None
    plain = text.strip().strip("[]").strip()
    return None if plain.lower() in _NO_VALUE or plain.lower() in _WITHHELD else plain


def withheld(text: str | None) -> bool:
    """Whether a word stands there that means: the tool could not or may not see it."""
    return text is not None and text.strip().strip("[]").strip().lower() in _WITHHELD


def amount(text: str | None) -> float | None:
    """The figure of a text such as `81920 MiB`, without its unit."""
    plain = value_of(text)
    found = None if plain is None else _WITH_UNIT.fullmatch(plain)
    number = None if found is None else figure_in_text(found[1])
    return None if number is None else number[0]


def times(number: float | None, factor: float) -> float | None:
    """A figure in another unit."""
    return None if number is None or not isfinite(number * factor) else number * factor


def divided(number: float | None, by: float) -> float | None:
    """A figure in a larger unit: divided, so that 57 % is 0.57 to the last digit."""
    return None if number is None or not isfinite(number) else number / by


def switched(text: str | None) -> bool | None:
    """A switch: enabled or active, or not."""
    plain = (value_of(text) or "").lower()
    if plain in {"enabled", "active", "yes", "1", "on", "true"}:
        return True
    return False if plain in {"disabled", "not active", "no", "0", "off", "false"} else None


def count_finding(
    accelerators: Sequence[Accelerator], where: str, **about: bool | int | float | str | None
) -> Iterator[Finding]:
    """How many there are, in all and of each product."""
    yield Finding(
        metric="hw.gpu.count",
        statistic="sum",
        value=float(len(accelerators)),
        unit="{gpu}",
        attributes=attributes(**about),
        where=where,
    )
    products = Counter(each.product for each in accelerators if each.product)
    for product, count in list(products.items())[:MOST_LISTED]:
        first = next(each for each in accelerators if each.product == product)
        yield Finding(
            metric="hw.gpu.count",
            value=float(count),
            unit="{gpu}",
            attributes={**attributes(product=product, **about), **attributes(**first.more)},
            where=line(first.where) or where,
        )


# The field, its metric and unit, and how those of several are summed up.
_FIGURES: Sequence[tuple[str, str, str, str]] = (
    ("memory_total", "hw.gpu.memory.limit", "By", "sum"),
    ("memory_used", "hw.gpu.memory.usage", "By", "sum"),
    ("memory_reserved", "hw.gpu.memory.reserved", "By", "sum"),
    ("utilization", "hw.gpu.utilization", "1", "max"),
    ("temperature", "hw.temperature", "Cel", "max"),
    ("memory_temperature", "hw.temperature", "Cel", "max"),
    ("margin", "temperature.gpu.tlimit", "Cel", "min"),
    ("power", "hw.power", "W", "max"),
    ("power_limit", "power.limit", "W", "max"),
    ("energy", "hw.energy", "J", "sum"),
    ("uncorrected", "ecc.errors.uncorrected", "{error}", "sum"),
    ("remap_failures", "row_remap_failure", "{failure}", "sum"),
    ("protected_memory", "cc_protected_memory", "By", "sum"),
)
_OF_MEMORY = "memory_temperature"


def figure_findings(accelerators: Sequence[Accelerator], **about: bool | int | float | str | None) -> Iterator[Finding]:
    """Each figure of each accelerator, and over all of them."""
    for name, metric, unit, statistic in _FIGURES:
        known = [
            (each, value)
            for each in accelerators
            if (value := getattr(each, name)) is not None and _can_be(value, unit)
        ]
        sensor = {"sensor": "memory"} if name == _OF_MEMORY else {}
        if len(accelerators) <= MOST_LISTED:
            for each, value in known:
                yield Finding(
                    metric=metric,
                    value=value,
                    unit=unit,
                    attributes=attributes(
                        accelerator=each.index,
                        product=each.product,
                        digest=each.digest,
                        **_raw(each.raw.get(name), value),
                        **sensor,
                        **about,
                    ),
                    where=line(each.places.get(name, each.where)),
                )
        if len(accelerators) > 1 and known:
            values = [value for _, value in known]
            over = sum(values) if statistic == "sum" else max(values) if statistic == "max" else min(values)
            if isfinite(over):
                yield Finding(
                    metric=metric,
                    statistic=statistic,
                    value=over,
                    unit=unit,
                    attributes=attributes(n=len(known), **sensor, **about),
                    where=line(known[0][0].where),
                )


def _can_be(value: float, unit: str) -> bool:
    """Whether there is such a figure: only degrees are below 0, and no share is above 1."""
    return isfinite(value) and (unit == "Cel" or 0 <= value <= (1 if unit == "1" else inf))


def _raw(text: str | None, value: float) -> Mapping[str, float | str]:
    """The figure as the tool writes it, where it was converted."""
    found = None if text is None else _WITH_UNIT.fullmatch(text)
    if found is None or float(found[1]) == value:
        return {}
    return {"raw_value": float(found[1])} | ({"raw_unit": found[2]} if found[2] else {})


def state_findings(accelerators: Sequence[Accelerator]) -> Iterator[Finding]:
    """How many are slowed down and why, cut into parts, and watched for errors of memory."""
    reasons = dict.fromkeys(reason for each in accelerators for reason in each.slowed)
    for reason in reasons:
        told = [each for each in accelerators if reason in each.slowed]
        yield _of_them(f"clocks_event_reasons.{reason}", sum(each.slowed[reason] for each in told), told)
    cut = [each for each in accelerators if each.mig is not None]
    if cut:
        yield _of_them("mig.mode.current", sum(bool(each.mig) for each in cut), cut)
    for each in accelerators[:MOST_LISTED]:
        for size, count in Counter(each.parts).items():
            yield Finding(
                metric="mig.devices",
                value=float(count),
                unit="{instance}",
                attributes=attributes(accelerator=each.index, product=each.product, memory=size, memory_unit="By"),
                where=line(each.where),
            )
    watched = [each for each in accelerators if each.ecc is not None]
    if watched:
        yield _of_them("ecc.mode.current", sum(bool(each.ecc) for each in watched), watched)


def _of_them(metric: str, count: int, told: Sequence[Accelerator]) -> Finding:
    return Finding(
        metric=metric, value=float(count), unit="{gpu}", attributes={"of": len(told)}, where=line(told[0].where)
    )


def remarks_on(accelerators: Sequence[Accelerator]) -> Iterator[str]:
    """What speaks against the hardware, and what is not known of it."""
    if any(each.temperature is not None or each.power is not None for each in accelerators):
        yield NO_LOAD
    hot = [each for each in accelerators if any(on for why, on in each.slowed.items() if "thermal" in why)]
    if hot:
        yield f"{_number(len(hot))} slowed down by heat at that moment."
    if any((each.uncorrected or 0) > 0 for each in accelerators):
        yield "There are errors of memory that were not corrected: the hardware is not sound."
    if any((each.remap_failures or 0) > 0 for each in accelerators):
        yield "Remapping of memory rows has failed: the hardware is not sound."
    if len(accelerators) > MOST_LISTED:
        yield f"{len(accelerators)} accelerators are listed: each figure is given over all of them only."


def _number(count: int) -> str:
    return "1 accelerator is" if count == 1 else f"{count} accelerators are"


def taken(named: Mapping[str, str | None]) -> dict[str, str]:
    """Short texts that are there, as lines."""
    return {name: kept for name, text in named.items() if (kept := line(value_of(text)))}
