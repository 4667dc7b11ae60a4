"""An export: the source of a design, the model it builds, and the proof that both are the same."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core.codegen import keras_script
from composer_gui.core.codegen.keras_script import SAVED, SCRATCH, Script
from composer_gui.core.errors import ComposerError, ExportFailed
from composer_gui.core.inside import Inside
from composer_gui.core.problems import obstacles
from composer_gui.core.saved_files import has_frozen
from composer_gui.engine.client import Job
from composer_gui.session import export_report, model_files, scripts
from composer_gui.session.export_files import (
    KERAS,
    PYTHON,
    WEIGHTS,
    Cancelled,
    Gathered,
    Stage,
    called_files,
    check_targets,
    gather,
    gather_code,
    refuse_existing,
    refuse_own_models,
    told_by_value,
)
from composer_gui.session.export_report import Check, Report
from composer_gui.storage import keras_archive

if TYPE_CHECKING:
    from composer_gui.session.session import Session

PARTS = {"gather": 0.05, "build": 0.45, "check": 0.45, "place": 0.05}
"""How much of the whole each step is; they add up to 1."""

SETTLES_WITHIN = 10_000
"""Milliseconds to wait for verdicts; without them it is the build that tells what is wrong."""

PROOFS = ("reload", "run_script")
"""The steps that compare what another process makes of it with what was built."""

EVIDENCE = {
    "facts": "facts.json",
    "inputs": "inputs.npz",
    "outputs": "outputs.npz",
    "ready": "ready",
}
"""What the first process writes down for the others to compare, and that it has."""


class Export(QObject):
    """One export on its way, from `start` to its end or to `cancel`.

    Signals: `progressed(str, float)`, what it is at and how far, from 0 to 1; then either
    `finished(Report)` or `failed(ExportFailed)`. None comes before the caller is back in the event
    loop, and none after `cancel`. Until the last moment everything has names of its own, so an
    export that fails or is cancelled leaves the earlier files as they were and nothing besides.
    """

    progressed = Signal(str, float)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        targets: Sequence[Path],
        *,
        prove: bool = True,
        force: bool = False,
        style: str = SAVED,
        weights: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """Prepare to write `targets`, at most one `.keras` and one `.py` file.

        With `prove` the model is reloaded and the source run by itself, each in a process of its
        own, and compared. With `force` files that exist are replaced. The source is made from the
        saved models, or in the `style` SCRATCH from layers alone; then all weights start anew,
        unless with `weights` a file of them is written beside the source, which loads it.
        """
        super().__init__(parent)
        self._session = session
        self._document = session.root
        self._targets = [Path(target).absolute() for target in targets]
        self._prove = prove
        self._force = force
        self._style = style
        self._with_weights = weights
        self._is_over = False
        self._cancelled = threading.Event()
        self._is_placing = False
        self._is_waiting = True
        self._gathered = Gathered()
        self._insides: dict[str, Inside] = {}
        self._stage: Stage | None = None
        self._script: Script | None = None
        self._anew: frozenset[str] = frozenset()
        self._steps: frozenset[str] = frozenset()
        self._jobs: dict[str, Job] = {}
        self._parts: dict[str, float] = {}
        self._results: dict[str, dict[str, Any]] = {}
        self._began = 0.0

    def start(self) -> None:
        """Begin; what comes of it is told by signals."""
        self._began = time.monotonic()
        QTimer.singleShot(0, self, lambda: self._guard(self._show_whole))

    def cancel(self) -> None:
        """End it now; nothing is left of it and nothing more is told. Takes less than a second.

        Once the finished files are being put in their places it is too late: then it ends well.
        """
        if not self._is_over and not self._is_placing:
            self._is_over = True
            self._cancelled.set()
            self._let_go()

    # The steps ------------------------------------------------------------------------------------

    def _show_whole(self) -> None:
        """Leave the level shown: what is known of the nodes has to be about the whole design."""
        session = self._session
        if not session.place:
            self._begin()
            return
        session.settled.connect(self._whole_is_known)
        QTimer.singleShot(SETTLES_WITHIN, self, self._whole_is_known)
        session.leave(len(session.place))

    def _whole_is_known(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._session.settled.disconnect(self._whole_is_known)
            self._guard(self._begin)

    def _begin(self) -> None:
        """Look at what is known already, then gather what the source needs in a thread."""
        check_targets(self._targets, force=self._force)
        self._refuse_problems()
        # Now, while the verdicts are about this very document: one may work on meanwhile
        self._anew = scripts.anew(self._document, self._session.verdicts)
        by_suffix = {target.suffix.lower(): target for target in self._targets}
        if self._with_weights and (self._style != SCRATCH or PYTHON not in by_suffix):
            raise ExportFailed(
                "A file of weights goes with a Python source made from scratch.",
                "Name a .py file, and choose the style from scratch.",
            )
        self._stage = Stage(by_suffix)
        folder = by_suffix[PYTHON].parent if PYTHON in by_suffix else None
        # A source from scratch loads no saved model, so none is copied for it
        seen_from = folder if self._style == SAVED else None
        models = called_files(self._document, self._session.catalog)
        cancelled, gathered = self._cancelled, self._gathered
        code, insides = self._session.allowed_code(), self._insides
        refuse_own_models(self._targets, models)
        self._tell("gather", "Collecting the saved models")

        def work() -> None:
            with contextlib.suppress(Cancelled):
                gather(models, seen_from, cancelled, gathered)
                gather_code(code, folder, gathered)
                for path in gathered.paths:
                    with contextlib.suppress(ComposerError):  # it is used as a whole then
                        insides[path] = model_files.read_inside(path)

        model_files.in_thread(told_by_value(work), self._write_source)

    def _refuse_problems(self) -> None:
        """Raise ExportFailed for the first thing in the design that keeps it from being built."""
        found = obstacles(self._session.problems())
        if found:
            problem, more = found[0], len(found) - 1
            next_step = f"There are {more} more problems." if more > 1 else ""
            next_step = "There is one more problem." if more == 1 else next_step
            raise ExportFailed(problem.message, next_step, problem.node)

    def _write_source(self, error: ComposerError | None) -> None:
        self._guard(lambda: self._begin_building(error))

    def _begin_building(self, error: ComposerError | None) -> None:
        """Write the source now that the saved models are there, and start what is to run it."""
        if error is not None:
            raise error
        self._script = self._generated(self._style)
        names = list(self._script.side_files)
        if self._with_weights:
            names.append(self._weights_name)
        if PYTHON in self._stage.targets:
            refuse_existing((self._stage.beside / name for name in names), force=self._force)
        for name, text in self._script.side_files.items():
            self._stage.add_companion(name, text)
        if self._with_weights:
            self._start_weights()
        else:
            self._start_proof()

    def _generated(self, style: str) -> Script:
        session, document = self._session, self._document
        with_weights = self._with_weights and style == SCRATCH
        return keras_script.generate(
            document,
            session.catalog,
            self._gathered.paths,
            insides=self._insides,
            anew=self._anew,
            style=style,
            **({"weights": self._weights_name} if with_weights else {}),
        )

    @property
    def _weights_name(self) -> str:
        return f"{self._stage.targets[PYTHON].stem}{WEIGHTS}"

    def _start_weights(self) -> None:
        """Have the weights of the saved models written for the source that has none of its own."""
        place = self._stage.add_companion(self._weights_name)
        request = self._request("weights", self._generated(SAVED).text)
        request |= {"scratch": self._stage.to_run(self._script.text), "target": str(place)}
        self._steps |= {"weights"}
        self._run("weights", self._session.engine.job(request))

    def _start_proof(self) -> None:
        if self._prove or KERAS in self._stage.targets:
            self._start_jobs()
        else:
            self._finish()

    def _request(self, operation: str, text: str) -> dict[str, Any]:
        """Return the request to run a source as if it stood where it is going to."""
        targets = self._stage.targets
        path = targets.get(PYTHON) or targets[KERAS].with_suffix(PYTHON)
        code = self._session.allowed_code()
        is_anew = self._style == SCRATCH and not self._with_weights
        return {
            "op": operation,
            "text": text,
            "path": str(path),
            "models": [] if is_anew else [str(path) for path in self._gathered.sources],
            "code": [{"path": file.path, "sha256": file.sha256} for file in code],
        }

    def _start_jobs(self) -> None:
        """Start the processes together, so that they import Keras at the same time."""
        engine, stage = self._session.engine, self._stage
        folder = stage.make_folder()
        evidence = {key: str(folder / name) for key, name in EVIDENCE.items()}
        saved = str(stage.model) if KERAS in stage.targets else ""
        build = self._request("build", stage.to_run(self._script.text)) | {"target": saved}
        code = {"code": build["code"]}
        proofs = {"reload": bool(saved), "run_script": PYTHON in stage.targets}
        wanted = {name for name, is_wanted in proofs.items() if is_wanted and self._prove}
        self._steps |= {"build"} | wanted
        if self._prove:
            build |= evidence | {"train": has_frozen(self._document)}
        self._run("build", engine.job(build))
        if "reload" in wanted:
            self._run("reload", engine.job({"op": "reload", "target": saved} | evidence | code))
        if "run_script" in wanted:
            script = str(stage.write_script(self._script.text))
            request = {"op": "run_script", "script": script} | evidence | code
            self._run("run_script", engine.clean_job(request))

    def _run(self, name: str, job: Job) -> None:
        self._jobs[name] = job
        self._parts[name] = 0.0
        job.progressed.connect(lambda text, part: self._job_progressed(name, text, part))
        job.done.connect(lambda result: self._guard(lambda: self._job_done(name, result)))
        job.failed.connect(lambda error: self._guard(lambda: self._job_failed(name, error)))

    def _job_progressed(self, name: str, text: str, part: float) -> None:
        if self._is_over:
            return
        self._parts[name] = max(self._parts[name], part)
        if name == "weights":
            self.progressed.emit(text, PARTS["gather"])
            return
        checking = [key for key in self._jobs if key in PROOFS]
        if name == "build" or self._parts["build"] >= 1:
            done = sum(self._parts[key] for key in checking) / max(1, len(checking))
            whole = PARTS["gather"] + PARTS["build"] * self._parts["build"]
            self.progressed.emit(text, min(0.95, whole + PARTS["check"] * done))

    def _job_done(self, name: str, result: dict[str, Any]) -> None:
        self._results[name] = result
        self._job_progressed(name, "Comparing" if self._prove else "Saving", 1.0)
        bad = next((c for c in result.get("checks", ()) if not c["ok"]), None)
        if bad is not None:
            raise ExportFailed(bad["detail"], "Nothing was written.")
        if name in PROOFS and not result.get("checks"):
            raise ExportFailed("A step of the proof compared nothing.", "Nothing was written.")
        if name == "weights":
            self._start_proof()
        elif self._results.keys() == self._steps:
            self._finish()

    def _job_failed(self, name: str, error: ExportFailed) -> None:
        """Say the failure of a step with the node whose line of the script was at work."""
        line = getattr(error, "line", None)
        node = self._script.node_at(line) if line is not None else None
        sentence = f"{self._document.label(node)}: {error}" if node else str(error)
        next_step = error.next_step or " ".join(self._gathered.changed[:1])
        raise ExportFailed(sentence, next_step, node)

    # The end --------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Put the finished files in their places, in a thread: a large one is read once more."""
        self._is_placing = True
        self.progressed.emit("Writing the files", 1 - PARTS["place"])
        stage, text = self._stage, self._script.text
        besides = (*stage.companions, *self._gathered.copied)
        targets = self._targets

        def work() -> tuple[tuple[Path, ...], dict[str, str]]:
            stage.put_in_place(text)
            written = (*targets, *besides)
            return written, {str(path): keras_archive.fingerprint(path) for path in written}

        model_files.in_thread(told_by_value(work), self._take_files)

    def _take_files(self, found: tuple | ComposerError) -> None:
        self._is_placing = False
        if isinstance(found, ComposerError):
            self._fail(found)
            return
        written, digests = found
        checks = [
            Check(check["name"], check["ok"], check["detail"])
            for name in (*PROOFS, "weights", "build")
            for check in self._results.get(name, {}).get("checks", ())
        ]
        is_saved, built = KERAS in self._stage.targets, self._results.get("build", {})
        report = Report(
            files=written,
            checks=tuple(checks),
            sentence=export_report.sentence(self._targets, checks),
            warnings=(
                *self._gathered.changed,
                *self._gathered.warnings,
                *built.get("warnings", ()),
                *self._results.get("reload", {}).get("warnings", ()),
                *export_report.left_out(self._document, self._session.catalog),
                *(export_report.deep(self._script.recursion) if is_saved else ()),
            ),
            seconds=time.monotonic() - self._began,
            facts={key: built[key] for key in export_report.SHOWN_FACTS if key in built},
            digests=digests,
        )
        self._gathered.copied.clear()  # they stay
        self._is_over = True
        self._let_go()
        self.progressed.emit(report.sentence, 1.0)
        self.finished.emit(report)

    def _tell(self, step: str, text: str) -> None:
        before = list(PARTS)[: list(PARTS).index(step)]
        self.progressed.emit(text, sum(PARTS[name] for name in before))

    def _guard(self, step: Callable[[], None]) -> None:
        """Do a step unless it is all over; what it raises ends the export with a sentence."""
        if self._is_over:
            return
        try:
            step()
        except ComposerError as error:
            self._fail(error)
        except Exception:  # a bug of ours: whoever waits for the export is not kept waiting
            self._fail(ExportFailed("The export came upon a mistake of Composer’s own."))
            raise

    def _fail(self, error: ComposerError) -> None:
        self._is_over = True
        self._let_go()
        if not isinstance(error, ExportFailed):
            error = ExportFailed(str(error), error.next_step, getattr(error, "node", None))
        self.failed.emit(error)

    def _let_go(self) -> None:
        """End the processes and remove what is unfinished."""
        for job in self._jobs.values():
            job.cancel()
        if self._stage is not None:
            self._stage.clear()
        self._gathered.undo()
