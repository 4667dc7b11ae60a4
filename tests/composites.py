"""Random designs made of saved models in every way there is, for the proof that all of them reload.

Each is played from its seed by the edits that a user makes: whole models, copies, shared calls,
taps, cuts, parts that are frozen, models opened up, layers replaced, stretches grouped. What the
engine finds wrong is taken back, as a user would.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from immutables import Map

from composer_gui.core import cutting, edits, opening
from composer_gui.core.codegen import keras_script
from composer_gui.core.codegen.keras_script import Script
from composer_gui.core.document import (
    OUTPUT_PORT,
    Call,
    Document,
    Input,
    Output,
    Source,
    Wire,
    in_order,
    wires_into,
)
from composer_gui.core.errors import ComposerError
from composer_gui.core.inside import MODEL, Inside, address_of
from composer_gui.core.layer_kinds import (
    KerasLayer,
    SavedInterface,
    SavedModel,
    SavedPort,
    Submodel,
)
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.core.saved_files import saved_files
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE
from composer_gui.storage import keras_archive

WIDTH = 8
STEPS = (4, 9)
"""How many times, at least and at most, something is done to a design."""

PATTERNS = ("*", "d*", "Dense", "*/d*", "BatchNormalization", "!bn*", "block[1-2]*", "conv*")


@dataclass(frozen=True)
class ModelFile:
    """A saved model and what its archive tells."""

    path: str
    sha256: str
    interface: SavedInterface
    inside: Inside


def make_models(folder: Path) -> list[ModelFile]:
    """Save models of every kind in `folder` and return what their archives tell."""
    import keras

    keras.utils.set_random_seed(3)
    makers = (_chain, _nested, _stack, _twin, _pair, _operations, _image)
    found = []
    for make in makers:
        path = folder / f"{make.__name__[1:]}.keras"
        model = make(keras)
        for layer in model._flatten_layers():  # statistics that are not those of a new layer
            if type(layer).__name__ == "BatchNormalization":
                layer.moving_mean.assign(keras.random.normal(layer.moving_mean.shape))
        model.save(path)
        found.append(read(path))
    return found


def read(path: Path) -> ModelFile:
    """Return what the archive of a saved model tells."""
    where = str(path.absolute())
    sha256 = keras_archive.fingerprint(path)
    return ModelFile(where, sha256, keras_archive.read(path), keras_archive.contents(path))


def _chain(keras: Any) -> Any:
    """Blocks with a skip around each, normalized, with dropout."""
    layers = keras.layers
    x = features = keras.Input((WIDTH,), name="features")
    for block in (1, 2, 3):
        y = layers.Dense(WIDTH, activation="tanh", name=f"block{block}_dense")(x)
        y = layers.BatchNormalization(name=f"block{block}_bn")(y)
        y = layers.Dropout(0.5, name=f"block{block}_drop")(y)
        x = layers.Add(name=f"block{block}_add")([x, y])
    return keras.Model(features, layers.Dense(WIDTH, name="top")(x), name="functional_1")


def _nested(keras: Any) -> Any:
    """Three models deep, the innermost called twice."""
    layers = keras.layers
    a = keras.Input((WIDTH,), name="a")
    inner = keras.Model(a, layers.Dense(WIDTH, name="d")(a), name="inner")
    b = keras.Input((WIDTH,), name="b")
    h = layers.Add(name="sum")([inner(b), b])
    middle = keras.Model(b, layers.LayerNormalization(name="norm")(inner(h)), name="middle")
    c = keras.Input((WIDTH,), name="c")
    d = layers.Dense(WIDTH, activation="relu", name="d")(middle(c))
    return keras.Model(c, d, name="functional_1")


def _stack(keras: Any) -> Any:
    """A Sequential with a Sequential in it."""
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((WIDTH,)), layers.Dense(WIDTH, name="d1"), layers.ReLU(name="r")], name="inner"
    )
    return keras.Sequential(
        [keras.Input((WIDTH,)), layers.Dense(WIDTH, name="d0"), inner, layers.Dropout(0.3)],
        name="sequential",
    )


def _twin(keras: Any) -> Any:
    """One layer called twice in one model."""
    layers = keras.layers
    one, two = keras.Input((WIDTH,), name="one"), keras.Input((WIDTH,), name="two")
    shared = layers.Dense(WIDTH, name="d1")
    distance = layers.Subtract(name="gap")([shared(one), shared(two)])
    return keras.Model([one, two], distance, name="functional_1")


def _pair(keras: Any) -> Any:
    """Inputs and outputs in dictionaries."""
    layers = keras.layers
    left, right = keras.Input((WIDTH,), name="left"), keras.Input((WIDTH,), name="right")
    both = layers.Concatenate(name="both")([left, right])
    outputs = {
        "kind": layers.Dense(WIDTH, activation="softmax", name="kind")(both),
        "score": layers.Dense(WIDTH, name="score")(both),
    }
    return keras.Model({"left": left, "right": right}, outputs, name="functional_1")


def _operations(keras: Any) -> Any:
    """Functions of keras.ops between layers."""
    layers, ops = keras.layers, keras.ops
    x = keras.Input((WIDTH,), name="x")
    y = ops.multiply(layers.Dense(2 * WIDTH, name="d")(x), 0.5)
    first, second = ops.split(y, 2, axis=-1)
    return keras.Model(x, layers.Add(name="add")([ops.tanh(first), second, x]), name="functional_1")


def _image(keras: Any) -> Any:
    """Convolutions that take images of 16 by 16."""
    layers = keras.layers
    picture = keras.Input((16, 16, 3), name="picture")
    x = layers.Conv2D(4, 3, padding="same", name="conv1")(picture)
    x = layers.BatchNormalization(name="bn")(x)
    y = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv2")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(layers.Add(name="skip")([x, y]))
    return keras.Model(picture, layers.Dense(WIDTH, name="d")(x), name="functional_1")


# Playing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Composite:
    """A design that the engine finds fine, its source, and what was done to come to it."""

    document: Document
    script: Script
    steps: tuple[str, ...]


def composite(seed: int, files: list[ModelFile], catalog: Catalog, infer: Any) -> Composite:
    """Return the composite of this seed; the same one every time.

    `infer` is that of `engine.keras_shapes.KerasShapes`.
    """
    player = _Player(random.Random(seed), files, catalog, infer)
    player.play()
    return player.composite()


class _Player:
    """One user at work on one design."""

    def __init__(
        self, dice: random.Random, files: list[ModelFile], catalog: Catalog, infer: Any
    ) -> None:
        self._dice = dice
        self._files = files
        self._insides: Mapping[str, Inside] = {file.path: file.inside for file in files}
        self._catalog = catalog
        self._infer = infer
        self._document = Document(name="composite")
        self._flow = ShapeFlow(catalog, infer)
        self._steps: list[str] = []

    def play(self) -> None:
        """Add a model, then do this and that."""
        self._try(self._add_model)
        moves = (
            *(self._add_model, self._add_model, self._use_again, self._tap, self._tap, self._cut),
            *(self._freeze, self._open_up, self._open_up, self._add_layer, self._replace),
            *(self._group, self._group, self._merge, self._copy, self._reinput, self._ungroup),
        )
        for _ in range(self._dice.randint(*STEPS)):
            self._try(self._dice.choice(moves))
        self._try(self._add_outputs)

    def composite(self) -> Composite:
        """Return what was made, with its source."""
        paths = {path: path for path, _ in saved_files(self._document)}
        script = keras_script.generate(
            self._document, self._catalog, paths, insides=self._insides, anew=self._anew()
        )
        return Composite(self._document, script, tuple(self._steps))

    def _anew(self) -> frozenset[str]:
        """Return the layers whose saved weights do not fit any more, in submodels as well."""
        found = set()
        for node_id, verdict in self._flow.verdicts.items():
            node = self._document.nodes[node_id]
            if isinstance(node, Call) and verdict.anew:
                found.add(node.layer)
            if isinstance(node, Call):
                found.update(f"{node.layer}/{inner}" for inner, _ in verdict.anew_inside)
        return frozenset(found)

    def _try(self, move: Any) -> None:
        """Do something; take it back where it is refused or the engine finds something wrong."""
        before = self._document
        try:
            done = move()
        except ComposerError:
            done = None
        if done is None:
            self._document = before
            return
        self._flow.update(self._document)
        if self._is_fine():
            self._steps.append(f"{move.__name__[1:]} {done}".strip())
        else:
            self._document = before
            self._flow.update(before)

    def _is_fine(self) -> bool:
        verdicts = self._flow.verdicts
        return all(
            verdicts[node_id].kind == FINE
            for node_id, node in self._document.nodes.items()
            if isinstance(node, Call)
        )

    # What a user does ----------------------------------------------------------------------------

    def _add_model(self) -> str:
        file = self._dice.choice(self._files)
        self._document = edits.add_saved_model(
            self._document, file.path, file.sha256, file.interface, 0, 0
        )
        self._wire_up(self._newest())
        return Path(file.path).stem

    def _copy(self) -> str | None:
        """Drop the file of a model that is there once more."""
        models = self._models()
        if not models:
            return None
        model = self._dice.choice(models)
        document = edits.add_saved_model(
            self._document, model.path, model.sha256, model.interface, 0, 0
        )
        self._document = document
        self._wire_up(self._newest())
        return model.name

    def _use_again(self) -> str | None:
        calls = self._calls(SavedModel, Submodel, KerasLayer)
        if not calls:
            return None
        node = self._dice.choice(calls)
        self._document = edits.use_again(self._document, node.id, 0, 0)
        self._wire_up(self._newest(), like=node)
        return self._document.label(node.id)

    def _tap(self) -> str | None:
        models = self._models()
        if not models:
            return None
        model = self._dice.choice(models)
        inside = self._inside(model)
        if inside is None:
            return None
        address = self._dice.choice(list(_addresses(inside)))
        tap = opening.tap(inside, address)
        if any(known.address == tap.address for known in model.taps):
            return None
        self._document = edits.set_taps(self._document, model.id, (*model.taps, tap))
        return f"{model.name} at {address}"

    def _cut(self) -> str | None:
        models = [model for model in self._models() if not model.taps and not model.reinput]
        if not models:
            return None
        model = self._dice.choice(models)
        inside = self._inside(model)
        if inside is None:
            return None
        addresses = list(_addresses(inside, deep=False))
        start, stop = self._dice.choice(addresses), self._dice.choice(addresses)
        cut = cutting.cut(inside, (start,), (stop,))
        self._document = edits.set_cut(self._document, model.id, cut)
        for node in self._calls(SavedModel):
            if node.layer == model.id:
                self._wire_up(node.id)
        return f"{model.name} from {start} to {stop}"

    def _freeze(self) -> str | None:
        layers = [x for x in in_order(self._document.layers) if isinstance(x, SavedModel)]
        if not layers:
            return None
        layer = self._dice.choice(layers)
        kind = self._dice.randrange(3)
        if kind == 0:
            self._document = edits.set_trainable(self._document, layer.id, False)
            return layer.name
        if kind == 1:
            self._document = edits.set_inference(self._document, layer.id, True)
            return f"{layer.name} for inference"
        patterns = tuple(self._dice.sample(PATTERNS, 2))
        self._document = edits.set_frozen(self._document, layer.id, patterns)
        return f"{layer.name} {' '.join(patterns)}"

    def _open_up(self) -> str | None:
        calls = self._calls(SavedModel)
        if not calls:
            return None
        node = self._dice.choice(calls)
        model = self._document.layers[node.layer]
        inside = self._inside(model)
        if inside is None:
            return None
        design = opening.opened(inside, model, self._catalog)
        self._document = edits.splice(self._document, node.id, design)
        return model.name

    def _replace(self) -> str | None:
        """Change a layer out of a saved model: once so that its weights fit, once so that not."""
        layers = [
            layer
            for layer in in_order(self._document.layers)
            if isinstance(layer, KerasLayer) and layer.weights and layer.class_name == "Dense"
        ]
        if not layers:
            return None
        layer = self._dice.choice(layers)
        change = self._dice.choice(
            [("activation", "sigmoid"), ("use_bias", False), ("activation", "relu")]
        )
        self._document = edits.set_parameter(self._document, self._catalog, layer.id, *change)
        return f"{layer.name} {change[0]}"

    def _group(self) -> str | None:
        calls = [n for n in in_order(self._document.nodes) if isinstance(n, Call)]
        if len(calls) < 2:
            return None
        chosen = self._dice.sample(calls, min(len(calls), self._dice.randint(2, 4)))
        ids = [node.id for node in chosen]
        self._document = edits.group(
            self._document, self._catalog, ids, verdicts=self._flow.verdicts
        )
        return f"{len(ids)} nodes"

    def _ungroup(self) -> str | None:
        calls = self._calls(Submodel)
        if not calls or self._dice.random() < 0.5:
            return None
        node = self._dice.choice(calls)
        self._document = edits.ungroup(self._document, node.id)
        return node.id

    def _add_layer(self) -> str | None:
        sources = self._sources(rank=2)
        if not sources:
            return None
        name, parameters = self._dice.choice(
            [
                ("Dense", {"units": WIDTH}),
                ("LayerNormalization", {}),
                ("BatchNormalization", {}),
                ("Dropout", {"rate": 0.4}),
            ]
        )
        self._document = edits.add_keras_layer(
            self._document, name, 0, 0, parameters=Map(parameters)
        )
        self._connect(self._dice.choice(sources)[0], self._newest(), "inputs")
        return name

    def _merge(self) -> str | None:
        sources = self._sources(rank=2)
        alike = [s for s, spec in sources if spec == sources[0][1]]
        if len(alike) < 2:
            return None
        self._document = edits.add_keras_layer(self._document, "Add", 0, 0)
        newest = self._newest()
        for index, source in enumerate(self._dice.sample(alike, 2)):
            self._connect(source, newest, "inputs", index)
        return ""

    def _reinput(self) -> str | None:
        """Give an image model other pictures."""
        models = [m for m in self._models() if not m.taps and not m.cut and not m.reinput]
        models = [m for m in models if m.inputs and len(m.inputs[0].shape or ()) == 4]
        if not models:
            return None
        model = self._dice.choice(models)
        size = self._dice.choice([12, 20, 24])
        ports = tuple(_sized(port, size) for port in model.inputs)
        self._document = edits.set_reinput(self._document, model.id, ports)
        for node in self._calls(SavedModel):
            if node.layer == model.id:
                for wire in wires_into(node):
                    self._document = edits.disconnect(self._document, wire)
                self._wire_up(node.id)
        return f"{model.name} at {size}"

    def _add_outputs(self) -> str:
        """Put an Output behind what is wired to nothing, and behind a few other things."""
        document = self._document
        used = {s for node in document.nodes.values() for p in node.inputs.values() for s in p}
        ends = [
            Source(node.id, port)
            for node in in_order(document.nodes)
            if isinstance(node, Call)
            for port in output_ports(document, self._catalog, node)
        ]
        loose = [end for end in ends if end not in used]
        others = [end for end in ends if end in used]
        chosen = loose + self._dice.sample(others, min(len(others), 2))
        for end in chosen:
            self._document = edits.add_output(self._document, 0, 0)
            self._connect(end, self._newest(Output), OUTPUT_PORT)
        return str(len(chosen))

    # What they need for it -----------------------------------------------------------------------

    def _models(self) -> list[SavedModel]:
        layers = in_order(self._document.layers)
        return [layer for layer in layers if isinstance(layer, SavedModel)]

    def _calls(self, *kinds: type) -> list[Call]:
        nodes = in_order(self._document.nodes)
        calls = [node for node in nodes if isinstance(node, Call)]
        return [node for node in calls if isinstance(self._document.layers[node.layer], kinds)]

    def _inside(self, model: SavedModel) -> Inside | None:
        inside = self._insides[model.path]
        return inside.part(model.part).inside if model.part else inside

    def _newest(self, kind: type = Call) -> str:
        nodes = in_order(self._document.nodes)
        return [node.id for node in nodes if isinstance(node, kind)][-1]

    def _sources(self, rank: int | None = None) -> list[tuple[Source, TensorSpec]]:
        """Return the tensors that may be wired, as the engine last knew them."""
        found = []
        for node in in_order(self._document.nodes):
            verdict = self._flow.verdicts.get(node.id)
            if verdict is None:
                continue
            for port, spec in verdict.outputs:
                if rank is None or (spec.shape is not None and len(spec.shape) == rank):
                    found.append((Source(node.id, port), spec))
        return found

    def _connect(self, source: Source, node_id: str, port: str, index: int = 0) -> None:
        wire = Wire(source, node_id, port, index)
        self._document = edits.connect(self._document, self._catalog, wire)

    def _wire_up(self, node_id: str, like: Call | None = None) -> None:
        """Wire the free ports of a node, each to a tensor of its spec or to a new Input."""
        node = self._document.nodes[node_id]
        layer = self._document.layers[node.layer]
        for port in input_ports(self._document, self._catalog, node):
            node = self._document.nodes[node_id]
            wanted = len(like.inputs.get(port.name, ())) if like else 1
            for index in range(len(node.inputs.get(port.name, ())), wanted):
                spec = self._wanted(layer, port.name, like, index)
                self._connect(self._source(spec, node_id), node_id, port.name, index)

    def _wanted(self, layer: Any, port: str, like: Call | None, index: int) -> TensorSpec:
        if like is not None:
            source = like.inputs[port][index]
            spec = self._flow.verdicts[source.node].spec(source.port)
            assert spec is not None
            return spec
        saved = next(known for known in layer.inputs if known.name == port)
        return TensorSpec(saved.shape or (None, WIDTH), saved.dtype)

    def _source(self, spec: TensorSpec, node_id: str) -> Source:
        """Return a tensor of this spec from before the node, else that of a new Input."""
        known = [source for source, there in self._sources() if there == spec]
        known = [s for s in known if s.node != node_id and s.node in self._document.nodes]
        behind = self._behind(node_id)
        known = [source for source in known if source.node not in behind]
        if known and self._dice.random() < 0.7:
            return self._dice.choice(known)
        _, *shape = spec.shape
        self._document = edits.add_input(self._document, 0, 0, shape=tuple(shape), dtype=spec.dtype)
        return Source(self._newest(Input))

    def _behind(self, node_id: str) -> set[str]:
        found = {node_id}
        while True:
            more = {
                node.id
                for node in self._document.nodes.values()
                if any(s.node in found for sources in node.inputs.values() for s in sources)
            }
            if more <= found:
                return found
            found |= more


def _addresses(inside: Inside, *, deep: bool = True, before: tuple = ()) -> Any:
    """Yield the addresses of what calls give, at every depth."""
    for call in inside.calls:
        steps = (*before, (call.part, call.number))
        yield address_of(*steps)
        part = inside.by_name[call.part]
        if deep and part.kind == MODEL and part.inside is not None:
            yield from _addresses(part.inside, before=steps)


def _sized(port: SavedPort, size: int) -> SavedPort:
    return replace(port, shape=(port.shape[0], size, size, port.shape[3]))
