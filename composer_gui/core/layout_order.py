"""In which order nodes and waypoints stand in their columns, so that few wires cross.

Two first guesses are bettered, and the one with fewer crossings is kept: the order in which the
piece was written down, which is right for most models, and the distances from two far ends of a
column, which see the shape of a large net as a whole.
"""

from __future__ import annotations

from bisect import bisect_right, insort

from composer_gui.core.layout_columns import Piece

SWEEPS = 10
PATIENCE = 3
"""How many sweeps in a row may bring nothing before the ordering is taken as good."""

ROUNDS = 6
"""How often the columns are ordered by both sides before neighbours are exchanged."""

EXCHANGES = 12
"""How often neighbours are exchanged, down all the columns."""

HOPELESS = 3
"""With so many times more crossings an order is given up: exchanges will not make it the better."""

ASKED = (4, 1, 2, 3, 5, 6, 7)
"""In which eighths of the columns far ends are looked for; the first says which way is up."""

Columns = list[list[int]]


def put_in_order(piece: Piece) -> None:
    """Order the columns of a piece so that few wires cross."""
    order = Order(piece)
    fewest, columns = order.by_sides()
    if fewest:
        found = [order.by_distances()]
        if fewest <= HOPELESS * found[0][0]:
            found.append(order.exchanged(columns))
        # Of two that are as good, the one that is nearer to what was written down
        fewest, columns = min([(fewest, columns), *reversed(found)], key=lambda one: one[0])
    piece.columns = columns


