"""What the metrics of model servers show: latencies out of histograms, queues, caches, errors, of one scrape."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import TooLarge, Unreadable
from app.evidence.inspect import inspect, inspected
from app.evidence.reading import Reading
from tests.evidence.shown import metrics, one, said, value

TTFT = "gen_ai.server.time_to_first_token"
TPOT = "gen_ai.server.time_per_output_token"
REQUEST = "gen_ai.server.request.duration"


def read(*lines: str) -> Reading:
    return inspected("metrics", ("\n".join(lines) + "\n").encode())


def histogram(name: str, buckets: Mapping[str, float], total: float, labels: str = 'model_name="m"') -> list[str]:
    count = list(buckets.values())[-1]
    comma = "," if labels else ""
    return [
        *(f'{name}_bucket{{{labels}{comma}le="{bound}"}} {upto}' for bound, upto in buckets.items()),
        f"{name}_sum{{{labels}}} {total}",
        f"{name}_count{{{labels}}} {count}",
    ]


HALF_SECOND = {"0.1": 0, "0.5": 100, "1.0": 190, "+Inf": 200}


class TestAHistogram:
    def test_gives_its_mean_and_quantiles_interpolated_within_their_buckets(self) -> None:
        reading = read(*histogram("vllm:time_to_first_token_seconds", HALF_SECOND, 100.0))
        assert value(reading, TTFT, "mean") == 0.5
        middle = one(reading, TTFT, "p50")
        assert middle.value == pytest.approx(0.5)
        assert middle.attributes["estimated"] is True
        assert (middle.attributes["lower"], middle.attributes["upper"]) == (0.1, 0.5)
        assert value(reading, TTFT, "p95") == pytest.approx(1.0)
        assert middle.attributes["n"] == 200
        assert middle.attributes["observed_by"] == "server"
        assert said(reading, "estimated within the buckets")
        assert said(reading, "without its load")

    def test_gives_no_number_beyond_its_widest_bucket(self) -> None:
        reading = read(*histogram("vllm:time_to_first_token_seconds", HALF_SECOND, 100.0))
        assert not any(each.statistic == "p99" for each in reading.findings)
        assert said(reading, "p99 of vllm:time_to_first_token_seconds lies beyond 1")

    def test_gives_only_the_mean_of_fewer_than_100(self) -> None:
        reading = read(*histogram("vllm:time_to_first_token_seconds", {"0.5": 99, "+Inf": 99}, 33.0))
        assert [each.statistic for each in reading.findings if each.metric == TTFT] == ["mean"]
        assert said(reading, "fewer than 100 observations")

    def test_that_counted_nothing_gives_nothing_and_not_0(self) -> None:
        reading = read(*histogram("vllm:time_to_first_token_seconds", {"0.5": 0, "+Inf": 0}, 0.0))
        assert TTFT not in metrics(reading)
        assert said(reading, "no latency")

    @pytest.mark.parametrize(
        ("buckets", "reason"),
        [
            ({"0.1": 150, "0.5": 120, "+Inf": 200}, "counts fewer"),
            ({"0.1": 10, "0.5": 200}, "have no end"),
            ({"0.1": 10, "abc": 20, "+Inf": 200}, "no bound"),
            ({"0.1": "NaN", "+Inf": 200}, "no number"),
        ],
    )
    def test_whose_buckets_cannot_be_gives_its_mean_and_says_why_not_more(
        self, buckets: Mapping[str, float], reason: str
    ) -> None:
        reading = read(*histogram("vllm:time_to_first_token_seconds", buckets, 100.0))
        assert [each.statistic for each in reading.findings if each.metric == TTFT] == ["mean"]
        assert said(reading, reason)

    def test_that_comes_to_another_count_than_it_states_gives_no_quantile(self) -> None:
        lines = histogram("vllm:time_to_first_token_seconds", HALF_SECOND, 100.0)
        reading = read(*lines[:-1], lines[-1].replace(" 200", " 300"))
        assert [each.statistic for each in reading.findings if each.metric == TTFT] == ["mean"]
        assert said(reading, "another count")

    def test_is_merged_over_engines_and_kept_apart_by_model(self) -> None:
        name = "vllm:time_to_first_token_seconds"
        reading = read(
            *histogram(name, HALF_SECOND, 100.0, 'model_name="a",engine="0"'),
            *histogram(name, HALF_SECOND, 300.0, 'model_name="a",engine="1"'),
            *histogram(name, HALF_SECOND, 20.0, 'model_name="b",engine="0"'),
        )
        assert value(reading, TTFT, "mean", model="a") == 1.0
        assert one(reading, TTFT, "mean", model="a").attributes["n"] == 400
        assert value(reading, TTFT, "mean", model="b") == 0.1


class TestVllm:
    def test_counts_aborted_and_erroneous_requests_as_failed(self) -> None:
        reading = read(
            'vllm:request_success_total{finished_reason="stop",model_name="m"} 90',
            'vllm:request_success_total{finished_reason="abort",model_name="m"} 6',
            'vllm:request_success_total{finished_reason="error",model_name="m"} 4',
        )
        assert value(reading, "error.rate") == 0.1
        assert one(reading, "error.rate").attributes["failed"] == 10
        assert said(reading, "those of the others")

    def test_says_when_requests_wait_for_a_full_cache_and_when_some_were_preempted(self) -> None:
        reading = read(
            'vllm:kv_cache_usage_perc{model_name="m",engine="0"} 0.2',
            'vllm:kv_cache_usage_perc{model_name="m",engine="1"} 0.97',
            'vllm:num_requests_waiting{model_name="m",engine="0"} 12',
            'vllm:num_preemptions_total{model_name="m"} 3',
        )
        assert value(reading, "vllm:kv_cache_usage_perc", "max") == 0.97
        assert said(reading, "no capacity left")
        assert said(reading, "preempted")

    def test_takes_the_hit_rate_from_tokens_and_none_where_it_is_unknown(self) -> None:
        asked = (
            'vllm:prefix_cache_queries_total{model_name="m"} 400',
            'vllm:prefix_cache_hits_total{model_name="m"} 100',
        )
        assert value(read(*asked), "prefix_cache_hit_rate") == 0.25
        unknown = read('vllm:gpu_prefix_cache_hit_rate{model_name="m"} -1.0')
        assert "prefix_cache_hit_rate" not in metrics(unknown)

    @pytest.mark.parametrize("prefix", ["ray_vllm:", "ray_vllm_"])
    def test_is_known_through_ray_serve(self, prefix: str) -> None:
        lines = histogram(f"{prefix}e2e_request_latency_seconds", HALF_SECOND, 80.0, 'model_name="m",WorkerId="w"')
        reading = read(*lines)
        assert reading.kind == "prometheus-vllm"
        assert value(reading, REQUEST, "mean") == 0.4

    def test_prefers_the_time_per_token_of_a_request_to_the_older_of_a_gap(self) -> None:
        reading = read(
            *histogram("vllm:time_per_output_token_seconds", HALF_SECOND, 20.0),
            *histogram("vllm:request_time_per_output_token_seconds", HALF_SECOND, 10.0),
        )
        assert value(reading, TPOT, "mean") == 0.05

    def test_is_dated_by_its_samples_else_no_earlier_than_its_process(self) -> None:
        federated = read('vllm:num_requests_running{model_name="m"} 1 1793620800000')
        assert federated.observed_on == date(2026, 11, 2)
        started = read("process_start_time_seconds 1.7181405583e+09", 'vllm:num_requests_running{model_name="m"} 1')
        assert started.observed_on == date(2024, 6, 11)
        assert said(started, "on 2024-06-11, when its process started, or later")
        assert read('vllm:num_requests_running{model_name="m"} 1').observed_on is None

    def test_drops_values_that_are_no_numbers(self) -> None:
        reading = read('vllm:kv_cache_usage_perc{model_name="m"} NaN', 'vllm:num_requests_waiting{model_name="m"} +Inf')
        assert not reading.findings
        assert not read('vllm:kv_cache_usage_perc{model_name="m"} 97').findings

    def test_shows_labels_without_hidden_characters(self) -> None:
        reading = read('vllm:num_requests_running{model_name="a\\nb\u202ec\\"d"} 1')
        assert one(reading, "vllm:num_requests_running").attributes["model"] == 'a b c"d'


class TestOtherServers:
    def test_tgi_counts_no_failure_before_the_first_and_gives_no_time_to_first_token(self) -> None:
        seconds = histogram("tgi_request_duration", HALF_SECOND, 100.0, "")
        reading = read("tgi_request_count 200", "tgi_request_success 200", "tgi_queue_size 3", *seconds)
        assert value(reading, "error.rate") == 0
        assert value(reading, REQUEST, "mean") == 0.5
        assert value(reading, "tgi_queue_size") == 3
        assert TTFT not in metrics(reading)
        failed = read(
            "tgi_request_count 200",
            'tgi_request_failure{err="overloaded"} 30',
            'tgi_request_failure{err="validation"} 10',
        )
        assert value(failed, "error.rate") == 0.2

    def test_metrics_without_labels_are_recognised_by_themselves(self) -> None:
        assert value(read("tgi_queue_size 3"), "tgi_queue_size") == 3

    def test_sglang_gives_the_same_histograms_and_no_share_of_errors(self) -> None:
        reading = read(
            *histogram("sglang:time_to_first_token_seconds", HALF_SECOND, 50.0),
            'sglang:token_usage{model_name="m"} 0.8',
        )
        assert value(reading, TTFT, "mean") == 0.25
        assert value(reading, "sglang:token_usage", "max") == 0.8
        assert said(reading, "does not count failed requests")

    def test_triton_counts_in_microseconds(self) -> None:
        about = '{model="m",version="1"}'
        reading = read(
            f"nv_inference_request_success{about} 100",
            'nv_inference_request_failure{model="m",version="1",reason="REJECTED"} 20',
            'nv_inference_request_failure{model="m",version="1",reason="OTHER"} 5',
            f"nv_inference_request_duration_us{about} 50000000",
            'nv_inference_request_summary_us{model="m",version="1",quantile="0.99"} 900000',
            'nv_inference_request_summary_us{model="m",version="1",quantile="0.5"} NaN',
            *histogram(
                "nv_inference_first_response_histogram_ms", {"100": 50, "500": 100, "+Inf": 100}, 20000.0, 'model="m"'
            ),
        )
        assert value(reading, REQUEST, "mean") == 0.5
        assert value(reading, REQUEST, "p99") == 0.9
        assert value(reading, "error.rate") == 0.2
        assert value(reading, TTFT, "mean") == 0.2
        assert one(reading, TTFT, "mean").attributes["raw_unit"] == "ms"

    def test_says_that_metrics_of_another_tool_stand_there_too(self) -> None:
        reading = read('vllm:num_requests_running{model_name="m"} 1', 'DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-1"} 40')
        assert said(reading, "Metrics of DCGM exporter stand in the file too")


RUNNING = 'vllm:num_requests_running{model_name="m"} 1'


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        "line",
        [
            'vllm:num_requests_waiting{model_name="m"}',
            'vllm:num_requests_waiting{model_name="m',
            "vllm:num_requests_wai",
            'vllm:num_requests_waiting{model_name="m"} 1_000',
            'vllm:num_requests_waiting{model_name="m"} 0x10',
            "<html>not found</html>",
            'vllm:num_requests_waiting{model_name="m"} 1.2.3',
        ],
    )
    def test_is_refused_with_its_line(self, line: str) -> None:
        with pytest.raises(Unreadable) as refused:
            read(RUNNING, line)
        assert refused.value.problems[0].where == "line 2"

    def test_two_scrapes_in_a_file_are_not_counted_together(self) -> None:
        with pytest.raises(Unreadable, match="cannot be read") as refused:
            read(RUNNING, RUNNING)
        assert "one scrape in a file" in refused.value.problems[0].message

    def test_more_samples_than_a_service_has(self) -> None:
        with pytest.raises(TooLarge):
            read(*(f'vllm:x{{a="{each}"}} 1' for each in range(60_001)))

    def test_labels_made_to_take_long_are_refused_at_once(self) -> None:
        with pytest.raises(Unreadable):
            read(RUNNING, 'vllm:x{a="' + '\\"' * 500_000 + "} 1")
        assert inspect("x", b"vllm:x{" + b'a="b",' * 200_000 + b"} 1") is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n\n",
            "# HELP vllm:num_requests_running Requests\n# TYPE vllm:num_requests_running gauge\n",
            f"The server's metrics:\n{RUNNING}\n",
            f"# A report\n\nMetrics are these:\n\n{RUNNING}\n",
            f"```\n{RUNNING}\n```\n",
            "vllm is a server 1\n",
            "my_vllm_requests 1\nprocess_start_time_seconds 1\n",
            "vllm_num_requests_running 1\n",
            'http_requests_total{tool="vllm:"} 1\n',
            "vllm:num_requests_running: 1\n",
            "vllm:num_requests_running one\n",
            "name,vllm:num_requests_running\nm,1\n",
            '{"vllm:num_requests_running": 1}',
        ],
    )
    def test_what_is_none_of_these_is_not_recognised(self, text: str) -> None:
        assert inspect("metrics.txt", text.encode()) is None


NAMES = st.sampled_from(
    [
        "vllm:time_to_first_token_seconds_bucket",
        "vllm:time_to_first_token_seconds_sum",
        "vllm:time_to_first_token_seconds_count",
        "vllm:kv_cache_usage_perc",
        "vllm:request_success_total",
        "vllm:cache_config_info",
        "vllm:prefix_cache_queries_total",
        "vllm:prefix_cache_hits_total",
        "process_start_time_seconds",
        "nv_inference_request_success",
        "nv_inference_request_duration_us",
        "nv_inference_request_summary_us",
        "nv_gpu_power_usage",
        "tgi_request_count",
        "tgi_request_failure",
        "DCGM_FI_DEV_FB_USED",
        "DCGM_FI_DEV_CLOCKS_EVENT_REASONS",
        "DCGM_FI_DEV_XID_ERRORS",
        "nvidia_smi_temperature_gpu",
        "nvidia_smi_mig_mode_current",
        "nvidia_smi_gpu_info",
        "sglang:token_usage",
    ]
)
VALUES = st.sampled_from(
    ["0", "1", "1e308", "1.8e308", "-1", "NaN", "+Inf", "-Inf", "1e-320", "9007199254740993", "x", "."]
)
LABELS = st.dictionaries(
    st.sampled_from(
        ["model_name", "le", "quantile", "UUID", "uuid", "gpu", "num_gpu_blocks", "block_size", "pod", "model"]
    ),
    st.sampled_from(["", "m", "0.5", "+Inf", "NaN", "-1", "99999999999999999999", "\\n", '\\"', "\u202e", "\u00b2"]),
    max_size=3,
)


def in_braces(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{label}"' for name, label in labels.items()) + "}" if labels else ""


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, LABELS, VALUES), min_size=1, max_size=12))
def test_no_lines_crash_a_reader_or_give_a_figure_that_is_none(
    lines: Sequence[tuple[str, Mapping[str, str], str]],
) -> None:
    text = "".join(f"{name}{in_braces(labels)} {figure}\n" for name, labels, figure in lines)
    try:
        reading = inspect("metrics", text.encode())
    except (Unreadable, TooLarge):
        return
    for each in reading.findings if reading else ():
        assert each.value is None or isfinite(each.value)
        assert all(isfinite(given) for given in each.attributes.values() if isinstance(given, float))
