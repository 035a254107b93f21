"""Reads an expression by recursive descent; nothing in it is ever run as code."""

from __future__ import annotations

import math
from collections.abc import Callable

from core.errors import ExpressionError
from core.expressions.names import Names
from core.expressions.tokens import Token, TokenKind, tokenize
from core.expressions.tree import (
    Arithmetic,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Junction,
    Literal,
    Membership,
    Node,
    Not,
    Number,
    Text,
    Value,
    YesNo,
)
from core.expressions.writing import Writing

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
DEEPEST = 30
"""Brackets and 'not' inside each other, at most."""
MOST_SIGNS = 100
"""Operators ``+ - * /`` in one expression, at most."""
MOST_CONDITIONS = 100
"""Conditions joined by ``and`` and ``or`` in one expression, at most."""
MOST_VALUES = 100
"""Values in the brackets of functions in one expression, at most."""


def parse_condition(writing: Writing, names: Names) -> Condition:
    """Return the tree of a condition; raises ExpressionError that points at the character."""
    parser = _Parser(writing, names)
    return parser.condition(parser.whole("Write a condition, such as: math score < 50."))


def parse_either(writing: Writing, names: Names) -> Node:
    """Return the tree of a condition or of a value; raises ExpressionError that points at the character."""
    parser = _Parser(writing, names)
    node = parser.whole("Write a calculation or a condition, such as: mean(math score, reading score).")
    return node if isinstance(node, Condition) else parser.column_or_value(node)