class Order:
    """The columns of a piece while their order is sought, and the place of every vertex in its."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.near = [b + a for b, a in zip(piece.before, piece.after, strict=True)]
        self.shares = _shares(piece)
        self.place = [0] * len(piece.before)
        self._take(piece.columns)

    def _take(self, columns: Columns) -> None:
        self.piece.columns = [list(column) for column in columns]
        for column in self.piece.columns:
            self._number(column)

    def _number(self, column: list[int]) -> None:
        for index, vertex in enumerate(column):
            self.place[vertex] = index

    def _found(self) -> tuple[int, Columns]:
        return crossings(self.piece), [list(column) for column in self.piece.columns]

    # By one side after the other ------------------------------------------------------------------

    def by_sides(self) -> tuple[int, Columns]:
        """Order the columns by turns after their left and their right neighbours; keep the best."""
        best = self._found()
        idle = 0
        for sweep in range(SWEEPS):
            if not best[0] or idle == PATIENCE:
                break
            self._sweep(to_the_right=sweep % 2 == 0)
            idle += 1
            if crossings(self.piece) < best[0]:
                best, idle = self._found(), 0
        return best

    def _sweep(self, *, to_the_right: bool) -> None:
        place, shares = self.place, None if to_the_right else self.shares
        near = self.piece.before if to_the_right else self.piece.after
        columns = self.piece.columns[1:] if to_the_right else self.piece.columns[-2::-1]
        for column in columns:
            wish = {}
            for vertex in column:
                neighbours = near[vertex]
                if not neighbours:
                    wish[vertex] = float(place[vertex])
                    continue
                total = sum(place[n] for n in neighbours)
                if shares is not None:
                    total += sum(shares[vertex])
                wish[vertex] = total / len(neighbours)
            column.sort(key=wish.__getitem__)
            self._number(column)

    # By the shape of the whole --------------------------------------------------------------------

    def by_distances(self) -> tuple[int, Columns]:
        """Order by how far it is to one and to the other end of a column, then better that."""
        height = self._heights()
        for column in self.piece.columns:
            column.sort(key=height.__getitem__)
            self._number(column)
        for number in range(ROUNDS):
            self._sweep_both(self.piece.columns[:: -1 if number % 2 else 1])
        return self._exchange()

    def _heights(self) -> list[int]:
        """Return for each vertex the sum of the differences of its two distances."""
        columns = self.piece.columns
        height: list[int] = []
        for eighth in ASKED:
            there = self._differences(columns[len(columns) * eighth // 8])
            if not height:
                height = there
                continue
            same = sum(one * other for one, other in zip(height, there, strict=True)) >= 0
            sign = 1 if same else -1
            height = [one + sign * other for one, other in zip(height, there, strict=True)]
        return height

    def _differences(self, column: list[int]) -> list[int]:
        distance = self._distances(column[0])
        first = self._distances(max(column, key=distance.__getitem__))
        last = self._distances(max(column, key=first.__getitem__))
        return [one - other for one, other in zip(first, last, strict=True)]

    def _distances(self, start: int) -> list[int]:
        """Return by how many wires each vertex is away from `start`; all hang together."""
        distance = [-1] * len(self.near)
        distance[start] = 0
        order = [start]
        for vertex in order:
            further = distance[vertex] + 1
            for neighbour in self.near[vertex]:
                if distance[neighbour] < 0:
                    distance[neighbour] = further
                    order.append(neighbour)
        return distance

    def _sweep_both(self, columns: Columns) -> None:
        """Order columns by both their neighbours, measured in parts of a column's length."""
        place, near = self.place, self.near
        length = [0] * len(near)
        for column in columns:
            for vertex in column:
                length[vertex] = len(column)
        for column in columns:
            wish = {}
            for vertex in column:
                total = 0.0
                for neighbour in near[vertex]:
                    total += (place[neighbour] + 0.5) / length[neighbour]
                wish[vertex] = total / (len(near[vertex]) or 1)
            column.sort(key=wish.__getitem__)
            self._number(column)

    # By neighbours --------------------------------------------------------------------------------

    def exchanged(self, columns: Columns) -> tuple[int, Columns]:
        """Better an order by exchanging neighbours."""
        self._take(columns)
        return self._exchange()

    def _exchange(self) -> tuple[int, Columns]:
        for _ in range(EXCHANGES):
            if not sum(self._exchange_in(column) for column in self.piece.columns):
                break
        return self._found()

    def _exchange_in(self, column: list[int]) -> int:
        """Exchange neighbours in a column wherever fewer wires cross then; return how many less."""
        place, before, after, shares = self.place, self.piece.before, self.piece.after, self.shares
        less = 0
        for index in range(len(column) - 1):
            upper, lower = column[index], column[index + 1]
            gain = 0
            for one in before[upper]:
                at = place[one]
                for other in before[lower]:
                    gain += (at > place[other]) - (at < place[other])
            for one, down in zip(after[upper], shares[upper], strict=True):
                at = place[one] + down
                for other, further in zip(after[lower], shares[lower], strict=True):
                    end = place[other] + further
                    gain += (at > end) - (at < end)
            if gain > 0:
                column[index], column[index + 1] = lower, upper
                place[lower], place[upper] = index, index + 1
                less += gain
        return less


def _shares(piece: Piece) -> list[list[float]]:
    """Return for each wire out of a vertex how far down its target it ends, between 0 and 1."""
    share: dict[tuple[int, int], float] = {}
    for vertex, starts in enumerate(piece.before):
        for index, start in enumerate(starts):
            share[start, vertex] = (index + 1) / (len(starts) + 1)
    return [[share[start, end] for end in ends] for start, ends in enumerate(piece.after)]


def crossings(piece: Piece) -> int:
    """Return how many pairs of wires cross between neighbouring columns."""
    total = 0
    place = [0] * len(piece.before)
    for column in piece.columns:
        for index, vertex in enumerate(column):
            place[vertex] = index
    for column in piece.columns[1:]:
        seen: list[tuple[int, int]] = []
        wires = []
        for vertex in column:
            starts = piece.before[vertex]
            wires.extend((place[start], place[vertex], i) for i, start in enumerate(starts))
        # From the top of the left column down, a wire crosses those before that end below it.
        for _, *end in sorted(wires):
            key = tuple(end)
            total += len(seen) - bisect_right(seen, key)
            insort(seen, key)
    return total
