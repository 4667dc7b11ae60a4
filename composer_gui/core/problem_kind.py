"""What is known beforehand about a kind of problem: the row of the table that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from composer_gui.core.problems import ERROR, Problem


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem.

    `title` and `text` are templates for `str.format`, filled with the words that `problem` is
    given; the sentence says who, what and what next, and blames nobody. `when` says in a sentence
    when it is found, and `usual` what usually is meant or done about it, for the page of all
    problems and for the card of one. `fixes` are the kinds of fixes for it, the likeliest first,
    and `shapes` says that it is about shapes, of which one or more axes differ.
    """

    code: str
    title: str
    text: str
    when: str
    usual: str = ""
    fixes: tuple[str, ...] = ()
    severity: str = ERROR
    shapes: bool = False

    def problem(
        self, node: str | None = None, port: str | None = None, *, words: Any = (), **fields: Any
    ) -> Problem:
        """Return a problem of this kind; `words` fill its templates, `fields` are a Problem's.

        What was put into a template is not looked at again, so a label may hold braces.
        """
        known = dict(words)
        return Problem(
            self.code,
            self.text.format(**known),
            node,
            port,
            severity=self.severity,
            title=self.title.format(**known),
            **fields,
        )


def by_code(*kinds: Kind) -> dict[str, Kind]:
    """Return kinds by their codes, each of which is there once."""
    found: dict[str, Kind] = {}
    for kind in kinds:
        if kind.code in found:
            raise ValueError(f"two kinds of problems have the code {kind.code}")
        found[kind.code] = kind
    return found
