"""What a reader found in an artefact."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.finding import Finding

GradeName = Literal["asserted", "documented", "demonstrated", "measured"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file, read: what it is, what it shows, and what keeps it from showing more."""

    kind: str  # of the format, such as vllm-bench-serve; one for each reader, or for each of its forms
    title: str  # as people call it: vLLM bench serve
    tool: str | None = None  # that wrote it, as it says itself
    version: str | None = None
    observed_on: date | None = None  # as the file itself states it; None where it does not
    grade: GradeName  # the best that the file can be by itself
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()  # in sentences: what is missing or doubtful, and what it would take
