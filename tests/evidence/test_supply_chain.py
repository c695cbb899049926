"""in-toto statements and SLSA provenance: what they say of which files, and who has only said so."""

import base64
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.readers import in_toto
from tests.evidence.noise import as_bytes, changed, each_spoiled, harmless
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value

SUBJECT = {"name": "letters.tar.gz", "digest": {"sha256": "ab" * 32}}
V1: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [SUBJECT],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "internalParameters": {"github": {"runner_environment": "github-hosted"}},
            "resolvedDependencies": [{"uri": "git+https://example.org/letters", "digest": {"gitCommit": "8f70"}}],
        },
        "runDetails": {
            "builder": {"id": "https://example.org/builder@v1"},
            "metadata": {"invocationId": "run 7", "finishedOn": "2026-10-01T10:00:00Z"},
        },
    },
}
V02: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v0.1",
    "subject": [SUBJECT, {"name": "b", "digest": {"sha256": "cd" * 32}}],
    "predicateType": "https://slsa.dev/provenance/v0.2",
    "predicate": {
        "builder": {"id": "https://example.org/old"},
        "buildType": "make",
        "invocation": {"configSource": {"uri": "git+https://example.org/x", "digest": {"sha1": "60a1"}}},
        "metadata": {"buildInvocationID": "9", "buildFinishedOn": "2026-09-30T23:30:00-01:00"},
    },
}
SUMMARY: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [SUBJECT],
    "predicateType": "https://slsa.dev/verification_summary/v1",
    "predicate": {
        "verifier": {"id": "https://example.org/verifier"},
        "verificationResult": "PASSED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_3"],
    },
}


def envelope(statement: Any, *, signatures: int = 1, url_safe: bool = False) -> dict[str, Any]:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    return {
        "payloadType": "application/vnd.in-toto+json",
        "payload": encode(json.dumps(statement).encode()).decode(),
        "signatures": [{"keyid": "", "sig": "MEUC"}] * signatures,
    }


def bundle(statement: Any, at: str | None = "1790000000") -> dict[str, Any]:
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": "MII"},
            "tlogEntries": [{"logIndex": "1", "integratedTime": at}] if at else [],
        },
        "dsseEnvelope": envelope(statement),
    }


@pytest.mark.parametrize("url_safe", [False, True])
def test_provenance_in_an_envelope(url_safe: bool) -> None:
    reading = read(envelope(V1, url_safe=url_safe))
    assert (reading.kind, reading.version, reading.grade) == ("slsa-provenance", "v1", "documented")
    assert (reading.tool, reading.observed_on) == ("https://example.org/builder@v1", date(2026, 10, 1))
    assert value(reading, "slsa.provenance", "count", commit="8f70", runner="github-hosted", signatures=1) == 1
    assert value(reading, "in_toto.subjects", "count") == 1
    assert findings(reading, "in_toto.subject")[0].attributes == {"name": "letters.tar.gz", "sha256": "ab" * 32}
    assert said(reading, "The signature was not checked here")
    assert said(reading, "A level of SLSA is not in the file")


def test_provenance_in_its_older_form() -> None:
    reading = read(envelope(V02))
    assert (reading.version, reading.observed_on) == ("v0.2", date(2026, 10, 1))
    assert value(reading, "slsa.provenance", "count", source="git+https://example.org/x", commit="60a1") == 1
    assert value(reading, "in_toto.subjects", "count") == 2


@pytest.mark.parametrize("unsigned", [V1, envelope(V1, signatures=0)])
def test_what_nobody_signed_is_only_asserted(unsigned: Any) -> None:
    reading = read(unsigned)
    assert reading.grade == "asserted"
    assert said(reading, "not signed")


def test_the_log_of_a_bundle_dates_what_states_no_date() -> None:
    undated = V1 | {"predicate": {"runDetails": {"builder": {"id": "b"}}}}
    assert read(bundle(undated)).observed_on == date(2026, 9, 21)
    assert read(bundle(V1)).observed_on == date(2026, 10, 1)
    silent = read(bundle(undated, at=None))
    assert silent.observed_on is None
    assert said(silent, "does not state when")
    assert value(read(bundle(V1)), "slsa.provenance", "count", in_transparency_log=True, signed_with="certificate") == 1


def test_many_statements_stand_one_a_line_or_in_the_lists_of_services() -> None:
    lines = "\n".join(json.dumps(envelope(each)) for each in (V1, V02))
    assert len(findings(read(lines), "slsa.provenance", "count")) == 2
    github = {"attestations": [{"bundle": bundle(V1), "repository_id": 1}, {"bundle": bundle(V02)}]}
    assert len(findings(read(github), "slsa.provenance", "count")) == 2
    google = {"image_summary": {}, "provenance_summary": {"provenance": [{"envelope": envelope(V02)}]}}
    reading = read(google)
    assert (
        findings(reading, "slsa.provenance", "count")[0].where == "provenance_summary.provenance[0].envelope.predicate"
    )


