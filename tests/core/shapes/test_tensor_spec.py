"""How shapes are shown."""

import pytest

from composer_gui.core.shapes.tensor_spec import show_shape


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        (None, "unknown"),
        ((None,), "one number"),
        ((None, 8, None), "8×?"),
        ((2, 8), "2×8"),
        ((None, *range(1, 13)), "1×2×3×4×5×6×7×8×9×10×11×12"),
        ((None, *[1] * 1999, 5), "1×1×1×1×1×1×…×5 (2000 axes)"),
    ],
)
def test_a_shape_is_short_enough_to_be_read(shape, shown):
    assert show_shape(shape) == shown
