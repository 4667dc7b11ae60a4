"""The repairs at the top of a node's menu: those that are known, and those that come to be."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from composer_gui.core.problems import Problem
from composer_gui.core.trials import Offer
from composer_gui.ui.reasons import allow

TRYING = "Repairs are being tried. Those that work will stand here in a moment."


class MenuRepairs(QObject):
    """Puts a node's repairs before what else its menu holds; pointing at one shows it.

    It is made while the menu is still empty and ends with it.
    """

    def __init__(self, menu: QMenu, view, problems: tuple[Problem, ...]) -> None:
        super().__init__(menu)
        self._menu, self._view, self._problems = menu, view, problems
        self._actions: dict[str, QAction] = {}
        self._line = menu.addSeparator()
        self._waiting = QAction("Trying repairs…", menu)
        allow(self._waiting, TRYING)
        menu.insertAction(self._line, self._waiting)
        view.session.fixes_found.connect(self._show)
        menu.hovered.connect(self._look)
        menu.aboutToHide.connect(view.preview.clear)
        self._show()

    def _show(self, _: object = None) -> None:
        session = self._view.session
        for problem in self._problems:
            for offer in session.fixes(problem):
                if offer.title not in self._actions:
                    self._add(offer)
        tries = any(session.is_trying(problem) for problem in self._problems)
        self._waiting.setVisible(tries and not self._actions)
        self._line.setVisible(tries or bool(self._actions))

    def _add(self, offer: Offer) -> None:
        action = QAction(offer.title.replace("&", "&&"), self._menu)
        action.setData(offer)
        action.triggered.connect(partial(_apply, self._view.session, offer))
        self._actions[offer.title] = action
        self._menu.insertAction(self._waiting, action)

    def _look(self, action: QAction) -> None:
        offer = action.data()
        self._view.preview.show(offer if isinstance(offer, Offer) else None)


def _apply(session, offer: Offer, _checked: bool = False) -> None:
    session.apply_offer(offer)
