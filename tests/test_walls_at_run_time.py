"""The walls where they matter: processes in which what must not be imported cannot be."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

BARRED = """
import sys

class Barred:
    \"\"\"Refuses the modules named, as if they were not installed.\"\"\"

    def __init__(self, *names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}: it is barred", name=name)

def bar(*names):
    sys.meta_path.insert(0, Barred(*names))
"""

WALK = """
import importlib, pkgutil
import composer_gui

def modules(*rooms):
    \"\"\"Import every module of these rooms and return how many there are.\"\"\"
    found = [m.name for m in pkgutil.walk_packages(composer_gui.__path__, "composer_gui.")]
    chosen = [n for n in found if any(f"{n}.".startswith(f"composer_gui.{r}.") for r in rooms)]
    for name in chosen:
        if name not in without:
            importlib.import_module(name)
    return len(chosen)
"""


def run(script, tmp_path):
    """Run a script in a process of its own and return the JSON value that it prints last."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", BARRED + script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_bar_is_a_bar(tmp_path):
    """Else the other tests would prove nothing."""
    script = """
import json
bar("PySide6")
try:
    import PySide6.QtCore
except ModuleNotFoundError as error:
    print(json.dumps(str(error)))
"""
    assert run(script, tmp_path) == "No module named 'PySide6': it is barred"


WITHOUT_QT = """
import json
from pathlib import Path

bar("PySide6", "shiboken6", "pytestqt")
clients = ("client", "client_jobs", "client_process")
without = tuple(f"composer_gui.engine.{name}" for name in clients)
WALK
count = modules("core", "storage", "engine")

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import Document, Source, Wire
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import document_file, resources
from immutables import Map

catalog = resources.catalog()
design = edits.add_input(Document(), 0, 0, label="numbers", shape=(8,))
design = edits.add_keras_layer(design, "Dense", 0, 0, parameters=Map(units=3))
design = edits.add_output(design, 0, 0, label="score")
design = edits.connect(design, catalog, Wire(Source("n1"), "n3", "inputs"))
before = design.settled()
document_file.write("design.composer", before)
before = document_file.read("design.composer")
design = edits.connect(before, catalog, Wire(Source("n3"), "n4", "input"))

flow = ShapeFlow(catalog, KerasShapes(catalog).infer)
flow.update(before)
verdicts = flow.update(design, between(before, design))
text = keras_script.generate(design, catalog, {}).text
qt = sorted(name for name in sys.modules if name.startswith(("PySide6", "shiboken6")))
shape = verdicts["n4"].outputs[0][1].shape
print(json.dumps({"count": count, "qt": qt, "shape": shape, "dense": "Dense(3" in text}))
""".replace("WALK", WALK)


def test_core_storage_and_the_workers_side_live_without_qt(tmp_path):
    """They are imported to the last module, and a design is made, saved, judged and written."""
    found = run(WITHOUT_QT, tmp_path)
    assert found.pop("count") > 30
    assert found == {"qt": [], "shape": [None, 3], "dense": True}


WITHOUT_KERAS = """
import json

bar("keras", "tensorflow", "tf_keras", "jax", "torch")
without = ()
WALK
count = modules("core", "storage", "session", "ui", "app", "cli", "engine.client", "__main__")
heavy = sorted({"keras", "tensorflow"} & set(sys.modules))
print(json.dumps({"count": count, "heavy": heavy}))
""".replace("WALK", WALK)


def test_the_windows_process_lives_without_keras(tmp_path):
    """Every module that it is made of is imported."""
    found = run(WITHOUT_KERAS, tmp_path)
    assert found["count"] > 60
    assert found["heavy"] == []


FIRST_PAINT = """
import json

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from composer_gui.app import Composer
from composer_gui.session.settings import Settings

HEAVY = {"keras", "tensorflow", "networkx", "numpy", "h5py"}

class Painter(QObject):
    \"\"\"Notes, when the window is painted for the first time, which heavy modules are there.\"\"\"

    found = None

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and self.found is None:
            self.found = sorted(HEAVY & set(sys.modules))
        return False

application = QApplication([])
composer = Composer(application, Settings())
window = composer.open_window()
painter = Painter()
window.installEventFilter(painter)
while painter.found is None:
    application.processEvents()
print(json.dumps(painter.found))
sys.stdout.flush()
import os
os._exit(0)
"""


def test_nothing_heavy_is_imported_before_the_window_is_painted(tmp_path):
    assert run(FIRST_PAINT, tmp_path) == []


def test_the_window_starts_without_what_looks_for_repairs(tmp_path):
    script = """
import json
import composer_gui.app
late = ("core.codegen", "core.fixes", "core.opening", "core.origins", "session.repairs",
        "session.fitting")
print(json.dumps([name for name in late if f"composer_gui.{name}" in sys.modules]))
"""
    assert run(script, tmp_path) == []
