"""What a round of federated learning sends, how long it takes, and which node the others wait for."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import exp, lgamma

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.constant import constants, sources
from app.calculators.federation import Input, Node
from app.calculators.telling import federated as telling
from app.calculators.term import CalculatorOutput, Term
from app.calculators.told import Told
from app.finding import Finding, Scalar

__all__ = ["Input", "Node", "Output", "calculate"]

_USUAL = constants("federated.yaml")
_FROM = sources("federated.yaml")
_MEGABIT = 1e6
_AGGREGATOR = "aggregator"


class NodeTime(BaseModel):
    """What a round takes at one node."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(title="Name", description="the node")
    download_seconds: float = Field(title="Download", description="seconds until it has the model, or its adapter")
    training_seconds: float = Field(title="Training", description="seconds that it trains")
    upload_seconds: float = Field(title="Upload", description="seconds until its update has arrived")
    seconds: float = Field(title="In all", description="seconds in all")

    @property
    def part(self) -> str:
        """What takes longest here."""
        parts = {
            "downlink": self.download_seconds,
            "training": self.training_seconds,
            "uplink": self.upload_seconds,
        }
        return max(parts, key=lambda each: parts[each])


class Output(CalculatorOutput):
    """A round and all of them: bytes, time, and who is waited for."""

    bytes_per_round: float = Field(
        title="Bytes of a round", description="bytes that all nodes receive and send in a round"
    )
    seconds_per_round: float = Field(
        title="Time of a round", description="seconds of a round in which the slowest node takes part"
    )
    bottleneck: str = Field(
        title="Who is waited for", description="the node that the others wait for, or the aggregator"
    )
    bottleneck_part: str = Field(
        title="What takes longest there", description="what takes longest there: uplink, downlink or training"
    )
    seconds_without_bottleneck: float | None = Field(
        title="A round without it",
        description="seconds of a round without that node; empty where it is the only one or the aggregator",
    )
    expected_seconds_per_round: float = Field(
        title="Average round", description="seconds of a round on average, nodes chosen by chance"
    )
    download_bytes: float = Field(title="Received by a node", description="bytes that one node receives in a round")
    upload_bytes: float = Field(title="Sent by a node", description="bytes that one node sends in a round")
    exchanged_parameters: float | None = Field(
        title="Parameters exchanged", description="parameters that are exchanged; empty for given bytes"
    )
    share_of_model: float | None = Field(
        title="Share of the model", description="those by all parameters of the model, 0 to 1; empty if unknown"
    )
    bytes_in_all: float = Field(title="Bytes of all rounds", description="bytes of all rounds")
    hours_in_all: float = Field(
        title="Time of all rounds", description="hours of all rounds, one after the other, by the average round"
    )
    nodes: tuple[NodeTime, ...] = Field(title="Nodes", description="what a round takes at each node, the slowest first")
    error_band: tuple[float, float] = Field(
        title="Error band", description="seconds of a round with lines as stated and on a bad day"
    )
    error_band_from: str = Field(title="Where the band comes from", description="where the band comes from")
    remarks: tuple[str, ...] = Field(title="Remarks", description="what keeps the figures from saying more")

    def findings(self) -> tuple[Finding, ...]:
        """The figures that a design of federated learning rests on."""
        about: dict[str, Scalar] = {
            "bottleneck": self.bottleneck,
            "bottleneck_part": self.bottleneck_part,
            "nodes": len(self.nodes),
        }
        return (
            Finding(metric="federated.bytes_per_round", value=self.bytes_per_round, unit="bytes", attributes=about),
            Finding(metric="federated.seconds_per_round", value=self.seconds_per_round, unit="s", attributes=about),
            Finding(metric="federated.hours_in_all", value=self.hours_in_all, unit="h", attributes=about),
        )

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)


def calculate(given: Input) -> Output:
    """A synchronous round waits for its slowest node (McMahan et al. 2017, federated averaging)."""
    nodes = _times(given)
    slowest, bottleneck, part = nodes[0], nodes[0].name, nodes[0].part
    if _aggregator_binds(given):
        bottleneck, part = _AGGREGATOR, "downlink" if part == "uplink" else "uplink"
    expected = _expected_slowest([each.seconds for each in nodes], given.taking_part)
    per_round = (given.download + given.upload) * given.taking_part
    share = None
    if given.exchanged is not None and given.all_parameters:
        share = min(1.0, given.exchanged / given.all_parameters)
    bad_day = _times(given, _USUAL["slowest_line_share"].value)[0].seconds
    alone = len(nodes) == 1 or bottleneck == _AGGREGATOR
    return Output(
        bytes_per_round=per_round,
        seconds_per_round=slowest.seconds,
        bottleneck=bottleneck,
        bottleneck_part=part,
        seconds_without_bottleneck=None if alone else nodes[1].seconds,
        expected_seconds_per_round=expected,
        download_bytes=given.download,
        upload_bytes=given.upload,
        exchanged_parameters=given.exchanged,
        share_of_model=share,
        bytes_in_all=per_round * given.rounds,
        hours_in_all=expected * given.rounds / 3600,
        nodes=nodes,
        error_band=(slowest.seconds, bad_day),
        error_band_from=_USUAL["slowest_line_share"].source.title,
        remarks=tuple(_remarks(given, nodes)),
        terms=tuple(_terms(given, nodes, per_round, expected)),
    )


