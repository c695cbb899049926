"""The demo: a made-up insurer whose pilots each have a history, replayed through the public functions."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml

from app.demo.replay import Moment, People, Played, play
from app.records import assessments, people, sign_in
from app.records.caller import Caller, Role
from app.records.database import Database

ORGANISATION = "Fjordhaven Mutual"
"""The name of the demo's organisation."""

_FOLDER = files("app.demo")


def load(database: Database, at: datetime, tell: Callable[[str], None] = lambda _: None) -> bool:
    """Load the demo organisation; False, and nothing changed, where there is an organisation already.

    What happened is replayed in the order in which it happened, each moment on its own day, up to the day of loading.

    Args:
        database: with its schema up to date.
        at: the moment of loading; every age in the demo is counted back from it.
        tell: hears of each month that is replayed.
    """
    described = _read("organisation.yaml")
    moments = sorted(_moments(at), key=lambda moment: moment.at)
    with database.writing() as db, assessments.scored_once(db) as together:
        if people.first_organisation(together):
            return False
        founded = moments[0].at - timedelta(days=1)
        console = people.found(together, ORGANISATION, at=founded)
        players: dict[str, Caller] = {}
        for key, person in described["people"].items():
            role = Role(person["role"])
            account = people.add_account(together, console, person["email"], person["name"], role, at=founded)
            players[key] = sign_in.caller_of_account(together, account)
        people.rename_organisation(together, players["cio"], ORGANISATION, described["confidentiality"], at=founded)
        cast = People(players, described["second_look"], described["answers_for"])
        month = ""
        for moment in moments:
            if (now := f"{moment.at:%B %Y}") != month:
                tell(month := now)
            play(together, cast, moment)
        for played in {id(moment.played): moment.played for moment in moments}.values():
            assessments.rescore_pilot(together, played.pilot, at=at)
    return True


def _moments(at: datetime) -> Iterator[Moment]:
    """Everything that happened, one pilot after another."""
    for name in sorted(each.name for each in (_FOLDER / "pilots").iterdir() if each.name.endswith(".yaml")):
        pilot = _read(f"pilots/{name}")
        played = Played(pilot["name"], loaded_on=at.date())
        for happened in pilot["history"]:
            yield Moment(played, at - timedelta(days=happened["days_ago"]), happened)


def _read(path: str) -> Any:
    return yaml.load((_FOLDER / path).read_text("utf-8"), Loader=yaml.CSafeLoader)
