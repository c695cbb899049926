"""What a trained model may reveal about one person: epsilon at a delta, and what that means."""

from collections.abc import Iterator
from math import ceil, exp
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.calculators import accountant
from app.calculators.accountant import Run, Sampling
from app.calculators.constant import constants, sources
from app.calculators.exposure import Exposure, exposures
from app.calculators.form import shown
from app.calculators.telling import privacy as telling
from app.calculators.term import CalculatorInput, CalculatorOutput, Term, misfit
from app.calculators.told import Told
from app.finding import Finding, Scalar

_USUAL = constants("privacy.yaml")
_FROM = sources("privacy.yaml")
_LARGEST_EXPONENT = 500.0  # e to it is still a number

Tier = Literal["strong", "reasonable", "weak"]
People = Annotated[int, Field(ge=1, le=10**12)]
Noise = Annotated[float, Field(ge=0.001, le=1_000_000)]
Steps = Annotated[int, Field(ge=1, le=10**9)]
Epochs = Annotated[float, Field(gt=0, le=1_000_000)]


class Training(BaseModel):
    """The figures of a training run that its privacy rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    dataset_size: People = Field(
        title="Records",
        description="records, or people or clients where those are protected, trained on",
        json_schema_extra=shown("records", "Training", main=True),
    )
    batch_size: People = Field(
        title="Batch",
        description="records that a step looks at, on average",
        json_schema_extra=shown("records", "Training", main=True),
    )
    noise_multiplier: Noise = Field(
        title="Noise multiplier",
        description="standard deviation of the noise by the clipping norm",
        json_schema_extra=shown("times the clipping norm", "Training", main=True),
    )
    epochs: Epochs | None = Field(
        default=None,
        title="Epochs",
        description="times that the run goes through all records",
        json_schema_extra=shown("epochs", "Training", main=True),
    )
    steps: Steps | None = Field(
        default=None,
        title="Steps",
        description="steps of the run, instead of epochs",
        json_schema_extra=shown("steps", "Training"),
    )

    @model_validator(mode="after")
    def _is_one_run(self) -> Self:
        if self.batch_size > self.dataset_size:
            raise misfit(("batch_size", f"must be at most dataset_size, {self.dataset_size:,}"))
        if (self.epochs is None) == (self.steps is None):
            raise misfit(("epochs", "give either epochs or steps"))
        if self.in_steps > 10**9:
            raise misfit(("epochs", f"come to {self.in_steps:,} steps; at most 1,000,000,000 can be reckoned with"))
        return self

    @property
    def in_steps(self) -> int:
        """Steps of the run; a last part of a step counts as one."""
        if self.steps is not None:
            return self.steps
        return max(1, ceil(round((self.epochs or 0.0) * self.dataset_size / self.batch_size, 6)))

    def run(self, sampling: Sampling) -> Run:
        """As the accountant takes it."""
        return Run(self.noise_multiplier, self.dataset_size, self.batch_size, self.in_steps, sampling)


class Input(CalculatorInput, Training):
    """A training run with clipped and noised gradients, and what is protected."""

    delta: float | None = Field(
        default=None,
        ge=1e-20,
        lt=1,
        title="Delta",
        description="probability with which the promise may fail outright; empty: one by the number of records to the "
        f"power of {_USUAL['delta_exponent'].value}",
        json_schema_extra=shown("probability", "Promise", source=_USUAL["delta_exponent"].source),
    )
    sampling: Sampling = Field(
        default="poisson",
        title="How batches are drawn",
        description="poisson: each record by its own chance, as Opacus and TensorFlow Privacy do; fixed-size: so many "
        "at random for each step; shuffled: every record once a pass, as ordinary data loaders do",
        json_schema_extra=shown(
            group="Promise",
            main=True,
            labels={
                "poisson": "each record by its own chance",
                "fixed-size": "so many at random",
                "shuffled": "every record once a pass",
            },
        ),
    )
    unit: Literal["record", "person", "client"] = Field(
        default="record",
        title="Whose presence is hidden",
        description="whose presence is hidden: one record, all records of a person, or of a client",
        json_schema_extra=shown(group="Promise", main=True),
    )
    earlier_runs: tuple[Training, ...] = Field(
        default=(),
        max_length=100,
        title="Earlier runs",
        description="other runs on the same people: what they spent is added",
        json_schema_extra=shown(group="Earlier runs", form="rows"),
    )
    epsilon_wanted: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        title="Epsilon wanted",
        description="the largest epsilon accepted: gives the noise that it takes",
        json_schema_extra=shown("epsilon", "Promise", main=True),
    )

    @property
    def used_delta(self) -> float:
        """The stated delta, or the usual one."""
        return self.delta or float(max(self.dataset_size, 2)) ** -_USUAL["delta_exponent"].value

    @property
    def runs(self) -> tuple[Run, ...]:
        """This run and the earlier ones."""
        return tuple(each.run(self.sampling) for each in (self, *self.earlier_runs))


class Output(CalculatorOutput):
    """What was spent, by which accountant, and what that means."""

    epsilon: float | None = Field(title="Epsilon", description="the privacy spent; empty where it has no finite bound")
    delta: float = Field(title="Delta", description="probability with which the promise may fail outright")
    accountant: str = Field(title="Accountant", description="how epsilon was worked out, and by which library")
    epsilon_by_renyi: float | None = Field(
        title="Epsilon by Rényi divergence", description="the same by Rényi divergence: quicker and larger"
    )
    epsilon_by_loss_distribution: float | None = Field(
        title="Epsilon by loss distribution",
        description="the same by the privacy loss distribution: tight; empty where it was not worked out",
    )
    unit: str = Field(title="Whose presence is hidden", description="whose presence is hidden")
    steps: int = Field(title="Steps", description="steps of the run")
    sampling_rate: float = Field(
        title="Share of the records in a step", description="share of the records that a step looks at, 0 to 1"
    )
    tier: Tier = Field(title="How strong", description="how strong such a promise is")
    meaning: str = Field(title="What that means", description="in plain words")
    found_at_most: float = Field(
        title="Found by an attacker at most",
        description="share of the members that an attacker can find at 1 % of false alarms, at most",
    )
    noise_multiplier_needed: float | None = Field(
        title="Noise needed",
        description="noise with which this run alone stays within the wanted epsilon; empty where none was wanted",
    )
    error_band: tuple[float, float] | None = Field(
        title="Error band",
        description="true epsilon at most, by the tight and by the quick accountant; empty where there is one only",
    )
    exposures: tuple[Exposure, ...] = Field(
        title="By length", description="what half of the run to twice of it would spend"
    )
    remarks: tuple[str, ...] = Field(title="Remarks", description="what keeps the figure from holding")

    def findings(self) -> tuple[Finding, ...]:
        """Epsilon at its delta, and how strong it is; none where it has no bound."""
        if self.epsilon is None:
            return ()
        about: dict[str, Scalar] = {
            "delta": self.delta,
            "unit": self.unit,
            "accountant": self.accountant,
            "steps": self.steps,
        }
        return (
            Finding(metric="privacy.epsilon", value=self.epsilon, unit="epsilon", attributes=about),
            Finding(metric="privacy.delta", value=self.delta, unit="1", attributes={"unit": self.unit}),
            Finding(metric="privacy.found_at_most", value=self.found_at_most, unit="1", attributes=about),
        )

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)


def calculate(given: Input) -> Output:
    """Epsilon of DP-SGD (Abadi et al. 2016), by the tighter of two accountants; both only ever err upwards."""
    delta = given.used_delta
    renyi = accountant.by_renyi(given.runs, delta)
    tight = None
    noisy = min(each.noise for each in given.runs) >= _USUAL["tight_noise_from"].value
    if noisy and renyi is not None and renyi <= _USUAL["tight_up_to"].value:
        tight = accountant.by_loss_distribution(given.runs, delta)
    epsilon, how = renyi, "Rényi differential privacy"
    if tight is not None and (renyi is None or tight <= renyi):
        epsilon, how = tight, "privacy loss distribution"
    needed = None
    if given.epsilon_wanted is not None:
        needed = accountant.noise_needed(given.runs[0], delta, given.epsilon_wanted)
    return Output(
        epsilon=epsilon,
        delta=delta,
        accountant=f"{how}, {accountant.library()}",
        epsilon_by_renyi=renyi,
        epsilon_by_loss_distribution=tight,
        unit=given.unit,
        steps=given.in_steps,
        sampling_rate=given.batch_size / given.dataset_size,
        tier=_tier(epsilon),
        meaning=_meaning(epsilon, delta, given),
        found_at_most=_found(epsilon, delta),
        noise_multiplier_needed=needed,
        error_band=None if tight is None or renyi is None else (min(tight, renyi), max(tight, renyi)),
        exposures=tuple(exposures(given.runs[0], given.runs[1:], delta, whole=renyi)),
        remarks=tuple(_remarks(given, epsilon, delta, needed)),
        terms=tuple(_terms(given, epsilon, delta, renyi, tight)),
    )


def _tier(epsilon: float | None) -> Tier:
    if epsilon is None or epsilon > _USUAL["reasonable"].value:
        return "weak"
    return "strong" if epsilon <= _USUAL["strong"].value else "reasonable"


def _found(epsilon: float | None, delta: float) -> float:
    """The most that any test can find at a share of false alarms: e^ε × that share + δ (Kairouz et al. 2015)."""
    if epsilon is None:
        return 1.0
    alarms = _USUAL["false_alarms"].value
    odds = exp(min(epsilon, _LARGEST_EXPONENT))
    return min(1.0, odds * alarms + delta, 1 - (1 - delta - alarms) / odds)


def _meaning(epsilon: float | None, delta: float, given: Input) -> str:
    whose = {"record": "a single record", "person": "one person", "client": "one client"}[given.unit]
    if epsilon is None:
        return f"There is no bound on what the model may reveal about {whose}."
    odds = exp(min(epsilon, _LARGEST_EXPONENT))
    sure = odds / (1 + odds)
    bet = f"can become at most {100 * sure:.0f} % sure" if sure < 0.995 else "can become more than 99 % sure"
    first = (
        f"Whoever held it for even odds that {whose} was in the training, and sees the model, {bet} of it, but for a "
        f"chance of 1 in {1 / delta:,.0f} that the promise fails."
    )
    found = 100 * _found(epsilon, delta)
    second = f" An attack with 1 false alarm in 100 finds at most {found:.0f} % of those who were in it."
    verdict = {
        "strong": " That is a strong promise.",
        "reasonable": " That is a promise of the kind that is usual for large models; test for planted secrets too.",
        "weak": " As a proof this says next to nothing: what it hides must be shown by tests with planted secrets.",
    }[_tier(epsilon)]
    return first + second + verdict


def _remarks(given: Input, epsilon: float | None, delta: float, needed: float | None) -> Iterator[str]:
    if epsilon is None:
        yield "With these figures epsilon has no finite bound: there is too little noise, or delta is too small."
    if given.sampling == "poisson":
        yield (
            "Holds only where every step draws each record by its own chance. Batches of a shuffled list, as ordinary "
            "data loaders give, are protected less (Chua et al. 2024): then choose shuffled."
        )
    elif given.sampling == "shuffled":
        yield "Reckoned without what shuffling may hide, of which no tight bound is known: each pass counts as a step."
    else:
        yield "Reckoned for one record put in place of another, which is up to twice as much as one left out."
    if delta * given.dataset_size >= 1:
        yield "Delta is 1 by the number of records or more: publishing one of them whole would be within the promise."
    if given.unit == "record":
        yield "One record is protected. Somebody with several records is protected less: count people, or clients."
    if given.epsilon_wanted is not None and needed is None:
        yield "No noise up to 1,000 times the clipping norm stays within the wanted epsilon: take fewer steps."
    if given.earlier_runs and given.epsilon_wanted is not None:
        yield "The noise for the wanted epsilon is that of this run alone, without the earlier ones."


def _terms(
    given: Input, epsilon: float | None, delta: float, renyi: float | None, tight: float | None
) -> Iterator[Term]:
    rate = given.batch_size / given.dataset_size
    words = f"{given.batch_size:,} of {given.dataset_size:,} records"
    yield _term("sampling_rate", "Share of the records that a step looks at", words, rate, "share", "sgd")
    words = "as stated" if given.steps else f"{given.epochs:g} epochs × {given.dataset_size:,} ÷ {given.batch_size:,}"
    yield _term("steps", "Steps", words, given.in_steps, "steps", "sgd")
    words = "as stated" if given.delta else f"{given.dataset_size:,} to the power of −{_USUAL['delta_exponent'].value}"
    title = "Probability with which the promise may fail"
    yield Term(
        name="delta",
        title=title,
        formula=words,
        value=delta,
        unit="probability",
        source=_USUAL["delta_exponent"].source,
    )
    steps = " + ".join(f"{each.steps:,} steps with noise {each.noise:g}" for each in given.runs[:5])
    if renyi is not None:
        yield _term("epsilon_by_renyi", "Epsilon by Rényi divergence", steps, renyi, "epsilon", "renyi")
    if tight is not None:
        title = "Epsilon by the privacy loss distribution"
        yield _term("epsilon_by_loss_distribution", title, steps, tight, "epsilon", "loss_distribution")
    if epsilon is not None:
        yield _term("epsilon", "Epsilon", "the smaller of the two", epsilon, "epsilon", "sgd")
        words = f"e^{epsilon:.3g} × 1 % + {delta:.1g}, or 1 − (99 % − {delta:.1g}) ÷ e^{epsilon:.3g} where that is less"
        found = _found(epsilon, delta)
        yield _term("found_at_most", "Found at 1 % of false alarms", words, found, "share", "hypothesis")


def _term(name: str, title: str, formula: str, value: float, unit: str, source: str) -> Term:
    return Term(name=name, title=title, formula=formula, value=value, unit=unit, source=_FROM[source])
