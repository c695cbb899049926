"""A round of federated learning as people read it: how long, how much, and who is waited for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from app.calculators.telling.words import between, bytes_of, cut, number, seconds, share
from app.calculators.told import Bar, Bars, Figure, Picture, Table, Told

if TYPE_CHECKING:
    from app.calculators.federated import Output

_MOST_ROWS: Final = 100
_MOST_BARS: Final = 12


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=(_nodes(output),),
        pictures=tuple(_pictures(output)),
        remarks=(*output.remarks, f"A bad day: {output.error_band_from}."),
    )


def _sentence(output: "Output") -> str:
    whole = f"A round takes {seconds(output.seconds_per_round)} and moves {bytes_of(output.bytes_per_round)}"
    if len(output.nodes) == 1:
        return f"{whole}; most of the time goes to {_part(output)}."
    return f"{whole}; the others wait for {_who(output)}, for its {output.bottleneck_part}."


def _who(output: "Output") -> str:
    return "the aggregator" if output.bottleneck == "aggregator" else output.bottleneck


def _part(output: "Output") -> str:
    return "training" if output.bottleneck_part == "training" else f"the {output.bottleneck_part}"


def _figures(output: "Output") -> Iterator[Figure]:
    yield Figure(
        "Time of a round",
        seconds(output.seconds_per_round),
        "seconds_per_round",
        f"{between(*output.error_band, seconds)}, as stated and on a bad day",
    )
    yield Figure("Sent and received in a round", bytes_of(output.bytes_per_round), "bytes_per_round", "by all nodes")
    without = output.seconds_without_bottleneck
    yield Figure(
        "Waited for",
        _who(output),
        "seconds_per_round",
        None if without is None else f"{seconds(without)} without it",
    )
    yield Figure("Time of all rounds", seconds(output.hours_in_all * 3600), "hours_in_all", "by the average round")
    yield Figure("Data of all rounds", bytes_of(output.bytes_in_all), "bytes_per_round")
    if output.exchanged_parameters is not None:
        yield Figure(
            "Share of the model exchanged",
            share(output.share_of_model),
            "exchanged_parameters",
            f"{number(output.exchanged_parameters / 1e6)} million parameters",
        )
    yield Figure("Received by a node", bytes_of(output.download_bytes), _if_known(output, "download_bytes"))
    yield Figure("Sent by a node", bytes_of(output.upload_bytes), "upload_bytes")


def _if_known(output: "Output", name: str) -> str | None:
    """The term of that name; bytes that were stated have none."""
    return name if any(each.name == name for each in output.terms) else None


def _nodes(output: "Output") -> Table:
    rows, of_many = cut(output.nodes, _MOST_ROWS)
    return Table(
        f"Nodes, the slowest first{of_many}",
        ("Node", "Receives for", "Trains for", "Sends for", "In all"),
        tuple(
            (
                each.name,
                seconds(each.download_seconds),
                seconds(each.training_seconds),
                seconds(each.upload_seconds),
                seconds(each.seconds),
            )
            for each in rows
        ),
    )


def _pictures(output: "Output") -> Iterator[Picture]:
    rows, of_many = cut(output.nodes, _MOST_BARS)
    yield Bars(
        told=f"{rows[0].name} takes longest, {seconds(rows[0].seconds)}; {output.nodes[-1].name} is done first, after "
        f"{seconds(output.nodes[-1].seconds)}.",
        caption=f"Seconds of a round at each node{of_many}.",
        bars=tuple(Bar(each.name, 0.0, each.seconds, seconds(each.seconds)) for each in rows),
    )
