"""Figures that calculators start from: data, every row with its source and date. Read once, from the package itself."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table that comes with the package, such as `models.csv`."""
    return tuple(csv.DictReader(_text(name).splitlines()))


@cache
def document(name: str) -> Mapping[str, Any]:
    """A YAML document that comes with the package, such as `efficiency.yaml`."""
    read: Mapping[str, Any] = yaml.safe_load(_text(name))
    return read


def _text(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
