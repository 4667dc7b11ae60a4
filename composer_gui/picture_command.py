"""The command line's pictures: `composer-gui export DESIGN OUT.svg`, drawn without a display."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from composer_gui.cli_engine import (
    FINE,
    Engine,
    Progress,
    add_code,
    complain,
    opened,
    refuse_existing,
)
from composer_gui.core.document import Note
from composer_gui.core.errors import ComposerError, FileProblem
from composer_gui.session import pictures
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.canvas.picture import PictureJob, Wish

COLOURS = ("light", "dark", "contrast-light", "contrast-dark")


def main(argv: list[str]) -> int:
    """Draw a design; return 0, or 1 where it could not be drawn and 2 where it is unreadable."""
    arguments = _parser().parse_args(argv[1:])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # nothing is shown, so no display is needed
    application = QApplication.instance() or QApplication(["composer-gui"])
    application.setApplicationName("composer-gui")
    try:
        _draw(arguments)
    except ComposerError as error:
        return complain(error)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="composer-gui export", description="Draw a design as it lies on the canvas."
    )
    parser.add_argument("design", type=Path, help="a .composer file")
    parser.add_argument("out", type=Path, nargs="+", help="pictures to write: .svg, .png, .pdf")
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    parser.add_argument("--theme", choices=COLOURS, default="light", help="the colours to use")
    parser.add_argument(
        "--node",
        action="append",
        default=[],
        metavar="LABEL",
        help="draw this node and the others named, and nothing else",
    )
    parser.add_argument(
        "--transparent", action="store_true", help="leave out the background (SVG, PNG)"
    )
    add_code(parser)
    return parser


def _draw(arguments: argparse.Namespace) -> None:
    paths = [path.absolute() for path in arguments.out]
    for path in paths:
        if path.suffix.lower() in (".keras", ".py"):
            raise FileProblem(
                "misnamed",
                "Pictures and models are written by separate commands.",
                f"Run composer-gui export again for {path.name}.",
            )
        pictures.kind_of(path)
        refuse_existing(path, force=arguments.force)
    look = theme.named(arguments.theme)
    with Engine() as engine:
        session = opened(engine, arguments.design, arguments.code)
        ids = _named(session, arguments.node) if arguments.node else None
        for path in paths:
            wish = Wish(path, look, ids, ground=not arguments.transparent)
            _finish(PictureJob(session, wish))
            print(path)


def _named(session: Session, labels: list[str]) -> frozenset[str]:
    """Return the ids of the nodes with these labels; raises ComposerError for one not there."""
    document = session.document
    found: set[str] = set()
    for label in labels:
        ids = {node_id for node_id in document.nodes if document.label(node_id) == label}
        if not ids:
            named = (i for i, node in document.nodes.items() if not isinstance(node, Note))
            known = ", ".join(sorted({document.label(i) for i in named})[:8])
            raise ComposerError(f"No node is called {label}.", f"There are: {known}.")
        found |= ids
    return frozenset(found)


def _finish(job: PictureJob) -> None:
    """Run a job to its end; raises what it failed of."""
    failures: list[ComposerError] = []
    progress, loop = Progress(), QEventLoop()
    job.progressed.connect(progress.show)
    job.failed.connect(failures.append)
    job.failed.connect(loop.quit)
    job.finished.connect(loop.quit)
    job.start()
    loop.exec()
    progress.end()
    if failures:
        raise failures[0]
