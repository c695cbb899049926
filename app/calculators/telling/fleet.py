"""A fleet as people read it: how many of the machines serve the model, what keeps the others, what would help."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.calculators.known import in_use
from app.calculators.standing import HostCapacity, Reason
from app.calculators.telling.words import between, counted, cut, listed, milliseconds, number, share, sum_of, whole
from app.calculators.told import Bar, Bars, Figure, Picture, Table, Told

if TYPE_CHECKING:
    from app.calculators.fleet import Output

_KEPT_BY: Final[Mapping[Reason, str]] = {
    "no-accelerator": "no accelerator",
    "unknown-accelerator": "an accelerator that is not in the table",
    "no-driver": "no driver",
    "no-confidential-mode": "no encryption of memory in use",
    "memory": "too little memory",
    "bandwidth": "too slow a memory",
    "compute": "too little arithmetic",
}
_MOST_ROWS: Final = 50
_MOST_BARS: Final = 12


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=tuple(_tables(output)),
        pictures=tuple(_pictures(output)),
        remarks=tuple(_remarks(output)),
    )


def _sentence(output: "Output") -> str:
    hosts = f"{whole(output.usable_hosts)} of {counted(len(output.hosts), 'host')} can serve it"
    together = f"together {counted(output.max_concurrency, 'request')} at once"
    if output.covered:
        if output.max_concurrency * output.error_band[0] < output.needed:
            return f"{hosts}, {together}: enough for {number(output.needed)}, but speeds may be lower than predicted."
        return f"{hosts}, {together}: enough for the {number(output.needed)} that are needed."
    lacking = f"{counted(output.missing.concurrency, 'request')} at once are missing"
    return f"{hosts}, {together}; {lacking}." if output.usable_hosts else f"No host can serve it; {lacking}."


def _figures(output: "Output") -> Iterator[Figure]:
    yield Figure(
        "Hosts that can serve it",
        share(output.share_usable),
        "share_usable",
        f"{whole(output.usable_hosts)} of {whole(len(output.hosts))}",
    )
    yield Figure("Requests at once", whole(output.max_concurrency), "max_concurrency", "within the targets")
    yield Figure("Missing", counted(output.missing.concurrency, "request"), "max_concurrency")
    change = output.cheapest_change
    if change is not None:
        cost = between(Decimal(change.cost_low), Decimal(change.cost_high), sum_of)
        yield Figure("Cheapest change", f"{cost} {change.currency}", None, change.words)
    slowest = min(each.sustained_factor for each in output.hosts)
    yield Figure("Speed under heat, the least", share(slowest), "sustained_factor")
    low, high = output.error_band
    yield Figure("Measured by predicted speed", between(low, high, share), None, "in 9 of 10 published cases")


def _tables(output: "Output") -> Iterator[Table]:
    alike = _alike(output)
    rows, of_many = cut(alike, _MOST_ROWS)
    yield Table(
        f"Hosts, alike ones together{of_many}",
        ("Machine", "Hosts", "Can serve it", "Requests at once", "Tokens a second", "First token", "Why"),
        tuple(
            (
                _machine(each),
                whole(count),
                "yes" if each.usable else "no",
                whole(each.max_concurrency * count),
                "none" if each.output_tokens_per_second is None else number(each.output_tokens_per_second * count),
                milliseconds(each.ttft_ms),
                " ".join(each.why),
            )
            for each, count in rows
        ),
    )
    reasons = sorted(output.missing.hosts_by_reason.items(), key=lambda each: -each[1])
    if reasons:
        rows_by_reason = tuple((_KEPT_BY[reason], whole(count)) for reason, count in reasons)
        yield Table("What keeps hosts from it", ("Reason", "Hosts"), rows_by_reason)
    if output.changes:
        yield Table(
            "What would close the gap, each by itself",
            ("Change", "Hosts", "Requests at once then", "Cost"),
            tuple(
                (
                    each.words,
                    whole(each.hosts),
                    whole(each.max_concurrency),
                    f"{between(Decimal(each.cost_low), Decimal(each.cost_high), sum_of)} {each.currency}",
                )
                for each in output.changes
            ),
        )


def _alike(output: "Output") -> list[tuple[HostCapacity, int]]:
    """Hosts that differ in nothing but their name, and how many there are; the most capable first."""
    counts: dict[HostCapacity, int] = defaultdict(int)
    for each in output.hosts:
        counts[each.model_copy(update={"hostname": ""})] += 1
    return sorted(counts.items(), key=lambda each: (-each[0].max_concurrency * each[1], -each[1]))


def _machine(host: HostCapacity) -> str:
    device = in_use().accelerators.get(host.accelerator or "")
    if device is None:
        return "not in the table" if host.accelerator_count else "no accelerator"
    return f"{host.accelerator_count} × {device.name}, {host.cooling.replace('-', ' ')}"


def _pictures(output: "Output") -> Iterator[Picture]:
    serving = [(each, count) for each, count in _alike(output) if each.usable]
    if not serving:
        return
    rows, of_many = cut(serving, _MOST_BARS)
    bars = tuple(
        Bar(
            f"{counted(count, 'host')}: {_machine(each)}",
            0.0,
            float(each.max_concurrency * count),
            counted(each.max_concurrency * count, "request"),
        )
        for each, count in rows
    )
    yield Bars(
        told=f"Most requests at once go to {listed([bar.name for bar in bars], 3)}.",
        caption=f"Requests at once within the targets, by kind of machine{of_many}.",
        bars=bars,
    )


def _remarks(output: "Output") -> Iterator[str]:
    yield from output.why
    yield "No copy of a model is spread over several hosts. Speeds are predicted: measure on one host of each kind."
