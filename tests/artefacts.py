"""Small files as tools write them, for tests of what is done with one once it is read."""

import json
from datetime import date
from typing import Any

LOAD_TEST = "results.json"


def load_test(day: date, *, concurrency: int = 200, p95_ttft_ms: float = 480.0, **more: Any) -> bytes:
    """A load test of vLLM, which states its day."""
    said = {
        "date": f"{day:%Y%m%d}-140000",
        "model_id": "acme/writer-8b",
        "tokenizer_id": "acme/writer-8b",
        "num_prompts": 1000,
        "request_rate": 20.0,
        "max_concurrency": concurrency,
        "duration": 900.0,
        "completed": 1000,
        "total_input_tokens": 512_000,
        "total_output_tokens": 128_000,
        "request_throughput": 19.5,
        "request_goodput": None,
        "output_throughput": 2500.0,
        "total_token_throughput": 12_500.0,
        "mean_ttft_ms": 250.0,
        "median_ttft_ms": 200.0,
        "p95_ttft_ms": p95_ttft_ms,
        "p99_ttft_ms": 900.0,
    }
    return json.dumps(said | more).encode()


def damaged_load_test(day: date) -> bytes:
    """The same with a word where a number stands: known, and not to be read."""
    return load_test(day, total_output_tokens="many")


def undated() -> bytes:
    """A summary of k6, which states no day."""
    metrics = {
        "http_reqs": {"type": "counter", "contains": "default", "values": {"count": 500, "rate": 10.0}},
        "http_req_failed": {"type": "rate", "values": {"rate": 0.2, "passes": 100, "fails": 400}},
        "http_req_duration": {"type": "trend", "contains": "time", "values": {"med": 100.0, "p(95)": 300.0}},
    }
    return json.dumps({"metrics": metrics, "state": {"testRunDurationMs": 50_000}}).encode()
