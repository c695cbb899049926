"""What stands against a capacity, or should be known beside it, in sentences."""

from collections.abc import Iterator

from app.calculators.arrangement import Need, Work
from app.calculators.constant import constants
from app.calculators.memory import Layout, Memory
from app.calculators.precision import PrecisionName
from app.calculators.serving import Load

_UNPACKED: dict[PrecisionName, str] = {"fp8": "fp8", "nvfp4": "fp4", "mxfp4": "mxfp4", "int8": "int8"}


def caveats(
    work: Work, layout: Layout, memory: Memory, load: Load | None, most: int, asked: float, need: Need | None
) -> Iterator[str]:
    """Most decisive first."""
    if load is None:
        yield _does_not_fit(work, memory)
    elif load.waiting > 0:
        yield (
            f"Of {asked:,.10g} requests at once {load.running * asked / (load.running + load.waiting):,.0f} run, "
            "the others wait for room in memory; time to the first token includes the wait."
        )
    usual = constants("serving.yaml")["memory_share"].value * work.device.memory * layout.devices
    if load is not None and work.memory_share is None and not work.local and memory.available > 1.001 * usual:
        yield (
            f"It hardly fits: the serving software has to be told to take "
            f"{memory.available / work.device.memory / layout.devices:.2f} of the memory."
        )
    if load is not None and most < asked and (work.ttft_target or work.tpot_target):
        yield f"Within the latency targets {most:,} requests at once are the most, not {asked:,.10g}."
    if need is None:
        yield (
            "No number of these accelerators would do: one copy of the model does not fit, or does not answer in "
            "time, on as many as can share its layers. A smaller precision, a smaller model or a looser target would."
        )
    if layout.tensor > work.device.link_domain and layout.tensor > 1:
        yield (
            f"{layout.tensor} accelerators share each layer, but the fast link joins {work.device.link_domain}: "
            "the rest goes over the network or the host's bus."
        )
    rate = work.device.peak(work.bits.name)[1]
    if work.bits.name in _UNPACKED and _UNPACKED[work.bits.name] != rate:
        yield (
            f"{work.device.name} does not compute in {work.bits.name}: the weights take less room and are read "
            f"faster, and are computed with in {rate}."
        )
    if work.speed < 1:
        yield f"Speed is cut to {work.speed:.3g} of the measured for heat and encryption."
    if work.device.estimated:
        yield f"Estimated on the data sheet of {work.device.name}: {work.device.estimated}."
    if work.model.id == "own":
        yield f"The shape of the model is assumed: {work.model.source}."


def _does_not_fit(work: Work, memory: Memory) -> str:
    if memory.weights + memory.overhead > memory.available:
        return (
            f"It does not fit: weights of {memory.weights / 1e9:,.1f} GB and {memory.overhead / 1e9:,.1f} GB beside "
            f"them, and {memory.available / 1e9:,.1f} GB to put them in."
        )
    tokens = work.input_tokens + work.output_tokens
    return (
        f"It does not fit: beside the weights {memory.free / 1e9:,.2f} GB are left, and one request of {tokens:,} "
        f"tokens takes {memory.sequence / 1e9:,.2f} GB."
    )
