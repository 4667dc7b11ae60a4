"""Which function of `keras.ops` each operation inside a saved model comes from.

A line is the class that Keras writes into the file, then the function as one calls it, and behind
an arrow the parameters that the file holds with the call where they are not simply the first ones.
All others are in the operation's own configuration. Operations that take functions are not here,
for a file cannot hold these. tests/conformance/test_operations.py compares it with Keras.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from typing import Any

REQUIRED = object()
"""The default of a parameter that has none."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A function below `keras.ops`: its parameters in order, with their defaults.

    `star` is the name of the parameter that takes any number of tensors; it is in `parameters` as
    well. `called` are the parameters whose values are in the call, in its order.
    """

    function: str
    parameters: dict[str, Any]
    called: tuple[str, ...]
    star: str = ""
    free: bool = False


@functools.cache
def signature(class_name: str) -> Signature | None:
    """Return the function that an operation's class stands for, None for one not known."""
    line = _lines().get(class_name)
    if line is None:
        return None
    text, _, called = line.partition(" <- ")
    function, _, rest = text.partition("(")
    arguments = ast.parse(f"def f({rest}: ...").body[0].args
    names = [argument.arg for argument in arguments.args]
    defaults = [ast.literal_eval(default) for default in arguments.defaults]
    parameters = dict.fromkeys(names, REQUIRED)
    parameters |= dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    star = arguments.vararg.arg if arguments.vararg else ""
    if star:
        parameters[star] = REQUIRED
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        parameters[argument.arg] = ast.literal_eval(default)
    return Signature(
        function,
        parameters,
        tuple(called.split()) or tuple(parameters),
        star,
        arguments.kwarg is not None,
    )


def class_names() -> tuple[str, ...]:
    """Return the classes of all operations in the table."""
    return tuple(_lines())


@functools.cache
def _lines() -> dict[str, str]:
    joined = _TABLE.strip().replace("\n    ", " ")
    lines = dict(line.split(" ", 1) for line in joined.splitlines())
    lines |= {name: f"{_snake(name)}(x)" for name in _OF_ONE.split()}
    return lines | {name: f"{_snake(name)}(x1, x2)" for name in _OF_TWO.split()}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


_OF_ONE = """
Abs Absolute Angle Arccos Arccosh Arcsin Arcsinh Arctan Arctanh BitwiseInvert BitwiseNot Cbrt Ceil
Conj Conjugate Copy Corrcoef Cos Cosh Deg2rad Det Eig Eigh Erf Erfc Erfinv Exp Exp2 Expm1 FFT FFT2
Fabs Fliplr Flipud Floor HardSigmoid HardSilu HardTanh I0 IFFT2 Imag Inv Isfinite Isinf Isnan
Isneginf Isposinf Isreal Log Log10 Log1p Log2 LogSigmoid Logdet LogicalNot LuFactor Ndim Negative
Nonzero Rad2deg Ravel Real Reciprocal Relu Relu6 Rsqrt Selu Sigmoid Sign Signbit Silu Sin Sinc
Sinh Size Slogdet Softplus Softsign SparsePlus SparseSigmoid Sqrt Square Tan Tanh TanhShrink Trunc
ViewAsComplex ViewAsReal
"""
"""Operations on one tensor and nothing else, called as their class is."""

_OF_TWO = """
Add Arctan2 Divide DivideNoNan Dot Equal FloorDivide Fmax Fmin Fmod Gcd Greater GreaterEqual
Heaviside Hypot Inner Kron Lcm Ldexp Less LessEqual Logaddexp Logaddexp2 LogicalAnd LogicalOr
LogicalXor Matmul Maximum Minimum Mod Multiply Nextafter NotEqual Outer Power Subtract TrueDivide
Vdot
"""
"""Operations on two tensors and nothing else, called as their class is."""