def test_only_who_verified_states_a_level() -> None:
    reading = read(envelope(SUMMARY))
    assert reading.kind == "in-toto-statement"
    assert value(reading, "slsa.verification", verifier="https://example.org/verifier") == 1
    assert findings(reading, "slsa.verification")[0].attributes["levels"] == "SLSA_BUILD_LEVEL_3"


def test_what_is_doubtful_is_said() -> None:
    empty = {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    assert said(read(V1 | {"subject": [{"name": "x", "digest": empty}]}), "empty file")
    assert said(read(V1 | {"subject": []}), "names no file")
    assert said(read(V1 | {"subject": [SUBJECT] * 30}), "It names 30 files")
    assert said(read(V1 | {"predicateType": "https://cosign.sigstore.dev/attestation/vuln/v1"}), "is not read")


def test_samples() -> None:
    bare = inspected("x", sample("slsa/binary-linux-amd64-multi-subject-first.intoto.jsonl"))
    assert (bare.version, bare.grade, bare.observed_on) == ("v0.2", "documented", None)
    digests = [str(each.attributes["sha256"])[:8] for each in findings(bare, "in_toto.subject")]
    assert digests == ["482ce8c8", "89cfc695", "7a5d21a6"]
    assert bare.tool is not None
    assert bare.tool.endswith("generator_generic_slsa3.yml@refs/heads/main")
    assert value(bare, "slsa.provenance", "count", invocation="4060917406-1", signatures=1) == 1
    bundled = inspected("x", sample("slsa/rules_lint-v1.3.1.tar.gz.intoto.jsonl"))
    assert (bundled.version, bundled.observed_on) == ("v1", date(2025, 3, 26))
    assert value(bundled, "slsa.provenance", "count", runner="github-hosted", in_transparency_log=True) == 1
    subject = findings(bundled, "in_toto.subject")[0].attributes
    assert (subject["name"], str(subject["sha256"])[:12]) == ("rules_lint-v1.3.1.tar.gz", "1636f443b01c")


@pytest.mark.parametrize(
    "near",
    [
        {},
        [],
        [V1],
        {"_type": "https://in-toto.io/Layout/v1", "predicateType": "x"},
        {"_type": "https://in-toto.io/Statement/v1"},
        {"predicateType": "https://slsa.dev/provenance/v1", "predicate": {}},
        {"payloadType": "application/vnd.in-toto+json"},
        {"payloadType": "application/json", "payload": "e30="},
        {"mediaType": "application/vnd.oci.image.index.v1+json", "verificationMaterial": {}},
        {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"},
        {"attestations": []},
        {"attestations": [{"bundle": {}}]},
        {"provenance_summary": {"provenance": "x"}},
    ],
)
def test_what_only_looks_alike_is_not_known(near: Any) -> None:
    assert not in_toto.recognises(Content("x.intoto.jsonl", json.dumps(near).encode()))


def test_lines_of_which_one_is_something_else_are_not_known() -> None:
    assert not in_toto.recognises(Content("x", f"{json.dumps(V1)}\n{{}}\n".encode()))


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (envelope(V1) | {"payload": "not base64!"}, "payload"),
        (envelope(V1) | {"payload": "e30="}, "payload"),
        (envelope({"_type": "other"}), "payload"),
        (bundle(V1) | {"dsseEnvelope": None}, "dsseEnvelope"),
        (bundle(V1) | {"dsseEnvelope": envelope({})}, "dsseEnvelope.payload"),
        (envelope(V1 | {"subject": "x"}), "subject"),
        (envelope(V1 | {"predicate": {"runDetails": []}}), "runDetails"),
    ],
)
def test_what_is_broken_is_refused_with_its_place(broken: Any, where: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(broken)
    assert where in {each.where for each in caught.value.problems}


def test_nothing_spoiled_in_a_statement_does_harm() -> None:
    for statement in (V1, V02, SUMMARY, bundle(V1)):
        for each in each_spoiled(statement):
            harmless(each)


@given(some.sampled_from([V1, V02, SUMMARY]).flatmap(changed), some.sampled_from([envelope, bundle, dict]))
def test_nothing_changed_in_a_statement_does_harm(statement: Any, around: Any) -> None:
    harmless(as_bytes(around(statement)))


@given(some.sampled_from([envelope(V1), bundle(V1), {"attestations": [{"bundle": bundle(V1)}]}]).flatmap(changed))
def test_nothing_changed_around_a_statement_does_harm(given_file: Any) -> None:
    harmless(as_bytes(given_file))
