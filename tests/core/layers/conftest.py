"""The committed catalog, read once for all tests of this folder."""

import json
from pathlib import Path

import pytest

from composer_gui.core.layers.catalog import Catalog

FILE = Path(__file__).resolve().parents[3] / "resources" / "layers.json"


@pytest.fixture(scope="session")
def plain_catalog():
    return json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def catalog(plain_catalog):
    return Catalog.from_plain(plain_catalog)
