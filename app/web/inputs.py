"""The inputs of a calculator as a form: made from their schema, and shown again as they were typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.errors import Problem
from app.web.schema import Described
from app.web.typed import PREFIX, Typed, chosen, filled, own, plain, rows_of, text_of, untouched, was_typed

_OF_ANOTHER_SHAPE = frozenset({"must be text", "must be an object with named fields", "must be a list"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One field to fill in."""

    name: str  # of its control
    title: str
    value: str
    kind: Literal["text", "number", "choice", "date", "area", "hidden"]
    hint: str = ""
    unit: str | None = None
    limits: str = ""
    usual: str = ""
    source: str | None = None
    options: Mapping[str, str] | None = None
    suggestions: str | None = None  # the list that it can be chosen from
    needed: bool = False
    takes_file: bool = False  # it is a table that people have in a file
    reshapes: bool = False  # what else is asked depends on it
    error: str | None = None
    part = "entry"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    name: str
    title: str
    hint: str
    parts: tuple["Part", ...]
    kind: tuple[str, str, str] | None = None  # which kind of its list it is: the control, the kind, and its words
    opened: bool = True
    error: str | None = None
    part = "group"


@dataclass(frozen=True, slots=True)
class Rows:
    """Fields that belong together, several times over."""

    name: str
    title: str
    hint: str
    rows: tuple[Group, ...]
    more: Mapping[str, str]  # what can be added, with its words; one thing of no kind: ""
    error: str | None = None
    part = "rows"


Part = Entry | Group | Rows


@dataclass(frozen=True, slots=True)
class Section:
    """Some of the fields under a heading: the main ones, and those that are folded away."""

    title: str
    main: tuple[Part, ...]
    further: tuple[Part, ...]
    opened: bool  # whether something is to be mended among the latter

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them."""
        return (*self.main, *self.further)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing to mend."""

    where: str  # the name of its control; blank where there is none
    title: str
    words: str

    @property
    def message(self) -> str:
        """All of it, for a list that stands apart from the fields."""
        return f"{self.title}: {self.words}" if self.title else self.words


@dataclass(frozen=True, slots=True)
class InputForm:
    """The inputs as they stand in a form, whether they fit or not."""

    sections: tuple[Section, ...]
    problems: tuple[Wrong, ...]
    hidden: tuple[Entry, ...]  # what only programs fill in, and what is kept of it

    @property
    def lists(self) -> frozenset[str]:
        """The lists that its fields are chosen from."""
        entries = (each for section in self.sections for part in section.parts for each in _entries(part))
        return frozenset(each.suggestions for each in entries if each.suggestions)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a calculator is given, as a form has it."""

    described: Described

    def form(self, typed: Typed, problems: Sequence[Problem] = ()) -> InputForm:
        """The form with what was typed, and what is wrong with it."""
        currency = self.described.fields.get("currency")
        stated = own(typed.get("currency", {})).strip() or (text_of(currency.default) if currency else "")
        draft = _Form(placed(typed, problems, self.described), stated)
        sections = tuple(draft.sections(self.described, typed))
        titles: dict[str, str] = {}
        for name, title in _titles(part for section in sections for part in section.parts):
            titles.setdefault(name, title)
        told = tuple(
            Wrong(name if name in titles else "", titles.get(name, name), words) for name, words in draft.errors.items()
        )
        return InputForm(sections, told, tuple(_hidden(self.described, typed)))

    def plain(self, typed: Typed) -> dict[str, Any]:
        """The values that were typed, as JSON has them; what was left blank is left out."""
        return plain(self.described, typed)


def _grouped(text: str) -> str:
    """A long figure with its thousands apart; whatever else was typed as it is."""
    return f"{int(text):,}" if text.isascii() and text.isdigit() and 4 < len(text) < 16 else text


def _hidden(described: Described, typed: Typed) -> Iterator[Entry]:
    for key, each in described.fields.items():
        if each.shape == "hidden" and (text := own(typed.get(key, {}))):
            yield Entry(f"{PREFIX}.{key}", each.title, text, "hidden")


def _entries(part: Part) -> Iterator[Entry]:
    match part:
        case Entry():
            yield part
        case Group():
            yield from (entry for each in part.parts for entry in _entries(each))
        case Rows():
            yield from (entry for row in part.rows for entry in _entries(row))


def _words(described: Described, kind: str) -> str:
    """What a kind is called; where its title is no more than a program's name for it, the kind itself."""
    return described.title if " " in described.title else kind.upper() if len(kind) < 4 else kind


