"""Tables of the operations that calls take which need no formula, by class of Keras."""

from __future__ import annotations

ACTIVATIONS = {
    **{"linear": 0, "relu": 1, "relu6": 1, "sigmoid": 1, "tanh": 1, "exponential": 1},
    **{"softmax": 5, "log_softmax": 5, "sparsemax": 5, "silu": 2, "swish": 2, "gelu": 5},
    **{"elu": 3, "selu": 4, "celu": 4, "glu": 2, "leaky_relu": 2, "softplus": 3, "mish": 5},
    **{"hard_sigmoid": 4, "hard_silu": 5, "hard_swish": 5, "softsign": 3, "log_sigmoid": 3},
    **{"hard_tanh": 2, "hard_shrink": 2, "soft_shrink": 3, "tanh_shrink": 2},
    **{"sparse_plus": 4, "sparse_sigmoid": 4, "squareplus": 5, "threshold": 1},
}
"""Operations an element. Softmax as the profiler's `_softmax_flops`: 5 n (n the elements)."""

STEP = {"LSTM": 17, "GRU": 14, "SimpleRNN": 3, "ConvLSTM": 17}
"""Operations an element of the state and step, besides the products: biases, sums and gates.

For LSTM (Hochreiter and Schmidhuber, as Keras has it) 4 sums of two products, 4 biases, 3 sigmoids
and 2 tanh, 3 products and 1 sum. For GRU with `reset_after` 3 sums, 6 biases halved by Keras into
one of each side, 2 sigmoids, 1 tanh, and 5 for the mixing of old state and new.
"""

FREE = frozenset(
    {
        *("InputLayer", "Identity", "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"),
        *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "ActivityRegularization"),
        *("Cropping1D", "Cropping2D", "Cropping3D", "Flatten", "Permute", "RepeatVector"),
        *("Reshape", "UpSampling1D", "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D"),
        *("ZeroPadding3D", "Embedding", "Concatenate", "CenterCrop", "CategoryEncoding"),
        *("Hashing", "HashedCrossing", "IntegerLookup", "StringLookup", "TextVectorization"),
        *("MaxNumBoundingBoxes", "AugMix", "CutMix", "MixUp", "RandAugment"),
        *("RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast"),
        *("RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur"),
        *("RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomShear"),
        *("RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness"),
        *("RandomTranslation", "RandomZoom", "RandomCrop", "Layer"),
        *("ops.reshape", "ops.transpose", "ops.getitem", "ops.cast", "ops.squeeze", "ops.stack"),
        *("ops.expanddims", "ops.concatenate", "ops.stopgradient", "ops.pad", "ops.repeat"),
        *("ops.tile", "ops.broadcastto", "ops.split", "ops.zeroslike", "ops.oneslike", "ops.take"),
        *("ops.flip", "ops.roll", "ops.slice", "ops.swapaxes", "ops.moveaxis", "ops.ravel"),
        *("ops.takealongaxis", "ops.copy", "ops.fulllike", "ops.unstack"),
        *("ops.onehot", "ops.multihot", "ops.diag", "ops.diagonal", "ops.rot90", "ops.hstack"),
        *("ops.vstack", "ops.real", "ops.imag", "ops.meshgrid", "ops.sliceupdate"),
        *("ops.cropimages", "ops.padimages", "ops.extractpatches", "ops.arraysplit", "ops.view"),
        *(
            "ops.nonzero",
            "ops.tril",
            "ops.triu",
            "ops.fliplr",
            "ops.flipud",
            "ops.where",
            "ops.unravelindex",
        ),
    }
)
"""Calls that move, copy or look numbers up, or do nothing at inference."""

PER_ELEMENT = {
    **{"LeakyReLU": 2, "PReLU": 3, "ReLU": 1, "ELU": 3, "Softmax": 5, "Masking": 3},
    # scale and shift, once both are worked out for each channel
    **{"BatchNormalization": 2, "Normalization": 2, "Rescaling": 2},
    # mean 1, variance 3, scale and shift 3: Ba et al., 2016, eq. 3
    **{"LayerNormalization": 7, "GroupNormalization": 7},
    # square, mean, root and product: Zhang and Sennrich, 2019
    **{"RMSNormalization": 4, "UnitNormalization": 3, "Discretization": 1, "Solarization": 2},
    **{f"ops.{name}": 5 for name in ("softmax", "logsoftmax", "gelu", "hardsilu", "sparsemax")},
    **{f"ops.{name}": 2 for name in ("silu", "leakyrelu", "clip", "mod", "floordivide")},
    **{f"ops.{name}": 3 for name in ("elu", "softplus", "softsign", "selu", "celu", "logaddexp")},
    **{f"ops.{name}": 4 for name in ("hardsigmoid", "normalize", "erf")},
    **{
        f"ops.{name}": 1
        for name in (
            *("add", "subtract", "multiply", "divide", "truedivide", "maximum", "minimum"),
            *("power", "square", "sqrt", "rsqrt", "exp", "expm1", "log", "log1p", "log2", "log10"),
            *("abs", "absolute", "negative", "sign", "reciprocal", "sigmoid", "tanh", "relu"),
            *("relu6", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh"),
            *("cosh", "arcsinh", "arccosh", "arctanh", "floor", "ceil", "round", "trunc"),
            *("equal", "notequal", "less", "lessequal", "greater", "greaterequal", "logicaland"),
            *("logicalor", "logicalnot", "logicalxor", "isfinite", "isinf", "isnan"),
            *("bitwiseand", "bitwiseor", "bitwisexor", "hypot", "exp2"),
            *("hardtanh", "threshold", "logsigmoid", "softshrink", "hardshrink", "tanhshrink"),
        )
    },
}
"""Operations an element of the output; of functions of two tensors as the profiler's Mul."""

PER_GIVEN = {
    **{f"Global{kind}Pooling{rank}D": 1 for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **{f"Adaptive{kind}Pooling{rank}D": 1 for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **{"AutoContrast": 4, "ops.var": 4, "ops.std": 4, "ops.logsumexp": 3, "ops.moments": 5},
    **{f"ops.{name}": 1 for name in ("mean", "sum", "max", "min", "prod", "argmax", "argmin")},
    **{f"ops.{name}": 1 for name in ("amax", "amin", "any", "all", "cumsum", "cumprod", "average")},
    **{f"ops.{name}": 1 for name in ("countnonzero", "norm", "segmentsum", "segmentmax")},
    **{"ops.layernorm": 7, "ops.rmsnorm": 4, "ops.batchnorm": 2, "ops.nanmean": 1, "ops.nansum": 1},
}
"""Operations an element of the first input: the profiler's `_reduction_op_flops`."""
