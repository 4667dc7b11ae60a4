"""An editor for each kind of parameter: takes what Keras takes, refuses the rest in a sentence."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.parameters import Parameter, refusal
from composer_gui.storage import resources
from composer_gui.ui.panels.object_editors import ConstructEditor, ConstructsEditor, field_for
from composer_gui.ui.panels.parameter_editors import ChoiceEditor, LineEditor, TickEditor

CATALOG = resources.catalog()


def parameters():
    """Parameters and arguments of the catalog that differ in more than their name."""
    found = {}
    for spec in CATALOG.layers.values():
        for parameter in (*spec.parameters, *spec.arguments):
            key = (parameter.kind, parameter.optional, parameter.required, parameter.choices)
            found.setdefault(key, parameter)
    return list(found.values())


@pytest.fixture
def field(show):
    def make(parameter):
        made = show(field_for(parameter, CATALOG), 300, 60)
        made.show_value(parameter.default, is_set=False)
        return made

    return make


@pytest.mark.parametrize("parameter", parameters(), ids=lambda p: f"{p.kind}-{p.name}")
def test_every_kind_has_an_editor_that_shows_its_default(parameter, field):
    made = field(parameter)
    assert made.editor.accessibleName() == parameter.name
    assert not made.back.isVisible()


@pytest.mark.parametrize(
    ("kind", "editor"),
    [
        ("integer", LineEditor),
        ("number", LineEditor),
        ("shape", LineEditor),
        ("boolean", TickEditor),
        ("choice", ChoiceEditor),
        ("activation", ChoiceEditor),
        ("dtype", ChoiceEditor),
        ("initializer", ConstructEditor),
        ("regularizer", ConstructEditor),
        ("constraint", ConstructEditor),
        ("layer", ConstructEditor),
        ("layers", ConstructsEditor),
    ],
)
def test_each_kind_has_the_editor_that_fits(kind, editor, qapp):
    made = field_for(Parameter("p", kind), CATALOG)
    assert isinstance(made.editor, editor)
    made.deleteLater()


@pytest.mark.parametrize(
    ("parameter", "typed", "value"),
    [
        (Parameter("units", "integer", minimum=1), "64", 64),
        (Parameter("rate", "number", default=0.0), "0.5", 0.5),
        (Parameter("kernel_size", "integers", lengths=(2,)), "3, 3", (3, 3)),
        (Parameter("kernel_size", "integers", lengths=(2,)), "3", 3),
        (Parameter("shape", "shape"), "28, 28, 1", (28, 28, 1)),
        (Parameter("shape", "shape"), "None, 4", (None, 4)),
        (Parameter("seed", "seed", optional=True), "7", 7),
        (Parameter("name", "text", default=""), "a b", "a b"),
        (Parameter("axis", "axis", default=-1), "1, 2", (1, 2)),
    ],
)
def test_what_is_typed_is_read(parameter, typed, value, field, qtbot):
    made = field(parameter)
    values = []
    made.edited.connect(lambda name, given: values.append(given))
    qtbot.keyClicks(made.editor, typed)
    assert values[-1] == value
    assert type(values[-1]) is type(value)
    assert not made.sentence.isVisible()


def test_nonsense_is_refused_with_a_sentence_and_the_value_stays(field, qtbot):
    made = field(Parameter("units", "integer", required=True, minimum=1))
    made.show_value(64, is_set=True)
    made.editor.selectAll()
    with qtbot.assertNotEmitted(made.edited):
        qtbot.keyClicks(made.editor, "x")
    said = made.sentence.text()
    assert said == "units wants a whole number of at least 1, not 'x'. It stays 64."
    assert made.sentence.isVisible()


def test_escape_brings_the_value_back(field, qtbot):
    made = field(Parameter("units", "integer", required=True, minimum=1))
    made.show_value(64, is_set=True)
    qtbot.keyClicks(made.editor, "abc")
    qtbot.keyClick(made.editor, Qt.Key.Key_Escape)
    assert made.editor.text() == "64"
    assert not made.sentence.isVisible()


def test_arrow_keys_step_a_whole_number_within_its_bounds(field, qtbot):
    made = field(Parameter("units", "integer", minimum=1))
    made.show_value(2, is_set=True)
    values = []
    made.edited.connect(lambda name, value: values.append(value))
    qtbot.keyClick(made.editor, Qt.Key.Key_Down)
    made.show_value(1, is_set=True)
    qtbot.keyClick(made.editor, Qt.Key.Key_Down)
    qtbot.keyClick(made.editor, Qt.Key.Key_Up)
    assert values == [1, 2]


def test_an_empty_field_means_the_default(field, qtbot):
    made = field(Parameter("rate", "number", default=0.5))
    made.show_value(0.1, is_set=True)
    made.editor.selectAll()
    with qtbot.waitSignal(made.reset):
        qtbot.keyClick(made.editor, Qt.Key.Key_Delete)


def test_an_empty_field_is_refused_where_a_value_is_needed(field, qtbot):
    made = field(Parameter("units", "integer", required=True, minimum=1))
    made.show_value(4, is_set=True)
    made.editor.selectAll()
    qtbot.keyClick(made.editor, Qt.Key.Key_Delete)
    assert made.sentence.text() == "units wants a whole number of at least 1. It stays 4."


def test_the_default_is_a_placeholder_and_one_click_leads_back_to_it(field, qtbot):
    made = field(Parameter("rate", "number", default=0.5))
    assert made.editor.placeholderText() == "0.5"
    made.show_value(0.1, is_set=True)
    assert made.back.isVisible()
    with qtbot.waitSignal(made.reset) as told:
        qtbot.mouseClick(made.back, Qt.MouseButton.LeftButton)
    assert told.args == ["rate"]


def test_there_is_no_way_back_where_there_is_no_default(field):
    made = field(Parameter("units", "integer", required=True))
    made.show_value(4, is_set=True)
    assert not made.back.isVisible()


def test_typing_is_left_alone_while_it_means_the_value(field, qtbot):
    made = field(Parameter("kernel_size", "integers", lengths=(2,)))
    qtbot.keyClicks(made.editor, "3,3")
    made.show_value((3, 3), is_set=True)
    assert made.editor.text() == "3,3"
    made.editor.clearFocus()
    assert made.editor.text() == "3, 3"


def test_undo_shows_the_earlier_value_even_while_typing(field, qtbot):
    made = field(Parameter("units", "integer"))
    qtbot.keyClicks(made.editor, "12")
    made.show_value(12, is_set=True)
    made.show_value(1, is_set=True)
    assert made.editor.text() == "1"


def test_a_choice_offers_none_where_none_is_a_value(field):
    made = field(Parameter("activation", "activation", optional=True))
    shown = [made.editor.itemText(n) for n in range(made.editor.count())]
    assert shown[0] == "None"
    assert "relu" in shown


def test_a_choice_is_taken_by_key(field, qtbot):
    made = field(Parameter("padding", "choice", choices=("valid", "same"), default="valid"))
    with qtbot.waitSignal(made.edited) as told:
        qtbot.keyClick(made.editor, Qt.Key.Key_Down)
    assert told.args == ["padding", "same"]


def test_a_choice_shows_a_default_quietly(field):
    made = field(Parameter("padding", "choice", choices=("valid", "same"), default="valid"))
    assert made.editor.is_quiet
    made.show_value("same", is_set=True)
    assert not made.editor.is_quiet


def test_the_wheel_changes_no_choice_in_passing(field, qtbot):
    made = field(Parameter("padding", "choice", choices=("valid", "same"), default="valid"))
    with qtbot.assertNotEmitted(made.edited):
        qtbot.wait(0)
        made.editor.wheelEvent(IgnoredEvent())


class IgnoredEvent:
    def ignore(self):
        """A wheel event that asks only to be left alone."""


def test_a_value_that_is_not_among_the_choices_is_shown_all_the_same(field):
    made = field(Parameter("padding", "choice", choices=("valid", "same")))
    made.show_value("causal", is_set=True)
    assert made.editor.currentText() == "causal"


def test_a_tick_gives_true_and_false(field, qtbot):
    made = field(Parameter("use_bias", "boolean", default=True))
    with qtbot.waitSignal(made.edited) as told:
        qtbot.mouseClick(made.editor.box, Qt.MouseButton.LeftButton)
    assert told.args == ["use_bias", False]


def test_a_class_without_settings_is_its_name(field, qtbot):
    made = field(Parameter("kernel_initializer", "initializer", default="glorot_uniform"))
    values = []
    made.edited.connect(lambda name, value: values.append(value))
    made.editor.choice.setCurrentText("he_normal")
    made.editor.choice.activated.emit(made.editor.choice.currentIndex())
    assert values == ["he_normal"]


def test_a_class_that_needs_values_begins_with_good_ones(field):
    parameter = Parameter("kernel_initializer", "initializer", default="zeros")
    made = field(parameter)
    for class_name in ("Constant", "RandomUniform"):
        values = []
        made.edited.connect(lambda name, value, values=values: values.append(value))
        choice = made.editor.choice
        at = next(
            n
            for n in range(choice.count())
            if class_name.lower() in choice.itemText(n).lower().replace("_", "")
        )
        choice.setCurrentIndex(at)
        choice.activated.emit(at)
        assert refusal(parameter, values[-1], CATALOG) is None


def test_the_parameters_of_a_nested_class_are_edited_below_it(field, qtbot):
    made = field(Parameter("kernel_initializer", "initializer", default="glorot_uniform"))
    made.show_value("he_normal", is_set=True)
    seed = made.editor._fields["seed"]
    values = []
    made.edited.connect(lambda name, value: values.append(value))
    qtbot.keyClicks(seed.editor, "3")
    assert values[-1].class_name == "HeNormal"
    assert dict(values[-1].parameters) == {"seed": 3}
    made.show_value(values[-1], is_set=True)
    qtbot.mouseClick(seed.back, Qt.MouseButton.LeftButton)
    assert values[-1] == "he_normal"


def test_nonsense_in_a_nested_field_is_refused_there(field, qtbot):
    made = field(Parameter("kernel_regularizer", "regularizer", optional=True))
    made.show_value("l2", is_set=True)
    inner = made.editor._fields["l2"]
    with qtbot.assertNotEmitted(made.edited):
        qtbot.keyClicks(inner.editor, "much")
    assert "l2 wants a number" in inner.sentence.text()


def test_nested_layers_are_added_and_taken_out(field, qtbot):
    parameter = CATALOG.layer("StackedRNNCells").parameter("cells")
    made = field(parameter)
    values = []
    made.edited.connect(lambda name, value: values.append(value))
    qtbot.mouseClick(made.editor.add_button, Qt.MouseButton.LeftButton)
    assert refusal(parameter, values[-1], CATALOG) is None
    made.show_value(values[-1], is_set=True)
    qtbot.mouseClick(made.editor.add_button, Qt.MouseButton.LeftButton)
    assert len(values[-1]) == 2
    made.show_value(values[-1], is_set=True)
    made.editor._remove(0)
    assert len(values[-1]) == 1
    made.show_value(values[-1], is_set=True)
    made.editor._remove(0)
    assert "at least one layer" in made.sentence.text()


def test_a_nested_layer_of_a_wrapper_is_one_that_fits(field):
    made = field(CATALOG.layer("Bidirectional").parameter("layer"))
    names = [made.editor.choice.itemText(n) for n in range(made.editor.choice.count())]
    assert "LSTM" in names
    assert "Dense" not in names


def test_a_nested_value_that_no_catalog_knows_is_shown_by_name(field):
    made = field(Parameter("kernel_initializer", "initializer", default="zeros"))
    made.show_value(Construct("initializer", "OfTheFuture"), is_set=True)
    assert "OfTheFuture" in made.editor.choice.currentText()


def test_fields_fit_a_narrow_inspector(field):
    made = field(Parameter("recurrent_initializer", "initializer", default="orthogonal"))
    made.show_value("orthogonal", is_set=True)
    assert made.minimumSizeHint().width() <= 250
    assert all(child.minimumWidth() <= 250 for child in made.findChildren(QWidget))
