"""What NVIDIA's tools and exporters show: how many accelerators, how large, how hot; and nothing that names a host."""

from collections.abc import Sequence
from datetime import date
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import TooLarge, Unreadable
from app.evidence.inspect import inspect
from app.evidence.reading import Reading
from tests.evidence.shown import metrics, one, read, said, value

COUNT = "hw.gpu.count"
MEMORY = "hw.gpu.memory.limit"
HEAT = "hw.temperature"
POWER = "hw.power"
BUSY = "hw.gpu.utilization"
DOCTYPE = '<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v13.dtd">'


def log(*gpus: str, attached: int | None = None, head: str = DOCTYPE) -> str:
    return (
        f'<?xml version="1.0" ?>\n{head}\n'
        "<nvidia_smi_log><timestamp>Tue Nov  3 09:00:00 2026</timestamp><driver_version>570.1</driver_version>"
        f"<attached_gpus>{len(gpus) if attached is None else attached}</attached_gpus>"
        + "".join(f'<gpu id="{at}"><uuid>GPU-{at}</uuid>{gpu}</gpu>' for at, gpu in enumerate(gpus))
        + "</nvidia_smi_log>"
    )


class TestNvidiaSmiXml:
    @pytest.mark.parametrize(
        "power",
        [
            "<power_readings><power_draw>300.5 W</power_draw><power_limit>400 W</power_limit></power_readings>",
            "<gpu_power_readings><power_draw>N/A</power_draw><average_power_draw>300.5 W</average_power_draw>"
            "<current_power_limit>400 W</current_power_limit></gpu_power_readings>",
        ],
    )
    def test_takes_values_under_the_names_of_each_version(self, power: str) -> None:
        reading = read(log(f"<product_name>H100</product_name>{power}"))
        assert (value(reading, POWER), value(reading, "power.limit")) == (300.5, 400)
        assert reading.observed_on == date(2026, 11, 3)
        assert reading.version == "570.1"

    def test_counts_what_it_describes_and_says_when_more_are_attached(self) -> None:
        reading = read(log("<product_name>H100</product_name>", "<product_name>L4</product_name>", attached=8))
        assert value(reading, COUNT, "sum") == 2
        assert value(reading, COUNT, product="H100") == 1
        assert said(reading, "8 accelerators are attached and describes 2")

    def test_a_word_that_means_none_is_none_and_a_missing_right_is_said(self) -> None:
        gpu = (
            "<fb_memory_usage><total>[N/A]</total><used>Unknown Error</used></fb_memory_usage>"
            "<temperature><gpu_temp>Requested functionality has been deprecated</gpu_temp></temperature>"
            "<ecc_mode><current_ecc>N/A</current_ecc></ecc_mode>"
        )
        reading = read(log(gpu))
        assert metrics(reading) == {COUNT}
        assert said(reading, "could not see some values")

    def test_idle_is_not_slowed_down_and_heat_is(self) -> None:
        gpu = (
            "<clocks_event_reasons><clocks_event_reason_gpu_idle>Active</clocks_event_reason_gpu_idle>"
            "<clocks_event_reason_hw_thermal_slowdown>{}</clocks_event_reason_hw_thermal_slowdown></clocks_event_reasons>"
        )
        hot = read(log(gpu.format("Active"), gpu.format("Not Active")))
        assert value(hot, "clocks_event_reasons.hw_thermal_slowdown") == 1
        assert said(hot, "slowed down by heat")
        cold = read(log(gpu.format("Not Active")))
        assert value(cold, "clocks_event_reasons.hw_thermal_slowdown") == 0
        assert "clocks_event_reasons.gpu_idle" not in metrics(cold)
        assert not said(cold, "slowed down by heat")

    def test_sums_uncorrected_errors_and_says_what_they_mean(self) -> None:
        volatile = (
            "<ecc_errors><volatile><sram_uncorrectable>1</sram_uncorrectable><dram_correctable>9</dram_correctable>"
        )
        reading = read(log(volatile + "<dram_uncorrectable>2</dram_uncorrectable></volatile></ecc_errors>"))
        assert value(reading, "ecc.errors.uncorrected") == 3
        assert said(reading, "not corrected")

    def test_figures_that_cannot_be_are_none(self) -> None:
        reading = read(
            log(
                "<fb_memory_usage><total>-5 MiB</total></fb_memory_usage>"
                "<utilization><gpu_util>900 %</gpu_util></utilization>"
                "<temperature><gpu_temp>-4 C</gpu_temp></temperature>"
            )
        )
        assert metrics(reading) == {COUNT, HEAT}

    def test_keeps_no_identity(self) -> None:
        reading = read(log("<serial>1650522003820</serial><product_name>A</product_name>"))
        assert "1650522003820" not in str(reading)
        assert "GPU-0" not in str(reading)

    @pytest.mark.parametrize(
        "head",
        [
            '<!DOCTYPE nvidia_smi_log [<!ENTITY a "b">]>',
            '<!DOCTYPE nvidia_smi_log [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE nvidia_smi_log [<!ENTITY % a SYSTEM "http://example.org/x.dtd"> %a;]>',
        ],
    )
    def test_refuses_entities(self, head: str) -> None:
        with pytest.raises(Unreadable) as refused:
            read(log("<product_name>H100</product_name>", head=head))
        assert "entities" in refused.value.problems[0].message

    @pytest.mark.parametrize(
        "text",
        [
            log("<product_name>H100</product_name>")[:-20],
            log("<a>" * 200 + "</a>" * 200),
            "<nvidia_smi_log>",
            "<nvidia_smi_log>&nothing;</nvidia_smi_log>",
        ],
    )
    def test_refuses_what_is_cut_off_or_nested_without_end(self, text: str) -> None:
        with pytest.raises(Unreadable):
            read(text)

    @pytest.mark.parametrize("gpu", ["<a/>" * 200_001, "<a " + 'b="1" ' * 200_001 + "/>"])
    def test_refuses_more_elements_or_attributes_than_any_tool_writes(self, gpu: str) -> None:
        with pytest.raises(TooLarge):
            read(log(gpu))


