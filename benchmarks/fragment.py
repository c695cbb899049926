"""The fragment that answers a save, rendered without HTTP."""

from typing import Any

from app.records.assessments import Scored
from app.records.caller import Caller
from app.web.sections import card
from app.words import templates


def fragment(scored: Scored, question: str, caller: Caller) -> str:
    """What the save's handler answers htmx with."""
    template = templates().get_template("assessments/section.html")
    dimension = question.partition(".")[0]
    context: dict[str, Any] = {
        "caller": caller,
        "card": card(scored, question, caller),
        "standing": next(each for each in scored.score.dimensions if each.dimension.key == dimension),
    }
    return "".join(template.blocks["answered"](template.new_context(context)))