def placed(typed: Typed, problems: Sequence[Problem], described: Described) -> dict[str, str]:
    """What is wrong, by the control that it is about; of several things the first.

    A path may name which of several shapes was tried; the control whose path is met furthest along it is meant.
    """
    names = {tuple(name.split(".")[1:]): name for name in _names(described, typed, PREFIX)}
    found: dict[str, str] = {}
    own_shape = [each for each in problems if each.message not in _OF_ANOTHER_SHAPE]
    for each in own_shape or problems:
        path = each.where.split(".")
        fitting = (name for name in names if name and _leads(name, path))
        best = max(fitting, key=len, default=())
        found.setdefault(names.get(best, each.where), each.message)
    return found


def _leads(name: tuple[str, ...], path: list[str]) -> bool:
    """Whether the steps of a control's path stand in that path in their order, the first at its beginning."""
    if name[:1] != tuple(path[:1]):
        return False
    steps = iter(path)
    return all(step in steps for step in name)


def _names(described: Described, typed: Typed, prefix: str) -> Iterator[str]:
    yield prefix
    if described.shape == "either":
        yield from _names(described.object, typed, prefix)
    elif described.shape == "rows" and described.row:
        for at, row in enumerate(rows_of(typed)):
            yield from _names(described.row, row, f"{prefix}.{at}")
    elif described.shape == "variant" and (of_kind := chosen(described, typed)):
        yield from _names(of_kind, typed, prefix)
    for key, each in described.fields.items():
        yield from _names(each, typed.get(key, {}), f"{prefix}.{key}")


def _titles(parts: Iterator[Part]) -> Iterator[tuple[str, str]]:
    for part in parts:
        yield part.name, part.title
        match part:
            case Group():
                yield from _titles(iter(part.parts))
            case Rows():
                for row in part.rows:
                    yield row.name, row.title
                    for name, title in _titles(iter(row.parts)):
                        yield name, f"{row.title}, {title[:1].lower()}{title[1:]}"


_MOST_ROWS = 100  # that are shown one by one; more of them as JSON
_OPEN_AT_ONCE = 24  # fields of all rows of a list, before its rows are folded
_AT_A_GLANCE = 6  # fields of a group, before those that matter less are folded away


