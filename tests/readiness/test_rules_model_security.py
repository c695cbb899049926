"""What the rules on model and security hear in files and figures."""

from typing import Any

import pytest

from app.evidence.inspect import inspected
from app.readiness.assessment import Evidence
from app.readiness.grade import Grade
from tests.evidence import test_attestation as good_seals
from tests.evidence import test_evaluations as good_tests
from tests.evidence import test_posture as good_posture
from tests.evidence import test_provenance as good_parts
from tests.evidence.shown import read
from tests.make import artefact
from tests.readiness.fitting import every_need
from tests.readiness.heard import CATALOGUE, asked, entered, figure, of


def bill_of_materials(**changed: Any) -> Evidence:
    """A bill of materials of a tool, whose model and data have licences that are permitted."""
    model = {**good_parts.MODEL, "modelCard": {}} | changed
    data = {"type": "data", "name": "letters 2024", "licenses": [{"license": {"id": "MIT"}}]}
    return of(read({**good_parts.BOM, "components": [model, data]}), Grade.DEMONSTRATED)


LICENCES = "model.licence-terms"


def test_every_licence_stands_on_the_permitted_list() -> None:
    assert asked(CATALOGUE, LICENCES, 3, bill_of_materials()).proven == 3
    foreign = bill_of_materials(licenses=[{"license": {"id": "AGPL-3.0-only"}}])
    assert asked(CATALOGUE, LICENCES, 3, foreign).proven == 2
    explained = entered(Grade.DEMONSTRATED, figure("licences_not_explained", 0))
    assert asked(CATALOGUE, LICENCES, 3, foreign, explained).proven == 3
    assert not asked(CATALOGUE, LICENCES, 3, foreign).proof.contradicted
    assert asked(CATALOGUE, LICENCES, 3, bill_of_materials(), needs={}).proven == 2


def test_a_part_without_a_licence_contradicts_that_every_part_is_explained() -> None:
    shown = asked(CATALOGUE, LICENCES, 3, bill_of_materials(licenses=[]))
    assert (shown.proven, shown.proof.contradicted) == (2, True)


def test_a_card_of_the_model_names_its_licence_too() -> None:
    card = of(read("---\nlicense: apache-2.0\nbase_model: acme/base\n---\n# Writer\n"), Grade.DEMONSTRATED)
    assert asked(CATALOGUE, LICENCES, 3, card).proven == 3


EVALUATION = "model.evaluation"


def lm_eval(score: float, cases: int = 500, error: float = 0.01) -> Evidence:
    """Results of lm-evaluation-harness on one task."""
    results = {"claims": {"acc,none": score, "acc_stderr,none": error}}
    samples = {"claims": {"original": cases, "effective": cases}}
    return of(read({**good_tests.LM_EVAL, "results": results, "groups": {}, "n-samples": samples}))


@pytest.mark.parametrize(
    ("file", "proven", "contradicted"),
    [
        pytest.param(lm_eval(0.92), 3, False, id="the lower end of the interval is above the pass mark"),
        pytest.param(lm_eval(0.915), 2, False, id="only the score is"),
        pytest.param(lm_eval(0.99, 199), 2, False, id="too few cases"),
        pytest.param(lm_eval(0.885), 2, False, id="below the pass mark, and it may be chance"),
        pytest.param(lm_eval(0.87), 2, True, id="below the pass mark, and no chance"),
        pytest.param(lm_eval(0.5, 100), 2, False, id="below the pass mark on few cases"),
    ],
)
def test_the_pass_mark_is_reached_by_the_lower_end_of_the_interval(
    file: Evidence, proven: int, contradicted: bool
) -> None:
    shown = asked(CATALOGUE, EVALUATION, 3, file)
    assert (shown.proven, shown.proof.contradicted) == (proven, contradicted)


@pytest.mark.parametrize(
    ("cases", "proven"),
    [
        pytest.param({"dataset_path": "json", "dataset_kwargs": {"data_files": "claims.jsonl"}}, 3, id="own files"),
        pytest.param({"dataset_path": "/srv/claims"}, 3, id="a folder of one's own"),
        pytest.param({"dataset_path": "openai/gsm8k"}, 2, id="a public benchmark"),
        pytest.param({"dataset_path": "gsm8k"}, 2, id="a public benchmark by its short name"),
    ],
)
def test_a_public_benchmark_is_no_test_on_own_cases(cases: dict[str, Any], proven: int) -> None:
    samples = {"claims": {"original": 2000, "effective": 2000}}
    for score, contradicted in ((0.99, False), (0.2, proven == 3)):
        results = {"claims": {"acc,none": score, "acc_stderr,none": 0.005}}
        run = {**good_tests.LM_EVAL, "results": results, "configs": {"claims": cases}, "n-samples": samples}
        shown = asked(CATALOGUE, EVALUATION, 3, of(read({**run, "groups": {}})))
        assert (shown.proven, shown.proof.contradicted) == (2 if score < 0.9 else proven, contradicted)


