"""The examples of the gallery as the index lists them; `gallery` opens them."""

from __future__ import annotations

from dataclasses import dataclass

from composer_gui.core.errors import FileProblem
from composer_gui.storage import shipped


@dataclass(frozen=True, slots=True)
class Example:
    """An entry of the gallery; `models` are the files it uses, `is_broken` that it has a problem.

    `system` counts the systems shown; a broken example and its repaired version share a number.
    """

    name: str
    title: str
    description: str
    system: int
    models: tuple[str, ...]
    is_broken: bool


def examples() -> list[Example]:
    """Return all examples in the order of the gallery."""
    entries = shipped.example_index()
    return [Example(**entry | {"models": tuple(entry["models"])}) for entry in entries]


def example(name: str) -> Example:
    """Return an example; raises FileProblem where there is none of that name."""
    found = next((entry for entry in examples() if entry.name == name), None)
    if found is None:
        raise FileProblem(
            "absent",
            f"There is no example named {name}.",
            "The command “composer-gui example” lists all of them.",
        )
    return found
