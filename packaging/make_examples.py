"""Write the gallery: `resources/examples/*.composer` and the index of them.

Run `python packaging/make_examples.py` after an example, the layout or the file format changed,
and read the difference that git shows. The saved models are made by `engine/example_models.py`;
the designs name them as `models/<file>.keras` without a SHA-256, which is put in when an example
is opened and its models were made.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from immutables import Map

from composer_gui.core import edits, layout
from composer_gui.core.document import Call, Document, Frame, Note, Source, Wire
from composer_gui.core.layer_kinds import SavedInterface, SavedModel
from composer_gui.core.verdicts import UNKNOWN
from composer_gui.engine import example_models
from composer_gui.storage import document_file, keras_archive, resources
from composer_gui.ui.canvas import faces, geometry

TARGET = Path(__file__).resolve().parent.parent / "resources" / "examples"

NOTE_WIDTH, NOTE_LINE, NOTE_CHARACTERS = 456.0, 18.0, 62
NOTE_MARGIN = 36.0
BELOW = 48.0
"""Pixels between the lowest node and the note below it."""
AROUND = 24.0
"""Pixels between a frame and the nodes in it, besides its title."""
CHARACTER = 7.2
"""About how wide a character is: close enough, for nodes come in steps of 24 pixels."""


class Sketch:
    """A design in the making; what is added is named by its node's id, in the order of flow."""

    def __init__(self, name: str, interfaces: dict[str, SavedInterface]) -> None:
        self.document = edits.set_name(Document(), name)
        self.catalog = resources.catalog()
        self._interfaces = interfaces

    def _newest(self) -> str:
        return f"n{self.document.next_number - 1}"

    def _wired(self, sources: tuple[str, ...]) -> str:
        """Wire `sources` into the newest node's first port, or one into each port."""
        node_id = self._newest()
        ports = layout.input_ports(self.document, self.catalog, self.document.nodes[node_id])
        for index, source in enumerate(sources):
            port = ports[0].name if ports[0].many else ports[index].name
            place = index if ports[0].many else 0
            outputs = faces.output_ports(self.document, self.catalog, self.document.nodes[source])
            wire = Wire(Source(source, outputs[0]), node_id, port, place)
            self.document = edits.connect(self.document, self.catalog, wire)
        return node_id

    def input(self, label: str, *shape: int | None, dtype: str = "float32") -> str:
        """Add an Input; `shape` has no batch axis."""
        self.document = edits.add_input(self.document, 0, 0, label=label, shape=shape, dtype=dtype)
        return self._newest()

    def model(self, name: str, *sources: str, frozen: bool = False) -> str:
        """Add a saved model, by its file's stem."""
        path = str(TARGET / "models" / f"{name}.keras")
        interface = self._interfaces[f"{name}.keras"]
        self.document = edits.add_saved_model(self.document, path, "", interface, 0, 0)
        node_id = self._newest()
        if frozen:
            layer_id = self.document.nodes[node_id].layer
            self.document = edits.set_trainable(self.document, layer_id, False)
        return self._wired(sources)

    def again(self, node_id: str, *sources: str) -> str:
        """Call the layer of a node once more."""
        self.document = edits.add_call(self.document, self.document.nodes[node_id].layer, 0, 0)
        return self._wired(sources)

    def layer(self, class_name: str, label: str, *sources: str, **parameters: Any) -> str:
        """Add a new layer."""
        self.document = edits.add_keras_layer(
            self.document, class_name, 0, 0, name=label, parameters=Map(parameters)
        )
        return self._wired(sources)

    def output(self, label: str, source: str) -> None:
        """Add an Output."""
        self.document = edits.add_output(self.document, 0, 0, label=label)
        self._wired((source,))

    def arranged(self) -> None:
        """Put the nodes in order from left to right, top left at 0, 0."""
        places = layout.arrange(self.document, self.sizes(), catalog=self.catalog)
        self.document = edits.move(self.document, places)

    def sizes(self) -> dict[str, tuple[float, float]]:
        """Return the widths and heights that nodes have on the canvas, nearly."""
        sizes = {}
        for node_id, node in self.document.nodes.items():
            if isinstance(node, Frame | Note):
                sizes[node_id] = (node.width, node.height)
                continue
            face = faces.face(self.document, self.catalog, lambda _: UNKNOWN, node_id)
            drawn = geometry.lay_out(face, lambda style, text: CHARACTER * len(text))
            sizes[node_id] = (drawn.width, drawn.height)
        return sizes

    def frame(self, label: str, *ids: str) -> None:
        """Put a titled frame around nodes that are in their places."""
        sizes, nodes = self.sizes(), [self.document.nodes[node_id] for node_id in ids]
        left, top = min(n.x for n in nodes) - AROUND, min(n.y for n in nodes) - AROUND
        right = max(n.x + sizes[n.id][0] for n in nodes) + AROUND
        bottom = max(n.y + sizes[n.id][1] for n in nodes) + AROUND
        top -= geometry.FRAME_TITLE
        self.document = edits.add_frame(
            self.document, left, top, right - left, bottom - top, label=label
        )

    def note(self, text: str) -> None:
        """Write below the nodes, which are in their places."""
        sizes, nodes = self.sizes(), self.document.nodes.values()
        bottom = max(node.y + sizes[node.id][1] for node in nodes)
        lines = sum(-(-len(line) // NOTE_CHARACTERS) for line in text.split("\n"))
        left = min(node.x for node in nodes)
        self.document = edits.add_note(self.document, left, bottom + BELOW, text=text)
        height = NOTE_MARGIN + NOTE_LINE * lines
        self.document = edits.resize(self.document, self._newest(), NOTE_WIDTH, height)


# The sixteen systems ------------------------------------------------------------------------------


def chain(sketch: Sketch) -> None:
    features = sketch.model("feature_extractor", sketch.input("photo", 28, 28, 1))
    sketch.output("digit", sketch.model("classifier", features))
    sketch.arranged()
    sketch.note("Two saved models, end to end: what the first finds, the second names.")


def two_branches(sketch: Sketch) -> None:
    profile, history = sketch.input("profile", 100), sketch.input("history", 50)
    branches = sketch.model("profile_branch", profile), sketch.model("history_branch", history)
    joined = sketch.layer("Concatenate", "joined", *branches)
    score = sketch.layer("Dense", "score", joined, units=1, activation="sigmoid")
    sketch.output("purchase", score)
    sketch.arranged()
    sketch.note("A saved model for each kind of data; their features meet in one new layer.")


def mismatch(sketch: Sketch) -> None:
    base = sketch.model("conv_base", sketch.input("photo", 28, 28, 1))
    sketch.output("digit", sketch.model("conv_head", base))
    sketch.arranged()
    sketch.note(
        "This one does not fit, and the wire says why: the base gives 5×5×64, the head was made "
        "for 6×6×64.\nChoose the node with the mark to see what can be done. One way is in "
        "“A head that fits”."
    )


def mismatch_repaired(sketch: Sketch) -> None:
    base = sketch.model("conv_base", sketch.input("photo", 28, 28, 1))
    padded = sketch.layer("ZeroPadding2D", "one_more_row", base, padding=((0, 1), (0, 1)))
    sketch.output("digit", sketch.model("conv_head", padded))
    sketch.arranged()
    sketch.note("A row and a column of zeros make 6×6×64 of 5×5×64, which the head takes.")


def image_and_text(sketch: Sketch) -> None:
    photo, caption = sketch.input("photo", 64, 64, 3), sketch.input("caption", 100, dtype="int32")
    encoded = sketch.model("image_encoder", photo), sketch.model("text_encoder", caption)
    fused = sketch.layer("Concatenate", "fusion", *encoded)
    head = sketch.layer("Dense", "head", fused, units=64, activation="relu")
    sketch.output("match", sketch.layer("Dense", "score", head, units=1, activation="sigmoid"))
    sketch.arranged()
    sketch.note("Does the caption tell of the photo? Two saved encoders, merged into one score.")


def sequence_and_features(sketch: Sketch) -> None:
    tokens, features = sketch.input("tokens", 200, dtype="int32"), sketch.input("features", 10)
    words = sketch.layer("Embedding", "embedding", tokens, input_dim=1000, output_dim=64)
    reading = sketch.layer("LSTM", "reading", words, units=64)
    left = sketch.layer("Dense", "text_features", reading, units=128, activation="relu")
    right = sketch.layer("Dense", "plain_features", features, units=128, activation="relu")
    joined = sketch.layer("Concatenate", "joined", left, right)
    head = sketch.layer("Dense", "head", joined, units=64, activation="relu")
    sketch.output("rating", sketch.layer("Dense", "estimate", head, units=1))
    sketch.arranged()
    sketch.note(
        "What one would write as a subclass of keras.Model with two calls in call(); "
        "as a graph, every shape on the way can be seen."
    )


def ensemble(sketch: Sketch) -> None:
    photo = sketch.input("photo", 32, 32, 3)
    opinions = sketch.model("small_classifier", photo), sketch.model("deep_classifier", photo)
    sketch.output("kind", sketch.layer("Average", "vote", *opinions))
    sketch.arranged()
    sketch.note("Two saved classifiers look at the same photo; the mean of both is the answer.")


def two_sequentials(sketch: Sketch) -> None:
    features = sketch.model("measurements_to_32", sketch.input("measurements", 10))
    sketch.output("price", sketch.model("price_model", features))
    sketch.arranged()
    sketch.note("Saved Sequential models can be wired like any others: 10 to 32, 32 to 1.")


def reshape_between(sketch: Sketch) -> None:
    features = sketch.model("measurements_to_32", sketch.input("measurements", 10))
    steps = sketch.layer("Reshape", "as_steps", features, target_shape=(8, 4))
    sketch.output("price", sketch.model("step_price_model", steps))
    sketch.arranged()
    sketch.note("The second model wants 8 steps of 4; a Reshape cuts the 32 features up.")


def adapter_between(sketch: Sketch) -> None:
    features = sketch.model("measurements_to_64", sketch.input("measurements", 10))
    adapter = sketch.layer("Dense", "adapter", features, units=32)
    sketch.output("price", sketch.model("price_model", adapter))
    sketch.arranged()
    sketch.note("64 features do not fit where 32 are wanted; a Dense layer learns to say the same.")


def frozen_extractor(sketch: Sketch) -> None:
    photo = sketch.input("photo", 64, 64, 3)
    features = sketch.model("photo_extractor", photo, frozen=True)
    sketch.output("kind", sketch.model("photo_classifier", features))
    sketch.arranged()
    sketch.note("The extractor is frozen: only the classifier on top of it will be trained.")


def recurrent_pair(sketch: Sketch) -> None:
    steps = sketch.model("step_encoder", sketch.input("steps", 20, 128), frozen=True)
    sketch.output("summary", sketch.model("step_summary", steps))
    sketch.arranged()
    sketch.note("The first LSTM is frozen and gives all its steps; the second sums them up.")


def frozen_image_and_text(sketch: Sketch) -> None:
    photo, words = sketch.input("photo", 32, 32, 3), sketch.input("word_counts", 100)
    seen = sketch.model("image_features", photo, frozen=True)
    read = sketch.model("text_features", words, frozen=True)
    joined = sketch.layer("Concatenate", "joined", seen, read)
    head = sketch.layer("Dense", "head", joined, units=64, activation="relu")
    scores = sketch.layer("Dense", "class_scores", head, units=10, activation="softmax")
    sketch.output("category", scores)
    sketch.arranged()
    sketch.note("Both saved models are frozen; what is new learns to use what they find.")


def functional_mlp(sketch: Sketch) -> None:
    features = sketch.input("features", 10)
    hidden = sketch.layer("Dense", "hidden", features, units=64, activation="relu")
    scores = sketch.layer("Dense", "class_scores", hidden, units=10, activation="softmax")
    sketch.output("category", scores)
    sketch.arranged()
    sketch.note("No saved model at all: what a short Sequential would be, as a graph.")


def residual(sketch: Sketch) -> None:
    features = sketch.input("features", 10)
    hidden = sketch.layer("Dense", "hidden", features, units=64, activation="relu")
    sketch.output("result", sketch.layer("Add", "sum", features, hidden))
    sketch.arranged()
    sketch.note(
        "A skip as people first write it. The sum has a mark: 10 numbers and 64 numbers do not "
        "add up.\n“A sum that adds” shows the usual way out."
    )


def residual_repaired(sketch: Sketch) -> None:
    features = sketch.input("features", 10)
    hidden = sketch.layer("Dense", "hidden", features, units=64, activation="relu")
    skip = sketch.layer("Dense", "projection", features, units=64)
    sketch.output("result", sketch.layer("Add", "sum", skip, hidden))
    sketch.arranged()
    sketch.note("A projection on the skip makes 64 numbers of 10, so that both can be added.")


def stacked_blocks(sketch: Sketch) -> None:
    first = sketch.model("first_block", sketch.input("measurements", 20))
    second = sketch.model("second_block", first)
    scores = sketch.layer("Dense", "class_scores", second, units=10, activation="softmax")
    sketch.output("category", scores)
    sketch.arranged()
    sketch.note("Saved blocks used as layers: 32-16, then 64-32, then a new Dense layer.")


def siamese(sketch: Sketch) -> None:
    known, questioned = sketch.input("known", 28, 28, 1), sketch.input("questioned", 28, 28, 1)
    first = sketch.model("signature_encoder", known)
    second = sketch.again(first, questioned)
    difference = sketch.layer("Subtract", "difference", first, second)
    distance = sketch.layer("Multiply", "squared", difference, difference)
    score = sketch.layer("Dense", "score", distance, units=1, activation="sigmoid")
    sketch.output("same_hand", score)
    sketch.arranged()
    sketch.frame("one encoder, called twice", first, second)
    sketch.note(
        "Both nodes in the frame call the same saved model and share its weights: "
        "training changes both at once."
    )


Entry = tuple[int, Callable[[Sketch], None], str, str]

EXAMPLES: tuple[Entry, ...] = (
    (1, chain, "Chain", "A saved feature extractor leads into a saved classifier."),
    (2, two_branches, "Two branches", "Two inputs, a saved model each, joined for one score."),
    (3, mismatch, "A head that does not fit", "5×5×64 meets 6×6×64: opens broken."),
    (3, mismatch_repaired, "A head that fits", "One row of zeros makes them fit."),
    (4, image_and_text, "Image and text", "Two saved encoders merged into one score."),
    (
        *(5, sequence_and_features, "Sequence and features"),
        "Tokens through Embedding and LSTM, joined with plain numbers.",
    ),
    (6, ensemble, "Ensemble", "Two saved classifiers, averaged."),
    (7, two_sequentials, "Two Sequentials", "Saved Sequential models end to end."),
    (8, reshape_between, "Reshape between", "A Reshape makes one model's output another's steps."),
    (9, adapter_between, "Adapter between", "A Dense layer between 64 and 32 features."),
    (10, frozen_extractor, "Frozen extractor", "Transfer learning: only the top is trained."),
    (11, recurrent_pair, "Recurrent pair", "A frozen LSTM gives all steps to another LSTM."),
    (
        *(12, frozen_image_and_text, "Frozen image and text"),
        "Two frozen models under a new classifier.",
    ),
    (13, functional_mlp, "Sequential as a graph", "A small network of new layers only."),
    (14, residual, "A sum that does not add", "10 and 64 do not add: opens broken."),
    (14, residual_repaired, "A sum that adds", "A projection on the skip."),
    (15, stacked_blocks, "Stacked blocks", "Saved Sequential blocks used as layers."),
    (16, siamese, "Siamese twins", "One saved encoder, called twice, and the distance between."),
)
BROKEN = (mismatch, residual)


def main() -> None:
    """Make the models in a scratch folder, read their ports, write designs and index."""
    with tempfile.TemporaryDirectory() as folder:
        made = example_models.make(example_models.MODELS, folder)
        interfaces = {name: keras_archive.read(path) for name, path in made.items()}
    TARGET.mkdir(exist_ok=True)
    index = []
    for system, draw, title, description in EXAMPLES:
        name = draw.__name__.replace("_", "-")
        sketch = Sketch(name, interfaces)
        draw(sketch)
        document_file.write(TARGET / f"{name}.composer", sketch.document)
        entry = {"name": name, "title": title, "description": description, "system": system}
        entry |= {"models": _models(sketch.document), "is_broken": draw in BROKEN}
        index.append(entry)
    lines = ",\n".join(" " + json.dumps(entry, ensure_ascii=False) for entry in index)
    text = f'{{\n"edition": "{edition()}",\n"examples": [\n{lines}\n]\n}}\n'
    (TARGET / "index.json").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(index)} examples, {len(interfaces)} saved models\n")


def edition() -> str:
    """Return a digest of what the saved models are made by: caches of older ones are left alone."""
    source = Path(example_models.__file__).read_text(encoding="utf-8")
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def _models(document: Document) -> list[str]:
    """Return the names of the files a design uses, in order of flow."""
    used = [document.layers[n.layer] for n in _calls(document)]
    return list(dict.fromkeys(Path(m.path).name for m in used if isinstance(m, SavedModel)))


def _calls(document: Document) -> list[Call]:
    ids = sorted(document.nodes, key=lambda node_id: int(node_id[1:]))
    return [document.nodes[i] for i in ids if isinstance(document.nodes[i], Call)]


if __name__ == "__main__":
    main()
