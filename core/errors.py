"""What a service raises when it refuses; web and api translate it, never the other way round."""

from collections.abc import Sequence


class DomainError(Exception):
    """A refusal a person can act on.

    `code` is stable and machine-readable, `pointer` names the offending input field or is None when
    the refusal concerns the whole request, `reasons` lists every cause when there is more than one.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str, *, pointer: str | None = None, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer
        self.reasons = tuple(reasons)


class InvalidInputError(DomainError):
    """The input is well formed but breaks a rule of the domain."""

    code = "invalid"
    status = 400


class DuplicateError(InvalidInputError):
    """Another record has this name, key or identifier already."""

    code = "duplicate"
    status = 409


class StaleVersionError(DomainError):
    """Somebody else saved the record since it was read."""

    code = "stale_version"
    status = 412


class NotPermittedError(DomainError):
    """The actor may see the record but not do this to it."""

    code = "not_permitted"
    status = 403
