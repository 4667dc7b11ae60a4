"""Models of every kind that a person may have saved, made with Keras: small, and each with a trap.

`MODELS` maps a name to a function that builds the model; `build(name)` gives it settled weights.
"""

import keras
import numpy as np
from keras import layers, ops


def _dense_chain():
    x = keras.Input((8,), name="numbers")
    y = layers.Dense(6, activation="relu", name="first")(x)
    y = layers.Dropout(0.3, name="drop")(y)
    return keras.Model(x, layers.Dense(3, name="last")(y), name="chain")


def skips():
    """A ResNet in small: convolutions, normalization, additions around them."""
    x = inputs = keras.Input((12, 12, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", name="stem")(x)
    for block in range(2):
        y = layers.BatchNormalization(name=f"block{block}_bn")(x)
        y = layers.Conv2D(4, 3, padding="same", use_bias=False, name=f"block{block}_conv")(y)
        y = layers.ReLU(6.0, name=f"block{block}_relu")(y)
        x = layers.Add(name=f"block{block}_add")([x, y])
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax", name="score")(x), name="skips")


def sequential():
    """A Sequential with its input given."""
    return keras.Sequential(
        [
            keras.Input((10,)),
            layers.Dense(4, "tanh", name="a"),
            layers.LayerNormalization(name="n"),
            layers.Dense(2, name="b"),
        ],
        name="row",
    )


def sequential_without_input():
    """A Sequential that was built by its first call only."""
    model = keras.Sequential([layers.Dense(4, name="a"), layers.Dense(2, name="b")], name="row")
    model.build((None, 7))
    return model


def three_deep():
    """Functional within Sequential within Functional."""
    x = keras.Input((8,), name="x")
    core = keras.Model(x, layers.Dense(8, name="core_dense")(x), name="core")
    middle = keras.Sequential([keras.Input((8,)), core, layers.Dense(8, name="md")], name="middle")
    outer = keras.Input((8,), name="outer_in")
    y = layers.Dense(8, name="before")(outer)
    y = middle(y)
    y = layers.Add(name="sum")([y, outer])
    return keras.Model(outer, layers.Dense(2, name="after")(y), name="outer")


def shared():
    """A layer and a model, both called twice."""
    encoder = _dense_chain()
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    a, b = encoder(left), encoder(right)
    both = layers.Dense(4, name="both")
    d = layers.Subtract(name="difference")([both(a), both(b)])
    return keras.Model([left, right], layers.Dense(1, name="score")(d), name="siamese")


def dictionaries():
    """Dictionaries go in and come out, nested inside as well."""
    given = {"b": keras.Input((4,), name="b"), "a": keras.Input((4,), name="a")}
    heads = {
        "z": layers.Dense(2, name="zd")(given["a"]),
        "m": layers.Dense(3, name="md")(given["b"]),
    }
    inner = keras.Model(given, heads, name="inner")
    p, q = keras.Input((4,), name="p"), keras.Input((4,), name="q")
    out = inner({"a": p, "b": q})
    joined = layers.Concatenate(name="join")([out["m"], out["z"]])
    return keras.Model({"p": p, "q": q}, {"joined": joined, "m": out["m"]}, name="dictionaries")


def lists():
    """A list of inputs, one unused; a list of outputs, one given twice and one straight through."""
    a, b, c = (keras.Input((4,), name=name) for name in "abc")
    y = layers.Dense(4, name="d")(a)
    return keras.Model([a, b, c], [y, layers.Multiply(name="m")([y, b]), y, b], name="lists")


def operations():
    """Functions of keras.ops between the layers, brackets among them."""
    x = keras.Input((6, 8), name="x")
    first = x[:, 0]
    part = x[:, 1:3, ::2]
    scaled = layers.Dense(8, name="d")(first) * 0.5 + 1.0
    left, right = ops.split(scaled, 2, axis=-1)
    both = ops.concatenate([right, left, -left], axis=-1)
    flat = ops.reshape(part, (-1, 8))
    mixed = ops.matmul(ops.expand_dims(both, 1), ops.ones_like(ops.expand_dims(both, -1)))
    mean = ops.mean(ops.cast(x > 0, "float32"), axis=[1, 2], keepdims=False)
    picked = ops.where(x[..., 0] > 0, x[..., 1], 0.0)
    return keras.Model(
        x,
        [both, flat, mixed, mean, picked, 2.0 - right, ops.maximum(left, 0.1), x[:, -1, None]],
        name="operations",
    )


def more_operations():
    """Operations with arguments of many kinds."""
    x = keras.Input((4, 6, 3), name="x")
    y = ops.transpose(x, (0, 2, 1, 3))
    y = ops.pad(y, [[0, 0], [1, 1], [0, 0], [0, 0]], mode="constant")
    y = ops.image.resize(y, (8, 8), interpolation="nearest")
    z = ops.einsum("bhwc,bhwd->bcd", y, y)
    s = ops.stack([z, ops.transpose(z, (0, 2, 1))], axis=1)
    top = ops.top_k(ops.reshape(s, (-1, 18)), 3)
    n = ops.norm(z, axis=-1)
    return keras.Model(
        x,
        [
            ops.squeeze(ops.sum(s, axis=1, keepdims=True), 1),
            top[0],
            ops.softmax(z) ** 2,
            ops.one_hot(ops.argmax(n, axis=-1), 3),
            ops.clip(n, 0.0, 1.0),
            ops.relu6(n) / 3,
            ops.logical_not(n > 1),
            ops.take(x, [0, 2], axis=1),
            ops.repeat(n, 2, axis=1),
            ops.unstack(z, axis=1)[1],
            1 / (1 + n),
        ],
        name="more_operations",
    )


def attention():
    """MultiHeadAttention with other values, with a mask, with its scores."""
    query, value = keras.Input((5, 8), name="query"), keras.Input((7, 8), name="value")
    mask = keras.Input((5, 7), dtype="bool", name="mask")
    heads = layers.MultiHeadAttention(2, 4, name="mha")
    y = heads(query, value, attention_mask=mask)
    z, scores = layers.MultiHeadAttention(2, 4, value_dim=3, name="scored")(
        query, value, value, return_attention_scores=True
    )
    own = layers.MultiHeadAttention(2, 4, name="own")(query, query, use_causal_mask=True)
    other = layers.Attention(name="plain")([query, value])
    more = layers.AdditiveAttention(name="more")([query, value, value])
    group = layers.GroupQueryAttention(4, 4, 2, name="group")(query, value)
    y = layers.Add(name="sum")([y, z, own, other, more, group])
    return keras.Model([query, value, mask], [y, scores], name="attention")


def seq2seq():
    """An encoder's states begin the decoder; masks flow from an Embedding."""
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    words = layers.Embedding(20, 6, mask_zero=True, name="words")
    _, h, c = layers.LSTM(5, return_state=True, name="encoder")(words(source))
    y, *_ = layers.LSTM(5, return_sequences=True, return_state=True, name="decoder")(
        words(target), initial_state=[h, c]
    )
    g = layers.GRU(5, name="summary")(y, initial_state=h)
    return keras.Model([source, target], [layers.Dense(20, name="next")(y), g], name="seq2seq")


def masks():
    """Masks that Keras hands on through layers, merges and nested models, and writes down."""
    words, other = (keras.Input((5,), dtype="int32", name=name) for name in ("words", "other"))
    embed = layers.Embedding(9, 4, mask_zero=True, name="embed")
    x = embed(words)
    attended = layers.MultiHeadAttention(2, 2, name="attended")(x, embed(other))
    y = layers.Dropout(0.1, name="drop")(layers.Dense(4, name="dense")(x))
    y = layers.LSTM(3, return_sequences=True, name="lstm")(y)
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="both")(y)
    joined = layers.GRU(3, name="of_joined")(layers.Concatenate(name="join")([both, both]))
    mean = layers.GlobalAveragePooling1D(name="mean")(
        layers.TimeDistributed(layers.Dense(2), name="each")(y)
    )
    norm = layers.LayerNormalization(name="norm")(layers.BatchNormalization(name="batch")(y))
    added = layers.LSTM(2, name="of_sum")(layers.Add(name="sum")([y, norm]))
    lost = layers.LSTM(2, name="lost")(layers.Conv1D(3, 2, padding="same", name="conv")(x))
    inner = [keras.Input((5, 4)), layers.Dense(4, name="d"), layers.LSTM(2, name="l")]
    nested = keras.Sequential(inner, name="nested")(x)
    said = layers.LSTM(2, name="said")(
        layers.Conv1D(3, 1, name="narrow")(x), mask=ops.not_equal(other, 0)
    )
    return keras.Model(
        [words, other], [attended, joined, mean, added, lost, nested, said], name="masks"
    )


def recurrent():
    """Wrappers, cells and layers of layers."""
    x = keras.Input((6, 5), name="x")
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(x)
    y = layers.Bidirectional(
        layers.GRU(3, return_sequences=True, name="fw"),
        backward_layer=layers.GRU(3, return_sequences=True, go_backwards=True, name="bw"),
        merge_mode="ave",
        name="apart",
    )(y)
    y = layers.TimeDistributed(layers.Dense(4, "relu"), name="each")(y)
    cells = [layers.LSTMCell(3), layers.GRUCell(2)]
    z = layers.RNN(cells, name="stacked")(y)
    w = layers.RNN(layers.SimpleRNNCell(4, dropout=0.1), return_state=True, name="cell")(y)
    s = layers.Bidirectional(layers.LSTM(2, return_state=True), name="states")(y)
    spectral = layers.SpectralNormalization(layers.Dense(3), name="spectral")(z)
    images = layers.Reshape((6, 4, 1, 1), name="images")(y)
    conv = layers.ConvLSTM2D(2, (1, 1), name="conv_lstm")(images)
    return keras.Model(x, [z, *w, *s, spectral, conv], name="recurrent")


def text():
    """Text in: vocabularies live in the assets."""
    words = keras.Input((1,), dtype="string", name="words")
    vectorize = layers.TextVectorization(max_tokens=20, output_sequence_length=4, name="vectorize")
    vectorize.adapt(["the cat sat", "a dog sat on the mat", "größe zählt"])
    lookup = layers.StringLookup(vocabulary=["red", "green", "blue"], name="colours")
    y = layers.Embedding(20, 3, name="embed")(vectorize(words))
    colour = layers.CategoryEncoding(num_tokens=4, output_mode="one_hot", name="hot")(lookup(words))
    numbers = keras.Input((1,), dtype="int64", name="numbers")
    known = layers.IntegerLookup(vocabulary=[3, 5, 8], output_mode="one_hot", name="known")(numbers)
    hashed = layers.Hashing(5, output_mode="one_hot", name="hashed")(words)
    return keras.Model(
        [words, numbers],
        [layers.Flatten(name="f")(y), colour, known, hashed],
        name="text",
    )


def normalized():
    """Statistics of a Normalization, bins of a Discretization, images made ready."""
    x = keras.Input((3,), name="x")
    adapted = layers.Normalization(name="adapted")
    adapted.adapt(np.arange(12.0).reshape(4, 3))
    fixed = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0], name="fixed")
    bins = layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0], name="bins")
    image = keras.Input((8, 8, 3), name="image")
    y = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    y = layers.RandomFlip("horizontal", seed=3, name="flip")(y)
    y = layers.RandomRotation(0.1, name="turn")(y)
    y = layers.Resizing(4, 4, name="resize")(y)
    return keras.Model([x, image], [adapted(x), fixed(x), bins(x), y], name="normalized")


