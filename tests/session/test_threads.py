"""Work in threads, and what becomes of it when the program ends."""

import shiboken6

from composer_gui.session import threads


def test_what_is_read_while_the_program_ends_is_dropped(qapp):
    answer = threads._Answer()
    work = threads._Work(lambda: "read", answer)
    shiboken6.delete(answer)
    work.run()  # raises nothing
    assert not shiboken6.isValid(answer)
