"""The statements that make one design in paragraphs, from the inputs to the returned model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from composer_gui.core.codegen import repeats
from composer_gui.core.codegen.calls import Calls, Statement, Wording
from composer_gui.core.codegen.chapters import Chapter
from composer_gui.core.codegen.expressions import (
    STEP,
    Atom,
    Display,
    Expression,
    Labelled,
    assignment,
    call,
    keyword,
    wrapped,
)
from composer_gui.core.codegen.functions import Function, define, sources_inside
from composer_gui.core.codegen.literals import literal, text_literal
from composer_gui.core.codegen.loading import Loading
from composer_gui.core.codegen.loops import PlaceCall, looped
from composer_gui.core.codegen.naming import Variables, model_name
from composer_gui.core.codegen.page import Paragraph
from composer_gui.core.codegen.prose import (
    anew_comment,
    changed_comment,
    comment,
    waiting_comment,
)
from composer_gui.core.codegen.reading import FROZEN_WHEN_BUILT, TAKE_NO_TRAINABLE
from composer_gui.core.codegen.restored import RestoredChain
from composer_gui.core.codegen.scratch import chain
from composer_gui.core.codegen.supplies import Supplies
from composer_gui.core.codegen.surroundings import Surroundings
from composer_gui.core.document import Input, Output, Source, label_of
from composer_gui.core.layer_kinds import KerasLayer, Submodel

INDENT = " " * STEP

LONG_PARAGRAPH = 3
"""Statements from which a paragraph stands apart from its neighbours."""


class Body:
    """Writes the statements of one design in reading order.

    `name` is the model's, with which a submodel gives its outputs in a list; the whole design has
    none and gives them by name. `makers` are the functions for the submodels in it, by layer.
    """

    def __init__(
        self, chapter: Chapter, around: Surroundings, supplies: Supplies, name: str = ""
    ) -> None:
        self._chapter = chapter
        self._supplies = supplies
        read = self._read = chapter.read
        names = self._names = chapter.names
        self._document = chapter.document
        self._parts = chapter.parts
        self._around = around
        self._name = name
        wording = Wording(
            {layer_id: literal(names[layer_id]) for layer_id in self._document.layers}
        )
        variables = Variables(self._document, names, read.held, around.functions)
        self._calls = Calls(read, wording, variables)
        self.makers = {
            layer.id: variables.claim_function(f"build_{names[layer.id]}")
            for layer in chapter.layers
            if isinstance(layer, Submodel) and not isinstance(layer, RestoredChain)
        }
        self._loading = Loading(chapter, self._calls, around, supplies)
        self._places: dict[int, PlaceCall] = {}
        self._counters: dict[str, str] = {}
        self.functions = [define(x, read, self._calls) for x in repeats.find(read, names)]

    @property
    def handed(self) -> list[str]:
        """The parameters of the function: the variables of the saved models that it is handed."""
        handed = self._supplies.handed_to(self._chapter)
        return [self._loading.variables[supply] for supply in handed]

    def paragraphs(self) -> list[Paragraph]:
        """Return everything between the head of the function and its end."""
        nodes = self._document.nodes
        inputs = [self._input(nodes[node_id]) for node_id in self._document.inputs]
        layers = list(self._layers())
        written = [statement for statement in list(self._body()) if statement.lines]
        written = looped(written, self._places, self._read, self._counter)
        found = [inputs, *layers, *_set_apart(written, self._read.uses), [self._result()]]
        return [paragraph for paragraph in found if paragraph]

    def _input(self, node: Input) -> Statement:
        variable = self._calls.variables.nodes[node.id]
        self._calls.tensors[Source(node.id)] = variable
        value = _input_call(node, self._names[node.id])
        return Statement([node.id], assignment(variable, value, STEP))

    # Layers in variables --------------------------------------------------------------------------

    def _layers(self) -> Iterator[Paragraph]:
        """Yield a paragraph for each file that is loaded, then one for what is made here."""
        callers: dict[str, list[str]] = {}
        for node_id in self._read.ready:
            callers.setdefault(self._document.nodes[node_id].layer, []).append(node_id)
        yield from self._loading.paragraphs(callers)
        made = []
        for layer_id, node_ids in callers.items():
            layer = self._document.layers[layer_id]
            if layer_id in self._read.held and not self._read.is_fetched(layer):
                made.append(Statement(node_ids, self._making(layer)))
        yield made

    def _making(self, layer: KerasLayer | Submodel) -> list[str]:
        variable = self._calls.variables.layers[layer.id]
        if isinstance(layer, RestoredChain):
            lines = assignment(variable, self._sequential(layer), STEP)
            return lines if layer.trainable else [*lines, _freezing(variable)]
        if isinstance(layer, Submodel):
            handed = self._supplies.handed_to(self._parts[layer.id])
            given = (Atom(self._loading.variables[supply]) for supply in handed)
            lines = assignment(variable, call(self.makers[layer.id], *given), STEP)
            return lines if layer.trainable else [*lines, _freezing(variable)]
        lines = assignment(variable, self._calls.constructor(layer), STEP)
        if layer.weights is not None:
            lines.insert(0, INDENT + self._said_of(layer))
        if not layer.trainable and layer.class_name in FROZEN_WHEN_BUILT:
            self._calls.afterwards.setdefault(layer.id, []).append(_freezing(variable))
        is_done = layer.trainable or layer.class_name not in TAKE_NO_TRAINABLE
        return lines if is_done else [*lines, _freezing(variable)]

    def _said_of(self, layer: KerasLayer) -> str:
        """Return the comment that says which layer of a saved model this one was."""
        catalog = self._read.wiring.catalog
        if layer.id in self._read.anew:
            return anew_comment(layer, catalog)
        return changed_comment(layer, catalog, has_weights=self._around.has_weights(layer))

    def _sequential(self, layer: RestoredChain) -> Expression:
        """Return a model whose layers lie one behind the other."""
        part = self._parts[layer.id]
        document, names = part.document, part.names
        wording = Wording({key: literal(name) for key, name in names.items()})
        inner = Calls(part.read, wording, Variables(document, names, ()))
        (given,) = document.inputs
        layers = [document.layers[node.layer] for node in chain(document)]
        made = _input_call(document.nodes[given], names[given]), *map(inner.constructor, layers)
        name = keyword("name", literal(self._names[layer.id]))
        return call("keras.Sequential", Display("[]", made), name)

    # Calls and the end ----------------------------------------------------------------------------

    def _body(self) -> Iterator[Statement]:
        """Yield a statement for each call, and one for each place of what is repeated."""
        starts = {
            function.repeat.nodes(place)[0]: (function, place)
            for function in self.functions
            for place in range(len(function.repeat.places))
        }
        inside: set[str] = set()
        for node_id in self._read.calls:
            if node_id in starts:
                function, place = starts[node_id]
                inside.update(function.repeat.nodes(place))
                yield self._place(function, place)
            elif node_id not in inside:
                yield self._call(node_id)

    def _place(self, function: Function, place: int) -> Statement:
        repeat = function.repeat
        tensors = [self._calls.tensors[source] for source in repeat.sources[place]]
        value = function.call(place, tensors, self._read)
        taken = sources_inside(repeat, place, self._read)
        statement = self._calls.result_of(value, repeat.nodes(place), taken)
        last = repeat.nodes(place)[-1]
        given = self._calls.tensors[Source(last, self._read.wiring.outputs(last)[0])]
        called = PlaceCall(statement, function, place, tuple(tensors), given)
        self._places[id(statement)] = called
        return statement

    def _counter(self, wanted: str) -> str:
        """Return the counter of a loop; one name is good for many loops."""
        if wanted not in self._counters:
            self._counters[wanted] = self._calls.variables.claim(wanted, "number")
        return self._counters[wanted]

    def _call(self, node_id: str) -> Statement:
        node = self._document.nodes[node_id]
        if node_id not in self._read.waiting:
            return self._calls.statement(node)
        label = label_of(self._document, node)
        said = waiting_comment(label, self._read.waiting[node_id])
        return Statement([node_id], [INDENT + said])

    def _result(self) -> Statement:
        """Return the statement that returns the model, or what it waits for in its place."""
        outputs = [self._document.nodes[node_id] for node_id in self._document.outputs]
        ready = [node for node in outputs if self._tensor(node) is not None]
        if not ready or not self._document.inputs:
            missing = "an Output" if self._document.inputs else "an Input"
            return Statement([], [f"{INDENT}{comment(f'the model waits for {missing}')}"])
        variables = self._calls.variables.nodes
        inputs = [Atom(variables[node_id]) for node_id in self._document.inputs]
        taken = inputs[0] if len(inputs) == 1 else Display("[]", tuple(inputs))
        name = keyword("name", literal(self._name or model_name(self._document)))
        value = call("keras.Model", taken, self._given(ready), name)
        if self._around.weights and not self._name:
            model = self._calls.variables.claim("model")
            place = f"Path(__file__).parent / {text_literal(self._around.weights)}"
            lines = [
                *assignment(model, value, STEP),
                f"{INDENT}{model}.load_weights({place})",
                f"{INDENT}return {model}",
            ]
        else:
            lines = wrapped(value, STEP, f"{INDENT}return ", "")
        return Statement([node.id for node in ready], list(lines))

    def _given(self, outputs: list[Output]) -> Expression:
        """Return the model's only result, or several: in a dictionary by name, or in a list."""
        if len(self._document.outputs) == 1:
            return Atom(self._tensor(outputs[0]))
        if self._name:
            return Display("[]", tuple(Atom(self._tensor(node)) for node in outputs))
        items = ((text_literal(self._names[n.id]), Atom(self._tensor(n))) for n in outputs)
        return Display("{}", tuple(Labelled(f"{key}: ", tensor) for key, tensor in items))

    def _tensor(self, output: Output) -> str | None:
        sources = [source for port in output.inputs.values() for source in port]
        return self._calls.tensors.get(sources[0]) if sources else None


