"""What a split between own servers and a cloud comes to: one point of it, what moves it, how far to trust it."""

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.money import Amount


class Point(BaseModel):
    """What a number of servers comes to."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    own_servers: int = Field(title="Own servers", description="servers of one's own")
    share_cloud: float = Field(
        title="Share that goes to the cloud", description="share of the requests that goes to the cloud, 0 to 1"
    )
    p95_ms: float = Field(
        title="95th percentile", description="milliseconds within which 95 % of all requests are answered"
    )
    cost_per_month: Amount = Field(
        title="Cost of a month", description="own servers and cloud together, in the currency"
    )


class Swing(BaseModel):
    """What an input does to the cost when it is a fifth lower and a fifth higher."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    input: str = Field(title="Input", description="the input that is moved")
    cost_low: Amount = Field(title="Cost with less", description="cost per month with the input lower, in the currency")
    cost_high: Amount = Field(
        title="Cost with more", description="cost per month with the input higher, in the currency"
    )
    cheapest_low: int | None = Field(
        title="Cheapest with less", description="cheapest number of servers with the input lower"
    )
    cheapest_high: int | None = Field(
        title="Cheapest with more", description="cheapest number of servers with the input higher"
    )


class Band(BaseModel):
    """Between which figures a simulation of the same case lies in 9 of 10."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    share_cloud: tuple[float, float] = Field(
        title="Share that goes to the cloud", description="share of the requests that goes to the cloud, 0 to 1"
    )
    p95_ms: tuple[float, float] = Field(
        title="95th percentile", description="milliseconds within which 95 % are answered"
    )
    learnt_from: str = Field(title="Learnt from", description="where the band comes from")
