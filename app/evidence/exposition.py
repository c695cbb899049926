"""Prometheus metrics as text: samples by name, read strictly line by line.

By a parser of our own. The client library's goes through each label character by character and copies what is left at
each escaped quote: a line of a megabyte keeps it busy for minutes. It takes samples apart where a scrape was filtered,
too, and lets the same series stand twice, which would count two scrapes as one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.errors import Problem, TooLarge, Unreadable
from app.evidence.content import Content
from app.evidence.stated import day_of_seconds
from app.finding import Finding

LARGEST_SAMPLES = 60_000
LONGEST_LINE = 20_000
MOST_LINES = 400_000
_MOST_PROBLEMS = 10

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*+"
_LABEL = r'\s*+([a-zA-Z_][a-zA-Z0-9_]*+)\s*+=\s*+"([^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+)"\s*+(?:,|(?=\}))'
_SAMPLE = re.compile(
    rf"({_NAME})[ \t]*+(\{{(?:{_LABEL})*+\s*+\}})?+[ \t]*+(?<=[\s}}])"
    r"([-+]?[0-9.][0-9.eE+-]*+|[+-]?(?i:inf|nan))"
    r"(?:[ \t]++(-?[0-9]++(?:\.[0-9]++)?+))?+[ \t]*+(?:# \{.*)?"
)
_ONE_LABEL = re.compile(_LABEL)
_ESCAPED = re.compile(r"\\(.)")
_FIRST = re.compile(r"(?:[ \t\r]*+(?:#[^\n]*+)?\n)*+[ \t]*+([^\n]{1,20000})")
_KNOWN = {
    "vLLM": ("vllm:", "ray_vllm"),
    "SGLang": ("sglang:",),
    "TGI": ("tgi_",),
    "Triton": ("nv_inference_", "nv_gpu_"),
    "DCGM exporter": ("DCGM_FI_",),
    "nvidia_gpu_exporter": ("nvidia_smi_",),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: a value under labels."""

    labels: Mapping[str, str]
    value: float
    line: int

    @property
    def where(self) -> str:
        """Where it stands, for people."""
        return f"line {self.line}"


class Scrape:
    """The samples of one scrape, by name."""

    def __init__(self, samples: Mapping[str, list[Sample]], newest: float | None, cut: bool) -> None:
        self.samples = samples
        self.newest = newest  # of the samples' own moments, in Unix seconds
        self.cut = cut

    def all(self, *names: str) -> list[Sample]:
        """The samples of the first of the names that there are."""
        return next((self.samples[name] for name in names if name in self.samples), [])

    def renamed(self, prefixes: Mapping[str, str]) -> "Scrape":
        """The same with what names begin with in other words; the first that fits counts."""
        found: dict[str, list[Sample]] = {}
        for name, samples in self.samples.items():
            begin = next((each for each in prefixes if name.startswith(each)), None)
            plain = name if begin is None else prefixes[begin] + name.removeprefix(begin)
            found.setdefault(plain, []).extend(samples)
        return Scrape(found, self.newest, self.cut)

    def started(self) -> tuple[float, str] | None:
        """When the process started, or the newest of its metrics was made, in Unix seconds, and where that stands."""
        made = [
            (each.value, each.where)
            for name, samples in self.samples.items()
            if name.endswith("_created") or name == "process_start_time_seconds"
            for each in samples
            if 1e9 < each.value < 1e10
        ]
        return max(made, default=None)

    def observed_on(self) -> date | None:
        """The day of the newest sample that says when it is from, else the day that it cannot be older than."""
        started = self.started()
        return day_of_seconds(self.newest or (started[0] if started else None))


def holds(file: Content, *prefixes: str) -> bool:
    """Whether the text is metrics, and some have a name that begins so; as little as possible is looked at."""
    text = file.text
    first = None if text is None else _FIRST.match(text)
    if text is None or first is None or _SAMPLE.fullmatch(first[1].strip()) is None:
        return False
    names = "|".join(re.escape(prefix) for prefix in prefixes)
    return (
        re.search(rf"^(?:{names})[a-zA-Z0-9_:]*+(?<!:)(?:[ \t]*+\{{|[ \t]++[-+0-9.NnIi])", text, re.MULTILINE)
        is not None
    )


