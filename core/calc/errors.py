"""The error every calc module raises on input it cannot compute with."""

from core.errors import InvalidInputError


class CalculationError(InvalidInputError):
    """Input that has no meaning for the formula (NaN, a rate of -100%, mismatched lengths).

    "The formula has no answer for this valid input" is not an error: it is None or a typed result.
    `message` is a sentence for people, `code` a stable word for programs, `pointer` the name of the argument at fault.
    """

    def __init__(self, message: str, *, code: str, pointer: str | None = None) -> None:
        super().__init__(message, pointer=pointer)
        self.code = code
