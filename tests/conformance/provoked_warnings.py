"""A smallest design for each kind of warning, as lines of `tests.corpus.written`."""

from functools import partial

from tests.corpus.written import design

LINES = {
    "broadcast": "scores = Input(8)\nrows = Input(4, 8)\ntotal = Add(scores, rows)",
    "float_indices": "words = Input(4)\ntable = Embedding(words, input_dim=9, output_dim=2)",
    "whole_with_real": "age = Input(1, dtype='int32')\nx = Input(4)\nboth = Concatenate(age, x)",
    "mixed_precision": "half = Input(4, dtype='float16')\nx = Input(4)\ntotal = Add(half, x)",
    "unused_input": "spare = Input(4)\nx = Input(4)\nhead = Dense(x, units=2)\nOutput(head)",
    "loose_end": """
x = Input(4)
spare = Dense(x, units=2)
head = Dense(x, units=2)
Output(head)
""",
    "normalization_trains": """
x = Input(4)
first = Dense(x, units=3, trainable=False)
norm = BatchNormalization(first)
second = Dense(norm, units=3, trainable=False)
head = Dense(second, units=2)
""",
    "frozen_anew": "x = Input(4)\nhead = Dense(x, units=2, trainable=False)",
    "lost_mask": """
words = Input(9, dtype='int32')
table = Embedding(words, input_dim=9, output_dim=4, mask_zero=True)
conv = Conv1D(table, filters=4, kernel_size=3)
read = LSTM(conv, units=2)
""",
    "unknown_size": "photo = Input(None, None, 3)\nflat = Flatten(photo)",
    "swapped": """
value = Input(5, 4)
query = Input(5, 4)
look = Attention(query=value, value=query)
""",
    "other_order": "b = Input(4)\na = Input(4)\nboth = Concatenate(b, a)",
    "repeats_once": "x = Input(4)\nagain = RepeatVector(x, n=1)",
    "no_effect": "x = Input(4)\ndrop = Dropout(x, rate=0.0)",
    "unadapted": "x = Input(4)\nnorm = Normalization(x)",
}


def _drawn(lines, draw):
    return design(lines)


def _awake_inside(draw):
    encoded = draw.whole("encoder", "enc", draw.input("photo", 8, 8, 3), frozen=("Conv2D",))
    draw.output("result", encoded)
    return draw.document


WARNINGS = {code: partial(_drawn, lines) for code, lines in LINES.items()}
WARNINGS["normalization_trains_inside"] = _awake_inside
"""Code -> what draws a design with that problem."""
