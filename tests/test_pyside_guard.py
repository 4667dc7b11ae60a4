"""The installed PySide6 must not lose references of None: PySide6 6.12.0 on Python 3.11 did."""

import subprocess
import sys

CALLS = 20_000

# In a process of its own: where references are lost, the interpreter aborts after some 5,600 calls.
SCRIPT = f"""
import sys
from PySide6.QtCore import QObject

thing = QObject()
before = sys.getrefcount(None)
for _ in range({CALLS}):
    thing.setObjectName("x")
print(sys.getrefcount(None) - before)
"""


def test_void_calls_do_not_lose_references_of_none():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > -CALLS // 100, "every call that returns None loses a reference"
