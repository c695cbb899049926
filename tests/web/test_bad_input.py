"""Bad input: refused with the contract's errors, and nothing half done. Afterwards the database holds what it held."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.readiness.assessment import TradeOff
from app.records import milestones, trade_offs
from app.records.tables import Row
from tests.web.conftest import Site
from tests.web.test_milestones import SHORT, sealed
from tests.web.test_trade_offs import SAID

TODAY = datetime.now(UTC).date()
NOWHERE = "01990000-0000-7000-8000-000000000000"  # no id of anything
VISITS = {"sessions", "api_tokens"}  # they note who was here last


def in_days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@dataclass
class Scene:
    """Two assessments of one organisation, each with a milestone; the first has taken up the newest questions."""

    site: Site
    ids: dict[str, str] = field(default_factory=dict)
    page: TestClient = field(init=False)
    program: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.page, self.program = self.site.visit("owner"), self.site.visit(None)
        self.program.headers["Authorization"] = f"Bearer {self.site.token()}"
        pilot = self.site.pilot()
        ours, other = (self.site.assessment(pilot, catalogue=SHORT) for _ in range(2))
        with self.site.database.reading() as db:
            catalogue = db.catalogue(SHORT[0], "2")
        gate = next(question.key for question, gate in catalogue.gates if gate.exception and not question.when)
        self.site.answer(ours, gate, 0)
        self.ids = {
            "pilot": str(pilot),
            "ours": str(ours),
            "milestone": str(sealed(self.site, ours, "Board")),
            "other": str(sealed(self.site, other, "Board")),
            "gate": gate,
            "nowhere": NOWHERE,
        }
        self.page.post(f"/assessments/{ours}/catalogue", data={"version": "2"})

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table, but for the notes of who was here last."""
        with self.site.database.reading() as db:
            return {
                table.name: sorted(map(str, db.sql.execute(select(table))))
                for table in Row.metadata.sorted_tables
                if table.name not in VISITS
            }

    def filled(self, given: Any) -> Any:
        if isinstance(given, dict):
            return {key: self.filled(value) for key, value in given.items()}
        return given.format(**self.ids) if isinstance(given, str) else given


@pytest.fixture
def scene(site: Site) -> Scene:
    return Scene(site)


@dataclass(frozen=True)
class Sent:
    """A request by page and by program, which are to be refused alike."""

    status: int
    path: str
    said: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    changes: bool = True


HOME = "/assessments/{ours}"
REFUSED = {
    "a milestone of another assessment": Sent(
        404, f"{HOME}/comparison", query={"from": "{other}", "to": "{milestone}"}, changes=False
    ),
    "another assessment's after ours": Sent(
        404, f"{HOME}/comparison", query={"from": "{milestone}", "to": "{other}"}, changes=False
    ),
    "a milestone that there is not": Sent(404, f"{HOME}/comparison", query={"from": "{nowhere}"}, changes=False),
    "a version downgraded": Sent(409, f"{HOME}/catalogue", {"version": "1"}),
    "the version that is answered already": Sent(409, f"{HOME}/catalogue", {"version": "2"}),
    "a version that there is not": Sent(404, f"{HOME}/catalogue", {"version": "99"}),
    "a change before the pilot": Sent(422, "/pilots/{pilot}/changes", {"on": in_days(-1), "kind": "model"}),
    "a change tomorrow": Sent(422, "/pilots/{pilot}/changes", {"on": in_days(1), "kind": "model"}),
    "a change in the year 1": Sent(422, "/pilots/{pilot}/changes", {"on": "0001-01-01", "kind": "model"}),
    "a change of the weather": Sent(422, "/pilots/{pilot}/changes", {"on": in_days(0), "kind": "weather"}),
    "an exception until yesterday": Sent(
        422, f"{HOME}/exceptions", {"gate": "{gate}", "reason": "Soon.", "until": in_days(-1)}
    ),
    "an exception for ever": Sent(
        422, f"{HOME}/exceptions", {"gate": "{gate}", "reason": "Soon.", "until": "9999-12-31"}
    ),
    "an exception for no gate": Sent(
        422, f"{HOME}/exceptions", {"gate": "security.nothing", "reason": "Soon.", "until": in_days(9)}
    ),
    "a trade-off that ends before it begins": Sent(422, f"{HOME}/trade-offs", SAID | {"until": in_days(-1)}),
    "a reason that nobody can see": Sent(422, f"{HOME}/trade-offs", SAID | {"reason": "\u200b\u2060"}),
    "a trade-off on no question": Sent(422, f"{HOME}/trade-offs", SAID | {"question": "security.nothing"}),
    "a milestone without a title": Sent(422, f"{HOME}/milestones", {"title": " "}),
    "a title that is a book": Sent(422, f"{HOME}/milestones", {"title": "x" * 10_000}),
    "a title with a hidden turn": Sent(422, f"{HOME}/milestones", {"title": "turned\u202eround"}),
    "a title with a bell": Sent(422, f"{HOME}/milestones", {"title": "a bell\u0007"}),
    "a title that is taken": Sent(409, f"{HOME}/milestones", {"title": "Board"}),
    "a title that is taken, in other spaces": Sent(409, f"{HOME}/milestones", {"title": "  Board "}),
}


