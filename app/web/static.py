"""Stylesheet and scripts, under addresses that change with their content, so that a browser can keep them for good."""

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from app.errors import NotFound
from app.settings import SHARE

router = APIRouter()


@cache
def _files() -> dict[str, Path]:
    """Every static file by its name. htmx comes with a package and is not committed."""
    django_htmx = find_spec("django_htmx")
    if django_htmx is None or django_htmx.origin is None:
        raise RuntimeError("The package django-htmx, which carries htmx, is not installed.")
    htmx = Path(django_htmx.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"
    return {path.name: path for path in sorted((SHARE / "static").iterdir())} | {"htmx.js": htmx}


@cache
def _content(name: str) -> bytes:
    return _files()[name].read_bytes()


@cache
def static_url(name: str) -> str:
    """The address of a static file, with the beginning of its digest."""
    return f"/static/{name}?{sha256(_content(name)).hexdigest()[:12]}"


@router.get("/static/{name}", include_in_schema=False)
async def static_file(name: str) -> Response:
    """One file; anybody may have it."""
    if name not in _files():
        raise NotFound("There is no such file.")
    kind = guess_type(name)[0] or "application/octet-stream"
    return Response(_content(name), media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})
