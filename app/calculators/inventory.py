"""The machines there are: a CSV of an organisation's own, hosts as objects, or what inventory tools showed."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from app.calculators.cooling import Cooling
from app.errors import problems_of
from app.finding import Finding
from app.wording import Line

MOST_HOSTS = 20_000
_LONGEST = 8_000_000  # characters of a CSV
_IN_A_HOST = 8  # accelerators, where a tool gives only their number in a cluster

# Other names of the columns, as inventories of known tools and people write them.
_COLUMNS: Mapping[str, str] = {
    "host": "hostname",
    "name": "hostname",
    "node": "hostname",
    "location": "site",
    "cpu": "cpu_model",
    "memory_gb": "ram_gb",
    "ram": "ram_gb",
    "gpu": "accel_model",
    "gpu_model": "accel_model",
    "accelerator": "accel_model",
    "gpu_count": "accel_count",
    "gpus": "accel_count",
    "accelerator_count": "accel_count",
    "gpu_memory_gb": "accel_mem_gb",
    "accel_memory_gb": "accel_mem_gb",
    "confidential_mode": "confidential",
    "age": "age_years",
}
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_NO = frozenset({"", "no", "none", "off", "false", "0", "-", "n/a", "missing", "not installed", "none bound"})
_NOT_FOR_MODELS = frozenset({"nouveau", "vfio-pci", "pci-stub", "simple-framebuffer"})


def _empty(given: object) -> object:
    return None if isinstance(given, str) and not given.strip() else given


def _number(given: object) -> object:
    """A number as people write it in a table: with a comma, or with its unit behind."""
    if not isinstance(given, str):
        return given
    text = given.strip().replace("\u00a0", "")
    if not text:
        return None
    found = re.fullmatch(r"([+-]?[0-9]{1,15}(?:[.,][0-9]{1,10})?)\s*(?:GB|GiB|MT/s|W|kW|Gbps)?", text, re.IGNORECASE)
    return found[1].replace(",", ".") if found else given


def _flag(given: object) -> object:
    if not isinstance(given, str):
        return given
    text = given.strip().lower()
    if not text:
        return None
    return text not in _NO


Text = Annotated[Line | None, BeforeValidator(_empty)]
Whole = Annotated[int | None, BeforeValidator(_number)]
Amount = Annotated[float | None, BeforeValidator(_number)]


class Host(BaseModel):
    """One machine, as far as it is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    hostname: Line = Field(min_length=1)
    site: Text = None
    cpu_model: Text = None
    sockets: Whole = Field(default=None, ge=1, le=64)
    cores: Whole = Field(default=None, ge=1, le=10_000, description="of all sockets")
    isa_flags: Text = Field(default=None, description="such as avx512, amx")
    ram_gb: Amount = Field(default=None, gt=0, le=1_000_000)
    mem_channels: Whole = Field(default=None, ge=1, le=64, description="of one socket")
    mem_mts: Amount = Field(default=None, gt=0, le=100_000, description="million transfers a second")
    accel_model: Text = None
    accel_count: Whole = Field(default=None, ge=0, le=10_000)
    accel_mem_gb: Amount = Field(default=None, gt=0, le=100_000, description="of one")
    link: Text = None
    nic_gbps: Amount = Field(default=None, ge=0, le=1_000_000)
    os: Text = None
    driver: Text = Field(default=None, description="name or version; none: there is none; empty: not known")
    cooling: Annotated[Cooling | None, BeforeValidator(_empty)] = None
    confidential: Annotated[bool | None, BeforeValidator(_flag)] = Field(
        default=None, description="whether the host encrypts memory in use; empty: not known"
    )
    psu_w: Amount = Field(default=None, ge=0, le=1_000_000)
    rack_kw_free: Amount = Field(default=None, ge=0, le=100_000)
    age_years: Amount = Field(default=None, ge=0, le=100)
    throttled: bool = Field(default=False, description="heat slowed it down when it was looked at")

    @property
    def accelerators(self) -> int:
        """How many there are."""
        if self.accel_count is not None:
            return self.accel_count
        return 1 if self.accel_model is not None and self.accel_model.strip().lower() not in _NO else 0

    @property
    def lacks_driver(self) -> bool:
        """Whether it is known that nothing runs on its accelerators."""
        if self.driver is None:
            return False
        text = self.driver.strip().lower()
        return text in _NO or text in _NOT_FOR_MODELS


def hosts_of(given: Any) -> Any:
    """An inventory in any of its forms as a list of hosts.

    Raises:
        ValueError: it is none, with the lines that are wrong.
    """
    if isinstance(given, str):
        return tuple(_rows(given))
    if isinstance(given, list | tuple) and any(isinstance(each, Finding) or _is_finding(each) for each in given):
        seen = tuple(_seen(_findings(given)))
        if not seen:
            raise ValueError("none of these findings says which accelerators or processors there are")
        return seen
    if not isinstance(given, list | tuple):
        raise ValueError("must be a CSV as text, a list of hosts or a list of findings")
    return [_in_our_words(each) for each in given]


