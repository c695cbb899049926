"""A file as it came, with what a reader found in it: read before anything is kept."""

from dataclasses import dataclass

from app.errors import Refused, Unreadable
from app.evidence.content import Content, plain_name
from app.evidence.inspect import read
from app.evidence.reading import Reading
from app.evidence.unread import why_a_document, why_not_kept


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file as it came. Neither read nor refused: no reader knows it, and it is kept as a document."""

    name: str
    media_type: str | None
    content: bytes
    reading: Reading | None = None
    unread: str | None = None  # why no reader knows it, in a sentence
    refused: Refused | None = None  # known and not to be read, too large, harmful or cut short: it is not kept


def arrived(name: str, media_type: str | None, content: bytes) -> Arrived:
    """Look at a file that came. Takes up to a second, so that no transaction should be open meanwhile."""
    name = plain_name(name)
    try:
        file = Content(name, content)
        reading = read(file)
        if reading is None and (why := why_not_kept(file)):
            raise Unreadable(why)
        unread = None if reading else why_a_document(file)
    except Refused as refused:
        return Arrived(name, media_type, content, refused=refused)
    return Arrived(name, media_type, content, reading=reading, unread=unread)
