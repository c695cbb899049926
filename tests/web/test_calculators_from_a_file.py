"""A calculator's form filled from a file: what is read stands in the fields, and nothing typed is lost."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.evidence.arrived import arrived
from app.records import attachments
from app.web.filled import FILLABLE
from tests.web.conftest import Site
from tests.web.test_calculators import HTMX, answer, controls, opened, wrong

VLLM: dict[str, Any] = {
    "date": "20261031-101500",
    "model_id": "meta-llama/Llama-3.3-70B-Instruct",
    "num_prompts": 500,
    "request_rate": "inf",
    "max_concurrency": 64,
    "duration": 100.0,
    "completed": 500,
    "total_input_tokens": 500_000,
    "total_output_tokens": 150_000,
    "request_throughput": 5.0,
    "output_throughput": 1500.0,
    "mean_ttft_ms": 240.0,
    "p99_ttft_ms": 900.0,
    "mean_tpot_ms": 41.0,
}
SMI = """name, driver_version, memory.total [MiB]
NVIDIA L40S, 550.90.07, 46068 MiB
NVIDIA L40S, 550.90.07, 46068 MiB
"""
INVENTORY = "hostname,accel_model,accel_count,driver\nlone,NVIDIA H100 80GB HBM3,8,550.90\n"
WORK = "person,minutes_before,minutes_after\n" + "".join(f"{at},{40 + at % 5},{30 + at % 4}\n" for at in range(20))
BILL_HEAD = "BilledCost,EffectiveCost,ListCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceCategory,ServiceName,ProviderName,Tags"  # fmt: skip  # noqa: E501


def bill(*sums: int, first: int = 3, currency: str = "EUR") -> str:
    """A bill with a charge a month."""
    lines = [BILL_HEAD]
    for month, billed in enumerate(sums, start=first):
        start, end = f"2026-{month:02}-01T00:00:00Z", f"2026-{month + 1:02}-01T00:00:00Z"
        lines.append(f"{billed},{billed},{billed},{currency},{start},{end},{start},{end},Usage,AI,Tokens,Acme,{{}}")
    return "\n".join(lines)


def read(client: TestClient, name: str, content: str | bytes, given: dict[str, str] | None = None) -> Any:
    """What the form comes back with after a file was chosen and the button pressed."""
    sent = (opened(client, name) if given is None else given) | {"do": "read"}
    return client.post(f"/calculators/{name}", data=sent, files=chosen(content))


def chosen(content: str | bytes) -> dict[str, tuple[str, bytes]]:
    """A file as a browser sends it."""
    return {"file": ("mine", content.encode() if isinstance(content, str) else content)}


def told(page: str) -> str:
    """What the page says was read."""
    found = re.search(r'id="read" role="status"><p>(.*?)</p>', page)
    return found[1] if found else ""


def unread(page: str) -> str:
    """Why the page says it was not."""
    found = re.search(r'id="field-file-error"[^>]*>(.*?)</p>', page)
    return found[1] if found else ""


def unread_in_words(page: Any, given: dict[str, str]) -> str:
    """Why a file was not read; what was typed stands there as it did, and so does its result."""
    assert page.status_code == 422
    assert controls(page.text) == given
    assert told(page.text) == ""
    assert "There is no result yet" not in page.text
    return unread(page.text)


def test_four_calculators_can_be_filled_from_a_file(client: TestClient) -> None:
    for name in ("capacity", "fleet", "budget", "productivity", "federated"):
        page = client.get(f"/calculators/{name}").text
        assert ('name="file"' in page) == (name in FILLABLE)


class TestCapacity:
    def test_what_was_measured_replaces_what_is_predicted_and_the_difference_is_shown(self, client: TestClient) -> None:
        before = client.get("/calculators/capacity").text
        page = read(client, "capacity", json.dumps(VLLM))
        assert page.status_code == 200
        assert "Read from vLLM bench serve, of 31 Oct 2026: 3 figures." in told(page.text)
        assert "Requests at once 64, Tokens in 1,000, Tokens out 300" in told(page.text)
        given = controls(page.text)
        assert (given["given.concurrency"], given["given.input_tokens"]) == ("64", "1,000")
        assert "1,500" in page.text
        assert "redicted" in page.text.partition('class="answer')[2]
        assert 'name="file"' in before

    def test_it_stays_in_the_form_says_by_what_and_can_be_taken_out(self, client: TestClient) -> None:
        page = read(client, "capacity", json.dumps(VLLM)).text
        assert "Measured by <bdi>vLLM bench serve, of 31 Oct 2026</bdi>" in page
        kept = controls(page) | {"measured_by": "vLLM bench serve, of 2026-10-31"}
        assert len(json.loads(kept["given.measured"])) == 3  # no percentile: the prediction is of the mean
        again = client.post("/calculators/capacity", data=kept).text
        assert "Measured by <bdi>vLLM bench serve, of 31 Oct 2026</bdi>" in again
        assert answer(again) == answer(page)
        out = client.post("/calculators/capacity", data=kept | {"do": "predict"}).text
        assert "given.measured" not in controls(out)
        assert "Measured by" not in out

    def test_of_several_runs_it_is_asked_which(self, client: TestClient) -> None:
        runs = "\n".join(json.dumps(VLLM | {"max_concurrency": each}) for each in (8, 64))
        page = read(client, "capacity", runs)
        assert "Its runs differ in Requests at once: state one of 8, 64." in told(page.text)
        assert controls(page.text)["given.concurrency"] == "400"

    def test_a_model_that_is_known_is_filled_in_and_the_precision_of_the_last_goes(self, client: TestClient) -> None:
        page = read(client, "capacity", json.dumps(VLLM | {"model_id": "openai/gpt-oss-120b"}))
        assert "Model gpt-oss-120b" in told(page.text)
        assert controls(page.text)["given.model"] == "gpt-oss-120b"
        assert controls(page.text)["given.precision"] == ""
        unknown = read(client, "capacity", json.dumps(VLLM | {"model_id": "ours/secret-7b"}))
        assert controls(unknown.text)["given.model"] == "llama-3.3-70b"
        assert "The measurement names the model ours/secret-7b" in unknown.text

    def test_a_file_without_such_a_figure_is_refused_in_words(self, client: TestClient) -> None:
        given = opened(client, "capacity") | {"given.concurrency": "77"}
        assert "no figure of a load test" in unread_in_words(read(client, "capacity", bill(5), given), given)


class TestFleet:
    def test_what_a_tool_lists_becomes_the_table(self, client: TestClient) -> None:
        page = read(client, "fleet", SMI)
        assert "1 machine with 2 accelerators" in told(page.text)
        rows = controls(page.text)["given.inventory"].splitlines()
        assert rows[0].startswith("hostname,accel_model,accel_count,accel_mem_gb")
        assert rows[1].startswith("NVIDIA L40S 1,NVIDIA L40S,2,48.3")
        assert len(rows) == 2

    def test_a_table_of_ones_own_is_taken_as_it_is(self, client: TestClient) -> None:
        page = read(client, "fleet", INVENTORY)
        assert page.status_code == 200
        assert "1 machine with 8 accelerators" in told(page.text)
        assert controls(page.text)["given.inventory"] == INVENTORY.strip()
        assert "1 of 1 host" in answer(page.text)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("name,colour\nx,red\n", "accel_model or cpu_model"),
            ("hostname,accel_model\n", "no machine below it"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "no list of machines"),
            ("hostname,accel_model,accel_count\nx,H100,minus one\n", "line 2"),
        ],
    )
    def test_what_is_no_inventory_is_refused_in_words(
        self, client: TestClient, content: str | bytes, words: str
    ) -> None:
        given = opened(client, "fleet") | {"given.need.concurrency": "77"}
        assert words in unread_in_words(read(client, "fleet", content, given), given)

    def test_a_table_of_a_megabyte_is_taken_and_comes_back_whole(self, client: TestClient) -> None:
        rows = "".join(f"node-{at},NVIDIA H100 80GB HBM3,8,{'x' * 900}\n" for at in range(1_300))
        long = f"hostname,accel_model,accel_count,note\n{rows}"
        page = read(client, "fleet", long)
        assert "1300 machines" in told(page.text)
        again = read(client, "fleet", INVENTORY, controls(page.text))  # the first goes along, and is no file
        assert "1 machine with 8 accelerators" in told(again.text)


class TestBudget:
    def test_the_months_of_a_bill_become_bills_and_growth_is_learnt(self, client: TestClient) -> None:
        page = read(client, "budget", bill(20_000, 21_000, 23_000, 24_000))
        assert page.status_code == 200
        said = told(page.text)
        assert "4 months, 2026-03 to 2026-06, 88,000.00 EUR in all" in said
        assert "Growth is learnt from them" in said
        given = controls(page.text)
        assert given["given.billed.0.month"] == "2026-03"
        assert given["given.billed.3.amount"] == "24,000"
        assert given["given.growth_per_month"] == ""

    def test_what_was_spent_comes_from_the_bill_where_months_are_over(self, client: TestClient) -> None:
        given = opened(client, "budget") | {"given.months_elapsed": "2", "given.spend_to_date": "1"}
        page = read(client, "budget", bill(20_000, 21_000), given)
        assert "spent in the months that are over (2) comes from the bills" in told(page.text)
        assert controls(page.text)["given.spend_to_date"] == ""
        assert "41,000 of it before" in page.text
        assert controls(page.text)["given.growth_per_month"] == given["given.growth_per_month"]  # two bills teach none

    def test_a_later_bill_stands_beside_the_first_and_of_one_month_the_new_one_counts(self, client: TestClient) -> None:
        first = controls(read(client, "budget", bill(20_000, 21_000)).text)
        given = controls(read(client, "budget", bill(22_000, 23_000, first=4), first).text)
        months = [value for name, value in given.items() if re.fullmatch(r"given\.billed\.\d\.month", name)]
        assert months == ["2026-03", "2026-04", "2026-05"]
        assert given["given.billed.1.amount"] == "22,000"

    def test_a_bill_in_another_currency_is_refused_in_words(self, client: TestClient) -> None:
        given = opened(client, "budget")
        said = unread_in_words(read(client, "budget", bill(20_000, currency="USD"), given), given)
        assert said == "This is billed in USD, and the form is in EUR: choose the same, then read it."


class TestProductivity:
    def test_two_columns_of_the_same_are_before_and_since(self, client: TestClient) -> None:
        page = read(client, "productivity", WORK)
        assert page.status_code == 200
        assert "20 rows. Taken as before: minutes_before; as since: minutes_after." in told(page.text)
        given = controls(page.text)
        assert given["given.table.text"] == WORK.strip()
        assert given["given.table.columns"] == "before: minutes_before\nafter: minutes_after"
        assert given["given.control_before"] == ""  # the samples of the example are gone
        assert "33\u00a0% more done" in answer(page.text)

    def test_a_column_says_who_had_it(self, client: TestClient) -> None:
        rows = "".join(f"{at},{'assisted' if at % 2 else 'manual'},{30 + at % 7}\n" for at in range(20))
        page = read(client, "productivity", f"person,arm,minutes\n{rows}")
        assert page.status_code == 200
        assert "values: minutes; who had it by arm: manual without, assisted with" in told(page.text)
        assert controls(page.text)["given.table.value"] == "minutes"

    def test_a_column_says_who_had_it_and_another_when(self, client: TestClient) -> None:
        rows = "".join(
            f"{at},{'assisted' if at % 2 else 'manual'},{'before' if at % 4 < 2 else 'after'},{30 + at % 7}\n"
            for at in range(40)
        )
        page = read(client, "productivity", f"person,arm,period,minutes\n{rows}")
        assert page.status_code == 200
        assert "who had it by arm" in told(page.text)
        assert "when by period: before before, after since" in told(page.text)

    def test_columns_without_and_with_are_two_groups(self, client: TestClient) -> None:
        page = read(client, "productivity", "control,treatment\n" + "40,31\n41,33\n43,36\n39,30\n" * 4)
        assert controls(page.text)["given.table.columns"] == "control: control\ntreatment: treatment"

    def test_where_no_column_says_what_it_is_the_form_asks(self, client: TestClient) -> None:
        page = read(client, "productivity", "a,b\n1,2\n3,4\n")
        assert "Say under Table which column is which sample. It has a, b." in told(page.text)
        assert wrong(page.text) == ["table.columns"]
        assert controls(page.text)["given.table.text"] == "a,b\n1,2\n3,4"

    def test_what_is_no_table_is_refused_in_words(self, client: TestClient) -> None:
        given = opened(client, "productivity")
        assert "is no table" in unread_in_words(read(client, "productivity", b"\x00\x01\x02", given), given)


def test_no_file_is_said_in_words(client: TestClient) -> None:
    given = opened(client, "fleet")
    for files in ({"file": ("", b"")}, {"other": ("x", b"x")}):
        page = client.post("/calculators/fleet", data=given | {"do": "read"}, files=files)
        assert unread_in_words(page, given) == "Choose a file first."
    assert unread_in_words(client.post("/calculators/fleet", data=given | {"do": "read"}), given)


def test_a_file_that_is_larger_than_is_taken_is_refused_in_words(site: Site, client: TestClient) -> None:
    given = opened(client, "fleet")
    large = b"x" * (site.app.state.settings.upload_limit_bytes + 1)
    assert "larger than the" in unread_in_words(read(client, "fleet", large, given), given)


def test_a_calculator_that_takes_no_file_leaves_the_form_as_it_is(client: TestClient) -> None:
    given = opened(client, "federated")
    page = read(client, "federated", INVENTORY, given)
    assert page.status_code == 200
    assert controls(page.text) == given


def test_whoever_only_looks_may_fill_it_too_and_nothing_is_kept(site: Site, viewer: TestClient) -> None:
    with site.counting() as sent:
        assert told(read(viewer, "fleet", INVENTORY, {}).text)
    assert not [each for each in sent if each.lstrip().upper().startswith(("INSERT", "DELETE"))]


def test_what_a_file_names_itself_is_shown_as_text(client: TestClient) -> None:
    given = opened(client, "fleet") | {"do": "read"}
    page = client.post("/calculators/fleet", data=given, files={"file": ("<b>x</b>.csv", INVENTORY.encode())})
    assert "<b>x</b>" not in page.text


def shown_by(site: Site, content: str) -> tuple[str, str]:
    """A pilot that shows a file, and the item."""
    pilot = site.pilot()
    assessment = site.assessment(pilot)
    question, at = "cost.budget-ceiling", datetime.now(UTC)
    site.answer(assessment, question)
    came, shown = arrived("run.json", None, content.encode()), attachments.Shown(kind="document")
    owner = site.callers["owner"]
    with site.database.writing() as db:
        item = attachments.attach(db, owner, assessment, question, shown, arrived=came, limit=1_000_000, at=at)
    return str(pilot), str(item)


def test_it_is_filled_from_what_a_pilot_shows_already(site: Site, client: TestClient) -> None:
    pilot, item = shown_by(site, json.dumps(VLLM))
    page = client.get(f"/calculators/capacity?pilot={pilot}").text
    assert f'<option value="{item}">' in page
    assert 'name="artefact"' not in client.get(f"/calculators/budget?pilot={pilot}").text  # it is no bill
    given = controls(page) | {"do": "read", "shown_by": pilot, "artefact": item}
    filled = client.post("/calculators/capacity", data=given)
    assert filled.status_code == 200
    assert "3 figures" in told(filled.text)
    assert controls(filled.text)["given.concurrency"] == "64"
    assert f'<option value="{item}">' in filled.text


def test_a_stranger_is_given_nothing_of_what_a_pilot_shows(site: Site, stranger: TestClient) -> None:
    pilot, item = shown_by(site, json.dumps(VLLM))
    given = opened(stranger, "capacity")
    sent = given | {"do": "read", "shown_by": pilot, "artefact": item}
    page = stranger.post("/calculators/capacity", data=sent)
    assert unread_in_words(page, given) == "Choose a file first."
    assert item not in page.text


def test_a_scenario_is_filled_from_a_file_where_it_stands(site: Site, client: TestClient) -> None:
    pilot = site.pilot()
    kept = opened(client, "fleet") | {"calculator": "fleet", "called": "As it is"}
    at = client.post(f"/pilots/{pilot}/scenarios", data=kept).headers["location"].partition("?")[0]
    page = client.post(at, data=controls(client.get(at).text) | {"do": "read"}, files=chosen(INVENTORY))
    assert page.status_code == 200
    assert "1 machine with 8 accelerators" in told(page.text)
    assert "As it is" in page.text
    changed = client.post("/calculators/fleet", data=controls(page.text), headers=HTMX)
    assert answer(changed.text) == answer(page.text)
