"""Export Picture: what to draw, in which colours, to which file; then how far it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from composer_gui.core.errors import ComposerError
from composer_gui.session import pictures
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui import file_dialogs, theme
from composer_gui.ui.canvas.picture import PictureJob, Wish
from composer_gui.ui.controls import ChoiceBox, TickBox, push_button
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.progress import Progress, lay_out_pages
from composer_gui.ui.reasons import allow
from composer_gui.ui.words import Line, Paragraph, count_of

WIDTH = 460
LOOK_KEY, GROUND_KEY, SUFFIX_KEY = "picture/look", "picture/ground", "picture/suffix"
WHOLE, SELECTION = 0, 1
LOOKS = (("As the window", ""), ("Light", "light"), ("Dark", "dark"))
KINDS = (
    ("SVG, for pages and slides", pictures.SVG),
    ("PNG, for everything", pictures.PNG),
    ("PDF, for papers", pictures.PDF),
)


class PictureDialog(QDialog):
    """Asks, draws, and closes. `written(Path)` when the file is there."""

    written = Signal(object)

    def __init__(
        self,
        session: Session,
        chosen: tuple[str, ...],
        folder: Path | None,
        settings: Settings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export Picture")
        self._session, self._chosen = session, chosen
        self._folder, self._settings = folder, settings
        self._job: PictureJob | None = None
        self.part, self.kind, self.look = ChoiceBox(), ChoiceBox(), ChoiceBox()
        self.ground = TickBox("Paint the background")
        self.sentence = Paragraph(tone="wrong")
        self.progress = Progress()
        self.cancel_button = push_button("Cancel")
        self.save_button = push_button("Save As…", role="primary")
        self._fill()
        self._lay_out()
        self._connect()

    def _fill(self) -> None:
        self.part.addItems(["The whole design", self._selection_words()])
        self.part.setCurrentIndex(SELECTION if len(self._chosen) > 1 else WHOLE)
        if not self._chosen:
            self.part.setItemData(SELECTION, 0, Qt.ItemDataRole.UserRole - 1)
            self.part.setToolTip("Select nodes first to draw only these.")
        for box, entries in ((self.kind, KINDS), (self.look, LOOKS)):
            for text, value in entries:
                box.addItem(text, value)
        for box, key in ((self.kind, SUFFIX_KEY), (self.look, LOOK_KEY)):
            kept = self._settings.value(key, "") if self._settings else ""
            box.setCurrentIndex(max(0, box.findData(kept)))
        kept = self._settings.value(GROUND_KEY, "true") if self._settings else "true"
        self.ground.setChecked(str(kept) != "false")
        self.sentence.hide()

    def _selection_words(self) -> str:
        if not self._chosen:
            return "The selection: nothing is selected"
        return f"The selection: {count_of(len(self._chosen), 'node')}"

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(7)
        fields = (
            ("Draw", self.part),
            ("Format", self.kind),
            ("Colours", self.look),
            ("", self.ground),
        )
        for caption, editor in fields:
            column.addWidget(Field(caption, editor))
        self.ground.setAccessibleName("Paint the background")
        column.addWidget(self.sentence)
        column.addStretch(1)
        self.pages.addWidget(choices)
        self.pages.addWidget(self.progress.page())
        title = Line("Export a picture of the design", px=16, weight=600)
        lay_out_pages(self, title, self.pages, self.cancel_button, self.save_button)
        self.setMinimumWidth(WIDTH)
        self.save_button.setDefault(True)

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._ask)

    def _ask(self) -> None:
        name = self._session.path.stem if self._session.path else self._session.document.name
        folder = self._folder or Path.home()
        first = str(self.kind.currentData())
        kinds = (first, *(kind for kind in pictures.SUFFIXES if kind != first))
        path = file_dialogs.save_picture(self, folder / name, kinds)
        if path is not None:
            self.start(path)

    def start(self, path: Path) -> None:
        """Draw what is chosen into a file."""
        self._remember()
        try:
            self._job = job = PictureJob(self._session, self._wish(path), self)
        except ComposerError as error:
            self._fail(error)
            return
        job.progressed.connect(self.progress.show_progress)
        job.finished.connect(self._finish)
        job.failed.connect(self._fail)
        self.pages.setCurrentIndex(1)
        allow(self.save_button, "The picture is being drawn.")
        job.start()

    def _wish(self, path: Path) -> Wish:
        only = self.part.currentIndex() == SELECTION and self._chosen
        name = self.look.currentData()
        return Wish(
            path,
            theme.named(name) if name else theme.current(),
            frozenset(self._chosen) if only else None,
            ground=self.ground.isChecked(),
        )

    def _remember(self) -> None:
        if self._settings:
            self._settings.remember(SUFFIX_KEY, self.kind.currentData())
            self._settings.remember(LOOK_KEY, self.look.currentData())
            self._settings.remember(GROUND_KEY, "true" if self.ground.isChecked() else "false")

    def _finish(self, path: Path) -> None:
        self._job = None
        self.written.emit(path)
        self.accept()

    def _fail(self, error: ComposerError) -> None:
        self._job = None
        self.pages.setCurrentIndex(0)
        self.sentence.setText(error.whole)
        self.sentence.show()
        allow(self.save_button)

    def reject(self) -> None:
        """Stop drawing, if that is on its way, and close."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        super().reject()
