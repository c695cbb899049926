"""What is asked about productivity: what was measured, what was promised, and what is planned with the posts."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.calculators.constant import constants
from app.calculators.form import shown
from app.calculators.study import DESIGNS, Design, Figures, Group, Measure, Quality
from app.calculators.table import Table, filled
from app.calculators.term import CalculatorInput, misfit

_USUAL = constants("productivity.yaml")


class Input(CalculatorInput, Figures):
    """What was measured, what was promised, and what is planned with the posts."""

    measure: Measure = Field(
        default="output-per-time",
        title="What was measured",
        description="what the values are: time-per-task, where less is better, or output-per-time, where more is; "
        "left out, more is read as better, and the result says so",
        json_schema_extra=shown(
            main=True,
            labels={
                "time-per-task": "time for a task: less is better",
                "output-per-time": "output in a time: more is better",
            },
        ),
    )
    design: Design | None = Field(
        default=None,
        title="Design",
        description="needed for published figures; with samples only to say that people were randomised",
        json_schema_extra=shown(main=True),
    )
    promised_gain: float | None = Field(
        default=None,
        ge=1e-6,
        le=100,
        title="Promised gain",
        description="the gain that was promised, as a share: 0.2 for a fifth",
        json_schema_extra=shown("share", "Promise and plan", main=True),
    )
    promised_as: Literal["more-output", "less-time"] = Field(
        default="more-output",
        title="Promised as",
        description="more-output: 0.2 is a fifth more in an hour; less-time: 0.2 is a fifth less time for the same",
        json_schema_extra=shown(
            group="Promise and plan", labels={"more-output": "more output", "less-time": "less time"}
        ),
    )
    planned_headcount_change: Annotated[float, Field(ge=-0.95, le=0)] | None = Field(
        default=None,
        title="Planned change of posts",
        description="change of the number of posts as a share: −0.1 for a cut of a tenth; empty: none",
        json_schema_extra=shown("share of the posts", "Promise and plan", main=True),
    )
    quality: tuple[Quality, ...] = Field(
        default=(),
        max_length=50,
        title="Quality",
        description="figures of the quality of the finished work, two at least",
        json_schema_extra=shown(group="Quality", form="cards"),
    )
    quality_margin: float = Field(
        default=_USUAL["quality_margin"].value,
        ge=0,
        lt=1,
        title="Margin of quality",
        description="by how much each figure of quality may fall, of what it was",
        json_schema_extra=shown("share", "Quality", source=_USUAL["quality_margin"].source),
    )
    groups: tuple[Group, ...] = Field(
        default=(),
        max_length=50,
        title="Groups",
        description="some of the people by themselves, such as novices and experts",
        json_schema_extra=shown(group="Groups", form="cards"),
    )
    team_size: float = Field(
        default=1,
        ge=1,
        le=100_000,
        title="People of a team",
        description="people of a team, where teams were measured",
        json_schema_extra=shown("people", "How it was measured"),
    )
    likeness_in_team: float = Field(
        default=0,
        ge=0,
        le=1,
        title="Likeness within a team",
        description="how alike people of a team are: intra-class correlation, 0 to 1",
        json_schema_extra=shown("correlation", "How it was measured"),
    )
    business_cycles: float | None = Field(
        default=None,
        ge=0,
        le=1000,
        title="Business cycles",
        description="how many business cycles (a closing, a season) the figures cover",
        json_schema_extra=shown("business cycles", "How it was measured"),
    )
    counts_checking: bool | None = Field(
        default=None,
        title="Checking counts as work",
        description="whether time to prompt, check and correct counts as work; empty: not known",
        json_schema_extra=shown(group="How it was measured"),
    )

    table: Table | None = Field(
        default=None, title="Table", description="the samples as a table, instead of one by one; it is read into them"
    )

    @model_validator(mode="before")
    @classmethod
    def _read_table(cls, given: Any) -> Any:
        return filled(given)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self.checked()
        for at, group in enumerate(self.groups):
            group.checked(f"groups.{at}.")
            for which, each in enumerate(group.quality):
                each.quality_checked(f"groups.{at}.quality.{which}.")
        for at, quality in enumerate(self.quality):
            quality.quality_checked(f"quality.{at}.")
        own = self.own_design
        if own is None and self.design is None:
            raise misfit(("design", f"is needed for published figures: one of {', '.join(DESIGNS)}"))
        randomisable = own in ("groups", "difference-in-differences")
        if own is not None and self.design not in (None, own) and not (self.design == "randomised" and randomisable):
            also = " or randomised" if randomisable else ""
            raise misfit(("design", f"must be {own}{also}: that is what the samples show"))
        if self.promised_as == "less-time" and (self.promised_gain or 0) >= 1:
            raise misfit(("promised_gain", "must be less than 1: no work is done in less than no time"))
        return self

    @property
    def used_design(self) -> Design:
        """The stated design, or the one that the samples show."""
        return self.design or self.own_design or DESIGNS[0]

    @property
    def promised_output(self) -> float | None:
        """The promised gain as more work in an hour."""
        if self.promised_gain is None or self.promised_as == "more-output":
            return self.promised_gain
        return self.promised_gain / (1 - self.promised_gain)
