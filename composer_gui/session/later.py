"""What a session loads once somebody asks for it: repairs, sources, what opens models up.

It is more than all the rest of a session, and the window is to be there before it.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer_gui.session.fitting import Fitting
    from composer_gui.session.repairs import Repairs


def repairs() -> type[Repairs]:
    """Return the class that has repairs tried."""
    from composer_gui.session.repairs import Repairs

    return Repairs


def fitting() -> type[Fitting]:
    """Return the class that has wires tried."""
    from composer_gui.session.fitting import Fitting

    return Fitting


def fix_inputs() -> ModuleType:
    """Return the module that adds the Inputs that a new model wants."""
    from composer_gui.core import fix_inputs

    return fix_inputs


def origins() -> ModuleType:
    """Return the module that finds where a value was set."""
    from composer_gui.core import origins

    return origins


def keras_script() -> ModuleType:
    """Return the module that writes sources."""
    from composer_gui.core.codegen import keras_script

    return keras_script


def opening() -> ModuleType:
    """Return the module that opens saved models up."""
    from composer_gui.core import opening

    return opening