def quantized():
    """Two layers of whole numbers, one as it was."""
    model = _dense_chain()
    model.get_layer("first").quantize("int8")
    return model


def low_rank():
    """A layer with LoRA, trained further than it was."""
    x = keras.Input((8,), name="x")
    layer = layers.Dense(6, name="adapted")
    y = layer(x)
    layer.enable_lora(2)
    return keras.Model(x, layers.Dense(3, name="last")(y), name="low_rank")


def mixed_precision():
    """Layers that compute with half of the bits."""
    x = keras.Input((8,), name="x")
    y = layers.Dense(6, dtype="mixed_float16", name="half")(x)
    y = layers.BatchNormalization(dtype="mixed_float16", name="norm")(y)
    y = layers.Dense(3, dtype="float32", name="whole")(y)
    z = layers.Dense(3, dtype=keras.DTypePolicy("mixed_bfloat16"), name="brain")(x)
    return keras.Model(x, [y, z], name="mixed")


def frozen():
    """Some layers that do not train, one of them in a nested model."""
    x = keras.Input((8,), name="x")
    inner = _dense_chain()
    inner.get_layer("first").trainable = False
    y = inner(x)
    norm = layers.BatchNormalization(name="norm", trainable=False)
    return keras.Model(x, layers.Dense(2, name="head")(norm(y)), name="frozen")


