"""An assessment by the short catalogue goes where one by the long one goes: nothing is wired to either."""

import json
from html import unescape
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app import library
from app.readiness.catalogue import Catalogue
from app.readiness.score import score
from app.report.write.json import score_as_json
from tests.make import TODAY
from tests.web.conftest import Site
from tests.web.leads import Links

LONG = library.catalogue()


@pytest.fixture(params=["1", "2"])
def short(request: pytest.FixtureRequest) -> Catalogue:
    return library.catalogue("genai-first-look", request.param)


@pytest.fixture
def assessment(site: Site, short: Catalogue) -> UUID:
    """Everything answered, one question of each dimension with a link."""
    id = site.assessment(catalogue=(short.id, short.version))
    for dimension in short.dimensions:
        for question in dimension.questions:
            site.answer(id, question.key, 3)
        site.attach(id, dimension.questions[0].key)
    return id


def test_every_page_of_it_speaks_of_its_own_questions(client: TestClient, short: Catalogue, assessment: UUID) -> None:
    here = f"/assessments/{assessment}"
    pages = [here, f"{here}/gates", f"{here}/report", f"{here}/evidence", f"{here}/links"]
    pages += [f"{here}/{each.key}" for each in short.dimensions]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        foreign = [each.key for each in LONG.questions.values() if f"#{each.key}" in answer.text]
        assert foreign == [], path


def test_every_dimension_and_every_gate_of_it_stands_in_the_report(
    client: TestClient, short: Catalogue, assessment: UUID
) -> None:
    text = unescape(client.get(f"/assessments/{assessment}/report").text)
    assert [each.title for each in short.dimensions if each.title not in text] == []
    assert [question.title for question, _ in short.gates if question.title not in text] == []
    assert [each.title for each in LONG.dimensions if f"<h3>{each.title}<" in text] == []


@pytest.mark.parametrize("kind", ["pdf", "html", "json", "xlsx"])
def test_its_report_is_written_in_every_form(client: TestClient, assessment: UUID, kind: str) -> None:
    answer = client.get(f"/assessments/{assessment}/report.{kind}")
    assert (answer.status_code, len(answer.content) > 1000) == (200, True)


def test_what_leads_from_it_to_its_questions_arrives(client: TestClient, short: Catalogue, assessment: UUID) -> None:
    """At the version that it answers, and at a place that is there."""
    for path in (f"/assessments/{assessment}/{short.dimensions[1].key}", f"/assessments/{assessment}/report"):
        led_to = [to for to in Links(client.get(path).text).to if to.startswith(("/catalogues/", "/method"))]
        assert led_to
        for to in led_to:
            if "catalogues/" in to:
                assert f"{short.id}?version={short.version}" in to
            page = Links(client.get(to.partition("#")[0]).text)
            assert to.partition("#")[2] in ("", *page.ids), to


def test_exported_and_scored_by_itself_it_comes_to_what_the_product_shows(
    site: Site, short: Catalogue, assessment: UUID
) -> None:
    api = site.visit(None)
    api.headers["Authorization"] = f"Bearer {site.token()}"
    document = api.get(f"/api/v1/assessments/{assessment}").json()
    shown = api.get(f"/api/v1/assessments/{assessment}/score", params={"as_of": TODAY.isoformat()}).json()
    catalogue, alone = library.assessment_of(json.dumps(document))
    assert catalogue is short
    figures = score_as_json(score(catalogue, alone, TODAY))
    assert {key: shown[key] for key in ("dimensions", "gates", "claimed")} == {
        key: figures[key] for key in ("dimensions", "gates", "claimed")
    }


def test_needs_of_the_long_catalogue_are_kept_and_do_not_trouble_the_short_one(
    site: Site, client: TestClient, short: Catalogue
) -> None:
    pilot = site.pilot()
    site.assessment(pilot)
    stated = {"needs.rollback_minutes": "30", "needs.users": "900", "seen": "1", "name": "Letters"}
    assert client.post(f"/pilots/{pilot}/profile", data=stated).status_code == 303
    second = site.assessment(pilot, catalogue=(short.id, short.version))
    assert client.get(f"/assessments/{second}/report").status_code == 200
    again = {"needs.users": "950", "seen": "2", "name": "Letters"}
    assert client.post(f"/pilots/{pilot}/profile", data=again).status_code == 303
    api = site.visit(None)
    api.headers["Authorization"] = f"Bearer {site.token()}"
    needs = api.get(f"/api/v1/pilots/{pilot}").json()["needs"]
    assert (needs["rollback_minutes"], needs["users"]) == (30, 950)
    document = api.get(f"/api/v1/assessments/{second}").json()
    assert set(document["pilot"]["needs"]) <= set(short.needs)


def test_the_portfolio_shows_pilots_on_either(site: Site, client: TestClient, assessment: UUID) -> None:
    site.assessment(site.pilot("On the long one"))
    text = client.get("/").text
    assert "Letter drafting" in text
    assert "On the long one" in text
