"""What `rocm-smi … --json` and `amd-smi … --json` write."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.errors import Problem, Unreadable
from app.evidence.accelerators import (
    MEBIBYTE,
    Accelerator,
    amount,
    count_finding,
    divided,
    figure_findings,
    remarks_on,
    taken,
    times,
    value_of,
)
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import figure, line

_CARD = re.compile(r"card([0-9]{1,4})")
_PAIR = re.compile(r"DRM devices ([0-9]{1,4}) and ([0-9]{1,4})")
_WARNINGS = re.compile(r"(?:\s*+(?:WARNING|ERROR)[^\n]*+\n)*+\s*+(?=\{)")
# Keys of which each file has some, whatever was asked for.
_OWN = re.compile(
    r"GPU ID|Device ID|Device Name|Unique ID|GUID|Card [Ss]eries|Card [Mm]odel|Card SKU|GPU (memory )?use \(%\)"
    r"|VRAM Total (Used )?Memory \(B\)|VBIOS version|Temperature \(Sensor \w+\) \(C\)|GPU Memory Allocated \(VRAM%\)"
    r"|(Average|Max|Current Socket) Graphics Package Power \(W\)|GFX Version|Serial Number|PCI Bus"
)
_BYTES = {"B": 1.0, "KB": 1024.0, "MB": float(MEBIBYTE), "GB": 1024.0 * MEBIBYTE}


def recognises(file: Content) -> bool:
    """Whether there are cards with rocm-smi's keys, or accelerators with amd-smi's."""
    value = _value(file)
    return bool(_cards(value)) or bool(_amd(value))


def _value(file: Content) -> Any:
    """The JSON, past lines of warning that a redirected file begins with."""
    text = file.text
    if text is None:
        return None
    start = _WARNINGS.match(text)
    if start is None or start.end() == 0 or text[:1] == "{":
        return file.json
    return Content(file.name, text[start.end() :].encode("utf-8", "replace")).json


def _cards(value: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict):
        return {}
    if any(_CARD.fullmatch(name) is None and name != "system" for name in value):
        return {}
    cards = {name: each for name, each in value.items() if _CARD.fullmatch(name)}
    fit = all(isinstance(each, dict) and any(_OWN.fullmatch(key) for key in each) for each in cards.values())
    return cards if fit else {}


def _amd(value: Any) -> Sequence[Mapping[str, Any]]:
    listed = value.get("gpu_data") if isinstance(value, dict) else value
    if not isinstance(listed, list) or not listed:
        return ()
    fit = all(
        isinstance(each, dict)
        and isinstance(each.get("gpu"), int)
        and any(
            isinstance(each.get(part), dict) for part in ("asic", "vram", "mem_usage", "power", "temperature", "usage")
        )
        for each in listed
    )
    return listed if fit else ()


def read(file: Content) -> Reading:
    """The accelerators, their memory, heat and power."""
    value = _value(file)
    cards = _cards(value)
    found = [_card(name, each) for name, each in cards.items()] or [_listed(each) for each in _amd(value)]
    system = value.get("system") if cards and isinstance(value, dict) else None
    driver = line(system.get("Driver version")) if isinstance(system, dict) else _driver(_amd(value))
    tool = "rocm-smi" if cards else "amd-smi"
    return Reading(
        kind="rocm-smi-json",
        title=f"{tool}, as JSON",
        tool=tool,
        observed_on=None,
        grade="demonstrated",
        findings=(*count_finding(found, "card*" if cards else "gpu", driver=driver), *figure_findings(found)),
        remarks=(
            "The file does not say when it was taken, nor by which version of ROCm.",
            *_remarks(system, found),
            *remarks_on(found),
        ),
    )


def _card(name: str, given: Mapping[str, Any]) -> Accelerator:
    texts: dict[str, str] = {}
    for key, value in given.items():
        if isinstance(value, dict | list):
            raise Unreadable(
                "This looks like rocm-smi and cannot be read.", [Problem(f"{name}.{line(key)}", "must be text")]
            )
        texts[key] = value if isinstance(value, str) else json.dumps(value)

    def first(*keys: str) -> str | None:
        return next((texts[key] for key in keys if value_of(texts.get(key)) is not None), None)

    raw = {
        "memory_total": first("VRAM Total Memory (B)"),
        "memory_used": first("VRAM Total Used Memory (B)"),
        "utilization": first("GPU use (%)"),
        "temperature": first("Temperature (Sensor edge) (C)", "Temperature (Sensor junction) (C)"),
        "memory_temperature": first("Temperature (Sensor memory) (C)"),
        "power": first(
            "Average Graphics Package Power (W)",
            "Current Socket Graphics Package Power (W)",
            "Current Graphics Package Power (W)",
        ),
        "power_limit": first("Max Graphics Package Power (W)"),
    }
    return Accelerator(
        index=name.removeprefix("card"),
        product=line(first("Card series", "Card Series", "Device Name", "Card model", "Card Model")),
        identity=first("Unique ID"),
        memory_total=amount(raw["memory_total"]),
        memory_used=amount(raw["memory_used"]),
        utilization=divided(amount(raw["utilization"]), 100),
        temperature=amount(raw["temperature"]),
        memory_temperature=amount(raw["memory_temperature"]),
        power=amount(raw["power"]),
        power_limit=amount(raw["power_limit"]),
        more=taken({"gfx_version": first("GFX Version")}),
        raw=taken(raw),
        where=name,
    )


def _listed(given: Mapping[str, Any]) -> Accelerator:
    """One of amd-smi's: groups of values, each a number, a text or a value with its unit."""
    gpu = given.get("gpu")

    def at(*path: str) -> Any:
        found: Any = given
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def number(*path: str) -> float | None:
        found = at(*path)
        value = found.get("value") if isinstance(found, dict) else found
        return amount(value) if isinstance(value, str) else figure(value)

    def memory(*path: str) -> float | None:
        found = at(*path)
        unit = found.get("unit") if isinstance(found, dict) else None
        return times(number(*path), _BYTES.get(str(unit).upper(), float(MEBIBYTE)))

    total = memory("vram", "size")
    power = number("power", "socket_power")
    heat = number("temperature", "edge")
    return Accelerator(
        index=str(gpu),
        product=line(value_of(each)) if isinstance(each := at("asic", "market_name"), str) else None,
        identity=value_of(each) if isinstance(each := at("asic", "asic_serial"), str) else None,
        memory_total=total if total is not None else memory("mem_usage", "total_vram"),
        memory_used=memory("mem_usage", "used_vram"),
        utilization=divided(number("usage", "gfx_activity"), 100),
        temperature=heat if heat is not None else number("temperature", "hotspot"),
        memory_temperature=number("temperature", "mem"),
        power=power if power is not None else number("power", "current_socket_power"),
        power_limit=number("limit", "max_power"),
        uncorrected=number("ecc", "total_uncorrectable_count"),
        where=f"gpu {gpu}",
    )


def _driver(listed: Sequence[Mapping[str, Any]]) -> str | None:
    driver = listed[0].get("driver") if listed else None
    return line(driver.get("version")) if isinstance(driver, dict) else None


def _remarks(system: Any, found: Sequence[Accelerator]) -> Iterator[str]:
    if isinstance(system, dict):
        named = {each for key in system for pair in _PAIR.findall(key) for each in pair}
        if len(named) > len(found):
            yield f"The topology names {len(named)} devices; cards in the file, which alone count: {len(found)}."
        yield "The driver's version is that of the kernel's driver."
