"""The demo: a made-up insurer with pilots in different states, loaded through the public functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml
from pydantic import TypeAdapter

from app.readiness.assessment import Needs, NeedValue
from app.readiness.catalogue import Question
from app.readiness.profile import Profile
from app.records import answers, assessments, attachments, exceptions, people, pilots, sign_in
from app.records.caller import Caller, Role
from app.records.database import Database, Transaction

ORGANISATION = "Fjordhaven Mutual"
"""The name of the demo's organisation."""

_PROFILE = TypeAdapter(Profile)
_NEEDS: TypeAdapter[Mapping[str, NeedValue]] = TypeAdapter(Needs)
_GIVEN = TypeAdapter(answers.Given)
_SHOWN_ITEM = TypeAdapter(attachments.Shown)
_FILE_LIMIT = 100_000
_TITLES = {
    "asserted": "{} told by mail",
    "documented": "{}: decision record",
    "demonstrated": "{}: test record",
    "measured": "{}: production figures",
}


@dataclass(frozen=True, slots=True)
class _Stage:
    """Who plays in the demo, and when."""

    db: Transaction
    at: datetime
    people: Mapping[str, Caller]
    second_look: Mapping[str, str]
    answers_for: Mapping[str, str]

    def owner(self, role: str) -> str:
        """The person who answers for an owner role."""
        return self.answers_for.get(role, role)


def load(database: Database, at: datetime, tell: Callable[[str], None] = lambda _: None) -> bool:
    """Load the demo organisation; False, and nothing changed, where there is an organisation already."""
    described = yaml.load((files("app.demo") / "organisation.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    with database.writing() as db:
        if people.first_organisation(db):
            return False
        console = people.found(db, ORGANISATION, at=at)
        players: dict[str, Caller] = {}
        for key, person in described["people"].items():
            account = people.add_account(db, console, person["email"], person["name"], Role(person["role"]), at=at)
            players[key] = sign_in.caller_of_account(db, account)
        people.rename_organisation(db, players["cio"], ORGANISATION, described["confidentiality"], at=at)
        stage = _Stage(db, at, players, described["second_look"], described["answers_for"])
        for pilot in described["pilots"]:
            tell(pilot["name"])
            _pilot(stage, pilot)
    return True


def _pilot(stage: _Stage, described: Mapping[str, Any]) -> None:
    profile = dict(described["profile"])
    go_live = stage.at.date() + timedelta(days=profile.pop("go_live_in_days"))
    stated = _PROFILE.validate_python(profile | {"go_live": go_live})
    by = stage.people[described["stated_by"]]
    pilot = pilots.add(stage.db, by, described["name"], stated, _NEEDS.validate_python(described["needs"]), at=stage.at)
    if described["confirmed_by"]:
        pilots.confirm(stage.db, stage.people[described["confirmed_by"]], pilot, at=stage.at)
    assessment = assessments.begin(stage.db, by, pilot, at=stage.at)
    for dimension in stage.db.catalogue().dimensions:
        usual = described["default"] | described.get("dimensions", {}).get(dimension.key, {})
        blank = dimension.key in described.get("leave_blank", ())
        for question in dimension.questions:
            own = described.get("answers", {}).get(question.key)
            if question.when is not None and not question.when.holds(stated):
                continue
            if own is not None or not blank:
                _answer(stage, assessment, question, own if own is not None else _usual(question, usual))
    for change in described.get("changes", ()):
        on = _ago(stage, change["days_ago"])
        pilots.record_change(stage.db, by, pilot, on, change["kind"], change["note"], at=stage.at)
    for exception in described.get("exceptions", ()):
        _exception(stage, assessment, exception)


def _usual(question: Question, usual: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is answered where nothing special is described: a level, and a link that shows it."""
    address = question.key.replace(".", "/")
    # No two answers of a real pilot are alike: some claim a level more, some a level less, and each shows another day.
    spread = sum(question.key.encode()) % 11
    step = 0 if question.gate else {2: -1, 5: -1, 7: 1}.get(spread, 0) if 1 < usual["level"] < 4 else 0
    item = {
        "kind": "link",
        "title": _TITLES[usual["grade"]].format(question.title),
        "url": f"https://wiki.fjordhaven.example/{address}",
        "grade": usual["grade"],
        "days_old": usual["days_old"] + 3 * spread,
        "confirmed": usual.get("confirmed", True),
    }
    return {"level": usual["level"] + step, "evidence": [item]}


def _answer(stage: _Stage, assessment: UUID, question: Question, described: Mapping[str, Any]) -> None:
    owner = stage.owner(question.owner)
    by = stage.people[owner]
    plain = {"level": None, "ask": None, "note": None, "not_applicable": None}
    given = _GIVEN.validate_python(plain | {key: described[key] for key in plain if key in described})
    answers.save(stage.db, by, assessment, question.key, given, seen=0, at=stage.at)
    for item in described.get("evidence", ()):
        _item(stage, assessment, question, owner, item)


def _item(stage: _Stage, assessment: UUID, question: Question, owner: str, described: Mapping[str, Any]) -> None:
    plain = {"kind": described["kind"], "title": described["title"], "url": described.get("url")}
    shown = _SHOWN_ITEM.validate_python(
        plain
        | {
            "grade": described["grade"],
            "observed_on": _ago(stage, described["days_old"]),
            "findings": [described["finding"]] if "finding" in described else [],
        }
    )
    upload = None
    if described["kind"] == "document":
        name = f"{described['title'].lower().replace(' ', '-').replace(',', '')}.txt"
        upload = attachments.Upload(name, "text/plain", described["text"].encode())
    evidence = attachments.attach(
        stage.db, stage.people[owner], assessment, question.key, shown, upload=upload, limit=_FILE_LIMIT, at=stage.at
    )
    second = stage.people[stage.second_look[owner]]
    if described["confirmed"]:
        attachments.confirm(stage.db, second, evidence, at=stage.at)
    if "withdrawn" in described:
        attachments.withdraw(stage.db, stage.people[owner], evidence, described["withdrawn"], at=stage.at)


def _exception(stage: _Stage, assessment: UUID, described: Mapping[str, Any]) -> None:
    begins = _ago(stage, described["begins_days_ago"])
    asked = exceptions.ask(
        stage.db,
        stage.people[described["asked_by"]],
        assessment,
        described["gate"],
        described["reason"],
        begins + timedelta(days=described["days"]),
        begins=begins,
        at=stage.at,
    )
    exceptions.accept(stage.db, stage.people[described["accepted_by"]], asked, at=stage.at)


def _ago(stage: _Stage, days: int) -> date:
    return stage.at.date() - timedelta(days=days)
