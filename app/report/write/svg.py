"""A laid-out chart as SVG: for a page, whose stylesheet colours it, and for paper, with colours of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from app.report.chart import TEXT, Drawing, Label

# Attributes by what a part means, as static/readyroom.css has them in the light theme.
_INK, _INK_2, _RULE, _PROOF, _CLAIM = "#17212b", "#4c5965", "#d8d4c9", "#0f4c5c", "#7b868e"
_PAPER: Mapping[str, str] = MappingProxyType(
    {
        "grid": f'fill="none" stroke="{_RULE}" stroke-width="1"',
        "axis": f'fill="none" stroke="{_CLAIM}" stroke-width="1"',
        "limit": f'fill="none" stroke="{_INK_2}" stroke-width="1.4" stroke-dasharray="5 4"',
        "claim": f'fill="none" stroke="{_CLAIM}" stroke-width="2"',
        "proof": f'fill="none" stroke="{_PROOF}" stroke-width="2.2"',
        "expected": f'fill="none" stroke="{_PROOF}" stroke-width="2.2" stroke-dasharray="3 3"',
        "total": f'fill="{_PROOF}"',
        "gain": f'fill="{_PROOF}" fill-opacity="0.4" stroke="{_PROOF}"',
        "loss": f'fill="#ffffff" stroke="{_PROOF}" stroke-dasharray="3 2"',
        "band": f'fill="{_INK}" fill-opacity="0.1" stroke="none"',
        "first": f'fill="none" stroke="{_INK}" stroke-width="2.2"',
        "second": f'fill="none" stroke="{_INK}" stroke-width="2" stroke-dasharray="7 4"',
        "third": f'fill="none" stroke="{_INK_2}" stroke-width="2" stroke-dasharray="2 3"',
        "fourth": f'fill="none" stroke="{_INK_2}" stroke-width="2" stroke-dasharray="9 3 2 3"',
        "solid": f'fill="{_INK_2}" stroke="{_INK_2}"',
        "light": f'fill="{_INK_2}" fill-opacity="0.3" stroke="{_INK_2}"',
        "empty": f'fill="#ffffff" stroke="{_INK_2}" stroke-dasharray="3 2"',
        "ring": f'fill="#ffffff" stroke="{_CLAIM}" stroke-width="2"',
        "disc": f'fill="{_PROOF}"',
        "quiet": f'fill="{_INK_2}"',
        "strong": f'fill="{_INK}" font-weight="bold"',
    }
)
_PAPER_FAMILY = "FiraGO"


def for_page(drawing: Drawing, kind: str) -> str:
    """For a page: each part has a class, and the stylesheet knows the rest. `kind` is the class of the whole."""
    said = f'class="chart {kind}" role="img" aria-label={quoteattr(drawing.told)}'
    return _svg(drawing, said, {key: f'class="{key}"' for key in _PAPER})


def for_paper(drawing: Drawing) -> str:
    """For a file that has no stylesheet."""
    said = f'font-family="{_PAPER_FAMILY}" font-size="{TEXT}" width="{drawing.width}" height="{drawing.height}"'
    return _svg(drawing, said, _PAPER)


def _svg(drawing: Drawing, said: str, looks: Mapping[str, str]) -> str:
    marks = {"claim": ("ring", 4.6), "proof": ("disc", 5.2)}
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {drawing.height}" {said}>']
    for area in drawing.areas:
        parts.append(f'<polygon {looks[area.role]} points="{_points(area.points)}"/>')
    for line in drawing.lines:
        parts.append(f'<polyline {looks[line.role]} points="{_points(line.points)}"/>')
    for box in drawing.boxes:
        where = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
        parts.append(f"<rect {looks[box.role]} {where}/>")
    for mark in drawing.marks:
        name, radius = marks[mark.role]
        parts.append(f'<circle {looks[name]} cx="{mark.x:g}" cy="{mark.y:g}" r="{radius}"/>')
    parts.extend(_text(label, looks) for label in drawing.labels)
    return "".join([*parts, "</svg>"])


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _text(label: Label, looks: Mapping[str, str]) -> str:
    anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
    return f'<text {looks[label.ink]} x="{label.x:g}" y="{label.y:g}"{anchor}>{escape(label.words)}</text>'
