"""Random composites: each built from its source, saved, and reloaded in a fresh process.

The composites are those of `tests/composites.py`, with fixed seeds: nesting, sharing, taps, cuts,
copies, freezing. One process builds and saves them all, another reloads them and compares outputs
bit for bit.
Run: python tests/benchmarks/bench_composites.py [COUNT [FIRST_SEED]]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from measure import QUIET, ROOT, report

os.environ.update(QUIET)
sys.path.insert(0, str(ROOT))

COUNT = 500


def main(arguments: list[str]) -> int:
    """Build, reload and compare; return how many failed."""
    count, first = (*map(int, arguments), *(COUNT, 0)[len(arguments) :])
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        for step in ("build", "reload"):
            words = [sys.executable, __file__, step, name, str(count), str(first)]
            subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
        built = json.loads((Path(name) / "built.json").read_text())
        reloaded = json.loads((Path(name) / "reloaded.json").read_text())
    identical = sum(result == "" for result in reloaded.values())
    failures = {seed: text for seed, text in (built["failed"] | reloaded).items() if text}
    report(
        "composites",
        composites=count,
        reload_bit_identical=identical,
        failed=failures,
        steps=built["steps"],
        seconds=round(time.monotonic() - start),
    )
    return count - identical


def build(folder: Path, count: int, first: int) -> None:
    """Play, generate, build and save; write down inputs and outputs."""
    import keras

    from composer_gui.engine import keras_facts
    from composer_gui.engine.keras_models import KerasModels
    from composer_gui.engine.keras_shapes import KerasShapes
    from composer_gui.storage import resources
    from tests import composites

    catalog = resources.catalog()
    infer = KerasShapes(catalog, KerasModels()).infer
    files = composites.make_models(folder)
    failed, steps = {}, Counter()
    for seed in range(first, first + count):
        try:
            made = composites.composite(seed, files, catalog, infer)
            steps.update(step.split()[0] for step in made.steps)
            model = keras_facts.built(made.script.text, str(folder / f"{seed}.py"))
            inputs, outputs = keras_facts.try_out(model)
            model.save(folder / f"composite{seed}.keras")
            keras_facts.write_arrays(str(folder / f"in{seed}.npz"), inputs)
            keras_facts.write_arrays(str(folder / f"out{seed}.npz"), outputs)
        except Exception as error:
            failed[str(seed)] = f"{type(error).__name__}: {error}"[:300]
        keras.backend.clear_session()
    (folder / "built.json").write_text(json.dumps({"failed": failed, "steps": steps}))


def reload(folder: Path, count: int, first: int) -> None:
    """Load each file as anybody would and compare its outputs."""
    import keras

    from composer_gui.engine import keras_facts

    found = {}
    for seed in range(first, first + count):
        path = folder / f"composite{seed}.keras"
        if not path.exists():
            continue
        try:
            model = keras.models.load_model(path, compile=False)
            given = keras_facts.read_arrays(str(folder / f"in{seed}.npz"))
            expected = keras_facts.read_arrays(str(folder / f"out{seed}.npz"))
            results = keras_facts.outputs_of(model, given)
            found[str(seed)] = keras_facts.output_difference(results, expected)
        except Exception as error:
            found[str(seed)] = f"{type(error).__name__}: {error}"[:300]
        keras.backend.clear_session()
    (folder / "reloaded.json").write_text(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1:2] in (["build"], ["reload"]):
        step = {"build": build, "reload": reload}[sys.argv[1]]
        step(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main(sys.argv[1:]))
