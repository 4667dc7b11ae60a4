"""Documents, nodes and layers as plain JSON values, for files, pipes and the clipboard.

Defaults are left out, keys come sorted from whoever writes the JSON, and every reader checks what
it reads: a design file is a stranger's data.
"""

from composer_gui.core.plain_nodes import node_from_plain
from composer_gui.core.plain_reading import (
    DEEPEST,
    code_from_plain,
    document_from_plain,
    layer_from_plain,
)
from composer_gui.core.plain_values import NotPlain, value_from_plain
from composer_gui.core.plain_writing import (
    document_to_plain,
    head_to_plain,
    layer_to_plain,
    node_to_plain,
    value_to_plain,
)

__all__ = [
    "DEEPEST",
    "NotPlain",
    "code_from_plain",
    "document_from_plain",
    "document_to_plain",
    "head_to_plain",
    "layer_from_plain",
    "layer_to_plain",
    "node_from_plain",
    "node_to_plain",
    "value_from_plain",
    "value_to_plain",
]
