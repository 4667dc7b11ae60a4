"""The canvas against NodeGraphQt 0.6.44: building, frames of every kind, memory, wiring, edits.

The same graphs of 100, 1,000 and 5,000 nodes with 1.3 wires a node on both, 1600x1000, offscreen,
real mouse events, medians in milliseconds; `_cpu` is what the processor worked, which other
programs disturb less. NodeGraphQt is installed, with the PySide6 that is in use here, into an
environment of its own, which is kept for the next time.
Run: python tests/benchmarks/bench_canvas.py [COUNT ...]
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import version
from pathlib import Path

from canvas_frames import ZOOMS
from measure import QUIET, ROOT, median, ratio, report

HERE = Path(__file__).parent
ENVIRONMENT = Path(tempfile.gettempdir()) / f"composer-nodegraphqt-{version('PySide6-Essentials')}"
NEEDS = ("NodeGraphQt==0.6.44", "Qt.py", "setuptools<81")
COUNTS = (100, 1000, 5000)
BUILDS = 3
BLOCKS, THEIR_BLOCKS = 50, 16
"""Residual blocks in the chain of which a wire is asked for; theirs would never answer for 50."""
SHARP = {"QT_SCALE_FACTOR": "2"}
STEPS = ("repaint", "pan", "zoom", "drag", "drag_1000")


def main(counts: tuple[int, ...]) -> None:
    """Measure both canvases in turn, size by size."""
    python = _their_python()
    for count in counts:
        ours = _run(sys.executable, "canvas_composer.py", str(count))
        theirs = _run(str(python), "canvas_nodegraphqt.py", str(count))
        report(
            "canvas",
            nodes=count,
            ours=ours,
            nodegraphqt=theirs,
            times_faster=_times_faster(ours, theirs),
            memory_share=ratio(ours["memory_mib"], theirs["memory_mib"]),
        )
    builds = {count: _build_seconds(count) for count in (1000, 4000)}
    report("canvas_build", build_s=builds, build_4000_to_1000=ratio(builds[4000], builds[1000]))
    their_wiring = _run(str(python), "canvas_nodegraphqt.py", "wiring", str(THEIR_BLOCKS))
    report(
        "canvas_wiring",
        blocks=BLOCKS,
        **_run(sys.executable, "canvas_composer.py", "wiring", str(BLOCKS)),
        nodegraphqt_blocks=THEIR_BLOCKS,
        nodegraphqt_wiring_s=their_wiring["wiring_s"],
    )
    edits = {n: _run(sys.executable, "canvas_composer.py", "edit", str(n)) for n in (500, 5000)}
    report(
        "canvas_edit",
        edits=edits,
        edit_5000_to_500=ratio(edits[5000]["edit_s"], edits[500]["edit_s"]),
    )
    for count in (1000, 5000):
        found = _run(sys.executable, "canvas_composer.py", "sharp", str(count), **SHARP)
        report("canvas_sharp", nodes=count, pixel_ratio=2, **found)


def _times_faster(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    """Return how often ours does in the time in which theirs does once."""
    names = [f"{step}_{zoom}" for zoom in ZOOMS for step in STEPS]
    found = {name: ratio(theirs[f"{name}_cpu"], ours[f"{name}_cpu"]) for name in names}
    return {"build": ratio(theirs["build_cpu_s"], ours["build_cpu_s"])} | found


def _build_seconds(count: int) -> float:
    runs = [_run(sys.executable, "canvas_composer.py", "build", str(count)) for _ in range(BUILDS)]
    return median([run["build_s"] for run in runs])


def _their_python() -> Path:
    """Return the Python of an environment with NodeGraphQt in it, made where there is none."""
    folder = "Scripts" if os.name == "nt" else "bin"
    python = ENVIRONMENT / folder / "python"
    done = ENVIRONMENT / "done"
    if not done.exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        qt = f"PySide6-Essentials=={version('PySide6-Essentials')}"
        install = [python, "-m", "pip", "install", "--quiet", *NEEDS, qt]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return python


def _run(python: str, script: str, *arguments: str, **environment: str) -> dict[str, float]:
    """Return what a script prints that runs in a process of its own."""
    result = subprocess.run(
        [python, HERE / script, *arguments],
        env=os.environ | QUIET | {"PYTHONPATH": str(ROOT)} | environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


if __name__ == "__main__":
    main(tuple(int(count) for count in sys.argv[1:]) or COUNTS)
