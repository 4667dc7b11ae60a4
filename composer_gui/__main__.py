"""The program's entry: chooses the window, the command line or the engine's own process."""

from __future__ import annotations

import sys
from multiprocessing import freeze_support

PICTURES = (".svg", ".png", ".pdf")
"""Suffixes of files that only what draws can write."""


def main(argv: list[str] | None = None) -> int:
    """Run Composer with these arguments; return the exit code.

    Only what the chosen process needs is imported: the engine never sees Qt, the window comes up
    without the command line's parts.
    """
    freeze_support()
    arguments = sys.argv[1:] if argv is None else list(argv)
    first = arguments[0] if arguments else ""
    if first == "--engine":
        from composer_gui.engine import worker

        return worker.main(arguments[1:])
    if first == "export" and any(name.endswith(PICTURES) for name in map(str.lower, arguments)):
        from composer_gui import picture_command

        return picture_command.main(arguments)
    if first in ("check", "fix", "export", "import", "example") or first.startswith("-"):
        from composer_gui import cli

        return cli.main(arguments)
    from composer_gui import app

    return app.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
