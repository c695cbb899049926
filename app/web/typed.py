"""What was typed into a form of inputs: taken as it came, changed row by row, and read as values.

It is a tree: a field's own text stands under "", the fields below it under their names, the rows of a list under their
numbers. The control of a field is named for its path, `given.options.0.name`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from starlette.datastructures import FormData

from app.web.schema import Described, number_text

PREFIX: Final = "given"
_OWN = ""
_MOST_DEEP = 12
_MOST_ROWS = 100
_THOUSANDS = re.compile(r"[-+−]?\d{1,3}(,\d{3})+(\.\d+)?")
_PERCENT = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*%")
_WITH_FIELDS = frozenset({"group", "rows", "either", "variant"})

Typed = dict[str, Any]  # text under "", and below it more of the same


def posted(form: FormData) -> Typed:
    """What a form sent, as it was typed."""
    typed: Typed = {}
    for name, value in form.multi_items():
        path = name.split(".")
        if path[0] != PREFIX or _OWN in path or not isinstance(value, str) or len(path) > _MOST_DEEP:
            continue
        place = typed
        for step in path[1:]:
            place = place.setdefault(step, {})
        place[_OWN] = value
    return typed


def typed_of(value: Any) -> Typed:
    """Values as JSON has them, as somebody would have typed them."""
    if isinstance(value, Mapping):
        pairs = "\n".join(f"{key}: {each}" for key, each in value.items() if isinstance(each, str | int | float))
        return {_OWN: pairs, **{key: typed_of(each) for key, each in value.items() if each is not None}}
    if isinstance(value, list | tuple):
        if any(isinstance(each, Mapping) for each in value):
            return {
                _OWN: json.dumps(value, ensure_ascii=False, indent=1),
                **{str(at): typed_of(each) for at, each in enumerate(value)},
            }
        return {_OWN: "\n".join(map(text_of, value))}
    return {} if value is None else {_OWN: text_of(value)}


def rows_of(typed: Typed) -> list[Typed]:
    """The rows of a list, in their order."""
    numbers = sorted(int(key) for key in typed if key.isascii() and key.isdigit() and len(key) < 6)
    return [typed[str(number)] for number in numbers]


def changed(typed: Typed, path: Sequence[str], add: str | None, described: Described) -> None:
    """Add an empty row to the list at that path, of a kind where it has kinds; or, `add` being None, take that row out.

    A path that leads to no list changes nothing.
    """
    found = _at(described, path if add is not None else path[:-1])
    if found is None or found.row is None:
        return
    place = typed
    for step in path if add is not None else path[:-1]:
        place = place.setdefault(step, {})
    if add is None:
        place.pop(path[-1], None)
    elif len(rows_of(place)) < _MOST_ROWS:
        number = max((int(key) for key in place if key.isdigit()), default=-1) + 1
        kinds = found.row.variants
        place[str(number)] = {found.row.discriminator: {_OWN: add}} if add in kinds else {}


def _at(described: Described, path: Sequence[str]) -> Described | None:
    """What stands at the end of a path."""
    found: Described | None = described
    for step in path:
        if found is None:
            return None
        found = found.row if step.isdigit() else found.fields.get(step)
    return found


def own(typed: Typed) -> str:
    """The text of the field itself."""
    text = typed.get(_OWN, "")
    return text if isinstance(text, str) else ""


def was_typed(typed: Typed) -> bool:
    """Whether the form had the field at all."""
    return _OWN in typed


def chosen(described: Described, typed: Typed) -> Described | None:
    """Of something of several kinds, the kind that is chosen."""
    return described.variants.get(own(typed.get(described.discriminator, {})))


def filled(described: Described, typed: Typed) -> bool:
    """Whether something was typed into a field, or below it, that does not stand there anyway."""
    if described.shape == "rows":
        return bool(rows_of(typed) or own(typed).strip())
    if described.shape in ("group", "either"):
        below = described if described.shape == "group" else described.object
        return bool(own(typed).strip()) or not untouched(below, typed)
    return own(typed).strip() not in ("", text_of(described.default))


def text_of(value: Any) -> str:
    """A value as JSON has it, as somebody would have typed it into one field."""
    if value is None or value in ((), [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list | tuple):
        return "\n".join(map(text_of, value))
    return str(value)


# ---- read


def plain(described: Described, typed: Typed) -> dict[str, Any]:
    """What was typed into its fields; one that stands as it would anyway is left out, so that the result says so."""
    fields = {key: (each, typed.get(key, {})) for key, each in described.fields.items()}
    fixed = {key: each.schema["const"] for key, (each, _) in fields.items() if "const" in each.schema}
    read = {key: _value(*each) for key, each in fields.items() if key not in fixed and not _as_usual(*each)}
    return fixed | {key: value for key, value in read.items() if value is not None}


def _as_usual(described: Described, typed: Typed) -> bool:
    usual = text_of(described.default)
    return described.shape not in _WITH_FIELDS and usual != "" and own(typed).strip() == usual


def _value(described: Described, typed: Typed) -> Any:
    text = own(typed).strip()
    match described.shape:
        case "group":
            return None if described.nullable and untouched(described, typed) else plain(described, typed)
        case "either":
            return text or (None if untouched(described.object, typed) else plain(described.object, typed))
        case "variant":
            return _variant(described, typed)
        case "rows":
            row, rows = described.row, rows_of(typed)
            if row and rows:
                return [_variant(row, each) for each in rows]
            return _area(described, text) if text else None
        case "number":
            return _figure(text) or None
        case "flag":
            return {"yes": True, "no": False}.get(text, text or None)
        case "area" | "hidden":
            return _area(described, text) if text else None
        case "pairs":
            lines = (line.partition(":") for line in text.splitlines() if line.strip())
            return {key.strip(): value.strip() for key, _, value in lines} if text else None
    return text or None


def _variant(described: Described, typed: Typed) -> dict[str, Any]:
    if described.shape != "variant":
        return plain(described, typed)
    of_kind = chosen(described, typed)
    kind = own(typed.get(described.discriminator, {}))
    return {described.discriminator: kind, **(plain(of_kind, typed) if of_kind else {})}


def _area(described: Described, text: str) -> Any:
    """A text as it is where one is taken; else a list of what stands on its lines, or JSON."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if described.takes_text:
        return text
    return [_figure(each) for each in re.split(r"[;\n\t]|,\s", text) if each.strip()]


def _figure(text: str) -> str:
    """A figure without what people put into it to read it better; whatever else it is stays, and is refused as such."""
    bare = re.sub(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3})", "", text.strip()).replace("−", "-")
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    if found := _PERCENT.fullmatch(bare):
        return f"{Decimal(found[1]) / 100:f}"
    return bare


def untouched(described: Described, typed: Typed) -> bool:
    """Whether nothing was typed into any of its fields but what stood there anyway."""
    return not any(filled(each, typed.get(key, {})) for key, each in described.fields.items())
