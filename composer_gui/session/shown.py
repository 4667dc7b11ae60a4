"""What is open and which level of it is shown: to be asked here, to be changed by a `Session`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer_gui.core import structure
from composer_gui.core.alikes import Alikes
from composer_gui.core.change import Change, between
from composer_gui.core.document import CodeFile, Document, number_of
from composer_gui.core.graph import Graph
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.trials import Offer
from composer_gui.core.verdicts import UNKNOWN, Verdict
from composer_gui.engine.client import EngineClient
from composer_gui.session import later, levels, scripts
from composer_gui.session.analysis import Analysis
from composer_gui.session.code_files import Consent
from composer_gui.session.insides import Insides
from composer_gui.session.scripts import Scripts
from composer_gui.session.settings import Settings
from composer_gui.session.trials import Trials

if TYPE_CHECKING:
    from composer_gui.core.codegen.keras_script import Script
    from composer_gui.core.declined import Declined
    from composer_gui.core.origins import Origin
    from composer_gui.session.fitting import Fitting
    from composer_gui.session.repairs import Repairs


class ShownDesign(QObject):
    """An open design, and the level of it that is shown with its graph and its verdicts.

    One level of the design is shown at a time: the whole, `root`, or a submodel in it. `document`,
    `graph`, the verdicts and the source are those of the level shown. `root` and `is_clean` are
    told by who holds the history.
    """

    changed = Signal(object)
    analyzed = Signal(object)
    settled = Signal()
    confirmed = Signal()
    clean_changed = Signal(bool)
    level_changed = Signal()
    insides_changed = Signal()
    fixes_found = Signal(object)

    def __init__(
        self,
        engine: EngineClient,
        catalog: Catalog,
        parent: QObject | None = None,
        *,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        self.catalog = catalog
        self.graph = Graph(Document())
        self.path: Path | None = None
        self._trail: levels.Trail = ()
        self._consent = Consent(settings)
        self._insides = Insides(self)
        self._scripts = Scripts(catalog, self._insides)
        self._origins: dict[Problem, Origin | None] = {}
        self._analysis = Analysis(engine, catalog, self._with_allowed_code, self)
        self._analysis.analyzed.connect(self._forget_origins)
        self._analysis.analyzed.connect(self.analyzed)
        self._analysis.settled.connect(self.settled)
        self._analysis.confirmed.connect(self.confirmed)
        self._insides.arrived.connect(self.insides_changed)
        self._trials = Trials(engine, self._analysis, self)

    @property
    def document(self) -> Document:
        """The level that is shown, as it is now."""
        return levels.at(self.root, self._trail)

    @property
    def root(self) -> Document:
        """The whole design as it is now; what is saved, checked and exported."""
        raise NotImplementedError

    @property
    def is_clean(self) -> bool:
        """Whether the design is as it was opened or saved."""
        raise NotImplementedError

    @property
    def trail(self) -> tuple[tuple[str, str], ...]:
        """Id and name of each submodel on the way to the level shown, from the outermost."""
        return levels.names(self.root, self._trail)

    @property
    def place(self) -> levels.Trail:
        """The way to the level shown, for `apply_at`."""
        return self._trail

    @property
    def design(self) -> int:
        """The number by which the engine knows what is shown."""
        return self._analysis.design

    @property
    def revision(self) -> int:
        """How often something else was to be shown."""
        return self._analysis.revision

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts by node id."""
        return self._analysis.book.shown

    @property
    def is_settled(self) -> bool:
        """Whether the engine has answered for the newest revision."""
        return self._analysis.is_answered

    @property
    def is_confirmed(self) -> bool:
        """Whether the engine has had its second look too, so that nothing is left to be said."""
        return self._analysis.is_confirmed

    @property
    def title(self) -> str:
        """The design's name for a window's title."""
        return self.path.name if self.path else self.root.name

    def verdict(self, node_id: str) -> Verdict:
        """Return what is known about a node now."""
        return self.verdicts.get(node_id, UNKNOWN)

    def problems(self) -> list[Problem]:
        """Return all that is wrong, the design's own problems first, then in order of making."""
        found = list(structure.design_problems(self.document))
        for node_id in sorted(self._analysis.book.told, key=number_of):
            found.extend(self.verdicts[node_id].problems)
        return found

    def fixes(self, problem: Problem) -> tuple[Offer, ...]:
        """Return the repairs for a problem that were tried and are good, likeliest first.

        The first call has them tried, once the engine knows the design as it is; there are none
        meanwhile, and then `fixes_found(problem)` follows.
        """
        return self._repairs.offers(problem)

    def declined(self, problem: Problem) -> tuple[Declined, ...]:
        """Return the repairs that one would think of and that do not do, with the reasons.

        They are known when `fixes` are.
        """
        return self._repairs.declined(problem)

    def is_trying(self, problem: Problem) -> bool:
        """Whether repairs for a problem are being tried, since `fixes` was asked for them."""
        return self._repairs.is_trying(problem)

    def origin(self, problem: Problem) -> Origin | None:
        """Return where the value was set that makes a problem, None where nobody can say.

        Looked for once, however many places show it, until a node or a verdict is another.
        """
        if problem not in self._origins:
            find = later.origins().origin
            self._origins[problem] = find(self.document, self.catalog, self.verdicts, problem)
        return self._origins[problem]

    def _forget_origins(self, *_: object) -> None:
        self._origins.clear()

    @cached_property
    def _repairs(self) -> Repairs:
        repairs = later.repairs()(self._trials, self)
        repairs.found.connect(self.fixes_found)
        return repairs

    @cached_property
    def fitting(self) -> Fitting:
        """What tells of wires, before they are drawn, whether they would fit."""
        return later.fitting()(self._trials, self)

    @cached_property
    def alikes(self) -> Alikes:
        """What tells which layers of the level could share their weights."""
        return Alikes(self.document)

    def script(self) -> Script:
        """Return the Python source of the level shown, without the parts that are not ready."""
        return self._scripts.of(*self._source_parts())

    def script_work(self) -> Callable[[], Script]:
        """Return what makes that source, to be called in a thread where the design is large."""
        return self._scripts.work(*self._source_parts())

    def _source_parts(self) -> tuple[Document, Document, Path | None, frozenset[str]]:
        verdicts = {node_id: self.verdicts[node_id] for node_id in self._analysis.book.anew}
        anew = scripts.anew(self.document, verdicts)
        return self.document, self.root, self.path, anew

    def allowed_code(self) -> tuple[CodeFile, ...]:
        """Return the Python files of the design that may be run."""
        return self._consent.of(self.root.code)

    # Keeping in step ------------------------------------------------------------------------------

    def _show(self, shown: Document, trail: levels.Trail, was_clean: bool) -> None:
        """Show the level at the end of `trail` in the place of `shown`."""
        if trail == self._trail:
            change = between(shown, self.document)
            self._follow(Change(head=True) if change.is_empty else change, was_clean)
            return
        self._trail = trail
        self._analysis.book.forget(shown.nodes)
        self._follow(levels.switched(shown, self.document), was_clean, whole=True)
        self.level_changed.emit()

    def _follow(self, change: Change, was_clean: bool, *, whole: bool = False) -> None:
        """Bring everything that depends on the document in step with it.

        With `whole` the engine is given all of it, since it had another one.
        """
        self.graph.follow(change, self.document)
        if whole:
            self.__dict__.pop("alikes", None)
        elif "alikes" in self.__dict__:
            self.alikes.follow(change.layers, self.document)
        self._analysis.follow(self.document, change, self.graph)
        self._forget_origins()
        self.changed.emit(change)
        if self.is_clean != was_clean:
            self.clean_changed.emit(self.is_clean)
        self._analysis.ask(change, whole=whole)

    def _with_allowed_code(self, document: Document) -> Document:
        """Return what the engine is given: a level with those files that may be run here."""
        code = self.allowed_code()
        return document if document.code == code else replace(document, code=code)
