"""What is loaded once somebody asks for it: sessions, repairs, sources, what opens models up.

The window is to be there before it.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer_gui.core.layers.catalog import Catalog
    from composer_gui.engine.client import EngineClient
    from composer_gui.session.fitting import Fitting
    from composer_gui.session.gallery import Gallery
    from composer_gui.session.repairs import Repairs
    from composer_gui.session.session import Session


def session() -> type[Session]:
    """Return the class of what holds an open design."""
    from composer_gui.session.session import Session

    return Session


def engine_client() -> type[EngineClient]:
    """Return the class of what speaks with the engine."""
    from composer_gui.engine.client import EngineClient

    return EngineClient


def gallery() -> type[Gallery]:
    """Return the class of what opens examples."""
    from composer_gui.session.gallery import Gallery

    return Gallery


def catalog() -> Catalog:
    """Return the layers of Keras that a design may use."""
    from composer_gui.storage import resources

    return resources.catalog()


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
