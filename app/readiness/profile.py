"""What kind of pilot this is: the fields that conditions are decided on."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from app.wording import Ignored, Line

Deployment = Literal["api", "cloud-gpu", "on-prem", "air-gapped", "hybrid", "edge"]
Model = Literal["closed-api", "open-weights", "fine-tuned", "own"]
Data = Literal["public", "internal", "personal", "special-category", "trade-secret"]
Region = Literal["eu", "uk", "us", "california", "other"]
Regime = Literal["eu-ai-act", "gdpr", "ccpa", "sector"]
EuRole = Literal["provider", "deployer", "none"]
RiskClass = Literal["minimal", "limited", "high", "unclassified"]
Autonomy = Literal["assist", "decide-with-human", "act-alone"]
User = Literal["staff", "customers", "public"]

Kind = Literal["set", "choice", "flag", "number", "text", "date"]
ProfileValue = Set[str] | str | bool | float | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A pilot's profile. A field left blank (None, or an empty set) never makes a question go away."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    deployment: frozenset[Deployment] = frozenset()
    model: frozenset[Model] = frozenset()
    parameters_b: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] | None = None  # billions
    data: frozenset[Data] = frozenset()
    regions: frozenset[Region] = frozenset()
    regimes: frozenset[Regime] = frozenset()
    sector: Line | None = None
    eu_role: EuRole | None = None
    risk_class: RiskClass | None = None
    autonomy: Autonomy | None = None
    users: frozenset[User] = frozenset()
    affects_people: bool | None = None
    staffing_planned: bool | None = None
    retrieval: bool | None = None
    tools: bool | None = None
    federated: bool | None = None
    go_live: date | None = None
    stop_unless_go_by: date | None = None
    effort_budget_days: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    id: Ignored = field(default=None, compare=False)

    def value(self, key: str) -> ProfileValue:
        """What the profile says of a field; None where it is blank."""
        found: ProfileValue = getattr(self, key)
        return None if found == frozenset() or found == "" else found


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One field as people see it: its question, a hint, and the words for its values."""

    key: str
    kind: Kind
    title: str
    hint: str
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None


PROFILE_FIELDS: Final[Mapping[str, ProfileField]] = {
    described.key: described
    for described in (
        ProfileField(
            "deployment",
            "set",
            "Where it runs",
            "Every place where the model answers, in production as planned.",
            {
                "api": "A provider's API",
                "cloud-gpu": "Rented accelerators in a cloud",
                "on-prem": "Our own data centre",
                "air-gapped": "A site without internet",
                "hybrid": "Our own equipment and a cloud together",
                "edge": "Branches, vehicles or machines",
            },
        ),
        ProfileField(
            "model",
            "set",
            "Which model",
            "Tick all that apply: an open model that you tuned is both.",
            {
                "closed-api": "Closed, used through an API",
                "open-weights": "Open weights",
                "fine-tuned": "Fine-tuned by us or for us",
                "own": "Trained by us",
            },
        ),
        ProfileField(
            "parameters_b",
            "number",
            "Model size",
            "In billions of parameters, as its maker states it.",
            unit="billion parameters",
        ),
        ProfileField(
            "data",
            "set",
            "Which data it sees",
            "In prompts, documents, logs and training.",
            {
                "public": "Public",
                "internal": "Internal",
                "personal": "Personal",
                "special-category": "Special category (health, faith, biometrics and the like)",
                "trade-secret": "Trade secrets",
            },
        ),
        ProfileField(
            "regions",
            "set",
            "Where the people are",
            "Users and those whom the outputs concern.",
            {
                "eu": "European Union",
                "uk": "United Kingdom",
                "us": "United States",
                "california": "California",
                "other": "Elsewhere",
            },
        ),
        ProfileField(
            "regimes",
            "set",
            "Which rules bind it",
            "Ask legal where unsure; a blank counts as all of them.",
            {
                "eu-ai-act": "EU AI Act",
                "gdpr": "GDPR (of the EU or the UK)",
                "ccpa": "CCPA (California)",
                "sector": "Rules of our sector",
            },
        ),
        ProfileField("sector", "text", "Sector", "Banking, health, retail, a public body: in your own words."),
        ProfileField(
            "eu_role",
            "choice",
            "Role under the EU AI Act",
            "A provider builds it or puts its name on it; a deployer uses it.",
            {"provider": "Provider", "deployer": "Deployer", "none": "Neither"},
        ),
        ProfileField(
            "risk_class",
            "choice",
            "Risk class",
            "Under the EU AI Act; unclassified until somebody has settled it.",
            {"minimal": "Minimal", "limited": "Limited", "high": "High", "unclassified": "Not classified yet"},
        ),
        ProfileField(
            "autonomy",
            "choice",
            "How far it acts alone",
            "What happens between an output and its effect.",
            {
                "assist": "It assists; a person does the work",
                "decide-with-human": "It proposes; a person decides",
                "act-alone": "It acts without asking",
            },
        ),
        ProfileField(
            "users",
            "set",
            "Who uses it",
            "Who types or speaks to it.",
            {"staff": "Our staff", "customers": "Customers", "public": "The public"},
        ),
        ProfileField(
            "affects_people",
            "flag",
            "Does it bear on people's lives?",
            "Outputs touch somebody's job, money, health, schooling, rights or services.",
        ),
        ProfileField(
            "staffing_planned",
            "flag",
            "Are staffing decisions planned on it?",
            "Posts cut, frozen or moved because of this system.",
        ),
        ProfileField(
            "retrieval", "flag", "Does it look things up?", "Documents, records or an index, while answering."
        ),
        ProfileField("tools", "flag", "Can it use tools?", "Send, book, pay, change a record, call another program."),
        ProfileField("federated", "flag", "Does it learn at several sites?", "Federated learning: raw data stays put."),
        ProfileField("go_live", "date", "Go-live", "The day on which production is planned to begin."),
        ProfileField(
            "stop_unless_go_by",
            "date",
            "Stop unless it is a Go by",
            "The day agreed beforehand. From the day after, a pilot without a Go stands on the stop list.",
        ),
        ProfileField(
            "effort_budget_days",
            "number",
            "Days of work left for it",
            "What may still be spent to reach production. A path to Go that takes longer puts it on the stop list.",
            unit="days of work",
        ),
    )
}


def contradictions(profile: Profile) -> tuple[tuple[str, str], ...]:
    """Where the profile says two things that cannot both hold: (field, what is wrong and what would mend it)."""
    found: list[tuple[str, str]] = []
    if {"air-gapped", "api"} <= profile.deployment:
        found.append(("deployment", "a site without internet cannot call a provider's API: untick one of the two"))
    if profile.deployment == {"air-gapped"} and profile.model == {"closed-api"}:
        found.append(("model", "a model used through an API cannot be reached from a site without internet"))
    if profile.federated and profile.model == {"closed-api"}:
        found.append(("federated", "a closed model behind an API cannot learn at your sites: name the model that does"))
    if profile.eu_role == "none" and "eu-ai-act" in profile.regimes:
        found.append(("eu_role", "the EU AI Act is ticked as binding: choose provider or deployer, or untick it"))
    return tuple(found)
