"""The stop list: when a pilot has passed the criteria by which it was to be given up."""

from datetime import date
from decimal import Decimal

from app.readiness.profile import Profile
from app.readiness.verdict import Verdict


def stop_reason(profile: Profile, verdict: Verdict, effort_days: Decimal | None, as_of: date) -> str | None:
    """Why a pilot stands on the stop list, in a sentence; None where it does not.

    It stands there once the day has passed by which it was to be a Go, or when its path to Go takes more days of work
    than are left for it. Criteria that nobody stated stop nothing.

    Args:
        profile: what was agreed beforehand.
        verdict: as of the day.
        effort_days: that its path to Go takes; None where that is not worked out, or there is no path.
        as_of: the day (UTC).
    """
    if verdict is Verdict.GO:
        return None
    agreed = profile.stop_unless_go_by
    if agreed is not None and agreed < as_of:
        return f"It was to be a Go by {agreed}, and is not."
    left = profile.effort_budget_days
    if left is not None and effort_days is not None and effort_days > Decimal(str(left)):
        return f"Its path to Go takes {effort_days.normalize():f} days of work; {left:g} are left for it."
    return None
