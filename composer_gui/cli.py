"""The command line: check, fix, export, import, example, on the window's session and engine."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEventLoop

from composer_gui import cli_cost, cli_fix, cli_problems
from composer_gui.cli_engine import (
    FINE,
    WRONG,
    Engine,
    Progress,
    add_code,
    complain,
    opened,
    refuse_existing,
    wait,
)
from composer_gui.core.codegen.keras_script import SAVED, SCRATCH
from composer_gui.core.errors import ComposerError
from composer_gui.core.problems import Problem, errors
from composer_gui.engine.client import EngineClient
from composer_gui.session import conversion, gallery, importing
from composer_gui.session.conversion import Conversion
from composer_gui.session.exports import Export, Report
from composer_gui.session.session import Session
from composer_gui.storage import resources


def main(argv: list[str]) -> int:
    """Run one command and return its exit code: 0 fine, 1 something is wrong, 2 unreadable."""
    arguments = _parser().parse_args(argv)
    application = QCoreApplication.instance() or QCoreApplication(["composer-gui"])
    application.setApplicationName("composer-gui")
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Who reads, such as `head`, has seen enough. What is still to be written goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except ComposerError as error:
        return complain(error)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="composer-gui",
        description="Compose Keras models out of saved ones. Without a command, opens the window.",
        epilog="composer-gui [FILE ...] opens designs (.composer) and saved models (.keras).",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="say what is wrong in a design, and its shapes")
    check.add_argument("design", type=Path, help="a .composer file")
    check.add_argument("--json", action="store_true", help="print problems and specs as JSON")
    cli_cost.add_options(check)
    add_code(check)
    check.set_defaults(run=_check)
    add_code(cli_fix.add_to(commands))
    export = commands.add_parser("export", help="write a design as .keras and .py, with a proof")
    export.add_argument("design", type=Path, help="a .composer file")
    export.add_argument(
        "out",
        type=Path,
        nargs="+",
        help="files to write: .keras, .py, or pictures: .svg, .png, .pdf",
    )
    export.add_argument("--no-proof", action="store_true", help="do not reload and compare")
    export.add_argument("--force", action="store_true", help="overwrite files that exist")
    export.add_argument("--json", action="store_true", help="print the report as JSON")
    export.add_argument(
        "--style",
        choices=(SAVED, SCRATCH),
        default=SAVED,
        help="build from the saved models, or from scratch: layers alone",
    )
    export.add_argument(
        "--weights", action="store_true", help="from scratch: a file of weights beside the source"
    )
    add_code(export)
    export.set_defaults(run=_export)
    bring = commands.add_parser("import", help="lay a saved model out as a design of its layers")
    bring.add_argument("model", type=Path, help="a .keras file, or a .h5 file to be converted")
    bring.add_argument("design", type=Path, help="the .composer file to write")
    bring.add_argument(
        "--depth",
        type=_depth,
        default=1,
        metavar="N",
        help="levels of models within models to lay out, or all of them: all (default: 1)",
    )
    bring.add_argument("--force", action="store_true", help="overwrite a design that exists")
    bring.set_defaults(run=_import)
    example = commands.add_parser("example", help="list the gallery, or write one of its designs")
    example.add_argument("name", nargs="?", help="the name of an example")
    example.add_argument("design", nargs="?", type=Path, help="where to write it")
    example.set_defaults(run=_example)
    return parser


def _depth(text: str) -> int:
    if text == "all":
        return importing.ALL
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is neither a number of levels nor all")
    return int(text)


# check --------------------------------------------------------------------------------------------


def _check(arguments: argparse.Namespace) -> int:
    with Engine() as engine:
        session = opened(engine, arguments.design, arguments.code)
        problems = session.problems()
        if arguments.json:
            found = _findings(session, problems)
            if arguments.cost:
                found["cost"] = cli_cost.plain(session, arguments.batch)
            print(json.dumps(found, indent=2, ensure_ascii=False))
        else:
            print(*cli_problems.lines(session, {problem: {} for problem in problems}), sep="\n")
            if arguments.cost:
                print(*cli_cost.lines(session, arguments.batch), sep="\n")
    return WRONG if errors(problems) else FINE


def _findings(session: Session, problems: list[Problem]) -> dict[str, Any]:
    specs = {
        node_id: {
            port: {"shape": None if spec.shape is None else list(spec.shape), "dtype": spec.dtype}
            for port, spec in verdict.outputs
        }
        for node_id, verdict in sorted(session.verdicts.items())
        if verdict.outputs
    }
    labels = {node_id: session.document.label(node_id) for node_id in sorted(session.verdicts)}
    named = cli_problems.repairs(session, problems)
    return {
        "problems": [cli_problems.plain(session, *item) for item in named.items()],
        "specs": specs,
        "labels": labels,
        "silenced": cli_problems.silenced(session.document),
    }


# export -------------------------------------------------------------------------------------------


def _export(arguments: argparse.Namespace) -> int:
    with Engine() as engine:
        session = opened(engine, arguments.design, arguments.code)
        export = Export(
            session,
            [path.absolute() for path in arguments.out],
            prove=not arguments.no_proof,
            force=arguments.force,
            style=arguments.style,
            weights=arguments.weights,
        )
        report = _finish(export)
    if arguments.json:
        print(json.dumps(report.to_plain(), indent=2, ensure_ascii=False))
    else:
        _print_report(report)
    return FINE if report.ok else WRONG


def _finish(export: Export) -> Report:
    """Run an export to its end and return its report; raises ExportFailed."""
    ended: list[Report | ComposerError] = []
    export.finished.connect(ended.append)
    export.failed.connect(ended.append)
    progress = Progress()
    export.progressed.connect(progress.show)
    loop = QEventLoop()
    export.finished.connect(loop.quit)
    export.failed.connect(loop.quit)
    export.start()
    if not ended:
        loop.exec()
    progress.end()
    if isinstance(ended[0], ComposerError):
        raise ended[0]
    return ended[0]


def _print_report(report: Report) -> None:
    for path in report.files:
        print(path)
    for check in report.checks:
        print(f"{'ok' if check.ok else 'NOT OK':6} {check.name}: {check.detail}")
    for warning in report.warnings:
        print(f"note   {warning}")
    print(report.sentence)


# import -------------------------------------------------------------------------------------------


def _import(arguments: argparse.Namespace) -> int:
    design = arguments.design.absolute()
    refuse_existing(design, force=arguments.force)
    client = EngineClient()
    try:
        model = _converted(arguments.model, client)
        session = Session(client, resources.catalog())
        session.replace(importing.imported(model, session.catalog, arguments.depth), None)
        session.save(design)
    finally:
        client.stop()
    print(arguments.design)
    return FINE


def _converted(path: Path, engine: EngineClient) -> Path:
    """Return a file as it is, or what an older one was converted to; raises ComposerError."""
    if not conversion.is_older(path):
        return path
    found: list[Path | ComposerError] = []
    converting = Conversion(engine, [path], (), engine)
    converting.ended.connect(found.extend)
    loop = QEventLoop()
    converting.ended.connect(loop.quit)
    converting.start()
    loop.exec()
    if isinstance(found[0], ComposerError):
        raise found[0]
    print(f"{path} was converted to {found[0]}.")
    return found[0]


# example ------------------------------------------------------------------------------------------


def _example(arguments: argparse.Namespace) -> int:
    if arguments.name is None:
        width = max(len(example.name) for example in gallery.examples())
        for example in gallery.examples():
            print(f"{example.name:{width}}  {example.title}")
        return FINE
    design = arguments.design or Path(f"{arguments.name}.composer")
    with Engine() as engine:
        ended: list[Path | ComposerError] = []
        writing = gallery.write(arguments.name, design.absolute(), engine)
        writing.done.connect(ended.append)
        writing.failed.connect(ended.append)
        progress = Progress()
        writing.progressed.connect(progress.show)
        wait(writing.done, lambda: bool(ended), engine, also=writing.failed)
        progress.end()
    if isinstance(ended[0], ComposerError):
        raise ended[0]
    print(design)
    return FINE
