"""Runs every benchmark, one after the other, each printing a line of JSON.

Run: python tests/benchmarks/run.py [NAME ...], for example `run.py start ports`.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; return how many failed."""
    chosen = names or sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    failures = 0
    for name in chosen:
        failures += subprocess.run([sys.executable, HERE / f"bench_{name}.py"]).returncode != 0
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
