"""What the palette lists: rows made from the catalog and the models at hand, and their drag."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, Qt, QUrl

from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.ui.panels.model_browser import ModelEntry
from composer_gui.ui.words import plain_tip

MIME = "application/vnd.composer.palette"

HEAD, LAYER, NODE, MODEL, HINT = "head", "layer", "node", "model", "hint"

SAVED_MODELS, ENDS = "Saved models", "Input and output"
FOLDER_HINT, CHOOSE = "choose_folder", "Choose a folder of models…"

_NODES = (
    ("input", "Input", "What the whole model takes."),
    ("output", "Output", "What the whole model puts out."),
    ("frame", "Frame", "A titled rectangle around nodes; it has no effect on the model."),
    ("note", "Note", "Free text on the canvas; it has no effect on the model."),
)

_FIRST = ("merge", "core")
"""Categories that stand above the others: joining models is what Composer is for."""

ROW_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `key` is a class name, a kind of node, a path, or the head's group.

    `detail` stands at the right, in the monospaced face. A head may be `folded`.
    """

    kind: str
    text: str
    key: str = ""
    category: str = ""
    detail: str = ""
    tip: str = ""
    folded: bool = False
    dimmed: bool = False


def rows(
    catalog: Catalog,
    models: Iterable[ModelEntry],
    text: str,
    folded: frozenset[str],
    *,
    has_folder: bool,
) -> list[Row]:
    """Return the palette's rows: by groups, or what `text` finds, the likeliest first."""
    models = list(models)
    if text.strip():
        return _found(catalog, models, text)
    shown: list[Row] = []
    for group, members in _groups(catalog, models, has_folder=has_folder):
        is_folded = group in folded
        shown.append(Row(HEAD, group, group, folded=is_folded))
        if not is_folded:
            shown.extend(members)
    return shown


def _groups(catalog: Catalog, models: list[ModelEntry], *, has_folder: bool):
    saved = [_model_row(entry) for entry in models]
    if not saved or not has_folder:
        hint = "No models here: choose another folder…" if has_folder else CHOOSE
        saved.append(Row(HINT, hint, FOLDER_HINT))
    yield SAVED_MODELS, saved
    yield ENDS, [_node_row(*node) for node in _NODES]
    categories = catalog.categories()
    for name in (*_FIRST, *(name for name in categories if name not in _FIRST)):
        if name in categories:
            yield name.capitalize(), [_layer_row(spec) for spec in categories[name]]


def _found(catalog: Catalog, models: list[ModelEntry], text: str) -> list[Row]:
    wanted = "".join(text.lower().split())
    own = [_model_row(entry) for entry in models if wanted in entry.name.lower()]
    own += [_node_row(*node) for node in _NODES if wanted in node[0]]
    layers = [replace(_layer_row(spec), detail=spec.category) for spec in catalog.search(text)]
    return [*own, *layers] or [Row(HINT, "Nothing is called that.")]


def _model_row(entry: ModelEntry) -> Row:
    return Row(
        MODEL,
        entry.name,
        str(entry.path),
        "saved model",
        entry.shapes,
        entry.tip,
        dimmed=not entry.is_readable,
    )


def _node_row(kind: str, text: str, tip: str) -> Row:
    return Row(NODE, text, kind, kind, tip=tip)


def _layer_row(spec: LayerSpec) -> Row:
    return Row(LAYER, spec.class_name, spec.class_name, spec.category, tip=spec.description)


class PaletteModel(QAbstractListModel):
    """The rows as a list for a view. What can be placed can be dragged."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show(self, shown: list[Row]) -> None:
        """List these rows."""
        if shown != self.rows:
            self.beginResetModel()
            self.rows = shown
            self.endResetModel()

    def rowCount(self, parent=QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(row.tip)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text} {row.detail}".strip()
        return row.tip if role == Qt.ItemDataRole.AccessibleDescriptionRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self.rows[index.row()]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if row.kind != HINT or row.key:
            flags |= Qt.ItemFlag.ItemIsSelectable
        if row.kind in (LAYER, NODE) or (row.kind == MODEL and not row.dimmed):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return [MIME, "text/uri-list"]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        data = QMimeData()
        chosen = [self.rows[index.row()] for index in indexes]
        models = [QUrl.fromLocalFile(row.key) for row in chosen if row.kind == MODEL]
        if models:
            data.setUrls(models)
            return data
        row = chosen[0]
        what = {"what": "layer", "class_name": row.key} if row.kind == LAYER else {"what": row.key}
        data.setData(MIME, json.dumps(what).encode())
        return data
