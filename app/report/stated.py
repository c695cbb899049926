"""What was stated about the pilot, in words: its profile and its needs. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from app.readiness.assessment import NeedValue
from app.readiness.catalogue import Need
from app.readiness.profile import PROFILE_FIELDS, Profile, ProfileField
from app.report.model import Fact


def profile_facts(profile: Profile) -> tuple[Fact, ...]:
    """The profile in words, in the order of its form."""
    return tuple(Fact(field.key, field.title, _profile_words(field, profile)) for field in PROFILE_FIELDS.values())


def need_facts(needs: Iterable[Need], stated: Mapping[str, NeedValue]) -> tuple[Fact, ...]:
    """The needs in words with their units, in the order of the catalogue."""
    currency = stated.get("currency")
    return tuple(Fact(need.key, need.title, _need_words(need, stated.get(need.key), currency)) for need in needs)


def _profile_words(field: ProfileField, profile: Profile) -> str | None:
    value = profile.value(field.key)
    if value is None:
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, frozenset):
        return "; ".join(words for key, words in field.values.items() if key in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return field.values.get(value, value)
    return f"{value:g} {field.unit}" if field.unit else f"{value:g}"


def _need_words(need: Need, value: NeedValue, currency: NeedValue) -> str | None:
    if value is None or value == ():
        return None
    if isinstance(value, tuple):
        return ", ".join(value)
    if need.unit == "share" and isinstance(value, int | float):
        return f"{100 * value:g} %"
    if need.kind == "money" and isinstance(value, str):
        figure = f"{Decimal(value):,f}"
    else:
        figure = f"{value:,.10g}" if isinstance(value, int | float) else value
    unit = currency if need.unit == "currency" else need.unit
    return f"{figure} {unit}" if unit else figure
