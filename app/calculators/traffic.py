"""What is asked about a placement: the requests that arrive, one's own servers, and the cloud."""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from app.calculators.constant import constants
from app.calculators.customary import usual
from app.calculators.form import shown
from app.calculators.money import Currency, Money
from app.calculators.term import CalculatorInput, misfit

MOST_SLOTS: Final = 20_000
MOST_SERVERS: Final = 10_000

_USUAL = constants("placement.yaml")
_SECONDS_PER_HOUR = 3600
_LOWEST_RATE = 1e-9  # one in thirty years
_SHORTEST_MEDIAN_MS = 0.001

Variability = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]


class Input(CalculatorInput):
    """The load, one's own servers, and the cloud."""

    arrival_rate_per_second: float = Field(
        ge=_LOWEST_RATE,
        le=100_000,
        title="Requests arriving",
        description="requests that arrive in a second, in the hours that are counted",
        json_schema_extra=shown("requests a second", "Load", main=True),
    )
    service_rate_per_second: float = Field(
        ge=_LOWEST_RATE,
        le=100_000,
        title="Requests one slot finishes",
        description="requests that one slot finishes in a second: 1 by the seconds that one takes",
        json_schema_extra=shown("requests a second", "Load", main=True),
    )
    own_servers: int = Field(
        ge=0,
        le=MOST_SERVERS,
        title="Own servers",
        description="servers of one's own",
        json_schema_extra=shown("servers", "Own servers", main=True),
    )
    slots_per_server: int = Field(
        default=1,
        ge=1,
        le=4096,
        title="Slots of a server",
        description="requests that one server works on at a time, at the service rate above; for a language model the "
        "largest batch that keeps its time per token within the limit",
        json_schema_extra=shown("slots", "Own servers", main=True),
    )
    latency_threshold_ms: float = Field(
        ge=0,
        le=3_600_000,
        title="Longest wait",
        description="milliseconds that a request may wait for a slot; one that would wait longer goes to the cloud at "
        "once; 0: whatever finds all slots busy goes",
        json_schema_extra=shown("ms", "Own servers", main=True),
    )
    arrival_variability: Variability = Field(
        default=_USUAL["poisson"].value,
        title="Variability of arrivals",
        description="variance of the times between arrivals by the squared mean",
        json_schema_extra=shown(
            "ratio",
            "Load",
            usual="1 for many independent people, more for bursts, 0 for a clock",
            source=_USUAL["poisson"].source,
        ),
    )
    service_variability: Variability = Field(
        default=_USUAL["exponential"].value,
        title="Variability of service times",
        description="variance of the service time by the squared mean",
        json_schema_extra=shown(
            "ratio",
            "Load",
            usual="1 for answers of very different lengths, 0 where all are equally long",
            source=_USUAL["exponential"].source,
        ),
    )
    own_latency_ms: float | None = Field(
        default=None,
        ge=0,
        le=3_600_000,
        title="Own time to the answer",
        description="milliseconds from the begin of service until the request counts as answered, such as the time to "
        "the first token; empty: until its service ends",
        json_schema_extra=shown("ms", "Own servers"),
    )
    cloud_latency_ms: float = Field(
        ge=0,
        le=3_600_000,
        title="Time in the cloud",
        description="milliseconds that the cloud takes, counted in the same way; its median",
        json_schema_extra=shown("ms", "Cloud", main=True),
    )
    cloud_latency_p95_ms: float | None = Field(
        default=None,
        ge=0,
        le=3_600_000,
        title="Time in the cloud, 95th percentile",
        description="its 95th percentile; empty: it always takes its median",
        json_schema_extra=shown("ms", "Cloud"),
    )
    cloud_price_per_request: Money = Field(
        title="Price of a request in the cloud",
        description="what one request costs in the cloud: its tokens times their price",
        json_schema_extra=shown("currency", "Cloud", main=True),
    )
    own_server_cost_per_month: Money = Field(
        default=Decimal(0),
        title="Cost of an own server",
        description="what one server of one's own costs in a month, busy or not",
        json_schema_extra=shown("currency a month", "Own servers", main=True),
    )
    currency: Currency = Field(
        default="EUR",
        title="Currency",
        description="of both prices, three letters of ISO 4217",
        json_schema_extra=shown(group="Cloud", main=True),
    )
    hours_per_month: float = Field(
        default=usual("hours_per_month").number,
        gt=0,
        le=744,
        title="Hours at this rate",
        description="hours of a month with this arrival rate; 730 is all of them, which is too many for a peak rate",
        json_schema_extra=shown("hours", "Load", source=usual("hours_per_month").source),
    )
    p95_limit_ms: float | None = Field(
        default=None,
        gt=0,
        le=3_600_000,
        title="Limit of the 95th percentile",
        description="the longest 95th percentile that will do, over all requests; the cheapest number keeps to it",
        json_schema_extra=shown("ms", "Limits"),
    )
    share_cloud_limit: Share | None = Field(
        default=None,
        title="Most that may leave",
        description="the largest share that may leave; the cheapest number keeps to it",
        json_schema_extra=shown("share of the requests", "Limits"),
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.own_servers * self.slots_per_server > MOST_SLOTS:
            raise misfit(("own_servers", f"times slots_per_server must be at most {MOST_SLOTS:,}"))
        if self.load > MOST_SLOTS / 2:
            words = f"by service_rate_per_second must be at most {MOST_SLOTS // 2:,}: this is {self.load:,.0f} slots"
            raise misfit(("arrival_rate_per_second", words))
        if self.cloud_latency_p95_ms is not None and self.cloud_latency_p95_ms < self.cloud_latency_ms:
            raise misfit(("cloud_latency_p95_ms", "must be at least cloud_latency_ms, which is the median"))
        if self.cloud_latency_p95_ms and self.cloud_latency_ms < _SHORTEST_MEDIAN_MS:
            words = f"must be at least {_SHORTEST_MEDIAN_MS:g} beside cloud_latency_p95_ms"
            raise misfit(("cloud_latency_ms", words))
        return self

    @property
    def load(self) -> float:
        """Slots that the requests would keep busy."""
        return self.arrival_rate_per_second / self.service_rate_per_second

    @property
    def requests_per_month(self) -> float:
        """Requests in the hours that are counted."""
        return self.arrival_rate_per_second * self.hours_per_month * _SECONDS_PER_HOUR
