"""Breaks right designs as people do, and finds where what is said of them is not as it should be.

    python -m tests.corpus.broken 0 2000 [--quiet]

judges the designs of these seeds and prints each fault with its seed, and the figures at the end.
"""

import argparse
import json
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import keras
import numpy
from PySide6.QtCore import QCoreApplication

from composer_gui.core.document import Call, Input, in_order, put
from composer_gui.core.graph import Graph
from composer_gui.core.layer_kinds import SavedModel, Submodel
from composer_gui.core.ports import layer_output_ports
from composer_gui.core.verdicts import BLOCKED
from composer_gui.engine import example_models
from composer_gui.engine.client import EngineClient
from composer_gui.storage import document_file, keras_archive, resources
from tests.conformance import zoo
from tests.corpus import alone, cases, eager, files, mutations, written
from tests.corpus.judging import Judge, unsaid
from tests.drawing import Drawing

CATALOG = resources.catalog()
EXAMPLES = tuple(sorted(p.stem for p in (resources.folder() / "examples").glob("*.composer")))
WRONG_EXAMPLES = ("mismatch", "residual")

TOO_MUCH = {"weights_too_large", "values_too_large", "memory", "crashes"}
"""Problems of designs that nobody tries in Keras: they would take this program with them."""

MOST_BYTES = 300_000_000
"""Bytes of one layer's weights, or of what it gives for a sample, up to which Keras is tried."""

OF_ITS_OWN = {"missing_wire", "missing_parameter", "bad_parameter", "output_without_wire"}
"""Problems of a node that are there whatever comes before it."""

BY_DECISION = (
    ("no_output", "", "a design whose nodes lead nowhere is not finished"),
    ("missing_wire", "at least", "a merge of one tensor is not finished"),
    ("rank", "images", "Keras takes the batch for the height of a single image"),
    ("rank", "at least 2 axes", "Keras compares the samples of a batch with each other"),
    ("dtype", "whole numbers", "Keras cuts fractions off before a model that looks things up"),
    ("gives_back", "", "Keras leaves out a layer that gives back what it gets"),
    ("bad_parameter", "sparse does not work", "hardly a layer takes what comes out then"),
    ("free_size", "known sizes", "Keras stumbles over it where the model is trained"),
    ("batch_size", "any size", "Keras stumbles over it where the model is trained"),
    ("axis_size", "wants 3 on", "AugMix and RandAugment fail on other colours by chance only"),
    ("shape", "", "Keras leaves the last axis of a saved model of 1 out of account"),
)
"""Errors of designs that Keras builds and runs: code, what is wanted, why it is an error."""

DIFFERS_ANYWAY = ("attention of the zoo",)
"""Right designs of which Keras announces another shape than comes: the scores of an attention."""


# Right designs ------------------------------------------------------------------------------------


def right_designs(folder, *, every=True):
    """Return right designs by name; without `every` those that take few saved models."""
    models = files.make_models(folder)
    found = {name: written.design(text, models) for name, text in cases.RIGHT.items()}
    found |= alone.designs()
    found |= {f"{name} alone": _of_a_model(name, path) for name, path in models.items()}
    if every:
        found |= _examples(folder)
        for name in zoo.MODELS:
            path = folder / f"zoo_{name}.keras"
            zoo.build(name).save(path)
            found[f"{name} of the zoo"] = _of_a_model(name, path)
    return {name: document.settled() for name, document in found.items()}


def _of_a_model(name, path):
    """Return a design of one saved model, with an Input for each input and all outputs led out."""
    drawing, interface = Drawing(name), keras_archive.read(path)
    ports = interface.inputs
    inputs = [drawing.input(p.name, *(p.shape or (None,))[1:], dtype=p.dtype) for p in ports]
    node = drawing.model(name, interface, *inputs, path=str(path))
    for port in interface.outputs:
        drawing.output(port.name, (node, port.name))
    return drawing.document


def _examples(folder):
    found, wanted = {}, set()
    for name in EXAMPLES:
        if name in WRONG_EXAMPLES:
            continue
        document = document_file.read(resources.example_design(name))
        moved = []
        for layer in in_order(document.layers):
            if isinstance(layer, SavedModel):
                wanted.add(Path(layer.path).name)
                moved.append(replace(layer, path=str(folder / Path(layer.path).name), sha256=""))
        found[f"{name} of the gallery"] = put(document, *moved)
    example_models.make(sorted(wanted), str(folder))
    return found


# What Keras does ----------------------------------------------------------------------------------


