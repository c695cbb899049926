"""Where a model and its data come from: the parts that a file declares, and what it says of their licences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.evidence.stated import attributes, line
from app.finding import Finding

NOT_STATED = "not stated"
MOST_SHOWN = 200  # parts, each with a finding of its own
UNSIGNED = "Nothing in the file proves who wrote it: it shows what its author declares, not what runs."

# In any writing: what people put where they do not know or do not say.
_NO_LICENCE_SAID = frozenset({"", "noassertion", "none", "unknown", "n/a", "tbd", "not stated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence as a file states it."""

    words: str
    form: str  # id, expression, name (free words) or hub (an id of the Hugging Face hub, which is none of SPDX)
    acknowledged: str | None = None  # declared or concluded


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A model or a set of data that a file names."""

    name: str
    kind: str  # model or dataset
    where: str
    licences: Sequence[Licence] = ()


def licence(words: object, form: str, acknowledged: str | None = None) -> Licence | None:
    """A licence, where the words state one."""
    said = line(words)
    if said is None or said.casefold().replace(" ", "") in _NO_LICENCE_SAID:
        return None
    return Licence(words=said, form=form, acknowledged=line(acknowledged))


def licence_findings(parts: Sequence[Part]) -> Iterator[Finding]:
    """Each part's licences, and how many parts state one and how many none."""
    if not parts:
        return
    silent = sum(not part.licences for part in parts)
    where = parts[0].where if len(parts) == 1 else None
    yield Finding(metric="licence.stated", statistic="count", value=len(parts) - silent, unit="{part}", where=where)
    yield Finding(metric="licence.not_stated", statistic="count", value=silent, unit="{part}", where=where)
    for part in parts[:MOST_SHOWN]:
        for one in part.licences[:10]:
            yield Finding(
                metric="licence",
                attributes=attributes(
                    part=part.name, kind=part.kind, licence=one.words, form=one.form, acknowledged=one.acknowledged
                ),
                where=part.where,
            )


def licence_remarks(parts: Sequence[Part]) -> Iterator[str]:
    """What the licences leave open."""
    silent = [part.name for part in parts if not part.licences]
    if silent:
        yield f"No licence is stated for {_listed(silent)}: that is neither a permission nor a refusal."
    free = [one.words for part in parts for one in part.licences if one.form == "name"]
    if free:
        yield f"Licences in free words ({_listed(free)}) have to be read by a person."
    if len(parts) > MOST_SHOWN:
        yield f"Of {len(parts):,} models and data sets the first {MOST_SHOWN} are shown."


def _listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    shown = ", ".join(known[:3])
    return shown if len(known) <= 3 else f"{shown} and {len(known) - 3:,} more"
