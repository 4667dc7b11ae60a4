"""Expressions come out as `ruff format` leaves them, whatever their length."""

import random
import subprocess
import sys

from composer_gui.core.codegen.expressions import (
    Atom,
    Binary,
    Call,
    Display,
    Labelled,
    assignment,
    call,
    flat,
    keyword,
    wrapped,
)

RUFF = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100", "--diff", "-"]


def test_a_short_assignment_is_one_line():
    value = Call(call("layers.Dense", Atom("64"), keyword("name", Atom('"a"'))), (Atom("x"),))
    assert assignment("y", value, 4) == ['    y = layers.Dense(64, name="a")(x)']


def test_a_long_constructor_is_broken_and_not_its_lone_argument():
    name = keyword("name", Atom(f'"{"n" * 60}"'))
    value = Call(call("layers.Dense", Atom("64"), keyword("units", Atom("10")), name), (Atom("x"),))
    assert assignment("result", value, 4)[-1] == "    )(x)"


def test_a_tuple_of_one_keeps_its_comma():
    assert flat(Display("()", (Atom("3"),))) == "(3,)"


def test_a_suffix_stands_behind_the_call():
    assert assignment("a", call("encoder", Atom("x")), 0, "[1]") == ["a = encoder(x)[1]"]


def test_ruff_has_nothing_to_change_in_a_thousand_random_statements():
    lines = ["def f():"]
    dice = Dice(random.Random(11))
    for _ in range(1000):
        lines += dice.statement()
    text = "\n".join(lines) + "\n"
    done = subprocess.run(RUFF, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:3000] + done.stderr


class Dice:
    """Random expressions of the kinds that scripts are made of."""

    def __init__(self, chance):
        self.chance = chance

    def name(self, longest):
        """Return an identifier."""
        letters = (self.chance.choice("aeghbcoh") for _ in range(self.chance.randint(0, longest)))
        return "q" + "".join(letters)

    def atom(self):
        """Return a name, a string or a number."""
        texts = [self.name(24), f'"{self.name(60)}"', "64", "0.5", "1 / 255", "None"]
        return Atom(self.chance.choice(texts))

    def value(self, depth):
        """Return an argument."""
        kind = self.chance.random() if depth else 0
        if kind < 0.55:
            return self.atom()
        some = range(self.chance.randint(0, 8))
        if kind < 0.7:
            return Display("()", tuple(Atom(str(n)) for n in range(self.chance.choice([1, 2, 40]))))
        if kind < 0.8:
            return Display("[]", tuple(self.value(depth - 1) for _ in some))
        return call(f"keras.initializers.{self.name(20)}", *self.arguments(depth - 1))

    def arguments(self, depth):
        """Return some arguments by position, some by keyword."""
        first = [self.value(depth) for _ in range(self.chance.randint(0, 2))]
        named = range(self.chance.randint(0, 4))
        return (*first, *(keyword(self.name(20), self.value(depth)) for _ in named))

    def tensors(self):
        """Return what a layer is called on."""
        items = tuple(
            self.chance.choice([Atom(self.name(20)), call(self.name(14), Atom(self.name(9)))])
            for _ in range(self.chance.randint(1, 7))
        )
        labelled = tuple(Labelled(f'"{self.name(12)}": ', item) for item in items)
        choices = [
            (Atom(self.name(12)),),
            (Display("[]", items),),
            (Display("{}", labelled),),
            items[:3],
            (Atom(self.name(9)), keyword("initial_state", Display("[]", items))),
        ]
        return self.chance.choice(choices)

    def statement(self):
        """Return the lines of a statement in a function."""
        target, text = self.name(39), Atom(f'"{self.name(90)}"')
        constructor = call(f"layers.{self.name(20)}", *self.arguments(2))
        kinds = [
            lambda: assignment(target, Call(constructor, self.tensors()), 4),
            lambda: assignment(target, call(self.name(20), *self.tensors()), 4, "[2]"),
            lambda: assignment(f"{target}.name", text, 4),
            lambda: assignment(target, Binary(Atom("Path(__file__).parent"), "/", text), 4),
            lambda: assignment(target, call("load", Binary(Atom("MODELS"), "/", text)), 4),
            lambda: list(wrapped(call("keras.Model", *self.arguments(2)), 4, "    return ", "")),
        ]
        return self.chance.choice(kinds)()
