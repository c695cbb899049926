"""Reports of confidential hosts: what they claim, and that reading a claim does not verify it."""

import base64
import json
from datetime import date
from struct import pack_into
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.inspect import inspected
from app.evidence.readers import azure_attestation, intel_attestation, nvidia_attestation, sev_snp
from tests.evidence.noise import as_bytes, changed, each_spoiled, harmless
from tests.evidence.samples import sample
from tests.evidence.shown import findings, read, said, value

AT = 1_790_000_000  # 2026-09-21
OVERALL: dict[str, Any] = {
    "iss": "https://nras.attestation.nvidia.com",
    "iat": AT,
    "exp": AT + 3600,
    "x-nvidia-ver": "3.0",
    "x-nvidia-overall-att-result": True,
    "submods": {"GPU-0": ["DIGEST", ["SHA-256", "aa"]], "GPU-1": ["DIGEST", ["SHA-256", "bb"]]},
}
DEVICE: dict[str, Any] = {
    "iss": "https://nras.attestation.nvidia.com",
    "iat": AT,
    "exp": AT + 3600,
    "measres": "fail",
    "hwmodel": "GH100",
    "secboot": True,
    "dbgstat": "enabled",
    "x-nvidia-gpu-driver-version": "570.00",
    "x-nvidia-gpu-attestation-report-nonce-match": False,
    "x-nvidia-gpu-driver-rim-fetched": True,
    "x-nvidia-gpu-driver-rim-cert-chain": {"x-nvidia-cert-status": "valid", "x-nvidia-cert-ocsp-status": "revoked"},
}
AZURE: dict[str, Any] = {
    "iss": "https://weu.weu.attest.azure.net",
    "iat": AT,
    "exp": AT + 8 * 3600,
    "secureboot": True,
    "x-ms-ver": "1.0",
    "x-ms-attestation-type": "azurevm",
    "x-ms-azurevm-kerneldebug-enabled": False,
    "x-ms-isolation-tee": {
        "x-ms-attestation-type": "sevsnpvm",
        "x-ms-compliance-status": "azure-compliant-cvm",
        "x-ms-sevsnpvm-is-debuggable": True,
        "x-ms-sevsnpvm-vmpl": 0,
        "x-ms-runtime": {"vm-configuration": {"console-enabled": True}},
    },
}

INTEL: dict[str, Any] = {
    "iss": "https://portal.trustauthority.intel.com",
    "iat": AT,
    "exp": AT + 300,
    "ver": "2.0.0",
    "tdx": {"tdx_mrtd": "ab" * 48, "tdx_td_attributes_debug": False, "attester_tcb_status": "OutOfDate"},
}


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(claims: Any, algorithm: str = "ES384", signature: str = "c2lnbmF0dXJl") -> str:
    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}.{signature}"


def report(*, policy: int = 0x30000, version: int = 2) -> bytes:
    made = bytearray(sev_snp.LENGTH)
    pack_into("<I", made, 0, version)
    pack_into("<Q", made, 8, policy)
    pack_into("<I", made, 0x34, 1)
    made[0x2A0:0x330] = bytes(range(1, 145))
    return bytes(made)


def test_overall_and_each_device_stand_in_one_list_of_tokens() -> None:
    listed = [["JWT", token(OVERALL)], {"REMOTE_GPU_CLAIMS": [["JWT", token(OVERALL)], {"GPU-0": token(DEVICE)}]}]
    reading = read(listed)
    assert (reading.kind, reading.grade, reading.observed_on) == ("nvidia-attestation", "asserted", date(2026, 9, 21))
    assert reading.version == "3.0"
    assert [each.value for each in findings(reading, "x-nvidia-overall-att-result")] == [1, 1]
    assert value(reading, "measres", device="GPU-0", hwmodel="GH100") == 0
    assert value(reading, "secboot", device="GPU-0") == 1
    assert value(reading, "dbgstat", value="enabled") == 1
    assert value(reading, "x-nvidia-gpu-attestation-report-nonce-match") == 0
    assert value(reading, "x-nvidia-gpu-driver-rim-cert-chain", ocsp="revoked") == 0
    assert not findings(reading, "x-nvidia-gpu-driver-rim-fetched")
    assert said(reading, "The signature (ES384) was not checked here")


@pytest.mark.parametrize(
    ("given_token", "words"),
    [
        (token(OVERALL), "was not checked here"),
        (token(OVERALL, "none", ""), "not signed (alg none)"),
        (token(OVERALL, "ES384", ""), "not signed (alg none)"),
        (token(OVERALL, "HS256"), "shared word (HS256)"),
        (json.dumps(OVERALL), "claims without their token"),
        (f'"{token(OVERALL)}"\n', "was not checked here"),
    ],
)
def test_no_token_is_more_than_asserted_and_it_says_why(given_token: str, words: str) -> None:
    reading = read(given_token)
    assert reading.grade == "asserted"
    assert value(reading, "x-nvidia-overall-att-result", devices=2) == 1
    assert said(reading, words)


