"""Every layer of the catalog in a design of its own, as the conformance tests place it."""

from tests.conformance.test_every_layer import design_of
from tests.conformance.test_ghosts import cases

DOES_NOTHING = {
    "ActivityRegularization",
    "CenterCrop",
    "Concatenate",
    "Cropping2D",
    "Flatten",
    "Normalization",
    "RandomShear",
    "Reshape",
    "Resizing",
}
"""Layers that change nothing where they are placed so: by their sample, on one input, unadapted."""


def designs():
    """Return designs of one layer each, by name, in which nothing is wrong."""
    found = {}
    for at, case in enumerate(cases()):
        class_name, parameters, arguments = getattr(case, "values", case)
        if class_name not in DOES_NOTHING:
            found[f"{class_name} alone, {at}"] = design_of(class_name, parameters, arguments)
    return found
