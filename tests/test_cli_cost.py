"""`check --cost`, as a script or a person calls it."""

import json

import pytest

from composer_gui import cli
from composer_gui.storage import resources

EXAMPLES = resources.folder() / "examples"

pytestmark = pytest.mark.usefixtures("engine_of_commands")


def check(capsys, example, *options):
    code = cli.main(["check", str(EXAMPLES / f"{example}.composer"), "--cost", *options])
    return code, capsys.readouterr().out


def test_costs_as_json_tell_each_node_and_the_total(qapp, capsys):
    code, out = check(capsys, "functional-mlp", "--json", "--batch", "32")
    found = json.loads(out)
    cost, labels = found["cost"], found["labels"]
    by_label = {labels[node]: row for node, row in cost["nodes"].items()}
    assert code == 0
    assert by_label["hidden"] == {
        "parameters": 704,
        "trainable": 704,
        "not_trained": 0,
        "weights": 2816,
        "activations": 256,
        "flops": 2 * 10 * 64 + 64 + 64,
        "counted_elsewhere": False,
    }
    assert cost["total"]["parameters"] == 1354
    assert cost["total"]["memory"] == 4 * 1354 + 32 * cost["total"]["activations"]
    assert (cost["batch"], cost["is_whole"], cost["waiting"], cost["unsaid"]) == (32, True, [], [])


def test_while_errors_remain_the_total_says_that_it_is_not_all(qapp, capsys):
    code, out = check(capsys, "residual", "--json")
    found = json.loads(out)
    cost = found["cost"]
    assert code == 1
    assert cost["is_whole"] is False
    assert {found["labels"][node] for node in cost["waiting"]} == {"sum", "result"}
    assert cost["total"]["parameters"] == 704
    waiting = cost["nodes"][cost["waiting"][0]]
    assert (waiting["flops"], waiting["activations"]) == (None, None)


def test_costs_in_words_are_a_table_with_the_total_last(qapp, capsys):
    code, out = check(capsys, "residual")
    lines = out.splitlines()
    assert code == 1
    assert any(line.split()[0:2] == ["hidden", "704"] for line in lines)
    (total,) = (line for line in lines if line.startswith("total so far"))
    assert total.split()[3:5] == ["704", "704"]
    assert lines[-1] == "Not counted until the errors are mended: sum, result."


@pytest.mark.parametrize("batch", ["0", "-1", "many"])
def test_a_batch_is_a_number_of_samples(qapp, capsys, batch):
    with pytest.raises(SystemExit):
        check(capsys, "functional-mlp", "--batch", batch)
    assert "is not a number of samples" in capsys.readouterr().err


def test_without_cost_nothing_is_said_of_it(qapp, capsys):
    assert cli.main(["check", str(EXAMPLES / "functional-mlp.composer"), "--json"]) == 0
    assert "cost" not in json.loads(capsys.readouterr().out)
