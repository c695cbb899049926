"""The JSON API under /api/v1: the same nouns as the pages, for programs with a token."""

from fastapi import APIRouter, Security
from fastapi.security import HTTPBearer

from app.web.api import answers, assessments, evidence, exceptions, links, pilots, reports
from app.web.api.problem import PROBLEMS

# Only describes the scheme; who may call what is decided by the guard of each route (app.web.access).
_bearer = HTTPBearer(
    scheme_name="token",
    description="A token of `readyroom token add EMAIL` or of the page /settings. It acts as its account.",
    auto_error=False,
)

router = APIRouter(prefix="/api/v1", dependencies=[Security(_bearer)], responses=PROBLEMS)
for _noun in (pilots, assessments, answers, evidence, exceptions, links, reports):
    router.include_router(_noun.router)
