"""The report as one HTML file: whole, safe to open, and in need of nothing beside it."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from app.report.model import Report
from app.report.write import WRITERS
from app.report.write.html import html
from app.words import day, percent

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
    assert [each for each in private if each and each in summary] == []


def test_the_summary_says_that_it_is_one(report: Report) -> None:
    assert "The answers and the evidence register are not part of it." in html(report.summary()).decode()


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "{{ 7 * 7 }}", "</style><b>", "'onload='x"])
def test_a_name_is_never_markup(report: Report, name: str) -> None:
    tags = [tag for tag, _ in Read(html(report)).tags]
    assert [tag for tag, _ in Read(html(replace(report, pilot=name, confidentiality=name))).tags] == tags


def test_each_writer_stands_under_its_suffix(report: Report) -> None:
    begin = {suffix: write(report)[:5] for suffix, write in WRITERS.items()}
    assert begin == {".pdf": b"%PDF-", ".html": b"<!doc", ".json": b'{\n  "'}
