"""What a study of people's work consists of: its design, its samples or published figures, and its quality figures."""

from collections.abc import Sequence
from math import inf, isfinite
from statistics import fmean
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.calculators.effect import Effect, Stated, of_four, of_series, of_stated, of_two
from app.calculators.form import shown
from app.calculators.sample import Values
from app.calculators.term import misfit
from app.wording import Line

Measure = Literal["time-per-task", "output-per-time"]
Design = Literal["before and after", "groups", "interrupted time series", "difference-in-differences", "randomised"]
DESIGNS: tuple[Design, ...] = get_args(Design)  # weakest first
Said = Literal["better", "no worse", "worse"]
Name = Annotated[Line, Field(min_length=1)]
Change = Annotated[float, Field(gt=-1, le=1000)]

_FEWEST = 2
_SMALLEST = 1e-9  # on average; below it the unit is the wrong one
_FEWEST_EACH_SIDE = 4


class Published(BaseModel):
    """A change of the measure as a study published it, and what it published of its error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    change: Change = Field(
        title="Change",
        description="change of the measure as a share: 0.19 where work took 19 % longer",
        json_schema_extra=shown("share", main=True),
    )
    lower: Change | None = Field(
        default=None,
        title="Lower end",
        description="lower end of the change's interval",
        json_schema_extra=shown("share", main=True),
    )
    upper: Change | None = Field(
        default=None,
        title="Upper end",
        description="upper end of the change's interval",
        json_schema_extra=shown("share", main=True),
    )
    level: float = Field(
        default=0.95,
        ge=0.5,
        le=0.999,
        title="Share of the interval",
        description="share of the interval, 0.95 where not stated",
        json_schema_extra=shown("share"),
    )
    standard_error: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        title="Standard error",
        description="of the change, as a share",
        json_schema_extra=shown("share"),
    )
    p_below: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        title="Significance",
        description="significance as published, such as 0.01; where no interval is",
        json_schema_extra=shown("probability"),
    )
    n: int | None = Field(
        default=None,
        ge=2,
        le=10**9,
        title="Tasks or people",
        description="tasks or people that it rests on",
        json_schema_extra=shown("tasks or people", main=True),
    )
    clusters: int | None = Field(
        default=None,
        ge=2,
        le=10**9,
        title="People or teams",
        description="people or teams, where n counts tasks",
        json_schema_extra=shown("people or teams"),
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.lower is None) != (self.upper is None):
            raise misfit(("published.lower", "needs the upper end beside it, and the other way round"))
        if self.lower is not None and self.upper is not None:
            if not self.lower <= self.change <= self.upper:
                raise misfit(("published.change", "must lie between lower and upper"))
            if self.lower == self.upper:
                raise misfit(("published.upper", "must be above lower: an interval without width says nothing"))
        return self

    @property
    def stated(self) -> Stated:
        """As the estimate takes it."""
        return Stated(
            self.change,
            self.lower,
            self.upper,
            self.level,
            self.standard_error,
            self.p_below,
            self.n,
            self.clusters,
        )


class Figures(BaseModel):
    """What was measured of some people: the samples of one design, or published figures."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    before: Values = Field(
        default=(),
        title="Before",
        description="values before the system came, a list or a column as text",
        json_schema_extra=shown(group="Samples", main=True, form="numbers"),
    )
    after: Values = Field(
        default=(),
        title="After",
        description="values since",
        json_schema_extra=shown(group="Samples", main=True, form="numbers"),
    )
    control: Values = Field(
        default=(),
        title="Without the system",
        description="values of those without the system",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    treatment: Values = Field(
        default=(),
        title="With the system",
        description="values of those with it",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    control_before: Values = Field(
        default=(),
        title="Without, before",
        description="values of those without it, before it came",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    control_after: Values = Field(
        default=(),
        title="Without, since",
        description="values of those without it, since",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    treatment_before: Values = Field(
        default=(),
        title="With, before",
        description="values of those with it, before it came",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    treatment_after: Values = Field(
        default=(),
        title="With, since",
        description="values of those with it, since",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    series: Values = Field(
        default=(),
        title="Series",
        description="one value a week or month, in their order",
        json_schema_extra=shown(group="Samples", form="numbers"),
    )
    introduced_at: int | None = Field(
        default=None,
        ge=1,
        title="Values before the system",
        description="how many values of the series lie before the system came",
        json_schema_extra=shown("values", "Samples"),
    )
    published: Published | None = Field(
        default=None, title="Published figures", description="summary figures of a published study"
    )
    paired: bool = Field(
        default=False,
        title="The same people",
        description="whether before and after hold the same people in the same order",
        json_schema_extra=shown(group="Samples"),
    )

    @property
    def sampled(self) -> Sequence[str]:
        """The names of the samples that are given."""
        names = ("before", "after", "control", "treatment", *_FOUR, "series")
        return [name for name in names if getattr(self, name)]

    def checked(self, where: str = "") -> None:
        """Refuse figures of no design, or of several, or that say nothing.

        Raises:
            Unreadable: with the field and what would be accepted.
        """
        given = set(self.sampled) | ({"published"} if self.published else set())
        if given not in _WHOLE:
            missing = _missing(given)
            raise misfit((where + missing[0], missing[1]))
        if self.series:
            self._series_checked(where)
        for name in set(self.sampled) - {"series"}:
            values = getattr(self, name)
            if len(values) < _FEWEST:
                raise misfit((where + name, f"needs at least {_FEWEST} values: one alone shows no spread"))
            if min(values) < 0 or fmean(values) < _SMALLEST:
                raise misfit((where + name, "must be 0 or more, and above 0 on average: times, or output"))
        if self.paired and not self._pairs():
            raise misfit((where + "paired", "needs before and after of the same length, in the same order"))
        if self.sampled and not self.series and not self._varies():
            field = where + sorted(self.sampled)[0]
            raise misfit((field, "does not vary, nor do the other samples: where all values are equal nothing is sure"))

    def effect(self, measure: Measure, level: float) -> Effect:
        """The gain, and how surely it is known."""
        sign = -1 if measure == "time-per-task" else 1
        if self.published is not None:
            return of_stated(self.published.stated, sign, level)
        if self.series:
            return of_series(self.series, self.introduced_at or 0, sign)
        if self.before:
            return of_two(self.before, self.after, sign, paired=self.paired)
        if self.control:
            return of_two(self.control, self.treatment, sign, paired=False)
        control = (self.control_before, self.control_after)
        return of_four(control, (self.treatment_before, self.treatment_after), sign, paired=self.paired)

    @property
    def own_design(self) -> Design | None:
        """The design that the samples show by themselves; None for published figures."""
        if self.published is not None:
            return None
        if self.series:
            return "interrupted time series"
        if self.before:
            return "before and after"
        return "groups" if self.control else "difference-in-differences"

    @property
    def fewest(self) -> int | None:
        """Values in the smallest sample; None for published figures."""
        if self.series:
            return min(self.introduced_at or 0, len(self.series) - (self.introduced_at or 0))
        return min((len(getattr(self, name)) for name in self.sampled), default=None)

    def _series_checked(self, where: str) -> None:
        if self.introduced_at is None:
            raise misfit((where + "introduced_at", "is needed: how many values of the series lie before the system"))
        if self.fewest is not None and self.fewest < _FEWEST_EACH_SIDE:
            words = f"must leave at least {_FEWEST_EACH_SIDE} values of the series on each side"
            raise misfit((where + "introduced_at", words))
        if min(self.series) < _SMALLEST:
            raise misfit((where + "series", "must be above 0 throughout: times, or output"))
        if len(set(self.series)) == 1:
            raise misfit((where + "series", "all values are equal: without spread nothing is sure"))

    def _pairs(self) -> bool:
        return len(self.before) == len(self.after) > 0 or (
            len(self.control_before) == len(self.control_after) > 0
            and len(self.treatment_before) == len(self.treatment_after)
        )

    def _varies(self) -> bool:
        error = self.effect("output-per-time", 0.95).error
        return error is not None and isfinite(error) and 1e-12 < error < inf


class Quality(Figures):
    """One figure of the quality of the finished work: samples, published figures, or what a study says in words."""

    name: Name = Field(
        title="Name",
        description="what was judged, such as share of letters without a follow-up question",
        json_schema_extra=shown(main=True),
    )
    higher_is_better: bool = Field(
        default=True,
        title="More is better",
        description="whether more of it is better",
        json_schema_extra=shown(main=True),
    )
    said: Said | None = Field(
        default=None,
        title="In words",
        description="as a study says in words, where it published no figure",
        json_schema_extra=shown(main=True),
    )

    def quality_checked(self, where: str) -> None:
        """Refuse a figure of quality that says nothing."""
        if self.said is None:
            self.checked(where)
        elif self.sampled or self.published:
            raise misfit((where + "said", "is for where there are no figures: leave it out beside them"))

    def changed(self, level: float) -> Effect | None:
        """The change of quality, better above 0; None where there are words only."""
        if self.said is not None:
            return None
        return self.effect("output-per-time" if self.higher_is_better else "time-per-task", level)


class Group(Figures):
    """Some of the people by themselves, such as those who are new to the work."""

    name: Name = Field(title="Name", description="who they are", json_schema_extra=shown(main=True))
    quality: tuple[Quality, ...] = Field(
        default=(),
        max_length=50,
        title="Quality",
        description="their own figures of quality; empty: those of all",
        json_schema_extra=shown(form="cards"),
    )


_FOUR = ("control_before", "control_after", "treatment_before", "treatment_after")
_WHOLE = ({"before", "after"}, {"control", "treatment"}, set(_FOUR), {"series"}, {"published"})


def _missing(given: set[str]) -> tuple[str, str]:
    """What a set of samples lacks: the field, and what would be accepted."""
    for whole in _WHOLE:
        if given and given < whole:
            lacking = next(
                name for name in ("before", "after", "control", "treatment", *_FOUR) if name in whole - given
            )
            return lacking, f"is empty: {_listed(whole)} go together, with numbers in each"
    if not given:
        return (
            "before",
            "is empty: give before and after, control and treatment, all four of both, a series, or published",
        )
    return sorted(given)[0], f"does not go with {_listed(given - {sorted(given)[0]})}: give the samples of one design"


def _listed(names: set[str]) -> str:
    order = ("before", "after", "control", "treatment", *_FOUR, "series", "published")
    return ", ".join(name for name in order if name in names)
