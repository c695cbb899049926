"""Fleet: which machines of an inventory can serve a model, how well, what keeps the others from it, what would help.

Each host is calculated like a capacity of its own (`standing`); no copy of a model is spread over several.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.constant import sources
from app.calculators.cooling import sustained_source
from app.calculators.efficiency import learnt
from app.calculators.form import shown
from app.calculators.inventory import Inventory
from app.calculators.known import Known, in_use
from app.calculators.standing import HostCapacity, Need, Reason, Standing
from app.calculators.telling import fleet as telling
from app.calculators.term import CalculatorInput, CalculatorOutput, Term
from app.calculators.told import Told
from app.calculators.upgrade import Change, changes
from app.finding import Finding


class Input(CalculatorInput):
    """The machines there are, and what has to be served."""

    inventory: Inventory = Field(
        title="Inventory",
        description="a CSV with accel_model or cpu_model, hosts as objects, or findings of a tool",
        json_schema_extra=shown(group="Machines", main=True, form="csv"),
    )
    need: Need = Field(
        title="What has to be served",
        description="a model at a load, and how fast it has to answer",
        json_schema_extra=shown(main=True),
    )


class Missing(BaseModel):
    """What the fleet lacks."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    concurrency: int = Field(description="requests at once that cannot be served")
    hosts_by_reason: dict[Reason, int] = Field(description="hosts that are kept from it, by what keeps them")


class Output(CalculatorOutput):
    """Each host, and all of them together."""

    hosts: tuple[HostCapacity, ...]
    share_usable: float = Field(description="of the hosts")
    usable_hosts: int
    max_concurrency: int = Field(description="requests at once within the targets, over all hosts")
    needed: float = Field(description="requests at once that are asked for")
    missing: Missing
    covered: bool = Field(description="whether the need is met")
    cheapest_change: Change | None = Field(description="null: nothing needs to change, or nothing known would do")
    changes: tuple[Change, ...] = Field(description="all that would do, cheapest first")
    error_band: tuple[float, float] = Field(description="measured by predicted speed in 9 of 10 cases: from, to")
    why: tuple[str, ...]

    def findings(self) -> tuple[Finding, ...]:
        """The figures that rules read."""
        about = {"hosts": len(self.hosts)}
        figures = (
            ("share_usable", self.share_usable, "1"),
            ("usable_hosts", self.usable_hosts, "hosts"),
            ("max_concurrency", self.max_concurrency, "requests"),
            ("missing_concurrency", self.missing.concurrency, "requests"),
        )
        return tuple(
            Finding(metric=f"fleet.{name}", value=float(value), unit=unit, attributes=about, where=name)
            for name, value, unit in figures
        )

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)


def calculate(given: Input, known: Known | None = None) -> Output:
    """Each host against the need, and the fleet as a whole.

    Raises:
        Unreadable: the model is not known, or the lengths exceed its context.
    """
    tables = known or in_use()
    standing = Standing(given.need, tables)
    hosts = tuple(standing.host(each) for each in given.inventory)
    have = sum(each.max_concurrency for each in hosts)
    lacking = max(0, -(-given.need.concurrency // 1) - have)
    missing = Missing(
        concurrency=int(lacking),
        hosts_by_reason=dict(Counter(reason for each in hosts for reason in each.reasons)),
    )
    possible = changes(standing, given.inventory, hosts, tables, lacking=int(lacking)) if lacking else ()
    usable = sum(each.usable for each in hosts)
    spread = learnt().seen.output_tokens_per_second
    return Output(
        terms=tuple(_terms(given.need, hosts, usable, have)),
        hosts=hosts,
        share_usable=usable / len(hosts),
        usable_hosts=usable,
        max_concurrency=have,
        needed=given.need.concurrency,
        missing=missing,
        covered=not lacking,
        cheapest_change=possible[0] if possible else None,
        changes=possible,
        error_band=(spread.low, spread.high),
        why=tuple(_why(given.need, have, possible)),
    )


def _terms(need: Need, hosts: Sequence[HostCapacity], usable: int, have: int) -> Iterator[Term]:
    named = sources("serving.yaml")
    yield Term(
        name="share_usable",
        title="Share of hosts that can serve it",
        formula=f"{usable} of {len(hosts)} hosts: it fits, one request stays within {need.ttft_target_ms:g} ms for the "
        f"first token and {need.tpot_target_ms:g} ms for each further one, and nothing else keeps it from it",
        value=usable / len(hosts),
        unit="share",
        source=named["roofline"],
    )
    yield Term(
        name="sustained_factor",
        title="Speed under heat",
        formula="by cooling: "
        + ", ".join(
            f"{cooling} {factor:g}" for cooling, factor in sorted({(e.cooling, e.sustained_factor) for e in hosts})
        )
        + "; not taken off where hosts are cooled as those were that speeds were measured on (liquid, air)",
        value=min(each.sustained_factor for each in hosts),
        unit="share",
        source=sustained_source(),
    )
    yield Term(
        name="max_concurrency",
        title="Requests at once",
        formula=" + ".join(f"{count} x {most}" for most, count in _alike(hosts)) or "0",
        value=have,
        unit="requests",
        source=named["cache"],
    )


def _alike(hosts: Sequence[HostCapacity]) -> list[tuple[int, int]]:
    """Requests at once and how many hosts take on so many; the ten largest."""
    return sorted(Counter(each.max_concurrency for each in hosts if each.usable).items(), reverse=True)[:10]


def _why(need: Need, have: int, possible: Sequence[Change]) -> Iterator[str]:
    if have >= need.concurrency:
        return
    yield f"The hosts serve {have:,} requests at once within the targets, and {need.concurrency:,.10g} are needed."
    if possible:
        yield possible[0].words
    else:
        yield "No driver, precision or purchase that is known would close the gap."
