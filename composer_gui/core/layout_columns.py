"""Which column each node stands in, with waypoints for the wires that pass others."""

from __future__ import annotations

from dataclasses import dataclass

MOST_WAYPOINTS = 6
"""Waypoints for each node at most, so that very many long wires do not take very long."""


@dataclass(slots=True)
class Piece:
    """Nodes, and waypoints of the wires that pass columns, in columns from the top down.

    Vertices are numbered: first the nodes, then the waypoints. `before` and `after` hold the
    neighbours in the column to the left and to the right; `heights` those of the nodes in pixels.
    """

    columns: list[list[int]]
    before: list[list[int]]
    after: list[list[int]]
    heights: list[float]

    def is_waypoint(self, vertex: int) -> bool:
        """Return whether a wire merely passes here."""
        return vertex >= len(self.heights)


def without_cycles(sources: list[list[int]]) -> list[list[int]]:
    """Return the sources without the wires that close a circle, as boxes around nodes may have.

    Where everything that is left waits for something, the first one is taken as if it did not.
    """
    targets = _targets(sources)
    missing = [len(starts) for starts in sources]
    rank: dict[int, int] = {}
    ready = [node for node, count in enumerate(missing) if not count]
    first = 0
    while len(rank) < len(sources):
        for node in ready:
            rank[node] = len(rank)
            for target in targets[node]:
                missing[target] -= 1
                if not missing[target] and target not in rank:
                    ready.append(target)
        while first in rank:
            first += 1
        ready = [first]
    return [
        [start for start in starts if rank[start] < rank[node]]
        for node, starts in enumerate(sources)
    ]


def column_of_each(sources: list[list[int]]) -> list[int]:
    """Return each node's column: behind all its sources, and close to what it feeds."""
    targets = _targets(sources)
    column = [0] * len(sources)
    missing = [len(starts) for starts in sources]
    order = [node for node, count in enumerate(missing) if not count]
    for node in order:
        for target in targets[node]:
            column[target] = max(column[target], column[node] + 1)
            missing[target] -= 1
            if not missing[target]:
                order.append(target)
    # Moving to the right shortens the wires of a node that feeds more than it takes.
    for node in reversed(order):
        if len(sources[node]) < len(targets[node]):
            column[node] = max(column[node], min(column[target] for target in targets[node]) - 1)
    first = min(column)
    return [place - first for place in column]


def _targets(sources: list[list[int]]) -> list[list[int]]:
    targets: list[list[int]] = [[] for _ in sources]
    for node, starts in enumerate(sources):
        for start in starts:
            targets[start].append(node)
    return targets


def in_columns(sources: list[list[int]], column: list[int], heights: list[float]) -> Piece:
    """Return the nodes in their columns, with waypoints, in a first order.

    Every wire that passes columns gets a waypoint in each; the wires of one start share them.
    """
    count = len(sources)
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    columns: list[list[int]] = [[] for _ in range(max(column) + 1)]
    trail: dict[int, list[int]] = {}
    most = MOST_WAYPOINTS * count + 1000
    for node in _depth_first(sources, column):
        columns[column[node]].append(node)
        for start in sources[node]:
            steps = trail.setdefault(start, [start])
            needed = column[node] - column[start]
            if needed > len(steps) and len(before) + needed - len(steps) > most:
                continue  # this wire is drawn without regard to what it passes
            while len(steps) < needed:
                columns[column[start] + len(steps)].append(len(before))
                before.append([steps[-1]])
                after.append([])
                after[steps[-1]].append(len(before) - 1)
                steps.append(len(before) - 1)
            before[node].append(steps[needed - 1])
            after[steps[needed - 1]].append(node)
    return Piece(columns, before, after, heights)


def _depth_first(sources: list[list[int]], column: list[int]) -> list[int]:
    """Return the nodes so that what hangs together stands together, sources before their targets.

    The first guess for the order in the columns: each end is followed upstream, upper wires first.
    """
    targets = _targets(sources)
    done = [False] * len(sources)
    order: list[int] = []
    for end in (node for node in range(len(sources)) if not targets[node]):
        stack = [end]
        while stack:
            node = stack[-1]
            open_starts = [start for start in sources[node] if not done[start]]
            if done[node] or not open_starts:
                stack.pop()
                if not done[node]:
                    done[node] = True
                    order.append(node)
            else:
                stack.append(open_starts[0])
    return order
