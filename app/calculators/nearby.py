"""What was measured near a case: points of the same model, the nearer the more they count, correct the prediction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, log, log2

from app.calculators.accelerator import Accelerator, bundled_accelerators
from app.calculators.efficiency import Nearness, learnt
from app.calculators.facts import rows
from app.calculators.model import Model, bundled_models
from app.calculators.precision import PrecisionName
from app.calculators.term import Source

Shape = tuple[int | str, ...]
Kin = tuple[str, str, str]  # an accelerator's id, its architecture and its class

_MOST_KEPT = 1024  # cases whose neighbours are remembered; one estimate asks for each of its layouts many times


def shape_of(model: Model) -> Shape:
    """What two models have alike that take the same work: DeepSeek V3 and R1, or one and what was tuned from it."""
    return (
        model.layers,
        model.hidden,
        model.heads,
        model.kv_heads,
        model.head_dim,
        model.experts,
        model.experts_per_token,
        model.expert_width,
        model.state_layers,
        model.sparse_tokens,
        f"{model.parameters_b:.2g}",
    )


def kin_of(device: Accelerator) -> Kin:
    """By what two accelerators are known to be alike."""
    return device.id, device.architecture, device.efficiency_class


@dataclass(frozen=True, slots=True)
class Point:
    """A measurement that others published, beside what the roofline alone says to it."""

    shape: Shape  # of the model
    accelerator: Kin
    precision: PrecisionName
    tensor: int
    output_tokens: int
    speed: float  # logarithm of measured by predicted output tokens a second
    first_token: float | None  # the same of the time to the first token, where that was measured
    source: Source


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A point and how much it counts: 1 for the same accelerator, precision, layout and output length."""

    point: Point
    weight: float


@dataclass(frozen=True, slots=True)
class Correction:
    """What a figure is multiplied with."""

    factor: float
    share: float  # of the neighbours' word that is taken: 0 with none, towards 1 with many


@dataclass(frozen=True, slots=True)
class Nearby:
    """What the neighbours of a case say, the nearest first."""

    neighbours: tuple[Neighbour, ...]
    speed: Correction
    first_token: Correction


UNCORRECTED = Nearby((), Correction(1.0, 0.0), Correction(1.0, 0.0))


class Points:
    """Points by model; compared by identity, so that what they say to a case can be remembered."""

    def __init__(self, given: Iterable[Point], nearness: Nearness) -> None:
        """Sort them by model."""
        self.nearness = nearness
        self._of_shape: dict[Shape, list[Point]] = {}
        for each in given:
            self._of_shape.setdefault(each.shape, []).append(each)

    def nearby(
        self, model: Model, device: Accelerator, precision: PrecisionName, tensor: int, output_tokens: int
    ) -> Nearby:
        """What the points of the same model say to a case.

        The mean of ln(measured / predicted), weighted by nearness (Nadaraya 1964, Watson 1964), with `pull` in the
        sum of the weights: that draws it towards 0 as a prior of so many points would (ridge; Hoerl and Kennard 1970).
        Requests at once and memory bandwidth play no part, so what holds of the prediction as they grow still holds.
        """
        shape = shape_of(model)
        if shape not in self._of_shape:
            return UNCORRECTED
        return _said(self, shape, kin_of(device), precision, tensor, output_tokens)

    def weighed(
        self, shape: Shape, accelerator: Kin, precision: PrecisionName, tensor: int, output_tokens: int
    ) -> tuple[Neighbour, ...]:
        """The points of the model that count, with their weights, the heaviest first."""
        near = self.nearness
        found = []
        for each in self._of_shape[shape]:
            weight = self._kinship(each.accelerator, accelerator)
            if each.precision != precision:
                weight *= near.other_precision
            weight *= near.doubled_layout ** abs(log2(each.tensor / tensor))
            weight *= near.doubled_output ** abs(log2(each.output_tokens / output_tokens))
            if weight >= near.least:
                found.append(Neighbour(each, weight))
        return tuple(sorted(found, key=lambda each: -each.weight))

    def _kinship(self, one: Kin, other: Kin) -> float:
        (id, generation, kind), (other_id, other_generation, other_kind) = one, other
        if kind != other_kind:
            return 0.0
        if id == other_id:
            return 1.0
        return self.nearness.generation if generation == other_generation != "" else self.nearness.other_accelerator


@lru_cache(maxsize=_MOST_KEPT)
def _said(
    points: Points,
    shape: Shape,
    accelerator: Kin,
    precision: PrecisionName,
    tensor: int,
    output_tokens: int,
) -> Nearby:
    near = points.nearness
    neighbours = points.weighed(shape, accelerator, precision, tensor, output_tokens)
    return Nearby(
        neighbours=neighbours,
        speed=_correction([(each.weight, each.point.speed) for each in neighbours], near.pull, near.most_speed),
        first_token=_correction(
            [(each.weight, each.point.first_token) for each in neighbours if each.point.first_token is not None],
            near.pull,
            near.most_first_token,
        ),
    )


def _correction(said: Iterable[tuple[float, float]], pull: float, most: float) -> Correction:
    """The weighted mean, drawn towards 0; one point says no more than a factor of `most` either way."""
    bound, total, in_all = log(most), 0.0, 0.0
    for weight, value in said:
        total += weight * max(-bound, min(bound, value))
        in_all += weight
    return Correction(factor=exp(total / (in_all + pull)), share=in_all / (in_all + pull))


@cache
def published() -> Points:
    """The points that come with the product: `facts/measured.csv`."""
    return Points(read_points(rows("measured.csv")), learnt().nearness)


def read_points(given: Iterable[Mapping[str, str]]) -> Iterator[Point]:
    """Points from the rows of a table in that layout."""
    return (_read(each) for each in given)


def _read(row: Mapping[str, str]) -> Point:
    return Point(
        shape=shape_of(bundled_models()[row["model"]]),
        accelerator=kin_of(bundled_accelerators()[row["accelerator"]]),
        precision=row["precision"],  # type: ignore[arg-type]  # a test holds every row to the names that there are
        tensor=int(row["tensor_parallel"]),
        output_tokens=int(row["output_tokens"]),
        speed=log(float(row["output_tokens_per_second"]) / float(row["predicted_output_tokens_per_second"])),
        first_token=log(float(row["ttft_ms"]) / float(row["predicted_ttft_ms"])) if row["ttft_ms"] else None,
        source=Source(title=row["source"], url=row["source_url"] or None, date=row["source_date"]),
    )