def worded():
    """Initializers, regularizers, constraints and activations of all kinds."""
    x = keras.Input((9, 9, 2), name="x")
    y = layers.Conv2D(
        4,
        (3, 2),
        strides=2,
        activation=keras.activations.gelu,
        kernel_initializer=keras.initializers.HeNormal(seed=4),
        bias_initializer=keras.initializers.Constant(0.1),
        kernel_regularizer="l2",
        bias_regularizer=keras.regularizers.L1L2(0.01, 0.02),
        kernel_constraint=keras.constraints.MaxNorm(3),
        name="conv",
    )(x)
    y = layers.DepthwiseConv2D(3, padding="same", depthwise_initializer="he_uniform", name="dw")(y)
    y = layers.Activation("swish", name="swish")(y)
    y = layers.Activation(ops.leaky_relu, name="leaky")(y)
    y = layers.ZeroPadding2D(((1, 0), (0, 2)), name="pad")(y)
    y = layers.MaxPooling2D(3, strides=1, name="strided")(y)
    y = layers.AveragePooling2D((2, 1), name="pool")(y)
    y = layers.GroupNormalization(2, name="group")(y)
    y = layers.PReLU(shared_axes=[1, 2], name="prelu")(y)
    y = layers.Permute((3, 1, 2), name="permute")(y)
    y = layers.Softmax(axis=[1, 2], name="softmax")(y)
    y = layers.EinsumDense("abcd,de->abce", output_shape=(None, None, 5), name="einsum")(y)
    y = layers.LayerNormalization(
        axis=-1, gamma_regularizer=keras.regularizers.L2(0.3), name="layer"
    )(y)
    y = layers.SeparableConv2D(3, 1, name="separable")(y)
    return keras.Model(x, layers.Flatten(name="flat")(y), name="worded")


