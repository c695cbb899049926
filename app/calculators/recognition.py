"""Which row of the table of accelerators a machine has, by the names that tools and people give it."""

import re
from collections.abc import Iterator, Mapping
from math import floor, log10

from app.calculators.accelerator import Accelerator
from app.calculators.constant import constants
from app.calculators.inventory import Host

_MAKERS = re.compile(r"\b(nvidia|amd|intel|apple|google|qualcomm|aws|tesla|geforce|instinct|corporation|r|tm)\b")
_NEAR = 0.1  # memory as tools state it differs from the data sheet by so much: units, and what is held back


def plain(name: str) -> str:
    """A name without makers and signs, so that `NVIDIA-H100-80GB-HBM3` and `H100 80GB HBM3` are the same."""
    words = re.sub(r"[^a-z0-9+]+", " ", name.lower().replace("(r)", " ").replace("(tm)", " "))
    return " ".join(_MAKERS.sub(" ", words).split())


class Recognition:
    """The table of accelerators by every name that they go by."""

    def __init__(self, accelerators: Mapping[str, Accelerator]) -> None:
        self._names: dict[str, list[Accelerator]] = {}
        for each in accelerators.values():
            for name in {plain(each.id), plain(each.name), *map(plain, filter(None, each.aliases.split("|")))}:
                self._names.setdefault(name, []).append(each)

    def device(self, host: Host) -> Accelerator | None:
        """The accelerator of the host; where it has none, its processors; None: not in the table, nor describable."""
        if host.accelerators and host.accel_model:
            return self._named(host.accel_model, host.accel_mem_gb)
        return None if host.accelerators else self._processor(host)

    def _named(self, name: str, memory_gb: float | None) -> Accelerator | None:
        found = list(self._matches(plain(name)))
        if not found:
            return None
        if memory_gb is None:
            return found[0]
        best = min(found, key=lambda each: abs(each.memory_gb - memory_gb))
        if abs(best.memory_gb - memory_gb) > _NEAR * best.memory_gb:
            return best.model_copy(update={"memory_gb": _in_steps(memory_gb)})  # a part of one, or a variant
        return best

    def _matches(self, name: str) -> Iterator[Accelerator]:
        """Those of the longest name that stands in it whole."""
        there = f" {name} "
        fitting = sorted((each for each in self._names if f" {each} " in there), key=len, reverse=True)
        for each in fitting[:1]:
            yield from self._names[each]
        for each in fitting[1:]:  # variants of the same word: H100 PCIe and H100, told apart by memory
            yield from self._names[each]

    def _processor(self, host: Host) -> Accelerator | None:
        known = next(self._matches(plain(host.cpu_model)), None) if host.cpu_model else None
        if known is not None and known.kind == "cpu":
            sockets = host.sockets or 1
            return known.model_copy(update={"memory_gb": _in_steps(host.ram_gb / sockets)}) if host.ram_gb else known
        return _described(host)


def _in_steps(memory_gb: float) -> float:
    """Memory to three figures, rounded down: hosts that differ by less are of one kind, and worked out once."""
    step: float = 10 ** (floor(log10(memory_gb)) - 2)
    return floor(round(memory_gb / step, 6)) * step


def _described(host: Host) -> Accelerator | None:
    """A processor by its memory channels and cores.

    Bandwidth = channels x transfers a second x 8 bytes (JEDEC: a channel is 64 bits wide). Arithmetic = cores x clock x
    operations a clock of the instruction set (Intel, Architecture Instruction Set Extensions Programming Reference).
    """
    if not (host.mem_channels and host.mem_mts and host.cores and host.ram_gb):
        return None
    usual = constants("serving.yaml")
    flags = (host.isa_flags or "").lower()
    kind = "amx" if "amx" in flags else "avx512" if "avx512" in flags or "avx-512" in flags else "avx2"
    sockets = host.sockets or 1
    operations = usual[f"{kind}_operations"].value * usual["processor_clock_hz"].value * host.cores / sockets
    return Accelerator(
        id="processor",
        name=host.cpu_model or "processor",
        kind="cpu",
        memory_gb=_in_steps(host.ram_gb / sockets),
        bandwidth_gb_s=host.mem_channels * host.mem_mts * 8 / 1000,
        bf16_tflops=operations / 1e12,
        watts=host.psu_w / sockets if host.psu_w else usual["processor_watts"].value,
        link="between sockets",
        link_gb_s=usual["socket_link_gb_s"].value,
        link_domain=sockets,
        efficiency_class="cpu",
        source="stated in the inventory: channels, transfers and cores",
        source_date=usual["processor_clock_hz"].source.date or "2026",
    )
