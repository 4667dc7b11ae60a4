"""`composer-gui fix`: lists the repairs for what is wrong in a design, and applies them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from composer_gui import cli_problems
from composer_gui.cli_engine import Engine, opened, refuse_existing, settle
from composer_gui.core.errors import ComposerError, EditRefused
from composer_gui.core.problems import WARNING, errors
from composer_gui.core.trials import Offer, is_same
from composer_gui.session.session import Session

MOST_ROUNDS = 200
"""Repairs that `--apply-all` makes; each takes a problem away, but may let others show."""


def add_to(commands: Any) -> argparse.ArgumentParser:
    """Add the command to the parsers of commands and return its own."""
    fix = commands.add_parser("fix", help="list repairs for what is wrong, and apply them")
    fix.add_argument("design", type=Path, help="a .composer file")
    fix.add_argument("--json", action="store_true", help="print problems and repairs as JSON")
    fix.add_argument(
        "--apply",
        action="append",
        default=[],
        metavar="ID",
        help="apply the repair that is listed with this id; may be given more than once",
    )
    fix.add_argument(
        "--apply-all",
        action="store_true",
        help="apply the likeliest repair for every error, until no more can be mended",
    )
    fix.add_argument(
        "--warnings", action="store_true", help="with --apply-all: mend what is warned of, too"
    )
    fix.add_argument(
        "--out", type=Path, metavar="FILE", help="write to another file than the design's own"
    )
    fix.add_argument("--force", action="store_true", help="overwrite a FILE that exists")
    fix.set_defaults(run=run)
    return fix


def run(arguments: argparse.Namespace) -> int:
    """List or apply repairs; return 0 if no error is left, else 1."""
    applies = bool(arguments.apply) or arguments.apply_all
    target = _target(arguments, applies=applies)
    with Engine() as engine:
        session = opened(engine, arguments.design, arguments.code)
        applied = [offer.title for offer in _applied(session, arguments)]
        if applies and (applied or target is not None):
            session.save(target)
        problems = session.problems()
        found = cli_problems.repairs(session, problems)
        file = str(arguments.out or arguments.design) if applies else None
        if arguments.json:
            plain = [cli_problems.plain(session, *item) for item in found.items()]
            report = {"applied": applied, "file": file, "problems": plain}
            print(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            text = [f"applied: {title}" for title in applied]
            print(*text, *cli_problems.lines(session, found), sep="\n")
    return int(bool(errors(problems)))


def _target(arguments: argparse.Namespace, *, applies: bool) -> Path | None:
    """Return the other file that is to be written; raises where it cannot be meant."""
    if arguments.out is None:
        return None
    if not applies:
        raise ComposerError("Nothing is applied, so there is nothing to write.", "Add --apply-all.")
    target = arguments.out.absolute()
    refuse_existing(target, force=arguments.force)
    return target


def _applied(session: Session, arguments: argparse.Namespace) -> Iterator[Offer]:
    """Apply what was asked for, each repair once what came of the one before is known."""
    if arguments.apply:
        yield from _apply_named(session, arguments.apply)
    if arguments.apply_all:
        yield from _apply_all(session, warnings=arguments.warnings)


def _apply_named(session: Session, ids: Sequence[str]) -> Iterator[Offer]:
    """Apply the repairs that are listed with these ids; raises EditRefused for one that is not."""
    found = cli_problems.repairs(session, session.problems())
    listed = {name: offer for named in found.values() for name, offer in named.items()}
    unknown = [name for name in ids if name not in listed]
    if unknown:
        known = ", ".join(listed) or "none"
        raise EditRefused(f"There is no repair {unknown[0]}.", f"These there are: {known}.")
    for name in dict.fromkeys(ids):
        offer = _offered_still(session, listed[name])
        if offer is None:
            sentence = f"{name} mends nothing any more after the repairs before it."
            raise EditRefused(sentence, "Nothing was written. Leave it out.")
        yield _apply(session, offer)


def _offered_still(session: Session, offer: Offer) -> Offer | None:
    """Return a repair as it is offered now, after others were applied; None if it is not."""
    for problem in session.problems():
        if is_same(problem, offer.problem):
            offers = cli_problems.tried(session, [problem])[problem]
            alike = [one for one in offers if one.kind == offer.kind]
            return next((one for one in alike if one.title == offer.title), next(iter(alike), None))
    return None


def _apply_all(session: Session, *, warnings: bool) -> Iterator[Offer]:
    """Apply the likeliest repair for one problem after the other, until there is none."""
    for _ in range(MOST_ROUNDS):
        offer = _likeliest(session, warnings=warnings)
        if offer is None:
            return
        yield _apply(session, offer)


def _likeliest(session: Session, *, warnings: bool) -> Offer | None:
    """Return the first repair for the first problem that has one, errors before warnings."""
    problems = session.problems()
    others = [problem for problem in problems if problem.severity == WARNING]
    for problem in (*errors(problems), *(others if warnings else ())):
        offers = cli_problems.tried(session, [problem])[problem]
        if offers:
            return offers[0]
    return None


def _apply(session: Session, offer: Offer) -> Offer:
    session.apply(offer.title, offer.edit)
    settle(session)
    return offer
