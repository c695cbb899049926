"""Pilots through the browser's door: at a glance, made, read, stated anew."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app import library
from app.readiness.profile import Profile
from app.records import pilots
from app.records.portfolio import Line
from app.web.standings import summary
from tests.web.conftest import PROFILE, Site

TODAY = date(2026, 11, 21)
STATED = {
    "name": "Contract search",
    "profile.deployment": ["on-prem"],
    "profile.model": ["open-weights"],
    "profile.data": ["trade-secret"],
    "profile.regions": ["eu"],
    "profile.users": ["staff"],
    "profile.autonomy": "assist",
}


def confirm(site: Site, pilot: UUID, who: str = "editor") -> None:
    with site.database.writing() as db:
        pilots.confirm(db, site.callers[who], pilot, at=datetime.now(UTC))


def found(site: Site, pilot: UUID) -> pilots.Found:
    with site.database.reading() as db:
        return pilots.find(db, site.callers["owner"], pilot)


def form_on(client: TestClient, address: str) -> dict[str, Any]:
    """What a browser would send back of a page's form, untouched."""
    page = client.get(address).text
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name is None or value is None or (("checkbox" in tag or "radio" in tag) and " checked" not in tag):
            continue
        kept = sent.setdefault(name[1], [] if "checkbox" in tag else value[1])
        if isinstance(kept, list):
            kept.append(value[1])
    return sent


def touched_by(kind: str) -> str:
    """A question that every pilot is asked and that such a change touches."""
    return next(
        key for key, each in library.catalogue().questions.items() if each.when is None and kind in each.changes
    )


def line(name: str, go_live: date | None = None) -> Line:
    return Line(UUID(int=1), name, True, Profile(go_live=go_live), None, None)


def test_the_portfolio_without_pilots_says_what_one_is_and_where_the_demo_is(client: TestClient) -> None:
    page = client.get("/").text
    assert "No pilot yet" in page
    assert "make run" in page


def test_the_portfolio_names_each_pilot_with_its_verdict(client: TestClient, site: Site) -> None:
    site.assessment(site.pilot("Letter drafting"))
    page = client.get("/").text
    assert "Letter drafting" in page
    assert "Not assessed" in page


def test_a_pilot_without_an_assessment_stands_in_the_portfolio_too(client: TestClient, site: Site) -> None:
    site.pilot("Only stated")
    assert "No assessment is begun." in client.get("/").text


def test_a_viewer_is_offered_no_new_pilot(viewer: TestClient, site: Site) -> None:
    site.assessment()
    assert "/pilots/new" not in viewer.get("/").text


@pytest.mark.parametrize("sort", ["go-live", "gap", "verdict"])
def test_the_portfolio_can_be_sorted(client: TestClient, site: Site, sort: str) -> None:
    site.assessment()
    assert f'href="/?sort={sort}"' not in client.get("/", params={"sort": sort}).text


def test_sorting_by_something_else_is_refused_in_words(client: TestClient) -> None:
    assert client.get("/?sort=price").status_code == 422


@pytest.mark.parametrize(
    ("days", "says"),
    [
        pytest.param([date(2027, 3, 1)], "One pilot wants to go live before April.", id="one"),
        pytest.param([date(2026, 12, 1), date(2027, 3, 31)], "Two pilots want to go live before April.", id="two"),
        pytest.param([date(2028, 2, 1)], "One pilot wants to go live before March 2028.", id="far ahead"),
        pytest.param(
            [date(2026, 12, 31)], "One pilot wants to go live before January.", id="over the turn of the year"
        ),
        pytest.param(
            [date(2027, 2, 1), None], "Two pilots; one has a day ahead for going live.", id="one without a day"
        ),
        pytest.param([date(2026, 1, 1)], "One pilot, and no day ahead for going live.", id="overdue"),
    ],
)
def test_the_sentence_on_top_sums_up(days: list[date | None], says: str) -> None:
    assert summary([line("A", day) for day in days], TODAY).startswith(says)


@pytest.mark.parametrize("address", ["/", "/confirmations"])
def test_a_page_asks_as_much_of_the_database_for_thirty_pilots_as_for_one(
    client: TestClient, site: Site, address: str
) -> None:
    site.assessment(site.pilot(by="editor"))
    with site.counting() as one:
        client.get(address)
    for number in range(29):
        site.assessment(site.pilot(f"Pilot {number}", by="editor"))
    with site.counting() as thirty:
        client.get(address)
    assert len(one) == len(thirty)


def test_a_new_pilot_leads_to_its_assessment(client: TestClient) -> None:
    answer = client.post("/pilots", data=STATED)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/assessments/")
    assert "Contract search" in client.get("/").text


