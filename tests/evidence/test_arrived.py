"""Files as they come: read, or kept as documents, or neither."""

import io
import json
import pickle
import zipfile
from collections.abc import Mapping

import pytest

from app.evidence.arrived import arrived
from app.evidence.inspect import inspected
from tests import make
from tests.artefacts import damaged_load_test, load_test


def zipped(entries: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return written.getvalue()


LETTER = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w>" + b"word " * 1_000_000 + b"</w>"})
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><a>&c;</a>'
LOAD_TEST = load_test(make.TODAY)


def test_what_a_reader_knows_is_read() -> None:
    file = arrived("folder/run.json", "application/json", LOAD_TEST)
    assert (file.name, file.reading, file.refused) == ("run.json", inspected("x", LOAD_TEST), None)


@pytest.mark.parametrize(
    "content",
    [
        b"A policy.",
        b"%PDF-1.7\n",
        b"[Policy](https://wiki.example.org) of October",
        b"{{ a template }}",
        b'{"a": 1}\n{"b": 2}\n',
        b"<html><b>Minutes</b></html>",
        b"name,cost\n=cmd(),1\n",
        "Grüße".encode("latin-1"),
        LETTER,
        b"MZ is how this letter begins.",
    ],
)
def test_what_none_knows_may_be_kept_as_a_document(content: bytes) -> None:
    file = arrived("x", None, content)
    assert (file.reading, file.refused, file.content) == (None, None, content)
    assert file.unread is not None
    assert file.unread.endswith("It can be attached as a document all the same.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(damaged_load_test(make.TODAY), "total_output_tokens", id="known, and damaged"),
        pytest.param(LOAD_TEST[:-20], "cut short", id="known once, and cut short"),
        pytest.param(LOAD_TEST + b"<script>", "something else is in it", id="with something behind it"),
        pytest.param(LOAD_TEST + zipped({"a": b""}), "something else is in it", id="an archive as well"),
        pytest.param(json.dumps([{"a": 1}] * 9)[:-1].encode(), "cut short", id="a list that is cut short"),
        pytest.param(b"[" * 100_000, "nested deeper", id="nothing but brackets"),
        pytest.param(pickle.dumps({"a": 1}), "pickle", id="a pickle"),
        pytest.param(b"cos\nsystem\n(S'true'\ntR.", "pickle", id="a pickle in words"),
        pytest.param(zipped({"model/data.pkl": b"x"}), "pickle", id="a pickle in an archive"),
        pytest.param(zipped({"a": bytes(60_000_000)}), "would unpack to 60,000,000", id="a zip bomb"),
        pytest.param(LETTER[:-40], "damaged or cut short", id="half an archive"),
        pytest.param(ENTITIES, "entities", id="entities"),
        pytest.param(ENTITIES.decode().encode("utf-16"), "entities", id="entities in UTF-16"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(60), "program", id="a program"),
        pytest.param(b"MZ\x90\x00" + bytes(60), "program", id="a program of another kind"),
    ],
)
def test_what_is_damaged_or_would_do_harm_is_refused_in_words(content: bytes, words: str) -> None:
    file = arrived("x", None, content)
    assert file.reading is None
    assert file.refused is not None
    told = " ".join([file.refused.message, *map(str, file.refused.problems)])
    assert words in told
    assert "as a document" not in told
