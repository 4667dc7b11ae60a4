"""What the catalog says in words: our own, else the first sentence of Keras's docstring."""

from __future__ import annotations

import inspect
import re

import catalog_words as words
from catalog_probe import by_name


def documented(cls: type, title: str = "Args|Arguments") -> dict[str, str]:
    """Return what a docstring says about each argument, as one line of text."""
    entries: dict[str, list[str]] = {}
    for doc in (cls.__init__.__doc__, cls.__doc__):
        entries |= sections(inspect.cleandoc(doc or "").splitlines(), title)
    return {name: " ".join(" ".join(lines).split()) for name, lines in entries.items()}


def sections(lines: list[str], title: str) -> dict[str, list[str]]:
    """Return the entries below each heading `title:`, by the indentation of the first of them."""
    entries: dict[str, list[str]] = {}
    heading = indent = current = None
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if re.fullmatch(rf"\s*({title}):\s*", line):
            heading, indent, current = depth, None, None
        elif heading is None or not line.strip():
            continue
        elif depth <= heading:
            heading = None
        else:
            indent = depth if indent is None else indent
            started = re.match(r"\s*`?(\w+)`?\s*:\s*(.*)", line) if depth == indent else None
            if started:
                current, text = started.groups()
                entries[current] = [text]
            elif current:
                entries[current].append(line.strip())
    return entries


def port_help(name: str, doc: str) -> str:
    """Return one sentence on an input port, our own words first; raises LookupError."""
    text = words.PORTS.get(name) or sentence(doc)
    if not text:
        raise LookupError(f"The port {name} has no help in catalog_words.PORTS.")
    return text


def help_text(owner: str, name: str, doc: str) -> str:
    """Return one sentence on a parameter, our own words first; raises LookupError."""
    text = by_name(words.HELP, owner, name) or sentence(doc)
    if not text:
        raise LookupError(f"{owner}.{name} has no help in catalog_words.HELP.")
    return text


def description(kind: str, name: str, cls: type) -> str:
    """Return one line on a class, our own words first."""
    own = words.DESCRIPTIONS.get((kind, name)) or words.DESCRIPTIONS.get(name)
    rank = re.search(r"([123])D", name)
    if own is None and rank:
        family = words.DESCRIPTIONS.get(name.replace(rank[0], "#D"), "")
        own = family.format(over=words.OVER[rank[1]])
    return own or sentence(cls.__doc__ or "")


def sentence(text: str) -> str:
    """Return the first sentence of a docstring, without its markup and with a full stop."""
    paragraph = inspect.cleandoc(text).split("\n\n")[0]
    text = " ".join(paragraph.replace("`", "").replace('"', "").split())
    first = re.split(r"(?<![ie]\.[eg])(?<=[a-z0-9)\]])\.\s+(?=[A-Z\"(-])", text)[0].rstrip(". :,")
    return f"{first[:1].upper()}{first[1:]}." if first else ""
