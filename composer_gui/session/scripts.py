"""The source of what is shown, made again only when something that it is made of is another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from composer_gui.core.document import Call, Document
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.saved_files import SavedFile, saved_files
from composer_gui.core.verdicts import Verdict
from composer_gui.session import later
from composer_gui.session.insides import Insides
from composer_gui.storage import document_file

if TYPE_CHECKING:
    from composer_gui.core.codegen.keras_script import Script


class Scripts:
    """Remembers the last source."""

    def __init__(self, catalog: Catalog, insides: Insides) -> None:
        self._catalog = catalog
        self._insides = insides
        self._document: Document | None = None
        self._made_of: tuple = ()
        self._last: Script | None = None

    def of(
        self, document: Document, root: Document, path: Path | None, anew: frozenset[str]
    ) -> Script:
        """Return the source of a level of `root`, without the parts that are not ready.

        `path` is where the design is saved and `anew` are the layers whose weights do not fit.
        """
        self._insides.known(saved_files(document))
        made_of = (root.code, path, self._insides.number, anew)
        if self._last is None or made_of != self._made_of or self._document is not document:
            self._last = self.work(document, root, path, anew)()
            self._made_of, self._document = made_of, document
        return self._last

    def work(
        self, document: Document, root: Document, path: Path | None, anew: frozenset[str]
    ) -> Callable[[], Script]:
        """Return what makes the source that `of` returns; it may be called in any thread."""
        files = saved_files(document)
        whole = document if document.code == root.code else replace(document, code=root.code)
        return partial(
            later.keras_script().generate,
            whole,
            self._catalog,
            model_paths(files, path.parent if path else None),
            partial=True,
            insides=self._insides.known(files),
            anew=anew,
        )


def model_paths(files: Iterable[SavedFile], folder: Path | None) -> dict[str, str]:
    """Return where each saved model's file is, seen from `folder` or in one of their own."""
    paths = [path for path, _ in files]
    if folder is None:
        return {path: f"models/{Path(path).name}" for path in paths}
    return {path: document_file.relative_path(path, folder) for path in paths}


def anew(document: Document, verdicts: Mapping[str, Verdict]) -> frozenset[str]:
    """Return the layers whose saved weights do not fit, as the verdicts tell.

    Those inside submodels go by the ids on the way to them, joined by "/".
    """
    found = set()
    for node_id, verdict in verdicts.items():
        if not (verdict.anew or verdict.anew_inside):
            continue
        node = document.nodes.get(node_id)
        if isinstance(node, Call):
            found.update(f"{node.layer}/{key}" for key, _ in verdict.anew_inside)
            if verdict.anew:
                found.add(node.layer)
    return frozenset(found)
