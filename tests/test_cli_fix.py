"""`composer-gui fix`: what it lists, what it applies, and what becomes of the file."""

import json
import shutil
from pathlib import Path

import pytest
from immutables import Map

from composer_gui import __main__, cli
from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, Document, Source, Wire
from composer_gui.storage import document_file, resources
from tests.corpus import files, written

EXAMPLES = resources.folder() / "examples"
CATALOG = resources.catalog()

pytestmark = pytest.mark.usefixtures("engine_of_commands")


@pytest.fixture
def residual(tmp_path):
    """A sum of 10 and 64 numbers."""
    return Path(shutil.copy(EXAMPLES / "residual.composer", tmp_path))


@pytest.fixture
def broken(tmp_path):
    """Two sums that do not add, one behind the other, and a Dropout of nothing."""
    document = Document()
    document, start = grown(document, edits.add_input, 0, 0, label="start", shape=(10,))
    ends = start
    for number in (1, 2):
        document, wide = dense(document, f"wide {number}", 32 * number, ends)
        document, total = layer(document, "Add", f"sum {number}")
        document = wired(wired(document, wide, total), ends, total, index=1)
        ends = total
    document, idle = layer(document, "Dropout", "idle", rate=0.0)
    document, out = grown(document, edits.add_output, 0, 0, label="out")
    document = wired(wired(document, ends, idle), idle, out, OUTPUT_PORT)
    path = tmp_path / "broken.composer"
    document_file.write(path, document)
    return path


def grown(document, edit, *args, **kwargs):
    after = edit(document, *args, **kwargs)
    (node,) = set(after.nodes) - set(document.nodes)
    return after, node


def layer(document, class_name, name, **parameters):
    values = Map(parameters)
    return grown(document, edits.add_keras_layer, class_name, 0, 0, name=name, parameters=values)


def dense(document, name, units, source):
    document, node = layer(document, "Dense", name, units=units)
    return wired(document, source, node), node


def wired(document, source, node, port="inputs", index=0):
    return edits.connect(document, CATALOG, Wire(Source(source), node, port, index))


