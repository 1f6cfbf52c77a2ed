"""The error every calc module raises on input it cannot compute with; it knows no framework."""


class CalculationError(ValueError):
    """Input that has no meaning for the formula (NaN, a rate of -100 %, mismatched lengths).

    "The formula has no answer for this valid input" is not an error: it is None or a typed result.
    `message` is a sentence for people, `code` a stable word for programs, `pointer` the name of the argument at fault.
    """

    def __init__(self, message: str, *, code: str, pointer: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.pointer = pointer
