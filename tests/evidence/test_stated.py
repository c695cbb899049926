"""What is taken from a file as stated: figures, days, lines, YAML and one entry of an archive, all within limits."""

import io
import zipfile
from datetime import date
from math import inf, nan

import pytest

from app.errors import TooLarge, Unreadable
from app.evidence import archive
from app.evidence.stated import (
    CamelFields,
    Fields,
    Figure,
    attributes,
    day,
    day_of_seconds,
    fields,
    figure,
    figure_in_text,
    line,
    lines,
)
from app.evidence.yaml_values import read_yaml


@pytest.mark.parametrize("given", [nan, inf, -inf, True, "1", None, 10**400, [], {}])
def test_what_is_no_finite_number_is_no_figure(given: object) -> None:
    assert figure(given) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.91", (0.91, False)),
        (" 91 % ", (91.0, True)),
        ("-1e-3", (-0.001, False)),
        ("The value of the metric", None),
        ("0.91 on our set", None),
        ("1e999", None),
        ("nan", None),
        ("", None),
        ("٣", None),
        ("1" * 500, None),
    ],
)
def test_a_text_counts_as_a_number_only_if_all_of_it_is_one(text: str, number: tuple[float, bool] | None) -> None:
    assert figure_in_text(text) == number


@pytest.mark.parametrize(
    ("stated", "on"),
    [
        ("2026-05-10T12:00:00Z", date(2026, 5, 10)),
        ("2025-05-12T20:28:26-04:00", date(2025, 5, 13)),
        ("2025-08-28T23:59:00.000000", date(2025, 8, 28)),
        ("2026-05-10", date(2026, 5, 10)),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        (20260510, None),
        (None, None),
    ],
)
def test_a_day_is_in_utc_where_a_zone_is_stated_and_as_written_elsewhere(stated: object, on: date | None) -> None:
    assert day(stated) == on


@pytest.mark.parametrize("seconds", [None, 0.0, -5.0, 1e18, nan, inf])
def test_seconds_that_are_no_day_are_none(seconds: float | None) -> None:
    assert day_of_seconds(seconds) is None


def test_a_line_has_no_hidden_characters_and_is_never_too_long() -> None:
    assert line("a\x00b\u202e c\n d\ud800") == "a b c d"
    assert line("\u200b \n") is None
    assert len(line("x" * 10_000) or "") == 200
    assert lines(["a", None, "a", 3, "b"]) == ("a", "b")


def test_attributes_hold_what_is_known_and_finite() -> None:
    assert attributes(a=None, b=nan, c="", d=20.0, e=0.5, f=False, g=10**30) == {"d": 20, "e": 0.5, "f": False}


def test_a_field_of_the_wrong_type_is_named_with_its_place() -> None:
    class _One(Fields):
        score: Figure = None

    class _All(CamelFields):
        all_scores: tuple[_One, ...] = ()

    assert fields(_All, {"allScores": [{"score": nan}, {"score": "N/A"}, {}]}, "a test").all_scores == (_One(),) * 3
    with pytest.raises(Unreadable) as refused:
        fields(_All, {"allScores": [{"score": "high"}]}, "a test")
    assert [str(problem) for problem in refused.value.problems] == ["allScores.0.score: must be a number"]


def test_yaml_is_read_as_plain_values() -> None:
    text = "a: 1\nb: [x, 2.5, null, true]\nc:\n  - d: 2026-11-21\n    e: |\n      two\n      lines\n"
    assert read_yaml(text) == {
        "a": 1,
        "b": ["x", 2.5, None, True],
        "c": [{"d": date(2026, 11, 21), "e": "two\nlines\n"}],
    }
    assert read_yaml("") is None
    assert read_yaml("- 1") == [1]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x\n",
        "!!python/object/apply:os.system ['true']\n",
        "a: !!python/object:os.system {}\n",
        "a: !!python/name:os.system\n",
        "a: 1\na: 2\n",
        "[1]: 2\n",
        "a: 2026-13-45\n",
        "a: [1, 2\n",
        "a: b: c\n",
        "\x01",
        "[" * 200,
        "a: " + "[" * 60 + "]" * 60,
        "\ud800",
    ],
)
def test_yaml_that_is_broken_or_more_than_values_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_yaml(text)


def test_a_billion_laughs_are_refused_at_the_first_alias() -> None:
    laughs = "a: &a [lol, lol]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    with pytest.raises(Unreadable, match="YAML") as refused:
        read_yaml(laughs, first_line=10)
    assert str(refused.value.problems[0]) == "line 11: aliases are not read"


@pytest.mark.parametrize("text", ["a: " + "x" * 1_000_001, "- 1\n" * 60_000])
def test_yaml_larger_than_people_write_is_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        read_yaml(text)


def _zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return kept.getvalue()


def test_one_entry_of_an_archive_is_read() -> None:
    content = _zipped({"header.json": b"{}", "../../etc/passwd": b"x"})
    assert archive.entry(content, "header.json") == b"{}"
    assert "../../etc/passwd" in archive.names(content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    content = _zipped({"header.json": b" " * 60_000_000})
    with pytest.raises(TooLarge):
        archive.entry(content, "header.json")


def test_a_list_of_too_many_entries_is_not_read() -> None:
    content = bytearray(_zipped({"header.json": b"{}"}))
    at = content.rfind(b"PK\x05\x06")
    content[at + 12 : at + 16] = (3_000_000).to_bytes(4, "little")
    assert archive.names(bytes(content)) == frozenset()
    with pytest.raises(Unreadable):
        archive.entry(bytes(content), "header.json")


@pytest.mark.parametrize("cut", [1, 10, 30, 60, -1, -10, -22])
def test_a_broken_archive_is_refused_in_words(cut: int) -> None:
    content = _zipped({"header.json": b'{"a": 1}'})[:cut]
    with pytest.raises(Unreadable):
        archive.entry(content, "header.json")


def test_an_entry_compressed_in_another_way_or_encrypted_is_refused_in_words() -> None:
    content = bytearray(_zipped({"header.json": b'{"a": 1}'}))
    central = content.rfind(b"PK\x01\x02")
    zstandard = bytearray(content)
    zstandard[central + 10 : central + 12] = zstandard[8:10] = (93).to_bytes(2, "little")
    with pytest.raises(Unreadable) as refused:
        archive.entry(bytes(zstandard), "header.json")
    assert "only deflate" in str(refused.value.problems[0])
    content[central + 8] |= 1
    content[6] |= 1
    with pytest.raises(Unreadable):
        archive.entry(bytes(content), "header.json")
    with pytest.raises(Unreadable):
        archive.entry(_zipped({"other": b""}), "header.json")
