"""Lists a page at a time, newest first; the cursor is the last id seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """Some of a list, and where the next part begins; None at the end."""

    items: tuple[T, ...]
    next: UUID | None


def listed(found: Sequence[tuple[UUID, T]], limit: int) -> Listed[T]:
    """The first `limit` of what was found when one more was asked for."""
    return Listed(tuple(item for _, item in found[:limit]), found[limit - 1][0] if len(found) > limit else None)
