"""One entry of a zip archive, read within limits. Names in it are never paths, and nothing is unpacked to a disk."""

import io
import struct
import zipfile
import zlib

from app.errors import Problem, TooLarge, Unreadable

LARGEST_ENTRY = 10_000_000
LARGEST_DIRECTORY = 2_000_000  # bytes of the list of entries; it is held in memory as a whole

_END = b"PK\x05\x06"
_END_LENGTH = 22
_LONGEST_COMMENT = 65_535


def is_zip(content: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return content[:4] == b"PK\x03\x04"


def names(content: bytes) -> frozenset[str]:
    """The names of the entries; none where it is no archive, a broken one, or one with too many entries."""
    archive = _opened(content)
    return frozenset() if archive is None else frozenset(archive.namelist())


def is_damaged(content: bytes) -> bool:
    """Whether the bytes begin as an archive does and are none to the end."""
    return is_zip(content) and not zipfile.is_zipfile(io.BytesIO(content))


def stated_size(content: bytes) -> int:
    """How many bytes the archive says that it holds when it is unpacked; 0 where it is none that is read."""
    archive = _opened(content)
    return 0 if archive is None else sum(each.file_size for each in archive.infolist())


def entry(content: bytes, name: str) -> bytes:
    """The bytes of one entry.

    Raises:
        Unreadable: the archive is broken, or its entry is encrypted or compressed in a way that is not read.
        TooLarge: the entry is larger than what is read, whatever size it states.
    """
    archive = _opened(content)
    if archive is None:
        raise Unreadable("The archive cannot be read.", [Problem("", "is broken or has too many entries")])
    try:
        with archive.open(name) as stream:
            found = stream.read(LARGEST_ENTRY + 1)
    except NotImplementedError:
        raise Unreadable(
            "The archive cannot be read.", [Problem(name, "is compressed in a way that is not read (only deflate is)")]
        ) from None
    except (KeyError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error):
        raise Unreadable("The archive cannot be read.", [Problem(name, "is broken, encrypted or missing")]) from None
    if len(found) > LARGEST_ENTRY:
        raise TooLarge(f"{name} in the archive has more than {LARGEST_ENTRY:,} bytes.")
    return found


def _opened(content: bytes) -> zipfile.ZipFile | None:
    """The archive, with its list of entries looked at before it is read."""
    if not is_zip(content):
        return None
    start = max(0, len(content) - _END_LENGTH - _LONGEST_COMMENT)
    at = content.rfind(_END, start)
    if at < 0 or at + _END_LENGTH > len(content):
        return None
    (size,) = struct.unpack_from("<L", content, at + 12)
    if size > LARGEST_DIRECTORY:
        return None
    if content[max(0, at - 20) : at - 16] == b"PK\x06\x07":  # a larger form states sizes elsewhere: not read
        return None
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError, RuntimeError):
        return None
