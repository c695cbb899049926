"""One moment of a demo pilot's history, as it is described in its file, played through the public functions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from string import Template
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.evidence.arrived import Arrived, arrived
from app.readiness.assessment import CatalogueReference, Needs, NeedValue, TradeOff
from app.readiness.catalogue import Catalogue, Question
from app.readiness.profile import Profile
from app.records import answers, assessments, attachments, exceptions, milestones, pilots, scenarios, trade_offs
from app.records.calculations import work_out
from app.records.caller import Caller
from app.records.database import Transaction

Described = Mapping[str, Any]
"""A part of a history as its file has it."""

_PROFILE = TypeAdapter(Profile)
_NEEDS: TypeAdapter[Mapping[str, NeedValue]] = TypeAdapter(Needs)
_GIVEN = TypeAdapter(answers.Given)
_SHOWN_ITEM = TypeAdapter(attachments.Shown)
_FILE_LIMIT = 100_000
_ARTEFACTS = Path(__file__).parent / "artefacts"
_EVERYTHING = "everything"
_TITLES = {
    "asserted": "{} told by mail",
    "documented": "{}: decision record",
    "demonstrated": "{}: test record",
    "measured": "{}: figures of the trial",
}


@dataclass(frozen=True, slots=True)
class People:
    """Who plays in the demo."""

    callers: Mapping[str, Caller]
    second_look: Mapping[str, str]  # who confirms what somebody shows
    answers_for: Mapping[str, str]  # who answers for an owner role that has no account of its own

    def owner(self, role: str) -> str:
        """The person who answers for an owner role."""
        return self.answers_for.get(role, role)


@dataclass
class Item:
    """Something shown for an answer."""

    id: UUID
    title: str
    confirmed_for: int | None = None  # the level that was claimed when somebody confirmed it


@dataclass
class Played:
    """A pilot as far as its history has been played."""

    name: str
    loaded_on: date
    pilot: UUID = field(init=False)  # once it is stated, and so what follows
    version: int = 0
    profile: dict[str, Any] = field(default_factory=dict)
    needs: dict[str, Any] = field(default_factory=dict)
    assessment: UUID = field(init=False)  # once it is begun; of several the newest
    catalogue: Catalogue = field(init=False)
    said: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)  # by question: the version, and what
    shown: dict[str, list[Item]] = field(default_factory=dict)  # by question: what is not withdrawn

    def stated(self) -> Profile:
        """The profile as it is stated now."""
        return _PROFILE.validate_python(self.profile)


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened to a pilot at one moment."""

    played: Played
    at: datetime
    happened: Described

    def ago(self, days: int) -> date:
        """The day so many days before this moment."""
        return self.at.date() - timedelta(days=days)


def play(db: Transaction, people: People, moment: Moment) -> None:
    """Let happen what the moment describes, in the order in which it would."""
    _Scene(db, people, moment, moment.played).play()


