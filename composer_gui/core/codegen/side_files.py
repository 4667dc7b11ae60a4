"""Lists that are too long for a source: they lie in a file beside it, and are read from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from composer_gui.core.codegen.expressions import Atom, Call, call
from composer_gui.core.codegen.naming import legal_name

MOST_INLINE = 200
"""Entries of a vocabulary that are still written in the source."""

READ_WORDS = '''\
def read_words(name):
    """Return the lines of a text file beside this one."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8").split("\\n")
'''


class BesideList(tuple):
    """A list of words that is read from the file `name` beside the script."""

    name = ""

    @classmethod
    def of(cls, words: Iterable[str], name: str) -> BesideList:
        """Return these words as a list that lies in a file of this name."""
        made = cls(words)
        made.name = name
        return made

    @property
    def text(self) -> str:
        """What is in the file."""
        return "\n".join(self)

    @property
    def expression(self) -> Call:
        """What is written for the list."""
        return call("read_words", Atom(f'"{self.name}"'))


def may_lie_beside(words: tuple) -> bool:
    """Return whether a list is long, and lines of a file can hold it."""
    lines = all(isinstance(w, str) and not {"\n", "\r"} & set(w) for w in words)
    return len(words) > MOST_INLINE and lines


def file_name(label: str, taken: Mapping[str, str]) -> str:
    """Return a name for the file of a layer's vocabulary that is not `taken`."""
    stem = legal_name(label, "layer")
    names: Iterator[str] = (
        f"{stem}_vocabulary{'' if n == 1 else f'_{n}'}.txt" for n in range(1, len(taken) + 2)
    )
    return next(name for name in names if name not in taken)
