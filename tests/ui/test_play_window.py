"""A machine plays the user in the whole window: nothing is raised, and all stays in step.

COMPOSER_PLAY=200 plays so many games, each another one every time, instead of the few fixed ones.
"""

import os
import random

import pytest

from tests.window_player import Player, game
from tests.window_stage import ask_nobody, fresh_window

GAMES = int(os.environ.get("COMPOSER_PLAY", "0"))
SEEDS = [random.randrange(10**9) for _ in range(GAMES)] or range(5)
LENGTH = 45


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_done_in_a_window_all_stays_in_step(qtbot, dark, tmp_path, monkeypatch, seed):
    ask_nobody(monkeypatch)
    player = Player(fresh_window(tmp_path), tmp_path)
    try:
        player.play(game(seed, LENGTH))
    finally:
        player.end()
