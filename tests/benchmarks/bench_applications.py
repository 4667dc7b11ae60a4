"""Every model of keras.applications: imported with its weights, exported, and written from scratch.

Each is saved with weights that no initializer gives, laid out as a design, and becomes two sources.
The one out of the saved model is run, saved, and loaded in a fresh process: it has to give the same
bits. The one from layers alone has to build the same configuration, but for the names of
operations, and to give the same bits with the same weights. One model at a time, each step in a
process of its own.
Run: python tests/benchmarks/bench_applications.py [NAME ...]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import QUIET, ROOT, report

STEPS = Path(__file__).with_name("application_steps.py")


class StepFailed(Exception):
    """A step that did not come to its end; the text says which, and how."""


def run_step(step: str, *arguments: str) -> dict:
    """Return what a step found out in a process of its own; raises StepFailed."""
    ran = subprocess.run(
        [sys.executable, STEPS, step, *arguments],
        env=os.environ | QUIET | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        last = ran.stderr.strip().splitlines()[-1:] or ["it was killed"]
        raise StepFailed(f"{step}: {last[0][:300]}")
    return json.loads(ran.stdout.splitlines()[-1])


def rebuilt(name: str, folder: Path, options: str = "{}") -> dict:
    """Return what became of one application; "error" says at which step it ended, and how."""
    found: dict = {"name": name}
    start = time.perf_counter()
    for step in ("make", "write", "build", "reload"):
        more = [name, str(folder), options] if step == "make" else [str(folder)]
        try:
            found |= run_step(step, *more)
        except StepFailed as failure:
            return found | {"error": str(failure)}
    return found | {"seconds": round(time.perf_counter() - start, 1)}


def is_good(found: dict) -> bool:
    """Return whether everything came out as it was."""
    same = found.get("built_equal") and found.get("reloaded_equal") and found.get("scratch_equal")
    return bool(same) and found["scratch_config"] == ""


def main(names: list[str]) -> int:
    """Rebuild the applications named, or all; return how many did not come out as they were."""
    results = []
    for name in names or run_step("names")["names"]:
        with tempfile.TemporaryDirectory() as folder:
            results.append(rebuilt(name, Path(folder)))
        print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    reloaded = [r["name"] for r in results if r.get("reloaded_equal") and r.get("built_equal")]
    scratch = [r for r in results if r.get("scratch_equal") and r.get("scratch_config") == ""]
    report(
        "applications",
        models=len(results),
        reloaded_equal=len(reloaded),
        scratch_equal=len(scratch),
        failed=[r for r in results if not is_good(r)],
        scratch_lines={r["name"]: r["scratch_lines"] for r in results if "scratch_lines" in r},
        layers={r["name"]: r["layers"] for r in results if "layers" in r},
    )
    return sum(not is_good(result) for result in results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
