"""The client is tested against a stand-in for the engine that misbehaves as it is told to."""

import json
import sys
import time
from pathlib import Path

import pytest

from composer_gui.core.change import Change, between
from composer_gui.core.document import Document, Input, drop, put
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.engine.client import EngineClient, JobFailed
from composer_gui.engine.client_process import engine_command

FAKE = Path(__file__).with_name("fake_engine.py")
WAIT = 10_000


@pytest.fixture
def engine(qapp):
    """Return a function that makes a started client of an engine with the given manner."""
    made = []

    def make(manner="well", start=True):
        client = EngineClient(command=[sys.executable, str(FAKE), manner])
        made.append(client)
        if start:
            client.start()
        return client

    yield make
    for client in made:
        client.stop()


@pytest.fixture
def ready(engine, qtbot):
    def make(manner="well"):
        client = engine(manner, start=False)
        with qtbot.waitSignal(client.ready, timeout=WAIT):
            client.start()
        return client

    return make


def answers_of(client):
    """Collect the answers as (design, revision, requests as the engine got them)."""
    found = []

    def take(design, revision, verdicts):
        details = [v.problems[0].detail for v in verdicts.values()]
        found.append((design, revision, [json.loads(text) for text in details]))

    client.analyzed.connect(take)
    return found


def document(*nodes):
    return put(Document(), *(Input(node, node, (3,)) for node in nodes)).settled()


def pid_of(client):
    return client._process.process.processId()


def is_alive(pid):
    """Return whether the process is there, as a zombie or not."""
    return Path(f"/proc/{pid}").exists() if sys.platform == "linux" else False


# Asking -----------------------------------------------------------------------------------------