def test_of_two_ways_to_read_an_answer_the_lower_score_counts() -> None:
    results = {"claims": {"exact_match,strict": 0.93, "exact_match,flexible": 0.97}}
    samples = {"claims": {"original": 2000, "effective": 2000}}
    file = of(read({**good_tests.LM_EVAL, "results": results, "groups": {}, "n-samples": samples}))
    assert asked(CATALOGUE, EVALUATION, 3, file).proven == 3
    strict = {**every_need(CATALOGUE), "task_score": 0.95}
    assert asked(CATALOGUE, EVALUATION, 3, file, needs=strict).proven == 2


def promptfoo(passed: int, failed: int, *, broken: bool = False) -> Evidence:
    """Results of promptfoo with one prompt and one model."""
    prompt = {"provider": "acme:writer", "label": "v1", "metrics": {"testPassCount": passed, "testFailCount": failed}}
    listed = [{"success": False, "failureReason": 1, "error": "Custom function threw error: x"}] if broken else []
    results = {**good_tests.PROMPTFOO["results"], "prompts": [prompt], "results": listed}
    results["stats"] = {"successes": passed, "failures": failed, "errors": 0}
    return of(read({**good_tests.PROMPTFOO, "results": results}))


def test_a_share_of_cases_passed_has_an_interval_by_its_cases() -> None:
    assert asked(CATALOGUE, EVALUATION, 3, promptfoo(480, 20)).proven == 3
    assert asked(CATALOGUE, EVALUATION, 3, promptfoo(192, 8)).proven == 3
    assert asked(CATALOGUE, EVALUATION, 3, promptfoo(190, 15)).proven == 2


def test_checks_that_could_not_be_run_neither_show_nor_contradict() -> None:
    for passed in (480, 100):
        shown = asked(CATALOGUE, EVALUATION, 3, promptfoo(passed, 500 - passed, broken=True))
        assert (shown.proven, shown.proof.contradicted) == (2, False)


SEALED = "security.encryption-in-use"


def attestation(**said: Any) -> Evidence:
    """What NVIDIA's verifier says of a platform and its one device, which Ben has looked at."""
    device = {
        **good_seals.DEVICE,
        "measres": "success",
        "dbgstat": "disabled",
        "x-nvidia-gpu-attestation-report-nonce-match": True,
    }
    listed = [["JWT", good_seals.token(good_seals.OVERALL)], {"GPU-0": good_seals.token(device | said)}]
    return of(read(listed), Grade.DEMONSTRATED)


def test_sealed_memory_takes_every_accelerator_the_host_and_a_refusal() -> None:
    host = of(inspected("report.bin", good_seals.report()), Grade.DEMONSTRATED)
    open_host = of(inspected("report.bin", good_seals.report(policy=0xB0000)), Grade.DEMONSTRATED)
    refused = entered(Grade.DEMONSTRATED, figure("spoiled_report_refused", 1))
    assert asked(CATALOGUE, SEALED, 3, attestation(), host, refused).proven == 3
    assert asked(CATALOGUE, SEALED, 3, attestation(), host).proven == 2
    assert asked(CATALOGUE, SEALED, 3, attestation(), refused).proven == 2
    assert asked(CATALOGUE, SEALED, 3, attestation(), open_host, refused).proven == 2
    for spoiled in (
        {"dbgstat": "enabled"},
        {"measres": "fail"},
        {"x-nvidia-gpu-attestation-report-nonce-match": False},
    ):
        shown = asked(CATALOGUE, SEALED, 3, attestation(**spoiled), host, refused)
        assert (shown.proven, shown.proof.contradicted) == (2, False)  # it may be the spoiled report of the test


def test_a_token_whose_signature_nobody_checked_is_somebodys_word() -> None:
    host = of(inspected("report.bin", good_seals.report()))
    refused = entered(Grade.DEMONSTRATED, figure("spoiled_report_refused", 1))
    unchecked = artefact(None, 0, *attestation().findings, supports=None, read_grade=Grade.ASSERTED)
    assert asked(CATALOGUE, SEALED, 3, unchecked, host, refused).proven == 2
    assert asked(CATALOGUE, SEALED, 3, unchecked, host).proven == 1


ENCRYPTION = "security.encryption-in-transit-and-at-rest"


def test_a_clean_scan_and_a_clean_list_of_connections_show_encryption() -> None:
    lines = entered(Grade.DEMONSTRATED, figure("connections_in_the_clear", 0), figure("connections_below_tls_1_2", 0))
    nothing_found = {**good_posture.RUN, "results": []}
    cut_short = {**nothing_found, "invocations": [{"executionSuccessful": False}]}
    clean, failed = ({**good_posture.SARIF, "runs": [run]} for run in (nothing_found, cut_short))
    assert asked(CATALOGUE, ENCRYPTION, 3, of(read(clean)), lines).proven == 3
    assert asked(CATALOGUE, ENCRYPTION, 3, of(read(failed)), lines).proven == 2
    assert asked(CATALOGUE, ENCRYPTION, 3, of(read(good_posture.SARIF)), lines).proven == 2
    assert asked(CATALOGUE, ENCRYPTION, 3, lines).proven == 2
    open_line = entered(Grade.DEMONSTRATED, figure("connections_in_the_clear", 1))
    assert asked(CATALOGUE, ENCRYPTION, 3, of(read(clean)), lines, open_line).proof.cap == 2