class _Parser:
    """Holds the place in the tokens; each method reads one rule of the grammar, loosest first."""

    def __init__(self, writing: Writing, names: Names) -> None:
        self.writing, self.names = writing, names
        self.tokens = tokenize(writing, names)
        self.place = self.depth = self.signs = self.joins = self.values = 0

    @property
    def now(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.place]

    def whole(self, empty_hint: str) -> Node:
        """whole := either END"""
        if len(self.tokens) == 1:
            subject = self.writing.subject
            raise subject.error(f"The {subject.name} is empty.", hint=empty_hint)
        node = self.either()
        if self.now.kind is not TokenKind.END:
            raise self.wrong(self.now, f"'{self.now.text}' is not expected here")
        return node

    def either(self) -> Node:
        """either := both ('or' both)*"""
        return self.joined("or", self.both)

    def both(self) -> Node:
        """both := negation ('and' negation)*"""
        return self.joined("and", self.negation)

    def joined(self, word: str, rule: Callable[[], Node]) -> Node:
        """Return one condition, or several that are joined by the word."""
        at, nodes = self.now.at, [rule()]
        while self.is_sign(word):
            self.joins += 1
            if self.joins >= MOST_CONDITIONS:
                raise self.wrong(self.now, f"There are more than {MOST_CONDITIONS} conditions")
            self.place += 1
            nodes.append(rule())
        if len(nodes) == 1:
            return nodes[0]
        return Junction(word, tuple(self.condition(node) for node in nodes), at)

    def negation(self) -> Node:
        """negation := 'not' negation | comparison"""
        at = self.now.at
        if not self.took("not"):
            return self.comparison()
        self.deeper(at)
        part = self.condition(self.negation())
        self.depth -= 1
        return Not(part, at)

    def comparison(self) -> Node:
        """comparison := sum (sign sum | ['not'] 'in' list)?"""
        left = self.sum()
        sign = self.now
        if self.is_sign(*COMPARISONS):
            self.place += 1
            right = self.value(self.sum())
            if self.is_sign(*COMPARISONS):
                raise self.wrong(self.now, "Only one comparison at a time", hint="Join two with 'and'.")
            return Compare(sign.text, self.left_side(left, right), right, sign.at)
        if self.is_sign("not", "in"):
            negated = self.took("not")
            self.need("in")
            return Membership(self.column_or_value(left), self.listed(), negated, sign.at)
        return left

    def left_side(self, left: Node, right: Value) -> Value:
        """Return the left side; a quoted text is a column there, unless the column is on the right."""
        if isinstance(left, Text) and not self.names.has(left.value) and isinstance(right, ColumnRef):
            return left
        return self.column_or_value(left)

    def listed(self) -> tuple[Literal, ...]:
        """list := '{' literal (',' literal)* '}'"""
        self.need("{")
        values = [self.literal()]
        while self.took(","):
            values.append(self.literal())
        self.need("}")
        return tuple(values)

    def literal(self) -> Literal:
        """literal := ['-'] number | text | yes or no"""
        at, minus = self.now.at, self.took("-")
        node = self.value(self.atom())
        if minus and isinstance(node, Number):
            return Number(-node.value, at)
        if minus or not isinstance(node, Number | Text | YesNo):
            raise self.writing.wrong(at, "A list holds texts in quotes or numbers")
        return node

    def sum(self) -> Node:
        """sum := product (('+' | '-') product)*"""
        return self.calculated(("+", "-"), self.product)

    def product(self) -> Node:
        """product := signed (('*' | '/') signed)*"""
        return self.calculated(("*", "/"), self.signed)

    def calculated(self, signs: tuple[str, ...], rule: Callable[[], Node]) -> Node:
        """Return one value, or several that are calculated from left to right."""
        left = rule()
        while self.is_sign(*signs):
            sign = self.now
            self.place += 1
            self.signs += 1
            if self.signs > MOST_SIGNS:
                raise self.wrong(sign, f"There are more than {MOST_SIGNS} operators")
            left = Arithmetic(sign.text, self.column_or_value(left), self.column_or_value(rule()), sign.at)
        return left

    def signed(self) -> Node:
        """signed := '-' signed | atom"""
        at = self.now.at
        if not self.took("-"):
            return self.atom()
        self.deeper(at)
        value = self.column_or_value(self.signed())
        self.depth -= 1
        return (
            Number(-value.value, at) if isinstance(value, Number) else Arithmetic("-", Number(0), value, at)
        )

    def atom(self) -> Node:
        """atom := number | text | yes or no | column | function '(' ... ')' | '(' either ')'"""
        token = self.now
        if token.kind is TokenKind.END:
            raise self.wrong(
                token,
                f"The {self.writing.subject.name} stops too early",
                hint="A value is missing at the end.",
            )
        if token.kind is TokenKind.SYMBOL and token.text != "(":
            raise self.wrong(token, f"A value is missing before '{token.text}'")
        self.place += 1
        match token.kind:
            case TokenKind.NUMBER:
                return self.number(token)
            case TokenKind.TEXT:
                return Text(token.text, token.at)
            case TokenKind.YES_NO:
                return YesNo(token.text, token.at)
            case TokenKind.COLUMN:
                return ColumnRef(token.text, token.at)
            case TokenKind.FUNCTION:
                return self.call(token)
            case _:
                return self.bracketed(token)

    def number(self, token: Token) -> Number:
        """Return the number; raises ExpressionError where it is too large to hold."""
        value = float(token.text)
        if math.isinf(value):
            raise self.wrong(token, f"The number '{token.text}' is too large")
        return Number(value, token.at)

    def call(self, token: Token) -> Call:
        """Read the values of a function."""
        self.deeper(token.at)
        self.need("(")
        parts = [self.argument()]
        while self.took(","):
            parts.append(self.argument())
        self.need(")")
        self.depth -= 1
        return Call(token.text, tuple(parts), token.at)

    def argument(self) -> Value:
        """Read one value of a function."""
        self.values += 1
        if self.values > MOST_VALUES:
            raise self.wrong(self.now, f"There are more than {MOST_VALUES} values in functions")
        return self.column_or_value(self.sum())

    def bracketed(self, token: Token) -> Node:
        """Read what stands in brackets."""
        self.deeper(token.at)
        node = self.either()
        self.need(")")
        self.depth -= 1
        return node

    def condition(self, node: Node) -> Condition:
        """Return the node if it can be true or false; raises ExpressionError otherwise."""
        if isinstance(node, Condition):
            return node
        hint = "Compare it with something, such as: math score < 50."
        raise self.writing.wrong(node.at, "This is a value, not a condition", hint=hint)

    def value(self, node: Node) -> Value:
        """Return the node if it is a value; raises ExpressionError otherwise."""
        if isinstance(node, Condition):
            raise self.writing.wrong(node.at, "This is a condition, not a value")
        return node

    def column_or_value(self, node: Node) -> Value:
        """Return the value; a quoted text stands for the column of that name here."""
        value = self.value(node)
        if not isinstance(value, Text):
            return value
        if self.names.lacks(value.value):
            raise self.names.refusal(self.writing, value.at, value.value)
        return ColumnRef(value.value, value.at)

    def deeper(self, at: int) -> None:
        """Count one more level; raises ExpressionError when there are too many."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.writing.wrong(at, f"There are more than {DEEPEST} levels inside each other")

    def is_sign(self, *signs: str) -> bool:
        """Return whether one of these symbols or joining words comes next."""
        return self.now.kind is TokenKind.SYMBOL and self.now.text in signs

    def took(self, sign: str) -> bool:
        """Step over the symbol if it comes next, and return whether it did."""
        found = self.is_sign(sign)
        self.place += found
        return found

    def need(self, sign: str) -> None:
        """Step over the symbol; raises ExpressionError if something else comes next."""
        if not self.took(sign):
            got = f"'{self.now.text}'" if self.now.text else "the end"
            raise self.wrong(self.now, f"Expected '{sign}' instead of {got}")

    def wrong(self, token: Token, message: str, *, hint: str = "") -> ExpressionError:
        """Return the error that points at a token."""
        return self.writing.wrong(token.at, message, hint=hint)
