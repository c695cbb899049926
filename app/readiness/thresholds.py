"""Thresholds may be raised, never lowered: what a version of one's own may do with the bar of ours."""

from collections.abc import Iterator
from decimal import Decimal

from app.readiness.catalogue import Policy, Tier


def lowered(ours: Policy, own: Policy) -> Iterator[str]:
    """Where a policy of one's own asks for less than ours, in sentences; nothing where it asks for as much or more.

    Args:
        ours: the policy of the newest version that comes with the product.
        own: the policy of another version of the same catalogue.
    """
    yield from _less("coverage", ours.coverage, own.coverage)
    yield from _more("not_applicable_share", ours.not_applicable_share, own.not_applicable_share)
    yield from _more("exception_days", ours.exception_days, own.exception_days)
    for grade, days in ours.shelf_life_days.items():
        given = own.shelf_life_days.get(grade)
        if given is None:
            yield f"shelf_life_days has no {grade}, so such evidence would never age; with us it lasts {days} days"
        else:
            yield from _more(f"shelf_life_days of {grade}", days, given)
    if [_meant(each) for each in ours.tiers] != [_meant(each) for each in own.tiers]:
        yield "tiers must be those of our newest version, in the same order and with the same conditions"
        return
    for tier, theirs in zip(ours.tiers, own.tiers, strict=True):
        for name in ("go", "floor", "no_go"):
            yield from _less(f"{name} of tier {tier.key}", getattr(tier, name), getattr(theirs, name))


def _meant(tier: Tier) -> tuple[str, str, str | None]:
    """Whom a tier is for."""
    return tier.key, str(tier.when), tier.blank


def _less(what: str, ours: Decimal, own: Decimal) -> Iterator[str]:
    if own < ours:
        yield f"{what} is {own}; it may be raised above our {ours}, never lowered"


def _more(what: str, ours: Decimal | int, own: Decimal | int) -> Iterator[str]:
    if own > ours:
        yield f"{what} is {own}; it may be stricter than our {ours}, never laxer"
