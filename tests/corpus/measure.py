"""Writes down what Keras does with the designs of the corpus: `python -m tests.corpus.measure`."""

import json
import tempfile
from pathlib import Path

from composer_gui.storage import resources
from tests.corpus import cases, eager, files, written


def measured(models):
    """Return, by name, what Keras does with each design and what it says."""
    catalog = resources.catalog()
    found = {}
    for name, text in cases.ALL.items():
        if name in cases.TOO_LARGE:
            found[name] = ["too large", ""]
        else:
            found[name] = list(eager.behaviour(written.design(text, models), catalog))
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = measured(files.make_models(Path(folder)))
    lines = (f"  {json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))
    cases.MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
