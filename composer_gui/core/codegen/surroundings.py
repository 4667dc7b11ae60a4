"""What the models of one script have around them: files, foreign classes, small functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword
from pathlib import PureWindowsPath

from composer_gui.core.codegen.expressions import Atom, Display, Expression, Labelled
from composer_gui.core.codegen.literals import text_literal
from composer_gui.core.codegen.loads import Kept, file_of, part_of
from composer_gui.core.codegen.naming import Functions
from composer_gui.core.codegen.reading import FROZEN_WHEN_BUILT
from composer_gui.core.document import CodeFile
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import KerasLayer, SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.safety import bare

CUSTOM = "CUSTOM"

FREEZE = '''\
def freeze(model, *patterns, path=""):
    """Freeze the layers whose path, name or class fits a pattern; "!" before one thaws them."""
    for layer in model.layers:
        here = f"{path}{layer.name}"
        if type(layer).__name__ in ("Functional", "Sequential"):
            freeze(layer, *patterns, path=f"{here}/")
            continue
        names = (here, layer.name, type(layer).__name__)
        fitting = [p for p in patterns if any(fnmatchcase(n, p.removeprefix("!")) for n in names)]
        is_meant = fitting and not fitting[-1].startswith("!")
        if is_meant or not layer.trainable:  # once loaded, what lies in a frozen layer trains
            for part in layer._flatten_layers():
                part.trainable = False
'''

SILENCE = '''\
def silence(model):
    """Let a model act in training as it does afterwards: nothing in it trains or drops."""
    for layer in model._flatten_layers():
        layer.trainable = False
        for noise in ("rate", "stddev", "dropout", "recurrent_dropout", "_dropout"):
            if noise in vars(layer):
                setattr(layer, noise, 0.0)
'''

SMALL_FUNCTIONS = {"freeze": FREEZE, "silence": SILENCE}
"""Functions that a script holds when it uses them, by their names."""

_FIXED = (*SMALL_FUNCTIONS, "fnmatchcase")

_WITH_WEIGHTS = ("initializer", "layer", "layers")
"""Kinds of parameters that only layers with weights have."""

_SILENT_ON_WEIGHTS = frozenset({"AdditiveAttention", "Attention", "Normalization"})
"""Classes whose layers may have weights although no parameter is of such a kind."""


@dataclass
class Surroundings:
    """What is around the models of one script; `used` are the small functions that they use.

    `paths` holds what stands for the path of each file, `insides` what its model is made of,
    `classes` are those that the script itself defines, `foreign` the classes of each file that are
    not Keras's, and `code` are the files that define them. `weights` names the file beside the
    script that the whole takes its weights from, if it does.
    """

    catalog: Catalog
    paths: Mapping[str, Expression]
    insides: Mapping[str, Inside]
    foreign: Mapping[str, Sequence[str]] = field(default_factory=dict)
    classes: Sequence[str] = ()
    code: Sequence[CodeFile] = ()
    used: set[str] = field(default_factory=set)
    functions: Functions = field(default_factory=lambda: Functions(_FIXED))
    weights: str = ""

    def inside_of(self, layer: SavedModel) -> Inside | None:
        """Return what the model is made of that a layer is, None where that is not known."""
        return inside_of(layer, self.insides)

    def was_frozen(self, layer: Kept) -> bool:
        """Return whether a layer is known to be saved as one that does not train."""
        inside, part = self.insides.get(file_of(layer).path), part_of(layer)
        try:
            return bool(part and inside) and not inside.part(part).trainable
        except KeyError:
            return False

    def is_half_frozen(self, layer: Kept) -> bool:
        """Return whether something in a layer trains although what it is in says that it is frozen.

        Keras makes the layers in some frozen layers anew when it loads, and lets them train; and
        layers in a model may have been thawed after it. To such a model or layer Keras does nothing
        when it is told to be frozen, as it says so already.
        """
        if isinstance(layer, KerasLayer):
            return layer.class_name in FROZEN_WHEN_BUILT and self.was_frozen(layer)
        inside = self.inside_of(layer)
        return inside is not None and _is_half_frozen(inside)

    def has_thawed(self, layer: SavedModel) -> bool:
        """Return whether a model has layers that were saved frozen and come back trainable."""
        inside = self.inside_of(layer)
        return inside is not None and _has_thawed(inside)

    def is_half_frozen_file(self, path: str) -> bool:
        """Return the same of the whole of a saved model."""
        return path in self.insides and _is_half_frozen(self.insides[path])

    def has_weights(self, layer: KerasLayer) -> bool:
        """Return whether a layer may have weights, for all that is known."""
        inside = self.insides.get(layer.weights.path)
        try:
            count = inside.part(layer.weights.part).parameters if inside else None
        except KeyError:
            count = None
        if count is not None:
            return count > 0
        kinds = {parameter.kind for parameter in self.catalog.layer(layer.class_name).parameters}
        return layer.class_name in _SILENT_ON_WEIGHTS or not kinds.isdisjoint(_WITH_WEIGHTS)

    # Foreign classes ------------------------------------------------------------------------------

    @property
    def imports(self) -> list[str]:
        """The imports of the files that define foreign classes."""
        modules = _code_modules(self.code)
        if not modules or not any(self.foreign.values()):
            return []
        names = self._plain_names()
        if len(modules) == 1 and names:
            (module,) = modules.values()
            return [f"from {module} import {', '.join(names)}"]
        return [f"import {module}" for module in sorted(modules.values())]

    @property
    def constants(self) -> list[str]:
        """The lines that gather the classes of several files, or of names that are none here."""
        modules = sorted(_code_modules(self.code).values())
        if not self.imports or self._is_by_name():
            return []
        gathered = ", ".join(f"**vars({module})" for module in modules)
        return [f"{CUSTOM} = {{{gathered}}}"]

    def custom_objects(self, path: str) -> Expression | None:
        """Return the classes that loading a file takes, None where it takes no foreign ones."""
        foreign = self.foreign.get(path)
        if not foreign or not self.code:
            return None
        if not self._is_by_name():
            return Atom(CUSTOM)
        items = (Labelled(f"{text_literal(name)}: ", Atom(bare(name))) for name in foreign)
        return Display("{}", tuple(items))

    def _is_by_name(self) -> bool:
        return len(self.code) == 1 and bool(self._plain_names())

    def _plain_names(self) -> list[str]:
        """Return the names of all foreign classes, none where one cannot be imported by name."""
        found = sorted({bare(name) for names in self.foreign.values() for name in names})
        good = all(n.isidentifier() and n.isascii() and n[:1].isupper() for n in found)
        return found if good else []


def inside_of(layer: SavedModel, insides: Mapping[str, Inside]) -> Inside | None:
    """Return what the model is made of that a layer is, None where that is not known."""
    inside = insides.get(layer.path)
    if inside is None or not layer.part:
        return inside
    try:
        return inside.part(layer.part).inside
    except KeyError:
        return None


def _code_modules(code: Sequence[CodeFile]) -> dict[str, str]:
    """Return the names that a script imports Python files by, by their paths.

    The files are to lie beside the script. Raises CannotGenerate for a name that cannot be
    imported.
    """
    modules = {file.path: PureWindowsPath(file.path).stem for file in code}
    for path, module in modules.items():
        if not module.isidentifier() or not module.isascii() or iskeyword(module):
            name = PureWindowsPath(path).name
            raise CannotGenerate(
                f"A script cannot import {name} by its name.",
                "Name it like a Python module, such as my_layers.py.",
            )
    return modules


def _has_thawed(inside: Inside) -> bool:
    leaves = inside.leaves()
    return any(x.class_name in FROZEN_WHEN_BUILT and not x.trainable for _, x in leaves)


def _is_half_frozen(inside: Inside) -> bool:
    if _has_thawed(inside):
        return True
    if not inside.trainable and any(x.trainable for _, x in inside.leaves()):
        return True
    return any(part.inside is not None and _is_half_frozen(part.inside) for part in inside.parts)
