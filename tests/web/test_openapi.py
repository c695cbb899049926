"""The API as it describes itself: complete, and true: every example in it is tried here against a site."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from app.readiness.assessment import CatalogueReference
from app.records import answers, assessments
from app.web.api.described import EXAMPLES_STAND_ON
from app.web.problems import KINDS
from tests.web.conftest import Site
from tests.web.scene import Scene

JSON = "application/json"
FORM = "multipart/form-data"
PROBLEM = "application/problem+json"
BASE = "/api/v1"
ANSWER = f"{BASE}/assessments/{{assessment}}/answers/{{question}}"


@dataclass(frozen=True)
class Call:
    """One call as the description has it."""

    path: str
    method: str
    said: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def success(self) -> str:
        """The status that it answers when all is well."""
        (found,) = [status for status in self.said["responses"] if status.startswith("2")]
        return str(found)

    @property
    def content(self) -> dict[str, Any]:
        """What it answers then, by kind of content."""
        found: dict[str, Any] = self.said["responses"][self.success].get("content", {})
        return found

    @property
    def bodies(self) -> dict[str, Any]:
        """What it takes, by kind of content."""
        found: dict[str, Any] = self.said.get("requestBody", {}).get("content", {})
        return found

    def parameters(self, place: str) -> dict[str, Any]:
        return {each["name"]: each for each in self.said.get("parameters", []) if each["in"] == place}


@dataclass(frozen=True)
class Description:
    """The whole of it."""

    whole: dict[str, Any]

    @property
    def calls(self) -> list[Call]:
        return [
            Call(path, method, said) for path, calls in self.whole["paths"].items() for method, said in calls.items()
        ]

    def examples(self, content: dict[str, Any]) -> list[Any]:
        """The examples of some content: its own, or those of its schema."""
        if "examples" in content:
            return [each["value"] for each in content["examples"].values()]
        if "example" in content:
            return [content["example"]]
        schema = self.resolved(content.get("schema", {}))
        options = [self.resolved(each) for each in schema.get("anyOf", [])]
        return list(schema.get("examples", [])) + [found for each in options for found in each.get("examples", [])]

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: Any = self.whole
        for key in schema.get("$ref", "#").removeprefix("#").strip("/").split("/"):
            found = found[key] if key else schema
        resolved: dict[str, Any] = found
        return resolved

    def misfits(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What of a value does not fit its schema."""
        rooted = {**schema, "components": self.whole["components"]}
        checker = Draft202012Validator(rooted, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return [f"{each.json_path}: {each.message[:200]}" for each in checker.iter_errors(value)]


@pytest.fixture
def description(anonymous: TestClient) -> Description:
    """What anybody may read at /openapi.json."""
    answer = anonymous.get("/openapi.json")
    assert answer.status_code == 200
    return Description(answer.json())


def test_the_description_holds_the_api_and_no_page(description: Description) -> None:
    assert {path.split("/")[1] for path in description.whole["paths"]} == {"api"}


def test_every_call_is_described_in_words_with_its_noun_and_its_token(description: Description) -> None:
    for call in description.calls:
        assert call.said["summary"], call.name
        assert call.said["description"], call.name
        assert call.said["tags"], call.name
        assert call.said["security"] == [{"token": []}], call.name


def test_every_noun_is_described_and_has_calls(description: Description) -> None:
    described = {each["name"] for each in description.whole["tags"] if each["description"]}
    assert described == {tag for call in description.calls for tag in call.said["tags"]}


def test_every_call_has_a_name_of_its_own(description: Description) -> None:
    names = [call.said["operationId"] for call in description.calls]
    assert len(set(names)) == len(names)


def test_every_error_is_described_as_a_problem_with_an_example_that_fits(description: Description) -> None:
    for call in description.calls:
        errors = {status: each for status, each in call.said["responses"].items() if status >= "400"}
        assert {"401", "403", "404", "413", "422", "429", "503"} <= errors.keys(), call.name
        for status, each in errors.items():
            assert list(each["content"]) == [PROBLEM], (call.name, status)
            content = each["content"][PROBLEM]
            (example,) = description.examples(content)
            assert description.misfits(content["schema"], example) == []
            assert str(example["status"]) == status


def test_every_call_has_an_example_of_what_it_takes_and_of_what_it_answers(description: Description) -> None:
    for call in description.calls:
        for kind, content in call.bodies.items():
            assert description.examples(content), (call.name, kind)
        if JSON in call.content:
            assert description.examples(call.content[JSON]), call.name
        for name, each in call.parameters("path").items():
            assert each["schema"].get("examples") or each.get("examples"), (call.name, name)
            assert each["description"], (call.name, name)


def test_every_example_of_an_answer_fits_what_is_described(description: Description) -> None:
    for call in description.calls:
        for example in description.examples(call.content.get(JSON, {})):
            assert description.misfits(call.content[JSON]["schema"], example) == [], call.name


def test_every_reference_leads_somewhere(description: Description) -> None:
    def check(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert description.resolved(part)
            for each in part.values():
                check(each)
        if isinstance(part, list):
            for each in part:
                check(each)

    check(description.whole)


def test_every_list_has_pages(description: Description) -> None:
    lists = [
        call
        for call in description.calls
        if call.method == "get"
        and "items" in description.resolved(call.content.get(JSON, {}).get("schema", {})).get("properties", {})
    ]
    assert len(lists) >= 4
    for call in lists:
        assert {"cursor", "limit"} <= call.parameters("query").keys(), call.name
        assert "Link" in call.said["responses"]["200"]["headers"], call.name


def test_whatever_can_be_put_is_shown_with_its_etag(description: Description) -> None:
    put = {call.path for call in description.calls if call.method == "put"}
    assert put
    for path in put:
        shown = description.whole["paths"][path]["get"]
        assert "ETag" in shown["responses"]["200"]["headers"], path
        asked = description.whole["paths"][path]["put"]
        assert {"412", "428"} <= asked["responses"].keys(), path


@dataclass
class Stage:
    """A site on which every example finds what it speaks of."""

    scene: Scene
    today: date
    ends: bool = True  # whether what the next call speaks of is not there

    def prepare(self, call: Call) -> None:
        """One of everything, new where something changes; the question is the one that the description names."""
        if call.method != "get" or self.ends:
            self.scene.renew()
        self.ends = call.path.endswith("/catalogue")
        ids = self.scene.ids
        for each in call.parameters("path").values():
            if each["name"] == "question":
                ids["question"] = each["schema"]["examples"][0]
        self.scene.site.answer(UUID(ids["assessment"]), ids["question"], 2)
        if call.name == f"POST {ANSWER}/confirmation":
            self.scene.site.answer(
                UUID(ids["assessment"]),
                ids["question"],
                None,
                not_applicable=answers.Marked(reason="out-of-scope", note="None."),
            )
        if self.ends:
            ids["assessment"] = str(self._of_the_short_catalogue())

    def moved(self, example: Any) -> Any:
        """An example with its days moved along, as if it had been written today."""
        later = self.today - date.fromisoformat(EXAMPLES_STAND_ON)
        text = re.sub(
            r"\d{4}-\d{2}-\d{2}", lambda found: str(date.fromisoformat(found[0]) + later), json.dumps(example)
        )
        return json.loads(text)

    def client(self, call: Call) -> TestClient:
        """Whoever may: a second account where somebody's work is confirmed."""
        second = call.path.endswith(("/confirmation", "/acceptance"))
        return self.scene.bearer(self.scene.site.token("editor" if second else "owner"))

    def path(self, call: Call, **more: str) -> str:
        query = "&".join(f"{name}={self.scene.ids['milestone']}" for name in call.parameters("query") if name == "from")
        return call.path.format(**(self.scene.ids | more)) + (f"?{query}" if query else "")

    def _of_the_short_catalogue(self) -> UUID:
        site = self.scene.site
        pilot = site.pilot()
        with site.database.writing() as db:
            first = CatalogueReference(id="genai-first-look", version="1")
            return assessments.begin(db, site.callers["owner"], pilot, first, at=datetime.now(UTC))


def sent(kind: str, example: Any) -> dict[str, Any]:
    """An example as a client sends it."""
    if kind == JSON:
        return {"json": example}
    fields = dict(example)
    return {"files": {"file": (fields.pop("file"), b"%PDF-1.7", "application/pdf")}, "data": fields}


def tried(description: Description) -> Iterator[tuple[Call, dict[str, Any], dict[str, str]]]:
    """Every example: the call, what is sent, and what its path names."""
    for call in description.calls:
        kinds = call.parameters("path").get("kind", {}).get("schema", {}).get("examples", [""])
        named = [{"kind": kind} for kind in kinds]
        bodies = [(kind, each) for kind, content in call.bodies.items() for each in description.examples(content)]
        for more in named:
            for kind, example in bodies:
                yield call, {kind: example}, more
            if not call.said.get("requestBody", {}).get("required"):
                yield call, {}, more


def test_every_example_works_and_is_answered_as_described(site: Site, description: Description) -> None:
    stage = Stage(Scene(site), datetime.now(UTC).date())
    wrong, count = [], 0
    for call, body, more in tried(description):
        stage.prepare(call)
        client, path = stage.client(call), stage.path(call, **more)
        headers = {"If-Match": client.get(path).headers["etag"]} if call.method == "put" else {}
        given = {key: value for kind, each in body.items() for key, value in sent(kind, stage.moved(each)).items()}
        answer = client.request(call.method, path, headers=headers, **given)
        count += 1
        wrong += [f"{call.name} {body}: {each}" for each in misfits(description, call, answer, client)]
    assert wrong == []
    assert count > len(description.calls)


def misfits(description: Description, call: Call, answer: Any, client: TestClient) -> Iterator[str]:
    """What an answer has otherwise than it is described."""
    if str(answer.status_code) != call.success:
        yield f"{answer.status_code} and not {call.success}: {answer.text[:300]}"
        return
    kind = answer.headers["content-type"].partition(";")[0]
    if kind not in call.content:
        yield f"{kind} is not among {list(call.content)}"
        return
    if kind == JSON:
        yield from description.misfits(call.content[JSON]["schema"], answer.json())
    for name in call.said["responses"][call.success].get("headers", {}):
        if name not in answer.headers and name != "Link":
            yield f"no {name}"
    if "location" in answer.headers and client.get(answer.headers["location"].partition("#")[0]).status_code != 200:
        yield f"nothing at {answer.headers['location']}"


@pytest.mark.parametrize(
    ("method", "path", "sent", "name"),
    [
        pytest.param("GET", "/nothing", {}, "not-found", id="an address that there is not"),
        pytest.param("GET", "", {}, "not-found", id="the API itself"),
        pytest.param("DELETE", "/pilots", {}, "method-not-taken", id="a method that is not taken"),
        pytest.param("POST", "/pilots", {"json": {}}, "does-not-fit", id="a body that does not fit"),
        pytest.param("GET", "/pilots?limit=0", {}, "does-not-fit", id="a query that does not fit"),
        pytest.param("POST", "/pilots", {"content": b"x" * 12_000_000}, "too-large", id="more than is taken"),
        pytest.param(
            "GET", "/pilots", {"headers": {"Authorization": "Bearer x"}}, "sign-in-needed", id="no such token"
        ),
    ],
)
def test_whatever_goes_wrong_is_a_problem_of_a_kind_that_is_described(
    site: Site, description: Description, method: str, path: str, sent: dict[str, Any], name: str
) -> None:
    client = Scene(site).bearer(site.token())
    answer = client.request(method, f"{BASE}{path}", **sent)
    said = answer.json()
    assert answer.headers["content-type"] == PROBLEM
    assert description.misfits({"$ref": "#/components/schemas/Problem"}, said) == []
    assert (said["type"], said["status"]) == (f"/problems#{name}", answer.status_code)
    assert said["instance"] == f"{BASE}{path}".partition("?")[0]


def test_a_method_that_is_not_taken_is_told_which_are(site: Site) -> None:
    answer = Scene(site).bearer(site.token()).delete(f"{BASE}/pilots/x/changes")
    assert (answer.status_code, answer.json()["status"], answer.headers["allow"]) == (405, 405, "POST")


def test_the_words_of_every_kind_of_problem_stand_where_its_type_leads(anonymous: TestClient) -> None:
    page = anonymous.get("/problems")
    assert page.status_code == 200
    for kind in KINDS.values():
        assert f'id="{kind.name}"' in page.text
        assert str(kind.status.value) in page.text


def test_a_database_that_is_busy_says_when_to_come_back(open_site: Callable[..., Site], tmp_path: Any) -> None:
    site = open_site()
    client = Scene(site).bearer(site.token())
    site.database.close()
    site.app.state.database = type(site.database)(
        f"sqlite:///{tmp_path / 'gone' / 'gone.db'}", site.database._catalogue
    )
    answer = client.get(f"{BASE}/pilots")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems#unavailable")
    assert int(answer.headers["retry-after"]) > 0
