"""The wheel holds the whole program with its resources, and nothing else."""

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", folder], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def files_below(folder: Path) -> set[str]:
    """Return the paths in a folder as a wheel writes them, without what Python leaves behind."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix() for path in files if "__pycache__" not in path.parts
    }


def test_the_wheel_carries_the_program_and_every_resource(wheel):
    program = {f"composer_gui/{name}" for name in files_below(ROOT / "composer_gui")}
    resources = {f"composer_gui/resources/{name}" for name in files_below(ROOT / "resources")}
    assert resources, "there is nothing to ship"
    assert program | resources <= set(wheel.namelist())


def test_the_wheel_installs_one_package_only(wheel):
    folders = {name.split("/")[0] for name in wheel.namelist()}
    assert {name for name in folders if not name.endswith(".dist-info")} == {"composer_gui"}


def test_the_wheel_brings_the_command(wheel):
    name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points["console_scripts"]) == {"composer-gui": "composer_gui.__main__:main"}


def test_the_wheel_carries_the_licence(wheel):
    licence = (ROOT / "LICENSE").read_bytes()
    assert licence in [wheel.read(name) for name in wheel.namelist() if name.endswith("LICENSE")]