def behaviour(document):
    """Return what Keras does with a design, loose ends and all, and what it says.

    As `eager.behaviour`. Free sizes are tried with several numbers, and whole numbers also with
    nothing but zeros: what runs with one of them runs.
    """
    try:
        model = _Ordered(document, CATALOG).model()
    except Exception as error:
        return eager.REFUSED, _said(error)
    found = _run(model, document, 8, False)
    for free in _sizes(document):
        if found[0] == eager.CRASHES:
            found = _run(model, document, free, True)
    return found


def _sizes(document):
    """Return numbers that may do for a free size: a few, and those that stand in the design."""
    found = {16, 32, 5, 3}
    for node_id in document.inputs:
        found.update(document.nodes[node_id].shape)
    for layer in document.layers.values():
        if isinstance(layer, SavedModel):
            found.update(size for port in layer.inputs for size in (port.shape or ())[1:])
    return sorted(found - {None})


def _run(model, document, free, zeros):
    try:
        inputs = [document.nodes[node_id] for node_id in document.inputs]
        batch = next((node.batch_size for node in inputs if node.batch_size), None)
        data = [_values(node, free, zeros, batch) for node in inputs]
        announced = [tuple(tensor.shape) for tensor in model.outputs]
        shapes = [tuple(tensor.shape) for tensor in keras.tree.flatten(model(data))]
    except Exception as error:
        return eager.CRASHES, _said(error)
    for told, came in zip(announced, shapes, strict=True):
        if len(told) != len(came) or any(
            a not in (None, b) for a, b in zip(told, came, strict=True)
        ):
            return eager.DIFFERS, f"{told} was announced and {came} came"
    return eager.RUNS, ""


def _values(node, free, zeros, batch):
    shape = tuple(free if size is None else size for size in node.shape)
    data = eager._values(replace(node, shape=shape, batch_size=node.batch_size or batch))
    return numpy.zeros_like(data) if zeros and data.dtype.kind in "iu" else data


def _said(error):
    text = str(error).strip() or type(error).__name__
    return f"{type(error).__name__}: {' '.join(text.split())}"[:300]


class _Ordered(eager._Model):
    """Calls the layers along the wires, and gives what nothing takes as outputs too."""

    def model(self):
        document = self.document
        nodes = document.nodes
        taken = set()
        for node_id in Graph(document).order():
            node = nodes[node_id]
            taken |= {source for sources in node.inputs.values() for source in sources}
            if isinstance(node, Input):
                self.tensors[node.id, "output"] = keras.Input(
                    node.shape, batch_size=node.batch_size, dtype=node.dtype, name=node.label
                )
            elif isinstance(node, Call):
                self._call(node)
        outputs = [self._taken(nodes[node_id], "input")[0] for node_id in document.outputs]
        used = {(source.node, source.port) for source in taken}
        for node in in_order(nodes):
            if isinstance(node, Call):
                layer = document.layers[node.layer]
                ports = layer_output_ports(self.catalog, layer, node)
                if not any((node.id, port) in used for port in ports):
                    outputs += [self.tensors[node.id, port] for port in ports]
        return keras.Model([self.tensors[n, "output"] for n in document.inputs], outputs)

    def _made(self, layer):
        if isinstance(layer, Submodel):
            made = _Ordered(layer.design, self.catalog).model()
            return made
        return super()._made(layer)


# Judging ------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What came of one broken design. `faults` pairs what sort of fault with what is the matter."""

    seed: int
    name: str
    mistakes: list
    document: object
    keras: str = "not tried"
    errors: int = 0
    offers: int = 0
    faults: list = field(default_factory=list)


