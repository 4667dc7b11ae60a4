"""Some of the random composites of the benchmark: each reloads to the bit in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("keras")

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "bench_composites.py"
COUNT = 12


def test_composites_reload_bit_identically():
    words = [sys.executable, str(BENCHMARK), str(COUNT)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.stdout, done.stderr
    figures = json.loads(done.stdout)
    assert figures["failed"] == {}
    assert figures["reload_bit_identical"] == COUNT
    hard = {"tap", "cut", "copy", "use_again", "freeze", "open_up", "group"}
    assert hard <= set(figures["steps"])
