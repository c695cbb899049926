"""What an attack of a test tool aims at, by the family of its probe: a jailbreak that worked says nothing of SQL."""

from typing import Final, Literal

Aim = Literal["injection", "output", "disclosure", "agency"]

# Families as garak's modules and promptfoo's red-team plugins are named (2026-11), by what they say they try. One that
# is not listed, such as those for toxic or false answers, has none of these aims.
_FAMILIES: Final[dict[Aim, frozenset[str]]] = {
    "injection": frozenset(
        {
            "badchars", "dan", "dra", "encoding", "fitd", "goodside", "latentinjection", "phrasing", "promptinject",
            "sata", "smuggling", "suffix", "tap", "visual_jailbreak",
            "ascii-smuggling", "indirect-prompt-injection", "special-token-injection", "system-prompt-override",
        }
    ),
    "output": frozenset(
        {"ansiescape", "exploitation", "web_injection", "xss", "shell-injection", "sql-injection"}
    ),
    "disclosure": frozenset(
        {
            "apikey", "divergence", "leakreplay", "propile",
            "cross-session-leak", "data-exfil", "pii", "rag-document-exfiltration",
        }
    ),
    "agency": frozenset(
        {
            "agent_breaker",
            "agentic", "bfla", "bola", "excessive-agency", "hijacking", "mcp", "rbac", "ssrf", "tool-discovery",
        }
    ),
}  # fmt: skip


def aim(probe: str) -> Aim | None:
    """What a probe such as `promptinject.HijackHateHumans` or `pii:direct` aims at; None where it is none of these."""
    family = probe.partition(".")[0].partition(":")[0].casefold()
    return next((each for each, families in _FAMILIES.items() if family in families), None)