def test_what_is_asked_before_the_engine_is_ready_is_answered_then(engine, qtbot):
    client = engine()
    answers = answers_of(client)
    client.analyze(1, 5, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    assert answers[0][:2] == (1, 5)
    assert answers[0][2][0]["document"]["nodes"]["n1"]["kind"] == "input"


def test_a_change_is_sent_as_what_became_of_nodes_and_layers(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    first = document("n1", "n2")
    client.analyze(1, 1, first)
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    second = drop(put(first, Input("n3", "n3", (4,)), KerasLayer("l9", "x", "ReLU")), "n2")
    client.analyze(1, 2, second, between(first, second))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    (request,) = answers[1][2]
    assert request["base"] == 1
    assert request["change"]["nodes"]["n2"] is None
    assert request["change"]["nodes"]["n3"]["shape"] == [4]
    assert request["change"]["layers"]["l9"]["class"] == "ReLU"


def test_while_one_is_under_way_only_the_newest_waits_and_carries_all_changes(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    documents = [document("n1")]
    client.analyze(1, 0, documents[0])
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    for revision in range(1, 6):
        documents.append(put(documents[-1], Input(f"n{revision + 10}", "x", (3,))).settled())
        client.analyze(1, revision, documents[-1], between(documents[-2], documents[-1]))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    design, revision, requests = answers[1]
    assert (design, revision) == (1, 5)
    assert [request["revision"] for request in requests] == [1, 5], "2 to 4 were never sent"
    assert set(requests[1]["change"]["nodes"]) == {"n12", "n13", "n14", "n15"}
    assert requests[1]["base"] == 1


def test_what_a_late_answer_told_comes_with_the_next(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    client.analyze(1, 2, document("n1"), Change())
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    assert len(answers) == 1
    assert [request["revision"] for request in answers[0][2]] == [1, 2]


def test_two_designs_take_turns(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    client.analyze(2, 1, document("n1"))
    client.analyze(1, 2, document("n1"), Change())
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    assert [answer[:2] for answer in answers] == [(2, 1), (1, 2)]


def test_a_forgotten_design_is_not_answered(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    client.forget(1)
    client.analyze(2, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    assert [answer[0] for answer in answers] == [2]


def test_rubbish_between_the_answers_is_passed_over(ready, qtbot):
    client = ready("rubbish")
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    assert answers[0][:2] == (1, 1)


def test_the_parts_of_a_long_answer_come_ahead_of_the_whole(ready, qtbot):
    client = ready("in_parts")
    parts = []
    client.analyzed_part.connect(lambda *part: parts.append(part))
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    assert list(parts[0][2]) == ["n1"]


def test_a_change_that_the_engine_cannot_take_is_asked_again_as_a_whole(ready, qtbot):
    client = ready("refuses_changes")
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    client.analyze(1, 2, document("n1"), Change(changed=frozenset({"n1"})))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    assert "document" in answers[1][2][0]


def test_what_the_engine_never_takes_is_not_asked_for_ever(ready, qtbot):
    client = ready("refuses")
    heard = []
    client._process.received.connect(heard.append)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=WAIT)
    assert client._in_flight is None
    assert client.state == "ready"


# Dying ------------------------------------------------------------------------------------------


def test_a_killed_engine_is_started_again_and_given_the_whole_document(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    states = []
    client.state_changed.connect(lambda state, sentence: states.append(state))
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    with qtbot.waitSignal(client.ready, timeout=WAIT):
        client._process.kill()
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    assert states == ["restarting", "ready"]
    assert "document" in answers[1][2][0]
    client.analyze(1, 2, document("n1", "n2"), Change(added=frozenset({"n2"})))
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=WAIT)
    assert "change" in answers[2][2][0]


def test_what_was_under_way_when_it_died_is_asked_again(ready, qtbot):
    client = ready("dies_of_changes")
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    client.analyze(1, 2, document("n1", "n2"), Change(added=frozenset({"n2"})))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    assert answers[1][1] == 2
    assert set(answers[1][2][0]["document"]["nodes"]) == {"n1", "n2"}


def test_after_three_deaths_it_is_left_alone_until_somebody_asks(engine, qtbot):
    client = engine("dies_at_once", start=False)
    states = []
    client.state_changed.connect(lambda *state: states.append(state))
    client.start()
    qtbot.waitUntil(lambda: client.state == "stopped", timeout=WAIT)
    assert [state for state, _ in states] == ["starting", "restarting", "stopped"]
    assert "Illegal instruction, of all things" in states[-1][1]
    client._command[-1] = "well"
    with qtbot.waitSignal(client.ready, timeout=WAIT):
        client.start()


def test_an_engine_that_hangs_is_killed_and_started_again(ready, qtbot):
    client = ready("hangs")
    client._watch.setInterval(50)
    pid = pid_of(client)
    with qtbot.waitSignal(client.ready, timeout=WAIT):
        client.analyze(1, 1, document("n1"))
    assert not is_alive(pid)


def test_a_program_that_is_not_there_is_said_so(qapp, qtbot):
    client = EngineClient(command=["/no/such/python"])
    sentences = []
    client.state_changed.connect(lambda state, sentence: sentences.append(sentence))
    client.start()
    qtbot.waitUntil(lambda: client.state == "stopped", timeout=WAIT)
    assert "left alone" in sentences[-1]


# Stopping ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", ["well", "hangs", "stays"])
def test_stopping_leaves_no_process_behind_and_is_quick(ready, manner):
    client = ready(manner)
    client.analyze(1, 1, document("n1"))
    client.prepare()
    pids = [pid_of(client), client._spare.process.processId()]
    began = time.monotonic()
    client.stop()
    assert time.monotonic() - began < 1.5
    assert not any(is_alive(pid) for pid in pids)
    assert client.state == "stopped"


def test_a_stopped_client_starts_again_and_is_given_everything(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)
    client.stop()
    client.analyze(1, 2, document("n1", "n2"), Change(added=frozenset({"n2"})))
    client.start()
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT)
    assert "document" in answers[1][2][0]


def test_what_was_not_answered_before_a_stop_is_answered_after_the_next_start(ready, qtbot):
    client = ready()
    answers = answers_of(client)
    client.analyze(1, 1, document("n1"))
    client.stop()
    client.start()
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=WAIT)


def test_stopping_while_a_restart_is_due_keeps_it_from_coming(ready, qtbot):
    client = ready("dies")
    with qtbot.waitSignal(client.state_changed, timeout=WAIT):
        client.analyze(1, 1, document("n1"))
    client.stop()
    assert not client._restart.isActive()
    assert client.state == "stopped"


# Jobs -------------------------------------------------------------------------------------------


def test_a_job_tells_its_progress_and_its_result(engine, qtbot):
    job = engine(start=False).job({"op": "build", "text": "äöü"})
    progress = []
    job.progressed.connect(lambda *step: progress.append(step))
    with qtbot.waitSignal(job.done, timeout=WAIT) as done:
        pass
    assert progress == [("Half way", 0.5)]
    assert done.args[0] == {"asked": {"op": "build", "text": "äöü"}}


def test_a_job_takes_the_process_that_was_prepared(engine, qtbot):
    client = engine(start=False)
    client.prepare()
    spare = client._spare
    job = client.job({"op": "build"})
    assert job._process is spare
    assert client._spare is None
    with qtbot.waitSignal(job.done, timeout=WAIT):
        pass


def test_a_job_that_fails_says_why_and_where(engine, qtbot):
    job = engine("refuses", start=False).job({"op": "build"})
    with qtbot.waitSignal(job.failed, timeout=WAIT) as failed:
        pass
    (error,) = failed.args
    assert isinstance(error, JobFailed)
    assert (error.whole, error.line) == ("Line 3 failed. Mend it.", 3)


def test_a_job_whose_process_dies_fails_with_its_last_words(engine, qtbot):
    job = engine("dies", start=False).job({"op": "build"})
    with qtbot.waitSignal(job.failed, timeout=WAIT) as failed:
        pass
    assert "out of memory" in str(failed.args[0])


def test_a_cancelled_job_is_killed_and_says_nothing(engine, qtbot):
    client = engine("hangs", start=False)
    job = client.job({"op": "build"})
    said = []
    job.done.connect(said.append)
    job.failed.connect(said.append)
    with qtbot.waitSignal(job.progressed, timeout=WAIT):
        pass
    process = job._process
    pid = process.process.processId()
    with qtbot.waitSignal(process.ended, timeout=WAIT):
        job.cancel()
    assert not is_alive(pid)
    assert said == []
    assert client._jobs == set()


def test_stopping_ends_the_jobs_too(engine, qtbot):
    client = engine("hangs", start=False)
    job = client.job({"op": "build"})
    with qtbot.waitSignal(job.progressed, timeout=WAIT):
        pass
    pid = job._process.process.processId()
    client.stop()
    assert not is_alive(pid)


def test_the_engine_is_not_looked_for_in_the_current_folder():
    assert engine_command()[1:] == ["-P", "-m", "composer_gui", "--engine"]


def test_the_real_engine_is_started_answers_and_is_stopped(qapp, qtbot):
    client = EngineClient()
    answers = []
    client.analyzed.connect(lambda *answer: answers.append(answer))
    client.start()
    client.analyze(1, 1, document("n1"))
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=60_000)
    assert answers[0][2]["n1"].spec("output").shape == (None, 3)
    pid = pid_of(client)
    client.stop()
    assert not is_alive(pid)
