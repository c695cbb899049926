"""How the figures of a capacity came about, term by term, with the figures put in."""

from collections.abc import Iterator
from math import exp

from app.calculators.arrangement import Need, Work
from app.calculators.constant import constants, sources
from app.calculators.efficiency import learnt
from app.calculators.memory import Layout, Memory, cache_copies
from app.calculators.nearby import Nearby, Point
from app.calculators.serving import Load
from app.calculators.telling.words import counted
from app.calculators.term import Source, Term

_MOST_TOLD = 5  # measured points, each with what it says


def terms(
    work: Work, layout: Layout, memory: Memory, load: Load | None, copies: int, need: Need | None, most: int
) -> Iterator[Term]:
    """Every figure in the order of working: memory, a step, a prompt, a request, all copies."""
    yield from _memory(work, layout, memory)
    if load is not None:
        near = work.nearby(layout)
        yield from _step(work, layout, load)
        yield from _nearby(work, near)
        yield from _request(work, load, copies, near)
    yield Term(
        name="max_concurrency",
        title="Requests at once within the targets",
        formula=f"the most that fit at full length and stay within {_targets(work)}, over all "
        f"copies; in {copies} copies here, and in other layouts where none is fixed",
        value=most,
        unit="requests",
        source=sources("serving.yaml")["cache"],
    )
    if need is not None:
        yield Term(
            name="accelerators_needed",
            title="Accelerators needed",
            formula=f"{need.copies} copies of the model x {need.layout.devices} accelerators; the least of the layouts "
            f"of 1, 2, 4 … accelerators a copy that stay within {_targets(work)}",
            value=need.accelerators,
            unit="accelerators",
            source=sources("serving.yaml")["scaling"],
        )


def _targets(work: Work) -> str:
    named = (("the first token", work.ttft_target), ("each further one", work.tpot_target))
    told = [f"{1000 * target:g} ms for {name}" for name, target in named if target is not None]
    return " and ".join(told) or "memory, no target being set"


def _memory(work: Work, layout: Layout, memory: Memory) -> Iterator[Term]:
    model, bits, usual = work.model, work.bits, constants("serving.yaml")
    parts = [f"{model.linear / 1e9:.4g} x {bits.linear_bits:g}", f"{model.embedding_b:.4g} x {bits.embedding_bits:g}"]
    if model.is_mixture:
        parts.insert(0, f"experts {model.expert_b:.4g} x {bits.expert_bits:g}")
    yield _gigabytes(
        "memory_gb.weights",
        "Weights",
        f"({' + '.join(parts)}) billion bits / 8",
        memory.weights,
        bits.cited,
    )
    tokens = work.input_tokens + work.output_tokens
    yield Term(
        name="cache_bytes_per_token",
        title="Keys and values of a token",
        formula=_cache_formula(work) + f", kept {cache_copies(model, layout):g} times over the accelerators of a copy",
        value=memory.sequence / tokens,
        unit="bytes",
        source=sources("serving.yaml")["latent" if model.attention == "latent" else "grouped"],
    )
    yield _gigabytes(
        "sequence_gb",
        "Keys and values of one request",
        f"{tokens} tokens at its full length",
        memory.sequence,
        sources("serving.yaml")["cache"],
    )
    repeated = " + attention on each of them once more" if layout.attention_by_request else ""
    chunk = usual["local_chunk_tokens" if work.local else "prompt_chunk_tokens"].value
    yield _gigabytes(
        "memory_gb.overhead",
        "Driver, graphs and activations",
        f"{layout.devices} x ({usual['runtime_bytes'].value / 1e9:g} GB + {usual['runtime_share'].value:g} of memory + "
        f"{chunk:g} tokens x {model.hidden} x 2 bytes x "
        f"{usual['live_activations'].value:g} / {layout.tensor}){repeated}",
        memory.overhead,
        usual["runtime_bytes"].source,
    )
    taken = memory.available / layout.devices / work.device.memory
    yield _gigabytes(
        "memory_gb.available",
        "Memory that may be used",
        f"{layout.devices} x {work.device.memory_gb:g} GB x {taken:.3g}",
        memory.available,
        work.device.cited,
    )
    yield Term(
        name="sequences",
        title="Requests that fit in a copy",
        formula=f"({memory.available / 1e9:.4g} - {memory.weights / 1e9:.4g} - {memory.overhead / 1e9:.4g}) GB / "
        f"{memory.sequence / 1e9:.4g} GB",
        value=memory.whole_sequences,
        unit="requests",
        source=sources("serving.yaml")["cache"],
    )


def _gigabytes(name: str, title: str, formula: str, value: float, source: Source) -> Term:
    return Term(name=name, title=title, formula=formula, value=value / 1e9, unit="GB", source=source)


def _cache_formula(work: Work) -> str:
    model = work.model
    if model.attention == "latent":
        return f"({model.latent_rank} + {model.rotary_dim}) x {model.layers} layers x {work.cache_bytes:g} bytes"
    kept = f"2 x {model.kv_heads} heads x {model.head_dim} x {model.cached_layers} layers x {work.cache_bytes:g} bytes"
    if model.window_layers:
        kept += f", {model.window_layers} of the layers no further back than {model.window} tokens"
    return kept


