"""How copies of a model are laid on accelerators: what is possible, what a copy can take on, how many it needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from app.calculators.accelerator import Accelerator
from app.calculators.constant import constants
from app.calculators.efficiency import Factors
from app.calculators.memory import Layout, Memory, memory
from app.calculators.model import Model
from app.calculators.nearby import UNCORRECTED, Nearby, Points
from app.calculators.precision import LOCAL, Precision
from app.calculators.roofline import Server
from app.calculators.serving import Arrivals, Load, load

_PLACES = 6  # of a number of requests: memory taken for eight of them holds eight, whatever the last digit says
_MOST_TRIED = 1_000_000  # requests at once; a bound for the search, far above what any device holds


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of a copy of the model."""

    model: Model
    device: Accelerator
    bits: Precision
    cache_bytes: float
    input_tokens: int
    output_tokens: int
    factors: Factors
    measured: Points | None  # by others; None: the model of the hardware alone
    memory_share: float | None  # None: as usual, and more where a model hardly fits
    speed: float = 1.0  # of what the device does at its best: heat, encryption
    arrivals: Arrivals = "closed"
    ttft_target: float | None = None  # seconds
    tpot_target: float | None = None

    @property
    def local(self) -> bool:
        """Whether it is software for one person (llama.cpp) and not a server that batches."""
        return self.bits.name in LOCAL or self.device.kind == "soc"

    def memory(self, layout: Layout) -> Memory:
        """What stands in the memory of one copy."""
        return memory(
            self.model,
            self.device,
            self.bits,
            layout,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cache_bytes=self.cache_bytes,
            share=self.memory_share,
            local=self.local,
        )

    def nearby(self, layout: Layout) -> Nearby:
        """What others measured near such a copy."""
        if self.measured is None:
            return UNCORRECTED
        return self.measured.nearby(self.model, self.device, self.bits.name, layout.tensor, self.output_tokens)

    def at(self, layout: Layout, asked: float, room: float) -> Load:
        """One copy with that many requests at once: as the hardware has it, corrected by what was measured nearby."""
        server = Server(self.model, self.device, self.bits, layout, self.cache_bytes, self.factors, self.local)
        best = load(
            server,
            asked=asked,
            room=room,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            arrivals=self.arrivals,
        )
        near = self.nearby(layout)
        speed = near.speed.factor * self.speed
        wait = best.waiting / best.running * best.request
        return replace(
            best,
            tokens_per_second=best.tokens_per_second * speed,
            first_token=(best.first_token - wait) * near.first_token.factor / self.speed + wait / speed,
            each_token=best.each_token / speed,
            request=best.request / speed,
        )

    def meets(self, each: Load) -> bool:
        """Whether a load stays within the latency targets."""
        in_time = self.ttft_target is None or each.first_token <= self.ttft_target
        return in_time and (self.tpot_target is None or each.each_token <= self.tpot_target)

    def most_at_once(self, layout: Layout) -> int:
        """How many requests a copy takes on, each at its full length in memory, within the latency targets."""
        room = min(_MOST_TRIED, floor(round(self.memory(layout).whole_sequences, _PLACES)))
        if room < 1 or (self.ttft_target is None and self.tpot_target is None):
            return room
        low, high = 0, room  # low is known to do
        while low < high:
            middle = (low + high + 1) // 2
            if self.meets(self.at(layout, middle, room)):
                low = middle
            else:
                high = middle - 1
        return low


@dataclass(frozen=True, slots=True)
class Need:
    """The fewest accelerators that would do."""

    accelerators: int
    layout: Layout
    copies: int


def fewest(work: Work, concurrency: float, spare_copies: int) -> Need | None:
    """The fewest accelerators for so many requests at once within the targets; None: no arrangement does.

    Of equally many, those that leave room come before those that the model has to be squeezed into.
    """
    squeezed = _fewest(work, concurrency, spare_copies)
    if work.memory_share is not None or work.local or squeezed is None:
        return squeezed
    roomy = replace(work, memory_share=constants("serving.yaml")["memory_share"].value)
    found = _fewest(roomy, concurrency, spare_copies)
    return found if found is not None and found.accelerators <= squeezed.accelerators else squeezed


def _fewest(work: Work, concurrency: float, spare_copies: int) -> Need | None:
    best: Need | None = None
    for tensor in sizes(work.model, work.device):
        layout = Layout(tensor)
        most = work.most_at_once(layout)
        if most < 1:
            continue
        copies = max(1, ceil(concurrency / most)) + spare_copies
        if best is None or copies * tensor < best.accelerators:
            best = Need(copies * tensor, layout, copies)
    return best


def sizes(model: Model, device: Accelerator) -> Iterator[int]:
    """How many devices can share the layers of a copy: doublings that divide the heads, as far as links reach."""
    usual = constants("serving.yaml")
    reach = device.link_domain
    if device.kind in ("gpu", "asic", "tpu"):
        reach = max(reach, int(usual["host_devices"].value))
    tensor = 1
    while tensor <= min(reach, int(usual["most_devices"].value)):
        if model.heads % tensor == 0:
            yield tensor
        tensor *= 2


def layouts(work: Work, devices: int, pipeline: int = 1) -> list[Layout]:
    """How so many devices can be parted into copies that the model and one request fit on."""
    possible = [
        Layout(tensor, pipeline) for tensor in sizes(work.model, work.device) if devices % (tensor * pipeline) == 0
    ]
    return [each for each in possible if work.memory(each).whole_sequences >= 1]


@dataclass(frozen=True, slots=True)
class Parting:
    """Devices parted into copies of the model; some may stay idle, where they do not divide."""

    layout: Layout
    copies: int
    most: int  # requests at once within the targets, over all copies


def partings(work: Work, devices: int, pipeline: int = 1, known: dict[Layout, int] | None = None) -> list[Parting]:
    """Every way that so many devices serve the model, of which at most one host's worth stays idle.

    What a copy takes on is looked up in `known` and kept there, for whoever asks about many numbers of devices.
    """
    most = {} if known is None else known
    idle = min(devices - 1, int(constants("serving.yaml")["host_devices"].value) * pipeline - 1)
    found = {}
    for used in range(devices, devices - idle - 1, -1):
        for layout in layouts(work, used, pipeline):
            if layout not in found:  # the first uses the most
                copies = used // layout.devices
                if layout not in most:
                    most[layout] = work.most_at_once(layout)
                found[layout] = Parting(layout, copies, most[layout] * copies)
    return list(found.values())


def fastest(work: Work, possible: Sequence[Parting], concurrency: float | None) -> Parting | None:
    """The one that gives the most tokens a second at that load, within the targets if any does."""

    def worth(parting: Parting) -> tuple[bool, float, int]:
        memory = work.memory(parting.layout)
        asked = memory.whole_sequences if concurrency is None else concurrency / parting.copies
        at = work.at(parting.layout, min(asked, work.factors.most_sequences), memory.running_sequences)
        return work.meets(at), at.tokens_per_second * parting.copies, -parting.layout.devices

    return max(possible, key=worth, default=None)


def roomiest(possible: Sequence[Parting]) -> Parting | None:
    """The one that takes on the most requests within the targets; of equal ones, that with the smallest copies."""
    return max(possible, key=lambda each: (each.most, each.copies), default=None)
