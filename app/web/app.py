"""The site's table of contents: what is served, who looks at every request first, and where errors end."""

from collections.abc import Callable
from time import monotonic

from fastapi import FastAPI

from app.records.database import Database
from app.settings import Settings
from app.web import (
    answers,
    api,
    assessments,
    calculators,
    catalogues,
    comparisons,
    confirmations,
    coverage,
    evidence,
    exceptions,
    files,
    freshness,
    health,
    links,
    milestones,
    paths,
    people,
    pilots,
    portfolio,
    problems,
    reports,
    scenarios,
    sign_in,
    static,
    trade_offs,
    upgrades,
)
from app.web.limits import Limits
from app.web.security import Security


def create_app(database: Database, settings: Settings, clock: Callable[[], float] = monotonic) -> FastAPI:
    """The web application on a database; by the clock it counts how much a program asks for."""
    app = FastAPI(
        title="Ready Room",
        version="1",
        description=api.DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.database = database
    app.state.settings = settings
    for noun in (
        health, static, sign_in, portfolio, pilots, assessments, paths, milestones, comparisons, reports, coverage,
        links, exceptions, confirmations, evidence, files, freshness, calculators, scenarios,
        catalogues, people, problems, trade_offs,
        upgrades, api,
        answers,  # last: a section's address is /assessments/{assessment}/ and any other word
    ):  # fmt: skip
        app.include_router(noun.router)
    api.describe(app)
    problems.install(app)
    app.add_middleware(
        Security,
        limits=Limits(settings.requests_a_minute, clock),
        upload_limit_bytes=settings.upload_limit_bytes,
        https=(settings.public_url or "").startswith("https://"),
    )
    return app
