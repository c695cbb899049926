"""Protocol buffers in their text form, as plain values: each field's name with the list of what it is given.

Only the form is known, no message's schema: what a field means is the reader's business.
"""

import re
from collections.abc import Iterator
from typing import Any

from app.errors import Problem, TooLarge, Unreadable

Message = dict[str, list[Any]]

LARGEST_TEXT = 10_000_000  # characters
LARGEST_TOKENS = 400_000
DEEPEST = 40

_TOKEN = re.compile(
    r"""(?P<skip>[\s,;]+|\#[^\n]*)
    |(?P<name>[A-Za-z_][A-Za-z0-9_.]*)
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fF]?)
    |(?P<text>"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')
    |(?P<mark>[{}<>:\[\]-])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_OPEN = {"{": "}", "<": ">"}


def read_proto_text(text: str) -> Message:
    """The fields of a message, in the order in which they stand.

    Raises:
        Unreadable: it is no such text, with the line.
        TooLarge: it is longer than any tool writes.
    """
    if len(text) > LARGEST_TEXT:
        raise TooLarge(f"The text has more than {LARGEST_TEXT:,} characters.")
    tokens = _Tokens(text)
    message: Message = {}
    open_: list[tuple[Message, str]] = [(message, "")]
    while (token := tokens.next()) is not None:
        kind, word = token
        into, closing = open_[-1]
        if word == closing and kind == "mark":
            open_.pop()
        elif kind == "name":
            opened = _field(tokens, into, word)
            if opened is not None:
                open_.append(opened)
                if len(open_) > DEEPEST:
                    raise tokens.problem(f"is nested deeper than {DEEPEST} levels")
        else:
            raise tokens.problem("a field's name was expected here")
    if len(open_) > 1:
        raise tokens.problem("ends within a block: it is cut off")
    return message


def _field(tokens: "_Tokens", into: Message, name: str) -> tuple[Message, str] | None:
    """Take one field's value; the message and its closing mark where it opens one."""
    kind, word = tokens.needed()
    if word == ":" and kind == "mark":
        kind, word = tokens.needed()
    elif word not in _OPEN or kind != "mark":
        raise tokens.problem("a colon or a block was expected here")
    if kind == "mark" and word in _OPEN:
        inner: Message = {}
        into.setdefault(name, []).append(inner)
        return inner, _OPEN[word]
    if kind == "mark" and word == "[":
        while (token := tokens.needed()) != ("mark", "]"):
            into.setdefault(name, []).append(tokens.value(*token))
        return None
    into.setdefault(name, []).append(tokens.value(kind, word))
    return None


class _Tokens:
    """The words of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._words = self._found()
        self._kept: tuple[str, str] | None = None

    def _found(self) -> Iterator[tuple[str, str]]:
        count = 0
        while self._at < len(self._text):
            match = _TOKEN.match(self._text, self._at)
            if match is None:
                raise self.problem("holds a character that does not belong here")
            self._at = match.end()
            if match.lastgroup != "skip":
                count += 1
                if count > LARGEST_TOKENS:
                    raise TooLarge(f"The text holds more than {LARGEST_TOKENS:,} words.")
                yield str(match.lastgroup), match[0]

    def next(self) -> tuple[str, str] | None:
        kept, self._kept = self._kept, None
        return kept if kept is not None else next(self._words, None)

    def needed(self) -> tuple[str, str]:
        token = self.next()
        if token is None:
            raise self.problem("ends within a field: it is cut off")
        return token

    def value(self, kind: str, word: str) -> Any:
        """What a word stands for; texts that follow each other are one."""
        if kind == "mark" and word == "-":
            kind, word = self.needed()
            return -self.value(kind, word) if kind == "number" else self._name(kind, f"-{word}")
        if kind == "number":
            return _number(word)
        if kind != "text":
            return self._name(kind, word)
        parts = [word]
        while (token := self.next()) is not None:
            if token[0] != "text":
                self._kept = token
                break
            parts.append(token[1])
        return b"".join(map(_unescaped, parts)).decode("utf-8", "replace")

    def _name(self, kind: str, word: str) -> Any:
        if kind != "name":
            raise self.problem("a value was expected here")
        lower = word.lower()
        if lower in ("nan", "inf", "-inf", "infinity", "-infinity", "-nan"):
            return None
        return {"true": True, "false": False}.get(lower, word)

    def problem(self, message: str) -> Unreadable:
        line = self._text.count("\n", 0, self._at) + 1
        return Unreadable("The text form of a protocol buffer cannot be read.", [Problem(f"line {line}", message)])


def _number(word: str) -> int | float:
    plain = word if word[:2].lower() == "0x" else word.rstrip("fF")
    if re.fullmatch(r"[+-]?[0-9]{1,30}", plain):
        return int(plain)
    if "x" in plain.lower():
        return int(plain[:40], 16)
    return float(plain)


def _unescaped(word: str) -> bytes:
    return _ESCAPE.sub(_character, word[1:-1].encode())


def _character(match: re.Match[bytes]) -> bytes:
    word = match[1]
    if word[:1].isdigit():
        return bytes([int(word, 8) & 255])
    if word[:1] == b"x" and len(word) > 1:
        return bytes([int(word[1:], 16)])
    return _ESCAPED.get(word, word)
