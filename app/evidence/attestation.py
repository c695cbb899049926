"""Reports of confidential hosts: the claims that stand in a token, or beside one, and what a look at them cannot prove.

Reading is not verifying. No signature is checked here, so that whatever a token says stays the word of whoever sent it.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.evidence.content import Content
from app.evidence.stated import attributes, day_of_seconds, figure, line
from app.finding import Finding

Claims = Mapping[str, Any]

LONGEST_TOKEN = 200_000
MOST_DEVICES = 64
_PARTS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_A_LONG_LIFE = 366 * 86_400  # seconds: real tokens live for minutes to hours


@dataclass(frozen=True, slots=True)
class Stated:
    """The claims of one token, or of one object of claims that were taken out of it."""

    claims: Claims
    where: str
    algorithm: str | None = None  # by which it says to be signed; None where there is no token around the claims
    signed: bool = False  # with a signature, whoever's it is


def token(text: str, where: str = "") -> Stated | None:
    """A token (JWT) taken apart; None where the text is none."""
    bare = text.strip().strip('"') if len(text) <= LONGEST_TOKEN else ""
    if not _PARTS.fullmatch(bare):
        return None
    parts = bare.split(".")
    header, claims = _part(parts[0]), _part(parts[1])
    if not isinstance(header, dict) or not isinstance(claims, dict) or not isinstance(header.get("alg"), str):
        return None
    return Stated(claims, where, line(header["alg"]) or "none", bool(parts[2]))


def stated_in(file: Content) -> Iterator[Stated]:
    """The claims in a file: as an object, as a token, or as a list in which tokens stand under names."""
    if isinstance(file.json, dict):
        yield Stated(file.json, "")
    elif isinstance(file.json, list):
        yield from _listed(file.json, "", depth=4)
    elif file.text is not None and len(file.text) <= LONGEST_TOKEN:
        found = token(file.text)
        if found is not None:
            yield found


def _listed(value: object, where: str, depth: int) -> Iterator[Stated]:
    """Tokens in the lists and maps in which verifiers keep them: ["JWT", token] and {"GPU-0": token}."""
    if isinstance(value, str):
        found = token(value, where) if len(value) > len("JWT") else None
        if found is not None:
            yield found
    elif depth and isinstance(value, list):
        for at, each in enumerate(value[:MOST_DEVICES]):
            yield from _listed(each, f"{where}[{at}]", depth - 1)
    elif depth and isinstance(value, dict):
        for name in list(value)[:MOST_DEVICES]:
            yield from _listed(value[name], f"{where}.{line(name)}" if where else str(line(name)), depth - 1)


def flag(metric: str, value: object, where: str, /, **more: bool | int | float | str | None) -> Iterator[Finding]:
    """A claim that is true or false, as 1 or 0; nothing where it is neither."""
    if isinstance(value, bool):
        yield from number(metric, int(value), where, **more)


def number(metric: str, value: object, where: str, /, **more: bool | int | float | str | None) -> Iterator[Finding]:
    """A claim that is a number."""
    found = figure(value)
    if found is not None:
        yield Finding(metric=metric, value=found, unit="1", where=_at(where, metric), attributes=attributes(**more))


def words(metric: str, value: object, where: str, /, **more: bool | int | float | str | None) -> Iterator[Finding]:
    """A claim in words: they stand in the attribute `value`."""
    found = line(value)
    if found is not None:
        yield Finding(metric=metric, where=_at(where, metric), attributes=attributes(value=found) | attributes(**more))


def _at(where: str, name: str) -> str:
    return line(f"{where}.{name}" if where else name) or name


def validity(claims: Claims) -> Mapping[str, bool | int | float | str]:
    """Who issued the claims, and from when until when they say to hold."""
    issued, expires = day_of_seconds(figure(claims.get("iat"))), day_of_seconds(figure(claims.get("exp")))
    return attributes(
        issuer=line(claims.get("iss")),
        issued_on=issued.isoformat() if issued else None,
        expires_on=expires.isoformat() if expires else None,
    )


def remarks(stated: Stated) -> Iterator[str]:
    """What keeps the claims from being proof, in sentences."""
    if stated.algorithm is None:
        yield "These are claims without their token: nobody signed them, so anybody can have written them."
    elif stated.algorithm.lower() == "none" or not stated.signed:
        yield "The token is not signed (alg none): anybody can have written it."
    elif stated.algorithm.upper().startswith("HS"):
        yield f"The token is signed with a shared word ({stated.algorithm}): whoever knows it can have written it."
    else:
        yield f"The signature ({stated.algorithm}) was not checked here: verify it against the issuer's keys."
    issued, expires = figure(stated.claims.get("iat")), figure(stated.claims.get("exp"))
    if day_of_seconds(issued) is None:
        yield "The claims state no time of issue (iat)."
    elif expires is not None and issued is not None and expires - issued > _A_LONG_LIFE:
        yield "The claims say to hold for more than a year (exp): real ones hold for hours, so this is a test value."


def repeated(file: Content) -> tuple[str, ...]:
    """The names that stand more than once in an object of the file; the last of each counts."""
    text = file.text
    if text is None or len(text) > LONGEST_TOKEN or not isinstance(file.json, dict):
        return ()
    found: list[str] = []

    def notice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        found.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)
        return dict(pairs)

    json.loads(text, object_pairs_hook=notice)
    return tuple(dict.fromkeys(line(name) or "" for name in found[:10]))


def _part(text: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