def _input_call(node: Input, name: str) -> Expression:
    more = []
    if node.batch_size is not None:
        more.append(keyword("batch_size", literal(node.batch_size)))
    if node.dtype != "float32":
        more.append(keyword("dtype", literal(node.dtype)))
    return call("keras.Input", literal(node.shape), *more, keyword("name", literal(name)))


def _freezing(variable: str) -> str:
    return f"{INDENT}{variable}.trainable = False"


# Blank lines ------------------------------------------------------------------------------------


def _set_apart(statements: list[Statement], uses: Mapping[Source, int]) -> list[Paragraph]:
    """Return the calls in paragraphs: a long branch stands apart from what is beside it."""
    paragraphs: list[Paragraph] = []
    for branch in _branches(statements, uses):
        is_long = len(branch) >= LONG_PARAGRAPH
        if paragraphs and not is_long and len(paragraphs[-1]) < LONG_PARAGRAPH:
            paragraphs[-1] += branch
        else:
            paragraphs.append(branch)
    return paragraphs


def _branches(statements: list[Statement], uses: Mapping[Source, int]) -> list[Paragraph]:
    """Return the statements in runs: one ends where the graph forks, or where branches meet."""
    branches: list[Paragraph] = []
    for statement in statements:
        before = branches[-1][-1].nodes[0] if branches else None
        taken = Counter(statement.sources)
        ending = [source for source in taken if uses[source] == taken[source]]
        if len(ending) == 1 and before in {source.node for source in taken}:
            branches[-1].append(statement)
        else:
            branches.append([statement])
    return branches
