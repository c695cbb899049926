"""Calculators and scenarios over the API: the same figures as the command, kept with a pilot, shown as evidence."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.calculators import CALCULATORS, calculator, plain, read_input
from tests.calculators.given import GIVEN
from tests.web.conftest import Site

BASE = "/api/v1"
FEDERATED = GIVEN["federated"]


@pytest.fixture
def program(site: Site) -> Callable[..., TestClient]:
    """Opens a client with a token of that person."""

    def opened(who: str = "owner") -> TestClient:
        client = site.visit(None)
        client.headers["Authorization"] = f"Bearer {site.token(who)}"
        return client

    return opened


def kept(client: TestClient, pilot: UUID, name: str = "Two sites", **said: Any) -> Any:
    body = {"calculator": "federated", "name": name, "inputs": FEDERATED} | said
    return client.post(f"{BASE}/pilots/{pilot}/scenarios", json=body)


def problems(answer: Any) -> list[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [each["where"] for each in answer.json()["problems"]]


def test_every_calculator_is_listed_with_the_question_that_it_answers(program: Callable[..., TestClient]) -> None:
    listed = program("viewer").get(f"{BASE}/calculators").json()["calculators"]
    assert [each["name"] for each in listed] == list(CALCULATORS)
    assert all(each["answers"].endswith("?") for each in listed)


@pytest.mark.parametrize("name", GIVEN)
def test_every_calculator_shows_its_schemas_and_calculates(program: Callable[..., TestClient], name: str) -> None:
    client = program("viewer")
    shown = client.get(f"{BASE}/calculators/{name}").json()
    assert set(GIVEN[name]) <= set(shown["input"]["properties"])
    answer = client.post(f"{BASE}/calculators/{name}", json=GIVEN[name])
    assert answer.status_code == 200
    assert answer.json() == plain(calculator(name).calculate(read_input(name, GIVEN[name])))
    assert list(answer.json())[-1] == "terms"


@pytest.mark.parametrize(
    ("name", "inputs", "where"),
    [
        pytest.param("federated", FEDERATED | {"rounds": 0}, ["rounds"], id="out of range"),
        pytest.param("federated", FEDERATED | {"round": 3}, ["round"], id="no such field"),
        pytest.param("capacity", GIVEN["capacity"] | {"tensor_parallel": 3}, ["tensor_parallel"], id="does not divide"),
        pytest.param("privacy", {"dataset_size": 10}, ["batch_size", "noise_multiplier"], id="left out"),
        pytest.param("tco", [], ["body"], id="no object"),
    ],
)
def test_refused_inputs_name_the_field(
    program: Callable[..., TestClient], name: str, inputs: Any, where: list[str]
) -> None:
    answer = program().post(f"{BASE}/calculators/{name}", json=inputs)
    assert answer.status_code == 422
    assert problems(answer) == where


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_calculator_that_there_is_not_is_404(program: Callable[..., TestClient], method: str) -> None:
    answer = program().request(method, f"{BASE}/calculators/alchemy", json={} if method == "post" else None)
    assert answer.status_code == 404
    assert "capacity" in answer.json()["detail"]


def test_to_calculate_keeps_nothing_and_writes_nothing(site: Site, program: Callable[..., TestClient]) -> None:
    client = program()
    with site.counting() as sent:
        client.post(f"{BASE}/calculators/federated", json=FEDERATED)
    assert sent
    assert not [each for each in sent if each.startswith(("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE"))]


def test_a_scenario_is_kept_shown_and_listed(site: Site, program: Callable[..., TestClient]) -> None:
    client, pilot = program(), site.pilot()
    answer = kept(client, pilot)
    assert answer.status_code == 201
    shown = client.get(answer.headers["location"])
    assert shown.json() == answer.json()
    assert shown.headers["etag"] == answer.headers["etag"] == '"1"'
    assert shown.json()["inputs"] == FEDERATED
    assert shown.json()["result"] == client.post(f"{BASE}/calculators/federated", json=FEDERATED).json()
    (line,) = client.get(f"{BASE}/pilots/{pilot}/scenarios").json()["items"]
    assert line.items() <= shown.json().items()
    assert "inputs" not in line


def test_a_list_has_pages_newest_first(site: Site, program: Callable[..., TestClient]) -> None:
    client, pilot = program(), site.pilot()
    for name in "abc":
        kept(client, pilot, name)
    first = client.get(f"{BASE}/pilots/{pilot}/scenarios?limit=2").json()
    rest = client.get(f"{BASE}/pilots/{pilot}/scenarios?limit=2&cursor={first['next']}").json()
    assert [each["name"] for each in first["items"] + rest["items"]] == ["c", "b", "a"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("said", "where"),
    [
        pytest.param({"inputs": {"rounds": 3}}, ["inputs.nodes"], id="inputs that do not fit"),
        pytest.param({"calculator": "alchemy"}, ["calculator"], id="no such calculator"),
        pytest.param({"name": ""}, ["name"], id="no name"),
        pytest.param({"inputs": None}, ["inputs"], id="no inputs"),
        pytest.param({"more": 1}, ["more"], id="no such field"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_with_the_place_in_the_body(
    site: Site, program: Callable[..., TestClient], said: dict[str, Any], where: list[str]
) -> None:
    client, pilot = program(), site.pilot()
    answer = kept(client, pilot, **said)
    assert answer.status_code == 422
    assert problems(answer) == where
    assert client.get(f"{BASE}/pilots/{pilot}/scenarios").json()["items"] == []


def test_a_name_that_is_taken_is_a_conflict(site: Site, program: Callable[..., TestClient]) -> None:
    client, pilot = program(), site.pilot()
    kept(client, pilot)
    assert kept(client, pilot).status_code == 409


def test_a_change_takes_the_version_that_was_seen(site: Site, program: Callable[..., TestClient]) -> None:
    client, editor = program(), program("editor")
    at = kept(client, site.pilot()).headers["location"]
    new = {"name": "Three rounds", "inputs": FEDERATED | {"rounds": 3}}
    assert client.put(at, json=new).status_code == 428
    changed = editor.put(at, json=new, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["name"], changed.json()["inputs"]["rounds"]) == ("Three rounds", 3)
    late = client.put(at, json={"name": "Late", "inputs": FEDERATED}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert late.json()["theirs"]["inputs"]["rounds"] == 3
    assert late.json()["yours"]["name"] == "Late"


def test_a_scenario_becomes_evidence_and_then_stays(site: Site, program: Callable[..., TestClient]) -> None:
    client, pilot = program(), site.pilot()
    at = kept(client, pilot).headers["location"]
    assert client.post(f"{at}/evidence", json={"question": "cost.budget-ceiling"}).status_code == 404
    assessment = site.assessment(pilot)
    site.answer(assessment, "cost.budget-ceiling", 2)
    answer = client.post(f"{at}/evidence", json={"question": "cost.budget-ceiling"})
    assert answer.status_code == 201
    assert answer.json()["assessment"] == str(assessment)
    document = client.get(f"{BASE}/assessments/{assessment}").json()
    (item,) = document["answers"]["cost.budget-ceiling"]["evidence"]
    shown = client.get(at).json()
    assert (item["kind"], item["grade"], item["sha256"]) == ("calculation", "documented", shown["sha256"])
    assert {each["metric"].partition(".")[0] for each in item["findings"]} == {"federated"}
    assert [each["evidence"] for each in shown["evidence"]] == [item["id"]]
    assert client.post(f"{at}/evidence", json={"question": "cost.budget-ceiling"}).status_code == 409
    assert client.delete(at).status_code == 422


def test_a_scenario_that_nothing_rests_on_is_removed(site: Site, program: Callable[..., TestClient]) -> None:
    client = program()
    at = kept(client, site.pilot()).headers["location"]
    assert client.delete(at).status_code == 200
    assert client.get(at).status_code == 404