def test_a_profile_that_contradicts_itself_is_refused_beside_its_field(client: TestClient) -> None:
    answer = client.post("/pilots", data=STATED | {"profile.deployment": ["api", "air-gapped"]})
    assert answer.status_code == 422
    assert 'href="#field-profile.deployment"' in answer.text


def test_what_was_typed_stands_in_the_refused_form(client: TestClient) -> None:
    answer = client.post("/pilots", data=STATED | {"name": "", "profile.sector": "Tidal power"})
    assert "Tidal power" in answer.text


def test_nothing_is_made_of_a_refused_form(client: TestClient) -> None:
    client.post("/pilots", data=STATED | {"profile.go_live": "soon"})
    assert "Contract search" not in client.get("/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x\u202ey"),
        ("name", "x" * 300),
        ("profile.deployment", "moon"),
        ("profile.autonomy", "perhaps"),
        ("profile.affects_people", "maybe"),
        ("profile.parameters_b", "-1"),
        ("profile.parameters_b", "inf"),
        ("profile.go_live", "0000-99-99"),
        ("profile.sector", "a\x00b"),
    ],
)
def test_what_does_not_fit_a_field_is_refused_and_names_it(client: TestClient, field: str, value: str) -> None:
    answer = client.post("/pilots", data=STATED | {field: value})
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text


def test_a_viewer_adds_no_pilot(viewer: TestClient) -> None:
    assert viewer.post("/pilots", data=STATED).status_code == 403


def test_a_pilot_of_another_organisation_is_not_there(stranger: TestClient, site: Site) -> None:
    pilot = site.pilot()
    reads = [stranger.get(f"/pilots/{pilot}{each}").status_code for each in ("", "/profile")]
    writes = [
        stranger.post(f"/pilots/{pilot}{each}", data=STATED).status_code
        for each in ("/profile", "/profile/preview", "/profile/draft", "/assessments", "/confirmation")
    ]
    assert {*reads, *writes} == {404}


def test_whoever_stated_a_profile_is_told_that_somebody_else_confirms(client: TestClient, site: Site) -> None:
    page = client.get(f"/pilots/{site.pilot()}").text
    assert "somebody else has to confirm" in page
    assert "Confirm what stands below" not in page


def test_another_account_is_offered_to_confirm_a_profile(editor: TestClient, site: Site) -> None:
    assert "Confirm what stands below" in editor.get(f"/pilots/{site.pilot()}").text


def test_a_viewer_is_not_offered_to_confirm_a_profile(viewer: TestClient, site: Site) -> None:
    assert "Confirm what stands below" not in viewer.get(f"/pilots/{site.pilot()}").text


