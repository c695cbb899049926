"""What is in a file, whatever its name; and files that mean no good, refused in words."""

import gzip
import io
import json
import pickle
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as some

from app.cli import main
from app.errors import ReadyRoomError, TooLarge, Unreadable
from app.evidence.content import LARGEST_BYTES, Content, plain_name
from app.evidence.inspect import inspect, inspected
from app.evidence.readers import READERS
from tests.evidence.noise import harmless
from tests.evidence.samples import every_sample, sample

SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "Semgrep", "version": "1.90.0"}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-10-02T23:30:00-02:00"}],
            "results": [{"ruleId": "a", "level": "error", "message": {"text": "x"}}],
        }
    ],
}
REFUSED = {"hf-model-card/invalid-list-front-matter.md"}


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["evidence", "inspect", *arguments], input=stdin)


def refused(content: bytes) -> str:
    with pytest.raises(ReadyRoomError) as caught:
        inspected("x", content)
    return " ".join([caught.value.message, *map(str, caught.value.problems)])


def zipped(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize("path", every_sample())
def test_every_sample_is_read_whatever_its_name(path: str) -> None:
    content = sample(path)
    if path in REFUSED:
        assert refused(content)
        return
    reading = inspected("holiday.jpg", content)
    assert reading.findings
    assert {each.isprintable() for each in reading.remarks} <= {True}


@pytest.mark.parametrize("path", [each for each in every_sample() if each.endswith((".json", ".sarif"))])
def test_json_means_the_same_however_it_is_laid_out(path: str) -> None:
    content = sample(path)
    value = json.loads(content.decode("utf-8-sig"))
    again = json.dumps(value, indent=7, sort_keys=isinstance(value, dict)).replace("\n", "\r\n")
    first = inspected("a", content)
    second = inspected("b", b"\xef\xbb\xbf" + again.encode())
    assert (second.kind, second.observed_on, second.grade) == (first.kind, first.observed_on, first.grade)
    assert len(second.findings) == len(first.findings)


@pytest.mark.parametrize("path", every_sample())
def test_a_sample_that_is_cut_short_is_read_or_refused_in_words(path: str) -> None:
    content = sample(path)
    for part in (len(content) // 3, len(content) - 2):
        harmless(content[:part])


def test_each_reader_is_a_module_of_its_own_with_a_name_of_its_own() -> None:
    assert len({each.__name__ for each in READERS}) == len(READERS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x00" * 5000, "empty"),
        (b"%PDF-1.7\n%", "PDF"),
        (pickle.dumps({"a": [1]}), "pickle"),
        (pickle.dumps({"a": [1]}, protocol=0), "pickle"),
        (b"cos\nsystem\n(S'true'\ntR.", "pickle"),
        (gzip.compress(b"{}", mtime=0), "gzip"),
        (zipped("word/document.xml", b"<w/>"), "archive"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\xd2\x84\x43\xa1\x01\x26", "COSE"),
        (b"\x7fELF\x02", "program"),
        (b"<!doctype html><script>alert(1)</script>", "web page"),
        (b"<a><b/></a>", "XML"),
        (b'{"version": "1.0.0", "runs": [{"tool": {"name": "x"}}]}', "SARIF 2.1.0"),
        (b'{"critical": {"image": {}}, "optional": null}', "cosign"),
        (b'{"a": 1', "cut short"),
        (b"{}", "JSON"),
        (b"null", "No reader"),
        (b'{"a": 1}\n{"b": 2}\n', "line by line"),
        ("naïve".encode("latin-1"), "save it as UTF-8"),
        (b"na\xef\x01ve", "neither text"),
        (b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "JWT"),
        (b"hello", "No reader"),
    ],
)
def test_what_no_reader_knows_is_refused_with_what_it_is(content: bytes, words: str) -> None:
    assert inspect("x", content) is None
    assert words in refused(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "nested deeper"),
        (b"[" * 400 + b"]" * 400, "nested deeper"),
        (b'{"a":' * 400 + b"1" + b"}" * 400 + b"\n{}\n", "nested deeper"),
        (b"[" + b"{}," * 1_000_000 + b"{}]", "too many values"),
        (b"{" + b",".join(b'"%d":0' % at for at in range(500_000)) + b"}", "too many values"),
        (b"[" * 3_000_000, "too many values"),
        (b"\n" * 2_000_000, "lines"),
        ("x😀".encode() + b"x" * 20_000_000, "plain ASCII"),
        (b"\xff\xfe" + b"x\x00" * 9_000_000, "plain ASCII"),
        (b"a,b\n" + b"".join(b"%d,%d\n" % (at, -at) for at in range(140_000)), "table is too large"),
    ],
    ids=["brackets", "lists", "lines", "objects", "keys", "open", "blank", "wide", "utf-16", "table"],
)
def test_what_would_take_too_much_is_refused_before_it_does(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_a_byte_order_mark_makes_no_text_wide() -> None:
    """As spreadsheets and some bills write it: the mark is of three bytes, and all behind it is plain."""
    text = b"date,cost\n" + b"2026-10-01,1.25000000\n" * 800_000
    assert Content("x", b"\xef\xbb\xbf" + text).columns == ["date", "cost"]


def test_a_file_larger_than_anything_that_is_read_is_refused() -> None:
    with pytest.raises(TooLarge, match="at most 25,000,000"):
        inspected("x", bytes(LARGEST_BYTES + 1))


def test_xml_that_defines_entities_is_refused_before_they_are_resolved() -> None:
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    bomb = f'<!DOCTYPE nvidia_smi_log [<!ENTITY l0 "lol">{laughs}]><nvidia_smi_log>&l9;</nvidia_smi_log>'
    assert "entities" in refused(bomb.encode())
    assert "entities" in refused(bomb.encode("utf-16"))
    outside = '<!DOCTYPE lshw [<!ENTITY x SYSTEM "file:///etc/passwd">]><list><node id="x">&x;</node></list>'
    assert "entities" in refused(outside.encode())


def test_a_zip_bomb_is_not_unpacked() -> None:
    assert refused(zipped("header.json", bytes(20_000_000)))
    for name in ("../../header.json", "/etc/passwd"):
        assert refused(zipped(name, b"{}"))


def test_json_that_is_two_formats_at_once_is_refused_with_both_names() -> None:
    trivy = {"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "container_image", "Results": []}
    words = refused(json.dumps(SARIF | trivy).encode())
    assert "two things at once" in words
    assert "sarif" in words
    assert "trivy" in words


@pytest.mark.parametrize("tail", [zipped("header.json", b"{}"), b"\x00", b"<script>", b"%PDF-1.7"])
def test_json_with_something_else_behind_it_is_not_read(tail: bytes) -> None:
    assert refused(json.dumps(SARIF).encode() + tail)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\u202e.json", "ab.json"),
        ("..", "file"),
        ("/", "file"),
        ("\x1b[31mred", "[31mred"),
        ("x" * 5000 + ".json", "x" * 115 + ".json"),
    ],
)
def test_a_name_loses_its_folders_and_what_cannot_be_seen(given_name: str, shown: str) -> None:
    assert plain_name(given_name) == shown
    assert Content(given_name, b"").name == shown


