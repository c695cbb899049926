"""How a layout behaves as more is asked of it: what it gives at few requests at once, at more, and at all that fit."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.arrangement import Work
from app.calculators.memory import Layout

_STEPS = 13  # beyond 4,096 requests in one copy nothing new is seen


class Point(BaseModel):
    """What a number of requests at once comes to."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    concurrency: float = Field(description="requests at once, over all accelerators")
    output_tokens_per_second: float
    ttft_ms: float = Field(description="time to the first token, on average, waiting included")
    tpot_ms: float = Field(description="time for each further token, on average")
    fits: bool = Field(description="whether all of them run at once; else some wait for room")


def curve(work: Work, layout: Layout, copies: int, *, asked: float) -> Iterator[Point]:
    """Doublings of one request for each copy, up to what is asked and what fits, whichever is more.

    Each is a `serving.load` of its own, and no line drawn between them.
    """
    room = work.memory(layout).running_sequences
    most = max(asked / copies, min(room, work.factors.most_sequences))
    doublings = {2.0**step for step in range(_STEPS) if 2.0**step < most}
    for requests in sorted({*doublings, asked / copies, most}):
        load = work.at(layout, requests, room)
        yield Point(
            concurrency=requests * copies,
            output_tokens_per_second=load.tokens_per_second * copies,
            ttft_ms=load.first_token * 1000,
            tpot_ms=load.each_token * 1000,
            fits=load.waiting == 0,
        )
