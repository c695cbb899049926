"""Who calls, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from app.errors import NotAllowed, NotFound, Refused


class Role(StrEnum):
    """What an account may do in its organisation."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


LinkRole = Literal["read", "answer"]


@dataclass(frozen=True, slots=True)
class LinkGrant:
    """What a link opens: one assessment, to read its report or to answer some of its dimensions."""

    id: UUID
    assessment: UUID
    role: LinkRole
    sections: frozenset[str]  # keys of dimensions; for reading: those of the appendix, none named: all
    appendix: bool

    def covers(self, assessment: UUID, question: str | None) -> bool:
        """Whether the question of that assessment may be answered through it."""
        return (
            self.role == "answer"
            and assessment == self.assessment
            and question is not None
            and question.partition(".")[0] in self.sections
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody known: an account's own person, or the holder of a link, for whom the link's maker answers."""

    organisation: UUID
    person: UUID
    name: str
    account: UUID  # the one that answers for what the caller does; four eyes compare it
    email: str | None = None  # None for the holder of a link
    role: Role | None = None  # None for the holder of a link
    link: LinkGrant | None = None
    session_expires_at: datetime | None = None  # None for a program's token
    organisation_name: str = ""  # as every page shows it; found together with the caller

    @property
    def is_holder(self) -> bool:
        """Whether they came through a link, and have no account."""
        return self.role is None

    @property
    def may_edit(self) -> bool:
        """Whether pilots and assessments may be changed, and the work of others confirmed."""
        return self.role in (Role.OWNER, Role.EDITOR)

    @property
    def may_own(self) -> bool:
        """Whether people and the organisation may be changed."""
        return self.role is Role.OWNER

    def may_answer(self, assessment: UUID, question: str | None) -> bool:
        """Whether that question of that assessment may be answered."""
        return self.may_edit or (self.link is not None and self.link.covers(assessment, question))

    def may_answer_some(self, assessment: UUID) -> bool:
        """Whether some questions of that assessment may be answered."""
        grant = self.link
        return self.may_edit or (grant is not None and grant.role == "answer" and grant.assessment == assessment)

    def must_edit(self) -> None:
        """Refuse whoever may not edit."""
        if self.role is None:
            raise NotAllowed("A link cannot do this; somebody with an account has to.")
        if not self.may_edit:
            raise NotAllowed("A viewer only looks. Ask an owner of your organisation to make you an editor.")

    def must_own(self) -> None:
        """Refuse whoever is no owner."""
        if not self.may_own:
            raise NotAllowed("Only an owner of the organisation can do this.")

    def must_answer(self, assessment: UUID, question: str | None) -> None:
        """Refuse whoever may not answer; for the holder of a link what it does not cover does not exist."""
        if self.may_answer(assessment, question):
            return
        if self.link:
            raise NotFound("Your link does not lead here.")
        self.must_edit()

    def must_answer_some(self, assessment: UUID) -> None:
        """Refuse whoever may answer no question of that assessment."""
        if self.may_answer_some(assessment):
            return
        if self.link:
            raise NotFound("Your link does not lead here.")
        self.must_edit()

    def must_be_another(self, answerable: UUID, did: str, has_to: str) -> None:
        """Four eyes: refuse the account that answers for what was done.

        Args:
            answerable: that account.
            did: what it did, as in "attached this".
            has_to: what another has to do, as in "confirm it".
        """
        self.must_edit()
        if answerable == self.account:
            raise Refused(f"You {did} yourself, or through a link of yours; another account has to {has_to}.")


@dataclass(frozen=True, slots=True)
class Console:
    """Whoever runs the server, at its command line: may do everything, and stands in the audit without a name."""

    organisation: UUID
    person: None = None

    def must_own(self) -> None:
        """Whoever has the database owns all that is in it."""
