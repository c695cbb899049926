"""What is in a file: recognised by its content, never by its name, and read by the one reader that knows it."""

from collections.abc import Sequence

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.readers import READERS, Reader
from app.evidence.reading import Reading
from app.evidence.unread import why_unread


def inspect(name: str, content: bytes) -> Reading | None:
    """Read an artefact; None where no reader knows it.

    Raises:
        Unreadable: a reader knows it and cannot read it, with what is wrong and where; or it is two things at once.
        TooLarge: it is larger than anything that is read.
    """
    return read(Content(name, content))


def read(file: Content) -> Reading | None:
    """The same of a file that more is to be asked of."""
    for at, reader in enumerate(READERS):
        if reader.recognises(file):
            _refuse_if_two_at_once(file, reader, READERS[at + 1 :])
            return reader.read(file)
    return None


def inspected(name: str, content: bytes) -> Reading:
    """Read an artefact that has to be one.

    Raises:
        Unreadable: no reader knows it, or the one that does cannot read it.
        TooLarge: it is larger than anything that is read.
    """
    reading = inspect(name, content)
    if reading is None:
        raise Unreadable(why_unread(Content(name, content)))
    return reading


def _refuse_if_two_at_once(file: Content, first: Reader, others: Sequence[Reader]) -> None:
    """JSON has room for the fields of two formats: which of them was meant, nobody can tell.

    Of text and tables the stricter reader is asked first, and what it knows is its own.
    """
    if not isinstance(file.json, dict):
        return
    for other in others:
        if other.recognises(file):
            both = f"{_kind(first)} and {_kind(other)}"
            raise Unreadable("The file cannot be read.", [Problem("", f"is two things at once: {both}")])


def _kind(reader: Reader) -> str:
    return reader.__name__.rpartition(".")[2].replace("_", "-")
