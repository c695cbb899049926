"""What a form says about a field beside its title and its bounds, as it stands in the JSON Schema of an input."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import JsonValue

from app.calculators.term import Source

COST_LINES: Final = "Cost lines"
"""The fieldset of what is not counted where it is left out."""

Control = Literal["csv", "numbers", "rows", "cards", "hidden"]
"""How a field that is no single value is asked: a table as text, one number a line, rows or cards that can be added,
or not at all, for it is for programs."""


def shown(
    unit: str | None = None,
    group: str | None = None,
    *,
    main: bool = False,
    source: Source | None = None,
    usual: str | None = None,
    labels: Mapping[str, str] | None = None,
    choices: Literal["models", "accelerators"] | None = None,
    form: Control | None = None,
) -> dict[str, JsonValue]:
    """The keys that `json_schema_extra` takes.

    `group`: the fieldset; `main`: shown open; `usual`: the range that is usual, and `source` where it, or the default,
    comes from; `labels`: words for the values of an enumeration; `choices`: the table that names are taken from.
    """
    told: dict[str, JsonValue] = {
        "unit": unit,
        "group": group,
        "main": main or None,
        "usual": usual,
        "source": None if source is None else source.model_dump(mode="json", exclude_none=True),
        "labels": None if labels is None else dict(labels),
        "choices": choices,
        "form": form,
    }
    return {key: value for key, value in told.items() if value is not None}
