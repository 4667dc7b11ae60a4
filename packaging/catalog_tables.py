"""What the generator of the catalog cannot read from Keras: kinds, bounds, samples, omissions."""

CATEGORIES = {
    "activations": "activation",
    "attention": "attention",
    "convolutional": "convolution",
    "core": "core",
    "layer": "core",
    "merging": "merge",
    "normalization": "normalization",
    "pooling": "pooling",
    "preprocessing": "preprocessing",
    "regularization": "regularization",
    "reshaping": "reshaping",
    "rnn": "recurrent",
}

WRAPPERS = {"Bidirectional", "SpectralNormalization", "TimeDistributed", "Wrapper"}

# Classes whose constructor wants code or an object of another framework.
LEFT_OUT = {
    "FlaxLayer": "Wants a Flax module, which is code and cannot be written as plain values.",
    "JaxLayer": "Wants a JAX function, which is code and cannot be written as plain values.",
    "Lambda": "Wants a Python function, which Keras refuses to load back in safe mode.",
    "TFSMLayer": "Stores the path of a TensorFlow SavedModel, and Keras refuses to load it back "
    "in safe mode.",
    "TorchModuleWrapper": "Wants a PyTorch module, which cannot be written as plain values.",
}

OFF_PALETTE = {
    "GRUCell": "Used inside RNN, which takes it as its cell.",
    "InputLayer": "An Input node takes its place.",
    "LSTMCell": "Used inside RNN, which takes it as its cell.",
    "Layer": "The base class of all layers, which computes nothing by itself.",
    "MaxNumBoundingBoxes": "Changes only bounding boxes, which come as a dictionary.",
    "SimpleRNNCell": "Used inside RNN, which takes it as its cell.",
    "StackedRNNCells": "Used inside RNN, which takes it as its cell.",
    "Wrapper": "The base class of wrappers, which computes nothing by itself.",
}

# Parameters that take a dictionary, an array or an object made by other code.
NOT_PLAIN = {
    "autocast": "Kept for subclasses of Layer.",
    "gptq_unpacked_column_size": "Set by Keras itself when it quantizes a model.",
    "input_tensor": "Wants a tensor.",
    "quantization_config": "Wants a quantization object.",
    "renorm_clipping": "Wants a dictionary.",
    ("Bidirectional", "weights"): "Wants arrays of weights.",
    ("Embedding", "weights"): "Wants an array of weights.",
}

# The kind of a parameter by its name, or by (class, name) where one name has two meanings.
KINDS = {
    "activation": "activation",
    "addition_factor": "values",
    "attention_axes": "axis",
    "axes": "axis",
    "axis": "axis",
    "backward_layer": "layer",
    "batch_shape": "shape",
    "batch_size": "integer",
    "bin_boundaries": "values",
    "brightness_factor": "values",
    "cell": "layer",
    "cells": "layers",
    "contrast_factor": "values",
    "cropping": "integers",
    "data_format": "text",
    "dilation_rate": "integers",
    "dims": "integers",
    "dtype": "dtype",
    "factor": "values",
    "fft_length": "integer",
    "fill_value": "number",
    "flash_attention": "boolean",
    "frame_step": "integer",
    "height_factor": "values",
    "hue_factor": "values",
    "input_axes": "axis",
    "idf_weights": "values",
    "kernel_size": "integers",
    "layer": "layer",
    "layers": "layers",
    "logit_soft_cap": "number",
    "lora_alpha": "number",
    "lora_rank": "integer",
    "mask_token": "text",
    "max_freq": "number",
    "max_tokens": "integer",
    "max_value": "number",
    "mean": "values",
    "ngrams": "integers",
    "noise_shape": "shape",
    "num_bins": "integer",
    "num_tokens": "integer",
    "offset": "values",
    "output_axes": "axis",
    "output_padding": "integers",
    "output_sequence_length": "integer",
    "output_shape": "shape",
    "output_size": "integers",
    "pool_size": "integers",
    "ragged": "boolean",
    "recurrent_activation": "activation",
    "reverse_dtype": "dtype",
    "salt": "integers",
    "saturation_factor": "values",
    "seed": "seed",
    "sequence_length": "integer",
    "shape": "shape",
    "shared_axes": "axis",
    "sigma": "values",
    "size": "integers",
    "sliding_window": "integer",
    "sparse": "boolean",
    "strides": "integers",
    "target_shape": "shape",
    "threshold_factor": "values",
    "tile_grid_size": "integers",
    "value_dim": "integer",
    "value_range": "values",
    "variance": "values",
    "vocabulary": "values",
    "width_factor": "values",
    "x_factor": "values",
    "y_factor": "values",
    ("AugMix", "factor"): "number",
    ("BatchNormalization", "axis"): "integer",
    ("Concatenate", "axis"): "integer",
    ("EinsumDense", "bias_axes"): "text",
    ("Hashing", "mask_value"): "any",
    ("IntegerLookup", "mask_token"): "integer",
    ("OrthogonalRegularizer", "factor"): "number",
    ("RMSNormalization", "axis"): "integer",
    ("RandAugment", "factor"): "number",
    ("RandomElasticTransform", "scale"): "values",
    ("RandomErasing", "fill_value"): "number",
    ("RandomErasing", "scale"): "values",
    ("RandomGrayscale", "factor"): "number",
    ("RandomNormal", "mean"): "number",
    ("Rescaling", "scale"): "values",
    ("TruncatedNormal", "mean"): "number",
    ("UpSampling1D", "size"): "integer",
}

