"""How long one step takes: what memory, arithmetic, links and software each ask for."""

from dataclasses import dataclass
from math import log2
from typing import Literal

from app.calculators.accelerator import Accelerator
from app.calculators.efficiency import Factors
from app.calculators.memory import Layout, cache_copies
from app.calculators.model import Model
from app.calculators.precision import Precision

Bound = Literal["memory-capacity", "memory-bandwidth", "compute", "interconnect", "software-overhead"]


@dataclass(frozen=True, slots=True)
class Server:
    """One copy of a model on its devices, at a precision."""

    model: Model
    device: Accelerator
    bits: Precision
    layout: Layout
    cache_bytes: float
    factors: Factors
    local: bool = False  # software for one person (llama.cpp) instead of a server that batches


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds of one decode step, by what they are spent on."""

    memory: float
    compute: float
    link: float
    overhead: float
    seconds: float


def decode_step(server: Server, sequences: float, context: float) -> Step:
    """One token for each of `sequences`, each `context` tokens long.

    Weights and caches are read once, each token is multiplied with the active parameters; the two overlap, so the
    slower counts and the other a little (roofline: Williams, Waterman and Patterson 2009, doi 10.1145/1498765.1498785;
    for language models: Yuan et al. 2024, arXiv 2402.16363). Links and launches come on top (Pope et al. 2022,
    arXiv 2211.05102).
    """
    model, device, layout, factors = server.model, server.device, server.layout, server.factors
    each = max(1.0, sequences / layout.pipeline)  # a stage works on its share of the sequences at a time
    share = factors.bandwidth_share(device, model, server.bits.name)
    expert_share = factors.expert_bandwidth_share(device, model, server.bits.name)
    cache = each * model.cache_read(context, server.cache_bytes) * cache_copies(model, layout) / layout.tensor
    memory = (
        _every_token_bytes(server) / share
        + model.expert * server.bits.expert_bits / 8 * model.touched(each) / layout.tensor / expert_share
        + cache / (share * factors.cached_read)
    ) / device.bandwidth
    compute = each * _operations_seconds(server) + each * model.attention_operations(context) / (
        layout.tensor * device.half_precision * factors.attention_share(device)
    )
    link = _exchange(server, each)
    overhead = factors.launch_seconds(model) + each * factors.sequence_seconds
    power = factors.overlap_power
    core = (memory**power + compute**power) ** (1 / power)
    return Step(memory=memory, compute=compute, link=link, overhead=overhead, seconds=core + link + overhead)


@dataclass(frozen=True, slots=True)
class Prefill:
    """Seconds that one prompt takes."""

    occupied: float  # of the devices' time, while other requests are in work too
    alone: float  # until its first token, with nothing else to do


def prefill(server: Server, input_tokens: int) -> Prefill:
    """One prompt: every token with the active parameters, attention over the whole (Pope et al. 2022, section 2)."""
    model, device, layout, factors = server.model, server.device, server.layout, server.factors
    attention = model.prompt_attention_operations(input_tokens) / (
        layout.tensor * device.half_precision * factors.attention_share(device)
    )
    work = input_tokens * _operations_seconds(server, with_head=False) + attention
    link = _exchange(server, input_tokens)
    carried = link - _exchange(server, 0)  # the start of each message is shared with decoding
    reading = (
        _every_token_bytes(server) / factors.bandwidth_share(device, model, server.bits.name)
        + model.expert
        * server.bits.expert_bits
        / 8
        * model.touched(input_tokens)
        / layout.tensor
        / factors.expert_bandwidth_share(device, model, server.bits.name)
    ) / device.bandwidth
    launches = factors.launch_seconds(model)
    return Prefill(occupied=(work + carried) / layout.pipeline, alone=max(work, reading) + link + launches)


def _every_token_bytes(server: Server) -> float:
    """Bytes of weights that a device reads in every step, whatever the tokens."""
    model, bits, layout = server.model, server.bits, server.layout
    head = model.head * bits.embedding_bits / 8 / layout.tensor
    linear = model.linear * bits.linear_bits / 8
    if layout.attention_by_request:
        attention = model.attention_b * 1e9 * bits.linear_bits / 8
        return (linear - attention) / layout.tensor + attention + head
    return linear / layout.tensor + head


def _operations_seconds(server: Server, *, with_head: bool = True) -> float:
    """Seconds of arithmetic for one token: two operations for each parameter that it passes through."""
    model, device, factors = server.model, server.device, server.factors
    peak, rate = device.peak(server.bits.name)
    everywhere = model.linear + (model.head if with_head else 0.0)
    dense = everywhere / factors.compute_share(device, model, rate)
    experts = model.active_expert / factors.expert_compute_share(device, model, rate)
    return 2 * (dense + experts) / (peak * server.layout.tensor)


def _exchange(server: Server, tokens: float) -> float:
    """Seconds that the devices of a layer spend to put their parts together, twice a layer.

    Ring all-reduce: a start, and 2(g − 1)/g of the data over the link (Thakur, Rabenseifner and Gropp 2005); with
    attention by request, the experts' inputs and outputs change places instead (DeepSeek-V3, 2024, section 3.2).
    """
    layout, device, factors, model = server.layout, server.device, server.factors, server.model
    group = layout.tensor
    if group <= 1 or server.local:
        return 0.0
    near = group <= device.link_domain
    speed = (
        device.link_gb_s * 1e9 if near else min(factors.network_bytes_per_second, device.link_gb_s * 1e9)
    ) * factors.link
    start = factors.link_latency_seconds * (1 + factors.larger_group_start * log2(group))
    if device.link_gb_s * 1e9 < factors.fast_link_bytes_per_second or not near:
        start *= factors.slow_start
    data = tokens * model.hidden * 2
    if layout.attention_by_request:
        sent = data / group * max(1, model.experts_per_token) * (group - 1) / group
        return factors.exchange * model.layers * 2 * (start + sent / speed)
    return 2 * model.layers * (start + 2 * (group - 1) / group * data / speed)