CSV_HEAD = "timestamp, index, name, uuid, memory.total [MiB], temperature.gpu, power.draw [W], utilization.gpu [%]"


class TestNvidiaSmiCsv:
    def test_takes_units_from_values_or_from_the_head(self) -> None:
        row = "2026/11/03 09:00:00.000, 0, NVIDIA L4, GPU-1, 23034{}, 61, 70.5{}, 57{}"
        for units in ((" MiB", " W", " %"), ("", "", "")):
            reading = read(f"{CSV_HEAD}\n{row.format(*units)}\n")
            assert value(reading, MEMORY) == 23034 * 1024 * 1024
            assert (value(reading, HEAT), value(reading, POWER), value(reading, BUSY)) == (61, 70.5, 0.57)
            assert reading.observed_on == date(2026, 11, 3)

    def test_rows_of_a_series_are_not_more_accelerators(self) -> None:
        rows = [
            f"2026/11/03 09:00:0{second}.000, {gpu}, NVIDIA L4, GPU-{gpu}, 23034 MiB, {60 + second}, 70 W, 90 %"
            for second in range(3)
            for gpu in range(2)
        ]
        reading = read("\n".join([CSV_HEAD, *rows]))
        assert value(reading, COUNT, "sum") == 2
        assert value(reading, HEAT, "max") == 62
        assert said(reading, "3 rows stand for each accelerator")

    def test_a_series_gives_the_share_of_its_rows_in_which_heat_slowed_it_down(self) -> None:
        head = "timestamp, uuid, clocks_throttle_reasons.hw_thermal_slowdown, clocks_throttle_reasons.gpu_idle"
        rows = [
            f"2026/11/03 09:0{at}:00.000, GPU-1, {'Active' if at == 2 else 'Not Active'}, Active" for at in range(4)
        ]
        reading = read("\n".join([head, *rows]))
        share = one(reading, "clocks_event_reasons.slowdown", "share")
        assert share.value == 0.25
        assert share.attributes["seconds"] == 180
        assert value(reading, "clocks_event_reasons.hw_thermal_slowdown") == 1

    def test_the_margin_is_no_temperature(self) -> None:
        reading = read("index, temperature.gpu, temperature.gpu.tlimit\n0, 59, 26\n")
        assert (value(reading, HEAT), value(reading, "temperature.gpu.tlimit")) == (59, 26)

    def test_says_that_the_machine_has_more(self) -> None:
        assert said(read("count, index, memory.total [MiB]\n8, 0, 100 MiB\n"), "has 8 accelerators, and 1")

    def test_more_rows_than_are_needed_are_refused(self) -> None:
        with pytest.raises(TooLarge):
            read("index, memory.total [MiB]\n" + "0, 1 MiB\n" * 60_001)

    def test_without_its_head_it_is_refused_with_what_to_do(self) -> None:
        with pytest.raises(Unreadable) as refused:
            read("NVIDIA L4, 23034 MiB, 70.5 W, 90 %\n")
        assert "noheader" in refused.value.problems[0].message

    @pytest.mark.parametrize(
        "text",
        [
            "name, index\nA, 1\n",
            "name,age,city\nA,1,B\n",
            "pid, process_name, used_gpu_memory [MiB]\n1, python, 100 MiB\n",
            "gpu_uuid, pid, used_memory [MiB]\nGPU-1, 1, 100 MiB\n",
            "timestamp, memory, cpu\n1, 2, 3\n",
            "index;memory total;power\n1;2;3\n",
            "name, memory.total (MiB)\nA, 1\n",
            "uuid, name\n1, A\n",
            "index, host, gpu [%]\n0, a, 4\n",
            "NVIDIA L4, 1000 EUR\n",
        ],
    )
    def test_other_tables_are_not_recognised(self, text: str) -> None:
        assert inspect("gpu.csv", text.encode()) is None


