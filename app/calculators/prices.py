"""List prices of models that are paid by the token, out of the package `genai-prices`: offline, dated, in US dollars.

The package is loaded at the first price that is asked for. It looks nothing up over the network unless told to, and
nothing here tells it to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from app.calculators.term import Source, misfit

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, Provider

CURRENCY: Final = "USD"
_PAGE: Final = "https://github.com/pydantic/genai-prices"


@dataclass(frozen=True, slots=True)
class ListPrice:
    """What a provider asks for a million tokens of a model on a day."""

    model: str
    provider: str
    on: date
    input: Decimal
    output: Decimal
    cached: Decimal | None
    batch_discount: float | None
    long_prompts_cost_more: bool

    @property
    def source(self) -> Source:
        """Where it was read."""
        return Source(
            title=f"genai-prices {version('genai-prices')}: {self.provider}, {self.model}",
            url=_PAGE,
            date=self.on.isoformat(),
        )


def list_price(model: str, provider: str | None, on: date, *, where: str = "model") -> ListPrice:
    """The price of a model on a day; the provider may stand before it, as in `openai/gpt-5`.

    Raises:
        Unreadable: nobody lists such a model; says which names are near.
    """
    listed = _listed()
    name = model.strip()
    if provider is None and "/" in name and (known := _provider(listed, name.partition("/")[0])):
        provider, name = known.id, name.partition("/")[2]
    try:
        seller, found = listed.find_provider_model(name, None, provider, None)
    except LookupError:
        raise misfit((where, _near(listed, name, provider))) from None
    price = _price(seller, found, on)
    if price is None:
        raise misfit((where, f"{found.id} of {seller.name} is not sold by the token: state the prices"))
    return price


def exchange(currency: str, rate: Decimal | None) -> Decimal:
    """How much of a currency a dollar is.

    Raises:
        Unreadable: it is not stated.
    """
    if currency == CURRENCY:
        return Decimal(1)
    if not rate:
        raise misfit(("exchange_rate", f"state what a US dollar costs in {currency}: list prices are in dollars"))
    return rate


def smaller_models(price: ListPrice) -> Iterator[ListPrice]:
    """Models of the same name with an ending, such as mini, that cost less for both kinds of token."""
    seller = _provider(_listed(), price.provider)
    for each in seller.models if seller else ():
        if each.id.startswith(f"{price.model}-") and not each.deprecated:
            found = _price(seller, each, price.on) if seller else None
            if found and found.input < price.input and found.output < price.output:
                yield found


def _listed() -> "DataSnapshot":
    """The prices; a new value each time, so that the names that people try are not kept."""
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=providers, from_auto_update=False, timestamp=datetime(2000, 1, 1, tzinfo=UTC))


def _provider(listed: "DataSnapshot", name: str) -> "Provider | None":
    return next((each for each in listed.providers if each.id == name.strip().lower()), None)


def _near(listed: "DataSnapshot", name: str, provider: str | None) -> str:
    sellers = [each for each in listed.providers if provider is None or each.id == provider.strip().lower()]
    if not sellers:
        known = ", ".join(sorted(each.id for each in listed.providers))
        return f"no provider '{provider}' is listed; there are {known}"
    selling = [each.id for each in sellers if each.find_model(name)]
    if selling:
        return f"say who sells '{name}', as in {selling[0]}/{name}; there are {', '.join(selling)}"
    names = sorted({model.id for each in sellers for model in each.models})
    near = get_close_matches(name.lower(), names, n=5, cutoff=0.5)
    return f"no list price for '{name}'" + (f"; near are {', '.join(near)}" if near else "") + "; or state the prices"


def _price(seller: "Provider", model: "ModelInfo", on: date) -> ListPrice | None:
    noon = datetime.combine(on, time(12), tzinfo=UTC)
    usual = model.get_prices(noon)
    read, written, cached = (_first(getattr(usual, f"{kind}_mtok")) for kind in ("input", "output", "cache_read"))
    if read is None or written is None:
        return None
    batch = _first(model.get_prices(noon, {"processing": "batch"}).output_mtok)
    return ListPrice(
        model=model.id,
        provider=seller.id,
        on=on,
        input=read,
        output=written,
        cached=cached,
        batch_discount=float(1 - batch / written) if batch is not None and 0 < batch < written else None,
        long_prompts_cost_more=_tiered(usual.input_mtok) or _tiered(usual.output_mtok),
    )


def _first(price: object) -> Decimal | None:
    """The price of a short prompt."""
    found = getattr(price, "base", price)
    return found if isinstance(found, Decimal) else None


def _tiered(price: object) -> bool:
    return bool(getattr(price, "tiers", ()))
