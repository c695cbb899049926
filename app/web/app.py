"""The site's table of contents: what is served, who looks at every request first, and where errors end."""

from fastapi import FastAPI

from app.records.database import Database
from app.settings import Settings
from app.web import (
    answers,
    api,
    assessments,
    catalogues,
    confirmations,
    evidence,
    exceptions,
    health,
    links,
    people,
    pilots,
    problems,
    reports,
    sign_in,
    static,
)
from app.web.security import Security


def create_app(database: Database, settings: Settings) -> FastAPI:
    """The web application on a database."""
    app = FastAPI(
        title="Ready Room",
        version="1",
        description="Production readiness of generative-AI pilots: what is claimed, what is proven, and whether to go.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.database = database
    app.state.settings = settings
    for noun in (
        health, static, sign_in, pilots, assessments, reports, links, exceptions, confirmations, evidence, catalogues,
        people, api,
        answers,  # last: a section's address is /assessments/{assessment}/ and any other word
    ):  # fmt: skip
        app.include_router(noun.router)
    problems.install(app)
    app.add_middleware(
        Security,
        upload_limit_bytes=settings.upload_limit_bytes,
        https=(settings.public_url or "").startswith("https://"),
    )
    return app
