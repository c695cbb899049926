"""Files as requests bring them: taken within the limit, and read before a transaction is open."""

from threading import BoundedSemaphore

from starlette.datastructures import UploadFile

from app.errors import TooLarge
from app.evidence.arrived import Arrived, arrived
from app.evidence.content import plain_name

_READ_AT_ONCE = 2
"""What a file takes in memory while it is read may be ten times its size; more at once would not be read sooner."""

_reading = BoundedSemaphore(_READ_AT_ONCE)


def taken(upload: UploadFile, limit: int) -> Arrived:
    """A file of a form, read. Call it in a thread, and before the guard opens its transaction.

    Args:
        upload: the file, as it came.
        limit: the most bytes that it may have.
    """
    name = plain_name(upload.filename or "")
    content = upload.file.read(limit + 1)
    if len(content) > limit:
        refused = TooLarge(f"{name} is larger than the {limit:,} bytes that are taken.")
        return Arrived(name, upload.content_type, b"", refused=refused)
    with _reading:
        return arrived(name, upload.content_type, content)