def _times(given: Input, line_share: float = 1.0) -> tuple[NodeTime, ...]:
    """What a round takes at each node, the slowest first; the aggregator's line is shared by all of them."""
    out, back = _aggregator_seconds(given, line_share)
    found = []
    for node in given.nodes:
        wait = node.round_trip_ms / 1000
        down = max(given.download * 8 / (node.downlink_mbit_s * _MEGABIT * line_share), out) + wait
        up = max(given.upload * 8 / (node.uplink_mbit_s * _MEGABIT * line_share), back) + wait
        found.append(
            NodeTime(
                name=node.name,
                download_seconds=down,
                training_seconds=node.training_seconds,
                upload_seconds=up,
                seconds=down + node.training_seconds + up,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.seconds, each.name)))


def _aggregator_seconds(given: Input, line_share: float = 1.0) -> tuple[float, float]:
    """Seconds in which the aggregator has sent to all, and in which it has received from all."""
    out, back = given.aggregator_uplink_mbit_s, given.aggregator_downlink_mbit_s
    bits = 8 * given.taking_part / (_MEGABIT * line_share)
    return (given.download * bits / out if out else 0.0), (given.upload * bits / back if back else 0.0)


def _aggregator_binds(given: Input) -> bool:
    """Whether the slowest node would be done sooner, were the aggregator's line without end."""
    free = given.model_copy(update={"aggregator_uplink_mbit_s": None, "aggregator_downlink_mbit_s": None})
    return _times(free)[0].seconds < _times(given)[0].seconds * (1 - 1e-9) and sum(_aggregator_seconds(given)) > (
        _times(free)[0].download_seconds + _times(free)[0].upload_seconds
    )


def _expected_slowest(seconds: Sequence[float], drawn: int) -> float:
    """The mean of the largest of so many drawn without putting back: each is the largest in C(below, drawn−1) draws."""
    ordered = sorted(seconds)
    count = len(ordered)
    if drawn == count:
        return ordered[-1]

    def share_below(rank: int) -> float:  # that all drawn are among the `rank` fastest
        if rank < drawn:
            return 0.0
        logs = lgamma(rank + 1) - lgamma(rank - drawn + 1) - lgamma(count + 1) + lgamma(count - drawn + 1)
        return exp(logs)

    shares = [share_below(rank) for rank in range(count + 1)]
    return sum(time * (after - before) for time, (before, after) in zip(ordered, pairwise(shares), strict=True))


def _remarks(given: Input, nodes: Sequence[NodeTime]) -> Iterator[str]:
    if not any(each.training_seconds for each in nodes):
        yield "No node states how long it trains: the time is that of the transfers alone."
    if given.upload_factor == 1:
        yield "Updates are taken to be sent as they are: secure aggregation adds to them, compression takes from them."
    if len(nodes) > 1 and nodes[0].seconds > 2 * nodes[1].seconds:
        yield f"{nodes[0].name} alone more than doubles the round: it could send less often, or not wait for it."
    if (
        given.adapter is not None
        and given.exchanged
        and given.all_parameters
        and given.exchanged > given.all_parameters
    ):
        yield "The adapter is larger than the model: its rank is too high to save anything."


def _terms(given: Input, nodes: Sequence[NodeTime], per_round: float, expected: float) -> Iterator[Term]:
    slowest = nodes[0]
    if given.exchanged is not None:
        words = "all parameters of the model"
        if given.adapter is not None:
            words = f"rank {given.adapter.rank} × (inputs + outputs), summed over the adapted matrices"
        title = "Parameters that are exchanged"
        yield _term("exchanged_parameters", title, words, given.exchanged, "parameters", "adapter")
        words = f"{given.exchanged:,.0f} parameters × {given.bytes_per_parameter:g} bytes"
        yield _term("download_bytes", "What a node receives", words, given.download, "bytes", "averaging")
    words = f"{given.download:,.0f} bytes × {given.upload_factor:g}"
    yield _term("upload_bytes", "What a node sends", words, given.upload, "bytes", "averaging")
    words = f"{given.taking_part} nodes × ({given.download:,.0f} + {given.upload:,.0f}) bytes"
    yield _term("bytes_per_round", "What a round sends in all", words, per_round, "bytes", "averaging")
    words = (
        f"{slowest.name}: {slowest.download_seconds:,.1f} s to receive + {slowest.training_seconds:,.1f} s to train + "
    )
    words += f"{slowest.upload_seconds:,.1f} s to send"
    yield _term("seconds_per_round", "A round waits for its slowest node", words, slowest.seconds, "s", "line")
    words = f"{expected:,.1f} s a round on average × {given.rounds:,} rounds ÷ 3,600"
    yield _term("hours_in_all", "All rounds", words, expected * given.rounds / 3600, "hours", "averaging")


def _term(name: str, title: str, formula: str, value: float, unit: str, source: str) -> Term:
    return Term(name=name, title=title, formula=formula, value=value, unit=unit, source=_FROM[source])
