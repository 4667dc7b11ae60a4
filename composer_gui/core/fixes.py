"""Repairs offered for a Problem, the likeliest first; each is tried before anybody sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from composer_gui.core import (
    fix_classes,
    fix_freezing,
    fix_inputs,
    fix_layers,
    fix_names,
    fix_order,
    fix_parameters,
    fix_shapes,
    fix_sizes,
    fix_values,
    fix_wires,
)
from composer_gui.core.document import Call, Document, in_order
from composer_gui.core.fix_insertions import inserting
from composer_gui.core.fix_sight import Sight
from composer_gui.core.fix_table import Fix
from composer_gui.core.fix_wanted import look
from composer_gui.core.layer_kinds import Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.verdicts import Verdict

Offer = Callable[[Sight], Iterator[Fix]]

_COOKS = {
    "insert_flatten": fix_shapes.flatten,
    "insert_global_pooling": fix_shapes.global_pooling,
    "insert_reshape": fix_shapes.reshape,
    "insert_permute": fix_shapes.permute,
    "insert_dense": fix_shapes.dense,
    "insert_convolution": fix_shapes.convolution,
    "insert_repeat": fix_shapes.repeat,
    "project_skip": fix_shapes.skip,
    "insert_resizing": fix_sizes.resizing,
    "insert_cropping": fix_sizes.cropping,
    "insert_padding": fix_sizes.padding,
    "insert_rescaling": fix_values.rescaling,
    "insert_cast": fix_values.casting,
    "insert_lookup": fix_values.lookup,
    "insert_vectorization": fix_values.vectorization,
    "insert_embedding": fix_values.embedding,
}

OFFERS: dict[str, Offer] = {
    **{kind: inserting(kind, cook) for kind, cook in _COOKS.items()},
    "set_input_shape": fix_inputs.set_input_shape,
    "set_usual_shape": fix_inputs.set_usual_shape,
    "set_free_size": fix_inputs.set_free_size,
    "set_input_dtype": fix_inputs.set_input_dtype,
    "make_symmetric": fix_inputs.make_symmetric,
    "add_input": fix_inputs.add_input,
    "remove_input": fix_inputs.remove_input,
    "reinput_model": fix_inputs.reinput_model,
    "reinput_as_saved": fix_inputs.reinput_as_saved,
    "take_what_comes": fix_inputs.take_what_comes,
    "set_parameter": fix_parameters.set_parameter,
    "reset_parameter": fix_parameters.reset_parameter,
    "set_width": fix_layers.set_width,
    "set_padding_same": fix_layers.set_padding_same,
    "smaller_window": fix_layers.smaller_window,
    "return_sequences": fix_layers.return_sequences,
    "drop_mask": fix_layers.drop_mask,
    "wrap_in_time": fix_classes.wrap_in_time,
    "replace_class": fix_classes.replace_class,
    "set_layer_dtype": fix_layers.set_layer_dtype,
    "make_independent": fix_layers.make_independent,
    "set_initial_state": fix_layers.set_initial_state,
    "set_merge_axis": fix_wires.set_merge_axis,
    "reorder_inputs": fix_wires.reorder_inputs,
    "connect": fix_wires.connect,
    "remove_wire": fix_wires.remove_wire,
    "add_output": fix_wires.add_output,
    "remove_node": fix_wires.remove_node,
    "heal_node": fix_wires.heal_node,
    "rename": fix_names.rename,
    "freeze_normalization": fix_freezing.freeze_normalization,
    "freeze_normalizations_inside": fix_freezing.freeze_normalizations_inside,
    "unfreeze_normalization": fix_freezing.unfreeze_normalization,
    "thaw": fix_freezing.thaw,
}
"""What offers the fixes of each kind for a problem of a node."""

_FOR_ANY = (
    "set_width",
    "set_input_shape",
    "set_input_dtype",
    "take_what_comes",
    "reinput_model",
    "reinput_as_saved",
    "return_sequences",
    "insert_reshape",
    "insert_flatten",
    "insert_global_pooling",
    "insert_permute",
    "insert_embedding",
    "insert_lookup",
    "insert_vectorization",
    "insert_rescaling",
    "insert_cast",
    "project_skip",
    "insert_dense",
    "insert_convolution",
    "insert_padding",
    "insert_cropping",
    "insert_resizing",
    "insert_repeat",
    "set_merge_axis",
    "make_independent",
    "set_padding_same",
    "smaller_window",
    "set_parameter",
    "reset_parameter",
    "set_free_size",
    "make_symmetric",
    "set_layer_dtype",
    "set_initial_state",
    "wrap_in_time",
    "replace_class",
    "heal_node",
    "connect",
    "add_input",
    "remove_wire",
    "set_usual_shape",
)
"""Kinds that may help against any error of a node, besides those that its kind of problem names.

They are few for each problem, since most have nothing to say about it.
"""


_OF_LAYERS = (
    "set_parameter",
    "reset_parameter",
    "replace_class",
    "set_input_dtype",
    "connect",
    "heal_node",
)
"""Kinds that may help where it is not what comes that is at fault."""


def fixes_for(
    document: Document, catalog: Catalog, verdicts: Mapping[str, Verdict], problem: Problem
) -> tuple[Fix, ...]:
    """Return what may repair `problem`, likeliest first; none for a node that is gone.

    Nothing of it has been tried: those that the table names for this kind of problem come first,
    then for an error what helps against others.
    """
    if problem.severity != ERROR and _is_from_inside(document, problem):
        return ()  # it is for the level that it is about
    if problem.node is None:
        found = _of_design(document, catalog, problem)
    elif problem.node in document.nodes:
        sight = look(document, catalog, verdicts, problem)
        kinds = (kind for kind in _kinds(problem) if fix_order.is_suitable(sight, kind))
        every = [fix for kind in kinds for fix in OFFERS[kind](sight)]
        found = iter(sorted(every, key=lambda fix: fix_order.place(sight, fix)))
    else:
        return ()
    titled = {}
    for fix in found:
        titled.setdefault(fix.title, fix)
    return tuple(titled.values())


def _is_from_inside(document: Document, problem: Problem) -> bool:
    """Return whether a problem is told of a submodel for what one enters it to see."""
    node = document.nodes.get(problem.node or "")
    layer = document.layers.get(node.layer) if isinstance(node, Call) else None
    return bool(problem.inner) and isinstance(layer, Submodel)


def _kinds(problem: Problem) -> list[str]:
    known = KINDS.get(problem.code)
    named = known.fixes if known is not None else ()
    others: tuple[str, ...] = ()
    if problem.severity == ERROR:
        layers = bool(named) and not known.shapes and problem.port is None
        others = _OF_LAYERS if layers else _FOR_ANY
    return [kind for kind in dict.fromkeys((*named, *others)) if kind in OFFERS]


def _of_design(document: Document, catalog: Catalog, problem: Problem) -> Iterator[Fix]:
    """Offer an Output behind loose ends, or an Input before the first node that could have one."""
    if problem.code == "no_output":
        yield from fix_wires.outputs_of_design(document, catalog)
    if problem.code == "no_input":
        calls = [node for node in in_order(document.nodes) if isinstance(node, Call)]
        for node in calls:
            sight = Sight(document, catalog, {}, Problem(problem.code, "", node.id))
            found = tuple(fix_inputs.add_input(sight)) if not node.inputs else ()
            if found:
                yield found[0]
                return
        yield fix_inputs.first_input()
