"""MLflow's MLmodel: the file in YAML that describes a logged model. What it points to is never loaded."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.figures import finding, words
from app.evidence.reading import Reading
from app.evidence.stated import day, figure
from app.evidence.yaml_values import read_yaml

_FLAVORS = re.compile(r"^flavors:[ \t]*(?:\{|#|$)", re.MULTILINE)
_OTHERS = re.compile(r"^(?:mlflow_version|model_uuid|model_id|utc_time_created|artifact_path):\s*\S", re.MULTILINE)
_LOADER = re.compile(r"[\s{,\"'](?:loader_module|python_version|model_path|env)[\"']?:")
_PICKLED = re.compile(r"\.(?:pkl|pickle|joblib)$|^(?:cloudpickle|pickle|joblib)$", re.IGNORECASE)
_HEAD = 200_000  # characters looked at


def recognises(file: Content, /) -> bool:
    """Whether it has flavors at its top, and more names that only such a file has; YAML, or the same as JSON."""
    text = file.text
    if text is None or text.lstrip()[:1] in ("[", "<"):
        return False
    if text.lstrip()[:1] == "{":
        value = file.json
        named = isinstance(value, dict) and isinstance(value.get("flavors"), dict)
        return named and bool({"mlflow_version", "model_uuid", "utc_time_created"} & value.keys())
    head = text[:_HEAD].replace("\r\n", "\n")
    return all(each.search(head) is not None for each in (_FLAVORS, _OTHERS, _LOADER))


def read(file: Content, /) -> Reading:
    """Which flavors the model has, whether a signature and a run are stated, and what runs code when it is loaded."""
    value = read_yaml(file.text or "")
    flavors = value.get("flavors") if isinstance(value, dict) else None
    if (
        not isinstance(flavors, dict)
        or not flavors
        or not all(isinstance(each, dict | None) for each in flavors.values())
    ):
        raise Unreadable("This looks like MLflow's MLmodel and cannot be read.", [Problem("flavors", "must be a map")])
    found = []
    for name, flavor in list(flavors.items())[:20]:
        version = next((flavor[each] for each in flavor if each == f"{name}_version"), None) if flavor else None
        about = {"flavor": words(name), "version": None if version is None else words(version)}
        found += finding("mlflow.model.flavor", 1, "1", where=f"flavors.{words(name)}", attributes=about)
    size = figure(value.get("model_size_bytes"))
    found += finding("mlflow.model.size", size, "By", where="model_size_bytes")
    remarks = []
    for name, title in (("signature", "signature"), ("run_id", "run")):
        if value.get(name):
            found += finding(f"mlflow.model.{title}_stated", 1, "1", where=name)
        else:
            remarks.append(f"The file states no {title}.")
    pickled = sorted(set(_pickled(flavors)))
    if pickled:
        found += finding("mlflow.model.pickled", 1, "1", where="flavors", attributes={"by": ", ".join(pickled)})
        remarks.append("The model is pickled: loading it runs code. It is not loaded here.")
    observed_on = _created(value.get("utc_time_created"))
    if observed_on is None:
        remarks.append("The file states no date: say when the model was logged.")
    version = value.get("mlflow_version")
    return Reading(
        kind="mlflow-model",
        title="MLflow model",
        tool="MLflow",
        version=None if version is None else words(version) or None,
        observed_on=observed_on,
        grade="demonstrated",
        findings=tuple(found),
        remarks=tuple(remarks),
    )


def _pickled(flavors: Mapping[str, Any]) -> list[str]:
    """The places at which a pickle is named."""
    return [
        f"{words(flavor)}.{words(name)}"
        for flavor, given in flavors.items()
        for name, each in (given or {}).items()
        if isinstance(each, str) and (_PICKLED.search(each) or (name == "pickled_model" and each))
    ]


def _created(given: object) -> date | None:
    """The day, in UTC as the name of the field says."""
    return given.date() if isinstance(given, datetime) and given.tzinfo is None else day(given)
