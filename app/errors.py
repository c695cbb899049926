"""What can go wrong, in words for people. Which status code each kind becomes is known to `app.web.problems` alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where it stands (a field's path or a file's line) and what would do."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class ReadyRoomError(Exception):
    """Something a person can mend. The message says what, where and how."""

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class Refused(ReadyRoomError):
    """What was sent does not fit; nothing was changed."""


class Unreadable(Refused):
    """A document or a catalogue cannot be read; every problem is listed."""


class Broken(Unreadable):
    """Something sealed no longer is what was sealed."""


class TooLarge(Refused):
    """More was sent than is taken."""


class NotFound(ReadyRoomError):
    """There is no such thing, or none that this caller may know of."""


class SignInNeeded(ReadyRoomError):
    """Nobody is signed in, or the session is over."""


class NotAllowed(ReadyRoomError):
    """The caller is known and may not do this."""


class VersionNeeded(ReadyRoomError):
    """The thing exists already: say which version of it was seen."""


class Conflict(ReadyRoomError):
    """What is there already stands against this; nothing was changed."""


class TooMany(ReadyRoomError):
    """Too many tries or requests; come back after that many seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unexpected(ReadyRoomError):
    """A mistake of ours; what was under way is undone."""


class Changed(ReadyRoomError):
    """Somebody else has saved meanwhile. Carries both versions, so that nothing typed is lost."""

    def __init__(self, message: str, *, theirs: Any, yours: Any) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.yours = yours


# Pydantic's words, where ours are plainer. Its context's figures are filled in.
_WORDS: Mapping[str, str] = {
    "missing": "this is missing",
    "extra_forbidden": "there is no such field",
    "unexpected_keyword_argument": "there is no such field",
    "none_required": "leave this empty",
    "literal_error": "takes {expected}",
    "enum": "takes {expected}",
    "union_tag_invalid": "kind takes {expected_tags}",
    "union_tag_not_found": "kind is missing",
    "less_than_equal": "must be {le} or less",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than": "must be less than {lt}",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be yes or no",
    "string_type": "must be text",
    "string_too_long": "must be at most {max_length} characters long",
    "string_too_short": "must not be empty",
    "date_type": "must be a date such as 2026-11-20",
    "date_parsing": "must be a date such as 2026-11-20",
    "date_from_datetime_parsing": "must be a date such as 2026-11-20",
    "date_from_datetime_inexact": "must be a date such as 2026-11-20, without a time",
    "dict_type": "must be an object with named fields",
    "dataclass_type": "must be an object with named fields",
    "model_type": "must be an object with named fields",
    "mapping_type": "must be an object with named fields",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "frozen_set_type": "must be a list",
    "too_long": "has more than {max_length} entries",
    "too_short": "has fewer than {min_length} entries",
    "json_invalid": "is not JSON: {error}",
}


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """A validation error as a list of problems, each with the path of its field."""
    return problems_in(error.errors(include_url=False, include_input=False))


def problems_in(found: Iterable[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """Pydantic's list of errors as problems."""
    return tuple(
        Problem(".".join(str(part) for part in each["loc"]), _words(each["type"], each["msg"], each.get("ctx") or {}))
        for each in found
    )


def _words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind in _WORDS:
        return _WORDS[kind].format_map(context)
    return message.removeprefix("Value error, ")
