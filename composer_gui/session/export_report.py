"""What an export came to: the files written, what was compared, and what there is to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from composer_gui.core.codegen import reading
from composer_gui.core.document import Call, Document, in_order
from composer_gui.core.layers.catalog import Catalog

SHOWN_FACTS = ("name", "layers", "inputs", "outputs", "total", "trainable")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared, and the sentence that says what came of it."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Report:
    """What an export wrote and what was proved of it.

    `files` are the targets, then what was written for them besides: saved models and Python files
    that were copied, texts and weights that the source reads. `facts` are those of the model: name,
    inputs and outputs with their shapes, total and trainable parameters; empty where nothing was
    built. `seconds` is how long it took.
    """

    files: tuple[Path, ...]
    checks: tuple[Check, ...]
    sentence: str
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything that was compared is the same."""
        return all(check.ok for check in self.checks)

    @property
    def is_proved(self) -> bool:
        """Whether anything was compared at all."""
        return bool(self.checks)

    def to_plain(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        written = [
            {"path": str(path), "bytes": path.stat().st_size, "sha256": self.digests[str(path)]}
            for path in self.files
        ]
        checks = [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in self.checks]
        return {
            "ok": self.ok,
            "proved": self.is_proved,
            "sentence": self.sentence,
            "files": written,
            "checks": checks,
            "warnings": list(self.warnings),
            "model": self.facts,
            "seconds": round(self.seconds, 3),
        }


def sentence(targets: Sequence[Path], checks: Sequence[Check]) -> str:
    """Return in one sentence what was written, and whether it was proved."""
    names = " and ".join(target.name for target in targets)
    verb = "is" if len(targets) == 1 else "are"
    if not checks:
        return f"{names} {verb} written, without a proof."
    return f"{names} {verb} written and proved: {len(checks)} checks, all fine."


def left_out(document: Document, catalog: Catalog) -> list[str]:
    """Say which nodes lead to no Output, and which are bypassed."""
    idle = [n.id for n in in_order(document.nodes) if isinstance(n, Call) and n.bypassed]
    said = (
        _said(document, reading.dead_ends(document, catalog), "leads", "lead", " to no Output"),
        _said(document, idle, "is", "are", " bypassed"),
    )
    return [sentence for sentence in said if sentence]


def _said(document: Document, nodes: Sequence[str], one: str, several: str, what: str) -> str:
    """Return the sentence that names the first of these nodes, empty for none."""
    if not nodes:
        return ""
    labels = [document.label(node_id) for node_id in nodes[:3]]
    more = f" and {len(nodes) - 3} more" if len(nodes) > 3 else ""
    verb, be = (one, "is") if len(nodes) == 1 else (several, "are")
    return f"{', '.join(labels)}{more} {verb}{what} and so {be} not in the model."


def deep(recursion: int) -> list[str]:
    """Say what loading the file may need, which the source does by itself."""
    if not recursion:
        return []
    return [
        "The model is many layers deep. Where loading it ends in a RecursionError, call "
        f"sys.setrecursionlimit({recursion}) before load_model."
    ]
