"""What Composer remembers between runs: an INI file in the user's configuration folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QSettings

RECENT_LENGTH = 10
APPLICATION = "composer-gui"


def cache_folder() -> Path:
    """Return the folder for what can be made again, such as the gallery's saved models."""
    return Path(platformdirs.user_cache_dir(APPLICATION, appauthor=False))


class Settings:
    """Named values kept in `composer.ini`; `path` is for tests and portable set-ups."""

    def __init__(self, path: Path | None = None) -> None:
        folder = Path(platformdirs.user_config_dir(APPLICATION, appauthor=False))
        self._store = QSettings(str(path or folder / "composer.ini"), QSettings.Format.IniFormat)

    def value(self, key: str, default: Any = None) -> Any:
        """Return what was remembered under `key`, such as "window/geometry"."""
        return self._store.value(key, default)

    def remember(self, key: str, value: Any) -> None:
        """Keep `value` under `key`."""
        self._store.setValue(key, value)

    def forget(self, key: str) -> None:
        """Remember nothing under `key`, nor under what begins with it and a slash."""
        self._store.remove(key)

    def names(self, key: str) -> list[str]:
        """Return the list of texts kept under `key`; one of a single text comes back as a list."""
        found = self._store.value(key, [])
        return [found] if isinstance(found, str) else list(found or [])

    def recent(self) -> list[Path]:
        """Return the designs opened or saved last, newest first; some may be gone by now."""
        return [Path(path) for path in self.names("files/recent")]

    def remember_recent(self, path: Path) -> None:
        """Put `path` first among the recent designs."""
        others = [known for known in self.recent() if known != path]
        kept = [path, *others][:RECENT_LENGTH]
        self._store.setValue("files/recent", [str(known) for known in kept])

    def forget_recent(self) -> None:
        """Empty the list of recent designs."""
        self.forget("files/recent")
