"""A canvas in a window of its own, and a hand."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF
from PySide6.QtTest import QTest
from shiboken6 import isValid

from composer_gui.ui.canvas.view import CanvasView
from tests.hand import Hand


@pytest.fixture
def new_view(qapp):
    """Make canvases that are gone for good after the test.

    Without a running event loop Qt would keep what is to be deleted later until the very end.
    """
    views = []

    def new_view(session):
        views.append(CanvasView(session))
        return views[-1]

    yield new_view
    for view in filter(isValid, views):  # a window may have taken its canvas with it
        view.close()
        view.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def view(session, new_view, qtbot):
    view = new_view(session)
    view.resize(1000, 700)
    view.show()
    view.camera.look_at(QPointF(400, 250))
    view.setFocus()
    return view


@pytest.fixture
def scene(view):
    return view.scene()


@pytest.fixture
def hand(view):
    QTest.mouseMove(view.viewport(), QPoint(1, 1))
    return Hand(view)
