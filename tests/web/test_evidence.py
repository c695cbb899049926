"""Evidence attached and withdrawn on the page of a section, and its files given back."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.records import assessments, pilots
from app.web.evidence import as_download
from tests.artefacts import LOAD_TEST, load_test
from tests.web.conftest import PROFILE, Site
from tests.web.test_answers import holder

QUESTION = "security.supply-chain"
HTMX = {"HX-Request": "true"}
TODAY = datetime.now(UTC).date()


def attach(client: TestClient, assessment: UUID, *files: tuple[str, bytes], **form: Any) -> Any:
    """What attaching that answers, as a browser with htmx sends it."""
    return client.post(
        f"/assessments/{assessment}/answers/{QUESTION}/evidence",
        data={"kind": "link", "grade": "documented"} | form,
        files=[("file", file) for file in files] or [("file", ("", b""))],
        headers=HTMX,
    )


def items(site: Site, assessment: UUID) -> tuple[Any, ...]:
    """What is attached."""
    with site.database.reading() as db:
        kept = assessments.read(db, site.callers["owner"], assessment)
    found = kept.assessment.answers.get(QUESTION)
    return found.evidence if found else ()


def test_a_link_is_attached_with_its_grade_and_day(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    attach(client, assessment, url="https://wiki.example/sbom", title="Parts list", observed_on=str(TODAY))
    (item,) = items(site, assessment)
    assert (item.kind, item.title, item.url, str(item.grade), item.observed_on) == (
        "link",
        "Parts list",
        "https://wiki.example/sbom",
        "documented",
        TODAY,
    )


def test_a_file_is_attached_under_its_own_name(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    attach(client, assessment, ("parts.json", b"{}"), kind="document")
    assert [(item.kind, item.title) for item in items(site, assessment)] == [("document", "parts.json")]


def test_several_files_become_an_item_each(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    attach(client, assessment, ("a.txt", b"a"), ("b.txt", b"b"), kind="document")
    assert [item.title for item in items(site, assessment)] == ["a.txt", "b.txt"]


def test_a_figure_is_attached_with_what_was_measured(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    figure = {"metric": "time to first token", "statistic": "p95", "value": "1580", "unit": "ms"}
    attach(client, assessment, kind="figure", load="160 people at once", source="run of 12 October", **figure)
    (item,) = items(site, assessment)
    (finding,) = item.findings
    assert (finding.metric, finding.value, finding.attributes, finding.where) == (
        "time to first token",
        1580,
        {"load": "160 people at once"},
        "run of 12 October",
    )


CAPACITY = "infrastructure.capacity-proven"


def form_of(client: TestClient, assessment: UUID, question: str = CAPACITY) -> str:
    return client.get(f"/assessments/{assessment}/answers/{question}/evidence").text


def test_the_form_asks_for_the_figures_that_the_question_reads(site: Site, client: TestClient) -> None:
    page = form_of(client, site.assessment())
    assert '<input type="hidden" name="metric" value="time_to_first_token">' in page
    assert re.search(r'name="unit" value="ms"', page)
    assert re.search(r'name="statistic" value="p95"', page)
    assert '<input type="hidden" name="attribute" value="concurrency">' in page


def test_the_currency_of_the_pilot_is_the_unit_of_money(site: Site, client: TestClient) -> None:
    with site.database.writing() as db:
        pilot = pilots.add(db, site.callers["owner"], "Letters", PROFILE, {"currency": "CHF"}, at=datetime.now(UTC))
    assert 'name="unit" value="CHF"' in form_of(client, site.assessment(pilot), "cost.unit-cost")


def test_figures_entered_together_are_one_item_with_what_they_were_taken_with(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    rows = {
        "metric": ["time_to_first_token", "error_share", "test_duration", ""],
        "statistic": ["p95", "", "", ""],
        "value": ["1310", "0.002", "", ""],
        "unit": ["ms", "", "s", ""],
        "attribute": ["concurrency", "model", "live"],
        "amount": ["200", "acme/writer", "yes"],
    }
    attach(client, assessment, kind="figure", **rows)
    (item,) = items(site, assessment)
    taken = {"concurrency": 200, "model": "acme/writer", "live": True}
    assert [(each.metric, each.value, each.attributes) for each in item.findings] == [
        ("time_to_first_token", 1310, taken),
        ("error_share", 0.002, taken),
    ]


def test_yes_and_no_are_figures_too(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    attach(client, assessment, kind="figure", metric=["drill_done", "alarm_raised"], value=["yes", "No"])
    assert [each.value for each in items(site, assessment)[0].findings] == [1, 0]


def test_a_value_that_is_none_is_told_with_its_figure(site: Site, client: TestClient) -> None:
    answer = attach(client, site.assessment(), kind="figure", metric=["ttft", "tpot"], value=["1", "quick"])
    assert (answer.status_code, "tpot: must be a number" in answer.text) == (422, True)


def test_a_refused_figure_is_shown_again_with_all_that_was_typed(site: Site, client: TestClient) -> None:
    rows = {
        "metric": ["time_to_first_token", "error_share", "my own"],
        "value": ["quick", "0.002", "7"],
        "attribute": ["concurrency"],
        "amount": ["200"],
    }
    form = {"kind": "figure", "observed_on": "soon", **rows}
    page = client.post(f"/assessments/{site.assessment()}/answers/{CAPACITY}/evidence", data=form).text
    for typed in ('value="quick"', 'value="0.002"', 'value="my own"', 'value="7"', 'value="200"', 'value="soon"'):
        assert typed in page


def test_a_figure_that_no_rule_reads_can_still_be_entered(site: Site, client: TestClient) -> None:
    page = form_of(client, site.assessment())
    assert "Another figure" in page


def run_of(site: Site, client: TestClient, **figures: Any) -> tuple[UUID, str]:
    """An assessment whose capacity is claimed at 3 with a load test attached, and the page of its section."""
    needs = {"peak_concurrency": 200, "requests_per_second": 10, "ttft_p95_ms": 1500, "tpot_p95_ms": 50}
    with site.database.writing() as db:
        stated = needs | {"error_share": 0.01}
        pilot = pilots.add(db, site.callers["owner"], "Letters", PROFILE, stated, at=datetime.now(UTC))
    assessment = site.assessment(pilot)
    site.answer(assessment, CAPACITY, 3)
    content = load_test(TODAY - timedelta(days=5), **({"p95_tpot_ms": 30.0, "failed": 0} | figures))
    client.post(
        f"/assessments/{assessment}/answers/{CAPACITY}/evidence",
        data={"kind": "document"},
        files=[("file", (LOAD_TEST, content))],
        headers=HTMX,
    )
    return assessment, client.get(f"/assessments/{assessment}/infrastructure").text


def test_a_file_that_a_reader_knows_says_what_it_is_and_what_it_shows(site: Site, client: TestClient) -> None:
    _, page = run_of(site, client)
    assert "vLLM bench serve; by itself demonstrated; 11 findings." in page
    assert "Shows level 3" in page
    assert "Found: <strong>480 ms at concurrency 200</strong>, at <bdi>p95_ttft_ms</bdi>" in page


def test_a_file_that_speaks_against_the_claim_says_the_figure_and_what_settles_it(
    site: Site, client: TestClient
) -> None:
    _, page = run_of(site, client, p95_ttft_ms=3000.0, p99_ttft_ms=4000.0)
    assert "Contradicted by evidence" in page
    assert "3,000 ms at concurrency 200" in page
    assert "holds the same figure settles it" in page


def test_a_file_that_states_its_day_takes_no_other(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    answer = client.post(
        f"/assessments/{assessment}/answers/{QUESTION}/evidence",
        data={"kind": "document", "observed_on": str(TODAY)},
        files=[("file", (LOAD_TEST, load_test(TODAY - timedelta(days=5))))],
        headers=HTMX,
    )
    assert (answer.status_code, "the file itself says" in answer.text) == (422, True)
    assert items(site, assessment) == ()


def test_a_document_whose_grade_nobody_declares_is_documented(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    attach(client, assessment, ("a.txt", b"a"), kind="document", grade="")
    assert [str(item.grade) for item in items(site, assessment)] == ["documented"]


def test_an_artefact_can_be_had_back_and_stands_in_the_register(site: Site, client: TestClient) -> None:
    assessment, _ = run_of(site, client)
    register = client.get(f"/assessments/{assessment}/evidence").text
    (file,) = re.findall(r'href="([^"]+/file)" download', register)
    answer = client.get(file)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert b"acme/writer-8b" in answer.content
    assert "11 findings" in register


def test_what_a_question_reads_stands_on_its_card_with_the_needs_filled_in(site: Site, client: TestClient) -> None:
    _, page = run_of(site, client)
    assert "What this question reads" in page
    assert "where concurrency is at least 200 (“People at once in the busiest hour”)" in page


def test_a_need_that_is_not_written_down_leads_to_where_it_is_stated(site: Site, client: TestClient) -> None:
    pilot = site.pilot()
    page = client.get(f"/assessments/{site.assessment(pilot)}/infrastructure").text
    assert "(not written down yet)" in page
    assert f'href="/pilots/{pilot}/profile#field-needs.ttft_p95_ms"' in page


def test_what_a_declaration_counts_as_until_it_is_confirmed_is_said(site: Site, client: TestClient) -> None:
    shown = attach(client, site.assessment(), url="https://x.example/", grade="measured", observed_on=str(TODAY)).text
    assert "Declared measured; counts as documented until a second person confirms." in shown


def test_attaching_shows_the_items_and_what_the_answer_proves_now(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION, 3)
    shown = attach(client, assessment, url="https://x.example/", title="Contract", observed_on=str(TODAY)).text
    assert "Proves level 2, by “Contract” (documented)." in shown
    assert f'id="items-{QUESTION}"' in shown


def test_attaching_leaves_the_version_that_was_seen_alone(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION, 3, by="editor")
    assert 'name="seen"' not in attach(client, assessment, url="https://x.example/").text


@pytest.mark.parametrize(
    ("form", "why"),
    [
        pytest.param({"kind": "link"}, "a link needs an address", id="a link without an address"),
        pytest.param({"url": "javascript:alert(1)"}, "url", id="an address that is none of the web"),
        pytest.param({"kind": "document"}, "a document needs one", id="a document without a file"),
        pytest.param({"kind": "figure"}, "a figure needs at least one finding", id="a figure without a metric"),
        pytest.param({"kind": "figure", "metric": "x", "value": "many"}, "must be a number", id="a value in words"),
        pytest.param({"kind": "figure", "metric": "x", "value": "inf"}, "must be a finite number", id="no end"),
        pytest.param({"kind": "rumour"}, "takes", id="a kind that there is not"),
        pytest.param({"grade": "certain", "url": "https://x.example/"}, "takes", id="a grade that there is not"),
        pytest.param({"observed_on": "soon", "url": "https://x.example/"}, "must be a date", id="a day in words"),
        pytest.param(
            {"observed_on": str(TODAY + timedelta(days=1)), "url": "https://x.example/"},
            "nothing is seen before its day",
            id="a day to come",
        ),
        pytest.param({"title": "a\x07b", "url": "https://x.example/"}, "control character", id="a control character"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(site: Site, client: TestClient, form: dict[str, str], why: str) -> None:
    assessment = site.assessment()
    answer = attach(client, assessment, **form)
    assert answer.status_code == 422
    assert why in answer.text
    assert items(site, assessment) == ()


def test_an_empty_file_is_refused(site: Site, client: TestClient) -> None:
    answer = attach(client, site.assessment(), ("empty.txt", b""), kind="document")
    assert (answer.status_code, "is empty" in answer.text) == (422, True)


def test_a_file_that_is_too_large_is_refused_and_named(open_site: Any) -> None:
    site = open_site(upload_limit_bytes=1024)
    answer = attach(site.visit("owner"), site.assessment(), ("large.bin", b"x" * 1025), kind="document")
    assert answer.status_code == 413
    assert "large.bin is larger than the 1,024 bytes that are taken" in answer.text


def test_one_file_too_large_among_several_attaches_none(open_site: Any) -> None:
    site = open_site(upload_limit_bytes=1024)
    assessment = site.assessment()
    attach(site.visit("owner"), assessment, ("a.txt", b"a"), ("large.bin", b"x" * 1025), kind="document")
    assert items(site, assessment) == ()


def test_a_refused_plain_form_is_shown_again_with_all_that_was_typed(site: Site, client: TestClient) -> None:
    form = {"kind": "link", "title": "The parts list", "observed_on": "2026-01-02", "grade": "measured"}
    page = client.post(f"/assessments/{site.assessment()}/answers/{QUESTION}/evidence", data=form)
    assert page.status_code == 422
    for typed in ("The parts list", "2026-01-02", 'value="measured" checked', 'value="link" checked'):
        assert typed in page.text


def test_a_plain_form_is_led_back_to_its_question(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    form = {"kind": "link", "url": "https://x.example/", "grade": "asserted"}
    answer = client.post(f"/assessments/{assessment}/answers/{QUESTION}/evidence", data=form)
    assert answer.headers["location"] == f"/assessments/{assessment}/security?said=attached#{QUESTION}"


def test_the_form_stands_on_a_page_of_its_own(site: Site, client: TestClient) -> None:
    page = client.get(f"/assessments/{site.assessment()}/answers/{QUESTION}/evidence")
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text


def test_a_withdrawn_item_stays_on_record_with_its_reason(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    item = site.attach(assessment, QUESTION)
    url = f"/assessments/{assessment}/answers/{QUESTION}/evidence/{item}/withdrawal"
    shown = client.post(url, data={"reason": "Describes a tool that is gone."}, headers=HTMX).text
    assert re.search(r"<s><a[^>]*>Test record</a></s>", shown)
    assert "Describes a tool that is gone." in shown


def test_a_withdrawal_without_a_reason_is_refused(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    item = site.attach(assessment, QUESTION)
    url = f"/assessments/{assessment}/answers/{QUESTION}/evidence/{item}/withdrawal"
    assert client.post(url, data={"reason": " "}).status_code == 422
    assert items(site, assessment)[0].withdrawn is None


def test_the_form_to_withdraw_names_the_item(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    item = site.attach(assessment, QUESTION)
    page = client.get(f"/assessments/{assessment}/answers/{QUESTION}/evidence/{item}/withdrawal")
    assert "<strong>Test record</strong> stays on record" in page.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_item_of_another_question_is_not_found(site: Site, client: TestClient, method: str) -> None:
    assessment = site.assessment()
    item = site.attach(assessment, "cost.unit-cost")
    url = f"/assessments/{assessment}/answers/{QUESTION}/evidence/{item}/withdrawal"
    assert client.request(method, url, data={"reason": "gone"} if method == "post" else None).status_code == 404


def file_url(site: Site, client: TestClient, assessment: UUID, name: str, content: bytes) -> str:
    """Where a file, attached now, can be had."""
    attach(client, assessment, (name, content), kind="document")
    return f"/assessments/{assessment}/answers/{QUESTION}/evidence/{items(site, assessment)[-1].id}/file"


def test_a_file_comes_back_as_it_was_and_only_to_be_kept(site: Site, client: TestClient) -> None:
    url = file_url(site, client, site.assessment(), "page.html", b"<script>alert(1)</script>")
    answer = client.get(url)
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_file_is_not_given_to_another_organisation(site: Site, client: TestClient, stranger: TestClient) -> None:
    assert stranger.get(file_url(site, client, site.assessment(), "a.txt", b"a")).status_code == 404


def test_the_holder_of_a_link_gets_the_files_of_its_sections_only(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    url = file_url(site, client, assessment, "a.txt", b"a")
    assert holder(site, assessment, "security").get(url).status_code == 200
    assert holder(site, assessment, "cost").get(url).status_code == 404


def test_the_holder_of_a_link_is_offered_to_withdraw_only_what_they_attached(site: Site) -> None:
    assessment = site.assessment()
    site.attach(assessment, QUESTION, title="Of the house")
    guest = holder(site, assessment, "security")
    shown = attach(guest, assessment, url="https://x.example/", title="Of the guest").text
    assert re.findall(r"Withdraw<span[^>]*> ([^<]*)", shown) == ["Of the guest"]


def test_a_viewer_attaches_nothing(site: Site, viewer: TestClient) -> None:
    assert attach(viewer, site.assessment(), url="https://x.example/").status_code == 403


@pytest.mark.parametrize("name", ['a"b.txt', "..\\..\\x", "日本語.pdf", "a\u00e9;b", "x" * 300, "..."])
def test_a_download_keeps_its_name_and_breaks_no_header(name: str) -> None:
    header = as_download(name)
    plain = re.fullmatch(r"attachment; filename=\"([^\"\\\r\n;]+)\"; filename\*=UTF-8''(\S+)", header)
    assert plain
    assert plain[1].isascii()
    assert plain[2] == quote(name, safe="")


def test_attaching_asks_the_database_as_often_whatever_is_attached(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, QUESTION)
    attach(client, assessment, url="https://x.example/0", observed_on=str(date(2026, 1, 1)))
    with site.counting() as before:
        attach(client, assessment, url="https://x.example/1")
    for number in range(8):
        site.attach(assessment, "cost.unit-cost", title=f"item {number}", by="editor")
    with site.counting() as after:
        attach(client, assessment, url="https://x.example/2")
    assert abs(len(after) - len(before)) <= 1  # somebody more to name
