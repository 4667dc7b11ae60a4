"""The committed table of what layers take, against the Keras that is installed."""

import importlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generator():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "packaging"))
        yield importlib.import_module("make_takes")


def test_the_table_is_what_keras_does(generator):
    made = generator.make_table()
    written = (ROOT / "resources" / "takes.json").read_text(encoding="utf-8")
    assert json.loads(written) == made
    assert written == generator.render(made)
