"""What would close the gap of a fleet: drivers, a smaller precision, accelerators to buy; the cheapest first."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.accelerator import Accelerator
from app.calculators.arrangement import fewest
from app.calculators.constant import constants
from app.calculators.efficiency import learnt
from app.calculators.inventory import Host
from app.calculators.known import Known
from app.calculators.precision import PrecisionName, precision
from app.calculators.standing import HostCapacity, Standing
from app.calculators.term import Source

_SMALLER: tuple[PrecisionName, ...] = ("fp8", "int4")  # published for most models, largest first
_NOT_FOR_DATA_CENTRES = "EULA"  # as the table's note says of consumer cards


class Change(BaseModel):
    """One thing that would do, and what it costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["driver", "precision", "purchase"]
    words: str
    hosts: int = Field(description="that it touches")
    accelerator: str | None = None
    accelerators: int = 0
    precision: PrecisionName | None = None
    max_concurrency: int = Field(description="requests at once with it")
    cost_low: str = Field(description="of what has to be bought; work is not counted")
    cost_high: str
    currency: str = "USD"
    source: Source | None = None


def changes(
    standing: Standing, inventory: Sequence[Host], hosts: Sequence[HostCapacity], known: Known, *, lacking: int
) -> tuple[Change, ...]:
    """Everything that would close the gap by itself, cheapest first; of equal ones the one that asks least."""
    have = sum(each.max_concurrency for each in hosts)
    found = [
        *_drivers(standing, inventory, hosts, have, lacking),
        *_precisions(standing, inventory, have, lacking),
        *_purchase(standing, known, have, lacking),
    ]
    return tuple(sorted(found, key=lambda each: Decimal(each.cost_low)))


def _drivers(
    standing: Standing, inventory: Sequence[Host], hosts: Sequence[HostCapacity], have: int, lacking: int
) -> Iterator[Change]:
    without = [host for host, stands in zip(inventory, hosts, strict=True) if stands.reasons == ("no-driver",)]
    gained = sum(standing.host(each, driver=True).max_concurrency for each in without)
    if without and gained >= lacking:
        hosts_in_words = "one host" if len(without) == 1 else f"{len(without)} hosts"
        yield Change(
            kind="driver",
            words=f"Install drivers on {hosts_in_words}: {gained:,} requests at once more could be served.",
            hosts=len(without),
            max_concurrency=have + gained,
            cost_low="0",
            cost_high="0",
        )


def _precisions(standing: Standing, inventory: Sequence[Host], have: int, lacking: int) -> Iterator[Change]:
    model = standing.model
    named = standing.need.precision or model.native_precision
    now = model.weight_bytes(precision(named, experts=model.is_mixture))
    for smaller in _SMALLER:
        if model.weight_bytes(precision(smaller, experts=model.is_mixture)) >= 0.95 * now:
            continue
        with_it = [standing.host(each, smaller) for each in inventory]
        total = sum(each.max_concurrency for each in with_it)
        if total >= have + lacking:
            yield Change(
                kind="precision",
                words=f"Serve the model in {smaller} in place of {named}: the hosts would then take on "
                f"{total:,} requests at once. Evaluate the quantised model first.",
                hosts=sum(each.usable for each in with_it),
                precision=smaller,
                max_concurrency=total,
                cost_low="0",
                cost_high="0",
            )
            return


def _purchase(standing: Standing, known: Known, have: int, lacking: int) -> Iterator[Change]:
    priced = [each for each in known.accelerators.values() if _can_be_bought(each, standing)]
    best: tuple[Decimal, Accelerator, int] | None = None
    for device in priced:
        need = fewest(standing.work(device), lacking, 0)
        if need is None or device.price_low_usd is None:
            continue
        cost = _cost(need.accelerators, device.price_low_usd)
        if best is None or cost < best[0]:
            best = (cost, device, need.accelerators)
    if best is None:
        return
    cost, device, count = best
    high = _cost(count, device.price_high_usd or device.price_low_usd or 0)
    machines = _servers(count)
    servers = "one server" if machines == 1 else f"{machines} servers"
    yield Change(
        kind="purchase",
        words=f"Buy {count} x {device.name} in {servers}, for {cost:,.0f} to {high:,.0f} USD ({device.price_date}).",
        hosts=machines,
        accelerator=device.id,
        accelerators=count,
        max_concurrency=have + lacking,
        cost_low=f"{cost:.2f}",
        cost_high=f"{high:.2f}",
        source=Source(title=device.price_source or "table of accelerators", date=device.price_date or None),
    )


def _servers(accelerators: int) -> int:
    return ceil(accelerators / constants("serving.yaml")["host_devices"].value)


def _cost(accelerators: int, price: float) -> Decimal:
    """Accelerators and the servers that they stand in."""
    server = Decimal(str(constants("serving.yaml")["server_usd"].value))
    return accelerators * Decimal(str(price)) + _servers(accelerators) * server


def _can_be_bought(device: Accelerator, standing: Standing) -> bool:
    if device.price_low_usd is None or device.kind not in ("gpu", "asic"):
        return False
    if _NOT_FOR_DATA_CENTRES in device.confidential_note or device.efficiency_class not in learnt().classes:
        return False
    if device.link_domain > constants("serving.yaml")["host_devices"].value:
        return False  # sold by the rack
    return device.confidential == "yes" or not standing.need.confidential