_TABLE = """
AdaptiveAveragePool adaptive_average_pool(inputs, output_size, data_format=None)
AdaptiveMaxPool adaptive_max_pool(inputs, output_size, data_format=None)
AffineTransform image.affine_transform(images, transform, interpolation='bilinear',
    fill_mode='constant', fill_value=0, data_format=None)
All all(x, axis=None, keepdims=False)
AllClose allclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False)
Amax amax(x, axis=None, keepdims=False)
Amin amin(x, axis=None, keepdims=False)
Any any(x, axis=None, keepdims=False)
Append append(x1, x2, axis=None)
Arange arange(start, stop=None, step=None, dtype=None)
Argmax argmax(x, axis=None, keepdims=False)
Argmin argmin(x, axis=None, keepdims=False)
Argpartition argpartition(x, kth, axis=-1)
Argsort argsort(x, axis=-1)
Array array(x, dtype=None)
ArraySplit array_split(x, indices_or_sections, axis=0)
Average average(x, axis=None, weights=None) <- x weights
AveragePool average_pool(inputs, pool_size, strides=None, padding='valid', data_format=None)
BatchNorm batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=0.001) <-
    x mean variance offset scale
BinaryCrossentropy binary_crossentropy(target, output, from_logits=False)
Bincount bincount(x, weights=None, minlength=0, sparse=False)
BitwiseAnd bitwise_and(x, y)
BitwiseLeftShift bitwise_left_shift(x, y)
BitwiseOr bitwise_or(x, y)
BitwiseRightShift bitwise_right_shift(x, y)
BitwiseXor bitwise_xor(x, y)
BroadcastTo broadcast_to(x, shape)
CDist cdist(x, y)
CTCDecode ctc_decode(inputs, sequence_lengths, strategy='greedy', beam_width=100, top_paths=1,
    merge_repeated=True, mask_index=0)
CTCLoss ctc_loss(target, output, target_length, output_length, mask_index=0)
Cast cast(x, dtype)
CategoricalCrossentropy categorical_crossentropy(target, output, from_logits=False, axis=-1)
Celu celu(x, alpha=1.0)
Cholesky cholesky(x, upper=False)
CholeskyInverse cholesky_inverse(x, upper=False)
Clip clip(x, x_min, x_max)
Concatenate concatenate(xs, axis=0)
Conv conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1)
ConvTranspose conv_transpose(inputs, kernel, strides=1, padding='valid', output_padding=None,
    data_format=None, dilation_rate=1)
ConvertToTensor convert_to_tensor(x, dtype=None, sparse=None, ragged=None)
Correlate correlate(x1, x2, mode='valid')
CountNonzero count_nonzero(x, axis=None)
CropImages image.crop_images(images, top_cropping=None, left_cropping=None, bottom_cropping=None,
    right_cropping=None, target_height=None, target_width=None, data_format=None)
Cross cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None)
Cumprod cumprod(x, axis=None, dtype=None)
Cumsum cumsum(x, axis=None, dtype=None)
DepthToSpace depth_to_space(x, block_size, data_format='channels_last')
DepthwiseConv depthwise_conv(inputs, kernel, strides=1, padding='valid', data_format=None,
    dilation_rate=1)
Diag diag(x, k=0)
Diagflat diagflat(x, k=0)
Diagonal diagonal(x, offset=0, axis1=0, axis2=1)
Diff diff(a, n=1, axis=-1)
Digitize digitize(x, bins)
DotProductAttention dot_product_attention(query, key, value, bias=None, mask=None, scale=None,
    is_causal=False, flash_attention=None, attn_logits_soft_cap=None)
Dsplit dsplit(x, indices_or_sections)
Dstack dstack(xs)
Einsum einsum(subscripts, *operands, **kwargs) <- operands
ElasticTransform image.elastic_transform(images, alpha=20.0, sigma=5.0, interpolation='bilinear',
    fill_mode='reflect', fill_value=0.0, seed=None, data_format=None)
Elu elu(x, alpha=1.0)
EmptyLike empty_like(x, dtype=None)
ExpandDims expand_dims(x, axis)
ExtractPatches image.extract_patches(images, size, strides=None, dilation_rate=1, padding='valid',
    data_format=None)
ExtractSequences extract_sequences(x, sequence_length, sequence_stride)
Flip flip(x, axis=None)
Fold fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1)
Full full(shape, fill_value, dtype=None) <- fill_value
FullLike full_like(x, fill_value, dtype=None)
GaussianBlur image.gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None)
Gelu gelu(x, approximate=True)
Geomspace geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0)
Glu glu(x, axis=-1)
HSVToRGB image.hsv_to_rgb(images, data_format=None)
HardShrink hard_shrink(x, threshold=0.5)
Histogram histogram(x, bins=10, range=None)
Hsplit hsplit(x, indices_or_sections)
Hstack hstack(xs)
IRFFT irfft(x, fft_length=None)
ISTFT istft(x, sequence_length, sequence_stride, fft_length, length=None, window='hann',
    center=True)
InTopK in_top_k(targets, predictions, k)
IsIn isin(x1, x2, assume_unique=False, invert=False)
Isclose isclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False)
LayerNorm layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs)
LeakyRelu leaky_relu(x, negative_slope=0.2)
LeftShift left_shift(x, y)
Linspace linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0)
LogSoftmax log_softmax(x, axis=-1)
Logspace logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0)
Logsumexp logsumexp(x, axis=None, keepdims=False)
Lstsq lstsq(a, b, rcond=None)
MapCoordinates image.map_coordinates(inputs, coordinates, order, fill_mode='constant',
    fill_value=0)
MatrixRank matrix_rank(x, tol=None)
Max max(x, axis=None, keepdims=False, initial=None)
MaxPool max_pool(inputs, pool_size, strides=None, padding='valid', data_format=None)
Mean mean(x, axis=None, keepdims=False)
Median median(x, axis=None, keepdims=False)
Meshgrid meshgrid(*x, indexing='xy')
Min min(x, axis=None, keepdims=False, initial=None)
Moments moments(x, axes, keepdims=False, synchronized=False)
Moveaxis moveaxis(x, source, destination)
MultiHot multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs)
NanToNum nan_to_num(x, nan=0.0, posinf=None, neginf=None)
Nanargmax nanargmax(x, axis=None, keepdims=False)
Nanargmin nanargmin(x, axis=None, keepdims=False)
Nancumprod nancumprod(x, axis=None, dtype=None)
Nancumsum nancumsum(x, axis=None, dtype=None)
Nanmax nanmax(x, axis=None, keepdims=False)
Nanmean nanmean(x, axis=None, keepdims=False)
Nanmedian nanmedian(x, axis=None, keepdims=False)
Nanmin nanmin(x, axis=None, keepdims=False)
Nanpercentile nanpercentile(x, q, axis=None, method='linear', keepdims=False)
Nanprod nanprod(x, axis=None, keepdims=False)
Nanquantile nanquantile(x, q, axis=None, method='linear', keepdims=False)
Nanstd nanstd(x, axis=None, keepdims=False)
Nansum nansum(x, axis=None, keepdims=False)
Nanvar nanvar(x, axis=None, keepdims=False)
Norm norm(x, ord=None, axis=None, keepdims=False)
Normalize normalize(x, axis=-1, order=2, epsilon=None)
OneHot one_hot(x, num_classes, axis=-1, dtype=None, sparse=False)
OnesLike ones_like(x, dtype=None)
PSNR psnr(x1, x2, max_val)
Pad pad(x, pad_width, mode='constant', constant_values=None) <- x constant_values
PadImages image.pad_images(images, top_padding=None, left_padding=None, bottom_padding=None,
    right_padding=None, target_height=None, target_width=None, data_format=None)
Percentile percentile(x, q, axis=None, method='linear', keepdims=False)
PerspectiveTransform image.perspective_transform(images, start_points, end_points,
    interpolation='bilinear', fill_value=0, data_format=None)
Pinv pinv(x, rcond=None)
Polar polar(abs_, angle)
Prod prod(x, axis=None, keepdims=False, dtype=None)
Ptp ptp(x, axis=None, keepdims=False)
Qr qr(x, mode='reduced')
Quantile quantile(x, q, axis=None, method='linear', keepdims=False)
RFFT rfft(x, fft_length=None)
RGBToGrayscale image.rgb_to_grayscale(images, data_format=None)
RGBToHSV image.rgb_to_hsv(images, data_format=None)
RMSNorm rms_normalization(x, scale=None, axis=-1, epsilon=None)
Rearrange rearrange(tensor, pattern, **axes_lengths)
Repeat repeat(x, repeats, axis=None)
Reshape reshape(x, newshape)
Resize image.resize(images, size, interpolation='bilinear', antialias=False,
    crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0,
    data_format=None)
RightShift right_shift(x, y)
Roll roll(x, shift, axis=None)
Rot90 rot90(array, k=1, axes=(0, 1))
Round round(x, decimals=0)
SSIM image.ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03,
    data_format=None)
STFT stft(x, sequence_length, sequence_stride, fft_length, window='hann', center=True)
SVD svd(x, full_matrices=True, compute_uv=True)
SaturateCast saturate_cast(x, dtype)
ScaleAndTranslate image.scale_and_translate(images, output_shape, scale, translation,
    spatial_dims, method, antialias=True)
Scatter scatter(indices, values, shape)
ScatterUpdate scatter_update(inputs, indices, updates, reduction=None)
SearchSorted searchsorted(sorted_sequence, values, side='left')
SegmentMax segment_max(data, segment_ids, num_segments=None, sorted=False)
SegmentMin segment_min(data, segment_ids, num_segments=None, sorted=False)
SegmentProd segment_prod(data, segment_ids, num_segments=None, sorted=False)
SegmentSum segment_sum(data, segment_ids, num_segments=None, sorted=False)
Select select(condlist, choicelist, default=0)
SeparableConv separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1,
    padding='valid', data_format=None, dilation_rate=1)
Slice slice(inputs, start_indices, shape)
SliceUpdate slice_update(inputs, start_indices, updates)
SobelEdges image.sobel_edges(images, data_format=None)
SoftShrink soft_shrink(x, threshold=0.5)
Softmax softmax(x, axis=-1)
Solve solve(a, b)
SolveTriangular solve_triangular(a, b, lower=False)
Sort sort(x, axis=-1)
SpaceToDepth space_to_depth(x, block_size, data_format='channels_last')
SparseCategoricalCrossentropy sparse_categorical_crossentropy(target, output, from_logits=False,
    axis=-1)
Sparsemax sparsemax(x, axis=-1)
Split split(x, indices_or_sections, axis=0)
Squareplus squareplus(x, b=4)
Squeeze squeeze(x, axis=None)
Stack stack(x, axis=0)
Std std(x, axis=None, keepdims=False)
StopGradient stop_gradient(variable)
Sum sum(x, axis=None, keepdims=False)
Swapaxes swapaxes(x, axis1, axis2)
Take take(x, indices, axis=None)
TakeAlongAxis take_along_axis(x, indices, axis=None)
Tensordot tensordot(x1, x2, axes=2)
Threshold threshold(x, threshold, default_value)
Tile tile(x, repeats)
TopK top_k(x, k, sorted=True)
Trace trace(x, offset=0, axis1=0, axis2=1)
Transpose transpose(x, axes=None)
Trapezoid trapezoid(y, x=None, dx=1.0, axis=-1)
Tril tril(x, k=0)
Triu triu(x, k=0)
Unfold unfold(x, kernel_size, dilation=1, padding=0, stride=1)
Unique unique(x, sorted=True, return_index=False, return_inverse=False, return_counts=False,
    axis=None, size=None, fill_value=None)
UnravelIndex unravel_index(indices, shape)
Unstack unstack(x, num=None, axis=0)
Vander vander(x, N=None, increasing=False)
Var var(x, axis=None, keepdims=False)
View view(x, dtype=None)
Vsplit vsplit(x, indices_or_sections)
Vstack vstack(xs)
Where where(condition, x1=None, x2=None)
ZerosLike zeros_like(x, dtype=None)
"""
