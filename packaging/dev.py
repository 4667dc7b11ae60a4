"""Set Composer up from nothing, then run it or its tests; needs only a bare Python 3.11 to 3.13.

python3 packaging/dev.py run [ARGS]   open the window; without a display, export an example instead
python3 packaging/dev.py run --smoke  export an example without opening the window
python3 packaging/dev.py test [ARGS]  check the code with ruff and run the tests; ARGS go to pytest
python3 packaging/dev.py lock [ARGS]  renew packaging/requirements.txt; needs uv, ARGS go to it

It makes .venv in the project's folder and installs the locked packages into it (with uv where uv
is on the PATH, else with pip) and, as root or with a sudo that asks no password, the system
libraries that Qt needs. Anything already there is kept, so a second run takes seconds.
"""

# The standard library only, and nothing that an older Python cannot parse: it has to read the
# sentence that tells it so.
from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "packaging" / "requirements.txt"
VENV = ROOT / ".venv"
STAMP = VENV / "composer-set-up"
HEADLESS = ROOT / "build" / "example"
EXAMPLE = "image-and-text"

OLDEST, NEWEST = (3, 11), (3, 13)

# Asked for by soname, because the packages' names differ from one Debian to the next.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


class SetUpFailed(Exception):
    """Something is missing that this script may not or cannot install; the text says what to do."""


def main(argv: list[str]) -> int:
    """Run one command and return its exit code."""
    if not argv or argv[0] not in COMMANDS:
        print(__doc__)
        return 0 if argv[:1] in (["-h"], ["--help"]) else 2
    command, arguments = COMMANDS[argv[0]], argv[1:]
    try:
        return command(arguments)
    except SetUpFailed as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# The commands


def run(arguments: list[str]) -> int:
    """Start Composer, or export an example where no window can be shown."""
    python = set_up()
    if "--smoke" in arguments:
        return export_example(python)
    obstacle = None if arguments else window_obstacle(python)
    if obstacle:
        say(f"{obstacle}, so no window: exporting an example of the gallery instead.")
        return export_example(python)
    return call([python, "-m", "composer_gui", *arguments])


def test(arguments: list[str]) -> int:
    """Run every check; pytest comes last, so that its summary stays in sight."""
    python = set_up()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    ruff = [python, "-m", "ruff"]
    style = [call([*ruff, *check], cwd=ROOT) for check in (["check"], ["format", "--check"])]
    tests = call([python, "-m", "pytest", *(arguments or workers())], cwd=ROOT)
    if any(style):
        say("ruff found faults: see above the tests.")
    return tests or max(style)


def workers() -> list[str]:
    """Return what shares the whole suite out to two processes, where there are two processors.

    Each begins with a half, so that what a module needs is rarely made by both; whoever is done
    first takes of the other's rest. More than two would want more memory than many machines have.
    """
    return ["-n", "2", "--dist", "worksteal"] if (os.cpu_count() or 1) > 1 else []


def lock(arguments: list[str]) -> int:
    """Renew the lock: exact versions and hashes for every platform, and no index address."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetUpFailed("The lock is made by uv, and uv is not on the PATH.")
    compile_lock = [uv, "pip", "compile", "pyproject.toml", "--extra", "dev", "--quiet"]
    everywhere = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    addressless = ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
    says_how = ["--custom-compile-command", "python3 packaging/dev.py lock"]
    output = ["--output-file", os.path.relpath(LOCK, ROOT)]
    command = [*compile_lock, *everywhere, *addressless, *says_how, *output, *arguments]
    return call(command, cwd=ROOT)


COMMANDS = {"run": run, "test": test, "lock": lock}


# Setting up


def set_up() -> str:
    """Install whatever is missing and return the path of the environment's Python."""
    python = environment()
    provide_system_libraries()
    wanted = fingerprint(python)
    if not STAMP.is_file() or STAMP.read_text() != wanted:
        install(python)
        compile_bytecode(python)
        check_qt(python)
        STAMP.write_text(wanted)
    # Importing Keras writes a configuration file into the home folder if it is not told otherwise.
    os.environ.setdefault("KERAS_HOME", str(VENV / "keras"))
    return python


def python_complaint(version: tuple[int, int]) -> str | None:
    """Say what is wrong with a Python of this version, or None if nothing is."""
    if OLDEST <= version <= NEWEST:
        return None
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = next(filter(shutil.which, names), None)
    advice = f"Try {found} packaging/dev.py." if found else "Please install one of these."
    return (
        "Composer needs Python 3.{} to 3.{} (TensorFlow has no other), and this is {}.{}. {}"
    ).format(OLDEST[1], NEWEST[1], *version, advice)


def environment() -> str:
    """Return the Python of .venv, made now if there is none that works."""
    windows = sys.platform == "win32"
    python = str(VENV / ("Scripts/python.exe" if windows else "bin/python"))
    if is_usable(python):
        return python
    complaint = python_complaint(sys.version_info[:2])
    if complaint:
        raise SetUpFailed(complaint)
    if importlib.util.find_spec("ensurepip") is None:
        raise SetUpFailed(
            "This Python cannot make virtual environments. Debian and Ubuntu keep that in a package"
            " of its own:\n    sudo apt-get install python3-venv"
        )
    say(f"Making {VENV.name}.")
    if call([sys.executable, "-m", "venv", "--clear", VENV]):
        raise SetUpFailed(f"The virtual environment {VENV} could not be made; see above why.")
    return python


def is_usable(python: str) -> bool:
    """Whether this interpreter starts and is of a version that Composer runs on."""
    probe = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return os.path.exists(python) and subprocess.call([python, "-c", probe]) == 0