def test_what_is_doubtful_in_the_claims_is_said() -> None:
    assert said(read(OVERALL | {"iss": "https://nras.attestation-stg.nvidia.com"}), "service for tests")
    assert said(read(OVERALL | {"iss": "LOCAL_GPU_VERIFIER"}), "The host checked itself")
    assert said(read(OVERALL | {"exp": 4880995383}), "test value")
    assert said(read({name: each for name, each in OVERALL.items() if name != "iat"}), "no time of issue")
    assert said(read(DEVICE | {"x-nvidia-attestation-warning": "THE CERTIFICATE IS REVOKED"}), "REVOKED")
    twice = json.dumps(OVERALL)[:-1] + ', "exp": 1790003600}'
    assert said(read(twice), "exp stands more than once")


def test_azure_claims_of_the_sealed_environment_stand_within_those_of_the_machine() -> None:
    reading = read(token(AZURE, "RS256"))
    assert (reading.kind, reading.grade, reading.observed_on) == ("azure-attestation", "asserted", date(2026, 9, 21))
    assert value(reading, "x-ms-sevsnpvm-is-debuggable", attestation_type="sevsnpvm") == 1
    assert findings(reading, "x-ms-attestation-type")[0].attributes["outer"] == "azurevm"
    assert value(reading, "x-ms-azurevm-kerneldebug-enabled") == 0
    assert value(reading, "console-enabled") == 1
    assert said(reading, "The signature (RS256) was not checked here")


def test_azure_claims_without_a_sealed_environment_or_of_a_test_instance_say_so() -> None:
    machine = {name: each for name, each in AZURE.items() if name != "x-ms-isolation-tee"}
    assert said(read(machine), "not of sealed memory")
    assert said(read(AZURE | {"iss": "https://x.eus.test.attest.azure.net"}), "instance for tests")
    assert said(read(AZURE | {"iss": "https://evil.example"}), "not a service of Azure's")


def test_intel_claims_stand_below_the_name_of_the_environment_or_beside_it() -> None:
    reading = read(token(INTEL, "PS384"))
    assert (reading.kind, reading.grade, reading.version) == ("intel-attestation", "asserted", "2.0.0")
    assert value(reading, "tdx_td_attributes_debug", signed_with="PS384") == 0
    assert findings(reading, "tdx_mrtd")[0].where == "tdx.tdx_mrtd"
    assert said(reading, "not stated to be up to date (OutOfDate)")
    flat = {"attester_type": "SGX", "sgx_mrenclave": "cd" * 32, "sgx_is_debuggable": True, "iat": AT}
    assert value(read(flat), "sgx_is_debuggable") == 1


def test_a_report_of_the_processor_tells_whether_the_host_may_look_in() -> None:
    sealed = inspected("x", report())
    assert (sealed.kind, sealed.version, sealed.grade, sealed.observed_on) == ("sev-snp-report", "2", "asserted", None)
    assert value(sealed, "sev_snp.debug_allowed") == 0
    assert value(sealed, "sev_snp.smt_allowed") == 1
    assert not said(sealed, "not confidential")
    open_ = inspected("x", report(policy=0xB0000) + bytes(2816))
    assert value(open_, "sev_snp.debug_allowed", policy="0xb0000") == 1
    assert said(open_, "not confidential")
    assert said(inspected("x", report(policy=0x70000)), "move this guest")


def test_samples_of_nvidia() -> None:
    overall = inspected("x", sample("attestation-nvidia/overall_claims_local.json"))
    assert (overall.version, overall.observed_on, overall.tool) == ("2.0", date(2024, 9, 26), "LOCAL_GPU_VERIFIER")
    assert value(overall, "x-nvidia-overall-att-result", devices=1) == 1
    assert said(overall, "exp stands more than once")
    device = inspected("x", sample("attestation-nvidia/detached_claims_local.json"))
    assert value(device, "measres", hwmodel="GH100 A01 GSP BROM") == 1
    assert value(device, "secboot") == 1
    assert value(device, "dbgstat", value="disabled") == 0
    for check in ("signature-verified", "nonce-match", "cert-chain-validated"):
        assert value(device, f"x-nvidia-gpu-attestation-report-{check}") == 1
    assert findings(device, "x-nvidia-gpu-driver-version")[0].attributes["value"] == "570.00"
    assert findings(device, "x-nvidia-gpu-vbios-version")[0].attributes["value"] == "96.00.9F.00.01"
    remote = inspected("x", sample("attestation-nvidia/detached_granular_claims_remote.json"))
    assert remote.observed_on == date(2025, 1, 6)
    assert value(remote, "x-nvidia-gpu-vbios-rim-cert-chain", until="2026-02-22T23:17:58") == 1
    assert said(remote, "CERTIFICATE_HOLD")
    assert said(remote, "attestation-stg.nvidia.com")
    listed = inspected("x", sample("attestation-nvidia/eat-token-hs256.json"))
    assert value(listed, "x-nvidia-overall-att-result", signed_with="HS256") == 1
    assert value(listed, "measres", device="GPU-0") == 1
    assert listed.grade == "asserted"
    unsigned = inspected("x", sample("attestation-nvidia/alg-none.jwt"))
    assert unsigned.grade == "asserted"
    assert said(unsigned, "not signed")