def run(capsys, *arguments):
    """Run `fix` with `--json`; return its exit code and what it told."""
    code = cli.main(["fix", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def ids(report):
    return [fix["id"] for problem in report["problems"] for fix in problem["fixes"]]


def test_fix_lists_each_problem_with_its_repairs_by_readable_ids(residual, qapp, capsys):
    before = residual.read_bytes()
    assert cli.main(["fix", str(residual)]) == 1
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("error: ") and "10" in first and "64" in first
    origin, *listed = others
    assert origin.strip() == "units of hidden is 64."
    assert "64" in listed[0]
    names = [line.split(maxsplit=1)[0] for line in listed]
    assert names[0] == "sum.project_skip"
    assert len(set(names)) == len(names) and "sum.project_skip.2" in names
    assert residual.read_bytes() == before


def test_the_same_design_has_the_same_ids_again_and_in_check(residual, qapp, capsys):
    _, once = run(capsys, residual)
    _, again = run(capsys, residual)
    assert ids(once) == ids(again) != []
    cli.main(["check", str(residual), "--json"])
    assert ids(json.loads(capsys.readouterr().out)) == ids(once)


def test_a_repair_that_is_named_is_applied_in_the_file(residual, qapp, capsys):
    code, report = run(capsys, residual, "--apply", "sum.project_skip")
    assert code == 0 and report["problems"] == []
    assert report["file"] == str(residual) and len(report["applied"]) == 1
    assert "Dense" in residual.read_text()
    assert cli.main(["check", str(residual)]) == 0
    assert capsys.readouterr().out == "Nothing is wrong.\n"


def test_a_repair_goes_to_another_file_that_is_not_overwritten(residual, qapp, tmp_path, capsys):
    before, other = residual.read_bytes(), tmp_path / "other.composer"
    command = ["fix", str(residual), "--apply", "sum.project_skip", "--out", str(other)]
    assert cli.main(command) == 0
    assert "applied: " in capsys.readouterr().out
    assert residual.read_bytes() == before and other.exists()
    assert cli.main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main([*command, "--force"]) == 0


def test_an_id_that_is_not_listed_is_told_with_those_that_are(residual, qapp, capsys):
    before = residual.read_bytes()
    assert cli.main(["fix", str(residual), "--apply", "sum.magic"]) == 1
    error = capsys.readouterr().err
    assert "sum.magic" in error and "sum.project_skip" in error
    assert residual.read_bytes() == before


def test_two_repairs_of_one_problem_are_not_both_applied(residual, qapp, capsys):
    before = residual.read_bytes()
    both = ["--apply", "sum.project_skip", "--apply", "sum.replace_class"]
    assert cli.main(["fix", str(residual), *both]) == 1
    assert "sum.replace_class mends nothing any more" in capsys.readouterr().err
    assert residual.read_bytes() == before


def test_apply_all_goes_on_with_what_shows_behind_and_leaves_warnings(broken, qapp, capsys):
    code, listed = run(capsys, broken)
    assert code == 1
    assert [p["code"] for p in listed["problems"] if p["severity"] == "error"] == ["merge"]
    code, report = run(capsys, broken, "--apply-all")
    assert code == 0 and len(report["applied"]) == 2
    assert {problem["severity"] for problem in report["problems"]} == {"warning"}


def test_apply_all_mends_warnings_where_it_is_told_to(broken, qapp, capsys):
    code, report = run(capsys, broken, "--apply-all", "--warnings")
    assert code == 0 and report["problems"] == []
    assert "idle" not in {
        getattr(layer, "name", "") for layer in document_file.read(broken).layers.values()
    }


def test_a_design_with_nothing_wrong_is_left_as_it_is(qapp, tmp_path, capsys):
    design = Path(shutil.copy(EXAMPLES / "functional-mlp.composer", tmp_path))
    written = design.stat().st_mtime_ns
    assert cli.main(["fix", str(design), "--apply-all"]) == 0
    assert capsys.readouterr().out == "Nothing is wrong.\n"
    assert design.stat().st_mtime_ns == written
    copy = tmp_path / "copy.composer"
    assert cli.main(["fix", str(design), "--apply-all", "--out", str(copy)]) == 0
    assert document_file.read(copy) == document_file.read(design)


def test_a_design_that_cannot_be_mended_is_left_as_it_is_and_says_why(qapp, tmp_path, capsys):
    design = Path(shutil.copy(EXAMPLES / "chain.composer", tmp_path))
    before = design.read_bytes()
    code, report = run(capsys, design, "--apply-all")
    assert code == 1 and report["applied"] == []
    assert "file_absent" in {problem["code"] for problem in report["problems"]}
    assert design.read_bytes() == before


def test_what_is_not_possible_is_told_with_the_reason(qapp, tmp_path, capsys):
    models = files.make_models(tmp_path)
    design = tmp_path / "other_size.composer"
    lines = "maps = Input(5, 5, 64)\nnet = conv_head(maps)"
    document_file.write(design, written.design(lines, models))
    reason = "net cannot take 5×5×64: its score was made for 2304 values, and flat would give it"
    assert cli.main(["fix", str(design)]) == 1
    assert f"    not possible: {reason} 1600.\n" in capsys.readouterr().out
    assert cli.main(["fix", str(design), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["declined"] == [{"title": "Let net take 5×5×64", "reason": f"{reason} 1600"}]


def test_a_file_to_write_is_told_only_where_something_is_applied(residual, qapp, tmp_path, capsys):
    other = tmp_path / "other.composer"
    assert cli.main(["fix", str(residual), "--out", str(other)]) == 1
    assert "--apply" in capsys.readouterr().err
    assert not other.exists()


def test_fix_is_a_command_and_not_a_file_to_be_opened(residual, qapp, capsys):
    assert __main__.main(["fix", str(residual)]) == 1
    assert "sum.project_skip" in capsys.readouterr().out
