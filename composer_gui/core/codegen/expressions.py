"""Python expressions as small trees, and their lines, wrapped as `ruff format` would wrap them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 100
"""Characters in a line, at most, where what stands in it can be broken at all."""

STEP = 4


@dataclass(frozen=True, slots=True)
class Atom:
    """Text that is never broken: a name, a literal, a short expression."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`; the function may itself be a call, as in `Dense(64)(x)`."""

    function: Expression
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Display:
    """A list, tuple or dictionary, by its brackets: "[]", "()" or "{}"."""

    brackets: str
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value behind its label: `name=value` among arguments, `"key": value` in a dictionary."""

    label: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the sign between them."""

    left: Expression
    sign: str
    right: Expression


Expression = Atom | Call | Display | Labelled | Binary


def call(function: str, *arguments: Expression) -> Call:
    """Return the call of a function by its dotted name."""
    return Call(Atom(function), arguments)


def keyword(name: str, value: Expression) -> Labelled:
    """Return the argument `name=value`."""
    return Labelled(f"{name}=", value)


def flat(expression: Expression) -> str:
    """Return the expression in one line, however long."""
    match expression:
        case Atom(text):
            return text
        case Call(function, arguments):
            return f"{flat(function)}({_joined(arguments)})"
        case Display(brackets, items):
            comma = "," if brackets == "()" and len(items) == 1 else ""
            return f"{brackets[0]}{_joined(items)}{comma}{brackets[1]}"
        case Labelled(label, value):
            return f"{label}{flat(value)}"
        case Binary(left, sign, right):
            return f"{flat(left)} {sign} {flat(right)}"


def _joined(items: tuple[Expression, ...]) -> str:
    return ", ".join(map(flat, items))


# Wrapping ---------------------------------------------------------------------------------------


def assignment(target: str, value: Expression, indent: int = 0, suffix: str = "") -> list[str]:
    """Return the lines of `target = value`; a value without brackets of its own gets some.

    `suffix` is an index behind a call, as in `encoder(x)[0]`.
    """
    before = f"{' ' * indent}{target} = "
    if suffix and isinstance(value, Call) and not _fits(before, value, suffix):
        return list(_exploded(value, indent, before, suffix))
    if _fits(before, value, suffix) or isinstance(value, Call | Display):
        return list(wrapped(value, indent, before, suffix))
    inner = " " * (indent + STEP)
    if isinstance(value, Atom) and not _fits(inner, value, ""):
        return [before + value.text]
    return [f"{before}(", *wrapped(value, indent + STEP, inner, ""), f"{' ' * indent})"]


def wrapped(expression: Expression, indent: int, before: str, after: str) -> Iterator[str]:
    """Yield the lines of an expression that stands between `before` and `after`.

    `before` holds the indentation of the first line, `indent` is that of the closing bracket.
    """
    if _fits(before, expression, after):
        yield before + flat(expression) + after
        return
    match expression:
        case Labelled(label, value):
            yield from wrapped(value, indent, before + label, after)
        case Binary(left, sign, right):
            yield before + flat(left)
            yield f"{' ' * indent}{sign} {flat(right)}{after}"
        case Display(brackets, items) if items:
            yield before + brackets[0]
            yield from _one_a_line(items, indent + STEP)
            yield f"{' ' * indent}{brackets[1]}{after}"
        case Call(function, arguments) if arguments:
            yield from _wrapped_call(function, arguments, indent, before, after)
        case _:
            yield before + flat(expression) + after


def _wrapped_call(
    function: Expression, arguments: tuple[Expression, ...], indent: int, before: str, after: str
) -> Iterator[str]:
    """Yield the lines of a call that is too long for one.

    In `Dense(64, ...)(x)` the arguments of the constructor are broken rather than a lone `(x)`,
    and what is called comes to stand on one line with its bracket where it can.
    """
    if isinstance(function, Call):
        lone = len(arguments) == 1 and isinstance(arguments[0], Atom)
        if lone or not _fits(before, function, "("):
            kept = _fits(before, function, "(")  # then only a last comma keeps the break
            yield from _broken_constructor(function, arguments, indent, before, after, kept)
            return
    yield f"{before}{flat(function)}("
    yield from _body(arguments, indent + STEP)
    yield f"{' ' * indent}){after}"


def _broken_constructor(
    function: Call,
    arguments: tuple[Expression, ...],
    indent: int,
    before: str,
    after: str,
    exploded: bool,
) -> Iterator[str]:
    yield f"{before}{flat(function.function)}("
    if exploded:
        yield from _one_a_line(function.arguments, indent + STEP)
    else:
        yield from _body(function.arguments, indent + STEP)
    closing = f"{' ' * indent})"
    if _fits(closing, Display("()", arguments), after) or not arguments:
        yield f"{closing}({_joined(arguments)}){after}"
        return
    yield f"{closing}("
    yield from _body(arguments, indent + STEP)
    yield f"{closing}{after}"


def _exploded(value: Call, indent: int, before: str, after: str) -> Iterator[str]:
    """Yield a call with one argument a line, so that the index behind it is never broken."""
    if isinstance(value.function, Call):
        yield from _broken_constructor(value.function, value.arguments, indent, before, after, True)
        return
    yield f"{before}{flat(value.function)}("
    yield from _one_a_line(value.arguments, indent + STEP)
    yield f"{' ' * indent}){after}"


def _body(arguments: tuple[Expression, ...], indent: int) -> Iterator[str]:
    """Yield arguments between brackets: in one line where they fit, else one a line."""
    line = " " * indent + _joined(arguments)
    if len(line) <= WIDTH:
        yield line
    elif len(arguments) == 1:
        yield from wrapped(arguments[0], indent, " " * indent, "")
    else:
        yield from _one_a_line(arguments, indent)


def _one_a_line(items: tuple[Expression, ...], indent: int) -> Iterator[str]:
    for item in items:
        yield from wrapped(item, indent, " " * indent, ",")


def _fits(before: str, expression: Expression, after: str) -> bool:
    return len(before) + len(flat(expression)) + len(after) <= WIDTH
