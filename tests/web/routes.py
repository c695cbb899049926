"""Every route of the site and who may call it: what tests/web/test_access.py holds the site against."""

from dataclasses import dataclass

from app.web.access import May

OPEN = """
GET /openapi.json
GET /healthz
GET /readyz
GET /static/{name}
GET /problems
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
READ GET /portfolio.{kind}
READ GET /freshness
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
READ GET /assessments/{assessment}/effort
READ GET /assessments/{assessment}/trade-offs
EDIT POST /assessments/{assessment}/trade-offs
EDIT POST /trade-offs/{trade_off}/end
READ GET /assessments/{assessment}/catalogue
EDIT POST /assessments/{assessment}/catalogue
READ_REPORT GET /assessments/{assessment}/report
READ_REPORT GET /assessments/{assessment}/report.{kind}
READ_REPORT GET /assessments/{assessment}/coverage
READ_REPORT GET /assessments/{assessment}/coverage.csv
READ GET /assessments/{assessment}/evidence
READ GET /assessments/{assessment}/freshness
ANSWER_SOME GET /assessments/{assessment}/files
ANSWER_SOME POST /assessments/{assessment}/files
ANSWER_SOME POST /assessments/{assessment}/files/attachments
ANSWER_SOME POST /assessments/{assessment}/files/{arrival}/discard
READ GET /assessments/{assessment}/path
READ GET /assessments/{assessment}/milestones
EDIT POST /assessments/{assessment}/milestones
READ GET /assessments/{assessment}/comparison
READ GET /milestones/{milestone}
READ GET /milestones/{milestone}/file
READ GET /milestones/{milestone}/report
READ GET /milestones/{milestone}/report.{kind}
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

READ GET /calculators
READ GET /calculators/{name}
READ POST /calculators/{name}
READ GET /pilots/{pilot}/scenarios
EDIT POST /pilots/{pilot}/scenarios
READ GET /pilots/{pilot}/scenarios/comparison
READ GET /scenarios/{scenario}
EDIT POST /scenarios/{scenario}
EDIT POST /scenarios/{scenario}/name
EDIT POST /scenarios/{scenario}/copies
EDIT POST /scenarios/{scenario}/removal
EDIT POST /scenarios/{scenario}/evidence

READ GET /catalogues
READ GET /catalogues/{id}
READ GET /catalogues/{id}/difference
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
READ GET /api/v1/pilots/{pilot}/assessments
READ GET /api/v1/assessments/{assessment}
EDIT POST /api/v1/assessments/{assessment}/catalogue
READ GET /api/v1/assessments/{assessment}/score
READ_REPORT GET /api/v1/assessments/{assessment}/report.{kind}
READ_REPORT GET /api/v1/assessments/{assessment}/coverage.csv
READ GET /api/v1/assessments/{assessment}/answers/{question}
ANSWER PUT /api/v1/assessments/{assessment}/answers/{question}
EDIT POST /api/v1/assessments/{assessment}/answers/{question}/confirmation
ANSWER POST /api/v1/assessments/{assessment}/answers/{question}/evidence
ANSWER_SOME GET /api/v1/assessments/{assessment}/files
ANSWER_SOME POST /api/v1/assessments/{assessment}/files
ANSWER_SOME POST /api/v1/assessments/{assessment}/files/{arrival}/attachment
ANSWER_SOME DELETE /api/v1/assessments/{assessment}/files/{arrival}
EDIT POST /api/v1/evidence/{evidence}/confirmation
EDIT POST /api/v1/evidence/{evidence}/withdrawal
EDIT POST /api/v1/assessments/{assessment}/exceptions
EDIT POST /api/v1/exceptions/{exception}/acceptance
EDIT POST /api/v1/assessments/{assessment}/trade-offs
EDIT POST /api/v1/trade-offs/{trade_off}/end
READ GET /api/v1/assessments/{assessment}/milestones
EDIT POST /api/v1/assessments/{assessment}/milestones
READ GET /api/v1/assessments/{assessment}/comparison
READ GET /api/v1/milestones/{milestone}
EDIT GET /api/v1/assessments/{assessment}/links
EDIT POST /api/v1/assessments/{assessment}/links
EDIT POST /api/v1/links/{link}/revocation
READ GET /api/v1/calculators
READ GET /api/v1/calculators/{name}
READ POST /api/v1/calculators/{name}
READ GET /api/v1/pilots/{pilot}/scenarios
EDIT POST /api/v1/pilots/{pilot}/scenarios
READ GET /api/v1/scenarios/{scenario}
EDIT PUT /api/v1/scenarios/{scenario}
EDIT DELETE /api/v1/scenarios/{scenario}
EDIT POST /api/v1/scenarios/{scenario}/evidence
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
        open_names = ("{id}", "{name}")
        return "{" in self.path.replace(".{kind}", "") and not any(name in self.path for name in open_names)


TABLE = tuple(
    Route(May[may], method, path) for may, method, path in (line.split() for line in GUARDED.split("\n") if line)
)
