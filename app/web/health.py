"""Is the process up, and can it serve? Anybody may ask."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.records.database import Database, Unavailable

router = APIRouter(include_in_schema=False)


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.api_route("/readyz", methods=["GET", "HEAD"])
def readyz(request: Request) -> Response:
    """The database answers and its schema is up to date."""
    database: Database = request.app.state.database
    try:
        trouble = None if database.is_current() else "The database is not up to date. Run `readyroom migrate`."
    except Unavailable as error:
        trouble = error.message
    return JSONResponse({"status": "not ready" if trouble else "ok", "why": trouble}, 503 if trouble else 200)