@dataclass(frozen=True, slots=True)
class _Form:
    """A form in the making."""

    errors: Mapping[str, str]
    currency: str  # in which sums are stated

    def sections(self, described: Described, typed: Typed) -> Iterator[Section]:
        groups: dict[str, tuple[list[Part], list[Part]]] = {}
        for key, each in described.fields.items():
            if each.shape == "hidden":
                continue
            needed, below = key in described.needed, typed.get(key, {})
            parts = self.parts(each, below, f"{PREFIX}.{key}", needed=needed)
            main, further = groups.setdefault(each.schema.get("group", ""), ([], []))
            stands_out = filled(each, below) and each.shape not in ("group", "rows")
            (main if needed or each.schema.get("main") or stands_out else further).extend(parts)
        # A group of which nothing is asked first stands after those that begin with what is.
        for title, (main, further) in sorted(groups.items(), key=lambda each: not each[1][0]):
            yield Section(title, tuple(main), tuple(further), any(map(self._wrong, further)))

    def parts(self, described: Described, typed: Typed, name: str, *, needed: bool) -> Iterator[Part]:
        """A field, or the two ways to fill it in where it is either a text or a group."""
        match described.shape:
            case "group":
                yield self._group(described, typed, name, folded=described.nullable)
            case "rows" if own(typed).strip() and not 0 < len(rows_of(typed)) <= _MOST_ROWS:
                yield self._entry(described, typed, name, needed=needed)  # too many to be filled in one by one
            case "rows":
                yield self._rows(described, typed, name)
            case "variant":
                yield self._one_of(described, typed, name)
            case "either":
                yield self._entry(described, typed, name, needed=needed)
                yield self._instead(described.object, typed, name)
            case _:
                yield self._entry(described, typed, name, needed=needed)

    def _entry(self, described: Described, typed: Typed, name: str, *, needed: bool) -> Entry:
        shape, default, unit = described.shape, text_of(described.default), described.unit
        value = own(typed) if was_typed(typed) else default
        if unit and unit.partition(" ")[0] == "currency" and self.currency:
            unit = self.currency + unit.removeprefix("currency")
        kinds: Mapping[str, Literal["text", "number", "choice", "date", "area"]] = {
            "flag": "choice", "choice": "choice", "number": "number", "date": "date", "area": "area", "pairs": "area",
            "rows": "area",
        }  # fmt: skip
        return Entry(
            name=name,
            title=described.title or name.rpartition(".")[2],
            value=_grouped(value) if shape == "number" else value,
            kind=kinds.get(shape, "text"),
            hint=described.hint,
            unit=unit,
            limits=described.limits if shape == "number" else "",
            usual=described.usual or (default if shape == "number" else ""),
            source=described.source,
            options=described.options if shape in ("flag", "choice") else None,
            suggestions=described.suggestions,
            needed=needed,
            takes_file=described.takes_table,
            error=self.errors.get(name),
        )

    def _group(self, described: Described, typed: Typed, name: str, *, folded: bool = False, title: str = "") -> Group:
        fields = {key: each for key, each in described.fields.items() if "const" not in each.schema}
        shown, folded_away = list[Part](), list[Part]()
        for key, each in fields.items():
            below, needed = typed.get(key, {}), key in described.needed
            matters = needed or each.schema.get("main") or len(fields) <= _AT_A_GLANCE or filled(each, below)
            (shown if matters else folded_away).extend(self.parts(each, below, f"{name}.{key}", needed=needed))
        if folded_away:
            wrong = any(map(self._wrong, folded_away))
            more = f"{'Further' if shown else 'All'}, {len(folded_away)}"
            shown.append(Group(f"{name}.", more, "", tuple(folded_away), opened=wrong))
        parts = tuple(shown)
        opened = not folded or not untouched(described, typed) or any(map(self._wrong, parts))
        hint = described.hint
        return Group(name, title or described.title, hint, parts, opened=opened, error=self.errors.get(name))

    def _instead(self, described: Described, typed: Typed, name: str) -> Group:
        """What a text could be left blank for."""
        group = self._group(described, typed, name, folded=True, title="Or one that is in no list")
        return Group(group.name, group.title, described.hint, group.parts, opened=group.opened and not own(typed))

    def _rows(self, described: Described, typed: Typed, name: str) -> Rows:
        row = described.row
        if row is None:
            raise ValueError(f"{name} has no rows")
        kinds = {kind: _words(each, kind) for kind, each in row.variants.items()}
        rows = [self._one_of(row, each, f"{name}.{at}", number=at + 1) for at, each in enumerate(rows_of(typed))]
        few = sum(len(each.parts) for each in rows) <= _OPEN_AT_ONCE
        opened = tuple(replace(each, opened=few or self._unfinished(each)) for each in rows)
        error = self.errors.get(name)
        return Rows(name, described.title, described.hint, opened, kinds or {"": "one"}, error)

    def _unfinished(self, row: Group) -> bool:
        """Whether something is missing in a row, or is to be mended."""
        missing = any(isinstance(each, Entry) and each.needed and not each.value.strip() for each in row.parts)
        return missing or self._wrong(row)

    def _one_of(self, described: Described, typed: Typed, name: str, number: int | None = None) -> Group:
        """A group, of whichever kind it is where there are several."""
        title = own(typed.get("name", {})).strip() or (f"Number {number}" if number else described.title)
        if described.shape != "variant":
            return self._group(described, typed, name, title=title)
        chosen = own(typed.get(described.discriminator, {}))
        kind = chosen if chosen in described.variants else next(iter(described.variants))
        group = self._group(described.variants[kind], typed, name, title=title)
        control = f"{name}.{described.discriminator}"
        if number is not None:
            said = (control, kind, _words(described.variants[kind], kind))
            return Group(name, title, group.hint, group.parts, kind=said, error=group.error)
        words = {key: _words(each, key) for key, each in described.variants.items()}
        choice = Entry(control, "Kind", kind, "choice", options=words, reshapes=True)
        return Group(name, title, group.hint, (choice, *group.parts), error=group.error)

    def _wrong(self, part: Part) -> bool:
        return any(name == part.name or name.startswith(f"{part.name}.") for name in self.errors)