def test_a_table_is_seen_by_its_head_and_its_cells_stay_text() -> None:
    file = Content("x", b'\xef\xbb\xbfa;"b c"\r\n=1+1;-3\r\n\r\n@x;"two\r\nlines"\r\n')
    assert file.columns == ["a", "b c"]
    assert file.rows is not None
    assert list(file.rows) == [{"a": "=1+1", "b c": "-3"}, {"a": "@x", "b c": "two\r\nlines"}]
    assert [dict(each) for each in file.rows[1:]] == [{"a": "@x", "b c": "two\r\nlines"}]


def test_a_line_longer_than_any_table_has_is_no_head_and_no_row() -> None:
    assert Content("x", b"a," * 200_000).columns is None
    with pytest.raises(TooLarge, match="A line of the table"):
        _ = Content("x", b"a,b\n" + b"1," * 200_000).rows


def test_lines_of_json_end_at_a_line_feed_and_nowhere_else() -> None:
    file = Content("x", '{"a": "\u2028\x85"}\n\n{"a": NaN}\n'.encode())
    lines = file.json_lines
    assert lines is not None
    assert lines[0]["a"] == "\u2028\x85"
    assert Content("x", b'{"a": 1}').json_lines == [{"a": 1}]
    assert Content("x", b'{"a":\n1}').json_lines is None
    assert Content("x", b'{"a": 1}\n{"a"').json_lines is None


def test_the_command_prints_what_was_found(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(json.dumps(SARIF))
    printed = run(str(file))
    assert printed.exit_code == 0
    assert printed.output.startswith("SARIF results, by Semgrep 1.90.0\nobserved on 2026-10-03\n")
    assert "sarif.results.by_level count: 1 {result} (level error)" in printed.output


def test_the_command_prints_json_for_machines() -> None:
    printed = run("-", "--json", stdin=json.dumps(SARIF).encode())
    assert printed.exit_code == 0
    told = json.loads(printed.stdout)
    assert (told["kind"], told["tool"], told["version"]) == ("sarif", "Semgrep", "1.90.0")
    assert (told["observed_on"], told["grade"], len(told["sha256"])) == ("2026-10-03", "demonstrated", 64)
    assert told["findings"][0]["metric"] == "sarif.results"


def test_the_command_ends_with_2_and_a_plain_reason(tmp_path: Path) -> None:
    unknown = run("-", stdin=b"hello")
    assert unknown.exit_code == 2
    assert unknown.stderr == "No reader knows this kind of file. It can be attached as a document all the same.\n"
    absent = run(str(tmp_path / "nothing.json"))
    assert absent.exit_code == 2
    assert "There is no file" in absent.stderr
    assert run(str(tmp_path)).exit_code == 2
    broken = run("-", stdin=b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": 3}]}')
    assert broken.exit_code == 2
    assert "results: must be a list" in broken.stderr


def test_the_command_obeys_nothing_that_a_file_says() -> None:
    red = json.loads(json.dumps(SARIF).replace("Semgrep", "\\u001b[31mSem\\u202egrep"))
    printed = run("-", stdin=json.dumps(red).encode())
    assert printed.exit_code == 0
    assert "\x1b" not in printed.output
    assert "\u202e" not in printed.output


def test_a_known_format_with_nothing_to_say_is_no_error() -> None:
    quiet = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}
    printed = run("-", stdin=json.dumps(quiet).encode())
    assert printed.exit_code == 0
    assert "has nothing to say" in printed.output


@given(some.binary(max_size=400))
def test_no_bytes_do_harm(content: bytes) -> None:
    harmless(content)


@given(some.sampled_from([each for each in every_sample() if not each.endswith(".csv")] or [""]), some.data())
def test_no_sample_with_damaged_bytes_does_harm(path: str, data: some.DataObject) -> None:
    content = bytearray(sample(path)[:20_000])
    for _ in range(data.draw(some.integers(1, 8))):
        content[data.draw(some.integers(0, len(content) - 1))] = data.draw(some.integers(0, 255))
    harmless(bytes(content))


def test_what_is_refused_is_unreadable_or_too_large() -> None:
    with pytest.raises(Unreadable):
        inspected("x", b"{}")
