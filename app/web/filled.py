"""A calculator's form filled from a file: a load test, an inventory, a bill, a table of people's work.

What is read goes into the fields, where people see it and can change it. The file itself is not kept.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from app.calculators import calculator
from app.errors import Refused, Unreadable, problems_of
from app.evidence.arrived import Arrived
from app.evidence.content import Content
from app.finding import Finding
from app.records.kept import FINDINGS
from app.web.arms import columns_of
from app.web.schema import number_text
from app.web.typed import Typed, own, rows_of, typed_of
from app.words import counted

if TYPE_CHECKING:  # calculators and their tables are loaded when a file is first read, not when the server starts
    from app.calculators.billed import BilledMonth
    from app.calculators.inventory import Host

_MOST_FINDINGS = 1_000  # of a load test: they are sent with every change of the form
_MOST_NAMED = 12  # values in a sentence
_LOAD = ("concurrency", "input_tokens", "output_tokens")
_STANDING = ("growth_per_month", "growth_uncertainty", "demand_volatility")
_SAMPLES = (
    "before", "after", "control", "treatment", "control_before", "control_after", "treatment_before",
    "treatment_after", "series", "introduced_at", "published", "paired", "design",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What a form is filled from: what somebody found in a file, or the file."""

    title: str
    observed_on: date | None = None
    findings: tuple[Finding, ...] = ()
    file: Content | None = None

    @property
    def named(self) -> str:
        """Which it is, and of which day."""
        return f"{self.title}, of {self.observed_on}" if self.observed_on else self.title


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with what was read in it."""

    typed: Typed
    told: str  # what was read, in sentences
    measured_by: str = ""  # by which load test, where its figures replace what is predicted


@dataclass(frozen=True, slots=True)
class Fillable:
    """What a calculator's form can be filled from."""

    words: str
    accept: str  # which files a browser offers first
    fill: Callable[[Source, Typed], Filled]
    fits: Callable[[Iterable[Finding]], bool] | None = None  # None: no findings do, only a file


def filled(name: str, source: Source, typed: Typed) -> Filled:
    """The form of a calculator with what was read in its fields; what was typed before stays as it was.

    Raises:
        Refused: there is nothing in it that the calculator takes; says what it would take.
    """
    return FILLABLE[name].fill(source, deepcopy(typed))


def source_of(arrived: Arrived) -> Source:
    """A file as something to fill a form from.

    Raises:
        Refused: it is not to be read.
    """
    if arrived.refused:
        raise arrived.refused
    file, reading = Content(arrived.name, arrived.content), arrived.reading
    if reading is None:
        return Source(arrived.name, file=file)
    title = f"{reading.title} {reading.version}" if reading.version else reading.title
    return Source(title, reading.observed_on, reading.findings, file)


def refusal(error: Refused) -> str:
    """What is wrong with a file, in sentences."""
    more = "; ".join(f"{each.where}: {each.message}" if each.where else each.message for each in error.problems)
    return f"{error.message} {more[:1].upper()}{more[1:]}.".replace("..", ".") if more else error.message


# ---- a load test


def _load_test(source: Source, typed: Typed) -> Filled:
    from app.calculators.measured import comparable

    kept = [each for each in source.findings if comparable(each)][:_MOST_FINDINGS]
    if not kept:
        raise Unreadable(
            f"{source.title}: there is no figure of a load test in it that is calculated here. That would be output "
            "tokens a second, the time to the first token, or the time for each further token."
        )
    typed["measured"] = {"": FINDINGS.dump_json(tuple(kept), exclude_none=True).decode()}
    told = [_read(source, len(kept), "figure"), "They replace what is predicted where they were taken under its load."]
    taken = [f"{_title('capacity', key)} {value}" for key in _LOAD if (value := _stated(kept, key, typed))]
    if model := _model(kept, typed):
        taken.insert(0, f"{_title('capacity', 'model')} {model}")
    if taken:
        told.append(f"Taken from it: {', '.join(taken)}.")
    for key in _LOAD:
        several = sorted(_numbers(kept, key))
        if len(several) > 1:
            runs = ", ".join(f"{each:,}" for each in several[:_MOST_NAMED])
            told.append(f"Its runs differ in {_title('capacity', key)}: state one of {runs}.")
    return Filled(typed, " ".join(told), source.named)


