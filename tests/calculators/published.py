"""Published comparisons of cost, as their authors state them: what goes in, what they say comes out, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[3] / "shared" / "facts"
FILE = _FOLDER / "tco_cases.json"
"""More of them, where this checkout has the file beside it."""


@dataclass(frozen=True)
class Published:
    """One comparison, with the figures that it states."""

    source: str
    given: Mapping[str, Any]
    stated: tuple[Mapping[str, Any], ...]


def owned(name: str = "own", **given: Any) -> dict[str, Any]:
    return {"kind": "owned", "name": name, "units": 1, **given}


def cloud(name: str = "cloud", **given: Any) -> dict[str, Any]:
    return {"kind": "cloud", "name": name, "units": 1, **given}


def api(name: str = "api", **given: Any) -> dict[str, Any]:
    return {"kind": "api", "name": name, **given}


def says(option: str, figure: str, value: str | None = None, against: str | None = None) -> dict[str, Any]:
    return {"option": option, "figure": figure, "value": value, "against": against}


LENOVO_2025 = Published(
    "Lenovo Press LP2225, On-Premise vs Cloud: Generative AI Total Cost of Ownership (2025)",
    {
        "years": 5,
        "options": [
            owned(price_per_unit="833806", running_cost_per_unit_hour="0.87"),
            cloud("on demand", price_per_unit_hour="98.32"),
            cloud("one year", price_per_unit_hour="77.43", commitment="reserved"),
            cloud("three years", price_per_unit_hour="53.945", commitment="reserved"),
        ],
    },
    (
        says("own", "break_even_hours", "8556", "on demand"),
        says("own", "break_even_hours", "10890", "one year"),
        says("own", "break_even_hours", "15710", "three years"),
    ),
)
LENOVO_2026 = Published(
    "Lenovo Press LP2368, On-Premise vs Cloud: Generative AI Total Cost of Ownership (2026-02-04)",
    {
        "years": 5,
        "options": [
            owned(price_per_unit="250141.8", running_cost_per_unit_hour="6.37"),
            cloud("on demand", price_per_unit_hour="98.32"),
            cloud("one year", price_per_unit_hour="63.48", commitment="reserved"),
            cloud("three years", price_per_unit_hour="43.22", commitment="reserved"),
            cloud("five years", price_per_unit_hour="39.32", commitment="reserved"),
        ],
    },
    (
        says("own", "break_even_hours", "2720", "on demand"),
        says("own", "break_even_months", "3.7", "on demand"),
        says("own", "break_even_months", "6", "one year"),
        says("own", "break_even_months", "9.3", "three years"),
        says("own", "break_even_months", "10.4", "five years"),
        says("own", "cheapest"),
    ),
)


def _thousand(name: str, price: int, kilowatts: float) -> dict[str, Any]:
    return owned(
        name,
        units=1024,
        price_per_unit=price,
        power_kw_per_unit=kilowatts,
        pue=1.2,
        electricity_price_per_kwh="0.08",
    )


THOUSAND = Published(
    "aiinframap.com, H100 vs H200 vs B200: five-year cost of 1,024 accelerators (2026)",
    {
        "years": 5,
        "demand": {"hours_per_month": 511},  # 70 % of them
        "options": [_thousand("H100", 30000, 0.7), _thousand("H200", 35000, 0.7), _thousand("B200", 40000, 1.0)],
    },
    (
        says("H100", "capex", "3.072E+7"),
        says("H100", "opex", "2.11E+6"),
        says("H100", "total", "3.283E+7"),
        says("H200", "total", "3.795E+7"),
        says("B200", "opex", "3.01E+6"),
        says("B200", "total", "4.397E+7"),
    ),
)
RUNPOD = Published(
    "RunPod, four A100 over three years (2024-11-22)",
    {
        "years": 3,
        "options": [
            cloud("four rented", units=4, price_per_unit_hour="1.1651"),
            owned(units=4, price_per_unit="61656"),
        ],
        "reference": "own",
    },
    (
        says("own", "total", "246624"),
        says("four rented", "total", "122478"),
        says("four rented", "saving_share", "0.503"),
    ),
)
SWFTE = Published(
    "SWFTE, 10 billion tokens a month by the call or on sixteen A100, three years (2026)",
    {
        "years": 3,
        "options": [
            cloud("by the call", price_per_unit_hour=0, other_cost_by_year=[1150000, 1090000, 1095000]),
            owned(price_per_unit=0, other_cost_by_year=[639000, 359000, 432000]),
        ],
    },
    (
        says("by the call", "total", "3335000"),
        says("own", "total", "1430000"),
        says("own", "saving_share", "0.57"),
        says("own", "cheapest"),
    ),
)
UPTIME = Published(
    "Rogers, Uptime Institute, Sweat dedicated GPU clusters to beat cloud on cost (2025-01-30)",
    {
        "years": 5,
        "options": [owned(price_per_unit=0, fixed_cost_per_month="14600"), cloud(price_per_unit_hour="66")],
    },
    (says("own", "break_even_utilisation", "0.3"),),  # 20 a standing hour; the article rounds it to a third
)
RIGHT = (LENOVO_2025, LENOVO_2026, THOUSAND, RUNPOD, SWFTE, UPTIME)

WRONG = Published(
    "randomcalculators.com, an example of owning against renting (2026)",
    {
        "years": 4,
        "demand": {"hours_per_month": 400},
        "options": [
            owned(
                units=8,
                price_per_unit="35000",
                network_share=0.4,
                power_kw_per_unit=0.7,
                pue=1.4,
                electricity_price_per_kwh="0.12",
                fixed_cost_per_month="3000",
            ),
            cloud(units=8, price_per_unit_hour="4.5"),
        ],
    },
    (says("cloud", "cheapest"), says("own", "never_breaks_even", None, "cloud")),
)

BY_TOKEN = {
    # Pan, Chodnekar, Roy and Wang, arXiv 2509.18101: price, watts of the accelerators together, months against Claude
    # Opus 4, against GPT-5; the tokens a month follow from the second and are held against the first.
    "EXAONE-4.0-32B": (2000, 575, "0.3", "2.26"),
    "gpt-oss-120B": (30000, 800, "3.9", "30.9"),
    "GLM-4.5-Air": (30000, 800, "4.3", "34.0"),
    "Llama-3.3-70B": (15000, 400, "2.3", "17.8"),
    "Qwen3-235B": (60000, 1600, "4.3", "34.0"),
    "GLM-4.5": (90000, 2400, "6.5", "51.5"),
    "Kimi-K2": (240000, 6400, "8.7", "69.3"),
}
