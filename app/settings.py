"""Settings from the environment, read once at the door, and where the files beside the code stand."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from app.errors import Refused

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent

# templates/, static/ and migrations/: beside `app` in a checkout, inside it once installed from a wheel.
SHARE = _PACKAGE / "share" if (_PACKAGE / "share").is_dir() else _PACKAGE.parent

_PREFIX = "READYROOM_"
_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


def _database_url(text: str) -> str:
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if text.startswith(scheme) and text != scheme:
            return "postgresql+psycopg://" + text.removeprefix(scheme)
    if re.fullmatch(r"sqlite:///(?!:memory:)[^?#]+", text):
        return text
    raise ValueError(
        "a file such as sqlite:///data/readyroom.db (four slashes before an absolute path), "
        "or a server such as postgresql://user:password@host/readyroom"
    )


def _public_url(text: str) -> str:
    wanted = "the address that people open, such as https://readyroom.example.org, with nothing after the host and port"
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError(wanted) from None
    if not known or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(wanted)
    return f"{parts.scheme}://{parts.netloc}"


def _whole_number(least: int, most: int, of: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,18}", text) and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"a whole number of {of} from {least} to {most}")

    return read


def _folder(text: str) -> Path:
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise ValueError("the path of a folder that is there")
    return folder.resolve()


def _yes_or_no(text: str) -> bool:
    if text.lower() in _YES + _NO:
        return text.lower() in _YES
    raise ValueError("yes or no")


def _setting(default: T, meaning: str, read: Callable[[str], T]) -> T:
    """A field of `Settings`, with what it means and how its text is read."""
    described: T = field(default=default, metadata={"meaning": meaning, "read": read})
    return described


@dataclass(frozen=True, slots=True)
class Settings:
    """What whoever runs Ready Room decides; each field is the variable READYROOM_ and its name in capitals."""

    database_url: str = _setting(
        "sqlite:///data/readyroom.db",
        "Where everything is kept: an SQLite file, or a PostgreSQL server (15 or newer).",
        _database_url,
    )
    public_url: str | None = _setting(
        None,
        "The address under which people reach Ready Room; every link that it gives out begins with it.",
        _public_url,
    )
    upload_limit_bytes: int = _setting(
        10 * 1024 * 1024, "The largest file taken as evidence, in bytes.", _whole_number(1024, 2**30, "bytes")
    )
    requests_a_minute: int = _setting(
        6000,
        "How many requests a minute one API token may make, in each worker; a report as a file counts as ten.",
        _whole_number(1, 1_000_000, "requests"),
    )
    session_days: int = _setting(
        14, "How many days somebody stays signed in after their last visit.", _whole_number(1, 365, "days")
    )
    catalogues: Path | None = _setting(  # noqa: RUF009 - a field, as those above
        None,
        "A folder with catalogues of your own, as <id>/v<version>/*.yaml; read when the server starts.",
        _folder,
    )
    tables: Path | None = _setting(  # noqa: RUF009 - a field, as those above
        None,
        "A folder with models.csv and accelerators.csv of your own for the calculators; read when the server starts.",
        _folder,
    )
    development: bool = _setting(
        False, "Shows /parts, reloads templates as they change. Not for real data.", _yes_or_no
    )


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable as `readyroom serve --help` and the documentation list it."""

    name: str
    default: str
    meaning: str


def _default(value: Any) -> str:
    if value is None:
        return "not set"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


VARIABLES: tuple[Variable, ...] = tuple(
    Variable(_PREFIX + each.name.upper(), _default(each.default), each.metadata["meaning"]) for each in fields(Settings)
)


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` states; a variable that is missing or blank leaves the default.

    Raises:
        Refused: a value will not do. Names the variable, what it got and what would do.
    """
    stated: dict[str, Any] = {}
    for each in fields(Settings):
        name = _PREFIX + each.name.upper()
        text = environ.get(name, "").strip()
        if not text:
            continue
        try:
            stated[each.name] = each.metadata["read"](text)
        except ValueError as error:
            raise Refused(f"{name} is {_without_password(text)!r}. It takes {error}.") from None
    return Settings(**stated)


def settings_of_this_process() -> Settings:
    """The settings from the environment of this process: the only look at it."""
    return settings_from(os.environ)


def _without_password(text: str) -> str:
    return re.sub(r"(://[^/@:]*):.*@", r"\1:…@", text)
