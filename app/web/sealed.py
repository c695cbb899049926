"""A sealed milestone opened again, its people by their names; and as a file that proves itself."""

import json
from collections.abc import Mapping
from typing import Any

from app.library import available, catalogue
from app.readiness.catalogue import Catalogue
from app.readiness.catalogue_document import catalogue_sha256, read_catalogue
from app.readiness.milestone import Milestone, milestone_file, reopen
from app.records.milestones import Found


def opened(found: Found) -> Milestone:
    """What was sealed, as it is shown: with names in place of ids, as far as they are still known."""
    plain = json.loads(found.sealed)
    return reopen(json.dumps(_named(plain, found.people)), _catalogue(found, **plain["catalogue"]))


def _catalogue(found: Found, *, id: str, version: str, sha256: str) -> Catalogue:
    """The catalogue that it was sealed with: the very one that is in use where that has not changed since.

    So it need not be read, and two milestones that were sealed with the same one are seen to have it.
    """
    in_use = catalogue(id, version) if (id, version) in available() else None
    return in_use if in_use and catalogue_sha256(in_use) == sha256 else read_catalogue(found.catalogue)


def file_of(found: Found) -> dict[str, Any]:
    """The milestone as its file."""
    return milestone_file(
        found.sealed,
        id=str(found.id),
        sha256=found.sha256,
        people=found.people,
        catalogue_content=found.catalogue,
    )


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
