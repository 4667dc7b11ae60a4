"""The variables inside a function: what each of its steps is assigned to, and what stands by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from composer_gui.core.codegen.differences import OTHER, POOL
from composer_gui.core.codegen.stretches import Repeat

SKIP = "shortcut"
"""What is kept for later while a step that may be left out works on something else."""


@dataclass(slots=True)
class Stretch:
    """Steps behind one condition, or always there ("").

    `before` are pairs of variables: what the first is set to in case the steps are left out.
    """

    condition: str
    steps: list[int]
    before: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps of a function in stretches, and the variable of each step and outer tensor."""

    stretches: list[Stretch]
    variables: dict[int, str]


def flow(repeat: Repeat, claim: Callable[[int], str]) -> Flow:
    """Return which variables the steps of a repeat are assigned to.

    `claim` gives a further variable for a step where all running ones are in use.
    """
    return _Assignment(repeat, claim).made()


class _Assignment:
    """Gives variables to steps one after the other, each free again after its last use."""

    def __init__(self, repeat: Repeat, claim: Callable[[int], str]) -> None:
        self._repeat = repeat
        self._claim = claim
        self._stretches = list(_stretches(repeat))
        self._last = self._last_uses()
        outer = (POOL[0], OTHER)[: len(repeat.sources[0])]
        self._variables = {-1 - number: name for number, name in enumerate(outer)}

    def _last_uses(self) -> dict[int, int]:
        """Return for each step and outer tensor the last step that has use for it."""
        last: dict[int, int] = {}
        for step, takes in enumerate(self._repeat.takes):
            last |= dict.fromkeys(takes, step)
        for stretch in self._stretches:
            for step in stretch.steps:
                before = self._repeat.instead.get(step)
                if before is not None:
                    last[before] = max(last.get(before, -1), stretch.steps[0])
        last[self._repeat.end] = len(self._repeat.takes)
        return last

    def made(self) -> Flow:
        """Return all variables."""
        for stretch in self._stretches:
            if stretch.condition:
                self._optional(stretch)
            else:
                for step in stretch.steps:
                    self._variables[step] = self._free(step, at=step)
        return Flow(self._stretches, self._variables)

    def _free(self, step: int, *, at: int, apart: frozenset[str] = frozenset()) -> str:
        """Return a running variable that nothing needs behind step `at`, else a further one."""
        taken = [self._variables[target] for target in self._repeat.takes[step]]
        for name in (*(name for name in taken if name in POOL), *POOL):
            if name not in apart and self._is_free(name, at):
                return name
        return self._claim(step)

    def _is_free(self, name: str, at: int) -> bool:
        holders = (target for target, other in self._variables.items() if other == name)
        return all(self._last.get(target, -1) <= at for target in holders)

    def _optional(self, stretch: Stretch) -> None:
        first, last = stretch.steps[0], stretch.steps[-1]
        kept: dict[int, str] = {}
        for step in stretch.steps:
            before = self._repeat.instead.get(step)
            if before is None:
                continue
            name = self._variables[before]
            if self._last[before] > last or name not in POOL or name in kept.values():
                kept[step] = self._standing_by(step, first)
                stretch.before.append((kept[step], name))
                self._variables[step] = kept[step]
            else:
                kept[step] = name
        for step in stretch.steps:
            if step in kept:
                self._variables[step] = kept[step]
                continue
            own = (name for name in kept.values() if self._may_hold(name, step, last, stretch))
            apart = frozenset(kept.values())
            self._variables[step] = next(own, None) or self._free(step, at=step, apart=apart)

    def _standing_by(self, step: int, first: int) -> str:
        merged = any(len(takes) > 1 and step in takes for takes in self._repeat.takes)
        names = (SKIP, *POOL) if merged else POOL
        free = (name for name in names if self._is_free(name, first - 1))
        return next(free, None) or self._claim(step)

    def _may_hold(self, name: str, step: int, last: int, stretch: Stretch) -> bool:
        """Return whether nothing in the stretch wants what a variable held before, behind `step`.

        What it will hold at the end of the stretch is no matter yet.
        """
        later = range(step + 1, last + 1)
        wanted = {target for number in later for target in self._repeat.takes[number]}
        holders = {t for t, other in self._variables.items() if other == name} - set(stretch.steps)
        inner = {
            t for t in stretch.steps if t < step and self._variables.get(t) == name and t in wanted
        }
        return not (wanted & holders) and not inner


def _stretches(repeat: Repeat) -> Iterator[Stretch]:
    found: Stretch | None = None
    for step, condition in enumerate(repeat.conditions):
        if found is None or found.condition != condition:
            if found is not None:
                yield found
            found = Stretch(condition, [])
        found.steps.append(step)
    if found is not None:
        yield found
