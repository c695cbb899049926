"""A site whose owner has one of everything that a path can name, to call every route as every kind of caller."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from app.evidence.arrived import arrived
from app.readiness.assessment import TradeOff
from app.records import arrivals, attachments, exceptions, links, milestones, scenarios, sign_in, trade_offs
from app.records.calculations import work_out
from app.records.tables import OrganisationRow, Row
from tests.web.conftest import Site
from tests.web.routes import Route

QUESTION = "cost.budget-ceiling"
FEDERATED = {"nodes": [{"name": "Porto", "uplink_mbit_s": 10, "downlink_mbit_s": 50}], "update_bytes": 1_000_000}

# Bodies that would do, for routes whose row is found by `records`: the refusal must not come from the form.
BODIES: dict[str, dict[str, Any]] = {
    "/evidence/{evidence}/return": {"data": {"note": "No."}},
    "/evidence/{evidence}/withdrawal/return": {"data": {"note": "No."}},
    "/exceptions/{exception}/return": {"data": {"note": "No."}},
    "/team/{account}/role": {"data": {"role": "viewer"}},
    "/api/v1/evidence/{evidence}/withdrawal": {"json": {"reason": "No."}},
    "/api/v1/assessments/{assessment}/files": {"files": {"file": ("a.txt", b"a")}},
    "/api/v1/assessments/{assessment}/files/{arrival}/attachment": {"json": {"questions": [QUESTION]}},
    "/pilots/{pilot}/scenarios": {"data": {"calculator": "federated", "called": "Base case"}},
    "/scenarios/{scenario}/name": {"data": {"called": "Base case", "seen": "1"}},
    "/scenarios/{scenario}/evidence": {"data": {"question": QUESTION}},
    "/api/v1/calculators/{name}": {"json": FEDERATED},
    "/api/v1/scenarios/{scenario}": {"json": {"name": "Umbra", "inputs": FEDERATED}},
    "/api/v1/scenarios/{scenario}/evidence": {"json": {"question": QUESTION}},
}
SECRETS = ("Umbra", "Nordhafen", "Maren Vogt", "owner@nordhafen.example")


@dataclass
class Scene:
    """A site whose owner has one of everything that a path can name."""

    site: Site
    ids: dict[str, str] = field(default_factory=dict)
    answer_link: str = ""
    read_link: str = ""

    def renew(self) -> None:
        """One of everything, new."""
        site, at = self.site, datetime.now(UTC)
        owner, editor = site.callers["owner"], site.callers["editor"]
        pilot = site.pilot("Umbra")
        assessment = site.assessment(pilot)
        site.answer(assessment, QUESTION, 3)
        ends = at + timedelta(days=1)
        until = at.date() + timedelta(days=20)
        worked = work_out("federated", FEDERATED)
        with site.database.writing() as db:
            shown = attachments.Shown(kind="document")
            file = arrived("umbra.txt", "text/plain", b"Umbra")
            item = attachments.attach(db, owner, assessment, QUESTION, shown, arrived=file, limit=100, at=at)
            sent = arrived("umbra-too.txt", "text/plain", b"Umbra too")
            arrival = arrivals.add(db, owner, assessment, sent, 100, at)
            exception = exceptions.ask(db, owner, assessment, QUESTION, "Umbra.", until, at=at)
            taken = TradeOff(title="Umbra", reason="Umbra.", decided_by="Umbra", on=at.date())
            trade_off = trade_offs.record(db, owner, assessment, taken, at=at)
            opens: dict[str, Any] = {"appendix": True, "title": "Umbra", "expires_at": ends, "at": at}
            link, self.answer_link = links.make(db, owner, assessment, role="answer", sections=["cost"], **opens)
            _, self.read_link = links.make(db, owner, assessment, role="read", sections=[], **opens)
            scenario = scenarios.add(db, owner, pilot, "Umbra", worked, at=at)
            token, _ = sign_in.make_token(db, owner, owner.account, "Umbra", at=at)
            milestone = milestones.seal(db, owner, assessment, "Umbra", at=at)
        self.ids = {
            "pilot": str(pilot),
            "assessment": str(assessment),
            "question": QUESTION,
            "dimension": "cost",
            "evidence": str(item),
            "arrival": str(arrival),
            "exception": str(exception),
            "trade_off": str(trade_off),
            "milestone": str(milestone),
            "scenario": str(scenario),
            "link": str(link),
            "account": str(editor.account),
            "token": str(token),
            "kind": "xlsx",
            "name": "federated",
            "id": "genai-production",
        }

    def call(self, client: TestClient, route: Route) -> Any:
        return client.request(route.method, route.path.format(**self.ids), **BODIES.get(route.path, {}))

    def holder(self, token: str) -> TestClient:
        client = self.site.visit(None)
        assert client.post(f"/l/{token}", data={"name": "Holder"}).status_code == 303
        return client

    def bearer(self, token: str | None) -> TestClient:
        client = self.site.visit(None)
        if token is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def caller(self, who: str, route: Route) -> TestClient:
        """That caller, as this route knows callers: by a session or by a token."""
        if who == "reader":
            return self.holder(self.read_link)
        if who == "answerer":
            return self.holder(self.answer_link)
        return self.bearer(self.site.token(who)) if route.is_api else self.site.visit(who)

    def ours(self) -> dict[str, list[Any]]:
        """Every row of our organisation."""
        kept = {}
        organisation = self.site.callers["owner"].organisation
        with self.site.database.reading() as db:
            for table in Row.metadata.sorted_tables:
                if "organisation_id" in table.c:
                    found = select(table).where(table.c.organisation_id == organisation)
                    kept[table.name] = sorted(map(str, db.sql.execute(found)))
            whose = select(OrganisationRow.__table__).where(OrganisationRow.id == organisation)
            kept["organisations"] = [str(row) for row in db.sql.execute(whose)]
        return kept
