"""What stands in the memory of the accelerators that hold one copy of a model together."""

from dataclasses import dataclass

from app.calculators.accelerator import Accelerator
from app.calculators.constant import constants
from app.calculators.model import Model
from app.calculators.precision import Precision


@dataclass(frozen=True, slots=True)
class Layout:
    """How one copy of the model lies on accelerators."""

    tensor: int = 1  # devices that share each layer
    pipeline: int = 1  # groups of devices that share the layers out
    attention_by_request: bool = False  # attention keeps whole requests on a device, only the experts are shared

    @property
    def devices(self) -> int:
        """Accelerators for one copy."""
        return self.tensor * self.pipeline


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in one copy of the model, all of its devices together."""

    weights: float
    overhead: float
    available: float
    sequence: float  # keys and values of one whole request
    average_sequence: float  # and of one half way through its output

    @property
    def free(self) -> float:
        """What is left for keys and values."""
        return self.available - self.weights - self.overhead

    @property
    def whole_sequences(self) -> float:
        """How many requests fit at their full length; 0 where not even one does."""
        return self.free / self.sequence if self.free >= self.sequence else 0.0

    @property
    def running_sequences(self) -> float:
        """How many run together: requests are at different points of their output, on average half way."""
        return max(1.0, self.free / self.average_sequence) if self.whole_sequences else 0.0


def memory(
    model: Model,
    device: Accelerator,
    bits: Precision,
    layout: Layout,
    *,
    input_tokens: int,
    output_tokens: int,
    cache_bytes: float,
    share: float | None,
    local: bool = False,
) -> Memory:
    """Weights, keys and values, and overhead of one copy of the model.

    Formulas: Pope et al. 2022, *Efficiently Scaling Transformer Inference* (arXiv 2211.05102), for what is shared out
    and what is repeated; Kwon et al. 2023, *PagedAttention* (arXiv 2309.06180), for the cache that grows as it is used.
    """
    weights = model.weight_bytes(bits)
    attention = model.attention_b * 1e9 * bits.linear_bits / 8 if layout.attention_by_request else 0.0
    repeated = attention * (layout.tensor - 1)  # each device of a stage keeps the attention of its layers whole
    usual = constants("serving.yaml")
    chunk = usual["local_chunk_tokens" if local else "prompt_chunk_tokens"].value
    activations = chunk * model.hidden * 2 * usual["live_activations"].value
    runtime = usual["runtime_bytes"].value + usual["runtime_share"].value * device.memory
    overhead = layout.devices * (runtime + activations / layout.tensor) + repeated
    copies = cache_copies(model, layout)
    sequence = copies * model.cache_bytes(input_tokens + output_tokens, cache_bytes)
    return Memory(
        weights=weights,
        overhead=overhead,
        available=_available(device.memory * layout.devices, share, local, weights + overhead, sequence),
        sequence=sequence,
        average_sequence=copies * model.cache_bytes(input_tokens + output_tokens / 2, cache_bytes),
    )


def _available(total: float, share: float | None, local: bool, taken: float, sequence: float) -> float:
    """What the software takes: the share that is stated, else the usual, and more where a model hardly fits."""
    if share is not None:
        return share * total
    usual = constants("serving.yaml")
    most = usual["memory_share_most"].value * total
    if local:
        return most
    squeezed = taken + usual["squeezed_requests"].value * sequence
    return max(usual["memory_share"].value * total, min(most, squeezed))


def cache_copies(model: Model, layout: Layout) -> float:
    """How often each key and value is kept: heads are shared out, what cannot be shared is repeated."""
    if layout.attention_by_request:
        return 1.0
    if model.attention == "latent":
        return float(layout.tensor)  # one compressed vector for all heads, so every device needs it
    return layout.tensor / min(layout.tensor, model.kv_heads)
