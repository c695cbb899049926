"""How many accelerators it takes: whatever is added to them, never more."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calculators import capacity, read_input
from app.calculators.known import Known, bundled


def needed(accelerator: str, memory: float, **asked: Any) -> int | None:
    tables = bundled()
    device = tables.accelerators[accelerator]
    larger = device.model_copy(update={"memory_gb": device.memory_gb * memory})
    read = read_input("capacity", {"accelerator": accelerator, **asked})
    assert isinstance(read, capacity.Input)
    return capacity.calculate(
        read, Known(tables.models, {**tables.accelerators, accelerator: larger})
    ).accelerators_needed


@pytest.mark.parametrize(
    ("accelerator", "asked"),
    [
        ("a100-40-sxm", {"model": "mixtral-8x22b", "input_tokens": 4000, "output_tokens": 2000, "concurrency": 17}),
        ("snapdragon-x-elite-npu", {"model": "gemma-3-27b", "precision": "bf16", "concurrency": 17}),
    ],
)
def test_room_to_spare_is_not_bought_with_more_accelerators(accelerator: str, asked: dict[str, Any]) -> None:
    fewer, more = needed(accelerator, 1, **asked), needed(accelerator, 1.05, **asked)
    assert fewer is not None
    assert more is not None
    assert more <= fewer


@settings(max_examples=60, deadline=None)
@given(
    accelerator=st.sampled_from(["l4", "l40s", "a100-40-sxm", "h100-sxm", "h200-sxm"]),
    model=st.sampled_from(["llama-3.3-70b", "mixtral-8x22b", "gpt-oss-120b", "qwen3-32b"]),
    concurrency=st.integers(1, 500),
    memory=st.floats(1, 3),
)
def test_more_memory_never_needs_more_accelerators(
    accelerator: str, model: str, concurrency: int, memory: float
) -> None:
    asked = {"model": model, "concurrency": concurrency}
    fewer, more = needed(accelerator, 1, **asked), needed(accelerator, memory, **asked)
    assert fewer is None or (more is not None and more <= fewer)