def test_samples_of_azure_and_the_processor() -> None:
    azure = inspected("x", sample("attestation-azure-maa/sampleAttestationToken.json"))
    assert azure.observed_on == date(2022, 5, 19)
    for metric, expected in (
        ("secureboot", 1),
        ("x-ms-sevsnpvm-is-debuggable", 0),
        ("x-ms-sevsnpvm-migration-allowed", 0),
        ("x-ms-sevsnpvm-vmpl", 0),
        ("x-ms-sevsnpvm-microcode-svn", 55),
        ("console-enabled", 1),
    ):
        assert value(azure, metric) == expected
    assert findings(azure, "x-ms-compliance-status")[0].attributes["value"] == "azure-compliant-cvm"
    assert said(azure, "instance for tests")
    chip = inspected("x", sample("attestation-sev-snp/attestation.bin"))
    assert value(chip, "sev_snp.debug_allowed", policy="0xb0000") == 1
    assert (value(chip, "sev_snp.smt_allowed"), value(chip, "sev_snp.migration_allowed")) == (1, 0)
    assert (value(chip, "sev_snp.vmpl"), value(chip, "sev_snp.guest_svn")) == (0, 0)
    assert findings(chip, "sev_snp.reported_tcb")[0].attributes["value"] == "0x4405000000000002"
    measured = str(findings(chip, "sev_snp.measurement")[0].attributes["value"])
    assert measured.startswith("b07af9620f3b839b47996422ddec6058")


@pytest.mark.parametrize(
    "near",
    [
        b"{}",
        b"[]",
        json.dumps({"measres": "success"}).encode(),
        json.dumps({"x-nvidia-overall-att-result": "true", "submods": {}}).encode(),
        json.dumps({"x-nvidia-overall-att-result": True}).encode(),
        json.dumps({"x-ms-ver": "1.0"}).encode(),
        json.dumps({"attester_type": "TDX"}).encode(),
        json.dumps({"tdx": {"tdx_mrtd": "aa"}, "x-ms-ver": "1.0"}).encode(),
        json.dumps({"x-ms-attestation-type": "azurevm"}).encode(),
        token({"sub": "somebody", "iat": AT}).encode(),
        token([OVERALL]).encode(),
        token(OVERALL).replace(".", "..").encode(),
        f"{part({'typ': 'JWT'})}.{part(OVERALL)}.x".encode(),
        json.dumps([["JWT", "a.b.c"], {"GPU-0": "x"}]).encode(),
        report()[:-1],
        report(version=1),
        report(policy=0x10000),
        report(policy=0x30000 | 1 << 60),
        b"\x02" + bytes(sev_snp.LENGTH - 1),
        bytes(sev_snp.LENGTH),
        report()[:-1] + b"x",
    ],
)
def test_what_only_looks_alike_is_not_known(near: bytes) -> None:
    file = Content("attestation.jwt", near)
    assert not any(
        each.recognises(file) for each in (nvidia_attestation, azure_attestation, intel_attestation, sev_snp)
    )


def test_a_sealed_environment_that_is_no_object_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        read(AZURE | {"x-ms-isolation-tee": ["sevsnpvm"]})
    assert caught.value.problems[0].where == "x-ms-isolation-tee"


def test_nothing_spoiled_in_claims_does_harm() -> None:
    for claims in (OVERALL, DEVICE, AZURE, INTEL):
        for each in each_spoiled(claims):
            harmless(each)


@given(some.sampled_from([OVERALL, DEVICE, AZURE, INTEL]).flatmap(changed), some.booleans())
def test_nothing_changed_in_claims_does_harm(claims: Any, in_token: bool) -> None:
    harmless(token(claims).encode() if in_token else as_bytes(claims))


@given(some.lists(some.tuples(some.integers(0, sev_snp.LENGTH - 1), some.integers(0, 255)), max_size=5))
def test_nothing_changed_in_a_report_does_harm(changes: list[tuple[int, int]]) -> None:
    made = bytearray(report())
    for at, byte in changes:
        made[at] = byte
    harmless(bytes(made))