def training_argument():
    """Calls told how to behave, which Keras writes down and forgets again."""
    x = keras.Input((4, 8), name="x")
    y = layers.Dropout(0.5, name="drop")(x, training=False)
    y = layers.BatchNormalization(name="norm")(y, training=False)
    y = layers.Masking(name="mask")(y)
    return keras.Model(x, layers.LSTM(3, name="lstm")(y), name="told")


def fixed_batch():
    """An input whose batch has a size, and one of whole numbers."""
    x = keras.Input(batch_shape=(2, 5), name="x")
    y = keras.Input((5,), batch_size=2, dtype="int32", name="y")
    z = layers.Embedding(4, 5, name="e")(y)
    z = layers.GlobalAveragePooling1D(name="g")(z)
    return keras.Model([x, y], layers.Add(name="add")([x, z]), name="fixed")


def straight_through():
    """Nothing happens to it."""
    x = keras.Input((3,), name="x")
    return keras.Model(x, x, name="nothing")


def nested_output():
    """A nested model gives the output, at its first call and at its second."""
    x = keras.Input((8,), name="x")
    inner = _dense_chain()
    again = keras.Sequential([keras.Input((3,)), layers.Dense(8, name="d")], name="back")
    y = inner(x)
    z = inner(again(y))
    return keras.Model(x, [y, z, again(z)], name="nested_output")


MODELS = {
    function.__name__: function
    for function in (
        skips,
        sequential,
        sequential_without_input,
        three_deep,
        shared,
        dictionaries,
        lists,
        operations,
        more_operations,
        attention,
        seq2seq,
        masks,
        recurrent,
        text,
        normalized,
        quantized,
        low_rank,
        mixed_precision,
        frozen,
        worded,
        training_argument,
        fixed_batch,
        straight_through,
        nested_output,
    )
}


def build(name):
    """Return the model of that name with weights that are all different from their beginnings."""
    keras.utils.set_random_seed(7)
    model = MODELS[name]()
    random = np.random.default_rng(3)
    for layer in model._flatten_layers(include_self=False, recursive=True):
        if isinstance(layer, layers.Normalization | layers.Discretization):
            continue
        for weight in layer._trainable_variables + layer._non_trainable_variables:
            if "float" in weight.dtype and weight.dtype != "float8":
                weight.assign(random.uniform(0.1, 0.9, weight.shape))
    return model
