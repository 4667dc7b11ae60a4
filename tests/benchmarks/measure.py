"""What the benchmarks share: timing whole processes, medians, and one JSON object on one line."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "QT_QPA_PLATFORM": "offscreen", "KERAS_BACKEND": "tensorflow"}


def process_seconds(code: str, *arguments: str) -> float:
    """Return the wall time in seconds of a fresh Python process that runs `code`."""
    environment = os.environ | QUIET | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: modules are compiled once
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def process_output(code: str, *arguments: str) -> str:
    """Return the last line that a fresh Python process prints which runs `code`."""
    environment = os.environ | QUIET | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout.splitlines()[-1]


def seconds(function: Callable[[], object]) -> float:
    """Return the wall time in seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def median(values: list[float]) -> float:
    """Return the median, rounded to what the clock is good for."""
    return round(statistics.median(values), 6)


def ratio(part: float, whole: float) -> float:
    """Return part / whole with four significant digits."""
    return float(f"{part / whole:.4g}")


def report(name: str, **figures: object) -> None:
    """Print one benchmark's figures as a line of JSON."""
    print(json.dumps({"benchmark": name} | figures), flush=True)
