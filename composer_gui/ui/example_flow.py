"""Opening an example of the gallery: its models are made first, if they are not there yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from composer_gui.core.errors import ComposerError
from composer_gui.ui.file_flow import FileFlow
from composer_gui.ui.gallery_page import GalleryPage
from composer_gui.ui.notices import NoticeBar

if TYPE_CHECKING:
    from composer_gui.session.gallery import Gallery, Making


class ExampleFlow(QObject):
    """Opens one example at a time for one window; the gallery's page shows how far it is.

    The gallery may be a function that makes it, which is called once an example is wanted; without
    one nothing is opened.
    """

    def __init__(
        self,
        gallery: Gallery | Callable[[], Gallery] | None,
        page: GalleryPage,
        files: FileFlow,
        notices: NoticeBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._page = page
        self._files = files
        self._notices = notices
        self.making: Making | None = None
        page.example_chosen.connect(self.open)
        page.cancelled.connect(self.cancel)

    @property
    def gallery(self) -> Gallery | None:
        """What makes examples."""
        if callable(self._gallery):
            self._gallery = self._gallery()
        return self._gallery

    def open(self, name: str) -> None:
        """Open an example, once its models are made."""
        if self.making is not None or self.gallery is None:
            return
        self.making = making = self.gallery.open(name)
        making.progressed.connect(self._page.show_making)
        making.done.connect(self._show)
        making.failed.connect(self._miss)

    def cancel(self) -> None:
        """Open none."""
        if self.making is not None:
            self.making.cancel()
        self._end()

    def _show(self, document: object) -> None:
        self._end()
        self._files.open_document(document)

    def _miss(self, error: ComposerError) -> None:
        self._end()
        self._notices.tell_problem(error)

    def _end(self) -> None:
        self.making = None
        self._page.end_making()