# The kind of a required parameter that has no default to judge by.
REQUIRED_KINDS = {
    "equation": "text",
    "filters": "integer",
    "head_dim": "integer",
    "height": "integer",
    "input_dim": "integer",
    "key_dim": "integer",
    "max_number": "integer",
    "n": "integer",
    "num_heads": "integer",
    "num_key_value_heads": "integer",
    "num_query_heads": "integer",
    "output_dim": "integer",
    "rate": "number",
    "stddev": "number",
    "units": "integer",
    "width": "integer",
}

# Bounds that make sense, where Keras does not look when it constructs the class.
MINIMUM = {
    "batch_shape": 0,
    "batch_size": 1,
    "bins": 1,
    "chain_depth": 1,
    "clip_limit": 0,
    "cropping": 0,
    "depth_multiplier": 1,
    "dims": 1,
    "dropout": 0,
    "epsilon": 0,
    "fft_length": 1,
    "filters": 1,
    "frame_length": 1,
    "frame_step": 1,
    "groups": 1,
    "head_dim": 1,
    "height": 1,
    "input_dim": 1,
    "kernel_size": 1,
    "key_dim": 1,
    "l1": 0,
    "l2": 0,
    "lora_rank": 1,
    "max_number": 1,
    "max_tokens": 1,
    "max_value": 0,
    "min_value": 0,
    "momentum": 0,
    "n": 1,
    "ngrams": 1,
    "noise_shape": 1,
    "num_bins": 1,
    "num_chains": 1,
    "num_heads": 1,
    "num_key_value_heads": 1,
    "num_mel_bins": 1,
    "num_oov_indices": 0,
    "num_ops": 1,
    "num_query_heads": 1,
    "num_tokens": 1,
    "output_dim": 1,
    "output_padding": 0,
    "output_sequence_length": 1,
    "output_shape": 1,
    "output_size": 1,
    "padding": 0,
    "power_iterations": 1,
    "rate": 0,
    "recurrent_dropout": 0,
    "renorm_momentum": 0,
    "sampling_rate": 1,
    "sequence_length": 1,
    "sequence_stride": 1,
    "shape": 0,
    "size": 1,
    "sliding_window": 1,
    "stddev": 0,
    "strides": 1,
    "target_shape": -1,
    "tile_grid_size": 1,
    "units": 1,
    "value_dim": 1,
    "width": 1,
    ("GroupNormalization", "groups"): -1,
    ("RandAugment", "factor"): 0,
}

MAXIMUM = {
    "dropout": 1,
    "momentum": 1,
    "rate": 1,
    "recurrent_dropout": 1,
    "renorm_momentum": 1,
    ("RandAugment", "factor"): 1,
}

# How many items a list may have (empty: any number), and whether one may stand without a list,
# where Keras does not look when it constructs the class.
LISTS = {
    "bin_boundaries": {"single": False, "lengths": []},
    "idf_weights": {"single": False, "lengths": []},
    "mean": {"single": True, "lengths": []},
    "ngrams": {"single": True, "lengths": []},
    "tile_grid_size": {"single": False, "lengths": [2]},
    "value_range": {"single": False, "lengths": [2]},
    "variance": {"single": True, "lengths": []},
    # one string would be the path of a file
    "vocabulary": {"single": False, "lengths": []},
    ("Hashing", "salt"): {"single": True, "lengths": [2]},
    ("IntegerLookup", "salt"): {"single": True, "lengths": [2]},
    ("Permute", "dims"): {"single": False, "lengths": []},
    ("StringLookup", "salt"): {"single": True, "lengths": [2]},
}

# What a list of values holds, where it is not numbers.
ITEMS = {
    ("IntegerLookup", "vocabulary"): "integer",
    ("StringLookup", "vocabulary"): "text",
    ("TextVectorization", "vocabulary"): "text",
}

# Parameters that take None although their docstring does not say so.
TAKE_NONE = {("STFTSpectrogram", "window")}

