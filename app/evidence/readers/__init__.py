"""The readers: one module for each format. Adding one is a module, a line here and a test."""

from collections.abc import Sequence
from typing import Protocol

from app.evidence.content import Content
from app.evidence.readers import (
    aiperf,
    aws_cur_csv,
    azure_attestation,
    azure_cost_csv,
    cyclonedx,
    evidently,
    focus_csv,
    garak,
    great_expectations,
    guidellm,
    hf_config,
    hf_model_card,
    in_toto,
    inspect_ai,
    intel_attestation,
    k6_summary,
    kubectl_nodes,
    llmperf,
    lm_eval,
    locust,
    lshw,
    mlflow_model,
    mlflow_run,
    nvidia_attestation,
    nvidia_gpu_exporter_metrics,
    nvidia_smi_csv,
    nvidia_smi_xml,
    openai_usage,
    productivity_csv,
    prometheus_dcgm,
    prometheus_sglang,
    prometheus_tgi,
    prometheus_triton,
    prometheus_vllm,
    promptfoo,
    rocm_smi_json,
    sarif,
    sev_snp,
    sglang_bench_serving,
    spdx3,
    tfdv,
    trivy,
    vllm_bench_latency,
    vllm_bench_serve,
    vllm_bench_throughput,
)
from app.evidence.reading import Reading


class Reader(Protocol):
    """What a module here offers."""

    @property
    def __name__(self) -> str:
        """Its name, after which the kind of file is named."""

    def recognises(self, file: Content, /) -> bool:
        """Whether the file is of this format, by its structure; never raises and looks at no more than it must."""

    def read(self, file: Content, /) -> Reading:
        """What stands in the file.

        Raises:
            Unreadable: with what is wrong and where.
        """


READERS: Sequence[Reader] = (
    cyclonedx,
    spdx3,
    sarif,
    trivy,
    in_toto,
    nvidia_attestation,
    azure_attestation,
    intel_attestation,
    sev_snp,
    vllm_bench_serve,
    sglang_bench_serving,
    vllm_bench_throughput,
    vllm_bench_latency,
    llmperf,
    guidellm,
    aiperf,
    k6_summary,
    locust,
    promptfoo,
    inspect_ai,
    garak,
    lm_eval,
    hf_model_card,
    hf_config,
    nvidia_smi_xml,
    prometheus_vllm,
    prometheus_sglang,
    prometheus_tgi,
    prometheus_triton,
    prometheus_dcgm,
    nvidia_gpu_exporter_metrics,
    rocm_smi_json,
    kubectl_nodes,
    lshw,
    nvidia_smi_csv,
    focus_csv,
    aws_cur_csv,
    azure_cost_csv,
    openai_usage,
    great_expectations,
    evidently,
    mlflow_run,
    tfdv,
    mlflow_model,
    productivity_csv,
)
"""In the order in which they are asked: the stricter first."""
