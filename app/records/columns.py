"""How moments, exact figures, counts and ids are kept, on both kinds of database."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator, Uuid

_Read = Callable[[Any], UUID | None]


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on both sides; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As the database takes it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As Python takes it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Exact(TypeDecorator[Fraction]):
    """An exact fraction, kept as text such as 1225/17: a figure is cut only where it is shown."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As the database takes it."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:  # noqa: ARG002
        """As Python takes it."""
        return None if value is None else _fraction(value)


class Counts(TypeDecorator[Mapping[str, int]]):
    """How many there are of each kind. Few differ, so that each is read once and remembered: nobody changes one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, int] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As the database takes it."""
        return None if value is None else json.dumps(dict(value), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Mapping[str, int] | None:  # noqa: ARG002
        """As Python takes it."""
        return None if value is None else _counts(value)


class Id(Uuid[UUID]):
    """A UUID. Where the database keeps it as text, it is made once and remembered: the same few are read again."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> _Read | None:  # noqa: ARG002
        """As Python takes it."""
        return None if dialect.supports_native_uuid else _uuid


_fraction = lru_cache(8192)(Fraction)


@lru_cache(8192)
def _counts(text: str) -> Mapping[str, int]:
    return MappingProxyType(json.loads(text))


@lru_cache(8192)
def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
