"""Every route of the site and who may call it: what tests/web/test_access.py holds the site against."""

from dataclasses import dataclass

from app.web.access import May

OPEN = """
GET /openapi.json
GET /healthz
GET /readyz
GET /static/{name}
"""

# What each route asks of its caller. A route that is missing here fails the first test: decide who may call it.
GUARDED = """
ENTER GET /sign-in
ENTER POST /sign-in
ENTER GET /sign-in/{token}
ENTER POST /sign-out
ENTER GET /l/{token}
ENTER POST /l/{token}

READ GET /
EDIT GET /pilots/new
EDIT POST /pilots
READ GET /pilots/{pilot}
EDIT GET /pilots/{pilot}/profile
EDIT POST /pilots/{pilot}/profile
EDIT POST /pilots/{pilot}/profile/draft
EDIT POST /pilots/{pilot}/profile/preview
EDIT POST /pilots/{pilot}/assessments
EDIT POST /pilots/{pilot}/changes
EDIT POST /pilots/{pilot}/confirmation
EDIT POST /pilots/{pilot}/return

READ GET /assessments/{assessment}
READ GET /assessments/{assessment}/gates
READ_REPORT GET /assessments/{assessment}/report
READ_REPORT GET /assessments/{assessment}/report.{kind}
READ GET /assessments/{assessment}/evidence
EDIT GET /assessments/{assessment}/links
EDIT POST /assessments/{assessment}/links
EDIT POST /links/{link}/revocation

READ_SECTION GET /assessments/{assessment}/{dimension}
ANSWER POST /assessments/{assessment}/answers/{question}
EDIT POST /assessments/{assessment}/answers/{question}/confirmation
EDIT POST /assessments/{assessment}/answers/{question}/return
ANSWER GET /assessments/{assessment}/answers/{question}/evidence
ANSWER POST /assessments/{assessment}/answers/{question}/evidence
ANSWER GET /assessments/{assessment}/answers/{question}/evidence/{evidence}/withdrawal
ANSWER POST /assessments/{assessment}/answers/{question}/evidence/{evidence}/withdrawal
READ_SECTION GET /assessments/{assessment}/answers/{question}/evidence/{evidence}/file

READ GET /confirmations
EDIT POST /evidence/{evidence}/confirmation
EDIT POST /evidence/{evidence}/return
EDIT POST /evidence/{evidence}/withdrawal/confirmation
EDIT POST /evidence/{evidence}/withdrawal/return
EDIT POST /assessments/{assessment}/exceptions
EDIT POST /exceptions/{exception}/acceptance
EDIT POST /exceptions/{exception}/return
EDIT POST /exceptions/{exception}/withdrawal

READ GET /catalogues/{id}
READ GET /method
READ GET /team
OWN POST /team
OWN POST /team/{account}/role
OWN POST /team/{account}/sign-in-links
READ GET /settings
READ POST /settings/name
READ POST /settings/password
READ POST /settings/sign-out
OWN POST /settings/organisation
READ POST /tokens
READ POST /tokens/{token}/revocation

READ GET /api/v1/pilots
EDIT POST /api/v1/pilots
READ GET /api/v1/pilots/{pilot}
EDIT PUT /api/v1/pilots/{pilot}
EDIT POST /api/v1/pilots/{pilot}/confirmation
EDIT POST /api/v1/pilots/{pilot}/assessments
EDIT POST /api/v1/pilots/{pilot}/changes
READ GET /api/v1/assessments/{assessment}
READ GET /api/v1/assessments/{assessment}/score
READ_REPORT GET /api/v1/assessments/{assessment}/report.{kind}
READ GET /api/v1/assessments/{assessment}/answers/{question}
ANSWER PUT /api/v1/assessments/{assessment}/answers/{question}
EDIT POST /api/v1/assessments/{assessment}/answers/{question}/confirmation
ANSWER POST /api/v1/assessments/{assessment}/answers/{question}/evidence
EDIT POST /api/v1/evidence/{evidence}/confirmation
EDIT POST /api/v1/evidence/{evidence}/withdrawal
EDIT POST /api/v1/assessments/{assessment}/exceptions
EDIT POST /api/v1/exceptions/{exception}/acceptance
EDIT GET /api/v1/assessments/{assessment}/links
EDIT POST /api/v1/assessments/{assessment}/links
EDIT POST /api/v1/links/{link}/revocation
"""


@dataclass(frozen=True)
class Route:
    may: May
    method: str
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def names_ours(self) -> bool:
        """Whether its path names a row of ours."""
        open_names = ("{id}", "{name}", "{kind}")
        return "{" in self.path.replace("report.{kind}", "") and not any(name in self.path for name in open_names[:2])


TABLE = tuple(
    Route(May[may], method, path) for may, method, path in (line.split() for line in GUARDED.split("\n") if line)
)
