"""The error every step of reading and evaluating a formula raises."""

from core.calc.errors import CalculationError


class ExpressionError(CalculationError):
    """A formula that cannot be read or has no value.

    `code` is syntax, too_long, too_deep, unknown_name, cycle, unit_mismatch, division_by_zero, overflow or
    not_a_number. `position` is the offset of the offending character in the text, None where no single one is;
    `name` the name the error is about; `index` the element of the result that has no value, when arrays went in.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        position: int | None = None,
        name: str | None = None,
        index: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(message, code=code, pointer=name)
        self.position = position
        self.name = name
        self.index = index

    def about(self, name: str) -> "ExpressionError":
        """The same error, pointing at the formula called `name`."""
        message = f"{name}: {self.message}"
        return ExpressionError(message, code=self.code, position=self.position, name=name, index=self.index)
