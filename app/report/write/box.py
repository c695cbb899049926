"""A font in which every character is a box: what no other font holds still prints, and keeps its character in the text.

It is made here rather than shipped: one outline, and a table that gives neighbouring characters glyphs of their own,
so that a reader which knows only one character per glyph still finds the right one.
"""

from struct import pack, unpack

EM = 1000
ASCENT, DESCENT, ADVANCE = 800, -200, 600
_BOUNDS = (60, -60, 540, 700)
_OUTER = [(60, -60), (60, 700), (540, 700), (540, -60)]
_INNER = [(490, -10), (490, 650), (110, 650), (110, -10)]
_GLYPHS = 65_000  # .notdef, the box, and composites that are the box again
_LANGUAGE_ENGLISH = 0x409


def box_font(family: str) -> bytes:
    """A TrueType font of that family name, as the bytes of its file."""
    box = _outline()
    again = pack(">hhhhh", -1, *_BOUNDS) + pack(">HHbb", 0x0002, 1, 0, 0)  # composite of glyph 1, moved by nothing
    again += bytes(-len(again) % 4)
    ends = [0, len(box), *(2 * len(box) + each * len(again) for each in range(_GLYPHS - 1))]
    tables = {
        b"OS/2": _os2(),
        b"cmap": _characters(),
        b"glyf": box + box + again * (_GLYPHS - 2),
        b"head": pack(">LLLLHHqq", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, EM, 0, 0)
        + pack(">hhhhHHhhh", *_BOUNDS, 0, 8, 2, 1, 0),
        b"hhea": pack(">LhhhHhhh", 0x10000, ASCENT, DESCENT, 0, ADVANCE, 60, 60, 540)
        + pack(">hhhhhhhhH", 1, 0, 0, 0, 0, 0, 0, 0, 1),
        b"hmtx": pack(">Hh", ADVANCE, 60) + pack(">h", 60) * (_GLYPHS - 1),
        b"loca": pack(f">{_GLYPHS + 1}L", *ends),
        b"maxp": pack(">LH13H", 0x10000, _GLYPHS, 8, 2, 8, 2, 1, 0, 0, 0, 0, 0, 0, 1, 1),
        b"name": _names(family),
        b"post": pack(">LLhhLLLLL", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0),
    }
    directory = pack(">LHHHH", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128)
    body, start = b"", len(directory) + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        directory += pack(">4sLLL", tag, _checksum(table), start + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return directory + body


def _outline() -> bytes:
    points = _OUTER + _INNER
    steps = [(x - px, y - py) for (px, py), (x, y) in zip([(0, 0), *points], points, strict=False)]
    outline = pack(">hhhhh", 2, *_BOUNDS) + pack(">HHH", len(_OUTER) - 1, len(points) - 1, 0) + b"\1" * len(points)
    outline += b"".join(pack(">h", x) for x, _ in steps) + b"".join(pack(">h", y) for _, y in steps)
    return outline + bytes(-len(outline) % 4)


def _characters() -> bytes:
    """Every character from the space on, as far as there are glyphs, then from the first glyph again."""
    groups = []
    for first, last in ((0x20, 0xD7FF), (0xE000, 0x10FFFF)):
        while first <= last:
            glyph = 1 + first % (_GLYPHS - 1)
            until = min(last, first + _GLYPHS - 1 - glyph)
            groups.append(pack(">LLL", first, until, glyph))
            first = until + 1
    table = pack(">HHLLL", 12, 0, 16 + 12 * len(groups), 0, len(groups)) + b"".join(groups)
    return pack(">HHHHL", 0, 1, 3, 10, 12) + table


def _names(family: str) -> bytes:
    strings = records = b""
    names = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    for number, name in names.items():
        text = name.encode("utf-16-be")
        records += pack(">HHHHHH", 3, 1, _LANGUAGE_ENGLISH, number, len(text), len(strings))
        strings += text
    return pack(">HHH", 0, len(names), 6 + len(records)) + records + strings


def _os2() -> bytes:
    return (
        pack(">HhHHH11h", 4, ADVANCE, 400, 5, 0, *[0] * 11)
        + bytes(10)
        + pack(">4L4s", *[0xFFFFFFFF] * 4, b"NONE")
        + pack(">HHHhhhHH", 0x40, 0x20, 0xFFFF, ASCENT, DESCENT, 0, ASCENT, -DESCENT)
        + pack(">LLhhHHH", 0, 0, 500, 700, 0, 32, 1)
    )


def _checksum(table: bytes) -> int:
    table += bytes(-len(table) % 4)
    words: tuple[int, ...] = unpack(f">{len(table) // 4}L", table)
    return sum(words) & 0xFFFFFFFF
