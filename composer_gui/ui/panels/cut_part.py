"""Which stretch of a saved model is used: where it begins and ends, and the ports it has then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from composer_gui.core import cutting, edits
from composer_gui.core.document import Document
from composer_gui.core.errors import ComposerError
from composer_gui.core.inside import path_of
from composer_gui.core.layer_kinds import Cut, SavedModel, SavedPort
from composer_gui.core.wording import listed
from composer_gui.ui.controls import push_button
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.panels.inside_rows import InsideRow, is_within
from composer_gui.ui.words import Paragraph

if TYPE_CHECKING:
    from composer_gui.ui.panels.inside_part import InsidePart


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What is known of a cut: where it begins, and the paths of what is in it."""

    cut: Cut
    begins: tuple[str, ...]
    within: frozenset[str] | None


class CutPart(Column):
    """Says which stretch is used; not there while the whole model is."""

    def __init__(self, part: InsidePart) -> None:
        super().__init__(spacing=4)
        self._part = part
        self._known: _Stretch | None = None
        self.words = Paragraph(px=12, tone="secondary")
        self.clear = push_button("Use the whole model", role="quiet")
        self.clear.clicked.connect(self._clear)
        self.add(self.words, self.row(self.clear, stretched=False))

    @property
    def layer(self) -> SavedModel:
        """The saved model that is shown."""
        return self._part.layer

    def follow(self) -> None:
        """Show the stretch that is used now."""
        cut = self.layer.cut
        self.setVisible(cut is not None)
        if cut is None or self._part.inside is None:
            return
        self.words.setText(self._said())

    def _said(self) -> str:
        begins, ends = self.begins(), self.ends()
        if not begins:
            return f"Used up to {listed(ends)}."
        if not ends:
            return f"Used from {listed(begins)} on."
        return f"Used from {listed(begins)} to {listed(ends)}."

    def begins(self) -> tuple[str, ...]:
        """Return the addresses of the layers where the stretch begins; none for the inputs."""
        own = {tensor.address for tensor in self._part.inside.inputs}
        cut = self.layer.cut
        if cut is None or all(port.address in own for port in cut.inputs):
            return ()
        return self._stretch().begins

    def within(self) -> frozenset[str] | None:
        """Return the paths of what is used, None while all of the model is."""
        return self._stretch().within if self.layer.cut is not None else None

    def _stretch(self) -> _Stretch:
        cut = self.layer.cut
        if self._known is None or self._known.cut is not cut:
            inside = self._part.inside
            own = {tensor.address for tensor in inside.inputs}
            given = {path_of(p.address) for p in cut.inputs if p.address in own}
            try:
                begins = cutting.beginning(inside, cut)
                within = cutting.paths_within(inside, cut) | given
            except ComposerError:  # the file holds something else by now; the node says so
                begins, within = (), None
            self._known = _Stretch(cut, begins, within)
        return self._known

    def ends(self) -> tuple[str, ...]:
        """Return the addresses of the layers where the stretch ends; none for the outputs."""
        cut, inside = self.layer.cut, self._part.inside
        own = {tensor.address for tensor in inside.outputs}
        if cut is None or {port.address for port in cut.outputs} == own:
            return ()
        return tuple(port.address for port in cut.outputs)

    def begin_at(self, row: InsideRow | None) -> None:
        """Use the model from a row on."""
        if row is not None:
            self._set([row.address], list(self.ends()))

    def end_at(self, row: InsideRow | None, *, also: bool = False) -> None:
        """Use the model up to a row; `also` besides where it ends already."""
        if row is not None:
            self._set(list(self.begins()), [*(self.ends() if also else ()), row.address])

    def _set(self, begins: list[str], ends: list[str]) -> None:
        try:
            cut = cutting.cut(self._part.inside, begins, ends)
            within = cutting.paths_within(self._part.inside, cut)
        except ComposerError as refusal:
            self._part.tell(refusal.whole)
            return
        taps = tuple(tap for tap in self.layer.taps if is_within(path_of(tap.address), within))
        self._part.change("Use a stretch of the model", use_stretch, cut, taps)

    def _clear(self) -> None:
        self._part.change("Use the whole model", edits.set_cut, None)


def use_stretch(
    document: Document, layer_id: str, cut: Cut, taps: tuple[SavedPort, ...]
) -> Document:
    """Use a stretch of a saved model, with those of its taps that are in it."""
    return edits.set_cut(edits.set_taps(document, layer_id, taps), layer_id, cut)
