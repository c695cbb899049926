"""What is stated about a pilot, as a form: shown, read into the core's values, and shown again as it was typed."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from app.errors import Problem, Refused, problems_of
from app.readiness.assessment import NeedValue, need_problem
from app.readiness.catalogue import Catalogue, Need
from app.readiness.profile import PROFILE_FIELDS, Profile, ProfileField, contradictions

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
_BLANK = {"": "Left blank"}
_FLAGS = {"yes": "Yes", "no": "No", **_BLANK}

# What a new pilot is asked first: with these most questions that do not concern it go away.
FIRST_FIELDS = ("deployment", "model", "data", "regions", "users", "autonomy")

# When it is to begin, and when it is to be given up.
PLAN_FIELDS = ("go_live", "stop_unless_go_by", "effort_budget_days")

# The form of a pilot that exists, in parts that can be talked through one by one.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "What runs, and where": ("deployment", "model", "parameters_b"),
    "Data, people and rules": ("data", "regions", "regimes", "sector", "eu_role", "risk_class"),
    "What it does, and to whom": ("users", "autonomy", "affects_people", "staffing_planned"),
    "How it works": ("retrieval", "tools", "federated"),
    "When it is given up": ("stop_unless_go_by", "effort_budget_days"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field with what stands in it."""

    described: ProfileField
    value: str | tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its control."""
        return f"profile.{self.described.key}"

    @property
    def options(self) -> Mapping[str, str]:
        """What can be chosen; one of several can also be left blank."""
        match self.described.kind:
            case "flag":
                return _FLAGS
            case "choice":
                return {**self.described.values, **_BLANK}
        return self.described.values


@dataclass(frozen=True, slots=True)
class NeedField:
    """One need with what stands in it, and the questions that use it."""

    need: Need
    value: str
    unit: str | None
    example: str
    used_by: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its control."""
        return f"needs.{self.need.key}"

    @property
    def hint(self) -> str:
        """How to find it, and an example."""
        several = " Several are parted by commas." if self.need.kind == "list" else ""
        return f"{self.need.hint} Such as {self.example}.{several}"


@dataclass(frozen=True, slots=True)
class StatedForm:
    """Name, profile and needs as they stand in a form, whether they fit or not."""

    catalogue: Catalogue
    name: str = ""
    profile: Mapping[str, str | tuple[str, ...]] | None = None
    needs: Mapping[str, str] | None = None
    seen: int | None = None

    def fields(self, keys: Sequence[str]) -> tuple[Field, ...]:
        """These fields of the profile."""
        typed = self.profile or {}
        blank = {"set": ()}
        return tuple(
            Field(PROFILE_FIELDS[key], typed.get(key, blank.get(PROFILE_FIELDS[key].kind, ""))) for key in keys
        )

    @property
    def further(self) -> tuple[Field, ...]:
        """The fields that a new pilot is not asked first."""
        return self.fields([key for key in PROFILE_FIELDS if key not in FIRST_FIELDS and key not in PLAN_FIELDS])

    @property
    def need_fields(self) -> tuple[NeedField, ...]:
        """Every need that the catalogue names."""
        typed = self.needs or {}
        return tuple(
            NeedField(
                need,
                typed.get(need.key, ""),
                (typed.get("currency") or "currency") if need.unit == "currency" else need.unit,
                need_text(need.example),
                tuple(each.title for each in self.catalogue.questions.values() if need.key in each.needs),
            )
            for need in self.catalogue.policy.needs
        )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Everything in it as names and values, to be carried through a page that only shows it."""
        return tuple(self._pairs())

    def titles(self) -> Mapping[str, str]:
        """What each control is called, by its name."""
        return (
            {"name": "Name"}
            | {f"profile.{key}": field.title for key, field in PROFILE_FIELDS.items()}
            | {f"needs.{key}": need.title for key, need in self.catalogue.needs.items()}
        )

    def told(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The problems as whole sentences, for a list that stands apart from the fields."""
        titles = self.titles()
        return tuple(
            Problem(each.where, f"{_introducing(titles[each.where])} {each.message}") if each.where in titles else each
            for each in problems
        )

    def error(self, name: str, problems: Sequence[Problem]) -> str | None:
        """What is wrong with one field."""
        return next((each.message[:1].upper() + each.message[1:] for each in problems if each.where == name), None)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield "name", self.name
        for key, value in (self.profile or {}).items():
            for each in (value,) if isinstance(value, str) else value:
                yield f"profile.{key}", each
        for key, text in (self.needs or {}).items():
            yield f"needs.{key}", text
        if self.seen is not None:
            yield "seen", str(self.seen)


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says, once it fits."""

    name: str
    profile: Profile
    needs: Mapping[str, NeedValue]


async def _posted(request: Request) -> AsyncIterator[FormData]:
    # A single text may be as long as all of it may be, whichever way a browser sends it.
    async with request.form(max_part_size=request.app.state.settings.upload_limit_bytes) as form:
        yield form


Posted = Annotated[FormData, Depends(_posted)]
"""A form as it was sent, for those whose fields are not known beforehand.