HIJACK = "security.agent-hijack"


def campaign(hits: int, attempts: int, plugin: str = "excessive-agency") -> Evidence:
    """A red-team run of promptfoo."""
    listed = [
        {"success": number >= hits, "failureReason": 0, "metadata": {"pluginId": plugin}} for number in range(attempts)
    ]
    results = {**good_tests.PROMPTFOO["results"], "results": listed}
    return of(read({**good_tests.PROMPTFOO, "results": results}))


def test_no_attack_on_an_agent_may_succeed() -> None:
    stopped = entered(Grade.DEMONSTRATED, figure("forbidden_actions_done", 0), figure("forbidden_actions_blocked", 1))
    assert asked(CATALOGUE, HIJACK, 3, campaign(0, 200), stopped).proven == 3
    assert asked(CATALOGUE, HIJACK, 3, campaign(0, 100), campaign(0, 100), stopped).proven == 3
    assert asked(CATALOGUE, HIJACK, 3, campaign(0, 199), stopped).proven == 2
    assert asked(CATALOGUE, HIJACK, 3, campaign(0, 200)).proven == 2
    shown = asked(CATALOGUE, HIJACK, 3, campaign(1, 200), stopped)
    assert (shown.proven, shown.proof.contradicted) == (2, True)


@pytest.mark.parametrize(
    ("key", "aimed"),
    [
        (HIJACK, "excessive-agency"),
        ("security.prompt-injection", "indirect-prompt-injection"),
        ("security.output-handling", "sql-injection"),
        ("security.sensitive-disclosure", "pii:direct"),
    ],
)
def test_attacks_with_another_aim_neither_show_nor_contradict(key: str, aimed: str) -> None:
    beside = entered(
        Grade.DEMONSTRATED,
        *(figure(metric, 0) for metric in ("forbidden_actions_done", "successes_beyond_rights")),
        *(figure(metric, 1) for metric in ("forbidden_actions_blocked", "filter_recall")),
        figure("scan_findings", 0, level="error"),
    )
    assert asked(CATALOGUE, key, 3, campaign(0, 400, aimed), beside).proven == 3
    for hits in (0, 400):
        shown = asked(CATALOGUE, key, 3, campaign(hits, 400, "harmful:hate"), beside)
        assert (shown.proven, shown.proof.contradicted) == (2, False)


def test_a_few_hits_among_few_attempts_do_not_contradict_a_limit() -> None:
    key = "model.red-teaming"
    mended = entered(Grade.DEMONSTRATED, figure("serious_findings_open", 0))
    assert asked(CATALOGUE, key, 3, campaign(2, 200), mended).proven == 3
    for hits, attempts, contradicted in ((1, 20, False), (2, 20, True), (3, 200, False), (9, 200, True)):
        shown = asked(CATALOGUE, key, 3, campaign(hits, attempts), mended)
        assert (shown.proven, shown.proof.contradicted) == (2, contradicted)


def test_a_scan_of_another_kind_says_nothing_of_secrets() -> None:
    def scan(tool: str, *results: dict[str, Any]) -> Evidence:
        run = {**good_posture.RUN, "tool": {"driver": {"name": tool, "version": "8"}}, "results": list(results)}
        return of(read({**good_posture.SARIF, "runs": [run]}))

    replaced = entered(Grade.DEMONSTRATED, figure("key_replaced_without_stop", 1))
    assert asked(CATALOGUE, "security.secrets", 3, scan("gitleaks"), replaced).proven == 3
    assert asked(CATALOGUE, "security.secrets", 3, scan("CodeQL"), replaced).proven == 2
    assert asked(CATALOGUE, "security.secrets", 3, scan("gitleaks", {"ruleId": "key"}), replaced).proof.contradicted
    assert not asked(CATALOGUE, "security.secrets", 3, scan("CodeQL", {"ruleId": "sql"}), replaced).proof.contradicted


def test_the_parts_list_has_a_digest_for_every_model_and_the_scan_no_serious_flaw() -> None:
    parts = of(read({**good_parts.BOM, "components": [good_parts.MODEL]}), Grade.DEMONSTRATED)
    unhashed = of(read({**good_parts.BOM, "components": [{**good_parts.MODEL, "hashes": []}]}), Grade.DEMONSTRATED)
    checked = entered(Grade.DEMONSTRATED, figure("signatures_verified", 1), figure("models_in_unsafe_format", 0))
    clean = {**good_posture.TRIVY, "Results": [{"Target": "x", "Class": "os-pkgs", "Type": "debian"}]}
    key = "security.supply-chain"
    assert asked(CATALOGUE, key, 3, parts, checked, of(read(clean))).proven == 3
    assert asked(CATALOGUE, key, 3, unhashed, checked, of(read(clean))).proven == 2
    assert asked(CATALOGUE, key, 3, parts, checked).proven == 2
    assert asked(CATALOGUE, key, 3, parts, checked, of(read(good_posture.TRIVY))).proof.cap == 2
