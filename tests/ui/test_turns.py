"""What can wait comes one thing in a turn of the event loop."""

from PySide6.QtCore import QEventLoop, QObject, QTimer

from composer_gui.ui.turns import Turn


def turned(seen, owner, name):
    turn = Turn(owner)
    turn.timeout.connect(lambda: seen.append(name))
    return turn


def test_of_what_is_due_together_one_comes_in_a_turn(qtbot):
    seen, owner = [], QObject()
    turns = [turned(seen, owner, name) for name in "abc"]
    ticks = QTimer(owner, interval=0)
    ticks.timeout.connect(lambda: seen.append("."))
    for turn in turns:
        turn.start()
    ticks.start()
    assert all(turn.isActive() for turn in turns)
    qtbot.waitUntil(lambda: "c" in seen)
    words = "".join(seen)
    assert [letter for letter in words if letter != "."] == ["a", "b", "c"]
    assert "." in words[words.index("a") : words.index("b")]
    assert "." in words[words.index("b") : words.index("c")]
    assert not any(turn.isActive() for turn in turns)


def test_one_that_was_stopped_does_not_come_nor_one_whose_owner_is_gone(qtbot):
    seen, owner, gone = [], QObject(), QObject()
    stopped, orphan, last = (
        turned(seen, of, n) for of, n in zip((owner, gone, owner), "abc", strict=True)
    )
    for turn in (stopped, orphan, last):
        turn.start()
        turn._queue()
    stopped.stop()
    gone.deleteLater()
    qtbot.waitUntil(lambda: "c" in seen)
    assert seen == ["c"]
    assert not stopped.isActive()


def test_one_that_is_asked_for_twice_comes_once(qtbot):
    seen, owner = [], QObject()
    turn = turned(seen, owner, "a")
    turn.start()
    turn.start()
    qtbot.waitUntil(lambda: "a" in seen)
    QEventLoop().processEvents()
    assert seen == ["a"]
