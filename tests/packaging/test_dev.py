"""packaging/dev.py installs what is missing where it may, and says what to do where it may not."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "dev.py"


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """The script as a module, at work in a project of its own."""
    spec = importlib.util.spec_from_file_location("composer_dev", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.txt")
    monkeypatch.setattr(module, "HEADLESS", tmp_path / "build")
    (tmp_path / "requirements.txt").write_text("keras==3.15.1")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / ".venv").mkdir()
    return module


@pytest.fixture
def calls(dev, monkeypatch):
    """The commands that were called; those with a word of `calls.failing` in them fail."""

    class Calls(list):
        failing = ()

        def __call__(self, command, **options):
            self.append([str(part) for part in command])
            if "export" in self[-1]:
                options["stdout"].write('{"sentence": "All is the same."}')
            return int(any(word in self[-1] for word in self.failing))

    recorded = Calls()
    monkeypatch.setattr(dev, "call", recorded)
    return recorded


@pytest.fixture
def set_up(dev, monkeypatch):
    """Everything is installed already."""
    monkeypatch.setattr(dev, "set_up", lambda: "python")


def on_path(monkeypatch, dev, *programs):
    monkeypatch.setattr(dev.shutil, "which", lambda name: name if name in programs else None)


# What it is


def test_it_needs_the_standard_library_only():
    nodes = list(ast.walk(ast.parse(SCRIPT.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_can_read_it_as_far_as_the_sentence_that_refuses():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14), (4, 0)])
def test_a_python_that_is_too_old_or_too_new_is_refused_by_name(dev, version):
    complaint = dev.python_complaint(version)
    assert "3.11 to 3.13" in complaint
    assert "{}.{}".format(*version) in complaint


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_fitting_python_is_not_refused(dev, version):
    assert dev.python_complaint(version) is None


def test_the_refusal_names_a_fitting_python_where_there_is_one(dev, monkeypatch):
    on_path(monkeypatch, dev, "python3.12")
    assert "python3.12 packaging/dev.py" in dev.python_complaint((3, 9))


@pytest.mark.parametrize(("argv", "code"), [([], 2), (["dance"], 2), (["--help"], 0)])
def test_a_word_it_does_not_know_gets_the_usage(dev, capsys, argv, code):
    assert dev.main(argv) == code
    assert "packaging/dev.py run" in capsys.readouterr().out


# The environment


def test_an_environment_that_works_is_adopted(dev, calls, monkeypatch):
    monkeypatch.setattr(dev, "is_usable", lambda python: True)
    assert dev.environment().startswith(str(dev.VENV))
    assert calls == []


def test_an_environment_that_does_not_start_is_made_anew(dev, calls):
    dev.environment()
    assert calls == [[sys.executable, "-m", "venv", "--clear", str(dev.VENV)]]


def test_a_python_without_venv_is_told_the_package(dev, monkeypatch):
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(dev.SetUpFailed, match="apt-get install python3-venv"):
        dev.environment()


# The packages


def test_uv_comes_before_pip_where_it_is_on_the_path(dev, calls, monkeypatch):
    on_path(monkeypatch, dev, "uv")
    assert [installer[0] for installer in dev.installers("python")] == ["uv", "python"]


def test_pip_does_it_alone_where_there_is_no_uv(dev, calls, monkeypatch):
    on_path(monkeypatch, dev)
    assert [installer[:3] for installer in dev.installers("python")] == [["python", "-m", "pip"]]


def test_an_environment_without_pip_gets_it_where_there_is_no_uv(dev, calls, monkeypatch):
    on_path(monkeypatch, dev)
    calls.failing = ("import pip",)
    list(dev.installers("python"))
    assert calls[-1] == ["python", "-m", "ensurepip"]


def test_pip_is_tried_where_uv_fails(dev, calls, monkeypatch):
    on_path(monkeypatch, dev, "uv")
    calls.failing = ("uv",)
    dev.install("python")
    assert [call[0] for call in calls if "install" in call] == ["uv", "python", "python"]


def test_packages_are_installed_by_hash_and_composer_in_place(dev, calls, monkeypatch):
    on_path(monkeypatch, dev)
    dev.install("python")
    locked, own = [call for call in calls if "install" in call]
    assert "--require-hashes" in locked
    assert locked[-1] == str(dev.LOCK)
    assert own[-2:] == ["--editable", str(dev.ROOT)]


def test_a_failed_installation_is_said_and_not_recorded(dev, calls, monkeypatch):
    on_path(monkeypatch, dev)
    monkeypatch.setattr(dev, "environment", lambda: "python")
    monkeypatch.setattr(dev, "provide_system_libraries", lambda: None)
    calls.failing = ("pip",)
    assert dev.main(["run"]) == 1
    assert not dev.STAMP.exists()


def test_the_second_set_up_installs_nothing(dev, calls, monkeypatch):
    monkeypatch.setattr(dev, "environment", lambda: "python")
    monkeypatch.setattr(dev, "provide_system_libraries", lambda: None)
    monkeypatch.setattr(dev, "compile_bytecode", lambda python: None)
    monkeypatch.setattr(dev, "check_qt", lambda python: None)
    monkeypatch.setenv("KERAS_HOME", "elsewhere")
    dev.set_up()
    first = len(calls)
    dev.set_up()
    assert first > 0
    assert len(calls) == first


def test_a_new_lock_is_installed(dev):
    before = dev.fingerprint("python")
    dev.LOCK.write_text("keras==3.15.2")
    assert dev.fingerprint("python") != before


# System libraries


@pytest.fixture
def bare_debian(dev, monkeypatch):
    """A Linux system where none of Qt's libraries is found."""
    on_path(monkeypatch, dev, "apt-get")
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "is_loadable", lambda soname: False)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0, raising=False)


