"""The states of the window that pictures are made of: each is brought about as a user would."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from screenshot_around import AROUND
from screenshot_gestures import GESTURES
from screenshot_stage import Stage

from composer_gui.core import edits
from composer_gui.core.verdicts import WRONG
from composer_gui.ui.canvas.flow_commands import FRAME_COLOURS


def gallery(stage: Stage) -> None:
    """The welcome page."""


def example(name: str) -> Callable[[Stage], None]:
    """Return the state in which an example is open and its last saved model selected."""

    def arrange(stage: Stage) -> None:
        stage.open(name)
        stage.canvas.select(_chosen(stage.session))
        stage.rest(500)
        if any(problem.node for problem in stage.session.problems()):
            stage.wait(lambda: bool(stage.canvas.card.buttons))
            stage.canvas.card.take_keys()  # what the first repair would do is seen

    return arrange


def _chosen(session) -> list[str]:
    """Return the node to select: the wrong one, else the last saved model."""
    wrong = [node for node, verdict in session.verdicts.items() if verdict.kind == WRONG]
    document = session.document
    models = [
        node
        for node in document.nodes
        if hasattr(document.layers.get(getattr(document.nodes[node], "layer", "")), "interface")
    ]
    return wrong[:1] or sorted(models)[-1:]


def large(stage: Stage) -> None:
    """A model of more than a hundred layers, opened up and arranged."""
    stage.resnet()
    stage.canvas.arrange()
    stage.rest(1500)
    stage.canvas.fit()


def large_near(stage: Stage) -> None:
    """The same from near, where labels can just be read."""
    large(stage)
    stage.canvas.look(0.5, stage.canvas.scene().content_rect().center())


def large_nearer(stage: Stage) -> None:
    """A block of it at 100 %: a skip runs beside the nodes that it leaps over."""
    large(stage)
    stage.canvas.look(1.0, stage.middle(stage.named("conv3_block2_add")))


def large_down(stage: Stage) -> None:
    """The large model from above to below."""
    stage.resnet()
    stage.do("arrange_down")
    stage.rest(1500)
    stage.canvas.fit()


def marks(stage: Stage) -> None:
    """Dots, a bypassed layer, a pinned node, a frame, a folded frame and a note."""
    _marked(stage)
    stage.canvas.fit()


def marks_near(stage: Stage) -> None:
    """The same at 100 %."""
    _marked(stage)
    stage.canvas.look(1.0, stage.middle(stage.named("max_pooling2d")))


def marks_colours(stage: Stage) -> None:
    """A frame of each colour, side by side."""
    stage.blank()
    for place, (name, words) in enumerate(FRAME_COLOURS):
        across, down = place % 4, place // 4
        frame = stage.add(edits.add_frame, 240 * across, 168 * down, 216, 144, label=words)
        stage.session.apply("Colour", edits.set_frame_color, frame, name)
    stage.rest(200)
    stage.canvas.fit()


def _marked(stage: Stage) -> None:
    stage.blank()
    session, catalog = stage.session, stage.session.catalog
    image = stage.add(edits.add_input, 0, 96, label="image", shape=(64, 64, 3))
    chain = [image]
    for place, (name, values) in enumerate(_LAYERS, 1):
        chain.append(stage.layer(name, 264 * place, 96, **values))
        stage.connect(*chain[-2:])
    answer = stage.add(edits.add_output, 264 * (len(_LAYERS) + 1), 96, label="answer")
    wire = stage.connect(chain[-1], answer)
    session.apply("Bypass", edits.set_bypassed, [chain[2]], True)
    session.apply("Pin", edits.set_pinned, [chain[3]], True)
    session.apply("Reroute", edits.dot_on_wire, catalog, wire, 1440, 300)
    frame = stage.add(edits.add_frame, 240, 24, 528, 240, label="stem")
    session.apply("Colour", edits.set_frame_color, frame, "convolution")
    folded = stage.add(edits.add_frame, 1032, 24, 560, 240, label="head")
    session.apply("Fold", edits.fold, folded, chain[4:6])
    note = stage.add(edits.add_note, 0, 312)
    session.apply("Write", edits.set_text, note, "Dots lead wires around. What is bypassed stays.")
    stage.settle()


_LAYERS = (
    ("Conv2D", {"filters": 32, "kernel_size": (3, 3), "activation": "relu"}),
    ("Dropout", {"rate": 0.2}),
    ("MaxPooling2D", {}),
    ("Flatten", {}),
    ("Dense", {"units": 64, "activation": "relu"}),
)


def down(stage: Stage) -> None:
    """A design that runs from above to below."""
    stage.open("image-and-text")
    stage.do("arrange_down")
    stage.rest(800)
    stage.canvas.fit()


def down_near(stage: Stage) -> None:
    """The same at 100 %, one node selected."""
    down(stage)
    stage.canvas.look(1.0, stage.middle(stage.named("fusion")))
    stage.canvas.select([stage.named("fusion")])


def submodel(stage: Stage) -> None:
    """Inside a submodel: the bar above the canvas says where, and leads out."""
    stage.open("image-and-text")
    stage.canvas.select([stage.named("head"), stage.named("score")])
    stage.do("group")
    stage.do("enter")
    stage.settle()
    stage.canvas.fit()


def focus(stage: Stage) -> None:
    """The keys are on a node that is not the selected one, after a walk with the arrows."""
    stage.open("two-branches")
    stage.canvas.look(1.0, stage.canvas.scene().content_rect().center())
    stage.canvas.select(stage.session.document.inputs[:1])
    stage.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    stage.key(Qt.Key.Key_Right)


STATES: Mapping[str, Callable[[Stage], None]] = {
    "gallery": gallery,
    "image-and-text": example("image-and-text"),
    "mismatch": example("mismatch"),
    "marks": marks,
    "marks-near": marks_near,
    "marks-colours": marks_colours,
    "down": down,
    "down-near": down_near,
    "submodel": submodel,
    "focus": focus,
    **GESTURES,
    **AROUND,
    "large": large,
    "large-near": large_near,
    "large-nearer": large_nearer,
    "large-down": large_down,
}
