"""Scanners' results: what is open, how bad it is, and what was not looked at."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.readers import sarif, trivy
from tests.evidence.noise import as_bytes, changed, each_spoiled, harmless
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value

RULES = [
    {"id": "sql", "defaultConfiguration": {"level": "error"}, "properties": {"security-severity": "9.1"}},
    {"id": "style", "defaultConfiguration": {"level": "note"}},
    {"id": "plain"},
]
RUN: dict[str, Any] = {
    "tool": {"driver": {"name": "CodeQL", "semanticVersion": "2.18.0", "rules": RULES}},
    "invocations": [{"executionSuccessful": True, "startTimeUtc": "2026-10-01T08:00:00Z"}],
    "versionControlProvenance": [{"repositoryUri": "https://example.org/x", "revisionId": "8f70009f"}],
    "results": [
        {"ruleId": "sql", "ruleIndex": 0},
        {"rule": {"index": 1}},
        {"ruleId": "plain"},
        {"ruleId": "plain", "kind": "review"},
        {"ruleId": "sql", "kind": "pass"},
        {"ruleId": "sql", "baselineState": "absent"},
        {"ruleId": "sql", "suppressions": [{"kind": "inSource"}]},
        {"ruleId": "sql", "suppressions": [{"kind": "external", "status": "underReview"}], "level": "warning"},
    ],
}
SARIF = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [RUN]}

VULNERABILITY = {
    "VulnerabilityID": "CVE-2026-1",
    "PkgName": "openssl",
    "InstalledVersion": "3.0",
    "Severity": "CRITICAL",
}
TRIVY: dict[str, Any] = {
    "SchemaVersion": 2,
    "CreatedAt": "2026-10-01T23:59:59.123456789-02:00",
    "Trivy": {"Version": "0.58.0"},
    "ArtifactName": "registry.example.org/letters:7",
    "ArtifactType": "container_image",
    "Metadata": {
        "OS": {"Family": "debian", "Name": "12.8"},
        "ImageID": "sha256:aa",
        "RepoDigests": ["registry.example.org/letters@sha256:bb"],
    },
    "Results": [
        {
            "Target": "letters (debian 12.8)",
            "Class": "os-pkgs",
            "Type": "debian",
            "Vulnerabilities": [
                VULNERABILITY,
                VULNERABILITY,
                VULNERABILITY | {"PkgName": "libssl3", "FixedVersion": "3.1"},
                {"VulnerabilityID": "CVE-2026-2", "PkgName": "curl", "InstalledVersion": "8", "Severity": "HIGH"},
            ],
        },
        {
            "Target": "Dockerfile",
            "Class": "config",
            "MisconfSummary": {"Successes": 20, "Failures": 1, "Exceptions": 0},
        },
        {"Target": "app.py", "Class": "secret", "Secrets": None},
        {
            "Target": "values.yaml",
            "Class": "config",
            "Misconfigurations": [
                {"ID": "KSV-0001", "Severity": "MEDIUM", "Status": "FAIL"},
                {"ID": "KSV-0002", "Severity": "HIGH", "Status": "PASS"},
            ],
        },
    ],
}


def levels(reading: Any, **attributes: Any) -> dict[str, float | None]:
    return {
        level: value(reading, "sarif.results.by_level", "count", level=level, **attributes) for level in sarif.LEVELS
    }


def severities(reading: Any, metric: str) -> dict[str, float | None]:
    return {
        each: value(reading, f"{metric}.by_severity", "count", severity=each)
        for each in trivy.SEVERITIES
        if value(reading, f"{metric}.by_severity", "count", severity=each)
    }


def test_a_result_has_its_own_level_or_the_rules_or_is_a_warning() -> None:
    reading = read(SARIF)
    assert (reading.kind, reading.tool, reading.version) == ("sarif", "CodeQL", "2.18.0")
    assert (reading.observed_on, reading.grade) == (date(2026, 10, 1), "demonstrated")
    assert levels(reading) == {"error": 1, "warning": 2, "note": 1, "none": 1}
    assert value(reading, "sarif.results", "count") == 5
    assert value(reading, "sarif.results.suppressed", "count") == 1
    assert findings(reading, "sarif.results", "count")[0].attributes["revision"] == "8f70009f"


def test_severity_is_apart_from_level() -> None:
    reading = read(SARIF)
    assert value(reading, "sarif.results.by_severity", "count", severity="critical") == 2
    assert findings(reading, "sarif.results.by_severity", "count", severity="low")[0].attributes["rated"] == 2


def test_no_severity_is_made_up_where_no_rule_has_one() -> None:
    run = RUN | {"tool": {"driver": {"name": "Bandit"}}}
    assert not findings(read(SARIF | {"runs": [run]}), "sarif.results.by_severity", "count", severity="critical")


def test_a_run_may_set_the_level_of_a_rule() -> None:
    set_there = {"descriptor": {"id": "sql"}, "configuration": {"level": "note"}}
    run = RUN | {"invocations": [{"ruleConfigurationOverrides": [set_there]}]}
    assert levels(read(SARIF | {"runs": [run]}))["error"] == 0


def test_rules_may_stand_in_an_extension() -> None:
    tool = {"driver": {"name": "CodeQL"}, "extensions": [{"name": "a", "rules": []}, {"name": "b", "rules": RULES}]}
    result = {"rule": {"index": 0, "toolComponent": {"index": 1}}}
    assert levels(read(SARIF | {"runs": [{"tool": tool, "results": [result]}]}))["error"] == 1


@pytest.mark.parametrize("missing", [{"results": None}, {}])
def test_a_run_without_results_did_not_look_and_found_nothing_of_anything(missing: dict[str, Any]) -> None:
    run = {name: each for name, each in RUN.items() if name != "results"} | missing
    reading = read(SARIF | {"runs": [run]})
    assert not reading.findings
    assert said(reading, "did not look")


def test_an_empty_list_of_results_is_a_count_of_zero() -> None:
    assert levels(read(SARIF | {"runs": [RUN | {"results": []}]})) == dict.fromkeys(sarif.LEVELS, 0)


def test_what_a_scanner_for_secrets_finds_are_secrets() -> None:
    def scan(tool: str) -> float | None:
        run = RUN | {"tool": {"driver": {"name": tool, "semanticVersion": "8.0.0"}}}
        return value(read(SARIF | {"runs": [run | {"results": [{"ruleId": "key"}]}]}), "sarif.secrets", "count")

    assert (scan("gitleaks"), scan("Gitleaks"), scan("CodeQL")) == (1, 1, None)


def test_a_run_that_did_not_end_well_says_so() -> None:
    reading = read(SARIF | {"runs": [RUN | {"invocations": [{"executionSuccessful": False}]}]})
    assert said(reading, "did not end well")
    assert findings(reading, "sarif.results", "count")[0].attributes["failed_run"] is True
    assert reading.observed_on is None


def test_one_run_without_a_date_leaves_the_file_without_one() -> None:
    assert read(SARIF | {"runs": [RUN, RUN | {"invocations": []}]}).observed_on is None


def test_trivy_counts_each_hole_once_by_package_and_target() -> None:
    reading = read(TRIVY)
    assert (reading.kind, reading.version, reading.observed_on) == ("trivy", "0.58.0", date(2026, 10, 2))
    assert severities(reading, "trivy.vulnerabilities") == {"CRITICAL": 2, "HIGH": 1}
    assert severities(reading, "trivy.vulnerabilities.fixable") == {"CRITICAL": 1}
    assert value(reading, "trivy.vulnerabilities", "count") == 3
    first = findings(reading, "trivy.vulnerabilities", "count")[0]
    assert first.attributes["repo_digest"] == "registry.example.org/letters@sha256:bb"
    assert first.attributes["os"] == "debian 12.8"


def test_trivy_counts_settings_that_failed_and_secrets_where_it_looked() -> None:
    reading = read(TRIVY)
    assert severities(reading, "trivy.misconfigurations") == {"MEDIUM": 1}
    assert value(reading, "trivy.checks_passed", "count") == 20
    assert value(reading, "trivy.secrets", "count") == 0


def test_what_trivy_did_not_look_for_is_not_zero() -> None:
    reading = read(TRIVY | {"Results": [{"Target": "app.py", "Class": "secret", "Secrets": [{"Severity": "HIGH"}]}]})
    assert severities(reading, "trivy.secrets") == {"HIGH": 1}
    assert {each.metric for each in reading.findings} == {"trivy.secrets", "trivy.secrets.by_severity"}
    assert said(reading, "Not scanned for vulnerabilities")
    assert said(reading, "Not scanned for wrong settings")


def test_a_scanned_image_without_holes_is_a_count_of_zero() -> None:
    reading = read(TRIVY | {"Results": [{"Target": "x", "Class": "os-pkgs", "Type": "alpine"}]})
    assert value(reading, "trivy.vulnerabilities", "count") == 0
    assert said(reading, "No vulnerability is listed")


def test_a_report_without_results_says_nothing() -> None:
    reading = read({name: each for name, each in TRIVY.items() if name != "Results"})
    assert not reading.findings
    assert said(reading, "does not say which")


def test_a_cluster_and_the_old_list_are_read_as_well() -> None:
    cluster = {
        "ClusterName": "prod",
        "Resources": [{"Kind": "Deployment", "Name": "a", "Results": TRIVY["Results"]}] * 1
        + [{"Kind": "Deployment", "Name": "b", "Results": TRIVY["Results"]}],
    }
    assert value(read(cluster), "trivy.vulnerabilities", "count") == 6
    old = read([{"Target": "x (alpine 3.9)", "Type": "alpine", "Vulnerabilities": [VULNERABILITY]}])
    assert severities(old, "trivy.vulnerabilities") == {"CRITICAL": 1}
    assert said(old, "does not state when")


@pytest.mark.parametrize(
    ("path", "expected", "total"),
    [
        ("trivy-alpine-310.sarif", {"error": 0, "warning": 4, "note": 0, "none": 0}, 4),
        ("ciscat.sarif", {"error": 1, "warning": 0, "note": 0, "none": 0}, 1),
        ("baseline-unchanged.sarif", {"error": 23, "warning": 2, "note": 5, "none": 0}, 30),
    ],
)
def test_samples_of_sarif(path: str, expected: dict[str, float], total: float) -> None:
    reading = inspected("x", sample(f"sarif/{path}"))
    assert levels(reading) == expected
    assert value(reading, "sarif.results", "count") == total
    assert reading.observed_on is None


def test_samples_of_sarif_with_severities_and_two_runs() -> None:
    alpine = inspected("x", sample("sarif/trivy-alpine-310.sarif"))
    assert value(alpine, "sarif.results.by_severity", "count", severity="medium") == 4
    ciscat = inspected("x", sample("sarif/ciscat.sarif"))
    assert (ciscat.tool, ciscat.version) == ("CisCat", "2.1.0")
    assert value(ciscat, "sarif.results.by_severity", "count", severity="high") == 1
    two = inspected("x", sample("sarif/two-runs.sarif"))
    assert value(two, "sarif.results", "count", tool="LGTM.com", version="1.24.0-SNAPSHOT") == 1
    assert value(two, "sarif.results", "count", tool="CodeQL command-line toolchain", version="2.0.0") == 2
    assert levels(two, tool="LGTM.com")["note"] == 1


def test_samples_of_trivy() -> None:
    alpine = inspected("x", sample("trivy/alpine-39.json"))
    assert (alpine.observed_on, alpine.version) == (date(2021, 8, 25), "dev")
    assert severities(alpine, "trivy.vulnerabilities") == {"CRITICAL": 2, "MEDIUM": 4}
    assert value(alpine, "trivy.vulnerabilities.by_severity", "count", severity="HIGH") == 0
    assert value(alpine, "trivy.vulnerabilities.fixable", "count") == 6
    assert value(alpine, "trivy.os_end_of_service") == 1
    helm = inspected("x", sample("trivy/helm-misconfig.json"))
    assert severities(helm, "trivy.misconfigurations") == {"HIGH": 1, "MEDIUM": 3, "LOW": 2}
    assert value(helm, "trivy.checks_passed", "count") == 215
    assert said(helm, "Not scanned for vulnerabilities")
    secrets = inspected("x", sample("trivy/secrets.json"))
    assert severities(secrets, "trivy.secrets") == {"CRITICAL": 1, "HIGH": 1}


@pytest.mark.parametrize(
    "near",
    [
        {},
        [],
        {"version": "2.1.0"},
        {"version": "2.1.0", "runs": {}},
        {"version": "2.1.0", "runs": [{"tool": {"name": "x"}}]},
        {"version": "1.0.0", "runs": [RUN]},
        {"version": 2.1, "runs": [RUN]},
        {"runs": [RUN]},
        {"SchemaVersion": "2", "ArtifactName": "a", "ArtifactType": "b"},
        {"SchemaVersion": 2, "ArtifactName": "a"},
        {"SchemaVersion": True, "ArtifactName": "a", "ArtifactType": "b"},
        {"ClusterName": "prod"},
        {"Results": TRIVY["Results"]},
        [{"Target": "x"}],
        [{"Target": "x", "Class": "secret"}, {}],
        {"matches": [{"vulnerability": {"id": "CVE-1"}}], "descriptor": {"name": "grype"}},
    ],
)
def test_what_only_looks_alike_is_not_known(near: Any) -> None:
    file = Content("trivy.sarif", json.dumps(near).encode())
    assert not sarif.recognises(file)
    assert not trivy.recognises(file)


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (SARIF | {"runs": []}, "runs"),
        (SARIF | {"runs": [RUN | {"results": {}}]}, "0.results"),
        (SARIF | {"runs": [RUN | {"results": ["x"]}]}, "0.results.0"),
        (TRIVY | {"Results": "none"}, "Results"),
        (TRIVY | {"Results": [{"Target": 3}]}, "Results.0.Target"),
    ],
)
def test_what_is_broken_is_refused_with_its_place(broken: Any, where: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(broken)
    assert where in {each.where for each in caught.value.problems}


def test_nothing_spoiled_in_them_does_harm() -> None:
    for each in (*each_spoiled(SARIF), *each_spoiled(TRIVY)):
        harmless(each)


@given(some.sampled_from([SARIF, TRIVY]).flatmap(changed))
def test_nothing_changed_in_them_does_harm(value: Any) -> None:
    harmless(as_bytes(value))
