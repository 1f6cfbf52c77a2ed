"""Turns the text of a formula into steps in postfix order; nothing is evaluated here and nothing is ever executed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite

from core.calc.expression_errors import ExpressionError
from core.calc.expression_functions import NEGATION, OPERATORS, Function

MAX_LENGTH = 2_000
MAX_DEPTH = 40
MAX_STEPS = 800
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|<>|[-+*/^<>=\u00d7\u00f7\u2212\u2264\u2265\u2260])"
    r"|(?P<sign>[(),]))",
    re.ASCII,
)
_SPELLINGS = {"**": "^", "==": "=", "<>": "!=", "\u00d7": "*", "\u00f7": "/", "\u2212": "-"}
_SPELLINGS |= {"\u2264": "<=", "\u2265": ">=", "\u2260": "!="}
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
_HINTS = {"%": "write 0.05 for 5%", "&": "use if(...)", "[": "use ( )", "{": "use ( )", ";": "separate by commas"}


@dataclass(frozen=True)
class Number:
    """Puts a number on the stack."""

    value: float
    position: int


@dataclass(frozen=True)
class Name:
    """Puts the value of a name on the stack."""

    name: str
    position: int


@dataclass(frozen=True)
class Apply:
    """Takes `arguments` values from the stack and puts the function's result there.

    `operand` is the text of the last argument, for error messages.
    """

    function: Function
    arguments: int
    position: int
    operand: str


Step = Number | Name | Apply


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse_steps(text: str, functions: Mapping[str, Function]) -> tuple[Step, ...]:
    """The steps of a formula; raises ExpressionError with the position of what cannot be read."""
    if len(text) > MAX_LENGTH:
        message = f"A formula has at most {MAX_LENGTH:,} characters; this one has {len(text):,}."
        raise ExpressionError(message, code="too_long", position=MAX_LENGTH)
    return _Parser(text, functions).steps()


def _tokens(text: str) -> list[_Token]:
    tokens, position, end = [], 0, len(text.rstrip(" \t\r\n"))
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _unexpected_character(text, position)
        found = match[match.lastgroup]
        tokens.append(_Token(match.lastgroup, _SPELLINGS.get(found, found), match.start(match.lastgroup), match.end()))
        position = match.end()
    tokens.append(_Token("end", "", end, end))
    return tokens


def _unexpected_character(text: str, position: int) -> ExpressionError:
    while text[position] in " \t\r\n":
        position += 1
    character = text[position]
    hint = f": {_HINTS[character]}" if character in _HINTS else ""
    message = f"Character {position + 1}: {character!r} has no meaning in a formula{hint}."
    return ExpressionError(message, code="syntax", position=position)


class _Parser:
    """Recursive descent; the recursion is bounded by MAX_DEPTH, chains of operators are loops."""

    def __init__(self, text: str, functions: Mapping[str, Function]) -> None:
        self._text = text
        self._functions = functions
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0
        self._steps: list[Step] = []

    def steps(self) -> tuple[Step, ...]:
        if self._token.kind == "end":
            raise ExpressionError("The formula is empty.", code="syntax", position=0)
        self._comparison()
        if self._token.kind != "end":
            raise self._unexpected("an operator or the end")
        return tuple(self._steps)

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _takes(self, *texts: str) -> _Token | None:
        return self._take() if self._token.kind in ("operator", "sign") and self._token.text in texts else None

    def _emit(self, step: Step) -> None:
        if len(self._steps) >= MAX_STEPS:
            message = f"A formula has at most {MAX_STEPS} numbers, names and operators; split it into named formulas."
            raise ExpressionError(message, code="too_long", position=step.position)
        self._steps.append(step)

    def _apply(self, function: Function, arguments: int, position: int, operand_start: int) -> None:
        end = self._tokens[self._next - 1].end
        self._emit(Apply(function, arguments, position, self._text[operand_start:end].strip()))

    def _enter(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"Character {token.start + 1}: the formula is nested more than {MAX_DEPTH} deep."
            raise ExpressionError(message, code="too_deep", position=token.start)

    def _comparison(self) -> None:
        self._sum()
        if operator := self._takes(*_COMPARISONS):
            start = self._token.start
            self._sum()
            self._apply(OPERATORS[operator.text], 2, operator.start, start)
            if self._token.kind == "operator" and self._token.text in _COMPARISONS:
                message = f"Character {self._token.start + 1}: comparisons cannot be chained; use if(...)."
                raise ExpressionError(message, code="syntax", position=self._token.start)

    def _sum(self) -> None:
        self._product()
        while operator := self._takes("+", "-"):
            start = self._token.start
            self._product()
            self._apply(OPERATORS[operator.text], 2, operator.start, start)

    def _product(self) -> None:
        self._signed()
        while operator := self._takes("*", "/"):
            start = self._token.start
            self._signed()
            self._apply(OPERATORS[operator.text], 2, operator.start, start)

    def _signed(self) -> None:
        minus: _Token | None = None
        while sign := self._takes("+", "-"):
            if sign.text == "-":
                minus = sign if minus is None else None
        start = self._token.start
        self._power()
        if minus is not None:
            self._apply(NEGATION, 1, minus.start, start)

    def _power(self) -> None:
        self._primary()
        if operator := self._takes("^"):
            self._enter(operator)
            start = self._token.start
            self._signed()
            self._depth -= 1
            self._apply(OPERATORS["^"], 2, operator.start, start)

    def _primary(self) -> None:
        token = self._token
        if token.kind == "number":
            self._take()
            self._number(token)
        elif token.kind == "name":
            self._take()
            if self._takes("("):
                self._call(token)
            else:
                self._emit(Name(token.text, token.start))
        elif self._takes("("):
            self._enter(token)
            self._comparison()
            self._close(token)
        else:
            raise self._unexpected("a number, a name or (")

    def _number(self, token: _Token) -> None:
        value = float(token.text)
        if not isfinite(value):
            message = f"Character {token.start + 1}: this number is too large to compute with."
            raise ExpressionError(message, code="overflow", position=token.start)
        self._emit(Number(value, token.start))

    def _call(self, name: _Token) -> None:
        function = self._functions.get(name.text.lower())
        if function is None:
            hint = similar(name.text, self._functions)
            message = f"Character {name.start + 1}: there is no function {shown(name.text)}{hint or '.'}"
            raise ExpressionError(message, code="unknown_name", position=name.start, name=name.text)
        self._enter(name)
        start, count = self._token.start, 0
        if self._token.text != ")":
            self._comparison()
            count = 1
            while self._takes(","):
                start = self._token.start
                self._comparison()
                count += 1
        operand = self._text[start : self._tokens[self._next - 1].end].strip()
        self._close(name)
        if count < function.fewest or (function.most is not None and count > function.most):
            message = f"Character {name.start + 1}: {function.name} takes {_expected(function)}, not {count}."
            raise ExpressionError(message, code="syntax", position=name.start, name=name.text)
        self._emit(Apply(function, count, name.start, operand))

    def _close(self, opening: _Token) -> None:
        if self._takes(")") is None:
            if self._token.kind == "end":
                message = f"Character {opening.start + 1}: this is opened by ( but never closed by )."
                raise ExpressionError(message, code="syntax", position=opening.start)
            raise self._unexpected("an operator or )")
        self._depth -= 1

    def _unexpected(self, expected: str) -> ExpressionError:
        token = self._token
        found = "the formula ends" if token.kind == "end" else f"{shown(token.text)} stands"
        message = f"Character {token.start + 1}: {found} where {expected} is expected."
        return ExpressionError(message, code="syntax", position=token.start)


def shown(name: str) -> str:
    """A name for a message, cut when it is absurdly long."""
    return name if len(name) <= 60 else f"{name[:57]}..."


def similar(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    """What was probably meant, as an insertion for a message; empty when nothing comes close."""
    close = get_close_matches(name[:60], sorted(known), n=1) if len(known) <= 500 else []
    return f"; did you mean {close[0]}?" if close else ""


def _expected(function: Function) -> str:
    if function.most is None:
        return f"at least {function.fewest} argument{'s' * (function.fewest != 1)}"
    if function.most == function.fewest:
        return f"{function.most} argument{'s' * (function.most != 1)}"
    return f"{function.fewest} to {function.most} arguments"
