"""Taking up a newer version of an assessment's catalogue: what differs is shown first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.errors import NotFound
from app.library import newer_versions
from app.readiness.assessment import CatalogueReference
from app.readiness.catalogue import Catalogue
from app.readiness.difference import Difference, difference
from app.readiness.score import score
from app.readiness.verdict import cut
from app.records import assessments
from app.records.kept import Kept
from app.web.access import ToEdit, ToRead, Visit
from app.web.page import ThisPage
from app.wording import Line

router = APIRouter(include_in_schema=False)


class VersionForm(BaseModel):
    """The version to take up."""

    model_config = ConfigDict(extra="forbid")

    version: Line


@dataclass(frozen=True, slots=True)
class Effect:
    """What a version of the catalogue makes of the answers as they are."""

    verdict: str
    title: str
    claimed: Decimal | None
    proven: Decimal | None
    answered: int
    applicable: int


@router.get("/assessments/{assessment}/catalogue")
def show_newer_version(visit: ToRead, page: ThisPage, assessment: UUID, version: str | None = None) -> Response:
    """What differs between the version that is answered and a newer one, and what that would do here."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    old = kept.catalogue
    newer = newer_versions(old.id, old.version)
    new = _chosen(visit, old, newer, version)
    differs = difference(old, new) if new else None
    return page.show(
        "assessments/catalogue.html",
        here="pilots",
        base=f"/assessments/{assessment}",
        pilot_name=kept.assessment.pilot.name,
        old=old,
        new=new,
        newer=newer,
        difference=differs,
        before=_effect(visit, kept, old),
        after=_effect(visit, kept, new) if new else None,
        left_behind=[each.title for each in differs.dropped if _is_answered(kept, each.key)] if differs else [],
        asks_again=_asks_again(kept, differs) if differs else [],
        blank=len(differs.added) if differs else 0,
        may_edit=visit.caller.may_edit,
    )


@router.post("/assessments/{assessment}/catalogue")
def take_up_version(visit: ToEdit, page: ThisPage, assessment: UUID, form: Annotated[VersionForm, Form()]) -> Response:
    """Take up a newer version."""
    assessments.take_up(visit.db, visit.caller, assessment, form.version, at=visit.at)
    return page.to(f"/assessments/{assessment}", said="taken-up")


def _chosen(visit: Visit, old: Catalogue, newer: Sequence[str], version: str | None) -> Catalogue | None:
    """The version asked for, or the newest; None where there is no newer one."""
    if version is not None and version not in newer:
        raise NotFound(f"There is no version {version} of {old.id} that is newer than {old.version}.")
    return visit.db.catalogue(old.id, version or newer[-1]) if newer else None


def _effect(visit: Visit, kept: Kept, catalogue: Catalogue) -> Effect:
    answered = CatalogueReference(id=catalogue.id, version=catalogue.version)
    scored = score(catalogue, replace(kept.assessment, catalogue=answered), visit.today)
    return Effect(
        scored.decision.verdict.value,
        scored.decision.verdict.title,
        _cut(scored.claimed),
        _cut(scored.proven),
        scored.answered,
        scored.applicable,
    )


def _is_answered(kept: Kept, question: str) -> bool:
    answer = kept.assessment.answers.get(question)
    return answer is not None and (answer.level is not None or bool(answer.evidence) or bool(answer.note))


def _asks_again(kept: Kept, differs: Difference) -> list[str]:
    """Titles of the questions whose answered level reads otherwise in the new version."""
    levels = {key: answer.level for key, answer in kept.assessment.answers.items()}
    return [each.after.title for each in differs.reworded if levels.get(each.after.key) in each.levels]


def _cut(figure: Fraction | None) -> Decimal | None:
    return None if figure is None else cut(figure)
