"""What bills of materials, model cards and model configurations show: parts, licences, and what they leave open."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Unreadable
from app.evidence.inspect import inspect, inspected
from app.evidence.readers import cyclonedx, hf_config, hf_model_card, spdx3
from app.evidence.reading import Reading
from app.finding import Finding
from tests.evidence.mutated import as_json, borne, changed
from tests.evidence.samples import sample

MODEL: Mapping[str, Any] = {
    "type": "machine-learning-model",
    "group": "acme",
    "name": "writer-8b",
    "version": "2.1",
    "purl": "pkg:huggingface/acme/writer-8b@0123abc",
    "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
    "licenses": [{"license": {"id": "Apache-2.0"}, "acknowledgement": "declared"}],
    "modelCard": {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": "claims letters",
            "datasets": [{"name": "letters 2025", "classification": "confidential"}, {"ref": "data-1"}],
        },
        "quantitativeAnalysis": {
            "performanceMetrics": [
                {"type": "accuracy", "value": "91%", "confidenceInterval": {"lowerBound": "88", "upperBound": "93"}},
                {"type": "kappa", "value": "0.7"},
                {"type": "fluency", "value": "good"},
            ]
        },
        "considerations": {"technicalLimitations": ["long letters"], "fairnessAssessments": [{"groupAtRisk": "x"}]},
    },
}
BOM: Mapping[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {
        "timestamp": "2026-10-01T23:30:00-02:00",
        "tools": [{"vendor": "acme", "name": "bom", "version": "3"}],
    },
    "components": [
        {"type": "application", "name": "server", "components": [MODEL]},
        {"type": "data", "bom-ref": "data-1", "name": "letters 2024"},
        {"type": "library", "name": "left-pad"},
    ],
}
AI_PACKAGE: Mapping[str, Any] = {
    "type": "ai_AIPackage",
    "spdxId": "urn:m",
    "name": "writer",
    "ai_useSensitivePersonalInformation": "noAssertion",
    "ai_metric": [{"key": "recall", "value": "0.8"}, {"key": "tone", "value": "warm"}],
    "ai_energyConsumption": {
        "ai_trainingEnergyConsumption": [{"ai_energyQuantity": "36", "ai_energyUnit": "megajoule"}]
    },
}
SPDX: Mapping[str, Any] = {
    "@context": ["https://spdx.org/rdf/3.0.1/spdx-context.jsonld", {"x": "https://example.org"}],
    "@graph": [
        {"type": "CreationInfo", "@id": "_:old", "created": "2020-01-01T00:00:00Z", "specVersion": "3.0.0"},
        {"type": "CreationInfo", "@id": "_:c", "created": "2026-09-30T22:00:00Z", "specVersion": "3.0.1"},
        {"type": "SpdxDocument", "spdxId": "urn:d", "creationInfo": "_:c", "profileConformance": ["core", "ai"]},
        AI_PACKAGE,
        {"type": "dataset_DatasetPackage", "spdxId": "urn:s", "name": "letters", "dataset_datasetSize": 12},
        {"type": "Relationship", "from": "urn:m", "to": ["https://spdx.org/licenses/MIT"],
         "relationshipType": "hasDeclaredLicense"},
        {"type": "Relationship", "from": "urn:s", "to": ["urn:l"], "relationshipType": "hasConcludedLicense"},
        {"type": "expandedlicensing_CustomLicense", "spdxId": "urn:l", "name": "Our data terms"},
        {"type": "Relationship", "from": "urn:m", "to": ["urn:s"], "relationshipType": "trainedOn"},
    ],
}  # fmt: skip
CARD = """---
license: other
license_name: acme-community
base_model: [acme/base, acme/other]
base_model_relation: finetune
datasets: letters
model-index:
- name: writer
  results:
  - dataset: {name: Letters, split: test}
    metrics:
    - {type: accuracy, value: 0.5}
    - {type: accuracy, value: 91.5}
    - {type: bleu, value: unknown}
    - {type: loss, value: .nan}
