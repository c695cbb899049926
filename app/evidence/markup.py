"""XML as plain elements, parsed within limits: no entities, nothing fetched, no deep nesting.

By expat itself rather than by a tree that is looked at afterwards: what is refused is refused at the first byte that
shows it, before it takes memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from app.errors import Problem, TooLarge, Unreadable
from app.evidence.content import DEEPEST, Content

LARGEST_ELEMENTS = 200_000  # and attributes
LONGEST_TEXT = 10_000  # of one element; what follows is left out


@dataclass(slots=True)
class Element:
    """One element: its name, attributes, own text and children in their order."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def child(self, *path: str) -> "Element | None":
        """The first element at a path of names below this one."""
        found: Element | None = self
        for name in path:
            found = None if found is None else next((each for each in found.children if each.name == name), None)
        return found

    def text_of(self, *path: str) -> str | None:
        """The text of the first element at a path; None where there is none or it is empty."""
        found = self.child(*path)
        return (found.text.strip() or None) if found is not None else None

    def named(self, name: str) -> Iterator["Element"]:
        """The children of that name."""
        return (each for each in self.children if each.name == name)


def begins_with(file: Content, *roots: str) -> bool:
    """Whether the text is XML whose first element has one of these names; nothing but its beginning is looked at."""
    text = file.text
    return text is not None and _first_name(text[:4000]) in roots


def element_of(file: Content) -> Element:
    """The root element.

    Raises:
        Unreadable: it is no XML, declares entities, or is nested too deep, with the line.
        TooLarge: it has more elements than any tool writes.
    """
    text = (file.text or "").lstrip()
    if text.count("=") > LARGEST_ELEMENTS:
        raise TooLarge(f"The XML has more than {LARGEST_ELEMENTS:,} attributes.")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.EntityDeclHandler = builder.entity
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        at = getattr(error, "lineno", parser.CurrentLineNumber)
        raise Unreadable("The XML cannot be read.", [Problem(f"line {at}", _words(error))]) from None
    if builder.root is None:
        raise Unreadable("The XML cannot be read.", [Problem("", "holds no element")])
    return builder.root


class _Builder:
    """Elements as expat tells of them."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > LARGEST_ELEMENTS:
            raise TooLarge(f"The XML has more than {LARGEST_ELEMENTS:,} elements.")
        if len(self.open) >= DEEPEST:
            raise ValueError(f"is nested deeper than {DEEPEST} levels")
        element = Element(name, attributes)
        if self.open:
            self.open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.open.append(element)

    def end(self, _: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        if self.open and not self.open[-1].children and len(self.open[-1].text) < LONGEST_TEXT:
            self.open[-1].text += text[:LONGEST_TEXT]

    def entity(self, *_: object) -> None:
        raise ValueError("declares entities, which are not read")


def _words(error: Exception) -> str:
    return expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)


def _first_name(text: str) -> str | None:
    """The name of the first element, past declaration, comments and document type."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith(("<?", "<!"), at):
            end = text.find(">", at)
        else:
            return text[at + 1 :].split(">", 1)[0].split(maxsplit=1)[0] if text[at + 1 : at + 2].isalpha() else None
        if end < 0:
            return None
        at = end
    return None
