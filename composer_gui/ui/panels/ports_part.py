"""The ports of a node with what flows through them, and the order of wires where it matters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Node, Source, wires_into
from composer_gui.core.layer_kinds import SavedModel, Submodel
from composer_gui.core.layers.layer_spec import InputPort
from composer_gui.core.ports import input_ports, model_ports, output_ports
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.session.session import Session
from composer_gui.ui.controls import SignButton
from composer_gui.ui.panels.node_view import Rows, figure
from composer_gui.ui.reasons import END, allow
from composer_gui.ui.severity import is_wrong
from composer_gui.ui.words import Head, Line


@dataclass(frozen=True, slots=True)
class PortRow:
    """One line: where (`in`, `out`), which port, what flows; `place` and `count` of its wires."""

    side: str
    name: str
    spec: str
    tone: str = "secondary"
    port: str = ""
    place: int = 0
    count: int = 1
    tip: str = ""


class PortsPart(QWidget):
    """Shows the ports of one node; wires of a port that takes many can be put in order."""

    node_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._node_id = ""
        self._shown: list[PortRow] = []
        self._specs: list[Line] = []
        self.rows = Rows()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addWidget(Head("Ports"))
        column.addWidget(self.rows)

    def show_node(self, node_id: str) -> None:
        """Show the ports of a node as they are now."""
        self._node_id = node_id
        found = port_rows(self._session, node_id)
        self.setVisible(bool(found))
        if found == self._shown:
            return
        if list(map(_but_spec, found)) == list(map(_but_spec, self._shown)):
            for line, row in zip(self._specs, found, strict=True):
                _show_spec(line, row)
        else:
            self._specs = []
            self.rows.show_rows([self._widgets(row) for row in found], [(row,) for row in found])
        self._shown = found

    def _widgets(self, row: PortRow) -> tuple[QWidget, ...]:
        side = Line(row.side, px=12, mono=True, tone="tertiary")
        name = Line(row.name, px=12, mono=True)
        name.set_tip(row.tip)
        spec = figure("")
        _show_spec(spec, row)
        self._specs.append(spec)
        return side, name, self._with_order(row, spec) if row.count > 1 else spec

    def _with_order(self, row: PortRow, spec: Line) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(spec, 1)
        for sign, step in (("up", -1), ("down", 1)):
            button = SignButton(sign, f"Move {row.name} {sign}")
            button.setFixedSize(20, 20)
            button.setProperty("move", (row.port, row.place, row.place + step))
            is_end = not 0 <= row.place + step < row.count
            allow(button, f"It is the {END[step]} already." if is_end else "")
            button.clicked.connect(self._move)
            line.addWidget(button)
        return holder

    def _move(self) -> None:
        port, place, target = self.sender().property("move")
        node = self._session.document.nodes[self._node_id]
        order = list(range(len(node.inputs[port])))
        order[place], order[target] = order[target], order[place]
        args = (self._node_id, port, tuple(order))
        self._session.try_apply("Change order of wires", edits.reorder, *args)


def _but_spec(row: PortRow) -> PortRow:
    return replace(row, spec="", tone="")


def _show_spec(line: Line, row: PortRow) -> None:
    line.setText(row.spec)
    line.set_tone(row.tone)
    line.setAccessibleName(f"{row.side} {row.name}: {row.spec}")


def port_rows(session: Session, node_id: str) -> list[PortRow]:
    """Return the lines for a node's ports, inputs first."""
    document, catalog = session.document, session.catalog
    node = document.nodes[node_id]
    found: list[PortRow] = []
    for port in input_ports(document, catalog, node):
        found.extend(_input_rows(session, node, port))
    verdict = session.verdict(node_id)
    for name in output_ports(document, catalog, node):
        spec = verdict.spec(name)
        found.append(PortRow("out", name, spec.show(dtype=True) if spec else "not known yet"))
    return found


def _input_rows(session: Session, node: Node, port: InputPort) -> list[PortRow]:
    sources = node.inputs.get(port.name, ())
    told = [p for p in session.verdict(node.id).problems if p.port == port.name]
    wrong = any(map(is_wrong, told))
    wanted = _expected(session, node, port.name)
    if not sources:
        words = wanted or ("no wire" if port.required else "optional")
        tone = "warning" if told else "tertiary"
        return [PortRow("in", port.name, words, tone, tip=port.help)]
    rows = []
    labels = _labels(session.document, sources)
    for place, (source, label) in enumerate(zip(sources, labels, strict=True)):
        several = len(sources) > 1
        rows.append(
            PortRow(
                "in",
                label if several else port.name,
                wanted if wrong and wanted else _flowing(session, source),
                "wrong" if wrong else "secondary",
                port.name,
                place,
                len(sources),
                f"{port.name}, from {label}" if not port.help else f"From {label}. {port.help}",
            )
        )
    return rows


def _labels(document: Document, sources: tuple[Source, ...]) -> list[str]:
    """Return what the sources are called; those of one name also say what they are called on."""
    labels = [document.label(source.node) for source in sources]
    found = []
    for source, label in zip(sources, labels, strict=True):
        before = next(wires_into(document.nodes[source.node]), None)
        if labels.count(label) > 1 and before is not None:
            label = f"{label} of {document.label(before.source.node)}"
        found.append(label)
    return found


def _flowing(session: Session, source: Source) -> str:
    spec = session.verdict(source.node).spec(source.port)
    return spec.show(dtype=True) if spec else "not known yet"


def _expected(session: Session, node: Node, port: str) -> str:
    """Return what the port of a saved model or submodel asks for; empty for other layers."""
    layer = session.document.layers.get(node.layer) if isinstance(node, Call) else None
    if not isinstance(layer, SavedModel | Submodel):
        return ""
    for known in model_ports(layer):
        if known.name == port and known.shape is None:
            return f"any shape {known.dtype}"
        if known.name == port:
            return TensorSpec(known.shape, known.dtype).show(dtype=True)
    return ""
