"""Arranging against Graphviz dot: the processor's seconds, crossings, overlaps; and leading wires.

The random layered graphs of bench_canvas.py with nodes of several sizes, and the nets ResNet50 and
ResNet152. Crossings are those of straight lines between the middles of nodes, counted in the same
way for both; in the nets, which Composer breaks into bands, they say nothing and are not told. Dot
comes inside the wheel of pygraphviz, which is installed into an environment of its own that is kept
for the next time.
Run: python tests/benchmarks/bench_layout.py [COUNT ...]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from layout_plans import (
    crossings,
    design,
    ends_of,
    overlapping,
    random_layers,
    residual_net,
    sizes_of,
    under_nodes,
)
from measure import QUIET, median, ratio, report

from composer_gui.core.document import Document
from composer_gui.core.layout import arrange
from composer_gui.core.routing import Routes

HERE = Path(__file__).parent
NEEDS = "pygraphviz==2.0.4"
ENVIRONMENT = Path(tempfile.gettempdir()) / "composer-pygraphviz-2.0.4"
COUNTS = (1000, 5000)
NETS = ("ResNet50", "ResNet152")
RUNS = 3
MOVES = 100

os.environ.update(QUIET)


def main(counts: tuple[int, ...]) -> None:
    """Arrange every graph with both."""
    python = _their_python()
    plans = {f"layered_{count}": random_layers(count) for count in counts}
    plans |= {name: residual_net(name) for name in NETS}
    for name, wires in plans.items():
        document = design(wires)
        sizes = sizes_of(document)
        times, places = [], {}
        for _ in range(RUNS):
            begun = time.process_time()
            places = arrange(document, sizes)
            times.append(time.process_time() - begun)
        rects = {
            key: (x, y, x + sizes[key][0], y + sizes[key][1]) for key, (x, y) in places.items()
        }
        dot = _dot(python, [sizes[f"n{number}"] for number in range(len(sizes))], wires)
        crossed = {} if name in NETS else _crossings(rects, dot["centres"], wires)
        report(
            "layout",
            graph=name,
            nodes=len(sizes),
            wires=len(wires),
            layout_cpu_s=median(times),
            dot_cpu_s=round(dot["seconds"], 3),
            time_to_dot=ratio(median(times), dot["seconds"]),
            **crossed,
            nodes_overlapping=overlapping(rects),
            **_wires(document, rects),
        )


def _crossings(rects, their_centres, wires) -> dict[str, float]:
    centres = {key: ((r[0] + r[2]) / 2, (r[1] + r[3]) / 2) for key, r in rects.items()}
    ours = crossings([(centres[f"n{a}"], centres[f"n{b}"]) for a, b in wires])
    places = [tuple(place) for place in their_centres]
    theirs = crossings([(places[a], places[b]) for a, b in wires])
    return {"crossings": ours, "dot_crossings": theirs, "crossings_to_dot": ratio(ours, theirs)}


def _wires(document: Document, rects) -> dict[str, float]:
    """Return how long it takes to lead all wires and those at a node that moves; what is hidden."""
    ends = ends_of(document, rects)
    routes = Routes()
    begun = time.process_time()
    routes.update(rects, ends)
    seconds = time.process_time() - begun
    found = {
        "routing_cpu_s": round(seconds, 4),
        "wires_routed": sum(bool(routes.of(wire)) for wire in ends),
        "under_nodes_plain": under_nodes(rects, ends, None),
        "under_nodes_routed": under_nodes(rects, ends, routes),
    }
    times = []
    for key in list(rects)[:: max(1, len(rects) // MOVES)]:
        left, top, right, bottom = rects[key]
        there = {key: (left + 30, top + 50, right + 30, bottom + 50)}
        moved = {w: line for w, line in ends_of(document, rects | there).items() if line != ends[w]}
        for rect, wires in ((there, moved), ({key: rects[key]}, {w: ends[w] for w in moved})):
            begun = time.perf_counter()
            routes.update(rect, wires)
            times.append(time.perf_counter() - begun)
    return found | {"one_node_moved_s": median(times)}


def _dot(python: Path, sizes, wires) -> dict:
    plan = json.dumps({"sizes": sizes, "wires": wires}) + "\n"
    command = [str(python), HERE / "layout_graphviz.py"]
    done = subprocess.run(command, input=plan, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _their_python() -> Path:
    """Return the Python of an environment with Graphviz in it, made where there is none."""
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = ENVIRONMENT / "done"
    if not done.exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", NEEDS]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return python


if __name__ == "__main__":
    main(tuple(int(count) for count in sys.argv[1:]) or COUNTS)
