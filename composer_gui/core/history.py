"""Undo as a list of documents: no inverse operations, nothing that can go out of step.

The grouping rules: an edit with the merge key of the step before it joins that step, unless the
step was saved, or the user has undone or redone since. A new edit forgets what was undone. Saving
marks the place in the list, so undoing back to it makes the design clean again.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from composer_gui.core.change import Change
from composer_gui.core.document import Document


@dataclass(frozen=True, slots=True)
class Step:
    """A document, what made it from the one before, and what undo calls that.

    `place` tells where in the document it was made, for whoever shows one place at a time.
    """

    label: str
    document: Document
    change: Change
    merge: object = None
    place: Hashable = ()


class History:
    """The documents that led to the present one, and those that were undone."""

    def __init__(self, document: Document) -> None:
        self._steps = [Step("", document.settled(), Change())]
        self._present = 0
        self._clean: int | None = 0
        self._may_merge = False

    @property
    def document(self) -> Document:
        """The present document."""
        return self._steps[self._present].document

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        return self._steps[self._present].label if self._present else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, or None."""
        following = self._present + 1
        return self._steps[following].label if following < len(self._steps) else None

    def __len__(self) -> int:
        """How many documents there are, the one at the beginning included."""
        return len(self._steps)

    @property
    def present(self) -> int:
        """The number of the step whose document is the present one; 0 is the beginning."""
        return self._present

    @property
    def clean(self) -> int | None:
        """The number of the step that was saved last, None where it is in the list no more."""
        return self._clean

    def step(self, number: int) -> Step:
        """Return a step, those that were undone included; raises IndexError."""
        if not 0 <= number < len(self._steps):
            raise IndexError(f"there is no step {number} in a history of {len(self._steps)}")
        return self._steps[number]

    @property
    def undo_place(self) -> Hashable:
        """Where that was made which undo would take back; meaningless at the beginning."""
        return self._steps[self._present].place

    @property
    def redo_place(self) -> Hashable:
        """Where that was made which redo would do again; meaningless at the end."""
        return self._steps[min(self._present + 1, len(self._steps) - 1)].place

    @property
    def is_clean(self) -> bool:
        """Whether the present document is the one that was last marked clean."""
        return self._present == self._clean

    def mark_clean(self) -> None:
        """Remember the present document as the saved one."""
        self._clean = self._present

    def push(
        self,
        label: str,
        document: Document,
        change: Change,
        *,
        merge: object = None,
        place: Hashable = (),
    ) -> None:
        """Add the document that `change` led to; it is the present one then."""
        step = Step(label, document.settled(), change, merge, place)
        if self._joins(merge) and place == self.undo_place:
            step = replace(step, change=self._steps.pop().change.then(change))
            self._present -= 1
        del self._steps[self._present + 1 :]
        if self._clean is not None and self._clean > self._present:
            self._clean = None
        self._steps.append(step)
        self._present += 1
        self._may_merge = True

    def _joins(self, merge: object) -> bool:
        same = merge is not None and merge == self._steps[self._present].merge
        return same and self._may_merge and not self.is_clean

    def undo(self) -> tuple[Document, Change] | None:
        """Go one document back; return it and what differs, or None at the beginning."""
        if not self._present:
            return None
        change = self._steps[self._present].change.inverted()
        self._present -= 1
        self._may_merge = False
        return self.document, change

    def redo(self) -> tuple[Document, Change] | None:
        """Go one document forward; return it and what differs, or None at the end."""
        if self.redo_label is None:
            return None
        self._present += 1
        self._may_merge = False
        return self.document, self._steps[self._present].change

    def go_to(self, number: int) -> tuple[Document, Change] | None:
        """Go to the document of a step; return it and what differs, or None where one is there.

        It costs what the steps between changed. Raises IndexError for a step that is not there.
        """
        self.step(number)
        if number == self._present:
            return None
        change = Change()
        while self._present != number:
            _, moved = self.undo() if number < self._present else self.redo()
            change = change.then(moved)
        return self.document, change

    def place_towards(self, number: int) -> Hashable:
        """Return where that was made which going to a step does or takes back last.

        Meaningless for the present step. Raises IndexError for a step that is not there.
        """
        return self.step(number + 1 if number < self._present else number).place
