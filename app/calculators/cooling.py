"""How much of its speed hardware keeps under heat, by how it is cooled."""

from typing import Literal

from app.calculators.accelerator import Accelerator
from app.calculators.facts import document
from app.calculators.term import Source

Cooling = Literal["liquid", "air", "dense-air", "workstation", "laptop"]
AS_MEASURED: frozenset[Cooling] = frozenset({"liquid", "air"})  # how the machines were cooled that speeds come from


def sustained_factor(cooling: Cooling, *, throttled: bool) -> float:
    """Of what a short run shows; a machine that was seen to slow down keeps no more than dense air cooling does."""
    factors = document("serving.yaml")["cooling"]["factors"]
    factor = float(factors[cooling])
    return min(factor, float(factors["dense-air"])) if throttled else factor


def sustained_source() -> Source:
    """Where the factors come from."""
    return Source.model_validate(document("serving.yaml")["cooling"]["source"])


def usual_cooling(device: Accelerator | None) -> Cooling:
    """How a machine with such a device is cooled where nobody says."""
    if device is None:
        return "air"
    if device.kind == "npu" and not device.link.startswith("PCIe"):
        return "laptop"
    for_desks = device.kind == "soc" or device.name.startswith("GeForce")
    return "workstation" if for_desks else "air"
