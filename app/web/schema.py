"""What a JSON Schema says about one input, as far as a form needs to know."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Schema = Mapping[str, Any]
Shape = Literal[
    "text", "number", "flag", "choice", "date", "area", "pairs", "group", "rows", "either", "variant", "hidden"
]  # fmt: skip

_BOUNDLESS = 1_000_000_000  # a limit as high as this guards the program, and tells people nothing
_NEXT_TO_NOTHING = 1e-6  # a bound that only keeps a figure from being nothing
_LONGEST_LINE = 1_000  # characters that still stand on one line
_BOUNDS = (("minimum", "ge"), ("maximum", "le"), ("exclusiveMinimum", "gt"), ("exclusiveMaximum", "lt"))


@dataclass(frozen=True, slots=True)
class Described:
    """One input: its schema with references followed, and where the references lead."""

    schema: Schema
    definitions: Schema
    nullable: bool = False

    @property
    def shape(self) -> Shape:
        """How it is filled in; what is for programs only is kept, and not shown."""
        if self.schema.get("form") == "hidden":
            return "hidden"
        if "oneOf" in self.schema:
            return "variant"
        if "anyOf" in self.schema:
            return self._shape_of_several([self._of(each) for each in self.schema["anyOf"]])
        if "enum" in self.schema or "const" in self.schema:
            return "choice"
        match self.schema.get("type"):
            case "boolean":
                return "flag"
            case "integer" | "number":
                return "number"
            case "array":
                return "rows" if self.row is not None else "area"
            case "object":
                return "group" if self.schema.get("properties") else "pairs"
        if self.schema.get("maxLength", 0) > _LONGEST_LINE:
            return "area"
        return "date" if self.schema.get("format") == "date" else "text"

    @property
    def title(self) -> str:
        """What people call it; a title that was made from the key is written as a sentence is."""
        title: str = self.schema.get("title", "")
        made_up = title == title.title() and not re.search(r"\d|\(", title)
        return title.capitalize() if made_up and " " in title else title

    @property
    def hint(self) -> str:
        """What it is."""
        words: str = self.schema.get("description", "")
        return words[:1].upper() + words[1:]

    @property
    def unit(self) -> str | None:
        """What it is counted in."""
        return self.schema.get("unit")

    @property
    def source(self) -> str | None:
        """Where its default comes from."""
        source = self.schema.get("source")
        if isinstance(source, Mapping):
            return ", ".join(str(source[key]) for key in ("title", "date") if source.get(key))
        return source

    @property
    def default(self) -> Any:
        """What holds where it is left out."""
        return self.schema.get("default")

    @property
    def usual(self) -> str | None:
        """From what to what it usually is, in words."""
        return self.schema.get("usual")

    @property
    def suggestions(self) -> str | None:
        """The list that it can be chosen from, where it is none of its own."""
        return self.schema.get("choices")

    @property
    def limits(self) -> str:
        """What is accepted, in words; empty where that is nearly everything."""
        low, high, above, below = (self._bound(*each) for each in _BOUNDS)
        if low is not None and 0 < low <= _NEXT_TO_NOTHING:
            low, above = None, 0.0
        begin = number_text(low) if low is not None else None
        end = number_text(high) if high is not None and abs(high) < _BOUNDLESS else None
        if above is not None:
            most = f", at most {end}" if end else f", less than {number_text(below)}" if below is not None else ""
            return f"More than {number_text(above)}{most}"
        if below is not None and begin is not None:
            return f"{begin} or more, less than {number_text(below)}"
        if begin is not None and end is not None:
            return f"{begin} to {end}"
        return f"At least {begin}" if begin is not None else f"At most {end}" if end else ""

    @property
    def options(self) -> Mapping[str, str]:
        """What can be chosen, with its words."""
        if self.shape == "flag":
            found: dict[str, str] = {"yes": "Yes", "no": "No"}
        else:
            words = self.schema.get("labels", {})
            found = {str(key): words.get(key, str(key).replace("-", " ")) for key in self._enumerated()}
        return {"": "Left open", **found} if self.nullable else found

    @property
    def fields(self) -> Mapping[str, "Described"]:
        """What a group consists of."""
        return {key: self._of(each) for key, each in self.schema.get("properties", {}).items()}

    @property
    def needed(self) -> frozenset[str]:
        """Which of its fields cannot be left out."""
        return frozenset(self.schema.get("required", ()))

    @property
    def row(self) -> "Described | None":
        """What a list consists of, where that is something with fields of its own."""
        if "items" not in self.schema:
            return None
        item = self._of(self.schema["items"])
        open_ended = any(each.shape == "pairs" for each in item.fields.values())
        return item if item.shape in ("group", "variant") and not open_ended else None

    @property
    def takes_text(self) -> bool:
        """Whether a text is taken as it is."""
        return any(each.get("type") == "string" for each in (self.schema, *self.schema.get("anyOf", ())))

    @property
    def takes_table(self) -> bool:
        """Whether it is a table that people have in a file."""
        several = [self._of(each) for each in self.schema.get("anyOf", ())]
        return (
            self.shape == "area" and self.takes_text and (not several or any(each.shape == "rows" for each in several))
        )

    @property
    def object(self) -> "Described":
        """Of something that is either a text or a group, the group."""
        return next(each for each in map(self._of, self.schema["anyOf"]) if each.shape == "group")

    @property
    def variants(self) -> Mapping[str, "Described"]:
        """Of something of several kinds, what each kind consists of; a single kind is none by name."""
        if self.shape != "variant":
            return {}
        kinds = self.schema["discriminator"]["mapping"]
        return {kind: self._of({"$ref": place}) for kind, place in kinds.items()}

    @property
    def discriminator(self) -> str:
        """The field that says which kind something is."""
        name: str = self.schema["discriminator"]["propertyName"]
        return name

    def _of(self, schema: Schema) -> "Described":
        return described(schema, self.definitions)

    def _shape_of_several(self, several: list["Described"]) -> Shape:
        shapes = [each.shape for each in several]
        if all(shape == "choice" for shape in shapes):
            return "choice"
        if "rows" in shapes or "area" in shapes:
            return "area"
        if "group" in shapes:
            return "either"
        return "number" if "number" in shapes else "text"

    def _enumerated(self) -> Iterator[Any]:
        if "const" in self.schema:
            yield self.schema["const"]
        yield from self.schema.get("enum", ())
        for each in self.schema.get("anyOf", ()):
            yield from self._of(each).schema.get("enum", ())

    def _bound(self, *names: str) -> float | None:
        """A bound of it, or of the figure that it may be."""
        places = (self.schema, *(self._of(each).schema for each in self.schema.get("anyOf", ())))
        found = next((place[name] for place in places for name in names if name in place), None)
        return None if found is None else float(found)


def described(schema: Schema, definitions: Schema) -> Described:
    """An input as its schema has it; what stands beside a reference counts before what it leads to."""
    nullable = False
    while "$ref" in schema or "anyOf" in schema:
        beside = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
        if "$ref" in schema:
            schema = {**definitions[schema["$ref"].rpartition("/")[2]], **beside}
            continue
        left = [each for each in schema["anyOf"] if each.get("type") != "null"]
        nullable = nullable or len(left) < len(schema["anyOf"])
        if len(left) > 1:
            schema = {**beside, "anyOf": left}
            break
        schema = {**left[0], **beside}
    return Described(schema, definitions, nullable)


def of_a_whole(schema: Schema) -> Described:
    """All inputs of a calculator."""
    return described(schema, schema.get("$defs", {}))


def number_text(value: float) -> str:
    """A number as it is typed: 1,024; 0.07."""
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.12g}"
