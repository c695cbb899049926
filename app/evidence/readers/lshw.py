"""What `lshw -json` and `lshw -xml` write: the hardware of one machine."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import Problem, Unreadable
from app.evidence.content import DEEPEST, Content
from app.evidence.markup import Element, begins_with, element_of
from app.evidence.reading import Reading
from app.evidence.stated import attributes, figure, line
from app.finding import Finding

_CLASSES = frozenset({"system", "display", "processing", "processor", "memory", "bus", "bridge"})
_CARDS = frozenset({"display", "processing"})
# Makers whose cards are accelerators; the screens of server boards (ASPEED, Matrox) are none.
_NVIDIA = re.compile(r"nvidia", re.IGNORECASE)
_AMD = re.compile(r"advanced micro devices|\bamd\b|\bati\b", re.IGNORECASE)
_AMD_ACCELERATOR = re.compile(r"instinct|\bmi[0-9]{2,3}|aldebaran|arcturus|vega 20|aqua vanjaram", re.IGNORECASE)
_INTEL = re.compile(r"intel", re.IGNORECASE)
_INTEL_ACCELERATOR = re.compile(r"data center gpu|ponte vecchio|gaudi|\bflex\b|\bmax 1[0-9]{3}", re.IGNORECASE)
_HABANA = re.compile(r"habana", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """One piece of hardware."""

    id: str | None
    kind: str | None
    vendor: str | None
    product: str | None
    description: str | None
    bus: str | None
    size: float | None
    units: str | None
    claimed: bool | None
    driver: str | None
    settings: dict[str, str]
    children: list["Node"] = field(default_factory=list)

    def all(self) -> Iterator["Node"]:
        """This and everything below it."""
        open_ = [self]
        while open_:
            each = open_.pop()
            yield each
            open_ += reversed(each.children)

    @property
    def is_accelerator(self) -> bool:
        """Whether it is a card that models run on."""
        described = "3d controller" in (self.description or "").lower()
        if self.kind not in _CARDS and not described:
            return False
        vendor, product = self.vendor or "", self.product or ""
        return bool(
            _NVIDIA.search(vendor)
            or _HABANA.search(vendor)
            or (_AMD.search(vendor) and _AMD_ACCELERATOR.search(product))
            or (_INTEL.search(vendor) and _INTEL_ACCELERATOR.search(product))
        )


def recognises(file: Content) -> bool:
    """Whether it is a tree of lshw's, a list of some of its nodes, or the several values that are no JSON."""
    text = file.text
    if text is None:
        return False
    begin = text.lstrip()[:1]
    if begin == "<":
        return begins_with(file, "list", "node") and re.search(r"<node\s[^>]{0,200}class=", text[:20_000]) is not None
    if begin not in ("{", "[") or '"class"' not in text or '"id"' not in text:
        return False
    value = file.json
    if value is None:
        return _is_broken(text)
    given = value if isinstance(value, list) else [value]
    return bool(given) and all(_is_node(each) for each in given)


def _is_broken(text: str) -> bool:
    """Whether it is the form without brackets around, which old versions write: one value after the other."""
    start = text.lstrip()
    try:
        first, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return False
    return _is_node(first) and start[end:].lstrip()[:1] in (",", "{")


