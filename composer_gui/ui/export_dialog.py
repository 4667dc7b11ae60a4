"""Export: names the files, shows how far it is, and ends with the proof, check by check."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from composer_gui.core.errors import ExportFailed
from composer_gui.core.problems import obstacles
from composer_gui.core.saved_files import saved_files
from composer_gui.core.wording import listed
from composer_gui.session.exports import Export, Report
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui import file_dialogs, preferences
from composer_gui.ui.controls import SignButton, TextField, TickBox, push_button
from composer_gui.ui.export_report import ReportView
from composer_gui.ui.export_source import SourceChoice
from composer_gui.ui.file_flow import as_file_name
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.progress import Progress, lay_out_pages
from composer_gui.ui.reasons import allow
from composer_gui.ui.words import Line, Paragraph, count_of

WIDTH = 540
FOLDER_KEY = "export/folder"
CHOOSE, RUN, DONE = 0, 1, 2


class ExportDialog(QDialog):
    """Asks what to write where, writes it, and shows the proof.

    Signals: `exported(Report)` when all is written; `node_chosen(node id)` when the user wants to
    see the node that stands in the way; `problems_wanted()`.
    """

    exported = Signal(object)
    node_chosen = Signal(str)
    problems_wanted = Signal()

    def __init__(
        self,
        session: Session,
        folder: Path | None,
        settings: Settings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export")
        self._session = session
        self._settings = settings
        self._export: Export | None = None
        self._failed_node: str | None = None
        self.title = Line(f"Export {session.title}", px=16, weight=600)
        self._build_choices(folder or self._remembered_folder() or Path.home())
        self.progress = Progress()
        self.report = ReportView()
        self._build_buttons()
        self._lay_out()
        self._connect()
        self._look()
        # The process that will build the model imports Keras while the user still reads
        session.engine.prepare()

    # Building ------------------------------------------------------------------------------------

    def _build_choices(self, folder: Path) -> None:
        self.folder = TextField(str(folder))
        self.browse = SignButton("folder", "Choose the folder")
        self.name = TextField(as_file_name(self._file_name()))
        self.model = TickBox()
        self.source = TickBox()
        self.style = SourceChoice()
        self.prove = TickBox("Reload it, run the source, compare every bit")
        self.sentence = Paragraph(tone="secondary")
        self.go_to = push_button("Show the node", role="quiet")
        for box, name in ((self.model, "Model"), (self.source, "Source")):
            box.setChecked(True)
            box.setAccessibleName(name)
        self.prove.setChecked(bool(preferences.current().value(preferences.PROVE)))

    def _file_name(self) -> str:
        path = self._session.path
        return path.stem if path is not None else self._session.document.name

    def _remembered_folder(self) -> Path | None:
        kept = str(self._settings.value(FOLDER_KEY, "") or "") if self._settings else ""
        return Path(kept) if kept else None

    def _build_buttons(self) -> None:
        self.cancel_button = push_button("Cancel")
        self.export_button = push_button("Export", role="primary")
        self.go_to.setAutoDefault(False)

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self._choice_page())
        self.pages.addWidget(self.progress.page())
        self.pages.addWidget(self.report)
        lay_out_pages(self, self.title, self.pages, self.cancel_button, self.export_button)
        self.export_button.setDefault(True)
        self.setMinimumWidth(WIDTH)
        self.resize(WIDTH, 400)

    def _choice_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(7)
        place = QWidget()
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.folder)
        row.addWidget(self.browse)
        self.folder_field = Field("Folder", place)
        self.folder.setAccessibleName("Folder")
        self.name_field = Field("Name", self.name)
        column.addWidget(self.folder_field)
        column.addWidget(self.name_field)
        column.addWidget(Field("Write", self.model))
        column.addWidget(Field("", self.source))
        column.addWidget(self.style)
        column.addWidget(Field("Proof", self.prove))
        column.addSpacing(4)
        column.addWidget(self.sentence)
        column.addWidget(self.go_to, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.go_to.hide()
        return page

    def _connect(self) -> None:
        for field in (self.folder, self.name):
            field.textChanged.connect(self._look)
        for box in (self.model, self.source):
            box.clicked.connect(self._look)
        self.style.changed.connect(self._look)
        self.browse.clicked.connect(self._browse)
        self.go_to.clicked.connect(self._show_node)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self._press)
        self._session.changed.connect(self._look)
        self._session.analyzed.connect(self._look)

    # Choosing ------------------------------------------------------------------------------------

    def targets(self) -> list[Path]:
        """Return the files that are to be written."""
        name, folder = self.name.text().strip(), Path(self.folder.text().strip()).expanduser()
        wanted = ((self.model, ".keras"), (self.source, ".py"))
        return [folder / f"{name}{suffix}" for box, suffix in wanted if box.isChecked()]

    def _look(self, *_: object) -> None:
        """Say what would be written, or why it cannot be."""
        if self.pages.currentIndex() != CHOOSE:
            return
        name = self.name.text().strip()
        self.model.setText(f"{name}.keras, the model")
        self.source.setText(f"{name}.py, the Python that builds it")
        is_choice = self.source.isChecked() and bool(saved_files(self._session.root))
        self.style.follow(name, offered=is_choice)
        why, tone, node = self._obstacle()
        existing = self._existing() if not why else ""
        if existing:
            why, tone = f"{existing} will be replaced.", "warning"
        self._say(why, tone, node)
        allow(self.export_button, why if tone == "wrong" else "")

    def _say(self, sentence: str, tone: str, node: str | None = None) -> None:
        self.sentence.setText(sentence)
        self.sentence.set_tone(tone)
        self.sentence.setVisible(bool(sentence))
        self._failed_node = node
        self.go_to.setVisible(bool(node))
        self._grow()

    def _grow(self) -> None:
        """Make room for all that is said; nothing is pressed together for it."""
        page = self.pages.currentWidget()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        wanted = page.layout().heightForWidth(page.width())
        if wanted > page.height():
            self.resize(self.width(), self.height() + wanted - page.height())

    def _obstacle(self) -> tuple[str, str, str | None]:
        """Return why nothing can be exported, the tone to say it in, and the node it is about."""
        found = obstacles(self._session.problems())
        if found:
            rest = f" {count_of(len(found) - 1, 'more problem')}." if len(found) > 1 else ""
            return f"{found[0].message}{rest}", "wrong", found[0].node
        name = self.name.text().strip()
        if not name or as_file_name(name) != name:
            return "The files need a name that a file can have.", "wrong", None
        if not self.targets():
            return "Choose the model, the source, or both.", "wrong", None
        if not self.targets()[0].parent.is_dir():
            return "This folder is not there. Choose one that is.", "wrong", None
        return "", "secondary", None

    def _existing(self) -> str:
        paths = self.targets()
        if self.style.weights_name:
            paths.append(paths[0].with_name(self.style.weights_name))
        return listed([path.name for path in paths if path.exists()])

    def _browse(self) -> None:
        near = Path(self.folder.text())
        folder = file_dialogs.folder(self, "Export To", near if near.is_dir() else None)
        if folder is not None:
            self.folder.setText(str(folder))

    def _show_node(self) -> None:
        if self._failed_node is not None:
            self.node_chosen.emit(self._failed_node)
        self.reject()

    # Exporting -----------------------------------------------------------------------------------

    def _press(self) -> None:
        if self.pages.currentIndex() == DONE:
            self.accept()
        else:
            self.start()

    def start(self) -> None:
        """Begin the export that is chosen."""
        if self._settings:
            self._settings.remember(FOLDER_KEY, self.folder.text())
        preferences.current().choose(preferences.PROVE, self.prove.isChecked())
        self.style.remember()
        self._export = export = Export(
            self._session,
            self.targets(),
            prove=self.prove.isChecked(),
            force=True,  # the dialog has said which files will be replaced
            style=self.style.chosen_style,
            weights=self.style.writes_weights,
            parent=self,
        )
        export.progressed.connect(self.progress.show_progress)
        export.finished.connect(self._finish)
        export.failed.connect(self._fail)
        self.progress.show_progress("Beginning", 0.0)
        self.pages.setCurrentIndex(RUN)
        allow(self.export_button, "The export is on its way.")
        export.start()

    def _finish(self, report: Report) -> None:
        self._export = None
        self.report.show_report(report)
        self.pages.setCurrentIndex(DONE)
        self.title.setText("Exported")
        self.resize(self.width(), min(680, self.height() + 40 + self.report.missing_height()))
        self.cancel_button.hide()
        self.export_button.setText("Close")
        allow(self.export_button)
        self.export_button.setFocus()
        self.exported.emit(report)

    def _fail(self, error: ExportFailed) -> None:
        self._export = None
        self.pages.setCurrentIndex(CHOOSE)
        self._look()
        self._say(error.whole, "wrong", error.node)
        allow(self.export_button)
        self.export_button.setText("Try again")

    def reject(self) -> None:
        """End the export, if one is on its way, and close."""
        if self._export is not None:
            self._export.cancel()
            self._export = None
            self._session.noticed.emit("The export was cancelled; nothing was written.")
        super().reject()
