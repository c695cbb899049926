"""A sealed milestone opened again, its people by their names; and as a file that proves itself."""

import json
from collections.abc import Mapping
from typing import Any

from app.readiness.catalogue_document import read_catalogue
from app.readiness.milestone import Milestone, milestone_file, reopen
from app.records.milestones import Found


def opened(found: Found) -> Milestone:
    """What was sealed, as it is shown: with names in place of ids, as far as they are still known."""
    named = json.dumps(_named(json.loads(found.sealed), found.people))
    return reopen(named, read_catalogue(found.catalogue))


def file_of(found: Found) -> str:
    """The milestone as its file, with the digest that was kept when it was sealed: what was changed since shows."""
    plain = milestone_file(found.sealed, id=str(found.id), people=found.people, catalogue_content=found.catalogue)
    return json.dumps(plain | {"sha256": found.sha256}, ensure_ascii=False, indent=1)


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
