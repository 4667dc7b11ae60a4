"""Every way a document can change: pure functions that give a new document or raise EditRefused.

After any of them no wire closes a loop, both ends and ports of every wire exist, the lists of
inputs and outputs name exactly the Input and Output nodes, and every layer is called by a node.
An edit that would change nothing gives back the very document it got.
"""

from composer_gui.core.edit_dots import (
    add_dot,
    dissolve,
    dot_on_wire,
    pull_out,
    set_bypassed,
)
from composer_gui.core.edit_frames import (
    fold,
    set_flow,
    set_frame_color,
    set_pinned,
    unfold,
)
from composer_gui.core.edit_groups import group, ungroup, with_design
from composer_gui.core.edit_inputs import use_inputs
from composer_gui.core.edit_layers import (
    make_independent,
    rename_layer,
    reset_argument,
    reset_parameter,
    set_argument,
    set_parameter,
    set_trainable,
    share_layer,
)
from composer_gui.core.edit_nodes import (
    KEEP,
    add_call,
    add_frame,
    add_input,
    add_keras_layer,
    add_note,
    add_output,
    add_saved_model,
    delete,
    move,
    rename,
    reorder_inputs,
    reorder_outputs,
    resize,
    set_code,
    set_input,
    set_name,
    set_seed,
    set_text,
    silence,
    unsilence,
    use_again,
)
from composer_gui.core.edit_replace import delete_and_heal, replace_class
from composer_gui.core.edit_room import insert_with_room
from composer_gui.core.edit_saved import (
    relocate_file,
    relocate_model,
    set_cut,
    set_frozen,
    set_inference,
    set_reinput,
    set_taps,
)
from composer_gui.core.edit_splice import splice
from composer_gui.core.edit_wires import (
    connect,
    disconnect,
    insert_on_wire,
    reorder,
    replace_wire,
)

__all__ = [
    "KEEP",
    "add_call",
    "add_dot",
    "add_frame",
    "add_input",
    "add_keras_layer",
    "add_note",
    "add_output",
    "add_saved_model",
    "connect",
    "delete",
    "delete_and_heal",
    "disconnect",
    "dissolve",
    "dot_on_wire",
    "fold",
    "group",
    "insert_on_wire",
    "insert_with_room",
    "make_independent",
    "move",
    "pull_out",
    "relocate_file",
    "relocate_model",
    "rename",
    "rename_layer",
    "reorder",
    "reorder_inputs",
    "reorder_outputs",
    "replace_class",
    "replace_wire",
    "reset_argument",
    "reset_parameter",
    "resize",
    "set_argument",
    "set_bypassed",
    "set_code",
    "set_cut",
    "set_flow",
    "set_frame_color",
    "set_frozen",
    "set_inference",
    "set_input",
    "set_name",
    "set_parameter",
    "set_pinned",
    "set_reinput",
    "set_seed",
    "set_taps",
    "set_text",
    "set_trainable",
    "share_layer",
    "silence",
    "splice",
    "unfold",
    "ungroup",
    "unsilence",
    "use_again",
    "use_inputs",
    "with_design",
]
