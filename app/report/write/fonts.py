"""The fonts of the PDF: from wheels, never from the machine alone, so that a name prints the same everywhere.

Serif (Libertinus) and fixed width (DejaVu Sans Mono) come inside Typst. FiraGO brings Latin, Greek, Cyrillic, Arabic,
Hebrew, Georgian, Thai and Devanagari; Noto brings Chinese, Japanese and Korean, and more of India and South-East Asia.
For any other script the machine's Noto fonts are taken where it has them. What none of them holds prints as a box and
stays in the text.
"""

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from app.report.write.box import box_font

SERIF, SANS, MONO, BOX = "Libertinus Serif", "FiraGO", "DejaVu Sans Mono", "Ready Room Box"

_FACES = ("FiraGO_Regular", "FiraGO_Bold")
_FOLDERS = ("noto_cjk_sans_otc", "justmytype_intl_south_asia", "justmytype_intl_sea")
_BUNDLED = tuple(f"Noto Sans {script}" for script in ("Bengali", "Tamil", "Telugu", "Khmer", "Lao", "Myanmar"))

# No wheel has these scripts: the machine's font where it has one.
_MACHINES = {
    "Noto Sans Armenian": "\u0530-\u058f",
    "Noto Sans Syriac": "\u0700-\u074f",
    "Noto Sans Thaana": "\u0780-\u07bf",
    "Noto Sans Gurmukhi": "\u0a00-\u0a7f",
    "Noto Sans Gujarati": "\u0a80-\u0aff",
    "Noto Sans Oriya": "\u0b00-\u0b7f",
    "Noto Sans Kannada": "\u0c80-\u0cff",
    "Noto Sans Malayalam": "\u0d00-\u0d7f",
    "Noto Sans Sinhala": "\u0d80-\u0dff",
    "Noto Serif Tibetan": "\u0f00-\u0fff",
    "Noto Sans Ethiopic": "\u1200-\u139f",
    "Noto Sans Cherokee": "\u13a0-\u13ff",
    "Noto Sans Mongolian": "\u1800-\u18af",
    "Noto Sans Javanese": "\ua980-\ua9df",
}
_ANY = re.compile(f"[{''.join(_MACHINES.values())}]")
# One character, three countries, three ways to draw it: a text with kana is Japanese, one with hangul Korean.
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\uac00-\ud7af]")


def families(text: str) -> dict[str, list[str]]:
    """The families that set a text, the first that holds a character counting, for each of three uses."""
    east = "JP" if _KANA.search(text) else "KR" if _HANGUL.search(text) else "SC"
    rest = [f"Noto Sans CJK {east}", *_BUNDLED, *machines(text), MONO, BOX]
    return {"serif": [SERIF, SANS, *rest], "sans": [SANS, *rest], "mono": [MONO, SANS, *rest]}


def machines(text: str) -> list[str]:
    """The families that a text needs from the machine, because no wheel has its script."""
    if not _ANY.search(text):
        return []
    return [family for family, characters in _MACHINES.items() if re.search(f"[{characters}]", text)]


@cache
def loaded(*, with_machines: bool) -> typst.Fonts:
    """The fonts as Typst takes them, found once for a process; it reads a file when a text first needs it."""
    folders = [_folder_of(package) for package in _FOLDERS]
    return typst.Fonts(include_system_fonts=with_machines, font_paths=[_unpacked().name, *folders])


@cache
def _unpacked() -> TemporaryDirectory[str]:
    """A folder with the fonts that come as no file, kept as long as the process."""
    folder = TemporaryDirectory(prefix="readyroom-fonts-")
    for face in _FACES:
        content: bytes = import_module(f"pymupdf_fonts.{face}").fontbuffer
        (Path(folder.name) / f"{face}.ttf").write_bytes(content)
    (Path(folder.name) / "box.ttf").write_bytes(box_font(BOX))
    return folder


def _folder_of(package: str) -> str:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"The font package {package} is not installed.", name=package)
    return str(Path(found.origin).parent)