def _step(work: Work, layout: Layout, load: Load) -> Iterator[Term]:
    model, device, factors = work.model, work.device, work.factors
    peak, rate = device.peak(work.bits.name)
    each = max(1.0, load.running / layout.pipeline)
    bandwidth = factors.bandwidth_share(device, model, work.bits.name)
    named = sources("serving.yaml")
    touched = f", {model.touched(each):.3g} of the experts" if model.is_mixture else ""
    yield _milliseconds(
        "step.memory",
        "Reading weights and caches",
        f"weights{touched} and caches of {each:.4g} requests by {device.bandwidth_gb_s:g} GB/s x {bandwidth:.3g} on "
        f"each of {layout.tensor}",
        load.step.memory,
        learnt().cited,
    )
    yield _milliseconds(
        "step.compute",
        "Arithmetic",
        f"{each:.4g} tokens x 2 x {model.active_b:.4g} billion parameters and their attention by {peak / 1e12:g} "
        f"TFLOPS ({rate}) x {factors.compute_share(device, model, rate):.3g} x {layout.tensor}",
        load.step.compute,
        learnt().cited,
    )
    yield _milliseconds(
        "step.link",
        "Putting the parts together",
        f"2 x {model.layers} layers over {device.link or 'a link'} of {device.link_gb_s:g} GB/s"
        if layout.tensor > 1
        else "nothing to put together",
        load.step.link,
        named["scaling"],
    )
    yield _milliseconds(
        "step.overhead",
        "Starting the work",
        f"{model.layers} layers, a step, and {each:.4g} requests to look after",
        load.step.overhead,
        learnt().cited,
    )
    power = factors.overlap_power
    yield _milliseconds(
        "step",
        "One step: a token for each request",
        f"(memory^{power:g} + compute^{power:g})^(1/{power:g}) + link + overhead",
        load.step.seconds,
        named["roofline"],
    )
    yield _milliseconds(
        "prompt",
        "One prompt",
        f"{work.input_tokens} tokens x 2 x {model.active_b:.4g} billion parameters and attention over all of them",
        load.prompt.occupied,
        named["scaling"],
    )


def _nearby(work: Work, near: Nearby) -> Iterator[Term]:
    """What measured points of the same model say; where there is none, that."""
    for name, title, figure in (
        ("nearby_speed", "Measured nearby: speed", "speed"),
        ("nearby_first_token", "Measured nearby: first token", "first token"),
    ):
        speed = name == "nearby_speed"
        said = [(each, each.point.speed if speed else each.point.first_token) for each in near.neighbours]
        named = [(each.point, each.weight, exp(value)) for each, value in said if value is not None]
        formula = f"x 1: no {figure} of {work.model.name} was measured near this; the hardware alone speaks"
        if named:
            points = counted(len(named), "point")
            told = "; ".join(_point(*each) for each in named[:_MOST_TOLD])
            more = f"; and {len(named) - _MOST_TOLD} more" if len(named) > _MOST_TOLD else ""
            formula = (
                f"after {points} of {work.model.name} measured nearby, measured / predicted: {told}{more}. Their mean "
                f"by weight, on a logarithmic scale, drawn towards 1 as {learnt().nearness.pull:g} points would"
            )
        yield Term(
            name=name,
            title=title,
            formula=formula,
            value=(near.speed if speed else near.first_token).factor,
            unit="times",
            source=named[0][0].source if named else learnt().cited,
        )


def _point(point: Point, weight: float, ratio: float) -> str:
    layout = f"{point.accelerator[0]}, {point.precision}, {point.tensor} a copy, {point.output_tokens:,} tokens out"
    return f"{ratio:.2f} ({layout}; weight {weight:.2g})"


def _request(work: Work, load: Load, copies: int, near: Nearby) -> Iterator[Term]:
    little, cut = sources("serving.yaml")["little"], "" if work.speed == 1 else f", at {work.speed:.3g} of the speed"
    speed, first = (
        f", {sign} {each.factor:.3g} as measured nearby" if each.share else ""
        for sign, each in (("/", near.speed), ("x", near.first_token))
    )
    yield _milliseconds(
        "request",
        "One request",
        f"{work.output_tokens} steps + {load.running:.4g} prompts that are worked on meanwhile{speed}{cut}",
        load.request,
        little,
    )
    yield Term(
        name="output_tokens_per_second",
        title="Tokens a second",
        formula=f"{copies} copies x {load.running:.4g} requests x {work.output_tokens} tokens / {load.request:.4g} s",
        value=load.tokens_per_second * copies,
        unit="tokens per second",
        source=little,
    )
    waits = ", and the wait for room" if load.waiting > 0 else ""
    yield _milliseconds(
        "ttft_ms",
        "Time to the first token",
        f"its own prompt alone ({1000 * load.prompt.alone:.4g} ms), the prompts in front, a step and "
        f"{1000 * work.factors.first_token_seconds:g} ms of the server{first}{waits}{cut}",
        load.first_token,
        learnt().cited,
    )
    yield _milliseconds(
        "tpot_ms",
        "Time for each further token",
        f"(request - time to the first token) / ({work.output_tokens} - 1), both as the hardware alone has them, at "
        f"least a step{speed}{cut}",
        load.each_token,
        little,
    )


def _milliseconds(name: str, title: str, formula: str, seconds: float, source: Source) -> Term:
    return Term(name=name, title=title, formula=formula, value=1000 * seconds, unit="ms", source=source)
