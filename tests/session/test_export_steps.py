"""An export whose proof is missing a step, or whose step compared nothing, is no export."""

import pytest
from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.session.exports import Export
from tests.drawing import Drawing


class FakeJob(QObject):
    """A job that is done in the next turn of the event loop with the result it was given."""

    progressed = Signal(str, float)
    done = Signal(dict)
    failed = Signal(object)

    def __init__(self, result):
        super().__init__()
        self.result = result
        QTimer.singleShot(0, self, self.finish)

    def finish(self):
        self.done.emit(self.result)

    def cancel(self):
        """Have nothing to end."""


class FakeEngine:
    """An engine whose build goes well and whose proof gives the checks it was made with."""

    def __init__(self, checks, clean_job=True):
        self.checks = checks
        self.has_clean_job = clean_job

    def job(self, request):
        return FakeJob({} if request["op"] == "build" else {"checks": self.checks})

    def clean_job(self, request):
        if not self.has_clean_job:
            raise NameError("a bug of ours")
        return FakeJob({"checks": self.checks})


class Opened:
    """What an export wants of a session."""

    def __init__(self, drawing, engine):
        self.root = drawing.document
        self.place = ()
        self.verdicts = {}
        self.allowed_code = tuple
        self.catalog = drawing.catalog
        self.engine = engine

    def problems(self):
        return []


@pytest.fixture
def drawing():
    made = Drawing()
    features = made.input("features", 4)
    made.output("result", made.layer("Dense", "head", features, units=2))
    return made


def test_a_step_of_the_proof_that_compared_nothing_fails_the_export(drawing, tmp_path, qtbot):
    export = Export(Opened(drawing, FakeEngine([])), [tmp_path / "a.keras"])
    with qtbot.waitSignal(export.failed) as failed:
        export.start()
    assert "compared nothing" in str(failed.args[0])
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_could_not_be_started_is_not_taken_for_done(drawing, tmp_path, qtbot):
    fine = [{"name": "outputs", "ok": True, "detail": "The same."}]
    engine = FakeEngine(fine, clean_job=False)
    export = Export(Opened(drawing, engine), [tmp_path / "a.keras", tmp_path / "a.py"])
    finished = []
    export.finished.connect(finished.append)
    with qtbot.captureExceptions() as raised, qtbot.waitSignal(export.failed) as failed:
        export.start()
    assert [kind for kind, *_ in raised] == [NameError]
    assert "Composer’s own" in str(failed.args[0])
    assert finished == []
    assert list(tmp_path.iterdir()) == []
