"""What would bring the chance of an overrun down to what is accepted: each measure by itself, solved for its figure.

All spend to come is taken to change by one factor. The factor that is needed follows from the simulated futures: the
largest with which spend until the end of each month stays within the budget in all but the accepted share of them. What
a measure has to come to then follows from the prices, without a further simulation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.tariff import Tariff
from app.calculators.telling import words

_WHOLE: Final = Decimal(1)


class Remedy(BaseModel):
    """One measure, and how far it would have to go."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(description="price, cache, batch, smaller-model or cap")
    title: str
    enough: bool | None = Field(default=None, description="whether it would do by itself; empty: cannot be said")
    figure: float | None = Field(default=None, description="how far it has to go, or how far it can")
    unit: str | None = None
    overrun_probability: float | None = Field(default=None, description="the highest chance that is left with it")
    why: str = Field(description="what the figure means, or why there is none")


@dataclass(frozen=True, slots=True)
class Mix:
    """What a month of the start costs, and from what."""

    tariff: Tariff
    read: Decimal
    written: Decimal
    smaller: Tariff | None = None
    smaller_name: str | None = None

    def factor(self, tariff: Tariff) -> Decimal:
        """What the same tokens cost at another tariff, as a share of today's."""
        now = self.tariff.cost(self.read, self.written)
        return tariff.cost(self.read, self.written) / now if now else _WHOLE

    @property
    def all_cached(self) -> Decimal:
        """With every token that is read out of the cache."""
        return self.factor(self.tariff.with_cached(_WHOLE))

    @property
    def all_batched(self) -> Decimal:
        """With everything in batches."""
        return self.factor(self.tariff.with_batches(_WHOLE))

    @property
    def all_smaller(self) -> Decimal | None:
        """With the smaller model for everything."""
        return None if self.smaller is None else self.factor(self.smaller)


@dataclass(frozen=True, slots=True)
class Reach:
    """The chance that is left when a measure is taken as far as it goes."""

    cache: float | None = None
    batch: float | None = None
    smaller: float | None = None


def by_price(factor: Decimal, accepted: float) -> Remedy:
    """The price: it alone needs no knowledge of the mix."""
    name, title = "price", "Price"
    if factor >= 1:
        return Remedy(name=name, title=title, enough=True, figure=0.0, unit="share", why="Nothing is needed.")
    if factor <= 0:
        why = "No price would do: what is spent already passes the budget until then."
        return Remedy(name=name, title=title, enough=False, why=why)
    less = float(1 - factor)
    why = f"Every price, from next month on, {words.share(less, 3)} lower."
    return Remedy(name=name, title=title, enough=True, figure=less, unit="share", overrun_probability=accepted, why=why)


def by_cap(cap: Decimal, currency: str, turned_away: float, mix: Mix | None) -> Remedy:
    """A limit on what is spent in a month: with it an overrun cannot happen at all."""
    if cap <= 0:
        why = "No limit would do: what is spent already passes the budget until then."
        return Remedy(name="cap", title="Limit", enough=False, why=why)
    tokens = ""
    now = mix.tariff.cost(mix.read, mix.written) if mix else Decimal(0)
    if mix and now:
        millions = float(cap / now * (mix.read + mix.written))
        tokens = f", {millions:,.6g} million tokens at today's prices"
    why = (
        f"Nothing more is served in a month once {float(cap):,.2f} {currency} are spent{tokens}: on average "
        f"{words.share(turned_away, 3)} of the demand is turned away."
    )
    return Remedy(
        name="cap",
        title="Limit",
        enough=True,
        figure=round(float(cap), 2),
        unit=f"{currency} a month",
        overrun_probability=0.0,
        why=why,
    )


def by_mix(mix: Mix | None, factor: Decimal, reach: Reach, accepted: float) -> Iterator[Remedy]:
    """Cache, batches and a smaller model."""
    if mix is None:
        for name, title in (("cache", "Cache"), ("batch", "Batches"), ("smaller-model", "Smaller model")):
            why = "State tokens and prices: from a sum alone it does not follow what they would save."
            yield Remedy(name=name, title=title, why=why)
        return
    yield _cache(mix, factor, reach, accepted)
    yield _batch(mix, factor, reach, accepted)
    yield _smaller(mix, factor, reach, accepted)


def _cache(mix: Mix, factor: Decimal, reach: Reach, accepted: float) -> Remedy:
    tariff = mix.tariff
    if tariff.cached is None or tariff.cached >= tariff.input or not mix.read:
        why = "The model has no lower price for what is read from a cache, or nothing is read."
        return Remedy(name="cache", title="Cache", enough=factor >= 1, why=why)
    share = _share(tariff.cached_share, mix.all_cached, factor)
    told = f"of the tokens read come from the cache, {words.share(tariff.cached_share)} today"
    return _solved("cache", "Cache", share, told, reach.cache, accepted)


def _batch(mix: Mix, factor: Decimal, reach: Reach, accepted: float) -> Remedy:
    tariff = mix.tariff
    if not tariff.batch_discount:
        return Remedy(name="batch", title="Batches", enough=factor >= 1, why="Batches cost no less.")
    share = _share(tariff.batch_share, mix.all_batched, factor)
    told = f"of the tokens are sent in batches, {words.share(tariff.batch_share)} today; answers take up to a day"
    return _solved("batch", "Batches", share, told, reach.batch, accepted)


def _smaller(mix: Mix, factor: Decimal, reach: Reach, accepted: float) -> Remedy:
    title = "Smaller model"
    whole = mix.all_smaller
    if whole is None:
        if factor <= 0:
            return Remedy(name="smaller-model", title=title, enough=False, why="No price would do.")
        most = float(min(factor, _WHOLE))
        why = f"A model that costs at most {words.share(most, 3)} of this one for the same tokens, used for everything."
        return Remedy(name="smaller-model", title=title, figure=most, unit="share of the price", why=why)
    if whole >= 1:
        why = f"{mix.smaller_name} costs no less for these tokens."
        return Remedy(name="smaller-model", title=title, enough=factor >= 1, why=why)
    told = f"of the tokens go to {mix.smaller_name}, where that is good enough"
    return _solved("smaller-model", title, _share(Decimal(0), whole, factor), told, reach.smaller, accepted)


def _share(today: Decimal, whole: Decimal, factor: Decimal) -> Decimal:
    """How far a measure has to go, between where it stands and all of it; more than 1 where all of it is too little."""
    if factor >= 1:
        return today
    return today + (1 - today) * (1 - factor) / (1 - whole) if whole < 1 else Decimal(2)


def _solved(name: str, title: str, share: Decimal, told: str, left: float | None, accepted: float) -> Remedy:
    if share <= 1:
        why = f"At least {words.share(float(share), 3)} {told}."
        figure, chance = float(share), accepted
    else:
        why = f"Not by itself, not even where 100 % {told}."
        figure, chance = 1.0, left if left is not None else 1.0
    return Remedy(
        name=name, title=title, enough=share <= 1, figure=figure, unit="share", overrun_probability=chance, why=why
    )
