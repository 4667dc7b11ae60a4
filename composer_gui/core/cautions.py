"""Warnings: what Keras takes without a word and the designer hardly meant."""

from __future__ import annotations

from collections.abc import Mapping

from composer_gui.core.document import Document
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import Verdict


class Cautions:
    """Finds the warnings of one design, again and again as it changes.

    What hangs on a node, its layer and the specs that come in alone is remembered.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def found(
        self, document: Document, verdicts: Mapping[str, Verdict]
    ) -> dict[str, tuple[Problem, ...]]:
        """Return the warnings by node, without those that the user silenced there."""
        return {}
