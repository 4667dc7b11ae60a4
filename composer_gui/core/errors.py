"""The whole family of Composer's exceptions, each with a sentence for the user."""

from __future__ import annotations


class ComposerError(Exception):
    """Something the user can be told in one sentence, and the next step in another.

    `str(error)` is the sentence; `next_step` is what the user can do, or empty.
    """

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence)
        self.next_step = next_step

    @property
    def whole(self) -> str:
        """The sentence and the next step together."""
        return f"{self} {self.next_step}".strip()


class EditRefused(ComposerError):
    """An edit that is not allowed now; the design stays as it was."""


class FileProblem(ComposerError):
    """A file that cannot be read or written; nothing that is open was touched.

    `code` tells the kinds apart. The system gives no file: absent, no_permission, unreadable,
    folder, not_a_file, empty. It is no archive, or a broken one: not_zip, text, hdf5, truncated.
    It is no sound saved model: no_config, no_weights, not_a_model, misnamed, unsafe. It is no sound
    design: not_a_design. It is no Python file of classes: misnamed, not_python. It may be any of
    these: bad_json, too_deep, too_large, newer. It cannot be written: absent, no_permission,
    disk_full, unwritable, exists. Or there is not what it would hold: nothing.
    """

    def __init__(self, code: str, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence, next_step)
        self.code = code


class CannotGenerate(ComposerError):
    """A design that is not ready to become a model; `node` is the first one in the way."""

    def __init__(self, sentence: str, next_step: str = "", node: str | None = None) -> None:
        super().__init__(sentence, next_step)
        self.node = node


class EngineFailed(ComposerError):
    """The Keras process died, hung or could not be started."""


class ExportFailed(ComposerError):
    """An export that did not come to its end; the earlier file is as it was.

    `node` is the node whose line of the script failed, where it is known.
    Particular kinds stand where they are raised: a job's in `engine.client` and `engine.proof`,
    that of a file in the way in `session.export_files`.
    """

    def __init__(self, sentence: str, next_step: str = "", node: str | None = None) -> None:
        super().__init__(sentence, next_step)
        self.node = node
