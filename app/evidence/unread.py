"""Why a file that no reader knows is not read, in a sentence that says what would do instead.

Most of them can be kept as documents, which nothing here opens. What would harm whoever opens it, and what is plainly
cut short, is not kept at all.
"""

import re

from app.evidence import archive
from app.evidence.content import Content

_ATTACH = "It can be attached as a document all the same."

# How a file begins -> what it is, and what to do instead.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "This is a PDF: it is not read."),
    (b"PK", "This is an archive or an office document that no reader knows: it is not unpacked."),
    (b"\x1f\x8b", "This is compressed (gzip): unpack it and give the file in it."),
    (b"BZh", "This is compressed (bzip2): unpack it and give the file in it."),
    (b"\xfd7zXZ", "This is compressed (xz): unpack it and give the file in it."),
    (b"\x28\xb5\x2f\xfd", "This is compressed (zstd): unpack it and give the file in it."),
    (b"7z\xbc\xaf\x27\x1c", "This is an archive (7z): unpack it and give the file in it."),
    (b"PAR1", "This is Parquet: export it as CSV."),
    (b"\x89HDF", "This is HDF5 (model weights or arrays): it is not read."),
    (b"\x93NUMPY", "This is a NumPy array: it is not read."),
    (b"SQLite format 3", "This is a database: export what matters as JSON or CSV."),
    (b"\xd2\x84", "This is a signed message in COSE, such as an AWS Nitro attestation: it is not read."),
    (b"\x84\x44\xa1", "This is a signed message in COSE, such as an AWS Nitro attestation: it is not read."),
    (b"\x7fELF", "This is a program: it is not read, and never run."),
    (b"MZ", "This is a program: it is not read, and never run."),
    (b"\x89PNG", "This is a picture: it is not read."),
    (b"\xff\xd8\xff", "This is a picture: it is not read."),
    (b"GIF8", "This is a picture: it is not read."),
)
_EMPTY = "The file is empty."
_OTHER_TEXT = "This is text in another encoding than UTF-8, and is not read: save it as UTF-8."
_PICKLE = "This is a Python pickle. Loading one runs whatever it holds, so it is never opened."
_ENTITIES = "This is XML that defines entities, which can blow up when they are resolved: it is not read."
_BROKEN_JSON = "The file begins as JSON does and is none: it is cut short, or something else is in it."
_BEGINS_AS_NOTHING_BUT_JSON = re.compile(r"\s{0,1000}(?:\{\s{0,1000}\"|\[\s{0,1000}\{\s{0,1000}\")")
_LARGEST_UNPACKED = 10_000_000
_MOST_TIMES_LARGER = 100
_TOKEN = re.compile(r"\s{0,100}\"?[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\"?\s{0,100}")
_LONGEST_TOKEN = 100_000
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # stands in no text of one byte for a character
_LOOKED_AT = 100_000


def why_unread(file: Content) -> str:
    """Why it is not read."""
    return why_not_kept(file) or why_a_document(file)


def why_not_kept(file: Content) -> str | None:
    """Why a file that no reader knows is not even kept as a document; None where it can be."""
    content = file.content
    if _is_pickle(content):
        return _PICKLE
    if content.startswith((b"\x7fELF", b"MZ")) and b"\x00" in content[:64]:
        return _what_it_is(file)
    if archive.is_zip(content):
        return _why_no_archive(content)
    text = file.text
    if text is None:
        return _BROKEN_JSON if _BEGINS_AS_NOTHING_BUT_JSON.match(content[:4000].decode("ascii", "replace")) else None
    if text[:1000].lstrip().startswith("<") and "<!ENTITY" in text.upper():
        return _ENTITIES
    if _BEGINS_AS_NOTHING_BUT_JSON.match(text) and file.json is None and file.json_lines is None:
        return _BROKEN_JSON
    return None


def why_a_document(file: Content) -> str:
    """Why a file that no reader knows, and that can be kept, is no more than a document."""
    return f"{_what_it_is(file)} {_ATTACH}" if file.content else _EMPTY


def _why_no_archive(content: bytes) -> str | None:
    if archive.is_damaged(content):
        return "This archive is damaged or cut short."
    if any(name.lower().endswith((".pkl", ".pickle")) for name in archive.names(content)):
        return f"There is a pickle in this archive. {_PICKLE}"
    size = archive.stated_size(content)
    if size > _LARGEST_UNPACKED and size > _MOST_TIMES_LARGER * len(content):
        return f"This archive would unpack to {size:,} bytes, which no document does: it is not kept."
    return None


def _what_it_is(file: Content) -> str:
    content = file.content
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        return _EMPTY
    for beginning, words in _BEGINNINGS:
        if content.startswith(beginning):
            return words
    text = file.text
    if text is None and _NO_TEXT.search(content[:_LOOKED_AT]) is None:
        return _OTHER_TEXT
    if text is None:
        return "The file is neither text nor a format that a reader knows."
    begins = text[:2000].lstrip()
    if begins.startswith(("{", "[")):
        return _what_json_it_is(file)
    if begins.startswith("<"):
        return _what_markup_it_is(begins)
    if len(text) < _LONGEST_TOKEN and _TOKEN.fullmatch(text):
        return "This is a token (JWT) of an issuer that no reader knows, or it is damaged."
    return "No reader knows this kind of file."


def _is_pickle(content: bytes) -> bool:
    """Whether it is a pickle of protocol 2 to 5, or looks like one of the older text form. Looked at, never loaded."""
    if content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return True
    return (
        content.rstrip()[-1:] == b"." and re.match(rb"(?:\(?[cid][\w.]+\n[\w.]+\n|\([dl]p\d+\n)", content) is not None
    )


def _what_json_it_is(file: Content) -> str:
    if file.json is not None:
        return _known_json(file.json) or "This is JSON, and of no kind that a reader knows."
    if file.json_lines is not None:
        return "This is JSON line by line, and of no kind that a reader knows."
    return _BROKEN_JSON


def _known_json(value: object) -> str | None:
    """Of JSON that is known and not read: what it is, and which form of it is."""
    if not isinstance(value, dict):
        return None
    runs = value.get("runs")
    if isinstance(runs, list) and isinstance(value.get("version"), str) and str(value["version"]).startswith("1."):
        return "This is SARIF in version 1: write it as SARIF 2.1.0, which every tool of today can."
    if "Critical" in value or "critical" in value:
        return "This is a signature in the older form of cosign: write a bundle (cosign attest) or a provenance."
    return None


def _what_markup_it_is(begins: str) -> str:
    if re.match(r"<!doctype html|<html", begins, re.IGNORECASE):
        return "This is a web page: give the file that it shows, as the tool wrote it."
    if "cyclonedx.org/schema/bom" in begins:
        return "This is a CycloneDX bill of materials in XML: write it as JSON."
    return "This is XML, and of no kind that a reader knows."
