"""What tokens cost at given prices, with a part of them cached and a part sent in batches."""

from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices of a million tokens, and how they are used."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cached_share: Decimal = Decimal(0)
    batch_share: Decimal = Decimal(0)
    batch_discount: Decimal = Decimal(0)

    def cost(self, read: Decimal, written: Decimal) -> Decimal:
        """So many millions of tokens read and written: read at two prices, less the discount for batches.

        Source: the price lists of providers, such as OpenAI's (input, cached input, output; batches at half the price),
        as `genai-prices` holds them.
        """
        cached = self.input if self.cached is None else self.cached
        price = (1 - self.cached_share) * self.input + self.cached_share * cached
        return (read * price + written * self.output) * (1 - self.batch_share * self.batch_discount)

    def with_cached(self, share: Decimal) -> "Tariff":
        """The same with that share of the tokens read from the cache."""
        return replace(self, cached_share=share)

    def with_batches(self, share: Decimal) -> "Tariff":
        """The same with that share of the tokens sent in batches."""
        return replace(self, batch_share=share)
