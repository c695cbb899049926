"""What `kubectl get nodes -o json` writes: the nodes of a cluster and their accelerators.

Names and addresses of nodes are internal, and stay in the file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from app.evidence.accelerators import MEBIBYTE, MOST_LISTED
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Flag, Missing, MissingMap, attributes, day, fields, line
from app.finding import Finding

_ACCELERATOR = re.compile(
    r"nvidia\.com/(gpu(\.shared)?|mig-[a-z0-9.+-]+)|amd\.com/gpu|gpu\.intel\.com/(i915|xe)|habana\.ai/gaudi"
    r"|aws\.amazon\.com/neuron(core|device)?|google\.com/tpu"
)
_LABELS = "nvidia.com/"
_PRODUCTS = (f"{_LABELS}gpu.product", "amd.com/gpu.product-name", "cloud.google.com/gke-accelerator")
_OLD_BYTES = 1_000_000_000  # memory labels above this are bytes, as one version wrote them; below, MiB
_WHERE = "items[].status.allocatable"

Texts = Annotated[dict[str, str | int | float | bool | None], MissingMap]


class _Metadata(Fields):
    labels: Texts = Field(default_factory=dict)


class _Taint(Fields):
    key: str | None = None


class _Spec(Fields):
    unschedulable: Flag = None
    taints: Annotated[list[_Taint], Missing] = Field(default_factory=list)


class _Condition(Fields):
    type: str | None = None
    status: str | None = None
    lastHeartbeatTime: str | None = None  # noqa: N815


class _NodeInfo(Fields):
    kubeletVersion: str | None = None  # noqa: N815
    containerRuntimeVersion: str | None = None  # noqa: N815
    osImage: str | None = None  # noqa: N815
    architecture: str | None = None


class _Status(Fields):
    allocatable: Texts = Field(default_factory=dict)
    capacity: Texts = Field(default_factory=dict)
    conditions: Annotated[list[_Condition], Missing] = Field(default_factory=list)
    nodeInfo: _NodeInfo = _NodeInfo()  # noqa: N815


class _Node(Fields):
    metadata: _Metadata = _Metadata()
    spec: _Spec = _Spec()
    status: _Status

    def label(self, name: str) -> str | None:
        """A label as a line."""
        value = self.metadata.labels.get(name)
        return line(value) if isinstance(value, str) else None

    @property
    def ready(self) -> bool:
        """Whether it says that it is."""
        return any(each.type == "Ready" and each.status == "True" for each in self.status.conditions)

    @property
    def product(self) -> str | None:
        """What its accelerators are, without how they are shared or cut."""
        name = next((known for label in _PRODUCTS if (known := self.label(label))), None)
        return None if name is None else re.sub(r"(-SHARED|-MIG-.*)$", "", name)


def recognises(file: Content) -> bool:
    """Whether it is a list of nodes, or one node."""
    text = file.text
    if text is None or text.lstrip()[:1] != "{" or '"nodeInfo"' not in text:
        return False
    value = file.json
    if not isinstance(value, dict):
        return False
    if value.get("kind") == "Node":
        return _is_node(value)
    items = value.get("items")
    if value.get("kind") not in ("List", "NodeList") or not isinstance(items, list) or not items:
        return False
    return all(_is_node(each) for each in items)


def _is_node(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("kind", "Node") != "Node":
        return False
    status = value.get("status")
    return isinstance(status, dict) and "nodeInfo" in status and ("allocatable" in status or "capacity" in status)


def read(file: Content) -> Reading:
    """How many nodes are ready, and which accelerators they offer."""
    value = file.json
    given = value.get("items", [value])
    nodes = fields(list[_Node], given, "a list of Kubernetes nodes")
    beats = [day(each.lastHeartbeatTime) for node in nodes for each in node.status.conditions]
    observed: date | None = max((each for each in beats if each is not None), default=None)
    versions = sorted({known for node in nodes if (known := line(node.status.nodeInfo.kubeletVersion))})
    return Reading(
        kind="kubectl-nodes",
        title="Nodes of a Kubernetes cluster",
        tool="kubectl",
        version=line(", ".join(versions)),
        observed_on=observed,
        grade="demonstrated",
        findings=(*_nodes(nodes, versions), *_accelerators(nodes), *_products(nodes), *_security(nodes)),
        remarks=tuple(_remarks(nodes, observed)),
    )


def _nodes(nodes: Sequence[_Node], versions: Sequence[str]) -> Iterator[Finding]:
    about = {"of": len(nodes)}

    def finding(statistic: str | None, count: int, **more: str | None) -> Finding:
        return Finding(
            metric="k8s.node.count",
            statistic=statistic,
            value=float(count),
            unit="{node}",
            attributes=attributes(**about, **more),
            where="items",
        )

    yield finding(
        None,
        len(nodes),
        kubelets=", ".join(versions) or None,
        runtimes=_joined(node.status.nodeInfo.containerRuntimeVersion for node in nodes),
        systems=_joined(node.status.nodeInfo.osImage for node in nodes),
    )
    yield finding("ready", sum(node.ready for node in nodes))
    yield finding("unschedulable", sum(bool(node.spec.unschedulable) for node in nodes))
    yield finding("tainted", sum(bool(node.spec.taints) for node in nodes))


def _joined(texts: Iterator[str | None]) -> str | None:
    return line(", ".join(sorted({known for each in texts if (known := line(each))}))) or None


def _accelerators(nodes: Sequence[_Node]) -> Iterator[Finding]:
    """What may be asked for: in all, and by resource and product; what is held back; what there is of hardware."""
    offered: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    for node in nodes:
        for resource in dict.fromkeys([*node.status.allocatable, *node.status.capacity]):
            if _ACCELERATOR.fullmatch(resource):
                free, all_ = _count(node.status.allocatable, resource), _count(node.status.capacity, resource)
                key = (resource, node.product or "")
                offered[key] += free
                held[key] += max(0, all_ - free)
    ready = sum(
        _count(node.status.allocatable, resource)
        for node in nodes
        if node.ready and not node.spec.unschedulable
        for resource in node.status.allocatable
        if _ACCELERATOR.fullmatch(resource)
    )
    yield _of("k8s.node.accelerator.allocatable", "sum", sum(offered.values()), nodes=len(nodes))
    yield _of("k8s.node.accelerator.allocatable", "on ready nodes", ready, nodes=len(nodes))
    for (resource, product), count in list(offered.items())[:MOST_LISTED]:
        yield _of(
            "k8s.node.accelerator.allocatable",
            None,
            count,
            resource=resource,
            product=product or None,
            held_back=held[resource, product],
        )
    physical = [_physical(node) for node in nodes]
    known = [each for each in physical if each is not None]
    if len(known) == len(physical):
        yield _of("hw.gpu.count", "sum", sum(known), source="labels and resources of the nodes")


def _of(metric: str, statistic: str | None, count: int, **about: int | str | None) -> Finding:
    return Finding(
        metric=metric,
        statistic=statistic,
        value=float(count),
        unit="{gpu}",
        attributes=attributes(**about),
        where=_WHERE,
    )


def _count(resources: Mapping[str, Any], name: str) -> int:
    text = str(resources.get(name, "0"))
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 0


def _physical(node: _Node) -> int | None:
    """Accelerators of hardware: shared ones count once; None where parts are offered and the label is missing."""
    label = node.label(f"{_LABELS}gpu.count")
    if label and label.isdecimal() and label.isascii() and len(label) < 5:
        return int(label)
    offered = {
        each: count
        for each in node.status.allocatable
        if _ACCELERATOR.fullmatch(each) and (count := _count(node.status.capacity or node.status.allocatable, each))
    }
    if any("mig-" in each or each.endswith(".shared") for each in offered) or _shared(node):
        return None
    return sum(offered.values())


def _shared(node: _Node) -> bool:
    replicas = node.label(f"{_LABELS}gpu.replicas") or "1"
    return node.label(f"{_LABELS}gpu.sharing-strategy") not in (None, "none") or replicas not in ("0", "1")


def _products(nodes: Sequence[_Node]) -> Iterator[Finding]:
    """The memory of each product, as the nodes' labels say."""
    seen: dict[tuple[str, float], tuple[_Node, int]] = {}
    for node in nodes:
        text = node.label(f"{_LABELS}gpu.memory") or ""
        if node.product and text.isdecimal() and text.isascii() and len(text) < 15:
            size = int(text)
            memory = float(size if size > _OLD_BYTES else size * MEBIBYTE)
            first, count = seen.get((node.product, memory), (node, 0))
            seen[node.product, memory] = (first, count + 1)
    for (product, memory), (node, count) in list(seen.items())[:MOST_LISTED]:
        yield Finding(
            metric="hw.gpu.memory.limit",
            value=memory,
            unit="By",
            attributes=attributes(
                product=product,
                nodes=count,
                driver=_driver(node),
                sharing=node.label(f"{_LABELS}gpu.sharing-strategy"),
                replicas=node.label(f"{_LABELS}gpu.replicas"),
                mig_strategy=node.label(f"{_LABELS}mig.strategy"),
                virtual=node.label(f"{_LABELS}vgpu.present"),
                raw=node.label(f"{_LABELS}gpu.memory"),
            ),
            where=f"items[].metadata.labels.{_LABELS}gpu.memory",
        )


