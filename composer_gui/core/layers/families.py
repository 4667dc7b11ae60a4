"""Classes of Keras's layers that rules about shapes, dtypes, masks and fixes treat alike."""

from __future__ import annotations


def for_each_rank(*names: str) -> frozenset[str]:
    """Return the classes that there are for one, two and three axes: `Conv` is Conv1D and so on."""
    return frozenset(f"{name}{axes}D" for name in names for axes in (1, 2, 3))


ELEMENTWISE = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"})
"""The merges that work number by number, and so take equal shapes or repeat what is smaller."""

KEEPS_SHAPE = frozenset(
    {
        "Activation",
        "ActivityRegularization",
        "AlphaDropout",
        "BatchNormalization",
        "Dropout",
        "ELU",
        "GaussianDropout",
        "GaussianNoise",
        "GroupNormalization",
        "Identity",
        "LayerNormalization",
        "LeakyReLU",
        "Masking",
        "Normalization",
        "PReLU",
        "RMSNormalization",
        "ReLU",
        "Rescaling",
        "Softmax",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "UnitNormalization",
    }
)
"""The layers of one input that give just the shape that comes, whatever it is."""

DOT_ATTENTION = frozenset({"AdditiveAttention", "Attention"})
"""The attentions that compare what comes as it is."""

HEAD_ATTENTION = frozenset({"GroupQueryAttention", "MultiHeadAttention"})
"""The attentions that project what comes, for each of their heads."""

ATTENTION = DOT_ATTENTION | HEAD_ATTENTION

SEQUENCES = frozenset({"Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN"})
"""The layers that go through steps of features, one step after the other."""

CONV_LSTM = for_each_rank("ConvLSTM")
"""Those that do so with images, or what has one axis less or more."""

READS_TEXT_ONLY = frozenset({"StringLookup", "TextVectorization"})
"""The layers that take text and nothing else, unless they are to turn numbers into words."""

READS_INDICES = frozenset({"CategoryEncoding", "Embedding", "IntegerLookup", "ReversibleEmbedding"})
"""The layers that take whole numbers for places in a table."""

AXIS_PARAMETERS = ("axis", "axes", "shared_axes", "attention_axes")
"""The parameters that name axes of what comes."""