# Choices that are no quoted words of a docstring.
CHOICES = {
    "use_cudnn": ["auto", True, False],
    "window": ["hann", "hamming"],
}

# Short names that Keras resolves only with another package, or not at all.
NO_ALIAS = {"STFT"}

# Values that build each class, for what its signature requires (and a little more where Keras
# wants one of two optional parameters). They are also what a layer starts with on the canvas.
SAMPLES = {
    "activation": "relu",
    "axes": -1,
    "cell": {"kind": "layer", "class_name": "LSTMCell", "parameters": {"units": 32}},
    "cells": [
        {"kind": "layer", "class_name": "LSTMCell", "parameters": {"units": 32}},
        {"kind": "layer", "class_name": "LSTMCell", "parameters": {"units": 32}},
    ],
    "factor": 0.2,
    "filters": 32,
    "head_dim": 16,
    "height": 32,
    "height_factor": 0.2,
    "input_dim": 1000,
    "kernel_size": 3,
    "key_dim": 16,
    "max_number": 10,
    "n": 4,
    "num_bins": 16,
    "num_heads": 2,
    "num_key_value_heads": 2,
    "num_query_heads": 4,
    "output_dim": 32,
    "output_size": 4,
    "pool_size": 2,
    "rate": 0.5,
    "stddev": 0.1,
    "units": 64,
    "width": 32,
    "width_factor": 0.2,
    ("Bidirectional", "layer"): {
        "kind": "layer",
        "class_name": "LSTM",
        "parameters": {"units": 32},
    },
    ("CategoryEncoding", "num_tokens"): 16,
    ("Discretization", "bin_boundaries"): [-1.0, 0.0, 1.0],
    ("EinsumDense", "equation"): "...x,xy->...y",
    ("EinsumDense", "output_shape"): [64],
    ("InputLayer", "shape"): [8],
    ("IntegerLookup", "vocabulary"): [1, 2, 3],
    ("Permute", "dims"): [2, 1],
    ("Pipeline", "layers"): [
        {"kind": "layer", "class_name": "Rescaling", "parameters": {"scale": 0.00392156862745098}},
        {"kind": "layer", "class_name": "RandomFlip", "parameters": {}},
    ],
    ("RandomPosterization", "factor"): 4,
    ("Rescaling", "scale"): 0.00392156862745098,
    ("Reshape", "target_shape"): [-1],
    ("SpectralNormalization", "layer"): {
        "kind": "layer",
        "class_name": "Dense",
        "parameters": {"units": 64},
    },
    ("TimeDistributed", "layer"): {
        "kind": "layer",
        "class_name": "Dense",
        "parameters": {"units": 64},
    },
    ("StringLookup", "vocabulary"): ["no", "yes"],
    ("TextVectorization", "vocabulary"): ["no", "yes"],
    ("Wrapper", "layer"): {"kind": "layer", "class_name": "Dense", "parameters": {"units": 64}},
    # a window that goes by name wants SciPy, which Keras does not bring along
    ("STFT", "window"): None,
    ("STFTSpectrogram", "window"): None,
}

# Optional parameters of which a class wants one all the same.
SAMPLED = {
    "CategoryEncoding": ["num_tokens"],
    "Discretization": ["bin_boundaries"],
    "InputLayer": ["shape"],
    # without one they construct, and then fail at the first call
    "IntegerLookup": ["vocabulary"],
    "STFT": ["window"],
    "STFTSpectrogram": ["window"],
    "StringLookup": ["vocabulary"],
    "TextVectorization": ["vocabulary"],
}

# Parameters whose text is the user's own.
FREE_TEXT = {"bias_axes", "encoding", "equation", "mask_token", "oov_token"}

# More values worth trying, where the docstring may not name them all.
CANDIDATES = {
    "data_format": ["channels_last", "channels_first"],
    "fill_mode": ["constant", "nearest", "reflect", "wrap"],
    "interpolation": ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"],
    "padding": ["valid", "same", "causal"],
}

# What a wrapper or an RNN may hold; an empty list means any layer.
RECURRENT = [
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRU",
    "LSTM",
    "RNN",
    "SimpleRNN",
]
CELLS = ["GRUCell", "LSTMCell", "SimpleRNNCell"]
HOLDERS_OF_KERNELS = [
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "EinsumDense",
    "Embedding",
    "ReversibleEmbedding",
]
NESTED = {
    ("Bidirectional", "backward_layer"): RECURRENT,
    ("Bidirectional", "layer"): RECURRENT,
    ("RNN", "cell"): [*CELLS, "StackedRNNCells"],
    ("SpectralNormalization", "layer"): HOLDERS_OF_KERNELS,
    ("StackedRNNCells", "cells"): CELLS,
}
