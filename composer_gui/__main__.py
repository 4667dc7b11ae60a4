"""The program's entry: the window and the command line, or the engine's own process."""

from __future__ import annotations

import sys
from multiprocessing import freeze_support


def main(argv: list[str] | None = None) -> int:
    """Run Composer with these arguments; return the exit code."""
    freeze_support()
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["--engine"]:
        # Before anything of Qt is imported: the two must not share a process
        from composer_gui.engine import worker

        worker.main(arguments[1:])
    from composer_gui import cli

    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