def _stated(findings: Sequence[Finding], key: str, typed: Typed) -> str | None:
    """What all of them were taken under, put into its field; None where they differ, or do not say."""
    stated = _numbers(findings, key)
    if len(stated) != 1:
        return None
    typed[key] = {"": number_text(stated.pop())}
    return own(typed[key])


def _numbers(findings: Iterable[Finding], key: str) -> set[int]:
    stated = (each.attributes.get(key) for each in findings)
    return {
        round(each) for each in stated if isinstance(each, int | float) and not isinstance(each, bool) and each >= 1
    }


def _model(findings: Sequence[Finding], typed: Typed) -> str | None:
    """The model that was measured, put into its field where it is one of those that are known and another."""
    from app.calculators.known import in_use

    named = {each.attributes.get("model") for each in findings}
    name = named.pop() if len(named) == 1 else None
    try:
        id = in_use().model(name).id if isinstance(name, str) else None
    except Unreadable:
        return None
    if id is None or own(typed.get("model", {})).strip() == id:
        return None
    typed["model"] = {"": id}
    typed.pop("precision", None)  # it was that of another
    return id


def _has_load(findings: Iterable[Finding]) -> bool:
    from app.calculators.measured import comparable

    return any(comparable(each) for each in findings)


# ---- an inventory


def _inventory(source: Source, typed: Typed) -> Filled:
    from app.calculators.inventory import hosts_of

    hosts = _machines(source.findings)
    if hosts:
        typed["inventory"] = {"": _as_table(hosts)}
        return Filled(typed, f"{_read(source, len(source.findings), 'finding')} {_machines_told(hosts)}")
    text = source.file.text if source.file else None
    if not text:
        raise Unreadable(f"{source.title}: no list of machines is in it.")
    try:
        hosts = tuple(hosts_of(text))
    except ValueError as error:
        words = str(problems_of(error)[0]) if isinstance(error, ValidationError) else str(error)
        raise Unreadable(f"{source.title} {words}.") from None
    if not hosts:
        raise Unreadable(f"{source.title} has a heading, and no machine below it.")
    typed["inventory"] = {"": text.strip()}
    return Filled(typed, f"Read from {source.named}. {_machines_told(hosts)}")


def _machines(findings: Sequence[Finding]) -> "tuple[Host, ...]":
    from app.calculators.inventory import hosts_of

    try:
        return tuple(hosts_of(findings)) if findings else ()
    except ValueError:
        return ()


def _machines_told(hosts: "Sequence[Host]") -> str:
    return f"{counted(len(hosts), 'machine')} with {counted(sum(each.accelerators for each in hosts), 'accelerator')}."


