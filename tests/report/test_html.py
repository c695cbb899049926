"""The report as one HTML file: whole, safe to open, and in need of nothing beside it."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from app.readiness.path import NoPath, Path
from app.readiness.verdict import Verdict
from app.report.model import Report
from app.report.told import proving_told, told
from app.report.write import WRITERS
from app.report.write.html import html, shown
from app.words import day, days_in, percent, templates

# Attributes whose address a browser fetches by itself.
FETCHED = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("source", "srcset"),
    ("use", "href"),
}


class Read(HTMLParser):
    """What a file holds, as a browser takes it apart."""

    def __init__(self, file: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(file.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str | None]:
        """Everything that can be led to."""
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]

    @property
    def links(self) -> list[str]:
        """Where it leads."""
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a" and "href" in attrs]


@pytest.fixture(scope="module")
def file(report: Report) -> bytes:
    return html(report)


@pytest.fixture(scope="module")
def read(file: bytes) -> Read:
    return Read(file)


@pytest.fixture(scope="module")
def words(file: bytes) -> str:
    return unescape(re.sub(r"<[^>]*>", "", file.decode()))


def test_a_browser_fetches_nothing_for_it(read: Read) -> None:
    assert [(tag, name) for tag, attrs in read.tags for name in attrs if (tag, name) in FETCHED] == []


def test_its_stylesheet_fetches_nothing_either(file: bytes) -> None:
    assert re.search(rb"@import|url\((?!['\"]?data:)", file) is None


def test_it_runs_no_script(read: Read) -> None:
    assert [tag for tag, attrs in read.tags if tag == "script" or any(name.startswith("on") for name in attrs)] == []


def test_it_has_no_form(read: Read) -> None:
    assert [tag for tag, _ in read.tags if tag in ("form", "input", "button")] == []


def test_it_leads_to_itself_and_to_the_evidence_only(read: Read, report: Report) -> None:
    shown = {each.url for each in report.register or ()}
    assert [to for to in read.links if not to.startswith("#") and to not in shown] == []


def test_the_register_says_what_each_item_proves(words: str, report: Report) -> None:
    register = words[words.rindex("Evidence register") :]
    told = [
        days_in(each.proves) if each.proves else f"Supports level {each.supports}."
        for each in report.register or ()
        if each.proves or each.supports is not None
    ]
    assert told
    assert [each for each in told if each not in register] == []


def test_every_link_within_it_arrives(read: Read) -> None:
    assert [to for to in read.links if to.startswith("#") and to[1:] not in read.ids] == []


def test_no_two_things_in_it_have_one_id(read: Read) -> None:
    assert len(read.ids) == len(set(read.ids))


def test_it_has_one_main_heading(read: Read) -> None:
    assert [tag for tag, _ in read.tags].count("h1") == 1


def test_it_says_its_language(read: Read) -> None:
    assert ("html", {"lang": "en"}) in read.tags


def test_it_prints_the_figures_of_the_report(words: str, report: Report) -> None:
    figures = [report.claimed, report.proven, report.gap]
    figures += [figure for each in report.dimensions for figure in (each.claimed, each.proven, each.gap)]
    assert [figure for figure in figures if percent(figure) not in words] == []


def test_it_holds_every_answer(words: str, report: Report) -> None:
    said = [
        word
        for dimension in report.dimensions
        for each in dimension.questions
        for word in (each.title, each.text, each.anchor, each.note, each.ask, each.not_applicable)
        if word
    ]
    assert [each for each in said if each not in words] == []


def test_it_holds_every_item_with_its_digest(words: str, report: Report) -> None:
    said = [word for each in report.register or () for word in (each.title, each.sha256) if word]
    assert [each for each in said if each not in words] == []


def test_it_names_who_stated_and_who_confirmed(words: str, report: Report) -> None:
    assert f"Stated by {report.stated_by}, confirmed by {report.confirmed_by}." in words


def test_it_states_profile_and_needs(words: str, report: Report) -> None:
    stated = [each for each in (*report.profile, *report.needs) if each.value and each.key != "go_live"]
    assert [each.key for each in stated if each.title not in words or (each.value or "") not in words] == []


def test_it_says_which_duties_begin_before_go_live(words: str, report: Report) -> None:
    assert [each.what for each in report.law if each.what not in words or day(each.applies_from) not in words] == []


def test_it_says_what_it_takes_and_what_it_hangs_on(words: str, report: Report) -> None:
    assert report.told
    said = [
        report.told.path,
        *report.told.steps,
        report.told.fragility,
        *(days_in(each.words) for each in report.told.turns),
    ]
    assert [each for each in said if each not in words] == []


def test_each_step_says_its_days_its_owner_and_what_it_lifts(words: str, report: Report) -> None:
    assert report.outlook
    assert isinstance(report.outlook.path, Path)
    for each in report.outlook.path.steps:
        assert f"{each.effort_days.normalize():f} day" in words
        assert each.owner is None or f"{each.owner}." in words
        assert not each.lifts or f"+{each.lifts}" in words
        assert f"then {each.proven}" in words


def test_days_of_work_are_said_to_be_estimates(words: str) -> None:
    assert "Days of work are the catalogue’s estimates, not a plan." in words


def test_no_path_says_what_stands_in_the_way(report: Report) -> None:
    assert report.outlook
    because = ("Capacity at peak load is claimed, not proven.", "Profile and needs are not confirmed.")
    stuck = replace(report.outlook, path=NoPath(target=Verdict.GO, because=because))
    words = unescape(html(replace(report, outlook=stuck, told=told(stuck, report.verdict_title))).decode())
    assert "No path leads to a Go." in words
    assert all(each in words for each in because)


def test_a_report_that_nobody_worked_out_promises_no_path(report: Report) -> None:
    assert 'id="path"' not in html(replace(report, outlook=None, told=None)).decode()


def test_the_page_leads_to_where_steps_are_ruled_out(report: Report) -> None:
    body = templates().get_template("report/body.html")
    page = body.render(shown(report), home="/assessments/1", method_url=None, actions="")
    assert 'href="/assessments/1/path"' in page
    assert 'href="/assessments/1/coverage"' in page


def test_each_milestone_stands_in_it_with_its_digest(words: str, report: Report) -> None:
    assert [each.title for each in report.milestones if each.title not in words or each.sha256 not in words] == []


def test_each_chart_is_there_wide_and_narrow_and_as_a_table(read: Read) -> None:
    charts = [attrs for tag, attrs in read.tags if tag == "svg" and "chart" in (attrs.get("class") or "").split()]
    assert [attrs["class"] for attrs in charts] == ["chart wide", "chart narrow"] * 3
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in charts)
    figures = [tag for tag, attrs in read.tags if tag == "figure"]
    assert len(figures) == 3


def test_what_was_accepted_stands_in_it_with_its_cost(words: str, report: Report) -> None:
    accepted = [(each.reason, each.cost) for each in report.exceptions]
    accepted += [(each.reason, each.cost) for each in report.trade_offs]
    assert [each for each in accepted if each[0] not in words or (each[1] or "never") not in words] == []
    assert [each.decided_by for each in report.trade_offs if each.decided_by not in words] == []


def test_a_gate_that_a_restatement_turned_says_so(words: str, report: Report) -> None:
    turned = [one for gate in report.gates for one in gate.turned]
    assert turned
    assert [each for each in turned if days_in(each) not in words] == []


def test_answers_of_another_version_are_kept_in_sight(words: str, report: Report) -> None:
    (kept,) = report.no_longer_asked
    assert f"{kept.key}: level {kept.level}" in words
    assert kept.note
    assert kept.note.rstrip(".") in words
    assert kept.evidence[0] in words
    titles = {line.key: line.title for each in report.dimensions for line in each.questions}
    again = words.partition("Asked again")[2].partition("No longer asked")[0]
    assert [key for key in report.asks_again if titles[key] not in again] == []


def test_every_item_of_every_framework_stands_in_it(words: str, report: Report) -> None:
    items = [item for each in report.coverage for item in each.items]
    assert len(items) > 200
    assert [each.id for each in items if each.id not in words or each.title not in words] == []


def test_an_answer_says_the_cheapest_that_would_prove_it(words: str, report: Report) -> None:
    assert report.outlook
    more = {line.key: line.more for each in report.dimensions for line in each.questions}
    told = [proving_told(each, more[each.question]) for each in report.outlook.proving]
    assert [each for each in told if each not in words] == []


def test_an_answer_is_drawn_anew_when_it_changes(report: Report) -> None:
    before = html(report).decode()
    asked = report.dimensions[0].questions[0]
    changed = replace(asked, note="Something else now.")
    dimension = replace(report.dimensions[0], questions=(changed, *report.dimensions[0].questions[1:]))
    after = html(replace(report, dimensions=(dimension, *report.dimensions[1:]))).decode()
    assert asked.note
    assert "Something else now." not in before
    assert "Something else now." in after


def test_a_profile_that_nobody_confirmed_is_said_to_be_so(report: Report) -> None:
    assert "not confirmed by a second person" in html(replace(report, confirmed_by=None)).decode()


def test_a_figure_that_is_not_known_is_said_in_words(report: Report) -> None:
    unknown = replace(report, claimed=None, proven=None, gap=None, claimed_range=None)
    assert '<dd class="unknown">not known</dd>' in html(unknown).decode()


def test_the_summary_holds_nothing_of_the_appendix(report: Report) -> None:
    summary = html(report.summary()).decode()
    private = [
        word for dimension in report.dimensions for each in dimension.questions for word in (each.note, each.ask)
    ]
    private += [word for each in report.register or () for word in (each.title, each.sha256)]
    private += [word for each in report.no_longer_asked for word in (each.note, *each.evidence)]
    assert [each for each in private if each and each in summary] == []


def test_the_summary_says_that_it_is_one(report: Report) -> None:
    assert "The answers and the evidence register are not part of it." in html(report.summary()).decode()


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "{{ 7 * 7 }}", "</style><b>", "'onload='x"])
def test_a_name_is_never_markup(report: Report, name: str) -> None:
    tags = [tag for tag, _ in Read(html(report)).tags]
    assert [tag for tag, _ in Read(html(replace(report, pilot=name, confidentiality=name))).tags] == tags


def test_each_writer_stands_under_its_suffix(report: Report) -> None:
    begin = {suffix: write(report)[:5] for suffix, write in WRITERS.items()}
    assert begin == {".pdf": b"%PDF-", ".xlsx": b"PK\x03\x04\x14", ".html": b"<!doc", ".json": b'{\n  "'}