def fingerprint(python: str) -> str:
    """Name everything on which the installation depends; it is repeated when this changes."""
    files = (LOCK, ROOT / "pyproject.toml", Path(__file__))
    digest = hashlib.sha256(str((python, os.path.realpath(python))).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def install(python: str) -> None:
    """Install the locked packages and, in place, Composer itself.

    uv does not read pip's configuration, so a machine behind a mirror may need pip although it
    has uv: where one installer fails, the next is tried.
    """
    steps = (
        ["--require-hashes", "--no-deps", "-r", LOCK],
        ["--no-deps", "--no-build-isolation", "--editable", ROOT],
    )
    say("Installing the locked packages: the first time, some 700 MB to fetch.")
    for installer in installers(python):
        if all(call([*installer, *step]) == 0 for step in steps):
            return
    raise SetUpFailed("The packages could not be installed; see above why.")


def installers(python: str) -> Iterator[list[str]]:
    """Yield the commands that install packages here, the fastest first."""
    uv = shutil.which("uv")
    if uv:
        yield [uv, "pip", "install", "--python", python, "--compile-bytecode"]
    if call([python, "-c", "import pip"], stderr=subprocess.DEVNULL):
        # an environment that uv made, or whose making was interrupted
        call([python, "-m", "ensurepip"])
    yield [python, "-m", "pip", "install", "--disable-pip-version-check"]


def compile_bytecode(python: str) -> None:
    """Compile what came without bytecode: importing TensorFlow takes 6 s without and 2 s with."""
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([python, "-c", find], text=True).strip()
    if not os.path.isdir(os.path.join(packages, "tensorflow", "__pycache__")):
        say("Compiling the packages.")
        call([python, "-m", "compileall", "-qq", "-j", "0", packages])


def check_qt(python: str) -> None:
    """Make sure that Qt starts, so that a library nobody thought of is named now and not later."""
    if not starts_qt(python, platform="offscreen"):
        raise SetUpFailed("Qt does not start on this machine; see above which library is missing.")


# System libraries


def provide_system_libraries() -> None:
    """Install the libraries that Qt expects of a Linux system, or say which command does."""
    absent = missing_packages({**QT_LIBRARIES, **X11_LIBRARIES})
    if absent and shutil.which("apt-get"):
        apt_install(absent)
        absent = missing_packages({**QT_LIBRARIES, **X11_LIBRARIES})
    if missing_packages(QT_LIBRARIES):
        raise SetUpFailed(f"Qt needs libraries that are missing here. {advice(absent)}")
    if absent:
        say(f"Libraries for windows under X11 are missing. {advice(absent)}")


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """Return the Debian packages of those libraries that cannot be loaded."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for soname, package in libraries.items() if not is_loadable(soname)]


def is_loadable(soname: str) -> bool:
    """Whether the dynamic linker finds this library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def advice(packages: list[str]) -> str:
    """Say in one line how to get these packages."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"Please type:\n    sudo apt-get install {names}"
    return f"Please install what this system has for Debian's packages\n    {names}"


def apt_install(packages: list[str]) -> None:
    """Install packages where that needs no password; a failure is for the caller to notice."""
    prefix = root_prefix()
    if prefix is None:
        return
    say(f"Installing system libraries for Qt: {' '.join(packages)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=120"]
    wanted = ["install", "--no-install-recommends", "--yes", *packages]
    if call([*apt, *wanted], stdout=subprocess.DEVNULL):
        # no package lists yet, or lists so old that the files they name are gone
        call([*apt, "update"], stdout=subprocess.DEVNULL)
        call([*apt, *wanted], stdout=subprocess.DEVNULL)


def root_prefix() -> list[str] | None:
    """Return what to write before a command to run it as root, or None if that needs a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    refused = subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL)
    return None if refused else ["sudo", "-n"]


# Without a display


def window_obstacle(python: str) -> str | None:
    """Say why no window can be shown here, or return None."""
    if not sys.platform.startswith("linux"):
        return None
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    # the variable may be left over from a connection that is gone
    return None if starts_qt(python) else "Qt cannot open the display (its reason stands above)"


def starts_qt(python: str, platform: str = "") -> bool:
    """Whether a Qt application starts on this platform, by default the one that Qt chooses."""
    program = "from PySide6.QtWidgets import QApplication; QApplication([])"
    variables = dict(os.environ, QT_QPA_PLATFORM=platform) if platform else None
    return subprocess.call([python, "-c", program], env=variables) == 0


def export_example(python: str) -> int:
    """Do the main job without a window: compose, export, prove; then say where the results are."""
    shutil.rmtree(HEADLESS, ignore_errors=True)
    HEADLESS.mkdir(parents=True)
    design, model, source, proof = (
        HEADLESS / (EXAMPLE + suffix) for suffix in (".composer", ".keras", ".py", ".proof.json")
    )
    composer = [python, "-m", "composer_gui"]
    failed = call([*composer, "example", EXAMPLE, design], stdout=subprocess.DEVNULL)
    if not failed:
        with proof.open("w", encoding="utf-8") as report:
            export = ["export", design, model, source, "--force", "--json"]
            failed = call([*composer, *export], stdout=report)
    if failed:
        return failed
    say(json.loads(proof.read_text(encoding="utf-8"))["sentence"])
    for what, file in (("design", design), ("model", model), ("source", source), ("proof", proof)):
        print(f"    {what:8}{file.relative_to(ROOT)}")
    return 0


# Talking


def say(sentence: str) -> None:
    """Tell the user what happens next, in order with what the commands print."""
    print(f"* {sentence}", flush=True)


def call(command: list, **options) -> int:
    """Run a command and return its exit code."""
    return subprocess.call([str(part) for part in command], **options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
