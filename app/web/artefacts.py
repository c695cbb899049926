"""What a pilot shows already, as something to fill a calculator's form from."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.records import assessments, pilots
from app.records.caller import Caller
from app.records.database import Transaction
from app.web.filled import FILLABLE, Source

_MOST_OFFERED: Final = 100


def artefacts_of(db: Transaction, caller: Caller, pilot: UUID, calculator: str) -> Mapping[str, Source]:
    """The artefacts of a pilot's newest assessment that hold what the calculator takes, by the id of the item.

    Raises:
        NotFound: the caller's organisation has no such pilot.
    """
    fillable = FILLABLE.get(calculator)
    held = pilots.find(db, caller, pilot).assessments if fillable and fillable.fits else ()
    if not held or not fillable or not fillable.fits:
        return {}
    found: dict[str, Source] = {}
    for answer in assessments.read(db, caller, held[0].id).assessment.answers.values():
        for each in answer.evidence:
            if each.kind == "artefact" and each.withdrawn is None and each.id and fillable.fits(each.findings):
                source = Source(each.title or "An artefact", each.observed_on, each.findings)
                if source not in found.values():  # the same, shown for another question
                    found[each.id] = source
    return dict(list(found.items())[:_MOST_OFFERED])
