"""Keeps a Keras process within bounds: memory, priority, core files, and no life of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

LEAST_ADDRESS_SPACE = 8 << 30
"""Bytes. TensorFlow maps some 5 GB before it does anything, most of it never touched."""


def set_limits(*, nice: int = 0) -> None:
    """Set every limit that this system knows; what it does not know is left alone."""
    for step in (_no_core_file, _address_space, _die_with_parent, lambda: _be_nice(nice)):
        with contextlib.suppress(Exception):
            step()


def _no_core_file() -> None:
    import resource  # absent on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> None:
    """Refuse memory beyond what the machine has, so that a crafted model cannot make it swap.

    Not where a graphics card is: its driver reserves far more addresses than there is memory.
    """
    import resource

    if sys.platform != "linux" or os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/kfd"):
        return
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    wanted = max(LEAST_ADDRESS_SPACE, physical)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _die_with_parent() -> None:
    """Have Linux end this process when the window's process is gone, however it went."""
    if sys.platform != "linux":
        return
    set_parent_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, signal.SIGKILL)


def _be_nice(step: int) -> None:
    if step and hasattr(os, "nice"):
        os.nice(step)
