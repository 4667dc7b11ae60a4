"""What a machine that plays the user does with dots, bypasses, frames, pins and room on wires."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from composer_gui.core import edits, fragment
from composer_gui.core.document import DOWN, RIGHT, Call, Dot, Frame
from composer_gui.core.folding import with_folded
from composer_gui.core.passing import hands_on, origin
from composer_gui.core.resolved import resolved
from tests.playing import CATALOG, MOST, Table, places, some

numbers = st.lists(some, min_size=1, max_size=5)


class DottedTable(Table):
    """Two windows and a user who leads wires about and puts order into the canvas."""

    @rule(which=some, x=places, y=places)
    def add_dot(self, which, x, y):
        self.add(which, edits.add_dot, x, y)

    @rule(which=some, number=some, x=places)
    def dot_on_wire(self, which, number, x):
        window, wire = self.wire(which, number)
        if wire is not None and len(window.document.nodes) < MOST:
            before = resolved(window.document, CATALOG)
            window.apply(edits.dot_on_wire, CATALOG, wire, x, 0)
            assert resolved(window.document, CATALOG) == before

    @rule(which=some, numbers=numbers, all_dots=st.booleans())
    def dissolve(self, which, numbers, all_dots):
        window, nodes = self.several(which, numbers)
        if all_dots:
            nodes = [node for node in window.document.nodes.values() if isinstance(node, Dot)]
        before = resolved(window.document, CATALOG)
        window.apply(edits.dissolve, CATALOG, [node.id for node in nodes])
        assert resolved(window.document, CATALOG) == before
        dots = [key for key, n in window.document.nodes.items() if isinstance(n, Dot)]
        assert not all_dots or not dots

    @rule(which=some, numbers=numbers, bypassed=st.booleans())
    def bypass(self, which, numbers, bypassed):
        window, nodes = self.several(which, numbers)
        window.apply(edits.set_bypassed, [node.id for node in nodes], bypassed)

    @rule(which=some, numbers=numbers)
    def pull_out(self, which, numbers):
        window, nodes = self.several(which, numbers)
        chosen = {node.id for node in nodes}
        window.apply(edits.pull_out, CATALOG, chosen)
        for node in window.document.nodes.values():
            for sources in node.inputs.values():
                assert all((s.node in chosen) == (node.id in chosen) for s in sources)

    @rule(which=some, numbers=numbers)
    def delete_and_heal(self, which, numbers):
        window, nodes = self.several(which, numbers)
        window.apply(edits.delete_and_heal, CATALOG, [node.id for node in nodes])

    @rule(which=some, number=some, x=places, seen=some)
    def insert_with_room(self, which, number, x, seen):
        _, node = self.pick(which)
        window, wire = self.wire(which, number)
        if wire is not None:
            nodes = sorted(window.document.nodes)
            sizes = dict.fromkeys(nodes[: seen % (len(nodes) + 1)], (192.0, 90.0))
            window.apply(edits.insert_with_room, CATALOG, wire, node.id, sizes)

    @rule(which=some, numbers=numbers, pinned=st.booleans())
    def pin(self, which, numbers, pinned):
        window, nodes = self.several(which, numbers)
        window.apply(edits.set_pinned, [node.id for node in nodes], pinned)

    @rule(
        which=some, numbers=numbers, again=st.booleans(), color=st.sampled_from(["warm", "accent"])
    )
    def fold(self, which, numbers, again, color):
        window, frame = self.pick(which, Frame)
        if frame is not None:
            _, nodes = self.several(which, numbers)
            window.apply(edits.set_frame_color, frame.id, color)
            if again:
                window.apply(edits.unfold, frame.id)
            else:
                window.apply(edits.fold, frame.id, [node.id for node in nodes])

    @rule(which=some, flow=st.sampled_from([RIGHT, DOWN]))
    def turn(self, which, flow):
        self.window(which).apply(edits.set_flow, flow)

    @rule(which=some, numbers=numbers, shared=st.booleans(), cut=st.booleans())
    def copy_and_paste_with_wires(self, which, numbers, shared, cut):
        window, nodes = self.several(which, numbers)
        ids = with_folded(window.document, [node.id for node in nodes])
        self.clipboard = fragment.copy(window.document, ids, outside=True)
        told = fragment.from_text(fragment.to_text(self.clipboard), CATALOG)
        assert told.outside == self.clipboard.outside
        if cut:
            window.apply(edits.delete, ids)
        window = self.window(which // 2)
        if len(window.document.nodes) + len(told.nodes) <= MOST:
            more = {"shared": shared, "outside": True, "catalog": CATALOG}
            window.apply(fragment.paste, told, 10, 10, **more)

    @invariant()
    def the_model_knows_nothing_of_dots_and_bypasses(self):
        document = self.windows[self.last].document
        without = resolved(document, CATALOG)
        assert not any(hands_on(node) for node in without.nodes.values())
        for node in without.nodes.values():
            for port, sources in node.inputs.items():
                led = (origin(document, CATALOG, s) for s in document.nodes[node.id].inputs[port])
                assert sources == tuple(start for start in led if start is not None)

    @invariant()
    def every_dot_has_a_name_and_every_folded_node_its_frame(self):
        document = self.windows[self.last].document
        for node in document.nodes.values():
            if isinstance(node, Dot):
                assert document.label(node.id)
            if isinstance(node, Frame):
                assert node.id not in node.folded
                assert all(key in document.nodes for key in node.folded)
            assert isinstance(node, Call) or not getattr(node, "bypassed", False)
