"""Secrets that open something: 256 random bits, shown once; only their SHA-256 is kept, and looked up."""

from hashlib import sha256
from secrets import token_urlsafe


def new() -> str:
    """A secret that nobody can guess."""
    return token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of it. Enough without salt or stretching, as nobody can try 2 to the power of 256 secrets."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