def _driver(node: _Node) -> str | None:
    whole = node.label(f"{_LABELS}cuda.driver-version.full")
    parts = [node.label(f"{_LABELS}cuda.driver.{part}") for part in ("major", "minor", "rev")]
    return whole or ".".join(each for each in parts if each) or None


def _security(nodes: Sequence[_Node]) -> Iterator[Finding]:
    """Nodes that say they can compute confidentially: a label, no attestation."""
    for name in (
        f"{_LABELS}cc.ready.state",
        "feature.node.kubernetes.io/cpu-security.sev.snp.enabled",
        "feature.node.kubernetes.io/cpu-security.tdx.enabled",
    ):
        said = [known for node in nodes if (known := node.label(name)) is not None]
        if said:
            yield Finding(
                metric=name,
                statistic="nodes that say so",
                value=float(sum(each == "true" for each in said)),
                unit="{node}",
                attributes={"of": len(nodes)},
                where=f"items[].metadata.labels.{name}",
            )


def _remarks(nodes: Sequence[_Node], observed: date | None) -> Iterator[str]:
    if observed is None:
        yield "The file does not say when it was taken: no node has sent a heartbeat."
    offered = any(_ACCELERATOR.fullmatch(each) for node in nodes for each in node.status.allocatable)
    if not offered:
        yield (
            "No node offers an accelerator. Where they are handed out by dynamic resource allocation they do not stand "
            "here, and the count is not told."
        )
    else:
        yield "Allocatable is not free: what pods hold already is not in this file."
    if any(_shared(node) for node in nodes):
        yield "Accelerators are shared (replicas): what may be asked for is more than there is of hardware."
    if len(nodes) > sum(node.ready for node in nodes):
        yield f"{len(nodes) - sum(node.ready for node in nodes)} of {len(nodes)} nodes are not ready."
