"""Where a script loads its saved models, and to which functions it hands them.

A file is loaded once for all designs that take other parts out of it, as far as their layers may
come out of one load. It is loaded in the innermost function that all of these lie in, and handed
on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from composer_gui.core.codegen.chapters import Chapter
from composer_gui.core.codegen.loads import Load, Parts, loads_of, part_of
from composer_gui.core.layer_kinds import SavedModel


@dataclass(eq=False)
class Supply:
    """One load of a file: `taken` is what comes out of it, design by design, in reading order."""

    path: str
    taken: dict[Chapter, Load] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    renamed: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)

    @property
    def whole(self) -> SavedModel | None:
        """The layer that is the whole of the saved model, None where only parts are used."""
        return next(iter(self.taken.values())).whole

    def may_give(self, load: Load, chapter: Chapter) -> bool:
        """Return whether layers of one more design may come out of this load.

        No layer is called in two designs, and none has another one's name when that is looked for.
        """
        return (
            self.parts.are_free(load.parts)
            and self.steps.isdisjoint(new_names(load, chapter))
            and self.renamed.isdisjoint(_steps(load))
        )

    def give(self, load: Load, chapter: Chapter) -> None:
        """Let layers of one more design come out of this load."""
        self.taken[chapter] = load
        self.parts.take_all(load.parts)
        self.renamed |= new_names(load, chapter)
        self.steps |= _steps(load)


class Supplies:
    """The loads of one script, and the functions that they go through."""

    def __init__(self, whole: Chapter) -> None:
        self._ways: dict[Chapter, tuple[Chapter, ...]] = {}
        self._homes: dict[Supply, Chapter] = {}
        self._of: dict[Chapter, list[Supply]] = {}
        by_file: dict[tuple[str, str], list[Supply]] = {}
        for chapter, load in self._loads(whole, ()):
            known = by_file.setdefault((load.path, load.sha256), [])
            supply = next((one for one in known if one.may_give(load, chapter)), None)
            if supply is None:
                supply = Supply(load.path)
                known.append(supply)
                self._homes[supply] = chapter
            supply.give(load, chapter)
        for supply in self._homes:
            self._find_home(supply)

    def of(self, chapter: Chapter) -> list[Supply]:
        """Return the loads that the function of a design makes, is handed, or both hands on."""
        return self._of.get(chapter, [])

    def handed_to(self, chapter: Chapter) -> list[Supply]:
        """Return the loads that the function of a design is handed, in order."""
        return [supply for supply in self.of(chapter) if self._homes[supply] is not chapter]

    def is_home(self, chapter: Chapter, supply: Supply) -> bool:
        """Return whether a file is loaded in the function of this design."""
        return self._homes[supply] is chapter

    def _loads(
        self, chapter: Chapter, around: tuple[Chapter, ...]
    ) -> Iterator[tuple[Chapter, Load]]:
        """Yield what each design takes out of each file, in reading order."""
        self._ways[chapter] = way = (*around, chapter)
        kept = [layer for layer in chapter.layers if chapter.read.takes_weights(layer)]
        first = {load.layers[0].id: load for load in loads_of(kept)}
        for layer in chapter.layers:
            if layer.id in first:
                yield chapter, first[layer.id]
            elif layer.id in chapter.parts:
                yield from self._loads(chapter.parts[layer.id], way)

    def _find_home(self, supply: Supply) -> None:
        """Note where a file is loaded, and all functions from there to those that take of it."""
        ways = [self._ways[chapter] for chapter in supply.taken]
        shared = 0
        for step in zip(*ways, strict=False):
            if any(chapter is not step[0] for chapter in step):
                break
            shared += 1
        self._homes[supply] = ways[0][shared - 1]
        passed = dict.fromkeys(chapter for way in ways for chapter in way[shared - 1 :])
        for chapter in passed:
            self._of.setdefault(chapter, []).append(supply)


def new_names(load: Load, chapter: Chapter) -> set[str]:
    """Return the names that layers out of a load get in place of those they were saved with."""
    return {chapter.names[layer.id] for layer in load.layers if chapter.is_renamed(layer)}


def _steps(load: Load) -> set[str]:
    """Return the names by which layers are looked for in a load."""
    return {name for layer in load.layers for name in part_of(layer).split("/")}
