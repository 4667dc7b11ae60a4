"""A call that somebody may be asked about, with all that decides what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from composer_gui.core.document import CodeFile
from composer_gui.core.layer_kinds import Layer
from composer_gui.core.shapes.call_memo import exact, inputs_key, is_of_files
from composer_gui.core.shapes.outcome import Inputs, Outcome

Infer = Callable[..., Outcome]
"""infer(layer, arguments, inputs); for a later call of a shared layer also `built_on=inputs`, for
what is in files `code=files` where the design has Python files, and `thorough=False` where an
answer that is `doubtful` will do for now. Not asked about submodels."""


@dataclass(frozen=True, slots=True)
class Question:
    """What comes of `layer(inputs, **arguments)`?

    `built_on` is what the layer's weights were made for, where another call made them, and `code`
    are the Python files that may be run. `layer_key` is that of `call_memo`.
    """

    layer: Layer
    layer_key: Any
    arguments: Mapping[str, Any]
    inputs: Inputs
    built_on: Inputs | None = None
    code: tuple[CodeFile, ...] = ()

    @property
    def key(self) -> Any:
        """All that decides what comes of it, for a memo."""
        return (
            self.layer_key,
            exact(self.arguments),
            inputs_key(self.inputs),
            None if self.built_on is None else inputs_key(self.built_on),
            self.code if is_of_files(self.layer) else (),
        )

    def asked(self, infer: Infer, *, thorough: bool) -> Outcome:
        """Return what `infer` says of it."""
        more: dict[str, Any] = {} if self.built_on is None else {"built_on": self.built_on}
        if self.code and is_of_files(self.layer):
            more["code"] = self.code
        if not thorough:
            more["thorough"] = False
        return infer(self.layer, self.arguments, self.inputs, **more)
