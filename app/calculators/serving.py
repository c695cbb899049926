"""What a server that batches continuously gives at a load: tokens a second, first token, time between tokens."""

from dataclasses import dataclass
from typing import Literal

from app.calculators.roofline import Bound, Prefill, Server, Step, decode_step, prefill

Arrivals = Literal["closed", "random"]


@dataclass(frozen=True, slots=True)
class Load:
    """One copy of the model at a number of requests in work."""

    running: float  # that really run; the others wait until there is room
    waiting: float
    tokens_per_second: float
    first_token: float  # seconds
    each_token: float  # seconds
    request: float  # seconds that one lasts, without waiting for room
    step: Step
    prompt: Prefill
    prefill_share: float  # of the devices' time that prompts take

    def bound_by(self, output_tokens: int) -> Bound:
        """What most of the devices' time goes to; prompts are arithmetic."""
        prompts = self.running * self.prompt.occupied / output_tokens
        parts: dict[Bound, float] = {
            "memory-bandwidth": self.step.memory,
            "compute": self.step.compute + prompts,
            "interconnect": self.step.link,
            "software-overhead": self.step.overhead,
        }
        return max(parts, key=lambda part: parts[part])


def load(
    server: Server, *, asked: float, room: float, input_tokens: int, output_tokens: int, arrivals: Arrivals = "closed"
) -> Load:
    """What `asked` requests at once come to, where `room` of them fit.

    A request takes a step for each token, and while it lasts every other one's prompt is worked on once:
    T = output·step + running·prompt; by Little's law (1961) the output is running·output/T. Time to the first token:
    its own prompt, those in front of it and a step. Random arrivals find (M/D/1, Pollaczek and Khinchine 1930)
    ρ·prompt / 2(1 − ρ) in front; a fixed number of users finds some of the others, who restart in clumps.
    """
    factors = server.factors
    running = max(1e-9, min(asked, room))
    step = decode_step(server, max(1.0, running), input_tokens + output_tokens / 2)
    prompt = prefill(server, input_tokens)
    request = output_tokens * step.seconds + running * prompt.occupied + max(0.0, prompt.alone - prompt.occupied)
    busy = min(0.95, running * prompt.occupied / request)
    if arrivals == "random":
        queue = busy * prompt.occupied / (2 * (1 - busy))
    else:
        queue = factors.restart_clump * max(0.0, running - 1) * prompt.occupied
    wait = (asked - running) / running * request if asked > running else 0.0
    first = prompt.alone + queue + step.seconds + (0.0 if server.local else factors.first_token_seconds)
    each = max(step.seconds, (request - first) / max(1, output_tokens - 1))
    return Load(
        running=running,
        waiting=max(0.0, asked - running),
        tokens_per_second=running * output_tokens / request,
        first_token=first + wait,
        each_token=each,
        request=request,
        step=step,
        prompt=prompt,
        prefill_share=busy,
    )
