"""A sealed milestone opened again: read with the catalogue that it was sealed with, its people by their names."""

import json
from collections.abc import Mapping
from typing import Any

from app.readiness.catalogue_document import read_catalogue
from app.readiness.milestone import Milestone, reopen
from app.records.milestones import Found


def opened(found: Found) -> Milestone:
    """What was sealed, as it is shown: with names in place of ids, as far as they are still known."""
    named = json.dumps(_named(json.loads(found.sealed), found.people))
    return reopen(named, read_catalogue(found.catalogue))


def _named(value: Any, people: Mapping[str, str]) -> Any:
    """The same, with names wherever somebody stands: in the members whose name ends in `by`."""
    if isinstance(value, list):
        return [_named(each, people) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: people.get(each, each) if name.endswith("by") and isinstance(each, str) else _named(each, people)
        for name, each in value.items()
    }
