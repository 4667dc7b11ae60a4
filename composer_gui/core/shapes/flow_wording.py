"""Puts what a walk found into words: only it knows what the nodes are called."""

from __future__ import annotations

from dataclasses import replace

from composer_gui.core import explanations
from composer_gui.core.document import Call, Document, Node, label_of
from composer_gui.core.problems import Problem
from composer_gui.core.refused import Refused
from composer_gui.core.shapes.outcome import Inputs


def worded(
    document: Document,
    node: Call,
    problem: Problem,
    inputs: Inputs,
    first: Call | None,
    built_on: Inputs | None,
) -> Problem:
    """Return the problem with this node's name in it, and Keras's text put into words.

    `first` is the call that made the layer's weights, on `built_on`, where it is not this one.
    """
    refused = Refused(
        label=label_of(document, node),
        layer=document.layers[node.layer],
        text=problem.detail,
        inputs=inputs,
        sources={
            port: tuple(source_name(document, document.nodes[source.node]) for source in sources)
            for port, sources in node.inputs.items()
        },
        arguments=node.arguments,
        first=None if built_on is None else label_of(document, first),
        built_on=built_on,
    )
    return replace(explanations.explain(problem, refused), node=node.id)


def source_name(document: Document, node: Node) -> str:
    """Return what a source is called: of one that is bypassed nobody expects what it gives."""
    label = label_of(document, node)
    return f"{label} (bypassed)" if isinstance(node, Call) and node.bypassed else label
