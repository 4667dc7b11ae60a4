"""Opens the page on problems at what one of them means, beside the window that asks."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from composer_gui.ui import later


def explain(asker: QWidget, code: str) -> QWidget:
    """Show what is said of the problems with this code; a page that is open goes there.

    Return the page. It belongs to the window of `asker`.
    """
    window = asker.window()
    page = next(iter(window.findChildren(later.problem_page())), None)
    if page is None:
        page = later.problem_page()(window)
    page.show_problem(code)
    page.show()
    page.raise_()
    page.activateWindow()
    return page