@dataclass(frozen=True, slots=True)
class _Scene:
    """A moment while it is played."""

    db: Transaction
    people: People
    moment: Moment
    played: Played

    @property
    def at(self) -> datetime:
        return self.moment.at

    @property
    def assessment(self) -> UUID:
        return self.played.assessment

    @property
    def catalogue(self) -> Catalogue:
        return self.played.catalogue

    def caller(self, who: str) -> Caller:
        return self.people.callers[who]

    def play(self) -> None:
        happened = self.moment.happened
        if "stated" in happened:
            self._state(happened["stated"])
        if "begins" in happened:
            self._begin(happened["begins"])
        for change in happened.get("changes", ()):
            self._change(change)
        if "takes_up" in happened:
            self._take_up(happened["takes_up"])
        self._answer_all(happened)
        for scenario in happened.get("calculates", ()):
            self._calculate(scenario)
        for question in self._within(happened.get("reviews", ())):
            self._answer(question, {})
        for question in self._within(happened.get("confirms", ())):
            self._confirm(question)
        for withdrawal in happened.get("withdraws", ()):
            self._withdraw(withdrawal)
        for exception in happened.get("exceptions", ()):
            self._except(exception)
        for trade_off in happened.get("trade_offs", ()):
            self._trade_off(trade_off)
        if "seals" in happened:
            seals = happened["seals"]
            milestones.seal(self.db, self.caller(seals["by"]), self.assessment, seals["title"], at=self.at)

    # ---- the pilot

    def _state(self, described: Described) -> None:
        """Profile and needs, or what is stated otherwise from now on."""
        played, by = self.played, self.caller(described["by"])
        profile = dict(described.get("profile", {}))
        for named, field_ in (("go_live_in_days", "go_live"), ("stop_in_days", "stop_unless_go_by")):
            if named in profile:
                profile[field_] = played.loaded_on + timedelta(days=profile.pop(named))
        played.profile |= profile
        played.needs |= described.get("needs", {})
        stated, needs = played.stated(), _NEEDS.validate_python(played.needs)
        if played.version == 0:
            played.pilot, played.version = pilots.add(self.db, by, played.name, stated, needs, at=self.at), 1
        else:
            played.version = pilots.change(
                self.db, by, played.pilot, played.name, stated, needs, seen=played.version, at=self.at
            )
        if "confirmed_by" in described:
            pilots.confirm(self.db, self.caller(described["confirmed_by"]), played.pilot, at=self.at)

    def _change(self, described: Described) -> None:
        by, on = self.caller(described["by"]), self.moment.ago(0)
        pilots.record_change(self.db, by, self.played.pilot, on, described["kind"], described["note"], at=self.at)

    # ---- the assessment

    def _begin(self, described: Described) -> None:
        """A new assessment, by a catalogue that is named or by the usual one."""
        played, by, named = self.played, self.caller(described["by"]), described.get("catalogue")
        reference = CatalogueReference(id=named, version=described["version"]) if named else None
        played.catalogue = self.db.catalogue(reference.id, reference.version) if reference else self.db.catalogue()
        played.assessment = assessments.begin(self.db, by, played.pilot, reference, at=self.at)
        played.said, played.shown = {}, {}

    def _take_up(self, described: Described) -> None:
        assessments.take_up(self.db, self.caller(described["by"]), self.assessment, described["version"], at=self.at)
        self.played.catalogue = self.db.catalogue(self.catalogue.id, described["version"])

    def _answer_all(self, happened: Described) -> None:
        """What is answered: as usual in each dimension that is named, and where something special is described."""
        usual, own, stated = happened.get("usual", {}), happened.get("answers", {}), self.played.stated()
        for dimension in self.catalogue.dimensions:
            as_usual = usual.get(_EVERYTHING, {}) | usual.get(dimension.key, {})
            if dimension.key in happened.get("leaves_blank", ()):
                as_usual = {}
            for question in dimension.questions:
                if question.key in own:
                    self._answer(question, own[question.key])
                elif as_usual and (question.when is None or question.when.holds(stated)):
                    self._answer(question, _usual(question, as_usual))

    def _answer(self, question: Question, described: Described) -> None:
        """Save an answer, with what stood there where nothing else is described, and show what there is to show."""
        owner = self.people.owner(question.owner)
        version, stands = self.played.said.get(question.key, (0, {}))
        plain = {"level": None, "ask": None, "note": None, "not_applicable": None}
        new = {key: described[key] for key in plain if key in described}
        said = plain | ({"note": stands.get("note")} | new if new else stands)
        given = _GIVEN.validate_python(said)
        answers.enter(self.db, self.caller(owner), self.assessment, question.key, given, seen=version, at=self.at)
        self.played.said[question.key] = (version + 1, said)
        items = described.get("evidence", ())
        for item in items:
            self._show(question, owner, item)
        if items and all(item.get("confirmed", True) for item in items):
            self._confirm(question)

    # ---- what is shown

    def _show(self, question: Question, owner: str, described: Described) -> None:
        day = self.moment.ago(described["days_old"])
        file = _file(described, day)
        dates_itself = file is not None and file.reading is not None and file.reading.observed_on is not None
        shown = _SHOWN_ITEM.validate_python(
            {
                "kind": described["kind"],
                "title": described["title"],
                "url": described.get("url"),
                "grade": described.get("grade"),
                "observed_on": None if dates_itself else day,
                "findings": [described["finding"]] if "finding" in described else [],
            }
        )
        evidence = attachments.attach(
            self.db,
            self.caller(owner),
            self.assessment,
            question.key,
            shown,
            arrived=file,
            limit=_FILE_LIMIT,
            at=self.at,
        )
        self.played.shown.setdefault(question.key, []).append(Item(evidence, described["title"]))

    def _calculate(self, described: Described) -> None:
        """Keep what a calculator comes to, and show it for the questions that are named."""
        worked, by, name = work_out(described["calculator"], described["inputs"]), described["by"], described["name"]
        scenario = scenarios.add(self.db, self.caller(by), self.played.pilot, name, worked, at=self.at)
        for key in described.get("evidence_for", ()):
            evidence = scenarios.attach(self.db, self.caller(by), scenario, self.assessment, key, at=self.at)
            self.played.shown.setdefault(key, []).append(Item(evidence, name))
            self._confirm(self.catalogue.questions[key])

    def _confirm(self, question: Question) -> None:
        """Look a second time at all that waits: what is new, and what was confirmed for a lower claim."""
        level = self.played.said[question.key][1]["level"] or 0
        for item in self.played.shown.get(question.key, ()):
            if item.confirmed_for is None or item.confirmed_for < level:
                attachments.confirm(self.db, self._second(question), item.id, at=self.at)
                item.confirmed_for = level

    def _withdraw(self, described: Described) -> None:
        question = self.catalogue.questions[described["question"]]
        shown = self.played.shown[question.key]
        item = next(each for each in shown if each.title == described["title"])
        owner = self.caller(self.people.owner(question.owner))
        attachments.withdraw(self.db, owner, item.id, described["reason"], at=self.at)
        if described.get("confirmed"):
            attachments.confirm(self.db, self._second(question), item.id, at=self.at)
        shown.remove(item)

    def _second(self, question: Question) -> Caller:
        """Who looks a second time at what is shown for a question."""
        return self.caller(self.people.second_look[self.people.owner(question.owner)])

    # ---- what is accepted

    def _except(self, described: Described) -> None:
        asked = exceptions.ask(
            self.db,
            self.caller(described["asked_by"]),
            self.assessment,
            described["gate"],
            described["reason"],
            self.moment.ago(-described["days"]),
            cost=described.get("cost"),
            at=self.at,
        )
        exceptions.accept(self.db, self.caller(described["accepted_by"]), asked, at=self.at)

    def _trade_off(self, described: Described) -> None:
        until = self.moment.ago(-described["days"]) if "days" in described else None
        trade_off = TradeOff(
            title=described["title"],
            reason=described["reason"],
            decided_by=self.caller(described["decided_by"]).name,
            on=self.moment.ago(0),
            until=until,
            cost=described.get("cost"),
            question=described.get("question"),
        )
        trade_offs.record(self.db, self.caller(described["recorded_by"]), self.assessment, trade_off, at=self.at)

    def _within(self, named: Sequence[str]) -> Iterator[Question]:
        """The answered questions that are named, by themselves or by their dimension."""
        for dimension in self.catalogue.dimensions:
            for question in dimension.questions:
                if question.key in self.played.said and {_EVERYTHING, dimension.key, question.key} & set(named):
                    yield question


