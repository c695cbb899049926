"""The models and accelerators that a calculation may name: those that come with the product, and the organisation's."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from app.calculators.accelerator import Accelerator, bundled_accelerators, read_accelerators
from app.calculators.model import Model, bundled_models, read_models
from app.calculators.term import misfit

_MOST_NAMED = 8  # of what there is, in a message
_CONFIG = "config.json of "  # before the name of the repository that the table cites
_TRAINED_FURTHER = re.compile(r"(-(instruct|chat|it|hf))+$")  # its shape is that of the model it was made of
_EITHER = re.compile(r"(\S+)/(\S+)")  # Llama 3.1/3.3 70B: one shape, two models


@dataclass(frozen=True, slots=True)
class Known:
    """Tables by id."""

    models: Mapping[str, Model]
    accelerators: Mapping[str, Accelerator]

    def model(self, id: str, field: str = "model") -> Model:
        """The model of that id, or that goes by that name.

        Raises:
            Unreadable: there is none; says which are near.
        """
        if id in self.models:
            return self.models[id]
        named = {each.id for each in self.models.values() if _plain(id) in _names_of_model(each)}
        if len(named) != 1:
            raise misfit((field, f"there is no model '{id[:80]}'; {_near(id, self.models)}, or give its size"))
        return self.models[named.pop()]

    def accelerator(self, id: str, field: str = "accelerator") -> Accelerator:
        """The accelerator of that id, or that goes by that name.

        Raises:
            Unreadable: there is none, or several go by that name; says which are near.
        """
        if id in self.accelerators:
            return self.accelerators[id]
        named = {each.id for each in self.accelerators.values() if _plain(id) in {_plain(each.id), _plain(each.name)}}
        if len(named) != 1:
            raise misfit((field, f"there is no accelerator '{id[:80]}'; {_near(id, self.accelerators)}"))
        return self.accelerators[named.pop()]


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


def _names_of_model(model: Model) -> Iterator[str]:
    """Its id, its name, and the repository that it was read from."""
    yield _plain(model.id)
    if model.source.startswith(_CONFIG):
        yield _plain(model.source.removeprefix(_CONFIG).rsplit("/", 1)[-1])
    for either in (r"\1", r"\2"):
        yield _plain(_EITHER.sub(either, model.name))


def _plain(name: str) -> str:
    """A name without its maker, its training after the first, capitals and blanks."""
    words = re.sub(r"[\s_]+", "-", name.strip().lower().rsplit("/", 1)[-1])
    return _TRAINED_FURTHER.sub("", words.removeprefix("meta-"))


def _near(id: str, known: Mapping[str, object]) -> str:
    begin = id.lower()[:3]
    near = [each for each in known if begin and begin in each] or list(known)
    more = f" and {len(near) - _MOST_NAMED} more" if len(near) > _MOST_NAMED else ""
    return f"there are {', '.join(near[:_MOST_NAMED])}{more}"
