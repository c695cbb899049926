"""The pages of the calculators: they open with something, follow what is typed, and lose nothing of it."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.calculators import CALCULATORS
from app.readiness.assessment import NeedValue
from app.records import pilots
from tests.web.conftest import PROFILE, Site

HTMX = {"HX-Request": "true"}


class Controls(HTMLParser):
    """What a browser would send of the form of inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and name.startswith("given."):
            self.sent[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select.startswith("given.") and "selected" in given:
            self.sent[self._select] = given["value"]
        elif tag == "textarea":
            self._area = name
            self.sent |= {name: ""} if name.startswith("given.") else {}

    def handle_endtag(self, tag: str) -> None:
        if self._area in self.sent and tag == "textarea":
            self.sent[self._area] = self.sent[self._area].removeprefix("\n")
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area.startswith("given."):
            self.sent[self._area] += data


def controls(page: str) -> dict[str, str]:
    """The controls of the inputs on a page, with what stands in them."""
    parser = Controls()
    parser.feed(page)
    return parser.sent


def answer(page: str) -> str:
    """The sentence that a result begins with."""
    found = re.search(r'<p class="answer[^"]*">([^<]*)</p>', page)
    assert found, page[:500]
    return found[1]


def wrong(page: str) -> list[str]:
    """What a page says has to be mended, with the control that it leads to."""
    return re.findall(r'<a href="#field-given\.([^"]*)" data-about', page)


def opened(client: TestClient, name: str, query: str = "") -> dict[str, str]:
    page = client.get(f"/calculators/{name}{query}")
    assert page.status_code == 200
    return controls(page.text)


def typed(client: TestClient, name: str, given: dict[str, str], **beside: str) -> Any:
    """What follows typing."""
    return client.post(f"/calculators/{name}", data=given | beside, headers=HTMX)


def test_the_list_says_what_each_answers_and_which_questions_read_it(client: TestClient) -> None:
    page = client.get("/calculators").text
    for each in CALCULATORS.values():
        assert each.answers in page
        assert f'href="/calculators/{each.name}"' in page
    assert "/catalogues/genai-production#cost." in page


@pytest.mark.parametrize("name", CALCULATORS)
def test_each_opens_with_an_example_and_what_it_comes_to(client: TestClient, name: str) -> None:
    page = client.get(f"/calculators/{name}")
    assert page.status_code == 200
    assert "There is no result yet" not in page.text
    assert "What stands below is an example" in page.text


@pytest.mark.parametrize("name", CALCULATORS)
def test_the_form_as_it_opens_comes_to_the_same_again(client: TestClient, name: str) -> None:
    page = client.get(f"/calculators/{name}").text
    again = client.post(f"/calculators/{name}", data=controls(page))
    assert again.status_code == 200
    assert answer(again.text) == answer(page)
    assert controls(again.text) == controls(page)


def test_every_input_says_its_unit_its_limits_and_where_its_usual_value_comes_from(client: TestClient) -> None:
    page = client.get("/calculators/tco").text
    hint = re.search(r'id="field-given.discount_rate-hint">(.*?)</small>', page, re.DOTALL)
    assert hint
    assert "0 to 1" in hint[1]
    assert "Circular A-94" in hint[1]
    assert 'aria-describedby="field-given.discount_rate-error field-given.discount_rate-hint' in page


def test_a_figure_opens_into_its_formula_and_its_source(client: TestClient) -> None:
    page = client.get("/calculators/capacity").text
    figure = re.search(r'<details class="opening".*?</details>', page, re.DOTALL)
    assert figure
    assert '<pre class="made">' in figure[0]


def test_a_picture_has_a_caption_and_the_same_as_a_table(client: TestClient) -> None:
    page = client.get("/calculators/budget").text
    assert page.count('role="img"') >= 2
    assert "<figcaption>" in page
    assert "The same as a table" in page


def test_the_result_alone_follows_typing(client: TestClient) -> None:
    given = opened(client, "federated")
    before = answer(typed(client, "federated", given).text)
    given["given.nodes.0.training_seconds"] = "86,400"
    after = typed(client, "federated", given)
    assert "<form" not in after.text
    assert answer(after.text) != before
    assert '<div id="trouble" hx-swap-oob="innerHTML"></div>' in after.text


def test_while_somebody_types_fewer_paths_are_tried_and_all_of_them_after_a_pause(client: TestClient) -> None:
    given = opened(client, "budget")
    roughly = typed(client, "budget", given, draft="yes").text
    assert 'hx-trigger="load delay:700ms"' in roughly
    whole = typed(client, "budget", given, draft="").text
    assert "hx-trigger" not in whole
    assert "100,000" in whole
    assert "100,000 futures" not in roughly
    assert opened(client, "budget")["given.paths"] == "100,000"


def test_what_takes_no_paths_is_never_rough(client: TestClient) -> None:
    assert "hx-trigger" not in typed(client, "tco", opened(client, "tco"), draft="yes").text


def test_refused_inputs_name_the_field_and_leave_the_last_result_where_it_is(client: TestClient) -> None:
    given = opened(client, "federated") | {"given.nodes.1.uplink_mbit_s": "0"}
    refused = typed(client, "federated", given)
    assert refused.status_code == 422
    assert refused.headers["HX-Retarget"] == "#trouble"
    assert wrong(refused.text) == ["nodes.1.uplink_mbit_s"]
    assert "must be" in refused.text
    assert 'id="of-before" hx-swap-oob' in refused.text
    assert 'class="answer' not in refused.text


def test_without_a_script_the_same_page_comes_back_and_nothing_typed_is_lost(client: TestClient) -> None:
    given = opened(client, "federated") | {"given.nodes.1.uplink_mbit_s": "fast", "given.rounds": "half a dozen"}
    refused = client.post("/calculators/federated", data=given)
    assert refused.status_code == 422
    assert sorted(wrong(refused.text)) == ["nodes.1.uplink_mbit_s", "rounds"]
    assert controls(refused.text) == given
    assert 'id="field-given.rounds-error">Must be a whole number' in refused.text


def test_a_model_that_is_in_no_list_is_given_by_its_size(client: TestClient) -> None:
    given = opened(client, "capacity") | {"given.model": "", "given.model.parameters_b": "8", "given.precision": "fp16"}
    assert typed(client, "capacity", given).status_code == 200
    given["given.model.layers"] = "-1"
    assert wrong(typed(client, "capacity", given).text) == ["model.layers"]
    unknown = opened(client, "capacity") | {"given.model": "llama-4711"}
    refused = typed(client, "capacity", unknown).text
    assert wrong(refused) == ["model"]
    assert "Model: there is no model" in refused


def test_what_is_typed_is_read_as_people_write_it(client: TestClient) -> None:
    plain = opened(client, "budget") | {"given.monthly_budget": "1000000", "given.growth_per_month": "0.05"}
    written = plain | {"given.monthly_budget": " 1,000,000 ", "given.growth_per_month": "5 %"}
    spaced = plain | {"given.monthly_budget": "1\u00a0000\u202f000"}
    said = {answer(typed(client, "budget", each).text) for each in (plain, written, spaced)}
    assert len(said) == 1


def test_a_row_is_added_and_taken_out_without_a_script(client: TestClient) -> None:
    given = opened(client, "federated")
    rows = {name.split(".")[2] for name in given if name.startswith("given.nodes.")}
    more = client.post("/calculators/federated", data=given | {"do": "add given.nodes"})
    assert more.status_code == 200
    added = f"given.nodes.{len(rows)}.name"
    assert controls(more.text)[added] == ""
    assert wrong(more.text) == []  # not held against whoever has only begun
    fewer = client.post("/calculators/federated", data=controls(more.text) | {"do": "remove given.nodes.0"})
    left = controls(fewer.text)
    assert left["given.nodes.0.name"] == given["given.nodes.1.name"]
    assert {name.split(".")[2] for name in left if name.startswith("given.nodes.")} == rows


def test_an_option_of_a_kind_is_added_with_the_fields_of_that_kind(client: TestClient) -> None:
    given = opened(client, "tco")
    count = len({name.split(".")[2] for name in given if name.startswith("given.options.")})
    more = client.post("/calculators/tco", data=given | {"do": "add given.options owned"}, headers=HTMX)
    assert '<div class="calc" id="work">' in more.text
    assert "<html" not in more.text
    added = controls(more.text)
    assert added[f"given.options.{count}.kind"] == "owned"
    assert f"given.options.{count}.price_per_unit" in added
    refused = client.post("/calculators/tco", data=added)
    assert f"options.{count}.price_per_unit" in wrong(refused.text)


def test_what_is_asked_follows_the_kind_that_is_chosen(client: TestClient) -> None:
    more = client.post("/calculators/tco", data=opened(client, "tco") | {"do": "add given.options hybrid"})
    given = controls(more.text)
    kind = next(name for name in reversed(given) if name.endswith(".overflow.kind"))
    assert given[kind] == "api"
    assert 'value="shape"' in more.text  # a button for whoever has no script
    other = controls(client.post("/calculators/tco", data=given | {kind: "cloud", "do": "shape"}).text)
    assert kind.replace("kind", "price_per_unit_hour") in other


def test_what_only_programs_fill_in_is_not_asked(client: TestClient) -> None:
    assert not [name for name in opened(client, "capacity") if name.startswith("given.measured")]


def test_more_rows_than_anybody_fills_in_stand_as_a_text(client: TestClient) -> None:
    node = {"name": "x", "uplink_mbit_s": 10, "downlink_mbit_s": 10}
    many = json.dumps([node | {"name": f"node {number}"} for number in range(300)])
    rest = {name: value for name, value in opened(client, "federated").items() if ".nodes." not in name}
    page = client.post("/calculators/federated", data=rest | {"given.nodes": many})
    assert page.status_code == 200
    assert controls(page.text)["given.nodes"] == many
    damaged = client.post("/calculators/federated", data=rest | {"given.nodes": many.replace("10", "0", 1)})
    assert wrong(damaged.text) == ["nodes"]
    assert wrong(client.post("/calculators/federated", data=rest | {"given.nodes": "[{"}).text) == ["nodes"]


@pytest.mark.parametrize(
    "sent",
    [
        {"given.nodes.0": "x"},
        {"given.nodes.x.name": "x"},
        {"given": "x"},
        {"given.": "x"},
        {"given.nodes.99999999999.name": "x"},
        {"given." + ".".join("a" * 40): "x"},
        {"given.nodes.0.name": "\u202eevil\x00"},
        {"given.rounds": "1e999"},
        {"given.rounds": "NaN"},
        {"given.update_bytes": "9" * 5000},
        {"do": "add"},
        {"do": "add given.nowhere.0.else x"},
        {"do": "remove given"},
        {"do": "remove given.nodes.7"},
        {"do": "keep"},
        {"do": "keep", "pilot": "x"},
        {"do": "nonsense"},
    ],
)
def test_whatever_is_sent_is_answered_in_words(client: TestClient, sent: dict[str, str]) -> None:
    for given in (sent, opened(client, "federated") | sent):
        for headers in ({}, HTMX):
            said = client.post("/calculators/federated", data=given, headers=headers)
            assert said.status_code in (200, 422)
            assert "Something went wrong here" not in said.text


def test_there_is_no_such_calculator(client: TestClient) -> None:
    assert client.get("/calculators/horoscope").status_code == 404
    assert client.post("/calculators/horoscope").status_code == 404


NEEDS: dict[str, NeedValue] = {"monthly_budget": "12345.00", "currency": "EUR", "peak_concurrency": 321}


def needing(site: Site, **needs: NeedValue) -> str:
    with site.database.writing() as db:
        return str(pilots.add(db, site.callers["owner"], "Umbra", PROFILE, needs, at=datetime.now(UTC)))


def test_it_opens_with_what_a_pilot_needs_and_says_so(site: Site, client: TestClient) -> None:
    query = f"?pilot={needing(site, **NEEDS)}"
    budget = client.get(f"/calculators/budget{query}").text
    assert controls(budget)["given.monthly_budget"] == "12345.00"
    assert "From what this pilot states: Budget of a month, Currency" in budget
    assert opened(client, "capacity", query)["given.concurrency"] == "321"


def test_a_stranger_learns_nothing_of_a_pilot(site: Site, stranger: TestClient) -> None:
    assert stranger.get(f"/calculators/budget?pilot={needing(site, **NEEDS)}").status_code == 404


def test_no_figure_stands_in_an_address(client: TestClient) -> None:
    page = client.get("/calculators/budget").text
    forms = re.findall(r"<form[^>]*>", page)
    assert all('method="post"' in form for form in forms)
    assert not re.search(r'href="/calculators/[a-z]+\?(?!pilot=)', page)


def test_whoever_only_looks_may_calculate_and_is_not_asked_to_keep(viewer: TestClient) -> None:
    page = viewer.get("/calculators/federated").text
    assert typed(viewer, "federated", controls(page)).status_code == 200
    assert "Keep it as a scenario" not in page


def test_a_question_leads_to_the_calculators_whose_figures_it_reads(site: Site, client: TestClient) -> None:
    pilot = site.pilot()
    page = client.get(f"/assessments/{site.assessment(pilot)}/cost").text
    assert f'href="/calculators/budget?pilot={pilot}"' in page
    assert f'href="/pilots/{pilot}/scenarios"' in page