def _file(described: Described, day: date) -> Arrived | None:
    """The file of a document, with the text that is described; of an artefact, as a tool of the pilot wrote it."""
    if described["kind"] == "document":
        name = f"{described['title'].lower().replace(' ', '-').replace(',', '')}.txt"
        return arrived(name, "text/plain", described["text"].encode())
    if described["kind"] == "artefact":
        return arrived(described["file"], None, _written(described["file"], day))
    return None


def _written(file: str, day: date) -> bytes:
    """What a tool of the pilot wrote on a day: the file of that name, with its dates put in."""
    first = day.replace(day=1)
    months = [first := first if back == 0 else (first - timedelta(days=1)).replace(day=1) for back in range(3)]
    dates = {f"month_{back}": month.isoformat() for back, month in enumerate(months)}
    moment = datetime.combine(day, time(14, 15), UTC)
    dates |= {"day": day.isoformat(), "compact_day": f"{day:%Y%m%d}", "epoch": f"{moment.timestamp():.1f}"}
    return Template((_ARTEFACTS / file).read_text()).substitute(dates).encode()


def _usual(question: Question, usual: Described) -> Described:
    """What is answered where nothing special is described: a level, and a link that shows it."""
    # No two answers of a real pilot are alike: some claim a level more, some a level less, and each shows another day.
    spread = sum(question.key.encode()) % 11
    step = 0 if question.gate else {2: -1, 5: -1, 7: 1}.get(spread, 0) if 1 < usual["level"] < 4 else 0
    answer: dict[str, Any] = {"level": usual["level"] + step}
    if usual.get("grade"):
        item = {
            "kind": "link",
            "title": usual.get("title", _TITLES[usual["grade"]]).format(question.title),
            "url": f"https://wiki.fjordhaven.example/{question.key.replace('.', '/')}",
            "grade": usual["grade"],
            "days_old": usual["days_old"] + 7 * (spread % 3),
            "confirmed": usual.get("confirmed", True),
        }
        answer["evidence"] = [item]
    return answer
