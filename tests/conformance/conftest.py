"""What tests of the real engine and session here need: one engine for a module."""

from tests.session.conftest import engine

__all__ = ["engine"]