def _is_node(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    kind = value.get("class")
    if not isinstance(kind, str) or kind not in _CLASSES:
        return False
    if kind == "system":
        return isinstance(value.get("children"), list)
    return any(
        isinstance(value.get(name), kind) for name, kind in (("handle", str), ("businfo", str), ("claimed", bool))
    )


def read(file: Content) -> Reading:
    """The accelerators with their drivers, the memory and the processors.

    Raises:
        Unreadable: it is the form that is no JSON, or fields are of the wrong type.
    """
    if (file.text or "").lstrip().startswith("<"):
        root = element_of(file)
        tops = [_of_element(each) for each in ([root] if root.name == "node" else root.named("node"))]
    elif file.json is None:
        raise Unreadable(
            "lshw's list of some nodes is no JSON in this version.",
            [Problem("line 1", "put [ and ] around it, or export the whole machine: lshw -json")],
        )
    else:
        value = file.json
        tops = [_of_json(each, "") for each in (value if isinstance(value, list) else [value])]
    nodes = [each for top in tops for each in top.all()]
    cards = [each for each in nodes if each.is_accelerator]
    whole = any(each.kind == "system" for each in tops)
    return Reading(
        kind="lshw",
        title="Hardware of a machine, by lshw",
        tool="lshw",
        observed_on=None,
        grade="demonstrated",
        findings=(*_accelerators(cards), *_memory(nodes), *_processors(nodes)),
        remarks=tuple(_remarks(cards, nodes, whole)),
    )


def _of_json(value: Any, where: str, depth: int = 0) -> Node:
    if not isinstance(value, dict):
        raise Unreadable(
            "This looks like lshw and cannot be read.", [Problem(where, "must be an object with named fields")]
        )
    given = value.get("configuration")
    settings = {key: str(each) for key, each in given.items()} if isinstance(given, dict) else {}
    children = value.get("children") or []
    if not isinstance(children, list) or depth > DEEPEST:
        raise Unreadable("This looks like lshw and cannot be read.", [Problem(f"{where}children", "must be a list")])
    return Node(
        id=line(value.get("id")),
        kind=line(value.get("class")),
        vendor=line(value.get("vendor")),
        product=line(value.get("product")),
        description=line(value.get("description")),
        bus=line(value.get("businfo")),
        size=figure(value.get("size")),
        units=line(value.get("units")),
        claimed=value.get("claimed") if isinstance(value.get("claimed"), bool) else None,
        driver=line(settings.get("driver")),
        settings=settings,
        children=[_of_json(each, f"{where}children[{at}].", depth + 1) for at, each in enumerate(children)],
    )


def _of_element(element: Element) -> Node:
    configuration = element.child("configuration")
    settings = {
        each.attributes.get("id", ""): each.attributes.get("value", "")
        for each in (configuration.named("setting") if configuration is not None else ())
    }
    size, given = element.child("size"), element.text_of("size") or ""
    return Node(
        id=line(element.attributes.get("id")),
        kind=line(element.attributes.get("class")),
        vendor=line(element.text_of("vendor")),
        product=line(element.text_of("product")),
        description=line(element.text_of("description")),
        bus=line(element.text_of("businfo")),
        size=float(given) if given.isdecimal() and given.isascii() and len(given) < 20 else None,
        units=line(size.attributes.get("units")) if size is not None else None,
        claimed={"true": True, "false": False}.get(element.attributes.get("claimed", "")),
        driver=line(settings.get("driver")),
        settings=settings,
        children=[_of_element(each) for each in element.named("node")],
    )


def _accelerators(cards: Sequence[Node]) -> Iterator[Finding]:
    bound = sum(each.driver is not None and each.claimed is not False for each in cards)
    yield _count("hw.gpu.count", "sum", len(cards), with_driver=bound)
    yield _count("hw.gpu.count", "with a driver", bound, of=len(cards))
    for (product, vendor, driver), count in Counter((each.product, each.vendor, each.driver) for each in cards).items():
        first = next(each for each in cards if (each.product, each.vendor, each.driver) == (product, vendor, driver))
        yield _count(
            "hw.gpu.count", None, count, product=product, vendor=vendor, driver=driver or "none bound", bus=first.bus
        )


def _count(metric: str, statistic: str | None, count: int, **about: int | str | None) -> Finding:
    return Finding(
        metric=metric,
        statistic=statistic,
        value=float(count),
        unit="{gpu}",
        attributes=attributes(**about),
        where="class display, processing",
    )


def _memory(nodes: Sequence[Node]) -> Iterator[Finding]:
    """The machine's memory: as it is stated, else the sum of its banks."""
    found = []
    for each in nodes:
        if each.kind == "memory" and re.fullmatch(r"memory(:[0-9]+)?", each.id or ""):
            banks = [
                bank.size for bank in each.children if (bank.id or "").startswith("bank") and bank.size is not None
            ]
            size = each.size if each.size is not None else sum(banks) if banks else None
            if size is not None and size > 0:
                found.append(size)
    if found:
        yield Finding(
            metric="hw.memory.size",
            statistic="sum",
            value=sum(found),
            unit="By",
            attributes=attributes(parts=len(found)),
            where="class memory",
        )


def _processors(nodes: Sequence[Node]) -> Iterator[Finding]:
    found = [
        each
        for each in nodes
        if each.kind == "processor" and (each.product or each.settings) and "disabled" not in each.settings
    ]
    for product, count in Counter(each.product for each in found).items():
        alike = [each for each in found if each.product == product]
        cores = [_whole(each.settings.get("enabledcores") or each.settings.get("cores")) for each in alike]
        threads = [_whole(each.settings.get("threads")) for each in alike]
        yield Finding(
            metric="hw.cpu.count",
            value=float(count),
            unit="{cpu}",
            attributes=attributes(
                product=product,
                cores=sum(each for each in cores if each is not None) if None not in cores else None,
                threads=sum(each for each in threads if each is not None) if None not in threads else None,
            ),
            where="class processor",
        )


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and text.isascii() and len(text) < 7 else None


def _remarks(cards: Sequence[Node], nodes: Sequence[Node], whole: bool) -> Iterator[str]:
    yield "The file says neither when it was taken nor how much memory an accelerator has."
    loose = [each for each in cards if each.driver is None or each.claimed is False]
    if loose:
        yield f"{len(loose)} of {len(cards)} accelerators have no driver bound: drivers are not installed for them."
    if not whole:
        yield "Only some classes of hardware were exported: what is missing here may be there all the same."
    if not cards and any(each.kind in _CARDS for each in nodes):
        yield "There are screens, and no accelerator among them."