def scrape_of(file: Content) -> Scrape:
    """Every sample of the file.

    Raises:
        Unreadable: a line is none of the format, or a series stands twice, with its line.
        TooLarge: there are more samples than one service has.
    """
    found: dict[str, list[Sample]] = {}
    seen: set[tuple[str, str]] = set()
    newest: float | None = None
    problems: list[Problem] = []
    text = file.text or ""
    if text.count("\n") > MOST_LINES:
        raise TooLarge(f"The file has more than {MOST_LINES:,} lines; keep the metrics of one service.")
    for number, given in enumerate(text.split("\n"), start=1):
        line = given.strip()
        if not line or line.startswith("#"):
            continue
        if len(seen) >= LARGEST_SAMPLES:
            raise TooLarge(f"The file holds more than {LARGEST_SAMPLES:,} samples; keep those of one service.")
        match = _SAMPLE.fullmatch(line) if len(line) <= LONGEST_LINE else None
        value = None if match is None else _number(match[5])
        if match is None or value is None:
            problems.append(Problem(f"line {number}", "is no sample of a metric; the file may be cut off here"))
        elif (match[1], match[2] or "") in seen:
            problems.append(Problem(f"line {number}", "stands here a second time; attach one scrape in a file"))
        else:
            seen.add((match[1], match[2] or ""))
            found.setdefault(match[1], []).append(Sample(_labels(match[2]), value, number))
            if match[6]:
                newest = max(newest or 0.0, float(match[6]) / 1000)
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise Unreadable("The metrics cannot be read.", problems)
    return Scrape(found, newest, cut=not text.endswith("\n"))


def remarks_on(scrape: Scrape, tool: str) -> Iterator[str]:
    """What holds for each scrape, whatever tool's it is."""
    yield (
        "One scrape is one moment: counters and histograms count since the process started, and no rate follows from "
        "one of them. Of production it proves more once somebody confirms that it is from there."
    )
    if scrape.newest is None:
        started = scrape.started()
        if started is None:
            yield "The file does not say when it was taken."
        else:
            day = datetime.fromtimestamp(started[0], UTC).date().isoformat()
            yield f"The file does not say when it was taken: on {day}, when its process started, or later."
    if scrape.cut:
        yield "The last line does not end as a metric's does: the file may be cut off."
    others = sorted(
        name
        for name, prefixes in _KNOWN.items()
        if name != tool and any(each.startswith(prefixes) for each in scrape.samples)
    )
    if others:
        yield f"Metrics of {', '.join(others)} stand in the file too and were not read: attach them in a file each."


def started_finding(scrape: Scrape) -> Iterator[Finding]:
    """When the process started, as its own finding."""
    started = scrape.all("process_start_time_seconds")
    if started and 1e9 < started[0].value < 1e10:
        day = datetime.fromtimestamp(started[0].value, UTC).date().isoformat()
        yield Finding(
            metric="process_start_time_seconds",
            value=started[0].value,
            unit="s",
            attributes={"day": day},
            where=started[0].where,
        )


def groups(samples: Iterable[Sample], *labels: str) -> Mapping[tuple[str, ...], list[Sample]]:
    """The samples by the values of these labels; a missing label is empty."""
    found: dict[tuple[str, ...], list[Sample]] = {}
    for each in samples:
        found.setdefault(tuple(each.labels.get(label, "") for label in labels), []).append(each)
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _labels(text: str | None) -> Mapping[str, str]:
    if not text:
        return {}
    return {
        found[1]: _ESCAPED.sub(lambda each: "\n" if each[1] == "n" else each[1], found[2])
        for found in _ONE_LABEL.finditer(text, 1)
    }
