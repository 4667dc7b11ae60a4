"""The statements that load saved models, and take out of them what the design uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PureWindowsPath

from composer_gui.core.codegen import prose
from composer_gui.core.codegen.calls import Calls, Statement, structured
from composer_gui.core.codegen.chapters import Chapter
from composer_gui.core.codegen.expressions import (
    STEP,
    Atom,
    Call,
    Display,
    Expression,
    assignment,
    call,
    flat,
    keyword,
    wrapped,
)
from composer_gui.core.codegen.literals import literal, text_literal
from composer_gui.core.codegen.loads import Kept, part_of
from composer_gui.core.codegen.naming import legal_name, saved_name
from composer_gui.core.codegen.reading import is_plain_part, is_tapped
from composer_gui.core.codegen.supplies import Supplies, Supply, new_names
from composer_gui.core.codegen.surroundings import Surroundings
from composer_gui.core.inside import Inside, steps_of
from composer_gui.core.layer_kinds import KerasLayer, SavedModel, SavedPort

INDENT = " " * STEP

ALL = "*"
"""The pattern that every layer fits."""

FEW = 2
"""Layers that are frozen one by one; more are frozen in a loop."""


class Loading:
    """Writes what one design loads, and says what stands for the layers that it takes out of it.

    `variables` are those of the saved models of which only parts are used: of those that are
    loaded here, and of those that the function is handed.
    """

    def __init__(
        self, chapter: Chapter, calls: Calls, around: Surroundings, supplies: Supplies
    ) -> None:
        self._chapter = chapter
        self._read = chapter.read
        self._names = chapter.names
        self._calls = calls
        self._around = around
        self._supplies = supplies
        self.variables = dict(self._named())

    def _named(self) -> Iterator[tuple[Supply, str]]:
        """Yield a variable for each saved model; the second load of `vgg` is `vgg_2`."""
        counted: Counter[str] = Counter()
        for supply in self._supplies.of(self._chapter):
            if supply.whole is None:
                counted[supply.path] += 1
                number, stem = counted[supply.path], _stem(supply.path)
                wanted = stem if number == 1 else f"{stem}_{number}"
                yield supply, self._calls.variables.claim(wanted, "source")

    def paragraphs(self, callers: Mapping[str, list[str]]) -> Iterator[list[Statement]]:
        """Yield a paragraph for each saved model; `callers` are the nodes that call each layer."""
        for supply in self._supplies.of(self._chapter):
            if supply.whole is not None:
                yield [Statement(callers[supply.whole.id], self._whole(supply.whole))]
            else:
                yield self._parts(supply, callers)

    def _loaded(self, variable: str, path: str) -> list[str]:
        custom = self._around.custom_objects(path)
        more = [keyword("custom_objects", custom)] if custom else []
        more.append(keyword("compile", literal(False)))
        value = call("keras.models.load_model", self._around.paths[path], *more)
        return assignment(variable, value, STEP)

    # A whole model --------------------------------------------------------------------------------

    def _whole(self, layer: SavedModel) -> list[str]:
        variable = self._calls.variables.layers[layer.id]
        outputs = [layer.outputs[number] for number in self._read.used_ports(layer.id)]
        lines = [INDENT + prose.model_comment(layer, outputs if is_tapped(layer) else None)]
        if not (is_tapped(layer) or layer.reinput):
            lines += [*self._loaded(variable, layer.path), self._renaming(layer)]
            return [*lines, *self._quieted(layer, variable)]
        source = self._calls.variables.claim(_stem(layer.path), "source")
        lines += self._loaded(source, layer.path)
        return [*lines, *self._derived(layer, source)]

    def _derived(self, layer: SavedModel, source: str) -> list[str]:
        """Return the lines that make the tapped or differently shaped model out of `source`."""
        variable = self._calls.variables.layers[layer.id]
        lines = []
        if is_tapped(layer):
            lines += assignment(variable, self._tapped(layer, source), STEP)
        if layer.reinput:
            inputs = structured(layer.interface.input_structure, list(map(_input, layer.reinput)))
            more = keyword("input_tensors", inputs), keyword("clone_function", _SAME)
            # what lies behind a tap or a cut need not be able to take the other inputs
            cloned = Atom(variable if lines else source)
            value = call("keras.models.clone_model", cloned, *more)
            renaming = [] if lines else [self._renaming(layer)]
            lines += [*assignment(variable, value, STEP), *renaming]
        return [*lines, *self._quieted(layer, variable)]

    def _tapped(self, layer: SavedModel, source: str) -> Expression:
        """Return the model from the inputs of `source` to the tensors that are wanted of it."""
        inside = self._around.inside_of(layer)
        tensors = [
            _tensor(layer, layer.outputs[number], number, source, inside)
            for number in self._read.used_ports(layer.id)
        ]
        given = tensors[0] if len(tensors) == 1 else Display("[]", tuple(tensors))
        # what a Sequential calls its input need not be the one that its layers are behind
        is_row = layer.interface.class_name == "Sequential"
        taken = Atom(f"{source}.inputs[0]" if is_row else f"{source}.input")
        name = keyword("name", literal(self._names[layer.id]))
        return call("keras.Model", taken, given, name)

    def _quieted(self, layer: SavedModel, variable: str) -> list[str]:
        """Return the lines that freeze what is to be frozen of a model in a variable."""
        if layer.inference:
            self._around.used.add("silence")
            return [f"{INDENT}silence({variable})"]
        is_frozen = not layer.trainable or layer.frozen == (ALL,)
        if is_frozen and not self._around.is_half_frozen(layer):
            return [f"{INDENT}{variable}.trainable = False"]
        patterns = (ALL,) if is_frozen else layer.frozen
        if patterns or self._around.has_thawed(layer):
            return self._freezing(Atom(variable), patterns)
        return []

    def _freezing(self, model: Expression, patterns: Sequence[str] = ()) -> list[str]:
        self._around.used.add("freeze")
        value = call("freeze", model, *map(literal, patterns))
        return list(wrapped(value, STEP, INDENT, ""))

    def _renaming(self, layer: Kept) -> str:
        variable = self._calls.variables.layers[layer.id]
        return f"{INDENT}{variable}.name = {flat(literal(self._names[layer.id]))}"

    # Parts of a model -----------------------------------------------------------------------------

    def _parts(self, supply: Supply, callers: Mapping[str, list[str]]) -> list[Statement]:
        """Return the statements that load a model, if that is done here, and take parts of it."""
        source = self.variables[supply]
        statements, later = [], []
        if self._supplies.is_home(self._chapter, supply):
            nodes = self._takers(supply, callers)
            count = sum(len(load.layers) for load in supply.taken.values())
            comment = INDENT + prose.kept_comment(supply.path, count)
            lines = [comment, *self._loaded(source, supply.path), *self._frozen(supply, source)]
            statements.append(Statement(nodes, lines))
        load = supply.taken.get(self._chapter)
        renamed = new_names(load, self._chapter) if load else set()
        for layer in load.layers if load else ():
            first, last = self._part(layer, source, renamed)
            statements.append(Statement(callers[layer.id], first))
            later.append(Statement(callers[layer.id], last))
        return [statement for statement in (*statements, *later) if statement.lines]

    def _takers(self, supply: Supply, callers: Mapping[str, list[str]]) -> list[str]:
        """Return the nodes whose layers come out of a load, or have such layers in them."""
        own = supply.taken.get(self._chapter)
        layers = [layer.id for layer in own.layers] if own else []
        for layer_id in callers:
            part = self._chapter.parts.get(layer_id)
            if part is not None and supply in self._supplies.handed_to(part):
                layers.append(layer_id)
        return [node for layer_id in layers for node in callers[layer_id]]

    def _part(self, layer: Kept, source: str, renamed: set[str]) -> tuple[list[str], list[str]]:
        """Return the lines that take a layer out of `source`, and those that come when all are.

        Where another layer comes to have its name it is taken out before that.
        """
        variables = self._calls.variables
        fetched: Expression = _fetch(source, part_of(layer))
        lines = []
        is_late = not self._read.is_fetched(layer) or layer.id not in variables.layers
        if is_late and not renamed.isdisjoint(part_of(layer).split("/")):
            variable = variables.claim(f"saved_{saved_name(layer)}")
            lines += assignment(variable, fetched, STEP)
            fetched = Atom(variable)
        if isinstance(layer, KerasLayer) and not layer.is_as_saved:
            self._calls.afterwards[layer.id] = list(self._refilling(layer, fetched))
            return lines, []
        if layer.id not in variables.layers:
            self._calls.fetched[layer.id] = fetched
            return lines, []
        if isinstance(layer, SavedModel) and (is_tapped(layer) or layer.reinput):
            inner = variables.claim(f"whole_{saved_name(layer)}")
            return assignment(inner, fetched, STEP), self._derived(layer, inner)
        variable = variables.layers[layer.id]
        later = [self._renaming(layer)] if self._chapter.is_renamed(layer) else []
        if isinstance(layer, SavedModel) and not is_plain_part(layer):
            later += self._quieted(layer, variable)
        return assignment(variable, fetched, STEP), later

    def _refilling(self, layer: KerasLayer, fetched: Expression) -> Iterator[str]:
        """Yield what gives a new layer the weights of a saved one, once it has been called."""
        if not self._around.has_weights(layer):
            return
        variable = self._calls.variables.layers[layer.id]
        value = call(f"{variable}.set_weights", Atom(f"{flat(fetched)}.get_weights()"))
        yield from wrapped(value, STEP, INDENT, "")
        if layer.class_name == "Normalization":
            yield f"{INDENT}{variable}.finalize_state()"

    # Freezing -------------------------------------------------------------------------------------

    def _frozen(self, supply: Supply, source: str) -> list[str]:
        """Return the lines that freeze and thaw the layers that are taken out as they are."""
        fetched = [
            layer
            for chapter, load in supply.taken.items()
            for layer in load.layers
            if chapter.read.is_fetched(layer)
        ]
        frozen = [layer for layer in fetched if not layer.trainable]
        thawed = [x for x in fetched if x.trainable and self._around.was_frozen(x)]
        half = [x for x in frozen if self._around.is_half_frozen(x)]
        fresh = [x for x in frozen if not self._around.was_frozen(x)]
        is_heeded = not self._around.is_half_frozen_file(supply.path)
        if len(frozen) > FEW and 2 * len(frozen) > len(fetched) and is_heeded:
            others = [layer for layer in fetched if layer.trainable]
            whole = f"{INDENT}{source}.trainable = False"
            return [whole, *_switched(source, others, TRUE), *_frozen_again(source, half)]
        models = [x for x in fetched if isinstance(x, SavedModel) and x.trainable]
        again = [self._freezing(_fetch(source, part_of(x))) for x in models if self._is_thawed(x)]
        return [
            *_switched(source, fresh, FALSE),
            *_switched(source, thawed, TRUE),
            *_frozen_again(source, half),
            *(line for lines in again for line in lines),
        ]

    def _is_thawed(self, layer: SavedModel) -> bool:
        return is_plain_part(layer) and self._around.has_thawed(layer)


def _frozen_again(source: str, layers: Sequence[Kept]) -> Iterator[str]:
    """Yield the lines that freeze layers with others in them which were saved frozen."""
    if layers:
        yield INDENT + prose.comment(
            "Keras lets what lies in a frozen layer train once it is loaded"
        )
        yield from _switched(source, layers, TRUE)
        yield from _switched(source, layers, FALSE)


def _switched(source: str, layers: Sequence[Kept], value: Atom) -> Iterator[str]:
    """Yield the lines that set `trainable` of layers, in a loop where there are more than few."""
    loop = [part_of(layer) for layer in layers if "/" not in part_of(layer)]
    loop = loop if len(loop) > FEW else []
    if loop:
        yield from wrapped(literal(tuple(loop)), STEP, f"{INDENT}for name in ", ":")
        yield f"{INDENT}{INDENT}{source}.get_layer(name).trainable = {value.text}"
    for layer in layers:
        if part_of(layer) not in loop:
            yield f"{INDENT}{flat(_fetch(source, part_of(layer)))}.trainable = {value.text}"


def _fetch(source: str, part: str) -> Call:
    """Return `source.get_layer("encoder").get_layer("conv")` for the part `encoder/conv`."""
    *around, last = part.split("/")
    before = "".join(f".get_layer({text_literal(name)})" for name in around)
    return call(f"{source}{before}.get_layer", literal(last))


_SAME = Atom("lambda layer: layer")
TRUE, FALSE = Atom("True"), Atom("False")


def _stem(path: str) -> str:
    return PureWindowsPath(path).stem


def _tensor(
    layer: SavedModel, port: SavedPort, number: int, source: str, inside: Inside | None
) -> Expression:
    """Return the tensor behind an output port: one of the model's own, or a layer's output."""
    if not port.address:
        is_row = layer.interface.class_name == "Sequential"
        is_only = layer.interface.output_structure == 0 and not is_row
        return Atom(f"{source}.output" if is_only else f"{source}.outputs[{number}]")
    ((name, _),), output = steps_of(port.address)
    text = f"{source}.get_layer({text_literal(name)}).output"
    if not _has_several(inside, name, output):
        return Atom(text)
    return Atom(f"keras.tree.flatten({text})[{output}]")


def _has_several(inside: Inside | None, name: str, output: int) -> bool:
    """Return whether a layer is known to give several tensors."""
    if output or inside is None:
        return output > 0
    part = inside.by_name.get(name)
    config = part.config.get("config", {}) if part is not None else {}
    calls = (inner.keywords for inner in inside.calls if inner.part == name)
    scores = (keywords.get("return_attention_scores") for keywords in calls)
    return bool((name, 0, 1) in inside.specs or config.get("return_state") or any(scores))


def _input(port: SavedPort) -> Expression:
    """Return the Input that a saved model is put on, with its batch axis where that is fixed."""
    batch, *shape = port.shape
    more = [] if batch is None else [keyword("batch_size", literal(batch))]
    if port.dtype != "float32":
        more.append(keyword("dtype", literal(port.dtype)))
    name = keyword("name", literal(legal_name(port.name, "input")))
    return call("keras.Input", literal(tuple(shape)), *more, name)
