"""What can be wrong in a user's design, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the design, in the user's words.

    `node` and `port` say where, None for the design as a whole. `expected` and `actual` are short
    (shapes, dtypes, counts). `detail` is Keras's own text, cleaned, where Keras was asked. `inner`
    names the layer inside a model or submodel that refuses, where it is not the node itself.
    """

    code: str
    message: str
    node: str | None = None
    port: str | None = None
    severity: str = ERROR
    title: str = ""
    expected: str | None = None
    actual: str | None = None
    detail: str = ""
    inner: str = ""
