"""Something sensible to calculate with each calculator, for tests that take them all."""

from typing import Any

GIVEN: dict[str, dict[str, Any]] = {
    "capacity": {"model": "llama-3.3-70b", "accelerator": "h100-sxm", "accelerator_count": 4, "concurrency": 100},
    "fleet": {"inventory": "host,gpu model,gpu count\nn1,H100,8\nn2,L4,1\n", "need": {"model": "llama-3.3-70b"}},
    "tco": {
        "years": 3,
        "currency": "EUR",
        "demand": {"input_million_tokens_per_month": 300, "output_million_tokens_per_month": 100},
        "options": [
            {"kind": "cloud", "name": "Renting", "units": 6, "price_per_unit_hour": "3.20"},
            {"kind": "owned", "name": "Our own", "units": 1, "price_per_unit": "225000", "power_kw_per_unit": 10},
        ],
    },
    "budget": {
        "monthly_budget": "25000",
        "currency": "EUR",
        "monthly_spend": "20000",
        "growth_per_month": 0.05,
        "paths": 2000,
    },
    "placement": {
        "arrival_rate_per_second": 5,
        "service_rate_per_second": 0.5,
        "own_servers": 8,
        "latency_threshold_ms": 2000,
        "cloud_latency_ms": 900,
        "cloud_price_per_request": "0.01",
        "own_server_cost_per_month": "1500",
        "currency": "EUR",
    },
    "federated": {
        "nodes": [
            {"name": "Hamburg", "uplink_mbit_s": 50, "downlink_mbit_s": 100},
            {"name": "Porto", "uplink_mbit_s": 10, "downlink_mbit_s": 50},
        ],
        "parameters_b": 7,
        "rounds": 20,
    },
    "privacy": {"dataset_size": 60000, "batch_size": 256, "noise_multiplier": 1.1, "epochs": 20},
    "productivity": {
        "measure": "time-per-task",
        "before": [10, 12, 11, 13, 12, 14, 10, 12],
        "after": [8, 9, 9, 10, 8, 9, 10, 9],
        "promised_gain": 0.2,
        "planned_headcount_change": -0.1,
        "quality": [{"name": "errors", "published": {"change": 0.01, "standard_error": 0.02}}],
    },
}
