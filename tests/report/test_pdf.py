"""The PDF, read back: it says what the report says, to everybody, and nothing that its reader was not given."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.readiness.path import NoPath, Path
from app.readiness.verdict import Verdict
from app.report.model import Report
from app.report.pictures import forecast, since, trend
from app.report.told import told
from app.report.write.pdf import pdf
from app.words import day, days_in, effort, percent
from tests.report.read_back import ReadBack, read_back, squeezed


def test_every_reason_stands_in_it(read: ReadBack, report: Report) -> None:
    assert [each.text for each in report.reasons if not read.holds(days_in(each.text))] == []
    assert [each.detail for each in report.reasons if not read.holds(days_in(each.detail))] == []


def test_every_gate_stands_in_it_with_its_state(read: ReadBack, report: Report) -> None:
    told = [f"{each.title}{each.state.replace('-', ' ')}{days_in(each.note)}" for each in report.gates]
    assert [each for each in told if not read.holds(each)] == []


def test_every_question_stands_in_it_with_its_answer(read: ReadBack, report: Report) -> None:
    questions = [each for dimension in report.dimensions for each in dimension.questions]
    words = [
        word
        for each in questions
        for word in (each.title, each.text, each.note, each.ask, each.anchor, each.not_applicable, each.key)
        if word is not None
    ]
    assert len(questions) > 100
    assert [each for each in words if not read.holds(each)] == []


def test_every_item_stands_in_the_register_with_its_digest(read: ReadBack, report: Report) -> None:
    assert report.register
    digests = [each.sha256 for each in report.register if each.sha256]
    assert len(digests) > 90
    assert [each for each in digests if not read.holds(each)] == []
    assert [each.title for each in report.register if not read.holds(each.title)] == []
    assert [each.url for each in report.register if each.url and not read.holds(each.url)] == []


def test_every_item_has_its_number_in_the_register_and_under_its_answer(read: ReadBack, report: Report) -> None:
    assert report.register
    for number, each in enumerate(report.register, start=1):
        assert read.holds(f"E{number} {each.title}")
        assert read.text.count(squeezed(f"{each.effective_grade}: {each.title};")) == 1
        if each.sha256:
            assert read.holds(f"E{number} {each.sha256}")


def test_every_answer_says_who_gives_it_what_it_proves_and_what_it_refers_to(read: ReadBack, report: Report) -> None:
    questions = [each for dimension in report.dimensions for each in dimension.questions]
    assert [each.key for each in questions if not read.holds(f"{each.owner}, {each.key}.")] == []
    proves = [days_in(each.proves) for each in questions if each.claimed is not None]
    assert [
        each for each in proves + [days_in(more) for each in questions for more in each.more] if not read.holds(each)
    ] == []
    items = [each.partition(" ")[2] for question in questions for each in question.references]
    assert [each for each in items if not read.holds(each)] == []


def test_it_is_no_longer_than_people_read(read: ReadBack) -> None:
    assert len(read.pages) <= 36


def test_its_figures_are_those_of_the_report(read: ReadBack, report: Report) -> None:
    assert read.holds(f"Claimed Proven Gap {percent(report.claimed)}{percent(report.proven)}{percent(report.gap)}")
    for each in report.dimensions:
        floor = "below floor" if each.below_floor else ""
        assert read.holds(f"{each.title}{floor}{percent(each.claimed)}{percent(each.proven)}{percent(each.gap)}")
    assert read.holds(f"a Go needs {report.bar.go} proven and no dimension below {report.bar.floor}")


def test_the_board_has_one_page(read: ReadBack) -> None:
    assert [number for number, page in enumerate(read.pages, 1) if "Whatdecidesit" in page] == [2]
    assert "Whatittakes" in read.pages[2]
    assert "Whereitstands" in read.pages[3]


def test_the_board_reads_what_it_takes_and_what_it_hangs_on(read: ReadBack, report: Report) -> None:
    assert report.told
    assert squeezed(report.told.path) in read.pages[1]
    assert squeezed(report.told.fragility) in read.pages[1]


def test_every_step_stands_in_it_with_days_owner_and_what_it_lifts(read: ReadBack, report: Report) -> None:
    assert report.outlook
    assert report.told
    assert isinstance(report.outlook.path, Path)
    for each, what in zip(report.outlook.path.steps, report.told.steps, strict=True):
        lifts = f"+{each.lifts}" if each.lifts else ""
        gate = "gate passes" if each.gate else ""
        assert read.holds(f"{effort(each.effort_days)}{each.title}{what}{each.owner or ''}{lifts}{gate}{each.proven}")
    assert read.holds("Effort is the catalogue’s estimate, not a plan.")


@pytest.mark.parametrize("count", [5, 6])
def test_all_that_a_verdict_hangs_on_is_named_however_much_it_is(report: Report, count: int) -> None:
    assert report.outlook
    assert report.outlook.fragility
    one = report.outlook.fragility.hinges[0]
    hinges = tuple(replace(one, question=f"a.{number}", title=f"Hinge {number}") for number in range(count))
    hangs = replace(report.outlook, fragility=replace(report.outlook.fragility, count=count, hinges=hinges))
    read = read_back(pdf(replace(report, outlook=hangs, told=told(hangs, report.verdict_title)).summary()))
    assert [each.title for each in hinges if not read.holds(each.title)] == []


def test_no_path_says_what_stands_in_the_way(report: Report) -> None:
    assert report.outlook
    stuck = replace(report.outlook, path=NoPath(target=Verdict.GO, because=("Nobody may confirm.",)))
    read = read_back(pdf(replace(report, outlook=stuck, told=told(stuck, report.verdict_title)).summary()))
    assert read.holds("No path leads to a Go.")
    assert read.holds("Nobody may confirm.")


def test_a_report_that_nobody_worked_out_goes_on_with_where_it_stands(report: Report) -> None:
    read = read_back(pdf(replace(report, outlook=None, told=None).summary()))
    assert "Whereitstands" in read.pages[2]
    assert not read.holds("What it takes")


def test_it_tells_what_time_does_and_how_it_came_here(read: ReadBack, report: Report) -> None:
    assert report.told
    assert [each for each in report.told.turns if not read.holds(days_in(each.words))] == []
    for each in report.milestones:
        assert read.holds(f"{each.title}, {each.sealed_by}{each.sha256}{day(each.as_of)}{each.verdict_title}")
    assert report.since
    assert [each.cause for each in report.since.causes if not read.holds(each.cause.capitalize())] == []


def test_a_chart_is_told_in_words(read: ReadBack, report: Report) -> None:
    told = _tags(read.reader.root_object["/StructTreeRoot"])["/Figure"]
    charts = [picture.chart.told for each in (trend, since, forecast) if (picture := each(report))]
    assert len(charts) == 3
    assert [each for each in charts if each not in told] == []


def test_what_was_accepted_stands_in_it_with_its_cost(read: ReadBack, report: Report) -> None:
    accepted = [(each.reason, each.cost) for each in report.exceptions]
    accepted += [(each.reason, each.cost) for each in report.trade_offs]
    assert [each for each in accepted if not read.holds(each[0]) or not read.holds(each[1] or "never")] == []
    assert [each.title for each in report.trade_offs if not read.holds(each.title + (each.question_title or ""))] == []


def test_a_gate_that_a_restatement_turned_says_so(read: ReadBack, report: Report) -> None:
    turned = [one for gate in report.gates for one in gate.turned]
    assert turned
    assert [each for each in turned if not read.holds(days_in(each))] == []


def test_answers_of_another_version_are_kept_in_sight(read: ReadBack, report: Report) -> None:
    (kept,) = report.no_longer_asked
    assert read.holds(f"{kept.key}{kept.level}{kept.note}{kept.evidence[0]}")
    assert read.holds("Asked again")


def test_every_item_of_every_framework_stands_in_it(read: ReadBack, report: Report) -> None:
    for line in report.coverage:
        assert read.holds(f"{line.touched} of {len(line.items)}{percent(line.claimed)}{percent(line.proven)}")
        assert [
            each.id for each in line.items if not read.holds(f"{each.id} {each.title[:40].rpartition(' ')[0]}")
        ] == []


def test_an_item_that_nothing_touches_is_listed_as_such(report: Report) -> None:
    first = report.coverage[0]
    bare = replace(first.items[0], questions=(), applicable=0, answered=0, claimed=None, proven=None)
    line = replace(first, items=(bare, *first.items[1:]), touched=first.touched - 1)
    read = read_back(pdf(replace(report, coverage=(line,), dimensions=(), register=())))
    assert read.holds(f"Nothing in the catalogue touches {bare.id}.")


def test_facts_and_days_are_written_for_people(read: ReadBack, report: Report) -> None:
    assert report.lapses_on
    assert read.holds(f"Stands until {day(report.lapses_on)}")
    assert read.holds("Go-live 1 Mar 2027")
    assert not read.holds("2027-03-01")


def test_each_page_has_its_number_and_the_mark(read: ReadBack, report: Report) -> None:
    last = len(read.pages)
    for number, page in enumerate(read.pages, 1):
        assert f"{number}of{last}" in page
        assert "Confidential:fortheboardonly" in page
    assert all("CustomerserviceassistantConditionalgo" in page for page in read.pages[1:])


def test_it_says_what_it_is(read: ReadBack, report: Report) -> None:
    metadata = read.reader.metadata
    assert metadata is not None
    assert metadata.title == f"Customer service assistant: {report.verdict_title}"
    assert metadata.author == "Nordbank AG"
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == report.as_of


def test_it_is_tagged_for_those_who_listen(file: bytes, read: ReadBack) -> None:
    root: Any = read.reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tags = _tags(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/P", "/Figure"} <= tags.keys()
    assert all(each for each in tags["/Figure"])


def _tags(root: Any) -> dict[str, list[str]]:
    """Every kind of tag, with the alternative text of each."""
    found: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        here = waiting.pop().get_object()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            if "/S" in here:
                found.setdefault(str(here["/S"]), []).append(str(here.get("/Alt", "")))
            if "/K" in here:
                waiting.append(here["/K"])
    return found


def test_a_drawing_is_told_in_words(read: ReadBack, report: Report) -> None:
    told = _tags(read.reader.root_object["/StructTreeRoot"])["/Figure"]
    first = report.dimensions[0]
    assert f"{first.title}: claimed {first.claimed}, proven {first.proven}, floor {report.bar.floor}" in told


def test_it_has_bookmarks_and_page_labels(read: ReadBack, report: Report) -> None:
    outline = [each for each in read.reader.outline if not isinstance(each, list)]
    titles = [str(each.title) for each in outline]
    wanted = [
        "Summary",
        "What it takes",
        "Where it stands",
        "The pilot",
        "Coverage of frameworks",
        "Questions and answers",
        "Evidence register",
        "How this is made",
    ]
    assert titles == wanted
    below = [
        str(each.title)
        for part in read.reader.outline
        if isinstance(part, list)
        for each in part
        if not isinstance(each, list)
    ]
    assert [each.title for each in report.dimensions if each.title not in below] == []
    assert read.reader.page_labels[:3] == ["1", "2", "3"]


def test_every_font_travels_with_it(read: ReadBack) -> None:
    assert read.undefined_glyphs == 0
    assert [each.name for each in read.fonts.values() if not each.embedded] == []


def test_the_summary_alone_holds_nothing_of_the_appendix(report: Report) -> None:
    summary = read_back(pdf(report.summary()))
    assert report.register
    questions = [each for dimension in report.dimensions for each in dimension.questions]
    private = {each.sha256 for each in report.register} | {each.url for each in report.register}
    private |= (
        {each.title for each in report.register}
        | {each.anchor for each in questions}
        | {each.ask for each in questions}
    )
    assert [each for each in private if each and summary.holds(each)] == []
    assert not summary.holds("Evidence register")
    assert summary.holds("This is the summary.")
    assert summary.holds(report.reasons[0].text)


def test_one_report_gives_one_file(file: bytes, report: Report) -> None:
    other = replace(report, pilot="Another pilot")
    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(pdf, [report, other, report]))
    assert made[0] == made[2] == file
    assert made[1] != file


HOSTILE = [
    '#panic(1) #import "x": y',
    "$ sum_(i=0)^n $ *bold* _it_ `raw` @label <label>",
    "<script>alert('x')</script> & \"quoted\"",
    "\\#\\$ C:\\path\\new // comment /* more */",
    "= Heading\n- item\n+ item\n/ term: words",
    "]) #{ [",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_words_and_never_markup(report: Report, words: str) -> None:
    line = words.replace("\n", " ")
    asked = report.dimensions[0].questions[0]
    item = replace(asked.evidence[0], title=line, attached_by=line, withdrawn=line)
    question = replace(asked, note=words, ask=line, evidence=(item,))
    dimension = replace(report.dimensions[0], questions=(question,))
    read = read_back(
        pdf(
            replace(
                report,
                pilot=line,
                organisation=line,
                confidentiality=line,
                stated_by=line,
                dimensions=(dimension,),
                register=(item,),
            )
        )
    )
    assert read.reader.metadata is not None
    assert read.reader.metadata.title == f"{line}: {report.verdict_title}"
    assert read.holds(line)
    assert read.holds(words)
    assert read.holds(f"Stated by {line}")


MILLIMETRE = 72 / 25.4

LONG = {
    "a name without a space": "x" * 200,
    "a note without a space": "W" * 10_000,
    "a note of many words": "a fair and square sentence of words. " * 270,
    "a note in Chinese": "评估" * 5_000,
    "many short lines": "line\n" * 2_000,
}


@pytest.mark.parametrize("words", LONG.values(), ids=LONG.keys())
def test_nothing_is_too_long(report: Report, words: str) -> None:
    line = words.replace("\n", " ")[:200].strip()
    asked = report.dimensions[0].questions[0]
    item = replace(asked.evidence[0], title=line, attached_by=line, confirmed_by=line, withdrawn=words[:10_000])
    question = replace(asked, title=line, note=words, evidence=(item,))
    dimension = replace(report.dimensions[0], title=line[:60], questions=(question,))
    file = pdf(
        replace(
            report,
            pilot=line,
            organisation=line,
            confidentiality=line,
            dimensions=(dimension,),
            register=(item,),
            exceptions=(replace(report.exceptions[0], reason=words, asked_by=line),),
            reasons=(replace(report.reasons[0], detail=words),),
        )
    )
    read = read_back(file)
    assert read.holds(line)
    assert "Whatittakes" in read.pages[2]
    assert read.beyond(margin=19 * MILLIMETRE) == []


def test_three_hundred_items_fit(report: Report) -> None:
    assert report.register
    many = tuple(replace(report.register[0], title=f"Item number {number}") for number in range(300))
    read = read_back(pdf(replace(report, register=many)))
    assert all(read.holds(f"Item number {number}") for number in (0, 150, 299))


def test_what_is_not_known_is_said_in_words(report: Report) -> None:
    blank = replace(report.dimensions[0], claimed=None, proven=None, gap=None)
    unknown = replace(
        report, claimed=None, proven=None, gap=None, dimensions=(blank,), lapses_on=None, go_live=None, stated_by=None
    )
    read = read_back(pdf(replace(unknown, confirmed_by=None, confidentiality="", law=(), register=())))
    assert read.holds("Claimed Proven Gap not known not known not known")
    assert read.holds("Stated by nobody named, not confirmed by a second person.")
    assert read.holds("Nothing in it lapses by itself.")
    assert not read.holds("None")


@pytest.mark.parametrize("verdict", ["go", "conditional", "no-go", "not-assessed"])
def test_each_verdict_can_be_drawn(report: Report, verdict: str) -> None:
    states = ["passed", "unproven", "excepted", "failed", "open", "not-applicable"]
    gates = tuple(replace(report.gates[0], state=state) for state in states)
    read = read_back(pdf(replace(report, verdict=verdict, gates=gates).summary()))
    assert all(read.holds(state.replace("-", " ")) for state in states)


@pytest.mark.parametrize("figure", [Decimal("0.0"), Decimal("100.0")])
def test_the_ends_of_the_scale_can_be_drawn(report: Report, figure: Decimal) -> None:
    dimension = replace(report.dimensions[0], claimed=figure, proven=figure, gap=Decimal("0.0"), below_floor=False)
    read = read_back(pdf(replace(report, dimensions=(dimension,)).summary()))
    assert read.holds(f"{dimension.title}{figure}{figure}0.0")
