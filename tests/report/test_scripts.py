"""Names in any script print, and come back from the text."""

from dataclasses import replace

import pytest

from app.report.model import Report
from app.report.write.fonts import BOX, families
from app.report.write.pdf import pdf
from tests.report.read_back import ReadBack, read_back

NAMES = {
    "Arabic": "مساعد خدمة العملاء",
    "Hebrew": "עוזר שירות לקוחות",
    "Hindi": "ग्राहक सेवा सहायक",
    "Thai": "ผู้ช่วยบริการลูกค้า",
    "Japanese": "カスタマーサービス支援",
    "Chinese": "客户服务助手",
    "Korean": "고객 서비스 도우미",
    "Greek": "Βοηθός εξυπηρέτησης",
    "Cyrillic": "Помощник службы поддержки",
    "Tamil": "வாடிக்கையாளர்",
    "Vietnamese": "Trợ lý khách hàng Đặng",
    "Polish": "Źdźbło żółć Łódź",
}
SHAPED = {"Bengali": "গ্রাহক সহায়ক", "Telugu": "వినియోగదారు సహాయకుడు", "Khmer": "ជំនួយការអតិថិជន", "Burmese": "ဖောက်သည်"}


def _named(report: Report, name: str) -> ReadBack:
    """A report in which the name stands in serif and sans, in bold, in a heading and in a note."""
    asked = report.dimensions[0].questions[0]
    question = replace(asked, title=name, note=name)
    dimension = replace(report.dimensions[0], questions=(question,))
    return read_back(pdf(replace(report, pilot=name, organisation=name, dimensions=(dimension,), register=())))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_prints_and_comes_back(report: Report, name: str) -> None:
    read = _named(report, name)
    assert read.holds(name)
    _is_drawn(read)
    assert read.reader.metadata is not None
    assert read.reader.metadata.title == f"{name}: {report.verdict_title}"


@pytest.mark.parametrize("name", SHAPED.values(), ids=SHAPED.keys())
def test_a_name_that_its_font_shapes_prints(report: Report, name: str) -> None:
    _is_drawn(_named(report, name))


def _is_drawn(read: ReadBack) -> None:
    assert read.undefined_glyphs == 0
    assert BOX.replace(" ", "") not in read.fonts
    assert all(each.embedded for each in read.fonts.values())


@pytest.mark.parametrize("name", ["😀 and 🧭", "private \ue000 use", "unassigned \u0378", "linear 𐘀𐘁"])
def test_what_no_font_holds_prints_as_a_box_and_stays_in_the_text(report: Report, name: str) -> None:
    read = _named(report, name)
    assert BOX.replace(" ", "") in read.fonts
    assert read.undefined_glyphs == 0
    assert read.holds(name)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        pytest.param("評価 評価する", "Noto Sans CJK JP", id="with kana it is Japanese"),
        pytest.param("評價 평가", "Noto Sans CJK KR", id="with hangul it is Korean"),
        pytest.param("评估", "Noto Sans CJK SC", id="otherwise Chinese"),
    ],
)
def test_han_characters_are_drawn_as_the_text_around_them_asks(text: str, family: str) -> None:
    assert family in families(text)["sans"]


def test_the_box_comes_last() -> None:
    assert {each[-1] for each in families("ગ્રાહક").values()} == {BOX}
    assert "Noto Sans Gujarati" in families("ગ્રાહક")["serif"]
    assert "Noto Sans Gujarati" not in families("Customer")["serif"]
