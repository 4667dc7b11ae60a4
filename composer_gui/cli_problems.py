"""What the command line says of problems: the repairs by their ids, as JSON and as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from composer_gui.cli_engine import wait
from composer_gui.core.document import Document
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.core.trials import Offer
from composer_gui.session.session import Session

DESIGN = "design"
"""What ids of repairs begin with that are for the design as a whole."""

FIELDS = (
    *("severity", "code", "node", "port", "index", "parameter"),
    *("title", "message", "expected", "actual"),
)
SHAPES = ("wanted", "given", "axes")

Repairs = dict[Problem, dict[str, Offer]]
"""What is offered for each problem, by ids, in order."""


def repairs(session: Session, problems: Sequence[Problem]) -> Repairs:
    """Return the repairs for problems once all are tried; raises EngineFailed.

    An id is the node's label and the kind of the repair, with a number from the second on.
    """
    offers = tried(session, problems)
    counts: Counter[str] = Counter()
    found: Repairs = {}
    for problem in problems:
        found[problem] = {}
        for offer in offers[problem]:
            name = f"{_place(session.document, problem)}.{offer.kind}"
            counts[name] += 1
            found[problem][name if counts[name] == 1 else f"{name}.{counts[name]}"] = offer
    return found


def tried(session: Session, problems: Sequence[Problem]) -> Mapping[Problem, tuple[Offer, ...]]:
    """Return what is offered for problems once it is tried; raises EngineFailed."""
    for problem in reversed(problems):
        session.fixes(problem)  # the one asked about last is tried first
    wait(
        session.fixes_found,
        lambda: not any(session.is_trying(problem) for problem in problems),
        session.engine,
    )
    return {problem: session.fixes(problem) for problem in problems}


def _place(document: Document, problem: Problem) -> str:
    """Return what an id begins with: a label without what a shell would have to be told of."""
    if problem.node is None:
        return DESIGN
    return re.sub(r"[^\w.-]+", "-", document.label(problem.node)).strip("-") or problem.node


def plain(session: Session, problem: Problem, named: Mapping[str, Offer]) -> dict[str, Any]:
    """Return a problem and the repairs for it as JSON.

    `wanted` and `given` are shapes, batch axis first, of which `axes` differ; `origin` says where
    the value was set that does not fit, and `usual` what usually is meant. `declined` are repairs
    that one would think of and that do not do.
    """
    found = {name: getattr(problem, name) for name in FIELDS}
    for name in SHAPES:
        value = getattr(problem, name)
        found[name] = None if value is None else list(value)
    kind = KINDS.get(problem.code)
    found["usual"] = kind.usual if kind is not None else ""
    origin = session.origin(problem)
    found["origin"] = None
    if origin is not None:
        names = ("node", "parameter", "sentence")
        found["origin"] = {name: getattr(origin, name) for name in names}
    offers = [{"id": key, "kind": o.kind, "title": o.title} for key, o in named.items()]
    declined = [asdict(one) for one in session.declined(problem)]
    return found | {"fixes": offers, "declined": declined}


def silenced(document: Document) -> dict[str, list[str]]:
    """Return which warnings are silenced, by node."""
    nodes = document.nodes.values()
    codes = {node.id: list(getattr(node, "silenced", ())) for node in nodes}
    return {node_id: codes[node_id] for node_id in sorted(codes) if codes[node_id]}


def lines(session: Session, found: Repairs) -> list[str]:
    """Return problems as text: where the value was set, what is meant, the repairs if known."""
    if not found:
        return ["Nothing is wrong."]
    width = max((len(name) for named in found.values() for name in named), default=0)
    text = []
    for problem, named in found.items():
        text.append(f"{problem.severity}: {problem.message}")
        origin = session.origin(problem)
        text += [f"    {origin.sentence}."] if origin is not None else []
        text += [f"    {name:{width}}  {offer.title}" for name, offer in named.items()]
        text += [f"    not possible: {one.reason}." for one in session.declined(problem)]
    return text
