"""A program that was read out to the last entry ends as it should, whatever is closed first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OFFSCREEN = "This plugin does not support"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "steps",
    [
        "",
        "quit",
        "window",
        "window collect",
        "node again tab tab tab again",
        "first again collect first window quit",
        "tab collect again tab tab window",
    ],
)
def test_a_program_that_was_heard_ends_in_peace(steps):
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.ui.heard_program", *steps.split()],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert [line for line in run.stderr.splitlines() if OFFSCREEN not in line] == []
    assert int(run.stdout) > 50
