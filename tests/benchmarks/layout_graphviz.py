"""Arranges a graph with Graphviz dot; run by bench_layout.py in an environment that it made.

Reads one line of JSON, {"sizes": [[width, height], …], "wires": [[from, to], …]} in pixels; prints
one, {"seconds": …, "centres": [[x, y], …]}.
"""

import json
import sys
import time

import pygraphviz

PIXELS = 72
"""To the inch: dot wants sizes in inches and tells places in points."""
BETWEEN_ROWS, BETWEEN_COLUMNS = 36, 96


def main() -> None:
    """Arrange what comes in, from left to right, with the gaps that Composer leaves."""
    plan = json.loads(sys.stdin.readline())
    graph = pygraphviz.AGraph(
        directed=True,
        strict=False,
        rankdir="LR",
        nodesep=BETWEEN_ROWS / PIXELS,
        ranksep=BETWEEN_COLUMNS / PIXELS,
    )
    for number, (width, height) in enumerate(plan["sizes"]):
        size = {"width": width / PIXELS, "height": height / PIXELS}
        graph.add_node(number, shape="box", fixedsize="true", label="", **size)
    for start, end in plan["wires"]:
        graph.add_edge(start, end)
    begun = time.process_time()
    graph.layout(prog="dot")
    seconds = time.process_time() - begun
    places = [graph.get_node(number).attr["pos"] for number in range(len(plan["sizes"]))]
    centres = [[float(value) for value in place.split(",")] for place in places]
    print(json.dumps({"seconds": seconds, "centres": centres}))


if __name__ == "__main__":
    main()