def _in_our_words(host: Any) -> Any:
    """A host with our names of columns, where it is an object and does not have them beside the others."""
    if not isinstance(host, Mapping):
        return host
    ours = {key: _column(key) if isinstance(key, str) and key not in Host.model_fields else key for key in host}
    twice = len(set(ours.values())) < len(ours)
    return host if twice else {ours[key]: value for key, value in host.items()}


def _is_finding(given: object) -> bool:
    return isinstance(given, Mapping) and "metric" in given


def _rows(text: str) -> Iterator[Host]:
    if len(text) > _LONGEST:
        raise ValueError(f"must be at most {_LONGEST:,} characters long")
    lines = text.lstrip("\ufeff").replace("\x00", "")
    heading = lines.split("\n", 1)[0]
    delimiter = max(";\t|,", key=heading.count)
    rows = csv.reader(io.StringIO(lines), delimiter=delimiter)
    try:
        columns = [_column(each) for each in next(rows, [])]
        known = [each for each in columns if each in Host.model_fields]
        if not {"accel_model", "cpu_model"} & set(known):
            raise ValueError("must be a table with a heading that has accel_model or cpu_model among its columns")
        twice = sorted({each for each in known if known.count(each) > 1})
        if twice:
            raise ValueError(f"has the column {twice[0]} twice")
        count = 0
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            count += 1
            if count > MOST_HOSTS:
                raise ValueError(f"has more than {MOST_HOSTS:,} hosts")
            cells = dict(zip(columns, row, strict=False))
            yield _host({key: value for key, value in cells.items() if key in Host.model_fields}, count, rows.line_num)
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from None


def _column(heading: str) -> str:
    name = re.sub(r"[\s\-]+", "_", heading.strip().strip('"').lower())
    return _COLUMNS.get(name, name)


def _host(cells: dict[str, str], count: int, line: int) -> Host:
    named = {**cells, "hostname": (cells.get("hostname") or "").strip() or f"host {count}"}
    if named.get("cooling"):
        named["cooling"] = named["cooling"].strip().lower().replace(" ", "-")
    try:
        return Host.model_validate(named)
    except ValidationError as error:
        first = problems_of(error)[0]
        raise ValueError(f"line {line}, {first}") from None


def _findings(given: Sequence[Any]) -> tuple[Finding, ...]:
    try:
        return _FINDINGS.validate_python(given)
    except ValidationError as error:
        raise ValueError(str(problems_of(error)[0])) from None


def _seen(findings: Sequence[Finding]) -> Iterator[Host]:
    """Hosts out of what nvidia-smi, rocm-smi, lshw and kubectl list: by product, as names stay in their files."""
    memory = _memory_of_one(findings)
    throttled = any(
        each.metric.startswith("clocks_event_reasons.") and "thermal" in each.metric and (each.value or 0) > 0
        for each in findings
    )
    found = False
    for each in findings:
        product = each.attributes.get("product")
        counts = each.metric == "hw.gpu.count" or (
            each.metric == "k8s.node.accelerator.allocatable" and "resource" in each.attributes
        )
        if not counts or each.statistic is not None or not isinstance(product, str) or not each.value:
            continue
        found = True
        yield from _of_product(each, product, memory.get(product), throttled)
    cpus = [each for each in findings if each.metric == "hw.cpu.count" and each.statistic is None and each.value]
    if not found and cpus:
        yield _of_processors(cpus[0], findings)


def _of_product(finding: Finding, product: str, memory_gb: float | None, throttled: bool) -> Iterator[Host]:
    left = int(min(finding.value or 0, MOST_HOSTS * _IN_A_HOST))
    number = 0
    driver = finding.attributes.get("driver")
    while left > 0:
        number += 1
        here = min(left, _IN_A_HOST)
        left -= here
        yield Host(
            hostname=f"{product[:150]} {number}",
            accel_model=product,
            accel_count=here,
            accel_mem_gb=memory_gb,
            driver=driver if isinstance(driver, str) else None,
            throttled=throttled,
        )


def _memory_of_one(findings: Sequence[Finding]) -> Mapping[str, float]:
    return {
        str(each.attributes["product"]): each.value / 1e9
        for each in findings
        if each.metric == "hw.gpu.memory.limit"
        and each.statistic is None
        and "product" in each.attributes
        and each.value
    }


def _of_processors(finding: Finding, findings: Sequence[Finding]) -> Host:
    cores = finding.attributes.get("cores")
    ram = next((each.value for each in findings if each.metric == "hw.memory.size" and each.value), None)
    product = finding.attributes.get("product")
    return Host(
        hostname="host 1",
        cpu_model=product if isinstance(product, str) else None,
        sockets=int(finding.value or 1),
        cores=cores if isinstance(cores, int) and not isinstance(cores, bool) else None,
        ram_gb=ram / 1e9 if ram else None,
    )


Inventory = Annotated[
    tuple[Host, ...],
    BeforeValidator(hosts_of, json_schema_input_type=str | list[Host] | list[Finding]),
    Field(min_length=1, max_length=MOST_HOSTS),
]
