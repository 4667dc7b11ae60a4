"""New things are named as Keras names them, and each name is there once."""

import pytest

from composer_gui.core.labels import Labels, default_label, unique_label


@pytest.mark.parametrize(
    ("class_name", "label"),
    [
        ("Dense", "dense"),
        ("Conv2D", "conv2d"),
        ("LSTM", "lstm"),
        ("MaxPooling2D", "max_pooling2d"),
        ("GlobalAveragePooling2D", "global_average_pooling2d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("ConvLSTM2D", "conv_lstm2d"),
        ("ReLU", "re_lu"),
        ("PReLU", "p_re_lu"),
        ("RMSNormalization", "rms_normalization"),
    ],
)
def test_a_class_gives_the_label_that_keras_gives(class_name, label):
    assert default_label(class_name) == label


def test_a_free_label_stays_as_it_is():
    assert Labels(["dense"]).unique("Dense") == "Dense"


def test_a_taken_label_gets_the_next_free_number():
    labels = Labels(["dense", "dense_1", "dense_3"])
    assert [labels.unique("dense") for _ in range(3)] == ["dense_2", "dense_4", "dense_5"]


def test_a_number_at_the_end_is_counted_on():
    assert Labels(["block_2"]).unique("block_2") == "block_1"
    assert Labels(["block_2", "block_1"]).unique("block_2") == "block_3"


def test_inputs_and_layers_are_siblings(sketch):
    document = sketch(a="Input", b="Dense", c="Output").document
    assert [unique_label(document, name) for name in "abcd"] == ["a_1", "b_1", "c", "d"]


def test_an_output_may_be_called_as_a_layer_is(sketch):
    document = sketch(a="Input", b="Dense", c="Output").document
    labels = Labels.of_outputs(document)
    assert [labels.unique(name) for name in "abcc"] == ["a", "b", "c_1", "c_2"]


def test_of_several_labels_those_that_are_free_stay():
    labels = Labels(["conv_1", "dense"])
    assert labels.all_unique(["conv_1", "conv_2", "conv_2", "dense"]) == [
        "conv_3",
        "conv_2",
        "conv_4",
        "dense_1",
    ]
    assert labels.unique("conv_2") == "conv_5"