class TestMetricsOfAccelerators:
    def test_a_mask_of_reasons_is_taken_apart(self) -> None:
        def dcgm(mask: int) -> Reading:
            return read(f'DCGM_FI_DEV_CLOCK_THROTTLE_REASONS{{gpu="0",UUID="GPU-1"}} {mask}\n')

        assert value(dcgm(0x1), "clocks_event_reasons.hw_thermal_slowdown") == 0
        assert value(dcgm(0x41), "clocks_event_reasons.hw_thermal_slowdown") == 1
        assert value(dcgm(0x4), "clocks_event_reasons.sw_power_cap") == 1
        assert said(dcgm(0x20), "slowed down by heat")

    def test_an_error_code_is_no_count(self) -> None:
        reading = read('DCGM_FI_DEV_XID_ERRORS{gpu="0",UUID="GPU-1"} 79\n')
        assert value(reading, "DCGM_FI_DEV_XID_ERRORS", "last code") == 79
        none = read('DCGM_FI_DEV_XID_ERRORS{gpu="0",UUID="GPU-1"} 0\n')
        assert "DCGM_FI_DEV_XID_ERRORS" not in metrics(none)

    def test_parts_of_an_accelerator_are_not_more_of_them(self) -> None:
        reading = read(
            'DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-1",GPU_I_ID="1"} 10\n'
            'DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-1",GPU_I_ID="2"} 20\n'
        )
        assert value(reading, COUNT, "sum") == 1
        assert said(reading, "MIG")

    def test_an_exporter_that_sees_none_does_not_prove_that_there_are_none(self) -> None:
        reading = read("nvidia_smi_failed_scrapes_total 3\nnvidia_smi_last_collect_success 0\n")
        assert COUNT not in metrics(reading)
        assert said(reading, "No accelerator is described")
        assert said(reading, "the values are old")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["fb_memory_usage", "temperature", "utilization", "ecc_errors", "mig_devices", "gpu_temp", "total"]
            ),
            st.sampled_from(["", "N/A", "1 MiB", "9" * 400 + " MiB", "-1 C", "1e9 W", "nan", "\u00b2 C", "\u202e"]),
        ),
        max_size=6,
    )
)
def test_no_elements_crash_a_reader_or_give_a_figure_that_is_none(elements: Sequence[tuple[str, str]]) -> None:
    inner = ""
    for name, text in elements:
        inner = f"<{name}>{inner}{text}</{name}>"
    for each in read(log(inner)).findings:
        assert each.value is None or isfinite(each.value)
