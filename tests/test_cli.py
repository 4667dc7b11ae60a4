"""The command line, as a script or a person calls it: exit codes, JSON, files, sentences."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from composer_gui import cli
from composer_gui.storage import resources

EXAMPLES = resources.folder() / "examples"

pytestmark = pytest.mark.usefixtures("engine_of_commands")


@pytest.fixture(scope="module")
def written(qapp, tmp_path_factory):
    """The siamese example, written by the command itself."""
    design = tmp_path_factory.mktemp("example") / "siamese.composer"
    assert cli.main(["example", "siamese", str(design)]) == 0
    return design


@pytest.fixture
def plain_design(tmp_path):
    """A design without saved models."""
    return Path(shutil.copy(EXAMPLES / "functional-mlp.composer", tmp_path))


def test_example_without_a_name_lists_the_gallery_name_first(qapp, capsys):
    assert cli.main(["example"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert len(names) == len(set(names)) >= 18
    assert {"chain", "mismatch", "image-and-text", "siamese"} <= set(names)


def test_an_example_is_written_with_its_models_beside_it(written):
    assert written.exists()
    models = [path.name for path in (written.parent / "models").iterdir()]
    assert models == ["signature_encoder.keras"]


def test_an_example_that_does_not_exist_is_told(qapp, tmp_path, capsys):
    assert cli.main(["example", "nonsense", str(tmp_path / "a.composer")]) == 2
    error = capsys.readouterr().err
    assert "nonsense" in error
    assert "Traceback" not in error


def test_check_of_a_good_design_ends_with_zero(plain_design, qapp, capsys):
    assert cli.main(["check", str(plain_design)]) == 0
    assert capsys.readouterr().out == "Nothing is wrong.\n"


def test_check_as_json_tells_problems_and_specs(qapp, tmp_path, capsys):
    design = shutil.copy(EXAMPLES / "residual.composer", tmp_path)
    assert cli.main(["check", str(design), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    (problem,) = found["problems"]
    assert problem["severity"] == "error"
    assert {"severity", "code", "node", "port", "message", "expected", "actual"} <= set(problem)
    assert (problem["wanted"], problem["given"], problem["axes"]) != (None, None, [])
    assert problem["usual"] and found["silenced"] == {}
    assert problem["origin"]["sentence"] and problem["origin"]["node"] in found["labels"]
    assert all(fix["id"].endswith(fix["kind"]) for fix in problem["fixes"][:1])
    assert "10 and 64" in problem["message"]
    assert problem["fixes"]
    shapes = [spec["shape"] for ports in found["specs"].values() for spec in ports.values()]
    assert [None, 10] in shapes
    assert [None, 64] in shapes


def test_check_of_a_file_that_is_no_design_ends_with_two(qapp, tmp_path, capsys):
    bad = tmp_path / "bad.composer"
    bad.write_text("this is no design")
    for path in (bad, tmp_path / "absent.composer"):
        assert cli.main(["check", str(path)]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert path.name in captured.err


def test_check_names_a_saved_model_whose_file_is_gone(qapp, tmp_path, capsys):
    design = shutil.copy(EXAMPLES / "chain.composer", tmp_path)
    assert cli.main(["check", str(design)]) == 1
    assert "feature_extractor.keras" in capsys.readouterr().out


def test_export_writes_both_files_with_a_proof(written, qapp, tmp_path, capsys):
    targets = [tmp_path / "siamese.keras", tmp_path / "siamese.py"]
    assert cli.main(["export", str(written), *map(str, targets), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [Path(file["path"]).name for file in report["files"]][:2] == [p.name for p in targets]
    assert report["checks"]
    assert all(check["ok"] for check in report["checks"])
    assert all(path.stat().st_size for path in targets)


def test_what_there_is_to_know_of_an_export_is_noted(written, qapp, tmp_path, capsys):
    assert cli.main(["export", str(written), str(tmp_path / "siamese.py"), "--no-proof"]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note ")]
    assert len(notes) == 1 and "copied to models/signature_encoder.keras" in notes[0]


def test_a_saved_model_is_imported_and_its_export_gives_the_same(written, qapp, tmp_path, capsys):
    model = written.parent / "models" / "signature_encoder.keras"
    design = tmp_path / "encoder.composer"
    assert cli.main(["import", str(model), str(design)]) == 0
    assert cli.main(["import", str(model), str(design)]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main(["import", str(model), str(design), "--force", "--depth", "all"]) == 0
    assert cli.main(["check", str(design)]) == 0
    targets = [tmp_path / "encoder.keras", tmp_path / "encoder.py"]
    assert cli.main(["export", str(design), *map(str, targets), "--json"]) == 0
    report = json.loads(capsys.readouterr().out.partition("Nothing is wrong.\n")[2])
    assert report["ok"] and {"outputs", "kept"} <= {check["name"] for check in report["checks"]}
    keras = pytest.importorskip("keras")
    one, other = (keras.models.load_model(path) for path in (model, targets[0]))
    given = keras.random.normal((2, *one.input_shape[1:]), seed=3)
    assert (one(given).numpy() == other(given).numpy()).all()


def test_import_says_what_cannot_be_laid_out(qapp, tmp_path, capsys):
    bad = tmp_path / "bad.keras"
    bad.write_text("no model")
    assert cli.main(["import", str(bad), str(tmp_path / "a.composer")]) == 2
    assert "bad.keras" in capsys.readouterr().err
    assert not (tmp_path / "a.composer").exists()
    with pytest.raises(SystemExit):
        cli.main(["import", str(bad), str(tmp_path / "a.composer"), "--depth", "0"])


def test_an_older_model_is_converted_before_it_is_imported(qapp, tmp_path, capsys):
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")], name="old")
    model.save(tmp_path / "old.h5")
    assert cli.main(["import", str(tmp_path / "old.h5"), str(tmp_path / "old.composer")]) == 0
    assert "converted to" in capsys.readouterr().out
    assert (tmp_path / "old.keras").exists()
    assert '"d"' in (tmp_path / "old.composer").read_text()


def test_export_from_scratch_needs_no_saved_model(written, qapp, tmp_path):
    target = tmp_path / "siamese.py"
    command = ["export", str(written), str(target), "--style", "scratch", "--no-proof"]
    assert cli.main(command) == 0
    assert "load_model" not in target.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["siamese.py"]


def test_code_that_may_be_run_is_named_and_has_to_be_sound(plain_design, qapp, tmp_path, capsys):
    code = tmp_path / "my_layers.py"
    code.write_text("x = 1\n")
    assert cli.main(["check", str(plain_design), "--code", str(code)]) == 0
    code.write_text("x = = 1\n")
    assert cli.main(["check", str(plain_design), "--code", str(code)]) == 2
    assert "my_layers.py is not sound Python" in capsys.readouterr().err


def test_export_does_not_overwrite_without_force(plain_design, qapp, tmp_path, capsys):
    target = tmp_path / "mlp.py"
    target.write_text("mine")
    assert cli.main(["export", str(plain_design), str(target), "--no-proof"]) != 0
    assert target.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert cli.main(["export", str(plain_design), str(target), "--no-proof", "--force"]) == 0
    assert "def build_model() -> keras.Model:" in target.read_text()


def test_export_of_a_design_with_a_problem_says_which(qapp, tmp_path, capsys):
    design = shutil.copy(EXAMPLES / "residual.composer", tmp_path)
    target = tmp_path / "residual.keras"
    assert cli.main(["export", str(design), str(target)]) == 1
    assert "10 and 64 do not add" in capsys.readouterr().err
    assert not target.exists()


def test_export_to_a_suffix_nobody_knows_is_told(plain_design, qapp, tmp_path, capsys):
    assert cli.main(["export", str(plain_design), str(tmp_path / "mlp.exe")]) != 0
    assert ".exe" in capsys.readouterr().err


def test_in_a_pipe_there_is_no_progress_and_no_noise(plain_design, tmp_path):
    target = tmp_path / "mlp.keras"
    command = [sys.executable, "-m", "composer_gui", "export", plain_design, target, "--no-proof"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0
    assert ran.stderr == ""
    assert str(target) in ran.stdout


def test_a_reader_that_has_seen_enough_is_no_error():
    command = [sys.executable, "-m", "composer_gui", "example"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