---
# Writer
"""
CONFIG: Mapping[str, Any] = {
    "model_type": "acme",
    "architectures": ["AcmeForCausalLM"],
    "auto_map": {"AutoModel": "modeling.Acme"},
    "torch_dtype": "bfloat16",
    "text_config": {"num_hidden_layers": 48, "max_position_embeddings": 8192, "head_dim": None},
    "quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True},
}


def _read(value: Any) -> Reading:
    return inspected("file", as_json(value))


def _one(reading: Reading, metric: str, **having: object) -> Finding:
    found = [
        each for each in reading.findings
        if each.metric == metric and all(each.attributes.get(name) == value for name, value in having.items())
    ]  # fmt: skip
    assert len(found) == 1, found
    return found[0]


def test_a_bill_tells_its_models_data_licences_and_figures() -> None:
    reading = _read(BOM)
    assert (reading.kind, reading.tool, reading.version, reading.grade) == ("cyclonedx", "bom", "3", "documented")
    assert reading.observed_on == date(2026, 10, 2)
    assert _one(reading, "cyclonedx.ml_model.count").value == 1
    assert _one(reading, "cyclonedx.dataset.count").value == 2  # its own and the one in the card; the reference is one
    assert _one(reading, "licence", part="acme/writer-8b").attributes["licence"] == "Apache-2.0"
    assert _one(reading, "licence.not_stated").value == 1
    model = _one(reading, "cyclonedx.ml_model")
    assert model.where == "components[0].components[0]"
    assert model.attributes["version_pinned"] is True
    assert model.attributes["hash_stated"] is True
    accuracy = _one(reading, "cyclonedx.performance.accuracy")
    assert (accuracy.value, accuracy.unit, accuracy.attributes["raw"]) == (0.91, "1", 91)
    assert _one(reading, "cyclonedx.performance.kappa").value == 0.7
    assert not [each for each in reading.findings if "fluency" in each.metric]
    assert "words and no numbers are left out: 1" in " ".join(reading.remarks)


def test_one_model_listed_twice_is_one_model() -> None:
    twice = {**BOM, "components": [MODEL, {**MODEL, "bom-ref": "again"}, {**MODEL, "purl": None, "version": "3"}]}
    assert _one(_read(twice), "cyclonedx.ml_model.count").value == 2


def test_a_bill_without_models_says_so() -> None:
    reading = _read({"bomFormat": "CycloneDX", "specVersion": "1.5"})
    assert _one(reading, "cyclonedx.ml_model.count").value == 0
    assert "It lists no model of machine learning." in reading.remarks


@pytest.mark.parametrize("said", [{"license": {"name": "NOASSERTION"}}, {"expression": ""}, {"license": {}}, {}])
def test_a_licence_that_nobody_asserts_is_not_stated(said: dict[str, Any]) -> None:
    reading = _read({**BOM, "components": [{**MODEL, "licenses": [said]}]})
    assert _one(reading, "licence.not_stated").value == 1
    assert not [each for each in reading.findings if each.metric == "licence"]


def test_a_tool_that_saw_it_run_and_digests_make_a_demonstration() -> None:
    seen = {**BOM, "metadata": {**BOM["metadata"], "lifecycles": [{"phase": "operations"}]}}
    assert _read(seen).grade == "demonstrated"
    unhashed = {**seen, "components": [{**MODEL, "hashes": []}]}
    assert _read(unhashed).grade == "documented"


def test_an_spdx_graph_is_followed_within_itself() -> None:
    reading = _read(SPDX)
    assert (reading.kind, reading.observed_on) == ("spdx3", date(2026, 9, 30))
    package = _one(reading, "spdx.ai_package")
    assert package.attributes["sensitive_personal_information"] == "noAssertion"
    assert package.attributes["autonomy"] == "not stated"
    assert _one(reading, "ai_metric.recall").value == 0.8
    assert not [each for each in reading.findings if each.metric == "ai_metric.tone"]
    energy = _one(reading, "spdx.energy")
    assert (energy.unit, energy.attributes["raw_unit"]) == ("kWh", "megajoule")
    assert energy.value == pytest.approx(10.0)
    assert _one(reading, "licence", licence="MIT", form="id").attributes["part"] == "writer"
    assert _one(reading, "licence", licence="Our data terms", form="name").attributes["acknowledged"] == "concluded"
    assert _one(reading, "spdx.trained_on.count").value == 1


def test_spdx_figures_that_are_nodes_of_their_own_are_found() -> None:
    graph: list[dict[str, Any]] = [
        {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "m", "ai_domain": "letters", "ai_metric": ["_:f"],
         "ai_energyConsumption": "_:e"},
        {"type": "DictionaryEntry", "@id": "_:f", "key": "f1", "value": "71 %"},
        {"type": "ai_EnergyConsumption", "@id": "_:e", "ai_inferenceEnergyConsumption": ["_:d", "_:lost"]},
        {"type": "ai_EnergyConsumptionDescription", "@id": "_:d", "ai_energyQuantity": "2", "ai_energyUnit": "other"},
    ]  # fmt: skip
    with pytest.raises(Unreadable):
        _read({**SPDX, "@graph": graph})
    graph[2]["ai_inferenceEnergyConsumption"] = ["_:d"]
    reading = _read({**SPDX, "@graph": graph})
    assert _one(reading, "ai_metric.f1").value == pytest.approx(0.71)
    assert _one(reading, "spdx.energy").unit is None


def test_spdx_2_is_known_and_tells_nothing_of_models() -> None:
    reading = _read({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "packages": [{}, {}]})
    assert (reading.kind, [each.value for each in reading.findings]) == ("spdx2", [2])


def test_a_card_tells_licence_origin_and_claims() -> None:
    reading = inspected("any", CARD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert (reading.kind, reading.grade, reading.observed_on) == ("hf-model-card", "documented", None)
    assert _one(reading, "licence").attributes["licence"] == "acme-community"
    assert _one(reading, "hf.base_model.count").value == 2
    assert _one(reading, "hf.dataset").attributes["name"] == "letters"
    scores = [(each.value, each.unit) for each in reading.findings if each.metric == "accuracy"]
    assert scores == [(0.5, "1"), (91.5, None)]  # of 91.5 nobody says that it is per cent
    assert not [each for each in reading.findings if each.metric in ("bleu", "loss")]


def test_a_card_with_a_list_for_its_fields_is_refused_in_words() -> None:
    with pytest.raises(Unreadable) as refused:
        inspected("README.md", b"---\n- license: mit\n---\n\n# Card\n")
    assert "is a list" in str(refused.value.problems[0])


def test_a_dataset_card_is_told_apart() -> None:
    assert inspected("x", b"---\nlicense: mit\ntask_categories: [qa]\n---\n# Data\n").kind == "hf-dataset-card"


def test_a_bill_in_xml_is_refused_in_words() -> None:
    with pytest.raises(Unreadable, match="write it as JSON"):
        inspected("bom.xml", b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"/>')


def test_a_configuration_tells_sizes_bits_and_code_of_its_own() -> None:
    reading = _read(CONFIG)
    assert reading.kind == "hf-config"
    layers = _one(reading, "num_hidden_layers")
    assert (layers.value, layers.where) == (48, "text_config.num_hidden_layers")
    assert (_one(reading, "weight_bits").value, _one(reading, "remote_code").value) == (4, 1)
    assert "runs this code" in " ".join(reading.remarks)


def test_sizes_by_layer_are_none_and_bits_may_stand_in_groups() -> None:
    groups = {"config_groups": {"group_0": {"weights": {"num_bits": 8}}}, "quant_method": "compressed-tensors"}
    reading = _read({"model_type": "a", "hidden_size": 3, "num_hidden_layers": 2, "num_key_value_heads": [4, 8],
                     "quantization_config": groups})  # fmt: skip
    assert not [each for each in reading.findings if each.metric == "num_key_value_heads"]
    assert _one(reading, "weight_bits").value == 8


@pytest.mark.parametrize(
    "content",
    [
        as_json({"bomFormat": "SPDX", "specVersion": "1.6"}),
        as_json({"bomFormat": "CycloneDX", "specVersion": 1.6}),
        as_json([dict(BOM)]),
        as_json({"@graph": [], "@context": "https://schema.org"}),
        as_json({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}),
        as_json({"spdxVersion": "SPDX-3.0"}),
        as_json({"model_type": "acme"}),
        as_json({"architectures": ["A"], "hidden_size": 3}),
        b"---\ntitle: A post\ntags: [a]\nlanguage: en\n---\n# Post\n",
        b"---\nname: skill\ndescription: does\nlicense: MIT\n---\n# Skill\n",
        b"---\ntitle: Space\nsdk: gradio\nlicense: mit\n---\n# Space\n",
        b"---\nlicense: mit\n",
        b"# license: mit\n",
        b"--- # a document\nlicense: mit\n---\n",
        b"license: mit\n",
        json.dumps(dict(BOM)).encode()[:-1],
    ],
)
def test_what_only_looks_alike_is_none_of_these(content: bytes) -> None:
    assert inspect("bom.cdx.json", content) is None


@pytest.mark.parametrize(
    "broken",
    [
        {**BOM, "components": {"a": 1}},
        {**BOM, "components": [1]},
        {**BOM, "components": [{**MODEL, "licenses": "MIT"}]},
        {**BOM, "components": [{**MODEL, "modelCard": "good"}]},
        {**SPDX, "@graph": [{**AI_PACKAGE, "ai_metric": [{"key": 3}]}]},
        {**CONFIG, "num_hidden_layers": "many"},
        {**CONFIG, "quantization_config": []},
    ],
)
def test_fields_of_the_wrong_type_are_refused_with_their_place(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as refused:
        _read(broken)
    assert refused.value.problems


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_change_of_a_file_does_more_than_be_refused(data: st.DataObject) -> None:
    reader, value = data.draw(st.sampled_from([(cyclonedx, BOM), (spdx3, SPDX), (hf_config, CONFIG)]))
    borne(reader, as_json(data.draw(changed(dict(value)))))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(CARD)), st.text(alphabet="-:[]{}&*!|>'\"\n #%@\x00a1", max_size=4))
def test_no_scrawl_in_a_card_does_more_than_be_refused(at: int, scrawl: str) -> None:
    borne(hf_model_card, (CARD[:at] + scrawl + CARD[at:]).encode())


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("cyclonedx/ml-env-1.7.json", "cyclonedx", {
            "cyclonedx.ml_model.count": 1, "licence.not_stated": 1, "cyclonedx.energy": 0.4,
            "cyclonedx.co2_equivalent": 31.22, "cyclonedx.co2_offset": 31.22}),
        ("cyclonedx/ml-modelcard-1.6.json", "cyclonedx", {
            "cyclonedx.ml_model.count": 1, "cyclonedx.dataset.count": 1, "licence.not_stated": 1}),
        ("cyclonedx/k8s-vllm.cdx.json", "cyclonedx", {
            "cyclonedx.ml_model.count": 1, "cyclonedx.other_part.count": 3, "cyclonedx.ml_model.hash_stated": 0}),
        ("spdx3/sentimentdemo-sbom.json", "spdx3", {
            "spdx.ai_package.count": 1, "spdx.dataset.count": 1, "ai_metric.precision": 0.4625,
            "ai_metric.recall": 0.475, "ai_metric.f1": 0.4669192, "dataset_datasetSize": 117553,
            "spdx.trained_on.count": 2, "spdx.tested_on.count": 1, "licence.stated": 2}),
        ("spdx3/dataset-only.json", "spdx3", {
            "spdx.ai_package.count": 0, "spdx.dataset.count": 1, "dataset_datasetSize": 2689, "licence.stated": 1}),
        ("hf-model-card/sample_simple_model_index.md", "hf-model-card", {"accuracy": 0.9, "f1": 0.66}),
        ("hf-model-card/crlf-card.md", "hf-model-card", {"licence.stated": 1}),
        ("hf-config/qwen2-7b-awq-config.json", "hf-config", {
            "num_hidden_layers": 28, "num_key_value_heads": 4, "hidden_size": 3584, "vocab_size": 152064,
            "max_position_embeddings": 32768, "weight_bits": 4, "remote_code": 0}),
        ("hf-config/mistral-7b-config.json", "hf-config", {
            "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "weight_bits": 16}),
    ],
)  # fmt: skip
def test_real_files_show_what_stands_in_them(path: str, kind: str, expected: dict[str, float]) -> None:
    reading = inspected("renamed", sample(path))
    assert (reading.kind, reading.grade) == (kind, "documented")
    for metric, value in expected.items():
        assert _one(reading, metric).value == pytest.approx(value, rel=1e-6), metric


def test_a_real_bills_energy_and_a_real_card_without_fields() -> None:
    energy = {each.attributes["activity"]: each.value for each in inspected(
        "x", sample("spdx3/sentimentdemo-sbom.json")).findings if each.metric == "spdx.energy"}  # fmt: skip
    assert energy == {"training": pytest.approx(0.0048269), "inference": pytest.approx(0.0000036)}
    with pytest.raises(Unreadable):
        inspected("x", sample("hf-model-card/invalid-list-front-matter.md"))
