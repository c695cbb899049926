"""Evidence attached and withdrawn on the page of a section, and its files given back."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.records import assessments
from app.web.evidence import as_download
from tests.web.conftest import Site
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
    assert "large.bin has 1,025 bytes; at most 1,024 are taken" in answer.text


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
