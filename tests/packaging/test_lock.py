"""The lock pins what pyproject.toml asks for, with hashes, and does not say where it came from."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "packaging" / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RENEW = "renew it: python3 packaging/dev.py lock"

WANTED = [
    Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
]
PLATFORMS = [
    {"python_version": version, "python_full_version": f"{version}.0", "sys_platform": system}
    for version in ("3.11", "3.12", "3.13")
    for system in ("linux", "darwin", "win32")
]


def entries() -> list[str]:
    """Return the lock's entries, each with its hashes on one line."""
    lines = (line for line in LOCK.splitlines() if not line.lstrip().startswith("#"))
    return "\n".join(lines).replace("\\\n", " ").strip().splitlines()


def pins() -> dict[str, list[Requirement]]:
    """Return the pinned requirements by name; one name may have several, each with its marker."""
    found = defaultdict(list)
    for entry in entries():
        pin = Requirement(entry.split("--hash")[0].strip())
        found[canonicalize_name(pin.name)].append(pin)
    return found


def versions_on(pinned: list[Requirement], platform: dict[str, str]) -> list[str]:
    """Return the versions that are installed on this platform: one, or none."""
    here = [pin for pin in pinned if pin.marker is None or pin.marker.evaluate(platform)]
    return [str(pin.specifier).removeprefix("==") for pin in here]


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_every_dependency_is_locked_once_at_a_version_that_is_asked_for(wanted):
    pinned = pins()[canonicalize_name(wanted.name)]
    for platform in PLATFORMS:
        versions = versions_on(pinned, platform)
        assert len(versions) == 1, f"{wanted.name} on {platform} is locked as {versions}; {RENEW}"
        assert wanted.specifier.contains(versions[0]), f"{versions[0]} is locked; {RENEW}"


def test_every_entry_is_exact_and_carries_hashes():
    for entry in entries():
        assert re.match(r"[a-z0-9._-]+==[^ *]+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


def test_the_lock_names_no_address_and_no_path():
    for sign in ("://", "index-url", "find-links", "file:", " /", " @ "):
        assert sign not in LOCK


def test_every_python_that_is_allowed_has_a_classifier():
    classifiers = PROJECT["classifiers"]
    versions = {platform["python_version"] for platform in PLATFORMS}
    assert {f"Programming Language :: Python :: {version}" for version in versions} <= {
        *classifiers
    }
