"""The models and accelerators that a calculation may name: those that come with the product, and the organisation's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from app.calculators.accelerator import Accelerator, bundled_accelerators, read_accelerators
from app.calculators.model import Model, bundled_models, read_models
from app.calculators.term import misfit

_MOST_NAMED = 8  # of what there is, in a message


@dataclass(frozen=True, slots=True)
class Known:
    """Tables by id."""

    models: Mapping[str, Model]
    accelerators: Mapping[str, Accelerator]

    def model(self, id: str, field: str = "model") -> Model:
        """The model of that id.

        Raises:
            Unreadable: there is none; says which are near.
        """
        if id not in self.models:
            raise misfit((field, f"there is no model '{id[:80]}'; {_near(id, self.models)}, or give its size"))
        return self.models[id]

    def accelerator(self, id: str, field: str = "accelerator") -> Accelerator:
        """The accelerator of that id.

        Raises:
            Unreadable: there is none; says which are near.
        """
        if id not in self.accelerators:
            raise misfit((field, f"there is no accelerator '{id[:80]}'; {_near(id, self.accelerators)}"))
        return self.accelerators[id]


@cache
def bundled() -> Known:
    """What comes with the product."""
    return Known(bundled_models(), bundled_accelerators())


def with_own(models: Iterable[Mapping[str, str]] = (), accelerators: Iterable[Mapping[str, str]] = ()) -> Known:
    """What comes with the product and the organisation's own rows; of one id, its own counts.

    Raises:
        Unreadable: with every row that cannot be read.
    """
    ours = bundled()
    return Known({**ours.models, **read_models(models)}, {**ours.accelerators, **read_accelerators(accelerators)})


_OF_ONES_OWN: list[Known] = []


def put_in_use(known: Known) -> None:
    """Let every calculation of this process name what stands in these tables. Done once, before the first."""
    _OF_ONES_OWN[:] = [known]


def in_use() -> Known:
    """The tables that calculations of this process start from: those of the product, unless others were put in use."""
    return _OF_ONES_OWN[0] if _OF_ONES_OWN else bundled()


def _near(id: str, known: Mapping[str, object]) -> str:
    begin = id.lower()[:3]
    near = [each for each in known if begin and begin in each] or list(known)
    more = f" and {len(near) - _MOST_NAMED} more" if len(near) > _MOST_NAMED else ""
    return f"there are {', '.join(near[:_MOST_NAMED])}{more}"