class Breaker:
    """Breaks designs and judges what is said of them, with one engine."""

    def __init__(self, designs, engine):
        self.designs = sorted(designs.items())
        self.judge = Judge(engine)
        self.session = self.judge.session
        self.states = []
        engine.state_changed.connect(lambda state, _: self.states.append(state))

    def begin(self):
        """Wait for the engine to be there."""
        self.made(0)
        self.states.clear()

    def made(self, seed):
        """Return the design of a seed."""
        name, right = self.designs[seed * 7919 % len(self.designs)]
        self.judge.judged(right, repairs=False)
        document, mistakes = mutations.broken(right, dict(self.session.verdicts), seed)
        return Found(seed, name, mistakes, document.settled())

    def found(self, seed):
        """Return what came of the design of a seed."""
        found = self.made(seed)
        try:
            self._judge(found)
        except TimeoutError:
            raise  # an engine that does not answer will not answer the next time either
        except Exception:
            found.faults.append(("raised", traceback.format_exc()[-1500:]))
        if self.states:
            found.faults.append(("engine", str(self.states)))
            self.states.clear()
        return found

    def _judge(self, found):
        document = found.document
        judged = self.judge.judged(document)
        session = self.session
        verdicts = dict(session.verdicts)
        found.errors = len(judged.errors)
        for problem in judged.problems:
            left = unsaid(document, problem)
            if left:
                found.faults.append(("unsaid", f"{left}: {problem.code}: {problem.message}"))
            if problem.code == "keras":
                found.faults.append(("generic", problem.message))
        found.faults += [("chain", text) for text in chained(document, judged.errors, verdicts)]
        self._compare_with_keras(found, judged, verdicts)
        for offers in judged.offers:
            for offer in offers:
                found.offers += 1
                left = self.judge.left_by(document, offer)
                if left:
                    found.faults.append(("promise", f"{offer.problem.code}: {left}"))
                session.undo()
                if session.root != document:
                    found.faults.append(("undo", offer.title))

    def _compare_with_keras(self, found, judged, verdicts):
        codes = {problem.code for problem in judged.errors}
        layers = found.document.layers.values()
        again = any(isinstance(layer, SavedModel) and layer.reinput for layer in layers)
        if codes & TOO_MUCH or again or _is_large(verdicts):
            return
        found.keras, said = behaviour(found.document)
        if found.keras == eager.DIFFERS and found.name in DIFFERS_ANYWAY:
            found.keras = eager.RUNS
        if found.keras != eager.RUNS and not codes:
            found.faults.append(("missed", f"{found.keras}: {said}"))
        if found.keras == eager.RUNS:
            for problem in judged.errors:
                if not is_decided(problem):
                    found.faults.append(("alarm", f"{problem.code}: {problem.message}"))


def is_decided(problem):
    """Return whether an error is one also where Keras runs the design."""
    words = f"{problem.expected} {problem.message}"
    return any(problem.code == code and part in words for code, part, _ in BY_DECISION)


def _is_large(verdicts):
    costs = [verdict.cost for verdict in verdicts.values()]
    return any(max(c.weights or 0, c.activations or 0) > MOST_BYTES for c in costs)


def chained(document, errors, verdicts):
    """Yield errors of nodes that are behind others with errors, which they have to wait for."""
    wrong = {problem.node for problem in errors}
    for problem in errors:
        if problem.node is None or problem.code in OF_ITS_OWN:
            continue
        before, left = set(), [problem.node]
        while left:
            node = document.nodes[left.pop()]
            for sources in node.inputs.values():
                left += [s.node for s in sources if s.node not in before]
                before |= {s.node for s in sources}
        if before & wrong:
            yield f"{problem.code}: {problem.message}"
    for node_id, verdict in verdicts.items():
        if verdict.kind == BLOCKED and verdict.blocked_by not in wrong:
            yield f"{document.label(node_id)} waits for {verdict.blocked_by}, which is not wrong"


def figures(every):
    """Return the figures of what was found."""
    counts = Counter(kind for found in every for kind, _ in found.faults)
    wrong = [f for f in every if f.keras in (eager.REFUSED, eager.CRASHES, eager.DIFFERS)]
    return {
        "designs": len(every),
        "Keras": dict(Counter(found.keras for found in every)),
        "wrong": len(wrong),
        "wrong caught": sum(bool(found.errors) for found in wrong),
        "errors": sum(found.errors for found in every),
        "offers": sum(found.offers for found in every),
        "faults": dict(counts),
    }


def main():
    """Judge the designs of a range of seeds and print what was found."""
    asked = argparse.ArgumentParser()
    asked.add_argument("first", type=int)
    asked.add_argument("behind", type=int)
    asked.add_argument("--quiet", action="store_true")
    options = asked.parse_args()
    application = QCoreApplication.instance() or QCoreApplication([])
    every = []
    with tempfile.TemporaryDirectory() as folder:
        designs = right_designs(Path(folder))
        engine = EngineClient(application)
        engine.start()
        breaker = Breaker(designs, engine)
        breaker.begin()
        for seed in range(options.first, options.behind):
            found = breaker.found(seed)
            every.append(found)
            for kind, text in () if options.quiet else found.faults:
                made = ", ".join(found.mistakes)
                print(f"{kind} | {seed} | {found.name} | {made} | {text}", flush=True)
            if len(every) % 100 == 0:
                print("#", json.dumps(figures(every)), flush=True)
        breaker.judge.close()
        engine.stop()
    print(json.dumps(figures(every), indent=1))


if __name__ == "__main__":
    main()
