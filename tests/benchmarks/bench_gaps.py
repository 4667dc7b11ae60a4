"""The longest time that the window is away from the user, for each thing one does with a design.

Run: python tests/benchmarks/bench_gaps.py. A frame is 16.7 ms; at 1,000 nodes nothing should take
longer, at 5,000 nothing longer than three. The first number is by the clock, so that a busy machine
tells in it; the second is what the processor worked for the window's thread meanwhile.
"""

import json
from pathlib import Path

from measure import process_output, report

SIZES = (1000, 5000)
HERE = Path(__file__).resolve().parent
CODE = "import runpy, sys; sys.path.insert(0, {folder!r}); sys.argv[0] = {path!r}; "
RUN = "runpy.run_path({path!r}, run_name='__main__')"


def main() -> None:
    """Print a line for each size."""
    names = {"folder": str(HERE), "path": str(HERE / "gaps_composer.py")}
    for size in SIZES:
        found = json.loads(process_output((CODE + RUN).format(**names), str(size)))
        report("gaps", nodes=size, gaps_ms=found)


if __name__ == "__main__":
    main()