def by_page(scene: Scene, sent: Sent) -> Any:
    client = scene.page
    path, query = scene.filled(sent.path), scene.filled(sent.query)
    return client.post(path, data=scene.filled(sent.said)) if sent.changes else client.get(path, params=query)


def by_program(scene: Scene, sent: Sent) -> Any:
    client = scene.program
    path, query = "/api/v1" + scene.filled(sent.path), scene.filled(sent.query)
    said = {key: value for key, value in scene.filled(sent.said).items() if value != ""}
    return client.post(path, json=said) if sent.changes else client.get(path, params=query)


@pytest.mark.parametrize("door", [by_page, by_program], ids=["by page", "by program"])
def test_what_is_refused_leaves_everything_as_it_was(scene: Scene, door: Callable[[Scene, Sent], Any]) -> None:
    before = scene.everything()
    answered = {}
    for what, sent in REFUSED.items():
        answered[what] = door(scene, sent).status_code
        assert scene.everything() == before, what
    assert answered == {what: sent.status for what, sent in REFUSED.items()}


def test_a_page_that_refuses_says_why_and_what_to_do(scene: Scene) -> None:
    """Every refusal is a whole page with a heading, and speaks of nothing technical."""
    for what, sent in REFUSED.items():
        text = by_page(scene, sent).text
        assert "<h1" in text, what
        assert "Traceback" not in text, what
        assert "pydantic" not in text, what


def test_of_two_who_seal_at_once_both_are_kept_where_titles_differ(scene: Scene) -> None:
    clients = [(scene.site.visit(who), f"Title of {who}") for who in ("owner", "editor")]
    with ThreadPoolExecutor(2) as together:
        answers = list(together.map(lambda each: _seal(scene, *each), clients))
    assert answers == [303, 303]
    assert sorted(_titles(scene)) == ["Board", "Title of editor", "Title of owner"]


def test_of_two_who_seal_one_title_at_once_one_milestone_and_one_line_of_the_trail_are_left(scene: Scene) -> None:
    clients = [(scene.site.visit(who), "Both") for who in ("owner", "editor", "owner", "editor")]
    before = scene.everything()
    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(lambda each: _seal(scene, *each), clients))
    after = scene.everything()
    assert sorted(answers) == [303, 409, 409, 409]
    grown = {name: len(after[name]) - len(rows) for name, rows in before.items() if after[name] != rows}
    assert grown == {"milestones": 1, "sealed_catalogues": 1, "audit": 1}
    assert _titles(scene).count("Both") == 1


def _seal(scene: Scene, client: TestClient, title: str) -> int:
    answer = client.post(scene.filled(f"{HOME}/milestones"), data={"title": title})
    return int(answer.status_code)


def _titles(scene: Scene) -> list[str]:
    with scene.site.database.reading() as db:
        found = milestones.list_for(db, scene.site.callers["owner"], UUID(scene.ids["ours"]))
    return [each.title for each in found]


def test_a_form_that_is_sent_twice_records_no_milestone_twice(scene: Scene) -> None:
    client = scene.page
    assert [_seal(scene, client, "Twice") for _ in range(2)] == [303, 409]
    assert _titles(scene).count("Twice") == 1


def test_a_trade_off_is_ended_once(scene: Scene) -> None:
    client = scene.page
    with scene.site.database.writing() as db:
        given = TradeOff(title="Slow", reason="Cheap.", decided_by="Board", on=TODAY)
        at = datetime.now(UTC)
        one = trade_offs.record(db, scene.site.callers["owner"], UUID(scene.ids["ours"]), given, at=at)
    first = client.post(f"/trade-offs/{one}/end")
    held = scene.everything()
    again = client.post(f"/trade-offs/{one}/end")
    assert first.status_code == 303
    assert again.status_code in (409, 422)
    assert scene.everything() == held


FORMS = ("report", "report.pdf", "report.xlsx", "report.html", "report.json", "path", "coverage", "coverage.csv")


@pytest.mark.parametrize("form", FORMS)
def test_any_day_can_be_asked_for_and_changes_nothing(scene: Scene, form: str) -> None:
    before, path = scene.everything(), scene.filled(f"{HOME}/{form}")
    days = ("0001-01-01", "1999-12-31", "9999-12-31")
    assert [scene.page.get(path, params={"as_of": day}).status_code for day in days] == [200, 200, 200]
    kept = scene.everything()
    assert {name for name in kept if kept[name] != before[name]} <= {"audit", "worked_out"}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_day_is_refused(scene: Scene, form: str) -> None:
    path = scene.filled(f"{HOME}/{form}")
    days = ("0000-01-01", "10000-01-01", "-1", "2026-02-30", "2026-11-21T10:00", "\u0662")
    assert {scene.page.get(path, params={"as_of": day}).status_code for day in days} == {422}


def test_steps_ruled_out_by_the_hundred_are_taken_or_refused_in_words(scene: Scene) -> None:
    client = scene.page
    path = scene.filled(f"{HOME}/path")
    with scene.site.database.reading() as db:
        keys = [f"level:{each}" for each in db.catalogue(SHORT[0], "2").questions]
    assert client.get(path, params={"without": [keys[0]] * 500}).status_code == 200
    assert client.get(path, params={"without": keys * 20}).status_code == 200
    made_up = client.get(path, params={"without": [f"level:made.up-{at}" for at in range(500)]})
    assert made_up.status_code == 422
    assert len(made_up.text) < 200_000