def _as_table(hosts: "Sequence[Host]") -> str:
    """The machines as somebody would write them down, with the columns that anything is known in."""
    from app.calculators.inventory import Host

    rows = [each.model_dump(mode="json", exclude_defaults=True) for each in hosts]
    names = [name for name in Host.model_fields if any(name in row for row in rows)]
    text = io.StringIO()
    table = csv.DictWriter(text, names, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().strip()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _has_machines(findings: Iterable[Finding]) -> bool:
    return bool(_machines(tuple(findings)))


# ---- a bill


def _bill(source: Source, typed: Typed) -> Filled:
    from app.calculators.billed import FEWEST, billed_months

    billed = {each.unit for each in source.findings if each.metric == "monthly_billed_cost" and each.unit}
    if not billed:
        raise Unreadable(f"{source.title}: no bill by the month is in it.")
    currency = own(typed.get("currency", {})).strip() or _default("budget", "currency")
    if currency not in billed:
        stated = " and ".join(sorted(billed))
        raise Unreadable(f"This is billed in {stated}, and the form is in {currency}: choose the same, then read it.")
    months = billed_months(source.findings, currency)
    if not months:
        raise Unreadable(f"{source.title}: no month in it is complete.")
    typed["billed"] = _with_before(months, typed.get("billed", {}))
    typed.pop("monthly_spend", None)  # the last bill is that
    over = own(typed.get("months_elapsed", {})).strip()
    told = [f"{_read(source, len(source.findings), 'finding')} {_months(months)}, {_sum(months, currency)} in all."]
    if any(each.metric == "billed_cost" and each.attributes.get("complete") is False for each in source.findings):
        told.append("The last month is not over in it, and is left out.")
    told.append("The last bill is the spend of the last month.")
    if over not in ("", "0"):
        typed.pop("spend_to_date", None)
        told.append(f"What was spent in the months that are over ({over}) comes from the bills.")
    else:
        told.append("State how many months of the budget are over, and what was spent in them comes from the bills.")
    if len(months) >= FEWEST and _learnt(months):
        for key in _STANDING:
            typed.pop(key, None)
        told.append("Growth is learnt from them, and no longer stated.")
    return Filled(typed, " ".join(told))


def _learnt(months: "Sequence[BilledMonth]") -> bool:
    """Whether growth can be learnt from them."""
    from app.calculators.billed import course

    try:
        return course(months) is not None
    except Unreadable:  # a month between them is missing: the form says so
        return False


def _with_before(months: "Sequence[BilledMonth]", typed: Typed) -> Typed:
    """The rows of the form with these months among them; of one month, the new bill counts."""
    by_month = {own(each.get("month", {})).strip() or f"~{at}": each for at, each in enumerate(rows_of(typed))}
    by_month |= {
        each.month: typed_of({"month": each.month, "amount": number_text(float(each.amount))}) for each in months
    }
    return {str(at): by_month[month] for at, month in enumerate(sorted(by_month))}


def _months(months: "Sequence[BilledMonth]") -> str:
    first, last = months[0].month, months[-1].month
    return f"One month, {first}" if first == last else f"{counted(len(months), 'month')}, {first} to {last}"


def _sum(months: "Sequence[BilledMonth]", currency: str) -> str:
    return f"{sum(each.amount for each in months):,.2f} {currency}"


def _has_bill(findings: Iterable[Finding]) -> bool:
    return any(each.metric == "monthly_billed_cost" for each in findings)


# ---- a table of people's work


def _table(source: Source, typed: Typed) -> Filled:
    text = source.file.text if source.file else None
    names = source.file.columns if source.file else None
    if not text or not names or not source.file or not source.file.rows:
        raise Unreadable(f"{source.title} is no table: a heading, and rows of figures below it.")
    found = columns_of(names, source.file.rows)
    typed["table"] = {"text": {"": text.strip()}, **{key: {"": each} for key, each in found.fields.items()}}
    for key in _SAMPLES:
        typed.pop(key, None)  # the samples are in the table now
    told = f"Read from {source.title}: {counted(len(source.file.rows), 'row')}. {found.told}"
    return Filled(typed, told)


# ---- said and looked up


def _read(source: Source, count: int, what: str) -> str:
    return f"Read from {source.named}: {counted(count, what)}."


def _title(name: str, key: str) -> str:
    title: str = calculator(name).schemas["input"]["properties"][key]["title"]
    return title


def _default(name: str, key: str) -> str:
    default: str = calculator(name).schemas["input"]["properties"][key]["default"]
    return default


FILLABLE: Final[Mapping[str, Fillable]] = {
    "capacity": Fillable(
        "The result of a load test of your own, as vLLM, SGLang, GuideLLM, AIPerf and others write it: what was "
        "measured replaces what is predicted, and the difference is shown.",
        ".json,.jsonl,.csv,.txt",
        _load_test,
        _has_load,
    ),
    "fleet": Fillable(
        "What nvidia-smi, rocm-smi, lshw or kubectl list, or a table with accel_model or cpu_model in its heading.",
        ".json,.csv,.xml,.txt",
        _inventory,
        _has_machines,
    ),
    "budget": Fillable(
        "A bill as clouds export it: FOCUS, AWS, Azure, or the costs of OpenAI. Its months are filled in as bills.",
        ".csv,.json",
        _bill,
        _has_bill,
    ),
    "productivity": Fillable(
        "A table (CSV) with a row for each person or task: values before and since, or a column that says who had it.",
        ".csv,.tsv,.txt",
        _table,
    ),
}
"""The calculators whose form can be filled from a file."""
