"""Two windows in which a machine plays the user, and what must be true throughout.

COMPOSER_PLAY=2000 plays so many games, each another one every time, instead of the few fixed ones.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import networkx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from composer_gui.core import edits, fragment
from composer_gui.core.change import between
from composer_gui.core.codegen.naming import keras_names
from composer_gui.core.connections import check, refusal
from composer_gui.core.document import (
    Call,
    Document,
    Dot,
    Input,
    Output,
    Source,
    Wire,
    number_of,
    wires_into,
)
from composer_gui.core.errors import EditRefused
from composer_gui.core.graph import Graph
from composer_gui.core.history import History
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.plain import document_from_plain, document_to_plain
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.storage import document_file, resources

CATALOG = resources.catalog()
GAMES = int(os.environ.get("COMPOSER_PLAY", "0"))
FOLDER = Path("/designs")
MOST = 40
"""Nodes in a window at most, so that a game stays short."""

some = st.integers(0, 10**6)
"""Which one of those that are there: taken modulo their number."""
draws = st.lists(st.tuples(some, some, some, st.integers(-1, 4)), min_size=1, max_size=4)
places = st.floats(-1e4, 1e4).map(lambda x: round(x, 2))
texts = st.text(max_size=8) | st.sampled_from(["input", "x", "1", "größe", "_", "a_1", "keras"])
shapes = st.lists(st.sampled_from([None, 1, 8, 224]), max_size=3).map(tuple)
port_names = st.lists(st.sampled_from(["a", "b", "photo", "inputs"]), unique=True, max_size=3)

SETTINGS = settings(
    max_examples=GAMES or 150,
    stateful_step_count=50,
    derandomize=not GAMES,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def interface(inputs, outputs):
    """Return the ports of a saved model; it has at least one on each side."""
    sides = [
        tuple(SavedPort(name, (None, 8)) for name in names or ["only"])
        for names in (inputs, outputs)
    ]
    return SavedInterface("Functional", *sides, *(tuple(range(len(side))) for side in sides))


def written(document):
    """Return a document as text, in which nothing is equal that is written otherwise."""
    return json.dumps(document_to_plain(document), sort_keys=True)


class Window:
    """A history, as the session holds one, and beside it the texts that it must give back."""

    def __init__(self, document):
        self.open(document)

    def open(self, document):
        self.history = History(document)
        self.graph = Graph(document)
        self.texts = [written(document)]
        self.present = 0
        self.merge = None

    @property
    def document(self):
        return self.history.document

    def apply(self, edit, *args, merge=None, **kwargs):
        """Do as the session does; a refusal leaves everything as it is."""
        before = self.document
        try:
            after = edit(before, *args, **kwargs)
        except EditRefused as refused:
            assert str(refused)
            return
        change = between(before, after)
        assert change == between(before, after.settled()), "touched does not tell all"
        if change.is_empty:
            assert written(after) == self.texts[self.present], "something changed unseen"
            return
        self.history.push(edit.__name__, after, change, merge=merge)
        self.graph.follow(change, after)
        if merge is None or merge != self.merge:
            self.present += 1
        del self.texts[self.present :]
        self.texts.append(written(after))
        self.merge = merge

    def save(self):
        """Do as the session does after writing the file."""
        self.history.mark_clean()
        self.merge = None

    def step(self, back):
        """Undo or redo one step, if there is one."""
        before = self.document
        moved = self.history.undo() if back else self.history.redo()
        possible = self.present > 0 if back else self.present + 1 < len(self.texts)
        assert (moved is not None) == possible
        if moved is not None:
            document, change = moved
            self.present += -1 if back else 1
            self.merge = None
            assert change.nodes >= between(before, document).nodes
            self.graph.follow(change, document)
        assert written(self.document) == self.texts[self.present]
        return moved is not None


class Table(RuleBasedStateMachine):
    """Two windows, one clipboard, and what every user does."""

    def open(self, lines):
        """Begin with a first window in which these edits were done."""
        self.windows = [Window(Document()), Window(Document(name="other"))]
        self.clipboard = fragment.copy(Document(), [])
        self.last = 0
        for edit, *args in lines:
            self.windows[0].apply(edit, *args)

    def window(self, which):
        self.last = which % 2
        return self.windows[which % 2]

    def pick(self, which, kind=object):
        """Return a window and one of its nodes of a kind; None where there is none."""
        window = self.window(which)
        nodes = [n for n in window.document.nodes.values() if isinstance(n, kind)]
        nodes.sort(key=lambda node: number_of(node.id))
        return window, (nodes[(which // 2) % len(nodes)] if nodes else None)

    def wire(self, which, number):
        """Return a window and one of the wires in it, or None."""
        window = self.window(which)
        nodes = sorted(window.document.nodes.values(), key=lambda node: number_of(node.id))
        wires = [wire for node in nodes for wire in wires_into(node)]
        return window, (wires[number % len(wires)] if wires else None)

    def several(self, which, numbers):
        """Return a window and some of its nodes, in the order in which they were made."""
        picked = [self.pick(which % 2 + 2 * number)[1] for number in numbers]
        found = {node.id: node for node in picked if node is not None}
        return self.window(which), [found[key] for key in sorted(found, key=number_of)]

    def add(self, which, edit, *args, **kwargs):
        window = self.window(which)
        if len(window.document.nodes) < MOST:
            window.apply(edit, *args, **kwargs)

    # Wires --------------------------------------------------------------------------------------

    @rule(which=some, draws=draws)
    def connect(self, which, draws):
        for draw in draws:
            self.draw(edits.connect, which, *draw)

    def draw(self, edit, which, end, start, port, index, *, allowed=True):
        """Draw a wire that ends at some port; with `allowed`, one that may be drawn."""
        window, node = self.pick(which % 2 + 2 * end, Call | Output | Dot if allowed else object)
        document, replacing = window.document, edit is edits.replace_wire
        if node is None:
            return
        ports = [p.name for p in input_ports(document, CATALOG, node)] or ["inputs"]
        wires = []
        for begin in sorted(document.nodes.values(), key=lambda node: number_of(node.id)):
            for exit_port in output_ports(document, CATALOG, begin) or ("output",):
                source = Source(begin.id, exit_port)
                wire = Wire(source, node.id, ports[port % len(ports)], index)
                refused = refusal(document, CATALOG, wire, replacing=replacing)
                if refused is None or not allowed:
                    wires.append((wire, refused))
        if wires:
            wire, refused = wires[start % len(wires)]
            window.apply(edit, CATALOG, wire)
            assert (window.document is document) == (refused is not None)

    # Copy, paste, undo, files -------------------------------------------------------------------

    @rule(which=some, numbers=st.lists(some, max_size=5), cut=st.booleans())
    def copy(self, which, numbers, cut):
        picked = [self.pick(which % 2 + 2 * number) for number in numbers]
        ids = {node.id for _, node in picked if node is not None}
        self.clipboard = fragment.copy(self.window(which).document, ids)
        text = fragment.to_text(self.clipboard)
        assert written(fragment.from_text(text, CATALOG)) == written(self.clipboard)
        if cut:
            self.window(which).apply(edits.delete, ids)

    @rule(which=some, numbers=st.lists(some, min_size=1, max_size=5), shared=st.booleans())
    def copy_and_paste(self, which, numbers, shared):
        self.copy(which, numbers, cut=False)
        self.paste(which // 2, 10.0, shared)

    @rule(which=some, dx=places, shared=st.booleans())
    def paste(self, which, dx, shared):
        window = self.window(which)
        if len(window.document.nodes) + len(self.clipboard.nodes) <= MOST:
            window.apply(fragment.paste, self.clipboard, dx, 0, shared=shared)

    @rule(which=some, count=st.integers(1, 4), back=st.booleans())
    def step(self, which, count, back):
        for _ in range(count):
            self.window(which).step(back)

    @rule(which=some)
    def undo_all_then_redo_all(self, which):
        window = self.window(which)
        while window.step(back=True):
            pass
        while window.step(back=False):
            pass
        assert written(window.document) == window.texts[-1]

    @rule(which=some)
    def save_then_load(self, which):
        window = self.window(which)
        data = document_file.to_bytes(window.document, FOLDER)
        read = document_file.from_bytes(data, FOLDER)
        assert written(read) == written(window.document)
        assert read == window.document
        assert document_file.to_bytes(read, FOLDER) == data
        plain = document_to_plain(window.document)
        assert document_from_plain(json.loads(json.dumps(plain))) == window.document
        window.save()

    @rule(which=some)
    def reopen(self, which):
        window = self.window(which)
        data = document_file.to_bytes(window.document, FOLDER)
        window.open(document_file.from_bytes(data, FOLDER))
        assert window.history.is_clean

    # What must be true after each of them -------------------------------------------------------

    @invariant()
    def the_graph_is_sound(self):
        document = self.windows[self.last].document
        flow = networkx.DiGraph()
        for node in document.nodes.values():
            ports = {port.name: port for port in input_ports(document, CATALOG, node)}
            for name, sources in node.inputs.items():
                port = ports[name]
                most = port.maximum if port.many else 1
                assert sources and (most is None or len(sources) <= most)
                for source in sources:
                    flow.add_edge(source.node, node.id)
                    start = document.nodes[source.node]
                    assert source.port in output_ports(document, CATALOG, start)
        assert networkx.is_directed_acyclic_graph(flow)
        assert check(document, CATALOG) is document, "what is sound needs no mending"

    @invariant()
    def the_lists_and_layers_fit_the_nodes(self):
        document = self.windows[self.last].document
        kinds = Counter()
        for node in document.nodes.values():
            kinds[type(node), node.id] += 1
        assert Counter((Input, node_id) for node_id in document.inputs) == Counter(
            {key: count for key, count in kinds.items() if key[0] is Input}
        )
        assert Counter((Output, node_id) for node_id in document.outputs) == Counter(
            {key: count for key, count in kinds.items() if key[0] is Output}
        )
        called = {node.layer for node in document.nodes.values() if isinstance(node, Call)}
        assert called == set(document.layers)
        numbers = [number_of(key) for key in (*document.nodes, *document.layers)]
        assert len(set(numbers)) == len(numbers) and max(numbers, default=0) < document.next_number

    @invariant()
    def keras_names_are_legal_and_unique(self):
        document = self.windows[self.last].document
        names = keras_names(document)
        siblings = [names[key] for key in (*document.inputs, *document.layers)]
        keys = [names[key] for key in document.outputs]
        for group in (siblings, keys):
            assert len({name.lower() for name in group}) == len(group)
            assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in group)

    @invariant()
    def the_graph_that_followed_is_the_graph(self):
        window = self.windows[self.last]
        fresh = Graph(window.document)
        assert vars(window.graph) == vars(fresh)

    def teardown(self):
        for window in getattr(self, "windows", ()):
            self.undo_all_then_redo_all(self.windows.index(window))