def test_a_confirmed_profile_says_who_confirmed_it(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    confirm(site, pilot)
    assert "confirmed by <bdi>Jonas Adler</bdi>" in client.get(f"/pilots/{pilot}").text


def test_another_assessment_can_be_begun(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    answer = client.post(f"/pilots/{pilot}/assessments")
    assert answer.headers["location"].startswith("/assessments/")


def test_a_change_is_recorded(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    sent = {"on": datetime.now(UTC).date().isoformat(), "kind": "model", "note": "Version 2"}
    answer = client.post(f"/pilots/{pilot}/changes", data=sent)
    assert answer.headers["location"] == f"/pilots/{pilot}?said=recorded#changes"
    assert [each.note for each in found(site, pilot).changes] == ["Version 2"]


def test_a_change_shows_on_a_pilot_without_an_assessment(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    sent = {"on": datetime.now(UTC).date().isoformat(), "kind": "model", "note": "Version 2"}
    client.post(f"/pilots/{pilot}/changes", data=sent)
    assert "Version 2" in client.get(f"/pilots/{pilot}").text


def test_before_a_change_is_recorded_it_says_how_many_answers_would_ask_for_a_new_look(
    client: TestClient, site: Site
) -> None:
    pilot = site.pilot()
    site.answer(site.assessment(pilot), touched_by("model"))
    assert "1 answer would ask for a new look" in client.get(f"/pilots/{pilot}").text


def test_a_change_in_the_future_is_refused_and_what_was_typed_is_offered_again(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    answer = client.post(f"/pilots/{pilot}/changes", data={"on": tomorrow, "kind": "model", "note": "Version 2"})
    assert answer.status_code == 422
    assert "Version 2" in answer.text
    assert not found(site, pilot).changes


def test_an_untouched_form_changes_nothing_that_is_stated(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    site.assessment(pilot)
    confirm(site, pilot)
    client.post(f"/pilots/{pilot}/profile", data=form_on(client, f"/pilots/{pilot}/profile"))
    now = found(site, pilot)
    assert now.pilot.profile == PROFILE
    assert now.pilot.confirmed


def test_a_look_at_what_changes_names_what_comes_and_goes_and_saves_nothing(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    assessment = site.assessment(pilot)
    form = form_on(client, f"/pilots/{pilot}/profile")
    staffing = "Job changes wait for measured gains"
    page = client.post(f"/pilots/{pilot}/profile/preview", data=form | {"profile.staffing_planned": "yes"}).text
    assert staffing in page
    assert "comes" in page
    assert found(site, pilot).version == 1
    assert staffing not in client.get(f"/assessments/{assessment}").text


def test_an_answer_to_a_question_that_goes_is_said_to_be_kept(client: TestClient, site: Site) -> None:
    pilot = site.pilot(profile=Profile(staffing_planned=True))
    assessment = site.assessment(pilot)
    question = next(
        key
        for key, each in library.catalogue().questions.items()
        if each.when is not None and each.when.fields == {"staffing_planned"}
    )
    site.answer(assessment, question, 2)
    form = form_on(client, f"/pilots/{pilot}/profile")
    page = client.post(f"/pilots/{pilot}/profile/preview", data=form | {"profile.staffing_planned": "no"}).text
    assert "answered, kept" in page


def test_a_look_at_what_changes_says_that_it_has_to_be_confirmed_again(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    confirm(site, pilot)
    form = form_on(client, f"/pilots/{pilot}/profile")
    page = client.post(f"/pilots/{pilot}/profile/preview", data=form | {"needs.peak_concurrency": "400"}).text
    assert "Somebody else has to confirm this" in page


def test_from_the_look_one_can_go_back_to_the_form_as_it_was_typed(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    typed = form_on(client, f"/pilots/{pilot}/profile") | {"needs.peak_concurrency": "twelve"}
    assert 'value="twelve"' in client.post(f"/pilots/{pilot}/profile/draft", data=typed).text


def test_a_saved_change_asks_to_be_confirmed_again(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    confirm(site, pilot)
    form = form_on(client, f"/pilots/{pilot}/profile") | {"needs.peak_concurrency": "400"}
    answer = client.post(f"/pilots/{pilot}/profile", data=form)
    assert answer.headers["location"] == f"/pilots/{pilot}?said=saved"
    assert found(site, pilot).pilot.needs == {"peak_concurrency": 400}
    assert not found(site, pilot).pilot.confirmed


def test_a_need_that_is_no_number_is_refused_beside_its_field(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    form = form_on(client, f"/pilots/{pilot}/profile") | {"needs.peak_concurrency": "1,500"}
    answer = client.post(f"/pilots/{pilot}/profile/preview", data=form)
    assert answer.status_code == 422
    assert 'href="#field-needs.peak_concurrency"' in answer.text
    assert 'value="1,500"' in answer.text


def test_a_stale_change_shows_both_and_loses_nothing(client: TestClient, editor: TestClient, site: Site) -> None:
    pilot = site.pilot()
    mine, theirs = (form_on(each, f"/pilots/{pilot}/profile") for each in (client, editor))
    editor.post(f"/pilots/{pilot}/profile", data=theirs | {"profile.sector": "Shipping"})
    answer = client.post(f"/pilots/{pilot}/profile", data=mine | {"profile.sector": "Fishing"})
    assert answer.status_code == 412
    assert "Shipping" in answer.text
    assert 'value="Fishing"' in answer.text
    assert "Jonas Adler" in answer.text
    assert found(site, pilot).pilot.profile.sector == "Shipping"


def test_after_both_were_seen_ones_own_can_be_saved_over_theirs(
    client: TestClient, editor: TestClient, site: Site
) -> None:
    pilot = site.pilot()
    mine, theirs = (form_on(each, f"/pilots/{pilot}/profile") for each in (client, editor))
    editor.post(f"/pilots/{pilot}/profile", data=theirs | {"profile.sector": "Shipping"})
    answer = client.post(f"/pilots/{pilot}/profile", data=mine | {"profile.sector": "Fishing"})
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen
    client.post(f"/pilots/{pilot}/profile", data=mine | {"profile.sector": "Fishing", "seen": seen[1]})
    assert found(site, pilot).pilot.profile.sector == "Fishing"


def test_a_change_that_does_not_say_what_was_seen_is_refused(client: TestClient, site: Site) -> None:
    pilot = site.pilot()
    assert client.post(f"/pilots/{pilot}/profile", data=STATED).status_code == 428
    assert found(site, pilot).version == 1