def test_a_system_that_has_the_libraries_is_left_alone(dev, bare_debian, calls, monkeypatch):
    monkeypatch.setattr(dev, "is_loadable", lambda soname: True)
    dev.provide_system_libraries()
    assert calls == []


def test_root_installs_what_is_missing(dev, bare_debian, calls):
    dev.apt_install(["libgl1"])
    assert len(calls) == 1
    assert {"DEBIAN_FRONTEND=noninteractive", "install", "libgl1"} <= set(calls[0])


def test_package_lists_are_fetched_where_installing_fails(dev, bare_debian, calls):
    calls.failing = ("install",)
    dev.apt_install(["libgl1"])
    assert ["update" in call for call in calls] == [False, True, False]


def test_who_may_not_install_is_told_the_command(dev, bare_debian, calls, monkeypatch):
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(dev.SetUpFailed) as failure:
        dev.provide_system_libraries()
    packages = [*dev.QT_LIBRARIES.values(), *dev.X11_LIBRARIES.values()]
    command = f"    sudo apt-get install {' '.join(packages)}"
    assert str(failure.value).splitlines()[-1] == command
    assert calls == []


def test_only_windows_need_the_libraries_of_x11(dev, bare_debian, monkeypatch, capsys):
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev, "is_loadable", lambda soname: soname in dev.QT_LIBRARIES)
    dev.provide_system_libraries()
    assert "libxcb-cursor0" in capsys.readouterr().out


def test_another_linux_is_told_the_packages_but_not_to_use_apt(dev, bare_debian, monkeypatch):
    on_path(monkeypatch, dev)
    with pytest.raises(dev.SetUpFailed) as failure:
        dev.provide_system_libraries()
    assert "libgl1" in str(failure.value)
    assert "apt-get" not in str(failure.value)


def test_a_missing_library_is_noticed_by_its_soname(dev):
    assert not dev.is_loadable("libnobody-has-this.so.0")


# Running and testing


@pytest.fixture
def no_display(dev, monkeypatch):
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


def test_run_opens_the_window_where_there_is_a_display(dev, set_up, calls, monkeypatch):
    monkeypatch.setattr(dev, "window_obstacle", lambda python: None)
    assert dev.main(["run"]) == 0
    assert calls == [["python", "-m", "composer_gui"]]


def test_run_hands_its_arguments_on(dev, set_up, calls, no_display):
    dev.main(["run", "check", "a.composer"])
    assert calls == [["python", "-m", "composer_gui", "check", "a.composer"]]


def test_run_without_a_display_says_so_and_exports_an_example(
    dev, set_up, calls, no_display, capsys
):
    assert dev.main(["run"]) == 0
    assert [call[3] for call in calls] == ["example", "export"]
    told = capsys.readouterr().out
    assert "no display" in told
    assert all(f"{dev.EXAMPLE}{suffix}\n" in told for suffix in (".keras", ".py", ".proof.json"))


def test_the_example_that_is_exported_is_in_the_gallery(dev):
    gallery = SCRIPT.parents[1] / "resources" / "examples"
    assert (gallery / f"{dev.EXAMPLE}.composer").is_file()


def test_the_report_of_the_export_is_kept_as_the_proof(dev, set_up, calls, capsys):
    assert dev.main(["run", "--smoke"]) == 0
    assert "All is the same." in next(dev.HEADLESS.glob("*.proof.json")).read_text()
    assert "All is the same." in capsys.readouterr().out


def test_an_export_that_fails_fails_the_run(dev, set_up, calls):
    calls.failing = ("export",)
    assert dev.main(["run", "--smoke"]) == 1


def test_a_display_that_nobody_serves_is_no_display(dev, no_display, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setattr(dev, "starts_qt", lambda python: False)
    assert "cannot open the display" in dev.window_obstacle("python")


def test_the_tests_come_last_and_get_the_arguments(dev, set_up, calls):
    dev.main(["test", "-k", "wheel"])
    assert calls[-1] == ["python", "-m", "pytest", "-k", "wheel"]
    assert all("ruff" in call for call in calls[:-1])


@pytest.mark.parametrize(("processors", "workers"), [(None, 0), (1, 0), (2, 2), (64, 2)])
def test_the_whole_suite_is_shared_out_where_there_are_two_processors(
    dev, set_up, calls, monkeypatch, processors, workers
):
    monkeypatch.setattr(dev.os, "cpu_count", lambda: processors)
    dev.main(["test"])
    shared_out = ["-n", str(workers), "--dist", "worksteal"] if workers else []
    assert calls[-1] == ["python", "-m", "pytest", *shared_out]


@pytest.mark.parametrize("failing", ["pytest", "check", "format"])
def test_each_check_can_fail_the_tests(dev, set_up, calls, failing):
    calls.failing = (failing,)
    assert dev.main(["test"]) == 1


def test_the_script_runs_from_any_folder(tmp_path):
    done = subprocess.run([sys.executable, SCRIPT, "--help"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