It stands before the guard: who sends slowly must not keep others from writing meanwhile.
"""


def form_posted(posted: FormData, catalogue: Catalogue) -> StatedForm:
    """The form as it was typed."""
    seen = _text(posted, "seen")
    return StatedForm(
        catalogue,
        name=_text(posted, "name"),
        profile={
            key: tuple(each for each in posted.getlist(f"profile.{key}") if isinstance(each, str))
            if field.kind == "set"
            else _text(posted, f"profile.{key}")
            for key, field in PROFILE_FIELDS.items()
        },
        needs={key: _text(posted, f"needs.{key}") for key in catalogue.needs if f"needs.{key}" in posted},
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
    )


def form_of(
    catalogue: Catalogue, name: str, profile: Profile, needs: Mapping[str, NeedValue], version: int
) -> StatedForm:
    """The form filled in with what stands."""
    return StatedForm(
        catalogue,
        name=name,
        profile={key: _profile_text(profile, field) for key, field in PROFILE_FIELDS.items()},
        needs={key: need_text(needs.get(key)) for key in catalogue.needs},
        seen=version,
    )


def read(form: StatedForm, stood: Mapping[str, NeedValue]) -> Said:
    """What a form says.

    Args:
        form: as it was typed.
        stood: the needs as they stood; one that was not touched keeps its value to the letter.

    Raises:
        Refused: something does not fit; with every problem and the name of its field.
    """
    problems = [] if form.name.strip() else [Problem("name", "say what people call it")]
    profile = Profile()
    try:
        profile = _PROFILE.validate_python({key: _plain(key, value) for key, value in (form.profile or {}).items()})
    except ValidationError as error:
        problems += [Problem(f"profile.{each.where.partition('.')[0]}", each.message) for each in problems_of(error)]
    problems += [Problem(f"profile.{key}", wrong) for key, wrong in contradictions(profile)]
    # A form shows the needs of one catalogue; those that another assessment of the pilot compares with stay.
    needs: dict[str, NeedValue] = {key: value for key, value in stood.items() if key not in form.catalogue.needs}
    for key, text in (form.needs or {}).items():
        need, standing = form.catalogue.needs[key], stood.get(key)
        needs[key] = standing if text == need_text(standing) else _need(need, text)
        if wrong := need_problem(need, needs[key]):
            problems.append(Problem(f"needs.{key}", wrong))
    if problems:
        raise Refused("Something does not fit.", problems)
    return Said(form.name, profile, {key: value for key, value in needs.items() if value is not None})


def need_text(value: NeedValue) -> str:
    """A need's value as it is typed."""
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _introducing(title: str) -> str:
    return title if title.endswith("?") else f"{title}:"


def _text(posted: FormData, name: str) -> str:
    value = posted.get(name, "")
    return value if isinstance(value, str) else ""


def chosen(profile: Profile, key: str) -> tuple[str, ...]:
    """What is ticked of a set, in the order of the form."""
    ticked: frozenset[str] = getattr(profile, key)
    return tuple(each for each in PROFILE_FIELDS[key].values if each in ticked)


def _profile_text(profile: Profile, field: ProfileField) -> str | tuple[str, ...]:
    if field.kind == "set":
        return chosen(profile, field.key)
    value = profile.value(field.key)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _plain(key: str, value: str | tuple[str, ...]) -> Any:
    """A typed value as the profile takes it."""
    if not isinstance(value, str):
        return value
    trimmed = value.strip()
    if PROFILE_FIELDS[key].kind == "flag":
        return {"yes": True, "no": False, "": None}.get(trimmed, trimmed)
    return trimmed or None


def _need(need: Need, text: str) -> NeedValue:
    """A typed value as the need takes it; what is no number stays text, and is refused as such."""
    trimmed = text.strip()
    if not trimmed:
        return None
    if need.kind == "list":
        return tuple(each.strip() for each in trimmed.split(",") if each.strip())
    if need.kind == "number":
        return int(trimmed) if trimmed.isascii() and trimmed.isdigit() and len(trimmed) < 16 else _number(trimmed)
    return trimmed


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
